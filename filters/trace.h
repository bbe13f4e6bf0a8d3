/*
 * trace: what is written down while a message is judged for an explanation. For the engine only.
 */
#ifndef FILTERS_TRACE_H
#define FILTERS_TRACE_H

#include "desk.h"
#include "explain.h"

struct trace {
	struct explanation *e;
	size_t near_room;
	bool failed; /* out of memory: the explanation is not whole */
};

/*
 * A match that did not count, because of pattern number `index` of the rule's unless or all; what
 * an unless matched stands at [at, +len) of the view. Nothing when nobody asked for an explanation.
 */
void
trace_near(struct desk *d, const struct candidate *c, enum near_kind kind, size_t index, size_t at,
	   size_t len);

/* The message is judged and its states still stand: what hit in shadow, what was skipped. */
void
trace_end(struct desk *d);

#endif
