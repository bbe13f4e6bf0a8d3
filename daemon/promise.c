/*
 * promise: see promise.h.
 */
#include "promise.h"

#include <errno.h>
#include <string.h>

#define RUN_MAX 10000 /* promises in one call */

int64_t
promise_notice_ms(int64_t made_ms, int64_t due_ms)
{
	int64_t before = (due_ms - made_ms) / PROMISE_NOTICE_SHARE;

	if (before < PROMISE_NOTICE_MIN_MS)
		before = PROMISE_NOTICE_MIN_MS;
	if (before > PROMISE_NOTICE_MAX_MS)
		before = PROMISE_NOTICE_MAX_MS;
	return due_ms - before > made_ms ? due_ms - before : due_ms;
}

/* What every event of a promise says. reason may be NULL. */
static int
append(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms,
       const char *actor, const char *kind, const struct promise_record *p, const char *reason)
{
	json_t *data =
		json_pack("{s:s, s:I, s:I, s:s*}", "text", p->text, "promise",
			  (json_int_t)p->number, "due_ms", (json_int_t)p->due_ms, "reason", reason);
	int r;

	if (data && p->kept && p->ended_ms > p->due_ms)
		json_object_set_new(data, "late_ms", json_integer((json_int_t)p->due_ms));
	r = data ? record_event_append(txn, arena, c, now_ms, actor, kind, data) : -ENOMEM;

	json_decref(data);
	return r;
}

/* What the open promises of a case say of it. */
struct open_promises {
	int64_t now_ms, first_due;
	bool overdue, owes;
	unsigned count;
	uint64_t last;
};

static int
visit_open(void *context, const struct promise_record *p)
{
	struct open_promises *open = context;

	if (p->ended_ms > 0)
		return 0;
	open->count++;
	open->last = p->number;
	if (p->inside)
		return 0;
	open->overdue |= p->due_ms <= open->now_ms;
	open->owes |= !p->by_mail;
	if (open->first_due == 0 || p->due_ms < open->first_due)
		open->first_due = p->due_ms;
	return 0;
}

int
promise_settle(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms)
{
	struct open_promises open = { .now_ms = now_ms };
	int r = record_promise_each(txn, arena, c->id, visit_open, &open);

	if (r < 0)
		return r;
	c->promise_ms = open.first_due;
	c->overdue = open.overdue;
	c->owes = open.owes;
	return 0;
}

/* Brings the case up to what its promises are now, and puts it. */
static int
update_case(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms)
{
	int r = promise_settle(txn, arena, c, now_ms);

	c->updated_ms = now_ms;
	return r < 0 ? r : record_case_put(txn, c);
}

int
promise_make(struct store_txn *txn, struct arena *arena, struct case_record *c,
	     const struct promise_record *wanted, int64_t now_ms, uint64_t *ret_number)
{
	struct promise_record p = {
		.case_id = c->id,
		.number = c->promises + 1,
		.account = c->account,
		.text = wanted->text,
		.made_by = wanted->made_by,
		.made_ms = now_ms,
		.due_ms = wanted->due_ms,
		.wake_ms = promise_notice_ms(now_ms, wanted->due_ms),
		.inside = wanted->inside,
		.by_mail = wanted->by_mail,
	};
	int r = record_promise_put(txn, arena, &p);

	c->promises = p.number;
	/* What was agreed is being done from now on. */
	if (!p.inside && strcmp(c->stage, "agreed") == 0)
		c->stage = "fulfilling";
	if (r == 0)
		r = append(txn, arena, c, now_ms, p.made_by, p.inside ? "asked" : "promised", &p,
			   NULL);
	if (r == 0)
		r = update_case(txn, arena, c, now_ms);
	if (r == 0)
		*ret_number = p.number;
	return r;
}

/* The measure that a promise was of. */
static void
end_measure(struct measure *m, const struct promise_record *p)
{
	if (m->promise != p->number)
		return;
	m->promise = 0;
	m->done_ms = p->ended_ms;
	if (!p->kept)
		*m = (struct measure){ .text = "" };
}

int
promise_end(struct store_txn *txn, struct arena *arena, struct case_record *c, uint64_t number,
	    const char *reason, const char *actor, int64_t now_ms)
{
	struct promise_record p;
	int r = record_promise_get(txn, arena, c->id, number, &p);

	if (r < 0)
		return r;
	if (p.ended_ms > 0)
		return -EALREADY;
	p.ended_ms = now_ms;
	p.kept = !reason;
	p.wake_ms = 0;
	end_measure(&c->interim, &p);
	end_measure(&c->lasting, &p);
	r = record_promise_put(txn, arena, &p);
	if (r == 0)
		r = append(txn, arena, c, now_ms, actor,
			   reason     ? "called-off"
			   : p.inside ? "answered"
				      : "kept",
			   &p, reason);
	return r < 0 ? r : update_case(txn, arena, c, now_ms);
}

int
promise_replace(struct store_txn *txn, struct arena *arena, struct case_record *c, uint64_t other,
		uint64_t number, const char *reason, const char *actor, int64_t now_ms)
{
	struct measure *const measures[] = { &c->interim, &c->lasting };
	struct promise_record p;
	int r = record_promise_get(txn, arena, c->id, number, &p);

	for (size_t i = 0; r == 0 && i < 2; i++)
		if (measures[i]->promise == other) {
			measures[i]->promise = number;
			measures[i]->due_ms = p.due_ms;
		}
	return r < 0 ? r : promise_end(txn, arena, c, other, reason, actor, now_ms);
}

