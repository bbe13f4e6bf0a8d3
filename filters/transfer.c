/*
 * transfer: quoted-printable, base64 and uuencode, read leniently. See transfer.h.
 *
 * Each decoder is one pass and writes at most what it reads, so one allocation is enough.
 */
#include "transfer.h"

#include <errno.h>
#include <string.h>

/* How much of a text is looked at to tell base64 from words. */
#define BASE64_SAMPLE 1000

/* Words of fewer letters than this may be base64 by chance. */
#define SHORT_TEXT 40

/* No shorter line than this makes a text base64 that does not say so; a multiple of four. */
#define FULL_LINE 60

const unsigned char transfer_base64[256] = {
	66, 66, 66, 66, 66, 66, 66, 66, 66, 65, 65, 66, 66, 65, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 65, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 62,
	66, 66, 66, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 66, 66, 64, 66, 66, 66, 0,
	1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, 66, 66, 66, 66, 66, 66, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
	39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
	66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 66,
};

#define VALUE(c) transfer_base64[(unsigned char)(c)]
#define PAD 64
#define SPACE 65

int
transfer_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * What base64 does not have in a stretch of text: other letters, a = that is not at an end, white
 * space inside a line.
 */
static size_t
strangers(const char *in, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char v = VALUE(in[i]), next = i + 1 < len ? VALUE(in[i + 1]) : SPACE;

		if (v > SPACE || (v == PAD && next < PAD))
			count++;
		else if ((in[i] == ' ' || in[i] == '\t') && next != SPACE && i > 0 &&
			 VALUE(in[i - 1]) != SPACE)
			count++;
	}
	return count;
}

/* Base64 with white space between its groups of four. */
static bool
is_spaced(const char *in, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char v = VALUE(in[i]);

		if (v > SPACE || (v == SPACE && run % 4 != 0))
			return false;
		run = v == SPACE ? 0 : run + 1;
	}
	return true;
}

/* Whether bytes look like text: UTF-8, or (legacy) pairs of high bytes, without controls. */
static bool
is_text(const unsigned char *p, size_t len, bool legacy)
{
	bool utf8 = true;
	size_t want, high = 0;

	for (size_t i = 0; i < len; i += 1 + want) {
		want = p[i] < 0xc2 ? 0 : p[i] < 0xe0 ? 1 : p[i] < 0xf0 ? 2 : p[i] < 0xf5 ? 3 : 0;
		utf8 &= p[i] < 0x80 || want > 0;
		for (size_t k = i + 1; k <= i + want && k < len; k++)
			utf8 &= (p[k] & 0xc0) == 0x80;
	}
	for (size_t i = 0; i < len; i++) {
		if (p[i] < 32 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r' && p[i] != 27)
			return false;
		legacy &= (p[i] < 0x7f && high % 2 == 0) || p[i] > 0xa0;
		high = p[i] > 0xa0 ? high + 1 : 0;
	}
	return utf8 || legacy;
}

/*
 * A few letters that all are base64's: whether they rather are words, which decode to nothing that
 * anybody would write.
 */
static bool
is_words(const char *in, size_t len)
{
	unsigned char text[SHORT_TEXT];
	unsigned bits = 0;
	size_t letters = 0, done = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char v = VALUE(in[i]);

		if (v == PAD || v > SPACE || (v > 51 && v < PAD))
			return false;
		if (v == SPACE)
			continue;
		/* Capitals stand at the beginning of words, or all together. */
		if (v < 26 && i > 0 && in[i - 1] >= 'a' && in[i - 1] <= 'z')
			return false;
		bits = bits << 6 | v;
		if (++letters % 4 != 1)
			text[done++] = (unsigned char)(bits >> (6 - 2 * ((letters - 1) % 4)));
	}
	return letters > 0 && (letters % 4 == 1 || !is_text(text, done, letters % 4 == 0));
}

bool
transfer_is_base64(const char *in, size_t len)
{
	size_t look = len < BASE64_SAMPLE ? len : BASE64_SAMPLE;

	if (len < SHORT_TEXT && is_words(in, len))
		return false;
	return strangers(in, look) * 16 <= look || is_spaced(in, look);
}

