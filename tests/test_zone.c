/*
 * zone: wall time against the C library's own reading of the same zones, and names that are none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/zone.h"

static struct arena *arena;

static const struct zone *
load(const char *name)
{
	const struct zone *zone = NULL;

	if (zone_load(arena, name, &zone) < 0)
		fail_msg("%s cannot be loaded", name);
	return zone;
}

static void
agrees_with_the_c_library(void **state)
{
	static const char *const names[] = {
		"Asia/Seoul",
		"Europe/London",
		"America/New_York",
		"Australia/Lord_Howe",
		"America/Sao_Paulo",
		"Asia/Kathmandu",
		"UTC",
	};

	(void)state;
	if (access("/usr/share/zoneinfo/Asia/Seoul", R_OK) < 0)
		skip();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct zone *zone = load(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		/*
		 * From 1960 to 2090 in steps that meet every hour of the day, past the last
		 * transition of any file.
		 */
		for (time_t t = -315619200; t < 3786912000; t += 1000003) {
			struct wall w;
			struct tm tm;

			zone_wall(zone, t, &w);
			localtime_r(&t, &tm);
			assert_int_equal(w.year, tm.tm_year + 1900);
			assert_int_equal(w.month, tm.tm_mon + 1);
			assert_int_equal(w.day, tm.tm_mday);
			assert_int_equal(w.weekday, tm.tm_wday);
			assert_int_equal(w.hour, tm.tm_hour);
			assert_int_equal(w.minute, tm.tm_min);
			assert_int_equal(w.second, tm.tm_sec);
			assert_int_equal(w.offset, tm.tm_gmtoff);
			zone_seconds(zone, &w);
		}
		unsetenv("TZ");
		tzset();
	}
}

static void
goes_there_and_back(void **state)
{
	const struct zone *zone;
	struct wall w;

	(void)state;
	if (access("/usr/share/zoneinfo/Europe/London", R_OK) < 0)
		skip();
	zone = load("Europe/London");
	for (int64_t t = 1767225600; t < 1798761600; t += 1801) {
		zone_wall(zone, t, &w);
		/* 25 October 2026, 01:00 to 02:00 comes twice. */
		if (t >= 1792893600 - 3600 && t < 1792893600 + 3600)
			continue;
		assert_int_equal(zone_seconds(zone, &w), t);
	}
	w = (struct wall){ .year = 2026, .month = 10, .day = 25, .hour = 1, .minute = 30 };
	assert_int_equal(zone_seconds(zone, &w), 1792888200);
}

static void
clamps(void **state)
{
	struct wall w;

	(void)state;
	zone_wall(NULL, INT64_MAX, &w);
	assert_int_equal(w.year, 9999);
	zone_wall(NULL, INT64_MIN, &w);
	assert_int_equal(w.year, 1);
	zone_wall(NULL, 0, &w);
	assert_int_equal(w.weekday, 4);
}

static void
refuses_other_names(void **state)
{
	static const struct {
		const char *name;
		int r;
	} cases[] = {
		{ "Asia/Soeul", -ENOENT },     { "../../etc/passwd", -EINVAL },
		{ "/etc/localtime", -EINVAL }, { "", -EINVAL },
		{ "Asia", -EINVAL },           { "Asia/../Asia/Seoul", -EINVAL },
		{ "tzdata.zi", -EINVAL },      { "UTC/x", -ENOENT },
	};
	const struct zone *zone = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int r = zone_load(arena, cases[i].name, &zone);

		assert_true(r == cases[i].r ||
			    (r == -ENOENT && access("/usr/share/zoneinfo", F_OK) < 0));
		assert_null(zone);
	}
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(goes_there_and_back),
		cmocka_unit_test(clamps),
		cmocka_unit_test(refuses_other_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
