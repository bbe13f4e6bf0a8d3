/*
 * ruleset: many rules, compiled once, shared by reference count, never changed afterwards.
 *
 * Compiling takes texts, not paths: reading files is the caller's. Every mistake of every file is
 * reported in one run as file:line:column. A rule that does not compile or fails its own samples is
 * left out and reported.
 */
#ifndef FILTERS_RULESET_H
#define FILTERS_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "flag.h"

struct ruleset;

struct ruleset_source {
	const char *name; /* what diagnostics call it, usually the path */
	const char *text;
	size_t len;
	bool override; /* from rules.d: may change shipped rules by id */
};

struct ruleset_watch;

/* Which patterns run as machine code, where the process may have it. */
enum jit {
	JIT_NONE,
	JIT_USED, /* those that are run now and then: many of a large set never are */
	JIT_ALL,
};

struct ruleset_options {
	enum jit jit;                      /* where the process may have it */
	bool gate;                         /* use the literal gate where it was built in */
	bool skip_samples;                 /* do not run the rules' own samples */
	const struct ruleset_watch *watch; /* NULL: nobody looks on, see ruleset_watch.h */
};

/*
 * Compiles sources in order. Returns 0 and a set with one reference when at least the sound rules
 * stand (problems->errors tells whether any was left out: the caller decides whether that is good
 * enough), or -EINVAL when no source could be read at all, -ENOMEM. problems may already hold
 * entries.
 */
int
ruleset_compile(const struct ruleset_source *sources, size_t count,
		const struct ruleset_options *options, struct problems *problems,
		struct ruleset **ret_set);

struct ruleset *
ruleset_ref(struct ruleset *set);

/* NULL is fine. */
void
ruleset_unref(struct ruleset *set);

/* Rules that are judged (live and shadow), without those left out. */
size_t
ruleset_count(const struct ruleset *set);

/*
 * SHA-256 of what was loaded, 64 hex digits: the same sources in the same order give the same hash.
 */
const char *
ruleset_hash(const struct ruleset *set);

/*
 * Whether patterns run compiled to machine code, and if not why, as a short text ("off", "not
 * allowed by the system ...").
 */
bool
ruleset_jit(const struct ruleset *set, const char **ret_why);

/*
 * Whether the literal gate is active, and if not why. An audit that finds the gate at fault
 * switches it off while the set is in use.
 */
bool
ruleset_gate(const struct ruleset *set, const char **ret_why);

/* What one rule did since the set was loaded. */
struct rule_stats {
	const char *rule, *file; /* live as long as the set */
	unsigned line;
	enum flag flag;
	bool shadow;
	uint64_t judged; /* mails in which its patterns ran: those that passed the gate */
	uint64_t hits, undetermined; /* mails */
	uint64_t steps;              /* see LIMIT_MATCH_STEPS */
	uint64_t ns; /* time taken, where the judges have a clock (judge_set_timer()) */
	bool quarantined;
};

/*
 * Fills ret with what rule number `from` and those after it did. Returns how many were filled in,
 * at most room; 0 behind the last. Safe while others judge.
 */
size_t
ruleset_stats(const struct ruleset *set, size_t from, struct rule_stats *ret, size_t room);

/* The score of the rule of that id, 0 when there is none. */
double
ruleset_score(const struct ruleset *set, const char *rule);

/* Rules that are not run any more because they kept taking too many steps. */
size_t
ruleset_quarantined(const struct ruleset *set);

#endif
