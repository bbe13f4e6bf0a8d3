/*
 * gate: the literal pre-filter. See gate.h.
 */
#include "gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBHS

#include <hs.h>

#include "gate_spots.h"

/* Two in five literals of the shipped rules cannot be met in a text of ASCII. */
enum script {
	SCRIPT_ASCII,
	SCRIPT_OTHER, /* literals with any other character */
	SCRIPT_COUNT,
};

struct gate {
	struct gate_index index;
	hs_database_t *databases[SCRIPT_COUNT]; /* NULL: no literals */
};

struct gate_scratch {
	hs_scratch_t *hs;
	struct gate_spots *spots;
};

struct scan {
	const struct gate *gate;
	struct gate_spots *spots;
};

bool
gate_works(const char **ret_why)
{
	bool works = hs_valid_platform() == HS_SUCCESS;

	*ret_why = works ? "" : "libhs does not support this processor";
	return works;
}

static bool
is_ascii(const char *s, size_t len)
{
	unsigned char all = 0;

	for (size_t i = 0; i < len; i++)
		all |= (unsigned char)s[i];
	return all < 0x80;
}

/* Each literal has its number in the index as its id. */
static int
compile(struct gate *g, enum script script)
{
	size_t room = g->index.literal_count + 1;
	const char **texts = calloc(room, sizeof(*texts));
	size_t *lens = calloc(room, sizeof(*lens));
	unsigned *ids = calloc(room, sizeof(*ids)), *flags = calloc(room, sizeof(*flags));
	hs_compile_error_t *error = NULL;
	unsigned count = 0;
	int rc = -ENOMEM;

	if (texts == NULL || lens == NULL || ids == NULL || flags == NULL)
		goto out;
	for (size_t i = 0; i < g->index.literal_count; i++) {
		const char *text = g->index.texts[i];
		size_t len = g->index.lens[i];

		if ((script == SCRIPT_ASCII) != is_ascii(text, len))
			continue;
		texts[count] = text;
		lens[count] = len;
		ids[count++] = (unsigned)i;
	}
	rc = 0;
	if (count > 0 && hs_compile_lit_multi(texts, flags, ids, lens, count, HS_MODE_BLOCK, NULL,
					      &g->databases[script], &error) != HS_SUCCESS) {
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
	int rc;

	if (g == NULL)
		return -ENOMEM;
	rc = gate_index_build(&g->index, patterns, count);
	for (int i = 0; i < SCRIPT_COUNT && rc == 0; i++)
		rc = compile(g, i);
	gate_index_forget_texts(&g->index);
	if (rc < 0) {
		gate_free(g);
		return rc;
	}
	*ret_gate = g;
	return 0;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	for (int i = 0; i < SCRIPT_COUNT; i++)
		hs_free_database(g->databases[i]);
	gate_index_clear(&g->index);
	free(g);
}

struct gate_scratch *
gate_scratch_new(void)
{
	struct gate_scratch *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->spots = gate_spots_new();
	if (s->spots == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

int
gate_scratch_fit(struct gate_scratch *s, const struct gate *g)
{
	for (int i = 0; i < SCRIPT_COUNT; i++)
		if (g->databases[i] != NULL &&
		    hs_alloc_scratch(g->databases[i], &s->hs) != HS_SUCCESS)
			return -ENOMEM;
	return gate_spots_fit(s->spots, &g->index);
}

void
gate_scratch_free(struct gate_scratch *s)
{
	if (s == NULL)
		return;
	hs_free_scratch(s->hs);
	gate_spots_free(s->spots);
	free(s);
}

static int
on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *data)
{
	struct scan *scan = data;

	(void)from;
	(void)flags;
	return !gate_spots_meet(scan->spots, &scan->gate->index, id, (size_t)to);
}

int
gate_scan(const struct gate *g, struct gate_scratch *s, const char *text, size_t len,
	  uint64_t *bits)
{
	struct scan scan = { g, s->spots };
	int count = is_ascii(text, len) ? SCRIPT_OTHER : SCRIPT_COUNT;
	bool good = len <= UINT32_MAX;

	gate_spots_begin(s->spots);
	for (int i = 0; i < count && good; i++)
		good = g->databases[i] == NULL || hs_scan(g->databases[i], text, (unsigned)len, 0,
							  s->hs, on_literal, &scan) == HS_SUCCESS;
	if (good && gate_spots_conclude(s->spots, &g->index, text, len, bits))
		return 0;
	gate_spots_give_up(s->spots, &g->index, bits);
	return -EIO;
}

size_t
gate_windows(const struct gate *g, const struct gate_scratch *s, size_t pattern,
	     const struct gate_window **ret)
{
	return gate_spots_windows(s->spots, &g->index, pattern, ret);
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
