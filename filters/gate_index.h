/*
 * gate_index: which literals the needs of patterns ask for. For gate.c and gate_spots.c only.
 *
 * Patterns share macros, so they share needs: each different one is kept once. The first need of a
 * pattern leads: only where a literal of it stands is the pattern looked at, and are its other
 * needs.
 */
#ifndef FILTERS_GATE_INDEX_H
#define FILTERS_GATE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "literal.h"

/* A need of one pattern: how far before where it can be met a match begins. */
struct want {
	uint32_t need;
	uint32_t least, most;
};

/* A literal of a need; small, for most of the time goes into fetching them. */
struct ask {
	uint32_t least : 13, most : 13; /* that much before it the need can be met */
	bool far : 1;                   /* and any more */
	bool word : 1, end : 1;         /* no letter right before the literal, right behind it */
};

_Static_assert(LITERAL_BEFORE_MAX < 1 << 13, "struct ask holds a distance");

struct gate_index {
	size_t pattern_count, words; /* words: of a set of patterns */
	uint64_t *always;            /* patterns without needs */
	struct want *wants;          /* pattern i has wants[want_first[i]] .. [want_first[i + 1]] */
	uint32_t *want_first;
	size_t need_count;
	uint32_t
		*lead_first; /* need i leads patterns leads[lead_first[i]] .. [lead_first[i + 1]] */
	uint32_t *leads;
	uint32_t *ask_first; /* need i asks for asks[ask_first[i]] .. [ask_first[i + 1]] */
	struct ask *asks;
	uint32_t *ask_literals; /* of the asks: apart, because most are passed over */
	size_t literal_count;
	const char **texts; /* of the literals; they live as long as the patterns' */
	uint32_t *lens;
	uint32_t *call_first; /* literal i is of the leading needs calls[call_first[i]] .. */
	uint32_t *calls;
};

/* Returns 0 or -ENOMEM; to be cleared in either case. */
int
gate_index_build(struct gate_index *x, const struct literals *const *patterns, size_t count);

/* The texts of the literals are not needed any more. */
void
gate_index_forget_texts(struct gate_index *x);

void
gate_index_clear(struct gate_index *x);

#endif
