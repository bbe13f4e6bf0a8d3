/*
 * html_sheet: the style sheets of a page, as far as they can hide words.
 *
 * Selectors of one element (tag, .class, #id and their combinations) are applied as they are. Of
 * everything else (descendants, pseudo-classes, @media with a condition ...) it is not known
 * whether it holds here, so it may show words but never hide any.
 */
#ifndef FILTERS_HTML_SHEET_H
#define FILTERS_HTML_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "html_css.h"
#include "html_token.h"

struct sheet_rule;

#define SHEET_BUCKETS 64

struct html_sheet {
	struct arena *arena;
	struct sheet_rule *buckets[SHEET_BUCKETS];
	struct sheet_rule *any; /* for every element */
	unsigned rules;
	uint64_t walked; /* rules looked at so far */
	bool full;       /* more than LIMIT_HTML_RULES: then none counts */
	bool failed;     /* no memory */
};

/* Adds the content of a <style> element with that media attribute (NULL: none). */
void
html_sheet_add(struct html_sheet *sheet, struct span text, const struct span *media);

/* What the sheets say about an element. */
void
html_sheet_apply(struct html_sheet *sheet, const struct html_token *element,
		 struct css_style *style);

#endif
