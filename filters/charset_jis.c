/*
 * charset_jis: escape sequences followed, pairs moved to where CP932 has them. See charset_jis.h.
 */
#include "charset_jis.h"

enum set { SET_ASCII, SET_KANJI, SET_KANA };

/* The escape sequence at p (behind ESC): its length, 0 when it is none of ours. */
static size_t
escape(const unsigned char *p, size_t left, enum set *set, bool *foreign)
{
	if (left < 2)
		return 0;
	if (p[0] == '$' && (p[1] == 'B' || p[1] == '@')) {
		*set = SET_KANJI;
		return 2;
	}
	if (p[0] == '(' && (p[1] == 'B' || p[1] == 'J' || p[1] == 'H')) {
		*set = SET_ASCII;
		return 2;
	}
	if (p[0] == '(' && p[1] == 'I') {
		*set = SET_KANA;
		return 2;
	}
	*foreign |= p[0] == '$' || p[0] == '(' || p[0] == '.';
	return 0;
}

/* JIS X 0208 row and cell to Shift_JIS. */
static void
put_pair(unsigned char row, unsigned char cell, char *out)
{
	unsigned lead = (row - 0x21u) / 2 + 0x81, trail;

	if (lead > 0x9f)
		lead += 0x40;
	if (row & 1)
		trail = cell + (cell < 0x60 ? 0x1fu : 0x20u);
	else
		trail = cell + 0x7eu;
	out[0] = (char)lead;
	out[1] = (char)trail;
}

static bool
is_cell(unsigned char c)
{
	return c > 0x20 && c < 0x7f;
}

size_t
charset_jis_to_cp932(const char *bytes, size_t len, char *out, bool *ret_foreign)
{
	const unsigned char *p = (const unsigned char *)bytes;
	enum set set = SET_ASCII;
	size_t i = 0, n = 0, skip;

	*ret_foreign = false;
	while (i < len) {
		if (p[i] == 0x1b && (skip = escape(p + i + 1, len - i - 1, &set, ret_foreign))) {
			i += 1 + skip;
		} else if (set == SET_KANJI && i + 1 < len && is_cell(p[i]) && is_cell(p[i + 1])) {
			put_pair(p[i], p[i + 1], out + n);
			n += 2;
			i += 2;
		} else if (set == SET_KANA && is_cell(p[i]) && p[i] < 0x60) {
			out[n++] = (char)(p[i++] | 0x80);
		} else {
			/* RFC 1468: a line begins in ASCII. */
			if (p[i] == '\n')
				set = SET_ASCII;
			out[n++] = (char)p[i++];
		}
	}
	return n;
}
