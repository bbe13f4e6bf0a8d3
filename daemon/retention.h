/*
 * retention: solved cases, and mails that belong to none, are forgotten when they are old enough.
 *
 * A few in each run. When the clock has gone forward by more than RETENTION_JUMP_MS since the last
 * run (it was set wrongly, or triaged did not run) nothing is forgotten for a day, so that somebody
 * can set it right. When it goes back, ages count anew from there.
 */
#ifndef DAEMON_RETENTION_H
#define DAEMON_RETENTION_H

#include "config.h"
#include "store.h"

#define RETENTION_CASES 20     /* forgotten in one run */
#define RETENTION_MESSAGES 200 /* the same */
#define RETENTION_JUMP_MS (INT64_C(2) * 24 * 60 * 60 * 1000)
#define RETENTION_WAIT_MS (INT64_C(24) * 60 * 60 * 1000)

struct retention_counts {
	unsigned cases, messages;
	int64_t wait_ms; /* the clock jumped: nothing before that time; 0 */
};

/*
 * One run. Cases get their tombstones; their events follow by forget_step(). Counts are only added
 * to when what they count is durable.
 */
int
retention_run(struct store *store, const struct retention_config *config, int64_t now_ms,
	      struct retention_counts *ret);

#endif
