/*
 * config_read: what accounts, agents, webhooks and smtp may say, and what is said when they say
 * something else.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_read.h"
#include "draft_mime.h"

#define LIST_MAX 10000u /* accounts, agents, webhooks */

static const char *const account_keys[] = { "name",
					    "host",
					    "port",
					    "tls",
					    "ca_file",
					    "user",
					    "password_file",
					    "password_command",
					    "password_credential",
					    "folders",
					    "drafts",
					    "mine",
					    "not_a_threat",
					    "sent",
					    "solved",
					    "since",
					    "poll",
					    "identity",
					    "language",
					    "company",
					    "subject_token",
					    "time_zone",
					    "hours",
					    "holidays",
					    "holiday_file",
					    "password",
					    NULL };
static const char *const identity_keys[] = { "name", "address", NULL };
static const char *const agent_keys[] = { "name",     "display", "address",   "role", "authority",
					  "superior", "away",    "time_zone", NULL };
static const char *const webhook_keys[] = { "name",           "url",
					    "ca_file",        "secret_file",
					    "secret_command", "secret_credential",
					    "secret",         NULL };
static const char *const smtp_keys[] = { "url",
					 "from",
					 "user",
					 "password_file",
					 "password_command",
					 "password_credential",
					 "ca_file",
					 "starttls",
					 "password",
					 NULL };

bool
config_read_string(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
		   const char **ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);

	return node && yamldoc_string(doc, node, key, ret);
}

/* The same, but a missing one is a mistake of the section. */
static bool
need_string(const struct yamldoc *doc, const struct yamlnode *section, const char *what,
	    const char *key, const char **ret)
{
	if (!yamldoc_get(section, key)) {
		yamldoc_error(doc, section, NULL, "%s needs %s", what, key);
		return false;
	}
	return config_read_string(doc, section, key, ret);
}

static bool
need_address(const struct yamldoc *doc, const struct yamlnode *node, const char *key,
	     const char *address)
{
	if (mime_address_plain(address))
		return true;
	yamldoc_error(doc, node, "write it like support@example.com, without a name or <>",
		      "%s is no mail address", key);
	return false;
}

bool
config_loopback(const char *host, size_t len)
{
	char name[64];
	struct in_addr four;
	struct in6_addr six;

	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len >= sizeof(name))
		return false;
	memcpy(name, host, len);
	name[len] = '\0';
	if (inet_pton(AF_INET, name, &four) == 1)
		return (ntohl(four.s_addr) >> 24) == 127;
	if (inet_pton(AF_INET6, name, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	return !strcasecmp(name, "localhost");
}

void
config_read_ca(const struct yamldoc *doc, const struct yamlnode *section, const char **ret)
{
	struct stat st;

	if (config_read_string(doc, section, "ca_file", ret) &&
	    (stat(*ret, &st) < 0 || !S_ISREG(st.st_mode)))
		yamldoc_error(doc, yamldoc_get(section, "ca_file"),
			      "leave ca_file out to trust the system's authorities",
			      "ca_file \"%.200s\" is no file", *ret);
}

void
config_read_secret(const struct yamldoc *doc, const struct yamlnode *section, const char *prefix,
		   bool required, struct secret_source *ret)
{
	const struct yamlnode *inline_secret = yamldoc_get(section, prefix), *first = NULL, *node;
	const char **into[] = { &ret->file, &ret->command, &ret->credential };
	static const char *const kinds[] = { "file", "command", "credential" };
	char key[64], hint[192];
	struct stat st;

	snprintf(hint, sizeof(hint),
		 "use one of %s_file: PATH, %s_command: COMMAND, %s_credential: NAME", prefix,
		 prefix, prefix);
	if (inline_secret)
		yamldoc_error(
			doc, inline_secret, hint,
			"a %s must not stand in this file, which people copy, mail and keep in "
			"version control",
			prefix);
	for (size_t i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "%s_%s", prefix, kinds[i]);
		node = yamldoc_get(section, key);
		if (!node)
			continue;
		if (first)
			yamldoc_error(doc, node->key, "keep one of them",
				      "%s is a second source, after %s in line %u", key,
				      first->key->text, first->line);
		else
			yamldoc_string(doc, node, key, into[i]);
		first = first ? first : node;
	}
	if (!first && !inline_secret && required)
		yamldoc_error(doc, section, hint, "no source of the %s is named", prefix);
	if (ret->file && stat(ret->file, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH))
		problems_add(doc->problems, PROBLEM_WARNING, doc->name, first->line, first->column,
			     "chmod o= it", "everybody on this machine can read \"%.200s\"",
			     ret->file);
}

