/*
 * rule_lint: which patterns are blamed, for what, and which are not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "filters/rule_lint.h"
#include "filters/ruleset_lint.h"
#include "rules_help.h"

static struct arena *arena;
static struct matcher *matcher;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	matcher = matcher_new();
	return arena && matcher ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	matcher_free(matcher);
	arena_free(arena);
	return 0;
}

/* "N12 E3": the kinds and places of what a pattern is blamed for. */
static const char *
blames(const char *text, enum view view, enum pattern_role role)
{
	static const char letters[] = "NLESUAHB"; /* in the order of enum blame_kind */
	const struct macro own[] = { { "dots", ".*" }, { "tower", "(?:a+)+" } };
	const struct macros macros = { .list = own, .count = 2 };
	struct blame list[BLAMES_MAX];
	struct buf out = { .arena = arena };
	struct pattern_error error;
	struct prepared prepared;
	struct pattern pattern;
	int count;

	assert_int_equal(
		pattern_prepare(arena, text, strlen(text), view, &macros, &prepared, &error), 0);
	if (pattern_compile(arena, NULL, &prepared, view, JIT_NONE, &pattern, &error) < 0)
		fail_msg("%s: %s", text, error.text);
	count = rule_lint(matcher, &prepared, &pattern, view, role, list);
	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		assert_true(*list[i].text && *list[i].hint);
		buf_printf(&out, "%s%c%zu", i > 0 ? " " : "", letters[list[i].kind],
			   list[i].offset);
	}
	pattern_clear(&pattern);
	return buf_string(&out);
}

static void
is_blamed(const char *pattern, const char *wanted)
{
	const char *got = blames(pattern, VIEW_FOLDED, PATTERN_MATCH);

	if (strcmp(got, wanted))
		fail_msg("%s: blamed for \"%s\", not \"%s\"", pattern, got, wanted);
}

static void
repeats_within_repeats(void **state)
{
	(void)state;
	is_blamed("zz(?:a+)+b", "N8");
	is_blamed("zz(?:a*)*b", "N8");
	is_blamed("zz(?:(?:a+)b?)+c", "N14");
	is_blamed("zz(?:[a-z]+ ?){3,}this", "N14");
	is_blamed("zz(?:[a-z]{1,18} ?){0,9}this", "N19");
	is_blamed("zz(?:x|[a-z]+)*this", "N14");
	is_blamed("zz(?:.{0,20}x)+y", "N14");
	is_blamed("zz(?:(?:ab)+c?)+d", "N15");
	is_blamed("zz(?<name>a+)+b", "N13");
	is_blamed("zz{tower}b", "N2");
	is_blamed("가나(?:다+)+라", "N14");
	/* Each round begins or ends with what the inner repeat cannot match. */
	is_blamed("zz(?:[a-z]+ )+this", "");
	is_blamed("zz(?: [a-z]{1,18}){0,9} this", "");
	is_blamed("zz(?:[^,]*,)+x", "E5"); /* not nested, but without an end */
	is_blamed("zz(?:a+b)+c", "");
	is_blamed("zz(?:[a-z]{1,4} ?){1,4}x", "");
	/* Nothing is given back, or there are hardly any rounds. */
	is_blamed("zz(?:a++)+b", "");
	is_blamed("zz(?>a+)+b", "");
	is_blamed("zz(?:a+)*+b", "");
	is_blamed("zz(?:a+)?b", "");
	is_blamed("zz(?:a+){1,2}b", "");
	is_blamed("zza+b+", "");
	is_blamed("zz(?=(?:ab)+c)d", "");
}

static void
repeats_without_an_end(void **state)
{
	(void)state;
	is_blamed(".*revenge", "L0");
	is_blamed("(?:.*|x)revenge", "L3");
	is_blamed("be .* sorry", "E3");
	is_blamed("be .+ sorry [^)]* soon", "E3 S12");
	is_blamed("be [\\s\\S]*?sorry", "E3");
	is_blamed("be (?:very.*|x)sorry", "E10");
	is_blamed("be(?!.*not)sorry", "E5");
	is_blamed("be {dots} sorry", "E3");
	/* The last thing of a pattern; within a sentence; bounded; letters only. */
	is_blamed("revenge.*", "");
	is_blamed("revenge(?:.*|now)", "");
	is_blamed("be [^.!?]* sorry", "");
	is_blamed("be .{0,60} sorry", "");
	is_blamed("be [a-z ]*sorry", "");
	is_blamed("be {far} sorry", "");
	/* In a sentence there is an end. */
	assert_string_equal(blames("be .* sorry", VIEW_FOLDED, PATTERN_UNLESS), "");
	assert_string_equal(blames("be .* sorry", VIEW_FOLDED, PATTERN_ALL), "E3");
	assert_string_equal(blames("(?:a+)+b", VIEW_FOLDED, PATTERN_UNLESS), "N6");
}

