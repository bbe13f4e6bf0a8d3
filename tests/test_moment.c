/*
 * moment: times as people write them, in a zone with summer time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/moment.h"

#define NOW_MS INT64_C(1796126400000) /* 2026-12-01 12:00 UTC */

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

/* What is read, as it is written; "-" for no time. */
static void
expect(const char *zone_name, const char *text, const char *expected)
{
	const struct zone *zone = NULL;
	int64_t ms;

	if (zone_name)
		assert_int_equal(zone_load(arena, zone_name, &zone), 0);
	ms = moment_parse(zone, NOW_MS, text);
	assert_string_equal(ms < 0 ? "-" : moment_text(arena, zone, ms), expected);
}

static void
days_and_times(void **state)
{
	(void)state;
	expect(NULL, "2026-12-01 10:00", "2026-12-01 10:00");
	expect(NULL, "2026-12-01T10:05", "2026-12-01 10:05");
	expect(NULL, "2026-12-01", "2026-12-01 17:00");
	expect("Asia/Seoul", "2026-12-01 10:00", "2026-12-01 10:00");
	assert_int_equal(moment_parse(NULL, NOW_MS, "2026-12-01 12:00"), NOW_MS);
	expect(NULL, "2028-02-29", "2028-02-29 17:00");
}

static void
spans(void **state)
{
	(void)state;
	expect(NULL, "+30m", "2026-12-01 12:30");
	expect(NULL, "+2h", "2026-12-01 14:00");
	expect(NULL, "+40d", "2027-01-10 12:00");
	expect("Asia/Seoul", "+3d", "2026-12-04 21:00");
	/* Summer time begins on the way: the clock on the wall counts. */
	expect("Europe/London", "+150d", "2027-04-30 12:00");
	/* 01:30 does not exist on that day in London: the earlier of what it may mean. */
	expect("Europe/London", "2027-03-28 01:30", "2027-03-28 00:30");
}

static void
what_is_no_time(void **state)
{
	static const char *const bad[] = {
		"",
		"soon",
		"+",
		"+d",
		"+3",
		"+3w",
		"+3d ",
		"+999999d",
		"-3d",
		"2026-13-01",
		"2026-12-32",
		"2027-02-29",
		"2026-12-01 24:00",
		"2026-12-01 10:60",
		"2026-12-01 10",
		"2026-12-01 10:00 ",
		"26-12-01",
		"2026/12/01",
		"0000-12-01",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(moment_parse(NULL, NOW_MS, bad[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_times),
		cmocka_unit_test(spans),
		cmocka_unit_test(what_is_no_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
