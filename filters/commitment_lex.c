/*
 * commitment_lex: see commitment_lex.h.
 */
#include "commitment_lex.h"

#include <ctype.h>
#include <string.h>

#include "commitment.h"

#define NUMBER_DIGITS 4

static const struct lex_word counts[] = {
	{ "a couple of", 2 }, { "one", 1 },     { "two", 2 },     { "three", 3 }, { "four", 4 },
	{ "five", 5 },        { "six", 6 },     { "seven", 7 },   { "eight", 8 }, { "nine", 9 },
	{ "ten", 10 },        { "eleven", 11 }, { "twelve", 12 }, { "an", 1 },    { "a", 1 },
	{ "한두", 2 },        { "두세", 3 },    { "서너", 4 },    { "한", 1 },    { "두", 2 },
	{ "세", 3 },          { "네", 4 },      { "다섯", 5 },    { "여섯", 6 },
};
static const struct lex_word units[] = {
	{ "minutes", UNIT_MINUTE },
	{ "minute", UNIT_MINUTE },
	{ "mins", UNIT_MINUTE },
	{ "분", UNIT_MINUTE },
	{ "hours", UNIT_HOUR },
	{ "hour", UNIT_HOUR },
	{ "hrs", UNIT_HOUR },
	{ "시간", UNIT_HOUR },
	{ "working days", UNIT_WORKING_DAY },
	{ "working day", UNIT_WORKING_DAY },
	{ "business days", UNIT_WORKING_DAY },
	{ "business day", UNIT_WORKING_DAY },
	{ "영업일", UNIT_WORKING_DAY },
	{ "근무일", UNIT_WORKING_DAY },
	{ "업무일", UNIT_WORKING_DAY },
	{ "days", UNIT_DAY },
	{ "day", UNIT_DAY },
	{ "일", UNIT_DAY },
	{ "weeks", UNIT_WEEK },
	{ "week", UNIT_WEEK },
	{ "주일", UNIT_WEEK },
	{ "주", UNIT_WEEK },
	{ "months", UNIT_MONTH },
	{ "month", UNIT_MONTH },
	{ "개월", UNIT_MONTH },
	{ "달", UNIT_MONTH },
};
static const struct lex_word spans_of_days[] = {
	{ "하루", 1 }, { "이틀", 2 },   { "사흘", 3 },  { "나흘", 4 },  { "닷새", 5 },
	{ "엿새", 6 }, { "일주일", 7 }, { "열흘", 10 }, { "보름", 15 }, { "a fortnight", 14 },
};
static const struct lex_word days[] = {
	{ "the day after tomorrow", 2 },
	{ "내일모레", 2 },
	{ "내일 모레", 2 },
	{ "tomorrow", 1 },
	{ "내일", 1 },
	{ "낼", 1 },
	{ "명일", 1 },
	{ "익일", 1 },
	{ "모레", 2 },
	{ "글피", 3 },
	{ "today", 0 },
	{ "오늘", 0 },
	{ "금일", 0 },
};
static const struct lex_word weekdays[] = {
	{ "sunday", 0 },      { "monday", 1 }, { "tuesday", 2 },  { "wednesday", 3 },
	{ "thursday", 4 },    { "friday", 5 }, { "saturday", 6 }, { "일요일", 0 },
	{ "월요일", 1 },      { "화요일", 2 }, { "수요일", 3 },   { "목요일", 4 },
	{ "금요일", 5 },      { "토요일", 6 }, { "sun", 0 },      { "mon", 1 },
	{ "tues", 2 },        { "tue", 2 },    { "wed", 3 },      { "thurs", 4 },
	{ "thur", 4 },        { "thu", 4 },    { "fri", 5 },      { "sat", 6 },
	{ "the weekend", 0 }, { "주말", 0 },
};
static const struct lex_word weekday_letters[] = {
	{ "(일", 0 }, { "(월", 1 }, { "(화", 2 }, { "(수", 3 },
	{ "(목", 4 }, { "(금", 5 }, { "(토", 6 },
};
static const struct lex_word months[] = {
	{ "january", 1 },   { "february", 2 }, { "march", 3 },     { "april", 4 },
	{ "may", 5 },       { "june", 6 },     { "july", 7 },      { "august", 8 },
	{ "september", 9 }, { "october", 10 }, { "november", 11 }, { "december", 12 },
	{ "jan", 1 },       { "feb", 2 },      { "mar", 3 },       { "apr", 4 },
	{ "jun", 6 },       { "jul", 7 },      { "aug", 8 },       { "sept", 9 },
	{ "sep", 9 },       { "oct", 10 },     { "nov", 11 },      { "dec", 12 },
};
static const struct lex_word ahead[] = {
	{ "다다음", 2 },
	{ "다음", 1 },
	{ "익", 1 },
	{ "돌아오는", DUE_COMING },
	{ "오는", DUE_COMING },
	{ "이번", 0 },
	{ "이", 0 },
	{ "this coming", DUE_COMING },
	{ "the coming", DUE_COMING },
	{ "this", 0 },
	{ "the next", 1 },
	{ "next", 1 },
};
static const struct lex_word ahead_weeks[] = {
	{ "금주", 0 },
	{ "차주", 1 },
	{ "내주", 1 },
	{ "the week after next", 2 },
};
static const struct lex_word parts[] = {
	{ "오전", DUE_MORNING },
	{ "아침", DUE_MORNING },
	{ "morning", DUE_MORNING },
	{ "정오", DUE_NOON },
	{ "점심", DUE_NOON },
	{ "낮", DUE_NOON },
	{ "noon", DUE_NOON },
	{ "midday", DUE_NOON },
	{ "lunchtime", DUE_NOON },
	{ "오후", DUE_AFTERNOON },
	{ "afternoon", DUE_AFTERNOON },
	{ "저녁", DUE_EVENING },
	{ "밤", DUE_EVENING },
	{ "evening", DUE_EVENING },
	{ "자정", DUE_MIDNIGHT },
	{ "midnight", DUE_MIDNIGHT },
	{ "night", DUE_EVENING },
	/* The end of the working day is what a day without a time means. */
	{ "close of business", DUE_WHOLE_DAY },
	{ "close of play", DUE_WHOLE_DAY },
	{ "cob", DUE_WHOLE_DAY },
	{ "eod", DUE_WHOLE_DAY },
	{ "end of business", DUE_WHOLE_DAY },
	{ "end of the working day", DUE_WHOLE_DAY },
	{ "end of the business day", DUE_WHOLE_DAY },
	{ "end of the day", DUE_WHOLE_DAY },
	{ "end of day", DUE_WHOLE_DAY },
	{ "업무 시간", DUE_WHOLE_DAY },
	{ "업무시간", DUE_WHOLE_DAY },
	{ "업무 종료", DUE_WHOLE_DAY },
	{ "퇴근", DUE_WHOLE_DAY },
};

