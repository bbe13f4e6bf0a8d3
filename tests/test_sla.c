/*
 * The clocks of a case: when they start, stand still and stop, and what happens when they are
 * passed. Working time is Monday to Friday, 09:00 to 18:00, in UTC.
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
#include "daemon/moment.h"
#include "daemon/sla.h"

static struct store *store;
static struct arena *arena;
static struct config config;
static unsigned told;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	config = (struct config){ .targets = targets_default };
	told = 0;
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

static int64_t
at(const char *text)
{
	int64_t ms = moment_parse(NULL, 0, text);

	assert_true(ms > 0);
	return ms;
}

static void
is_at(int64_t ms, const char *text)
{
	assert_string_equal(ms > 0 ? moment_text(arena, NULL, ms) : "never", text);
}

static struct store_txn *
begin(void)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(store, true, &txn), 0);
	return txn;
}

static struct case_record
open_case(const char *when)
{
	struct address from = { "", "kim@mail.example" };
	struct message m = { .subject = "환불", .language = "ko", .from = { &from, 1 } };
	struct store_txn *txn = begin();
	struct case_record c;

	assert_int_equal(case_open(txn, arena, "support", &m, 0, at(when), &c), 0);
	assert_int_equal(store_commit(txn), 0);
	return c;
}

/* A mail as intake adds it. */
static void
mail(struct case_record *c, const char *when, enum severity severity, bool outgoing)
{
	struct message_record m = { .id = c->messages + 1,
				    .account = "support",
				    .from = "kim@mail.example",
				    .received_ms = at(when),
				    .outgoing = outgoing };
	struct store_txn *txn = begin();
	int64_t now_ms = at(when) + 5000;

	sla_mail(&config, c, &m, severity, now_ms);
	assert_int_equal(case_add_mail(txn, arena, c, &m, severity, now_ms), 0);
	assert_int_equal(store_commit(txn), 0);
}

static void
put(const struct case_record *c)
{
	struct store_txn *txn = begin();

	assert_int_equal(record_case_put(txn, c), 0);
	assert_int_equal(store_commit(txn), 0);
}

static void
tell(const struct case_record *c, const struct breach_record *breach)
{
	assert_true(c->id == breach->case_id);
	told |= 1u << breach->clock;
}

