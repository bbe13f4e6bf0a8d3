/*
 * body: which parts of a mail are its text, and that text.
 */
#ifndef FILTERS_BODY_H
#define FILTERS_BODY_H

#include <stddef.h>

#include "charset.h"
#include "enclosed.h"
#include "html.h"
#include "message.h"

struct body {
	const char *
		text; /* NUL-terminated: the mail's own texts, then those of messages it forwards */
	size_t len;
	size_t own_len;            /* where the forwarded ones begin; len when there are none */
	const char *hidden;        /* "" when none */
	struct html_quote *quotes; /* within own_len */
	size_t quote_count;
	struct names files; /* inside texts and winmail.dat, which have no part of their own */
};

/*
 * Puts the text together from the part tree. Of alternatives one is read: the HTML, which is what
 * people see, or the plain text when that says much more or could be read whole and the HTML not. A
 * mail without any text to be read is what its attached text files or winmail.dat say, or what
 * stands before its first boundary. A message that a report returns counts as forwarded. Sets
 * r->notes: NOTE_CUT_TEXT, NOTE_CUT_HTML, NOTE_BROKEN_MIME, NOTE_ENCRYPTED, NOTE_UNREAD and those
 * of charset_read(). Returns 0 or -ENOMEM.
 */
int
body_read(struct reader *r, struct part *parts, size_t part_count, struct body *ret);

#endif
