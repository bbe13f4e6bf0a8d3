/*
 * html: HTML mail to the text a reader sees, what the reader does not see, and what the mark-up
 * says is not new.
 *
 * Reads any bytes that are valid UTF-8 and never fails on broken mark-up. Time is linear in the
 * input and the stack does not grow with it; what lies past LIMIT_HTML_BYTES or LIMIT_HTML_NODES is
 * noted, never silently lost.
 */
#ifndef FILTERS_HTML_H
#define FILTERS_HTML_H

#include <stddef.h>

#include "arena.h"
#include "message.h"

/* A stretch of text that the structure (not the words) marks as quoted, signature or forwarded. */
struct html_quote {
	size_t offset, length; /* in html_result.text */
	enum segment_kind kind;
};

struct html_result {
	const char *text; /* valid UTF-8, \n line ends, NUL-terminated; quotes are not prefixed with
			     '>' */
	size_t len;
	const char *hidden; /* text that is not shown (script, display:none ...), "" when none,
			       NUL-terminated */
	struct html_quote *quotes; /* ascending, not overlapping; NULL when none */
	size_t quote_count;
	unsigned notes; /* NOTE_CUT_HTML, NOTE_CUT_TEXT */
};

/*
 * Renders HTML. html is valid UTF-8 (NULs allowed), whatever charset its own meta tags claim.
 * Everything lives in the arena. Returns 0 or -ENOMEM.
 */
int
html_text(struct arena *arena, const char *html, size_t len, struct html_result *ret);

#endif
