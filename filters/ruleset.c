/*
 * ruleset: loading, sharing and describing a set of rules. See ruleset.h and judge.h.
 *
 * Order of loading: all files are read, overrides are applied, then each rule is compiled, then
 * conditions are checked against each other, then the gate is built, and last the samples are run.
 * Each step reports all it finds and leaves out what is not sound.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* tdestroy */
#endif
#include "ruleset.h"

#include <errno.h>
#include <malloc.h>
#include <nettle/sha2.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "limits.h"
#include "literal_cache.h"
#include "loaded.h"
#include "ruleset_watch.h"

struct named {
	const char *id;
	size_t index;
};

struct loader {
	const struct ruleset_options *options;
	struct problems *problems;
	struct ruleset *set;
	struct arena *arena; /* gone after loading */
	struct literal_cache *groups;
	size_t room;
	void *ids; /* tree of struct named */
	size_t readable;
	struct pack *packs, **last_pack;
};

static int
named_order(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static void
named_keep(void *node)
{
	(void)node; /* lives in the loader's arena */
}

static struct rule *
find_rule(struct loader *l, const char *id)
{
	struct named key = { .id = id };
	struct named **found = tfind(&key, &l->ids, named_order);

	return found != NULL ? &l->set->rules[(*found)->index] : NULL;
}

static int
keep_rule(struct loader *l, const struct rule *r)
{
	size_t room = l->room > 0 ? 2 * l->room : 64;
	struct named *n = arena_alloc(l->arena, sizeof(*n));
	struct rule *rules;

	if (n == NULL)
		return -ENOMEM;
	if (l->set->rule_count == l->room) {
		rules = realloc(l->set->rules, room * sizeof(*rules));
		if (rules == NULL)
			return -ENOMEM;
		l->set->rules = rules;
		l->room = room;
	}
	*n = (struct named){ r->id, l->set->rule_count };
	l->set->rules[l->set->rule_count++] = *r;
	return tsearch(n, &l->ids, named_order) != NULL ? 0 : -ENOMEM;
}

/* The id nearest to one that an override names in vain, or NULL. */
static const char *
nearest_id(struct loader *l, const char *id)
{
	const char **names = arena_calloc(l->arena, l->set->rule_count + 1, sizeof(*names));

	for (size_t i = 0; names != NULL && i < l->set->rule_count; i++)
		names[i] = l->set->rules[i].id;
	return names != NULL ? yamldoc_nearest(id, names) : NULL;
}

static int
take_rule(struct loader *l, const struct pack *pack, const struct yamlnode *node)
{
	const struct yamlnode *id = yamldoc_get(node, "id");
	struct rule *known =
		id != NULL && id->kind == YAMLNODE_SCALAR ? find_rule(l, id->text) : NULL;
	struct rule r;
	int rc;

	if (known != NULL && known->pack == pack) {
		yamldoc_error(&pack->doc, id, "give one of them another id, or take one out",
			      "%.80s stands here twice; first in line %u", known->id, known->line);
		return 0;
	}
	/* Two files that bring rules of their own: what has a flag is no change of a rule. */
	if (known != NULL && known->pack->source->override && yamldoc_get(node, "flag") != NULL) {
		yamldoc_error(&pack->doc, id, "give one of them another id, or take one out",
			      "%.80s stands twice; first in %s:%u", known->id, known->file,
			      known->line);
		return 0;
	}
	if (known != NULL && pack->source->override) {
		rc = rule_override(known, pack, node);
		return rc == -ENOMEM ? rc : 0;
	}
	if (known != NULL) {
		yamldoc_error(&pack->doc, id,
			      "give one of them another id, or change the first from rules.d",
			      "the id %.80s is already taken at %s:%u", known->id, known->file,
			      known->line);
		return 0;
	}
	if (pack->source->override && id != NULL && yamldoc_get(node, "flag") == NULL) {
		const char *near = nearest_id(l, id->text);
		char hint[128];

		snprintf(hint, sizeof(hint),
			 near != NULL ? "did you mean %s?" : "a new rule needs a flag", near);
		yamldoc_error(&pack->doc, id, hint, "there is no rule %.80s to change", id->text);
		return 0;
	}
	if (l->set->rule_count >= LIMIT_RULES) {
		yamldoc_error(&pack->doc, node, "leave out what is not needed",
			      "there are more than %d rules", LIMIT_RULES);
		return 0;
	}
	rc = rule_read(l->set->arena, pack, node, &l->set->sections, &r);
	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	return keep_rule(l, &r);
}

static int
take_source(struct loader *l, const struct ruleset_source *source)
{
	struct pack *pack = arena_calloc(l->arena, 1, sizeof(*pack));
	const struct yamlnode *rules;
	int rc;

	if (pack == NULL)
		return -ENOMEM;
	pack->source = source;
	pack->groups = l->groups;
	rc = yamldoc_load(&pack->doc, l->arena, source->name, source->text, source->len,
			  l->problems);
	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	l->readable++;
	*l->last_pack = pack;
	l->last_pack = &pack->next;
	if (pack->doc.root->kind == YAMLNODE_NULL)
		return 0;
	yamldoc_keys(&pack->doc, pack->doc.root, "a rule file", pack_keys);
	if (pack->doc.root->kind != YAMLNODE_MAP)
		return 0;
	rc = pack_read_macros(pack);
	if (rc < 0)
		return rc;
	rules = yamldoc_get(pack->doc.root, "rules");
	if (rules == NULL || rules->kind == YAMLNODE_NULL)
		return 0;
	if (rules->kind != YAMLNODE_LIST) {
		yamldoc_error(&pack->doc, rules, "begin each rule with `- id:`",
			      "rules is not a list");
		return 0;
	}
	for (const struct yamlnode *n = rules->first; n != NULL && rc == 0; n = n->next)
		rc = take_rule(l, pack, n);
	return rc;
}

/* The macros of each file know those of the others, round and round. */
static void
join_macros(struct loader *l)
{
	for (struct pack *p = l->packs; p != NULL; p = p->next) {
		p->macros.file = p->doc.name;
		p->macros.others = p->next != NULL ? &p->next->macros : &l->packs->macros;
	}
}

static int
compile_rules(struct loader *l)
{
	join_macros(l);
	for (size_t i = 0; i < l->set->rule_count; i++) {
		struct rule *r = &l->set->rules[i];
		int rc = rule_compile(r, l->set->arena, l->set->jit);

		if (rc == -ENOMEM)
			return rc;
		if (rc < 0)
			r->disabled = true;
		l->set->judged += !r->disabled;
	}
	return 0;
}

/* How many rules with when that have no place yet give each flag. */
static void
count_givers(const struct ruleset *set, const bool *placed, size_t givers[FLAG_COUNT])
{
	memset(givers, 0, FLAG_COUNT * sizeof(*givers));
	for (size_t i = 0; i < set->rule_count; i++)
		if (set->rules[i].when != NULL && !set->rules[i].disabled && !placed[i])
			givers[set->rules[i].flag]++;
}

static bool
is_settled(const struct rule *r, const size_t givers[FLAG_COUNT])
{
	for (int f = 0; f < FLAG_COUNT; f++)
		if ((when_flags(r->when) & (1u << f)) && givers[f] > 0)
			return false;
	return true;
}

static void
refuse_condition(struct ruleset *set, size_t rule)
{
	struct rule *r = &set->rules[rule];

	yamldoc_error(&r->pack->doc, r->when_node,
		      "let it look at flags that do not depend on its own",
		      "%s looks at a flag that depends on what %s gives", r->id, r->id);
	ruleset_leave_out(set, (uint32_t)rule);
}

/*
 * A condition is judged when no other one can still change the flags that it looks at, wherever
 * they stand in the files. Each round settles a flag at least; what is left goes in circles.
 */
static int
order_conditions(struct ruleset *set, struct arena *arena)
{
	bool *placed = arena_calloc(arena, set->rule_count + 1, sizeof(*placed));
	size_t givers[FLAG_COUNT];

	set->derived = arena_calloc(set->arena, set->rule_count + 1, sizeof(*set->derived));
	if (placed == NULL || set->derived == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < set->rule_count; i++) {
		const struct rule *r = &set->rules[i];

		if (r->when != NULL && !r->disabled && (when_flags(r->when) & (1u << r->flag)))
			refuse_condition(set, i);
	}
	for (int round = 0; round <= FLAG_COUNT; round++) {
		count_givers(set, placed, givers);
		for (size_t i = 0; i < set->rule_count; i++) {
			const struct rule *r = &set->rules[i];

			if (r->when == NULL || r->disabled || placed[i] || !is_settled(r, givers))
				continue;
			placed[i] = true;
			set->derived[set->derived_count++] = (uint32_t)i;
		}
	}
	for (size_t i = 0; i < set->rule_count; i++) {
		const struct rule *r = &set->rules[i];

		if (r->when != NULL && !r->disabled && !placed[i])
			refuse_condition(set, i);
	}
	return 0;
}

static int
index_view(struct ruleset *set, enum view view)
{
	struct view_index *v = &set->views[view];
	size_t count = 0;

	for (size_t i = 0; i < set->rule_count; i++)
		if (!set->rules[i].disabled && set->rules[i].view == view)
			count += set->rules[i].match_count;
	v->words = (count + 63) / 64;
	v->entries = arena_calloc(set->arena, count + 1, sizeof(*v->entries));
	if (v->entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < set->rule_count; i++) {
		const struct rule *r = &set->rules[i];

		if (r->disabled || r->view != view)
			continue;
		for (size_t k = 0; k < r->match_count; k++)
			v->entries[v->count++] =
				(struct entry_pattern){ &r->match[k], (uint32_t)i };
	}
	return 0;
}

static int
add_lane(struct ruleset *set, unsigned section, enum view view)
{
	const struct view_index *v = &set->views[view];
	struct lane *lane = &set->lanes[set->lane_count];
	bool any = false;

	*lane = (struct lane){ .section = section, .view = view };
	lane->applies = arena_calloc(set->arena, v->words + 1, sizeof(*lane->applies));
	if (lane->applies == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < v->count; i++)
		if (set->rules[v->entries[i].rule].sections & (UINT64_C(1) << section)) {
			lane->applies[i / 64] |= UINT64_C(1) << (i % 64);
			any = true;
		}
	set->lane_count += any;
	return 0;
}

static int
index_rules(struct ruleset *set)
{
	int rc = 0;

	for (int v = 0; v < VIEW_COUNT && rc == 0; v++)
		rc = index_view(set, (enum view)v);
	if (rc < 0)
		return rc;
	set->lanes = arena_calloc(set->arena, (size_t)set->sections.count * VIEW_COUNT + 1,
				  sizeof(*set->lanes));
	if (set->lanes == NULL)
		return -ENOMEM;
	for (unsigned s = 0; s < set->sections.count && rc == 0; s++)
		for (int v = 0; v < VIEW_COUNT && rc == 0; v++)
			rc = add_lane(set, s, (enum view)v);
	return rc;
}

static int
build_gates(struct ruleset *set, struct arena *arena)
{
	int rc = 0;

	for (int v = 0; v < VIEW_COUNT && rc == 0; v++) {
		struct view_index *view = &set->views[v];
		const struct literals **list = arena_calloc(arena, view->count + 1, sizeof(*list));

		if (list == NULL)
			return -ENOMEM;
		for (size_t i = 0; i < view->count; i++)
			list[i] = &view->entries[i].pattern->literals;
		if (view->count > 0)
			rc = gate_build(list, view->count, &view->gate);
	}
	if (rc == -ENOMEM)
		return rc;
	set->gate = rc == 0;
	if (rc < 0)
		set->gate_why = "libhs refused the literals";
	return 0;
}

/* The literals die with the loader's arena: nothing looks at them once the gate stands. */
static void
forget_literals(struct pattern *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		list[i].literals.need_count = 0;
}

static void
forget_sources(struct ruleset *set)
{
	for (size_t i = 0; i < set->rule_count; i++) {
		struct rule *r = &set->rules[i];

		forget_literals(r->match, r->match_count);
		forget_literals(r->all, r->all_count);
		forget_literals(r->unless, r->unless_count);
		for (size_t k = 0; k < r->guard_count; k++)
			forget_literals(&r->guards[k].pattern, 1);
		r->pack = NULL;
		r->node = r->when_node = NULL;
		r->match_written = r->all_written = r->unless_written = r->guard_written = NULL;
	}
}

static void
hash_sources(const struct ruleset_source *sources, size_t count, char hash[65])
{
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE], head[9];

	sha256_init(&ctx);
	for (size_t i = 0; i < count; i++) {
		for (int b = 0; b < 8; b++)
			head[b] = (uint8_t)((uint64_t)sources[i].len >> (8 * b));
		head[8] = sources[i].override;
		sha256_update(&ctx, sizeof(head), head);
		sha256_update(&ctx, sources[i].len, (const uint8_t *)sources[i].text);
	}
	sha256_digest(&ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

static int
new_counters(struct ruleset *set)
{
	set->counters = calloc(set->rule_count + 1, sizeof(*set->counters));
	return set->counters == NULL ? -ENOMEM : 0;
}

static int
tell_loaded(struct loader *l)
{
	const struct ruleset_watch *watch = l->options->watch;
	struct loaded loaded = { l->set, l->packs, l->problems, l->arena };

	return watch != NULL && watch->loaded != NULL ? watch->loaded(watch->context, &loaded) : 0;
}

static int
load(struct loader *l, const struct ruleset_source *sources, size_t count)
{
	const char *why;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = take_source(l, &sources[i]);
	if (rc == 0 && count > 0 && l->readable == 0)
		rc = -EINVAL;
	if (rc == 0)
		rc = compile_rules(l);
	if (rc == 0)
		rc = order_conditions(l->set, l->arena);
	if (rc == 0)
		rc = index_rules(l->set);
	if (rc == 0)
		rc = new_counters(l->set);
	if (rc == 0 && l->options->gate) {
		why = NULL;
		if (gate_works(&why))
			rc = build_gates(l->set, l->arena);
		else
			l->set->gate_why = why;
	}
	if (rc == 0 && !l->options->skip_samples)
		rc = samples_run(l->set, l->options->watch, l->problems);
	return rc == 0 ? tell_loaded(l) : rc;
}

int
ruleset_compile(const struct ruleset_source *sources, size_t count,
		const struct ruleset_options *options, struct problems *problems,
		struct ruleset **ret_set)
{
	struct loader l = { .options = options,
			    .problems = problems,
			    .set = calloc(1, sizeof(*l.set)),
			    .arena = arena_new(0) };
	int rc = -ENOMEM;

	if (l.set == NULL)
		goto out;
	l.set->references = 1;
	l.last_pack = &l.packs;
	l.set->jit_why = "off";
	atomic_init(&l.set->gate_why, "off");
	sections_begin(&l.set->sections);
	l.set->arena = arena_new(0);
	if (l.set->arena == NULL || l.arena == NULL)
		goto out;
	l.groups = literal_cache_new(l.arena);
	if (l.groups == NULL)
		goto out;
	if (options->jit != JIT_NONE && match_jit_works(&l.set->jit_why))
		l.set->jit = options->jit;
	hash_sources(sources, count, l.set->hash);
	rc = load(&l, sources, count);
	if (rc == 0) {
		forget_sources(l.set);
		*ret_set = l.set;
		l.set = NULL;
	}
out:
	tdestroy(l.ids, named_keep);
	arena_free(l.arena);
	ruleset_unref(l.set);
	/*
	 * libhs takes tens of megabytes for building the gate, which malloc would keep for nobody.
	 */
	malloc_trim(0);
	return rc;
}

void
ruleset_leave_out(struct ruleset *set, uint32_t rule)
{
	if (set->rules[rule].disabled)
		return;
	set->rules[rule].disabled = true;
	set->judged--;
	for (size_t l = 0; l < set->lane_count; l++)
		for (size_t i = 0; i < set->views[set->lanes[l].view].count; i++)
			if (set->views[set->lanes[l].view].entries[i].rule == rule)
				set->lanes[l].applies[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

struct ruleset *
ruleset_ref(struct ruleset *set)
{
	atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
	return set;
}

void
ruleset_unref(struct ruleset *set)
{
	if (set == NULL ||
	    atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1)
		return;
	for (int v = 0; v < VIEW_COUNT; v++)
		gate_free(set->views[v].gate);
	for (size_t i = 0; i < set->rule_count; i++)
		rule_clear(&set->rules[i]);
	free(set->rules);
	free(set->counters);
	arena_free(set->arena);
	free(set);
}

size_t
ruleset_count(const struct ruleset *set)
{
	return set->judged;
}

const char *
ruleset_hash(const struct ruleset *set)
{
	return set->hash;
}

bool
ruleset_jit(const struct ruleset *set, const char **ret_why)
{
	*ret_why = set->jit_why;
	return set->jit != JIT_NONE;
}

bool
ruleset_gate(const struct ruleset *set, const char **ret_why)
{
	*ret_why = atomic_load(&set->gate_why);
	return atomic_load(&set->gate);
}

double
ruleset_score(const struct ruleset *set, const char *rule)
{
	for (size_t i = 0; i < set->rule_count; i++)
		if (strcmp(set->rules[i].id, rule) == 0)
			return set->rules[i].score;
	return 0;
}
