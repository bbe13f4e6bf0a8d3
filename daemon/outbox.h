/*
 * outbox: everything we do to the world, journalled.
 *
 * An action is an entry: planned (in the transaction of the verdict), started (just before we act),
 * done. An entry found started is unknown: we died, or lost the connection, in between. Before
 * anything is repeated the world is asked: a draft is looked for by its own Message-ID, a copy or
 * move in its target folder. A webhook may repeat (it carries an idempotency key); a notice by mail
 * is never repeated: a person is told.
 *
 * IMAP actions run on their account's thread (outbox_run_mailbox), webhooks and notices on the
 * courier's (outbox_run_courier).
 */
#ifndef DAEMON_OUTBOX_H
#define DAEMON_OUTBOX_H

#include <errno.h>

#include "approval.h"
#include "intake.h"
#include "policy.h"
#include "record.h"
#include "transport.h"

/* What the actions of one mail are made from. */
struct outbox_plan {
	const struct intake *intake;
	const struct bundle *bundle;
	const struct message *message;
	const struct message_record *record; /* id and case are set */
	struct case_record *case_;           /* NULL when the mail is no complaint */
	const struct plan *plan;
	struct unapproved *unapproved; /* out: what kept a draft from being made; NULL: not asked */
	int64_t now_ms;
};

/*
 * Puts an entry for each action of the plan. Drafts and notices are written here, so that what was
 * decided is what is done.
 */
int
outbox_plan_actions(struct store_txn *txn, struct arena *arena, const struct outbox_plan *wanted,
		    unsigned *ret_count);

/*
 * Plans one draft of a case that a person asked for: an answer to the customer's last mail, without
 * its words. rule is what the record says of why. -ENOENT: the case has no mail of the customer's;
 * -EBUSY: it is on hold; else as draft_build(), which fills in ret_unapproved.
 */
int
outbox_plan_by_hand(struct store_txn *txn, struct arena *arena, const struct intake *intake,
		    const struct bundle *bundle, struct case_record *c, const char *template,
		    const char *rule, int64_t now_ms, struct unapproved *ret_unapproved);

/*
 * Whether a mail that says that it is ours is: it has the Message-ID of a draft or notice in our
 * journal, and its sender is one that these have (the account, one of our agents, the sender of
 * notices). Anybody can write a token of ours, and whoever had a mail from us knows one.
 */
int
outbox_wrote(struct store_txn *txn, struct arena *arena, const struct intake *intake,
	     const struct message *message, bool *ret);

/*
 * At start, when nobody is carrying out anything: what is found started becomes unknown (a webhook:
 * planned again), and what waits for another try need not wait any longer.
 */
int
outbox_recover(struct store *store, const char *account);

struct outbox_counts {
	unsigned done, failed;
	bool more;       /* there is more to do now: look at the mailbox, then call again */
	int64_t next_ms; /* when the earliest waiting entry is due, 0 when none waits */
};

/*
 * Carries out what is due of an account's IMAP entries, in order, each at most once and not without
 * end (ret->more). Entries whose folder has another UIDVALIDITY wait until it is matched again.
 * Returns 0, the transport's errors that lose the connection, or the store's.
 */
int
outbox_run_mailbox(const struct intake *intake, struct transport *transport,
		   struct outbox_counts *ret, struct err *err);

/*
 * Carries out what is due of an account's webhooks, or of its notices: kinds is a set of 1u <<
 * OUTBOX_... After a failure that time mends, the others to the same receiver are left for the next
 * call.
 */
int
outbox_run_courier(const struct intake *intake, unsigned kinds, const _Atomic int *cancelled,
		   struct outbox_counts *ret, struct err *err);

#define OUTBOX_KINDS_MAILBOX                                                                       \
	(1u << OUTBOX_KEYWORD | 1u << OUTBOX_FLAG | 1u << OUTBOX_COPY | 1u << OUTBOX_DRAFT |       \
	 1u << OUTBOX_MOVE | 1u << OUTBOX_WITHDRAW)

/* An error of a result: the entry was marked as started, but not begun. It is as it was before. */
#define OUTBOX_NOT_BEGUN (-ECHILD)

/* How an attempt ended; journalled by outbox_finish(). */
struct outbox_result {
	struct outbox_record entry;
	int error;      /* 0 done, OUTBOX_NOT_BEGUN, else why not */
	bool again;     /* try later */
	bool gone;      /* done, because there was nothing left to do it to */
	bool changed;   /* a draft stays, because somebody changed it */
	char text[512]; /* for people */
	uint32_t moved_validity, moved_uid;
};

/*
 * Marks entries as started (those that are unknown stay so), durably. Where their mail lies is read
 * again into the arena: resync may have given it a new number. One that was ended meanwhile,
 * because its case was forgotten, comes back OUTBOX_DONE: it must not be carried out.
 */
int
outbox_start(struct store *store, struct arena *arena, struct outbox_record *entries, size_t count);

/* Why actions are tried again, as far as the log was told: hashes of account and error. */
struct outbox_told {
	uint64_t hashes[16]; /* the oldest is forgotten for a new one */
	unsigned count;
};

/* Whether the account's actions have not failed with this error before. They have from now on. */
bool
outbox_told_new(struct outbox_told *told, const char *account, const char *error);

/* Nothing is tried again any more: what fails from now on is news. */
static inline void
outbox_told_forget(struct outbox_told *told)
{
	told->count = 0;
}

/*
 * Writes down how entries ended: events, retries, the mail's ledger entry. Durable. Sets state and
 * next_ms of the results' entries. The first to be tried again for a reason is told to the log.
 */
int
outbox_finish(const struct intake *intake, struct outbox_result *results, size_t count);

/* Whether an action needs its mail where it was found, so that a move must wait for it. */
bool
outbox_is_source_bound(enum outbox_kind kind);

#define OUTBOX_LAID_OUT_MAX 200 /* older drafts were sent long ago */

/* Entries of the drafts that were laid out in a case. */
struct outbox_laid_out {
	uint64_t entries[OUTBOX_LAID_OUT_MAX]; /* the newest, in no order */
	size_t count;
};

/* Those of a case, and of those that became a part of it. 0, or a store error. */
int
outbox_laid_out(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		struct outbox_laid_out *ret);

/*
 * Plans to take the drafts of a case, and of those that became a part of it, out of Drafts again
 * that say more than is approved in it now: those that lie there and those that are being laid
 * there. Drafts that somebody changed stay. How many there are into ret_count. 0, or a store error.
 */
int
outbox_withdraw_drafts(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		       int64_t now_ms, unsigned *ret_count);

/* One walk over what is due. */
struct outbox_walk {
	uint64_t from;   /* the lowest id to look at; moved on */
	int64_t next_ms; /* when the earliest entry that was passed over is due, 0 when none was */
};

/*
 * Unfinished entries of one account that are due, of those kinds, the next ones of the walk, at
 * most max. In the arena.
 */
int
outbox_due(const struct intake *intake, struct arena *arena, unsigned kinds, size_t max,
	   struct outbox_walk *walk, struct outbox_record **ret_entries, size_t *ret_count);

/* The earlier of two times, of which 0 is none. */
static inline int64_t
outbox_earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

#endif
