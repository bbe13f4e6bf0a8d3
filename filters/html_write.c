/*
 * html_write: see html_write.h. Linear; bounded by LIMIT_TEXT_BYTES.
 */
#include "html_write.h"

#include <ctype.h>
#include <string.h>

#include "limits.h"

#define EMPTY_LINES 1
#define HARD_SPACES 8 /* in a row; more say nothing */

static void
add_shown(struct html_writer *w, const char *s, size_t len)
{
	if (w->full || w->text.len + len + 32 > LIMIT_TEXT_BYTES) {
		w->full = true;
		w->notes |= NOTE_CUT_TEXT;
		return;
	}
	buf_add(&w->text, s, len);
}

/* What was to come after the word that ends here. */
static void
write_later(struct html_writer *w)
{
	for (unsigned i = 0; i < w->later_count; i++) {
		add_shown(w, " ", 1);
		add_shown(w, w->later[i], strlen(w->later[i]));
	}
	w->later_count = 0;
}

static void
write_aside(struct html_writer *w)
{
	if (!w->aside.len)
		return;
	add_shown(w, " (", 2);
	add_shown(w, w->aside.at, w->aside.len);
	add_shown(w, ")", 1);
	w->aside.len = 0;
}

void
html_write_break(struct html_writer *w, unsigned breaks)
{
	bool line_start = w->breaks || !w->text.len;

	if (!line_start || w->later_count) {
		write_later(w);
		write_aside(w);
	}
	/* A line of nothing but no-break spaces is meant to be empty. */
	if (w->hard_spaces && line_start)
		w->breaks++;
	else if (w->breaks < breaks)
		w->breaks = breaks;
	w->hard_spaces = 0;
	w->space = w->tab = false;
}

/* Writes what is owed before a word. */
static void
settle(struct html_writer *w)
{
	static const char spaces[] = "        ";

	if (w->later_count && (w->space || w->tab || w->hard_spaces))
		write_later(w);
	if (w->text.len && w->breaks)
		add_shown(w, "\n\n", w->breaks < 1 + EMPTY_LINES ? w->breaks : 1 + EMPTY_LINES);
	else if (w->text.len && w->tab)
		add_shown(w, "\t", 1);
	else if (w->text.len && w->space && !w->hard_spaces)
		add_shown(w, " ", 1);
	add_shown(w, spaces, w->hard_spaces);
	w->breaks = w->hard_spaces = 0;
	w->space = w->tab = false;
	if (w->marked && !w->mark_begun) {
		w->mark_begun = true;
		w->mark_from = w->text.len;
	}
	if (*w->bullet) {
		add_shown(w, w->bullet, strlen(w->bullet));
		*w->bullet = 0;
	}
}

void
html_write_piece(struct html_writer *w, const char *s, size_t len)
{
	settle(w);
	add_shown(w, s, len);
}

void
html_write_hidden(struct html_writer *w, const char *s, size_t len)
{
	for (const char *end = s + len, *stop; s < end; s = stop + 1) {
		if (!(stop = memchr(s, 0, (size_t)(end - s))))
			stop = end;
		if (w->hidden.len + (size_t)(stop - s) > LIMIT_TEXT_BYTES)
			w->notes |= NOTE_CUT_TEXT;
		else
			buf_add(&w->hidden, s, (size_t)(stop - s));
	}
}

static bool
no_break_space(const char *s, size_t len)
{
	return len >= 2 && s[0] == '\xc2' && s[1] == '\xa0';
}

void
html_write_flowing(struct html_writer *w, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && !isspace((unsigned char)s[i]) && !no_break_space(s + i, len - i))
			i++;
		if (i > from)
			html_write_piece(w, s + from, i - from);
		if (i == len)
			break;
		if (isspace((unsigned char)s[i])) {
			w->space = true;
			i++;
		} else {
			w->hard_spaces += w->hard_spaces < HARD_SPACES;
			i += 2;
		}
	}
}

void
html_write_preformatted(struct html_writer *w, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && s[i] != '\n' && s[i] != '\r')
			i++;
		if (i > from)
			html_write_piece(w, s + from, i - from);
		if (i < len && s[i++] == '\n')
			html_write_break(w, w->breaks + 1);
	}
}

void
html_write_remark(struct html_writer *w, char open, struct span words, char close)
{
	struct buf remark = { .arena = w->arena };
	bool in_word = w->text.len && !w->breaks && !w->space && !w->tab && !w->hard_spaces;
	const char *text;

	buf_add_char(&remark, open);
	for (size_t i = 0; i < words.len; i++) {
		char c = words.at[i];

		if (c && (!isspace((unsigned char)c) || remark.at[remark.len - 1] != ' '))
			buf_add_char(&remark, isspace((unsigned char)c) ? ' ' : c);
	}
	buf_add_char(&remark, close);
	if (!(text = buf_string(&remark))) {
		w->failed = true;
	} else if (in_word && w->later_count < WRITE_LATER) {
		w->later[w->later_count++] = text;
	} else {
		write_later(w);
		html_write_piece(w, text, remark.len);
	}
}

static void
reverse_line(char *s, size_t len)
{
	for (size_t i = 0, n = len; n && i < --n; i++) {
		char c = s[i];

		s[i] = s[n];
		s[n] = c;
	}
	/* The bytes of each character back into their order. */
	for (size_t i = 0, n; i < len; i += n) {
		for (n = 1; i + n < len && (s[i + n - 1] & 0xc0) == 0x80; n++)
			;
		for (size_t a = i, b = i + n; a < b && a < --b; a++) {
			char c = s[a];

			s[a] = s[b];
			s[b] = c;
		}
	}
}

void
html_write_reverse(struct html_writer *w, size_t from)
{
	while (from < w->text.len) {
		char *line = w->text.at + from, *stop = memchr(line, '\n', w->text.len - from);
		size_t len = stop ? (size_t)(stop - line) : w->text.len - from;

		reverse_line(line, len);
		from += len + 1;
	}
}

void
html_write_quote(struct html_writer *w, size_t from, enum segment_kind kind)
{
	struct html_quote *last = w->quote_count ? &w->quotes[w->quote_count - 1] : NULL;

	if (last && from < last->offset + last->length)
		from = last->offset + last->length;
	if (from >= w->text.len)
		return;
	if (w->quote_count == w->quote_room) {
		size_t room = w->quote_room ? w->quote_room * 2 : 16;
		struct html_quote *grown;

		/* More stretches than segments are of no use: the last one takes the rest. */
		if (w->quote_count >= LIMIT_SEGMENTS) {
			last->length = w->text.len - last->offset;
			return;
		}
		grown = arena_grow(w->arena, w->quotes, w->quote_room * sizeof *grown,
				   room * sizeof *grown);
		if (!grown) {
			w->failed = true;
			return;
		}
		w->quotes = grown;
		w->quote_room = room;
	}
	w->quotes[w->quote_count++] = (struct html_quote){ from, w->text.len - from, kind };
}

void
html_write_unquote(struct html_writer *w, size_t from)
{
	while (w->quote_count && w->quotes[w->quote_count - 1].offset >= from)
		w->quote_count--;
}

void
html_write_finish(struct html_writer *w)
{
	write_later(w);
	write_aside(w);
}
