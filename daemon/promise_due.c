/*
 * promise_due: see promise_due.h.
 */
#include "promise_due.h"

#include "moment.h"

#define DAY_END_HOUR 23
#define DAY_END_MINUTE 59
#define FRIDAY 5
#define WORKING_DAYS_MAX 400

struct question {
	const struct due *due;
	int64_t written_ms;
	const struct zone *zone;
	const struct calendar *calendar;
	struct wall now;
};

/* The hour that was said on that day; days beyond a month's end are the next month's. */
static int64_t
on_day(const struct question *q, int year, int month, int day)
{
	struct wall w = { .year = year + (month - 1) / 12,
			  .month = (month - 1) % 12 + 1,
			  .day = day };

	w.hour = q->due->hour >= 0 ? q->due->hour : MOMENT_DAY_HOUR;
	w.minute = q->due->hour >= 0 ? q->due->minute : 0;
	if (w.hour == 24) {
		w.hour = DAY_END_HOUR;
		w.minute = DAY_END_MINUTE;
	}
	return zone_seconds(q->zone, &w) * 1000;
}

static int64_t
in_days(const struct question *q, int days)
{
	return on_day(q, q->now.year, q->now.month, q->now.day + days);
}

/* Today without an hour, when the working day is over: what is left of it. */
static int64_t
today(const struct question *q)
{
	int64_t at = in_days(q, 0);
	struct wall w = q->now;

	if (at > q->written_ms || q->due->hour >= 0)
		return at;
	w.hour = DAY_END_HOUR;
	w.minute = DAY_END_MINUTE;
	w.second = 0;
	return zone_seconds(q->zone, &w) * 1000;
}

static int64_t
in_working_days(const struct question *q)
{
	int left = q->due->count, day = 0;

	while (left > 0 && day++ < WORKING_DAYS_MAX) {
		struct wall noon = { .year = q->now.year,
				     .month = q->now.month,
				     .day = q->now.day + day,
				     .hour = 12 };

		left -= calendar_works_on(q->calendar, q->zone,
					  zone_seconds(q->zone, &noon) * 1000);
	}
	return left > 0 ? 0 : in_days(q, day);
}

/* Days from today to that weekday of the calendar week so many weeks ahead; Monday comes first. */
static int
to_weekday(const struct question *q, int weekday, int weeks)
{
	return (weekday + 6) % 7 - (q->now.weekday + 6) % 7 + 7 * weeks;
}

static int64_t
on_weekday(const struct question *q)
{
	int days = (q->due->day - q->now.weekday + 7) % 7;

	if (q->due->weeks >= 0)
		return in_days(q, to_weekday(q, q->due->day, q->due->weeks));
	return in_days(q, days) > q->written_ms ? in_days(q, days) : in_days(q, days + 7);
}

/* A day of the calendar as it was written, in the first year or month in which it is to come. */
static int64_t
on_date(const struct question *q)
{
	const struct due *d = q->due;
	int64_t limit = in_days(q, PROMISE_DATE_DAYS), at = 0;
	struct wall back;

	for (int i = 0; i < 2 && at <= q->written_ms; i++) {
		int year = d->year ? d->year : q->now.year + (d->month ? i : 0);
		int month = d->month ? d->month : q->now.month + d->months + i;

		at = on_day(q, year, month, d->day);
		zone_wall(q->zone, at / 1000, &back);
		if (back.day != d->day) /* no 31st of that month */
			at = 0;
	}
	return at <= limit ? at : 0;
}

static int64_t
resolve(const struct question *q)
{
	const struct due *d = q->due;

	switch (d->kind) {
	case DUE_MINUTES:
		return q->written_ms + (int64_t)d->count * 60 * 1000;
	case DUE_DAYS:
		return d->count == 0 ? today(q) : in_days(q, d->count);
	case DUE_WORKING_DAYS:
		return in_working_days(q);
	case DUE_WEEKDAY:
		return on_weekday(q);
	case DUE_WEEK_END:
		return in_days(q, to_weekday(q, FRIDAY, d->weeks));
	case DUE_MONTH_END:
		return on_day(q, q->now.year, q->now.month + d->months + 1, 0);
	case DUE_DATE:
		return on_date(q);
	}
	return 0;
}

int64_t
promise_due(const struct due *due, int64_t written_ms, const struct zone *zone,
	    const struct calendar *calendar)
{
	struct question q = {
		.due = due, .written_ms = written_ms, .zone = zone, .calendar = calendar
	};
	int64_t at;

	zone_wall(zone, written_ms / 1000, &q.now);
	at = resolve(&q);
	return at > written_ms ? at : 0;
}
