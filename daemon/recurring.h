/*
 * recurring: which words and causes recent cases share far more often than older ones did. Pure.
 *
 * The measure, so that it can be explained in one sentence: a word counts when at least
 * RECURRING_CASES_MIN recent cases say it, and their share among the recent cases is at least
 * RECURRING_TIMES_MIN times its share among the older ones. So that little history makes no
 * alarm, the older ones are taken as RECURRING_PRIOR more, half a case of which says the word. A
 * cause that people gave to two cases or more is always a group, however they wrote its (ASCII)
 * capitals.
 */
#ifndef DAEMON_RECURRING_H
#define DAEMON_RECURRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/arena.h"

#define RECURRING_DAYS 14 /* the window, unless said otherwise */
#define RECURRING_DAYS_MAX 90
#define RECURRING_BEFORE 6 /* windows that count as before */
#define RECURRING_CASES_MIN 3
#define RECURRING_CAUSES_MIN 2
#define RECURRING_TIMES_MIN 3.0
#define RECURRING_PRIOR 10
#define RECURRING_GROUPS_MAX 20
#define RECURRING_CASES_MAX 2000 /* that are looked at, the newest */
#define RECURRING_ALIKE 0.8      /* share of cases in common that makes two words one group */
#define RECURRING_ALSO_MAX 4
#define RECURRING_WEIGHED_MAX 500 /* words that are looked at for being alike, the heaviest */

struct recurring_case {
	uint64_t id;
	bool recent;
	const char *cause; /* "" when nobody said */
	const char *const *words;
	size_t word_count;
};

struct recurring_group {
	const char *what;
	bool cause;                           /* said by a person, not found */
	size_t recent, before;                /* cases */
	double times;                         /* how much more frequent than before */
	const uint64_t *ids;                  /* the recent ones, the highest first */
	const char *also[RECURRING_ALSO_MAX]; /* words of much the same cases */
	size_t also_count;
};

/*
 * Finds the groups, the causes first, then the words by how many cases more there are than were to
 * be expected. Takes at most RECURRING_CASES_MAX cases. Everything lives in the arena; strings are
 * those of the cases. Returns 0 or -ENOMEM.
 */
int
recurring_find(struct arena *arena, const struct recurring_case *cases, size_t count,
	       struct recurring_group **ret, size_t *ret_count);

#endif
