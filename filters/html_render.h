/*
 * html_render: what html.c keeps while it reads a page, shared with the file that follows the marks
 * of mail clients through the tree. Nobody else's business.
 */
#ifndef FILTERS_HTML_RENDER_H
#define FILTERS_HTML_RENDER_H

#include "html_mark.h"
#include "html_token.h"
#include "html_tree.h"
#include "html_write.h"

#define NO_DEPTH (LIMIT_HTML_DEPTH + 1)

/*
 * When a mark holds: always, only when it begins like a header block, or then even to the end of
 * the page.
 */
enum mark_trust {
	SURE,
	UNSURE,
	UNSURE_REST,
};

struct render {
	struct html_writer out;
	struct html_tree tree;
	struct html_lexer lexer;
	struct html_sheet *sheet;
	bool second;       /* this is the second reading: the sheets are known */
	bool late_sheet;   /* a sheet came after what it may be about */
	bool late_page;    /* so did the page's colours */
	bool words;        /* there were words */
	bool words_only;   /* tags are left out */
	struct buf css;    /* of the <style> that is open */
	struct span media; /* of it too; at NULL: none */
	unsigned nodes;
	unsigned aside; /* open <rt> */

	enum mark_trust mark_trust;
	unsigned mark_depth; /* the element whose end ends the mark */
};

/* An element with a mark begins. */
void
html_render_mark(struct render *r, struct html_element *e, enum html_mark mark);

/* The element whose end ends the open mark has ended. */
void
html_render_mark_end(struct render *r);

/* A gmail_quote without a blockquote: a forwarded mail, or left to the rules for plain text. */
void
html_render_gmail_end(struct render *r, const struct html_element *e);

#endif
