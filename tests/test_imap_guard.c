/*
 * The guard lets honest answers pass, cut at any byte, and refuses announced bytes beyond the
 * budget and deep nesting.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon/imap_guard.h"

/* The same whole and byte by byte. left: what the budget has beyond the text. */
static int
feed(const char *text, uint64_t left)
{
	struct imap_guard whole = { 0 }, bytewise = { 0 };
	const char *why = NULL;
	size_t len = strlen(text);
	int r = imap_guard_feed(&whole, text, len, left, &why), by_byte = 0;

	assert_true((r < 0) == (why != NULL));
	for (size_t k = 0; k < len && by_byte == 0; k++)
		by_byte = imap_guard_feed(&bytewise, text + k, 1, left + (len - k - 1), &why);
	assert_int_equal(r, by_byte);
	return r;
}

static void
honest_answers_pass(void **state)
{
	(void)state;
	assert_int_equal(feed("* OK ready {99}\r\n* 3 EXISTS\r\n1 OK done {99}\r\n", 0), 0);
	assert_int_equal(feed("* 1 FETCH (BODY[] {5}\r\n{99}\r UID 7)\r\n1 OK done\r\n", 0), 0);
	assert_int_equal(feed("* 1 FETCH (BODY[] {12}\r\n((((((((((\r\n)\r\n", 0), 0);
	assert_int_equal(
		feed("* LIST () \"/\" \"a{99}\"\r\n* LIST () \"/\" \"\\\"((((((((((\"\r\n", 0), 0);
	assert_int_equal(feed("* no ((((((((((((\r\n+ ((((((((((((((\r\n", 0), 0);
	assert_int_equal(feed("* LIST () \"/\" {0}\r\n\r\n* LIST () \"/\" x\r\n", 0), 0);
}

static void
literals_beyond_the_budget_are_refused(void **state)
{
	(void)state;
	assert_int_equal(feed("* 1 FETCH (BODY[] {100}\r\n", 100), 0);
	assert_int_equal(feed("* 1 FETCH (BODY[] {101}\r\n", 100), -EPROTO);
	assert_int_equal(feed("* 1 FETCH (BODY[] {4294967295}\r\n", 1000), -EPROTO);
	assert_int_equal(
		feed("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", UINT64_MAX / 32),
		-EPROTO);
	/*
	 * the second literal of a line, and one after a status line that only looks like it had one
	 */
	assert_int_equal(feed("* 1 FETCH (A {2}\r\nxx B {101}\r\n", 100), -EPROTO);
	assert_int_equal(feed("* OK {50}\r\n* 1 FETCH (A {101}\r\n", 100), -EPROTO);
	assert_int_equal(feed("* LIST () \"/\" {101+}\r\n", 100), -EPROTO);
}

static void
deep_nesting_is_refused(void **state)
{
	(void)state;
	assert_int_equal(feed("* 1 FETCH ((((((((\r\n", 0), 0);
	assert_int_equal(feed("* 1 FETCH (((((((((\r\n", 0), -EPROTO);
	assert_int_equal(feed("* 1 FETCH ((((((((\r\n* 1 FETCH ((((((((\r\n", 0), 0);
	/* a literal does not make the depth forgotten */
	assert_int_equal(feed("* 1 FETCH (((((((( {1}\r\nx(\r\n", 10), -EPROTO);
	assert_int_equal(feed("* 1 FETCH ()()()()()()()()()()\r\n", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_answers_pass),
		cmocka_unit_test(literals_beyond_the_budget_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
