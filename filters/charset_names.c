/*
 * charset_names: the table of charset names. See charset_names.h.
 *
 * Labels are compared by their letters and digits only, so euc-kr, EUC_KR and "euckr" are one
 * entry.
 */
#include "charset_names.h"

#include "charset.h"

#include <string.h>

_Static_assert(CHARSET_COUNT <= CHARSETS_MAX, "struct reader has a place for every converter");

const char *const charset_names[CHARSET_COUNT] = {
	[CHARSET_UNKNOWN] = "UTF-8",
	[CHARSET_ASCII] = "UTF-8",
	[CHARSET_UTF_8] = "UTF-8",
	[CHARSET_WINDOWS_1252] = "CP1252",
	[CHARSET_UTF_7] = "UTF-7",
	[CHARSET_UTF_16] = "UTF-16",
	[CHARSET_UTF_16LE] = "UTF-16LE",
	[CHARSET_UTF_16BE] = "UTF-16BE",
	[CHARSET_UTF_32] = "UTF-32",
	[CHARSET_UTF_32LE] = "UTF-32LE",
	[CHARSET_UTF_32BE] = "UTF-32BE",
	[CHARSET_ISO_2022_KR] = "ISO-2022-KR",
	[CHARSET_ISO_2022_JP] = "ISO-2022-JP-2",
	[CHARSET_ISO_2022_CN] = "ISO-2022-CN",
	[CHARSET_CP949] = "CP949",
	[CHARSET_JOHAB] = "JOHAB",
	[CHARSET_CP932] = "CP932",
	[CHARSET_EUC_JP] = "EUC-JP-MS",
	[CHARSET_GB18030] = "GB18030",
	[CHARSET_BIG5] = "BIG5-HKSCS",
	[CHARSET_EUC_TW] = "EUC-TW",
	[CHARSET_WINDOWS_1250] = "CP1250",
	[CHARSET_WINDOWS_1251] = "CP1251",
	[CHARSET_WINDOWS_1253] = "CP1253",
	[CHARSET_WINDOWS_1254] = "CP1254",
	[CHARSET_WINDOWS_1255] = "CP1255",
	[CHARSET_WINDOWS_1256] = "CP1256",
	[CHARSET_WINDOWS_1257] = "CP1257",
	[CHARSET_WINDOWS_1258] = "CP1258",
	[CHARSET_WINDOWS_874] = "CP874",
	[CHARSET_KOI8_R] = "KOI8-R",
	[CHARSET_KOI8_U] = "KOI8-U",
	[CHARSET_ISO_8859_2] = "ISO-8859-2",
	[CHARSET_ISO_8859_3] = "ISO-8859-3",
	[CHARSET_ISO_8859_4] = "ISO-8859-4",
	[CHARSET_ISO_8859_5] = "ISO-8859-5",
	[CHARSET_ISO_8859_6] = "ISO-8859-6",
	[CHARSET_ISO_8859_7] = "ISO-8859-7",
	[CHARSET_ISO_8859_8] = "ISO-8859-8",
	[CHARSET_ISO_8859_10] = "ISO-8859-10",
	[CHARSET_ISO_8859_13] = "ISO-8859-13",
	[CHARSET_ISO_8859_14] = "ISO-8859-14",
	[CHARSET_ISO_8859_15] = "ISO-8859-15",
	[CHARSET_ISO_8859_16] = "ISO-8859-16",
	[CHARSET_MACINTOSH] = "MACINTOSH",
	[CHARSET_MAC_CYRILLIC] = "MAC-CYRILLIC",
	[CHARSET_CP437] = "CP437",
	[CHARSET_CP850] = "CP850",
	[CHARSET_CP852] = "CP852",
	[CHARSET_CP855] = "CP855",
	[CHARSET_CP866] = "CP866",
	[CHARSET_VISCII] = "VISCII",
	[CHARSET_TCVN] = "TCVN",
};

