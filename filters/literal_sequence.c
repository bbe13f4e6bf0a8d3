/*
 * literal_sequence: see literal_sequence.h.
 */
#include "literal_sequence.h"

#include <stdint.h>
#include <string.h>

#define PRODUCT_MAX 128 /* strings made by multiplying neighbours */
#define BEGIN_MAX 3     /* characters of a piece that many beginnings are let go on into */
#define COMMON 0.3 /* a second need that is met more often than this is not worth looking for */
#define COST_MAX 1e12

static struct set
nothing(struct sequence *q)
{
	struct set set = { .first.count = 1, .exact = true, .cost = 1 };

	set.first.list = arena_calloc(q->arena, 1, sizeof(*set.first.list));
	if (set.first.list == NULL) {
		q->nomem = true;
		return (struct set){ .cost = 1 };
	}
	set.first.list[0].text = "";
	set.begin = set.first;
	return set;
}

void
sequence_start(struct sequence *q, struct arena *arena)
{
	memset(q, 0, sizeof(*q));
	q->arena = arena;
	q->cost = 1;
	q->run = nothing(q);
	q->begin = q->run.begin;
}

bool
sequence_is_empty(const struct sequence *q)
{
	return !q->broken && q->width == 0 && q->run.first.count == 1 &&
	       q->run.first.list[0].len == 0;
}

/* Takes in a need of a piece that stands q->width into the sequence. */
static void
sequence_offer(struct sequence *q, const struct literal_need *need)
{
	double commonness = need_commonness(need);
	size_t at = q->count;

	if (!need_usable(need))
		return;
	if (at == SEQUENCE_NEEDS) {
		at = 0;
		for (size_t i = 1; i < SEQUENCE_NEEDS; i++)
			if (q->commonness[i] > q->commonness[at])
				at = i;
		if (commonness >= q->commonness[at])
			return;
	} else {
		q->count++;
	}
	q->needs[at] = *need;
	q->last[at] = true;
	q->needs[at].before = wider(q->width, need->before);
	q->needs[at].word |= q->word && q->needs[at].before == 0;
	q->commonness[at] = need_commonness(&q->needs[at]);
}

/* Lets the beginnings go on into the next piece, as far as they stay few. */
static void
sequence_begin(struct sequence *q, const struct literal_need *next)
{
	struct literal_need cut;

	for (size_t characters = BEGIN_MAX; next->count > 0 && characters > 0; characters--) {
		const struct literal_need *more = characters == BEGIN_MAX ? next : &cut;

		if (characters < BEGIN_MAX)
			q->nomem |= !need_cut(q->arena, next, characters, &cut);
		if (q->nomem || need_product(&q->begin, more) <= PRODUCT_MAX) {
			q->nomem |=
				q->nomem || !need_multiply(q->arena, &q->begin, more, &q->begin);
			q->begun = need_product(&q->begin, &(struct literal_need){ NULL }) ==
				   q->begin.count;
			return;
		}
	}
	q->nomem |= !need_cut(q->arena, &q->begin, SIZE_MAX, &q->begin);
	q->begun = true;
	for (size_t i = 0; i < q->begin.count; i++)
		q->begin.list[i].cut = true; /* also the empty one: anything can follow */
}

static bool
is_empty_text(const struct set *item)
{
	for (size_t i = 0; i < item->first.count; i++)
		if (item->first.list[i].len > 0)
			return false;
	return item->exact;
}

void
sequence_word_ends(struct sequence *q)
{
	q->nomem |= !need_word_ends(q->arena, &q->run.first);
	for (size_t i = 0; i < q->count; i++)
		if (q->last[i])
			q->nomem |= !need_word_ends(q->arena, &q->needs[i]);
}

void
sequence_add(struct sequence *q, const struct set *item)
{
	if (!is_empty_text(item))
		memset(q->last, 0, sizeof(q->last));
	q->cost = q->cost * item->cost > COST_MAX ? COST_MAX : q->cost * item->cost;
	if (q->begin.count > 0 && !q->begun)
		sequence_begin(q, &item->begin);
	if (item->exact && q->run.first.count * item->first.count <= PRODUCT_MAX) {
		q->nomem |= !need_multiply(q->arena, &q->run.first, &item->first, &q->run.first);
		q->run.width = wider(q->run.width, item->width);
		return;
	}
	q->broken = true;
	sequence_offer(q, &q->run.first);
	memset(q->last, 0, sizeof(q->last));
	q->width = wider(q->width, q->run.width);
	if (item->exact) {
		q->run = *item;
		return;
	}
	sequence_offer(q, &item->first);
	sequence_offer(q, &item->second);
	q->width = wider(q->width, item->width);
	q->run = nothing(q);
}

/* The rarest need but one, or but those that do not tell where matches begin. q->count for none. */
static size_t
rarest(const struct sequence *q, size_t but, bool near)
{
	size_t best = q->count;

	for (size_t i = 0; i < q->count; i++)
		if (i != but && (!near || need_near(&q->needs[i])) &&
		    (best == q->count || q->commonness[i] < q->commonness[best]))
			best = i;
	return best;
}

struct set
sequence_end(struct sequence *q)
{
	struct set out = q->run;
	size_t first, second, width = wider(q->width, q->run.width);

	if (q->broken) {
		sequence_offer(q, &q->run.first);
		if (need_usable(&q->begin)) {
			q->begin.word |= q->word;
			q->needs[q->count] = q->begin;
			q->last[q->count] = false;
			q->commonness[q->count++] = need_commonness(&q->begin);
		}
		out = (struct set){ .exact = false };
		first = rarest(q, q->count, false);
		second = q->count;
		for (size_t i = 0; i < q->count; i++)
			if (!q->last[i])
				q->nomem |= !need_goes_on(q->arena, &q->needs[i]);
		if (first < q->count) {
			out.first = q->needs[first];
			second = rarest(q, first, !need_near(&out.first));
		}
		if (second < q->count && (q->commonness[second] < COMMON || !need_near(&out.first)))
			out.second = q->needs[second];
	}
	out.begin = q->begin;
	out.begin.word |= q->word;
	out.first.word |= q->word && out.exact;
	out.cost = q->cost;
	out.width = width;
	return out;
}
