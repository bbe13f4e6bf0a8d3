/*
 * rule: macros, folding of patterns, what is refused, and where mistakes are shown.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/pattern.h"
#include "filters/rule.h"
#include "tests/rules_help.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct macro own_list[] = {
	{ "act", "하겠|합니다" },
	{ "both", "고소{act}" },
	{ "loop", "{loop}" },
	{ "n", "[0-9]" },
};
static const struct macros own = { .list = own_list, .count = 4 };

static void
expect(enum view view, const char *pattern, const char *out)
{
	struct pattern_error error = { .text = "" };
	struct prepared p;

	assert_int_equal(pattern_prepare(arena, pattern, strlen(pattern), view, &own, &p, &error),
			 0);
	assert_string_equal(p.text, out);
}

static void
refuse(const char *pattern, size_t offset, const char *why)
{
	struct pattern_error error = { .text = "" };
	struct prepared p;

	assert_int_equal(
		pattern_prepare(arena, pattern, strlen(pattern), VIEW_FOLDED, &own, &p, &error),
		-22);
	assert_non_null(strstr(error.text, why));
	assert_int_equal(error.offset, offset);
}

static void
macros_are_filled_in(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "고소{act}", "고소(?:하겠|합니다)");
	expect(VIEW_FOLDED, "{both}!", "(?:고소(?:하겠|합니다))!");
	expect(VIEW_FOLDED, "{act}{0,2}", "(?:하겠|합니다){0,2}");
	expect(VIEW_FOLDED, "x{2}{n}\\{act}", "x{2}(?:[0-9])\\{act\\}");
	expect(VIEW_FOLDED, "\\x{41}\\p{Han}", "\\x{41}\\p{Han}");
	expect(VIEW_FOLDED, "{han}", "(?:[가-힣])");
	assert_null(macro_builtin("nothing"));
	assert_true(macro_name_valid("a_b-2"));
	assert_false(macro_name_valid("2a"));
	assert_false(macro_name_valid(""));
}

static void
literals_are_folded_and_syntax_is_not(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "ABC\\S\\W\\D", "abc\\S\\W\\D");
	expect(VIEW_FOLDED, "[A-Z가-힣ＡＢ[:alpha:]\\S]", "[a-z가-힣ab[:alpha:]\\S]");
	expect(VIEW_FOLDED, "[ㄱ-ㅎ]", "[ㄱ-ㅎ]");
	expect(VIEW_FOLDED, "(?<Name>A)(?i:B)(?=C)", "(?<Name>a)(?i:b)(?=c)");
	expect(VIEW_FOLDED, "（ｘ）", "\\(x\\)");
	expect(VIEW_FOLDED, "ㅅㅣㅂㅏㄹ", "시발");
	expect(VIEW_FOLDED, "ㅅㅂ", "ㅅㅂ");
	expect(VIEW_FOLDED, "ㅅㅣ?ㅂ", "ㅅㅣ?ㅂ"); /* the ? stays with ㅣ */
	expect(VIEW_FOLDED, "\u1112\u1161\u11ab", "한");
	expect(VIEW_FOLDED, "a  b", "a b");
	expect(VIEW_PLAIN, "ABC  Ｘ", "ABC  Ｘ");
	expect(VIEW_PLAIN, "cafe\u0301", "caf\u00e9");
	expect(VIEW_SQUEEZED, "시 1발\\s", "시발\\s");
	expect(VIEW_SQUEEZED, "1?시", "(?:)?시");
	expect(VIEW_FOLDED, "a{2}B{x", "a{2}b\\{x");
	expect(VIEW_FOLDED, "]A", "]a");
	expect(VIEW_FOLDED, "[]A]", "[]a]");
}

static void
what_is_refused(void **state)
{
	(void)state;
	refuse("ab(?C1)c", 2, "(?C");
	refuse("환불\\C", 6, "\\C");
	refuse("\\Qa.b\\E", 0, "\\Q");
	refuse("(*LIMIT_MATCH=9)a", 0, "(*");
	refuse("(*UTF)a", 0, "(*");
	refuse("(*UCP)a", 0, "(*");
	refuse("a(*SKIP)", 1, "(*");
	refuse("(?x)a", 0, "option x");
	refuse("(a)(?1)", 3, "kind of group");
	refuse("(?R)", 0, "kind of group");
	refuse("(?(1)a|b)", 0, "kind of group");
	refuse("{akt}", 0, "no macro {akt}");
	refuse("고소 {both}{lop}", 13, "no macro {lop}");
	refuse("[{act}]", 0, "inside [...]");
}

