/*
 * reading_word: how one word may be read. For reading.c only.
 *
 * Knows letters and what people put between and instead of them; nothing of where words stand.
 */
#ifndef FILTERS_READING_WORD_H
#define FILTERS_READING_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reading.h"

#define WORD_CELLS 64 /* characters of one word that are looked at together */

/* One character of a word. */
struct cell {
	uint32_t at, end;     /* in the text */
	int32_t cp;           /* as written, ASCII in small letters */
	int32_t as[READINGS]; /* as read, 0: as nothing */
};

/*
 * Sets the readings of cells[0..count), which are as written before. Returns whether one of them
 * differs.
 */
bool
word_read(struct cell *cells, size_t count);

/* How sure it is that Latin letters are Korean, typed with the keyboard left in Latin. */
enum typed {
	TYPED_NOT,      /* they make no whole syllables */
	TYPED_POSSIBLY, /* they do, as "with" (쟈소) does */
	TYPED_KOREAN,   /* ... and no word of English looks like that */
};

enum typed
word_typed(const char *letters, size_t len);

/*
 * The syllables that keys make, one cell each, fewer than len; their places begin at `at`. Returns
 * how many. To be called only for what word_typed() says may be Korean.
 */
size_t
word_retype(const char *letters, size_t len, size_t at, struct cell *cells);

#endif
