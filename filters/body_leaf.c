/*
 * body_leaf: from the bytes of a part to its text. See body_leaf.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem, strcasestr */
#endif
#include "body_leaf.h"

#include "charset_names.h"
#include "field.h"
#include "header.h"
#include "mime_part.h"
#include "tnef.h"
#include "transfer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

bool
leaf_is_html(const struct part *p)
{
	return !strcmp(p->type, "text/html") || !strcmp(p->type, "application/xhtml+xml") ||
	       !strcmp(p->type, "text/enriched") || !strcmp(p->type, "text/richtext");
}

bool
leaf_is_tnef(const struct part *p)
{
	return !strcmp(p->type, "application/ms-tnef") ||
	       !strcmp(p->type, "application/vnd.ms-tnef") ||
	       (!strncmp(p->type, "application/", 12) && !strcasecmp(p->filename, "winmail.dat"));
}

static bool
starts_like_html(const char *p, size_t len)
{
	size_t i = 0;

	while (i < len && (unsigned char)p[i] <= ' ')
		i++;
	p += i;
	len -= i;
	return (len >= 14 && !strncasecmp(p, "<!doctype html", 14)) ||
	       (len >= 5 && !strncasecmp(p, "<html", 5));
}

/*
 * The label in <meta ... charset=...>, for HTML whose part declares none. One that could be read at
 * all cannot be in UTF-16 or UTF-32.
 */
static const char *
meta_charset(struct reader *r, const char *html, size_t len)
{
	const char *p = html, *end = html + (len < 2048 ? len : 2048), *start;

	while ((p = memchr(p, '=', (size_t)(end - p)))) {
		start = ++p;
		if (start - html < 8 || strncasecmp(start - 8, "charset=", 8))
			continue;
		while (start < end && (*start == '"' || *start == '\'' || *start == ' '))
			start++;
		for (p = start; p < end && (unsigned char)*p > ' ' && !strchr("\"';>/", *p); p++)
			;
		if (charset_is_wide(charset_by_label(start, (size_t)(p - start))))
			return "";
		return arena_strndup(r->arena, start, (size_t)(p - start));
	}
	return "";
}

/* Whether the part is format=flowed with DelSp=yes. */
static int
is_delsp(struct reader *r, const struct part *p, bool *ret)
{
	const struct header *h = header_find(p->headers, p->header_count, "Content-Type");
	struct parameters parameters;
	const char *text;
	size_t len;

	*ret = false;
	if (!h || !strcasestr(h->value, "delsp"))
		return 0;
	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	if (!text || field_parameters(r, text, len, &parameters) < 0)
		return -ENOMEM;
	*ret = !strcasecmp(parameter(&parameters, "delsp"), "yes") &&
	       !strcasecmp(parameter(&parameters, "format"), "flowed");
	return 0;
}

/*
 * RFC 3676 with DelSp=yes, which breaks Korean and Japanese text inside words: lines that end in a
 * space are joined without it, and without the space that stuffs the next. Other flowed text needs
 * no joining, as rules read a line end like a space.
 */
static void
join_flowed(char *text, size_t *len)
{
	char *out = text, *end = text + *len, *next, *line;

	for (line = text; line < end; line = next) {
		char *lf = memchr(line, '\n', (size_t)(end - line));
		bool joins;

		next = lf ? lf + 1 : end;
		if (*line == ' ' && line + 1 < next)
			line++;
		joins = lf && lf > line && lf[-1] == ' ' && lf + 1 < end && *line != '>' &&
			lf[1] != '>' && !(lf - line == 3 && !memcmp(line, "-- ", 3));
		memmove(out, line, (size_t)(next - line));
		out += next - line - (joins ? 2 : 0);
	}
	*out = '\0';
	*len = (size_t)(out - text);
}

static int
read_plain(struct work *w, const struct part *p, const char *bytes, size_t len,
	   struct html_result *ret)
{
	const char *text;
	bool delsp;
	int code = enclosed_cut(w->r, &bytes, &len, &w->names);

