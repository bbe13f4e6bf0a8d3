/*
 * html_css_length: see html_css_length.h. Linear in the value.
 */
#include "html_css_length.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool
css_starts(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && strncasecmp(s.at, word, n) == 0;
}

bool
css_contains(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.len; i++)
		if (strncasecmp(s.at + i, word, n) == 0)
			return true;
	return false;
}

struct span
css_next_word(struct span *s)
{
	const char *end = s->at + s->len, *stop;
	struct span word;

	*s = css_trim(s->at, end);
	stop = css_find(s->at, end, " \t\r\n\f,/");
	if (stop == s->at && s->len)
		stop++;
	word = (struct span){ s->at, (size_t)(stop - s->at) };
	*s = (struct span){ stop, (size_t)(end - stop) };
	return word;
}

struct css_length
css_length_read(struct span s)
{
	static const struct {
		const char *unit;
		double pixels;
	} units[] = { { "px", 1 },
		      { "pt", 96.0 / 72 },
		      { "in", 96 },
		      { "pc", 16 },
		      { "cm", 96 / 2.54 },
		      { "mm", 96 / 25.4 },
		      { "rem", CSS_ROOT_SIZE },
		      { "q", 96 / 101.6 } };
	struct css_length l = { 0, LENGTH_NONE };
	char text[32], *rest;
	size_t n = 0;
	struct span unit;

	while (n < s.len && n < sizeof text - 1 &&
	       (isdigit((unsigned char)s.at[n]) || strchr("+-.", s.at[n])))
		text[n] = s.at[n], n++;
	text[n] = 0;
	l.value = strtod(text, &rest);
	if (rest == text || *rest)
		return l;
	unit = (struct span){ s.at + n, s.len - n };
	for (size_t i = 0; i < unit.len; i++)
		if (!isalpha((unsigned char)unit.at[i]) && unit.at[i] != '%')
			return l;
	l.unit = LENGTH_OTHER;
	if (!unit.len || l.value == 0) {
		l.unit = LENGTH_PIXELS;
	} else if (css_is(unit, "em") || css_is(unit, "ex") || css_is(unit, "ch")) {
		l.unit = LENGTH_FONT;
	} else if (css_is(unit, "%")) {
		l.unit = LENGTH_SHARE;
	} else {
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (css_is(unit, units[i].unit)) {
				l.value *= units[i].pixels;
				l.unit = LENGTH_PIXELS;
			}
	}
	return l;
}

bool
css_is_nothing(struct span s)
{
	struct css_length l = css_length_read(s);

	return (l.unit == LENGTH_PIXELS && l.value <= CSS_NOTHING) ||
	       (l.unit != LENGTH_NONE && l.value <= 0);
}

bool
css_is_far(struct span s)
{
	struct css_length l = css_length_read(s);

	return (l.unit == LENGTH_PIXELS && l.value <= -CSS_FAR) ||
	       (l.unit == LENGTH_FONT && l.value * CSS_ROOT_SIZE <= -CSS_FAR) ||
	       (l.unit == LENGTH_SHARE && l.value <= -100);
}
