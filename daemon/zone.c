/*
 * zone: RFC 8536 files, version 2 or later: the 64-bit transitions, and the rule in the footer for
 * the time after the last one.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "zone.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define ZONE_FILE_MAX (64u << 10)
#define HEADER_BYTES 44u
#define DAY 86400

/* When summer time begins or ends in a year: Mm.w.d/time of the footer. */
struct change {
	int month, week, weekday, seconds;
};

struct zone {
	size_t count;
	const int64_t *at;     /* ascending */
	const int32_t *offset; /* from at[i] on */
	int32_t first;         /* before at[0] */
	bool footer, summer;
	int32_t standard_offset, summer_offset;
	struct change begins, ends;
};

/* Days since the epoch of a date of the proleptic Gregorian calendar. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t era, of_era;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
}

static void
date_of(int64_t days, struct wall *w)
{
	int64_t era, of_era, year, of_year, month;

	w->weekday = (int)(((days + 4) % 7 + 7) % 7);
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	w->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	w->month = (int)(month < 10 ? month + 3 : month - 9);
	w->year = (int)(year + era * 400 + (w->month <= 2));
}

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* "<+09>", "KST": the name of a zone in a footer; only skipped. */
static bool
skip_name(const char **p)
{
	const char *s = *p;

	if (*s == '<') {
		while (*s && *s != '>')
			s++;
		if (*s++ != '>')
			return false;
	} else {
		while (isalpha((unsigned char)*s))
			s++;
		if (s == *p)
			return false;
	}
	*p = s;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool
read_time(const char **p, int *ret)
{
	int sign = 1, total = 0, unit = 3600;

	if (**p == '+' || **p == '-')
		sign = *(*p)++ == '-' ? -1 : 1;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; unit; unit = unit == 3600 ? 60 : unit == 60 ? 1 : 0) {
		int n = 0, digits = 0;

		while (isdigit((unsigned char)**p) && digits++ < 3)
			n = n * 10 + (*(*p)++ - '0');
		total += n * unit;
		if (**p != ':')
			break;
		(*p)++;
	}
	*ret = sign * total;
	return true;
}

/* ",Mm.w.d[/time]"; the forms that count days of the year are used by no zone of today. */
static bool
read_change(const char **p, struct change *ret)
{
	int used = 0;

	*ret = (struct change){ .seconds = 7200 };
	if (sscanf(*p, ",M%2d.%1d.%1d%n", &ret->month, &ret->week, &ret->weekday, &used) != 3 ||
	    !used)
		return false;
	*p += used;
	if (**p == '/') {
		(*p)++;
		if (!read_time(p, &ret->seconds))
			return false;
	}
	return ret->month >= 1 && ret->month <= 12 && ret->week >= 1 && ret->week <= 5 &&
	       ret->weekday >= 0 && ret->weekday <= 6;
}

static bool
read_footer(struct zone *z, const char *p)
{
	int west;

	if (!skip_name(&p) || !read_time(&p, &west))
		return false;
	z->standard_offset = -west;
	z->summer_offset = z->standard_offset + 3600;
	if (!*p)
		return true;
	z->summer = true;
	if (!skip_name(&p))
		return false;
	if (*p != ',') {
		if (!read_time(&p, &west))
			return false;
		z->summer_offset = -west;
	}
	return read_change(&p, &z->begins) && read_change(&p, &z->ends) && !*p;
}

static bool
sound_offset(int32_t offset)
{
	return offset > -2 * DAY && offset < 2 * DAY;
}

/* The second data block: transitions and the footer. */
static int
read_block(struct arena *arena, const unsigned char *p, size_t len, struct zone *z)
{
	uint32_t leaps = be32(p + 28), times = be32(p + 32), types = be32(p + 36),
		 chars = be32(p + 40);
	uint64_t need = HEADER_BYTES + (uint64_t)times * 9 + (uint64_t)types * 6 + chars +
			(uint64_t)leaps * 12 + be32(p + 20) + be32(p + 24);
	const unsigned char *at = p + HEADER_BYTES, *index, *type;
	int64_t *moments;
	int32_t *offsets;
	char footer[128];
	size_t i;

	if (need > len || !types || types > 256)
		return -EINVAL;
	index = at + (size_t)times * 8;
	type = index + times;
	moments = arena_calloc(arena, times + 1, sizeof(*moments));
	offsets = arena_calloc(arena, times + 1, sizeof(*offsets));
	if (!moments || !offsets)
		return -ENOMEM;
	z->first = (int32_t)be32(type);
	for (i = 0; i < times; i++) {
		moments[i] = (int64_t)((uint64_t)be32(at + i * 8) << 32 | be32(at + i * 8 + 4));
		if (index[i] >= types || (i && moments[i] <= moments[i - 1]))
			return -EINVAL;
		offsets[i] = (int32_t)be32(type + (size_t)index[i] * 6);
		if (!sound_offset(offsets[i]))
			return -EINVAL;
	}
	z->count = times;
	z->at = moments;
	z->offset = offsets;
	if (!sound_offset(z->first))
		return -EINVAL;
	for (i = 0; need + 1 + i < len && p[need + 1 + i] != '\n' && i + 1 < sizeof(footer); i++)
		footer[i] = (char)p[need + 1 + i];
	footer[i] = '\0';
	z->footer = i > 0 && read_footer(z, footer);
	return 0;
}