/* Lines of one length and nothing else, the first of which decodes to text. */
static bool
is_base64_block(const char *in, size_t len)
{
	const char *end = in + len, *line, *stop;
	size_t width = 0, total = 0, last = 0, lines = 0;
	unsigned char text[FULL_LINE];
	unsigned bits = 0;

	for (line = in; line < end; line = stop) {
		for (stop = line; stop < end && VALUE(*stop) <= PAD; stop++)
			;
		last = (size_t)(stop - line);
		if (lines++ == 0)
			width = last;
		if (width < FULL_LINE || last > width || (total % width && last > 0))
			return false;
		total += last;
		while (stop < end && (*stop == '\r' || *stop == '\n'))
			stop++;
		if (stop < end && VALUE(*stop) > PAD)
			return false;
	}
	for (size_t i = 0; i < FULL_LINE && total > 0; i++) {
		bits = bits << 6 | (VALUE(in[i]) & 63u);
		if (i % 4 != 0)
			text[i - i / 4 - 1] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
	}
	return total > 0 && total % 4 == 0 && is_text(text, FULL_LINE / 4 * 3, true);
}

enum part_encoding
transfer_guess(const char *in, size_t len)
{
	const char *p = in, *end = in + len;
	size_t pairs = 0;

	while (len > 0 && (*in == '\r' || *in == '\n')) {
		in++;
		len--;
	}
	if (len >= FULL_LINE && is_base64_block(in, len))
		return ENCODING_BASE64;
	/* =EC=95 is never written; %EC%95 is. */
	for (; pairs < 4 && end - p >= 6 && (p = memchr(p, '=', (size_t)(end - p) - 5)); p++)
		pairs += transfer_hex(p[1]) >= 8 && transfer_hex(p[2]) >= 0 && p[3] == '=' &&
			 transfer_hex(p[4]) >= 8 && transfer_hex(p[5]) >= 0;
	if (pairs < 4)
		return ENCODING_NONE;
	for (p = in; p < end; p++)
		if ((unsigned char)*p >= 0x80)
			return ENCODING_NONE;
	return ENCODING_QUOTED_PRINTABLE;
}

struct base64 {
	const char *in, *end;
	char *start, *out;
	unsigned bits;
	int count;        /* letters of the open group of four */
	const char *line; /* the line began here with no group open, else NULL */
	char *line_out;
	bool broken;
};

/* A group is open: write the bytes that are whole. */
static void
base64_flush(struct base64 *b)
{
	if (b->count >= 2)
		*b->out++ = (char)(b->bits >> (b->count == 2 ? 4 : 10));
	if (b->count == 3)
		*b->out++ = (char)(b->bits >> 2);
	if (b->count == 1)
		b->broken = true;
	b->bits = 0;
	b->count = 0;
}

/*
 * A letter that is not base64. List servers put their footer as plain text behind a base64 body: a
 * line that is mostly words is taken over as it is. Else the letter is skipped.
 */
static void
base64_stranger(struct base64 *b)
{
	const char *stop;
	size_t len;

	b->broken = true;
	if (!b->line) {
		b->in++;
		return;
	}
	stop = memchr(b->in, '\n', (size_t)(b->end - b->in));
	stop = stop ? stop + 1 : b->end;
	len = (size_t)(stop - b->line);
	if (len > 8 && (strangers(b->line, len) * 8 <= len || is_spaced(b->line, len))) {
		b->line = NULL; /* one look a line: linear time */
		b->in++;
		return;
	}
	b->count = 0;
	b->bits = 0;
	b->out = b->line_out;
	memcpy(b->out, b->line, len);
	b->out += len;
	b->in = stop;
	b->line = stop;
	b->line_out = b->out;
}

static void
base64_line(struct base64 *b)
{
	b->line = b->count == 0 ? b->in : NULL;
	b->line_out = b->out;
}

static void
base64_decode(struct base64 *b, size_t max)
{
	unsigned char v, w, x, y;

	base64_line(b);
	while (b->in < b->end && (size_t)(b->out - b->start) < max) {
		while (b->count == 0 && b->end - b->in >= 4) {
			v = VALUE(b->in[0]);
			w = VALUE(b->in[1]);
			x = VALUE(b->in[2]);
			y = VALUE(b->in[3]);
			if ((v | w | x | y) > 63)
				break;
			*b->out++ = (char)(v << 2 | w >> 4);
			*b->out++ = (char)(w << 4 | x >> 2);
			*b->out++ = (char)(x << 6 | y);
			b->in += 4;
		}
		if (b->in == b->end)
			break;
		v = VALUE(*b->in);
		if (v < PAD) {
			b->in++;
			b->bits = b->bits << 6 | v;
			if (++b->count == 4) {
				*b->out++ = (char)(b->bits >> 16);
				*b->out++ = (char)(b->bits >> 8);
				*b->out++ = (char)b->bits;
				b->count = 0;
				b->bits = 0;
			}
		} else if (v == PAD) {
			base64_flush(b);
			b->in++;
		} else if (*b->in == '\n') {
			b->in++;
			base64_line(b);
		} else if (v == SPACE &&
			   (b->in + 1 == b->end || b->in[1] == '\n' || *b->in == '\r')) {
			b->in++;
		} else {
			base64_stranger(b);
		}
	}
	base64_flush(b);
}

