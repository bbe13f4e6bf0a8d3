/*
 * gate_spots: where the literals of an index stand in one text, and so where matches of its
 * patterns can begin. For gate.c only.
 *
 * A match begins where all needs of its pattern allow it; most patterns are out because no such
 * place is left.
 */
#ifndef FILTERS_GATE_SPOTS_H
#define FILTERS_GATE_SPOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"
#include "gate_index.h"

/* Grows to fit every index it is prepared for. */
struct gate_spots;

/* NULL when out of memory. */
struct gate_spots *
gate_spots_new(void);

/* Returns 0 or -ENOMEM. */
int
gate_spots_fit(struct gate_spots *s, const struct gate_index *x);

void
gate_spots_free(struct gate_spots *s);

/* Begins a text. */
void
gate_spots_begin(struct gate_spots *s);

/* Literal number `literal` stands in the text, up to `end`. False when out of memory. */
bool
gate_spots_meet(struct gate_spots *s, const struct gate_index *x, size_t literal, size_t end);

/*
 * Sets the bit of every pattern that may match, and works out where. The text is the one in which
 * the literals were met. False when out of memory.
 */
bool
gate_spots_conclude(struct gate_spots *s, const struct gate_index *x, const char *text, size_t len,
		    uint64_t *bits);

/* Every pattern may match, anywhere. */
void
gate_spots_give_up(struct gate_spots *s, const struct gate_index *x, uint64_t *bits);

/* See gate_windows(). */
size_t
gate_spots_windows(const struct gate_spots *s, const struct gate_index *x, size_t pattern,
		   const struct gate_window **ret);

#endif