/* What stands for characters that folding takes away can never match. */
static void
characters_that_a_view_never_holds(void **state)
{
	(void)state;
	is_blamed("teapot\\nboard", "H6");
	is_blamed("teapot\\tboard", "H6");
	is_blamed("teapot\\Rboard", "H6 U0");
	is_blamed("teapot(?:\\n| )board", "H9");
	is_blamed("teapot\\p{Lu}", "H6");
	is_blamed("teapot[[:upper:]]", "H6");
	is_blamed("teapot\\x41", "H6");
	is_blamed("teapot\\x{2460}", "H6");
	is_blamed("teapot[ \\n]board", "");
	is_blamed("teapot\\n?board", "");
	is_blamed("teapot(?!\\n)", "");
	is_blamed("teapot\\s\\d\\.\\x61\\x{ad6d}", "");
	is_blamed("teapot\\p{Cyrillic}[[:punct:]][가-힣][^a]", "");
	is_blamed("(teapot)\\1", "");
	is_blamed("{dots}teapot", "L0");
	assert_string_equal(blames("teapot\\d+", VIEW_SQUEEZED, PATTERN_MATCH), "H6");
	assert_string_equal(blames("teapot\\.", VIEW_SQUEEZED, PATTERN_UNLESS), "H6");
	assert_string_equal(blames("teapot[0-9]", VIEW_SQUEEZED, PATTERN_MATCH), "H6");
	assert_string_equal(blames("tea pot\\d*", VIEW_SQUEEZED, PATTERN_MATCH), "");
	assert_string_equal(blames("teapot\\n\\p{Lu}\\d", VIEW_PLAIN, PATTERN_MATCH), "");
}

/* "3 did you mean {dots}?" of what a pattern is blamed for before its macros are filled in. */
static const char *
written(const char *text)
{
	const struct macro own[] = { { "dots", ".*" } };
	const struct macros macros = { .list = own, .count = 1 };
	struct blame list[BLAMES_MAX];
	struct buf out = { .arena = arena };
	int count = rule_lint_written(text, strlen(text), &macros, list);

	buf_printf(&out, "%s", "");
	for (int i = 0; i < count; i++) {
		assert_int_equal(list[i].kind, BLAME_LITERAL);
		buf_printf(&out, "%s%zu %s", i > 0 ? "; " : "", list[i].offset, list[i].hint);
	}
	return buf_string(&out);
}

static void
braces_and_backslashes_that_stand_for_themselves(void **state)
{
	(void)state;
	assert_string_equal(written("a { gap }b"), "2 did you mean {gap}?");
	assert_string_equal(written("a {gap b"), "2 did you mean {gap}?");
	assert_string_equal(written("a dots}b"), "6 did you mean {dots}?");
	assert_string_equal(written("a{gap}}{"), "6 write \\} if that is meant; "
						 "7 write \\{ if that is meant");
	assert_string_equal(written("a{,3}b"), "1 a quantifier needs its lower bound: {0,3}");
	assert_string_equal(written("a{4294967296}"),
			    "1 a quantifier is written {3}, {2,} or {2,5}, of at most 65535");
	assert_string_equal(written("a{}b"), "1 write \\{ if that is meant");
	assert_string_equal(written("kettle \\\\d{3}"),
			    "7 in single quotes one backslash is enough: \\d");
	assert_string_equal(written("a{2}{gap}{dots}\\{[{}]\\x{61}\\p{L}b{3,}?c{1,2}+\\\\ \\\\x"),
			    "");
	assert_string_equal(written("a\nb\n"), "3 write |- in place of |, or single quotes");
	assert_string_equal(written("{"), "0 write \\{ if that is meant");
	assert_string_equal(written("}"), "0 write \\} if that is meant");
	assert_string_equal(written(""), "");
}

