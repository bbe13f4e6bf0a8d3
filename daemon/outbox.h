/*
 * outbox: everything we do to the world, journalled.
 *
 * An action is an entry: planned (in the transaction of the verdict), started (just before we act), done. An entry found
 * started is unknown: we died, or lost the connection, in between. Before anything is repeated the world is asked: a draft is
 * looked for by its own Message-ID, a copy or move in its target folder. A webhook may repeat (it carries an idempotency
 * key); a notice by mail is never repeated: a person is told.
 *
 * IMAP actions run on their account's thread (outbox_run_mailbox), webhooks and notices on the courier's (outbox_run_courier).
 */
#ifndef DAEMON_OUTBOX_H
#define DAEMON_OUTBOX_H

#include <errno.h>

#include "intake.h"
#include "policy.h"
#include "record.h"
#include "transport.h"

/* What the actions of one mail are made from. */
struct outbox_plan {
	const struct intake *intake;
	const struct bundle *bundle;
	const struct message *message;
	const struct message_record *record;	/* id and case are set */
	struct case_record *case_;		/* NULL when the mail is no complaint */
	const struct plan *plan;
	int64_t now_ms;
};

/* Puts an entry for each action of the plan. Drafts and notices are written here, so that what was decided is what is done. */
int
outbox_plan_actions(struct store_txn *txn, struct arena *arena, const struct outbox_plan *wanted, unsigned *ret_count);

/*
 * When nobody is carrying out entries of those kinds (at start, after a lost connection): what is found started becomes
 * unknown (a webhook: planned again), and what waits for another try need not wait any longer.
 */
int
outbox_recover(struct store *store, const char *account, unsigned kinds);

struct outbox_counts {
	unsigned done, waiting, failed;
	int64_t next_ms;		/* when the earliest waiting entry is due, 0 when none waits */
};

/*
 * Carries out what is due of an account's IMAP entries, in order. -ESTALE: a folder has another UIDVALIDITY than an
 * entry: synchronise first. Otherwise the transport's errors that lose the connection, or the store's.
 */
int
outbox_run_mailbox(const struct intake *intake, struct transport *transport, struct outbox_counts *ret, struct err *err);

/* Carries out what is due of an account's webhooks, or of its notices: kinds is a set of 1u << OUTBOX_... */
int
outbox_run_courier(const struct intake *intake, unsigned kinds, const _Atomic int *cancelled, struct outbox_counts *ret, struct err *err);

#define OUTBOX_KINDS_MAILBOX	(1u << OUTBOX_KEYWORD | 1u << OUTBOX_FLAG | 1u << OUTBOX_COPY | 1u << OUTBOX_DRAFT | \
				 1u << OUTBOX_MOVE)

/* An error of a result: the entry was marked as started, but not begun. It is planned again. */
#define OUTBOX_NOT_BEGUN	(-ECHILD)

/* How an attempt ended; journalled by outbox_finish(). */
struct outbox_result {
	struct outbox_record entry;
	int error;			/* 0 done, OUTBOX_NOT_BEGUN, else why not */
	bool again;			/* try later */
	char text[512];			/* for people */
	uint32_t moved_validity, moved_uid;
};

/* Marks entries as started, durably. */
int
outbox_start(struct store *store, struct outbox_record *entries, size_t count);

/* Writes down how entries ended: events, retries, the mail's ledger entry. Durable. */
int
outbox_finish(const struct intake *intake, const struct outbox_result *results, size_t count);

/* Unfinished entries of one account that are due, of those kinds, at most max. In the arena. */
int
outbox_due(const struct intake *intake, struct arena *arena, unsigned kinds, size_t max, struct outbox_record **ret_entries,
	   size_t *ret_count, int64_t *ret_next_ms);

#endif
