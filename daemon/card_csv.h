/*
 * card_csv: customers as a spreadsheet gives them: CSV (RFC 4180, libcsv) with a header line that
 * names the columns address, name, value, currency, since, note, in any order. A byte order mark,
 * CRLF, quotes and line breaks inside quotes are fine. Pure: no I/O.
 */
#ifndef DAEMON_CARD_CSV_H
#define DAEMON_CARD_CSV_H

#include <stddef.h>

#include "card.h"
#include "filters/arena.h"
#include "filters/err.h"

#define CARD_CSV_BYTES (128u << 20)
#define CARD_CSV_ROWS 1000000u

struct card_line {
	unsigned line; /* where it begins, from 1 */
	struct card_row row;
	const char *wrong; /* why it cannot be imported; NULL when it can */
};

struct card_csv {
	struct card_line *lines; /* without the header and empty lines */
	size_t count, bad;
};

/*
 * Reads the whole text; all in the arena. Every line is checked (card_row_check); an address that
 * stands there twice is wrong the second time. 0; -EINVAL: the file as a whole cannot be read, err
 * has the line; -ENOMEM.
 */
int
card_csv_read(struct arena *arena, const char *text, size_t len, struct card_csv *ret,
	      struct err *err);

#endif
