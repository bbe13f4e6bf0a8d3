/*
 * body: texts joined. See body.h; body_choice says which, body_leaf reads them.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "body.h"

#include "body_choice.h"
#include "body_leaf.h"
#include "header.h"
#include "limits.h"
#include "mime_part.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The header block of a forwarded message, as a mail program would show it. */
static void
add_forwarded_header(const struct part *p, struct buf *text)
{
	static const char *const names[] = { "From", "Date", "To", "Subject" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct header *h = header_find(p->headers, p->header_count, names[i]);

		if (h && h->value[0])
			buf_printf(text, "%s: %s\n", names[i], h->value);
	}
	buf_add_char(text, '\n');
}

/* Takes at most what the message's text limit leaves. */
static void
add_text(struct work *w, struct buf *text, const char *at, size_t len)
{
	size_t take = utf8_cut(at, len, w->text_left);

	if (take < len)
		w->r->notes |= NOTE_CUT_TEXT;
	buf_add(text, at, take);
	w->text_left -= take;
}

static void
end_line(struct work *w, struct buf *text)
{
	if (text->len > 0 && text->at[text->len - 1] != '\n')
		add_text(w, text, "\n", 1);
}

static int
add_quotes(struct work *w, const struct html_result *from, size_t base, size_t end,
	   struct body *ret)
{
	struct html_quote *quotes;

	if (from->quote_count == 0)
		return 0;
	quotes = arena_grow(w->r->arena, ret->quotes, ret->quote_count * sizeof(*quotes),
			    (ret->quote_count + from->quote_count) * sizeof(*quotes));
	if (!quotes)
		return -ENOMEM;
	ret->quotes = quotes;
	for (size_t i = 0; i < from->quote_count; i++) {
		struct html_quote q = from->quotes[i];

		q.offset += base;
		if (q.offset >= end)
			break;
		if (q.length > end - q.offset)
			q.length = end - q.offset;
		quotes[ret->quote_count++] = q;
	}
	return 0;
}

static int
join(struct work *w, bool forwarded, struct buf *text, struct buf *hidden, struct body *ret)
{
	int code;

	for (size_t i = 0; i < w->count; i++) {
		struct leaf *l = &w->leaves[i];
		const struct part *p = &w->parts[i];
		size_t base;

		if (l->skipped || l->forwarded != forwarded)
			continue;
		if (p->parent >= 0 && mime_part_is_message(&w->parts[p->parent])) {
			struct buf header = { .arena = w->r->arena };

			add_forwarded_header(p, &header);
			if (!buf_string(&header))
				return -ENOMEM;
			end_line(w, text);
			add_text(w, text, header.at, header.len);
		}
		if (!l->childless || l->worth < WORTH_OTHER)
			continue;
		code = leaf_read(w, i);
		if (code < 0)
			return code;
		w->r->notes |= l->notes;
		end_line(w, text);
		base = text->len;
		add_text(w, text, l->result.text, l->result.len);
		code = forwarded ? 0 : add_quotes(w, &l->result, base, text->len, ret);
		if (code < 0)
			return code;
		if (hidden->len > 0 && l->result.hidden[0])
			buf_add_char(hidden, '\n');
		buf_add(hidden, l->result.hidden, strlen(l->result.hidden));
	}
	return 0;
}

/* The files in every winmail.dat, whether its text is read or not. */
static int
look_into_tnef(struct work *w)
{
	int code;

	for (size_t i = 0; i < w->count; i++) {
		if (!leaf_is_tnef(&w->parts[i]) || w->leaves[i].forwarded)
			continue;
		code = leaf_read(w, i);
		if (code < 0)
			return code;
	}
	return 0;
}

static bool
is_blank(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->at[i] > ' ')
			return false;
	return true;
}

/*
 * What stands before the first boundary is not shown by mail programs, but where nothing else is,
 * the boundary was put in the wrong place. Not the sentence that tells of MIME.
 */
static int
read_preamble(struct work *w, struct buf *text)
{
	const struct part *p = &w->parts[0];
	const char *end = p->body.at + p->body.len, *line, *next, *preamble;
	size_t len;

	if (!mime_part_is_multipart(p) || p->encrypted || w->leaves[0].childless)
		return 0;
	for (line = p->body.at; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next + 1 : end;
		if (end - line > 2 && line[0] == '-' && line[1] == '-')
			break;
	}
	len = (size_t)(line - p->body.at);
	if (line == end || memmem(p->body.at, len, "MIME", 4) || memmem(p->body.at, len, "Mime", 4))
		return 0;
	if (charset_read(w->r, "", p->body.at, len, &preamble, &len) < 0)
		return -ENOMEM;
	add_text(w, text, preamble, len);
	if (!is_blank(text))
		w->r->notes |= NOTE_BROKEN_MIME;
	return 0;
}

/* Nothing was found that is meant to be read: what else has words in it. */
static int
read_something(struct work *w, struct buf *text, struct buf *hidden, struct body *ret)
{
	int code;

	w->desperate = true;
	w->text_left = LIMIT_TEXT_BYTES;
	text->len = hidden->len = ret->quote_count = 0;
	code = choice_make(w);
	if (code == 0)
		code = join(w, false, text, hidden, ret);
	if (code == 0 && is_blank(text))
		code = read_preamble(w, text);
	if (code < 0 || !is_blank(text))
		return code;
	for (size_t i = 0; i < w->count; i++)
		if (!w->leaves[i].forwarded && !w->parts[i].attachment &&
		    (!strcmp(w->parts[i].type, "text/rtf") ||
		     !strcmp(w->parts[i].type, "application/rtf")))
			w->r->notes |= NOTE_UNREAD;
	return 0;
}

int
body_read(struct reader *r, struct part *parts, size_t part_count, struct body *ret)
{
	struct work w = { .r = r,
			  .parts = parts,
			  .count = part_count,
			  .text_left = LIMIT_TEXT_BYTES,
			  .html_left = LIMIT_HTML_BYTES };
	struct buf text = { .arena = r->arena }, hidden = { .arena = r->arena };
	struct body body = { .text = "" };
	int code;

	w.leaves = arena_calloc(r->arena, part_count, sizeof(*w.leaves));
	if (!w.leaves)
		return -ENOMEM;
	code = choice_make(&w);
	if (code == 0)
		code = look_into_tnef(&w);
	if (code == 0)
		code = join(&w, false, &text, &hidden, &body);
	if (code == 0 && is_blank(&text))
		code = read_something(&w, &text, &hidden, &body);
	body.own_len = text.len;
	if (code == 0)
		code = join(&w, true, &text, &hidden, &body);
	/* The line break between the two ends the first. */
	if (text.len > body.own_len && body.own_len > 0 && text.at[body.own_len - 1] != '\n')
		body.own_len++;
	if (code < 0)
		return code;
	body.files = w.names;
	body.text = buf_string(&text);
	body.len = text.len;
	body.hidden = buf_string(&hidden);
	if (!body.text || !body.hidden)
		return -ENOMEM;
	*ret = body;
	return 0;
}
