/*
 * sample: the rules' own samples, run when a set is loaded. See judge.h.
 */
#include "desk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ruleset_watch.h"
#include "trace.h"

struct runner {
	struct ruleset *set;
	struct judge *judge;
	const struct ruleset_watch *watch;
	struct arena *arena; /* of one sample */
	flag_set raised;     /* by the sample of a rule with when */
	bool gate_lost;      /* a sample got lost in the gate */
};

unsigned
sample_section(const struct rule *r)
{
	if (r->when != NULL || (r->sections & (1u << SECTION_BODY)))
		return SECTION_BODY;
	return (unsigned)__builtin_ctzll(r->sections);
}

/*
 * A rule with when is asked for its condition and not for its flag: it may be in shadow, or give
 * its flag too little to raise it alone.
 */
static int
answer_of(struct runner *run, uint32_t rule, const struct input *input, bool gated,
	  enum answer *ret)
{
	const struct rule *r = &run->set->rules[rule];
	enum answer answers[FLAG_COUNT];
	struct verdict *v;
	int rc;

	if (r->when == NULL)
		return judge_rule(run->judge, run->set, run->arena, rule, input, gated, ret);
	rc = judge_input(run->judge, run->set, run->arena, input, NULL, gated, &v);
	if (rc < 0)
		return rc;
	for (int f = 0; f < FLAG_COUNT; f++)
		answers[f] = v->flags[f].answer;
	*ret = when_eval(r->when, answers);
	run->raised = verdict_hits(v);
	return 0;
}

/* What a sample looks like to its rule: the text in its view, or the flags that it raises. */
static int
seen_by(struct runner *run, const struct rule *r, const struct yamlnode *n, const char **ret)
{
	struct buf b = { .arena = run->arena };
	struct folded f;
	int rc;

	if (r->when == NULL) {
		rc = fold_text(run->arena, r->view, n->text, n->len, &f);
		if (rc == 0)
			*ret = f.text;
		return rc;
	}
	for (int i = 0; i < FLAG_COUNT; i++)
		if (run->raised & (1u << i))
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", flag_name((enum flag)i));
	if (b.len == 0)
		buf_printf(&b, "no flag");
	*ret = buf_string(&b);
	return *ret != NULL ? 0 : -ENOMEM;
}

/* The first match of a rule in a sample that did not count; NULL when nothing matched at all. */
static int
near_of(struct runner *run, uint32_t rule, const struct input *input, const struct near **ret)
{
	struct explanation e = { .near_count = 0 };
	struct trace trace = { .e = &e };
	enum answer answer;
	int rc;

	if (run->set->rules[rule].when != NULL)
		return 0;
	run->judge->trace = &trace;
	rc = judge_rule(run->judge, run->set, run->arena, rule, input, false, &answer);
	run->judge->trace = NULL;
	if (rc == 0 && trace.failed)
		rc = -ENOMEM;
	*ret = e.near_count > 0 ? e.near : NULL;
	return rc;
}

static void
tell(const struct runner *run, const struct rule *r, const struct yamlnode *n,
     struct sample_result *result)
{
	if (run->watch == NULL || run->watch->sample == NULL)
		return;
	result->rule = r->id;
	result->file = r->pack->doc.name;
	result->line = n->line;
	result->column = n->column;
	result->text = n->text;
	run->watch->sample(run->watch->context, result);
}

/* The last entry of rules.d that changed what a rule gives to its flag, NULL: none. */
static const struct written *
giving_changed(const struct rule *r)
{
	const struct written *last = NULL;

	for (int i = 0; rule_override_keys[i] != NULL; i++)
		if (r->changed[i].node != NULL && strcmp(rule_override_keys[i], "id") != 0 &&
		    strcmp(rule_override_keys[i], "unless") != 0)
			last = &r->changed[i];
	return last;
}

/*
 * A rule with when fails its samples when another one was changed: the change is to blame, not the
 * sample. Looks for a changed rule of a flag that the condition looks at which matches the sample,
 * or one that was switched off and cannot be asked. "" when there is none.
 */
static int
find_change(struct runner *run, const struct rule *r, const struct input *input, char *ret,
	    size_t size)
{
	const struct written *change;

	*ret = '\0';
	for (uint32_t i = 0; i < run->set->rule_count; i++) {
		const struct rule *other = &run->set->rules[i];
		enum answer answer = ANSWER_CLEAR;
		int rc = 0;

		change = giving_changed(other);
		if (change == NULL || other->when != NULL ||
		    !(when_flags(r->when) & (1u << other->flag)))
			continue;
		if (!other->disabled)
			rc = judge_rule(run->judge, run->set, run->arena, i, input, false, &answer);
		if (rc < 0)
			return rc;
		if (answer == ANSWER_HIT || (other->off && *ret == '\0'))
			snprintf(ret, size, "; %s of %.60s is changed at %.60s:%u",
				 change->node->key->text, other->id, change->pack->doc.name,
				 change->node->key->line);
		if (answer == ANSWER_HIT)
			break;
	}
	return 0;
}

