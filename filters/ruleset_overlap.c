/*
 * ruleset_overlap: rules that another rule makes needless. See ruleset_lint.h.
 *
 * A rule is overlapped when another live one of the same flag, which gives as much, is looked for
 * wherever it is and is held back by nothing that it is not, hits every one of its hit samples.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loaded.h"
#include "ruleset_lint.h"

#define RIVALS_MAX 16 /* rules that hit the first sample and are followed up */

struct named {
	const char *id;
	uint32_t rule;
};

struct overlap {
	const struct loaded *loaded;
	struct judge *judge;
	struct arena *arena;    /* of one sample */
	struct named *named;    /* by address: evidence shares its id with its rule */
	const struct rule **by; /* what each rule is overlapped by */
};

static int
named_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static bool
same_text(const struct written *a, const struct written *b)
{
	return strcmp(a->node->text, b->node->text) == 0;
}

/* Whether each `unless` of b is one of a, too. */
static bool
excuses_no_more(const struct rule *b, const struct rule *a)
{
	for (size_t i = 0; i < b->unless_written_count; i++) {
		size_t k = 0;

		while (k < a->unless_written_count &&
		       !same_text(&b->unless_written[i], &a->unless_written[k]))
			k++;
		if (k == a->unless_written_count)
			return false;
	}
	return true;
}

/* Whether b counts wherever a does, and for as much. */
static bool
covers(const struct rule *b, const struct rule *a)
{
	return b != a && b->when == NULL && !b->shadow && !b->disabled && b->flag == a->flag &&
	       b->score >= a->score && b->guard_count == 0 && b->expires == 0 &&
	       (a->max == 0 || b->max >= a->max) && (a->sections & ~b->sections) == 0 &&
	       (b->language == NULL ||
		(a->language != NULL && strcmp(a->language, b->language) == 0)) &&
	       excuses_no_more(b, a);
}

static const struct rule *
rule_of(const struct overlap *o, const struct evidence *e)
{
	const struct ruleset *set = o->loaded->set;
	struct named key = { .id = e->rule };
	const struct named *n = bsearch(&key, o->named, set->rule_count, sizeof(key), named_order);

	return n != NULL ? &set->rules[n->rule] : NULL;
}

static bool
is_among(const struct rule *const *list, size_t count, const struct rule *r)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == r)
			return true;
	return false;
}

/* Keeps of the rivals those that hit this sample of the rule, too; the first sample names them. */
static int
try_sample(struct overlap *o, const struct rule *r, const struct yamlnode *n, bool first,
	   const struct rule **rivals, size_t *count)
{
	struct input input = { .section = sample_section(r), .text = n->text, .len = n->len };
	const struct rule *kept[RIVALS_MAX];
	size_t kept_count = 0;
	struct verdict *v;
	int rc;

	arena_reset(o->arena);
	rc = judge_input(o->judge, o->loaded->set, o->arena, &input, NULL, o->loaded->set->gate,
			 &v);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < v->flags[r->flag].evidence_count; i++) {
		const struct rule *b = rule_of(o, &v->flags[r->flag].evidence[i]);

		if (b != NULL && covers(b, r) && kept_count < RIVALS_MAX &&
		    (first || is_among(rivals, *count, b)) && !is_among(kept, kept_count, b))
			kept[kept_count++] = b;
	}
	memcpy(rivals, kept, kept_count * sizeof(*kept));
	*count = kept_count;
	return 0;
}

/* Whether that one is itself said to be needless because of this one, by way of others or not. */
static bool
is_needed(const struct overlap *o, const struct rule *rival, const struct rule *r)
{
	const struct rule *by = rival;

	for (size_t i = 0; by != NULL && i < o->loaded->set->rule_count; i++) {
		if (by == r)
			return true;
		by = o->by[by - o->loaded->set->rules];
	}
	return false;
}

static int
try_rule(struct overlap *o, uint32_t rule)
{
	const struct rule *r = &o->loaded->set->rules[rule], *rivals[RIVALS_MAX];
	const struct yamlnode *hits = yamldoc_get(yamldoc_get(r->node, "test"), "hit"), *n;
	size_t count = 0, samples = 0;
	int rc = 0;

	n = hits != NULL && hits->kind == YAMLNODE_LIST ? hits->first : hits;
	for (; n != NULL && n->kind == YAMLNODE_SCALAR && rc == 0 && (samples == 0 || count > 0);
	     n = hits->kind == YAMLNODE_LIST ? n->next : NULL)
		rc = try_sample(o, r, n, samples++ == 0, rivals, &count);
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (is_needed(o, rivals[i], r))
			continue;
		o->by[rule] = rivals[i];
		problems_add(o->loaded->problems, PROBLEM_NOTE, r->file, r->line, r->column,
			     "give it a sample that only it hits, or leave it out",
			     "%.80s hits nothing in its samples that %.80s (%.80s:%u) does not hit",
			     r->id, rivals[i]->id, rivals[i]->file, rivals[i]->line);
		break;
	}
	return rc;
}

static int
overlap_begin(struct overlap *o)
{
	const struct ruleset *set = o->loaded->set;

	o->named = arena_calloc(o->loaded->arena, set->rule_count + 1, sizeof(*o->named));
	o->by = arena_calloc(o->loaded->arena, set->rule_count + 1, sizeof(*o->by));
	if (o->named == NULL || o->by == NULL || o->judge == NULL || o->arena == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->rule_count; i++)
		o->named[i] = (struct named){ set->rules[i].id, i };
	qsort(o->named, set->rule_count, sizeof(*o->named), named_order);
	return 0;
}

int
ruleset_lint_overlap(const struct loaded *loaded)
{
	struct overlap o = { .loaded = loaded, .judge = judge_new(), .arena = arena_new(0) };
	int rc = overlap_begin(&o);

	for (uint32_t i = 0; i < loaded->set->rule_count && rc == 0; i++) {
		const struct rule *r = &loaded->set->rules[i];

		if (!r->disabled && !r->shadow && r->when == NULL && r->score > 0)
			rc = try_rule(&o, i);
	}
	judge_free(o.judge);
	arena_free(o.arena);
	return rc;
}
