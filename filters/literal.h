/*
 * literal: which strings a text must hold for a pattern to match it at all, and where it can
 * backtrack.
 *
 * Conservative: a construct that is not understood gives no literals ("always run"), never wrong
 * ones. Works on patterns after pattern_prepare(), so literals are folded as the texts are.
 */
#ifndef FILTERS_LITERAL_H
#define FILTERS_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "fold.h"

#define LITERAL_MIN 2        /* bytes; a shorter one is in every mail */
#define LITERAL_SET_MAX 1024 /* alternatives kept of one pattern */
#define LITERAL_NEEDS 4      /* kept of one pattern */
#define LITERAL_BEFORE_MAX                                                                         \
	4096 /* bytes; how far before a literal matches can begin is not known beyond */

struct literal {
	const char *text;
	size_t len;
	size_t before; /* no match begins more bytes before it; may be huge */
	size_t least;  /* ... nor fewer */
	bool word;     /* no letter a-z stands right before it */
	bool end;      /* ... nor right behind it */
	bool cut;   /* while it is being built: a match goes on behind it in ways not spelt out */
	bool inner; /* likewise: the piece that it is of can go on behind it */
};

/* Every match holds at least one of these strings, at that distance. */
struct literal_need {
	struct literal *list;
	size_t count;
};

/* A place in a pattern that backtracking comes through: behind a repeat or a choice. */
struct literal_stop {
	size_t offset;
	bool far; /* behind a repeat without upper bound */
};

struct literals {
	struct literal_need needs[LITERAL_NEEDS]; /* all hold; the rarest first */
	size_t need_count;                        /* 0: not known, the pattern must always run */
	bool understood;
	struct literal_stop *stops; /* ascending; none for a pattern that cannot backtrack much */
	size_t stop_count;
};

struct literal_cache;

/*
 * Returns 0 or -ENOMEM. The result lives in the arena. cache (NULL: none) is for patterns that are
 * made of the same macros.
 */
int
literal_extract(struct arena *arena, struct literal_cache *cache, const char *pattern, size_t len,
		enum view view, struct literals *ret);

#endif
