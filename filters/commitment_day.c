/*
 * commitment_day: spans and days as Korean and English write them, without a time of day.
 */
#include <ctype.h>
#include <string.h>

#include "commitment_internal.h"

#define MINUTES_MAX (60 * 24 * 60)
#define DAYS_MAX 366

/* How far a count of a unit reaches. */
static bool
span_of(int count, int unit, bool working, struct due *due)
{
	switch (unit) {
	case UNIT_MINUTE:
	case UNIT_HOUR:
		due->kind = DUE_MINUTES;
		due->count = unit == UNIT_HOUR ? count * 60 : count;
		return due->count > 0 && due->count <= MINUTES_MAX;
	case UNIT_WORKING_DAY:
		due->kind = DUE_WORKING_DAYS;
		due->count = count;
		break;
	default:
		due->kind = working && unit == UNIT_DAY ? DUE_WORKING_DAYS : DUE_DAYS;
		due->count = unit == UNIT_MONTH  ? count * 30
			     : unit == UNIT_WEEK ? count * 7
						 : count;
	}
	return due->count > 0 && due->count <= DAYS_MAX;
}

bool
due_read_span(const char **s, struct due *due)
{
	static const char *const noise[] = { "최대",     "약",         "about", "at most", "up to",
					     "the next", "the coming", "next",  "the",     NULL };
	static const char *const working_days[] = {
		"영업일 기준으로", "영업일 기준", "영업일기준", "근무일 기준으로",
		"근무일 기준",     "업무일 기준", NULL
	};
	const char *p = *s, *q;
	bool working = lex_any(&p, working_days), some;
	int count = 1, unit;

	p = spaces_skip(p);
	some = lex_any(&p, noise) && !is_hangul(*s);
	p = spaces_skip(p);
	if (lex_take(&p, "half an hour") || lex_take(&p, "half hour")) {
		count = 30;
		unit = UNIT_MINUTE;
	} else if (lex_named(&p, LEX_SPAN, &count)) {
		unit = UNIT_DAY;
		q = spaces_skip(p);
		if (lex_named(&q, LEX_SPAN, &count))
			p = q;
	} else {
		if (!lex_count(&p, &count) && !some)
			return false;
		p = spaces_skip(p);
		if (!lex_named(&p, LEX_UNIT, &unit))
			return false;
	}
	if (!span_of(count, unit, working, due))
		return false;
	*s = p;
	return true;
}

/* Which part of a month: 말 (its end: 0), 초, 중순; *s untouched when none is said. */
static bool
take_month_part(const char **s, int *ret_day)
{
	static const struct lex_word of_month[] = {
		{ "초순", 5 }, { "초", 5 }, { "중순", 15 }, { "말", 0 }
	};
	const char *p = spaces_skip(*s);

	if (!lex_word(&p, of_month, LEX_COUNT_OF(of_month), ret_day))
		return false;
	*s = p;
	return true;
}

/* Behind "12월", "다음 달", "this month": a day of it, a part of it, or (nothing said) its end. */
static void
read_in_month(const char **s, bool early, struct due *due)
{
	const char *p = spaces_skip(*s);
	int day;

	due->kind = DUE_MONTH_END;
	if (lex_number(&p, &day) && lex_take(&p, "일")) {
		due->kind = DUE_DATE;
		due->day = day;
		*s = p;
	} else if (take_month_part(s, &day) && day > 0) {
		due->kind = DUE_DATE;
		due->day = day;
	} else if (early) {
		due->kind = DUE_DATE;
		due->day = 5;
	}
}

/* Behind "다음 주", "this week": a day of it, its beginning, or (nothing said) its end. */
static void
read_in_week(const char **s, bool early, struct due *due)
{
	const char *p = spaces_skip(*s);

	due->kind = DUE_WEEKDAY;
	if (lex_named(&p, LEX_WEEKDAY, &due->weekday)) {
		*s = p;
	} else if (early || lex_take(&p, "초")) {
		due->weekday = 2;
		*s = early ? *s : p;
	} else {
		due->kind = DUE_WEEK_END;
		if (lex_take(&p, "말") || lex_take(&p, "후반"))
			*s = p;
	}
}

