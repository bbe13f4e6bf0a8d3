/*
 * Forgetting: what is erased, what stays, and that the chain still shows every other change.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/case.h"
#include "daemon/forget.h"
#include "daemon/promise.h"
#include "daemon/retention.h"

#define NOW INT64_C(1796126400000)
#define DAY (INT64_C(24) * 60 * 60 * 1000)
#define KIM "kim@mail.example"
#define LEE "lee@mail.example"
#define DIGEST "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"

static struct store *store;
static struct arena *arena;
static struct account_config accounts[] = {
	{ .name = "support", .identity_name = "", .identity_address = "help@shop.example" }
};
static struct config config = { .accounts = accounts, .account_count = 1 };

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
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

static struct store_txn *
begin(void)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(store, true, &txn), 0);
	return txn;
}

static void
commit(struct store_txn *txn)
{
	assert_int_equal(store_commit(txn), 0);
}

/* A mail of somebody's, in a case when c is not NULL. */
static uint64_t
add_mail(struct store_txn *txn, struct case_record *c, const char *from, int64_t at_ms)
{
	struct message_record m = {
		.account = "support",
		.folder = "INBOX",
		.uidvalidity = 7,
		.digest = DIGEST,
		.content = "c",
		.from = from,
		.from_name = "Secret Name",
		.subject = "Secret subject",
		.severity = "high",
		.language = "en",
		.automatic = "no",
		.ruleset_hash = "hash",
		.judged_ms = at_ms,
		.received_ms = at_ms,
		.hits = (flag_set)1 << FLAG_THREAT_LEGAL,
		.evidence =
			json_pack("[{s:s, s:s}]", "flag", "threat.legal", "text", "Secret words"),
	};
	char id[64], fingerprint[64];

	assert_int_equal(store_next(txn, "message", &m.id), 0);
	snprintf(id, sizeof(id), "<%d@secret.example>", (int)m.id);
	snprintf(fingerprint, sizeof(fingerprint), "f%d", (int)m.id);
	m.uid = (uint32_t)m.id;
	m.message_id = id;
	m.fingerprint = fingerprint;
	m.case_id = c ? c->id : 0;
	if (c)
		assert_int_equal(case_add_mail(txn, arena, c, &m, SEVERITY_HIGH, at_ms), 0);
	assert_int_equal(record_message_put(txn, &m), 0);
	record_message_free(&m);
	return m.id;
}

/* A case of the customer with one mail; others: another participant. */
static struct case_record
open_case(struct store_txn *txn, const char *customer, const char *other)
{
	struct address from[] = { { "Secret Name", customer }, { "", other ? other : "" } };
	struct message m = { .subject = "Secret subject",
			     .language = "en",
			     .from = { from, other ? 2 : 1 } };
	struct customer_record ignored;
	struct case_record c;
	bool known;

	assert_int_equal(case_open(txn, arena, "support", &m, 0, NOW, &c), 0);
	assert_int_equal(customer_note(txn, arena, &from[0], true, NOW, &ignored, &known), 0);
	add_mail(txn, &c, customer, NOW);
	return c;
}

static void
note(struct store_txn *txn, struct case_record *c, const char *text)
{
	json_t *data = json_pack("{s:s}", "text", text);

	assert_int_equal(record_event_append(txn, arena, c, NOW, "jiwon", "noted", data), 0);
	assert_int_equal(record_case_put(txn, c), 0);
	json_decref(data);
}

static void
solve(struct store_txn *txn, struct case_record *c, int64_t at_ms)
{
	c->state = CASE_SOLVED;
	c->waiting_ms = 0;
	c->solved_ms = at_ms;
	assert_int_equal(record_case_put(txn, c), 0);
}

static int
find_secret(void *context, struct span key, struct span value)
{
	for (size_t at = 0; at + 6 <= value.len; at++)
		if (strncasecmp(value.at + at, context, strlen(context)) == 0)
			return 1;
	for (size_t at = 0; at + 6 <= key.len; at++)
		if (strncasecmp(key.at + at, context, strlen(context)) == 0)
			return 1;
	return 0;
}

struct search {
	const char *text;
	unsigned count;
};

static int
count_text(void *context, struct span key, struct span value)
{
	struct search *s = context;

	s->count += find_secret((void *)(uintptr_t)s->text, key, value) != 0;
	return 0;
}

/* How many keys or values hold the text. */
static unsigned
holding(const char *text)
{
	struct search s = { text, 0 };
	struct store_txn *txn = begin();

	assert_int_equal(store_range(txn, (struct span){ NULL, 0 }, (struct span){ NULL, 0 }, false,
				     count_text, &s),
			 0);
	store_abort(txn);
	return s.count;
}

