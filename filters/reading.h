/*
 * reading: words that a person reads otherwise than they are spelled: sh1t, f.u.c.k, fuuuuck,
 * 시1발, 개 새 끼, tlqkf (시발, typed with the keyboard left in Latin).
 *
 * Such words are never changed in the text or its views: "1" may be a number and "tlqkf" a name.
 * They make further readings of the places where they stand, judged beside the text as it is. A hit
 * in a reading counts only where it leans on a word that is read otherwise.
 */
#ifndef FILTERS_READING_H
#define FILTERS_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* 1 is an i or an l, a drawn out letter is one or two: two readings say it all. */
#define READINGS 2

/* Source bytes [at, end) are read as one character, 0: as nothing, in each of the readings. */
struct respelling {
	uint32_t at, end;
	int32_t as[READINGS];
};

/* A piece of the text around words that are read otherwise; whole characters. */
struct stretch {
	size_t from, to;
};

struct readings {
	unsigned count;          /* 0 when every word is what it seems, 1, or READINGS */
	struct respelling *list; /* ascending, not overlapping */
	size_t length;
	struct stretch *stretches; /* ascending, not overlapping; every respelling lies in one */
	size_t stretch_count;
};

/*
 * Finds the readings of valid UTF-8 text. Linear; what is allocated is the arena's. Returns 0 or
 * -ENOMEM.
 */
int
readings_find(struct arena *arena, const char *text, size_t len, struct readings *ret);

/* Whether any byte of source range [offset, offset+length) is read otherwise. */
bool
readings_touch(const struct readings *r, size_t offset, size_t length);

#endif
