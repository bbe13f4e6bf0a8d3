/*
 * enclosed: files that stand inside a text as uuencode or yEnc, from the time before MIME and from
 * programs that still live in it.
 *
 * A mail program shows the words around them and the file by its name; the letters of the file are
 * nobody's words.
 */
#ifndef FILTERS_ENCLOSED_H
#define FILTERS_ENCLOSED_H

#include <stddef.h>

#include "charset.h"

/* File names, at most LIMIT_PARTS. */
struct names {
	const char **list;
	size_t count, room;
};

/* Adds a name in the charset of that label (may be ""), cut at LIMIT_FILENAME. 0 or -ENOMEM. */
int
names_add(struct reader *r, struct names *names, const char *label, const char *name, size_t len);

/*
 * Takes the files out of a text: *bytes stays, or becomes a shorter copy in the arena. What only
 * looks like one stays. Returns 0 or -ENOMEM.
 */
int
enclosed_cut(struct reader *r, const char **bytes, size_t *len, struct names *names);

#endif
