/*
 * source_mbox: where one mail of an mbox ends and the next begins. Pure functions of the bytes.
 *
 * A From_ line counts only at the start of the file or after an empty line, with a month, a time
 * and a year in it, and a header field (or nothing) below it, so that a sentence that begins with
 * "From " does not split a mail.
 */
#ifndef DAEMON_SOURCE_MBOX_H
#define DAEMON_SOURCE_MBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Whether these bytes begin with a From_ line. */
bool
mbox_begins(const char *bytes, size_t len);

/*
 * bytes begin with a From_ line (or with a mail): *ret_mail and *ret_mail_len is the mail without
 * it and without the empty line that ends it. Returns how many bytes to go on by, always more than
 * 0 when len is.
 */
size_t
mbox_split(const char *bytes, size_t len, const char **ret_mail, size_t *ret_mail_len);

/* Whether a line of the mail is a quoted From_ line (">From ", ">>From " ...). */
bool
mbox_escaped(const char *mail, size_t len);

/*
 * Copies the mail to out (as long as mail) and takes one '>' off quoted From_ lines. Returns the
 * new length.
 */
size_t
mbox_unescape(const char *mail, size_t len, char *out);

#endif
