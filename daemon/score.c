/*
 * score: see score.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* tdestroy */
#endif
#include "score.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

const char *const score_families[SCORE_FAMILIES] = { "threat", "abuse", "demand", "signal" };

static flag_set
family(size_t i)
{
	return flag_set_by_name(score_families[i]);
}

static bool
has(flag_set set, int flag)
{
	return set >> flag & 1;
}

void
score_compare(const struct label *label, const struct verdict *verdict, struct outcome *ret)
{
	flag_set hits = verdict_hits(verdict), open = verdict_undetermined(verdict);

	*ret = (struct outcome){
		.right = hits & label->present,
		.extra = hits & label->absent,
		.missing = label->present & ~hits & ~open,
		.undetermined = open & (label->present | label->absent),
	};
	for (size_t i = 0; i < SCORE_FAMILIES; i++) {
		flag_set all = family(i) & label->some;

		if (!all)
			continue;
		if (hits & all & ~label->unsure)
			ret->found_some |= all;
		else if (open & all & ~label->unsure)
			ret->undetermined_some |= all;
		else if (!(hits & all))
			/* With a hit on what readers differ on, it is neither. */
			ret->missing_some |= all;
	}
}

bool
outcome_wrong(const struct outcome *o)
{
	return (o->extra | o->missing | o->missing_some) != 0;
}

double
count_precision(const struct count *c)
{
	/* Where nothing is labelled present nothing could be right. */
	if (c->tp + c->fp == 0 || c->tp + c->fn == 0)
		return -1;
	return (double)c->tp / (double)(c->tp + c->fp);
}

double
count_recall(const struct count *c)
{
	return c->tp + c->fn ? (double)c->tp / (double)(c->tp + c->fn) : -1;
}

static size_t
size(flag_set set)
{
	return (size_t)__builtin_popcount(set);
}

static void
count_family(struct count *c, const struct label *label, const struct outcome *o, flag_set all)
{
	flag_set judged = (label->present | label->absent) & all;

	if (!(label->whole & all) && !judged)
		return;
	c->mails++;
	if (!(label->whole & all)) {
		c->tp += size(o->right & all);
		c->fp += size(o->extra & all);
		c->fn += size(o->missing & all);
		c->undetermined += size(o->undetermined & all);
	} else if (label->some & all) {
		c->tp += (o->found_some & all) != 0;
		c->fn += (o->missing_some & all) != 0;
		c->undetermined += (o->undetermined_some & all) != 0;
	} else {
		c->fp += (o->extra & all) != 0;
		c->undetermined += !(o->extra & all) && (o->undetermined & all);
	}
}

static void
fill_in(struct sheet *sheet, const struct label *label, const struct outcome *o)
{
	sheet->mails++;
	sheet->wrong += outcome_wrong(o);
	for (int f = 0; f < FLAG_COUNT; f++) {
		struct count *c = &sheet->flags[f];

		if (!has((label->present | label->absent) & ~label->whole, f))
			continue;
		c->mails++;
		c->tp += has(o->right, f);
		c->fp += has(o->extra, f);
		c->fn += has(o->missing, f);
		c->undetermined += has(o->undetermined, f);
	}
	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		count_family(&sheet->families[i], label, o, family(i));
}

static void
confuse(struct confusion *c, bool found, bool missed, flag_set extra, flag_set as)
{
	c->mails++;
	c->found += found;
	c->missed += missed;
	for (int f = 0; f < FLAG_COUNT; f++) {
		c->extra[f] += has(extra, f);
		c->as[f] += has(as, f);
	}
}

static void
add_confusion(struct score *s, const struct label *label, const struct outcome *o, flag_set hits)
{
	for (int f = 0; f < FLAG_COUNT; f++)
		if (has(label->present, f))
			confuse(&s->flags[f], has(o->right, f), has(o->missing, f), o->extra, 0);
	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		if (label->some & family(i))
			confuse(&s->families[i], o->found_some & family(i),
				o->missing_some & family(i), o->extra, hits & family(i));
	if (!label->present && !label->some)
		confuse(&s->none, false, false, o->extra, 0);
}

