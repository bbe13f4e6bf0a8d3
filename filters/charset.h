/*
 * charset: bytes of any declared, wrongly declared or undeclared charset to valid UTF-8. Never
 * refuses a text.
 *
 * The charset names are a closed table: a stranger cannot choose among all converters of the C
 * library. Opening a converter may load a file (about 0.1 ms when names alternate, 0.4 us when it
 * is still loaded), so a message keeps the ones it used in its `struct reader`; ASCII, UTF-8 and
 * windows-1252 need none.
 */
#ifndef FILTERS_CHARSET_H
#define FILTERS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

#define CHARSETS_MAX 64

/* What the reading of one message carries along. */
struct reader {
	struct arena *arena;
	unsigned notes;                 /* enum message_note */
	void *converters[CHARSETS_MAX]; /* iconv_t, NULL when not open */
	int hint; /* enum charset of other text of this mail, for text that declares none */
};

void
reader_init(struct reader *r, struct arena *arena);

/* Closes the converters. What was read stays in the arena. */
void
reader_close(struct reader *r);

/*
 * Reads bytes as what they are by declaration and evidence. label may be "" and is not trusted:
 * text that is UTF-8 is read as UTF-8, and CP949 declared as something else as CP949. What declares
 * nothing is read as what the reader last read by a declaration, unless its bytes tell otherwise.
 * The result is valid UTF-8 without NUL (NUL becomes U+FFFD), with \n line ends and without a byte
 * order mark, NUL-terminated, in the arena. Sets NOTE_BROKEN_TEXT when U+FFFD was put in and
 * NOTE_CHARSET_GUESSED when the declaration was missing or not followed for non-ASCII text. Returns
 * 0 or -ENOMEM.
 */
int
charset_read(struct reader *r, const char *label, const char *bytes, size_t len,
	     const char **ret_text, size_t *ret_len);

/*
 * Declares the charset of texts to come that declare none themselves. Nothing when the label is
 * unknown or Unicode.
 */
void
charset_hint(struct reader *r, const char *label, size_t len);

/* The same as charset_read() for a single text; adds to *notes. */
int
charset_to_utf8(struct arena *arena, const char *label, const char *bytes, size_t len,
		const char **ret_text, size_t *ret_len, unsigned *notes);

/* Two labels that mean the same charset, or the same unknown label. */
bool
charset_same(const char *a, size_t a_len, const char *b, size_t b_len);

/* The longest length <= max at which valid UTF-8 text can be cut between characters. */
size_t
utf8_cut(const char *text, size_t len, size_t max);

#endif
