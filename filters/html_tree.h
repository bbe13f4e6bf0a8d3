/*
 * html_tree: which elements are open, as the HTML standard's tree construction decides it: end tags
 * that are left out, tags that cross, words that stand where none may stand.
 *
 * Keeps the stack of open elements alone. Linear time but for LIMIT_HTML_WALK, constant memory.
 */
#ifndef FILTERS_HTML_TREE_H
#define FILTERS_HTML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "html_look.h"
#include "html_token.h"
#include "limits.h"

struct html_element {
	const struct html_tag *tag;
	struct span name; /* of an unknown one */
	struct css_style own;
	struct html_look look;
	bool hidden;
	unsigned parent;     /* whose look it inherits: not always the one below it */
	unsigned formatting; /* of struct html_tree.formatting, what was there before it */

	/* The renderer's. */
	bool gmail, pre, reversed;
	unsigned margin; /* line breaks around it */
	unsigned items;  /* of a list, so far */
	struct span url; /* of a link */
	size_t from;     /* where a link, a gmail_quote or a reversed text began */
};

/* A formatting element whose block has ended but not itself. */
struct html_formatting {
	const struct html_tag *tag;
	struct css_style own;
};

struct html_tree {
	void (*opened)(void *context, struct html_element *e, const struct html_token *t);
	void (*closing)(void *context, struct html_element *e);
	void (*removed)(void *context, unsigned depth); /* from between others; those move down */
	void *context;
	struct html_sheet *sheet;
	struct arena *arena;

	struct html_element stack[LIMIT_HTML_DEPTH + 1]; /* [0] is the page */
	unsigned depth;                                  /* of the innermost */
	unsigned beyond;                                 /* elements open past LIMIT_HTML_DEPTH */
	struct html_formatting formatting[LIMIT_HTML_FORMATTING];
	unsigned formatting_count, formatting_base; /* those from base on belong here */
	unsigned foreign;                           /* open svg and math */
	uint64_t walked;
	unsigned notes;
};

static inline struct html_element *
html_tree_top(struct html_tree *t)
{
	return &t->stack[t->depth];
}

void
html_tree_init(struct html_tree *t);

/* A start or end tag. */
void
html_tree_start(struct html_tree *t, const struct html_token *token);

void
html_tree_end(struct html_tree *t, const struct html_token *token);

/*
 * The element whose look words have that come now. Those that are more than white space reopen
 * formatting that goes on.
 */
struct html_element *
html_tree_words(struct html_tree *t, bool blank);

/* The end of the page. */
void
html_tree_finish(struct html_tree *t);

#endif
