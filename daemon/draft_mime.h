/*
 * draft_mime: text to header fields and bodies (RFC 5322, RFC 2047, RFC 2045).
 *
 * Whatever a value holds, a field stays one field: line breaks and control characters are gone
 * before anything is written, and no line is longer than 78 bytes where it can be folded, never
 * longer than 998. Pure functions.
 */
#ifndef DAEMON_DRAFT_MIME_H
#define DAEMON_DRAFT_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/arena.h"
#include "zone.h"

/*
 * Whether a text is a mailbox that can stand in a header as it is: local@domain in ASCII, an atom
 * or dots on the left, a host name on the right, at most 254 bytes (RFC 5321 4.5.3.1).
 */
bool
mime_address_plain(const char *address);

/* Whether a text is one Message-ID with its <>, fit for a header. */
bool
mime_message_id_plain(const char *id);

/*
 * A foreign text made one harmless line: control, format and bidi characters dropped, white space
 * one space, ends trimmed, at most max_chars characters. Never NULL but when out of memory.
 */
const char *
mime_one_line(struct arena *arena, const char *text, size_t max_chars);

/*
 * Adds "Name: text" as an unstructured field, encoded and folded as needed, with CRLF. text goes
 * through mime_one_line().
 */
void
mime_field(struct buf *out, const char *name, const char *text);

/* Adds "Name: display <address>". address must be plain. */
void
mime_field_mailbox(struct buf *out, const char *name, const char *display, const char *address);

/* Adds "Date: ..." in the zone. */
void
mime_field_date(struct buf *out, const struct zone *zone, int64_t seconds);

/*
 * Adds the MIME fields of a text/plain UTF-8 body, the empty line and the body, in quoted-printable
 * or base64, whichever is shorter. body: valid UTF-8 with \n line ends; control characters but tab
 * and line break are dropped.
 */
void
mime_body(struct buf *out, const char *body);

/*
 * The same for a mail whose reader may choose between text and HTML (RFC 2046 5.1.4).
 */
void
mime_alternative(struct buf *out, const char *plain, const char *html);

/*
 * The next character of a NUL-terminated text, its length in *ret_len (never past the end). Bytes
 * that are no UTF-8 are read one by one as U+FFFD.
 */
uint32_t
mime_char(const char *at, size_t *ret_len);

/*
 * Whether a character has no business in a line of text from a stranger: controls, bidi embeddings,
 * invisible marks.
 */
bool
mime_char_harmful(uint32_t c);

#endif
