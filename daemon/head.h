/*
 * head: one field of a mail's header block, as written, for whoever needs no more of the mail than
 * that.
 */
#ifndef DAEMON_HEAD_H
#define DAEMON_HEAD_H

#include <stddef.h>

/*
 * The value of the first field of that name (without the colon; case does not matter), folded as it
 * came, without white space around it. "" when there is none. Looks no further than the empty line
 * that ends the header block.
 */
const char *
head_field(const char *bytes, size_t len, const char *name, size_t *ret_len);

/*
 * Copies without line breaks and NULs, and ends it with a NUL; out must hold len + 1. Returns the
 * length.
 */
size_t
head_unfold(const char *value, size_t len, char *out);

#endif
