/*
 * literal_set: see literal_set.h.
 */
#include "literal_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "fold_char.h"

#define TRIM_COUNT 16   /* more strings than these are cut to their beginnings ... */
#define WORD_SHARE 0.25 /* of the places where letters stand: the beginnings of words */
#define END_BITS 2      /* what the end of a word says */
#define TRIM_LEN 9      /* ... but not below this: three syllables of Korean */

size_t
wider(size_t a, size_t b)
{
	return a + b < WIDTH_MAX ? a + b : WIDTH_MAX;
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
	return n->before <= LITERAL_BEFORE_MAX;
}

/* How much a byte says: a common letter of English 4 bits, a syllable of Korean 9. */
static unsigned
bits_of(char c)
{
	if ((unsigned char)c >= 0x80)
		return 3;
	if (strchr(" etaoinsrhldu", c) != NULL)
		return 4;
	return strchr("cmfwgypbvk", c) != NULL ? 6 : 7;
}

double
need_commonness(const struct literal_need *n)
{
	double sum = 0;

	for (size_t i = 0; i < n->count; i++) {
		unsigned bits = 0;

		for (size_t k = 0; k < n->list[i].len; k++)
			bits += bits_of(n->list[i].text[k]);
		bits += n->list[i].end ? END_BITS : 0;
		sum += bits < 60 ? 1.0 / (double)(UINT64_C(1) << bits) : 0;
	}
	return n->word ? sum * WORD_SHARE : sum;
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
		const struct literal *last = &n->list[kept - (kept > 0)];

		if (kept == 0 || last->end || last->len > n->list[i].len ||
		    memcmp(last->text, n->list[i].text, last->len) != 0)
			n->list[kept++] = n->list[i];
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
		    memcmp(n->list[i].text, l->text, l->len) == 0)
			return true;
	return false;
}

/* One or the other: nothing is known when nothing is of either. */
static bool
join(struct arena *arena, const struct literal_need *a, const struct literal_need *b,
     struct literal_need *ret)
{
	struct literal_need out = { .count = a->count,
				    .before = a->before > b->before ? a->before : b->before,
				    .word = a->word && b->word };

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

/* The need that tells where matches begin, when one does. */
static const struct literal_need *
near_need(const struct set *s)
{
	static const struct literal_need none = { NULL };

	if (need_usable(&s->second) && need_near(&s->second))
		return &s->second;
	return need_usable(&s->first) && need_near(&s->first) ? &s->first : &none;
}

bool
set_unite(struct arena *arena, const struct set *a, const struct set *b, struct set *ret)
{
	struct set out = { .cost = a->cost + b->cost,
			   .width = a->width > b->width ? a->width : b->width };
	const struct literal_need *x = &a->second, *y = &b->second;

	if (!join(arena, &a->first, &b->first, &out.first))
		return false;
	out.exact = a->exact && b->exact && out.first.count > 0;
	if (!need_near(&out.first)) {
		x = near_need(a);
		y = near_need(b);
	}
	if (!join(arena, x, y, &out.second) || !join(arena, &a->begin, &b->begin, &out.begin))
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