static void
bounds(void **state)
{
	char pattern[LIMIT_PATTERN_BYTES + 2];
	struct pattern_error error;
	struct prepared p;

	(void)state;
	refuse("{loop}", 0, "nested deeper");
	memset(pattern, 'a', sizeof(pattern));
	assert_int_equal(
		pattern_prepare(arena, pattern, LIMIT_PATTERN_BYTES, VIEW_FOLDED, NULL, &p, &error),
		0);
	assert_int_equal(pattern_prepare(arena, pattern, LIMIT_PATTERN_BYTES + 1, VIEW_FOLDED, NULL,
					 &p, &error),
			 -22);
	assert_int_equal(pattern_prepare(arena, "a\0b", 3, VIEW_FOLDED, NULL, &p, &error), -22);
}

static void
built_ins_match_what_they_say(void **state)
{
	struct problems problems = { 0 };

	(void)state;
	ruleset_unref(help_sound_set(
		"rules:\n"
		"  - id: a\n    flag: threat.legal\n    match: '{wordstart}고소{wordend}'\n"
		"    test: {hit: ['고소', '꼭 고소를 합니다', '(고소)'], miss: ['고소한 맛', "
		"'경고소', 'x고소']}\n"
		"  - id: b\n    flag: threat.legal\n    match: '{wordstart}sue{wordend}'\n"
		"    test: {hit: ['I sue.', 'sue'], miss: ['issue', 'sued', 'sue2']}\n"
		"  - id: c\n    flag: threat.legal\n    match: '{num}{ws0}만{particle} 내{gap}놔'\n"
		"    test: {hit: ['1,000 만을 내놔', '삼백만 내 돈 놔'], miss: ['만 내놔', '5만 "
		"내. 놔']}\n"
		"  - id: d\n    flag: threat.legal\n    match: '{han}{jamo}{letter}z'\n"
		"    test: {hit: ['가ㅅbz'], miss: ['가나bz']}\n"));
	problems_free(&problems);
}

static void
every_mistake_at_its_place(void **state)
{
	struct problems p = { 0 };
	struct ruleset *set;

	(void)state;
	set = help_set("pack: x\n"                                   /* 1 */
		       "rulez: []\n"                                 /* 2 */
		       "define:\n"                                   /* 3 */
		       "  han: 'x'\n"                                /* 4 */
		       "rules:\n"                                    /* 5 */
		       "  - id: a\n"                                 /* 6 */
		       "    flag: threat.legl\n"                     /* 7 */
		       "    match: '고소 abc(de'\n"                  /* 8 */
		       "  - id: b\n"                                 /* 9 */
		       "    flag: threat.legal\n"                    /* 10 */
		       "    match: ['고소''s x(', \"z*\"]\n"         /* 11 */
		       "    scor: 3\n"                               /* 12 */
		       "  - flag: threat.legal\n"                    /* 13 */
		       "    match: a\n"                              /* 14 */
		       "  - id: c\n"                                 /* 15 */
		       "    flag: threat.legal\n"                    /* 16 */
		       "    match: ['고소''s x(', \"z*\", '(?C)']\n" /* 17 */
		       "    unless: '한국\\w'\n"                     /* 18 */
		       "  - id: d\n"                                 /* 19 */
		       "    flag: extortion\n"                       /* 20 */
		       "    when: threat and dmand\n"                /* 21 */
		       "  - id: e\n"                                 /* 22 */
		       "    flag: threat.legal\n"                    /* 23 */
		       "    in: [bodyy]\n"                           /* 24 */
		       "    view: flat\n"                            /* 25 */
		       "    score: 1000\n"                           /* 26 */
		       "    state: dead\n"                           /* 27 */
		       "    match: [a, [b]]\n"                       /* 28 */
		       "  - id: f\n"                                 /* 29 */
		       "    flag: threat.legal\n"                    /* 30 */
		       "  - id: g\n"                                 /* 31 */
		       "    flag: threat.legal\n"                    /* 32 */
		       "    when: demand\n"                          /* 33 */
		       "    match: a\n",                             /* 34 */
		       false, false, &p);
	assert_non_null(set);
	assert_int_equal(ruleset_count(set), 0);
	assert_true(help_has_problem(&p, 2, 1, "rulez"));
	assert_true(help_has_problem(&p, 4, 0, "built in"));
	assert_true(help_has_problem(&p, 7, 11, "threat.legl"));
	assert_true(help_has_problem(&p, 12, 5, "scor"));
	assert_true(help_has_problem(&p, 13, 5, "no id"));
	assert_true(help_has_problem(&p, 17, 22, "missing closing parenthesis"));
	assert_true(help_has_problem(&p, 17, 26, "the empty text, which stands everywhere"));
	assert_true(help_has_problem(&p, 17, 32, "(?C"));
	assert_true(help_has_problem(&p, 18, 16, "know ASCII only"));
	assert_true(help_has_problem(&p, 21, 22, "dmand"));
	assert_true(help_has_problem(&p, 24, 0, "bodyy"));
	assert_true(help_has_problem(&p, 25, 11, "flat"));
	assert_true(help_has_problem(&p, 26, 12, "between"));
	assert_true(help_has_problem(&p, 27, 12, "dead"));
	assert_true(help_has_problem(&p, 28, 0, "an entry of match is not a pattern"));
	assert_true(help_has_problem(&p, 29, 5, "neither match nor when"));
	assert_true(help_has_problem(&p, 34, 12, "cannot have match"));
	assert_int_equal(p.warnings, 1);
	ruleset_unref(set);
	problems_free(&p);
}

