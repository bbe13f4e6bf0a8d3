/*
 * commitment_due: due times as Korean and English write them.
 *
 * On top of the words (commitment_lex) and of days (commitment_day): the time of day, what stands
 * before and behind a due time, and one loop that takes what belongs together: "오후 2시" behind
 * "12월 3일(목)", "5 pm" before "on Tuesday, 24 November".
 */
#include <ctype.h>
#include <string.h>

#include "commitment_internal.h"

/* Whether the number before s, behind "at" or "by", is one of the clock. */
static bool
is_hour(const char *s)
{
	static const char *const followers[] = { "on",   "in the", "tomorrow", "today",
						 "this", "next",   "tonight",  NULL };
	int weekday;

	if (isalnum((unsigned char)*s))
		return false;
	s = spaces_skip(s);
	return due_stands_free(s) || lex_any(&s, followers) || lex_named(&s, LEX_WEEKDAY, &weekday);
}

/* "5 pm", "5.30 pm", "17:00", "2시 30분", "10 o'clock"; bare: a number alone is an hour, too. */
static bool
read_clock(const char **s, bool bare, int part, struct due *due)
{
	static const struct lex_word halves[] = { { "a.m.", 0 }, { "p.m.", 12 }, { "a.m", 0 },
						  { "p.m", 12 }, { "am", 0 },    { "pm", 12 } };
	static const char *const clocks[] = { "o'clock", NULL };
	const char *p = *s, *q;
	bool zero = *p == '0', said = false;
	int hour, minute = 0, half = -1;

	if (!lex_number(&p, &hour) && (!bare || *p == 'a' || !lex_named(&p, LEX_COUNT_WORD, &hour)))
		return false;
	if ((*p == ':' || *p == '.') && isdigit((unsigned char)p[1]) &&
	    isdigit((unsigned char)p[2]) && !isdigit((unsigned char)p[3])) {
		said = *p == ':';
		minute = (p[1] - '0') * 10 + (p[2] - '0');
		p += 3;
	} else if (lex_take(&p, "시")) {
		if (strncmp(p, "간", strlen("간")) == 0)
			return false;
		said = true;
		q = spaces_skip(p);
		if (lex_take(&q, "반")) {
			minute = 30;
			p = q;
		} else if (lex_number(&q, &minute) && lex_take(&q, "분")) {
			p = q;
		} else {
			minute = 0;
		}
	}
	q = spaces_skip(p);
	if (lex_word(&q, halves, LEX_COUNT_OF(halves), &half) || lex_any(&q, clocks)) {
		said = true;
		p = q;
	}
	if ((!said && !(bare && is_hour(p))) || hour > 24 || minute > 59 ||
	    (half >= 0 && (hour < 1 || hour > 12)))
		return false;
	/* Around noon it is 11 in the morning and 1 in the afternoon. */
	if (half < 0 && part != DUE_WHOLE_DAY)
		half = part == DUE_MORNING || (part == DUE_NOON && hour > 5 && hour < 12) ? 0 : 12;
	due->half = half < 0 && hour >= 1 && hour <= 12 && !zero;
	if (half >= 0 && hour <= 12)
		hour = hour % 12 + half;
	if (part == DUE_EVENING && hour == 12)
		hour = 24;
	due->hour = hour;
	due->minute = minute;
	if (hour == 24) {
		due->part = DUE_MIDNIGHT;
		due->hour = -1;
	}
	*s = p;
	return true;
}

static bool
read_time(const char **s, bool bare, struct due *due)
{
	const char *p = *s, *q;
	int part = DUE_WHOLE_DAY;

	if (lex_named(&p, LEX_PART, &part)) {
		q = spaces_skip(p);
		due->hour = -1;
		due->part = (enum due_part)part;
		if (is_hangul(*s) && part != DUE_WHOLE_DAY && read_clock(&q, false, part, due))
			p = q;
		*s = p;
		return true;
	}
	return read_clock(s, bare, DUE_WHOLE_DAY, due);
}

