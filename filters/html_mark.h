/*
 * html_mark: the classes, ids and styles by which mail clients mark what is quoted, forwarded or a
 * signature.
 */
#ifndef FILTERS_HTML_MARK_H
#define FILTERS_HTML_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "html_token.h"

/* What a mark says about its element. */
enum html_mark {
	MARK_NONE,
	MARK_QUOTED,
	MARK_SIGNATURE,
	MARK_FORWARDED,
	MARK_REST,   /* quoted from here to the end of the parent, if a header block follows */
	MARK_HEADED, /* quoted, if it begins with a header block */
	MARK_LINE,   /* a line above a header block: quoted from here to the end, if one follows */
	MARK_GMAIL,  /* holds an attribution, then a blockquote, then perhaps new words */
};

enum html_mark
html_mark_find(const struct html_token *t);

/*
 * Whether text begins with a header block of "Word: ..." lines, as every client writes it in every
 * language. strict: with an address or a year in it, since others write "Word: ..." too.
 */
bool
html_mark_headers(const char *text, size_t len, bool strict);

#endif
