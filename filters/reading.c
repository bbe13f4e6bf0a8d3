/*
 * reading: the words of a text that are read otherwise, and the places around them. See reading.h.
 *
 * One pass over the words. Most are passed over after a look at their bytes; the others are taken
 * apart into cells, and reading_word.c says how they may be read.
 */
#include "reading.h"

#include <errno.h>
#include <string.h>

#include "fold_char.h"
#include "reading_word.h"

#define CONTEXT 120 /* bytes of the text kept on either side of a word */
#define TYPED_MIN 4 /* letters of Korean typed in Latin, unless its neighbour is some */
#define TYPED_MAX 40
#define SINGLES_MAX (WORD_CELLS / 2) /* letters that stand apart, looked at together */

struct finder {
	struct arena *arena;
	const char *text;
	size_t len;
	struct readings *out;
	size_t room, stretch_room;
	bool failed;
	bool typed;            /* the word before was Korean typed in Latin */
	size_t held, held_len; /* the word before, which may be some */
};

/* What a byte is, seen from afar; 0: of no interest. Bits. */
enum byte {
	BYTE_LETTER = 1 << 0,
	BYTE_WHITE = 1 << 1,
	BYTE_HIGH = 1 << 2,   /* of a character that is not ASCII */
	BYTE_END = 1 << 3,    /* stands behind ordinary words */
	BYTE_FIGURE = 1 << 4, /* may stand for a letter */
	BYTE_JOIN = 1 << 5,   /* between two letters it hides what they say */
};

static const uint8_t bytes[256] = {
	[0x80 ... 0xff] = BYTE_HIGH,
	['a' ... 'z'] = BYTE_LETTER,
	['A' ... 'Z'] = BYTE_LETTER,
	['\t' ... '\r'] = BYTE_WHITE,
	[' '] = BYTE_WHITE,
	[')'] = BYTE_END,
	[']'] = BYTE_END,
	['>'] = BYTE_END,
	['.'] = BYTE_END,
	[','] = BYTE_END,
	['!'] = BYTE_END | BYTE_FIGURE,
	['?'] = BYTE_END,
	['~'] = BYTE_END | BYTE_JOIN,
	[';'] = BYTE_END,
	[':'] = BYTE_END,
	['"'] = BYTE_END,
	['\''] = BYTE_END,
	['0'] = BYTE_FIGURE,
	['1'] = BYTE_FIGURE,
	['3'] = BYTE_FIGURE,
	['4'] = BYTE_FIGURE,
	['5'] = BYTE_FIGURE,
	['7'] = BYTE_FIGURE,
	['@'] = BYTE_FIGURE,
	['$'] = BYTE_FIGURE,
	['*'] = BYTE_JOIN,
	['^'] = BYTE_JOIN,
};

static uint8_t
byte_of(char c)
{
	return bytes[(unsigned char)c];
}

/* Room for one more at the end of a list of `count`; NULL when there is none. */
static void *
grow(struct finder *f, void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;

	if (count < *room)
		return list;
	list = arena_grow(f->arena, list, *room * size, more * size);
	if (list == NULL)
		f->failed = true;
	else
		*room = more;
	return list;
}

