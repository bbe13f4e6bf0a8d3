/*
 * gate_index: see gate_index.h.
 */
#include "gate_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A need while they are told apart. The same one stands at other distances from where the matches
 * of other patterns begin: base is the least of them.
 */
struct same {
	const struct literal_need *need;
	size_t base_most, base_least;
	uint32_t want; /* the one it stands for */
};

/* A literal while they are told apart. */
struct entry {
	const char *text;
	size_t len;
	uint32_t ask;
};

static int
order_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
order_texts(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : order_sizes(a_len, b_len);
}

static int
order_needs(const struct same *x, const struct same *y)
{
	const struct literal_need *a = x->need, *b = y->need;
	int order = order_sizes(a->count, b->count);

	for (size_t i = 0; order == 0 && i < a->count; i++) {
		const struct literal *l = &a->list[i], *m = &b->list[i];

		order = order_texts(l->text, l->len, m->text, m->len);
		if (order == 0)
			order = 2 * (l->end - m->end) + (l->word - m->word);
		if (order == 0)
			order = order_sizes(l->before - x->base_most, m->before - y->base_most);
		if (order == 0)
			order = order_sizes(l->least - x->base_least, m->least - y->base_least);
	}
	return order;
}

static int
by_need(const void *a, const void *b)
{
	const struct same *x = a, *y = b;
	int order = order_needs(x, y);

	return order != 0 ? order : order_sizes(x->want, y->want);
}

static int
by_literal(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = order_texts(x->text, x->len, y->text, y->len);

	return order != 0 ? order : order_sizes(x->ask, y->ask);
}

static struct same
same_of(const struct literal_need *need, uint32_t want)
{
	struct same s = { need, LITERAL_BEFORE_MAX, LITERAL_BEFORE_MAX, want };

	for (size_t i = 0; i < need->count; i++) {
		if (need->list[i].before < s.base_most)
			s.base_most = need->list[i].before;
		if (need->list[i].least < s.base_least)
			s.base_least = need->list[i].least;
	}
	return s;
}

static struct ask
ask_of(const struct literal *l, const struct same *same)
{
	struct ask ask = { .word = l->word, .end = l->end };
	size_t least = l->least < LITERAL_BEFORE_MAX ? l->least : LITERAL_BEFORE_MAX;

	if (l->before <= LITERAL_BEFORE_MAX)
		ask.most = (l->before - same->base_most) & 0x1fff;
	else
		ask.far = true;
	ask.least = (least - same->base_least) & 0x1fff;
	return ask;
}

/* Fills in the wants, but not yet which needs they are of. */
static void
take_wants(struct gate_index *x, const struct literals *const *patterns, struct same *same)
{
	uint32_t n = 0;

	for (size_t i = 0; i < x->pattern_count; i++) {
		const struct literals *l = patterns[i];

		x->want_first[i] = n;
		if (l->need_count == 0)
			x->always[i / 64] |= UINT64_C(1) << (i % 64);
		for (size_t k = 0; k < l->need_count; k++, n++) {
			same[n] = same_of(&l->needs[k], n);
			x->wants[n].most = (uint32_t)same[n].base_most;
			x->wants[n].least = (uint32_t)same[n].base_least;
		}
	}
	x->want_first[x->pattern_count] = n;
}

/* Numbers the different needs and keeps one of each at the beginning of same. */
static void
tell_needs_apart(struct gate_index *x, struct same *same, size_t count)
{
	size_t n = 0;

	qsort(same, count, sizeof(*same), by_need);
	for (size_t i = 0; i < count; i++) {
		if (n == 0 || order_needs(&same[i], &same[n - 1]) != 0)
			same[n++] = same[i];
		x->wants[same[i].want].need = (uint32_t)(n - 1);
	}
	x->need_count = n;
}

/*
 * Turns counts of what is to come under each of n heads into where that begins, for a loop that
 * fills it in from behind; one more entry is the end.
 */
static void
counts_to_ends(uint32_t *counts, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		counts[i] = sum += counts[i];
	counts[n] = sum;
}

/* Which patterns each need leads. */
static void
take_leads(struct gate_index *x)
{
	for (size_t i = 0; i < x->pattern_count; i++)
		if (x->want_first[i] < x->want_first[i + 1])
			x->lead_first[x->wants[x->want_first[i]].need]++;
	counts_to_ends(x->lead_first, x->need_count);
	for (size_t i = x->pattern_count; i-- > 0;)
		if (x->want_first[i] < x->want_first[i + 1])
			x->leads[--x->lead_first[x->wants[x->want_first[i]].need]] = (uint32_t)i;
}

