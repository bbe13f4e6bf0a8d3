/*
 * reply: tells the writer's own new words from what was quoted, signed or forwarded.
 *
 * When in doubt words are new: judging a quote is a nuisance, cutting the customer's words is a
 * fault. Answers between quoted lines are new words too. Time is linear; lines past LIMIT_LINES
 * take the kind that was open.
 */
#ifndef FILTERS_REPLY_H
#define FILTERS_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "html.h"
#include "message.h"

/*
 * Splits text (valid UTF-8, \n line ends). quotes are what html_text() found in the same text
 * (ascending, not overlapping), NULL and 0 for plain text. answers says that the mail answers
 * another: one that does not, and names nobody, quotes nobody, however its editor indents. The
 * segments cover text without gaps or overlaps, neighbours differ in kind, at most LIMIT_SEGMENTS;
 * none for an empty text (then *ret_segments may be NULL). Returns 0 or -ENOMEM.
 */
int
reply_split(struct arena *arena, const char *text, size_t len, const struct html_quote *quotes,
	    size_t quote_count, bool answers, struct segment **ret_segments, size_t *ret_count);

#endif