static size_t
whole_character(const struct finder *f, size_t at)
{
	while (at > 0 && at < f->len && ((unsigned char)f->text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Keeps the text around [from, to). */
static void
keep_around(struct finder *f, size_t from, size_t to)
{
	struct readings *r = f->out;
	struct stretch *last = r->stretch_count ? &r->stretches[r->stretch_count - 1] : NULL;
	struct stretch *list;

	from = whole_character(f, from > CONTEXT ? from - CONTEXT : 0);
	to = to + CONTEXT < f->len ? whole_character(f, to + CONTEXT) : f->len;
	if (last != NULL && from <= last->to) {
		last->to = to;
		return;
	}
	list = grow(f, r->stretches, r->stretch_count, &f->stretch_room, sizeof(*list));
	if (list == NULL)
		return;
	r->stretches = list;
	list[r->stretch_count++] = (struct stretch){ from, to };
}

static void
add_cells(struct finder *f, const struct cell *cells, size_t count)
{
	struct readings *r = f->out;

	for (size_t i = 0; i < count; i++) {
		const struct cell *c = &cells[i];
		struct respelling *list;

		if (c->as[0] == c->cp && c->as[1] == c->cp)
			continue;
		list = grow(f, r->list, r->length, &f->room, sizeof(*list));
		if (list == NULL)
			return;
		r->list = list;
		list[r->length++] = (struct respelling){ c->at, c->end, { c->as[0], c->as[1] } };
		if (c->as[0] != c->as[1])
			r->count = READINGS;
		else if (r->count == 0)
			r->count = 1;
	}
	if (count > 0)
		keep_around(f, cells[0].at, cells[count - 1].end);
}

/* Takes the characters of [*at, to) apart, as many as fit; *at moves behind them. */
static size_t
take_cells(const struct finder *f, size_t *at, size_t to, struct cell *cells)
{
	size_t count = 0;

	while (*at < to && count < WORD_CELLS) {
		struct cell *c = &cells[count];
		size_t n = utf8_next(f->text + *at, to - *at, &c->cp);

		c->at = (uint32_t)*at;
		c->end = (uint32_t)(*at + n);
		*at += n;
		if (c->cp >= 'A' && c->cp <= 'Z')
			c->cp += 'a' - 'A';
		if (c->cp < 0 || !is_invisible(c->cp))
			count++;
	}
	return count;
}

static void
read_word(struct finder *f, size_t from, size_t to)
{
	struct cell cells[WORD_CELLS];

	while (from < to && !f->failed) {
		size_t count = take_cells(f, &from, to, cells);

		if (word_read(cells, count))
			add_cells(f, cells, count);
	}
}

/* Whether a word that goes on until `at` has nothing behind it but one mark. */
static bool
ends_word(const struct finder *f, size_t at)
{
	if (at < f->len && byte_of(f->text[at]) & BYTE_END)
		at++;
	return at == f->len || byte_of(f->text[at]) & BYTE_WHITE;
}

/* Where the row of single letters with single spaces between, which begins at `at`, ends; at: none.
 */
static size_t
singles_end(const struct finder *f, size_t at)
{
	size_t end = at;
	int32_t cp;

	for (size_t n = 0; n < SINGLES_MAX && at < f->len; n++) {
		size_t took;

		/* Most words end this here. */
		if (at + 1 < f->len && byte_of(f->text[at]) & BYTE_LETTER &&
		    byte_of(f->text[at + 1]) & BYTE_LETTER)
			break;
		took = utf8_next(f->text + at, f->len - at, &cp);
		if (!ends_word(f, at + took))
			break;
		if (n > 0)
			end = at + took;
		at += took;
		if (at == f->len || f->text[at++] != ' ')
			break;
	}
	return end;
}

static void
retype(struct finder *f, size_t from, size_t len)
{
	struct cell cells[WORD_CELLS];

	add_cells(f, cells, word_retype(f->text + from, len, from, cells));
}

/* A word of nothing but Latin letters: Korean that was typed in Latin, or what it seems. */
static void
read_typed(struct finder *f, size_t from, size_t len)
{
	enum typed typed = len > TYPED_MAX ? TYPED_NOT : word_typed(f->text + from, len);
	bool surely = typed == TYPED_KOREAN && len >= TYPED_MIN;

	if (surely && f->held_len > 0)
		retype(f, f->held, f->held_len);
	if (surely || (f->typed && typed != TYPED_NOT))
		retype(f, from, len);
	f->typed = surely || (f->typed && typed != TYPED_NOT);
	f->held = from;
	f->held_len = !f->typed && typed != TYPED_NOT ? len : 0;
}

/* What a look at a word's bytes tells. */
enum look {
	LOOK_PLAIN,   /* it is what it seems */
	LOOK_LETTERS, /* Latin letters only */
	LOOK_ODD,
};

/* One pass over a word, by which nearly all are told to be what they seem. */
struct glance {
	size_t end;  /* where white space begins */
	size_t core; /* without the punctuation behind it */
	enum look look;
};

/* Whether what stands at p, the last of the word's `len` bytes so far, may be read otherwise. */
static bool
is_odd(const char *p, size_t len, uint8_t byte, uint8_t before)
{
	if (byte & BYTE_FIGURE)
		return before & BYTE_LETTER;
	if (!(byte & BYTE_LETTER))
		return false;
	if (before & (BYTE_FIGURE | BYTE_JOIN))
		return true;
	if (len < 3)
		return false;
	if (before & BYTE_LETTER) /* three times the same */
		return !(((p[0] ^ p[-1]) | (p[0] ^ p[-2])) & ~0x20);
	/* s.h.i */
	return len >= 5 && p[-1] == p[-3] && byte_of(p[-2]) & BYTE_LETTER &&
	       byte_of(p[-4]) & BYTE_LETTER;
}

static struct glance
glance_at(const struct finder *f, size_t at)
{
	const char *p = f->text;
	uint8_t before = 0;
	struct glance g = { at, at, LOOK_PLAIN };
	bool odd = false, address = false, letters = true, high = false;

	for (; g.end < f->len; g.end++) {
		uint8_t byte = byte_of(p[g.end]);

		if (byte & BYTE_WHITE)
			break;
		odd |= is_odd(p + g.end, g.end - at + 1, byte, before);
		address |= p[g.end] == '/' && g.end > at && p[g.end - 1] == '/';
		before = byte;
		if (byte & BYTE_END)
			continue;
		letters &= byte == BYTE_LETTER && g.core == g.end;
		high |= byte == BYTE_HIGH;
		g.core = g.end + 1;
	}
	/* Lines of base64, addresses of pages: nobody reads them. */
	if (high || (odd && !address && g.end - at <= WORD_CELLS))
		g.look = LOOK_ODD;
	else if (letters)
		g.look = LOOK_LETTERS;
	return g;
}

static void
forget_word(struct finder *f)
{
	f->typed = false;
	f->held_len = 0;
}

static void
read_all(struct finder *f)
{
	size_t at = 0, end;

	while (at < f->len && !f->failed) {
		struct glance g;

		if (byte_of(f->text[at]) & BYTE_WHITE) {
			at++;
			continue;
		}
		end = singles_end(f, at);
		if (end > at) {
			forget_word(f);
			read_word(f, at, end);
			at = end;
			continue;
		}
		g = glance_at(f, at);
		if (g.look == LOOK_LETTERS)
			read_typed(f, at, g.core - at);
		else
			forget_word(f);
		if (g.look == LOOK_ODD)
			read_word(f, at, g.core);
		at = g.end;
	}
}

int
readings_find(struct arena *arena, const char *text, size_t len, struct readings *ret)
{
	struct readings r = { 0 };
	struct finder f = { .arena = arena, .text = text, .len = len, .out = &r };

	read_all(&f);
	if (f.failed)
		return -ENOMEM;
	*ret = r;
	return 0;
}

bool
readings_touch(const struct readings *r, size_t offset, size_t length)
{
	size_t low = 0, high = r->length;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->list[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->length && r->list[low].at < offset + length;
}
