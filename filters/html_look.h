/*
 * html_look: how words look at one place of a page, and whether anybody can see them.
 *
 * The measure is a browser's window. In doubt words are seen.
 */
#ifndef FILTERS_HTML_LOOK_H
#define FILTERS_HTML_LOOK_H

#include <stdbool.h>

#include "html_css.h"
#include "html_sheet.h"
#include "html_tag.h"
#include "html_token.h"

/* Children start with a copy of their parent's. */
struct html_look {
	bool gone;       /* display:none: takes no room and no child can undo it */
	bool covered;    /* cut off, outside or clear: takes room, no child can undo it */
	bool invisible;  /* visibility:hidden: a child may be visible again */
	bool indented;   /* the first line is outside of the page */
	bool effects;    /* what is seen is not what the colours say */
	bool from_right; /* direction: rtl */
	float size;      /* of letters, in pixels */
	html_color color, fill, background;
};

/* Black on white, all visible. */
void
html_look_start(struct html_look *l);

/* What a tag, its attributes, the sheets and its style attribute declare for an element. */
void
html_look_declare(struct css_style *style, const struct html_token *t, struct html_sheet *sheet,
		  struct arena *arena);

/* From the parent's look to the element's. */
void
html_look_apply(struct html_look *l, const struct css_style *own, const struct html_tag *tag);

bool
html_look_hidden(const struct html_look *l);

/* Whether the element shows its letters in reverse (bdo, unicode-bidi). */
bool
html_look_reversed(const struct html_look *l, const struct css_style *own);

#endif
