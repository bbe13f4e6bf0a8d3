/*
 * Cases and customers: what opening, adding mail and assigning leave in the store and in the
 * timeline.
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

struct fixture {
	struct store *store;
	struct store_txn *txn;
	struct arena *arena;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->arena = arena_new(0);
	if (!f->arena || store_open_memory(&f->store) < 0)
		return -1;
	return store_begin(f->store, true, &f->txn);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(f->txn);
	store_close(f->store);
	arena_free(f->arena);
	free(f);
	return 0;
}

static struct address from[] = { { "Kim", "Kim@Mail.Example" }, { "", "" } };
static struct address reply_to[] = { { "", "KIM@mail.example" }, { "", "office@mail.example" } };
static struct address to[] = { { "", "support@shop.example" }, { "", "stranger@other.example" } };

static struct message
sample(void)
{
	return (struct message){
		.subject = "환불",
		.language = "ko",
		.from = { from, 2 },
		.reply_to = { reply_to, 2 },
		.to = { to, 2 },
		.cc = { to, 2 },
	};
}

static struct message_record
sample_mail(uint64_t id, int64_t received_ms)
{
	return (struct message_record){ .id = id,
					.account = "support",
					.subject = "환불",
					.automatic = "no",
					.received_ms = received_ms,
					.ruleset_hash = "abc",
					.hits = 1u << FLAG_DEMAND_REFUND };
}

static struct case_record
open_sample(struct fixture *f)
{
	struct message message = sample();
	struct case_record c;

	assert_int_equal(case_open(f->txn, f->arena, "support", &message, 4, 1000, &c), 0);
	return c;
}

/* "kind actor data;" of each event. */
static int
add_event(void *context, const struct event_record *e)
{
	struct buf *b = context;
	char *data = json_dumps(e->data, JSON_COMPACT | JSON_SORT_KEYS);

	buf_printf(b, "%s %s %s;", e->kind, e->actor, data);
	free(data);
	return 0;
}

static const char *
timeline(struct fixture *f, uint64_t id)
{
	struct buf b = { .arena = f->arena };
	uint64_t number;

	assert_int_equal(record_event_verify(f->txn, id, &number), 0);
	assert_int_equal(record_event_each(f->txn, f->arena, id, add_event, &b), 0);
	return buf_string(&b);
}

static void
opening_makes_a_case(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f), kept;

	assert_int_equal(c.id, 1);
	assert_int_equal(record_case_get(f->txn, f->arena, 1, &kept), 0);
	assert_string_equal(kept.account, "support");
	assert_string_equal(kept.customer, "kim@mail.example");
	assert_string_equal(kept.customer_name, "Kim");
	assert_string_equal(kept.subject, "환불");
	assert_string_equal(kept.language, "ko");
	assert_string_equal(kept.owner, "");
	assert_string_equal(kept.severity, "none");
	assert_string_equal(kept.stage, "new");
	assert_int_equal(kept.state, CASE_OPEN);
	assert_int_equal(kept.opened_ms, 1000);
	assert_int_equal(kept.linked, 4);
	assert_int_equal(kept.messages, 0);
	/* From and Reply-To, once each; whoever else the customer wrote to is no participant. */
	assert_int_equal(kept.participant_count, 2);
	assert_string_equal(kept.participants[0], "kim@mail.example");
	assert_string_equal(kept.participants[1], "office@mail.example");
	assert_string_equal(timeline(f, 1),
			    "opened triaged {\"customer\":\"kim@mail.example\",\"linked\":4};");
	assert_int_equal(open_sample(f).id, 2);
}

static void
participants_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct message message = sample();
	struct address *many = arena_calloc(f->arena, 500, sizeof(*many));
	struct case_record c;

	for (int i = 0; i < 500; i++)
		many[i] = (struct address){ "", arena_printf(f->arena, "p%d@mail.example", i) };
	many[1].address = arena_printf(f->arena, "%0400d@mail.example", 7);
	message.from = (struct addresses){ many, 500 };
	assert_int_equal(case_open(f->txn, f->arena, "support", &message, 0, 1, &c), 0);
	assert_int_equal(c.participant_count, 32);
	assert_string_equal(c.participants[1], "p2@mail.example");
}

static void
a_mail_without_writer_opens_a_case_too(void **state)
{
	struct fixture *f = *state;
	struct message message = { .subject = "", .language = "und" };
	struct case_record c;

	assert_int_equal(case_open(f->txn, f->arena, "support", &message, 0, 1, &c), 0);
	assert_string_equal(c.customer, "");
	assert_int_equal(c.participant_count, 0);
}

static void
a_mail_is_added(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f), kept;
	struct message_record mail = sample_mail(11, 900);

	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_HIGH, 1000), 0);
	mail = sample_mail(12, 2500);
	mail.hits = 1u << FLAG_THREAT_LEGAL;
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_LOW, 3000), 0);
	assert_int_equal(record_case_get(f->txn, f->arena, 1, &kept), 0);
	assert_int_equal(kept.messages, 2);
	assert_int_equal(kept.last_message, 12);
	assert_int_equal(kept.flags, 1u << FLAG_DEMAND_REFUND | 1u << FLAG_THREAT_LEGAL);
	assert_string_equal(kept.severity, "high");
	/* Waits since the first mail came, not since we read it. */
	assert_int_equal(kept.waiting_ms, 900);
	assert_int_equal(kept.updated_ms, 3000);
	assert_string_equal(timeline(f, 1),
			    "opened triaged {\"customer\":\"kim@mail.example\",\"linked\":4};"
			    "mail customer "
			    "{\"flags\":[\"demand.refund\"],\"record\":11,\"ruleset\":\"abc\","
			    "\"severity\":\"high\",\"subject\":\"환불\"};"
			    "mail customer "
			    "{\"flags\":[\"threat.legal\"],\"record\":12,\"ruleset\":\"abc\","
			    "\"severity\":\"low\",\"subject\":\"환불\"};");
}

