/*
 * line: one line of a mail's text, and the comparisons that quote and signature rules are made of.
 *
 * ASCII letters compare without case, other letters as they are.
 */
#ifndef FILTERS_LINE_H
#define FILTERS_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Without the white space around it; not NUL-terminated. */
struct line {
	const char *at;
	size_t len;
};

/* A line without white space (ASCII, no-break, ideographic) and invisible marks at both ends. */
struct line
line_trim(const char *at, size_t len);

bool
line_starts(struct line l, const char *word);

bool
line_ends(struct line l, const char *word);

bool
line_has(struct line l, const char *word);

/* How many of the words (ended by NULL) occur. */
unsigned
line_count(struct line l, const char *const *words);

/* Whether any of the words (ended by NULL) occurs, starts or ends the line. */
bool
line_has_any(struct line l, const char *const *words);

bool
line_starts_any(struct line l, const char *const *words);

bool
line_ends_any(struct line l, const char *const *words);

/* Ends with a colon, also a wide one. */
bool
line_ends_colon(struct line l);

/* Ends as a sentence does, Korean ones also without a stop. */
bool
line_ends_sentence(struct line l);

/* Something like local@host.tld. */
bool
line_has_address(struct line l);

/* The first such address, without what stands around it; empty when there is none. */
struct line
line_address(struct line l);

/* A day with its year in figures, in any order and with any usual separators. */
bool
line_has_date(struct line l);

/* An hour with its minutes. */
bool
line_has_time(struct line l);

#endif