static void
expect_sound(uint64_t id)
{
	struct store_txn *txn = begin();
	uint64_t broken = 0;

	assert_int_equal(record_event_verify(txn, id, &broken), 0);
	store_abort(txn);
}

static int
ask(const char *address, bool yes, struct forget_record *ret, struct err *err)
{
	struct forget say = { .address = address,
			      .actor = "jiwon",
			      .reason = "asked for by mail",
			      .yes = yes,
			      .now_ms = NOW + DAY };
	bool known;

	return forget_begin(store, arena, &config, &say, ret, &known, err);
}

static void
finish(void)
{
	int r;

	while ((r = forget_step(store, arena, NULL)) == 1)
		;
	assert_int_equal(r, 0);
}

static void
a_person_is_erased_and_the_chain_holds(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL), other = open_case(txn, LEE, NULL);
	struct forget_record job;
	struct message_record m;
	uint64_t number, mail, loose = add_mail(txn, NULL, KIM, NOW), found;
	struct err err;

	(void)state;
	note(txn, &c, "Secret note");
	assert_int_equal(promise_make(txn, arena, &c,
				      &(struct promise_record){ .text = "Secret promise",
								.made_by = "jiwon",
								.due_ms = NOW + DAY },
				      NOW, &number),
			 0);
	mail = c.last_message;
	note(txn, &other, "Stays here");
	commit(txn);
	assert_int_equal(ask(KIM, false, &job, &err), -EBUSY);
	assert_non_null(strstr(err.text, "is open"));
	assert_int_equal(ask("help@shop.example", true, &job, &err), -EINVAL);
	assert_int_equal(ask("kim", true, &job, &err), -EINVAL);
	assert_int_equal(ask("KIM@mail.example", true, &job, &err), 0);
	/* At every moment in between the record is sound. */
	do {
		expect_sound(c.id);
		expect_sound(other.id);
	} while (forget_step(store, arena, NULL) == 1);
	assert_int_equal(holding(KIM), 0);
	assert_int_equal(holding("Secret note"), 0);
	assert_int_equal(holding("Secret promise"), 0);
	assert_int_equal(holding("@secret.example"), 1 + 1); /* Lee's mail, and its index */
	assert_true(holding("Stays here") > 0 && holding(LEE) > 0);

	txn = begin();
	assert_int_equal(record_case_get(txn, arena, c.id, &c), 0);
	assert_string_equal(c.customer, "");
	assert_int_equal(c.messages, 1);
	assert_int_equal(c.state, CASE_SOLVED);
	assert_true(c.flags != 0 && c.forgotten_ms > 0 && c.participant_count == 0);
	assert_int_equal(record_customer_get(txn, arena, KIM, &(struct customer_record){ 0 }),
			 -ENOENT);
	/* Its mails are still known, so that they are not judged anew. */
	assert_int_equal(record_message_get(txn, arena, mail, &m), 0);
	assert_string_equal(m.digest, DIGEST);
	assert_string_equal(m.from, "");
	assert_int_equal(m.case_id, 0);
	record_message_free(&m);
	assert_int_equal(record_message_by_fingerprint(txn, "support", "f1", &found), 0);
	assert_int_equal(record_message_by_id(txn, "support", "<1@secret.example>", &found),
			 -ENOENT);
	assert_int_equal(record_message_get(txn, arena, loose, &m), 0);
	assert_string_equal(m.subject, "");
	record_message_free(&m);
	store_abort(txn);
	/* Again: there is nothing, and that is no mistake. */
	assert_int_equal(ask(KIM, false, &job, &err), 0);
	finish();
	expect_sound(c.id);
}

static void
in_cases_of_others_only_they_are_erased(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, LEE, "kim+work@mail.example");
	struct forget_record job;
	struct err err;

	(void)state;
	add_mail(txn, &c, "kim+work@mail.example", NOW);
	note(txn, &c, "asked Kim+Work@mail.example, too");
	note(txn, &c, "joakim@mail.example is somebody else");
	add_mail(txn, &c, LEE, NOW);
	commit(txn);
	assert_int_equal(ask(KIM, false, &job, &err), 0);
	finish();
	expect_sound(c.id);
	txn = begin();
	assert_int_equal(record_case_get(txn, arena, c.id, &c), 0);
	assert_string_equal(c.customer, LEE);
	assert_int_equal(c.participant_count, 1);
	assert_int_equal(c.forgotten_ms, 0);
	store_abort(txn);
	assert_int_equal(holding("kim+work"), 0);
	assert_int_equal(holding("joakim@mail.example"), 1);
	/* The opening and two mails of Lee's, with their records. */
	assert_true(holding("Secret subject") >= 4);
}