static void
only_people_wait(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f);
	struct message_record mail = sample_mail(11, 900);

	mail.automatic = "bounce";
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_NONE, 1000), 0);
	mail.automatic = "no";
	mail.outgoing = true;
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_NONE, 1000), 0);
	assert_int_equal(c.waiting_ms, 0);
	mail.outgoing = false;
	/* A server whose clock is ahead. */
	mail.received_ms = 99999;
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_NONE, 1000), 0);
	assert_int_equal(c.waiting_ms, 1000);
}

static void
a_solved_case_opens_again(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f);
	struct message_record mail = sample_mail(11, 900);

	c.state = CASE_SOLVED;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_LOW, 1000), 0);
	assert_int_equal(c.state, CASE_OPEN);
	assert_non_null(strstr(timeline(f, 1), "reopened triaged {\"record\":11};"));
}

static void
hostile_subjects_are_kept_short(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f);
	struct message_record mail = sample_mail(11, 900);
	char *subject = arena_alloc(f->arena, 3 * 30000 + 1);

	for (int i = 0; i < 30000; i++)
		memcpy(subject + 3 * i, "가", 3);
	subject[3 * 30000] = '\0';
	mail.subject = subject;
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_LOW, 1000), 0);
	assert_true(strlen(timeline(f, 1)) < 2 * RECORD_STRING_MAX);
	mail.subject = "\xff broken";
	assert_int_equal(case_add_mail(f->txn, f->arena, &c, &mail, SEVERITY_LOW, 1000), 0);
}

static void
a_case_is_assigned_once(void **state)
{
	struct fixture *f = *state;
	struct case_record c = open_sample(f), kept;

	assert_int_equal(
		case_assign(f->txn, f->arena, &c, "mina", "route threats", "triaged", 2000), 0);
	assert_int_equal(case_assign(f->txn, f->arena, &c, "mina", "again", "triaged", 3000), 0);
	assert_int_equal(case_assign(f->txn, f->arena, &c, "minsu", "holiday", "mina", 4000), 0);
	assert_int_equal(record_case_get(f->txn, f->arena, 1, &kept), 0);
	assert_string_equal(kept.owner, "minsu");
	assert_int_equal(kept.updated_ms, 4000);
	assert_string_equal(
		timeline(f, 1),
		"opened triaged {\"customer\":\"kim@mail.example\",\"linked\":4};"
		"assigned triaged {\"before\":\"\",\"owner\":\"mina\",\"reason\":\"route "
		"threats\"};"
		"assigned mina {\"before\":\"mina\",\"owner\":\"minsu\",\"reason\":\"holiday\"};");
}

static void
case_numbers(void **state)
{
	(void)state;
	assert_int_equal(case_number("C12"), 12);
	assert_int_equal(case_number("c12"), 12);
	assert_int_equal(case_number("12"), 12);
	assert_int_equal(case_number(""), 0);
	assert_int_equal(case_number("C"), 0);
	assert_int_equal(case_number("C-1"), 0);
	assert_int_equal(case_number("C 1"), 0);
	assert_int_equal(case_number("+1"), 0);
	assert_int_equal(case_number("12x"), 0);
	assert_int_equal(case_number("CC12"), 0);
	assert_int_equal(case_number("99999999999999999999999"), 0);
	assert_int_equal(case_number("18446744073709551615"), 0);
}

static void
customers_are_remembered(void **state)
{
	struct fixture *f = *state;
	struct customer_record c;
	struct address nameless = { "", "kim@MAIL.example" }, nobody = { "", "" };
	bool known = true;

	assert_int_equal(customer_note(f->txn, f->arena, &from[0], true, 1000, &c, &known), 0);
	assert_false(known);
	assert_int_equal(customer_note(f->txn, f->arena, &nameless, false, 500, &c, &known), 0);
	assert_true(known);
	assert_int_equal(record_customer_get(f->txn, f->arena, "kim@mail.example", &c), 0);
	assert_string_equal(c.name, "Kim");
	assert_int_equal(c.messages, 2);
	assert_int_equal(c.cases, 1);
	assert_int_equal(c.first_ms, 1000);
	assert_int_equal(c.last_ms, 1000);

	assert_int_equal(customer_note(f->txn, f->arena, &nobody, true, 1000, &c, &known), 0);
	assert_false(known);
	assert_string_equal(c.address, "");
}

static void
the_writer_is_the_first_usable_address(void **state)
{
	struct address empty[] = { { "Group", "" } }, sender[] = { { "S", "s@mail.example" } };
	struct message message = { .from = { empty, 1 },
				   .sender = { sender, 1 },
				   .reply_to = { reply_to, 2 } };

	(void)state;
	assert_string_equal(customer_of(&message).address, "s@mail.example");
	message.sender.count = 0;
	assert_string_equal(customer_of(&message).address, "KIM@mail.example");
	message.reply_to.count = 0;
	assert_string_equal(customer_of(&message).address, "");
	message.from = (struct addresses){ from, 2 };
	assert_string_equal(customer_of(&message).address, "Kim@Mail.Example");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opening_makes_a_case),
		TEST(participants_are_bounded),
		TEST(a_mail_without_writer_opens_a_case_too),
		TEST(a_mail_is_added),
		TEST(only_people_wait),
		TEST(a_solved_case_opens_again),
		TEST(hostile_subjects_are_kept_short),
		TEST(a_case_is_assigned_once),
		TEST(customers_are_remembered),
		cmocka_unit_test(case_numbers),
		cmocka_unit_test(the_writer_is_the_first_usable_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
