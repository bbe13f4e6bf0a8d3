/*
 * literal_sequence: see literal_sequence.h.
 */
#include "literal_sequence.h"

#include <stdint.h>
#include <string.h>

#define PRODUCT_MAX 64 /* strings made by multiplying neighbours */
#define BEGINNINGS_MAX 48
#define BEGIN_LEN 9 /* bytes; longer beginnings say enough */
#define BEGIN_MAX 3 /* characters of a piece that many beginnings are let go on into */
#define COST_MAX 1e12

static struct set
nothing(struct sequence *q)
{
	struct set set = { .needs[0].count = 1, .exact = true, .cost = 1 };

	set.needs[0].list = arena_calloc(q->arena, 1, sizeof(*set.needs[0].list));
	if (set.needs[0].list == NULL) {
		q->nomem = true;
		return (struct set){ .cost = 1 };
	}
	set.needs[0].list[0].text = "";
	set.begin = set.needs[0];
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

/* Takes in a need that stands where it says. */
static void
sequence_take(struct sequence *q, const struct literal_need *need, bool last)
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
	q->last[at] = last;
	q->commonness[at] = commonness;
}

/*
 * Takes in a need of a piece that stands q->width into the sequence. Where a string is too short to
 * say anything, what follows the piece may make it longer.
 */
static void
sequence_offer(struct sequence *q, const struct literal_need *need)
{
	struct literal_need shifted = *need;

	q->nomem |= !need_shift(q->arena, &shifted, q->width, q->least);
	if (q->nomem)
		return;
	if (need_usable(&shifted))
		sequence_take(q, &shifted, true);
	else if (q->pending.count == 0)
		q->pending = shifted;
}

/* The next piece makes the strings longer that were too short, by one character. */
static void
sequence_lengthen(struct sequence *q, const struct literal_need *begin)
{
	struct literal_need next;

	if (q->pending.count == 0 || begin->count == 0)
		return;
	q->nomem |= !need_cut(q->arena, begin, 1, &next);
	for (size_t i = 0; i < q->pending.count; i++) /* they are its own: need_shift() copies */
		q->pending.list[i].cut |= q->pending.list[i].inner;
	if (!q->nomem && need_product(&q->pending, &next) <= LITERAL_SET_MAX) {
		q->nomem |= !need_multiply(q->arena, &q->pending, &next, &q->pending);
		if (!q->nomem)
			sequence_take(q, &q->pending, false);
	}
}

/* Whether they can be multiplied so; if so, they are. */
static bool
multiply_begin(struct sequence *q, const struct literal_need *next)
{
	size_t product = need_product(&q->begin, next);

	if (q->nomem ||
	    (product > BEGINNINGS_MAX && product > next->count && product > q->begin.count))
		return false;
	q->nomem |= !need_multiply(q->arena, &q->begin, next, &q->begin);
	q->begun = need_product(&q->begin, &(struct literal_need){ NULL }) == q->begin.count;
	return true;
}

/* Lets the beginnings go on into the next piece, as far as they are short and stay few. */
static void
sequence_begin(struct sequence *q, const struct literal_need *next)
{
	struct literal_need cut;

	q->nomem |= !need_settle(q->arena, &q->begin, BEGIN_LEN);
	if (next->count > 0) {
		if (multiply_begin(q, next))
			return;
		for (size_t characters = BEGIN_MAX - 1; characters > 0; characters--) {
			q->nomem |= !need_cut(q->arena, next, characters, &cut);
			if (multiply_begin(q, &cut))
				return;
		}
		q->nomem |= !need_settle(q->arena, &q->begin, LITERAL_MIN);
		if (multiply_begin(q, &cut))
			return;
	}
	q->nomem |= !need_settle(q->arena, &q->begin, 0); /* also the empty one: anything follows */
	q->begun = true;
}

static bool
is_empty_text(const struct set *item)
{
	for (size_t i = 0; i < item->needs[0].count; i++)
		if (item->needs[0].list[i].len > 0)
			return false;
	return item->exact;
}

void
sequence_word_ends(struct sequence *q)
{
	q->nomem |= !need_word_ends(q->arena, &q->run.needs[0]);
	for (size_t i = 0; i < q->count; i++)
		if (q->last[i])
			q->nomem |= !need_word_ends(q->arena, &q->needs[i]);
}

/* A letter a-z does not stand before the piece. */
static void
set_word_begins(struct sequence *q, struct set *item)
{
	for (size_t i = 0; i < set_need_count(item); i++)
		q->nomem |= !need_word_begins(q->arena, &item->needs[i]);
	q->nomem |= !need_word_begins(q->arena, &item->begin);
}

