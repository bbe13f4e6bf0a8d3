/*
 * reply_lines: a text's lines while reply.c finds out what each is. For reply*.c alone.
 *
 * Each reply_take_...() looks at line i, says by reply_mark() what it and lines below it are, and
 * returns the first line that it did not decide: i when it found nothing.
 */
#ifndef FILTERS_REPLY_LINES_H
#define FILTERS_REPLY_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "message.h"

struct split {
	const char *text;
	struct line *lines;
	size_t *starts;          /* where each line begins in text; one more entry for the end */
	size_t *next;            /* the first line from here on that is not empty */
	uint8_t *kinds, *marked; /* marked: SEGMENT_NEW where HTML says nothing */
	size_t count;
	size_t words; /* lines of new words so far */
	size_t angle; /* the first line from the last one asked for on that begins with '>' */
	bool proof;   /* an attribution, header block or marks of a client: somebody is quoted */
};

/* Sets the kind of lines [from, to), where HTML did not say otherwise. */
void
reply_mark(struct split *s, size_t from, size_t to, enum segment_kind kind);

/* Whether a line is quoted by '>'; faces such as ">_<" are not. */
bool
reply_angle(struct line l);

/*
 * Whether lines that begin with '>' are a client's quote without an attribution: empty ones or
 * quotes in the quote among them, many in a row, or a sentence that runs on. Else they may be
 * somebody's bullets.
 */
bool
reply_angles_prove(const struct split *s);

/* Whether the next line that says something, from i on, is marked as quoted. */
bool
reply_quote_follows(const struct split *s, size_t i);

/* Whether line i begins an attribution or a header block. */
bool
reply_names_somebody(const struct split *s, size_t i);

/* A forwarded mail whose client marks its lines with '>'. */
size_t
reply_take_forward(struct split *s, size_t i);

/* A header block or attribution, and what it tells of the lines below. */
size_t
reply_take_attribution(struct split *s, size_t i);

/* "##- Please type your reply above this line -##": what a helpdesk wrote stands below. */
size_t
reply_take_marker(struct split *s, size_t i);

/* A signature below a delimiter; what is said in it stays new. */
size_t
reply_take_signature(struct split *s, size_t i);

/* Takes signatures without a delimiter off the end of each run of new words. */
void
reply_strip_tails(struct split *s);

#endif
