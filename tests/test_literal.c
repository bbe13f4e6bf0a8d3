/*
 * literal: what a text must hold for a pattern to match, and when that is not known.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "filters/literal.h"
#include "filters/match.h"

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

/* expected: the literals with a space between them, "" for none. */
static void
expect_in(enum view view, const char *pattern, const char *expected)
{
	struct literals l;
	char found[4096] = "";
	size_t at = 0;

	assert_int_equal(literal_extract(arena, NULL, pattern, strlen(pattern), view, &l), 0);
	for (size_t i = 0; l.need_count > 0 && i < l.needs[0].count; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%.*s", i > 0 ? " " : "",
				       (int)l.needs[0].list[i].len, l.needs[0].list[i].text);
	assert_string_equal(found, expected);
}

static void
expect(const char *pattern, const char *expected)
{
	expect_in(VIEW_FOLDED, pattern, expected);
}

static void
plain_words(void **state)
{
	(void)state;
	expect("refund", "refund");
	expect("고소", "고소");
	expect("a\\.b", "a.b");
	expect("^refund$", "refund");
	expect("a", "");
	expect("", "");
}

static void
sequences(void **state)
{
	(void)state;
	expect("내용\\s*증명서", "증명서");
	expect("내용.{0,12}보내", "내용");
	expect("ab[0-9]+abcd", "abcd");
	expect("고소(?:하겠|합니)다", "고소하겠다 고소합니다");
	expect("소[하해]서", "소하서 소해서");
	expect("colou?r", "color colour");
	expect("(?<![a-z])fuck(?=ing)", "fuck");
	expect("(?:ab)+cde", "cde");
	expect("ab{2,3}c", "ab");
	expect("a[^x]c", "");
}

static void
alternatives(void **state)
{
	(void)state;
	expect("sue|lawyer", "lawyer sue");
	expect("(?:sues|lawyer).*you", "lawyer sues");
	expect("(?:sue|tax).*환불", "환불");
	expect("sue|.*", "");
	expect("sue|a", "");
	expect("(?:sue|lawyer)?\\s+court", "court");
	expect("sue|sue", "sue");
	expect("(?:abc|[xy].*)", "");
}

static void
not_understood_means_always(void **state)
{
	(void)state;
	expect("\\w+\\d*", "");
	expect("(?i)refund", "refund"); /* folded text has one case */
	expect_in(VIEW_PLAIN, "(?i)refund", "");
	expect_in(VIEW_PLAIN, "a(?i:refund)", "");
	expect("refund\\K me", "");
	expect("(a)(?:b|\\g{1})refund", "");
	expect("refund(", "");
	expect("refund)", "");
	expect("\\x41\\x42cde", "cde");
	expect("\\x{ac00}나다", "나다");
	expect("(a)\\12345", "");
	expect("(?!refund)", "");
	expect("(?:refund){0}", "");
	expect("(?:refund){0,1}", "");
}

