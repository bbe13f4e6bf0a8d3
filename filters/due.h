/*
 * due: by when something is to be done, as people write it in Korean and English: "내일 오전까지",
 * "영업일 기준 3일 이내", "by noon next Friday", "within two working days". Says what was written,
 * not when that is: that takes a clock and a calendar.
 */
#ifndef FILTERS_DUE_H
#define FILTERS_DUE_H

#include <stdbool.h>
#include <stddef.h>

enum due_kind {
	DUE_MINUTES,      /* count of them from now on */
	DUE_DAYS,         /* in so many days; 0: today */
	DUE_WORKING_DAYS, /* ... on which people work */
	DUE_WEEKDAY,      /* day: 0 Sunday ... 6 Saturday; weeks: -1 the coming one, 0 of this week,
			     1 of the next ... */
	DUE_WEEK_END,     /* weeks: 0 of this week ... */
	DUE_MONTH_END,    /* months: 0 of this month ... */
	DUE_DATE,         /* year (0: none was said), month (0: none was said), day */
};

struct due {
	enum due_kind kind;
	int count, weeks, months;
	int year, month, day;
	int hour, minute; /* on the clock; hour -1: no time of day was said */
};

struct due_place {
	struct due due;
	size_t start, end; /* in the text */
};

/*
 * The next such place from `from` on, in a text in the folded view. false when there is none. A
 * range ("9시부터 6시까지", "from Monday to Friday") and "until" are passed over: nothing is due.
 */
bool
due_next(const char *text, size_t len, size_t from, struct due_place *ret);

#endif
