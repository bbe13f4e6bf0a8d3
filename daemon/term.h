/*
 * term: text for people: columns that Korean fits into, colour where it is wanted, nothing that
 * steers the terminal.
 */
#ifndef DAEMON_TERM_H
#define DAEMON_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_BAD,
};

struct term {
	FILE *out;
	bool colour;
	unsigned width; /* columns; 0: not a terminal, nothing is cut */
};

/* Colour only on a terminal, and not when NO_COLOR is set or TERM is "dumb". */
struct term
term_of(FILE *out);

/* The same for text that is collected elsewhere first. */
struct term
term_like(const struct term *term, FILE *out);

/* Columns that a UTF-8 text takes, after cleaning. */
size_t
term_columns(const char *text);

/*
 * Prints at most `len` bytes of text; control characters and broken bytes are replaced. lines: '\n'
 * and '\t' stay.
 */
void
term_text(const struct term *term, const char *text, size_t len, bool lines);

/*
 * Prints text as one table cell: padded to `columns`, and on a terminal cut to them with an
 * ellipsis. columns 0: as it is.
 */
void
term_cell(const struct term *term, enum style style, const char *text, size_t columns);

void
term_style(const struct term *term, enum style style);

/* How a severity's name is shown. */
enum style
term_severity(const char *severity);

/* "3 min", "5 h", "2 days" */
void
term_age(int64_t ms, char *ret, size_t size);

/* "2026-03-02T09:12:00Z" → milliseconds, 0 when it is none. */
int64_t
term_time(const char *text);

#endif