struct node {
	const char *id;
	size_t index;
};

static int
node_order(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->id, ((const struct node *)b)->id);
}

static struct rule_count *
new_rule(struct score *s, const struct evidence *e, enum flag flag)
{
	struct node *node = malloc(sizeof(*node));
	size_t room = s->rule_room ? 2 * s->rule_room : 64;
	struct rule_count *grown = s->rules;

	if (s->rule_count == s->rule_room)
		grown = reallocarray(s->rules, room, sizeof(*grown));
	if (!grown || !node) {
		free(node);
		return NULL;
	}
	if (s->rule_count == s->rule_room)
		s->rule_room = room;
	s->rules = grown;
	*node = (struct node){ e->rule, s->rule_count };
	if (!tsearch(node, &s->tree, node_order)) {
		free(node);
		return NULL;
	}
	grown[s->rule_count] = (struct rule_count){
		.id = e->rule, .file = e->file, .line = e->line, .flag = flag
	};
	return &grown[s->rule_count++];
}

static struct rule_count *
rule_of(struct score *s, const struct evidence *e, enum flag flag)
{
	struct node key = { .id = e->rule }, **found = tfind(&key, &s->tree, node_order);

	return found ? &s->rules[(*found)->index] : new_rule(s, e, flag);
}

/* Evidence of one rule stands together; a rule that takes away is not to blame for a hit. */
static bool
counts(const struct flag_verdict *v, size_t i)
{
	return v->evidence[i].score > 0 &&
	       (i == 0 || strcmp(v->evidence[i].rule, v->evidence[i - 1].rule) != 0);
}

static int
add_rules(struct score *s, enum flag flag, const struct flag_verdict *v, bool right)
{
	for (size_t i = 0; i < v->evidence_count; i++) {
		bool decided = v->score - v->evidence[i].score < v->threshold;
		struct rule_count *rule;

		if (!counts(v, i))
			continue;
		rule = rule_of(s, &v->evidence[i], flag);
		if (!rule)
			return -ENOMEM;
		rule->tp += right;
		rule->fp += !right;
		rule->decided_tp += right && decided;
		rule->decided_fp += !right && decided;
	}
	return 0;
}

int
score_begin(struct score *s, size_t groups)
{
	*s = (struct score){ .sheet_count = groups };
	s->sheets = calloc(groups + 1, sizeof(*s->sheets));
	return s->sheets ? 0 : -ENOMEM;
}

int
score_add(struct score *s, size_t group, const struct label *label, const struct verdict *verdict)
{
	flag_set hits = verdict_hits(verdict);
	struct outcome o;
	int r = 0;

	score_compare(label, verdict, &o);
	fill_in(&s->sheets[group], label, &o);
	fill_in(&s->total, label, &o);
	add_confusion(s, label, &o, hits);
	for (int f = 0; f < FLAG_COUNT && r == 0; f++) {
		bool right = has(o.right | (o.found_some & ~label->unsure), f);

		if (has(hits, f) && (right || has(o.extra, f)))
			r = add_rules(s, (enum flag)f, &verdict->flags[f], right);
	}
	return r;
}

static int
worst_first(const void *a, const void *b)
{
	const struct rule_count *x = a, *y = b;

	if (x->fp != y->fp)
		return x->fp > y->fp ? -1 : 1;
	if (x->tp != y->tp)
		return x->tp < y->tp ? -1 : 1;
	return strcmp(x->id, y->id);
}

void
score_finish(struct score *s)
{
	if (s->rule_count)
		qsort(s->rules, s->rule_count, sizeof(*s->rules), worst_first);
}

void
score_free(struct score *s)
{
	tdestroy(s->tree, free);
	free(s->rules);
	free(s->sheets);
	memset(s, 0, sizeof(*s));
}
