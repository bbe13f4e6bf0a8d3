/*
 * event_words: each kind of event in words, and what an unknown one says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "daemon/event_words.h"

static struct arena *arena;

static const char *
words(const char *kind, const char *data)
{
	json_t *event = json_pack("{s:s, s:o}", "kind", kind, "data",
				  json_loads(data, JSON_DECODE_ANY, NULL));
	const char *text = event_words(arena, event);

	json_decref(event);
	return text;
}

static void
an_event_reads_like_a_note(void **state)
{
	(void)state;
	assert_string_equal(words("mail", "{\"subject\": \"환불\", \"flags\": [\"threat.legal\", "
					  "\"demand.refund\"], \"severity\": \"high\"}"),
			    "wrote “환불”: threat.legal, demand.refund");
	assert_string_equal(words("mail", "{\"subject\": \"Hello\", \"flags\": []}"),
			    "wrote “Hello”");
	assert_string_equal(words("sent", "{\"to\": \"a@b.example\", \"draft\": \"firm\"}"),
			    "answered a@b.example with the draft firm");
	assert_string_equal(words("sent", "{\"to\": \"a@b.example\", \"instead_of\": \"firm\"}"),
			    "answered a@b.example instead of the draft firm");
	assert_string_equal(words("assigned", "{\"before\": \"\", \"owner\": \"kim\", "
					      "\"reason\": \"said by hand\"}"),
			    "gave it to kim: said by hand");
	assert_string_equal(words("fault", "{\"before\": \"\", \"fault\": \"ours\", "
					   "\"reason\": \"\"}"),
			    "fault: ours");
	assert_string_equal(words("opened", "{\"customer\": \"a@b.example\", \"linked\": 7}"),
			    "a case of a@b.example, linked to C7");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(words("promised", "{\"text\": \"call\", \"promise\": 2, "
					      "\"due_ms\": 1767261600000}"),
			    "promised: call, by 2026-01-01 10:00 (promise 2)");
	assert_string_equal(words("breach",
				  "{\"clock\": \"first\", \"what\": \"our first answer\", "
				  "\"due_ms\": 1767261600000}"),
			    "late: our first answer, due 2026-01-01 10:00");
}

static void
mails_that_moved_say_from_where(void **state)
{
	(void)state;
	assert_string_equal(words("mail", "{\"subject\": \"Hello\", \"flags\": [], \"moved_from\": "
					  "15, \"was_ms\": 1767261600000}"),
			    "wrote “Hello” (in C15, 2026-01-01 10:00)");
	assert_string_equal(words("merged", "{\"into\": 12, \"reason\": \"one order\"}"),
			    "became a part of C12: one order");
	assert_string_equal(words("merged-in", "{\"from\": 15, \"customer\": \"a@b.example\", "
					       "\"mails\": 2, \"promises\": 0, \"reason\": \"x\"}"),
			    "C15 of a@b.example became a part of this case, 2 mails: x");
	assert_string_equal(words("split", "{\"into\": 16, \"mails\": 3, \"reason\": \"x\"}"),
			    "a mail with its answers became the new case C16, 3 mails: x");
	assert_string_equal(words("split-off", "{\"from\": 12, \"mails\": 3, \"reason\": \"x\"}"),
			    "was a part of C12, 3 mails: x");
	assert_string_equal(words("promise-moved",
				  "{\"text\": \"call\", \"promise\": 2, \"due_ms\": "
				  "1767261600000, \"moved_from\": 15}"),
			    "the promise goes on here: call, by 2026-01-01 10:00 (promise 2, from "
			    "C15)");
}

static void
what_has_no_sentence_is_told_all_the_same(void **state)
{
	(void)state;
	assert_string_equal(words("new-kind", "{\"a\": \"b\", \"n\": 3, \"c\": \"d\"}"),
			    "new-kind: a: b, c: d");
	assert_string_equal(words("fault", "{\"reason\": \"x\"}"), "fault: reason: x");
	assert_string_equal(words("noted", "{\"text\": \"[{braces}] stay\"}"), "[{braces}] stay");
	assert_string_equal(words("", "null"), "");
	assert_string_equal(words("mail", "[1, 2]"), "mail");
	assert_string_equal(words("mail", "\"text\""), "mail");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_reads_like_a_note),
		cmocka_unit_test(mails_that_moved_say_from_where),
		cmocka_unit_test(what_has_no_sentence_is_told_all_the_same),
	};
	int r;

	arena = arena_new(0);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return r;
}
