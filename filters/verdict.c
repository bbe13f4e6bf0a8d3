/*
 * verdict: adding up what the rules found in one message. See verdict.h and desk.h.
 *
 * Goes through the rules in the order of the set, so that a verdict does not depend on the order in
 * which the gate found things.
 */
#include "verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "trace.h"

const char *
answer_name(enum answer a)
{
	static const char *const names[] = { "clear", "hit", "undetermined" };

	return names[a];
}

static int
hit_order(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->length < y->length ? -1 : x->length > y->length;
}

static int
rule_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

enum answer
desk_rule_answer(const struct rule_state *s)
{
	if (s->hits > 0)
		return ANSWER_HIT;
	return s->undetermined ? ANSWER_UNDETERMINED : ANSWER_CLEAR;
}

/* What the rules gave one flag. */
struct sum {
	double sure, above, below; /* of hits; what undetermined rules could add or take */
	size_t evidence;
};

static enum answer
sum_answer(const struct sum *s, double threshold)
{
	/* A flag needs a rule: with a threshold of 0 the empty message is not a hit. */
	bool sure = s->evidence > 0 && s->sure + s->below >= threshold;
	bool possible = (s->evidence > 0 || s->above > 0) && s->sure + s->above >= threshold;

	if (sure)
		return ANSWER_HIT;
	return possible ? ANSWER_UNDETERMINED : ANSWER_CLEAR;
}

/* What a rule gives its flag after that many matches. */
static double
rule_score(const struct rule *r, unsigned hits)
{
	double sum = r->score * hits;

	if (r->max == 0 || hits <= 1)
		return r->score;
	return (r->score > 0 ? sum > r->max : sum < r->max) ? r->max : sum;
}

static void
add_answer(struct sum *s, const struct rule *r, enum answer a, unsigned evidence)
{
	if (a == ANSWER_HIT) {
		s->sure += rule_score(r, evidence);
		s->evidence += evidence;
	} else if (a == ANSWER_UNDETERMINED) {
		if (r->score > 0)
			s->above += r->score;
		else
			s->below += r->score;
	}
}

int
desk_evidence(struct desk *d, const struct hit *h, struct evidence *e)
{
	const struct rule *r = &d->set->rules[h->rule];
	const struct section_text *t = &d->texts[h->section];
	const char *source = t->text;

	*e = (struct evidence){ .rule = r->id,
				.file = r->file,
				.line = r->line,
				.why = r->why,
				.part = d->set->sections.names[h->section],
				.view = r->view,
				.score = rule_score(r, d->j->states[h->rule].hits) };
	section_source(t, h->offset, h->length, &e->offset, &e->length);
	if (t->map_count > 0)
		source = d->input->message->body;
	e->text = arena_strndup(d->arena, source + e->offset, e->length);
	return e->text == NULL ? -ENOMEM : 0;
}

/*
 * One place is one hit, however many patterns of a rule match it: of those that overlap the first
 * stays. j->hits is in order.
 */
static void
drop_doubles(struct judge *j)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->hit_count; i++) {
		struct hit *h = &j->hits[i], *last = kept > 0 ? &j->hits[kept - 1] : NULL;

		if (last != NULL && last->rule == h->rule && last->section == h->section &&
		    h->offset < last->offset + last->length) {
			j->states[h->rule].hits--;
			if (h->offset == last->offset && h->length > last->length)
				*last = *h;
			continue;
		}
		j->hits[kept++] = *h;
	}
	j->hit_count = kept;
}

/* Adds up what the rules with patterns found. j->touched and j->hits are in order now. */
static int
add_up(struct desk *d, struct sum sums[FLAG_COUNT], struct verdict *v)
{
	struct judge *j = d->j;
	size_t undetermined = 0;

	for (size_t i = 0; i < j->touched_count; i++) {
		const struct rule *r = &d->set->rules[j->touched[i]];
		const struct rule_state *s = &j->states[j->touched[i]];
		enum answer a = desk_rule_answer(s);

		if (r->shadow) {
			v->shadow_hits += a == ANSWER_HIT;
			continue;
		}
		undetermined += a == ANSWER_UNDETERMINED;
		add_answer(&sums[r->flag], r, a, s->hits);
	}
	v->undetermined = arena_calloc(d->arena, undetermined + d->set->derived_count + 1,
				       sizeof(*v->undetermined));
	if (v->undetermined == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < j->touched_count; i++) {
		const struct rule *r = &d->set->rules[j->touched[i]];

		if (!r->shadow &&
		    desk_rule_answer(&j->states[j->touched[i]]) == ANSWER_UNDETERMINED)
			v->undetermined[v->undetermined_count++] = r->id;
	}
	return 0;
}