static bool
good_name(const struct yamldoc *doc, const struct yamlnode *node, const char *name)
{
	const char *p = name;

	while (isalnum((unsigned char)*p) || (*p && strchr("._-", *p)))
		p++;
	if (!*p && strlen(name) <= 64)
		return true;
	yamldoc_error(doc, node, "it is part of keys and commands",
		      "a name has letters, digits, '.', '_' and '-' only, at most 64");
	return false;
}

/*
 * The name of entry `index` of a list whose entries begin with their name. True when it is good and
 * not taken.
 */
static bool
read_name(const struct yamldoc *doc, const struct yamlnode *entry, const char *what,
	  const void *list, size_t size, size_t count, const char **ret)
{
	const char *name = "";

	*ret = "";
	if (!need_string(doc, entry, what, "name", &name) ||
	    !good_name(doc, yamldoc_get(entry, "name"), name))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *other = *(const char *const *)((const char *)list + i * size);

		if (!strcmp(other, name)) {
			yamldoc_error(doc, yamldoc_get(entry, "name"),
				      "names are how everything else refers to it",
				      "there is another one named \"%s\"", name);
			return false;
		}
	}
	*ret = name;
	return true;
}

/* Room for the entries of a section that is a list of maps; NULL when there is nothing to read. */
static void *
begin_list(const struct yamldoc *doc, const struct yamlnode *node, const char *what, size_t size)
{
	void *room;

	if (!node || node->kind == YAMLNODE_NULL)
		return NULL;
	if (node->kind != YAMLNODE_LIST || node->count > LIST_MAX) {
		yamldoc_error(doc, node, "begin every entry with \"- name: ...\"",
			      "%s must be a list", what);
		return NULL;
	}
	room = arena_calloc(doc->arena, node->count ? node->count : 1, size);
	if (!room)
		yamldoc_error(doc, node, NULL, "%s cannot be kept: out of memory", what);
	return room;
}

static void
read_choice(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
	    const char *const *choices, int *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	const char *text;

	if (!node || !yamldoc_string(doc, node, key, &text))
		return;
	for (int i = 0; choices[i]; i++) {
		if (!strcmp(choices[i], text)) {
			*ret = i;
			return;
		}
	}
	if (choices[2])
		yamldoc_error(doc, node, NULL, "%s must be %s, %s or %s", key, choices[0],
			      choices[1], choices[2]);
	else
		yamldoc_error(doc, node, NULL, "%s must be %s or %s", key, choices[0], choices[1]);
}

static bool
good_host(const char *host)
{
	struct in6_addr six;
	const char *p = host;

	while (isalnum((unsigned char)*p) || (*p && strchr(".-_", *p)))
		p++;
	return (!*p && strlen(host) <= 253) || inet_pton(AF_INET6, host, &six) == 1;
}

static void
read_server(const struct yamldoc *doc, const struct yamlnode *node, struct account_config *a)
{
	static const char *const modes[] = { "implicit", "starttls", "none", NULL };
	int tls = TLS_IMPLICIT;
	long long port;

	if (need_string(doc, node, "an account", "host", &a->host) && !good_host(a->host))
		yamldoc_error(doc, yamldoc_get(node, "host"),
			      "write it like imap.example.com; the port has its own line",
			      "host is no host name");
	read_choice(doc, node, "tls", modes, &tls);
	a->tls = (enum tls_mode)tls;
	a->port = a->tls == TLS_IMPLICIT ? 993 : 143;
	if (yamldoc_get(node, "port") &&
	    yamldoc_integer(doc, yamldoc_get(node, "port"), "port", 1, 65535, &port))
		a->port = (uint16_t)port;
	if (a->tls == TLS_NONE && a->host && !config_loopback(a->host, strlen(a->host)))
		yamldoc_error(doc, yamldoc_get(node, "tls"),
			      "use implicit (port 993) or starttls (port 143)",
			      "without TLS the password and all mail could be read on the way to "
			      "\"%.100s\"; none is for a server on "
			      "this machine only",
			      a->host);
	config_read_ca(doc, node, &a->ca_file);
	need_string(doc, node, "an account", "user", &a->user);
	config_read_secret(doc, node, "password", true, &a->password);
}