static void
a_long_case_is_erased_in_many_steps(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL);
	struct forget_record job;
	unsigned steps = 0;
	struct err err;

	(void)state;
	for (int i = 0; i < 950; i++)
		note(txn, &c, "Secret note");
	commit(txn);
	assert_int_equal(ask(KIM, true, &job, &err), 0);
	while (forget_step(store, arena, NULL) == 1) {
		expect_sound(c.id);
		steps++;
		arena_reset(arena);
	}
	assert_true(steps >= 5);
	assert_int_equal(holding("Secret note"), 0);
}

/* Keys and values of the events of a case. */
struct raw {
	char key[32], value[1024];
	size_t key_len, value_len;
};

static int
take_raw(void *context, struct span key, struct span value)
{
	struct raw **next = context;

	memcpy((*next)->key, key.at, key.len);
	(*next)->key_len = key.len;
	assert_true(value.len < sizeof((*next)->value));
	memcpy((*next)->value, value.at, value.len);
	(*next)->value[value.len] = '\0';
	(*next)->value_len = value.len;
	(*next)++;
	return 0;
}

static void
put_raw(struct store_txn *txn, const struct raw *at, const char *value)
{
	assert_int_equal(store_put(txn, (struct span){ at->key, at->key_len },
				   (struct span){ value, strlen(value) }),
			 0);
}

static void
what_is_left_of_events_cannot_be_changed(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL);
	struct forget_record job;
	struct raw raw[16], *next = raw;
	char changed[1100], *rest;
	uint64_t number;
	struct err err;

	(void)state;
	note(txn, &c, "Secret note");
	commit(txn);
	assert_int_equal(ask(KIM, true, &job, &err), 0);
	finish();
	txn = begin();
	assert_int_equal(record_case_get(txn, arena, c.id, &c), 0);
	note(txn, &c, "written afterwards");
	assert_int_equal(record_event_raw(txn, c.id, take_raw, &next), 0);
	assert_int_equal(next - raw, 5); /* opened, mail, noted; forgotten; noted */
	assert_int_equal(record_event_verify(txn, c.id, &number), 0);
	for (size_t e = 0; e < 4; e++) {
		for (size_t i = 0; i < raw[e].value_len; i++) {
			strcpy(changed, raw[e].value);
			changed[i] ^= 1;
			put_raw(txn, &raw[e], changed);
			assert_int_equal(record_event_verify(txn, c.id, &number), -EBADMSG);
		}
		put_raw(txn, &raw[e], raw[e].value);
	}
	/* An event that no tombstone names, and a tombstone, cannot be made to look erased. */
	for (size_t e = 3; e < 5; e++) {
		rest = record_event_rest((struct span){ raw[e].value, raw[e].value_len });
		assert_non_null(rest);
		put_raw(txn, &raw[e], rest);
		assert_int_equal(record_event_verify(txn, c.id, &number), -EBADMSG);
		assert_int_equal(number, e + 1);
		put_raw(txn, &raw[e], raw[e].value);
		free(rest);
	}
	assert_int_equal(record_event_erase(txn, c.id, 4), -EPERM);
	assert_int_equal(record_event_erase(txn, c.id, 1), 0);
	assert_int_equal(record_event_verify(txn, c.id, &number), 0);
	store_abort(txn);
}

static void
in_a_case_of_others_no_more_can_be_erased(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, LEE, KIM);
	struct forget_record job;
	struct raw raw[16], *next = raw;
	uint64_t number;
	struct err err;
	char *rest;

	(void)state;
	note(txn, &c, "called " KIM);
	note(txn, &c, "what Lee said");
	commit(txn);
	assert_int_equal(ask(KIM, false, &job, &err), 0);
	finish();
	txn = begin();
	assert_int_equal(record_event_raw(txn, c.id, take_raw, &next), 0);
	assert_int_equal(next - raw, 5);
	assert_int_equal(record_event_verify(txn, c.id, &number), 0);
	rest = record_event_rest((struct span){ raw[3].value, raw[3].value_len });
	put_raw(txn, &raw[3], rest);
	assert_int_equal(record_event_verify(txn, c.id, &number), -EBADMSG);
	assert_int_equal(number, 4);
	free(rest);
	store_abort(txn);
}

static struct retention_counts
retain(int64_t solved_ms, int64_t messages_ms, int64_t now_ms)
{
	struct retention_config wanted = { solved_ms, messages_ms };
	struct retention_counts counts = { 0 };

	assert_int_equal(retention_run(store, &wanted, now_ms, &counts), 0);
	return counts;
}

