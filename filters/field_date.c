/*
 * field_date: the Date field (RFC 5322 section 3.3) and what is sent in its place. See field.h.
 *
 * Words and numbers are taken as they come: day names are skipped, a number with colons is the
 * time, a month name or a second number is the month. So the obsolete forms, asctime and ISO 8601
 * need no grammars of their own.
 */
#include "field.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct date {
	int year, month, day, hour, minute, second, zone; /* zone in seconds; -1: not seen yet */
	bool has_time, has_zone;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* At most max digits; *at moves behind them. */
static int
number(const char **at, const char *end, int max)
{
	int value = 0;

	for (int i = 0; *at < end && is_digit(**at) && i < max; (*at)++, i++)
		value = value * 10 + **at - '0';
	return value;
}

static void
read_word(struct date *d, const char *word, size_t len)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	static const struct {
		const char *name;
		int hours;
	} zones[] = {
		{ "ut", 0 },   { "utc", 0 },  { "gmt", 0 },  { "z", 0 },    { "est", -5 },
		{ "edt", -4 }, { "cst", -6 }, { "cdt", -5 }, { "mst", -7 }, { "mdt", -6 },
		{ "pst", -8 }, { "pdt", -7 }, { "kst", 9 },  { "jst", 9 },
	};

	if (len >= 3 && d->month < 0)
		for (int i = 0; i < 12; i++)
			if (!strncasecmp(word, months + 3 * i, 3)) {
				d->month = i + 1;
				return;
			}
	if (!d->has_time)
		return;
	if (len == 2 && (!strncasecmp(word, "pm", 2) || !strncasecmp(word, "am", 2))) {
		if (d->hour <= 12)
			d->hour = d->hour % 12 + ((word[0] | 0x20) == 'p' ? 12 : 0);
		return;
	}
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones) && !d->has_zone; i++)
		if (strlen(zones[i].name) == len && !strncasecmp(word, zones[i].name, len)) {
			d->zone = zones[i].hours * 3600;
			d->has_zone = true;
		}
}

static const char *
read_zone(struct date *d, const char *p, const char *end)
{
	int sign = *p++ == '-' ? -1 : 1, hours, minutes;

	hours = number(&p, end, 2);
	if (p < end && *p == ':')
		p++;
	minutes = number(&p, end, 2);
	if (hours <= 15 && minutes < 60)
		d->zone = sign * (hours * 3600 + minutes * 60);
	d->has_zone = true;
	return p;
}

static const char *
read_number(struct date *d, const char *p, const char *end)
{
	const char *start = p;
	int value = number(&p, end, 9);
	long digits = p - start;

	if (p < end && *p == ':' && !d->has_time) {
		d->hour = value;
		p++;
		d->minute = number(&p, end, 2);
		d->second = 0;
		if (p < end && *p == ':') {
			p++;
			d->second = number(&p, end, 2);
		}
		d->has_time = true;
		if (p < end && *p == '.')
			for (p++; p < end && is_digit(*p); p++)
				;
	} else if (digits >= 4 && d->year < 0) {
		d->year = value;
	} else if (d->year >= 0 && d->month < 0 && value >= 1 && value <= 12) {
		d->month = value;
	} else if (d->day < 0) {
		d->day = value;
	} else if (d->year < 0) {
		/* RFC 5322 section 4.3 */
		d->year = digits == 3 ? value + 1900 : value < 50 ? value + 2000 : value + 1900;
	}
	return p;
}

/* Days from 1970-01-01 in the Gregorian calendar, March being the first month of the year. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

int64_t
field_date(const char *text, size_t len)
{
	struct date d = { .year = -1, .month = -1, .day = -1, .zone = 0 };
	const char *p = text, *end, *start;

	/* No date is longer, and a comment behind it may be. */
	end = text + (len < 200 ? len : 200);
	while (p < end) {
		if (is_digit(*p)) {
			p = read_number(&d, p, end);
		} else if (is_letter(*p)) {
			for (start = p; p < end && is_letter(*p); p++)
				;
			read_word(&d, start, (size_t)(p - start));
		} else if ((*p == '+' || *p == '-') && d.has_time && !d.has_zone && end - p >= 3 &&
			   is_digit(p[1])) {
			p = read_zone(&d, p, end);
		} else if (*p == '(') {
			break;
		} else {
			p++;
		}
	}
	if (!d.has_time || d.year < 1970 || d.year > 9999 || d.month < 1 || d.day < 1 ||
	    d.day > 31 || d.hour > 23 || d.minute > 59 || d.second > 60)
		return 0;
	return days_since_epoch(d.year, d.month, d.day) * 86400 + d.hour * 3600 + d.minute * 60 +
	       d.second - d.zone;
}
