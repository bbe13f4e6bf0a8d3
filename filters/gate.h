/*
 * gate: which patterns can match a text at all, found by one pass of Hyperscan's (Vectorscan's)
 * literal matcher.
 *
 * Literals only, never classes: Vectorscan 5.4.9 loses matches of [ㄱ-ㅎ]. Without libhs, on a
 * processor it does not know, or when anything at all goes wrong, the answer is "all of them".
 */
#ifndef FILTERS_GATE_H
#define FILTERS_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "literal.h"

struct gate;

/* Whether this build and processor can have a gate; if not, why, as a short text. */
bool
gate_works(const char **ret_why);

/*
 * A gate for patterns 0..count; the literals are copied. Patterns without literals always pass.
 * Returns 0, -ENOMEM, -ENOTSUP without libhs, or -EIO when libhs refuses the literals.
 */
int
gate_build(const struct literals *const *patterns, size_t count, struct gate **ret_gate);

/* NULL is fine. */
void
gate_free(struct gate *g);

/*
 * What one thread needs to use gates; grows to fit every gate it is prepared for. NULL when out of
 * memory.
 */
struct gate_scratch;

struct gate_scratch *
gate_scratch_new(void);

int
gate_scratch_fit(struct gate_scratch *s, const struct gate *g);

void
gate_scratch_free(struct gate_scratch *s);

#define GATE_WINDOWS 64 /* of one pattern in one text; more are one: everywhere */

/* Where matches of a pattern can begin: at one of the bytes from .. to (included). */
struct gate_window {
	uint32_t from, to;
};

/*
 * Sets the bit of every pattern that may match (those that always pass included) in bits, an array
 * of (count + 63) / 64 words. Returns 0, or -EIO: then bits are all set.
 */
int
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len,
	  uint64_t *bits);

/*
 * Where the matches of a pattern whose bit the last gate_scan() set can begin, ascending and apart.
 * Returns how many windows there are, 0 for everywhere. *ret lives until the next scan.
 */
size_t
gate_windows(const struct gate *g, const struct gate_scratch *s, size_t pattern,
	     const struct gate_window **ret);

#endif