static void
many(void **state)
{
	char pattern[32768] = "(?:";
	struct literals l;
	size_t at = 3;

	(void)state;
	for (int i = 0; i < LITERAL_SET_MAX; i++)
		at += (size_t)sprintf(pattern + at, "%sword%d", i > 0 ? "|" : "", i);
	strcpy(pattern + at, ")");
	assert_int_equal(literal_extract(arena, NULL, pattern, strlen(pattern), VIEW_FOLDED, &l),
			 0);
	assert_int_equal(l.needs[0].count, 10); /* word1 is in all of word10 ... word19 */
	strcpy(pattern + at, "|more)");
	assert_int_equal(literal_extract(arena, NULL, pattern, strlen(pattern), VIEW_FOLDED, &l),
			 0);
	assert_int_equal(l.need_count, 0);
	memset(pattern, '(', 1000);
	assert_int_equal(literal_extract(arena, NULL, pattern, 1000, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.need_count, 0);
	assert_false(l.understood);
}

static void
where_it_backtracks(void **state)
{
	struct literals l;

	(void)state;
	assert_int_equal(literal_extract(arena, NULL, "고소\\s*하겠", strlen("고소\\s*하겠"),
					 VIEW_FOLDED, &l),
			 0);
	assert_int_equal(l.stop_count, 0);
	assert_int_equal(literal_extract(arena, NULL, "(a+)+$", 6, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.stop_count, 2);
	assert_int_equal(l.stops[0].offset, 3);
	assert_true(l.stops[0].far);
	assert_int_equal(l.stops[1].offset, 5);
	assert_int_equal(literal_extract(arena, NULL, "a.{0,99}b", 9, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.stop_count, 1);
	assert_int_equal(l.stops[0].offset, 8);
	assert_false(l.stops[0].far);
}

/*
 * All that is said of a pattern: its needs, the rarest first, with " & " between, of each string
 * how far before it matches begin: "i will@0 sue@4-20 end@6-", and <> where words begin and end.
 */
static void
expect_needs(const char *pattern, const char *expected)
{
	struct literals l;
	char found[4096] = "";
	size_t at = 0;

	assert_int_equal(literal_extract(arena, NULL, pattern, strlen(pattern), VIEW_FOLDED, &l),
			 0);
	for (size_t n = 0; n < l.need_count; n++) {
		at += (size_t)sprintf(found + at, "%s", n > 0 ? " & " : "");
		for (size_t i = 0; i < l.needs[n].count; i++) {
			const struct literal *k = &l.needs[n].list[i];

			at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%s%.*s%s@%zu",
					       i > 0 ? "|" : "", k->word ? "<" : "", (int)k->len,
					       k->text, k->end ? ">" : "", k->least);
			if (k->before > LITERAL_BEFORE_MAX)
				at += (size_t)sprintf(found + at, "-");
			else if (k->before != k->least)
				at += (size_t)sprintf(found + at, "-%zu", k->before);
		}
	}
	assert_string_equal(found, expected);
}

static void
where_matches_begin(void **state)
{
	(void)state;
	expect_needs("refund", "refund@0");
	expect_needs("(?<![a-z])refund", "<refund@0");
	expect_needs("(?:(?<![a-z0-9]))refund(?![a-z])", "<refund>@0");
	expect_needs("(?<![a-z])?refund", "refund@0");
	expect_needs("(?<![a-z])x{0,3}refund", "refund@0-3");
	expect_needs(".{0,3}refund", "refund@0-12");
	expect_needs("[a-f0-9]{2,3}refund", "refund@2-3");
	expect_needs("[가-힣]{2}refund", "refund@2-6");
	expect_needs("a\\s*refund", "refund@1-9");
	expect_needs(".*refund", "refund@0-");
	expect_needs("\\Grefund", "refund@0-");
	expect_needs("(a)\\1refund", "refund@1-");
	expect_needs("(?:i|we) (?:now )*(?:want|need).* refund",
		     " refund@6- & i need@0|i now @0|i want@0|we need@0|we now @0|we want@0 & "
		     "need@2-|want@2-");
	expect_needs("(?:i|we)[^x]?.* refund", " refund@1-");
	expect_needs("[a-c]k.*refund", "refund@2- & ak@0|bk@0|ck@0");
	expect_needs("[가-나]k.*refund", "refund@2-");
	expect_needs("[a-]k.*refund", "refund@2- & -k@0|ak@0");
	expect_needs("f[*.#]+ck.*refund", "refund@4- & ck@2- & f#@0|f*@0|f.@0");
}

/* A string that is too short is made longer by what follows the piece it ends. */
static void
what_follows_makes_strings_longer(void **state)
{
	(void)state;
	expect_needs("[^x](?:(?:i|we)(?= go)|never|not [a-z]+) [a-z]+ sue",
		     " sue@4- & i @1-4|never @1-4|not @1-4|we @1-4");
}

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
holds(const struct literal_need *need, const char *text, size_t start, size_t end)
{
	for (size_t i = 0; i < need->count; i++) {
		const struct literal *l = &need->list[i];

		for (size_t at = start + l->least; at + l->len <= end && at - start <= l->before;
		     at++)
			if (memcmp(text + at, l->text, l->len) == 0 &&
			    !(l->word && at > 0 && is_letter(text[at - 1])) &&
			    !(l->end && is_letter(text[at + l->len])))
				return true;
	}
	return false;
}

/* Whatever matches holds its needs where they are said to be. */
static void
every_match_holds_its_needs(void **state)
{
	static const char *const patterns[] = {
		"(?<![a-z])(?:i|we)(?: have|'ve)?(?: now| also)* (?:called|asked)(?: [a-z]+){0,3} "
		"(?:twice|again)",
		"a[.*]{2}h?oles?|ass(?:es)?(?=hole)?",
		"(?:^|[^a-z])f+[.*]?u+[.*]?c+k+",
		"(?<![a-z])(?:no|holy)?[ -]?sh[i1!]+t+",
		"(?:ca)?(?:ab|b)*c(?:[a-c]{0,2}x)?",
		"(?:a|b|)+ ?(?:ck|hole)",
		"[a-c]x+y",
		"(?:x|yy)?(?:hole|twice)|again$",
		"환불.{0,4}(?:안|못) ?해",
		"(?:[ab]|cc){2,3}k",
		"b+(?:a* )?c(?<!bc)k",
		"(?:(?<![a-z])a|b)c ?k",
		"[가-힣]k",
		"[a-c-]k+.*hole",
		"[.\\-]+k.*c",
		"[가해]{1,2}(?:안|k)",
		"[^a-c]k.*it",
		"(?:x|[b-]y).*it",
		"(?:(?:i|we)(?= (?:called|asked))|no [a-z]{1,4}) (?:now )?(?:called|asked|have)",
		"(?:(?:(?<![a-z])(?:i|it)))(?:'ve)? (?:[a-z]+ ){0,2}?(?:ab|ck)(?![a-z])",
		"(?:it|(?:f|sh)+)(?:t|1)* (?:i|we)(?![a-z]) ?(?:have|now)*",
		"(?:(?<![a-z])?no|we) ?(?:asked|called){0,2}again",
		"[[:alpha:]]k.*c",
	};
	static const char *const bits[] = {
		"a",     "b",    "c",    "x",     "y",       "k",      " ",      "i",      "we",
		" have", "'ve",  " now", " also", " called", " asked", " twice", " again", "*",
		".",     "hole", "ass",  "fuck",  "sh",      "1",      "it",     "t",      "no",
		"-",     "환불", "안",   " 못",   "해",      "es",     "f",
	};
	struct matcher *m = matcher_new();
	unsigned seed = 1, matches = 0;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct prepared prepared;
		struct pattern_error error;
		struct pattern p;
		size_t start, end;

		assert_int_equal(pattern_prepare(arena, patterns[i], strlen(patterns[i]),
						 VIEW_FOLDED, &(struct macros){ 0 }, &prepared,
						 &error),
				 0);
		assert_int_equal(
			pattern_compile(arena, NULL, &prepared, VIEW_FOLDED, JIT_ALL, &p, &error),
			0);
		for (int round = 0; round < 4000; round++) {
			text[0] = '\0';
			for (unsigned n = 2 + round % 7; n > 0; n--) {
				seed = seed * 1103515245 + 12345;
				strcat(text, bits[(seed >> 16) % (sizeof(bits) / sizeof(*bits))]);
			}
			matcher_begin(m, 1000000, true);
			if (matcher_find(m, &p, text, strlen(text), 0, MATCH_ANYWHERE, &start,
					 &end) != ANSWER_HIT)
				continue;
			matches++;
			for (size_t n = 0; n < p.literals.need_count; n++)
				if (!holds(&p.literals.needs[n], text, start, end))
					fail_msg("%s matches '%s' at %zu..%zu without need %zu",
						 patterns[i], text, start, end, n);
		}
		pattern_clear(&p);
	}
	assert_true(matches > 1000);
	matcher_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_words),
		cmocka_unit_test(sequences),
		cmocka_unit_test(alternatives),
		cmocka_unit_test(not_understood_means_always),
		cmocka_unit_test(many),
		cmocka_unit_test(where_it_backtracks),
		cmocka_unit_test(where_matches_begin),
		cmocka_unit_test(what_follows_makes_strings_longer),
		cmocka_unit_test(every_match_holds_its_needs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
