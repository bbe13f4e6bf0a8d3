/*
 * config: triaged.yaml, read and checked. Every mistake is reported in one run as file:line:column.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amount.h"
#include "calendar.h"
#include "filters/arena.h"
#include "filters/err.h"
#include "target.h"
#include "zone.h"

enum tls_mode {
	TLS_IMPLICIT,
	TLS_STARTTLS,
	TLS_NONE, /* only to a loopback host */
};

/* Exactly one member is not NULL. A password never stands in the configuration itself. */
struct secret_source {
	const char *file;       /* its first line */
	const char *command;    /* run by /bin/sh with a deadline; first line of its output */
	const char *credential; /* a systemd credential: the file NAME or triaged_NAME below
				   $CREDENTIALS_DIRECTORY */
};

/* What it means that a mail lies in a folder, but that it came in there. */
enum folder_role {
	FOLDER_SENT,     /* we wrote it */
	FOLDER_SOLVED,   /* whoever moves a mail there solves its case */
	FOLDER_HARMLESS, /* ... says that it is no threat */
	FOLDER_MINE,     /* ... takes its case over */
};

struct folder_role_config {
	enum folder_role role;
	const char *folder;
	const char *agent; /* whose it is, for FOLDER_MINE */
};

struct account_config {
	const char *name; /* [A-Za-z0-9._-]+, unique */
	const char *host;
	uint16_t port;
	enum tls_mode tls;
	const char *ca_file; /* NULL: the system's */
	const char *user;
	struct secret_source password;
	const char **folders; /* watched, at least one (default INBOX) */
	size_t folder_count;
	const char *drafts;               /* NULL: SPECIAL-USE, else "Drafts" */
	struct folder_role_config *roles; /* of some of folders */
	size_t role_count;
	int64_t since_ms;      /* 0: from now on */
	unsigned poll_seconds; /* plain UID poll even while IDLE seems to work (default 180) */
	const char *identity_name, *identity_address; /* From: of drafts */
	const char *language;    /* of drafts when the mail's is unknown: "ko" (default) or "en" */
	const char *company;     /* for templates, default identity_name */
	bool subject_token;      /* subjects of drafts end in the case's token */
	const char *time_zone;   /* IANA name, default "UTC" */
	const struct zone *zone; /* the same, loaded; NULL is read as UTC */
	const struct calendar *calendar; /* hours and holidays; NULL is read as the default */
};

/* Days on which an agent is not there, as numbers like 20261224; both are days away. */
struct agent_away {
	int from, until;
	const char *deputy; /* an agent's name; "" when none is named */
};

/* The most that somebody may approve: a sum of each currency; in others nothing. */
struct authority {
	struct amount *list;
	size_t count;
};

struct agent_config {
	const char *name;     /* unique */
	const char *display;  /* as customers read it; default name */
	const char *address;  /* "" when none */
	const char *role;     /* "agent", "senior", "lead" */
	const char *superior; /* an agent's name; "" when none is named */
	struct agent_away *away;
	size_t away_count;
	const struct zone *zone;    /* in which their days begin; NULL: that of the account */
	struct authority authority; /* their own, or that of their role */
};

#define CONFIG_ROLES 3

/* "agent", "senior", "lead"; NULL-terminated */
extern const char *const config_roles[CONFIG_ROLES + 1];

struct webhook_config {
	const char *name;
	const char *url; /* https, or http to a loopback host */
	const char *ca_file;
	struct secret_source secret; /* signs the body (HMAC-SHA256); all NULL: not signed */
};

struct smtp_config {
	const char *url; /* smtp://host:port, smtps://...; NULL: notify cannot be used */
	const char *from;
	const char *user;
	struct secret_source password;
	const char *ca_file;
	bool starttls; /* required; default true but for loopback */
};

#define DIGEST_MINUTE_DEFAULT (8 * 60)

/* The morning's mail to those who lead. */
struct digest_config {
	const char **to; /* none: no digest is sent */
	size_t to_count;
	int minute;           /* of the day */
	const char *language; /* "ko" or "en" */
	const char *account;  /* NULL: all */
	bool every_day;       /* else on working days */
};

/* How long what the records say of people is kept; 0: for ever. */
struct retention_config {
	int64_t solved_ms;   /* a case, since it was solved */
	int64_t messages_ms; /* a mail that belongs to no case, since it was judged */
};

struct config {
	struct arena *arena;
	const char *path;
	const char *state_directory; /* default $STATE_DIRECTORY or /var/lib/triaged */
	const char *socket;       /* default $RUNTIME_DIRECTORY/api.sock or /run/triaged/api.sock */
	const char *socket_group; /* members may use the API besides root and our own user; NULL:
				     nobody else */
	const char *
		*rules; /* directories: the shipped one first, local overrides (rules.d) after it */
	size_t rule_count;
	size_t store_max_bytes;
	size_t message_max_bytes; /* default LIMIT_MESSAGE_BYTES */
	struct account_config *accounts;
	size_t account_count;
	struct agent_config *agents;
	size_t agent_count;
	const char **colleagues; /* addresses and domains: see config_is_colleague() */
	size_t colleague_count;
	struct webhook_config *webhooks;
	size_t webhook_count;
	struct smtp_config smtp;
	struct targets targets;
	struct digest_config digest;
	struct retention_config retention;
	struct authority
		authority[CONFIG_ROLES]; /* of each role, for agents without one of their own */
};

/*
 * Reads and checks path. 0, or -EINVAL with problems->errors > 0, or the errno of reading the file.
 */
int
config_load(const char *path, struct problems *problems, struct config **ret_config);

void
config_free(struct config *config);

/* The sum in that currency; NULL: nothing may be approved in it. */
const struct amount *
authority_in(const struct authority *authority, const char *currency);

const struct account_config *
config_account(const struct config *config, const char *name);

/* What a watched folder means; NULL: mail comes in there. */
const struct folder_role_config *
config_folder_role(const struct account_config *account, const char *folder);

const struct agent_config *
config_agent(const struct config *config, const char *name);

/* Whether we, or one of our agents sending our draft, write from that address. */
bool
config_is_ours(const struct config *config, const struct account_config *account,
	       const char *address);

/* Whether somebody of the company writes from that address: ours, or named under colleagues. */
bool
config_is_colleague(const struct config *config, const struct account_config *account,
		    const char *address);

const struct webhook_config *
config_webhook(const struct config *config, const char *name);

/*
 * Reads a secret, at most 4 KiB, first line, within 10 seconds. malloc'd; the caller wipes
 * (secret_free) it. -ENOENT, -EACCES, -ETIMEDOUT, -EINVAL (empty) with a sentence that never holds
 * the secret.
 */
int
secret_read(const struct secret_source *source, struct err *err, char **ret_secret);

/*
 * The same, but a password command is ended when cancelled(context) says true, which is asked
 * several times a second: -ECANCELED. cancelled may be NULL.
 */
int
secret_read_until(const struct secret_source *source, bool (*cancelled)(const void *context),
		  const void *context, struct err *err, char **ret_secret);

/*
 * For secret_read_until(): whether the atomic_int at context is not 0; a NULL context is never
 * cancelled.
 */
bool
secret_flag_set(const void *context);

void
secret_free(char *secret);

#endif
