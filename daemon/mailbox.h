/*
 * mailbox: one account's life: connect, synchronise every watched folder, carry out what was
 * planned, wait for more.
 *
 * Each account has a thread of its own, so that a slow or failing server never holds up another
 * account.
 */
#ifndef DAEMON_MAILBOX_H
#define DAEMON_MAILBOX_H

#include <jansson.h>

#include "intake.h"
#include "service.h"
#include "transport.h"

struct mailbox;

/* Takes over the transport. NULL when out of memory (the transport is then freed). */
struct mailbox *
mailbox_new(struct service *service, const struct account_config *account,
	    struct transport *transport);

/* The thread must have ended. NULL is fine. */
void
mailbox_free(struct mailbox *mailbox);

/* Starts its thread. */
int
mailbox_start(struct mailbox *mailbox, struct err *err);

/*
 * After service_stop() and mailbox_wake(): waits for the thread's end until deadline_ms (monotonic;
 * INT64_MAX: as long as it takes). Whether it ended, or was never started.
 */
bool
mailbox_join(struct mailbox *mailbox, int64_t deadline_ms);

/*
 * Reads a parked folder again: what is known in it goes on, mail that came since it was parked is
 * new, the rest is old. -ENOENT: not a folder of this account; -EALREADY: it is not parked, and
 * left alone. Any thread.
 */
int
mailbox_resume(struct mailbox *mailbox, const char *folder, struct err *err);

/* Ends a wait; with cut every call to the server. Any thread. */
void
mailbox_wake(struct mailbox *mailbox, bool cut);

/*
 * On the caller's thread: connects, synchronises and carries out until nothing is left to do now,
 * disconnects. 0, or the error that ended it with a sentence.
 */
int
mailbox_once(struct mailbox *mailbox, struct err *err);

/*
 * For status: state, since, server, folders, counts, last error. New reference, NULL when out of
 * memory.
 */
json_t *
mailbox_status(struct mailbox *mailbox);

/* When (monotonic ms) its thread last got on with its work; 0 while it waits. For the watchdog. */
int64_t
mailbox_beat(struct mailbox *mailbox);

#endif
