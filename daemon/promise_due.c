/*
 * promise_due: see promise_due.h.
 *
 * Days are reckoned as dates of the calendar; only the last step, from a date and a time to a
 * moment, knows the zone.
 */
#include "promise_due.h"

#include <stdbool.h>

#include "moment.h"

#define MORNING_HOUR 12
#define EVENING_HOUR 21
#define LAST_EARLY_HOUR 7 /* "at 7" is after noon, "at 8" before it */
#define DAY_MINUTES (24 * 60)
#define LOOK_DAYS 3660 /* for working days, at most */

struct question {
	const struct due *due;
	int64_t written_ms;
	const struct zone *zone;
	const struct calendar *calendar;
	struct wall today;
};

/* The date so many days later, at noon of no zone: only a date. */
static struct wall
day_after(const struct wall *date, int days)
{
	struct wall noon = { .year = date->year, .month = date->month, .hour = 12 };

	noon.day = date->day + days;
	zone_wall(NULL, zone_seconds(NULL, &noon), &noon);
	return noon;
}

static struct wall
date(int year, int month, int day)
{
	struct wall w = { .year = year + (month - 1) / 12,
			  .month = (month - 1) % 12 + 1,
			  .day = day };

	return day_after(&w, 0);
}

static int
days_between(const struct wall *from, const struct wall *to)
{
	struct wall a = day_after(from, 0), b = day_after(to, 0);

	return (int)((zone_seconds(NULL, &b) - zone_seconds(NULL, &a)) / (DAY_MINUTES * 60));
}

static bool
is_working_day(const struct question *q, const struct wall *day)
{
	struct wall noon = *day;

	return calendar_works_on(q->calendar, q->zone, zone_seconds(q->zone, &noon) * 1000);
}

/* That minute of that day; -1 when it is not after the moment of sending. */
static int64_t
at(const struct question *q, const struct wall *day, int minute)
{
	struct wall w = *day;
	int64_t ms;

	w.hour = minute / 60;
	w.minute = minute % 60;
	w.second = 0;
	ms = zone_seconds(q->zone, &w) * 1000;
	return ms > q->written_ms ? ms : -1;
}

static bool
says_time(const struct due *due)
{
	return due->hour >= 0 || due->part != DUE_WHOLE_DAY;
}

/* The time of a day without an hour. */
static int
minute_of_part(enum due_part part)
{
	switch (part) {
	case DUE_MORNING:
	case DUE_NOON:
		return MORNING_HOUR * 60;
	case DUE_EVENING:
		return EVENING_HOUR * 60;
	case DUE_MIDNIGHT:
		return DAY_MINUTES - 1;
	default:
		return MOMENT_DAY_HOUR * 60;
	}
}

/* What was said of the time, on that day. */
static int64_t
on_day(const struct question *q, const struct wall *named)
{
	const struct due *due = q->due;
	struct wall day = day_after(named, due->before && !says_time(due) ? -1 : 0);
	int minute = due->hour >= 0 ? due->hour * 60 + due->minute : minute_of_part(due->part);
	bool today = days_between(&q->today, &day) == 0;
	int64_t ms;

	if (due->half && due->hour <= LAST_EARLY_HOUR)
		minute += DAY_MINUTES / 2;
	ms = at(q, &day, minute);
	if (ms < 0 && today && due->half && minute < DAY_MINUTES / 2)
		ms = at(q, &day, minute + DAY_MINUTES / 2);
	if (ms < 0 && today && !says_time(due) && due->kind != DUE_WEEKDAY)
		ms = at(q, &day, DAY_MINUTES - 1);
	return ms;
}

static int64_t
working_day(const struct question *q)
{
	struct wall day = q->today;
	int left = q->due->count;

	for (int n = 0; n < LOOK_DAYS && left > 0; n++) {
		day = day_after(&day, 1);
		left -= is_working_day(q, &day);
	}
	return left == 0 ? on_day(q, &day) : -1;
}

