/*
 * api: HTTP/JSON on a Unix socket (libmicrohttpd), run by the engine's event loop. Short answers
 * only.
 *
 * Peers are known by SO_PEERCRED: root, our own user, and members of config.socket_group are
 * served, anybody else gets 403.
 *
 *   GET  /v1/status                 engine, accounts, parked and troubled entries
 *   GET  /v1/queue?account=&limit=
 *   GET  /v1/cases/C12              case, messages with evidence, events, drafts
 *   GET  /v1/cases/C12/events       its events as they are written: {"events": ["{...}", ...]}
 *   GET  /v1/cases/C12/mails        where its mails lie, their digests, the policy's folders
 *   POST /v1/cases/C12/correct?change=+threat.legal,-abuse.insult
 *   POST /v1/cases/C12/VERB?value=&until=&reason=     see steer.h; what was done, in words;
 *                                  unmask: the case with all its words
 *   GET  /v1/customers/ADDRESS      what is known of a customer
 *   POST /v1/customers/ADDRESS/VERB?value=&reason=    see card.h; what was done, in words
 *   POST /v1/customers/import?rows=                   a JSON array of {address, name, value,
 *                                  currency, since, note}, at most CARD_ROWS_MAX; all or none
 *   GET  /v1/digest?account=        what the digest says now, see digest.h
 *   POST /v1/customers/ADDRESS/forget?reason=&yes=1   see forget.h; 409 when a case is open
 *   GET  /v1/recurring?account=&days=    what recent cases share, see recurring.h
 *   POST /v1/recurring/draft?what=&template=&reason=&account=&days=    a draft for each open case
 *   GET  /v1/rules                  what each rule did, and corrections against it
 *   GET  /v1/corrections            mails that were corrected, with their rules
 *   POST /v1/reload?yes=1           200 with what changed, 409 with problems when the old set stays
 *   POST /v1/accounts/NAME/resume?folder=F    reads a parked folder again, from now on
 *
 * Errors are {"error": "sentence"} with a fitting status.
 */
#ifndef DAEMON_API_H
#define DAEMON_API_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "filters/err.h"
#include "forget.h"
#include "recurring_draft.h"
#include "steer.h"
#include "store.h"

struct api;

/*
 * What the API asks of the engine. json results are new references; negative errno with err
 * otherwise.
 */
struct api_hooks {
	void *context;
	int (*status)(void *context, json_t **ret, struct err *err);
	int (*reload)(void *context, bool yes, json_t **ret, struct err *err);
	int (*resume)(void *context, const char *account, const char *folder, struct err *err);
	/* actor: who asks. -ENOENT: no such case, -EINVAL: what is asked makes no sense. */
	int (*correct)(void *context, uint64_t case_id, const char *change, const char *actor,
		       json_t **ret, struct err *err);
	/* What a person does with a case; errors as of correct. */
	int (*steer)(void *context, uint64_t case_id, const struct steer *steer, json_t **ret,
		     struct err *err);
	/*
	 * Forgets a customer: {"done": all of it, "known": there was a record of them, "cases",
	 * "others": of others in which they occurred, "mails": in no case}. Not done: it goes on by
	 * itself; asking again says how far it is. Errors as of forget_begin().
	 */
	int (*forget)(void *context, const struct forget *say, json_t **ret, struct err *err);
	/* view_mails() with "folders": those that the policy moves or copies mail to. */
	int (*mails)(void *context, uint64_t case_id, json_t **ret, struct err *err);
	/* What a person does with a customer's card; errors as of correct. */
	int (*card)(void *context, const char *address, const struct steer *steer, json_t **ret,
		    struct err *err);
	/* rows: the JSON text of imported customers; errors as of correct. */
	int (*import)(void *context, const char *rows, const char *actor, json_t **ret,
		      struct err *err);
	int (*rules)(void *context, json_t **ret, struct err *err);
	/* account NULL: what is configured; else one, or "all". -ENOENT: no such account. */
	int (*digest)(void *context, const char *account, json_t **ret, struct err *err);
	/* Adds to a case that is shown who acts for its owner. */
	int (*acting)(void *context, json_t *one);
	/* ask->what NULL: only lists the groups. Errors as of correct. */
	int (*recurring)(void *context, const struct recurring_ask *ask, json_t **ret,
			 struct err *err);
};

struct api_options {
	const char *socket; /* path; an old socket file that nobody listens on is replaced */
	const char *group;  /* NULL: only root and our own user */
	int listen_fd;      /* -1, or an already listening socket (systemd socket activation) */
};

/* Listens. -EADDRINUSE when another process listens there. */
int
api_open(const struct api_options *options, struct store *store, const struct api_hooks *hooks,
	 struct err *err, struct api **ret_api);

/*
 * The epoll fd to watch for reading; call api_run() when it is readable or after *ret_timeout_ms
 * (-1: none).
 */
int
api_fd(const struct api *api);

void
api_run(struct api *api, int64_t *ret_timeout_ms);

/* Stops listening, ends connections, removes the socket file. NULL is fine. */
void
api_close(struct api *api);

#endif
