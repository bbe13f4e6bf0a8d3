/*
 * header: the header block of a mail or part cut into fields; fields unfolded and decoded.
 *
 * RFC 5322 section 2.2, RFC 2047, and what is sent instead of them: encoded words split inside a
 * character or stuck to their neighbours, unencoded 8-bit text, lines that are no field. Nothing is
 * refused, time is linear.
 */
#ifndef FILTERS_HEADER_H
#define FILTERS_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "charset.h"
#include "message.h"

/*
 * Reads the header block at bytes. A line that is no field ends the block when what follows is no
 * field either, else it continues the field before it. *ret_body is the offset of the body (behind
 * the empty line if there is one). Sets NOTE_CUT_HEADERS (LIMIT_HEADERS, LIMIT_HEADER_BYTES,
 * LIMIT_HEADER_BLOCK) and NOTE_BROKEN_MIME. Returns 0 or -ENOMEM.
 */
int
header_block(struct reader *r, const char *bytes, size_t len, struct header **ret_headers,
	     size_t *ret_count, size_t *ret_body);

/* Whether a line begins like a header field: a name of printable ASCII, and a colon. */
bool
header_is_field(const char *line, size_t len);

/*
 * The field value without folding, as it came otherwise; cut at LIMIT_HEADER_BYTES. NUL-terminated,
 * in the arena (may hold NULs and any 8-bit bytes). NULL when out of memory.
 */
const char *
header_unfold(struct reader *r, const char *raw, size_t len, size_t *ret_len);

/*
 * Unfolded text with encoded words decoded: valid UTF-8 without control characters, NUL-terminated.
 * text[len] must be readable; may return text itself. NULL when out of memory.
 */
const char *
header_decode(struct reader *r, const char *text, size_t len);

/* The length of the encoded word (RFC 2047) at the start of text, 0 when there is none. */
size_t
header_word_length(const char *text, size_t len);

/* The first field of that name (case-insensitive), or NULL. */
const struct header *
header_find(const struct header *headers, size_t count, const char *name);

#endif
