/*
 * body: alternatives chosen, texts decoded, rendered and joined. See body.h.
 *
 * Parts stand behind their parents, so one pass from the last part to the first tells what a
 * subtree has to offer, and one from the first to the last tells what is read: no recursion.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem, strcasestr */
#endif
#include "body.h"

#include "header.h"
#include "limits.h"
#include "mime_part.h"
#include "transfer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A plain text with fewer letters is looked at twice before the HTML beside it is passed over. */
#define POOR_TEXT 300

/* What a part is for a reader, the better the greater. */
enum worth {
	WORTH_NOTHING,
	WORTH_OTHER, /* a message, a text of a rare type */
	WORTH_HTML,
	WORTH_PLAIN,
};

/* What is known of parts[i]. */
struct leaf {
	enum worth worth; /* the best in its subtree */
	bool childless;
	bool skipped;   /* not read: another alternative was chosen */
	bool forwarded; /* inside a message/rfc822 */
	bool read;      /* result is filled */
	struct html_result result;
};

struct work {
	struct reader *r;
	struct part *parts;
	size_t count;
	struct leaf *leaves;
	size_t text_left, html_left; /* of the message's limits */
};

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

static bool
is_html(const struct part *p)
{
	return !strcmp(p->type, "text/html") || !strcmp(p->type, "application/xhtml+xml") ||
	       !strcmp(p->type, "text/enriched") || !strcmp(p->type, "text/richtext");
}

static enum worth
leaf_worth(const struct work *w, size_t i)
{
	const struct part *p = &w->parts[i];

	if (!w->leaves[i].childless)
		return WORTH_NOTHING;
	/* A mail that is nothing but a text "attachment" is that text. */
	if (p->attachment && i > 0)
		return WORTH_NOTHING;
	/* What could not be split or opened is shown as it stands. */
	if (!strcmp(p->type, "text/plain") || (mime_part_is_multipart(p) && !p->encrypted) ||
	    (mime_part_is_message(p) && p->encoding == ENCODING_NONE))
		return WORTH_PLAIN;
	return is_html(p) ? WORTH_HTML : WORTH_NOTHING;
}

/* What each subtree has to offer. */
static void
weigh(struct work *w)
{
	struct leaf *l;

	for (size_t i = 0; i < w->count; i++) {
		w->leaves[i].childless = true;
		if (w->parts[i].parent >= 0)
			w->leaves[w->parts[i].parent].childless = false;
	}
	for (size_t i = w->count; i-- > 0;) {
		enum worth worth = leaf_worth(w, i);

		l = &w->leaves[i];
		if (worth > l->worth)
			l->worth = worth;
		worth = l->worth;
		if (mime_part_is_message(&w->parts[i]) && worth > WORTH_OTHER)
			worth = WORTH_OTHER;
		if (w->parts[i].parent >= 0 && worth > w->leaves[w->parts[i].parent].worth)
			w->leaves[w->parts[i].parent].worth = worth;
	}
}

/* The label in <meta ... charset=...>, for HTML whose part declares none. */
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
		return arena_strndup(r->arena, start, (size_t)(p - start));
	}
	return "";
}

/*
 * RFC 3676 with DelSp=yes, which breaks Korean and Japanese text inside words: lines that end in a
 * space are joined without it. Other flowed text needs no joining, as rules read a line end like a
 * space.
 */