/* "now" or a day, which begins at midnight in the account's zone. */
static void
read_since(const struct yamldoc *doc, const struct yamlnode *node, struct account_config *a)
{
	const struct yamlnode *since = yamldoc_get(node, "since");
	struct wall day = { .year = 0 }, back;
	int used = 0;
	const char *text;

	if (!since || !yamldoc_string(doc, since, "since", &text) || !strcmp(text, "now"))
		return;
	if (sscanf(text, "%4d-%2d-%2d%n", &day.year, &day.month, &day.day, &used) == 3 &&
	    used == 10 && !text[10] && day.year >= 1970 && day.month >= 1 && day.month <= 12 &&
	    day.day >= 1 && day.day <= 31) {
		int64_t seconds = zone_seconds(a->zone, &day);

		zone_wall(a->zone, seconds, &back);
		if (back.day == day.day && seconds > 0) {
			a->since_ms = seconds * 1000;
			return;
		}
	}
	yamldoc_error(doc, since, "old mail is only judged when you ask for it by its day",
		      "since must be now or a day like 2026-01-31");
}

static void
read_zone(const struct yamldoc *doc, const struct yamlnode *node, struct account_config *a)
{
	int r;

	a->time_zone = "UTC";
	config_read_string(doc, node, "time_zone", &a->time_zone);
	r = zone_load(doc->arena, a->time_zone, &a->zone);
	if (r < 0)
		yamldoc_error(
			doc, yamldoc_get(node, "time_zone"),
			r == -ENOENT
				? "names are like Asia/Seoul; they come with the package tzdata"
				: "names are like Asia/Seoul",
			"there is no time zone \"%.60s\"", a->time_zone);
}

static void
read_identity(const struct yamldoc *doc, const struct yamlnode *node, struct account_config *a)
{
	const struct yamlnode *identity = yamldoc_get(node, "identity");
	static const char *const languages[] = { "ko", "en", NULL };
	int language = 0;

	if (identity && yamldoc_keys(doc, identity, "identity", identity_keys)) {
		config_read_string(doc, identity, "name", &a->identity_name);
		if (need_string(doc, identity, "identity", "address", &a->identity_address))
			need_address(doc, yamldoc_get(identity, "address"), "identity: address",
				     a->identity_address);
	} else if (!identity && a->user && mime_address_plain(a->user)) {
		a->identity_address = a->user;
	} else if (!identity) {
		yamldoc_error(doc, node,
			      "write identity: {name: Example Shop, address: support@example.com}",
			      "an account needs identity, from which its drafts come");
	}
	config_read_string(doc, node, "company", &a->company);
	if (!a->identity_name)
		a->identity_name = a->company ? a->company : "";
	if (!a->company)
		a->company = a->identity_name;
	read_choice(doc, node, "language", languages, &language);
	a->language = languages[language];
}

static void
read_account(const struct yamldoc *doc, const struct yamlnode *node, const struct config *config,
	     struct account_config *a)
{
	long long poll = 180;

	read_server(doc, node, a);
	config_read_folders(doc, node, config, a);
	read_zone(doc, node, a);
	a->calendar = config_read_calendar(doc, node);
	read_since(doc, node, a);
	read_identity(doc, node, a);
	if (yamldoc_get(node, "poll"))
		yamldoc_integer(doc, yamldoc_get(node, "poll"), "poll (seconds)", 5, 3600, &poll);
	a->poll_seconds = (unsigned)poll;
	if (yamldoc_get(node, "subject_token"))
		yamldoc_bool(doc, yamldoc_get(node, "subject_token"), "subject_token",
			     &a->subject_token);
}

void
config_read_accounts(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	const struct yamlnode *entry;

	config->accounts = begin_list(doc, node, "accounts", sizeof(*config->accounts));
	if (!config->accounts || !node->count) {
		if (!node || node->kind == YAMLNODE_NULL ||
		    (node->kind == YAMLNODE_LIST && !node->count))
			yamldoc_error(doc, node ? node : doc->root,
				      "see the example that comes with triaged",
				      "accounts names no mailbox to watch");
		return;
	}
	for (entry = node->first; entry; entry = entry->next) {
		struct account_config *a = &config->accounts[config->account_count];

		yamldoc_keys(doc, entry, "an account", account_keys);
		if (entry->kind != YAMLNODE_MAP)
			continue;
		read_name(doc, entry, "an account", config->accounts, sizeof(*a),
			  config->account_count, &a->name);
		read_account(doc, entry, config, a);
		config->account_count++;
	}
}

