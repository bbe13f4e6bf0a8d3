/*
 * ctl_ask: options of the commands that ask the running triaged, and the asking itself.
 */
#ifndef DAEMON_CTL_ASK_H
#define DAEMON_CTL_ASK_H

#include <stdbool.h>
#include <jansson.h>

#include "config.h"
#include "ctl_client.h"

/* Set command and which options it takes, the rest zero. */
struct ask {
	const char *command;
	bool takes_json, takes_yes, takes_queue, takes_steer, takes_unmask, takes_digest,
		takes_no_mails, takes_recurring, takes_import;

	bool json, yes, unmask, html, no_mails, skip_bad;
	const char *account, *limit, *language;
	const char *until, *reason;       /* "" when not given */
	const char *days, *template_name; /* NULL when not given */
	const char *socket;               /* where triaged listens */
	struct config *config;            /* holds socket when --config was given */
};

/*
 * Reads --socket, --config and the options taken; optind is then at the first word. CTL_OK, or
 * CTL_USAGE (said).
 */
int
ask_parse(struct ask *ask, int argc, char **argv);

/* Calls and gives the answer. CTL_FAILED (said) when triaged does not answer or says no. */
int
ask_call(const struct ask *ask, const char *method, const char *path, json_t **ret_answer);

/* Words with a space between, escaped for a path; the caller frees it. NULL when out of memory. */
char *
ask_join(char **words, int count);

/*
 * POST /v1/WHAT/NAME/VERB with value (escaped; NULL: out of memory), until and reason, and prints
 * what was done.
 */
int
ask_act(const struct ask *ask, const char *what, const char *verb, const char *name,
	const char *value);

void
ask_end(struct ask *ask);

#endif
