/*
 * mime_part: what a part's own header fields say of it.
 */
#ifndef FILTERS_MIME_PART_H
#define FILTERS_MIME_PART_H

#include <stdbool.h>

#include "charset.h"
#include "message.h"

/*
 * Fills type, charset, filename, content_id, attachment, encrypted and encoding from p->headers.
 * digest: the default type is message/rfc822 (RFC 2046 section 5.1.5). *ret_boundary is the
 * boundary parameter without trailing white space, "" when there is none. Returns 0 or -ENOMEM.
 */
int
mime_part_read(struct reader *r, struct part *p, bool digest, const char **ret_boundary);

bool
mime_part_is_multipart(const struct part *p);

/* message/rfc822, message/global, message/news */
bool
mime_part_is_message(const struct part *p);

/* An S/MIME message that is not multipart: encrypted, or signed as a whole. */
bool
mime_part_is_pkcs7(const struct part *p);

#endif