void
sequence_add(struct sequence *q, const struct set *piece)
{
	struct set marked = *piece, *item = &marked;

	if (!is_empty_text(item)) {
		memset(q->last, 0, sizeof(q->last));
		if (q->word)
			set_word_begins(q, item);
		q->word = false;
		sequence_lengthen(q, &item->begin);
		q->pending.count = 0;
	}
	if (q->nomem)
		return;
	q->cost = q->cost * item->cost > COST_MAX ? COST_MAX : q->cost * item->cost;
	if (q->begin.count > 0 && !q->begun)
		sequence_begin(q, &item->begin);
	if (item->exact && q->run.needs[0].count * item->needs[0].count <= PRODUCT_MAX) {
		q->nomem |= !need_multiply(q->arena, &q->run.needs[0], &item->needs[0],
					   &q->run.needs[0]);
		q->run.width = wider(q->run.width, item->width);
		q->run.least = wider(q->run.least, item->least);
		return;
	}
	q->broken = true;
	sequence_offer(q, &q->run.needs[0]);
	q->pending.count = 0;
	memset(q->last, 0, sizeof(q->last));
	q->width = wider(q->width, q->run.width);
	q->least = wider(q->least, q->run.least);
	if (item->exact) {
		q->run = *item;
		return;
	}
	for (size_t i = 0; i < set_need_count(item); i++)
		sequence_offer(q, &item->needs[i]);
	q->width = wider(q->width, item->width);
	q->least = wider(q->least, item->least);
	q->run = nothing(q);
}

void
sequence_word_begins(struct sequence *q)
{
	q->word = true;
}

/*
 * Moves the rarest of the needs from `at` on there, or of those that tell where matches begin.
 * Returns whether there is one.
 */
static bool
bring_rarest(struct sequence *q, size_t at, bool near)
{
	struct literal_need need;
	double commonness;
	size_t best = q->count;

	for (size_t i = at; i < q->count; i++)
		if ((!near || need_near(&q->needs[i])) &&
		    (best == q->count || q->commonness[i] < q->commonness[best]))
			best = i;
	if (best == q->count)
		return false;
	need = q->needs[best];
	commonness = q->commonness[best];
	q->needs[best] = q->needs[at];
	q->commonness[best] = q->commonness[at];
	q->needs[at] = need;
	q->commonness[at] = commonness;
	return true;
}

/* The beginnings are one more need. */
static void
offer_begin(struct sequence *q)
{
	if (!need_usable(&q->begin))
		return;
	q->needs[q->count] = q->begin;
	q->last[q->count] = false;
	q->commonness[q->count] = need_commonness(&q->begin);
	q->count++;
}

/* From where to where before its strings the matches begin. */
static void
need_range(const struct literal_need *n, size_t *ret_least, size_t *ret_most)
{
	*ret_least = WIDTH_MAX;
	*ret_most = 0;
	for (size_t i = 0; i < n->count; i++) {
		*ret_least = n->list[i].least < *ret_least ? n->list[i].least : *ret_least;
		*ret_most = n->list[i].before > *ret_most ? n->list[i].before : *ret_most;
	}
}

/* Whether two needs stand at the same place: then the rarer one says nearly all. */
static bool
same_place(const struct literal_need *a, const struct literal_need *b)
{
	size_t a_least, a_most, b_least, b_most;

	need_range(a, &a_least, &a_most);
	need_range(b, &b_least, &b_most);
	return a_least == b_least && a_most == b_most;
}

/* Drops the needs from `at` on that stand where the one before it does. */
static void
drop_same_place(struct sequence *q, size_t at)
{
	size_t kept = at;

	for (size_t i = at; i < q->count; i++) {
		if (same_place(&q->needs[i], &q->needs[at - 1]))
			continue;
		q->needs[kept] = q->needs[i];
		q->commonness[kept++] = q->commonness[i];
	}
	q->count = kept;
}

/* The rarest needs, one that tells where matches begin among them if there is one. */
static void
choose_needs(struct sequence *q, struct set *out)
{
	bool near = false;
	size_t n = 0;

	while (n < LITERAL_NEEDS && bring_rarest(q, n, n == LITERAL_NEEDS - 1 && !near)) {
		near |= need_near(&q->needs[n]);
		out->needs[n] = q->needs[n];
		drop_same_place(q, ++n);
	}
}

struct set
sequence_end(struct sequence *q)
{
	struct set out = q->run;

	if (q->broken) {
		sequence_offer(q, &q->run.needs[0]);
		offer_begin(q);
		out = (struct set){ .exact = false };
		for (size_t i = 0; i < q->count; i++)
			if (!q->last[i])
				q->nomem |= !need_goes_on(q->arena, &q->needs[i]);
		choose_needs(q, &out);
	}
	out.begin = q->begin;
	out.cost = q->cost;
	out.width = wider(q->width, q->run.width);
	out.least = wider(q->least, q->run.least);
	return out;
}
