/*
 * promise_due: what words are due when, over a moment of sending and zones that the test sets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "daemon/moment.h"
#include "daemon/promise_due.h"

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

static const struct zone *
zone_named(const char *name)
{
	const struct zone *zone = NULL;

	if (zone_load(arena, name, &zone) < 0)
		skip();
	return zone;
}

struct row {
	const char *sent, *words, *due; /* "-": none */
};

static unsigned wrong;

/* Each sentence holds one commitment. */
static void
expect(const struct zone *zone, const struct calendar *calendar, const struct row *row)
{
	int64_t sent_ms = moment_parse(zone, 0, row->sent), due_ms;
	struct commitment *list;
	const char *got;
	size_t count;

	assert_true(sent_ms > 0);
	assert_int_equal(commitments_find(arena, row->words, strlen(row->words), &list, &count), 0);
	if (count != 1) {
		print_error("%s: %zu commitments\n", row->words, count);
		wrong++;
		return;
	}
	due_ms = promise_due(&list[0].due, sent_ms, zone, calendar);
	assert_true(due_ms == 0 || due_ms > sent_ms);
	got = due_ms == 0 ? "-" : moment_text(arena, zone, due_ms);
	if (strcmp(got, row->due) != 0) {
		print_error("%s: %s\n\twanted %s\n\tgot    %s\n", row->sent, row->words, row->due,
			    got);
		wrong++;
	}
}

static void
expect_all(const struct zone *zone, const struct calendar *calendar, const struct row *rows,
	   size_t count)
{
	wrong = 0;
	for (size_t i = 0; i < count; i++)
		expect(zone, calendar, &rows[i]);
	assert_int_equal(wrong, 0);
}

#define EXPECT(zone, calendar, rows)                                                               \
	expect_all(zone, calendar, rows, sizeof(rows) / sizeof((rows)[0]))

/* 2026-11-26 is a Thursday. */
#define THURSDAY "2026-11-26 10:00"
#define EVENING "2026-11-26 18:30"
#define SATURDAY "2026-11-28 09:00"

static void
parts_of_a_day(void **state)
{
	static const struct row rows[] = {
		{ THURSDAY, "내일 오전까지 연락드리겠습니다.", "2026-11-27 12:00" },
		{ THURSDAY, "내일 정오까지 연락드리겠습니다.", "2026-11-27 12:00" },
		{ THURSDAY, "내일 오후까지 연락드리겠습니다.", "2026-11-27 17:00" },
		{ THURSDAY, "내일까지 연락드리겠습니다.", "2026-11-27 17:00" },
		{ THURSDAY, "We will write tomorrow morning.", "2026-11-27 12:00" },
		{ THURSDAY, "We will write by tomorrow afternoon.", "2026-11-27 17:00" },
		{ THURSDAY, "We will write by tomorrow evening.", "2026-11-27 21:00" },
		{ THURSDAY, "We will write by midnight.", "2026-11-26 23:59" },
		{ THURSDAY, "오늘 중으로 답변드리겠습니다.", "2026-11-26 17:00" },
		{ EVENING, "오늘 중으로 답변드리겠습니다.", "2026-11-26 23:59" },
		{ EVENING, "We will reply today.", "2026-11-26 23:59" },
		{ EVENING, "We will reply this afternoon.", "-" },
		{ THURSDAY, "I will call you tonight.", "2026-11-26 21:00" },
		{ THURSDAY, "오전 9시까지 답변드리겠습니다.", "-" },
		{ THURSDAY, "오후 3시까지 답변드리겠습니다.", "2026-11-26 15:00" },
		{ THURSDAY, "오늘 3시까지 답변드리겠습니다.", "2026-11-26 15:00" },
		{ THURSDAY, "오늘 9시까지 답변드리겠습니다.", "2026-11-26 21:00" },
		{ THURSDAY, "내일 9시까지 답변드리겠습니다.", "2026-11-27 09:00" },
		{ THURSDAY, "I will call you tomorrow at 10.", "2026-11-27 10:00" },
		{ THURSDAY, "I will call you tomorrow at 2.", "2026-11-27 14:00" },
		{ THURSDAY, "I will call you by 5.30 pm.", "2026-11-26 17:30" },
		{ THURSDAY, "I will call you by 12 pm tomorrow.", "2026-11-27 12:00" },
		{ THURSDAY, "I will call you by close of business tomorrow.", "2026-11-27 17:00" },
	};

	(void)state;
	EXPECT(zone_named("Asia/Seoul"), NULL, rows);
}

