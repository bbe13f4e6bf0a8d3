/*
 * sentence: sentence boundaries. See sentence.h.
 *
 * Each place of a text is asked by itself ("does a sentence begin here?") by looking a few
 * characters to both sides, so that nothing needs to be scanned but the neighbourhood of a match.
 */
#include "sentence.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define SHORT_LINE 40 /* columns; mailers wrap later than this */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
ends_with(const char *text, size_t end, const char *suffix)
{
	size_t n = strlen(suffix);

	return end >= n && memcmp(text + end - n, suffix, n) == 0;
}

static bool
begins_with(const char *text, size_t len, size_t at, const char *prefix)
{
	size_t n = strlen(prefix);

	return len - at >= n && memcmp(text + at, prefix, n) == 0;
}

/* Whether the word that ends with the full stop at text[dot] is one that is written with it. */
static bool
is_abbreviation(const char *text, size_t dot)
{
	static const char *const known[] = {
		"mr",  "mrs", "ms",   "dr",   "prof",   "st",   "no",  "vs",  "etc",
		"inc", "ltd", "co",   "corp", "approx", "dept", "est", "e.g", "i.e",
		"a.m", "p.m", "u.s",  "u.k",  "ref",    "tel",  "jan", "feb", "mar",
		"apr", "aug", "sept", "sep",  "oct",    "nov",  "dec",
	};
	size_t start = dot;

	while (start > 0 && dot - start < 8 && !is_blank(text[start - 1]) && text[start - 1] != '(')
		start--;
	if (dot - start == 1 && ((text[start] >= 'A' && text[start] <= 'Z')))
		return text[start] != 'I';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == dot - start &&
		    strncasecmp(known[i], text + start, dot - start) == 0)
			return true;
	return false;
}

/*
 * Whether text[0..end) ends with a mark that closes a sentence, quotes and brackets after it
 * allowed.
 */
static bool
closed(const char *text, size_t end)
{
	static const char *const quotes[] = { "\"", "'", ")", "]", "”", "’", "」", "』" };
	static const char *const marks[] = { "!", "?", "…", "。", "！", "？", "．" };

	for (int n = 0; n < 3; n++)
		for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
			if (ends_with(text, end, quotes[i])) {
				end -= strlen(quotes[i]);
				break;
			}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (ends_with(text, end, marks[i]))
			return true;
	return end > 0 && text[end - 1] == '.' && !is_abbreviation(text, end - 1);
}

/*
 * Korean without a full stop: a final ending before the space at text[end], and nothing behind that
 * leans on it.
 */
static bool
korean_ending(const char *text, size_t len, size_t end)
{
	static const char *const endings[] = {
		"니다",   "세요",   "어요",   "아요", "해요", "예요", "에요", "네요", "까요",
		"지요",   "군요",   "대요",   "래요", "시오", "하라", "니까", "죠",   "라고요",
		"다고요", "할게요", "을게요", "ㅋㅋ", "ㅎㅎ", "ㅠㅠ", "ㅜㅜ",
	};
	static const char *const leaning[] = { "라고", "라는", "라며", "하고",
					       "하며", "만 ",  "고 ",  "며 " };
	bool ending = false;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && !ending; i++)
		ending = ends_with(text, end, endings[i]);
	/* "-니까" is "because" unless it asks: -습니까, -합니까. */
	if (!ending || (ends_with(text, end, "니까") && !ends_with(text, end, "습니까") &&
			!ends_with(text, end, "합니까") && !ends_with(text, end, "됩니까") &&
			!ends_with(text, end, "입니까")))
		return false;
	while (end < len && is_blank(text[end]))
		end++;
	for (size_t i = 0; i < sizeof(leaning) / sizeof(leaning[0]); i++)
		if (begins_with(text, len, end, leaning[i]))
			return false;
	return true;
}

/* Columns of the line that ends at text[end], counted as far as SHORT_LINE. */
static size_t
line_columns(const char *text, size_t end)
{
	size_t columns = 0;

	while (end > 0 && text[end - 1] != '\n' && columns < SHORT_LINE) {
		end--;
		if (((unsigned char)text[end] & 0xc0) != 0x80)
			columns += (unsigned char)text[end] >= 0xe0 ? 2 : 1;
	}
	return columns;
}

static bool
list_mark(const char *text, size_t len, size_t at)
{
	size_t i = at;

	while (i < len && i - at < 3 && text[i] >= '0' && text[i] <= '9')
		i++;
	if (i > at && i < len && (text[i] == '.' || text[i] == ')'))
		return true;
	return begins_with(text, len, at, "- ") || begins_with(text, len, at, "* ") ||
	       begins_with(text, len, at, "· ") || begins_with(text, len, at, "•");
}

/* Whether a sentence begins at `at`, which follows white space. */
static bool
begins_at(const char *text, size_t len, size_t at)
{
	size_t end = at;
	unsigned breaks = 0;

	while (end > 0 && is_blank(text[end - 1]) && at - end < SENTENCE_REACH)
		breaks += text[--end] == '\n';
	if (end == 0 || breaks >= 2)
		return true;
	if (closed(text, end) || korean_ending(text, len, end))
		return true;
	return breaks == 1 && (line_columns(text, end) < SHORT_LINE || list_mark(text, len, at));
}

void
sentence_around(const char *text, size_t len, size_t offset, size_t length, size_t *ret_offset,
		size_t *ret_length)
{
	size_t start = offset, end = offset + length;

	while (start > 0 && offset - start < SENTENCE_REACH) {
		if (start < len && is_blank(text[start - 1]) && !is_blank(text[start]) &&
		    begins_at(text, len, start))
			break;
		start--;
	}
	while (end < len && end - (offset + length) < SENTENCE_REACH) {
		if (end > offset && is_blank(text[end - 1]) && !is_blank(text[end]) &&
		    begins_at(text, len, end))
			break;
		end++;
	}
	while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
		start--;
	while (end < len && ((unsigned char)text[end] & 0xc0) == 0x80)
		end++;
	*ret_offset = start;
	*ret_length = end - start;
}