static void
complain(const struct rule *r, const struct yamlnode *n, const struct sample_result *result,
	 const char *change)
{
	const struct near *near = result->near;
	char hint[256];

	if (near != NULL && near->kind == NEAR_UNLESS)
		snprintf(hint, sizeof(hint), "its unless of %.100s:%u matches: %.80s",
			 near->pattern_file, near->pattern_line, near->by);
	else if (near != NULL)
		snprintf(hint, sizeof(hint), "what all asks for in line %u is not near: %.80s",
			 near->pattern_line, near->text);
	else
		snprintf(hint, sizeof(hint), "%s: %.*s%s",
			 r->when != NULL ? "the sample raises" : "the patterns see",
			 *change != '\0' ? 60 : 120, result->seen, change);
	yamldoc_error(&r->pack->doc, n, hint, "%s %s this sample", r->id,
		      result->answer == ANSWER_UNDETERMINED ? "takes too many steps to decide on"
		      : result->must_hit                    ? "does not hit"
							    : "must not hit but hits");
}

/* One sample; *ret_passed is set when the rule does what it should. */
static int
run_one(struct runner *run, uint32_t rule, const struct yamlnode *n, bool must_hit,
	bool *ret_passed)
{
	const struct rule *r = &run->set->rules[rule];
	struct input input = { .section = sample_section(r), .text = n->text, .len = n->len };
	struct sample_result result = { .must_hit = must_hit, .derived = r->when != NULL };
	enum answer gated = ANSWER_CLEAR;
	char change[200] = "";
	int rc;

	arena_reset(run->arena);
	/* What hits behind the gate hits without it, and what is to be missed cannot get lost
	 * there. */
	rc = must_hit ? answer_of(run, rule, &input, run->set->gate, &gated) : 0;
	result.answer = gated;
	if (rc == 0 && gated != ANSWER_HIT)
		rc = answer_of(run, rule, &input, false, &result.answer);
	if (rc < 0)
		return rc;
	run->gate_lost |= must_hit && result.answer == ANSWER_HIT && gated != ANSWER_HIT;
	*ret_passed = result.passed = result.answer == (must_hit ? ANSWER_HIT : ANSWER_CLEAR);
	if (result.passed && run->watch == NULL)
		return 0;
	rc = seen_by(run, r, n, &result.seen);
	if (rc == 0 && must_hit && !result.passed)
		rc = near_of(run, rule, &input, &result.near);
	if (rc == 0 && !result.passed && r->when != NULL)
		rc = find_change(run, r, &input, change, sizeof(change));
	if (rc < 0)
		return rc;
	tell(run, r, n, &result);
	if (!result.passed)
		complain(r, n, &result, change);
	return 0;
}

/* All samples of one list of a rule. */
static int
run_list(struct runner *run, uint32_t rule, const struct yamlnode *list, bool must_hit,
	 bool *ret_passed)
{
	const struct rule *r = &run->set->rules[rule];
	const struct yamlnode *n = list != NULL && list->kind == YAMLNODE_LIST ? list->first : list;
	bool passed = true;
	int rc;

	for (; n != NULL; n = list->kind == YAMLNODE_LIST ? n->next : NULL) {
		if (n->kind != YAMLNODE_SCALAR) {
			yamldoc_error(&r->pack->doc, n, "put it in quotes",
				      "a sample must be a text");
			tell(run, r, n,
			     &(struct sample_result){ .must_hit = must_hit, .seen = "" });
			*ret_passed = false;
			continue;
		}
		rc = run_one(run, rule, n, must_hit, &passed);
		if (rc < 0)
			return rc;
		*ret_passed &= passed;
	}
	return 0;
}

/* The derived rules come last: they need a set whose other rules are sound. */
static int
run_all(struct runner *run, bool derived)
{
	for (uint32_t i = 0; i < run->set->rule_count; i++) {
		const struct rule *r = &run->set->rules[i];
		const struct yamlnode *test = yamldoc_get(r->node, "test");
		bool passed = true;
		int rc;

		if (r->disabled || (r->when != NULL) != derived || test == NULL)
			continue;
		rc = run_list(run, i, yamldoc_get(test, "hit"), true, &passed);
		if (rc == 0)
			rc = run_list(run, i, yamldoc_get(test, "miss"), false, &passed);
		if (rc < 0)
			return rc;
		if (!passed)
			ruleset_leave_out(run->set, i);
	}
	return 0;
}

int
samples_run(struct ruleset *set, const struct ruleset_watch *watch, struct problems *problems)
{
	struct runner run = {
		.set = set, .watch = watch, .judge = judge_new(), .arena = arena_new(0)
	};
	int rc = -ENOMEM;

	if (run.judge != NULL)
		run.judge->uncounted = true;
	if (run.judge != NULL && run.arena != NULL)
		rc = run_all(&run, false);
	if (rc == 0)
		rc = run_all(&run, true);
	if (rc == 0 && run.gate_lost && set->gate) {
		set->gate = false;
		set->gate_why = "a rule's own sample did not pass it";
		problems_add(problems, PROBLEM_WARNING, "", 0, 0,
			     "please report this with the rules",
			     "the literal gate loses a sample that its rule hits: it is switched "
			     "off for this set");
	}
	judge_free(run.judge);
	arena_free(run.arena);
	return rc;
}