/* "다음 주 화요일", "이번 달 15일", "next Friday", "next working day", "early next week". */
static bool
read_ahead(const char **s, struct due *due)
{
	static const char *const week_words[] = { "week", "주", NULL };
	static const char *const month_words[] = { "month", "달", NULL };
	const char *p = *s, *q;
	bool early = lex_take(&p, "early");
	int n = 0, unit;

	p = spaces_skip(p);
	if (lex_named(&p, LEX_AHEAD_WEEK, &due->weeks)) {
		read_in_week(&p, early, due);
		*s = p;
		return true;
	}
	if (!lex_named(&p, LEX_AHEAD, &n))
		return false;
	q = p = spaces_skip(p);
	if (n == 1 && lex_named(&q, LEX_UNIT, &unit) && unit == UNIT_WORKING_DAY) {
		due->kind = DUE_WORKING_DAYS;
		due->count = 1;
		p = q;
	} else if (lex_named(&p, LEX_WEEKDAY, &due->weekday)) {
		due->kind = DUE_WEEKDAY;
		due->weeks = n > 0 ? n : DUE_COMING;
	} else if (lex_any(&p, week_words)) {
		due->weeks = n;
		read_in_week(&p, early, due);
	} else if (lex_any(&p, month_words)) {
		due->months = n;
		read_in_month(&p, early, due);
	} else {
		return false;
	}
	*s = p;
	return true;
}

static bool
good_date(int year, int month, int day)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return (year == 0 || (year >= 2000 && year <= 9998)) && month >= 1 && month <= 12 &&
	       day >= 1 && day <= lengths[month - 1];
}

/* "2026-12-03", "2026. 12. 3.", "12/3", "12. 3."; only Korean writes the ones with a dot short. */
static bool
read_figures(const char **s, struct due *due)
{
	const char *p = *s;
	int n[3], count = 0;
	char mark = '\0';

	while (count < 3 && lex_number(&p, &n[count])) {
		const char *q = p;

		count++;
		if (!*p || !strchr("-/.", *p) || (mark && *p != mark))
			break;
		mark = *p++;
		if (mark == '.')
			p = spaces_skip(p);
		if (!isdigit((unsigned char)*p)) {
			p = mark == '.' && count > 1 ? q + 1 : q;
			break;
		}
	}
	if (!mark || count < 2 || (count == 2 && mark == '-') || isalnum((unsigned char)*p))
		return false;
	if (count == 3 && mark == '.' && *p == '.')
		p++;
	if (count == 3) {
		/* Day, month, year is how Britain writes it. */
		bool year_last = n[0] <= 31 && n[2] >= 2000;

		due->year = n[year_last ? 2 : 0];
		due->month = n[1];
		due->day = n[year_last ? 0 : 2];
		if (year_last && n[1] > 12) {
			due->month = n[0];
			due->day = n[1];
		}
		due->either = year_last && n[0] <= 12 && n[1] <= 12;
	} else {
		if (n[0] == 24 && n[1] == 7) /* round the clock */
			return false;
		due->month = n[0] > 12 ? n[1] : n[0];
		due->day = n[0] > 12 ? n[0] : n[1];
		due->either = mark == '/' && n[0] <= 12 && n[1] <= 12;
		if (mark == '.' && !is_hangul(spaces_skip(p)) && *spaces_skip(p) != '(')
			return false;
	}
	due->kind = DUE_DATE;
	*s = p;
	return good_date(due->year, due->month, due->day);
}

/* "2026년 12월 3일", "12월 말", "3일". */
static bool
read_korean_date(const char **s, struct due *due)
{
	const char *p = *s;
	int n;

	if (!lex_number(&p, &n))
		return false;
	p = spaces_skip(p);
	if (lex_take(&p, "년")) {
		due->year = n;
		p = spaces_skip(p);
		if (!lex_number(&p, &n))
			return false;
		p = spaces_skip(p);
	}
	if (lex_take(&p, "월")) {
		due->month = n;
		read_in_month(&p, false, due);
	} else if (due->year == 0 && lex_take(&p, "일")) {
		due->kind = DUE_DATE;
		due->day = n;
	} else {
		return false;
	}
	*s = p;
	return good_date(due->year, due->month ? due->month : 1, due->day ? due->day : 1);
}

bool
due_stands_free(const char *s)
{
	static const char *const followers[] = { "and",  "or",    "at",   "to",
						 "with", "about", "that", NULL };

	s = spaces_skip(s);
	return !*s || strchr(".,;:!)-", *s) || lex_any(&s, followers);
}

