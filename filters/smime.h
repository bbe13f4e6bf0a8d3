/*
 * smime: the mail inside an S/MIME message that is signed but not encrypted (RFC 8551 section 3.5,
 * "opaque" signing, Outlook's default for years).
 *
 * Such a mail is readable by everybody, so it is read. Our own walk over the few lengths that lead
 * to the content: a signature proves nothing about what is said, so nothing of it is looked at, and
 * GnuTLS would copy the whole and takes no indefinite lengths, in which mailers stream.
 */
#ifndef FILTERS_SMIME_H
#define FILTERS_SMIME_H

#include <stddef.h>

#include "arena.h"

/*
 * The content of a CMS SignedData (RFC 5652 section 5) in DER or BER. *ret_bytes is NULL when it is
 * something else (encrypted, certificates only, broken), else a part of bytes or a copy in the
 * arena. Returns 0 or -ENOMEM.
 */
int
smime_content(struct arena *arena, const char *bytes, size_t len, const char **ret_bytes,
	      size_t *ret_len);

#endif