static void
words_for_the_gate(void **state)
{
	(void)state;
	is_blamed("[@#$%]{4}", "U0");
	is_blamed("[ㄱ-ㅎ]{3}", "U0");
	is_blamed("sue|[0-9]{4}x?", "U0");
	is_blamed("sue|lawyer", "");
	is_blamed("고소", "");
	/* Only what is looked for everywhere needs one. */
	assert_string_equal(blames("[@#$%]{4}", VIEW_FOLDED, PATTERN_UNLESS), "");
	assert_string_equal(blames("[@#$%]{4}", VIEW_FOLDED, PATTERN_ALL), "");
	assert_string_equal(blames(".", VIEW_FOLDED, PATTERN_HEADER), "");
}

static void
what_matches_nearly_anything(void **state)
{
	(void)state;
	is_blamed("[a-z]{3}", "U0 A0");
	is_blamed("[가-힣]", "U0 A0");
	assert_string_equal(blames("[가-힣]{2}", VIEW_SQUEEZED, PATTERN_ALL), "A0");
	assert_string_equal(blames("[a-z]", VIEW_PLAIN, PATTERN_UNLESS), "A0");
	assert_string_equal(blames("not", VIEW_FOLDED, PATTERN_UNLESS), "");
}

static void
much_of_it(void **state)
{
	char pattern[2048] = "zz";

	(void)state;
	/* More than is kept; nested deeper than is followed. Neither is an error. */
	for (int i = 0; i < 20; i++)
		strcat(pattern, "(?:a+)+b");
	is_blamed(pattern, "N8 N16 N24 N32 N40 N48 N56 N64");
	strcpy(pattern, "zz");
	for (int i = 0; i < 100; i++)
		strcat(pattern, "(?:");
	strcat(pattern, "(?:a+)+");
	for (int i = 0; i < 100; i++)
		strcat(pattern, ")");
	assert_non_null(blames(pattern, VIEW_FOLDED, PATTERN_UNLESS));
}

/* What the set itself is blamed for, without the patterns'. */
static struct problems problems;

static int
lint(void *context, const struct loaded *loaded)
{
	(void)context;
	return ruleset_lint(loaded);
}

static struct ruleset *
load(const char *yaml)
{
	const struct ruleset_watch watch = { .loaded = lint };
	const struct ruleset_options options = { .gate = true, .watch = &watch };
	const struct ruleset_source source = { .name = "a.yaml",
					       .text = yaml,
					       .len = strlen(yaml) };
	struct ruleset *set = NULL;

	problems_free(&problems);
	assert_int_equal(ruleset_compile(&source, 1, &options, &problems, &set), 0);
	return set;
}

#define HEAD "rules:\n"
#define MISS ", miss: 'nothing'"

static void
rules_that_others_make_needless(void **state)
{
	(void)state;
	ruleset_unref(load(
		HEAD "- {id: a, flag: demand.refund, match: 'refund now', test: {hit: ['refund "
		     "now', 'refund now please']" MISS "}}\n"
		     "- {id: b, flag: demand.refund, match: 'refund', test: {hit: ['refund', "
		     "'refund now']" MISS "}}\n"));
	assert_int_equal(problems.count, 1);
	assert_true(help_has_problem(&problems, 2, 3,
				     "a hits nothing in its samples that b (a.yaml:3)"));

	/* The other gives less, is held back by more, looks elsewhere, or is only tried out. */
	static const char *const others[] = {
		"score: 4",     "unless: 'later'",     "in: subject",          "state: shadow",
		"language: ko", "expires: 2099-01-01", "header: {x-form: 'a'}"
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		char yaml[512];

		snprintf(yaml, sizeof(yaml),
			 HEAD
			 "- {id: a, flag: demand.refund, match: 'refund now', test: {hit: 'refund "
			 "now'" MISS "}}\n"
			 "- {id: b, flag: demand.refund, match: 'refund', enabled: true, %s}\n",
			 others[i]);
		ruleset_unref(load(yaml));
		if (help_has_problem(&problems, 2, 0, "hits nothing"))
			fail_msg("%s does not keep b from covering a", others[i]);
	}
}

static void
two_that_cover_each_other_are_told_of_once(void **state)
{
	(void)state;
	ruleset_unref(load(
		HEAD "- {id: a, flag: demand.refund, match: 'refund', test: {hit: 'refund'" MISS
		     "}}\n"
		     "- {id: b, flag: demand.refund, match: 'refund', test: {hit: 'refund'" MISS
		     "}}\n"));
	assert_int_equal(problems.count, 1);
}

