/*
 * tnef: the text and the file names in a winmail.dat (MS-OXTNEF), which Outlook and Exchange send
 * instead of MIME when they are set wrong.
 *
 * Our own reader of the few attributes that matter, because Debian's libytnef 2.0 is not made for
 * strangers' mail: it takes memory for what a length field claims (100 MB for a file of 133 bytes)
 * before it reads one byte of it, copies every attachment, writes to standard output, and has a
 * record of overflows and double frees. Compressed RTF is not read; that there was one is told.
 */
#ifndef FILTERS_TNEF_H
#define FILTERS_TNEF_H

#include <stdbool.h>
#include <stddef.h>

#include "charset.h"
#include "enclosed.h"

struct tnef {
	const char *text, *html; /* in the bytes read */
	size_t text_len, html_len;
	const char *text_charset, *html_charset; /* labels, "" when not known */
	bool rich;                               /* there is a text in compressed RTF */
};

/*
 * Reads the attributes as far as they make sense; what follows is left out (NOTE_BROKEN_MIME).
 * Adds the names of attached files to names. Linear, no copies of what is not kept. Returns 0 or
 * -ENOMEM.
 */
int
tnef_read(struct reader *r, const char *bytes, size_t len, struct names *names, struct tnef *ret);

#endif
