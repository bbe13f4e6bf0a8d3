/*
 * transfer: Content-Transfer-Encoding undone (RFC 2045 section 6, uuencode), also where it was done
 * badly.
 *
 * What does not decode is passed through as it came: a reader must see a text with odd bytes rather
 * than none.
 */
#ifndef FILTERS_TRANSFER_H
#define FILTERS_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "message.h"

/*
 * At most max bytes are decoded; *ret_cut says that there was more. The result is in the arena, or
 * (ENCODING_NONE) a part of `in`. *ret_broken says that something did not fit the encoding. Returns
 * 0 or -ENOMEM.
 */
int
transfer_decode(struct arena *arena, enum part_encoding encoding, const char *in, size_t len,
		size_t max, const char **ret_bytes, size_t *ret_len, bool *ret_broken,
		bool *ret_cut);

/* Whether the beginning of a text that is said to be base64 is. */
bool
transfer_is_base64(const char *in, size_t len);

/*
 * The encoding of a text that says it has none, or another: base64 or quoted-printable when it can
 * be nothing else, ENCODING_NONE when it is words. Gateways that rewrite the header lose the field.
 */
enum part_encoding
transfer_guess(const char *in, size_t len);

/* The value of a base64 letter, 64 for '=', 65 for white space, 66 for anything else. */
extern const unsigned char transfer_base64[256];

/* 0..15, or -1. */
int
transfer_hex(char c);

#endif