	if (code == 0)
		code = charset_read(w->r, p->charset, bytes, len, &text, &len);
	if (code == 0)
		code = is_delsp(w->r, p, &delsp);
	if (code < 0)
		return code;
	if (delsp && len > 0)
		join_flowed((char *)(uintptr_t)text, &len); /* charset_read() made it for us */
	ret->text = text;
	ret->len = len;
	if (memmem(text, len, "-----BEGIN PGP MESSAGE-----", 27))
		w->r->notes |= NOTE_ENCRYPTED;
	return 0;
}

static int
read_html(struct work *w, const char *label, const char *bytes, size_t len, struct html_result *ret)
{
	const char *html;
	int code;

	if (!label[0])
		label = meta_charset(w->r, bytes, len);
	code = label ? charset_read(w->r, label, bytes, len, &html, &len) : -ENOMEM;
	if (code == 0)
		code = html_text(w->r->arena, html, len, ret);
	if (code < 0)
		return code;
	w->r->notes |= ret->notes;
	return 0;
}

/* The text that winmail.dat brings along, and the names of the files in it. */
static int
read_tnef(struct work *w, const char *bytes, size_t len, struct html_result *ret)
{
	struct tnef t;
	int code = tnef_read(w->r, bytes, len, &w->names, &t);

	if (code < 0)
		return code;
	if (t.html_len > 0)
		return read_html(w, t.html_charset, t.html, t.html_len, ret);
	if (t.text_len == 0 && t.rich)
		w->r->notes |= NOTE_UNREAD;
	if (t.text_len == 0)
		return 0;
	return charset_read(w->r, t.text_charset, t.text, t.text_len, &ret->text, &ret->len);
}

/* The declared encoding, or the real one where the declaration is plainly wrong. */
static enum part_encoding
real_encoding(struct work *w, const struct part *p)
{
	enum part_encoding guess, said = mime_part_is_multipart(p) ? ENCODING_NONE : p->encoding;

	if (said == ENCODING_UUENCODE || leaf_is_tnef(p) ||
	    (said == ENCODING_BASE64 && transfer_is_base64(p->body.at, p->body.len)))
		return said;
	guess = transfer_guess(p->body.at, p->body.len);
	if (guess == ENCODING_NONE || guess == said)
		return said;
	w->r->notes |= NOTE_BROKEN_MIME;
	return guess;
}

static int
read_part(struct work *w, const struct part *p, struct html_result *ret)
{
	bool html = leaf_is_html(p), tnef = leaf_is_tnef(p), broken, cut;
	size_t len, *left = html ? &w->html_left : &w->text_left;
	const char *bytes;
	int code;

	code = transfer_decode(w->r->arena, real_encoding(w, p), p->body.at, p->body.len,
			       tnef ? p->body.len : *left, &bytes, &len, &broken, &cut);
	if (code < 0)
		return code;
	if (tnef)
		return read_tnef(w, bytes, len, ret);
	if (broken || mime_part_is_multipart(p))
		w->r->notes |= NOTE_BROKEN_MIME;
	if (cut)
		w->r->notes |= html ? NOTE_CUT_HTML : NOTE_CUT_TEXT;
	if (html)
		*left -= len;
	if (html || starts_like_html(bytes, len))
		return read_html(w, p->charset, bytes, len, ret);
	return read_plain(w, p, bytes, len, ret);
}

int
leaf_read(struct work *w, size_t i)
{
	struct leaf *l = &w->leaves[i];
	unsigned notes = w->r->notes;
	int code;

	if (l->read)
		return 0;
	l->read = true;
	memset(&l->result, 0, sizeof(l->result));
	l->result.text = l->result.hidden = "";
	w->r->notes = 0;
	code = read_part(w, &w->parts[i], &l->result);
	l->notes = w->r->notes;
	w->r->notes = notes;
	return code;
}

size_t
leaf_letters(const struct html_result *text)
{
	const char *p = text->text, *end = p + text->len, *word;
	size_t count = 0;

	while (p < end) {
		while (p < end && (unsigned char)*p <= ' ')
			p++;
		for (word = p; p < end && (unsigned char)*p > ' '; p++)
			;
		if (!memchr(word, ':', (size_t)(p - word)) ||
		    !memmem(word, (size_t)(p - word), "://", 3))
			count += (size_t)(p - word);
	}
	return count;
}
