/*
 * attribution: the lines a mail client puts above what it quotes: "On ..., ... wrote:" and header
 * blocks.
 *
 * Told by shape (a date, an address, a colon at the end) more than by sentence, so that a client in
 * a language not listed here is recognised too.
 */
#ifndef FILTERS_ATTRIBUTION_H
#define FILTERS_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "line.h"

enum trust {
	TRUST_NONE,
	TRUST_WITH_QUOTE, /* only when a marked quote ('>' or HTML) follows: a customer can write so
			     too */
	TRUST_ALL,        /* a client wrote it: unmarked text after it is quoted to the end */
};

/*
 * Looks for an attribution that begins in lines[0]. Returns how much to trust it; *ret_lines is
 * then the number of lines it takes (empty ones within included).
 */
enum trust
attribution_find(const struct line *lines, size_t count, size_t *ret_lines);

/* "##- Please type your reply above this line -##": what a helpdesk puts at the top of its mails.
 */
bool
attribution_marker(struct line l);

/*
 * Looks for a header block ("From: ... Sent: ... Subject: ...", with or without a line such as
 * "-----Original Message-----" above) that begins in lines[0]. Returns the number of lines, 0 when
 * there is none.
 */
size_t
header_block_find(const struct line *lines, size_t count, bool *ret_forwarded);

/* What a header block says of the mail below it. Stretches of its lines, empty where it is silent.
 */
struct header_block {
	struct line name,
		address; /* of the sender; no quotes, brackets or bold marks around them */
	struct line date, subject; /* as written; of a wrapped one the first line */
	bool forwarded;            /* the line above says so */
};

/*
 * Reads the header block that begins in lines[0], as header_block_find() finds it: in any language,
 * with bold or quote marks, "Name <a@b.c>", "Name [mailto:a@b.c]", "a@b.c [Name]", "Name(a@b.c)"
 * and the like. Returns its number of lines; 0, and *ret is untouched, when there is none.
 */
size_t
header_block_read(const struct line *lines, size_t count, struct header_block *ret);

#endif
