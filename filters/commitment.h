/*
 * commitment: what we commit ourselves to do by a time, found in a mail that we wrote.
 *
 * A pure reading of Korean and English sentences. A sentence counts when one of its clauses says
 * that we (or something of ours) will do something, and gives a time for it: "내일 오전까지
 * 연락드리겠습니다", "you will have the new part by 12 December". Not: what the reader is asked to
 * do by then, questions, what happened, what is only possible, hoped or tried, negations, opening
 * hours, words in quotation marks and quoted lines. A number of days or hours that begins with an
 * act of the reader ("답장을 받으면 3일 이내에", "within 3 days of your reply") is none either: its
 * clock has not started. When unsure it is none.
 */
#ifndef FILTERS_COMMITMENT_H
#define FILTERS_COMMITMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

#define COMMITMENT_LOOK_AT (32u << 10) /* bytes of a mail's new words that are read */
#define COMMITMENTS_MAX 16             /* of one mail; later ones are left out */
#define COMMITMENT_TEXT_MAX 300        /* bytes of a sentence that are kept */

enum due_kind {
	DUE_MINUTES,      /* count: minutes from now */
	DUE_DAYS,         /* count: days from today; 0 is today */
	DUE_WORKING_DAYS, /* count: the next working day is 1 */
	DUE_WEEKDAY,      /* weekday, weeks */
	DUE_DATE,         /* day; month, year and months when they are said */
	DUE_WEEK_END,     /* weeks: the end of the working week */
	DUE_MONTH_END,    /* months, or month: the end of that month */
};

enum due_part {
	DUE_WHOLE_DAY, /* no part of it is said */
	DUE_MORNING,
	DUE_NOON,
	DUE_AFTERNOON,
	DUE_EVENING,
	DUE_MIDNIGHT, /* the end of that day */
};

#define DUE_COMING (-1)

/* A due time as it is said, before anybody knows what day it is. */
struct due {
	enum due_kind kind;
	int count;
	int weekday;          /* 0 Sunday ... 6 Saturday */
	int weeks;            /* calendar weeks after this one; DUE_COMING: the next such day */
	int months;           /* calendar months after this one; DUE_COMING: the next such day */
	int year, month, day; /* 0: not said */
	bool either;          /* day and month in figures that may be the other way round */
	bool before;          /* "before Friday": that day itself is too late */
	enum due_part part;
	int hour, minute; /* hour -1: no time is said */
	bool half;        /* the hour may be before or after noon */
};

struct commitment {
	size_t offset, length; /* of the sentence in the text */
	const char *text;      /* one line, no full stop, cut at COMMITMENT_TEXT_MAX with "…" */
	struct due due;
	bool by_mail; /* a further mail of ours keeps it; else a person says when it is kept */
};

/*
 * Finds the commitments of a text (valid UTF-8: the new words of a mail of ours), in order, at most
 * COMMITMENTS_MAX, in its first COMMITMENT_LOOK_AT bytes. A sentence may hold several. The result
 * lives in the arena; none is *ret_count 0. Returns 0 or -ENOMEM.
 */
int
commitments_find(struct arena *arena, const char *text, size_t len, struct commitment **ret,
		 size_t *ret_count);

/*
 * Whether words that name a promise ("call back", "결과 회신") speak of what a mail keeps. 0 or
 * -ENOMEM.
 */
int
commitment_by_mail(struct arena *arena, const char *text, bool *ret);

#endif
