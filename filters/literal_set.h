/*
 * literal_set: sets of strings, and what of them the matches of a piece of a pattern must hold. For
 * literal.c only.
 *
 * A piece has up to LITERAL_NEEDS needs: each of its matches holds a string of every one. While
 * `exact` it has one need only and matches nothing but one of its strings, so neighbours can be
 * multiplied. And each of its matches begins with a string of `begin`: goes on behind it if that is
 * `cut`, else ends there.
 */
#ifndef FILTERS_LITERAL_SET_H
#define FILTERS_LITERAL_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "literal.h"

#define WIDTH_MAX ((size_t)1 << 30) /* a width without bound, and any beyond it */

struct set {
	struct literal_need needs[LITERAL_NEEDS]; /* without strings: not known, nor those behind */
	struct literal_need begin;                /* none: not known */
	bool exact;
	double cost;
	size_t width; /* bytes the piece matches at most */
	size_t least; /* ... and at least */
};

/* The sum, WIDTH_MAX at most. */
size_t
wider(size_t a, size_t b);

/* How many needs are known. */
size_t
set_need_count(const struct set *s);

/* Whether each string is long enough to say something; false for none. */
bool
need_usable(const struct literal_need *n);

/* Whether a match begins near each string. */
bool
need_near(const struct literal_need *n);

/* How often some string of it may be met in any text. */
double
need_commonness(const struct literal_need *n);

/* Drops what other strings of it already say, and cuts a large one to beginnings. */
void
need_trim(struct literal_need *n);

/* What a choice between the two must hold; cost is left to the caller. False when out of memory. */
bool
set_unite(struct arena *arena, const struct set *a, const struct set *b, struct set *ret);

/* How many strings need_multiply() would make. */
size_t
need_product(const struct literal_need *a, const struct literal_need *b);

/* Every string of a that is not cut followed by every one of b. False when out of memory. */
bool
need_multiply(struct arena *arena, const struct literal_need *a, const struct literal_need *b,
	      struct literal_need *ret);

/* The strings cut behind at most so many characters. False when out of memory. */
bool
need_cut(struct arena *arena, const struct literal_need *n, size_t characters,
	 struct literal_need *ret);

/* Nothing is known of what follows strings of so many bytes. False when out of memory. */
bool
need_settle(struct arena *arena, struct literal_need *n, size_t len);

/* Something goes before the piece, of so many bytes. False when out of memory. */
bool
need_shift(struct arena *arena, struct literal_need *n, size_t most, size_t least);

/* No letter a-z stands before the piece, so none before those strings that begin it. */
bool
need_word_begins(struct arena *arena, struct literal_need *n);

/* Something can follow the piece: its strings are not at its end any more. */
bool
need_goes_on(struct arena *arena, struct literal_need *n);

/* No letter a-z stands behind the piece, so none behind those strings that end it. */
bool
need_word_ends(struct arena *arena, struct literal_need *n);

/* The strings, and the empty one. False when out of memory. */
bool
need_or_nothing(struct arena *arena, const struct literal_need *n, struct literal_need *ret);

#endif