int
promise_open_count(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		   unsigned *ret_count, uint64_t *ret_only)
{
	struct open_promises open = { .now_ms = 0 };
	int r = record_promise_each(txn, arena, case_id, visit_open, &open);

	*ret_count = open.count;
	*ret_only = open.last;
	return r;
}

struct next_promise {
	struct promise_record first;
	bool inside, writing; /* writing: now keeps what is by mail */
	int64_t now_ms;
};

static bool
comes_last(const struct next_promise *next, const struct promise_record *p)
{
	return next->writing && p->by_mail && p->due_ms > next->now_ms;
}

static int
visit_next(void *context, const struct promise_record *p)
{
	struct next_promise *next = context;
	const struct promise_record *first = &next->first;
	bool last = comes_last(next, p);

	if (p->ended_ms > 0 || p->inside != next->inside)
		return 0;
	if (first->number == 0 || last < comes_last(next, first) ||
	    (last == comes_last(next, first) && p->due_ms < first->due_ms))
		next->first = *p;
	return 0;
}

static int
find_next(struct store_txn *txn, struct arena *arena, uint64_t case_id, struct next_promise *next,
	  struct promise_record *ret)
{
	int r = record_promise_each(txn, arena, case_id, visit_next, next);

	if (r == 0 && next->first.number == 0)
		r = -ENOENT;
	if (r == 0)
		*ret = next->first;
	return r;
}

int
promise_next(struct store_txn *txn, struct arena *arena, uint64_t case_id, bool inside,
	     struct promise_record *ret)
{
	struct next_promise next = { .inside = inside };

	return find_next(txn, arena, case_id, &next, ret);
}

int
promise_to_tell(struct store_txn *txn, struct arena *arena, uint64_t case_id, int64_t now_ms,
		struct promise_record *ret)
{
	struct next_promise next = { .writing = true, .now_ms = now_ms };

	return find_next(txn, arena, case_id, &next, ret);
}

static int
visit_asked(void *context, const struct promise_record *p)
{
	struct promise_record *last = context;

	if (p->inside && p->ended_ms == 0)
		*last = *p;
	return 0;
}

int
promise_asked(struct store_txn *txn, struct arena *arena, uint64_t case_id,
	      struct promise_record *ret)
{
	int r;

	*ret = (struct promise_record){ .number = 0 };
	r = record_promise_each(txn, arena, case_id, visit_asked, ret);
	return r == 0 && ret->number == 0 ? -ENOENT : r;
}

static int
visit_done(void *context, const struct promise_record *p)
{
	struct promise_record *last = context;

	if (p->kept && !p->inside && !p->by_mail && p->ended_ms >= last->ended_ms)
		*last = *p;
	return 0;
}

int
promise_done(struct store_txn *txn, struct arena *arena, uint64_t case_id,
	     struct promise_record *ret)
{
	int r;

	*ret = (struct promise_record){ .number = 0 };
	r = record_promise_each(txn, arena, case_id, visit_done, ret);
	return r == 0 && ret->number == 0 ? -ENOENT : r;
}

static const char *
wake_kind(const struct promise_record *p, bool overdue)
{
	if (p->inside)
		return overdue ? "no-answer" : "answer-due";
	return overdue ? "overdue" : "due-soon";
}

static int
wake(struct store_txn *txn, struct arena *arena, struct promise_record *p, int64_t now_ms,
     bool *ret_overdue)
{
	struct case_record c;
	int r = record_case_get(txn, arena, p->case_id, &c);

	if (r < 0)
		return r == -ENOENT ? -EBADMSG : r;
	*ret_overdue = p->due_ms <= now_ms;
	p->wake_ms = *ret_overdue ? 0 : p->due_ms;
	r = record_promise_put(txn, arena, p);
	if (r == 0)
		r = append(txn, arena, &c, now_ms, "triaged", wake_kind(p, *ret_overdue), p, NULL);
	return r < 0 ? r : update_case(txn, arena, &c, now_ms);
}

/* 1: one promise was seen to; 0: nothing is due, *ret_next_ms says when something will be. */
static int
run_one(struct store *store, struct arena *arena, int64_t now_ms,
	void (*tell)(const struct promise_record *promise, bool overdue), int64_t *ret_next_ms)
{
	struct promise_record p;
	struct store_txn *txn;
	bool overdue;
	int r = store_begin(store, true, &txn);

	if (r < 0)
		return r;
	r = record_promise_first(txn, arena, &p);
	if (r < 0 || p.wake_ms > now_ms) {
		store_abort(txn);
		*ret_next_ms = r < 0 ? 0 : p.wake_ms;
		return r == -ENOENT ? 0 : r;
	}
	r = wake(txn, arena, &p, now_ms, &overdue);
	if (r < 0) {
		store_abort(txn);
		return r;
	}
	r = store_commit(txn);
	if (r == 0 && tell)
		tell(&p, overdue);
	return r < 0 ? r : 1;
}

int
promise_run(struct store *store, int64_t now_ms,
	    void (*tell)(const struct promise_record *promise, bool overdue), int64_t *ret_next_ms)
{
	struct arena *arena = arena_new(0);
	int r = 1;

	if (!arena)
		return -ENOMEM;
	*ret_next_ms = now_ms;
	for (unsigned i = 0; i < RUN_MAX && r == 1; i++) {
		arena_reset(arena);
		r = run_one(store, arena, now_ms, tell, ret_next_ms);
	}
	arena_free(arena);
	return r < 0 ? r : 0;
}
