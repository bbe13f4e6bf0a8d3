/*
 * promise_due: when what is written in a mail falls due, in zones with and without summer time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/moment.h"
#include "daemon/promise_due.h"

static struct arena *arena;

/* What that text, in a mail of that time, is due; "-" for no time. */
static void
expect(const char *zone_name, const char *written, const char *text, const char *expected)
{
	const struct zone *zone = NULL;
	struct due_place place;
	int64_t now, at;

	assert_int_equal(zone_load(arena, zone_name, &zone), 0);
	now = moment_parse(zone, 0, written);
	assert_true(now > 0);
	assert_true(due_next(text, strlen(text), 0, &place));
	at = promise_due(&place.due, now, zone, NULL);
	assert_string_equal(at ? moment_text(arena, zone, at) : "-", expected);
}

#define TUESDAY "2026-12-01 11:00"

static void
days_and_hours(void **state)
{
	(void)state;
	expect("Asia/Seoul", TUESDAY, "내일 오전까지", "2026-12-02 12:00");
	expect("Asia/Seoul", TUESDAY, "오늘 중으로", "2026-12-01 17:00");
	expect("Asia/Seoul", "2026-12-01 18:30", "오늘 중으로", "2026-12-01 23:59");
	expect("Asia/Seoul", "2026-12-01 18:30", "오늘 오후 3시까지", "-");
	expect("Asia/Seoul", TUESDAY, "2시간 이내에", "2026-12-01 13:00");
	expect("Asia/Seoul", TUESDAY, "모레 저녁까지", "2026-12-03 21:00");
	expect("Europe/London", TUESDAY, "within the hour", "2026-12-01 12:00");
	expect("Europe/London", TUESDAY, "by midnight", "2026-12-01 23:59");
}

static void
weekdays(void **state)
{
	(void)state;
	expect("Europe/London", TUESDAY, "by friday noon", "2026-12-04 12:00");
	expect("Europe/London", TUESDAY, "by tuesday", "2026-12-01 17:00");
	expect("Europe/London", "2026-12-01 17:30", "by tuesday", "2026-12-08 17:00");
	expect("Europe/London", TUESDAY, "on monday", "2026-12-07 17:00");
	expect("Europe/London", TUESDAY, "by next friday", "2026-12-11 17:00");
	expect("Asia/Seoul", TUESDAY, "다음 주 화요일까지", "2026-12-08 17:00");
	expect("Asia/Seoul", TUESDAY, "이번 주 안에", "2026-12-04 17:00");
	expect("Asia/Seoul", TUESDAY, "이번 주 월요일까지", "-");
	expect("Asia/Seoul", "2026-12-06 11:00", "이번 주 안에", "-");
	expect("Asia/Seoul", "2026-12-06 11:00", "다음 주 월요일까지", "2026-12-07 17:00");
	expect("Europe/London", TUESDAY, "by the end of next week", "2026-12-11 17:00");
}

static void
working_days(void **state)
{
	(void)state;
	expect("Asia/Seoul", TUESDAY, "영업일 기준 3일 이내에", "2026-12-04 17:00");
	expect("Europe/London", "2026-12-03 11:00", "within 3 working days", "2026-12-08 17:00");
	expect("Europe/London", "2026-12-05 11:00", "within one working day", "2026-12-07 17:00");
	expect("Europe/London", TUESDAY, "within 9000 working days", "-");
}

static void
dates(void **state)
{
	(void)state;
	expect("Asia/Seoul", TUESDAY, "12월 3일(목) 오후 2시까지", "2026-12-03 14:00");
	expect("Asia/Seoul", TUESDAY, "1월 5일까지", "2027-01-05 17:00");
	expect("Asia/Seoul", TUESDAY, "15일까지", "2026-12-15 17:00");
	expect("Asia/Seoul", "2026-12-20 11:00", "15일까지", "2027-01-15 17:00");
	expect("Asia/Seoul", TUESDAY, "다음 달 5일까지", "2027-01-05 17:00");
	expect("Asia/Seoul", TUESDAY, "월말까지", "2026-12-31 17:00");
	expect("Asia/Seoul", "2026-11-30 18:00", "이번 달 말까지", "-");
	expect("Asia/Seoul", "2027-02-01 11:00", "31일까지", "2027-03-31 17:00");
	expect("Europe/London", TUESDAY, "by 30 november", "-");
	expect("Europe/London", TUESDAY, "by 3 december 2025", "2026-12-03 17:00");
	expect("Europe/London", TUESDAY, "on 2025-12-03", "-");
}

/* The night of 2027-03-28 the clocks in London jump from 01:00 to 02:00. */
static void
summer_time(void **state)
{
	(void)state;
	expect("Europe/London", "2027-03-27 11:00", "by tomorrow 10 am", "2027-03-28 10:00");
	expect("Europe/London", "2027-03-27 23:30", "within two hours", "2027-03-28 02:30");
	expect("Europe/London", "2027-03-26 11:00", "by monday noon", "2027-03-29 12:00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_hours), cmocka_unit_test(weekdays),
		cmocka_unit_test(working_days),   cmocka_unit_test(dates),
		cmocka_unit_test(summer_time),
	};
	int r;

	arena = arena_new(0);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return r;
}
