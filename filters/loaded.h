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

/* The part of ruleset_lint() that holds rules against each other. Returns 0 or -ENOMEM. */
int
ruleset_lint_overlap(const struct loaded *loaded);

#endif
