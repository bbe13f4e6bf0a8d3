/*
 * explain: what nearly hit and why it did not, what was not looked at.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "filters/explain.h"
#include "tests/rules_help.h"

static const char rules[] =
	"rules:\n"
	"  - id: sue\n    flag: threat.legal\n    match: ['I will sue', court]\n"
	"    unless: ['tennis', 'not {near}sue']\n"
	"  - id: both\n    flag: threat.menace\n    match: watch\n    all: ['your', 'back']\n"
	"  - id: tried\n    flag: threat.menace\n    match: tennis\n    state: shadow\n"
	"  - id: korean\n    flag: threat.legal\n    language: ko\n    match: court\n"
	"  - id: old\n    flag: threat.legal\n    expires: 2020-01-01\n    match: court\n"
	"  - id: form\n    flag: threat.legal\n    header: {x-form: y}\n    match: court\n"
	"  - id: off\n    flag: threat.legal\n    enabled: false\n    match: court\n"
	"  - id: absent\n    flag: threat.legal\n    match: zebra\n"
	"  - id: derived\n    flag: extortion\n    when: threat\n";

static void
tells_all_of_it(void **state)
{
	struct arena *arena = arena_new(0);
	struct judge *judge = judge_new();
	struct ruleset *set = help_sound_set(rules);
	struct message *m =
		help_message(arena, "", "See you on the tennis court. Watch your step.");
	struct explanation e;
	const char *why;

	(void)state;
	m->language = "en";
	judge_set_day(judge, 20261128);
	assert_int_equal(judge_explain(judge, set, m, NULL, &e), 0);
	assert_int_equal(verdict_hits(e.verdict), 0);
	assert_int_equal(e.near_count, 2);
	assert_string_equal(e.near[0].rule, "sue");
	assert_int_equal(e.near[0].kind, NEAR_UNLESS);
	assert_string_equal(e.near[0].text, "court");
	assert_string_equal(e.near[0].pattern, "tennis");
	assert_int_equal(e.near[0].pattern_line, 5);
	assert_string_equal(e.near[0].by, "tennis");
	assert_string_equal(e.near[1].rule, "both");
	assert_int_equal(e.near[1].kind, NEAR_ALL);
	assert_string_equal(e.near[1].pattern, "back");
	assert_int_equal(e.shadow_count, 1);
	assert_string_equal(e.shadow[0].rule, "tried");
	assert_int_equal(e.skipped_by[SKIP_LANGUAGE], 1);
	assert_int_equal(e.skipped_by[SKIP_EXPIRED], 1);
	assert_int_equal(e.skipped_by[SKIP_HEADER], 1);
	assert_int_equal(e.skipped_by[SKIP_OFF], 1);
	if (ruleset_gate(set, &why)) {
		assert_int_equal(e.skipped_by[SKIP_GATE], 1);
		assert_string_equal(e.skipped[e.skipped_count - 1].rule, "absent");
	}
	ruleset_unref(set);
	judge_free(judge);
	arena_free(arena);
}

/* A mail full of near hits does not make the explanation grow without bound. */
static void
near_hits_are_bounded(void **state)
{
	static char body[120001];
	struct arena *arena = arena_new(0);
	struct judge *judge = judge_new();
	struct ruleset *set = help_sound_set(rules);
	struct explanation e;

	(void)state;
	for (size_t i = 0; i < sizeof(body) - 1; i++)
		body[i] = "tennis court "[i % 13];
	assert_int_equal(judge_explain(judge, set, help_message(arena, "", body), NULL, &e), 0);
	assert_true(e.near_count > 0 && e.near_count <= EXPLAIN_NEAR_MAX);
	ruleset_unref(set);
	judge_free(judge);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_all_of_it),
		cmocka_unit_test(near_hits_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
