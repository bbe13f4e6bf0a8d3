/*
 * steer_contents: what a case holds, and how it goes to another case, for merge and split.
 *
 * A case's mails are those that its events tell of and whose record names it. To move a mail, the
 * record is given the other case's number, and the event that told of it is told again there, with
 * where it came from and when it was; the chain it left keeps what it said.
 */
#ifndef DAEMON_STEER_CONTENTS_H
#define DAEMON_STEER_CONTENTS_H

#include "steer_internal.h"

/* A mail of a case and the event that told of it. */
struct held {
	struct message_record m;
	const char *kind, *actor;
	int64_t at_ms;
	json_t *data;
	bool goes; /* to the other case */
};

/* A draft that was laid out in answer to a mail. */
struct held_draft {
	uint64_t record, answers;
};

struct contents {
	struct store_txn *txn;
	struct arena *arena;
	const char *account;
	struct held *mails;
	struct held_draft *drafts;
	struct promise_record *promises; /* the open ones */
	size_t mail_count, draft_count, promise_count;
	bool full;
};

/*
 * What a case holds, mails in the order in which they came. Always followed by contents_free(),
 * also when it failed. -EINVAL: it holds too much.
 */
int
contents_collect(struct turn *t, const struct case_record *c, struct contents *in);

void
contents_free(struct contents *in);

/*
 * Marks the mail at that place and the later ones that answer it, also over other mails and over
 * drafts of ours, as those that go. *ret_count is how many these are.
 */
int
contents_mark(struct turn *t, struct contents *in, size_t first, size_t *ret_count);

/* Moves the mails that go (all: every one), and the drafts that answer them. */
int
contents_move(struct turn *t, struct contents *in, uint64_t from, bool all, struct case_record *to);

/*
 * An open promise goes on under a number of the other case, into ret_number: of its own, or that of
 * the same which is promised there already.
 */
int
contents_move_promise(struct turn *t, struct promise_record *p, struct case_record *to,
		      uint64_t *ret_number);

/*
 * Sets all of a case that follows from its mails, when these have changed: counts, flags, severity,
 * whose turn it is. The caller puts it.
 */
int
contents_settle(struct turn *t, struct case_record *c);

#endif
