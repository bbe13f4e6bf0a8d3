/*
 * test_flag: names, families, and what a misspelt name was meant to be.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "filters/flag.h"

static void
names_go_both_ways(void **state)
{
	(void)state;
	for (int i = 0; i < FLAG_COUNT; i++) {
		assert_non_null(flag_name((enum flag)i));
		assert_int_equal(flag_by_name(flag_name((enum flag)i)), i);
		assert_int_equal(flag_set_by_name(flag_name((enum flag)i)), 1u << i);
	}
	assert_int_equal(flag_by_name("threat"), -1);
	assert_int_equal(flag_by_name(""), -1);
	assert_int_equal(flag_by_name("threat.legal "), -1);
}

static void
families_are_sets(void **state)
{
	(void)state;
	assert_int_equal(flag_set_by_name("abuse"),
			 1u << FLAG_ABUSE_PROFANITY | 1u << FLAG_ABUSE_INSULT |
				 1u << FLAG_ABUSE_HATE | 1u << FLAG_ABUSE_SEXUAL);
	assert_int_equal(__builtin_popcount(flag_set_by_name("threat")), 5);
	assert_int_equal(__builtin_popcount(flag_set_by_name("demand")), 4);
	assert_int_equal(__builtin_popcount(flag_set_by_name("signal")), 4);
	assert_int_equal(flag_set_by_name("thr"), 0);
	assert_int_equal(flag_set_by_name("threat."), 0);
	assert_int_equal(flag_set_by_name(""), 0);
}

static void
misspelt_names_find_their_neighbour(void **state)
{
	(void)state;
	assert_string_equal(flag_nearest("threat.leagl"), "threat.legal");
	assert_string_equal(flag_nearest("threats.legal"), "threat.legal");
	assert_string_equal(flag_nearest("abuse.profanty"), "abuse.profanity");
	assert_string_equal(flag_nearest("demand.superiour"), "demand.superior");
	assert_string_equal(flag_nearest("extorsion"), "extortion");
	assert_string_equal(flag_nearest("treat"), "threat");
	assert_string_equal(flag_nearest("abuse"), "abuse");
	assert_string_equal(flag_nearest("refund"), "demand.refund");
	assert_null(flag_nearest(""));
	assert_null(flag_nearest("weather.forecast"));
	assert_null(flag_nearest(
		"an unreasonably long name that could not be any of the flags at all"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(families_are_sets),
		cmocka_unit_test(misspelt_names_find_their_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