/* How due times begin in English, and what that makes of them. */
static const struct opening {
	const char *text;
	bool firm, span, before, clock;
} openings[] = {
	{ "on or before", true, false, false, true },
	{ "no later than", true, false, false, true },
	{ "not later than", true, false, false, true },
	{ "at the latest by", true, false, false, true },
	{ "latest by", true, false, false, true },
	{ "by:", true, false, false, true },
	{ "by", true, false, false, true },
	{ "before", true, false, true, true },
	{ "within", true, true, false, false },
	{ "in", true, true, false, false },
	{ "on", false, false, false, false },
	{ "at", false, false, false, true },
	{ "늦어도", false, false, false, false },
};

/* How they end in Korean. */
static const struct ending {
	const char *text;
	bool firm, before, refused;
} endings[] = {
	{ "이전까지", true, true, false }, { "전까지", true, true, false },
	{ "이전에", true, true, false },   { "전에", true, true, false },
	{ "까지", true, false, false },    { "이내", true, false, false },
	{ "내로", true, false, false },    { "내에", true, false, false },
	{ "내 ", true, false, false },     { "안에", true, false, false },
	{ "안으로", true, false, false },  { "중으로", true, false, false },
	{ "중에", true, false, false },    { "중 ", true, false, false },
	{ "사이에", true, false, false },  { "부터", false, false, true },
	{ "이후", false, false, true },    { "동안", false, false, true },
	{ "간 ", false, false, true },     { "째", false, false, true },
	{ "만에", false, false, true },    { "마다", false, false, true },
	{ "에서", false, false, true },    { "이나", false, false, true },
	{ "의 ", false, false, true },     { "자 ", false, false, true },
	{ "기준", false, false, true },    { "이 ", false, false, true },
	{ "을 ", false, false, true },     { "과 ", false, false, true },
	{ "에", false, false, false },     { "은 ", false, false, false },
};

static const struct ending *
take_ending(const char **s)
{
	static const char *const about[] = { "경", "쯤", "께", NULL };
	const char *p = spaces_skip(*s);

	lex_any(&p, about);
	p = spaces_skip(p);
	for (size_t i = 0; i < LEX_COUNT_OF(endings); i++)
		if (lex_take(&p, endings[i].text)) {
			*s = p;
			return &endings[i];
		}
	return NULL;
}

/* A second day beside the first: which one holds. False: it is not of the same time. */
static bool
join_day(struct due *due, const struct due *more)
{
	if (due->kind == DUE_WEEKDAY && more->kind == DUE_WEEK_END) {
		due->weeks = more->weeks;
		return true;
	}
	if (more->kind == DUE_DATE && (due->kind == DUE_WEEKDAY || due->kind == DUE_DAYS)) {
		struct due date = *more;

		date.part = due->part;
		date.hour = due->hour;
		date.minute = due->minute;
		date.half = due->half;
		*due = date;
		return true;
	}
	return more->kind == DUE_WEEKDAY && more->weeks == DUE_COMING &&
	       (due->kind == DUE_DATE || due->kind == DUE_DAYS);
}

/* What may stand between the parts of one due time. */
static const char *
glue_skip(const char *s)
{
	static const char *const glue[] = { "in the course of",
					    "in the",
					    "on the",
					    "at the",
					    "by the",
					    "of the",
					    "the",
					    "on",
					    "at",
					    "by",
					    "of",
					    "first thing",
					    "later",
					    "늦어도",
					    NULL };

	for (int n = 0; n < 3; n++) {
		s = spaces_skip(s);
		s += *s == ',' || *s == '(';
		s = spaces_skip(s);
		if (!lex_any(&s, glue))
			break;
	}
	return spaces_skip(s);
}

/* "오후 2시에서 4시 사이", "2 - 4 pm": the later time is the one that is sure. */
static bool
join_range(const char **s, struct due *due)
{
	static const char *const ranges[] = { "에서", "~", "-", NULL };
	const char *p = spaces_skip(*s);
	struct due later = *due;

	if (due->hour < 0 || !lex_any(&p, ranges))
		return false;
	p = spaces_skip(p);
	if (!read_time(&p, false, &later))
		return false;
	if (later.half && !due->half && later.hour < due->hour && later.hour + 12 > due->hour) {
		later.hour += 12;
		later.half = false;
	}
	*due = later;
	*s = p;
	return true;
}

