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
	bool is = amount_read(arena, text, &a) == 0;

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
	expect("CHF 5", "CHF 5", "CHF 5");
	expect("30위안", "CNY 30", "CNY 30");
	expect("CNY 30.50", "CNY 30.50", "CNY 30.50");
	expect("３만원", "30,000원", "₩30,000");
	expect("삼만 원", "30,000원", "₩30,000");
	expect("fifty dollars", "$50", "$50");
	expect("$1.5k", "$1,500", "$1,500");
	expect("$5.5", "$5.50", "$5.50");
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
		"THB 5",
		"₹500",
		"$5 each",
		"about $5",
		"$5 and $6",
		"환불 30000",
		"$1,00",
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