/* Runs what is due; gives when the next one is. */
static int64_t
run(const char *when)
{
	int64_t next_ms = -1;

	assert_int_equal(sla_run(store, &config, at(when), tell, &next_ms), 0);
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

/* 2026-11-27 is a Friday. */
static void
runs_in_working_time_until_we_answer(void **state)
{
	struct case_record c = open_case("2026-11-27 17:00");

	(void)state;
	mail(&c, "2026-11-27 17:00", SEVERITY_HIGH, false);
	is_at(c.response_due_ms, "2026-11-30 12:00");
	is_at(c.resolve_due_ms, "2026-12-02 17:00");
	assert_int_equal(sla_answer_clock(&c), TARGET_FIRST);
	/* A second mail does not give us more time; a mail of ours changes nothing. */
	mail(&c, "2026-11-30 10:00", SEVERITY_HIGH, false);
	mail(&c, "2026-11-30 10:30", SEVERITY_NONE, true);
	is_at(c.response_due_ms, "2026-11-30 12:00");
	sla_answered(&c, at("2026-11-30 11:00"));
	is_at(c.response_due_ms, "never");
	c.waiting_ms = 0;
	put(&c);
	is_at(run("2026-12-01 09:00"), "2026-12-02 17:00");
	mail(&c, "2026-12-01 11:00", SEVERITY_LOW, false);
	is_at(c.response_due_ms, "2026-12-02 10:00");
	assert_int_equal(sla_answer_clock(&c), TARGET_NEXT);
	/* An answer that crossed with the mail is none to it. */
	sla_answered(&c, at("2026-12-01 10:59"));
	is_at(c.response_due_ms, "2026-12-02 10:00");
	assert_int_equal(told, 0);
}

static void
a_graver_mail_makes_the_clocks_shorter(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00");

	(void)state;
	mail(&c, "2026-11-30 09:00", SEVERITY_LOW, false);
	is_at(c.response_due_ms, "2026-12-01 18:00");
	mail(&c, "2026-11-30 10:00", SEVERITY_CRITICAL, false);
	is_at(c.response_due_ms, "2026-11-30 11:00");
	is_at(c.resolve_due_ms, "2026-12-01 10:00");
}

static void
a_breach_is_put_down_once_and_brings_the_case_up(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00"), grave = open_case("2026-11-30 09:00");

	(void)state;
	mail(&c, "2026-11-30 09:00", SEVERITY_NORMAL, false);
	mail(&grave, "2026-12-01 08:59", SEVERITY_CRITICAL, false);
	is_at(run("2026-11-30 17:59"), "2026-11-30 18:00");
	is_at(run("2026-11-30 18:00"), "2026-12-01 10:00");
	assert_int_equal(told, 1u << TARGET_FIRST);
	c = read_case(c.id);
	assert_true(c.response_late);
	assert_false(c.resolve_late);
	told = 0;
	is_at(run("2026-12-01 09:30"), "2026-12-01 10:00");
	assert_int_equal(told, 0);
	/* The clock jumps a year: all that was passed, each once. */
	is_at(run("2027-12-01 09:00"), "never");
	assert_int_equal(told, 1u << TARGET_FIRST | 1u << TARGET_RESOLVE);
	c = read_case(c.id);
	assert_true(c.resolve_late);
	assert_int_equal(c.last_event, 4);
	/* Back again: nothing a second time. */
	told = 0;
	is_at(run("2026-12-01 09:00"), "never");
	assert_int_equal(told, 0);
}

struct order {
	uint64_t ids[8];
	size_t count;
};

static int
note(void *context, const struct case_record *c)
{
	struct order *o = context;

	o->ids[o->count++] = c->id;
	return 0;
}

static void
late_answers_come_after_broken_promises(void **state)
{
	struct case_record grave = open_case("2026-11-30 09:00"),
			   late = open_case("2026-11-30 09:00"),
			   broken = open_case("2026-11-30 09:00");
	struct order o = { .count = 0 };
	struct store_txn *txn;

	(void)state;
	mail(&late, "2026-11-30 09:00", SEVERITY_LOW, false);
	mail(&grave, "2026-12-02 09:00", SEVERITY_CRITICAL, false);
	broken.overdue = true;
	put(&broken);
	run("2026-12-02 09:00");
	txn = begin();
	assert_int_equal(record_case_queue(txn, arena, "support", note, &o), 0);
	store_abort(txn);
	assert_int_equal(o.count, 3);
	assert_int_equal(o.ids[0], broken.id);
	assert_int_equal(o.ids[1], late.id);
	assert_int_equal(o.ids[2], grave.id);
}

static void
stands_still_on_hold(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00");
	int64_t now_ms = at("2026-11-30 11:00");

	(void)state;
	mail(&c, "2026-11-30 09:00", SEVERITY_HIGH, false);
	is_at(c.response_due_ms, "2026-11-30 13:00");
	sla_hold(&config, &c, at("2026-12-01 10:00"), now_ms);
	c.hold_ms = at("2026-12-01 10:00");
	is_at(c.response_due_ms, "2026-12-01 12:00");
	/* It is made longer, then released early: two hours are left all the time. */
	now_ms = at("2026-11-30 12:00");
	sla_hold(&config, &c, at("2026-12-02 10:00"), now_ms);
	c.hold_ms = at("2026-12-02 10:00");
	is_at(c.response_due_ms, "2026-12-02 12:00");
	now_ms = at("2026-12-01 09:30");
	sla_hold(&config, &c, now_ms, now_ms);
	c.hold_ms = 0;
	is_at(c.response_due_ms, "2026-12-01 11:30");
	/* A first mail into a case on hold waits for its end, too. */
	c = open_case("2026-11-30 09:00");
	c.hold_ms = at("2026-12-01 10:00");
	mail(&c, "2026-11-30 09:00", SEVERITY_HIGH, false);
	is_at(c.response_due_ms, "2026-12-01 14:00");
}

static int
count(void *context, uint64_t case_id, int64_t at_ms)
{
	(void)at_ms;
	*(uint64_t *)context = *(uint64_t *)context * 100 + case_id;
	return 0;
}

static uint64_t
solved_since(const char *when)
{
	struct store_txn *txn = begin();
	uint64_t found = 0;

	assert_int_equal(record_solved_each(txn, at(when), count, &found), 0);
	store_abort(txn);
	return found;
}

static void
ends_when_solved_and_begins_anew(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00");

	(void)state;
	mail(&c, "2026-11-30 09:00", SEVERITY_HIGH, false);
	sla_solved(&c, at("2026-11-30 10:00"));
	c.state = CASE_SOLVED;
	c.waiting_ms = 0;
	put(&c);
	is_at(run("2027-01-01 09:00"), "never");
	assert_int_equal(solved_since("2026-11-30 10:00"), c.id);
	assert_int_equal(solved_since("2026-11-30 10:01"), 0);
	mail(&c, "2027-01-04 09:00", SEVERITY_LOW, false);
	assert_int_equal(c.state, CASE_OPEN);
	is_at(c.resolve_due_ms, "2027-01-06 18:00");
	assert_int_equal(solved_since("2026-11-30 10:00"), 0);
	sla_solved(&c, at("2027-01-04 10:00"));
	sla_reopened(&config, &c, at("2027-01-05 10:00"));
	is_at(c.resolve_due_ms, "2027-01-08 10:00");
	is_at(c.response_due_ms, "never");
}

struct breaches {
	enum target_clock clocks[8];
	size_t count;
};

static int
note_breach(void *context, const struct breach_record *b)
{
	struct breaches *list = context;

	list->clocks[list->count++] = b->clock;
	assert_true(b->due_ms <= b->at_ms);
	return 0;
}

static void
breaches_are_remembered_by_when(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00");
	struct breaches list = { .count = 0 };
	struct store_txn *txn;

	(void)state;
	mail(&c, "2026-11-30 09:00", SEVERITY_HIGH, false);
	run("2026-11-30 13:30");
	run("2026-12-03 09:00");
	txn = begin();
	assert_int_equal(record_breach_each(txn, arena, 0, note_breach, &list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.clocks[0], TARGET_FIRST);
	assert_int_equal(list.clocks[1], TARGET_RESOLVE);
	assert_int_equal(record_breach_each(txn, arena, at("2026-12-01 00:00"), note_breach, &list),
			 0);
	assert_int_equal(list.count, 3);
	store_abort(txn);
}

static void
many_at_once_are_seen_to_in_turns(void **state)
{
	unsigned turns = 1;

	(void)state;
	for (int i = 0; i < 130; i++) {
		struct case_record c = open_case("2026-11-30 09:00");

		mail(&c, "2026-11-30 09:00", SEVERITY_HIGH, false);
	}
	while (run("2027-11-30 09:00") == at("2027-11-30 09:00"))
		turns++;
	assert_int_equal(turns, 3);
}

static void
no_target_no_clock(void **state)
{
	struct case_record c = open_case("2026-11-30 09:00");

	(void)state;
	memset(&config.targets, 0, sizeof(config.targets));
	mail(&c, "2026-11-30 09:00", SEVERITY_CRITICAL, false);
	is_at(c.response_due_ms, "never");
	is_at(c.resolve_due_ms, "never");
	is_at(run("2030-01-01 09:00"), "never");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(runs_in_working_time_until_we_answer),
		TEST(a_graver_mail_makes_the_clocks_shorter),
		TEST(a_breach_is_put_down_once_and_brings_the_case_up),
		TEST(late_answers_come_after_broken_promises),
		TEST(stands_still_on_hold),
		TEST(ends_when_solved_and_begins_anew),
		TEST(breaches_are_remembered_by_when),
		TEST(many_at_once_are_seen_to_in_turns),
		TEST(no_target_no_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
