/*
 * replay: a mailbox in memory behind transport.h, for simulate and for tests.
 *
 * Nothing comes from or goes to the world: what the caller does to messages happens to the folders
 * kept here, and can be looked at. INBOX is always there. One thread uses the transport;
 * replay_add() and wake may come from others.
 */
#ifndef DAEMON_REPLAY_H
#define DAEMON_REPLAY_H

#include "transport.h"

/* NULL when out of memory. Freed by ops->free. */
struct transport *
replay_new(void);

/*
 * Adds a copy of the bytes to a folder, which is made when missing. 0 or -ENOMEM. ret_uid may be
 * NULL.
 */
int
replay_add(struct transport *t, const char *folder, const void *bytes, size_t len,
	   int64_t received_ms, uint32_t *ret_uid);

struct replay_message {
	uint32_t uid;
	const char *bytes;
	size_t len;
	int64_t received_ms;
	const char *flags; /* in the order they were added, one space between them, "" when none */
};

/* Stops at the first non-zero answer and returns it. */
typedef int
replay_visitor(void *context, const struct replay_message *message);

/* Visits the messages of a folder in UID order. -ENOENT when there is no such folder. */
int
replay_visit(struct transport *t, const char *folder, replay_visitor *visit, void *context);

/* Calls `visit_folder` with the name of each folder, in the order they were made. */
void
replay_folders(struct transport *t, void (*visit_folder)(void *context, const char *name),
	       void *context);

/* Another UIDVALIDITY; the messages get the UIDs 1, 2, 3 ... in order. -ENOENT. */
int
replay_renumber(struct transport *t, const char *folder, uint32_t uidvalidity);

/* Deletes a folder, or takes one message out of it (somebody else moved it). -ENOENT. */
int
replay_delete(struct transport *t, const char *folder);

int
replay_take(struct transport *t, const char *folder, uint32_t uid);

/*
 * The next call of that operation ("move", "append_draft" ...; NULL: the next of any) fails with
 * that negative errno. done: it is carried out all the same, as when the connection breaks before
 * the answer comes. An error that tells of a lost connection closes the transport.
 */
void
replay_fail(struct transport *t, const char *operation, int error, bool done);

#endif
