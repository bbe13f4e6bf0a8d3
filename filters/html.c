/*
 * html: mail in HTML, rendered to text without a tree: tokens come from html_token, html_tree tells
 * what is open, and here each element and word finds its place in the text.
 *
 * Why a parser of our own: libxml2 knows the HTML of 1999, so that <style>, comments, entities and
 * crossing tags read otherwise than in a reader's mail program (and by that words could be hidden
 * from the rules), and three of its searches are quadratic; gumbo took 20 s for 100,000 nested
 * <div> and crashed on deep tables. The stack here is a fixed array: elements past LIMIT_HTML_DEPTH
 * look like the last one within, and that is noted.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "html_render.h"
#include "limits.h"

/* What stands in a field of a form, or on its button. */
static void
start_input(struct render *r, const struct html_token *t)
{
	static const char *const unseen[] = { "hidden", "checkbox", "radio", "password",
					      "file",   "image",    "color", "range" };
	const struct span *type = html_token_attribute(t, ATTRIBUTE_TYPE),
			  *value = html_token_attribute(t, ATTRIBUTE_VALUE);

	for (size_t i = 0; type && i < sizeof unseen / sizeof *unseen; i++)
		if (css_is(*type, unseen[i]))
			return;
	if (!value || !value->len)
		value = html_token_attribute(t, ATTRIBUTE_PLACEHOLDER);
	if (value && value->len)
		html_write_remark(&r->out, '[', *value, ']');
}

static void
start_item(struct render *r)
{
	struct html_element *list = &r->tree.stack[r->tree.depth - 1];

	if (list->tag->flags & TAG_ORDERED)
		snprintf(r->out.bullet, sizeof r->out.bullet, "%u. ", ++list->items);
	else
		strcpy(r->out.bullet, "- ");
}

/* The line breaks that an element has around it. */
static unsigned
margin(const struct html_tag *tag, const struct html_token *t)
{
	const struct span *class = t ? html_token_attribute(t, ATTRIBUTE_CLASS) : NULL;

	/* Outlook's paragraphs have no margin: an empty line is an empty paragraph there. */
	if (tag->flags & TAG_PARAGRAPH)
		return class && class->len >= 3 && strncasecmp(class->at, "Mso", 3) == 0 ? 1 : 2;
	return tag->flags & TAG_BLOCK ? 1 : 0;
}

static void
start_shown(struct render *r, struct html_element *e, const struct html_token *t)
{
	const struct span *value;

	if (e->tag->flags & TAG_RULE)
		html_write_piece(&r->out, "----------", 10);
	if (e->tag->flags & TAG_ITEM)
		start_item(r);
	if (e->tag->id == TAG_IMG && (value = html_token_attribute(t, ATTRIBUTE_ALT)) && value->len)
		html_write_remark(&r->out, '[', *value, ']');
	if (e->tag->id == TAG_INPUT)
		start_input(r, t);
	if (e->tag->id == TAG_OPTION && (value = html_token_attribute(t, ATTRIBUTE_LABEL)))
		html_write_flowing(&r->out, value->at, value->len);
	if (e->tag->id == TAG_A && (value = html_token_attribute(t, ATTRIBUTE_HREF)) &&
	    value->len) {
		char *url =
			arena_strndup(r->out.arena, value->at,
				      value->len < LIMIT_HTML_URL ? value->len : LIMIT_HTML_URL);

		r->out.failed |= !url;
		if (url)
			e->url = (struct span){ url, strlen(url) };
		e->from = r->out.text.len;
	}
	if ((e->reversed = html_look_reversed(&e->look, &e->own))) {
		html_write_piece(&r->out, "", 0);
		e->from = r->out.text.len;
	}
}

static void
on_opened(void *context, struct html_element *e, const struct html_token *t)
{
	struct render *r = context;
	struct html_writer *w = &r->out;
	const struct html_tag *tag = e ? e->tag : t->tag;

	if (!e) { /* not in the tree: it does no more than to part words */
		unsigned breaks = tag->id == TAG_BODY ? 0 : margin(tag, t);

		if (tag->id == TAG_BR)
			breaks = w->breaks + 1;
		else if (tag->id == TAG_CELL)
			breaks = 1;
		if (breaks)
			html_write_break(w, breaks);
		return;
	}
	if (e->look.gone)
		return;
	/* What is seen by nobody may still take its room. */
	e->margin = margin(tag, t);
	if (e->margin)
		html_write_break(w, e->margin);
	if (tag->flags & TAG_BREAK)
		html_write_break(w, w->breaks + 1);
	if (tag->id == TAG_CELL && w->text.len && !w->breaks)
		w->tab = true;
	if (tag->id == TAG_RUBY_TEXT)
		r->aside++;
	if (e->hidden || !t)
		return;
	html_render_mark(r, e, html_mark_find(t));
	start_shown(r, e, t);
}

