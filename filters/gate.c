/*
 * gate: the literal pre-filter. See gate.h.
 */
#include "gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBHS

#include <hs.h>

struct entry {
	const char *text;
	size_t len;
	unsigned pattern;
};

struct gate {
	size_t words;			/* of a set of patterns */
	uint64_t *always;
	hs_database_t *database;	/* NULL when no pattern has literals */
	unsigned literal_count;
	unsigned *first;		/* literal i asks for patterns asked[first[i]] .. asked[first[i + 1]] */
	unsigned *asked;
};

struct gate_scratch {
	hs_scratch_t *hs;
	unsigned char *seen;		/* literals already met in this text */
	unsigned *met;			/* which they are */
	unsigned room;
};

struct scan {
	const struct gate *gate;
	struct gate_scratch *scratch;
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
	return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
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
	if (texts == NULL || lens == NULL || ids == NULL || flags == NULL || g->first == NULL || g->asked == NULL)
		goto out;
	for (size_t i = 0; i < count; i++) {
		g->asked[i] = entries[i].pattern;
		if (i > 0 && same_literal(&entries[i], &entries[i - 1]))
			continue;
		texts[n] = entries[i].text;
		lens[n] = entries[i].len;
		ids[n] = n;
		g->first[n++] = (unsigned)i;
	}
	g->first[n] = (unsigned)count;
	g->literal_count = n;
	rc = 0;
	if (hs_compile_lit_multi(texts, flags, ids, lens, n, HS_MODE_BLOCK, NULL, &g->database, &error) != HS_SUCCESS) {
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

int
gate_build(const struct literals *const *patterns, size_t count, struct gate **ret_gate)
{
	struct gate *g = calloc(1, sizeof(*g));
	struct entry *entries = NULL;
	size_t total = 0, n = 0;
	int rc = -ENOMEM;

	if (g == NULL)
		return -ENOMEM;
	g->words = (count + 63) / 64;
	g->always = calloc(g->words + 1, sizeof(*g->always));
	for (size_t i = 0; i < count; i++)
		total += patterns[i]->count;
	entries = calloc(total + 1, sizeof(*entries));
	if (g->always == NULL || entries == NULL || total > INT32_MAX)
		goto fail;
	for (size_t i = 0; i < count; i++) {
		if (patterns[i]->count == 0)
			g->always[i / 64] |= UINT64_C(1) << (i % 64);
		for (size_t j = 0; j < patterns[i]->count; j++)
			entries[n++] = (struct entry){patterns[i]->list[j].text, patterns[i]->list[j].len, (unsigned)i};
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
	free(g->first);
	free(g->asked);
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
	unsigned char *seen;
	unsigned *met;

	if (g->database == NULL)
		return 0;
	if (hs_alloc_scratch(g->database, &s->hs) != HS_SUCCESS)
		return -ENOMEM;
	if (g->literal_count <= s->room)
		return 0;
	seen = calloc(g->literal_count, sizeof(*seen));
	met = calloc(g->literal_count, sizeof(*met));
	if (seen == NULL || met == NULL) {
		free(seen);
		free(met);
		return -ENOMEM;
	}
	free(s->seen);
	free(s->met);
	s->seen = seen;
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
	free(s->seen);
	free(s->met);
	free(s);
}

static int
on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *data)
{
	struct scan *scan = data;
	const struct gate *g = scan->gate;

	(void)from;
	(void)to;
	(void)flags;
	if (scan->scratch->seen[id])
		return 0;
	scan->scratch->seen[id] = 1;
	scan->scratch->met[scan->met++] = id;
	for (unsigned i = g->first[id]; i < g->first[id + 1]; i++)
		scan->bits[g->asked[i] / 64] |= UINT64_C(1) << (g->asked[i] % 64);
	return 0;
}

int
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len, uint64_t *bits)
{
	struct scan scan = {g, s, bits, 0};
	hs_error_t rc = HS_SUCCESS;

	memcpy(bits, g->always, g->words * sizeof(*bits));
	if (g->database == NULL)
		return 0;
	if (len <= UINT32_MAX)
		rc = hs_scan(g->database, text, (unsigned)len, 0, s->hs, on_literal, &scan);
	for (unsigned i = 0; i < scan.met; i++)
		s->seen[s->met[i]] = 0;
	if (rc == HS_SUCCESS && len <= UINT32_MAX)
		return 0;
	memset(bits, 0xff, g->words * sizeof(*bits));
	return -EIO;
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
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len, uint64_t *bits)
{
	(void)g;
	(void)s;
	(void)text;
	(void)len;
	(void)bits;
	return -EIO;
}

#endif