static int
read_zone(struct arena *arena, const unsigned char *p, size_t len, struct zone *z)
{
	uint64_t first;

	if (len < HEADER_BYTES || memcmp(p, "TZif", 4) || p[4] < '2')
		return -EINVAL;
	/* The first block has 32-bit times and is only there for readers of before 2005. */
	first = HEADER_BYTES + (uint64_t)be32(p + 32) * 5 + (uint64_t)be32(p + 36) * 6 +
		be32(p + 40) + (uint64_t)be32(p + 28) * 8 + be32(p + 20) + be32(p + 24);
	if (first + HEADER_BYTES > len || memcmp(p + first, "TZif", 4))
		return -EINVAL;
	return read_block(arena, p + first, len - first, z);
}

static bool
good_name(const char *name)
{
	const char *p;

	if (!isalpha((unsigned char)*name) || strlen(name) > 64 || strstr(name, ".."))
		return false;
	for (p = name; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("/_+-", *p))
			return false;
	}
	return true;
}

int
zone_load(struct arena *arena, const char *name, const struct zone **ret_zone)
{
	struct zone *z = arena_calloc(arena, 1, sizeof(*z));
	unsigned char *bytes;
	char path[128];
	ssize_t got;
	size_t len = 0;
	int fd, r;

	if (!z)
		return -ENOMEM;
	if (!strcmp(name, "UTC")) {
		*ret_zone = z;
		return 0;
	}
	if (!good_name(name))
		return -EINVAL;
	snprintf(path, sizeof(path), ZONE_DIRECTORY "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? -ENOENT : -errno;
	bytes = arena_alloc(arena, ZONE_FILE_MAX);
	if (!bytes) {
		close(fd);
		return -ENOMEM;
	}
	while (len < ZONE_FILE_MAX && (got = read(fd, bytes + len, ZONE_FILE_MAX - len)) > 0)
		len += (size_t)got;
	close(fd);
	r = read_zone(arena, bytes, len, z);
	if (r < 0)
		return r;
	*ret_zone = z;
	return 0;
}

/* The moment of a change in a year, in seconds of the wall clock that is left behind. */
static int64_t
change_at(const struct change *c, int year)
{
	struct wall first;
	int64_t days = days_of(year, c->month, 1);
	int64_t next = c->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, c->month + 1, 1);

	date_of(days, &first);
	days += (c->weekday - first.weekday + 7) % 7 + (c->week - 1) * 7;
	while (days >= next)
		days -= 7;
	return days * DAY + c->seconds;
}

static int32_t
footer_offset(const struct zone *z, int64_t seconds)
{
	struct wall local;
	int64_t begins, ends;
	bool summer;

	if (!z->summer)
		return z->standard_offset;
	date_of((seconds + z->standard_offset) / DAY, &local);
	begins = change_at(&z->begins, local.year) - z->standard_offset;
	ends = change_at(&z->ends, local.year) - z->summer_offset;
	summer = begins < ends ? seconds >= begins && seconds < ends
			       : seconds >= begins || seconds < ends;
	return summer ? z->summer_offset : z->standard_offset;
}

static int32_t
offset_at(const struct zone *z, int64_t seconds)
{
	size_t low = 0, high;

	if (!z)
		return 0;
	high = z->count;
	if (!high || seconds < z->at[0])
		return high || !z->footer ? z->first : footer_offset(z, seconds);
	if (z->footer && seconds >= z->at[high - 1])
		return footer_offset(z, seconds);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (z->at[middle] <= seconds)
			low = middle;
		else
			high = middle;
	}
	return z->offset[low];
}

void
zone_wall(const struct zone *zone, int64_t seconds, struct wall *ret_wall)
{
	const int64_t low = -62135510400,
		      high = 253402200000; /* a day inside the years 1 and 9999 */
	int64_t local, days;

	seconds = seconds < low ? low : seconds > high ? high : seconds;
	ret_wall->offset = offset_at(zone, seconds);
	local = seconds + ret_wall->offset;
	days = local / DAY - (local % DAY < 0);
	date_of(days, ret_wall);
	local -= days * DAY;
	ret_wall->hour = (int)(local / 3600);
	ret_wall->minute = (int)(local / 60 % 60);
	ret_wall->second = (int)(local % 60);
}

int64_t
zone_seconds(const struct zone *zone, const struct wall *wall)
{
	int64_t local = days_of(wall->year, wall->month, wall->day) * DAY + wall->hour * 3600 +
			wall->minute * 60 + wall->second;
	int64_t before = local - offset_at(zone, local - DAY),
		after = local - offset_at(zone, local + DAY);

	/*
	 * Away from a change both are the same; near one, that one holds whose offset is in force
	 * at the moment it gives.
	 */
	if (before == after || local - offset_at(zone, before) == before)
		return before;
	return after;
}
