/*
 * config: the whole file, its defaults, and the look-ups. Sections are read by config_read.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "config_read.h"
#include "filters/limits.h"

#ifndef TRIAGED_RULES_DIRECTORY
#define TRIAGED_RULES_DIRECTORY "/usr/share/triaged/rules"
#endif
#ifndef TRIAGED_RULES_OVERRIDES
#define TRIAGED_RULES_OVERRIDES "/etc/triaged/rules.d"
#endif

#define CONFIG_FILE_MAX (1u << 20)
#define STORE_MAX_DEFAULT ((size_t)16 << 30)

static const char *const top_keys[] = { "state_directory", "socket",      "socket_group", "rules",
					"store_max",       "message_max", "accounts",     "agents",
					"webhooks",        "smtp",        "colleagues",   "clocks",
					"digest",          "retention",   "authority",    NULL };

/* "512M": bytes, or KiB, MiB, GiB with the letter. */
static void
read_size(const struct yamldoc *doc, const struct yamlnode *section, const char *key, size_t min,
	  size_t max, size_t *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	unsigned long long value = 0;
	const char *p;
	unsigned shift;

	if (!node)
		return;
	for (p = node->text; *p >= '0' && *p <= '9' && value < 1ull << 40; p++)
		value = value * 10 + (unsigned)(*p - '0');
	shift = *p == 'K' ? 10 : *p == 'M' ? 20 : *p == 'G' ? 30 : 0;
	if (p == node->text || p[shift ? 1 : 0] || (value << shift) < min ||
	    (value << shift) > max) {
		yamldoc_error(doc, node, "write it like 64M or 4G",
			      "%s must be a size from %zuK to %zuM", key, min >> 10, max >> 20);
		return;
	}
	*ret = (size_t)(value << shift);
}

/* $NAME as systemd sets it (the first of several directories), or the default. */
static const char *
directory_default(struct arena *arena, const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	if (!value || value[0] != '/')
		value = otherwise;
	return arena_strndup(arena, value, strcspn(value, ":"));
}

static bool
set_defaults(struct config *c)
{
	const char *run = directory_default(c->arena, "RUNTIME_DIRECTORY", "/run/triaged");

	c->state_directory = directory_default(c->arena, "STATE_DIRECTORY", "/var/lib/triaged");
	c->socket = run ? arena_printf(c->arena, "%s/api.sock", run) : NULL;
	c->store_max_bytes = STORE_MAX_DEFAULT;
	c->message_max_bytes = LIMIT_MESSAGE_BYTES;
	c->rules = arena_calloc(c->arena, 3, sizeof(*c->rules));
	if (!c->state_directory || !c->socket || !c->rules)
		return false;
	c->rules[c->rule_count++] = TRIAGED_RULES_DIRECTORY;
	if (access(TRIAGED_RULES_OVERRIDES, F_OK) == 0)
		c->rules[c->rule_count++] = TRIAGED_RULES_OVERRIDES;
	return true;
}

static void
read_path(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
	  const char **ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	const char *path;

	if (!node || !yamldoc_string(doc, node, key, &path))
		return;
	if (path[0] != '/')
		yamldoc_error(doc, node, "begin it with /", "%s must be an absolute path", key);
	else
		*ret = path;
}

