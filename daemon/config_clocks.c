/*
 * config_clocks: clocks (how fast we mean to answer and to solve) and digest (the morning's mail).
 */
#include <stdio.h>
#include <string.h>

#include "config_read.h"
#include "draft_mime.h"

#define RECEIVERS_MAX 50u

static const char *const severity_keys[] = { "none", "low", "normal", "high", "critical", NULL };
static const char *const clock_keys[] = { "first", "next", "resolve", NULL };
static const char *const digest_keys[] = { "at", "to", "language", "account", "days", NULL };

static void
read_target(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
	    struct target *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);

	if (node && (node->kind != YAMLNODE_SCALAR || !target_parse(node->text, ret)))
		yamldoc_error(doc, node, "write it like 30m, 4h, 2d, or never",
			      "%s must be a span of working time", key);
}

void
config_read_clocks(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	config->targets = targets_default;
	if (!node || node->kind == YAMLNODE_NULL)
		return;
	yamldoc_keys(doc, node, "clocks", severity_keys);
	for (int s = 0; severity_keys[s]; s++) {
		const struct yamlnode *one = yamldoc_get(node, severity_keys[s]);

		if (!one)
			continue;
		yamldoc_keys(doc, one, "the clocks of a severity", clock_keys);
		for (int k = 0; clock_keys[k]; k++)
			read_target(doc, one, clock_keys[k], &config->targets.of[s][k]);
	}
}

static void
read_receivers(const struct yamldoc *doc, const struct yamlnode *section, struct digest_config *d)
{
	const struct yamlnode *node = yamldoc_get(section, "to");

	if (!node) {
		yamldoc_error(doc, section, "write to: [lead@example.com] below digest",
			      "digest needs to: who reads it");
		return;
	}
	if (!yamldoc_strings(doc, node, "to", &d->to, &d->to_count))
		return;
	if (d->to_count == 0 || d->to_count > RECEIVERS_MAX)
		yamldoc_error(doc, node, "write to: [lead@example.com]",
			      "to must name 1 to %u addresses", RECEIVERS_MAX);
	for (size_t i = 0; i < d->to_count; i++)
		if (!mime_address_plain(d->to[i]))
			yamldoc_error(doc, node, "write it like lead@example.com, without a name",
				      "to: \"%.100s\" is no mail address", d->to[i]);
}

/* "08:00" */
static void
read_at(const struct yamldoc *doc, const struct yamlnode *section, struct digest_config *d)
{
	const struct yamlnode *node = yamldoc_get(section, "at");
	struct calendar_span span;
	char text[16];

	d->minute = DIGEST_MINUTE_DEFAULT;
	if (!node)
		return;
	snprintf(text, sizeof(text), "%.6s-24:00", node->text);
	/* A time of the day is one that a span may begin with. */
	if (node->kind == YAMLNODE_SCALAR && node->len == 5 && calendar_span_parse(text, &span))
		d->minute = span.from;
	else
		yamldoc_error(doc, node, "write it like \"08:00\"", "at must be a time of the day");
}

static void
read_word(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
	  const char *const *words, int *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	const char *text;

	if (!node || !yamldoc_string(doc, node, key, &text))
		return;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return;
		}
	yamldoc_error(doc, node, NULL, "%s must be %s or %s", key, words[0], words[1]);
}

/* The account must be known: accounts are read before. */
static void
read_account(const struct yamldoc *doc, const struct yamlnode *section, struct config *config)
{
	struct digest_config *d = &config->digest;

	d->account = NULL;
	if (!config_read_string(doc, section, "account", &d->account))
		return;
	if (strcmp(d->account, "all") == 0)
		d->account = NULL;
	else if (!config_account(config, d->account))
		yamldoc_error(doc, yamldoc_get(section, "account"), "name one of accounts, or all",
			      "there is no account \"%.60s\"", d->account);
}

void
config_read_digest(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	static const char *const languages[] = { "ko", "en", NULL };
	static const char *const which[] = { "business", "all", NULL };
	struct digest_config *d = &config->digest;
	int language = 0, every = 0;

	if (config->account_count > 0 && config->accounts[0].language)
		language = strcmp(config->accounts[0].language, "en") == 0;
	d->language = languages[language];
	if (!node || node->kind == YAMLNODE_NULL ||
	    (!yamldoc_keys(doc, node, "digest", digest_keys) && node->kind != YAMLNODE_MAP))
		return;
	read_at(doc, node, d);
	read_receivers(doc, node, d);
	read_word(doc, node, "language", languages, &language);
	read_word(doc, node, "days", which, &every);
	read_account(doc, node, config);
	d->language = languages[language];
	d->every_day = every == 1;
	if (!config->smtp.url)
		yamldoc_error(doc, node, "configure smtp: url and from",
			      "the digest is a mail, and there is no SMTP server to send it");
}
