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
	if (cp >= 0x600 && !is_hangul_syllable(cp) && !is_jamo(cp) &&
	    utf8proc_category(cp) == UTF8PROC_CATEGORY_CF)
		return true;
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
spells(int32_t cp)
{
	/* ㆍ is a dot to everybody today, and the other letters of old Korean are as rare. */
	if ((cp >= 0x1113 && cp <= 0x115e) || (cp >= 0x1176 && cp <= 0x11a7) ||
	    (cp >= 0x11c3 && cp <= 0x11ff) || (cp >= 0x3165 && cp <= 0x318e))
		return false;
	return is_letter(cp) && utf8proc_category(cp) != UTF8PROC_CATEGORY_LM;
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

struct lookalike {
	uint16_t from;
	char to;
};

/* By value: halves the table at each step. */
static int32_t
look_up(const struct lookalike *table, size_t count, int32_t cp)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table[middle].from == cp)
			return table[middle].to;
		if (table[middle].from < cp)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

int32_t
latin_lookalike(int32_t cp)
{
	/* Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu */
	static const struct lookalike table[] = {
		{ 0x391, 'a' },  { 0x392, 'b' },  { 0x395, 'e' },  { 0x396, 'z' },  { 0x397, 'h' },
		{ 0x399, 'i' },  { 0x39a, 'k' },  { 0x39c, 'm' },  { 0x39d, 'n' },  { 0x39f, 'o' },
		{ 0x3a1, 'p' },  { 0x3a4, 't' },  { 0x3a5, 'y' },  { 0x3a7, 'x' },  { 0x3ac, 'a' },
		{ 0x3ad, 'e' },  { 0x3ae, 'n' },  { 0x3af, 'i' },  { 0x3b1, 'a' },  { 0x3b2, 'b' },
		{ 0x3b3, 'y' },  { 0x3b5, 'e' },  { 0x3b7, 'n' },  { 0x3b9, 'i' },  { 0x3ba, 'k' },
		{ 0x3bd, 'v' },  { 0x3bf, 'o' },  { 0x3c1, 'p' },  { 0x3c4, 't' },  { 0x3c5, 'u' },
		{ 0x3c7, 'x' },  { 0x3c9, 'w' },  { 0x3ca, 'i' },  { 0x3cb, 'u' },  { 0x3cc, 'o' },
		{ 0x3cd, 'u' },  { 0x3ce, 'w' },  { 0x3f2, 'c' },  { 0x3f3, 'j' },  { 0x3f9, 'c' },
		{ 0x401, 'e' },  { 0x405, 's' },  { 0x406, 'i' },  { 0x407, 'i' },  { 0x408, 'j' },
		{ 0x410, 'a' },  { 0x412, 'b' },  { 0x415, 'e' },  { 0x41a, 'k' },  { 0x41c, 'm' },
		{ 0x41d, 'h' },  { 0x41e, 'o' },  { 0x420, 'p' },  { 0x421, 'c' },  { 0x422, 't' },
		{ 0x423, 'y' },  { 0x425, 'x' },  { 0x430, 'a' },  { 0x432, 'b' },  { 0x433, 'r' },
		{ 0x435, 'e' },  { 0x43a, 'k' },  { 0x43c, 'm' },  { 0x43d, 'h' },  { 0x43e, 'o' },
		{ 0x43f, 'n' },  { 0x440, 'p' },  { 0x441, 'c' },  { 0x442, 't' },  { 0x443, 'y' },
		{ 0x445, 'x' },  { 0x44c, 'b' },  { 0x451, 'e' },  { 0x455, 's' },  { 0x456, 'i' },
		{ 0x457, 'i' },  { 0x458, 'j' },  { 0x461, 'w' },  { 0x475, 'v' },  { 0x493, 'f' },
		{ 0x4ba, 'h' },  { 0x4bb, 'h' },  { 0x4c0, 'l' },  { 0x4cf, 'l' },  { 0x500, 'd' },
		{ 0x501, 'd' },  { 0x50d, 'g' },  { 0x51a, 'q' },  { 0x51b, 'q' },  { 0x51c, 'w' },
		{ 0x51d, 'w' },  { 0x563, 'q' },  { 0x570, 'h' },  { 0x575, 'j' },  { 0x578, 'n' },
		{ 0x57d, 'u' },  { 0x581, 'g' },  { 0x585, 'o' },  { 0x13a0, 'd' }, { 0x13a1, 'r' },
		{ 0x13a2, 't' }, { 0x13a5, 'i' }, { 0x13a9, 'y' }, { 0x13aa, 'a' }, { 0x13ab, 'j' },
		{ 0x13ac, 'e' }, { 0x13b6, 'g' }, { 0x13b7, 'm' }, { 0x13bb, 'h' }, { 0x13c3, 'z' },
		{ 0x13d4, 'w' }, { 0x13d9, 'v' }, { 0x13da, 's' }, { 0x13de, 'l' }, { 0x13df, 'c' },
		{ 0x13e2, 'p' }, { 0x13e6, 'k' }, { 0x13f4, 'b' }, { 0x2c81, 'a' }, { 0x2c89, 'e' },
		{ 0x2c93, 'i' }, { 0x2c95, 'k' }, { 0x2c9f, 'o' }, { 0x2ca3, 'p' }, { 0x2ca5, 'c' },
		{ 0x2ca7, 't' }, { 0x2ca9, 'y' }, { 0x2cad, 'x' }, { 0xa4d0, 'b' }, { 0xa4d1, 'p' },
		{ 0xa4d3, 'd' }, { 0xa4d4, 't' }, { 0xa4d6, 'g' }, { 0xa4d7, 'k' }, { 0xa4d9, 'j' },
		{ 0xa4da, 'c' }, { 0xa4dc, 'z' }, { 0xa4dd, 'f' }, { 0xa4df, 'm' }, { 0xa4e0, 'n' },
		{ 0xa4e1, 'l' }, { 0xa4e2, 's' }, { 0xa4e3, 'r' }, { 0xa4e6, 'v' }, { 0xa4e7, 'h' },
		{ 0xa4ea, 'w' }, { 0xa4eb, 'x' }, { 0xa4ec, 'y' }, { 0xa4ee, 'a' }, { 0xa4f0, 'e' },
		{ 0xa4f2, 'i' }, { 0xa4f3, 'o' }, { 0xa4f4, 'u' },
	};

	if (cp < 0x370 || cp > 0xa4ff)
		return 0;
	return look_up(table, sizeof(table) / sizeof(*table), cp);
}

