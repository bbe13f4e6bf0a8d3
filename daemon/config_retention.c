/*
 * config_retention: how long what the records say of people is kept. See config_read.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "config_read.h"

#define AGE_DAYS_MAX 36500

static const char *const retention_keys[] = { "solved", "messages", NULL };

/* "90d", "12w", "3y": days, weeks, or years of 365 days. */
static void
read_age(const struct yamldoc *doc, const struct yamlnode *section, const char *key, int64_t *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	long days, count;
	const char *text;
	char *end;

	if (!node || !yamldoc_string(doc, node, key, &text))
		return;
	errno = 0;
	count = strtol(text, &end, 10);
	days = *end == 'd' ? 1 : *end == 'w' ? 7 : *end == 'y' ? 365 : 0;
	if (errno || !isdigit((unsigned char)text[0]) || days == 0 || end[1] || count < 1 ||
	    count > AGE_DAYS_MAX / days) {
		yamldoc_error(doc, node, "write it like 90d, 12w or 3y",
			      "%s must be a number of days, weeks or years, at most 100 years",
			      key);
		return;
	}
	*ret = (int64_t)count * days * 24 * 60 * 60 * 1000;
}

void
config_read_retention(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	if (!node || node->kind == YAMLNODE_NULL)
		return;
	yamldoc_keys(doc, node, "retention", retention_keys);
	if (node->kind != YAMLNODE_MAP)
		return;
	read_age(doc, node, "solved", &config->retention.solved_ms);
	read_age(doc, node, "messages", &config->retention.messages_ms);
}
