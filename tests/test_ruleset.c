/*
 * ruleset: loading, samples, overrides, hash, reference count, conditions in order.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/verdict.h"
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

static struct ruleset *
compile_two(const char *shipped, const char *local, struct problems *problems)
{
	struct ruleset_source sources[] = {
		{ .name = "shipped.yaml", .text = shipped, .len = strlen(shipped) },
		{ .name = "local.yaml", .text = local, .len = strlen(local), .override = true },
	};
	struct ruleset_options options = { .jit = JIT_USED, .gate = true };
	struct ruleset *set = NULL;

	assert_int_equal(ruleset_compile(sources, 2, &options, problems, &set), 0);
	return set;
}

/* Shipped rules, and two files that add to them. */
static struct ruleset *
compile_three(const char *local, const char *later, struct problems *problems)
{
	static const char nothing[] = "rules: []\n";
	struct ruleset_source sources[] = {
		{ .name = "shipped.yaml", .text = nothing, .len = strlen(nothing) },
		{ .name = "local.yaml", .text = local, .len = strlen(local), .override = true },
		{ .name = "later.yaml", .text = later, .len = strlen(later), .override = true },
	};
	struct ruleset_options options = { .jit = JIT_USED, .gate = true };
	struct ruleset *set = NULL;

	assert_int_equal(ruleset_compile(sources, 3, &options, problems, &set), 0);
	return set;
}

static double
score(const struct ruleset *set, enum flag flag, const char *body)
{
	struct verdict *v;

	assert_int_equal(judge_message(judge, set, help_message(arena, "", body), NULL, &v), 0);
	return v->flags[flag].score;
}

static const char shipped[] = "pack: a\n"
			      "define: {act: '하겠'}\n"
			      "rules:\n"
			      "  - id: sue\n"
			      "    flag: threat.legal\n"
			      "    match: '고소{act}'\n"
			      "  - id: refund\n"
			      "    flag: demand.refund\n"
			      "    match: 환불\n";

static void
overrides(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set;

	(void)state;
	set = compile_two(shipped,
			  "rules:\n"
			  "  - {id: sue, score: 2, unless: '농담'}\n"
			  "  - {id: refund, enabled: false}\n"
			  "  - {id: new, flag: signal.churn, match: 탈퇴}\n",
			  &p);
	assert_int_equal(p.count, 0);
	assert_int_equal(ruleset_count(set), 2);
	assert_true(score(set, FLAG_THREAT_LEGAL, "고소하겠습니다") == 2);
	assert_true(score(set, FLAG_THREAT_LEGAL, "농담인데 고소하겠습니다") == 0);
	assert_true(score(set, FLAG_DEMAND_REFUND, "환불") == 0);
	assert_true(score(set, FLAG_SIGNAL_CHURN, "탈퇴") == 5);
	ruleset_unref(set);
	set = compile_two(shipped,
			  "rules:\n"
			  "  - {id: sue, match: x}\n"
			  "  - {id: reffund, score: 1}\n"
			  "  - {id: refund, state: shadow}\n",
			  &p);
	assert_true(help_has_problem(&p, 2, 0, "match of the rule sue"));
	assert_true(help_has_problem(&p, 3, 0, "no rule reffund"));
	assert_int_equal(p.errors, 2);
	assert_true(score(set, FLAG_THREAT_LEGAL, "고소하겠습니다") == 5);
	assert_true(score(set, FLAG_DEMAND_REFUND, "환불") == 0);
	ruleset_unref(set);
	problems_free(&p);
}