static void
spans(void **state)
{
	static const struct row rows[] = {
		{ THURSDAY, "2시간 이내에 연락드리겠습니다.", "2026-11-26 12:00" },
		{ THURSDAY, "We will call you within the hour.", "2026-11-26 11:00" },
		{ THURSDAY, "We will call you in half an hour.", "2026-11-26 10:30" },
		{ THURSDAY, "We will reply within 24 hours.", "2026-11-27 10:00" },
		{ THURSDAY, "이틀 안에 연락드리겠습니다.", "2026-11-28 17:00" },
		{ THURSDAY, "2~3일 내로 발송하겠습니다.", "2026-11-29 17:00" },
		{ THURSDAY, "We will write in the next two days.", "2026-11-28 17:00" },
		{ THURSDAY, "We will write within a week.", "2026-12-03 17:00" },
		{ THURSDAY, "영업일 기준 3일 이내에 환불해 드리겠습니다.", "2026-12-01 17:00" },
		{ THURSDAY, "We will refund you within 3 working days.", "2026-12-01 17:00" },
		{ THURSDAY, "We will refund you within one business day.", "2026-11-27 17:00" },
		{ SATURDAY, "We will refund you within one business day.", "2026-11-30 17:00" },
		{ SATURDAY, "다음 영업일 오전까지 답변드리겠습니다.", "2026-11-30 12:00" },
		{ "2026-12-31 10:00", "영업일 기준 2일 이내에 환불해 드리겠습니다.",
		  "2027-01-04 17:00" },
	};

	(void)state;
	EXPECT(zone_named("Asia/Seoul"), NULL, rows);
}

static void
days_of_the_week(void **state)
{
	static const struct row rows[] = {
		{ THURSDAY, "We will call you by Friday.", "2026-11-27 17:00" },
		{ THURSDAY, "We will call you by Friday noon.", "2026-11-27 12:00" },
		{ THURSDAY, "We will call you by Thursday.", "2026-11-26 17:00" },
		{ EVENING, "We will call you by Thursday.", "2026-12-03 17:00" },
		{ THURSDAY, "We will call you on Thursday morning.", "2026-11-26 12:00" },
		{ EVENING, "We will call you on Thursday morning.", "2026-12-03 12:00" },
		{ THURSDAY, "We will call you by Wednesday.", "2026-12-02 17:00" },
		{ THURSDAY, "We will call you by next Friday.", "2026-12-04 17:00" },
		{ THURSDAY, "We will call you by next Monday.", "2026-11-30 17:00" },
		{ THURSDAY, "다음 주 화요일까지 회신드리겠습니다.", "2026-12-01 17:00" },
		{ SATURDAY, "다음 주 화요일까지 회신드리겠습니다.", "2026-12-01 17:00" },
		{ "2026-11-29 09:00", "다음 주 금요일까지 회신드리겠습니다.", "2026-12-04 17:00" },
		{ "2026-11-30 09:00", "다음 주 금요일까지 회신드리겠습니다.", "2026-12-11 17:00" },
		{ THURSDAY, "이번 주 금요일까지 회신드리겠습니다.", "2026-11-27 17:00" },
		{ THURSDAY, "이번 주 화요일까지 회신드리겠습니다.", "-" },
		{ THURSDAY, "We will write before Saturday.", "2026-11-27 17:00" },
		{ THURSDAY, "이번 주 안에 회신드리겠습니다.", "2026-11-27 17:00" },
		{ SATURDAY, "이번 주 안에 회신드리겠습니다.", "2026-11-29 23:59" },
		{ THURSDAY, "We will write by the end of next week.", "2026-12-04 17:00" },
		{ THURSDAY, "We will write next week.", "2026-12-04 17:00" },
		{ THURSDAY, "다음 주 초까지 회신드리겠습니다.", "2026-12-01 17:00" },
		{ THURSDAY, "주말까지 회신드리겠습니다.", "2026-11-29 17:00" },
	};

	(void)state;
	EXPECT(zone_named("Asia/Seoul"), NULL, rows);
}