static void
take_year(const char **s, struct due *due)
{
	const char *p = *s + (**s == ',');
	int year;

	p = spaces_skip(p);
	if (lex_number(&p, &year) && year >= 2000 && *p != ':') {
		due->year = year;
		*s = p;
	}
}

static bool
take_ordinal(const char **s, int *ret, bool *ret_marked)
{
	static const char *const marks[] = { "st", "nd", "rd", "th", NULL };
	const char *p = *s;

	if (!lex_number(&p, ret))
		return false;
	*ret_marked = lex_any(&p, marks);
	*s = p;
	return true;
}

/* "12 December 2026", "12th of December", "Dec. 12, 2026", "the 12th". */
static bool
read_english_date(const char **s, struct due *due)
{
	const char *p = *s;
	bool marked = false;

	if (take_ordinal(&p, &due->day, &marked)) {
		const char *q = spaces_skip(p);

		if (lex_take(&q, "of"))
			q = spaces_skip(q);
		if (lex_named(&q, LEX_MONTH, &due->month)) {
			p = q;
			take_year(&p, due);
		} else if (!marked || !due_stands_free(p)) {
			return false;
		}
	} else {
		if (!lex_named(&p, LEX_MONTH, &due->month))
			return false;
		p += *p == '.';
		p = spaces_skip(p);
		if (!take_ordinal(&p, &due->day, &marked) || isalnum((unsigned char)*p) ||
		    *p == ':')
			return false;
		take_year(&p, due);
	}
	due->kind = DUE_DATE;
	*s = p;
	return good_date(due->year, due->month ? due->month : 1, due->day);
}

/* "the end of next week", "end of November", "월말", "연말". */
static bool
read_end(const char **s, struct due *due)
{
	static const char *const week_words[] = { "week", NULL };
	const char *p = *s;

	if (lex_take(&p, "월말")) {
		due->kind = DUE_MONTH_END;
		due->months = 0;
	} else if (lex_take(&p, "연말")) {
		due->kind = DUE_DATE;
		due->month = 12;
		due->day = 31;
	} else {
		if (lex_take(&p, "the"))
			p = spaces_skip(p);
		if (!lex_take(&p, "end of"))
			return false;
		p = spaces_skip(p);
		if (lex_named(&p, LEX_MONTH, &due->month)) {
			due->kind = DUE_MONTH_END;
			take_year(&p, due);
		} else if (!read_ahead(&p, due)) {
			if (lex_take(&p, "the"))
				p = spaces_skip(p);
			due->weeks = due->months = 0;
			if (lex_any(&p, week_words)) {
				due->kind = DUE_WEEK_END;
			} else if (lex_take(&p, "month")) {
				due->kind = DUE_MONTH_END;
			} else if (lex_take(&p, "year")) {
				due->kind = DUE_DATE;
				due->month = 12;
				due->day = 31;
			} else {
				return false;
			}
		}
	}
	*s = p;
	return true;
}

const struct due due_nothing = { .months = DUE_COMING, .weeks = DUE_COMING, .hour = -1 };

bool
due_read_day(const char **s, struct due *due)
{
	static bool (*const shapes[])(const char **, struct due *) = {
		read_end, read_ahead, read_figures, read_korean_date, read_english_date,
	};
	const char *p = *s;
	int n;

	*due = due_nothing;
	if (lex_take(&p, "the end of") || lex_take(&p, "end of"))
		p = spaces_skip(p);
	if (lex_named(&p, LEX_DAY, &n)) {
		due->kind = DUE_DAYS;
		due->count = n;
		*s = p;
		return true;
	}
	if (lex_named(&p, LEX_WEEKDAY, &n)) {
		p += *p == '.' && isalpha((unsigned char)p[-1]) && p[1] == ' ' && p[2] != '\0' &&
		     isdigit((unsigned char)p[2]);
		due->kind = DUE_WEEKDAY;
		due->weekday = n;
		*s = p;
		return true;
	}
	for (size_t i = 0; i < LEX_COUNT_OF(shapes); i++) {
		p = *s;
		*due = due_nothing;
		if (shapes[i](&p, due)) {
			*s = p;
			return true;
		}
	}
	return false;
}
