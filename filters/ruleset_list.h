/*
 * ruleset_list: what a rule set consists of, for people who look for a rule.
 */
#ifndef FILTERS_RULESET_LIST_H
#define FILTERS_RULESET_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "flag.h"
#include "fold.h"
#include "ruleset_watch.h"

/* An entry of a later file that changes the rule. */
struct rule_change {
	const char *file;
	unsigned line;
	const char *keys; /* "score, unless" */
};

struct rule_info {
	const char *id, *file, *why;
	unsigned line, column;
	enum flag flag;
	double score, max;    /* max 0: matches count as one */
	const char *language; /* NULL: all */
	const char *when;     /* NULL: a rule with patterns */
	enum view view;
	const char *parts;   /* "subject, body"; "" for a rule with when */
	const char *guards;  /* header fields that must match: "list-id"; "" for none */
	const char *expires; /* "2027-03-31", "" for never */
	bool shadow, off;
	bool left_out; /* something is wrong with it: */
	bool unread;   /* so wrong that nothing is known but its id and its place */
	const char *mistake, *mistake_file; /* the first of it that was reported; NULL: none */
	unsigned mistake_line;
	size_t match_count, all_count, unless_count, hit_count,
		miss_count; /* as they are written */
	struct rule_change *changes;
	size_t change_count;
};

/*
 * All rules of a set, in order, and then those that could not be read. Everything lives in the
 * arena. For the callback of ruleset_watch.loaded. Returns 0 or -ENOMEM.
 */
int
ruleset_list(const struct loaded *loaded, struct arena *arena, struct rule_info **ret,
	     size_t *ret_count);

#endif