static void
dates(void **state)
{
	static const struct row rows[] = {
		{ THURSDAY, "12월 3일(목) 오후 2시까지 발송하겠습니다.", "2026-12-03 14:00" },
		{ THURSDAY, "12/3까지 발송하겠습니다.", "2026-12-03 17:00" },
		{ THURSDAY, "1월 5일까지 발송하겠습니다.", "2027-01-05 17:00" },
		{ THURSDAY, "11월 26일까지 발송하겠습니다.", "2026-11-26 17:00" },
		{ EVENING, "11월 26일까지 발송하겠습니다.", "2026-11-26 23:59" },
		{ THURSDAY, "11월 25일까지 발송하겠습니다.", "-" },
		{ THURSDAY, "We will ship it by 12 October.", "-" },
		{ THURSDAY, "We will ship it by 12 September.", "2027-09-12 17:00" },
		{ THURSDAY, "We will ship it by 12 December 2026.", "2026-12-12 17:00" },
		{ THURSDAY, "We will ship it by 12 December 2025.", "-" },
		{ THURSDAY, "We will ship it by 2027-02-29.", "-" },
		{ "2027-12-01 10:00", "We will ship it by 29 February.", "2028-02-29 17:00" },
		{ THURSDAY, "We will ship it by 29 February.", "-" },
		{ THURSDAY, "We will ship it by 12/3.", "2026-12-03 17:00" },
		{ THURSDAY, "We will ship it by 3/12.", "2026-12-03 17:00" },
		{ THURSDAY, "We will ship it by 31/12/2026.", "2026-12-31 17:00" },
		{ THURSDAY, "We will ship it by the 30th.", "2026-11-30 17:00" },
		{ THURSDAY, "We will ship it by the 31st.", "2026-12-31 17:00" },
		{ THURSDAY, "15일까지 입금해 드리겠습니다.", "2026-12-15 17:00" },
		{ "2027-01-30 10:00", "29일까지 입금해 드리겠습니다.", "2027-03-29 17:00" },
		{ THURSDAY, "다음 달 5일까지 입금해 드리겠습니다.", "2026-12-05 17:00" },
		{ "2026-12-10 10:00", "다음 달 5일까지 입금해 드리겠습니다.", "2027-01-05 17:00" },
		{ THURSDAY, "월말까지 환불해 드리겠습니다.", "2026-11-30 17:00" },
		{ "2026-10-02 10:00", "월말까지 환불해 드리겠습니다.", "2026-10-30 17:00" },
		{ "2026-10-31 10:00", "월말까지 환불해 드리겠습니다.", "2026-10-31 23:59" },
		{ THURSDAY, "We will do it by the end of November.", "2026-11-30 17:00" },
		{ THURSDAY, "We will do it by the end of next month.", "2026-12-31 17:00" },
		{ THURSDAY, "We will do it by the end of January.", "2027-01-29 17:00" },
		{ THURSDAY, "We will do it by the end of October.", "-" },
		{ THURSDAY, "연말까지 개선하겠습니다.", "2026-12-31 17:00" },
		{ THURSDAY, "금요일(27일)까지 발송하겠습니다.", "2026-11-27 17:00" },
		{ "2026-11-22 09:30", "You will hear by 5 pm on Tuesday, 24 November.",
		  "2026-11-24 17:00" },
	};

	(void)state;
	EXPECT(zone_named("Asia/Seoul"), NULL, rows);
}

/* Summer time begins in London on 28 March 2027 at 01:00, and ends on 31 October at 02:00. */
static void
summer_time(void **state)
{
	static const struct row rows[] = {
		{ "2027-03-27 10:00", "We will write tomorrow at 10 am.", "2027-03-28 10:00" },
		{ "2027-03-27 10:00", "We will write within 24 hours.", "2027-03-28 11:00" },
		{ "2027-03-27 10:00", "We will write by 01:30 on Sunday.", "2027-03-28 00:30" },
		{ "2027-10-30 10:00", "We will write within 24 hours.", "2027-10-31 09:00" },
		{ "2027-10-30 10:00", "We will write tomorrow.", "2027-10-31 17:00" },
		{ "2027-10-25 10:00", "We will write within 5 working days.", "2027-11-01 17:00" },
	};

	(void)state;
	EXPECT(zone_named("Europe/London"), NULL, rows);
}

static void
holidays(void **state)
{
	static const long holiday[] = { 20261127 };
	static const struct calendar never;
	static const struct row rows[] = {
		{ THURSDAY, "We will write within one working day.", "2026-11-30 17:00" },
		{ THURSDAY, "We will write by the end of the week.", "2026-11-26 17:00" },
		{ EVENING, "We will write by the end of the week.", "2026-11-26 23:59" },
	};
	static const struct row no_days[] = {
		{ THURSDAY, "We will write within one working day.", "-" },
		{ THURSDAY, "We will write by the end of the week.", "2026-11-29 17:00" },
	};
	struct calendar calendar = calendar_default;

	(void)state;
	calendar.holidays = holiday;
	calendar.holiday_count = 1;
	EXPECT(NULL, &calendar, rows);
	EXPECT(NULL, &never, no_days);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_day),   cmocka_unit_test(spans),
		cmocka_unit_test(days_of_the_week), cmocka_unit_test(dates),
		cmocka_unit_test(summer_time),      cmocka_unit_test(holidays),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
