/*
 * claim_number: numbers as people write them before a currency. See claim_internal.h.
 */
#include <ctype.h>
#include <string.h>

#include "claim_internal.h"

#define DIGITS_MAX 15 /* of a number, zeros in front of it too */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX 24 /* of a number that is written out */
#define MAN 10000

struct word {
	const char *text;
	int64_t value;
};

/* Korean counts in these, in Hangul or in Hanja; the first that fits is taken. */
static const struct word scales[] = {
	{ "억", 100000000 },  { "천만", 10000000 }, { "백만", 1000000 }, { "십만", 100000 },
	{ "만", 10000 },      { "천", 1000 },       { "백", 100 },       { "億", 100000000 },
	{ "千萬", 10000000 }, { "百萬", 1000000 },  { "十萬", 100000 },  { "萬", 10000 },
	{ "千万", 10000000 }, { "百万", 1000000 },  { "十万", 100000 },  { "万", 10000 },
	{ "千", 1000 },       { "百", 100 },
};

static const struct word korean_digits[] = {
	{ "일", 1 }, { "이", 2 }, { "삼", 3 }, { "사", 4 }, { "오", 5 }, { "육", 6 }, { "칠", 7 },
	{ "팔", 8 }, { "구", 9 }, { "一", 1 }, { "二", 2 }, { "三", 3 }, { "四", 4 }, { "五", 5 },
	{ "六", 6 }, { "七", 7 }, { "八", 8 }, { "九", 9 }, { "壹", 1 }, { "貳", 2 }, { "參", 3 },
};

static const struct word korean_units[] = { { "십", 10 }, { "백", 100 }, { "천", 1000 },
					    { "十", 10 }, { "百", 100 }, { "千", 1000 },
					    { "拾", 10 } };

static const struct word english_small[] = {
	{ "one", 1 },        { "two", 2 },       { "three", 3 },     { "four", 4 },
	{ "five", 5 },       { "six", 6 },       { "seven", 7 },     { "eight", 8 },
	{ "nine", 9 },       { "ten", 10 },      { "eleven", 11 },   { "twelve", 12 },
	{ "thirteen", 13 },  { "fourteen", 14 }, { "fifteen", 15 },  { "sixteen", 16 },
	{ "seventeen", 17 }, { "eighteen", 18 }, { "nineteen", 19 }, { "twenty", 20 },
	{ "thirty", 30 },    { "forty", 40 },    { "fifty", 50 },    { "sixty", 60 },
	{ "seventy", 70 },   { "eighty", 80 },   { "ninety", 90 },   { "a", 1 },
};

static const struct word english_large[] = {
	{ "hundred", 100 },
	{ "thousand", 1000 },
	{ "grand", 1000 },
	{ "million", 1000000 },
};

static void
skip_blank(const char *text, size_t len, size_t *at)
{
	if (*at < len && text[*at] == ' ')
		++*at;
}

/* Takes the first word that stands there; 0: none. */
static int64_t
take_word(const char *text, size_t len, size_t *at, const struct word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(words[i].text);

		if (n <= len - *at && memcmp(text + *at, words[i].text, n) == 0) {
			*at += n;
			return words[i].value;
		}
	}
	return 0;
}

/* The same of words that end where letters end. */
static int64_t
take_whole_word(const char *text, size_t len, size_t *at, const struct word *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (claim_word_at(text, len, *at, words[i].text)) {
			*at += strlen(words[i].text);
			return words[i].value;
		}
	return 0;
}

/* How many digits stand there, at most one more than DIGITS_MAX. */
static size_t
digits_at(const char *text, size_t len, size_t at)
{
	size_t n = 0;

	while (n <= DIGITS_MAX && at + n < len && isdigit((unsigned char)text[at + n]))
		n++;
	return n;
}

/* What parts thousands and nothing else, when three digits follow it: "30 000", "30'000"; or 0. */
static size_t
thousands_sign(const char *text, size_t len, size_t at)
{
	size_t n = claim_begins_with(text, len, at, CLAIM_WORDS(" ", "'", "’", "·"));

	return n > 0 && digits_at(text, len, at + n) == 3 ? n : 0;
}

/*
 * "20,000", "50.25", "30,50", "1.5", "30.000": in hundredths. A sign with three digits behind it
 * parts thousands, with one or two it begins what is less than one. dotted: a dot parts thousands.
 * false: none, or too large.
 */
static bool
take_digits(const char *text, size_t len, size_t *at, int64_t *ret_hundredths, bool *ret_dotted)
{
	size_t i = *at, n = digits_at(text, len, i), all = 0, sign;
	int64_t sum = 0, rest = 0;
	bool short_first = n <= 3;

	*ret_dotted = false;
	if (n == 0)
		return false;
	for (;;) {
		all += n;
		if (all > DIGITS_MAX)
			return false;
		for (size_t end = i + n; i < end; i++) {
			sum = sum * 10 + (text[i] - '0');
			if (sum > CLAIM_UNITS_MAX)
				return false;
		}
		sign = short_first ? thousands_sign(text, len, i) : 0;
		i += sign;
		n = 3;
		if (sign > 0)
			continue;
		if (i >= len || (text[i] != ',' && text[i] != '.'))
			break;
		n = digits_at(text, len, i + 1);
		if (n != 3)
			break;
		*ret_dotted |= text[i++] == '.';
	}
	if (i < len && (text[i] == '.' || text[i] == ',') && n > 0) {
		if (n > 2)
			return false; /* "1,0000": no sum */
		rest = (text[i + 1] - '0') * 10 + (n == 2 ? text[i + 2] - '0' : 0);
		i += n + 1;
	}
	*at = i;
	*ret_hundredths = sum * 100 + rest;
	return true;
}

