/*
 * gate: the literal pre-filter. See gate.h.
 */
#include "gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBHS

#include <hs.h>

#define FAR UINT32_MAX

/*
 * A literal asks for the needs of patterns: 2 * pattern for the first need, and one more for the
 * second.
 */
struct entry {
	const char *text;
	size_t len;
	unsigned need;
	bool end;
};

struct gate {
	size_t count, words; /* patterns, and words of a set of them */
	uint64_t *always;
	uint64_t *single; /* patterns without a second need */
	bool *word;       /* of each need: its word */
	uint32_t *before; /* of each need: its before, FAR when it does not tell where matches begin
			   */
	hs_database_t *database; /* NULL when no pattern has literals */
	unsigned literal_count;
	uint32_t *lengths; /* of the literals */
	unsigned *first;   /* literal i asks for needs asked[first[i]] .. asked[first[i + 1]] */
	unsigned *asked;
	bool *end; /* of each of these: only at the end of a word */
};

/* Where a pattern is to be looked for. */
struct places {
	unsigned count; /* 0: everywhere */
	struct gate_window list[GATE_WINDOWS];
};

struct gate_scratch {
	hs_scratch_t *hs;
	unsigned char *done; /* literals that cannot add anything to what is known of this text */
	unsigned *met;       /* which they are */
	unsigned room;
	struct places *places; /* of the patterns whose bit is set */
	uint64_t *also;        /* patterns whose second need is met */
	size_t pattern_room;
};

struct scan {
	const struct gate *gate;
	struct gate_scratch *scratch;
	const char *text;
	size_t len;
	uint64_t *bits;
	unsigned met;
};

bool
gate_works(const char **ret_why)
{
	bool works = hs_valid_platform() == HS_SUCCESS;

	*ret_why = works ? "" : "libhs does not support this processor";
	return works;
}

static int
entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (order != 0)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->need < y->need ? -1 : x->need > y->need;
}

