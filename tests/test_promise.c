/*
 * Promises: followed until they are kept, over a clock that the test sets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/case.h"
#include "daemon/promise.h"

#define NOW INT64_C(1796126400000)
#define MINUTE (60 * 1000)
#define HOUR (60 * MINUTE)

static struct store *store;
static struct arena *arena;
static unsigned soon, overdue;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	soon = overdue = 0;
	return !arena || store_open_memory(&store) < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(store);
	arena_free(arena);
	return 0;
}

static void
tell(const struct promise_record *promise, bool late)
{
	assert_string_equal(promise->text, "call back");
	late ? overdue++ : soon++;
}

static struct store_txn *
begin(void)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(store, true, &txn), 0);
	return txn;
}

static struct case_record
open_case(void)
{
	struct address from = { "", "kim@mail.example" };
	struct message m = { .subject = "환불", .language = "ko", .from = { &from, 1 } };
	struct store_txn *txn = begin();
	struct case_record c;

	assert_int_equal(case_open(txn, arena, "support", &m, 0, NOW, &c), 0);
	assert_int_equal(store_commit(txn), 0);
	return c;
}

static uint64_t
make(struct case_record *c, int64_t due_ms)
{
	struct store_txn *txn = begin();
	uint64_t number;

	assert_int_equal(promise_make(txn, arena, c,
				      &(struct promise_record){ .text = "call back",
								.made_by = "kim",
								.due_ms = due_ms },
				      NOW, &number),
			 0);
	assert_int_equal(store_commit(txn), 0);
	return number;
}

static int
end(struct case_record *c, uint64_t number, bool kept, int64_t now_ms)
{
	struct store_txn *txn = begin();
	int r = promise_end(txn, arena, c, number, kept ? NULL : "another way", "kim", now_ms);

	if (r == 0)
		r = store_commit(txn);
	else
		store_abort(txn);
	return r;
}

/* Runs what is due; gives when the next one wakes. */
static int64_t
run(int64_t now_ms)
{
	int64_t next_ms = -1;

	assert_int_equal(promise_run(store, now_ms, tell, &next_ms), 0);
	return next_ms;
}

static struct case_record
read_case(uint64_t id)
{
	struct store_txn *txn = begin();
	struct case_record c;
	uint64_t broken;

	assert_int_equal(record_case_get(txn, arena, id, &c), 0);
	assert_int_equal(record_event_verify(txn, id, &broken), 0);
	store_abort(txn);
	return c;
}

static void
first_soon_then_overdue(void **state)
{
	struct case_record c = open_case();
	uint64_t number = make(&c, NOW + 3 * HOUR);

	(void)state;
	assert_int_equal(number, 1);
	assert_int_equal(run(NOW), NOW + 2 * HOUR);
	assert_int_equal(soon + overdue, 0);
	assert_int_equal(run(NOW + 2 * HOUR), NOW + 3 * HOUR);
	assert_int_equal(soon, 1);
	assert_false(read_case(c.id).overdue);
	assert_int_equal(run(NOW + 3 * HOUR - 1), NOW + 3 * HOUR);
	assert_int_equal(overdue, 0);
	assert_int_equal(run(NOW + 3 * HOUR), 0);
	assert_int_equal(overdue, 1);
	c = read_case(c.id);
	assert_true(c.overdue);
	assert_int_equal(end(&c, number, true, NOW + 4 * HOUR), 0);
	c = read_case(c.id);
	assert_false(c.overdue);
	assert_int_equal(c.promise_ms, 0);
	assert_int_equal(end(&c, number, true, NOW + 5 * HOUR), -EALREADY);
	assert_int_equal(end(&c, 7, true, NOW + 5 * HOUR), -ENOENT);
	assert_int_equal(run(NOW + 100 * HOUR), 0);
	assert_int_equal(soon + overdue, 2);
}

/* A clock that jumps past both says the one thing that counts. */
static void
the_clock_jumps(void **state)
{
	struct case_record c = open_case();

	(void)state;
	make(&c, NOW + 3 * HOUR);
	make(&c, NOW + 10 * MINUTE);
	assert_int_equal(run(NOW + 9 * HOUR), 0);
	assert_int_equal(soon, 0);
	assert_int_equal(overdue, 2);
	/* Set back, nothing is said again. */
	assert_int_equal(run(NOW), 0);
	assert_int_equal(soon + overdue, 2);
}

static void
the_case_follows_all_that_are_open(void **state)
{
	struct case_record c = open_case();
	uint64_t early = make(&c, NOW + HOUR), late = make(&c, NOW + 5 * HOUR), only;
	struct store_txn *txn;
	unsigned count;

	(void)state;
	assert_int_equal(read_case(c.id).promise_ms, NOW + HOUR);
	run(NOW + 2 * HOUR);
	c = read_case(c.id);
	assert_true(c.overdue);
	assert_int_equal(end(&c, early, false, NOW + 2 * HOUR), 0);
	c = read_case(c.id);
	assert_false(c.overdue);
	assert_int_equal(c.promise_ms, NOW + 5 * HOUR);
	txn = begin();
	assert_int_equal(promise_open_count(txn, arena, c.id, &count, &only), 0);
	store_abort(txn);
	assert_int_equal(count, 1);
	assert_int_equal(only, late);
}

struct order {
	uint64_t ids[4];
	size_t count;
};

static int
visit(void *context, const struct case_record *c)
{
	struct order *o = context;

	o->ids[o->count++] = c->id;
	return 0;
}

static void
overdue_cases_are_at_the_top(void **state)
{
	struct case_record a = open_case(), b = open_case();
	struct order o = { .count = 0 };
	struct store_txn *txn;

	(void)state;
	make(&b, NOW + HOUR);
	run(NOW + 2 * HOUR);
	txn = begin();
	assert_int_equal(record_case_queue(txn, arena, "support", visit, &o), 0);
	assert_int_equal(record_case_queue(txn, arena, NULL, visit, &o), 0);
	store_abort(txn);
	assert_int_equal(o.count, 4);
	assert_int_equal(o.ids[0], b.id);
	assert_int_equal(o.ids[1], a.id);
	assert_int_equal(o.ids[2], b.id);
}

/* A fifth of the time before, at least an hour, at most a day; nothing when that is past. */
static void
reminds_in_good_time(void **state)
{
	(void)state;
	assert_int_equal(promise_notice_ms(NOW, NOW + 10 * HOUR), NOW + 8 * HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + 3 * HOUR), NOW + 2 * HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + 5 * HOUR), NOW + 4 * HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + 120 * HOUR), NOW + 96 * HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + 500 * HOUR), NOW + 476 * HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + HOUR + 1), NOW + 1);
	assert_int_equal(promise_notice_ms(NOW, NOW + HOUR), NOW + HOUR);
	assert_int_equal(promise_notice_ms(NOW, NOW + 10 * MINUTE), NOW + 10 * MINUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reminds_in_good_time),
		cmocka_unit_test_setup_teardown(first_soon_then_overdue, setup, teardown),
		cmocka_unit_test_setup_teardown(the_clock_jumps, setup, teardown),
		cmocka_unit_test_setup_teardown(the_case_follows_all_that_are_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(overdue_cases_are_at_the_top, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
