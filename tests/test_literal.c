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

	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), view, &l), 0);
	for (size_t i = 0; i < l.need.count; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%.*s", i > 0 ? " " : "",
				       (int)l.need.list[i].len, l.need.list[i].text);
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
	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), VIEW_FOLDED, &l), 0);
	assert_int_equal(l.need.count, 10); /* word1 is in all of word10 ... word19 */
	strcpy(pattern + at, "|more)");
	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), VIEW_FOLDED, &l), 0);
	assert_int_equal(l.need.count, 0);
	memset(pattern, '(', 1000);
	assert_int_equal(literal_extract(arena, pattern, 1000, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.need.count, 0);
	assert_false(l.understood);
}

static void
where_it_backtracks(void **state)
{
	struct literals l;

	(void)state;
	assert_int_equal(
		literal_extract(arena, "고소\\s*하겠", strlen("고소\\s*하겠"), VIEW_FOLDED, &l), 0);
	assert_int_equal(l.stop_count, 0);
	assert_int_equal(literal_extract(arena, "(a+)+$", 6, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.stop_count, 2);
	assert_int_equal(l.stops[0].offset, 3);
	assert_true(l.stops[0].far);
	assert_int_equal(l.stops[1].offset, 5);
	assert_int_equal(literal_extract(arena, "a.{0,99}b", 9, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.stop_count, 1);
	assert_int_equal(l.stops[0].offset, 8);
	assert_false(l.stops[0].far);
}

/* The second need, and what is said of where matches begin: "also: a b, before 0 word". */
static void
expect_needs(const char *pattern, size_t before, bool word, const char *also)
{
	struct literals l;
	char found[4096] = "";
	size_t at = 0;

	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), VIEW_FOLDED, &l), 0);
	for (size_t i = 0; i < l.also.count; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%.*s", i > 0 ? "|" : "",
				       (int)l.also.list[i].len, l.also.list[i].text);
	assert_string_equal(found, also);
	if (before <= LITERAL_BEFORE_MAX)
		assert_int_equal(l.need.before, before);
	else
		assert_true(l.need.before > LITERAL_BEFORE_MAX);
	assert_int_equal(l.need.word, word);
}

static void
where_matches_begin(void **state)
{
	(void)state;
	expect_needs("refund", 0, false, "");
	expect_needs("(?<![a-z])refund", 0, true, "");
	expect_needs("x{0,3}refund", 3, false, "");
	expect_needs(".{0,3}refund", 12, false, "");
	expect_needs("a\\s*refund", 1 + 8, false, "");
	expect_needs(".*refund", SIZE_MAX, false, "");
	expect_needs("\\Grefund", SIZE_MAX, false, "");
	expect_needs("(a)\\1refund", SIZE_MAX, false, "");
	expect_needs("(?:i|we) (?:now )*(?:want|need).* refund", SIZE_MAX, false,
		     "i need|i now |i want|we need|we now |we want");
	expect_needs("(?:i|we)[^x]?.* refund", SIZE_MAX, false, "");
	expect_needs("[a-c]k.*refund", SIZE_MAX, false, "ak|bk|ck");
	expect_needs("[가-나]k.*refund", SIZE_MAX, false, "");
	expect_needs("[a-]k.*refund", SIZE_MAX, false, "-k|ak");
	expect_needs("f[*.#]+ck.*refund", SIZE_MAX, false, "f#|f*|f.");
}

static bool
holds(const struct literal_need *need, const char *text, size_t start, size_t end)
{
	for (size_t i = 0; i < need->count; i++)
		for (size_t at = start; at + need->list[i].len <= end && at - start <= need->before;
		     at++)
			if (memcmp(text + at, need->list[i].text, need->list[i].len) == 0 &&
			    !(need->word && at > 0 && text[at - 1] >= 'a' && text[at - 1] <= 'z'))
				return true;
	return need->count == 0;
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
		assert_int_equal(pattern_compile(arena, &prepared, VIEW_FOLDED, true, &p, &error),
				 0);
		for (int round = 0; round < 4000; round++) {
			text[0] = '\0';
			for (unsigned n = 2 + round % 7; n > 0; n--) {
				seed = seed * 1103515245 + 12345;
				strcat(text, bits[(seed >> 16) % (sizeof(bits) / sizeof(*bits))]);
			}
			matcher_begin(m, 1000000);
			if (matcher_find(m, &p, text, strlen(text), 0, MATCH_ANYWHERE, &start,
					 &end) != ANSWER_HIT)
				continue;
			matches++;
			if (!holds(&p.literals.need, text, start, end) ||
			    !holds(&p.literals.also, text, start, end))
				fail_msg("%s matches '%s' at %zu..%zu without its needs",
					 patterns[i], text, start, end);
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
		cmocka_unit_test(every_match_holds_its_needs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
