/*
 * ctl_rules_explain: what `triagectl rules explain` has found out about one mail. Between
 * ctl_rules_explain.c, which finds it out and prints it for people, and ctl_rules_explain_json.c.
 */
#ifndef DAEMON_CTL_RULES_EXPLAIN_H
#define DAEMON_CTL_RULES_EXPLAIN_H

#include <jansson.h>

#include "filters/explain.h"
#include "policy.h"

struct explained {
	const char *source, *error; /* error: NULL, or why it was read in part */
	const struct message *message;
	struct explanation why;
	struct severity_reason severity;
	struct plan plan;
	const char *policy_file;
	size_t rule_count; /* judged rules of the set */
};

/* "keyword", "draft" and so on; what the policy file calls the action. */
const char *
explained_action(enum action_kind kind);

/* NULL when out of memory. The caller owns the reference. */
json_t *
explained_json(const struct explained *x);

#endif
