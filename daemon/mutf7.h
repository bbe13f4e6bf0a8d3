/*
 * mutf7: mailbox names as IMAP4rev1 servers want them: modified UTF-7 (RFC 3501 section 5.1.3).
 */
#ifndef DAEMON_MUTF7_H
#define DAEMON_MUTF7_H

#include <stddef.h>

/*
 * Writes the NUL-terminated form of a UTF-8 name. Returns its length, -EILSEQ when the name is not
 * UTF-8 or holds a control character, -ENAMETOOLONG when it does not fit. On failure the contents
 * of `out` mean nothing.
 */
int
mutf7_encode(const char *name, char *out, size_t size);

#endif
