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
	for (size_t i = 0; i < l.count; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%.*s", i > 0 ? " " : "", (int)l.list[i].len,
				       l.list[i].text);
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
	expect("colou?r", "colour color");
	expect("(?<![a-z])fuck(?=ing)", "fuck");
	expect("(?:ab)+cde", "cde");
	expect("ab{2,3}c", "");
}

static void
alternatives(void **state)
{
	(void)state;
	expect("sue|lawyer", "sue lawyer");
	expect("(?:sues|lawyer).*you", "sues lawyer");
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
	expect("(?i)refund", "refund");			/* folded text has one case */
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
	char pattern[16384] = "(?:";
	struct literals l;
	size_t at = 3;

	(void)state;
	for (int i = 0; i < LITERAL_SET_MAX; i++)
		at += (size_t)sprintf(pattern + at, "%sword%d", i > 0 ? "|" : "", i);
	strcpy(pattern + at, ")");
	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), VIEW_FOLDED, &l), 0);
	assert_int_equal(l.count, LITERAL_SET_MAX);
	strcpy(pattern + at, "|more)");
	assert_int_equal(literal_extract(arena, pattern, strlen(pattern), VIEW_FOLDED, &l), 0);
	assert_int_equal(l.count, 0);
	memset(pattern, '(', 1000);
	assert_int_equal(literal_extract(arena, pattern, 1000, VIEW_FOLDED, &l), 0);
	assert_int_equal(l.count, 0);
	assert_false(l.understood);
}

static void
where_it_backtracks(void **state)
{
	struct literals l;

	(void)state;
	assert_int_equal(literal_extract(arena, "고소\\s*하겠", strlen("고소\\s*하겠"), VIEW_FOLDED, &l), 0);
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
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
