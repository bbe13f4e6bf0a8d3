/*
 * amount: sums as people write them, and as they are written to customers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/amount.h"

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

/* What a text is read as, "-" for no sum. */
static void
expect(const char *text, const char *korean, const char *english)
{
	struct amount a;
	bool is = amount_parse(text, &a);

	assert_string_equal(is ? amount_text(arena, &a, true) : "-", korean);
	assert_string_equal(is ? amount_text(arena, &a, false) : "-", english);
}

static void
sums(void **state)
{
	(void)state;
	expect("₩20,000", "20,000원", "₩20,000");
	expect("20000원", "20,000원", "₩20,000");
	expect("2만원", "20,000원", "₩20,000");
	expect("2만 원", "20,000원", "₩20,000");
	expect("KRW 1,234,567", "1,234,567원", "₩1,234,567");
	expect("₩1,234,567", "1,234,567원", "₩1,234,567");
	expect("1000 KRW", "1,000원", "₩1,000");
	expect("$50", "$50", "$50");
	expect("50.25 USD", "$50.25", "$50.25");
	expect("$1,000.05", "$1,000.05", "$1,000.05");
	expect("£30", "£30", "£30");
	expect("€12.00", "€12", "€12");
	expect("12 유로", "€12", "€12");
	expect("  $5  ", "$5", "$5");
	expect("¥1,000", "1,000엔", "¥1,000");
}

static void
what_is_no_sum(void **state)
{
	static const char *const bad[] = {
		"",
		"a lot",
		"$",
		"원",
		"20000",
		"$0",
		"-$5",
		"$5.5",
		"$5.123",
		"₩20.50",
		"5 $ 5",
		"$5 won",
		"$,5",
		"₩10,00",
		"₩1000,000",
		"₩1,0000",
		"5,원",
		"$99999999999999999999",
		"9999999999만원",
		"2만.5원",
		"CHF 5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expect(bad[i], "-", "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(what_is_no_sum),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