/* Which leading needs each literal is of. */
static int
take_calls(struct gate_index *x)
{
	x->call_first = calloc(x->literal_count + 1, sizeof(*x->call_first));
	x->calls = calloc(x->ask_first[x->need_count] + 1, sizeof(*x->calls));
	if (x->call_first == NULL || x->calls == NULL)
		return -ENOMEM;
	for (size_t need = 0; need < x->need_count; need++)
		for (uint32_t i = x->ask_first[need];
		     i < x->ask_first[need + 1] && x->lead_first[need] < x->lead_first[need + 1];
		     i++)
			x->call_first[x->ask_literals[i]]++;
	counts_to_ends(x->call_first, x->literal_count);
	for (size_t need = 0; need < x->need_count; need++)
		for (uint32_t i = x->ask_first[need];
		     i < x->ask_first[need + 1] && x->lead_first[need] < x->lead_first[need + 1];
		     i++)
			x->calls[--x->call_first[x->ask_literals[i]]] = (uint32_t)need;
	return 0;
}

static int
take_literals(struct gate_index *x, const struct same *same)
{
	struct entry *entries;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < x->need_count; i++) {
		x->ask_first[i] = (uint32_t)count;
		count += same[i].need->count;
	}
	if (count > INT32_MAX)
		return -ENOMEM;
	x->ask_first[x->need_count] = (uint32_t)count;
	entries = calloc(count + 1, sizeof(*entries));
	x->texts = calloc(count + 1, sizeof(*x->texts));
	x->lens = calloc(count + 1, sizeof(*x->lens));
	x->asks = calloc(count + 1, sizeof(*x->asks));
	x->ask_literals = calloc(count + 1, sizeof(*x->ask_literals));
	if (entries == NULL || x->texts == NULL || x->lens == NULL || x->asks == NULL ||
	    x->ask_literals == NULL) {
		free(entries);
		return -ENOMEM;
	}
	for (size_t i = 0; i < x->need_count; i++)
		for (size_t k = 0; k < same[i].need->count; k++, n++) {
			const struct literal *l = &same[i].need->list[k];

			x->asks[n] = ask_of(l, &same[i]);
			entries[n] = (struct entry){ l->text, l->len, (uint32_t)n };
		}
	qsort(entries, count, sizeof(*entries), by_literal);
	n = 0;
	for (size_t i = 0; i < count; i++) {
		if (n == 0 || order_texts(entries[i].text, entries[i].len, x->texts[n - 1],
					  x->lens[n - 1]) != 0) {
			x->texts[n] = entries[i].text;
			x->lens[n++] = (uint32_t)entries[i].len;
		}
		x->ask_literals[entries[i].ask] = (uint32_t)(n - 1);
	}
	x->literal_count = n;
	free(entries);
	return take_calls(x);
}

int
gate_index_build(struct gate_index *x, const struct literals *const *patterns, size_t count)
{
	struct same *same;
	size_t wants = 0;
	int rc = -ENOMEM;

	memset(x, 0, sizeof(*x));
	x->pattern_count = count;
	x->words = (count + 63) / 64;
	for (size_t i = 0; i < count; i++)
		wants += patterns[i]->need_count;
	same = calloc(wants + 1, sizeof(*same));
	x->always = calloc(x->words + 1, sizeof(*x->always));
	x->wants = calloc(wants + 1, sizeof(*x->wants));
	x->want_first = calloc(count + 1, sizeof(*x->want_first));
	x->lead_first = calloc(wants + 1, sizeof(*x->lead_first));
	x->leads = calloc(count + 1, sizeof(*x->leads));
	x->ask_first = calloc(wants + 1, sizeof(*x->ask_first));
	if (same != NULL && x->always != NULL && x->wants != NULL && x->want_first != NULL &&
	    x->lead_first != NULL && x->leads != NULL && x->ask_first != NULL &&
	    wants <= INT32_MAX && count <= INT32_MAX) {
		take_wants(x, patterns, same);
		tell_needs_apart(x, same, wants);
		take_leads(x);
		rc = take_literals(x, same);
	}
	free(same);
	return rc;
}

void
gate_index_forget_texts(struct gate_index *x)
{
	free(x->texts);
	x->texts = NULL;
}

void
gate_index_clear(struct gate_index *x)
{
	free(x->always);
	free(x->wants);
	free(x->want_first);
	free(x->lead_first);
	free(x->leads);
	free(x->ask_first);
	free(x->asks);
	free(x->ask_literals);
	free(x->texts);
	free(x->lens);
	free(x->call_first);
	free(x->calls);
}
