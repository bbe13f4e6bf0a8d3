/*
 * charset_guess: what bytes look like, whatever their declaration says.
 *
 * Inside of charset: nothing else includes this. All are one pass.
 */
#ifndef FILTERS_CHARSET_GUESS_H
#define FILTERS_CHARSET_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "charset_names.h"

/* How many bytes from p on are ASCII. */
size_t
charset_ascii_run(const unsigned char *p, size_t len);

/*
 * The shape of 8-bit bytes that are not UTF-8. Korean text is pairs with a first byte of
 * 0xB0..0xC8, Chinese has as many above; Western text has single high bytes between ASCII letters.
 * *ret_sure: how many Hangul syllables say that it is CP949, 0 when other things speak against it.
 */
enum charset
charset_guess(const unsigned char *p, size_t len, size_t *ret_sure);

/*
 * UTF-16 and UTF-32 without a label that says the order: byte order mark, else where the zero bytes
 * are.
 */
enum charset
charset_byte_order(enum charset charset, const unsigned char *p, size_t len);

/*
 * Text in 7-bit bytes that switches charsets by escape sequences (RFC 1468, RFC 1557), whatever its
 * label says; charset when there are none.
 */
enum charset
charset_escapes(const char *bytes, size_t len, enum charset charset);

/*
 * Units of two bytes most of which are ASCII or Hangul: UTF-16 that says something else. Other text
 * with zero bytes in it has hardly any such units. CHARSET_UNKNOWN when it is none.
 */
enum charset
charset_look_wide(const unsigned char *p, size_t len);

#endif
