/*
 * fold_char: what fold.c knows about single characters. See fold_char.h.
 */
#include "fold_char.h"

#include <string.h>
#include <utf8proc.h>

size_t
utf8_next(const char *s, size_t len, int32_t *ret_cp)
{
	const unsigned char *p = (const unsigned char *)s;
	int32_t cp = -1;
	size_t n = 1;

	if (p[0] < 0x80) {
		cp = p[0];
	} else if (p[0] >= 0xc2 && p[0] <= 0xdf && len >= 2 && (p[1] & 0xc0) == 0x80) {
		cp = (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
		n = 2;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef && len >= 3 && (p[1] & 0xc0) == 0x80 &&
		   (p[2] & 0xc0) == 0x80) {
		cp = (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		n = 3;
		if (cp < 0x800 || (cp >= 0xd800 && cp <= 0xdfff))
			cp = -1;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4 && len >= 4 && (p[1] & 0xc0) == 0x80 &&
		   (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80) {
		cp = (p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
		n = 4;
		if (cp < 0x10000 || cp > 0x10ffff)
			cp = -1;
	}
	*ret_cp = cp;
	return cp < 0 ? 1 : n;
}

size_t
utf8_put(int32_t cp, char out[4])
{
	return (size_t)utf8proc_encode_char(cp, (utf8proc_uint8_t *)out);
}

bool
is_mark(int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);

	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC || c == UTF8PROC_CATEGORY_ME;
}

bool
is_continuing(int32_t cp)
{
	if (cp < 0x300 || is_hangul_syllable(cp))
		return false;
	if ((cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff))
		return true;
	return is_mark(cp);
}

bool
is_invisible(int32_t cp)
{
	if (cp < 0x80)
		return (cp < 0x20 && !is_white(cp)) || cp == 0x7f;
	if (cp < 0xa0)
		return cp != 0x85;
	switch (cp) {
	case 0xad:
	case 0x34f:
	case 0x61c:
	case 0x115f:
	case 0x1160:
	case 0x17b4:
	case 0x17b5:
	case 0x2800: /* an empty Braille cell */
	case 0x3164:
	case 0xfeff:
	case 0xffa0:
		return true;
	}
	return (cp >= 0x180b && cp <= 0x180f) || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
	       (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xfff0 && cp <= 0xfffb) ||
	       (cp >= 0xe0000 && cp <= 0xe0fff);
}

bool
is_white(int32_t cp)
{
	return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
	       cp == 0x205f || cp == 0x3000;
}

bool
is_letter(int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);

	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

bool
keeps_marks(int32_t base)
{
	return base >= 0x370 && !(base >= 0x1100 && base <= 0x11ff) &&
	       !(base >= 0x3130 && base <= 0x318f) && !is_hangul_syllable(base) && is_letter(base);
}

int32_t
jamo_lone(int32_t cp)
{
	static const uint16_t initial[] = {
		0x3131, 0x3132, 0x3134, 0x3137, 0x3138, 0x3139, 0x3141, 0x3142, 0x3143, 0x3145,
		0x3146, 0x3147, 0x3148, 0x3149, 0x314a, 0x314b, 0x314c, 0x314d, 0x314e,
	};
	static const uint16_t final[] = {
		0x3131, 0x3132, 0x3133, 0x3134, 0x3135, 0x3136, 0x3137, 0x3139, 0x313a,
		0x313b, 0x313c, 0x313d, 0x313e, 0x313f, 0x3140, 0x3141, 0x3142, 0x3144,
		0x3145, 0x3146, 0x3147, 0x3148, 0x314a, 0x314b, 0x314c, 0x314d, 0x314e,
	};

	if (cp >= 0x1100 && cp <= 0x1112)
		return initial[cp - 0x1100];
	if (cp == 0x111a) /* what NFKC makes of ㅀ */
		return 0x3140;
	if (cp == 0x1121) /* ... and of ㅄ */
		return 0x3144;
	if (cp >= 0x1161 && cp <= 0x1175)
		return cp - 0x1161 + 0x314f;
	if (cp >= 0x11a8 && cp <= 0x11c2)
		return final[cp - 0x11a8];
	if (cp == 0x115f || cp == 0x1160)
		return 0;
	return cp;
}

int32_t
latin_lookalike(int32_t cp)
{
	static const struct {
		uint16_t from;
		char to;
	} table[] = {
		{ 0x3b1, 'a' }, { 0x3b5, 'e' }, { 0x3b9, 'i' }, { 0x3ba, 'k' }, { 0x3bd, 'v' },
		{ 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3c4, 't' }, { 0x3c5, 'u' }, { 0x3c7, 'x' },
		{ 0x3c9, 'w' }, { 0x3f2, 's' }, { 0x3f3, 'j' }, { 0x430, 'a' }, { 0x432, 'b' },
		{ 0x433, 'r' }, { 0x435, 'e' }, { 0x43a, 'k' }, { 0x43c, 'm' }, { 0x43d, 'h' },
		{ 0x43e, 'o' }, { 0x43f, 'n' }, { 0x440, 'p' }, { 0x441, 'c' }, { 0x442, 't' },
		{ 0x443, 'y' }, { 0x445, 'x' }, { 0x44c, 'b' }, { 0x455, 's' }, { 0x456, 'i' },
		{ 0x457, 'i' }, { 0x458, 'j' }, { 0x475, 'v' }, { 0x4bb, 'h' }, { 0x4cf, 'l' },
		{ 0x501, 'd' }, { 0x51b, 'q' }, { 0x51d, 'w' },
	};

	if (cp < 0x3b1 || cp > 0x51d)
		return 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].from == cp)
			return table[i].to;
	return 0;
}

/* Place among the 19 initials, -1 when a letter cannot begin a syllable. */
static int
initial_index(int32_t cp)
{
	static const signed char index[] = {
		0,  1, -1, 2, -1, -1, 3,  4,  5,  -1, -1, -1, -1, -1, -1,
		-1, 6, 7,  8, -1, 9,  10, 11, 12, 13, 14, 15, 16, 17, 18,
	};

	return cp >= 0x3131 && cp <= 0x314e ? index[cp - 0x3131] : -1;
}

/* Place among the 27 finals (1-27), 0 when a letter cannot end a syllable. */
static int
final_index(int32_t cp)
{
	static const signed char index[] = {
		1,  2,  3,  4, 5,  6,  7,  0,  8,  9, 10, 11, 12, 13, 14,
		15, 16, 17, 0, 18, 19, 20, 21, 22, 0, 23, 24, 25, 26, 27,
	};

	return cp >= 0x3131 && cp <= 0x314e ? index[cp - 0x3131] : 0;
}

static bool
is_vowel(int32_t cp)
{
	return cp >= 0x314f && cp <= 0x3163;
}

size_t
jamo_join(const int32_t *jamo, size_t count, bool more, int32_t *ret_cp)
{
	int initial, final;
	int32_t syllable;

	*ret_cp = jamo[0];
	initial = initial_index(jamo[0]);
	if (initial < 0)
		return 1;
	if (count < 2)
		return more ? 0 : 1;
	if (!is_vowel(jamo[1]))
		return 1;
	syllable = 0xac00 + (initial * 21 + (jamo[1] - 0x314f)) * 28;
	if (count < 4 && more)
		return 0;
	*ret_cp = syllable;
	if (count < 3)
		return 2;
	final = final_index(jamo[2]);
	/*
	 * A consonant before a vowel begins the next syllable; ㅋㅋ and the like are laughter, not
	 * an ending.
	 */
	if (final == 0 || jamo[2] == 0x314b ||
	    (count > 3 && (is_vowel(jamo[3]) || jamo[3] == jamo[2])))
		return 2;
	*ret_cp = syllable + final;
	return 3;
}

size_t
drop_marks(int32_t *cps, size_t count)
{
	size_t kept = 0;
	int32_t base = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_mark(cps[i]) && !keeps_marks(base))
			continue;
		if (!is_mark(cps[i]))
			base = cps[i];
		cps[kept++] = cps[i];
	}
	return kept;
}

size_t
bulk_length(const char *in, size_t len, size_t at)
{
	const unsigned char *p = (const unsigned char *)in;
	size_t i = at;
	uint64_t word;

	for (;;) {
		while (i + 8 <= len) {
			memcpy(&word, p + i, 8);
			if ((word & UINT64_C(0x8080808080808080)) != 0)
				break;
			i += 8;
		}
		if (i >= len)
			break;
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		if (p[i] < 0xea || p[i] > 0xed || i + 3 > len || (p[i + 1] & 0xc0) != 0x80 ||
		    (p[i + 2] & 0xc0) != 0x80)
			break;
		if ((p[i] == 0xea && p[i + 1] < 0xb0) ||
		    (p[i] == 0xed && (p[i + 1] > 0x9e || (p[i + 1] == 0x9e && p[i + 2] > 0xa3))))
			break;
		i += 3;
	}
	return i - at;
}
