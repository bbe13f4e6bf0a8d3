/*
 * literal_set: see literal_set.h.
 */
#include "literal_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "fold_char.h"

#define TRIM_COUNT 4 /* more strings than these are cut to their beginnings ... */
#define WORD_BITS 2  /* what the beginning of a word says ... */
#define END_BITS 2   /* ... and its end */
#define TRIM_LEN 7   /* ... but not below this: two syllables of Korean */

size_t
wider(size_t a, size_t b)
{
	return a + b < WIDTH_MAX ? a + b : WIDTH_MAX;
}

size_t
set_need_count(const struct set *s)
{
	size_t n = 0;

	while (n < LITERAL_NEEDS && s->needs[n].count > 0)
		n++;
	return n;
}

bool
need_usable(const struct literal_need *n)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->list[i].len < LITERAL_MIN)
			return false;
	return n->count > 0;
}

bool
need_near(const struct literal_need *n)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->list[i].before > LITERAL_BEFORE_MAX)
			return false;
	return true;
}

/* How much a byte says: a common letter of English 3 bits, a syllable of Korean 9. */
static unsigned
bits_of(unsigned char c)
{
	static const unsigned char bits[0x80] = {
		[' '] = 3, ['e'] = 3, ['t'] = 3, ['a'] = 3, ['o'] = 3, ['i'] = 3,
		['n'] = 3, ['s'] = 4, ['r'] = 4, ['h'] = 4, ['l'] = 4, ['d'] = 4,
		['u'] = 4, ['c'] = 6, ['m'] = 6, ['f'] = 6, ['w'] = 6, ['g'] = 6,
		['y'] = 6, ['p'] = 6, ['b'] = 6, ['v'] = 6, ['k'] = 6,
	};

	if (c >= 0x80)
		return 3;
	return bits[c] > 0 ? bits[c] : 7;
}

double
need_commonness(const struct literal_need *n)
{
	double sum = 0;

	for (size_t i = 0; i < n->count; i++) {
		unsigned bits = 0;

		for (size_t k = 0; k < n->list[i].len; k++)
			bits += bits_of((unsigned char)n->list[i].text[k]);
		bits += n->list[i].word ? WORD_BITS : 0;
		bits += n->list[i].end ? END_BITS : 0;
		sum += bits < 60 ? 1.0 / (double)(UINT64_C(1) << bits) : 0;
	}
	return sum;
}

static int
literal_order(const void *a, const void *b)
{
	const struct literal *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (order != 0)
		return order;
	return x->len != y->len ? (x->len > y->len) - (x->len < y->len) : x->end - y->end;
}

/*
 * Leaves out each string that begins with another one: wherever it is met, so is that, unless that
 * one counts only at the end of a word.
 */
static void
drop_longer(struct literal_need *n)
{
	size_t kept = 0;

	qsort(n->list, n->count, sizeof(*n->list), literal_order);
	for (size_t i = 0; i < n->count; i++) {
		struct literal *last = &n->list[kept - (kept > 0)], *l = &n->list[i];

		if (kept == 0 || last->end || last->len > l->len ||
		    memcmp(last->text, l->text, last->len) != 0) {
			n->list[kept++] = *l;
			continue;
		}
		last->before = l->before > last->before ? l->before : last->before;
		last->least = l->least < last->least ? l->least : last->least;
		last->word &= l->word;
	}
	n->count = kept;
}

/*
 * Products of optional words make many long strings with few beginnings. Those say nearly as much,
 * and the gate of a large rule set is built many times faster.
 */
void
need_trim(struct literal_need *n)
{
	size_t max = 0;

	for (size_t i = 0; i < n->count; i++)
		max = n->list[i].len > max ? n->list[i].len : max;
	if (n->count > 1)
		drop_longer(n);
	while (n->count > TRIM_COUNT && max > TRIM_LEN) {
		max = max * 3 / 4 > TRIM_LEN ? max * 3 / 4 : TRIM_LEN;
		for (size_t i = 0; i < n->count; i++) {
			size_t len = utf8_cut(n->list[i].text, n->list[i].len, max);

			n->list[i].end = n->list[i].end && len == n->list[i].len;
			n->list[i].len = len;
		}
		drop_longer(n);
	}
}

static bool
has(const struct literal_need *n, const struct literal *l)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->list[i].len == l->len && n->list[i].cut == l->cut &&
		    n->list[i].inner == l->inner && n->list[i].end == l->end &&
		    n->list[i].word == l->word && n->list[i].before == l->before &&
		    n->list[i].least == l->least && memcmp(n->list[i].text, l->text, l->len) == 0)
			return true;
	return false;
}

/* One or the other: nothing is known when nothing is of either. */
static bool
join(struct arena *arena, const struct literal_need *a, const struct literal_need *b,
     struct literal_need *ret)
{
	struct literal_need out = { .count = a->count };

	if (a->count == 0 || b->count == 0 || a->count + b->count > LITERAL_SET_MAX) {
		*ret = (struct literal_need){ NULL };
		return true;
	}
	out.list = arena_alloc(arena, (a->count + b->count) * sizeof(*out.list));
	if (out.list == NULL)
		return false;
	memcpy(out.list, a->list, a->count * sizeof(*out.list));
	for (size_t i = 0; i < b->count; i++)
		if (!has(a, &b->list[i]))
			out.list[out.count++] = b->list[i];
	*ret = out;
	return true;
}

/* The i-th need; where there are fewer, the first: its strings are met as well. */
static const struct literal_need *
nth_need(const struct set *s, size_t i)
{
	return s->needs[i].count > 0 ? &s->needs[i] : &s->needs[0];
}