/* Puts a link's target after its text, unless the text says it already. */
static void
end_link(struct render *r, const struct html_element *e)
{
	struct html_writer *w = &r->out;
	struct span url = e->url, bare;
	bool mail = url.len > 7 && strncasecmp(url.at, "mailto:", 7) == 0;
	const char *shown;

	if (!mail && !(url.len > 8 &&
		       (strncasecmp(url.at, "http://", 7) == 0 ||
			strncasecmp(url.at, "https://", 8) == 0 || strncmp(url.at, "//", 2) == 0)))
		return;
	if (w->text.len <= e->from || !(shown = w->text.at))
		return;
	bare.at = mail ? url.at + 7 : strchr(url.at, '/') + 2;
	bare.len = strcspn(bare.at, mail ? "?" : "");
	if (!mail && bare.len && bare.at[bare.len - 1] == '/')
		bare.len--;
	if (!bare.len || memmem(shown + e->from, w->text.len - e->from, bare.at, bare.len))
		return;
	html_write_remark(w, '<', mail ? bare : url, '>');
}

static void
on_closing(void *context, struct html_element *e)
{
	struct render *r = context;
	struct html_writer *w = &r->out;
	unsigned depth = (unsigned)(e - r->tree.stack);

	if (e->hidden && !r->tree.stack[e->parent].hidden)
		html_write_hidden(w, "\n", 1);
	if (e->url.at && !e->hidden)
		end_link(r, e);
	if (e->reversed)
		html_write_reverse(w, e->from);
	if (e->gmail)
		html_render_gmail_end(r, e);
	if (w->marked && r->mark_depth == depth)
		html_render_mark_end(r);
	if (e->margin)
		html_write_break(w, e->margin);
	if (e->tag->flags & TAG_ITEM)
		*w->bullet = 0;
	if (e->tag->id == TAG_RUBY_TEXT && !e->look.gone && r->aside)
		r->aside--;
}

static void
on_removed(void *context, unsigned depth)
{
	struct render *r = context;

	if (r->mark_depth != NO_DEPTH && r->mark_depth > depth)
		r->mark_depth--;
}

/* The first line of an indented box ends: the next ones are in the page again. */
static void
end_indent(struct render *r)
{
	for (unsigned i = r->tree.depth; i > 0; i--) {
		struct html_element *e = &r->tree.stack[i];

		r->tree.walked++;
		if (!e->look.indented)
			break;
		e->look.indented = false;
		e->hidden = html_look_hidden(&e->look);
	}
}

static bool
is_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isspace((unsigned char)s.at[i]))
			return false;
	return true;
}

static void
on_words(struct render *r, struct span s)
{
	struct html_element *e = html_tree_words(&r->tree, is_blank(s));

	if (html_tree_top(&r->tree)->tag->id == TAG_STYLE)
		buf_add(&r->css, s.at, s.len);
	r->words |= !(e->tag->flags & TAG_UNSEEN);
	if (e->hidden)
		html_write_hidden(&r->out, s.at, s.len);
	else if (r->aside)
		buf_add(&r->out.aside, s.at, s.len);
	else if (e->pre)
		html_write_preformatted(&r->out, s.at, s.len);
	else
		html_write_flowing(&r->out, s.at, s.len);
}

/* A <html> or <body> that comes late still gives the whole page its colours. */
static void
look_at_page(struct render *r, const struct html_token *t)
{
	struct css_style own;

	if ((t->tag->id != TAG_BODY && t->tag->id != TAG_HTML) || !t->present ||
	    (!r->tree.depth && !r->words))
		return;
	html_look_declare(&own, t, r->sheet, r->out.arena);
	r->late_page |= css_has(&own, CSS_COLOR) || css_has(&own, CSS_BACKGROUND) ||
			css_has(&own, CSS_IMAGE) || css_has(&own, CSS_FONT_SIZE);
}

static void
on_start(struct render *r, const struct html_token *t)
{
	const struct html_tag *tag = t->tag;
	const struct span *media = html_token_attribute(t, ATTRIBUTE_MEDIA);
	unsigned foreign = r->tree.foreign;

	r->nodes++;
	look_at_page(r, t);
	if (tag->id == TAG_BR)
		end_indent(r);
	if (tag->id == TAG_STYLE) {
		r->late_sheet |= r->words || r->tree.depth > 0;
		r->css.len = 0;
		r->media = (struct span){ NULL, 0 };
		if (media)
			r->media =
				(struct span){ arena_strndup(r->out.arena, media->at, media->len),
					       media->len };
	}
	html_tree_start(&r->tree, t);
	if (!foreign && !r->tree.beyond)
		html_lexer_content(&r->lexer, tag);
	r->lexer.foreign = r->tree.foreign > 0;
}