static const struct {
	const char *label; /* letters and digits only, without a leading "x" or "cs" */
	enum charset charset;
} labels[] = {
	{ "utf8", CHARSET_UTF_8 },
	{ "unicode11utf8", CHARSET_UTF_8 },
	{ "utf8mb4", CHARSET_UTF_8 },
	{ "usascii", CHARSET_ASCII },
	{ "ascii", CHARSET_ASCII },
	{ "ansix341968", CHARSET_ASCII },
	{ "iso646us", CHARSET_ASCII },
	{ "us", CHARSET_ASCII },
	{ "646", CHARSET_ASCII },
	{ "iso88591", CHARSET_WINDOWS_1252 },
	{ "latin1", CHARSET_WINDOWS_1252 },
	{ "l1", CHARSET_WINDOWS_1252 },
	{ "windows1252", CHARSET_WINDOWS_1252 },
	{ "cp1252", CHARSET_WINDOWS_1252 },
	{ "isolatin1", CHARSET_WINDOWS_1252 },
	{ "iso885911987", CHARSET_WINDOWS_1252 },
	{ "isoir100", CHARSET_WINDOWS_1252 },
	{ "ibm819", CHARSET_WINDOWS_1252 },
	{ "cp819", CHARSET_WINDOWS_1252 },
	{ "ansi", CHARSET_WINDOWS_1252 },
	{ "windowsansi", CHARSET_WINDOWS_1252 },
	{ "euckr", CHARSET_CP949 },
	{ "ksc5601", CHARSET_CP949 },
	{ "ksc56011987", CHARSET_CP949 },
	{ "ksc56011989", CHARSET_CP949 },
	{ "ksc56011992", CHARSET_CP949 },
	{ "ksx1001", CHARSET_CP949 },
	{ "kscompatible5601", CHARSET_CP949 },
	{ "korean", CHARSET_CP949 },
	{ "isoir149", CHARSET_CP949 },
	{ "windows949", CHARSET_CP949 },
	{ "cp949", CHARSET_CP949 },
	{ "ms949", CHARSET_CP949 },
	{ "uhc", CHARSET_CP949 },
	{ "949", CHARSET_CP949 },
	{ "ks5601", CHARSET_CP949 },
	{ "kscksc5601", CHARSET_CP949 },
	{ "5601", CHARSET_CP949 },
	{ "kr", CHARSET_CP949 },
	{ "iso2022kr", CHARSET_ISO_2022_KR },
	{ "johab", CHARSET_JOHAB },
	{ "cp1361", CHARSET_JOHAB },
	{ "iso2022jp", CHARSET_ISO_2022_JP },
	{ "iso2022jp1", CHARSET_ISO_2022_JP },
	{ "iso2022jp2", CHARSET_ISO_2022_JP },
	{ "iso2022jpms", CHARSET_ISO_2022_JP },
	{ "cp50220", CHARSET_ISO_2022_JP },
	{ "cp50221", CHARSET_ISO_2022_JP },
	{ "shiftjis", CHARSET_CP932 },
	{ "sjis", CHARSET_CP932 },
	{ "mskanji", CHARSET_CP932 },
	{ "windows31j", CHARSET_CP932 },
	{ "cp932", CHARSET_CP932 },
	{ "ms932", CHARSET_CP932 },
	{ "eucjp", CHARSET_EUC_JP },
	{ "ujis", CHARSET_EUC_JP },
	{ "eucpkdfmtjapanese", CHARSET_EUC_JP },
	{ "gb18030", CHARSET_GB18030 },
	{ "gbk", CHARSET_GB18030 },
	{ "gb2312", CHARSET_GB18030 },
	{ "euccn", CHARSET_GB18030 },
	{ "cp936", CHARSET_GB18030 },
	{ "windows936", CHARSET_GB18030 },
	{ "chinese", CHARSET_GB18030 },
	{ "gb231280", CHARSET_GB18030 },
	{ "isoir58", CHARSET_GB18030 },
	{ "iso58gb231280", CHARSET_GB18030 },
	{ "gb23121980", CHARSET_GB18030 },
	{ "big5", CHARSET_BIG5 },
	{ "big5hkscs", CHARSET_BIG5 },
	{ "cp950", CHARSET_BIG5 },
	{ "cnbig5", CHARSET_BIG5 },
	{ "windows950", CHARSET_BIG5 },
	{ "euctw", CHARSET_EUC_TW },
	{ "iso2022cn", CHARSET_ISO_2022_CN },
	{ "utf7", CHARSET_UTF_7 },
	{ "unicode11utf7", CHARSET_UTF_7 },
	{ "utf16", CHARSET_UTF_16 },
	{ "ucs2", CHARSET_UTF_16 },
	{ "iso10646ucs2", CHARSET_UTF_16 },
	{ "unicode", CHARSET_UTF_16 },
	{ "utf16le", CHARSET_UTF_16LE },
	{ "utf16be", CHARSET_UTF_16BE },
	{ "utf32", CHARSET_UTF_32 },
	{ "utf32le", CHARSET_UTF_32LE },
	{ "utf32be", CHARSET_UTF_32BE },
	{ "windows1250", CHARSET_WINDOWS_1250 },
	{ "cp1250", CHARSET_WINDOWS_1250 },
	{ "windows1251", CHARSET_WINDOWS_1251 },
	{ "cp1251", CHARSET_WINDOWS_1251 },
	{ "windows1253", CHARSET_WINDOWS_1253 },
	{ "cp1253", CHARSET_WINDOWS_1253 },
	{ "windows1254", CHARSET_WINDOWS_1254 },
	{ "cp1254", CHARSET_WINDOWS_1254 },
	{ "iso88599", CHARSET_WINDOWS_1254 },
	{ "latin5", CHARSET_WINDOWS_1254 },
	{ "windows1255", CHARSET_WINDOWS_1255 },
	{ "cp1255", CHARSET_WINDOWS_1255 },
	{ "windows1256", CHARSET_WINDOWS_1256 },
	{ "cp1256", CHARSET_WINDOWS_1256 },
	{ "windows1257", CHARSET_WINDOWS_1257 },
	{ "cp1257", CHARSET_WINDOWS_1257 },
	{ "windows1258", CHARSET_WINDOWS_1258 },
	{ "cp1258", CHARSET_WINDOWS_1258 },
	{ "windows874", CHARSET_WINDOWS_874 },
	{ "cp874", CHARSET_WINDOWS_874 },
	{ "tis620", CHARSET_WINDOWS_874 },
	{ "iso885911", CHARSET_WINDOWS_874 },
	{ "tis6202533", CHARSET_WINDOWS_874 },
	{ "koi8r", CHARSET_KOI8_R },
	{ "koi8", CHARSET_KOI8_R },
	{ "koi8u", CHARSET_KOI8_U },
	{ "iso88592", CHARSET_ISO_8859_2 },
	{ "latin2", CHARSET_ISO_8859_2 },
	{ "iso88593", CHARSET_ISO_8859_3 },
	{ "iso88594", CHARSET_ISO_8859_4 },
	{ "iso88595", CHARSET_ISO_8859_5 },
	{ "cyrillic", CHARSET_ISO_8859_5 },
	{ "iso88596", CHARSET_ISO_8859_6 },
	{ "arabic", CHARSET_ISO_8859_6 },
	{ "iso88597", CHARSET_ISO_8859_7 },
	{ "greek", CHARSET_ISO_8859_7 },
	{ "iso88598", CHARSET_ISO_8859_8 },
	{ "iso88598i", CHARSET_ISO_8859_8 },
	{ "hebrew", CHARSET_ISO_8859_8 },
	{ "iso885910", CHARSET_ISO_8859_10 },
	{ "iso885913", CHARSET_ISO_8859_13 },
	{ "iso885914", CHARSET_ISO_8859_14 },
	{ "iso885915", CHARSET_ISO_8859_15 },
	{ "latin9", CHARSET_ISO_8859_15 },
	{ "iso885916", CHARSET_ISO_8859_16 },
	{ "macintosh", CHARSET_MACINTOSH },
	{ "macroman", CHARSET_MACINTOSH },
	{ "mac", CHARSET_MACINTOSH },
	{ "maccyrillic", CHARSET_MAC_CYRILLIC },
	{ "cp437", CHARSET_CP437 },
	{ "ibm437", CHARSET_CP437 },
	{ "cp850", CHARSET_CP850 },
	{ "ibm850", CHARSET_CP850 },
	{ "cp852", CHARSET_CP852 },
	{ "ibm852", CHARSET_CP852 },
	{ "cp855", CHARSET_CP855 },
	{ "ibm855", CHARSET_CP855 },
	{ "cp866", CHARSET_CP866 },
	{ "ibm866", CHARSET_CP866 },
	{ "viscii", CHARSET_VISCII },
	{ "tcvn", CHARSET_TCVN },
	{ "tcvn5712", CHARSET_TCVN },
};

