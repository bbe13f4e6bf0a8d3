/*
 * ruleset_watch: for tools that look on while a set is loaded: each sample with what came of it,
 * and the set while the texts it was made of are still there.
 *
 * Looking on changes nothing of the set. Pointers are good during the call only.
 */
#ifndef FILTERS_RULESET_WATCH_H
#define FILTERS_RULESET_WATCH_H

#include <stdbool.h>

#include "verdict.h"

struct near;

/* One sample that was tried. */
struct sample_result {
	const char *rule; /* id; the samples of one rule come one after the other */
	const char *file;
	unsigned line, column; /* of the sample */
	const char *text;
	const char *seen; /* what the rule's patterns see of it, or the flags that it raises */
	bool derived;     /* the rule looks at flags */
	enum answer answer;
	bool must_hit;
	bool passed;
	const struct near *near; /* of a failed one: a match that did not count, see explain.h */
};

/* A set with the files it came from; see loaded.h, ruleset_lint.h and ruleset_list.h. */
struct loaded;

/* Both may be NULL. loaded() returns 0 or a negative errno, which makes loading fail with it. */
struct ruleset_watch {
	void (*sample)(void *context, const struct sample_result *result);
	int (*loaded)(void *context, const struct loaded *loaded);
	void *context;
};

#endif
