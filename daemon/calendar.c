/*
 * calendar: see calendar.h.
 *
 * Everything is one walk over the spans of work from a moment on, each as two moments.
 */
#include "calendar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_MINUTE (17 * 60)
#define REPLY_SLACK 60

/* clang-format off */
#define OFFICE { .spans = { { 9 * 60, 18 * 60 } }, .count = 1 }
/* clang-format on */

const struct calendar calendar_default = {
	.week = { { .count = 0 }, OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, { .count = 0 } },
};

static int
compare_days(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

static long
date_of(const struct wall *w)
{
	return w->year * 10000L + w->month * 100 + w->day;
}

static bool
is_holiday(const struct calendar *c, const struct wall *day)
{
	long date = date_of(day);

	return c->holiday_count > 0 && bsearch(&date, c->holidays, c->holiday_count,
					       sizeof(*c->holidays), compare_days) != NULL;
}

/* The moment of a minute of a day, or of the days after it. */
static int64_t
moment_of(const struct zone *zone, const struct wall *day, int minute)
{
	struct wall w = { .year = day->year,
			  .month = day->month,
			  .day = day->day + minute / CALENDAR_DAY_MINUTES,
			  .hour = minute % CALENDAR_DAY_MINUTES / 60,
			  .minute = minute % 60 };

	return zone_seconds(zone, &w) * 1000;
}

/* A walk over the spans of work that end after a moment. */
struct walk {
	const struct calendar *calendar;
	const struct zone *zone;
	int64_t after_ms;
	struct wall day;
	size_t span;
	int days;
};

/* The day so many days later, at noon, which every day has. */
static struct wall
day_later(const struct zone *zone, const struct wall *day, int days)
{
	struct wall noon = {
		.year = day->year, .month = day->month, .day = day->day + days, .hour = 12
	};
	struct wall ret;

	zone_wall(zone, zone_seconds(zone, &noon), &ret);
	return ret;
}

static struct walk
walk_from(const struct calendar *calendar, const struct zone *zone, int64_t ms)
{
	struct walk w = { .calendar = calendar ? calendar : &calendar_default,
			  .zone = zone,
			  .after_ms = ms };

	zone_wall(zone, ms / 1000, &w.day);
	/* A span may reach over the whole of the next day. */
	w.day = day_later(zone, &w.day, -2);
	return w;
}

static bool
walk_next(struct walk *w, int64_t *ret_begin, int64_t *ret_end)
{
	while (w->days < CALENDAR_DAYS_MAX) {
		const struct calendar_day *hours = &w->calendar->week[w->day.weekday];

		if (w->span < hours->count && !is_holiday(w->calendar, &w->day)) {
			const struct calendar_span *s = &hours->spans[w->span++];

			*ret_begin = moment_of(w->zone, &w->day, s->from);
			*ret_end = moment_of(w->zone, &w->day, s->to);
			if (*ret_end > w->after_ms && *ret_end > *ret_begin)
				return true;
			continue;
		}
		w->day = day_later(w->zone, &w->day, 1);
		w->span = 0;
		w->days++;
	}
	return false;
}

int64_t
calendar_next_open(const struct calendar *calendar, const struct zone *zone, int64_t ms)
{
	struct walk w = walk_from(calendar, zone, ms);
	int64_t begin, end;

	if (!walk_next(&w, &begin, &end))
		return -1;
	return begin > ms ? begin : ms;
}

bool
calendar_open(const struct calendar *calendar, const struct zone *zone, int64_t ms)
{
	return calendar_next_open(calendar, zone, ms) == ms;
}

bool
calendar_works_on(const struct calendar *calendar, const struct zone *zone, int64_t ms)
{
	const struct calendar *c = calendar ? calendar : &calendar_default;
	struct wall day;

	zone_wall(zone, ms / 1000, &day);
	return c->week[day.weekday].count > 0 && !is_holiday(c, &day);
}

int64_t
calendar_add(const struct calendar *calendar, const struct zone *zone, int64_t from_ms,
	     int64_t work_ms)
{
	struct walk w = walk_from(calendar, zone, from_ms);
	int64_t begin, end;

	while (walk_next(&w, &begin, &end)) {
		if (begin < from_ms)
			begin = from_ms;
		if (work_ms <= end - begin)
			return begin + work_ms;
		work_ms -= end - begin;
	}
	return -1;
}

int64_t
calendar_between(const struct calendar *calendar, const struct zone *zone, int64_t from_ms,
		 int64_t to_ms)
{
	struct walk w = walk_from(calendar, zone, from_ms);
	int64_t begin, end, sum = 0;

	while (from_ms < to_ms && walk_next(&w, &begin, &end) && begin < to_ms) {
		if (begin < from_ms)
			begin = from_ms;
		sum += (end < to_ms ? end : to_ms) - begin;
	}
	return sum;
}

/* A minute of a working day at which a word can be promised for. */
static int
reply_minute(const struct calendar_day *day)
{
	const struct calendar_span *last = &day->spans[day->count - 1];
	int minute = last->to - REPLY_SLACK;

	if (minute > REPLY_MINUTE && day->spans[0].from < REPLY_MINUTE)
		minute = REPLY_MINUTE;
	return minute > last->from || day->count > 1 ? minute : last->to;
}

int64_t
calendar_reply_by(const struct calendar *calendar, const struct zone *zone, int64_t ms)
{
	const struct calendar *c = calendar ? calendar : &calendar_default;
	struct wall day;

	zone_wall(zone, ms / 1000, &day);
	for (int i = 0; i < CALENDAR_DAYS_MAX; i++) {
		day = day_later(zone, &day, 1);
		if (c->week[day.weekday].count > 0 && !is_holiday(c, &day))
			return moment_of(zone, &day, reply_minute(&c->week[day.weekday]));
	}
	return -1;
}

static int
minutes_of(const struct calendar_day *day)
{
	int sum = 0;

	for (size_t i = 0; i < day->count; i++)
		sum += day->spans[i].to - day->spans[i].from;
	return sum;
}

int
calendar_day_minutes(const struct calendar *calendar)
{
	const struct calendar *c = calendar ? calendar : &calendar_default;
	int longest = 0;

	for (size_t i = 0; i < 7; i++)
		if (minutes_of(&c->week[i]) > longest)
			longest = minutes_of(&c->week[i]);
	return longest;
}

/* "HH:MM", up to 24:00. -1: it is none. */
static int
minute_parse(const char *at)
{
	int hour, minute;

	if (!isdigit((unsigned char)at[0]) || !isdigit((unsigned char)at[1]) || at[2] != ':' ||
	    !isdigit((unsigned char)at[3]) || !isdigit((unsigned char)at[4]))
		return -1;
	hour = (at[0] - '0') * 10 + (at[1] - '0');
	minute = (at[3] - '0') * 10 + (at[4] - '0');
	return minute > 59 || hour * 60 + minute > CALENDAR_DAY_MINUTES ? -1 : hour * 60 + minute;
}

bool
calendar_span_parse(const char *text, struct calendar_span *ret)
{
	struct calendar_span s;

	if (strlen(text) != strlen("09:00-18:00") || text[5] != '-')
		return false;
	s.from = minute_parse(text);
	s.to = minute_parse(text + 6);
	if (s.from < 0 || s.to < 0 || s.from == CALENDAR_DAY_MINUTES || s.from == s.to)
		return false;
	if (s.to < s.from)
		s.to += CALENDAR_DAY_MINUTES;
	*ret = s;
	return true;
}

long
calendar_date_parse(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	struct wall w = { .hour = 12 }, read;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return 0;
	w.year = atoi(text);
	w.month = atoi(text + 5);
	w.day = atoi(text + 8);
	if (w.year < 1970 || w.month < 1 || w.month > 12 || w.day < 1 || w.day > 31)
		return 0;
	/* A day that the calendar does not have becomes another one. */
	zone_wall(NULL, zone_seconds(NULL, &w), &read);
	return read.day == w.day ? date_of(&w) : 0;
}

long
calendar_date(const struct zone *zone, int64_t ms)
{
	struct wall w;

	zone_wall(zone, ms / 1000, &w);
	return date_of(&w);
}

bool
calendar_day_add(struct calendar_day *day, const struct calendar_span *span)
{
	size_t at = 0;

	if (day->count == CALENDAR_SPANS_MAX)
		return false;
	while (at < day->count && day->spans[at].from < span->from)
		at++;
	if ((at > 0 && day->spans[at - 1].to > span->from) ||
	    (at < day->count && span->to > day->spans[at].from))
		return false;
	memmove(&day->spans[at + 1], &day->spans[at], (day->count - at) * sizeof(*day->spans));
	day->spans[at] = *span;
	day->count++;
	return true;
}

bool
calendar_overlaps(const struct calendar *calendar, int *ret_day)
{
	for (int i = 0; i < 7; i++) {
		const struct calendar_day *day = &calendar->week[i],
					  *next = &calendar->week[(i + 1) % 7];

		if (day->count > 0 && next->count > 0 &&
		    day->spans[day->count - 1].to - CALENDAR_DAY_MINUTES > next->spans[0].from) {
			*ret_day = i;
			return true;
		}
	}
	return false;
}

bool
calendar_works(const struct calendar *calendar)
{
	return calendar_day_minutes(calendar) > 0;
}
