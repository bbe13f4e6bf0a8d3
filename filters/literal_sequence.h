/*
 * literal_sequence: what a sequence of pieces needs, from what each of them needs. For literal.c
 * only.
 *
 * Besides the strings to be met anywhere in a match it follows how matches begin, because where a
 * rare string may stand any way behind the beginning, the beginnings tell where to look.
 */
#ifndef FILTERS_LITERAL_SEQUENCE_H
#define FILTERS_LITERAL_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "literal_set.h"

#define SEQUENCE_NEEDS 16 /* that are weighed against each other */

/*
 * A sequence so far: `run` is the exact string being built at its end, the needs are those of all
 * before it.
 */
struct sequence {
	struct arena *arena;
	bool nomem;
	struct literal_need needs[SEQUENCE_NEEDS + 1]; /* the last one is kept for `begin` */
	double commonness[SEQUENCE_NEEDS + 1];
	bool last[SEQUENCE_NEEDS + 1]; /* nothing but what matches the empty text follows it */
	size_t count;
	struct set run;
	bool broken; /* the whole is not exact any more */
	double cost;
	size_t width, least;         /* most and fewest bytes of all before the run */
	struct literal_need pending; /* of the last piece, not usable as it is */
	struct literal_need begin;   /* see struct set */
	bool begun;                  /* all strings of it are cut */
	bool word;                   /* no letter a-z stands before what is added next */
};

/* The empty sequence. */
void
sequence_start(struct sequence *q, struct arena *arena);

void
sequence_add(struct sequence *q, const struct set *item);

/* (?<![a-z]) follows. */
void
sequence_word_begins(struct sequence *q);

/* (?![a-z]) follows. */
void
sequence_word_ends(struct sequence *q);

/* What the whole needs; of no use when q->nomem. */
struct set
sequence_end(struct sequence *q);

#endif
