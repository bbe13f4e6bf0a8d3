/*
 * engine_internal: the running daemon as its files see it.
 */
#ifndef DAEMON_ENGINE_INTERNAL_H
#define DAEMON_ENGINE_INTERNAL_H

#include <systemd/sd-event.h>

#include "api.h"
#include "engine.h"
#include "forget.h"
#include "mailbox.h"
#include "service.h"
#include "stream.h"

struct engine {
	const struct config *config;
	struct service service;
	struct pool *pool;
	struct trust { /* certificate authorities, one for each file that accounts name */
		const char *file;
		struct stream_trust *trust;
	} * trusts;
	size_t trust_count;
	struct mailbox **mailboxes;
	size_t mailbox_count;
	struct api *api;
	sd_event *event;
	sd_event_source *api_timer, *promise_timer, *records_timer, *watchdog;
	int64_t retention_next_ms; /* monotonic */
	bool retention_waits;      /* the log was told that the clock jumped */
	uint64_t watchdog_usec;
	int64_t started_ms, reloaded_ms;
	char reload_error[1024];
};

/* What the API asks of the engine. */
struct api_hooks
engine_hooks(struct engine *e);

/* Sees to the promises that are due, and sets the timer for the next one. */
void
engine_promises(struct engine *e);

/* The same for the clocks of cases and the digest. When the next one is due, 0: none. */
int64_t
engine_timers(struct engine *e, int64_t now_ms);
/* Sets the timer by which what is old, and who asked for it, is forgotten. */
int
engine_records_start(struct engine *e);

/* Forgets a customer; see api.h. */
int
engine_forget(void *context, const struct forget *say, json_t **ret, struct err *err);

/* The mails of a case; see api.h. */
int
engine_mails(void *context, uint64_t case_id, json_t **ret, struct err *err);

/*
 * Loads rules, policy and templates again; keeps the old ones when anything is wrong, or when the
 * set lost more than half of its rules and `yes` is false. *ret says what changed, or on failure
 * what is wrong (a new reference).
 */
int
engine_reload(struct engine *e, bool yes, json_t **ret, struct err *err);

#endif
