/*
 * test_view: what the store holds as JSON, and how triagectl shows it to people.
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
#include <time.h>

#include "daemon/ctl_render.h"
#include "daemon/record.h"
#include "daemon/view.h"
#include "golden.h"

#define MARCH_2_MS 1772410320000 /* 2026-03-02T00:12:00Z */
#define MINUTE_MS 60000

static struct account_config accounts[] = { { .name = "support" }, { .name = "shop" } };
static const struct config config = { .accounts = accounts, .account_count = 2 };
static struct store *store;
static struct store_txn *txn;
static struct arena *arena;

static void
put_message(uint64_t id, uint64_t case_id, const char *subject, const char *flag_text,
	    json_t *evidence)
{
	struct message_record m = {
		.id = id,
		.account = "support",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uid = (uint32_t)id,
		.message_id = "<1@example.com>",
		.digest = "d",
		.fingerprint = "f",
		.date = MARCH_2_MS / 1000,
		.received_ms = MARCH_2_MS,
		.from = "choi@example.com",
		.from_name = "최민수",
		.subject = subject,
		.language = "ko",
		.automatic = "no",
		.severity = "high",
		.hits = flag_text ? flag_set_by_name(flag_text) : 0,
		.evidence = evidence,
		.ruleset_hash = "h",
		.case_id = case_id,
		.joined = "new",
	};

	assert_int_equal(record_message_put(txn, &m), 0);
	record_message_free(&m);
}

static json_t *
one_evidence(const char *flag, const char *rule, const char *text)
{
	return json_pack("[{s:s, s:s, s:s, s:i, s:i, s:s, s:f}]", "flag", flag, "rule", rule,
			 "part", "body", "offset", 0, "length", (int)strlen(text), "text", text,
			 "score", 6.0);
}

/* The same words as two rules and two patterns see them. */
static json_t *
overlapping_evidence(void)
{
	json_t *all = one_evidence("threat.legal", "ko.threat.legal.sue", "고소하겠");
	json_t *more = one_evidence("threat.legal", "ko.threat.legal.sue", "고소하겠습니다");

	json_array_extend(all, more);
	json_array_extend(all, more);
	json_decref(more);
	return all;
}

static void
add_event(struct case_record *c, const char *actor, const char *kind, json_t *data)
{
	assert_int_equal(record_event_append(txn, arena, c, MARCH_2_MS, actor, kind, data), 0);
	json_decref(data);
}

/* A case of two mails: a threat, then a harmless one; a draft made, a move that failed. */
static void
put_case(uint64_t id, const char *severity, int64_t waiting_ms)
{
	static const char *people[] = { "choi@example.com" };
	struct case_record c = {
		.id = id,
		.account = "support",
		.customer = "choi@example.com",
		.customer_name = "최민수",
		.subject = "환불 \033[31m요청",
		.language = "ko",
		.owner = id == 1 ? "kim" : "",
		.severity = severity,
		.stage = "new",
		.flags = flag_set_by_name("threat.legal") | flag_set_by_name("demand.refund"),
		.opened_ms = MARCH_2_MS,
		.updated_ms = MARCH_2_MS,
		.waiting_ms = waiting_ms,
		.messages = 2,
		.last_message = 10 * id + 1,
		.last_hash = "",
		.participants = people,
		.participant_count = 1,
	};
	struct outbox_record draft = { .id = 10 * id,
				       .account = "support",
				       .kind = OUTBOX_DRAFT,
				       .state = OUTBOX_DONE,
				       .folder = "INBOX",
				       .argument = "threat",
				       .message_id = "",
				       .error = "the folder had to be made first",
				       .rule = "threats",
				       .case_id = id,
				       .planned_ms = MARCH_2_MS,
				       .ended_ms = MARCH_2_MS };
	struct outbox_record move = { .id = 10 * id + 1,
				      .account = "support",
				      .kind = OUTBOX_MOVE,
				      .state = OUTBOX_FAILED,
				      .folder = "INBOX",
				      .argument = "Triage/Threats",
				      .message_id = "",
				      .case_id = id,
				      .error = "the server refused: over quota",
				      .rule = "threats",
				      .planned_ms = MARCH_2_MS };

	put_message(10 * id, id, "환불 요청", "threat.legal", overlapping_evidence());
	put_message(10 * id + 1, id, "Re: 환불 요청", NULL, json_array());
	add_event(&c, "triaged", "opened", json_pack("{s:s}", "customer", "choi@example.com"));
	add_event(&c, "customer", "mail",
		  json_pack("{s:I, s:s, s:s}", "record", (json_int_t)(10 * id), "subject",
			    "환불 요청", "ruleset", "hash"));
	add_event(&c, "triaged", "draft",
		  json_pack("{s:I, s:s, s:s, s:s}", "outbox", (json_int_t)draft.id, "to", "threat",
			    "rule", "threats", "action", "draft"));
	add_event(&c, "triaged", "failed",
		  json_pack("{s:I, s:s}", "outbox", (json_int_t)move.id, "to", "Triage/Threats"));
	add_event(&c, "customer", "mail",
		  json_pack("{s:I, s:s}", "record", (json_int_t)(10 * id + 1), "subject",
			    "Re: 환불 요청"));
	assert_int_equal(record_outbox_put(txn, &draft, NULL), 0);
	assert_int_equal(record_outbox_put(txn, &move, NULL), 0);
	assert_int_equal(record_case_put(txn, &c), 0);
}