/* What stands behind digits in English: "k", "thousand", "million"; 1: nothing. */
static int64_t
take_times(const char *text, size_t len, size_t *at)
{
	static const struct word behind[] = { { "hundred", 100 },
					      { "thousand", 1000 },
					      { "grand", 1000 },
					      { "million", 1000000 },
					      { "mio", 1000000 } };
	static const struct word touching[] = { { "k", 1000 }, { "m", 1000000 } };
	size_t i = *at;
	int64_t times = take_word(text, len, &i, touching, COUNT(touching));

	if (times == 0 || (i < len && isalnum((unsigned char)text[i]))) {
		i = *at;
		skip_blank(text, len, &i);
		times = take_whole_word(text, len, &i, behind, COUNT(behind));
	}
	if (times > 0)
		*at = i;
	return times > 0 ? times : 1;
}

/* "이십오", "백오십", "삼천": below 10,000; 0: none. */
static int64_t
take_korean_part(const char *text, size_t len, size_t *at)
{
	int64_t sum = 0, last = MAN;

	for (;;) {
		size_t i = *at;
		int64_t digit = take_word(text, len, &i, korean_digits, COUNT(korean_digits));
		size_t next = i;
		/* "이삼만" is two or three: the larger. */
		int64_t more =
			digit > 0 ? take_word(text, len, &next, korean_digits, COUNT(korean_digits))
				  : 0;
		int64_t unit;

		if (more > digit) {
			digit = more;
			i = next;
		}
		unit = take_word(text, len, &i, korean_units, COUNT(korean_units));

		if ((!digit && !unit) || (unit ? unit : 1) >= last)
			return sum;
		sum += (digit ? digit : 1) * (unit ? unit : 1);
		last = unit ? unit : 1;
		*at = i;
	}
}

/* "5천", "5000", "오천" behind a number in Korean that counted in `scale`; 0: nothing that belongs
 * to it.
 */
static int64_t
take_rest(const char *text, size_t len, size_t *at, int64_t scale)
{
	size_t i = *at;
	int64_t more, smaller;
	bool dotted;

	skip_blank(text, len, &i);
	if (!take_digits(text, len, &i, &more, &dotted)) {
		more = take_korean_part(text, len, &i);
		if (more < 10 || more >= scale)
			return 0;
		*at = i;
		return more * 100;
	}
	smaller = take_word(text, len, &i, scales, COUNT(scales));
	if (smaller >= scale || more / 100 >= scale)
		return 0;
	*at = i;
	return more * (smaller ? smaller : 1);
}

/* "3만 5천", "1만5000", "백만", "2억 5천만", "30k": up to two steps. */
static bool
take_scaled(const char *text, size_t len, size_t *at, int64_t *ret_hundredths, bool *ret_dotted)
{
	int64_t sum = 100, scale;
	size_t i = *at, behind;
	bool digits = take_digits(text, len, &i, &sum, ret_dotted);

	behind = i;
	if (digits)
		skip_blank(text, len, &behind);
	scale = take_word(text, len, &behind, scales, COUNT(scales));
	if (!digits && scale < 1000)
		return false;
	if (scale > 0)
		i = behind;
	else
		scale = take_times(text, len, &i);
	if (sum > CLAIM_UNITS_MAX * 100 / scale)
		return false;
	sum *= scale;
	if (i == behind)
		sum += take_rest(text, len, &i, scale);
	*at = i;
	*ret_hundredths = sum;
	return sum > 0;
}

/* "삼만", "이십오만 삼천", "일억 이천만"; one syllable alone ("이", "오") is a word of another
 * kind. */
static bool
take_korean(const char *text, size_t len, size_t *at, int64_t *ret_hundredths)
{
	static const struct word larger[] = { { "억", 100000000 },
					      { "만", MAN },
					      { "億", 100000000 },
					      { "萬", MAN },
					      { "万", MAN } };
	int64_t sum = 0, last = INT64_MAX;
	size_t i = *at;

	for (;;) {
		size_t next = i;
		int64_t part, scale;

		if (sum > 0)
			skip_blank(text, len, &next);
		part = take_korean_part(text, len, &next);
		if (part == 0)
			break;
		i = next;
		skip_blank(text, len, &next);
		scale = take_word(text, len, &next, larger, COUNT(larger));
		if (scale >= last)
			return false;
		sum += part * (scale ? scale : 1);
		last = scale;
		if (scale == 0)
			break;
		i = next;
	}
	if (sum < 10)
		return false;
	*at = i;
	*ret_hundredths = sum * 100;
	return true;
}

