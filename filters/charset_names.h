/*
 * charset_names: the charsets that mail is read in, and the many names they go by.
 *
 * A closed table. What a label means follows what mailers mean by it, not the letter: latin1 is
 * windows-1252, EUC-KR and KS_C_5601-1987 are CP949, GB2312 is GB18030.
 */
#ifndef FILTERS_CHARSET_NAMES_H
#define FILTERS_CHARSET_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum charset {
	CHARSET_UNKNOWN,
	CHARSET_ASCII,
	CHARSET_UTF_8, /* nothing is known of 8-bit text up to here but what its bytes tell */
	CHARSET_WINDOWS_1252,
	CHARSET_UTF_7,
	CHARSET_UTF_16,
	CHARSET_UTF_16LE,
	CHARSET_UTF_16BE,
	CHARSET_UTF_32,
	CHARSET_UTF_32LE,
	CHARSET_UTF_32BE,
	CHARSET_ISO_2022_KR,
	CHARSET_ISO_2022_JP,
	CHARSET_ISO_2022_CN,
	CHARSET_CP949,
	CHARSET_JOHAB,
	CHARSET_CP932,
	CHARSET_EUC_JP,
	CHARSET_GB18030,
	CHARSET_BIG5,
	CHARSET_EUC_TW,
	CHARSET_WINDOWS_1250,
	CHARSET_WINDOWS_1251,
	CHARSET_WINDOWS_1253,
	CHARSET_WINDOWS_1254,
	CHARSET_WINDOWS_1255,
	CHARSET_WINDOWS_1256,
	CHARSET_WINDOWS_1257,
	CHARSET_WINDOWS_1258,
	CHARSET_WINDOWS_874,
	CHARSET_KOI8_R,
	CHARSET_KOI8_U,
	CHARSET_ISO_8859_2,
	CHARSET_ISO_8859_3,
	CHARSET_ISO_8859_4,
	CHARSET_ISO_8859_5,
	CHARSET_ISO_8859_6,
	CHARSET_ISO_8859_7,
	CHARSET_ISO_8859_8,
	CHARSET_ISO_8859_10,
	CHARSET_ISO_8859_13,
	CHARSET_ISO_8859_14,
	CHARSET_ISO_8859_15,
	CHARSET_ISO_8859_16,
	CHARSET_MACINTOSH,
	CHARSET_MAC_CYRILLIC,
	CHARSET_CP437,
	CHARSET_CP850,
	CHARSET_CP852,
	CHARSET_CP855,
	CHARSET_CP866,
	CHARSET_VISCII,
	CHARSET_TCVN,
	CHARSET_COUNT
};

/* What iconv_open() calls them. */
extern const char *const charset_names[CHARSET_COUNT];

/* CHARSET_UNKNOWN for "", for nonsense, and for what mailers write when they do not know. */
enum charset
charset_by_label(const char *label, size_t len);

/* ISO-2022: 7-bit bytes with escape sequences. */
bool
charset_is_escaped(enum charset charset);

/* Units of two or four bytes. */
bool
charset_is_wide(enum charset charset);

bool
charset_is_single_byte(enum charset charset);

#endif
