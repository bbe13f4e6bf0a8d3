/*
 * due: see due.h.
 *
 * Words and numbers of time are items; items next to each other, with nothing but small words
 * between, are one expression. What stands before and after says whether it is a limit.
 */
#include "due.h"

#include <ctype.h>
#include <string.h>

#define AFTERNOON 17 /* the end of the working day */
#define EVENING 21
#define NO_TIME (-1)

enum item_kind {
	ITEM_NONE,
	ITEM_FILL,  /* says nothing by itself */
	ITEM_LIMIT, /* by, 까지: a limit */
	ITEM_RANGE, /* from, 부터, until: no limit */
	ITEM_DAYS,
	ITEM_WEEKDAY,
	ITEM_WEEK,
	ITEM_WEEK_END,
	ITEM_MONTH,
	ITEM_MONTH_END,
	ITEM_END,  /* the end of the week or month that is named */
	ITEM_HALF, /* am 0, pm 12: of the hour that is named, else 12:00 and the end of work */
	ITEM_HOUR, /* and minute */
	ITEM_SPAN_MINUTES,
	ITEM_SPAN_DAYS,
	ITEM_SPAN_WORKING,
	ITEM_DATE,
};

struct item {
	enum item_kind kind;
	int a, b, c;
	bool loose; /* counts only with a limit beside it: "3 days", "12일" */
};

struct word {
	const char *text;
	struct item item;
};

#define WORD(text, kind, a, b, loose)                                                              \
	{                                                                                          \
		text,                                                                              \
		{                                                                                  \
			kind, a, b, 0, loose                                                       \
		}                                                                                  \
	}