static void
too_many_patterns_and_headers(void **state)
{
	char *yaml = arena_alloc(arena, 16384);
	struct problems p = { 0 };
	size_t at =
		(size_t)sprintf(yaml, "rules:\n  - id: a\n    flag: threat.legal\n    match: [ab");

	(void)state;
	for (int i = 1; i < LIMIT_PATTERNS_PER_RULE; i++)
		at += (size_t)sprintf(yaml + at, ", ab");
	strcpy(yaml + at, "]\n");
	ruleset_unref(help_sound_set(yaml));
	strcpy(yaml + at, ", ab]\n");
	ruleset_unref(help_set(yaml, false, false, &p));
	assert_true(help_has_problem(&p, 4, 0, "more than 64 patterns"));
	problems_free(&p);
	at = (size_t)sprintf(
		yaml,
		"rules:\n  - id: a\n    flag: threat.legal\n    match: ab\n    in: [header:H0");
	for (int i = 1; i < SECTION_MAX - SECTION_HEADER; i++)
		at += (size_t)sprintf(yaml + at, ", header:H%d", i);
	strcpy(yaml + at, "]\n");
	ruleset_unref(help_sound_set(yaml));
	strcpy(yaml + at, ", header:More]\n");
	ruleset_unref(help_set(yaml, false, false, &p));
	assert_true(help_has_problem(&p, 5, 0, "different headers"));
	problems_free(&p);
}

static void
mistakes_in_bounds_and_guards(void **state)
{
	struct problems p = { 0 };

	(void)state;
	ruleset_unref(help_set("rules:\n"
			       "  - id: a\n    flag: threat.legal\n    match: a b\n    within: 5\n"
			       "  - id: b\n    flag: threat.legal\n    all: a b\n"
			       "  - id: c\n    flag: threat.legal\n    match: a b\n    max: 2\n"
			       "  - id: d\n    flag: threat.legal\n    match: a b\n"
			       "    expires: 2026-02-29\n"
			       "  - id: e\n    flag: threat.legal\n    match: a b\n"
			       "    expires: tomorrow\n"
			       "  - id: f\n    flag: threat.legal\n    match: a b\n"
			       "    header: {'x y': a}\n"
			       "  - id: g\n    flag: threat.legal\n    match: a b\n"
			       "    header: {x-y: 'a('}\n"
			       "  - id: h\n    flag: threat.legal\n    all: ['a b', 'c(']\n"
			       "    within: 1001\n"
			       "  - id: i\n    flag: extortion\n    when: threat\n    max: 9\n",
			       false, false, &p));
	assert_true(help_has_problem(&p, 5, 13, "no all"));
	assert_true(help_has_problem(&p, 8, 10, "two patterns"));
	assert_true(help_has_problem(&p, 12, 10, "between the rule's score"));
	assert_true(help_has_problem(&p, 16, 14, "no day 2026-02-29"));
	assert_true(help_has_problem(&p, 20, 14, "\"tomorrow\""));
	assert_true(help_has_problem(&p, 24, 14, "\"x y\""));
	assert_true(help_has_problem(&p, 28, 0, "does not compile"));
	assert_true(help_has_problem(&p, 32, 13, "within"));
	assert_true(help_has_problem(&p, 36, 10, "max"));
	assert_int_equal(p.errors, 9);
	problems_free(&p);
}

