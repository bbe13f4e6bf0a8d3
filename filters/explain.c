/*
 * explain: gathering what led to a verdict. See explain.h and trace.h.
 */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

const char *
skip_kind_name(enum skip_kind k)
{
	static const char *const names[] = { "language",    "expired", "header", "off",
					     "quarantined", "steps",   "gate" };

	return names[k];
}

static struct near *
new_near(struct desk *d, struct trace *t)
{
	size_t room = t->near_room > 0 ? 2 * t->near_room : 16;
	struct near *grown;

	if (t->e->near_count == EXPLAIN_NEAR_MAX)
		return NULL;
	if (t->e->near_count == t->near_room) {
		grown = arena_grow(d->arena, t->e->near, t->near_room * sizeof(*grown),
				   room * sizeof(*grown));
		if (grown == NULL) {
			t->failed = true;
			return NULL;
		}
		t->e->near = grown;
		t->near_room = room;
	}
	return &t->e->near[t->e->near_count++];
}

void
trace_near(struct desk *d, const struct candidate *c, enum near_kind kind, size_t index, size_t at,
	   size_t len)
{
	const struct rule *r = &d->set->rules[c->rule];
	const struct pattern *p = kind == NEAR_UNLESS ? &r->unless[index] : &r->all[index];
	struct near *n = d->j->trace != NULL ? new_near(d, d->j->trace) : NULL;
	struct hit hit = { c->rule, c->section, c->offset, c->length };
	struct evidence e;

	if (n == NULL)
		return;
	*n = (struct near){ .rule = r->id,
			    .file = r->file,
			    .line = r->line,
			    .flag = r->flag,
			    .view = r->view,
			    .shadow = r->shadow,
			    .score = r->score,
			    .kind = kind,
			    .pattern = p->written,
			    .pattern_file = p->file,
			    .pattern_line = p->line,
			    .by = arena_strndup(d->arena, c->f->text + at, len) };
	d->j->trace->failed |= n->by == NULL || desk_evidence(d, &hit, &e) < 0;
	if (d->j->trace->failed)
		return;
	n->part = e.part;
	n->offset = e.offset;
	n->length = e.length;
	n->text = e.text;
}

/* Why a rule with patterns said nothing; SKIP_KINDS: it was judged. */
static enum skip_kind
why_skipped(struct desk *d, uint32_t rule)
{
	const struct rule *r = &d->set->rules[rule];
	const struct rule_state *s = &d->j->states[rule];

	if (r->disabled)
		return SKIP_OFF;
	if (r->language != NULL && d->language != NULL && strcmp(r->language, d->language) != 0)
		return SKIP_LANGUAGE;
	if (r->expires != 0 && d->j->day > r->expires)
		return SKIP_EXPIRED;
	if (s->guarded && s->admitted == ANSWER_CLEAR)
		return SKIP_HEADER;
	if (!s->touched)
		return SKIP_GATE;
	if (!s->undetermined || s->hits > 0)
		return SKIP_KINDS;
	return atomic_load(&d->set->counters[rule].quarantined) ? SKIP_QUARANTINED : SKIP_STEPS;
}

static void
end_skipped(struct desk *d, struct explanation *e)
{
	for (uint32_t i = 0; i < d->set->rule_count; i++) {
		enum skip_kind kind = d->set->rules[i].when != NULL && !d->set->rules[i].disabled
					      ? SKIP_KINDS
					      : why_skipped(d, i);

		e->judged += kind == SKIP_KINDS && d->set->rules[i].when == NULL;
		if (kind == SKIP_KINDS)
			continue;
		e->skipped[e->skipped_count++] = (struct skipped){ d->set->rules[i].id, kind };
		e->skipped_by[kind]++;
	}
}

void
trace_end(struct desk *d)
{
	struct trace *t = d->j->trace;
	struct explanation *e;

	if (t == NULL)
		return;
	e = t->e;
	e->skipped = arena_calloc(d->arena, d->set->rule_count + 1, sizeof(*e->skipped));
	e->shadow = arena_calloc(d->arena, d->j->hit_count + 1, sizeof(*e->shadow));
	if (e->skipped == NULL || e->shadow == NULL) {
		t->failed = true;
		return;
	}
	end_skipped(d, e);
	for (size_t i = 0; i < d->j->hit_count; i++)
		if (d->set->rules[d->j->hits[i].rule].shadow)
			t->failed |=
				desk_evidence(d, &d->j->hits[i], &e->shadow[e->shadow_count++]) < 0;
}

static int
near_order(const void *a, const void *b)
{
	const struct near *x = a, *y = b;
	int file = strcmp(x->file, y->file);

	if (file != 0)
		return file;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->pattern_line < y->pattern_line ? -1 : x->pattern_line > y->pattern_line;
}

int
judge_explain(struct judge *j, const struct ruleset *set, const struct message *m,
	      const double thresholds[FLAG_COUNT], struct explanation *ret)
{
	struct explanation e = { .near_count = 0 };
	struct trace trace = { .e = &e };
	struct input input = { .message = m };
	int rc;

	j->trace = &trace;
	rc = judge_input(j, set, m->arena, &input, thresholds, atomic_load(&set->gate), &e.verdict);
	j->trace = NULL;
	if (rc == 0 && trace.failed)
		rc = -ENOMEM;
	if (rc < 0)
		return rc;
	if (e.near_count > 1)
		qsort(e.near, e.near_count, sizeof(*e.near), near_order);
	*ret = e;
	return 0;
}
