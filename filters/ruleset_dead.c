/*
 * ruleset_dead: rules that can never raise their flag. See ruleset_lint.h.
 *
 * A rule that was left out for a mistake counts as if it were mended: one mistake must not make
 * others look dead.
 */
#include "ruleset_lint.h"

#include <stdarg.h>
#include <stdio.h>

#include "judge.h"

#define NAMES_MAX 12 /* flags of a condition that are tried in all ways */

struct dead {
	const struct ruleset *set;
	const double *thresholds;
	long day;
	struct problems *problems;
	double sums[FLAG_COUNT];     /* what rules with patterns can give a flag together */
	double derived[FLAG_COUNT];  /* what rules with when can */
	unsigned counts[FLAG_COUNT]; /* rules that give it something */
};

static bool
is_over(const struct dead *d, const struct rule *r)
{
	return r->expires != 0 && d->day > r->expires;
}

static bool
counts(const struct dead *d, const struct rule *r)
{
	return !r->off && !r->shadow && !is_over(d, r);
}

static bool
is_derived(const struct rule *r)
{
	return r->when != NULL || r->when_node != NULL;
}

static void __attribute__((format(printf, 4, 5)))
say(const struct dead *d, const struct rule *r, const char *hint, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problems_add(d->problems, PROBLEM_WARNING, r->file, r->line, r->column, hint, "%.80s %s",
		     r->id, text);
}

static void
add_up(struct dead *d)
{
	for (size_t i = 0; i < d->set->rule_count; i++) {
		const struct rule *r = &d->set->rules[i];
		double most = r->max > r->score ? r->max : r->score;

		if (!counts(d, r) || r->score <= 0)
			continue;
		if (is_derived(r))
			d->derived[r->flag] += most;
		else
			d->sums[r->flag] += most;
		d->counts[r->flag]++;
	}
}

static void
check_score(const struct dead *d, const struct rule *r)
{
	if (is_over(d, r))
		say(d, r, "take it out, or give it a later day",
		    "is over: its last day was %04ld-%02ld-%02ld", r->expires / 10000,
		    r->expires / 100 % 100, r->expires % 100);
	else if (r->off || r->shadow)
		return;
	else if (r->score == 0)
		say(d, r, "give it a score, or state: shadow to count it only",
		    "gives %s nothing: its score is 0", flag_name(r->flag));
	else if (r->score < 0 && d->counts[r->flag] == 0)
		say(d, r, "take it out, or give it the flag of the rules that it holds back",
		    "holds back nothing: no rule gives %s anything", flag_name(r->flag));
}

/* Once a flag, at its first rule: that all rules together do not reach its threshold. */
static void
check_reach(const struct dead *d, const struct rule *r, flag_set *told)
{
	double most = d->sums[r->flag] + d->derived[r->flag];

	if (!counts(d, r) || r->score <= 0 || most >= d->thresholds[r->flag] ||
	    (*told & (1u << r->flag)))
		return;
	*told |= 1u << r->flag;
	if (d->counts[r->flag] == 1)
		say(d, r, "raise its score, or lower the threshold in policy.yaml",
		    "can never raise %s: it gives %g and the threshold is %g", flag_name(r->flag),
		    most, d->thresholds[r->flag]);
	else
		say(d, r, "raise their scores, or lower the threshold in policy.yaml",
		    "can never raise %s: all its %u rules together give %g and the threshold is %g",
		    flag_name(r->flag), d->counts[r->flag], most, d->thresholds[r->flag]);
}

/* Whether the condition holds for some mail, given the flags that can be raised. */
static bool
can_hold(const struct when *when, flag_set reachable)
{
	flag_set looked = when_flags(when) & reachable;
	int flags[FLAG_COUNT], count = 0;

	for (int f = 0; f < FLAG_COUNT; f++)
		if (looked & (1u << f))
			flags[count++] = f;
	/* Too many to try; what names so many flags is likely to hold for one of them. */
	if (count > NAMES_MAX)
		return true;
	for (unsigned way = 0; way < 1u << count; way++) {
		enum answer answers[FLAG_COUNT] = { ANSWER_CLEAR };

		for (int i = 0; i < count; i++)
			answers[flags[i]] = way & (1u << i) ? ANSWER_HIT : ANSWER_CLEAR;
		if (when_eval(when, answers) == ANSWER_HIT)
			return true;
	}
	return false;
}

static void
check_condition(const struct dead *d, const struct rule *r, flag_set *reachable)
{
	static const enum answer nothing[FLAG_COUNT] = { ANSWER_CLEAR };

	if (!can_hold(r->when, *reachable))
		say(d, r, "look at the flags that it names: which rule raises them?",
		    "can never hold: no rule raises what its condition needs");
	else
		*reachable |= counts(d, r) && r->score > 0 ? 1u << r->flag : 0;
	if (when_eval(r->when, nothing) == ANSWER_HIT)
		say(d, r, "let it need a flag",
		    "holds in every mail that raises no flag: ordinary mail gets %s",
		    flag_name(r->flag));
}

void
ruleset_lint_dead(const struct ruleset *set, const double thresholds[FLAG_COUNT], long day,
		  struct problems *problems)
{
	struct dead d = { .set = set, .thresholds = thresholds, .day = day, .problems = problems };
	flag_set reachable = 0, told = 0;

	add_up(&d);
	for (size_t i = 0; i < set->rule_count; i++) {
		check_score(&d, &set->rules[i]);
		check_reach(&d, &set->rules[i], &told);
	}
	for (int f = 0; f < FLAG_COUNT; f++)
		if (d.sums[f] > 0 && d.sums[f] >= thresholds[f])
			reachable |= 1u << f;
	for (size_t i = 0; i < set->derived_count; i++)
		check_condition(&d, &set->rules[set->derived[i]], &reachable);
}
