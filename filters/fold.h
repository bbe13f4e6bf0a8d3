/*
 * fold: the three readings of a text that rules look at, each with a way back to the text it was
 * made from.
 *
 * plain    NFC
 * folded   NFKC, case folded, invisible characters removed, all white space one space, lone
 * conjoining jamo mapped back to compatibility jamo, look-alike letters mapped to Latin squeezed
 * folded, letters only: what is left when somebody spaces, dots or numbers a word apart
 *
 * Rule patterns are folded with the same function when they are loaded.
 */
#ifndef FILTERS_FOLD_H
#define FILTERS_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "reading.h"

enum view { VIEW_PLAIN, VIEW_FOLDED, VIEW_SQUEEZED, VIEW_COUNT };

/* "plain", "folded", "squeezed" */
const char *
view_name(enum view v);

/* The view of that name, or -1. */
int
view_by_name(const char *name);

/*
 * From `offset` in the view on, view bytes come from `source` on (one to one when `linear`, else
 * all from `source`).
 */
struct fold_run {
	size_t offset;
	size_t source;
	size_t source_len; /* source bytes this run stands for */
	bool linear;
};

struct folded {
	const char *text; /* valid UTF-8, NUL-terminated */
	size_t len;
	struct fold_run *runs; /* ascending, the first at offset 0; none when len is 0 */
	size_t run_count;
};

/*
 * Makes one view of valid UTF-8 text (invalid bytes are read as U+FFFD). The result lives in the
 * arena. Returns 0 or -ENOMEM.
 */
int
fold_text(struct arena *arena, enum view view, const char *text, size_t len, struct folded *ret);

/*
 * The same of a text's reading number `reading` (less than r->count): only the stretches around
 * words that are read otherwise, with the end of a sentence between. view is folded or squeezed.
 * Returns 0 or -ENOMEM.
 */
int
fold_reading(struct arena *arena, enum view view, const char *text, const struct readings *r,
	     unsigned reading, struct folded *ret);

/*
 * The source range [*ret_offset, +*ret_length) that view range [offset, offset+length) was made
 * from, whole characters.
 */
void
fold_source(const struct folded *f, size_t offset, size_t length, size_t *ret_offset,
	    size_t *ret_length);

/*
 * The other way: the view range made from source range [offset, offset+length); empty when nothing
 * of it is left.
 */
void
fold_view_range(const struct folded *f, size_t offset, size_t length, size_t *ret_offset,
		size_t *ret_length);

#endif