static int64_t
weekday(const struct question *q)
{
	const struct due *due = q->due;
	int from_monday = (q->today.weekday + 6) % 7, wanted = (due->weekday + 6) % 7;
	struct wall day;
	int64_t ms;

	if (due->weeks != DUE_COMING) {
		day = day_after(&q->today, wanted - from_monday + 7 * due->weeks);
		return on_day(q, &day);
	}
	day = day_after(&q->today, (wanted - from_monday + 7) % 7);
	ms = on_day(q, &day);
	if (ms < 0 && wanted == from_monday) {
		day = day_after(&day, 7);
		ms = on_day(q, &day);
	}
	return ms;
}

/* The last working day of [last - days + 1, last], or else its very last minute. */
static int64_t
end_of(const struct question *q, const struct wall *last, int days)
{
	struct wall day = *last;
	int64_t ms;

	for (int n = 1; n < days && !is_working_day(q, &day); n++)
		day = day_after(&day, -1);
	if (!is_working_day(q, &day))
		day = *last;
	ms = on_day(q, &day);
	return ms < 0 && !says_time(q->due) ? at(q, last, DAY_MINUTES - 1) : ms;
}

static int64_t
week_end(const struct question *q)
{
	struct wall sunday =
		day_after(&q->today, 6 - (q->today.weekday + 6) % 7 + 7 * q->due->weeks);

	return end_of(q, &sunday, 7);
}

static int64_t
month_end(const struct question *q)
{
	const struct due *due = q->due;
	int year = due->year ? due->year : q->today.year;
	int month = due->month ? due->month : q->today.month + due->months;
	struct wall last;

	if (due->month && !due->year && month < q->today.month)
		year++;
	last = date(year, month + 1, 0);
	if (due->month && !due->year && days_between(&q->today, &last) > PROMISE_DATE_DAYS)
		return -1;
	return end_of(q, &last, last.day);
}

/* That day of that month, when the month has it. */
static int64_t
day_of_month(const struct question *q, int year, int month, int day)
{
	struct wall w = date(year, month, day);

	return w.day == day ? on_day(q, &w) : -1;
}

/* The next 3 December: of this year, or of the next. */
static int64_t
yearly(const struct question *q, int month, int day)
{
	struct wall w;
	int64_t ms = day_of_month(q, q->today.year, month, day);
	int year = q->today.year;

	if (ms < 0)
		ms = day_of_month(q, ++year, month, day);
	w = date(year, month, day);
	return days_between(&q->today, &w) <= PROMISE_DATE_DAYS ? ms : -1;
}

static int64_t
on_date(const struct question *q)
{
	const struct due *due = q->due;
	int64_t ms = -1, other = -1;

	if (due->month && due->year) {
		ms = day_of_month(q, due->year, due->month, due->day);
		if (due->either)
			other = day_of_month(q, due->year, due->day, due->month);
	} else if (due->month) {
		ms = yearly(q, due->month, due->day);
		if (due->either)
			other = yearly(q, due->day, due->month);
	} else if (due->months != DUE_COMING) {
		ms = day_of_month(q, q->today.year, q->today.month + due->months, due->day);
	} else {
		/* At most one month in a row is too short for a day. */
		for (int n = 0; n < 3 && ms < 0; n++)
			ms = day_of_month(q, q->today.year, q->today.month + n, due->day);
	}
	return other >= 0 && (ms < 0 || other < ms) ? other : ms;
}

static int64_t
find(const struct question *q)
{
	const struct due *due = q->due;
	struct wall day;

	switch (due->kind) {
	case DUE_MINUTES:
		return due->count > 0 ? q->written_ms + (int64_t)due->count * 60 * 1000 : -1;
	case DUE_DAYS:
		day = day_after(&q->today, due->count);
		return on_day(q, &day);
	case DUE_WORKING_DAYS:
		return working_day(q);
	case DUE_WEEKDAY:
		return weekday(q);
	case DUE_DATE:
		return on_date(q);
	case DUE_WEEK_END:
		return week_end(q);
	case DUE_MONTH_END:
		return month_end(q);
	}
	return -1;
}

int64_t
promise_due(const struct due *due, int64_t written_ms, const struct zone *zone,
	    const struct calendar *calendar)
{
	struct question q = { due, written_ms, zone, calendar, { 0 } };
	int64_t ms;

	zone_wall(zone, written_ms / 1000, &q.today);
	ms = find(&q);
	return ms < 0 ? 0 : ms;
}