static void
what_is_old_is_forgotten_a_few_at_a_time(void **state)
{
	struct store_txn *txn = begin();
	struct retention_counts counts;
	struct case_record held, young, open, old[30];
	uint64_t loose = add_mail(txn, NULL, LEE, NOW);
	struct customer_record customer;
	struct message_record m;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		old[i] = open_case(txn, KIM, NULL);
		solve(txn, &old[i], NOW + (int64_t)i);
	}
	open = open_case(txn, KIM, NULL);
	held = open_case(txn, LEE, NULL);
	held.hold_ms = NOW + 1000 * DAY;
	solve(txn, &held, NOW);
	young = open_case(txn, LEE, NULL);
	solve(txn, &young, NOW + 9 * DAY);
	commit(txn);
	assert_int_equal(retain(10 * DAY, 0, NOW + 9 * DAY).cases, 0);
	assert_int_equal(retain(10 * DAY, 20 * DAY, NOW + 10 * DAY + 100).cases, RETENTION_CASES);
	assert_int_equal(retain(10 * DAY, 20 * DAY, NOW + 10 * DAY + 200).cases, 10);
	counts = retain(10 * DAY, 20 * DAY, NOW + 10 * DAY + 300);
	assert_int_equal(counts.cases + counts.messages, 0);
	finish();
	for (size_t i = 0; i < 30; i++)
		expect_sound(old[i].id);
	txn = begin();
	assert_int_equal(record_case_get(txn, arena, old[3].id, &old[3]), 0);
	assert_string_equal(old[3].customer, "");
	assert_int_equal(record_case_get(txn, arena, held.id, &held), 0);
	assert_string_equal(held.customer, LEE);
	assert_int_equal(record_case_get(txn, arena, young.id, &young), 0);
	assert_int_equal(young.forgotten_ms, 0);
	assert_int_equal(record_case_get(txn, arena, open.id, &open), 0);
	assert_int_equal(open.forgotten_ms, 0);
	assert_int_equal(record_customer_get(txn, arena, KIM, &customer), 0);
	assert_int_equal(customer.cases, 1);
	store_abort(txn);
	/* Mails of no case have an age of their own. */
	for (int day = 11; day <= 20; day++)
		counts = retain(0, 20 * DAY, NOW + day * DAY + 300);
	assert_int_equal(counts.messages, 1);
	txn = begin();
	assert_int_equal(record_message_get(txn, arena, loose, &m), 0);
	assert_string_equal(m.from, "");
	record_message_free(&m);
	store_abort(txn);
}

static void
the_last_case_takes_the_customer_along(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL);

	(void)state;
	solve(txn, &c, NOW);
	commit(txn);
	assert_int_equal(retain(DAY, 0, NOW + DAY).cases, 1);
	finish();
	assert_int_equal(holding(KIM), 0);
	assert_int_equal(holding("Secret"), 0);
}

static void
a_clock_that_jumps_forgets_nothing_for_a_day(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL);
	struct retention_counts counts;

	(void)state;
	solve(txn, &c, NOW);
	commit(txn);
	assert_int_equal(retain(10 * DAY, 0, NOW + 1000).cases, 0);
	counts = retain(10 * DAY, 0, NOW + 4000 * DAY);
	assert_int_equal(counts.cases, 0);
	assert_true(counts.wait_ms == NOW + 4001 * DAY);
	assert_int_equal(retain(10 * DAY, 0, NOW + 4000 * DAY + 1000).cases, 0);
	/* It is set right again. */
	counts = retain(10 * DAY, 0, NOW + 3000);
	assert_true(counts.cases == 0 && counts.wait_ms == 0);
	/* Or it was right: after a day it goes on. */
	assert_int_equal(retain(10 * DAY, 0, NOW + 4000 * DAY).cases, 0);
	assert_int_equal(retain(10 * DAY, 0, NOW + 4001 * DAY).cases, 1);
}

static void
a_case_that_is_reopened_is_not_old(void **state)
{
	struct store_txn *txn = begin();
	struct case_record c = open_case(txn, KIM, NULL);

	(void)state;
	solve(txn, &c, NOW);
	c.state = CASE_OPEN;
	assert_int_equal(record_case_put(txn, &c), 0);
	commit(txn);
	assert_int_equal(retain(DAY, 0, NOW + 1000).cases, 0);
	assert_int_equal(retain(DAY, 0, NOW + DAY + 1000).cases, 0);
	txn = begin();
	assert_int_equal(record_case_get(txn, arena, c.id, &c), 0);
	assert_int_equal(c.solved_ms, 0);
	store_abort(txn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_person_is_erased_and_the_chain_holds, setup,
						teardown),
		cmocka_unit_test_setup_teardown(in_cases_of_others_only_they_are_erased, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_long_case_is_erased_in_many_steps, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_left_of_events_cannot_be_changed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(in_a_case_of_others_no_more_can_be_erased, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_old_is_forgotten_a_few_at_a_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_last_case_takes_the_customer_along, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_clock_that_jumps_forgets_nothing_for_a_day, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_case_that_is_reopened_is_not_old, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