/* "(목)", behind a date that says it all. */
static bool
skip_letter(const char **s)
{
	const char *p = spaces_skip(*s);
	int letter;

	if (!lex_named(&p, LEX_LETTER, &letter) || *p != ')')
		return false;
	*s = p + 1;
	return true;
}

/* A day found when perhaps a time of it was found before. False: it is another due time's. */
static bool
add_day(struct due *due, bool first, const struct due *day)
{
	struct due sum = *day;

	if (!first)
		return join_day(due, day);
	sum.part = due->part;
	sum.hour = due->hour;
	sum.minute = due->minute;
	sum.half = due->half;
	*due = sum;
	return true;
}

/* "this afternoon", "tonight". */
static bool
read_today(const char **s, struct due *due)
{
	const char *p = *s;
	int part = DUE_EVENING;

	if (lex_take(&p, "this")) {
		p = spaces_skip(p);
		if (!lex_named(&p, LEX_PART, &part))
			return false;
	} else if (!lex_take(&p, "tonight")) {
		return false;
	}
	due->kind = DUE_DAYS;
	due->part = (enum due_part)part;
	*s = p;
	return true;
}

/* "this afternoon", and "tonight" behind "at 9". */
static bool
add_today(const char **s, struct due *due)
{
	struct due today = due_nothing;

	if (!read_today(s, &today))
		return false;
	if (due->hour < 0)
		due->part = today.part;
	else if (due->half && today.part != DUE_MORNING && due->hour < 12)
		due->hour += 12;
	due->half = due->half && today.part == DUE_WHOLE_DAY;
	due->kind = DUE_DAYS;
	return true;
}

/* "between 9 and 11 am": what is behind "and", the time that is sure. */
static const char *
later_of_two(const char *s)
{
	const char *p = s;
	struct due earlier = due_nothing;

	if (!lex_take(&p, "between"))
		return s;
	p = spaces_skip(p);
	if (!read_clock(&p, false, DUE_WHOLE_DAY, &earlier) && !lex_number(&p, &earlier.hour))
		return s;
	p = spaces_skip(p);
	return lex_take(&p, "and") ? spaces_skip(p) : s;
}

/* A time, or the hour of a part of the day that was said before. */
static bool
add_time(const char **s, bool first, bool bare, struct due *due)
{
	const char *p = later_of_two(*s);
	struct due timed = *due;

	if (!first && (due->hour >= 0 || due->part == DUE_WHOLE_DAY))
		return false;
	if (first ? !read_time(&p, bare, &timed) : !read_clock(&p, bare, (int)due->part, &timed))
		return false;
	join_range(&p, &timed);
	*due = timed;
	*s = p;
	return true;
}

/* All parts of a day and its time, in any order. */
static bool
read_day_and_time(const char **s, bool bare_clock, struct due *due, bool *ret_day, bool *ret_time)
{
	const char *p = *s;
	struct due more;

	*due = due_nothing;
	*ret_day = *ret_time = false;
	for (int n = 0; n < 6; n++) {
		const char *q = n == 0 ? p : glue_skip(p), *start = q;
		bool at = n == 0 ? bare_clock : start > p + 2 && strncmp(start - 3, "at ", 3) == 0;

		if (*ret_day && skip_letter(&p))
			continue;
		if (!*ret_day && add_today(&q, due)) {
			*ret_day = *ret_time = true;
		} else if (!*ret_day && due_read_day(&q, &more)) {
			add_day(due, true, &more);
			*ret_day = true;
		} else if (add_time(&q, !*ret_time, at, due)) {
			*ret_time = true;
		} else if (!*ret_day || !due_read_day(&q, &more) || !add_day(due, false, &more)) {
			break;
		}
		if (start > p && *q == ')' && memchr(p, '(', (size_t)(start - p)))
			q++;
		p = q;
	}
	if (*ret_time && !*ret_day)
		due->kind = DUE_DAYS;
	*s = p;
	return *ret_day || *ret_time;
}

