/*
 * html_write: the text that a page becomes: white space, line breaks, marks.
 *
 * Owns the two texts (shown and hidden) and the stretches that are marked as quoted. Words that
 * touch on the page touch in the text, whatever stands hidden between them.
 */
#ifndef FILTERS_HTML_WRITE_H
#define FILTERS_HTML_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "html.h"
#include "message.h"

#define WRITE_LATER 4

struct html_writer {
	struct arena *arena;
	struct buf text, hidden;
	struct html_quote *quotes;
	size_t quote_count, quote_room;
	unsigned notes;
	bool failed, full;

	/* Owed before the next word. */
	unsigned breaks, hard_spaces;
	bool space, tab;
	char bullet[16];

	/* Owed after this word: targets of links, descriptions of pictures. */
	const char *later[WRITE_LATER];
	unsigned later_count;
	struct buf aside; /* owed after this line: the small words above others (ruby) */

	/* The outermost mark that is open; marks within it say nothing new. */
	bool marked, mark_begun;
	enum segment_kind mark_kind;
	size_t mark_from;
};

/* A line ends here; two breaks leave an empty line, more are as two. */
void
html_write_break(struct html_writer *w, unsigned breaks);

/* Text as it flows, white space collapsed; a no-break space is a space that stays. */
void
html_write_flowing(struct html_writer *w, const char *s, size_t len);

void
html_write_preformatted(struct html_writer *w, const char *s, size_t len);

/* One piece with nothing to collapse in it. */
void
html_write_piece(struct html_writer *w, const char *s, size_t len);

/* Text that is not seen. */
void
html_write_hidden(struct html_writer *w, const char *s, size_t len);

/*
 * A remark on the word before, in brackets: at once when none is before it, else when the word has
 * ended.
 */
void
html_write_remark(struct html_writer *w, char open, struct span words, char close);

/* Turns the letters of each line from `from` on around. */
void
html_write_reverse(struct html_writer *w, size_t from);

/* Notes a stretch from `from` to here. */
void
html_write_quote(struct html_writer *w, size_t from, enum segment_kind kind);

/* Takes back what was noted from `from` on: a larger mark covers it. */
void
html_write_unquote(struct html_writer *w, size_t from);

/* Whatever is still owed and is not white space. */
void
html_write_finish(struct html_writer *w);

#endif
