/*
 * fold_char: what fold.c knows about single characters: Hangul letters, look-alikes, invisibles.
 *
 * Pure tables and predicates over code points; promises nothing about text. Used by the filters
 * only.
 */
#ifndef FILTERS_FOLD_CHAR_H
#define FILTERS_FOLD_CHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads one character of at most len (> 0) bytes. Returns the bytes taken (1-4); a byte that starts
 * no valid character (RFC 3629) takes 1 and gives -1.
 */
size_t
utf8_next(const char *s, size_t len, int32_t *ret_cp);

/* Writes 1-4 bytes; returns how many. */
size_t
utf8_put(int32_t cp, char out[4]);

static inline bool
is_hangul_syllable(int32_t cp)
{
	return cp >= 0xac00 && cp <= 0xd7a3;
}

/* ㄱ-ㅣ, the letters that Korean keyboards type. */
static inline bool
is_jamo(int32_t cp)
{
	return cp >= 0x3131 && cp <= 0x3163;
}

/*
 * What an ASCII byte becomes: itself in lower case, ' ' for white space, 0 for control characters.
 */
static inline unsigned char
ascii_fold(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 0x20;
	if (c == ' ' || (c >= 9 && c <= 13))
		return ' ';
	return c < 0x20 || c == 0x7f ? 0 : c;
}

/* a-z */
static inline bool
ascii_letter(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

/* How many bytes from `at` on are ASCII or Hangul syllables. */
size_t
bulk_length(const char *in, size_t len, size_t at);

/* Drops marks that only decorate, in place. Returns the new count. */
size_t
drop_marks(int32_t *cps, size_t count);

/* A character that can change the one before it: marks, conjoining vowels and finals. */
bool
is_continuing(int32_t cp);

/*
 * Shown as nothing: zero-width, bidi, soft hyphen, variation selectors, fillers, tags, control
 * characters.
 */
bool
is_invisible(int32_t cp);

bool
is_white(int32_t cp);

bool
is_letter(int32_t cp);

bool
is_mark(int32_t cp);

/* Marks on such a letter are part of its spelling (Cyrillic, Greek, Indic ...), not decoration. */
bool
keeps_marks(int32_t base);

/*
 * The compatibility letter of a lone conjoining one, 0 when it has none (dropped), cp itself when
 * it is something else.
 */
int32_t
jamo_lone(int32_t cp);

/* The Latin letter that a case-folded Greek or Cyrillic one looks like, or 0. */
int32_t
latin_lookalike(int32_t cp);

/*
 * Joins typed letters at jamo[0..count) to one syllable. more says that letters may follow that are
 * not there yet. Returns the letters taken (2 or 3) and the syllable, 1 when the first stands
 * alone, 0 when more are needed to tell.
 */
size_t
jamo_join(const int32_t *jamo, size_t count, bool more, int32_t *ret_cp);

#endif