/* What follows a count of days tells whether it begins now. */
static bool
begins_now(const char **s)
{
	static const char *const now[] = { "from now", "from today", "' time", "of today", NULL };
	static const char *const later[] = { "of",        "after",  "from", "since",
					     "following", "before", "ago",  NULL };
	const char *p = spaces_skip(*s);

	if (lex_any(&p, now)) {
		*s = p;
		return true;
	}
	return !lex_any(&p, later);
}

static bool
read_counted(const char *s, const struct opening *opening, struct due_words *ret)
{
	static const char *const limits[] = { "이내에", "이내로", "이내", "내로", "내에", "안에",
					      "안으로", "내 ",    "뒤",   "후",   NULL };
	const struct ending *ending;
	const char *p = s;

	ret->due = due_nothing;
	if (!due_read_span(&p, &ret->due))
		return false;
	if (opening && opening->span) {
		if (!begins_now(&p))
			return false;
	} else {
		p = spaces_skip(p);
		if (!lex_any(&p, limits) && !word_at(p, "from now") &&
		    !(ret->due.kind == DUE_WORKING_DAYS && word_at(p, "까지")))
			return false;
		ending = take_ending(&p);
		if (ending && ending->refused)
			return false;
	}
	ret->firm = ret->counted = true;
	ret->end = p;
	return true;
}

static bool
possessive(const char *s)
{
	return strncmp(s, "'s", 2) == 0;
}

static bool
read_named(const char *s, const struct opening *opening, struct due_words *ret)
{
	const char *p = s, *named = s;
	const struct ending *ending;
	bool day, time, hangul, far;

	lex_take(&p, "the course of ");
	named = p;
	if (!read_day_and_time(&p, opening && opening->clock, &ret->due, &day, &time)) {
		if (!lex_take(&p, "the "))
			return false;
		named = p;
		if (!read_day_and_time(&p, false, &ret->due, &day, &time))
			return false;
	}
	/* "within this week": other days are not within. */
	if (opening && opening->span && named == s && ret->due.kind != DUE_WEEK_END &&
	    ret->due.kind != DUE_MONTH_END && ret->due.kind != DUE_DAYS)
		return false;
	hangul = is_hangul(p - 3 > s ? p - 3 : s) || is_hangul(spaces_skip(p)) || is_hangul(named);
	ending = take_ending(&p);
	if (ending && ending->refused)
		return false;
	ret->firm = (opening && opening->firm) || (ending && ending->firm);
	ret->due.before = !time && ((opening && opening->before) || (ending && ending->before));
	ret->counted = ret->due.kind == DUE_WORKING_DAYS;
	ret->dayless = !day;
	ret->end = p;
	if (possessive(p) || word_at(spaces_skip(p), "will be a") ||
	    word_at(spaces_skip(p), "is") || word_at(spaces_skip(p), "after"))
		return false;
	/* "3일" alone may as well be three days, "6월" a name. */
	if (hangul && ret->due.months == DUE_COMING &&
	    (ret->due.kind == DUE_MONTH_END || (ret->due.kind == DUE_DATE && ret->due.month == 0)))
		return ret->firm || ending;
	if (hangul)
		ret->due.either = false;
	if (hangul)
		return day || ret->firm || ending;
	if (opening)
		return true;
	far = ret->due.kind == DUE_WEEKDAY || ret->due.kind == DUE_DATE;
	return day && (!far || time || due_stands_free(p));
}

bool
due_read(const char *s, char before, struct due_words *ret)
{
	const struct opening *opening = NULL;
	const char *p = s;

	if (isalnum((unsigned char)before) || (unsigned char)before >= 0x80)
		return false;
	ret->start = s;
	for (size_t i = 0; i < LEX_COUNT_OF(openings) && !opening; i++)
		if (lex_take(&p, openings[i].text))
			opening = &openings[i];
	p = spaces_skip(p);
	ret->firm = ret->counted = ret->dayless = false;
	return read_counted(p, opening, ret) || read_named(p, opening, ret);
}

void
due_inherit(struct due_words *due, const struct due_words *before)
{
	if (due->dayless && before->due.kind == DUE_DAYS && !before->counted)
		due->due.count = before->due.count;
}
