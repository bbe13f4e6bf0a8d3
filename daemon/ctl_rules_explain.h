/*
 * ctl_rules_explain: what `triagectl rules explain` has found out about one mail. Between
 * ctl_rules_explain.c, which finds it out and prints it for people, and ctl_rules_explain_json.c.
 */
#ifndef DAEMON_CTL_RULES_EXPLAIN_H
#define DAEMON_CTL_RULES_EXPLAIN_H

#include <jansson.h>

#include "filters/explain.h"
#include "filters/nearest.h"
#include "policy.h"
#include "term.h"

struct explained {
	const char *source, *error; /* error: NULL, or why it was read in part */
	const struct message *message;
	struct explanation why;
	struct severity_reason severity;
	struct plan plan;
	const char *policy_file;
	size_t rule_count; /* judged rules of the set */
	const char *flag;  /* that was asked for; NULL: none */
	struct nearest nearest[NEAREST_MAX];
	size_t nearest_count;
};

/* The flag that was asked for, and what the patterns of its rules need. */
struct asked_flag {
	const char *name;    /* NULL: none was */
	struct arena *arena; /* must be set */
	flag_set flags;
	struct pattern_words *words;
	size_t count;
};

/* Takes the name. CTL_OK, or CTL_USAGE with a sentence. */
int
asked_flag_take(struct asked_flag *asked, const char *name);

/* For ruleset_watch.loaded, with a struct asked_flag as context. */
int
asked_flag_loaded(void *context, const struct loaded *loaded);

/* Fills in x->flag and x->nearest; the rest of x is there. 0 or -ENOMEM. */
int
asked_flag_explain(const struct asked_flag *asked, struct explained *x);

/* The rules that come nearest, for people. */
void
asked_flag_print(const struct term *term, const struct explained *x);

/* NULL when none was asked for, or out of memory. */
json_t *
asked_flag_json(const struct explained *x);

/* "keyword", "draft" and so on; what the policy file calls the action. */
const char *
explained_action(enum action_kind kind);

/* NULL when out of memory. The caller owns the reference. */
json_t *
explained_json(const struct explained *x);

#endif
