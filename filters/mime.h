/*
 * mime: a mail as a tree of parts (RFC 2045, 2046), whatever was done to its boundaries.
 */
#ifndef FILTERS_MIME_H
#define FILTERS_MIME_H

#include <stddef.h>

#include "charset.h"
#include "message.h"

/*
 * Splits the entity at bytes. parts[0] is the entity itself; a part stands behind its parent;
 * bodies are spans of bytes (of decoded copies in the arena below a message/rfc822 that was sent as
 * base64). A multipart without any part (no boundary to be found, or too deep) has no children: its
 * body is to be read as text. Sets NOTE_BROKEN_MIME, NOTE_CUT_PARTS, NOTE_CUT_DEPTH,
 * NOTE_CUT_HEADERS, NOTE_ENCRYPTED. Linear time, constant stack. Returns 0 or -ENOMEM.
 */
int
mime_parse(struct reader *r, const char *bytes, size_t len, struct part **ret_parts,
	   size_t *ret_count);

#endif
