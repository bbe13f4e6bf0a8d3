/*
 * shield: abusive words are not shown; everything else is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/shield.h"

static json_t *
piece(const char *flag, const char *part, const char *text)
{
	return json_pack("{s:s, s:s, s:s}", "flag", flag, "part", part, "text", text);
}

static const char *
text_at(const json_t *list, size_t i)
{
	return json_string_value(json_object_get(json_array_get(list, i), "text"));
}

static void
only_abuse_is_hidden(void **state)
{
	json_t *list = json_pack("[o, o, o]", piece("threat.legal", "body", "내용증명"),
				 piece("abuse.insult", "body", "멍청한"),
				 piece("abuse.profanity", "subject", "젠장")),
	       *shown = shield_evidence(list);

	(void)state;
	assert_string_equal(text_at(shown, 0), "내용증명");
	assert_string_equal(text_at(shown, 1), "(insult hidden)");
	assert_string_equal(text_at(shown, 2), "(profanity hidden)");
	assert_string_equal(text_at(list, 1), "멍청한");
	assert_true(shield_hides_subject(list));
	json_array_remove(list, 2);
	assert_false(shield_hides_subject(list));
	json_decref(shown);
	json_decref(list);
}

static void
odd_records(void **state)
{
	json_t *list = json_pack("[{}, i]", 5), *shown;

	(void)state;
	json_array_remove(list, 1);
	shown = shield_evidence(list);
	assert_int_equal(json_array_size(shown), 1);
	assert_false(shield_hides_subject(NULL));
	json_decref(shown);
	json_decref(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_abuse_is_hidden),
		cmocka_unit_test(odd_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
