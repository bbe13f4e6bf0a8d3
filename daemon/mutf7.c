/*
 * mutf7: printable ASCII stands for itself, "&" is "&-", everything else is UTF-16BE in base64
 * (with "," for "/", no padding) between "&" and "-".
 */
#include "mutf7.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

struct writer {
	char *out;
	size_t len, size;
	bool shifted;  /* between "&" and "-" */
	uint32_t bits; /* not yet written, in the low bit_count bits */
	unsigned bit_count;
};

/* Writes past the end are counted only; the caller looks at len once. */
static void
put(struct writer *w, char c)
{
	if (w->len < w->size)
		w->out[w->len] = c;
	w->len++;
}

static void
put_unit(struct writer *w, unsigned unit)
{
	w->bits = w->bits << 16 | unit;
	w->bit_count += 16;
	while (w->bit_count >= 6) {
		w->bit_count -= 6;
		put(w, alphabet[w->bits >> w->bit_count & 63]);
	}
	w->bits &= (1u << w->bit_count) - 1;
}

static void
put_other(struct writer *w, utf8proc_int32_t c)
{
	if (!w->shifted) {
		put(w, '&');
		w->shifted = true;
	}
	if (c < 0x10000) {
		put_unit(w, (unsigned)c);
		return;
	}
	c -= 0x10000;
	put_unit(w, 0xd800 | (unsigned)c >> 10);
	put_unit(w, 0xdc00 | ((unsigned)c & 0x3ff));
}

static void
unshift(struct writer *w)
{
	if (!w->shifted)
		return;
	if (w->bit_count > 0)
		put(w, alphabet[w->bits << (6 - w->bit_count) & 63]);
	w->bits = 0;
	w->bit_count = 0;
	put(w, '-');
	w->shifted = false;
}

int
mutf7_encode(const char *name, char *out, size_t size)
{
	struct writer w = { .out = out, .size = size };
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)name;
	size_t left = strlen(name);

	while (left > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(at, (utf8proc_ssize_t)left, &c);

		if (n <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
			return -EILSEQ;
		at += n;
		left -= (size_t)n;
		if (c >= 0x80) {
			put_other(&w, c);
			continue;
		}
		unshift(&w);
		put(&w, (char)c);
		if (c == '&')
			put(&w, '-');
	}
	unshift(&w);
	put(&w, '\0');
	return w.len > size ? -ENAMETOOLONG : (int)(w.len - 1);
}