const char *
spaces_skip(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

bool
is_hangul(const char *s)
{
	unsigned char c = (unsigned char)*s;

	/* U+AC00 to U+D7A3 */
	return c >= 0xea && c <= 0xed && (unsigned char)s[1] >= 0x80 &&
	       (c != 0xea || (unsigned char)s[1] >= 0xb0);
}

bool
word_at(const char *s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(s, word, n) != 0)
		return false;
	return !isalnum((unsigned char)word[n - 1]) || !isalnum((unsigned char)s[n]);
}

bool
lex_take(const char **s, const char *word)
{
	if (!word_at(*s, word))
		return false;
	*s += strlen(word);
	return true;
}

bool
lex_any(const char **s, const char *const *words)
{
	for (; *words; words++)
		if (lex_take(s, *words))
			return true;
	return false;
}

bool
lex_word(const char **s, const struct lex_word *words, size_t count, int *ret)
{
	for (size_t i = 0; i < count; i++)
		if (lex_take(s, words[i].text)) {
			*ret = words[i].value;
			return true;
		}
	return false;
}

bool
lex_named(const char **s, enum lexeme lexeme, int *ret)
{
	static const struct {
		const struct lex_word *words;
		size_t count;
	} tables[] = {
		[LEX_COUNT_WORD] = { counts, LEX_COUNT_OF(counts) },
		[LEX_UNIT] = { units, LEX_COUNT_OF(units) },
		[LEX_SPAN] = { spans_of_days, LEX_COUNT_OF(spans_of_days) },
		[LEX_DAY] = { days, LEX_COUNT_OF(days) },
		[LEX_WEEKDAY] = { weekdays, LEX_COUNT_OF(weekdays) },
		[LEX_LETTER] = { weekday_letters, LEX_COUNT_OF(weekday_letters) },
		[LEX_MONTH] = { months, LEX_COUNT_OF(months) },
		[LEX_AHEAD] = { ahead, LEX_COUNT_OF(ahead) },
		[LEX_AHEAD_WEEK] = { ahead_weeks, LEX_COUNT_OF(ahead_weeks) },
		[LEX_PART] = { parts, LEX_COUNT_OF(parts) },
	};

	return lex_word(s, tables[lexeme].words, tables[lexeme].count, ret);
}

bool
lex_number(const char **s, int *ret)
{
	const char *p = *s;
	int n = 0;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		if (p - *s >= NUMBER_DIGITS)
			return false;
		n = n * 10 + (*p - '0');
	}
	*s = p;
	*ret = n;
	return true;
}

bool
lex_count(const char **s, int *ret)
{
	static const char *const ranges[] = { "~", "-", "to", "or", NULL };
	const char *p = *s;
	int later;

	if (!lex_number(&p, ret) && !lex_named(&p, LEX_COUNT_WORD, ret))
		return false;
	*s = p;
	p = spaces_skip(p);
	if (lex_any(&p, ranges)) {
		p = spaces_skip(p);
		if (lex_number(&p, &later) || lex_named(&p, LEX_COUNT_WORD, &later)) {
			*ret = later;
			*s = p;
		}
	}
	return true;
}
