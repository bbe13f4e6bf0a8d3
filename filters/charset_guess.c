/*
 * charset_guess: the shape of bytes. See charset_guess.h.
 */
#include "charset_guess.h"

#include <stdint.h>
#include <string.h>

/* Signs enough to be Japanese: no more can be told than that so many pairs may be Korean. */
#define SURE_BESIDE_SIGNS 5

size_t
charset_ascii_run(const unsigned char *p, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; i + 8 <= len; i += 8) {
		memcpy(&word, p + i, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < len && p[i] < 0x80)
		i++;
	return i;
}

static bool
is_letter(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

enum charset
charset_guess(const unsigned char *p, size_t len, size_t *ret_sure)
{
	size_t hangul = 0, sign = 0, hanja = 0, rare = 0, lone = 0;
	size_t i = 0;
	bool beside = false; /* an ASCII letter stands at a pair */
	unsigned char c, d;

	while (i < len) {
		i += charset_ascii_run(p + i, len - i);
		if (i >= len)
			break;
		c = p[i];
		d = i + 1 < len ? p[i + 1] : 0;
		beside |= (i > 0 && is_letter(p[i - 1])) || (i + 2 < len && is_letter(p[i + 2]));
		i += 2;
		if (c >= 0xa1 && c <= 0xfe && d >= 0xa1 && d <= 0xfe) {
			if (c >= 0xb0 && c <= 0xc8)
				hangul++;
			else if (c < 0xb0)
				sign++;
			else
				hanja++;
		} else if (c >= 0x81 && c <= 0xc6 && d >= 0x81 && d <= 0xfe) {
			rare++;
		} else {
			lone++;
			i--;
		}
	}
	*ret_sure = hangul > 8 * (lone + hanja + rare) && (hangul >= 4 || !beside) ? hangul : 0;
	/* So many signs are kana. */
	if (4 * sign > hangul && *ret_sure > SURE_BESIDE_SIGNS)
		*ret_sure = SURE_BESIDE_SIGNS;
	if (hangul + hanja >= 4 && hanja * 2 > hangul && hangul + hanja > 2 * (lone + rare))
		return CHARSET_GB18030;
	if (hangul > 0 && 2 * hangul + sign + rare > 2 * lone + hanja)
		return CHARSET_CP949;
	if (hangul == 0 && lone == 0 && sign > 0)
		return CHARSET_CP949;
	return CHARSET_WINDOWS_1252;
}

enum charset
charset_byte_order(enum charset charset, const unsigned char *p, size_t len)
{
	size_t even = 0, odd = 0, look = len < 4096 ? len : 4096;
	bool big;

	if (len >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return CHARSET_UTF_16BE;
	if (len >= 4 && !memcmp(p, "\xff\xfe\0\0", 4) && charset == CHARSET_UTF_32)
		return CHARSET_UTF_32LE;
	if (len >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return CHARSET_UTF_16LE;
	if (charset != CHARSET_UTF_16 && charset != CHARSET_UTF_32)
		return charset;
	for (size_t i = 0; i + 1 < look; i += 2) {
		even += p[i] == 0;
		odd += p[i + 1] == 0;
	}
	big = charset == CHARSET_UTF_16 ? even > odd : p[0] == 0;
	if (charset == CHARSET_UTF_16)
		return big ? CHARSET_UTF_16BE : CHARSET_UTF_16LE;
	return big ? CHARSET_UTF_32BE : CHARSET_UTF_32LE;
}

enum charset
charset_escapes(const char *bytes, size_t len, enum charset charset)
{
	const char *end = bytes + len, *p = bytes;

	if (charset_is_escaped(charset))
		return charset;
	while ((p = memchr(p, '\x1b', (size_t)(end - p))) && end - p >= 3) {
		if (p[1] == '$' && p[2] == ')' && end - p >= 4 && p[3] == 'C')
			return CHARSET_ISO_2022_KR;
		if (p[1] == '$' && (p[2] == 'B' || p[2] == '@' || p[2] == '('))
			return CHARSET_ISO_2022_JP;
		p++;
	}
	return charset;
}

enum charset
charset_look_wide(const unsigned char *p, size_t len)
{
	size_t little = 0, big = 0, units = 0, look = len < 4096 ? len : 4096;

	for (size_t i = 0; i + 1 < look; i += 2, units++) {
		little += (p[i + 1] == 0 && p[i] > 0 && p[i] < 0x7f) ||
			  (p[i + 1] >= 0xac && p[i + 1] < 0xd8);
		big += (p[i] == 0 && p[i + 1] > 0 && p[i + 1] < 0x7f) ||
		       (p[i] >= 0xac && p[i] < 0xd8);
	}
	if (little > big && little * 10 >= units * 9)
		return CHARSET_UTF_16LE;
	if (big > little && big * 10 >= units * 9)
		return CHARSET_UTF_16BE;
	return CHARSET_UNKNOWN;
}