static int
setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	arena = arena_new(0);
	if (!arena || store_open_memory(&store) < 0)
		return -1;
	return store_begin(store, true, &txn);
}

static int
teardown(void **state)
{
	(void)state;
	store_abort(txn);
	store_close(store);
	arena_free(arena);
	return 0;
}

static void
check_golden(const char *name, const json_t *value,
	     void (*render)(const struct term *term, const json_t *value, int64_t now_ms))
{
	char path[128], *text;
	size_t len;
	struct term term = { .out = open_memstream(&text, &len) };

	render(&term, value, MARCH_2_MS + 150 * (int64_t)MINUTE_MS);
	fclose(term.out);
	snprintf(path, sizeof(path), "tests/fixtures/golden/%s", name);
	golden_check(path, text);
	free(text);
}

static void
the_queue_is_most_urgent_first(void **state)
{
	json_t *queue, *c;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	put_case(2, "critical", MARCH_2_MS);
	put_case(3, "high", MARCH_2_MS - 24 * 60 * (int64_t)MINUTE_MS);
	assert_int_equal(view_queue(txn, NULL, 10, &queue), 0);
	assert_int_equal(json_array_size(json_object_get(queue, "cases")), 3);
	c = json_array_get(json_object_get(queue, "cases"), 0);
	assert_string_equal(json_string_value(json_object_get(c, "id")), "C2");
	assert_string_equal(json_string_value(json_object_get(c, "waiting_since")),
			    "2026-03-02T00:12:00Z");
	/* The last mail is harmless: the words are those of the one before, each once. */
	assert_int_equal(json_array_size(json_object_get(c, "words")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(c, "words"), 0)),
			    "고소하겠습니다");
	check_golden("queue.txt", queue, render_queue);
	json_decref(queue);
}

static void
the_queue_has_a_limit(void **state)
{
	json_t *queue;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	put_case(2, "high", MARCH_2_MS);
	assert_int_equal(view_queue(txn, "support", 1, &queue), 0);
	assert_int_equal(json_array_size(json_object_get(queue, "cases")), 1);
	assert_true(json_is_true(json_object_get(queue, "more")));
	json_decref(queue);
	assert_int_equal(view_queue(txn, "support", 2, &queue), 0);
	assert_false(json_is_true(json_object_get(queue, "more")));
	json_decref(queue);
	assert_int_equal(view_queue(txn, "other", 2, &queue), 0);
	assert_int_equal(json_array_size(json_object_get(queue, "cases")), 0);
	check_golden("queue-empty.txt", queue, render_queue);
	json_decref(queue);
}

static void
a_case_has_its_whole_story(void **state)
{
	json_t *page;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	assert_int_equal(view_case(txn, 1, false, &page), 0);
	assert_int_equal(json_array_size(json_object_get(page, "mails")), 2);
	assert_int_equal(json_array_size(json_object_get(page, "events")), 5);
	assert_int_equal(json_array_size(json_object_get(page, "outbox")), 2);
	assert_true(json_is_true(json_object_get(page, "record_sound")));
	check_golden("case.txt", page, render_case);
	json_decref(page);
	assert_int_equal(view_case(txn, 9, false, &page), -ENOENT);
}

static void
what_waits_is_shown_once(void **state)
{
	struct outbox_record waiting = { .id = 50,
					 .account = "support",
					 .kind = OUTBOX_WEBHOOK,
					 .state = OUTBOX_PLANNED,
					 .folder = "INBOX",
					 .argument = "desk",
					 .message_id = "",
					 .error = "",
					 .rule = "r",
					 .case_id = 1 };
	struct outbox_record of_another = waiting;
	json_t *page;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	of_another.id = 51;
	of_another.case_id = 2;
	assert_int_equal(record_outbox_put(txn, &waiting, NULL), 0);
	assert_int_equal(record_outbox_put(txn, &of_another, NULL), 0);
	assert_int_equal(view_case(txn, 1, false, &page), 0);
	assert_int_equal(json_array_size(json_object_get(page, "outbox")), 3);
	json_decref(page);
}

