/*
 * term: see term.h. Widths are those of utf8proc, which do not depend on the locale.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* timegm, strptime */
#endif
#include "term.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <utf8proc.h>

struct term
term_of(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *kind = getenv("TERM");
	struct term term = { .out = out };
	struct winsize size;

	if (!isatty(fileno(out)))
		return term;
	term.colour = !(no_colour && *no_colour) && kind && strcmp(kind, "dumb");
	term.width =
		ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
	return term;
}

struct term
term_like(const struct term *term, FILE *out)
{
	struct term other = *term;

	other.out = out;
	return other;
}

/*
 * Characters that move the cursor, turn the direction of text or cannot be seen: they could make a
 * mail look like what it is not.
 */
static bool
steers(utf8proc_int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

/*
 * The next character of at most len bytes as it is shown: its bytes and columns. Returns the bytes
 * taken from text.
 */
static size_t
next(const char *text, size_t len, bool lines, const char **ret_shown, size_t *ret_len,
     size_t *ret_columns)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t taken =
		utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &c);

	*ret_shown = text;
	*ret_columns = 1;
	if (taken <= 0) {
		*ret_shown = "\xef\xbf\xbd";
		*ret_len = 3;
		return 1;
	}
	*ret_len = (size_t)taken;
	if (lines && (c == '\n' || c == '\t'))
		return (size_t)taken;
	if (steers(c)) {
		*ret_shown = " ";
		*ret_len = 1;
	} else {
		*ret_columns = (size_t)utf8proc_charwidth(c);
	}
	return (size_t)taken;
}

size_t
term_columns(const char *text)
{
	size_t len = strlen(text), columns = 0, shown_len, width;
	const char *shown;

	for (size_t at = 0; at < len; columns += width)
		at += next(text + at, len - at, false, &shown, &shown_len, &width);
	return columns;
}

void
term_text(const struct term *term, const char *text, size_t len, bool lines)
{
	size_t shown_len, width;
	const char *shown;

	for (size_t at = 0; at < len;) {
		at += next(text + at, len - at, lines, &shown, &shown_len, &width);
		fwrite(shown, 1, shown_len, term->out);
	}
}

static void
put_cut(const struct term *term, const char *text, size_t columns)
{
	size_t len = strlen(text), used = 0, shown_len, width;
	const char *shown;

	for (size_t at = 0; at < len; used += width) {
		at += next(text + at, len - at, false, &shown, &shown_len, &width);
		if (used + width > columns - 1)
			break;
		fwrite(shown, 1, shown_len, term->out);
	}
	fputs("…", term->out);
	for (; used + 1 < columns; used++)
		putc(' ', term->out);
}

void
term_cell(const struct term *term, enum style style, const char *text, size_t columns)
{
	size_t has = columns ? term_columns(text) : 0;

	term_style(term, style);
	if (columns && has > columns && term->width)
		put_cut(term, text, columns);
	else
		term_text(term, text, strlen(text), false);
	if (style != STYLE_PLAIN)
		term_style(term, STYLE_PLAIN);
	for (; has < columns; has++)
		putc(' ', term->out);
}

void
term_style(const struct term *term, enum style style)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m", [STYLE_DIM] = "\033[2m",      [STYLE_STRONG] = "\033[1m",
		[STYLE_GOOD] = "\033[32m", [STYLE_WARNING] = "\033[33m", [STYLE_BAD] = "\033[1;31m",
	};

	if (term->colour)
		fputs(codes[style], term->out);
}

enum style
term_severity(const char *severity)
{
	if (!strcmp(severity, "critical") || !strcmp(severity, "high"))
		return STYLE_BAD;
	if (!strcmp(severity, "normal"))
		return STYLE_WARNING;
	return strcmp(severity, "none") && strcmp(severity, "-") ? STYLE_PLAIN : STYLE_DIM;
}

void
term_age(int64_t ms, char *ret, size_t size)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes < 60)
		snprintf(ret, size, "%" PRId64 " min", minutes);
	else if (minutes < 48 * 60)
		snprintf(ret, size, "%" PRId64 " h", minutes / 60);
	else
		snprintf(ret, size, "%" PRId64 " days", minutes / (24 * 60));
}

int64_t
term_time(const char *text)
{
	struct tm tm = { .tm_year = 0 };
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;

	return end && *end == 'Z' ? (int64_t)timegm(&tm) * 1000 : 0;
}