static char *
quoted_printable(const char *in, const char *end, char *out, bool *ret_broken)
{
	const char *p;

	while (in < end) {
		p = memchr(in, '=', (size_t)(end - in));
		if (!p)
			p = end;
		memcpy(out, in, (size_t)(p - in));
		out += p - in;
		if (p == end)
			break;
		if (end - p >= 3 && transfer_hex(p[1]) >= 0 && transfer_hex(p[2]) >= 0) {
			*out++ = (char)(transfer_hex(p[1]) << 4 | transfer_hex(p[2]));
			in = p + 3;
			continue;
		}
		for (in = p + 1; in < end && (*in == ' ' || *in == '\t' || *in == '\r'); in++)
			;
		if (in < end && *in != '\n') {
			*out++ = '=';
			*ret_broken = true;
			in = p + 1;
		} else if (in < end) {
			in++;
		}
	}
	return out;
}

static char *
uuencoded_line(const char *line, const char *stop, char *out)
{
	size_t want = ((unsigned char)line[0] - 32) & 63, got = 0;
	unsigned char v[4];

	for (const char *p = line + 1; p < stop && got < want; p += 4) {
		for (int i = 0; i < 4; i++)
			v[i] = p + i < stop ? ((unsigned char)p[i] - 32) & 63 : 0;
		if (got++ < want)
			*out++ = (char)(v[0] << 2 | v[1] >> 4);
		if (got++ < want)
			*out++ = (char)(v[1] << 4 | v[2] >> 2);
		if (got++ < want)
			*out++ = (char)(v[2] << 6 | v[3]);
	}
	return out;
}

/* Lines before "begin" and behind "end" are words and stay. */
static char *
uuencode(const char *in, const char *end, char *out, bool *ret_broken)
{
	const char *next, *stop;
	bool open = false, found = false;

	for (; in < end; in = next) {
		stop = memchr(in, '\n', (size_t)(end - in));
		next = stop ? stop + 1 : end;
		stop = stop ? stop : end;
		while (stop > in && stop[-1] == '\r')
			stop--;
		if (!open && !found && stop - in > 6 && !memcmp(in, "begin ", 6)) {
			open = found = true;
		} else if (open && stop - in == 3 && !memcmp(in, "end", 3)) {
			open = false;
		} else if (open && stop > in) {
			out = uuencoded_line(in, stop, out);
		} else if (!open) {
			memcpy(out, in, (size_t)(next - in));
			out += next - in;
		}
	}
	if (!found)
		*ret_broken = true;
	return out;
}

int
transfer_decode(struct arena *arena, enum part_encoding encoding, const char *in, size_t len,
		size_t max, const char **ret_bytes, size_t *ret_len, bool *ret_broken,
		bool *ret_cut)
{
	/* No encoding makes four letters into less than one byte of text worth looking at. */
	size_t most = max < (size_t)-1 / 8 ? max * 4 + 1024 : max, done;
	struct base64 b = { .in = in };
	bool broken = false, cut = false;
	char *out = NULL;

	if (encoding == ENCODING_BASE64 && !transfer_is_base64(in, len)) {
		encoding = ENCODING_NONE;
		broken = true;
	}
	if (len > most) {
		len = most;
		cut = true;
	}
	if (encoding != ENCODING_NONE) {
		out = arena_alloc(arena, len + 4);
		if (!out)
			return -ENOMEM;
	}
	if (encoding == ENCODING_BASE64) {
		b.end = in + len;
		b.start = b.out = out;
		base64_decode(&b, max + 4);
		done = (size_t)(b.out - out);
		broken = b.broken;
	} else if (encoding == ENCODING_QUOTED_PRINTABLE) {
		done = (size_t)(quoted_printable(in, in + len, out, &broken) - out);
	} else if (encoding == ENCODING_UUENCODE) {
		done = (size_t)(uuencode(in, in + len, out, &broken) - out);
	} else {
		done = len;
	}
	*ret_cut = cut || done > max;
	*ret_len = done < max ? done : max;
	*ret_bytes = out ? out : in;
	*ret_broken = broken;
	return 0;
}