static void
on_end(struct render *r, const struct html_token *t)
{
	struct html_token start = *t;

	if (t->tag->id == TAG_BR) { /* browsers take </br> for <br> */
		start.present = 0;
		on_start(r, &start);
		return;
	}
	if (t->tag->id == TAG_STYLE && html_tree_top(&r->tree)->tag->id == TAG_STYLE &&
	    !r->second && r->css.len)
		html_sheet_add(r->sheet, (struct span){ r->css.at, r->css.len },
			       r->media.at ? &r->media : NULL);
	html_tree_end(&r->tree, t);
	r->lexer.foreign = r->tree.foreign > 0;
}

/* From here on tags are spaces: the page has too many, or they cross too often. */
static void
leave_out_tags(struct render *r)
{
	r->words_only = true;
	r->out.notes |= NOTE_CUT_HTML;
	html_tree_finish(&r->tree);
	r->tree.stack[0].hidden = false;
	r->tree.formatting_count = r->tree.formatting_base = 0;
}

static void
on_token_words_only(struct render *r, const struct html_token *t)
{
	bool unseen = r->lexer.raw != NULL &&
		      html_tag_find(r->lexer.raw, strlen(r->lexer.raw))->flags & TAG_UNSEEN;

	if (t->kind == HTML_START)
		html_lexer_content(&r->lexer, t->tag);
	if (t->kind == HTML_WORDS && unseen)
		html_write_hidden(&r->out, t->text.at, t->text.len);
	else if (t->kind == HTML_WORDS)
		html_write_flowing(&r->out, t->text.at, t->text.len);
	else
		r->out.space = true;
}

static void
on_token(struct render *r, const struct html_token *t)
{
	switch (t->kind) {
	case HTML_WORDS:
		on_words(r, t->text);
		break;
	case HTML_START:
		on_start(r, t);
		break;
	case HTML_END:
		on_end(r, t);
		break;
	case HTML_COMMENT:
		html_write_hidden(&r->out, t->text.at, t->text.len);
		if (t->text.len)
			html_write_hidden(&r->out, "\n", 1);
		break;
	case HTML_END_OF_PAGE:
		break;
	}
}

static void
read_page(struct render *r, const char *html, size_t len)
{
	struct html_token token;

	html_lexer_start(&r->lexer, r->out.arena, html, len);
	for (html_lexer_next(&r->lexer, &token); token.kind != HTML_END_OF_PAGE;
	     html_lexer_next(&r->lexer, &token)) {
		if (r->words_only) {
			on_token_words_only(r, &token);
			continue;
		}
		on_token(r, &token);
		if (r->tree.walked + r->sheet->walked > LIMIT_HTML_WALK ||
		    r->nodes > LIMIT_HTML_NODES)
			leave_out_tags(r);
	}
	html_tree_finish(&r->tree);
	if (r->out.marked) {
		html_render_mark_end(r);
		if (r->out.marked) /* to the end of the page, which is here */
			html_render_mark_end(r);
	}
	html_write_finish(&r->out);
	r->out.notes |= r->tree.notes;
}

static struct render *
render_new(struct arena *arena, struct html_sheet *sheet)
{
	struct render *r = arena_calloc(arena, 1, sizeof *r);

	if (!r)
		return NULL;
	r->sheet = r->tree.sheet = sheet;
	r->tree.arena = r->out.arena = arena;
	r->out.text.arena = r->out.hidden.arena = r->out.aside.arena = r->css.arena = arena;
	r->tree.context = r;
	r->tree.opened = on_opened;
	r->tree.closing = on_closing;
	r->tree.removed = on_removed;
	html_tree_init(&r->tree);
	return r;
}

int
html_text(struct arena *arena, const char *html, size_t len, struct html_result *ret)
{
	struct html_sheet sheet = { .arena = arena };
	struct render *r = render_new(arena, &sheet);
	unsigned notes = 0;

	if (len > LIMIT_HTML_BYTES) {
		notes = NOTE_CUT_HTML;
		for (len = LIMIT_HTML_BYTES; len && (html[len] & 0xc0) == 0x80;)
			len--;
	}
	if (r)
		read_page(r, html, len);
	/* What was read before its style was known is read again. */
	if (r && ((r->late_sheet && sheet.rules) || r->late_page)) {
		bool late_page = r->late_page;

		sheet.walked = 0;
		if ((r = render_new(arena, &sheet))) {
			struct html_look *page = &r->tree.stack[0].look;

			r->second = true;
			if (late_page)
				page->color = page->background = COLOR_UNKNOWN;
			read_page(r, html, len);
		}
	}
	if (!r || r->out.failed || sheet.failed || r->css.failed || r->out.aside.failed ||
	    !buf_string(&r->out.text) || !buf_string(&r->out.hidden))
		return -ENOMEM;
	*ret = (struct html_result){ r->out.text.at, r->out.text.len,    r->out.hidden.at,
				     r->out.quotes,  r->out.quote_count, r->out.notes | notes };
	return 0;
}
