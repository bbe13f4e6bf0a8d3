/*
 * imap_guard: a small state machine over lines, quoted strings and literals (RFC 3501 section 9).
 */
#include "imap_guard.h"

#include <errno.h>
#include <string.h>

/* "* OK", "* NO", "* BAD", "* BYE", "* PREAUTH", "+" and tagged lines carry words for people. */
static bool
is_text_line(const struct imap_guard *g)
{
	const char *s = g->start;

	if (s[0] != '*')
		return true;
	return memcmp(s, "* ok", 4) == 0 || memcmp(s, "* no ", 5) == 0 ||
	       memcmp(s, "* bad", 5) == 0 || memcmp(s, "* bye", 5) == 0 ||
	       memcmp(s, "* pre", 5) == 0;
}

static void
begin_line(struct imap_guard *g)
{
	g->brace = GUARD_NONE;
	g->quoted = g->escaped = false;
	if (g->continued)
		return;
	g->depth = 0;
	g->column = 0;
	g->text = false;
	memset(g->start, 0, sizeof(g->start));
}

/* The line is over: either a literal begins, or the answer is complete. */
static int
end_line(struct imap_guard *g, uint64_t left, const char **ret_text)
{
	g->continued = !g->text && g->brace == GUARD_CLOSED;
	if (g->continued) {
		if (g->number > left) {
			*ret_text = "the server announces more bytes than were asked for";
			return -EPROTO;
		}
		g->literal = g->number;
	}
	begin_line(g);
	return 0;
}

static void
follow_brace(struct imap_guard *g, char c)
{
	if (c == '{') {
		g->brace = GUARD_DIGITS;
		g->number = 0;
	} else if (g->brace == GUARD_DIGITS && c >= '0' && c <= '9') {
		if (g->number < UINT64_MAX / 16)
			g->number = g->number * 10 + (uint64_t)(c - '0');
	} else if (g->brace == GUARD_DIGITS && c == '}') {
		g->brace = GUARD_CLOSED;
	} else if (c != '\r' && !(g->brace == GUARD_DIGITS && (c == '-' || c == '+'))) {
		g->brace = GUARD_NONE;
	}
}

static int
feed_char(struct imap_guard *g, char c, uint64_t left, const char **ret_text)
{
	if (c == '\n')
		return end_line(g, left, ret_text);
	if (g->column < sizeof(g->start)) {
		g->start[g->column++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		if (g->column == sizeof(g->start))
			g->text = is_text_line(g);
	}
	if (g->quoted) {
		g->quoted = g->escaped || c != '"';
		g->escaped = !g->escaped && c == '\\';
		return 0;
	}
	follow_brace(g, c);
	if (c == '"')
		g->quoted = true;
	else if (c == ')' && g->depth > 0)
		g->depth--;
	else if (c == '(' && !g->text && ++g->depth > IMAP_GUARD_DEPTH) {
		*ret_text = "the server's answer is nested too deeply";
		return -EPROTO;
	}
	return 0;
}

int
imap_guard_feed(struct imap_guard *g, const char *bytes, size_t len, uint64_t left,
		const char **ret_text)
{
	size_t i = 0;

	while (i < len) {
		int r;

		if (g->literal > 0) {
			size_t skip = g->literal < len - i ? (size_t)g->literal : len - i;

			g->literal -= skip;
			i += skip;
			continue;
		}
		r = feed_char(g, bytes[i], left + (len - i - 1), ret_text);
		if (r < 0)
			return r;
		i++;
	}
	return 0;
}
