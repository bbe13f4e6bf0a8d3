/*
 * retention: see retention.h.
 */
#include "retention.h"

#include <errno.h>
#include <stdlib.h>

#include "conduct.h"
#include "forget.h"
#include "record.h"
#include "steer.h"

#define LOOKED_AT 2000                    /* records in one run */
#define SEEN_MS (INT64_C(60) * 60 * 1000) /* how often the time of a run is written down */

struct run {
	struct store *store;
	struct store_txn *txn;
	struct arena *arena;
	const struct retention_config *config;
	int64_t now_ms;
	uint64_t ids[RETENTION_MESSAGES]; /* that are old enough */
	size_t count, max;
	unsigned looked_at;
	uint64_t next; /* message that was not looked at yet */
};

/* Whether nobody needs the case any more. */
static bool
is_over(const struct run *run, const struct case_record *c)
{
	return c->state == CASE_SOLVED && c->forgotten_ms == 0 &&
	       c->solved_ms <= run->now_ms - run->config->solved_ms &&
	       !case_on_hold(c, run->now_ms);
}

static int
visit_solved(void *context, uint64_t id, int64_t solved_ms)
{
	struct run *run = context;
	struct case_record c;
	int r;

	if (solved_ms > run->now_ms - run->config->solved_ms || ++run->looked_at > LOOKED_AT)
		return 1;
	r = record_case_get(run->txn, run->arena, id, &c);
	if (r < 0)
		return r;
	if (is_over(run, &c))
		run->ids[run->count++] = id;
	return run->count == run->max;
}

/* A customer who has no case any more and has not written since is not remembered either. */
static int
fade_customer(struct run *run, const char *address)
{
	int64_t before_ms = run->now_ms - run->config->solved_ms;
	struct customer_record customer;
	int r = record_customer_get(run->txn, run->arena, address, &customer);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (customer.cases > 0)
		customer.cases--;
	if (customer.cases == 0 && customer.last_ms <= before_ms &&
	    !*conduct_now(&customer, run->now_ms))
		return record_customer_delete(run->txn, customer.address);
	return record_customer_put(run->txn, &customer);
}

/* It may have been opened again since it was found. */
static int
fade_case(struct run *run, uint64_t id)
{
	struct case_record c;
	const char *customer;
	int r = record_case_get(run->txn, run->arena, id, &c);

	if (r < 0 || !is_over(run, &c))
		return r;
	customer = c.customer;
	r = forget_case(run->txn, run->arena, &c, run->now_ms, "triaged", "retention",
			"solved long enough ago");
	/* A case that became a part of another is not counted any more. */
	return r < 0 || c.merged ? r : fade_customer(run, customer);
}

static int
visit_message(void *context, uint64_t id, struct span value)
{
	struct run *run = context;
	struct message_record m;
	bool old, wanted;
	int r;

	(void)value;
	if (++run->looked_at > LOOKED_AT || run->count == run->max)
		return 1;
	r = record_message_get(run->txn, run->arena, id, &m);
	if (r < 0)
		return r;
	old = m.judged_ms <= run->now_ms - run->config->messages_ms;
	wanted = old && m.case_id == 0 && *m.from;
	record_message_free(&m);
	if (!old)
		return 1;
	run->next = id + 1;
	if (wanted)
		run->ids[run->count++] = id;
	return 0;
}

static int
fade_message(struct run *run, uint64_t id)
{
	struct message_record m;
	int r = record_message_get(run->txn, run->arena, id, &m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/* It may have become a case's since it was found. */
	if (m.case_id == 0)
		r = forget_message(run->txn, run->arena, &m);
	record_message_free(&m);
	return r;
}

/* Solved cases that are old enough, one transaction each. */
static int
fade_cases(struct run *run, unsigned *ret)
{
	int r = store_begin(run->store, false, &run->txn);

	if (r < 0)
		return r;
	run->count = run->looked_at = 0;
	run->max = RETENTION_CASES;
	r = record_case_solved(run->txn, visit_solved, run);
	store_abort(run->txn);
	for (size_t i = 0; r == 0 && i < run->count; i++) {
		r = store_begin(run->store, true, &run->txn);
		if (r < 0)
			break;
		r = fade_case(run, run->ids[i]);
		if (r == 0)
			r = store_commit(run->txn);
		else
			store_abort(run->txn);
		*ret += r == 0;
	}
	return r;
}

/* Mails that belong to no case, in one transaction. */
static int
fade_messages(struct run *run, struct retention_record *seen, unsigned *ret)
{
	int r = store_begin(run->store, false, &run->txn);

	if (r < 0)
		return r;
	run->count = run->looked_at = 0;
	run->max = RETENTION_MESSAGES;
	run->next = seen->next_message;
	r = record_message_raw(run->txn, seen->next_message, visit_message, run);
	store_abort(run->txn);
	if (r < 0 || run->next == seen->next_message)
		return r;
	r = store_begin(run->store, true, &run->txn);
	if (r < 0)
		return r;
	seen->next_message = run->next;
	for (size_t i = 0; r == 0 && i < run->count; i++)
		r = fade_message(run, run->ids[i]);
	if (r == 0)
		r = record_retention_put(run->txn, seen);
	if (r < 0) {
		store_abort(run->txn);
		return r;
	}
	r = store_commit(run->txn);
	*ret += r == 0 ? (unsigned)run->count : 0;
	return r;
}

/* Looks at the clock. *ret_wait: nothing may be forgotten now. */
static int
look_at_clock(struct run *run, struct retention_record *seen, bool *ret_wait)
{
	int64_t passed_ms;
	int r = store_begin(run->store, false, &run->txn);

	if (r < 0)
		return r;
	r = record_retention_get(run->txn, run->arena, seen);
	store_abort(run->txn);
	if (r < 0)
		return r;
	passed_ms = seen->seen_ms > 0 ? run->now_ms - seen->seen_ms : 0;
	if (passed_ms > RETENTION_JUMP_MS)
		seen->wait_ms = run->now_ms + RETENTION_WAIT_MS;
	else if (passed_ms < 0)
		seen->wait_ms = 0;
	*ret_wait = seen->wait_ms > run->now_ms;
	if (seen->seen_ms > 0 && passed_ms >= 0 && passed_ms < SEEN_MS)
		return 0;
	seen->seen_ms = run->now_ms;
	r = store_begin(run->store, true, &run->txn);
	if (r < 0)
		return r;
	r = record_retention_put(run->txn, seen);
	if (r == 0)
		return store_commit(run->txn);
	store_abort(run->txn);
	return r;
}

int
retention_run(struct store *store, const struct retention_config *config, int64_t now_ms,
	      struct retention_counts *ret)
{
	struct run *run = calloc(1, sizeof(*run));
	struct retention_record seen;
	bool wait = false;
	int r = -ENOMEM;

	if (!run)
		return r;
	*run = (struct run){
		.store = store, .config = config, .now_ms = now_ms, .arena = arena_new(0)
	};
	if (run->arena)
		r = look_at_clock(run, &seen, &wait);
	if (r == 0 && wait)
		ret->wait_ms = seen.wait_ms;
	if (r == 0 && !wait && config->solved_ms > 0)
		r = fade_cases(run, &ret->cases);
	if (r == 0 && !wait && config->messages_ms > 0)
		r = fade_messages(run, &seen, &ret->messages);
	arena_free(run->arena);
	free(run);
	return r;
}
