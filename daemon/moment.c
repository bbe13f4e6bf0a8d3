/*
 * moment: see moment.h.
 */
#include "moment.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define SPAN_DIGITS 5
#define MINUTE_SECONDS 60
#define HOUR_SECONDS 3600

/* Exactly so many digits; -1 when they are not there. */
static int
digits(const char **at, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		n = n * 10 + (**at - '0');
	}
	return n;
}

static bool
skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* People read and write times to the minute. */
static int64_t
whole_minute(int64_t ms)
{
	int64_t minute = MINUTE_SECONDS * 1000;

	return (ms + minute - 1) / minute * minute;
}

static int64_t
parse_span(const struct zone *zone, int64_t now_ms, const char *at)
{
	int64_t n = 0, seconds = now_ms / 1000;
	const char *start = at;
	struct wall w;

	for (; isdigit((unsigned char)*at) && at - start < SPAN_DIGITS; at++)
		n = n * 10 + (*at - '0');
	if (at == start || !*at || at[1])
		return -1;
	switch (*at) {
	case 'm':
		return whole_minute(now_ms + n * MINUTE_SECONDS * 1000);
	case 'h':
		return whole_minute(now_ms + n * HOUR_SECONDS * 1000);
	case 'd':
		zone_wall(zone, seconds, &w);
		w.day += (int)n;
		return whole_minute(zone_seconds(zone, &w) * 1000);
	default:
		return -1;
	}
}

int64_t
moment_parse(const struct zone *zone, int64_t now_ms, const char *text)
{
	struct wall w = { .hour = MOMENT_DAY_HOUR }, read;
	const char *at = text;
	int64_t seconds;

	if (*at == '+')
		return parse_span(zone, now_ms, at + 1);
	w.year = digits(&at, 4);
	if (w.year < 1 || !skip(&at, '-') || (w.month = digits(&at, 2)) < 1 || w.month > 12 ||
	    !skip(&at, '-') || (w.day = digits(&at, 2)) < 1 || w.day > 31)
		return -1;
	if (*at) {
		if (!skip(&at, ' ') && !skip(&at, 'T'))
			return -1;
		w.hour = digits(&at, 2);
		if (w.hour < 0 || w.hour > 23 || !skip(&at, ':') ||
		    (w.minute = digits(&at, 2)) < 0 || w.minute > 59 || *at)
			return -1;
	}
	/* A day that the calendar does not have becomes another one. */
	seconds = zone_seconds(zone, &w);
	zone_wall(zone, seconds, &read);
	return read.year == w.year && read.month == w.month && read.day == w.day ? seconds * 1000
										 : -1;
}

const char *
moment_text(struct arena *arena, const struct zone *zone, int64_t ms)
{
	struct wall w;

	zone_wall(zone, ms / 1000, &w);
	return arena_printf(arena, "%04d-%02d-%02d %02d:%02d", w.year, w.month, w.day, w.hour,
			    w.minute);
}
