/*
 * html_look: what an element and its attributes mean: its shape, can a reader see it, and did a
 * mail client mark it as not new?
 *
 * Knows one element; html.c knows the tree. Style sheets are not applied: a class may hide text on
 * one screen and show it on another, and unseen words in doubt count as seen.
 */
#ifndef FILTERS_HTML_LOOK_H
#define FILTERS_HTML_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/* What an element does to the text; bits. */
enum tag_flag {
	TAG_BLOCK = 1 << 0,
	TAG_PARAGRAPH = 1 << 1, /* a block with an empty line around it */
	TAG_UNSEEN = 1 << 2,    /* its text is never shown */
	TAG_PRE = 1 << 3,
	TAG_LIST = 1 << 4,
	TAG_ORDERED = 1 << 5,
	TAG_ITEM = 1 << 6,
	TAG_CELL = 1 << 7,
	TAG_BREAK = 1 << 8,
	TAG_RULE = 1 << 9,
	TAG_LINK = 1 << 10,
	TAG_IMAGE = 1 << 11,
};

/* The bits of an element, 0 for one that only surrounds text. */
unsigned
look_tag(const char *element);

/* How text looks at one place in the tree; children start with a copy of their parent's. */
struct look {
	bool gone;              /* display:none and the like: no child can undo it */
	bool invisible;         /* visibility:hidden: a child may be visible again */
	bool tiny;              /* font-size:0: a child may set a size again */
	long color, background; /* 0xRRGGBB, -1 when not known */
};

/* What a mail client's mark says about an element. */
enum mark {
	MARK_NONE,
	MARK_QUOTED,
	MARK_SIGNATURE,
	MARK_FORWARDED,
	MARK_REST,  /* quoted from here to the end of the parent */
	MARK_LINE,  /* Outlook's line above a header block: quoted from here to the end, if one
		       follows */
	MARK_GMAIL, /* holds an attribution, then a blockquote, then perhaps new words */
};

/* Black on white, all visible. */
void
look_start(struct look *l);

/*
 * Applies attributes, name and value in turn, ended by NULL (values may be NULL; names are lower
 * case).
 */
void
look_apply(struct look *l, const char *const *attributes);

bool
look_hidden(const struct look *l);

/* The value of an attribute, "" when it has none, NULL when it is not there. */
const char *
look_attribute(const char *const *attributes, const char *name);

enum mark
look_mark(const char *element, const char *const *attributes);

/*
 * Whether text begins with two lines of "Word: ...", as every client's header block does in every
 * language.
 */
bool
look_headers(const char *text, size_t len);

#endif