/* "fifty", "a hundred and twenty-five", "two thousand": words with one blank, "-" or "and" between.
 */
static bool
take_english(const char *text, size_t len, size_t *at, int64_t *ret_hundredths)
{
	int64_t sum = 0, part = 0;
	size_t i = *at, end = *at;
	bool article = false;

	for (unsigned words = 0; words < WORDS_MAX && sum + part < CLAIM_UNITS_MAX; words++) {
		int64_t small = take_whole_word(text, len, &i, english_small, COUNT(english_small));
		int64_t large =
			small ? 0
			      : take_whole_word(text, len, &i, english_large, COUNT(english_large));

		if (small) {
			part += small;
			article = words == 0 && end == *at && i == *at + 1;
		} else if (large) {
			if (part > CLAIM_UNITS_MAX / large)
				return false;
			part = (part ? part : 1) * large;
			sum += large > 100 ? part : 0;
			part = large > 100 ? 0 : part;
			article = false;
		} else {
			break;
		}
		end = i;
		if (i < len && (text[i] == ' ' || text[i] == '-'))
			i++;
		if (large && claim_word_at(text, len, i, "and")) {
			i += 3;
			skip_blank(text, len, &i);
		}
	}
	if (sum + part > CLAIM_UNITS_MAX)
		return false;
	*at = end;
	*ret_hundredths = (sum + part) * 100;
	return sum + part > 0 && !article; /* "a pound" is a weight as well */
}

bool
claim_money_ends(const char *text, size_t len, size_t at, bool written_out, int64_t value)
{
	/* What may stand right behind "원" when the number is written out: "백 원장" is a person.
	 */
	static const struct word behind[] = {
		{ "을", 1 }, { "이", 1 }, { "은", 1 }, { "도", 1 }, { "만", 1 }, { "의", 1 },
		{ "씩", 1 }, { "에", 1 }, { "으", 1 }, { "정", 1 }, { "짜", 1 }, { "어", 1 },
		{ "과", 1 }, { "까", 1 }, { "부", 1 }, { "밖", 1 }, { "입", 1 }, { "권", 1 },
		{ "상", 1 }, { "대", 1 }, { "가", 1 }, { "쯤", 1 }, { "환", 1 }, { "지", 1 },
	};
	/* What is another word behind digits: "2 원격 점검", "30불량", "30만 원하시는 분". */
	static const struct word other[] = {
		{ "하시", 1 },  { "하는", 1 },    { "하신", 1 },    { "격", 1 },
		{ "점", 1 },    { "형", 1 },      { "복", 1 },      { "래", 1 },
		{ "칙", 1 },    { "료", 1 },      { "본", 1 },      { "단", 1 },
		{ "두", 1 },    { "룸", 1 },      { "피", 1 },      { "산", 1 },
		{ "작", 1 },    { "장", 1 },      { "문", 1 },      { "색", 1 },
		{ "망", 1 },    { "자", 1 },      { "유", 1 },      { "서", 1 },
		{ "고", 1 },    { "량", 1 },      { "편", 1 },      { "진", 1 },
		{ "터", 1 },    { " 버스", 1 },   { " 지하철", 1 }, { " 전철", 1 },
		{ " 열차", 1 }, { "'", 1 },       { "’", 1 },       { " of ", 1 },
		{ " bag", 1 },  { " weight", 1 }, { " sack", 1 },   { " turkey", 1 },
		{ "화 ", 1 },
	};
	static const struct word cause = { "인", 1 };
	size_t i = at;

	if (take_word(text, len, &i, other, COUNT(other)))
		return false;
	/* "3 원인" is a third cause, "404 원인" that of an error, "3만 원인데" a price. */
	if (take_word(text, len, &i, &cause, 1))
		return !written_out && value >= 1000;
	return !written_out || at >= len || (unsigned char)text[at] < 0x80 ||
	       take_word(text, len, &i, behind, COUNT(behind));
}

bool
claim_number_at(const char *text, size_t len, size_t *at, int64_t *ret_hundredths, bool *ret_dotted)
{
	/* "배송비오천원" and "금삼만원" are written in one word. */
	bool after_other = *at > 0 && (unsigned char)text[*at - 1] >= 0x80 &&
			   !claim_ends_with(text, *at, CLAIM_WORDS("금", "비", "료", "액", "총"));
	bool found;

	*ret_dotted = false;
	if (*at >= len)
		return false;
	if (isdigit((unsigned char)text[*at]))
		found = take_scaled(text, len, at, ret_hundredths, ret_dotted);
	else if ((unsigned char)text[*at] < 0x80)
		found = take_english(text, len, at, ret_hundredths);
	else
		found = !after_other && (take_korean(text, len, at, ret_hundredths) ||
					 take_scaled(text, len, at, ret_hundredths, ret_dotted));
	return found && *ret_hundredths / 100 <= CLAIM_UNITS_MAX;
}