static void
macros_are_used_through_macros(void **state)
{
	(void)state;
	ruleset_unref(load(
		"define:\n  inner: 'a'\n  outer: '{inner}b'\n  loner: '{lonely}'\n  lonely: 'c'\n"
		"rules:\n- {id: a, flag: demand.refund, match: 'x', unless: '{outer}', test: "
		"{hit: 'x', miss: 'ab'}, enabled: false}\n"));
	assert_true(help_has_problem(&problems, 4, 3, "no pattern uses the macro {loner}"));
	assert_true(help_has_problem(&problems, 5, 3, "no pattern uses the macro {lonely}"));
	assert_true(help_has_problem(&problems, 7, 3, "a is switched off"));
	assert_int_equal(problems.warnings, 3); /* and that it runs over every mail */
}

static void
dead(const char *yaml, const double thresholds[FLAG_COUNT])
{
	struct ruleset *set = load(yaml);

	problems_free(&problems);
	ruleset_lint_dead(set, thresholds, 20260101, &problems);
	ruleset_unref(set);
}

static void
rules_that_never_raise_their_flag(void **state)
{
	double usual[FLAG_COUNT], high[FLAG_COUNT];

	(void)state;
	for (int f = 0; f < FLAG_COUNT; f++) {
		usual[f] = THRESHOLD_DEFAULT;
		high[f] = 7;
	}
#define ALIVE                                                                                      \
	HEAD "- {id: a, flag: demand.refund, score: 4, match: 'refund'}\n"                         \
	     "- {id: b, flag: demand.refund, score: 1, max: 2, match: 'money'}\n"                  \
	     "- {id: c, flag: demand.refund, score: -1, match: 'later'}\n"                         \
	     "- {id: d, flag: extortion, score: 7, when: demand and not threat}\n"                 \
	     "- {id: e, flag: signal.churn, score: 9, expires: 2026-01-01, match: 'leaving'}\n"    \
	     "- {id: f, flag: signal.repeat, score: 0, state: shadow, match: 'again'}\n"
	dead(ALIVE, usual);
	assert_int_equal(problems.count, 0);
	dead(ALIVE, high);
	assert_int_equal(problems.count, 2);
	assert_true(help_has_problem(&problems, 2, 3, "all its 2 rules together give 6"));
	assert_true(help_has_problem(&problems, 5, 3, "d can never hold"));

	dead(HEAD "- {id: a, flag: demand.refund, enabled: false, match: 'refund'}\n"
		  "- {id: b, flag: demand.refund, score: -1, match: 'later'}\n"
		  "- {id: c, flag: demand.superior, expires: 2025-12-31, match: 'boss'}\n"
		  "- {id: d, flag: extortion, when: demand}\n"
		  "- {id: e, flag: extortion, when: not demand}\n"
		  "- {id: f, flag: signal.churn, score: 0, match: 'bye'}\n"
		  "- {id: g, flag: signal.repeat, score: 4, match: 'again'}\n",
	     usual);
	assert_true(help_has_problem(&problems, 3, 3, "b holds back nothing"));
	assert_true(help_has_problem(&problems, 4, 3, "c is over: its last day was 2025-12-31"));
	assert_true(help_has_problem(&problems, 5, 3, "d can never hold"));
	assert_true(help_has_problem(&problems, 6, 3, "e holds in every mail that raises no flag"));
	assert_true(help_has_problem(&problems, 7, 3, "f gives signal.churn nothing"));
	assert_true(
		help_has_problem(&problems, 8, 3, "g can never raise signal.repeat: it gives 4"));
	assert_int_equal(problems.count, 6);

	/* What is left out for a mistake is taken as mended. */
	dead(HEAD "- {id: a, flag: demand.refund, match: '(refund'}\n"
		  "- {id: b, flag: demand.refund, score: -1, match: 'later'}\n",
	     usual);
	assert_int_equal(problems.count, 0);
	problems_free(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_within_repeats),
		cmocka_unit_test(repeats_without_an_end),
		cmocka_unit_test(characters_that_a_view_never_holds),
		cmocka_unit_test(braces_and_backslashes_that_stand_for_themselves),
		cmocka_unit_test(words_for_the_gate),
		cmocka_unit_test(what_matches_nearly_anything),
		cmocka_unit_test(much_of_it),
		cmocka_unit_test(rules_that_others_make_needless),
		cmocka_unit_test(two_that_cover_each_other_are_told_of_once),
		cmocka_unit_test(macros_are_used_through_macros),
		cmocka_unit_test(rules_that_never_raise_their_flag),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
