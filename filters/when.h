/*
 * when: conditions over flags and families, answered with three values (Kleene).
 *
 *   threat and (demand or not signal.repeat)
 *
 * A family holds when any of its flags does. `not` binds tighter than `and`, `and` tighter than
 * `or`. An undetermined flag stays undetermined through `not`, and through `and` and `or` unless
 * the other side decides.
 */
#ifndef FILTERS_WHEN_H
#define FILTERS_WHEN_H

#include <stddef.h>

#include "arena.h"
#include "flag.h"
#include "verdict.h"

struct when;

struct when_error {
	size_t offset; /* byte in the text */
	char text[256];
	char hint[128];
};

/*
 * Reads a condition of at most LIMIT_WHEN_NODES names, operators and parentheses. The result lives
 * in the arena. Returns 0, -EINVAL with *ret_error filled, or -ENOMEM.
 */
int
when_parse(struct arena *arena, const char *text, size_t len, struct when **ret,
	   struct when_error *ret_error);

enum answer
when_eval(const struct when *w, const enum answer answers[FLAG_COUNT]);

/* All flags that the condition looks at. */
flag_set
when_flags(const struct when *w);

#endif