static void
attention_names_what_needs_a_person(void **state)
{
	struct ledger_record parked = { .account = "support",
					.folder = "INBOX",
					.uidvalidity = 1,
					.uid = 77,
					.state = LEDGER_PARKED,
					.reason = "too big to judge",
					.message = 10 };
	json_t *attention, *one;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	assert_int_equal(record_ledger_put(txn, &parked), 0);
	parked.uid = 78;
	parked.message = 0;
	assert_int_equal(record_ledger_put(txn, &parked), 0);
	assert_int_equal(view_attention(txn, &config, 10, &attention), 0);
	assert_int_equal(json_array_size(json_object_get(attention, "parked")), 2);
	one = json_array_get(json_object_get(attention, "parked"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "reason")), "too big to judge");
	assert_string_equal(json_string_value(json_object_get(one, "subject")), "환불 요청");
	one = json_array_get(json_object_get(attention, "troubled"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "case")), "C1");
	assert_string_equal(json_string_value(json_object_get(one, "kind")), "move");
	json_decref(attention);
	assert_int_equal(view_attention(txn, &config, 1, &attention), 0);
	assert_int_equal(json_array_size(json_object_get(attention, "parked")), 1);
	assert_true(json_is_true(json_object_get(attention, "more")));
	json_decref(attention);
}

static void
attention_lists_what_is_tried_again(void **state)
{
	struct outbox_record e = { .id = 60,
				   .account = "shop",
				   .kind = OUTBOX_DRAFT,
				   .state = OUTBOX_PLANNED,
				   .folder = "INBOX",
				   .argument = "hello",
				   .message_id = "",
				   .error = "",
				   .rule = "r",
				   .case_id = 4 };
	json_t *attention, *waiting, *one;

	(void)state;
	put_case(1, "high", MARCH_2_MS);
	assert_int_equal(record_outbox_put(txn, &e, NULL), 0);
	e.error = "over quota";
	e.attempts = 3;
	e.next_ms = MARCH_2_MS;
	for (e.id = 61; e.id <= 62; e.id++)
		assert_int_equal(record_outbox_put(txn, &e, NULL), 0);
	e.kind = OUTBOX_NOTIFY;
	e.state = OUTBOX_UNKNOWN;
	assert_int_equal(record_outbox_put(txn, &e, NULL), 0);
	assert_int_equal(view_attention(txn, &config, 2, &attention), 0);
	waiting = json_object_get(attention, "waiting");
	assert_int_equal(json_array_size(waiting), 2);
	assert_true(json_is_false(json_object_get(attention, "more_waiting")));
	one = json_array_get(waiting, 0);
	assert_int_equal(json_integer_value(json_object_get(one, "id")), 61);
	assert_int_equal(json_integer_value(json_object_get(one, "attempts")), 3);
	assert_string_equal(json_string_value(json_object_get(one, "case")), "C4");
	assert_string_equal(json_string_value(json_object_get(one, "error")), "over quota");
	assert_string_equal(json_string_value(json_object_get(one, "next")),
			    "2026-03-02T00:12:00Z");
	json_decref(attention);
	assert_int_equal(view_attention(txn, &config, 1, &attention), 0);
	assert_int_equal(json_array_size(json_object_get(attention, "waiting")), 1);
	assert_true(json_is_true(json_object_get(attention, "more_waiting")));
	json_decref(attention);
}

static void
show_status(const struct term *term, const json_t *value, int64_t now_ms)
{
	(void)now_ms;
	render_status(term, value);
}

static void
status_is_shown(void **state)
{
	static const char text[] =
		"{\"version\":\"0.1.0\",\"started_ms\":1772410320000,\"now_ms\":1772420320000,"
		"\"rules\":{\"count\":412,\"hash\":\"0123456789abcdef0123\",\"jit\":false,\"jit_"
		"why\":\"not allowed by the system\","
		"\"gate\":true,\"gate_why\":\"\",\"loaded_ms\":1772410320000,\"reload_error\":"
		"\"rules/a.yaml:3:5: no such flag\"},"
		"\"accounts\":[{\"name\":\"support\",\"state\":\"watching\",\"since_ms\":"
		"1772420020000,"
		"\"server\":\"Dovecot, TLS 1.3, IDLE "
		"MOVE\",\"error\":\"\",\"judged\":120,\"carried_out\":34,\"folders\":["
		"{\"name\":\"INBOX\",\"problem\":\"\"},{\"name\":\"Old\",\"problem\":\"parked: "
		"UIDVALIDITY changed\"}]},"
		"{\"name\":\"shop\",\"state\":\"not "
		"connected\",\"since_ms\":1772420020000,\"server\":\"\","
		"\"error\":\"login refused: wrong "
		"password\",\"needs_person\":true,\"retry_ms\":1772420350000,\"judged\":0,"
		"\"carried_out\":0,\"folders\":["
		"]}],"
		"\"attention\":{\"parked\":[{\"account\":\"support\",\"folder\":\"INBOX\",\"uid\":"
		"7,\"reason\":\"too big\","
		"\"subject\":\"환불\"}],\"troubled\":[{\"kind\":\"draft\",\"argument\":\"threat\","
		"\"case\":\"C12\",\"state\":\"failed\","
		"\"error\":\"over quota\"}],\"more\":false,"
		"\"waiting\":["
		"{\"kind\":\"draft\",\"argument\":\"hello\",\"error\":\"over "
		"quota\",\"attempts\":4,"
		"\"next\":\"2026-03-02T04:00:00Z\",\"case\":\"C1\"},"
		"{\"kind\":\"webhook\",\"argument\":\"desk\",\"error\":\"nobody "
		"answers\",\"attempts\":1,"
		"\"next\":null,\"case\":\"C1\"},"
		"{\"kind\":\"draft\",\"argument\":\"hello\",\"error\":\"over "
		"quota\",\"attempts\":2,"
		"\"next\":\"2026-03-02T03:00:00Z\",\"case\":\"C2\"}],\"more_waiting\":false}}";
	json_t *status = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(status);
	check_golden("status.txt", status, show_status);
	json_decref(status);
}

