/*
 * policy_parse: a policy as it is kept in memory. Between policy_parse.c, which makes it, and
 * policy.c, which decides by it.
 */
#ifndef DAEMON_POLICY_PARSE_H
#define DAEMON_POLICY_PARSE_H

#include "filters/when.h"
#include "policy.h"

#define POLICY_RULES_MAX 1000u
#define POLICY_ACTIONS_MAX 50u

/* The keys and words of a policy; each list ends with NULL. */
extern const char *const policy_keys[];
extern const char *const policy_rule_keys[];
extern const char *const policy_if_keys[];
extern const char *const policy_severities[];
extern const char *const policy_automatics[];
extern const char *const policy_languages[];
extern const char *const policy_actions[]; /* in the order of enum action_kind */

/* A condition that may be yes, no, or not made. */
enum wanted {
	WANTED_ANY,
	WANTED_NO,
	WANTED_YES,
};

struct policy_severity {
	enum severity severity;
	const struct when *when;
	const char *condition; /* as it is written */
	unsigned line;
};

struct policy_rule {
	const char *name;
	unsigned line;
	const struct when *flags; /* NULL: any */
	unsigned severities;      /* bits 1u << SEVERITY_x, 0: any */
	const char **languages;   /* NULL: any; these lists end with NULL */
	const char **accounts;
	unsigned automatic; /* bits 1u << AUTOMATIC_x, 0: any */
	unsigned conducts;  /* bits as policy_conduct_read() gives them, 0: any */
	enum wanted known_customer, undetermined, known_case, duplicate;
	struct action *actions;
	size_t action_count;
	bool stop;
};

struct policy {
	struct arena *arena;
	const char *file;
	double thresholds[FLAG_COUNT];
	struct policy_severity *severities;
	size_t severity_count;
	struct policy_rule *rules;
	size_t rule_count;
};

#endif