/* Longer ones before those that they begin with. */
static const struct word words[] = {
	/* Korean */
	WORD("오늘", ITEM_DAYS, 0, 0, false),
	WORD("금일", ITEM_DAYS, 0, 0, false),
	WORD("당일", ITEM_DAYS, 0, 0, false),
	WORD("내일", ITEM_DAYS, 1, 0, false),
	WORD("명일", ITEM_DAYS, 1, 0, false),
	WORD("모레", ITEM_DAYS, 2, 0, false),
	WORD("글피", ITEM_DAYS, 3, 0, false),
	WORD("다다음 주", ITEM_WEEK, 2, 0, false),
	WORD("다다음주", ITEM_WEEK, 2, 0, false),
	WORD("이번 주말", ITEM_WEEK_END, 0, 0, false),
	WORD("이번주말", ITEM_WEEK_END, 0, 0, false),
	WORD("이번 주", ITEM_WEEK, 0, 0, false),
	WORD("이번주", ITEM_WEEK, 0, 0, false),
	WORD("금주", ITEM_WEEK, 0, 0, false),
	WORD("다음 영업일", ITEM_SPAN_WORKING, 1, 0, false),
	WORD("다음 주", ITEM_WEEK, 1, 0, false),
	WORD("다음주", ITEM_WEEK, 1, 0, false),
	WORD("차주", ITEM_WEEK, 1, 0, false),
	WORD("내주", ITEM_WEEK, 1, 0, false),
	WORD("주말", ITEM_WEEK_END, 0, 0, false),
	WORD("일요일", ITEM_WEEKDAY, 0, 0, false),
	WORD("월요일", ITEM_WEEKDAY, 1, 0, false),
	WORD("화요일", ITEM_WEEKDAY, 2, 0, false),
	WORD("수요일", ITEM_WEEKDAY, 3, 0, false),
	WORD("목요일", ITEM_WEEKDAY, 4, 0, false),
	WORD("금요일", ITEM_WEEKDAY, 5, 0, false),
	WORD("토요일", ITEM_WEEKDAY, 6, 0, false),
	WORD("이번 달", ITEM_MONTH, 0, 0, false),
	WORD("이번달", ITEM_MONTH, 0, 0, false),
	WORD("이달", ITEM_MONTH, 0, 0, false),
	WORD("다음 달", ITEM_MONTH, 1, 0, false),
	WORD("다음달", ITEM_MONTH, 1, 0, false),
	WORD("월말", ITEM_MONTH_END, 0, 0, false),
	WORD("말일", ITEM_END, 0, 0, false),
	WORD("말까지", ITEM_END, 0, 0, false),
	WORD("오전", ITEM_HALF, 0, 0, false),
	WORD("오후", ITEM_HALF, 12, 0, false),
	WORD("아침", ITEM_HOUR, 10, 0, false),
	WORD("점심", ITEM_HOUR, 13, 0, false),
	WORD("저녁", ITEM_HOUR, EVENING, 0, false),
	WORD("정오", ITEM_HOUR, 12, 0, false),
	WORD("자정", ITEM_HOUR, 23, 59, false),
	WORD("하루", ITEM_SPAN_DAYS, 1, 0, true),
	WORD("이틀", ITEM_SPAN_DAYS, 2, 0, true),
	WORD("사흘", ITEM_SPAN_DAYS, 3, 0, true),
	WORD("나흘", ITEM_SPAN_DAYS, 4, 0, true),
	WORD("일주일", ITEM_SPAN_DAYS, 7, 0, true),
	WORD("보름", ITEM_SPAN_DAYS, 15, 0, true),
	WORD("한 시간", ITEM_SPAN_MINUTES, 60, 0, true),
	WORD("두 시간", ITEM_SPAN_MINUTES, 120, 0, true),
	WORD("세 시간", ITEM_SPAN_MINUTES, 180, 0, true),
	WORD("영업일 기준", ITEM_FILL, 0, 0, false),
	WORD("늦어도", ITEM_FILL, 0, 0, false),
	WORD("중으로", ITEM_LIMIT, 0, 0, false),
	WORD("중에", ITEM_LIMIT, 0, 0, false),
	WORD("중", ITEM_LIMIT, 0, 0, false),
	WORD("까지", ITEM_LIMIT, 0, 0, false),
	WORD("안으로", ITEM_LIMIT, 0, 0, false),
	WORD("안에", ITEM_LIMIT, 0, 0, false),
	WORD("이내", ITEM_LIMIT, 0, 0, false),
	WORD("내에", ITEM_LIMIT, 0, 0, false),
	WORD("내로", ITEM_LIMIT, 0, 0, false),
	WORD("전까지", ITEM_LIMIT, 0, 0, false),
	WORD("전에", ITEM_LIMIT, 0, 0, false),
	WORD("뒤에", ITEM_LIMIT, 0, 0, false),
	WORD("후에", ITEM_LIMIT, 0, 0, false),
	WORD("부터", ITEM_RANGE, 0, 0, false),
	/* English */
	WORD("the day after tomorrow", ITEM_DAYS, 2, 0, false),
	WORD("today", ITEM_DAYS, 0, 0, false),
	WORD("tonight", ITEM_HOUR, EVENING, 0, false),
	WORD("tomorrow", ITEM_DAYS, 1, 0, false),
	WORD("sunday", ITEM_WEEKDAY, 0, 0, false),
	WORD("monday", ITEM_WEEKDAY, 1, 0, false),
	WORD("tuesday", ITEM_WEEKDAY, 2, 0, false),
	WORD("wednesday", ITEM_WEEKDAY, 3, 0, false),
	WORD("thursday", ITEM_WEEKDAY, 4, 0, false),
	WORD("friday", ITEM_WEEKDAY, 5, 0, false),
	WORD("saturday", ITEM_WEEKDAY, 6, 0, false),
	WORD("next working day", ITEM_SPAN_WORKING, 1, 0, false),
	WORD("next business day", ITEM_SPAN_WORKING, 1, 0, false),
	WORD("this week", ITEM_WEEK, 0, 0, false),
	WORD("next week", ITEM_WEEK, 1, 0, false),
	WORD("next month", ITEM_MONTH, 1, 0, false),
	WORD("this month", ITEM_MONTH, 0, 0, false),
	WORD("end of the week", ITEM_WEEK_END, 0, 0, false),
	WORD("end of the month", ITEM_MONTH_END, 0, 0, false),
	WORD("end of the day", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("end of business", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("end of day", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("close of business", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("cob", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("eod", ITEM_HOUR, AFTERNOON, 0, false),
	WORD("end of", ITEM_END, 0, 0, false),
	WORD("noon", ITEM_HOUR, 12, 0, false),
	WORD("midday", ITEM_HOUR, 12, 0, false),
	WORD("midnight", ITEM_HOUR, 23, 59, false),
	WORD("this morning", ITEM_HALF, 0, 0, false),
	WORD("this afternoon", ITEM_HALF, 12, 0, false),
	WORD("this evening", ITEM_HOUR, EVENING, 0, false),
	WORD("morning", ITEM_HALF, 0, 0, true),
	WORD("afternoon", ITEM_HALF, 12, 0, true),
	WORD("evening", ITEM_HOUR, EVENING, 0, true),
	WORD("within the hour", ITEM_SPAN_MINUTES, 60, 0, false),
	WORD("within the next", ITEM_LIMIT, 0, 0, false),
	WORD("in the next", ITEM_LIMIT, 0, 0, false),
	WORD("over the next", ITEM_LIMIT, 0, 0, false),
	WORD("no later than", ITEM_LIMIT, 0, 0, false),
	WORD("not later than", ITEM_LIMIT, 0, 0, false),
	WORD("at the latest", ITEM_FILL, 0, 0, false),
	WORD("within", ITEM_LIMIT, 0, 0, false),
	WORD("before", ITEM_LIMIT, 0, 0, false),
	WORD("by", ITEM_LIMIT, 0, 0, false),
	WORD("in", ITEM_LIMIT, 0, 0, false),
	WORD("until", ITEM_RANGE, 0, 0, false),
	WORD("till", ITEM_RANGE, 0, 0, false),
	WORD("since", ITEM_RANGE, 0, 0, false),
	WORD("from", ITEM_RANGE, 0, 0, false),
	WORD("last", ITEM_RANGE, 0, 0, false),
	WORD("the", ITEM_FILL, 0, 0, false),
	WORD("of", ITEM_FILL, 0, 0, false),
	WORD("at", ITEM_FILL, 0, 0, false),
	WORD("on", ITEM_FILL, 0, 0, false),
	WORD("next", ITEM_WEEK, 1, 0, true),
	WORD("this", ITEM_FILL, 0, 0, false),
};

static const char *const months[] = { "january",   "february", "march",    "april",
				      "may",       "june",     "july",     "august",
				      "september", "october",  "november", "december" };

struct lexer {
	const char *text;
	size_t len, at;
};

static bool
is_ascii_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

static bool
is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

/* Whether the text goes on with that; a Latin word ends there, too. */
static bool
ahead(const struct lexer *l, const char *word)
{
	size_t n = strlen(word), end = l->at + n;

	return end <= l->len && memcmp(l->text + l->at, word, n) == 0 &&
	       (is_wide(word[0]) || !is_ascii_word(word[n - 1]) || end == l->len ||
		!is_ascii_word(l->text[end]));
}

static bool
take(struct lexer *l, const char *word)
{
	if (!ahead(l, word))
		return false;
	l->at += strlen(word);
	return true;
}

static void
skip_blanks(struct lexer *l)
{
	while (l->at < l->len && l->text[l->at] == ' ')
		l->at++;
}

/* Digits, at most four. */
static bool
take_number(struct lexer *l, int *ret)
{
	size_t start = l->at;

	*ret = 0;
	while (l->at < l->len && l->at - start < 4 && isdigit((unsigned char)l->text[l->at]))
		*ret = *ret * 10 + (l->text[l->at++] - '0');
	if (l->at == start || (l->at < l->len && isdigit((unsigned char)l->text[l->at]))) {
		l->at = start;
		return false;
	}
	return true;
}

static bool
take_any(struct lexer *l, const char *const *list)
{
	for (size_t i = 0; list[i]; i++)
		if (take(l, list[i]))
			return true;
	return false;
}

/* One to twelve, spelled. */
static bool
take_spelled(struct lexer *l, int *ret)
{
	static const char *const spelled[] = { "a couple of", "one", "two",   "three", "four",
					       "five",        "six", "seven", "eight", "nine",
					       "ten",         "a",   NULL };
	static const int values[] = { 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1 };

	for (int i = 0; spelled[i]; i++)
		if (take(l, spelled[i])) {
			*ret = values[i];
			return true;
		}
	return false;
}

/* The month named here, 0: none. "may" and "march" mean one only beside a number. */
static int
take_month(struct lexer *l)
{
	for (int i = 0; i < 12; i++) {
		char brief[4] = "";

		memcpy(brief, months[i], 3);
		if (take(l, months[i]) || take(l, brief))
			return i + 1;
	}
	return 0;
}

static void
take_ordinal_end(struct lexer *l)
{
	static const char *const ends[] = { "st", "nd", "rd", "th", NULL };

	if (take_any(l, ends)) {
		skip_blanks(l);
		if (take(l, "of"))
			skip_blanks(l);
	}
}

/* "minutes", "시간" ... after a number. */
static bool
take_unit(struct lexer *l, int n, struct item *ret)
{
	static const struct {
		const char *word;
		enum item_kind kind;
		int times;
	} units[] = {
		{ "영업일", ITEM_SPAN_WORKING, 1 },
		{ "근무일", ITEM_SPAN_WORKING, 1 },
		{ "주일", ITEM_SPAN_DAYS, 7 },
		{ "주", ITEM_SPAN_DAYS, 7 },
		{ "시간", ITEM_SPAN_MINUTES, 60 },
		{ "개월", ITEM_SPAN_DAYS, 30 },
		{ "working days", ITEM_SPAN_WORKING, 1 },
		{ "business days", ITEM_SPAN_WORKING, 1 },
		{ "working day", ITEM_SPAN_WORKING, 1 },
		{ "business day", ITEM_SPAN_WORKING, 1 },
		{ "minutes", ITEM_SPAN_MINUTES, 1 },
		{ "minute", ITEM_SPAN_MINUTES, 1 },
		{ "hours", ITEM_SPAN_MINUTES, 60 },
		{ "hour", ITEM_SPAN_MINUTES, 60 },
		{ "days", ITEM_SPAN_DAYS, 1 },
		{ "day", ITEM_SPAN_DAYS, 1 },
		{ "weeks", ITEM_SPAN_DAYS, 7 },
		{ "week", ITEM_SPAN_DAYS, 7 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (take(l, units[i].word)) {
			*ret = (struct item){ .kind = units[i].kind,
					      .a = n * units[i].times,
					      .loose = true };
			return true;
		}
	return false;
}

/* "12월 3일", "12일", "3일 이내", after the number n and what stands behind it. */
static bool
take_korean_number(struct lexer *l, int n, struct item *ret)
{
	static const char *const spans[] = { "이내", "안에", "안으로", "내에", "내로",
					     "후에", "뒤에", "내",     NULL };
	struct lexer look;
	int minute = 0, day;

	if (take(l, "월")) {
		skip_blanks(l);
		if (!take_number(l, &day) || !take(l, "일"))
			return false;
		*ret = (struct item){ .kind = ITEM_DATE, .b = n, .c = day };
		return true;
	}
	if (take(l, "시")) {
		skip_blanks(l);
		look = *l;
		if (take_number(&look, &minute) && take(&look, "분"))
			l->at = look.at;
		else
			minute = take(l, "반") ? 30 : 0;
		*ret = (struct item){ .kind = ITEM_HOUR, .a = n, .b = minute };
		return n < 25;
	}
	if (take(l, "분")) {
		*ret = (struct item){ .kind = ITEM_SPAN_MINUTES, .a = n, .loose = true };
		return true;
	}
	if (!take(l, "일"))
		return false;
	look = *l;
	skip_blanks(&look);
	if (take_any(&look, spans))
		*ret = (struct item){ .kind = ITEM_SPAN_DAYS, .a = n, .loose = true };
	else
		*ret = (struct item){ .kind = ITEM_DATE, .c = n, .loose = true };
	return true;
}

/* "3 pm", "15:30", "3:30 p.m." */
static bool
take_clock(struct lexer *l, int n, struct item *ret)
{
	static const char *const am[] = { "am", "a.m.", "a.m", NULL };
	static const char *const pm[] = { "pm", "p.m.", "p.m", NULL };
	struct lexer look = *l;
	int minute = 0;
	bool exact = false, point;

	point = look.at < look.len && look.text[look.at] == '.'; /* "2.30 pm" */
	if (point || (look.at < look.len && look.text[look.at] == ':')) {
		look.at++;
		exact = take_number(&look, &minute);
	}
	if (!exact)
		look = *l;
	else if (!point)
		l->at = look.at;
	skip_blanks(&look);
	if (take_any(&look, pm))
		n = n < 12 ? n + 12 : n;
	else if (take_any(&look, am))
		n = n == 12 ? 0 : n;
	else
		look.at = exact && !point ? l->at : look.len + 1;
	if (look.at > look.len || n > 24 || minute > 59)
		return false;
	l->at = look.at;
	*ret = (struct item){ .kind = ITEM_HOUR, .a = n, .b = minute };
	return true;
}

/* "2026-12-03", "12/3" (as Koreans write it), after the first number. */
static bool
take_written_date(struct lexer *l, int n, struct item *ret)
{
	struct lexer look = *l;
	int month, day;
	char mark = look.at < look.len ? look.text[look.at] : '\0';

	if (mark != '-' && mark != '/' && mark != '.')
		return false;
	look.at++;
	if (!take_number(&look, &month))
		return false;
	if (mark == '/' && n <= 12 && month <= 31 &&
	    (look.at == look.len || look.text[look.at] != '/')) {
		l->at = look.at;
		*ret = (struct item){ .kind = ITEM_DATE, .b = n, .c = month, .loose = true };
		return true;
	}
	if (n < 1000 || look.at == look.len || look.text[look.at] != mark)
		return false;
	look.at++;
	if (!take_number(&look, &day))
		return false;
	l->at = look.at;
	*ret = (struct item){ .kind = ITEM_DATE, .a = n, .b = month, .c = day };
	return true;
}

/* What begins with a number, or with a spelled one. */
static bool
take_counted(struct lexer *l, struct item *ret)
{
	struct lexer look = *l;
	int n, more, month;

	if (!take_number(&look, &n) && !take_spelled(&look, &n))
		return false;
	l->at = look.at;
	if (take_written_date(l, n, ret) || take_clock(l, n, ret))
		return true;
	/* "2-3일", "3~5 working days": the later one counts. */
	look = *l;
	if (look.at < look.len && (look.text[look.at] == '-' || look.text[look.at] == '~')) {
		look.at++;
		if (take_number(&look, &more)) {
			n = more;
			l->at = look.at;
		}
	}
	take_ordinal_end(l);
	skip_blanks(l);
	month = take_month(l);
	if (month) {
		*ret = (struct item){ .kind = ITEM_DATE, .b = month, .c = n };
		return true;
	}
	return take_unit(l, n, ret) || take_korean_number(l, n, ret);
}

/* "December 12th" */
static bool
take_month_day(struct lexer *l, struct item *ret)
{
	struct lexer look = *l;
	int month = take_month(&look), day;

	skip_blanks(&look);
	if (!month || !take_number(&look, &day) || day > 31)
		return false;
	take_ordinal_end(&look);
	l->at = look.at;
	*ret = (struct item){ .kind = ITEM_DATE, .b = month, .c = day };
	return true;
}

static bool
take_item(struct lexer *l, struct item *ret)
{
	struct lexer start = *l;

	if (take(l, "영업일 기준") || take(l, "영업일")) {
		skip_blanks(l);
		if (take_number(l, &ret->a) && take(l, "일")) {
			*ret = (struct item){ .kind = ITEM_SPAN_WORKING,
					      .a = ret->a,
					      .loose = true };
			return true;
		}
		*l = start;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (take(l, words[i].text)) {
			*ret = words[i].item;
			return true;
		}
	if (take_month_day(l, ret) || take_counted(l, ret))
		return true;
	*l = start;
	return false;
}

/* What the items of one expression say together. */
struct reading_of_due {
	struct due due;
	bool any, limit, range, loose, week_named, half, end;
	int half_hours;
	size_t end_at;
};

static void
set_kind(struct reading_of_due *r, enum due_kind kind, bool loose)
{
	/* "Friday, 12 December": the date says it best; what counts from now on is no date. */
	if (!r->any || kind == DUE_DATE || r->loose) {
		r->due.kind = kind;
		r->loose = loose;
	}
	r->any = true;
}

static void
add_time(struct reading_of_due *r, int hour, int minute)
{
	if (r->half && hour < 12)
		hour += r->half_hours;
	else if (!r->half && hour >= 1 && hour <= 6)
		hour += 12; /* nobody promises for the small hours */
	r->due.hour = hour;
	r->due.minute = minute;
	r->half = false;
}

static void
add_item(struct reading_of_due *r, const struct item *i)
{
	switch (i->kind) {
	case ITEM_DAYS:
		r->due.count = i->a;
		set_kind(r, DUE_DAYS, false);
		break;
	case ITEM_WEEKDAY:
		r->due.day = r->any && r->due.kind == DUE_DATE ? r->due.day : i->a;
		if (!r->any || r->due.kind != DUE_DATE)
			set_kind(r, DUE_WEEKDAY, false), r->due.kind = DUE_WEEKDAY;
		break;
	case ITEM_WEEK:
		r->due.weeks = i->a;
		r->week_named = true;
		if (!r->any)
			set_kind(r, DUE_WEEK_END, i->loose);
		break;
	case ITEM_WEEK_END:
		r->due.weeks = i->a;
		set_kind(r, DUE_WEEK_END, false);
		break;
	case ITEM_MONTH:
		r->due.months = i->a;
		set_kind(r, DUE_MONTH_END, false);
		break;
	case ITEM_MONTH_END:
		set_kind(r, DUE_MONTH_END, false);
		break;
	case ITEM_HALF:
		r->half = true;
		r->half_hours = i->a;
		if (!r->any)
			set_kind(r, DUE_DAYS, i->loose);
		break;
	case ITEM_HOUR:
		add_time(r, i->a, i->b);
		if (!r->any)
			set_kind(r, DUE_DAYS, i->loose);
		break;
	case ITEM_SPAN_MINUTES:
	case ITEM_SPAN_DAYS:
	case ITEM_SPAN_WORKING:
		r->due.count = i->a;
		set_kind(r,
			 i->kind == ITEM_SPAN_MINUTES ? DUE_MINUTES
			 : i->kind == ITEM_SPAN_DAYS  ? DUE_DAYS
						      : DUE_WORKING_DAYS,
			 i->loose);
		break;
	case ITEM_DATE:
		r->due.year = i->a;
		r->due.month = i->b;
		r->due.day = i->c;
		set_kind(r, DUE_DATE, i->loose);
		break;
	case ITEM_LIMIT:
		r->limit = true;
		break;
	case ITEM_RANGE:
		r->range = true;
		break;
	case ITEM_END:
	case ITEM_FILL:
	case ITEM_NONE:
		break;
	}
}

/* Blanks, commas and brackets, also around a weekday as Koreans write it: "12월 3일(목)". */
static void
skip_between(struct lexer *l)
{
	static const char *const days[] = { "(일)", "(월)", "(화)", "(수)",
					    "(목)", "(금)", "(토)", NULL };

	do
		while (l->at < l->len && strchr(" ,", l->text[l->at]))
			l->at++;
	while (take_any(l, days));
}

static bool
is_plausible(const struct due *d)
{
	return d->count <= 1000000 && d->hour < 25 && d->minute < 60 &&
	       (d->kind != DUE_DATE || (d->day >= 1 && d->day <= 31 && d->month <= 12 &&
					(d->year == 0 || (d->year >= 2000 && d->year <= 9999))));
}

/* The expression that begins here. false: none; the lexer stands behind what was looked at. */
static bool
read_expression(struct lexer *l, struct due_place *ret)
{
	struct reading_of_due r = { .due = { .hour = NO_TIME, .weeks = -1 } };
	struct item item = { .kind = ITEM_NONE };

	ret->start = l->at;
	while (take_item(l, &item)) {
		add_item(&r, &item);
		if (item.kind != ITEM_FILL || r.any)
			ret->end = l->at;
		skip_between(l);
	}
	if (r.half) { /* a half of the day without an hour */
		r.due.hour = r.half_hours ? AFTERNOON : 12;
		r.due.minute = 0;
	}
	if (r.due.kind == DUE_WEEK_END || r.due.kind == DUE_MONTH_END)
		r.due.weeks = r.due.weeks < 0 ? 0 : r.due.weeks;
	ret->due = r.due;
	return r.any && !r.range && (!r.loose || r.limit) && is_plausible(&r.due);
}

/* A word may begin here: not inside of another. */
static bool
may_begin(const struct lexer *l)
{
	unsigned char c = (unsigned char)l->text[l->at];
	char before = l->at > 0 ? l->text[l->at - 1] : ' ';

	if (c < 0x80)
		return isalnum(c) && !is_ascii_word(before);
	return (c & 0xc0) != 0x80 && !is_wide(before);
}

bool
due_next(const char *text, size_t len, size_t from, struct due_place *ret)
{
	struct lexer l = { text, len, from };

	while (l.at < len) {
		size_t start = l.at;

		if (may_begin(&l) && read_expression(&l, ret))
			return true;
		if (l.at == start)
			l.at++;
	}
	return false;
}