static void
shown(const char *text, const char *wanted, const char *unwanted)
{
	json_t *status = json_loads(text, 0, NULL);
	char *printed;
	size_t len;
	struct term term = { .out = open_memstream(&printed, &len) };

	assert_non_null(status);
	render_status(&term, status);
	fclose(term.out);
	assert_non_null(strstr(printed, wanted));
	assert_null(strstr(printed, unwanted));
	free(printed);
	json_decref(status);
}

static void
nothing_needs_a_person_only_when_all_is_well(void **state)
{
	static const char nothing[] = "nothing needs a person";

	(void)state;
	shown("{\"accounts\":[{\"name\":\"a\",\"error\":\"\"}]}", nothing, "\nneeds a person");
	shown("{\"accounts\":[{\"name\":\"a\",\"state\":\"store failed\",\"error\":\"disk\","
	      "\"needs_person\":true}]}",
	      "needs a person\n  account a, store failed: disk\n", nothing);
	shown("{\"accounts\":[{\"name\":\"a\",\"folders\":[{\"name\":\"Old\",\"problem\":\"gone\"}]"
	      "}]}",
	      "needs a person\n  folder a/Old: gone\n", nothing);
	shown("{\"accounts\":[{\"name\":\"a\",\"error\":\"refused\",\"needs_person\":false}]}",
	      "refused", "needs a person");
	shown("{\"attention\":{\"waiting\":[{\"kind\":\"draft\",\"error\":\"full\"}],"
	      "\"more_waiting\":true}}",
	      "at least 1 action is waiting: full", nothing);
}

static void
a_case_without_a_sender_says_so(void **state)
{
	json_t *page = json_pack("{s:s, s:s}", "id", "C1", "customer", "");
	char *text;
	size_t len;
	struct term term = { .out = open_memstream(&text, &len) };

	(void)state;
	render_case(&term, page, 0);
	fclose(term.out);
	assert_non_null(strstr(text, "(no sender)"));
	free(text);
	json_decref(page);
}

static void
an_answer_with_nothing_in_it_is_shown(void **state)
{
	json_t *empty = json_object();
	char *text;
	size_t len;
	struct term term = { .out = open_memstream(&text, &len), .colour = true, .width = 80 };

	(void)state;
	render_status(&term, empty);
	render_queue(&term, empty, 0);
	render_case(&term, empty, 0);
	fclose(term.out);
	assert_true(len > 0);
	free(text);
	json_decref(empty);
}

static void
korean_takes_two_columns(void **state)
{
	char *text;
	size_t len;
	struct term term = { .out = open_memstream(&text, &len), .width = 80 };

	(void)state;
	assert_int_equal(term_columns("환불 a"), 6);
	term_cell(&term, STYLE_PLAIN, "환불", 6);
	term_cell(&term, STYLE_PLAIN, "|환불합니다", 6);
	term_cell(&term, STYLE_PLAIN, "|a\033\xff\xe2\x80\xae", 0);
	fclose(term.out);
	assert_string_equal(text, "환불  |환불…|a \xef\xbf\xbd ");
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_queue_is_most_urgent_first),
		TEST(the_queue_has_a_limit),
		TEST(a_case_has_its_whole_story),
		TEST(what_waits_is_shown_once),
		TEST(attention_names_what_needs_a_person),
		TEST(attention_lists_what_is_tried_again),
		TEST(status_is_shown),
		TEST(nothing_needs_a_person_only_when_all_is_well),
		TEST(a_case_without_a_sender_says_so),
		TEST(an_answer_with_nothing_in_it_is_shown),
		TEST(korean_takes_two_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
