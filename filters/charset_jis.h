/*
 * charset_jis: ISO-2022-JP as it is sent (CP50221), made into CP932.
 *
 * The C library's ISO-2022-JP follows the standard and knows neither half-width kana nor the
 * vendors' rows of circled digits, units and rare kanji that Japanese mailers use; its CP932 does.
 */
#ifndef FILTERS_CHARSET_JIS_H
#define FILTERS_CHARSET_JIS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes at most len bytes to out and returns how many. *ret_foreign: it uses a set CP932 has not
 * (JIS X 0212 ...).
 */
size_t
charset_jis_to_cp932(const char *bytes, size_t len, char *out, bool *ret_foreign);

#endif