/* Addresses, or domains for everybody in them. */
static void
read_colleagues(const struct yamldoc *doc, const struct yamlnode *node, struct config *c)
{
	const char **list;
	size_t count;

	if (!node || !yamldoc_strings(doc, node, "colleagues", &list, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *at = strchr(list[i], '@');

		if (!*list[i] || strpbrk(list[i], " \t<>,") || (at && (at == list[i] || !at[1])) ||
		    (!at && !strchr(list[i], '.')))
			yamldoc_error(
				doc, node,
				"write an address (kim@example.com) or a domain (example.com)",
				"colleagues: \"%.200s\" is neither an address nor a domain",
				list[i]);
	}
	c->colleagues = list;
	c->colleague_count = count;
}

static void
read_rules(const struct yamldoc *doc, const struct yamlnode *node, struct config *c)
{
	const char **list;
	size_t count;
	struct stat st, other;

	if (!node || !yamldoc_strings(doc, node, "rules", &list, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		if (stat(list[i], &st) < 0 || !S_ISDIR(st.st_mode)) {
			yamldoc_error(doc, node, "name directories of rules, the shipped one first",
				      "rules: \"%.200s\" is no directory", list[i]);
			continue;
		}
		for (size_t k = 0; k < i; k++) {
			if (stat(list[k], &other) == 0 && other.st_ino == st.st_ino &&
			    other.st_dev == st.st_dev) {
				yamldoc_error(doc, node, "keep one of them",
					      "rules names the directory \"%.200s\" twice",
					      list[i]);
				break;
			}
		}
	}
	c->rules = list;
	c->rule_count = count;
}

static void
read_top(const struct yamldoc *doc, struct config *c)
{
	const struct yamlnode *root = doc->root, *node;

	if (!yamldoc_keys(doc, root, "the configuration", top_keys) && root->kind != YAMLNODE_MAP)
		return;
	read_path(doc, root, "state_directory", &c->state_directory);
	read_path(doc, root, "socket", &c->socket);
	node = yamldoc_get(root, "socket");
	/* sun_path of struct sockaddr_un */
	if (node && node->len > 107)
		yamldoc_error(doc, node, "choose a shorter one",
			      "socket is longer than the 107 bytes a Unix socket may have");
	config_read_string(doc, root, "socket_group", &c->socket_group);
	read_rules(doc, yamldoc_get(root, "rules"), c);
	read_size(doc, root, "store_max", (size_t)16 << 20, (size_t)1 << 40, &c->store_max_bytes);
	read_size(doc, root, "message_max", (size_t)64 << 10, LIMIT_MESSAGE_BYTES,
		  &c->message_max_bytes);
	config_read_authority(doc, yamldoc_get(root, "authority"), c);
	config_read_agents(doc, yamldoc_get(root, "agents"), c);
	read_colleagues(doc, yamldoc_get(root, "colleagues"), c);
	config_read_webhooks(doc, yamldoc_get(root, "webhooks"), c);
	config_read_smtp(doc, yamldoc_get(root, "smtp"), c);
	config_read_retention(doc, yamldoc_get(root, "retention"), c);
	config_read_accounts(doc, yamldoc_get(root, "accounts"), c);
	config_read_clocks(doc, yamldoc_get(root, "clocks"), c);
	config_read_digest(doc, yamldoc_get(root, "digest"), c);
}

static int
read_whole(const char *path, struct arena *arena, const char **ret_text, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = 0;
	struct stat st;
	size_t len = 0;
	ssize_t got = 0;
	char *text;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	text = r ? NULL : arena_alloc(arena, CONFIG_FILE_MAX + 1);
	if (!r && !text)
		r = -ENOMEM;
	while (!r && len <= CONFIG_FILE_MAX &&
	       (got = read(fd, text + len, CONFIG_FILE_MAX + 1 - len)) > 0)
		len += (size_t)got;
	if (!r && got < 0)
		r = -errno;
	if (!r && len > CONFIG_FILE_MAX)
		r = -EFBIG;
	close(fd);
	if (r < 0)
		return r;
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int
config_load(const char *path, struct problems *problems, struct config **ret_config)
{
	struct arena *arena = arena_new(0);
	struct config *c = arena ? arena_calloc(arena, 1, sizeof(*c)) : NULL;
	size_t errors = problems->errors, from = problems->count, len = 0;
	const char *text = NULL;
	struct yamldoc doc;
	int r = -ENOMEM;

	if (!c)
		goto out;
	c->arena = arena;
	c->path = arena_strdup(arena, path);
	if (!c->path || !set_defaults(c))
		goto out;
	r = read_whole(path, arena, &text, &len);
	if (r == -EFBIG) {
		problems_add(problems, PROBLEM_ERROR, path, 0, 0, "take out what is not needed",
			     "is larger than the %u MiB that a configuration may have",
			     CONFIG_FILE_MAX >> 20);
		goto out;
	}
	if (r < 0) {
		problems_add(problems, PROBLEM_ERROR, path, 0, 0,
			     "name another file with --config, or let our user read this one",
			     "cannot be read: %s", strerror(-r));
		goto out;
	}
	r = yamldoc_load(&doc, arena, c->path, text, len, problems);
	if (r < 0)
		goto out;
	read_top(&doc, c);
	yamldoc_sort(problems, from);
	if (problems->errors > errors)
		r = -EINVAL;
out:
	if (r < 0) {
		arena_free(arena);
		return r;
	}
	*ret_config = c;
	return 0;
}

void
config_free(struct config *config)
{
	if (config)
		arena_free(config->arena);
}

const struct account_config *
config_account(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->account_count; i++) {
		if (!strcmp(config->accounts[i].name, name))
			return &config->accounts[i];
	}
	return NULL;
}

const struct agent_config *
config_agent(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->agent_count; i++) {
		if (!strcmp(config->agents[i].name, name))
			return &config->agents[i];
	}
	return NULL;
}

const struct webhook_config *
config_webhook(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->webhook_count; i++) {
		if (!strcmp(config->webhooks[i].name, name))
			return &config->webhooks[i];
	}
	return NULL;
}

bool
config_is_ours(const struct config *config, const struct account_config *account,
	       const char *address)
{
	if (!*address)
		return false;
	if (strcasecmp(address, account->identity_address) == 0 ||
	    (config->smtp.from && strcasecmp(address, config->smtp.from) == 0))
		return true;
	for (size_t i = 0; i < config->agent_count; i++)
		if (strcasecmp(address, config->agents[i].address) == 0)
			return true;
	return false;
}

bool
config_is_colleague(const struct config *config, const struct account_config *account,
		    const char *address)
{
	const char *at = strrchr(address, '@');

	if (config_is_ours(config, account, address))
		return true;
	for (size_t i = 0; at && i < config->colleague_count; i++)
		if (strcasecmp(config->colleagues[i], address) == 0 ||
		    strcasecmp(config->colleagues[i], at + 1) == 0)
			return true;
	return false;
}