static bool
same_literal(const struct entry *a, const struct entry *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Compiles the sorted entries; each different literal once. */
static int
compile(struct gate *g, const struct entry *entries, size_t count)
{
	const char **texts = calloc(count, sizeof(*texts));
	size_t *lens = calloc(count, sizeof(*lens));
	unsigned *ids = calloc(count, sizeof(*ids)), *flags = calloc(count, sizeof(*flags));
	hs_compile_error_t *error = NULL;
	unsigned n = 0;
	int rc = -ENOMEM;

	g->first = calloc(count + 1, sizeof(*g->first));
	g->asked = calloc(count, sizeof(*g->asked));
	g->end = calloc(count, sizeof(*g->end));
	g->lengths = calloc(count, sizeof(*g->lengths));
	if (texts == NULL || lens == NULL || ids == NULL || flags == NULL || g->first == NULL ||
	    g->asked == NULL || g->end == NULL || g->lengths == NULL)
		goto out;
	for (size_t i = 0; i < count; i++) {
		g->asked[i] = entries[i].need;
		g->end[i] = entries[i].end;
		if (i > 0 && same_literal(&entries[i], &entries[i - 1]))
			continue;
		texts[n] = entries[i].text;
		lens[n] = entries[i].len;
		ids[n] = n;
		g->lengths[n] = (uint32_t)entries[i].len;
		g->first[n++] = (unsigned)i;
	}
	g->first[n] = (unsigned)count;
	g->literal_count = n;
	rc = 0;
	if (hs_compile_lit_multi(texts, flags, ids, lens, n, HS_MODE_BLOCK, NULL, &g->database,
				 &error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		rc = -EIO;
	}
out:
	free(texts);
	free(lens);
	free(ids);
	free(flags);
	return rc;
}

static size_t
add_entries(const struct literal_need *need, unsigned number, struct entry *entries)
{
	for (size_t i = 0; i < need->count; i++)
		entries[i] = (struct entry){ need->list[i].text, need->list[i].len, number,
					     need->list[i].end };
	return need->count;
}

/* Where a pattern's matches begin is told by one need only: the first if it can. */
static void
note_needs(struct gate *g, size_t pattern, const struct literals *l)
{
	bool near = l->need.count > 0 && l->need.before <= LITERAL_BEFORE_MAX;
	bool also = l->also.count > 0 && l->also.before <= LITERAL_BEFORE_MAX;
	uint64_t bit = UINT64_C(1) << (pattern % 64);

	g->before[2 * pattern] = near ? (uint32_t)l->need.before : FAR;
	g->before[2 * pattern + 1] = !near && also ? (uint32_t)l->also.before : FAR;
	g->word[2 * pattern] = l->need.word;
	g->word[2 * pattern + 1] = l->also.word;
	if (l->need.count == 0)
		g->always[pattern / 64] |= bit;
	if (l->also.count == 0)
		g->single[pattern / 64] |= bit;
}

int
gate_build(const struct literals *const *patterns, size_t count, struct gate **ret_gate)
{
	struct gate *g = calloc(1, sizeof(*g));
	struct entry *entries = NULL;
	size_t total = 0, n = 0;
	int rc = -ENOMEM;

	if (g == NULL)
		return -ENOMEM;
	g->count = count;
	g->words = (count + 63) / 64;
	g->always = calloc(g->words + 1, sizeof(*g->always));
	g->single = calloc(g->words + 1, sizeof(*g->single));
	g->before = calloc(2 * count + 1, sizeof(*g->before));
	g->word = calloc(2 * count + 1, sizeof(*g->word));
	for (size_t i = 0; i < count; i++)
		total += patterns[i]->need.count + patterns[i]->also.count;
	entries = calloc(total + 1, sizeof(*entries));
	if (g->always == NULL || g->single == NULL || g->before == NULL || g->word == NULL ||
	    entries == NULL || total > INT32_MAX)
		goto fail;
	for (size_t i = 0; i < count; i++) {
		note_needs(g, i, patterns[i]);
		n += add_entries(&patterns[i]->need, (unsigned)(2 * i), entries + n);
		n += add_entries(&patterns[i]->also, (unsigned)(2 * i + 1), entries + n);
	}
	qsort(entries, n, sizeof(*entries), entry_order);
	rc = n > 0 ? compile(g, entries, n) : 0;
	if (rc < 0)
		goto fail;
	free(entries);
	*ret_gate = g;
	return 0;
fail:
	free(entries);
	gate_free(g);
	return rc;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	hs_free_database(g->database);
	free(g->always);
	free(g->single);
	free(g->before);
	free(g->word);
	free(g->lengths);
	free(g->first);
	free(g->asked);
	free(g->end);
	free(g);
}

struct gate_scratch *
gate_scratch_new(void)
{
	return calloc(1, sizeof(struct gate_scratch));
}

int
gate_scratch_fit(struct gate_scratch *s, const struct gate *g)
{
	unsigned char *done;
	unsigned *met;
	struct places *places;
	uint64_t *also;

	if (g->database == NULL)
		return 0;
	if (hs_alloc_scratch(g->database, &s->hs) != HS_SUCCESS)
		return -ENOMEM;
	if (g->count > s->pattern_room) {
		places = realloc(s->places, g->count * sizeof(*places));
		s->places = places != NULL ? places : s->places;
		also = realloc(s->also, g->words * sizeof(*also));
		s->also = also != NULL ? also : s->also;
		if (places == NULL || also == NULL)
			return -ENOMEM;
		s->pattern_room = g->count;
	}
	if (g->literal_count <= s->room)
		return 0;
	done = calloc(g->literal_count, sizeof(*done));
	met = calloc(g->literal_count, sizeof(*met));
	if (done == NULL || met == NULL) {
		free(done);
		free(met);
		return -ENOMEM;
	}
	free(s->done);
	free(s->met);
	s->done = done;
	s->met = met;
	s->room = g->literal_count;
	return 0;
}

void
gate_scratch_free(struct gate_scratch *s)
{
	if (s == NULL)
		return;
	hs_free_scratch(s->hs);
	free(s->done);
	free(s->met);
	free(s->places);
	free(s->also);
	free(s);
}

/*
 * Adds a window to a pattern's places. Returns whether the pattern is now to be looked for
 * everywhere.
 */
static bool
add_place(struct places *p, uint32_t from, uint32_t to)
{
	struct gate_window *last;

	if (p->count == 0)
		return true;
	last = &p->list[p->count - 1];
	if (from > last->to) {
		if (p->count == GATE_WINDOWS) {
			p->count = 0;
			return true;
		}
		p->list[p->count++] = (struct gate_window){ from, to };
		return false;
	}
	last->to = to > last->to ? to : last->to;
	/* Literals come in the order of their ends, a long one may begin before a short one. */
	last->from = from < last->from ? from : last->from;
	for (; p->count > 1 && last->from <= last[-1].to; p->count--, last--) {
		last[-1].to = last->to > last[-1].to ? last->to : last[-1].to;
		last[-1].from = last->from < last[-1].from ? last->from : last[-1].from;
	}
	return false;
}

/*
 * One need is met, by a literal that begins at start. Returns whether meeting it again would add
 * nothing.
 */
static bool
meet(struct scan *scan, unsigned need, uint32_t start)
{
	uint32_t before = scan->gate->before[need], first = start > before ? start - before : 0;
	unsigned pattern = need / 2;
	uint64_t *bits = need % 2 == 0 ? scan->bits : scan->scratch->also,
		 *word = &bits[pattern / 64];
	uint64_t bit = UINT64_C(1) << (pattern % 64);
	struct places *p = &scan->scratch->places[pattern];
	bool again = *word & bit;

	if (scan->gate->word[need] && start > 0 && scan->text[start - 1] >= 'a' &&
	    scan->text[start - 1] <= 'z')
		return false;
	*word |= bit;
	if (before == FAR)
		return true;
	if (again)
		return add_place(p, first, start);
	p->count = 1;
	p->list[0] = (struct gate_window){ first, start };
	return false;
}

static int
on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *data)
{
	struct scan *scan = data;
	const struct gate *g = scan->gate;
	bool done = true, goes_on;

	(void)from;
	(void)flags;
	if (scan->scratch->done[id])
		return 0;
	goes_on = to < scan->len && scan->text[to] >= 'a' && scan->text[to] <= 'z';
	for (unsigned i = g->first[id]; i < g->first[id + 1]; i++)
		done &= !(g->end[i] && goes_on) &&
			meet(scan, g->asked[i], (uint32_t)to - g->lengths[id]);
	if (done) {
		scan->scratch->done[id] = 1;
		scan->scratch->met[scan->met++] = id;
	}
	return 0;
}

int
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len,
	  uint64_t *bits)
{
	struct scan scan = { g, s, text, len, bits, 0 };
	hs_error_t rc = HS_SUCCESS;

	memcpy(bits, g->always, g->words * sizeof(*bits));
	if (g->database == NULL)
		return 0;
	memcpy(s->also, g->single, g->words * sizeof(*bits));
	if (len <= UINT32_MAX)
		rc = hs_scan(g->database, text, (unsigned)len, 0, s->hs, on_literal, &scan);
	for (unsigned i = 0; i < scan.met; i++)
		s->done[s->met[i]] = 0;
	if (rc == HS_SUCCESS && len <= UINT32_MAX) {
		for (size_t w = 0; w < g->words; w++)
			bits[w] &= s->also[w];
		return 0;
	}
	memset(bits, 0xff, g->words * sizeof(*bits));
	memset(s->places, 0, g->count * sizeof(*s->places));
	return -EIO;
}

