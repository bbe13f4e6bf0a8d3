/*
 * calendar: when a team is at work: its hours on each day of the week, and its holidays.
 *
 * Pure arithmetic over zone.h. Hours are wall time, so a day on which the clocks change is an hour
 * shorter or longer where that falls into them. Hours that go past midnight belong to the day on
 * which they begin: a holiday closes them as a whole. Moments are milliseconds since the epoch.
 * Nothing looks further than CALENDAR_DAYS_MAX days ahead.
 */
#ifndef DAEMON_CALENDAR_H
#define DAEMON_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zone.h"

#define CALENDAR_SPANS_MAX 8 /* of one day */
#define CALENDAR_HOLIDAYS_MAX 2000
#define CALENDAR_DAYS_MAX 3700
#define CALENDAR_DAY_MINUTES (24 * 60)

/* Minutes from midnight; `to` is up to two days when the span goes past midnight. */
struct calendar_span {
	int from, to;
};

struct calendar_day {
	struct calendar_span spans[CALENDAR_SPANS_MAX]; /* in order, apart from each other */
	size_t count;
};

struct calendar {
	struct calendar_day week[7]; /* from Sunday on */
	const long *holidays;        /* as YYYYMMDD, in order */
	size_t holiday_count;
};

/* Monday to Friday, 09:00 to 18:00, no holidays. */
extern const struct calendar calendar_default;

/* Below, calendar NULL is the default one and zone NULL is UTC. */

/* Whether somebody is at work at that moment. */
bool
calendar_open(const struct calendar *calendar, const struct zone *zone, int64_t ms);

/* Whether anybody comes to work on the day of that moment. */
bool
calendar_works_on(const struct calendar *calendar, const struct zone *zone, int64_t ms);

/* The moment itself when somebody is at work, else the next opening. -1: there is none. */
int64_t
calendar_next_open(const struct calendar *calendar, const struct zone *zone, int64_t ms);

/*
 * The moment at which so much working time (ms, not negative) has passed since `from`. What ends
 * with the day ends then, not at the next opening. -1: there is none.
 */
int64_t
calendar_add(const struct calendar *calendar, const struct zone *zone, int64_t from_ms,
	     int64_t work_ms);

/* How much working time lies between two moments, 0 when `to` is not later. */
int64_t
calendar_between(const struct calendar *calendar, const struct zone *zone, int64_t from_ms,
		 int64_t to_ms);

/*
 * Until when somebody who writes now can be told that they will hear from us: on the next day of
 * work, an hour before it ends, at five in the afternoon at the latest. -1: there is none.
 */
int64_t
calendar_reply_by(const struct calendar *calendar, const struct zone *zone, int64_t ms);

/* The working minutes of the longest day of the week: what "1d" means. */
int
calendar_day_minutes(const struct calendar *calendar);

/* "09:00-18:00", "22:00-06:00" (past midnight), "00:00-24:00". False: it is none of these. */
bool
calendar_span_parse(const char *text, struct calendar_span *ret);

/* "2026-12-25" as YYYYMMDD; 0 when it is no day of the calendar. */
long
calendar_date_parse(const char *text);

/* The day of a moment, as YYYYMMDD. */
long
calendar_date(const struct zone *zone, int64_t ms);

/*
 * Adds a span to a day, kept in order. False when there is no room, or when it overlaps another one
 * of that day.
 */
bool
calendar_day_add(struct calendar_day *day, const struct calendar_span *span);

/* Whether hours of a day run into those of the day after; *ret_day is the first such day. */
bool
calendar_overlaps(const struct calendar *calendar, int *ret_day);

/* Whether anybody is ever at work, holidays aside. */
bool
calendar_works(const struct calendar *calendar);

#endif
