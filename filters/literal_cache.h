/*
 * literal_cache: what the groups of a file's patterns were found to be. For literal.c only.
 *
 * A macro stands in dozens of patterns, filled in as a group each time; it is looked into once.
 */
#ifndef FILTERS_LITERAL_CACHE_H
#define FILTERS_LITERAL_CACHE_H

#include <stddef.h>

#include "arena.h"
#include "fold.h"
#include "literal_set.h"

struct cached_group {
	struct set set;
	struct literal_stop *stops; /* counted from the beginning of the group */
	size_t stop_count;
};

struct literal_cache;

/* Lives in the arena, with all that is put into it. NULL when out of memory. */
struct literal_cache *
literal_cache_new(struct arena *arena);

/* What is known of a group that is written so, or NULL. */
const struct cached_group *
literal_cache_find(const struct literal_cache *c, enum view view, const char *text, size_t len);

/* Copies all of it; the text too. False when out of memory. */
bool
literal_cache_put(struct literal_cache *c, enum view view, const char *text, size_t len,
		  const struct cached_group *group);

#endif
