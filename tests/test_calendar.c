/*
 * calendar: working time in zones with and without summer time, over holidays and past midnight.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "daemon/calendar.h"
#include "daemon/moment.h"

#define MINUTE ((int64_t)60000)
#define HOUR (60 * MINUTE)

static struct arena *arena;

static const struct zone *
load(const char *name)
{
	const struct zone *zone = NULL;

	if (zone_load(arena, name, &zone) < 0)
		fail_msg("%s cannot be loaded", name);
	return zone;
}

static int64_t
at(const struct zone *zone, const char *text)
{
	int64_t ms = moment_parse(zone, 0, text);

	if (ms < 0)
		fail_msg("%s is no moment", text);
	return ms;
}

/* The moments are those of the wall, as text. */
static void
adds(const struct calendar *c, const struct zone *zone, const char *from, int64_t work,
     const char *expected)
{
	int64_t begin = at(zone, from), end = calendar_add(c, zone, begin, work);

	assert_string_equal(moment_text(arena, zone, end), expected);
	assert_int_equal(calendar_between(c, zone, begin, end), work);
}

static void
day(struct calendar *c, int weekday, const char *text)
{
	struct calendar_span span;

	assert_true(calendar_span_parse(text, &span));
	assert_true(calendar_day_add(&c->week[weekday], &span));
}

static void
works_from_monday_to_friday(void **state)
{
	const struct zone *seoul = load("Asia/Seoul");

	(void)state;
	/* 2026-11-27 is a Friday. */
	assert_true(calendar_open(NULL, seoul, at(seoul, "2026-11-27 09:00")));
	assert_true(calendar_open(NULL, seoul, at(seoul, "2026-11-27 17:59")));
	assert_false(calendar_open(NULL, seoul, at(seoul, "2026-11-27 18:00")));
	assert_false(calendar_open(NULL, seoul, at(seoul, "2026-11-28 10:00")));
	assert_true(calendar_works_on(NULL, seoul, at(seoul, "2026-11-27 03:00")));
	assert_false(calendar_works_on(NULL, seoul, at(seoul, "2026-11-29 12:00")));
	assert_int_equal(calendar_next_open(NULL, seoul, at(seoul, "2026-11-27 18:00")),
			 at(seoul, "2026-11-30 09:00"));
	adds(NULL, seoul, "2026-11-27 17:00", HOUR, "2026-11-27 18:00");
	adds(NULL, seoul, "2026-11-27 17:00", HOUR + MINUTE, "2026-11-30 09:01");
	adds(NULL, seoul, "2026-11-28 12:00", 9 * HOUR, "2026-11-30 18:00");
	adds(NULL, seoul, "2026-11-27 10:30", 9 * HOUR, "2026-11-30 10:30");
	assert_int_equal(calendar_between(NULL, seoul, at(seoul, "2026-11-27 10:00"),
					  at(seoul, "2026-11-27 09:00")),
			 0);
	assert_int_equal(calendar_between(NULL, seoul, at(seoul, "2026-11-27 20:00"),
					  at(seoul, "2026-11-30 08:00")),
			 0);
	assert_int_equal(calendar_day_minutes(NULL), 540);
}

static void
knows_holidays(void **state)
{
	static const long days[] = { 20261225, 20270101 };
	struct calendar c = calendar_default;

	(void)state;
	c.holidays = days;
	c.holiday_count = 2;
	assert_false(calendar_works_on(&c, NULL, at(NULL, "2026-12-25 12:00")));
	assert_false(calendar_open(&c, NULL, at(NULL, "2026-12-25 12:00")));
	adds(&c, NULL, "2026-12-24 17:30", HOUR, "2026-12-28 09:30");
}

static void
lives_through_changes_of_the_clock(void **state)
{
	const struct zone *berlin = load("Europe/Berlin");
	struct calendar nights = { .holidays = NULL };

	(void)state;
	for (int i = 0; i < 7; i++)
		day(&nights, i, "00:00-06:00");
	/* On 2026-03-29 two o'clock does not come; on 2026-10-25 it comes twice. */
	adds(&nights, berlin, "2026-03-29 00:00", 5 * HOUR, "2026-03-29 06:00");
	adds(&nights, berlin, "2026-10-25 00:00", 7 * HOUR, "2026-10-25 06:00");
	adds(&nights, berlin, "2026-03-29 00:00", 5 * HOUR + 1 * MINUTE, "2026-03-30 00:01");
	/* Office hours are the same length on both sides of it. */
	adds(NULL, berlin, "2026-03-27 17:00", 2 * HOUR, "2026-03-30 10:00");
}

