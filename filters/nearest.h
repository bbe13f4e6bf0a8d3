/*
 * nearest: which rules come nearest to a mail that they do not hit: those of whose needed words the
 * most are there. For whoever asks why a flag was missed and which rule to widen.
 */
#ifndef FILTERS_NEAREST_H
#define FILTERS_NEAREST_H

#include "explain.h"
#include "literal.h"
#include "ruleset_watch.h"

/* A pattern of match, and what its matches must hold. */
struct pattern_words {
	const char *rule, *file;
	unsigned line; /* of the rule */
	enum flag flag;
	enum view view;
	double score;
	unsigned pattern_line;
	const char *pattern; /* as it is written */
	struct literal_need needs[LITERAL_NEEDS];
	size_t need_count;
};

/* One pattern and one mail. */
struct nearest {
	const struct pattern_words *pattern;
	const struct literal *found[LITERAL_NEEDS]; /* by need; NULL: none of its words is there */
	size_t found_count;
	size_t bytes; /* of what was found */
};

#define NEAREST_MAX 5

/*
 * The patterns that look at subject or body, need words, and are of rules of these flags.
 * Everything lives in the arena. For the callback of ruleset_watch.loaded: the words are forgotten
 * afterwards. Returns 0 or -ENOMEM.
 */
int
ruleset_words(const struct loaded *loaded, struct arena *arena, flag_set flags,
	      struct pattern_words **ret, size_t *ret_count);

/*
 * The nearest patterns, the nearest first, one of a rule. Rules that hit or nearly hit, or that
 * were not asked for another reason than their words, are left out: `why` tells of these. Works in
 * the message's arena. Returns how many were filled in, or -ENOMEM.
 */
int
nearest_find(const struct pattern_words *list, size_t count, const struct message *m,
	     const struct explanation *why, struct nearest ret[NEAREST_MAX]);

#endif
