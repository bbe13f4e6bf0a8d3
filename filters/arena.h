/*
 * arena: all memory of one message, given back at once.
 *
 * Everything that a mail brought dies together. An arena belongs to one thread at a time.
 * Allocation past the arena's own bound fails with NULL like any other allocation, so a hostile
 * mail cannot take the machine.
 */
#ifndef FILTERS_ARENA_H
#define FILTERS_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena that will hold at most `limit` bytes (0: no bound). NULL when out of memory. */
struct arena *
arena_new(size_t limit);

/* Gives back everything; keeps up to one block for reuse. */
void
arena_reset(struct arena *a);

/* Frees the arena and everything in it. NULL is fine. */
void
arena_free(struct arena *a);

/* Bytes handed out since the last reset. */
size_t
arena_used(const struct arena *a);

/*
 * Uninitialised memory, aligned for any type; NULL when out of memory or past the bound. size 0
 * gives a valid pointer.
 */
void *
arena_alloc(struct arena *a, size_t size);

/* Zeroed array; NULL on overflow of count * size too. */
void *
arena_calloc(struct arena *a, size_t count, size_t size);

/* A copy of len bytes with a NUL after them. */
char *
arena_strndup(struct arena *a, const char *s, size_t len);

char *
arena_strdup(struct arena *a, const char *s);

char *
arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Grows the latest allocation in place when it can, else copies. old may be NULL with old_size 0.
 */
void *
arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);

/* buf: a byte string that grows in an arena. Zero-initialise with only .arena set. */
struct buf {
	struct arena *arena;
	char *at;
	size_t len, room;
	int failed; /* an allocation failed; later adds do nothing */
};

void
buf_add(struct buf *b, const char *s, size_t len);

void
buf_add_char(struct buf *b, char c);

void
buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* NUL-terminates (not counted in len) and returns the string, or NULL when an add failed. */
char *
buf_string(struct buf *b);

#endif
