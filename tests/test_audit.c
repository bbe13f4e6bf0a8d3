/*
 * audit and counter: a gate that loses something is found out and switched off; rules that keep
 * taking too many steps are put aside, and nothing gets lost by it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "filters/judge.h"
#include "filters/limits.h"
#include "tests/rules_help.h"

static struct arena *arena;
static struct judge *judge;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	judge = judge_new();
	return arena == NULL || judge == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	judge_free(judge);
	arena_free(arena);
	return 0;
}

static flag_set
hits(const struct ruleset *set, const char *body)
{
	struct verdict *v;

	arena_reset(arena);
	assert_int_equal(judge_message(judge, set, help_message(arena, "", body), NULL, &v), 0);
	return verdict_hits(v);
}

/* Gives a set a gate for another word than its rules look for. */
static bool
break_gate(struct ruleset *set, size_t pattern)
{
	struct view_index *v = &set->views[VIEW_FOLDED];
	struct literal word = { .text = "zebra", .len = 5 };
	struct literals wrong = { .needs = { { &word, 1 } }, .need_count = 1, .understood = true };
	const struct literals none = { .understood = true }, *list[2] = { &none, &none };
	const char *why;

	if (!gate_works(&why))
		return false;
	assert_int_equal(v->count, 2);
	list[pattern] = &wrong;
	gate_free(v->gate);
	v->gate = NULL;
	assert_int_equal(gate_build(list, v->count, &v->gate), 0);
	return true;
}

static const char two[] = "rules:\n  - id: a\n    flag: threat.legal\n    match: court\n"
			  "  - id: b\n    flag: signal.churn\n    match: goodbye\n";

static void
one_in_so_many_is_judged_again(void **state)
{
	struct ruleset *set = help_sound_set(two);
	const char *why;
	int lost = 0;

	(void)state;
	if (!break_gate(set, 1)) {
		ruleset_unref(set);
		skip();
	}
	while (hits(set, "goodbye") == 0 && lost < 2 * AUDIT_EVERY)
		lost++;
	assert_in_range(lost, 1, AUDIT_EVERY);
	assert_false(ruleset_gate(set, &why));
	assert_non_null(strstr(why, "audit"));
	assert_int_equal(hits(set, "goodbye"), 1u << FLAG_SIGNAL_CHURN);
	ruleset_unref(set);
}

static void
a_mere_look_is_not_judged_again(void **state)
{
	struct ruleset *set = help_sound_set(two);
	const char *why;

	(void)state;
	if (!break_gate(set, 1)) {
		ruleset_unref(set);
		skip();
	}
	judge_set_audits(judge, false);
	for (int i = 0; i < 2 * AUDIT_EVERY; i++)
		assert_int_equal(hits(set, "goodbye"), 0);
	assert_int_equal(hits(set, "court, goodbye"), 1u << FLAG_THREAT_LEGAL);
	assert_true(ruleset_gate(set, &why));
	judge_set_audits(judge, true);
	ruleset_unref(set);
}

/* A mail with a threat is always judged again: here the second flag would be lost. */
static void
every_threat_is_judged_again(void **state)
{
	struct ruleset *set = help_sound_set(two);

	(void)state;
	if (!break_gate(set, 1)) {
		ruleset_unref(set);
		skip();
	}
	assert_int_equal(hits(set, "goodbye, see you in court"),
			 1u << FLAG_SIGNAL_CHURN | 1u << FLAG_THREAT_LEGAL);
	ruleset_unref(set);
}

static void
a_sound_gate_stays(void **state)
{
	struct ruleset *set = help_sound_set(two);
	const char *why;
	bool gate = ruleset_gate(set, &why);

	(void)state;
	for (int i = 0; i < 3 * AUDIT_EVERY; i++)
		hits(set, i % 2 ? "see you in court" : "goodbye");
	assert_int_equal(ruleset_gate(set, &why), gate);
	assert_true(!gate || atomic_load(&set->audits) >= 3 * AUDIT_EVERY / 2);
	ruleset_unref(set);
}

static void
counts_what_rules_do(void **state)
{
	struct ruleset *set = help_sound_set(two);
	struct rule_stats s[3];

	(void)state;
	hits(set, "see you in court, in court");
	hits(set, "goodbye");
	hits(set, "nothing");
	assert_int_equal(ruleset_stats(set, 0, s, 3), 2);
	assert_string_equal(s[0].rule, "a");
	assert_int_equal(s[0].hits, 1);
	assert_int_equal(s[1].hits, 1);
	assert_true(s[0].judged >= 1 && s[0].judged <= 3 && s[0].steps > 0);
	assert_int_equal(s[0].undetermined, 0);
	assert_int_equal(ruleset_stats(set, 1, s, 3), 1);
	assert_string_equal(s[0].rule, "b");
	assert_int_equal(ruleset_stats(set, 2, s, 3), 0);
	ruleset_unref(set);
}

static void
a_rule_that_eats_the_budget_is_put_aside(void **state)
{
	static const char trap[] = "rules:\n  - id: trap\n    flag: threat.menace\n"
				   "    match: 'aa(?:a+)+[bd]'\n"
				   "  - id: b\n    flag: signal.churn\n    match: goodbye\n";
	static const char bait[] = "goodbye aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac";
	struct ruleset *set = help_sound_set(trap);
	struct rule_stats s[2];
	struct verdict *v;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(hits(set, bait), 1u << FLAG_SIGNAL_CHURN);
	assert_int_equal(ruleset_quarantined(set), 0);
	for (int i = 0; i < 8; i++) /* doing well takes a little back */
		hits(set, "aaab");
	hits(set, bait);
	assert_int_equal(ruleset_quarantined(set), 0);
	hits(set, bait);
	assert_int_equal(ruleset_quarantined(set), 1);
	assert_int_equal(ruleset_stats(set, 0, s, 2), 2);
	assert_true(s[0].quarantined && !s[1].quarantined);
	/* It is not run any more, and says so where it might have matched. */
	assert_int_equal(judge_message(judge, set, help_message(arena, "", "aaab"), NULL, &v), 0);
	assert_int_equal(v->flags[FLAG_THREAT_MENACE].answer, ANSWER_UNDETERMINED);
	assert_true(v->steps < LIMIT_MATCH_STEPS);
	assert_true(v->incomplete);
	ruleset_unref(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_in_so_many_is_judged_again),
		cmocka_unit_test(a_mere_look_is_not_judged_again),
		cmocka_unit_test(every_threat_is_judged_again),
		cmocka_unit_test(a_sound_gate_stays),
		cmocka_unit_test(counts_what_rules_do),
		cmocka_unit_test(a_rule_that_eats_the_budget_is_put_aside),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