/* A change of one rule can break the samples of another that is derived from its flag. */
static void
a_change_that_breaks_derived_samples_is_named(void **state)
{
	static const char derived[] = "rules:\n"
				      "  - {id: sue, flag: threat.legal, match: 고소}\n"
				      "  - {id: court, flag: threat.legal, match: 소송}\n"
				      "  - {id: refund, flag: demand.refund, match: 환불}\n"
				      "  - {id: both, flag: extortion, when: threat and demand, "
				      "test: {hit: [환불 고소]}}\n";
	static const char *const cases[][2] = {
		{ "  - {id: court, score: 2}\n  - {id: sue, score: 2}\n",
		  "the sample raises: demand.refund; score of sue is changed at local.yaml:3" },
		{ "  - {id: sue, state: shadow}\n", "state of sue is changed at local.yaml:2" },
		{ "  - {id: refund, enabled: false}\n",
		  "the sample raises: threat.legal; enabled of refund is changed at local.yaml:2" },
		{ "  - {id: sue, unless: 환불}\n", "the sample raises: demand.refund" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct problems p = { 0 };
		char local[200];

		snprintf(local, sizeof(local), "rules:\n%s", cases[i][0]);
		ruleset_unref(compile_two(derived, local, &p));
		assert_int_equal(p.errors, 1);
		assert_true(help_has_problem(&p, 5, 0, "both does not hit this sample"));
		if (strstr(p.list[0].hint, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], p.list[0].hint);
		problems_free(&p);
	}
}

static void
an_id_in_capitals_is_recognised(void **state)
{
	struct problems p = { 0 };

	(void)state;
	ruleset_unref(compile_two("rules:\n  - {id: en.sue, flag: threat.legal, match: sue}\n"
				  "  - {id: ko.sue, flag: threat.legal, match: 고소}\n",
				  "rules:\n  - {id: KO.Sue, score: 2}\n", &p));
	assert_int_equal(p.errors, 1);
	assert_string_equal(p.list[0].hint, "did you mean ko.sue?");
	problems_free(&p);
}

static void
a_macro_of_another_file_is_named(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set = compile_two(
		shipped, "rules:\n  - {id: own, flag: threat.legal, match: '소송{act}'}\n", &p);

	(void)state;
	assert_int_equal(p.errors, 1);
	assert_true(help_has_problem(&p, 2, 0, "there is no macro {act}"));
	assert_non_null(strstr(p.list[0].hint, "shipped.yaml defines it, and macros hold for "
					       "their own file"));
	ruleset_unref(set);
	problems_free(&p);
	set = compile_two("define: {mine: x}\nrules: []\n",
			  "rules:\n  - {id: own, flag: threat.legal, match: '소송{main}'}\n", &p);
	assert_non_null(strstr(p.list[0].hint, "write \\{"));
	ruleset_unref(set);
	problems_free(&p);
}

static void
ids_are_unique(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set = help_set("rules:\n"
				       "  - {id: a, flag: threat.legal, match: xy}\n"
				       "  - {id: a, flag: threat.legal, match: zz}\n",
				       false, false, &p);

	(void)state;
	assert_int_equal(ruleset_count(set), 1);
	assert_true(help_has_problem(&p, 3, 10, "a stands here twice; first in line 2"));
	ruleset_unref(set);
	problems_free(&p);
	set = compile_two(shipped,
			  "rules:\n"
			  "  - {id: own, flag: threat.legal, match: xy}\n"
			  "  - {id: own, flag: threat.legal, match: zz}\n",
			  &p);
	assert_int_equal(p.errors, 1);
	assert_true(help_has_problem(&p, 3, 10, "own stands here twice; first in line 2"));
	ruleset_unref(set);
	problems_free(&p);
	set = compile_three("rules:\n  - {id: own, flag: threat.legal, match: xy}\n",
			    "rules:\n  - {id: own, flag: threat.legal, match: zz, score: 3}\n", &p);
	assert_int_equal(p.errors, 1);
	assert_true(help_has_problem(&p, 2, 10, "own stands twice; first in local.yaml:2"));
	ruleset_unref(set);
	problems_free(&p);
	set = compile_three("rules:\n  - {id: own, flag: threat.legal, match: xy}\n",
			    "rules:\n  - {id: own, score: 3}\n", &p);
	assert_int_equal(p.count, 0);
	ruleset_unref(set);
	set = compile_two(shipped,
			  "rules:\n"
			  "  - {id: sue, score: 2}\n"
			  "  - {id: sue, unless: 농담}\n",
			  &p);
	assert_int_equal(p.errors, 1);
	assert_true(help_has_problem(&p, 3, 5, "sue is changed here twice; first in line 2"));
	ruleset_unref(set);
	problems_free(&p);
}

static void
failing_samples_leave_the_rule_out(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set = help_set(
		"rules:\n"
		"  - id: a\n    flag: threat.legal\n    match: 고소\n"
		"    test: {hit: [고소], miss: ['고소한 맛']}\n"
		"  - id: b\n    flag: threat.legal\n    match: 소송\n"
		"    test: {hit: ['소 송'], miss: [고소]}\n"
		"  - id: c\n    flag: threat.legal\n    in: [subject]\n    match: '^재판'\n"
		"    test: {hit: 재판}\n"
		"  - id: d\n    flag: threat.legal\n    in: ['header:X-A']\n    match: abc\n"
		"    test: {hit: ABC}\n"
		"  - id: e\n    flag: extortion\n    when: threat and demand\n"
		"    test: {hit: ['재판', '고소 환불'], miss: []}\n"
		"  - id: f\n    flag: demand.refund\n    match: 환불\n"
		"    test: {hti: [환불]}\n"
		"  - id: g\n    flag: demand.refund\n    match: 환불\n    language: ko\n"
		"    test: {hit: [환불, {a: b}]}\n",
		true, true, &p);

	(void)state;
	assert_true(help_has_problem(&p, 5, 0, "must not hit but hits"));
	assert_true(help_has_problem(&p, 9, 0, "does not hit this sample"));
	assert_true(help_has_problem(&p, 23, 0, "e does not hit"));
	assert_true(help_has_problem(&p, 27, 0, "hti"));
	assert_true(help_has_problem(&p, 32, 0, "must be a text"));
	assert_int_equal(ruleset_count(set), 2);
	ruleset_unref(set);
	problems_free(&p);
}

static void
conditions_go_in_no_circle(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set =
		help_set("rules:\n"
			 "  - {id: a, flag: threat.menace, when: extortion}\n"
			 "  - {id: b, flag: extortion, when: demand}\n"
			 "  - {id: c, flag: extortion, when: extortion}\n"
			 "  - {id: d, flag: signal.churn, when: extortion and threat.menace}\n"
			 "  - {id: e, flag: demand.refund, match: 환불}\n"
			 "  - {id: f, flag: signal.repeat, when: signal.evidence}\n"
			 "  - {id: g, flag: signal.evidence, when: signal.repeat}\n",
			 false, false, &p);

	(void)state;
	assert_true(help_has_problem(&p, 4, 0, "c looks at a flag"));
	assert_true(help_has_problem(&p, 7, 0, "f looks at a flag"));
	assert_true(help_has_problem(&p, 8, 0, "g looks at a flag"));
	assert_int_equal(p.errors, 3);
	/* a stands before b, which it depends on, and is judged after it. */
	assert_true(score(set, FLAG_THREAT_MENACE, "환불") == 5);
	assert_true(score(set, FLAG_SIGNAL_CHURN, "환불") == 5);
	assert_true(score(set, FLAG_SIGNAL_CHURN, "안녕") == 0);
	ruleset_unref(set);
	problems_free(&p);
}

static void
hash_tells_sets_apart(void **state)
{
	struct ruleset *a = help_sound_set(shipped), *b = help_sound_set(shipped),
		       *c = help_sound_set("rules: []\n");

	(void)state;
	assert_int_equal(strlen(ruleset_hash(a)), 64);
	assert_string_equal(ruleset_hash(a), ruleset_hash(b));
	assert_string_not_equal(ruleset_hash(a), ruleset_hash(c));
	ruleset_unref(a);
	ruleset_unref(b);
	ruleset_unref(c);
	ruleset_unref(NULL);
}

static void
nothing_readable(void **state)
{
	struct ruleset_options options = { .jit = JIT_NONE };
	struct ruleset_source bad = { .name = "x", .text = "a: [", .len = 4 };
	struct problems p = { 0 };
	struct ruleset *set = NULL;
	const char *why;

	(void)state;
	assert_int_equal(ruleset_compile(&bad, 1, &options, &p, &set), -22);
	assert_null(set);
	assert_int_equal(p.errors, 1);
	assert_int_equal(ruleset_compile(NULL, 0, &options, &p, &set), 0);
	assert_int_equal(ruleset_count(set), 0);
	assert_string_equal(ruleset_hash(set),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_false(ruleset_jit(set, &why));
	assert_string_equal(why, "off");
	assert_false(ruleset_gate(set, &why));
	assert_string_equal(why, "off");
	ruleset_unref(set);
	set = help_set("just text", false, false, &p);
	assert_int_equal(ruleset_count(set), 0);
	assert_int_equal(p.errors, 2);
	ruleset_unref(set);
	set = help_set("rules: 5\n", false, false, &p);
	assert_true(help_has_problem(&p, 1, 8, "not a list"));
	ruleset_unref(set);
	problems_free(&p);
}

static void
a_held_set_outlives_its_owner(void **state)
{
	struct ruleset *set = help_sound_set(shipped), *next;

	(void)state;
	assert_true(score(set, FLAG_DEMAND_REFUND, "환불") == 5);
	assert_ptr_equal(ruleset_ref(set), set);
	ruleset_unref(set);
	ruleset_unref(set);
	/* the judge still holds the old one, so a new one cannot lie at its address */
	next = help_sound_set("rules: [{id: x, flag: demand.refund, match: 환불, score: 7}]\n");
	assert_ptr_not_equal(next, set);
	assert_true(score(next, FLAG_DEMAND_REFUND, "환불") == 7);
	ruleset_unref(next);
}

static void
too_many_rules(void **state)
{
	size_t room = (size_t)(LIMIT_RULES + 1) * 64, at = 0;
	char *yaml = malloc(room);
	struct problems p = { 0 };
	struct ruleset *set;

	(void)state;
	at = (size_t)sprintf(yaml, "rules:\n");
	for (int i = 0; i <= LIMIT_RULES; i++)
		at += (size_t)sprintf(yaml + at, "- {id: r%d, flag: extortion, when: threat}\n", i);
	set = help_set(yaml, false, false, &p);
	assert_int_equal(ruleset_count(set), LIMIT_RULES);
	assert_true(help_has_problem(&p, LIMIT_RULES + 2, 0, "more than"));
	ruleset_unref(set);
	problems_free(&p);
	free(yaml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overrides),
		cmocka_unit_test(a_change_that_breaks_derived_samples_is_named),
		cmocka_unit_test(an_id_in_capitals_is_recognised),
		cmocka_unit_test(a_macro_of_another_file_is_named),
		cmocka_unit_test(ids_are_unique),
		cmocka_unit_test(failing_samples_leave_the_rule_out),
		cmocka_unit_test(conditions_go_in_no_circle),
		cmocka_unit_test(hash_tells_sets_apart),
		cmocka_unit_test(nothing_readable),
		cmocka_unit_test(a_held_set_outlives_its_owner),
		cmocka_unit_test(too_many_rules),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
