/*
 * explain: a verdict with all that led to it: which rules nearly hit and what kept them from it,
 * which were not looked at and why.
 */
#ifndef FILTERS_EXPLAIN_H
#define FILTERS_EXPLAIN_H

#include "verdict.h"

enum near_kind {
	NEAR_UNLESS, /* a pattern of `unless` matched in the same sentence */
	NEAR_ALL,    /* a pattern of `all` did not match near by */
};

/* A match that did not count. */
struct near {
	const char *rule, *file;
	unsigned line;
	enum flag flag;
	enum view view;
	bool shadow;
	double score;
	enum near_kind kind;
	const char *part;
	size_t offset, length; /* as in struct evidence */
	const char *text;      /* what matched */
	const char *pattern;   /* the pattern that decided, as it is written */
	const char *pattern_file;
	unsigned pattern_line;
	const char *by; /* for NEAR_UNLESS: what that pattern matched, as rules see it */
};

enum skip_kind {
	SKIP_LANGUAGE, /* meant for another language */
	SKIP_EXPIRED,
	SKIP_HEADER,      /* a header guard does not hold */
	SKIP_OFF,         /* switched off, or left out for a mistake */
	SKIP_QUARANTINED, /* kept taking too many steps */
	SKIP_STEPS,       /* could not be decided within the steps that a mail may take */
	SKIP_GATE,        /* the mail holds none of the words that the rule needs */
	SKIP_KINDS
};

/* "language", "expired", "header", "off", "quarantined", "steps", "gate" */
const char *
skip_kind_name(enum skip_kind k);

struct skipped {
	const char *rule;
	enum skip_kind kind;
};

#define EXPLAIN_NEAR_MAX 1000

struct explanation {
	struct verdict *verdict;
	struct near *near; /* in the order of the rules; no more than EXPLAIN_NEAR_MAX */
	size_t near_count;
	struct evidence *shadow; /* what rules in state shadow matched */
	size_t shadow_count;
	struct skipped *skipped; /* in the order of the rules */
	size_t skipped_count, skipped_by[SKIP_KINDS];
	size_t judged; /* rules whose patterns ran */
};

/*
 * Judges like judge_message(), without an audit, and tells all of it. Everything lives in m->arena.
 * Returns 0 or -ENOMEM.
 */
int
judge_explain(struct judge *j, const struct ruleset *set, const struct message *m,
	      const double thresholds[FLAG_COUNT], struct explanation *ret);

#endif