/* The rarest need that tells where matches begin; none: NULL. */
static const struct literal_need *
near_need(const struct set *s)
{
	for (size_t i = 0; i < LITERAL_NEEDS && s->needs[i].count > 0; i++)
		if (need_near(&s->needs[i]))
			return &s->needs[i];
	return NULL;
}

bool
set_unite(struct arena *arena, const struct set *a, const struct set *b, struct set *ret)
{
	struct set out = { .cost = a->cost + b->cost,
			   .width = a->width > b->width ? a->width : b->width,
			   .least = a->least < b->least ? a->least : b->least };
	const struct literal_need *near_a = near_need(a), *near_b = near_need(b);
	size_t x = set_need_count(a), y = set_need_count(b), most = x < y ? x : y, n = 0;
	bool near = false;

	out.exact = a->exact && b->exact;
	for (size_t i = 0; i < most && x > 0 && y > 0; i++) {
		if (!join(arena, nth_need(a, i), nth_need(b, i), &out.needs[n]))
			return false;
		near |= out.needs[n].count > 0 && need_near(&out.needs[n]);
		n += out.needs[n].count > 0;
	}
	out.exact &= n > 0;
	if (!near && near_a != NULL && near_b != NULL &&
	    !join(arena, near_a, near_b, &out.needs[n - (n == LITERAL_NEEDS)]))
		return false;
	if (!join(arena, &a->begin, &b->begin, &out.begin))
		return false;
	*ret = out;
	return true;
}

size_t
need_product(const struct literal_need *a, const struct literal_need *b)
{
	size_t cut = 0;

	for (size_t i = 0; i < a->count; i++)
		cut += a->list[i].cut;
	return cut + (a->count - cut) * b->count;
}

static bool
append(struct arena *arena, const struct literal *a, const struct literal *b,
       struct literal_need *n)
{
	char *text = arena_alloc(arena, a->len + b->len);

	if (text == NULL)
		return false;
	memcpy(text, a->text, a->len);
	memcpy(text + a->len, b->text, b->len);
	n->list[n->count++] = (struct literal){ .text = text,
						.len = a->len + b->len,
						.before = a->before,
						.least = a->least,
						.word = a->word || (a->len == 0 && b->word),
						.cut = b->cut,
						.inner = b->inner,
						.end = b->len > 0 ? b->end : a->end };
	return true;
}

bool
need_multiply(struct arena *arena, const struct literal_need *a, const struct literal_need *b,
	      struct literal_need *ret)
{
	struct literal_need out = { .list = arena_calloc(arena, need_product(a, b),
							 sizeof(*out.list)) };

	if (out.list == NULL)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->list[i].cut)
			out.list[out.count++] = a->list[i];
		for (size_t j = 0; j < b->count && !a->list[i].cut; j++)
			if (!append(arena, &a->list[i], &b->list[j], &out))
				return false;
	}
	*ret = out;
	return true;
}

bool
need_cut(struct arena *arena, const struct literal_need *n, size_t characters,
	 struct literal_need *ret)
{
	struct literal_need out = { .list = arena_calloc(arena, n->count, sizeof(*out.list)) };
	int32_t cp;

	if (out.list == NULL)
		return false;
	for (size_t i = 0; i < n->count; i++) {
		struct literal l = { .text = n->list[i].text,
				     .word = n->list[i].word,
				     .cut = n->list[i].cut || n->list[i].len > 0 };

		for (size_t k = 0; k < characters && l.len < n->list[i].len; k++)
			l.len += utf8_next(l.text + l.len, n->list[i].len - l.len, &cp);
		if (!has(&out, &l))
			out.list[out.count++] = l;
	}
	*ret = out;
	return true;
}

/* A copy that may be changed. */
static bool
copy(struct arena *arena, struct literal_need *n)
{
	struct literal *list = arena_alloc(arena, (n->count + 1) * sizeof(*list));

	if (list == NULL)
		return false;
	if (n->count > 0)
		memcpy(list, n->list, n->count * sizeof(*list));
	n->list = list;
	return true;
}

bool
need_settle(struct arena *arena, struct literal_need *n, size_t len)
{
	if (!copy(arena, n))
		return false;
	for (size_t i = 0; i < n->count; i++)
		n->list[i].cut |= n->list[i].len >= len;
	return true;
}

bool
need_shift(struct arena *arena, struct literal_need *n, size_t most, size_t least)
{
	if (!copy(arena, n))
		return false;
	for (size_t i = 0; i < n->count; i++) {
		n->list[i].before = wider(n->list[i].before, most);
		n->list[i].least = wider(n->list[i].least, least);
	}
	return true;
}

bool
need_word_begins(struct arena *arena, struct literal_need *n)
{
	if (!copy(arena, n))
		return false;
	for (size_t i = 0; i < n->count; i++)
		n->list[i].word |= n->list[i].before == 0;
	return true;
}

bool
need_goes_on(struct arena *arena, struct literal_need *n)
{
	if (!copy(arena, n))
		return false;
	for (size_t i = 0; i < n->count; i++)
		n->list[i].inner = true;
	return true;
}

bool
need_word_ends(struct arena *arena, struct literal_need *n)
{
	if (!copy(arena, n))
		return false;
	for (size_t i = 0; i < n->count; i++)
		n->list[i].end |= !n->list[i].inner && !n->list[i].cut;
	return true;
}

bool
need_or_nothing(struct arena *arena, const struct literal_need *n, struct literal_need *ret)
{
	struct literal empty = { .text = "" };
	const struct literal_need nothing = { .list = &empty, .count = 1 };

	return join(arena, n, &nothing, ret);
}