/*
 * Judges the rules with when, in order; each sees the answers of those before it. Marks those that
 * hold in j->states.
 */
static void
derive(struct desk *d, const double *thresholds, struct sum sums[FLAG_COUNT], struct verdict *v)
{
	enum answer answers[FLAG_COUNT];

	for (int f = 0; f < FLAG_COUNT; f++)
		answers[f] = sum_answer(&sums[f], thresholds[f]);
	for (size_t i = 0; i < d->set->derived_count; i++) {
		const struct rule *r = &d->set->rules[d->set->derived[i]];
		enum answer a;

		if (r->disabled)
			continue;
		a = when_eval(r->when, answers);
		if (r->shadow) {
			v->shadow_hits += a == ANSWER_HIT;
			continue;
		}
		if (a == ANSWER_HIT)
			d->j->states[d->set->derived[i]].hits = 1;
		else if (a == ANSWER_UNDETERMINED)
			v->undetermined[v->undetermined_count++] = r->id;
		add_answer(&sums[r->flag], r, a, 1);
		answers[r->flag] = sum_answer(&sums[r->flag], thresholds[r->flag]);
	}
	for (int f = 0; f < FLAG_COUNT; f++)
		v->flags[f] = (struct flag_verdict){ .answer = answers[f],
						     .score = sums[f].sure,
						     .threshold = thresholds[f] };
}

static int
collect_evidence(struct desk *d, const struct sum sums[FLAG_COUNT], struct verdict *v)
{
	struct judge *j = d->j;

	for (int f = 0; f < FLAG_COUNT; f++) {
		if (sums[f].evidence == 0)
			continue;
		v->flags[f].evidence =
			arena_calloc(d->arena, sums[f].evidence, sizeof(struct evidence));
		if (v->flags[f].evidence == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; i < j->hit_count; i++) {
		const struct rule *r = &d->set->rules[j->hits[i].rule];
		struct flag_verdict *flag = &v->flags[r->flag];

		if (!r->shadow &&
		    desk_evidence(d, &j->hits[i], &flag->evidence[flag->evidence_count++]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < d->set->derived_count; i++) {
		const struct rule *r = &d->set->rules[d->set->derived[i]];
		struct flag_verdict *flag = &v->flags[r->flag];

		if (j->states[d->set->derived[i]].hits == 0)
			continue;
		flag->evidence[flag->evidence_count++] = (struct evidence){
			.rule = r->id,
			.file = r->file,
			.line = r->line,
			.why = r->why,
			.when = r->when_text,
			.part = "body",
			.text = "",
			.score = r->score,
		};
		j->states[d->set->derived[i]].hits = 0;
	}
	return 0;
}

int
desk_conclude(struct desk *d, const double thresholds[FLAG_COUNT], struct verdict **ret_verdict)
{
	struct judge *j = d->j;
	struct sum sums[FLAG_COUNT] = { { 0 } };
	double defaults[FLAG_COUNT];
	struct verdict *v = arena_calloc(d->arena, 1, sizeof(*v));
	int rc;

	if (v == NULL)
		return -ENOMEM;
	for (int f = 0; f < FLAG_COUNT; f++)
		defaults[f] = THRESHOLD_DEFAULT;
	qsort(j->touched, j->touched_count, sizeof(*j->touched), rule_order);
	if (j->hit_count > 1)
		qsort(j->hits, j->hit_count, sizeof(*j->hits), hit_order);
	drop_doubles(j);
	rc = add_up(d, sums, v);
	if (rc < 0)
		return rc;
	derive(d, thresholds != NULL ? thresholds : defaults, sums, v);
	rc = collect_evidence(d, sums, v);
	if (rc < 0)
		return rc;
	v->incomplete =
		v->undetermined_count > 0 ||
		(d->input->message != NULL && (d->input->message->notes & NOTES_UNDETERMINED) != 0);
	v->ruleset_hash = d->set->hash;
	v->steps = matcher_steps(j->matcher);
	trace_end(d);
	*ret_verdict = v;
	return 0;
}

static flag_set
flags_with(const struct verdict *v, enum answer a)
{
	flag_set flags = 0;

	for (int f = 0; f < FLAG_COUNT; f++)
		if (v->flags[f].answer == a)
			flags |= 1u << f;
	return flags;
}

flag_set
verdict_hits(const struct verdict *v)
{
	return flags_with(v, ANSWER_HIT);
}

flag_set
verdict_undetermined(const struct verdict *v)
{
	return flags_with(v, ANSWER_UNDETERMINED);
}
