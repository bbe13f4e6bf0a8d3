/*
 * promise: what a customer may rely on, followed until it is kept.
 *
 * An open promise wakes up twice: at promise_notice_ms(), some time before it is due (the case says
 * so), and when it is due (its case goes to the top of the queue until it is kept or called off).
 * Both are kept in the store, so they survive restarts, and come at once where the clock has jumped
 * past them. Works inside the caller's write transaction but for promise_run(); nothing is written
 * when it fails (abort the transaction).
 */
#ifndef DAEMON_PROMISE_H
#define DAEMON_PROMISE_H

#include "filters/arena.h"
#include "record.h"
#include "store.h"

#define PROMISE_NOTICE_SHARE 5 /* a reminder when so large a share of the time is left */
#define PROMISE_NOTICE_MIN_MS (INT64_C(60) * 60 * 1000)
#define PROMISE_NOTICE_MAX_MS (INT64_C(24) * 60 * 60 * 1000)

/*
 * When to remind of a promise that was made at made_ms: a fifth of the time from there before it is
 * due, at least an hour and at most a day before. due_ms itself when that has passed already.
 */
int64_t
promise_notice_ms(int64_t made_ms, int64_t due_ms);

/*
 * Sets what the case says of its open promises: when the first is due, whether one is overdue, and
 * whether one is more than a mail. The caller puts it. 0 or a store error.
 */
int
promise_settle(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms);

/*
 * Makes a promise in a case ("promised" event, or "asked" of one that is inside) and puts the case.
 * Of wanted text, made_by, due_ms, inside and by_mail are read; due_ms lies in the future (the
 * caller's to check). *ret_number is its number in the case.
 */
int
promise_make(struct store_txn *txn, struct arena *arena, struct case_record *c,
	     const struct promise_record *wanted, int64_t now_ms, uint64_t *ret_number);

/*
 * Ends a promise and puts the case: it was kept ("kept" event; "answered" of one that is inside),
 * or, with a reason, it is called off ("called-off"). The measure that it is of is done then, or
 * not planned any more. -ENOENT: there is none of that number; -EALREADY: it has ended.
 */
int
promise_end(struct store_txn *txn, struct arena *arena, struct case_record *c, uint64_t number,
	    const char *reason, const char *actor, int64_t now_ms);

/*
 * One open promise takes the place of another, which is called off for that reason; a measure goes
 * with it. -ENOENT: there is none of that number; -EALREADY: the other has ended.
 */
int
promise_replace(struct store_txn *txn, struct arena *arena, struct case_record *c, uint64_t other,
		uint64_t number, const char *reason, const char *actor, int64_t now_ms);

/*
 * The open promise of a case to the customer, or the open question inside, that is due first.
 * -ENOENT: none is open.
 */
int
promise_next(struct store_txn *txn, struct arena *arena, uint64_t case_id, bool inside,
	     struct promise_record *ret);

/*
 * The same for a mail to the customer that is being written: what it keeps by being sent comes
 * last, unless that is late.
 */
int
promise_to_tell(struct store_txn *txn, struct arena *arena, uint64_t case_id, int64_t now_ms,
		struct promise_record *ret);

/* The open question to our own people that was asked last. -ENOENT: none is open. */
int
promise_asked(struct store_txn *txn, struct arena *arena, uint64_t case_id,
	      struct promise_record *ret);

/*
 * The promise that was kept last, by something that was done rather than by a mail of ours.
 * -ENOENT: none was.
 */
int
promise_done(struct store_txn *txn, struct arena *arena, uint64_t case_id,
	     struct promise_record *ret);

/* How many promises of a case are open; *ret_only is the number of the last of them. */
int
promise_open_count(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		   unsigned *ret_count, uint64_t *ret_only);

/*
 * Does what is due by now_ms, in a transaction of its own for each promise ("due-soon" and
 * "overdue" events). Calls tell for each, when not NULL. *ret_next_ms is when the next one wakes, 0
 * for never. Returns 0 or a store error.
 */
int
promise_run(struct store *store, int64_t now_ms,
	    void (*tell)(const struct promise_record *promise, bool overdue), int64_t *ret_next_ms);

#endif