static void
join_flowed(const struct part *p, char *text, size_t *len)
{
	const struct header *h = header_find(p->headers, p->header_count, "Content-Type");
	char *out = text, *end = text + *len, *next, *line;

	if (!h || !strcasestr(h->value, "delsp=yes"))
		return;
	for (line = text; line < end; line = next) {
		char *lf = memchr(line, '\n', (size_t)(end - line));
		bool joins = lf && lf > line && lf[-1] == ' ' && lf + 1 < end && *line != '>' &&
			     lf[1] != '>' && !(lf - line == 3 && !memcmp(line, "-- ", 3));

		next = lf ? lf + 1 : end;
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
	int code = charset_read(w->r, p->charset, bytes, len, &text, &len);

	if (code < 0)
		return code;
	memset(ret, 0, sizeof(*ret));
	if (len > 0) {
		char *own = (char *)(uintptr_t)text; /* charset_read() made it for us */

		join_flowed(p, own, &len);
	}
	ret->text = text;
	ret->len = len;
	ret->hidden = "";
	if (memmem(text, len, "-----BEGIN PGP MESSAGE-----", 27))
		w->r->notes |= NOTE_ENCRYPTED;
	return 0;
}

static int
read_html(struct work *w, const struct part *p, const char *bytes, size_t len,
	  struct html_result *ret)
{
	const char *label = p->charset, *html;
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

/* Decodes and renders parts[i], once. */
static int
read_leaf(struct work *w, size_t i)
{
	struct part *p = &w->parts[i];
	struct leaf *l = &w->leaves[i];
	bool html = is_html(p), broken, cut;
	const char *bytes;
	size_t len, *left;
	int code;

	if (l->read)
		return 0;
	l->read = true;
	l->result.text = l->result.hidden = "";
	left = html ? &w->html_left : &w->text_left;
	code = transfer_decode(w->r->arena, mime_part_is_multipart(p) ? ENCODING_NONE : p->encoding,
			       p->body.at, p->body.len, *left, &bytes, &len, &broken, &cut);
	if (code < 0)
		return code;
	if (broken || mime_part_is_multipart(p))
		w->r->notes |= NOTE_BROKEN_MIME;
	if (cut)
		w->r->notes |= html ? NOTE_CUT_HTML : NOTE_CUT_TEXT;
	if (html)
		*left -= len;
	if (html || starts_like_html(bytes, len))
		return read_html(w, p, bytes, len, &l->result);
	return read_plain(w, p, bytes, len, &l->result);
}

static size_t
letters(const struct html_result *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->len; i++)
		count += (unsigned char)text->text[i] > ' ';
	return count;
}

/* The first readable leaf of that worth below parts[top], or -1. */
static int
find_leaf(const struct work *w, size_t top, enum worth worth)
{
	for (size_t i = top; i < w->count; i++) {
		int up = (int)i;

		if (!w->leaves[i].childless || w->leaves[i].worth != worth)
			continue;
		while (up > (int)top)
			up = w->parts[up].parent;
		if (up == (int)top)
			return (int)i;
	}
	return -1;
}

/*
 * Some mailers put "your program cannot show HTML" or nothing where the plain text should be.
 * Whether the plain text says much less than the HTML.
 */
static int
is_stand_in(struct work *w, size_t plain, size_t html, bool *ret)
{
	int p = find_leaf(w, plain, WORTH_PLAIN), h = find_leaf(w, html, WORTH_HTML), code;
	size_t count;

	*ret = false;
	if (p < 0 || h < 0)
		return 0;
	code = read_leaf(w, (size_t)p);
	if (code < 0)
		return code;
	count = letters(&w->leaves[p].result);
	if (count >= POOR_TEXT)
		return 0;
	code = read_leaf(w, (size_t)h);
	if (code < 0)
		return code;
	*ret = count == 0 || letters(&w->leaves[h].result) > 3 * count + 20;
	return 0;
}

/* All children of the multipart/alternative but one are skipped. */
static int
choose(struct work *w, size_t alternative)
{
	int plain = -1, html = -1, best = -1, code;
	bool stand_in;

	for (size_t i = alternative + 1; i < w->count; i++) {
		if (w->parts[i].parent != (int)alternative)
			continue;
		/*
		 * Alternatives come in the order of richness: of equals the last (RFC 2046
		 * section 5.1.4).
		 */
		if (w->leaves[i].worth == WORTH_PLAIN)
			plain = (int)i;
		else if (w->leaves[i].worth == WORTH_HTML)
			html = (int)i;
		if (best < 0 || w->leaves[i].worth >= w->leaves[best].worth)
			best = (int)i;
	}
	if (plain >= 0 && html >= 0) {
		code = is_stand_in(w, (size_t)plain, (size_t)html, &stand_in);
		if (code < 0)
			return code;
		best = stand_in ? html : plain;
	}
	for (size_t i = alternative + 1; i < w->count; i++)
		if (w->parts[i].parent == (int)alternative && (int)i != best)
			w->leaves[i].skipped = true;
	return 0;
}

/* What is read, and what belongs to a forwarded or returned message. */
static int
select_parts(struct work *w)
{
	int code;

	for (size_t i = 0; i < w->count; i++) {
		const struct part *p = &w->parts[i];
		struct leaf *l = &w->leaves[i];

		if (p->parent >= 0) {
			const struct part *up = &w->parts[p->parent];

			l->skipped |= w->leaves[p->parent].skipped || up->encrypted;
			l->forwarded = w->leaves[p->parent].forwarded || mime_part_is_message(up);
		}
		if (!l->skipped && !strcmp(p->type, "multipart/alternative")) {
			code = choose(w, i);
			if (code < 0)
				return code;
		}
	}
	return 0;
}

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
		if (!l->childless || l->worth < WORTH_HTML)
			continue;
		code = read_leaf(w, i);
		if (code < 0)
			return code;
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
	weigh(&w);
	code = select_parts(&w);
	if (code == 0)
		code = join(&w, false, &text, &hidden, &body);
	body.own_len = text.len;
	if (code == 0)
		code = join(&w, true, &text, &hidden, &body);
	/* The line break between the two ends the first. */
	if (text.len > body.own_len && body.own_len > 0 && text.at[body.own_len - 1] != '\n')
		body.own_len++;
	if (code < 0)
		return code;
	body.text = buf_string(&text);
	body.len = text.len;
	body.hidden = buf_string(&hidden);
	if (!body.text || !body.hidden)
		return -ENOMEM;
	*ret = body;
	return 0;
}