size_t
gate_windows(const struct gate *g, const struct gate_scratch *s, size_t pattern,
	     const struct gate_window **ret)
{
	if (g->before[2 * pattern] == FAR && g->before[2 * pattern + 1] == FAR)
		return 0;
	*ret = s->places[pattern].list;
	return s->places[pattern].count;
}

#else

bool
gate_works(const char **ret_why)
{
	*ret_why = "built without libhs";
	return false;
}

int
gate_build(const struct literals *const *patterns, size_t count, struct gate **ret_gate)
{
	(void)patterns;
	(void)count;
	(void)ret_gate;
	return -ENOTSUP;
}

void
gate_free(struct gate *g)
{
	(void)g;
}

struct gate_scratch *
gate_scratch_new(void)
{
	return calloc(1, 1);
}

int
gate_scratch_fit(struct gate_scratch *s, const struct gate *g)
{
	(void)s;
	(void)g;
	return 0;
}

void
gate_scratch_free(struct gate_scratch *s)
{
	free(s);
}

int
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len,
	  uint64_t *bits)
{
	(void)g;
	(void)s;
	(void)text;
	(void)len;
	(void)bits;
	return -EIO;
}

size_t
gate_windows(const struct gate *g, const struct gate_scratch *s, size_t pattern,
	     const struct gate_window **ret)
{
	(void)g;
	(void)s;
	(void)pattern;
	(void)ret;
	return 0;
}

#endif
