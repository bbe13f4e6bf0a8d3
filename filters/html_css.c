/*
 * html_css: reading declarations. See html_css.h. Linear in the text.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html_css.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "html_css_value.h"
#include "limits.h"

void
css_set(struct css_style *style, enum css_property property, int64_t value, uint32_t weight)
{
	if (css_has(style, property) && style->values[property].weight > weight)
		return;
	style->set |= 1u << property;
	style->values[property] = (struct css_value){ weight, value };
}

struct span
css_trim(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	while (at < end && isspace((unsigned char)end[-1]))
		end--;
	return (struct span){ at, (size_t)(end - at) };
}

bool
css_is(struct span s, const char *word)
{
	return strlen(word) == s.len && strncasecmp(s.at, word, s.len) == 0;
}

const char *
css_find(const char *at, const char *end, const char *stops)
{
	unsigned depth = 0;
	char quote = 0;

	for (; at < end; at++) {
		char c = *at;

		if (quote) {
			/* A line end breaks a string off. */
			if (c == quote || c == '\n')
				quote = 0;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (depth == 0 && c && strchr(stops, c)) {
			return at;
		} else if (c == '(' || c == '[' || c == '{') {
			depth++;
		} else if (depth && (c == ')' || c == ']' || c == '}')) {
			depth--;
		}
	}
	return end;
}

/* One escape at *at, past its backslash: the character if it can be part of a name, else '?'. */
static char
escape(const char **at, const char *end)
{
	unsigned value = 0, digits = 0;
	const char *p = *at;

	while (p < end && digits < 6 && isxdigit((unsigned char)*p)) {
		value = value * 16 + (unsigned)(isdigit((unsigned char)*p)
							? *p - '0'
							: tolower((unsigned char)*p) - 'a' + 10);
		digits++;
		p++;
	}
	if (!digits && p < end)
		value = (unsigned char)*p++;
	else if (p < end && isspace((unsigned char)*p))
		p++;
	*at = p;
	return value < 0x80 && (isalnum((int)value) || value == '-' || value == '_') ? (char)value
										     : '?';
}

struct span
css_plain(struct arena *arena, struct span text)
{
	const char *p = text.at, *end = text.at + text.len, *stop;
	char *out, *start;
	char quote = 0;

	if (!memchr(p, '\\', text.len) && !memmem(p, text.len, "/*", 2))
		return text;
	if (!(start = out = arena_alloc(arena, text.len + 1)))
		return (struct span){ "", 0 };
	while (p < end) {
		if (!quote && *p == '/' && p + 1 < end && p[1] == '*') {
			stop = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
			p = stop ? stop + 2 : end;
			*out++ = ' ';
		} else if (*p == '\\') {
			p++;
			*out++ = escape(&p, end);
		} else {
			if (quote)
				quote = *p == quote || *p == '\n' ? 0 : quote;
			else if (*p == '"' || *p == '\'')
				quote = *p;
			*out++ = *p++;
		}
	}
	return (struct span){ start, (size_t)(out - start) };
}

/* Takes "!important" off the end of a value. */
static bool
important(struct span *value)
{
	const char *mark = value->at + value->len;

	while (mark > value->at && mark[-1] != '!' && value->at + value->len - mark < 16)
		mark--;
	if (mark == value->at || mark[-1] != '!' ||
	    !css_is(css_trim(mark, value->at + value->len), "important"))
		return false;
	*value = css_trim(value->at, mark - 1);
	return true;
}

void
css_declarations(struct span text, css_take *take, void *context)
{
	const char *at = text.at, *end = text.at + text.len;

	for (unsigned n = 0; at < end && n < LIMIT_HTML_DECLARATIONS; n++) {
		const char *stop = css_find(at, end, ";"),
			   *colon = memchr(at, ':', (size_t)(stop - at));

		if (colon) {
			struct span name = css_trim(at, colon), value = css_trim(colon + 1, stop);
			bool heavy = important(&value);

			if (value.len)
				css_value_read(name, value, heavy, take, context);
		}
		at = stop + (stop < end);
	}
}

struct into {
	struct css_style *style;
	uint32_t weight;
};

static void
take_into(void *context, enum css_property property, int64_t value, bool heavy)
{
	const struct into *into = context;
	uint32_t weight = into->weight | (heavy ? CSS_WEIGHT_IMPORTANT : 0);

	css_set(into->style, property, value, weight);
}

void
css_apply(struct css_style *style, struct span text, uint32_t weight)
{
	struct into into = { style, weight };

	css_declarations(text, take_into, &into);
}