static void
goes_past_midnight(void **state)
{
	static const long days[] = { 20261224 };
	struct calendar c = { .holidays = days, .holiday_count = 1 };
	int overlap;

	(void)state;
	for (int i = 0; i < 7; i++)
		day(&c, i, "22:00-06:00");
	assert_false(calendar_overlaps(&c, &overlap));
	assert_true(calendar_open(&c, NULL, at(NULL, "2026-12-23 03:00")));
	adds(&c, NULL, "2026-12-22 23:00", 8 * HOUR, "2026-12-23 23:00");
	/* The night that begins on the holiday is closed, the one that ends on it is not. */
	assert_true(calendar_open(&c, NULL, at(NULL, "2026-12-24 05:00")));
	assert_false(calendar_open(&c, NULL, at(NULL, "2026-12-24 23:00")));
	assert_false(calendar_open(&c, NULL, at(NULL, "2026-12-25 05:00")));
	day(&c, 3, "05:30-07:00");
	assert_true(calendar_overlaps(&c, &overlap));
	assert_int_equal(overlap, 2);
}

static void
several_spans_a_day(void **state)
{
	struct calendar c = { .holidays = NULL };
	struct calendar_span span = { 11 * 60, 14 * 60 };

	(void)state;
	day(&c, 1, "13:00-18:00");
	day(&c, 1, "09:00-12:00");
	assert_false(calendar_day_add(&c.week[1], &span));
	assert_false(calendar_open(&c, NULL, at(NULL, "2026-11-30 12:30")));
	adds(&c, NULL, "2026-11-30 11:00", 2 * HOUR, "2026-11-30 14:00");
	adds(&c, NULL, "2026-11-30 11:00", 7 * HOUR, "2026-12-07 10:00");
	assert_int_equal(calendar_day_minutes(&c), 480);
}

static void
says_until_when_we_answer(void **state)
{
	static const long days[] = { 20261130 };
	const struct zone *seoul = load("Asia/Seoul");
	struct calendar c = calendar_default, nights = { .holidays = NULL };

	(void)state;
	assert_int_equal(calendar_reply_by(NULL, seoul, at(seoul, "2026-11-27 10:00")),
			 at(seoul, "2026-11-30 17:00"));
	c.holidays = days;
	c.holiday_count = 1;
	assert_int_equal(calendar_reply_by(&c, seoul, at(seoul, "2026-11-27 10:00")),
			 at(seoul, "2026-12-01 17:00"));
	day(&c, 6, "10:00-14:00");
	assert_int_equal(calendar_reply_by(&c, seoul, at(seoul, "2026-11-27 10:00")),
			 at(seoul, "2026-11-28 13:00"));
	day(&c, 0, "10:00-11:00");
	assert_int_equal(calendar_reply_by(&c, seoul, at(seoul, "2026-11-28 10:00")),
			 at(seoul, "2026-11-29 11:00"));
	day(&nights, 1, "22:00-06:00");
	assert_int_equal(calendar_reply_by(&nights, NULL, at(NULL, "2026-11-27 10:00")),
			 at(NULL, "2026-12-01 05:00"));
	memset(&nights, 0, sizeof(nights));
	assert_int_equal(calendar_reply_by(&nights, NULL, 1000), -1);
}

static void
nobody_ever_at_work(void **state)
{
	struct calendar c = { .holidays = NULL };

	(void)state;
	assert_false(calendar_works(&c));
	assert_true(calendar_works(&calendar_default));
	assert_int_equal(calendar_next_open(&c, NULL, 1000), -1);
	assert_int_equal(calendar_add(&c, NULL, 1000, 1), -1);
	assert_int_equal(calendar_between(&c, NULL, 0, INT64_C(1) << 50), 0);
}

static void
reads_spans_and_dates(void **state)
{
	static const char *const no_spans[] = { "",
						"9:00-18:00",
						"09:00-18:0",
						"09:00 18:00",
						"09:00-25:00",
						"09:60-18:00",
						"24:00-06:00",
						"10:00-10:00",
						"09:00-18:00 " };
	static const char *const no_dates[] = { "",           "2026-02-29", "2026-13-01",
						"2026-1-1",   "20261225",   "2026-12-25x",
						"0000-01-01", "2026-04-31" };
	struct calendar_span span;

	(void)state;
	assert_true(calendar_span_parse("00:00-24:00", &span));
	assert_int_equal(span.to - span.from, 1440);
	assert_true(calendar_span_parse("22:00-06:00", &span));
	assert_int_equal(span.to, 30 * 60);
	for (size_t i = 0; i < sizeof(no_spans) / sizeof(*no_spans); i++)
		assert_false(calendar_span_parse(no_spans[i], &span));
	assert_int_equal(calendar_date_parse("2028-02-29"), 20280229);
	for (size_t i = 0; i < sizeof(no_dates) / sizeof(*no_dates); i++)
		assert_int_equal(calendar_date_parse(no_dates[i]), 0);
	assert_int_equal(calendar_date(load("Asia/Seoul"), at(NULL, "2026-11-28 15:00")), 20261129);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_from_monday_to_friday),
		cmocka_unit_test(knows_holidays),
		cmocka_unit_test(lives_through_changes_of_the_clock),
		cmocka_unit_test(goes_past_midnight),
		cmocka_unit_test(several_spans_a_day),
		cmocka_unit_test(says_until_when_we_answer),
		cmocka_unit_test(nobody_ever_at_work),
		cmocka_unit_test(reads_spans_and_dates),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
