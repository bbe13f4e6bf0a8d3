/*
 * ruleset_lint: what a set of rules that loads may still be blamed for. The tool that checks rules
 * asks for it; loading itself does without.
 */
#ifndef FILTERS_RULESET_LINT_H
#define FILTERS_RULESET_LINT_H

#include "flag.h"
#include "ruleset_watch.h"

/*
 * For the callback of ruleset_watch.loaded: adds to the problems of the set its patterns' (see
 * rule_lint.h), macros that nobody uses, rules without samples or with samples that their
 * language keeps out, patterns that no sample tries, rules that are switched off, and rules whose
 * samples other rules hit as well. Returns 0 or -ENOMEM.
 */
int
ruleset_lint(const struct loaded *loaded);

/*
 * Adds the rules that can never raise their flag: score, expiry (`day` is today as the number
 * YYYYMMDD), thresholds out of reach, conditions that cannot hold.
 */
void
ruleset_lint_dead(const struct ruleset *set, const double thresholds[FLAG_COUNT], long day,
		  struct problems *problems);

#endif
