/*
 * excerpt: the line of a file that a mistake stands in, with a mark under the place.
 *
 * Columns count characters, as in struct err; on the terminal a Hangul syllable takes two, and the
 * mark stands under it all the same. Of a long line only what is around the place is shown.
 */
#ifndef DAEMON_EXCERPT_H
#define DAEMON_EXCERPT_H

#include "filters/arena.h"
#include "term.h"

/* The texts of files that were read for it. Zero-initialise with only .arena set. */
struct excerpts {
	struct arena *arena;
	struct excerpt_file {
		const char *path, *text;
		size_t len;
		struct excerpt_file *next;
	} * files;
};

/*
 * One line of a file (line is 1-based) without its end; NULL when there is none, or the file cannot
 * be read. Lives in the arena.
 */
const char *
excerpt_line(struct excerpts *x, const char *path, unsigned line);

/* Prints the line with its number, and under it a mark at the column; column 0: no mark. */
void
excerpt_print(const struct term *term, const char *text, unsigned line, unsigned column);

#endif
