/*
 * judge: what a rule set looks like inside, and judging with it. For ruleset.c, sample.c, section.c
 * and verdict.c only.
 */
#ifndef FILTERS_JUDGE_H
#define FILTERS_JUDGE_H

#include <stdatomic.h>
#include <stdint.h>

#include "gate.h"
#include "rule.h"
#include "ruleset.h"
#include "verdict.h"

/* One match pattern of one rule, as the gate numbers them. */
struct entry_pattern {
	const struct pattern *pattern;
	uint32_t rule;
};

/* All match patterns of one view, and their gate. */
struct view_index {
	struct entry_pattern *entries;
	size_t count;
	size_t words;      /* of a bit set of entries */
	struct gate *gate; /* NULL: all entries run */
};

/* One view of one part that some rule looks at. */
struct lane {
	unsigned section;
	enum view view;
	uint64_t *applies; /* entries of the view whose rules look at this part */
};

/* What one rule did since the set was loaded; written by all threads that judge. */
struct rule_counter {
	_Atomic uint64_t judged, hits, undetermined, steps, ns;
	atomic_int strikes; /* mails in which it took too many steps, see counter.c */
	atomic_bool quarantined;
};

struct ruleset {
	atomic_uint references;
	struct arena *arena;
	struct rule *rules;
	size_t rule_count;
	size_t judged;
	struct sections sections;
	struct view_index views[VIEW_COUNT];
	struct lane *lanes;
	size_t lane_count;
	uint32_t *derived; /* rules with when, in order */
	size_t derived_count;
	struct rule_counter *counters; /* one a rule */
	atomic_uint quarantined;       /* rules */
	enum jit jit;
	atomic_bool gate; /* an audit switches it off */
	const char *jit_why;
	_Atomic(const char *) gate_why;
	_Atomic uint64_t audits;
	char hash[65];
};

/* What is judged: a message, or one text that stands for one of its parts. */
struct input {
	const struct message *message; /* NULL for a sample */
	unsigned section;
	const char *text;
	size_t len;
};

/* The text of one part, and for the parts cut out of the body the way back into it. */
struct section_text {
	const char *text;
	size_t len;
	const struct text_map *map; /* NULL: offsets are the part's own */
	size_t map_count;
};

/* Returns 0 or -ENOMEM; a part that is not there is empty. */
int
section_text(struct arena *arena, const struct sections *sections, const struct input *input,
	     unsigned section, struct section_text *ret);

/* From a range of the part's text to one of what the part was cut out of. */
void
section_source(const struct section_text *t, size_t offset, size_t length, size_t *ret_offset,
	       size_t *ret_length);

/* judge_message() for any input. With gated false every pattern runs. arena holds the verdict. */
int
judge_input(struct judge *j, const struct ruleset *set, struct arena *arena,
	    const struct input *input, const double thresholds[FLAG_COUNT], bool gated,
	    struct verdict **ret_verdict);

/*
 * The answer of one rule with patterns to one text standing for one part, whatever the rule's
 * language. 0 or -ENOMEM.
 */
int
judge_rule(struct judge *j, const struct ruleset *set, struct arena *arena, uint32_t rule,
	   const struct input *input, bool gated, enum answer *ret);

/* The part of a mail that a rule's samples stand for: the body, unless it does not look there. */
unsigned
sample_section(const struct rule *r);

struct ruleset_watch;

/*
 * Runs the samples of all rules; rules that fail theirs are reported and left out (disabled, bits
 * cleared). A sample that only the gate loses switches the set's gate off, reported as a warning.
 * watch may be NULL. Returns 0 or -ENOMEM.
 */
int
samples_run(struct ruleset *set, const struct ruleset_watch *watch, struct problems *problems);

/* Takes a rule out of a set that nobody else has yet. */
void
ruleset_leave_out(struct ruleset *set, uint32_t rule);

#endif