static enum charset
look_up(const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (!strcmp(name, labels[i].label))
			return labels[i].charset;
	return CHARSET_UNKNOWN;
}

enum charset
charset_by_label(const char *label, size_t len)
{
	char name[32];
	size_t n = 0;
	enum charset charset;

	for (size_t i = 0; i < len; i++) {
		char c = label[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (n + 1 == sizeof(name))
			return CHARSET_UNKNOWN;
		name[n++] = c;
	}
	if (n == 0)
		return CHARSET_UNKNOWN;
	name[n] = '\0';
	charset = look_up(name);
	if (charset == CHARSET_UNKNOWN && name[0] == 'x')
		charset = look_up(name + 1);
	else if (charset == CHARSET_UNKNOWN && name[0] == 'c' && name[1] == 's')
		charset = look_up(name + 2);
	return charset;
}

bool
charset_is_escaped(enum charset charset)
{
	return charset >= CHARSET_ISO_2022_KR && charset <= CHARSET_ISO_2022_CN;
}

bool
charset_is_wide(enum charset charset)
{
	return charset >= CHARSET_UTF_16 && charset <= CHARSET_UTF_32BE;
}

bool
charset_is_single_byte(enum charset charset)
{
	return charset == CHARSET_WINDOWS_1252 || charset >= CHARSET_WINDOWS_1250;
}