void
config_read_agents(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	const struct yamlnode *entry;

	config->agents = begin_list(doc, node, "agents", sizeof(*config->agents));
	for (entry = config->agents ? node->first : NULL; entry; entry = entry->next) {
		struct agent_config *a = &config->agents[config->agent_count];
		int role = 0;

		yamldoc_keys(doc, entry, "an agent", agent_keys);
		if (entry->kind != YAMLNODE_MAP)
			continue;
		read_name(doc, entry, "an agent", config->agents, sizeof(*a), config->agent_count,
			  &a->name);
		a->display = a->name;
		a->address = "";
		config_read_string(doc, entry, "display", &a->display);
		if (config_read_string(doc, entry, "address", &a->address))
			need_address(doc, yamldoc_get(entry, "address"), "address", a->address);
		read_choice(doc, entry, "role", config_roles, &role);
		a->role = config_roles[role];
		config_read_agent_authority(doc, entry, config, (size_t)role, a);
		config_read_deputies(doc, entry, a);
		config->agent_count++;
	}
	config_check_deputies(doc, node, config);
}

/* Where the host of a URL is: after the scheme, before port or path. */
static bool
url_host(const char *url, const char *scheme, const char **ret_host, size_t *ret_len)
{
	size_t len = strlen(scheme);

	if (strncasecmp(url, scheme, len))
		return false;
	*ret_host = url + len;
	*ret_len = url[len] == '[' ? strcspn(url + len, "]") + 1 : strcspn(url + len, ":/?#");
	/* What stands before an @ would be a password, or hide the true host. */
	return *ret_len > 0 && !memchr(url + len, '@', strcspn(url + len, "/?#")) &&
	       !strpbrk(url, " \\\"<>");
}

static void
check_webhook_url(const struct yamldoc *doc, const struct yamlnode *node, const char *url)
{
	const char *host;
	size_t len;

	if (url_host(url, "https://", &host, &len) ||
	    (url_host(url, "http://", &host, &len) && config_loopback(host, len)))
		return;
	yamldoc_error(doc, node, "write it like https://host.example/path",
		      "url must be https:// and a host without user or "
		      "password (http:// only to this machine)");
}

void
config_read_webhooks(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	const struct yamlnode *entry;

	config->webhooks = begin_list(doc, node, "webhooks", sizeof(*config->webhooks));
	for (entry = config->webhooks ? node->first : NULL; entry; entry = entry->next) {
		struct webhook_config *w = &config->webhooks[config->webhook_count];

		yamldoc_keys(doc, entry, "a webhook", webhook_keys);
		if (entry->kind != YAMLNODE_MAP)
			continue;
		read_name(doc, entry, "a webhook", config->webhooks, sizeof(*w),
			  config->webhook_count, &w->name);
		if (need_string(doc, entry, "a webhook", "url", &w->url))
			check_webhook_url(doc, yamldoc_get(entry, "url"), w->url);
		config_read_ca(doc, entry, &w->ca_file);
		config_read_secret(doc, entry, "secret", false, &w->secret);
		config->webhook_count++;
	}
}

void
config_read_smtp(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	struct smtp_config *s = &config->smtp;
	const char *host = "";
	size_t len = 0;
	bool plain = false;

	if (!node || node->kind == YAMLNODE_NULL)
		return;
	yamldoc_keys(doc, node, "smtp", smtp_keys);
	if (node->kind != YAMLNODE_MAP)
		return;
	if (need_string(doc, node, "smtp", "url", &s->url)) {
		plain = url_host(s->url, "smtp://", &host, &len);
		if (!plain && !url_host(s->url, "smtps://", &host, &len))
			yamldoc_error(doc, yamldoc_get(node, "url"),
				      "write it like smtp://mail.example.com:587",
				      "url must be smtp:// or smtps:// and a host without user or "
				      "password");
	}
	if (need_string(doc, node, "smtp", "from", &s->from))
		need_address(doc, yamldoc_get(node, "from"), "from", s->from);
	config_read_string(doc, node, "user", &s->user);
	config_read_secret(doc, node, "password", s->user != NULL, &s->password);
	config_read_ca(doc, node, &s->ca_file);
	s->starttls = plain && !config_loopback(host, len);
	if (yamldoc_get(node, "starttls") &&
	    yamldoc_bool(doc, yamldoc_get(node, "starttls"), "starttls", &s->starttls) && plain &&
	    !s->starttls && !config_loopback(host, len))
		yamldoc_error(doc, yamldoc_get(node, "starttls"), "take the line out",
			      "without TLS notices could be read on the way; false is for a server "
			      "on this machine only");
}
