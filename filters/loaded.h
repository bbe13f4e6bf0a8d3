/*
 * loaded: a set and its files while both are there: rules know their nodes, patterns their
 * literals. For ruleset.c, ruleset_lint.c,
 * ruleset_overlap.c and ruleset_list.c only.
 */
#ifndef FILTERS_LOADED_H
#define FILTERS_LOADED_H

#include "judge.h"

struct loaded {
	struct ruleset *set;
	const struct pack *packs; /* all that could be read, in order */
	struct problems *problems;
	struct arena *arena; /* gone after loading */
};

/* The parts of ruleset_lint() that hold rules against each other, and against their own samples.
 * Both return 0 or -ENOMEM. */
int
ruleset_lint_overlap(const struct loaded *loaded);

int
ruleset_lint_samples(const struct loaded *loaded);

#endif
