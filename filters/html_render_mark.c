/*
 * html_render_mark: from the marks of mail clients to stretches of the text. See html_render.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html_render.h"

#include <ctype.h>
#include <string.h>

#include "limits.h"

static void
mark_open(struct render *r, enum segment_kind kind, unsigned depth, enum mark_trust trust)
{
	if (r->out.marked)
		return;
	html_write_break(&r->out, 1);
	r->out.marked = true;
	r->out.mark_begun = false;
	r->out.mark_kind = kind;
	r->mark_depth = depth;
	r->mark_trust = trust;
}

void
html_render_mark_end(struct render *r)
{
	struct html_writer *w = &r->out;
	bool headers = w->mark_begun && r->mark_trust != SURE &&
		       html_mark_headers(w->text.at + w->mark_from, w->text.len - w->mark_from,
					 r->mark_trust == UNSURE_REST);

	if (headers && r->mark_trust == UNSURE_REST) {
		r->mark_trust = SURE;
		r->mark_depth = NO_DEPTH;
		return;
	}
	html_write_break(w, 1);
	w->marked = false;
	if (w->mark_begun && (headers || r->mark_trust == SURE))
		html_write_quote(w, w->mark_from, w->mark_kind);
}

static bool
says_original(const char *line, size_t len)
{
	const char *stop = memchr(line, '\n', len);
	size_t n = stop ? (size_t)(stop - line) : len;

	return memmem(line, n, "riginal", 7) || memmem(line, n, "\xec\x9b\x90\xeb\xb3\xb8", 6);
}

/*
 * Whether what a gmail_quote held until now begins with Gmail's line of dashes above a forwarded
 * mail.
 */
static bool
gmail_forward(const struct html_writer *w, size_t from)
{
	while (from < w->text.len && isspace((unsigned char)w->text.at[from]))
		from++;
	/* Samsung's program writes its line above an answer there too. */
	return w->text.len - from > 5 && memcmp(w->text.at + from, "-----", 5) == 0 &&
	       !says_original(w->text.at + from, w->text.len - from);
}

#define GMAIL_ATTRIBUTION 600 /* a longer text before the blockquote is somebody's words */

/*
 * A blockquote begins: what its gmail_quote held until now was the attribution, or the header of a
 * forwarded mail.
 */
static void
gmail_settle(struct render *r)
{
	struct html_writer *w = &r->out;

	for (unsigned i = r->tree.depth; i > 0; i--) {
		struct html_element *e = &r->tree.stack[i];
		size_t held;

		r->tree.walked++;
		if (!e->gmail)
			continue;
		e->gmail = false;
		held = w->text.len - e->from;
		if (gmail_forward(w, e->from)) {
			html_write_unquote(w, e->from);
			mark_open(r, SEGMENT_FORWARDED, i, SURE);
			w->mark_begun = true;
			w->mark_from = e->from;
		} else if (held && held <= GMAIL_ATTRIBUTION) {
			html_write_quote(w, e->from, SEGMENT_QUOTED);
		}
		return;
	}
}

void
html_render_gmail_end(struct render *r, const struct html_element *e)
{
	if (!r->out.marked && gmail_forward(&r->out, e->from)) {
		html_write_break(&r->out, 1);
		html_write_unquote(&r->out, e->from);
		html_write_quote(&r->out, e->from, SEGMENT_FORWARDED);
	}
}

void
html_render_mark(struct render *r, struct html_element *e, enum html_mark mark)
{
	unsigned depth = r->tree.depth;

	switch (mark) {
	case MARK_QUOTED:
		if (!r->out.marked && e->tag->id == TAG_BLOCKQUOTE)
			gmail_settle(r);
		mark_open(r, SEGMENT_QUOTED, depth, SURE);
		break;
	case MARK_SIGNATURE:
		mark_open(r, SEGMENT_SIGNATURE, depth, SURE);
		break;
	case MARK_FORWARDED:
		mark_open(r, SEGMENT_FORWARDED, depth, SURE);
		break;
	case MARK_REST:
		mark_open(r, SEGMENT_QUOTED, depth > 1 ? depth - 1 : NO_DEPTH, UNSURE);
		break;
	case MARK_HEADED:
		mark_open(r, SEGMENT_QUOTED, depth, UNSURE);
		break;
	case MARK_LINE:
		mark_open(r, SEGMENT_QUOTED, depth, UNSURE_REST);
		break;
	case MARK_GMAIL:
		if (!r->out.marked) {
			html_write_break(&r->out, 1);
			e->gmail = true;
			e->from = r->out.text.len;
		}
		break;
	case MARK_NONE:
		break;
	}
}
