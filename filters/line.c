/*
 * line: comparisons on one line. See line.h. Linear in the line for each word; allocates nothing.
 */
#include "line.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Bytes of white space or an invisible mark at the start of s, 0 when there is none. */
static size_t
blank_at(const char *s, size_t len)
{
	static const char *const blanks[] = {
		"\xc2\xa0",     "\xe3\x80\x80", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f",
		"\xe2\x80\xaa", "\xe2\x80\xac", "\xe2\x80\xaf", "\xef\xbb\xbf",
	};

	if (len && isspace((unsigned char)*s))
		return 1;
	if (!len || (unsigned char)*s < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
		size_t n = strlen(blanks[i]);

		if (len >= n && memcmp(s, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

struct line
line_trim(const char *at, size_t len)
{
	size_t n;

	while ((n = blank_at(at, len))) {
		at += n;
		len -= n;
	}
	while (len && !isgraph((unsigned char)at[len - 1])) {
		for (n = len < 3 ? len : 3; n && blank_at(at + len - n, n) != n; n--)
			;
		if (!n)
			break;
		len -= n;
	}
	return (struct line){ at, len };
}

/* Most words differ from a text in their first letter: a full comparison is rare. */
static bool
may_start(const char *s, const char *word)
{
	return ((*s ^ *word) & 0x5f) == 0;
}

bool
line_starts(struct line l, const char *word)
{
	size_t n;

	if (l.len && !may_start(l.at, word))
		return false;
	n = strlen(word);
	return l.len >= n && strncasecmp(l.at, word, n) == 0;
}

bool
line_ends(struct line l, const char *word)
{
	size_t n = strlen(word);

	return l.len >= n && (!n || may_start(l.at + l.len - n, word)) &&
	       strncasecmp(l.at + l.len - n, word, n) == 0;
}

bool
line_has(struct line l, const char *word)
{
	size_t n = strlen(word);
	const char *last;

	if (!n || n > l.len)
		return false;
	last = l.at + l.len - n;
	/* Bytes beyond ASCII are rare where a word of another script is looked for in vain. */
	if (*word & 0x80) {
		for (const char *p = l.at;
		     p <= last && (p = memchr(p, *word, (size_t)(last - p) + 1)); p++)
			if (p[1] == word[1] && strncasecmp(p, word, n) == 0)
				return true;
		return false;
	}
	for (const char *p = l.at; p <= last; p++)
		if (may_start(p, word) && (n == 1 || may_start(p + 1, word + 1)) &&
		    strncasecmp(p, word, n) == 0)
			return true;
	return false;
}

unsigned
line_count(struct line l, const char *const *words)
{
	unsigned count = 0;

	for (; *words; words++)
		count += line_has(l, *words);
	return count;
}

bool
line_has_any(struct line l, const char *const *words)
{
	for (; *words; words++)
		if (line_has(l, *words))
			return true;
	return false;
}

bool
line_starts_any(struct line l, const char *const *words)
{
	for (; *words; words++)
		if (line_starts(l, *words))
			return true;
	return false;
}

bool
line_ends_any(struct line l, const char *const *words)
{
	for (; *words; words++)
		if (line_ends(l, *words))
			return true;
	return false;
}

bool
line_ends_colon(struct line l)
{
	return line_ends(l, ":") || line_ends(l, "\xef\xbc\x9a");
}

bool
line_ends_sentence(struct line l)
{
	static const char *const ends[] = { ".", "!", "?", "다", "요", "。", NULL };

	return line_ends_any(l, ends);
}

static bool
host_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c & 0x80;
}

bool
line_has_address(struct line l)
{
	const char *end = l.at + l.len;

	for (const char *at = l.at; (at = memchr(at, '@', (size_t)(end - at))); at++) {
		const char *p = at + 1;
		bool dot = false;

		if (at == l.at || isspace((unsigned char)at[-1]))
			continue;
		while (p < end && host_char(*p))
			dot |= *p++ == '.';
		if (dot || p - at > 2)
			return true;
	}
	return false;
}

static bool
local_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr(".!#$%&'+/=?^_~-", c));
}

/* Of "a@b.c님이" only "a@b.c": letters of other scripts belong to a host that begins with one. */
static size_t
host_length(const char *at, const char *end)
{
	const char *p = at;
	bool ascii = p < end && !(*p & 0x80);

	while (p < end && host_char(*p) && !(ascii && *p & 0x80))
		p++;
	while (p > at && (p[-1] == '.' || p[-1] == '-'))
		p--;
	return memchr(at, '.', (size_t)(p - at)) ? (size_t)(p - at) : 0;
}

struct line
line_address(struct line l)
{
	const char *end = l.at + l.len, *stop = l.at;

	for (const char *at = l.at; (at = memchr(at, '@', (size_t)(end - at))); stop = ++at) {
		const char *from = at;
		size_t host = host_length(at + 1, end);

		while (from > stop && local_char(from[-1]))
			from--;
		while (from < at && strchr("'.", *from))
			from++;
		if (from < at && host)
			return (struct line){ from, (size_t)(at - from) + 1 + host };
	}
	return (struct line){ l.at, 0 };
}

/* One run of figures. */
struct number {
	size_t at, digits;
	unsigned value;
};

static bool
next_number(struct line l, size_t from, struct number *ret)
{
	while (from < l.len && !isdigit((unsigned char)l.at[from]))
		from++;
	*ret = (struct number){ .at = from };
	for (; from < l.len && isdigit((unsigned char)l.at[from]); from++, ret->digits++)
		if (ret->digits < 6)
			ret->value = ret->value * 10 + (unsigned)(l.at[from] - '0');
	return ret->digits > 0;
}

/* Whether only ". ", "/", "-" lies between two numbers. */
static bool
date_gap(struct line l, const struct number *a, const struct number *b)
{
	size_t from = a->at + a->digits, n = b->at - from;

	if (n == 1)
		return strchr("./-", l.at[from]) != NULL;
	return n == 2 && l.at[from] == '.' && l.at[from + 1] == ' ';
}

bool
line_has_date(struct line l)
{
	struct number n, before[2] = { { 0 } };
	bool year = false, day = false;

	for (size_t from = 0; next_number(l, from, &n); from = n.at + n.digits) {
		bool word = n.at > 0 &&
			    (isalpha((unsigned char)l.at[n.at - 1]) || l.at[n.at - 1] == '@');

		if (n.digits <= 4 && before[0].digits && before[0].digits <= 4 &&
		    before[1].digits && before[1].digits <= 2 &&
		    date_gap(l, &before[0], &before[1]) && date_gap(l, &before[1], &n))
			return true;
		if (!word && n.digits == 4 && n.value >= 1970 && n.value < 2100)
			year = true;
		else if (!word && n.digits <= 2 && n.value >= 1 && n.value <= 31)
			day = true;
		before[0] = before[1];
		before[1] = n;
	}
	return year && day;
}

/* What stands between hours and minutes: one byte of it means a colon or stop. */
static size_t
hour_mark(struct line l, size_t at)
{
	static const char *const words[] = { "시", "時", "时", "点", "點", "h", " h " };

	if (at < l.len && (l.at[at] == ':' || l.at[at] == '.'))
		return 1;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if (at + n <= l.len && memcmp(l.at + at, words[i], n) == 0)
			return n;
	}
	return 0;
}

/* "kl. 15.20.11", "klo 15.20": a clock is named, so stops are not a date's. */
static bool
clock_named(struct line l, size_t at)
{
	struct line before = line_trim(l.at, at);

	return line_ends(before, " klo") || line_ends(before, " kl.") || line_ends(before, " kl");
}

bool
line_has_time(struct line l)
{
	struct number hour, minute;

	for (size_t from = 0; next_number(l, from, &hour); from = hour.at + hour.digits) {
		size_t after = hour.at + hour.digits, mark;
		bool in_date = hour.at && strchr("./-", l.at[hour.at - 1]);

		if (hour.digits > 2 || hour.value > 24 || !(mark = hour_mark(l, after)))
			continue;
		if (mark == 3 && l.at[after] & 0x80) /* an hour of its own: 3시, 3時 */
			return true;
		if (!next_number(l, after, &minute) || minute.at != after + mark ||
		    minute.digits != 2 || minute.value > 59)
			continue;
		if (l.at[after] != '.' || clock_named(l, hour.at))
			return true;
		after = minute.at + 2;
		if (!in_date && !(after < l.len && l.at[after] == '.'))
			return true;
	}
	return false;
}
