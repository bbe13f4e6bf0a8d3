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

/*
 * Part of a word's spelling: a letter of today's alphabets, and no sign that only looks like one
 * (ー, ㆍ).
 */
bool
spells(int32_t cp);

/* The Latin letter that is nothing but a variant of it (small capitals, ø, boxed ones), or 0. */
int32_t
latin_letter(int32_t cp);

/* The small Latin letter that one of another script looks like, in either case, or 0. */
int32_t
latin_lookalike(int32_t cp);

/* The vowel, or the final, that two letters make together; 0 when they make none. */
int32_t
jamo_vowel_pair(int32_t first, int32_t second);

int32_t
jamo_final_pair(int32_t first, int32_t second);

/* A syllable with a consonant put below it, 0 when it has a final or the consonant cannot be one.
 */
int32_t
jamo_final(int32_t syllable, int32_t consonant);

#define JAMO_JOIN_MAX 7 /* letters to know before a syllable is told: ㄱㄱㅗㅏㄹㄱ and one more */

/*
 * Joins typed letters at jamo[0..count) to one syllable. more says that letters may follow that are
 * not there yet. Returns the letters taken (2 to 6) and the syllable, 1 when the first stands
 * alone, 0 when more are needed to tell.
 */
size_t
jamo_join(const int32_t *jamo, size_t count, bool more, int32_t *ret_cp);

#endif
