/*
 * counter: what each rule does and costs while the set runs, and the quarantine of rules that keep
 * taking more steps than a match may. See desk.h and ruleset.h.
 *
 * A strike is a mail in which one rule spent LIMIT_MATCH_STEPS or could not be decided by its own
 * fault. Every mail that it does well in takes a little of that back. At STRIKES_MAX it is not run
 * any more: where it might have matched it is undetermined, so that nothing gets lost.
 */
#include "desk.h"
#include "limits.h"

#define STRIKE 8
#define STRIKES_MAX 32 /* four mails running, or more than one in nine for long */

static void
strike(struct ruleset *set, struct rule_counter *c, const struct rule_state *s)
{
	int before;

	if (!s->exhausted && s->steps < LIMIT_MATCH_STEPS) {
		if (atomic_load_explicit(&c->strikes, memory_order_relaxed) > 0)
			atomic_fetch_sub_explicit(&c->strikes, 1, memory_order_relaxed);
		return;
	}
	before = atomic_fetch_add_explicit(&c->strikes, STRIKE, memory_order_relaxed);
	if (before + STRIKE >= STRIKES_MAX &&
	    !atomic_exchange_explicit(&c->quarantined, true, memory_order_relaxed))
		atomic_fetch_add_explicit(&set->quarantined, 1, memory_order_relaxed);
}

void
count_message(struct judge *j)
{
	for (size_t i = 0; i < j->touched_count && !j->uncounted; i++) {
		const struct rule_state *s = &j->states[j->touched[i]];
		struct rule_counter *c = &j->set->counters[j->touched[i]];

		atomic_fetch_add_explicit(&c->judged, 1, memory_order_relaxed);
		if (s->hits > 0)
			atomic_fetch_add_explicit(&c->hits, 1, memory_order_relaxed);
		else if (s->undetermined)
			atomic_fetch_add_explicit(&c->undetermined, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&c->steps, s->steps, memory_order_relaxed);
		if (s->ns > 0)
			atomic_fetch_add_explicit(&c->ns, s->ns, memory_order_relaxed);
		strike(j->set, c, s);
	}
}

size_t
ruleset_stats(const struct ruleset *set, size_t from, struct rule_stats *ret, size_t room)
{
	size_t n = 0;

	for (size_t i = from; i < set->rule_count && n < room; i++) {
		const struct rule *r = &set->rules[i];
		const struct rule_counter *c = &set->counters[i];

		ret[n++] = (struct rule_stats){
			.rule = r->id,
			.flag = r->flag,
			.file = r->file,
			.line = r->line,
			.shadow = r->shadow,
			.judged = atomic_load_explicit(&c->judged, memory_order_relaxed),
			.hits = atomic_load_explicit(&c->hits, memory_order_relaxed),
			.undetermined =
				atomic_load_explicit(&c->undetermined, memory_order_relaxed),
			.steps = atomic_load_explicit(&c->steps, memory_order_relaxed),
			.ns = atomic_load_explicit(&c->ns, memory_order_relaxed),
			.quarantined = atomic_load_explicit(&c->quarantined, memory_order_relaxed),
		};
	}
	return n;
}

size_t
ruleset_quarantined(const struct ruleset *set)
{
	return atomic_load_explicit(&set->quarantined, memory_order_relaxed);
}