/* What YAML makes of "\b" is told before a rule dies of it, and every other text that is none. */
static void
texts_that_are_no_patterns(void **state)
{
	struct problems p = { 0 };

	(void)state;
	ruleset_unref(help_set("define:\n  e: ''\n  f: \"x\\ey\"\n"
			       "rules:\n"
			       "  - id: a\n    flag: threat.legal\n"
			       "    match: ['sue you', \"\\bsue\\b\"]\n"
			       "  - id: b\n    flag: threat.legal\n    match: a b\n"
			       "    unless: \"x\\x01\"\n    all: ''\n"
			       "  - id: c\n    flag: threat.legal\n    match: ['', a b, {a: b}]\n"
			       "    header: {a-b: '', x y: z, 'Sübject': z, c-d: [e]}\n"
			       "  - id: d\n    flag: threat.legal\n    match: \"a\\tb\\nc\"\n",
			       false, false, &p));
	assert_true(help_has_problem(&p, 2, 6, "the macro e is empty"));
	assert_true(help_has_problem(&p, 3, 0, "the macro f holds an escape character"));
	assert_true(help_has_problem(&p, 7, 0,
				     "an entry of match holds a backspace: in double "
				     "quotes \\b is no edge of a word"));
	assert_true(help_has_problem(&p, 11, 0, "unless holds the control character 01"));
	assert_true(help_has_problem(&p, 12, 10, "all is empty"));
	assert_true(help_has_problem(&p, 15, 13, "an entry of match is empty"));
	assert_true(help_has_problem(&p, 15, 22, "an entry of match is not a pattern"));
	assert_true(help_has_problem(&p, 16, 19, "what the field a-b must hold is empty"));
	assert_true(help_has_problem(&p, 16, 23, "\"x y\" is not the name"));
	assert_true(help_has_problem(&p, 16, 31, "\"Sübject\" is not the name"));
	assert_true(help_has_problem(&p, 16, 50, "what the field c-d must hold is not a pattern"));
	for (size_t i = 0; i < p.count; i++)
		assert_true(p.list[i].err.line < 17);
	problems_free(&p);
}

static void
a_list_where_one_word_belongs(void **state)
{
	struct problems p = { 0 };

	(void)state;
	ruleset_unref(help_set("rules:\n"
			       "  - id: a\n    flag: [threat.legal, extortion]\n    match: ab\n"
			       "  - id: b\n    flag: threat.legal\n    match: ab\n"
			       "    language: [ko, en]\n    why: [a]\n"
			       "  - id: c\n    flag: threat.legal\n    when: [abuse, demand]\n"
			       "  - id: [d]\n    flag: threat.legal\n    match: ab\n",
			       false, false, &p));
	assert_true(help_has_problem(&p, 3, 11, "flag is a list where one word belongs"));
	assert_true(help_has_problem(&p, 8, 15, "language is a list where one word belongs"));
	assert_true(help_has_problem(&p, 9, 10, "why is a list where one text belongs"));
	assert_true(help_has_problem(&p, 12, 11, "when is a list where one word belongs"));
	assert_true(help_has_problem(&p, 13, 9, "id is a list where one text belongs"));
	assert_int_equal(p.errors, 5);
	problems_free(&p);
}

/* What PCRE2 complains of has a hint of ours. */
static void
hints_for_what_does_not_compile(void **state)
{
	static const char *const cases[][2] = {
		{ "(?<a>xx)(?<a>yy)", "different names" },
		{ "(?:xx)\\1", "(?: ) does not count" },
		{ "xx\\u1234", "\\x{ac00}" },
		{ "xx\\y", "without the backslash" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct problems p = { 0 };
		char yaml[200];

		snprintf(yaml, sizeof(yaml),
			 "rules:\n  - id: a\n    flag: threat.legal\n    match: '%s'\n",
			 cases[i][0]);
		ruleset_unref(help_set(yaml, false, false, &p));
		assert_int_equal(p.errors, 1);
		if (!strstr(p.list[0].hint, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], p.list[0].hint);
		problems_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macros_are_filled_in),
		cmocka_unit_test(literals_are_folded_and_syntax_is_not),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(bounds),
		cmocka_unit_test(built_ins_match_what_they_say),
		cmocka_unit_test(every_mistake_at_its_place),
		cmocka_unit_test(too_many_patterns_and_headers),
		cmocka_unit_test(texts_that_are_no_patterns),
		cmocka_unit_test(a_list_where_one_word_belongs),
		cmocka_unit_test(hints_for_what_does_not_compile),
		cmocka_unit_test(mistakes_in_bounds_and_guards),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