int32_t
latin_letter(int32_t cp)
{
	static const struct lookalike table[] = {
		{ 0xf8, 'o' },   { 0x111, 'd' },  { 0x127, 'h' },  { 0x131, 'i' },  { 0x142, 'l' },
		{ 0x192, 'f' },  { 0x251, 'a' },  { 0x25b, 'e' },  { 0x261, 'g' },  { 0x262, 'g' },
		{ 0x269, 'i' },  { 0x26a, 'i' },  { 0x274, 'n' },  { 0x280, 'r' },  { 0x28f, 'y' },
		{ 0x299, 'b' },  { 0x29c, 'h' },  { 0x29f, 'l' },  { 0x1d00, 'a' }, { 0x1d04, 'c' },
		{ 0x1d05, 'd' }, { 0x1d07, 'e' }, { 0x1d0a, 'j' }, { 0x1d0b, 'k' }, { 0x1d0d, 'm' },
		{ 0x1d0f, 'o' }, { 0x1d18, 'p' }, { 0x1d1b, 't' }, { 0x1d1c, 'u' }, { 0x1d20, 'v' },
		{ 0x1d21, 'w' }, { 0x1d22, 'z' }, { 0x212e, 'e' }, { 0xa730, 'f' }, { 0xa731, 's' },
	};

	if (cp < 0xf8 || cp == 0xffff)
		return 0;
	if (cp >= 0x1f150 && cp <= 0x1f169) /* white on black, round */
		return cp - 0x1f150 + 'a';
	if (cp >= 0x1f170 && cp <= 0x1f189) /* ... and square */
		return cp - 0x1f170 + 'a';
	return cp > 0xffff ? 0 : look_up(table, sizeof(table) / sizeof(*table), cp);
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

struct jamo_pair {
	uint16_t first, second, both;
};

static int32_t
pair_up(const struct jamo_pair *pairs, size_t count, int32_t first, int32_t second)
{
	for (size_t i = 0; i < count; i++)
		if (pairs[i].first == first && pairs[i].second == second)
			return pairs[i].both;
	return 0;
}

int32_t
jamo_vowel_pair(int32_t first, int32_t second)
{
	static const struct jamo_pair pairs[] = {
		{ 0x3157, 0x314f, 0x3158 }, { 0x3157, 0x3150, 0x3159 }, { 0x3157, 0x3163, 0x315a },
		{ 0x315c, 0x3153, 0x315d }, { 0x315c, 0x3154, 0x315e }, { 0x315c, 0x3163, 0x315f },
		{ 0x3161, 0x3163, 0x3162 },
	};

	return pair_up(pairs, sizeof(pairs) / sizeof(*pairs), first, second);
}

int32_t
jamo_final_pair(int32_t first, int32_t second)
{
	static const struct jamo_pair pairs[] = {
		{ 0x3131, 0x3145, 0x3133 }, { 0x3134, 0x3148, 0x3135 }, { 0x3134, 0x314e, 0x3136 },
		{ 0x3139, 0x3131, 0x313a }, { 0x3139, 0x3141, 0x313b }, { 0x3139, 0x3142, 0x313c },
		{ 0x3139, 0x3145, 0x313d }, { 0x3139, 0x314c, 0x313e }, { 0x3139, 0x314d, 0x313f },
		{ 0x3139, 0x314e, 0x3140 }, { 0x3142, 0x3145, 0x3144 },
	};

	return pair_up(pairs, sizeof(pairs) / sizeof(*pairs), first, second);
}

/* ㄱㄱ at the beginning of a syllable is ㄲ. */
static int32_t
tense(int32_t cp)
{
	switch (cp) {
	case 0x3131:
	case 0x3137:
	case 0x3142:
	case 0x3145:
	case 0x3148:
		return cp + 1;
	}
	return 0;
}

int32_t
jamo_final(int32_t syllable, int32_t consonant)
{
	int final = final_index(consonant);

	/* ㅋ and ㅎ behind a syllable are laughter, ㅠ and ㅜ are no consonants. */
	if (final == 0 || consonant == 0x314b || consonant == 0x314e ||
	    (syllable - 0xac00) % 28 != 0)
		return 0;
	return syllable + final;
}

/* The final of a syllable at jamo[at...]: its index, 0 when none; *ret_len letters of it. */
static int
take_final(const int32_t *jamo, size_t count, size_t at, size_t *ret_len)
{
	int32_t both = at + 1 < count ? jamo_final_pair(jamo[at], jamo[at + 1]) : 0;
	int final = at < count ? final_index(jamo[at]) : 0;

	*ret_len = 0;
	/*
	 * A consonant before a vowel begins the next syllable, and so do two that are tense; ㅋㅋ
	 * and the like are laughter, not an ending.
	 */
	if (final == 0 || jamo[at] == 0x314b ||
	    (at + 1 < count && (is_vowel(jamo[at + 1]) || jamo[at + 1] == jamo[at])))
		return 0;
	*ret_len = 1;
	if (both == 0 || (at + 2 < count && is_vowel(jamo[at + 2])) ||
	    (at + 2 < count && jamo[at + 2] == jamo[at + 1]))
		return final;
	*ret_len = 2;
	return final_index(both);
}

size_t
jamo_join(const int32_t *jamo, size_t count, bool more, int32_t *ret_cp)
{
	int initial = initial_index(jamo[0]);
	size_t n = 1, final_len;
	int32_t vowel;

	*ret_cp = jamo[0];
	if (initial < 0)
		return 1;
	if (count < JAMO_JOIN_MAX && more)
		return 0;
	if (count > 2 && jamo[1] == jamo[0] && tense(jamo[0]) != 0 && is_vowel(jamo[2])) {
		initial = initial_index(tense(jamo[0]));
		n = 2;
	}
	if (n >= count || !is_vowel(jamo[n]))
		return 1;
	vowel = n + 1 < count ? jamo_vowel_pair(jamo[n], jamo[n + 1]) : 0;
	n += vowel ? 2 : 1;
	if (!vowel)
		vowel = jamo[n - 1];
	*ret_cp = 0xac00 + (initial * 21 + (vowel - 0x314f)) * 28 +
		  take_final(jamo, count, n, &final_len);
	return n + final_len;
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
