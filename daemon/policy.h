/*
 * policy: what happens with a judged mail. A pure function of (message, verdict, case and customer
 * snapshot).
 *
 * policy.yaml names thresholds, severity, and a list of rules, each with conditions and actions.
 * Rules are looked at in order; every rule that fits adds its actions, until one says `stop: true`.
 * The shipped policy is overlaid by later directories' policy.yaml as a whole (not merged).
 */
#ifndef DAEMON_POLICY_H
#define DAEMON_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/arena.h"
#include "filters/err.h"
#include "filters/message.h"
#include "filters/verdict.h"
#include "record.h"

enum severity {
	SEVERITY_NONE,
	SEVERITY_LOW,
	SEVERITY_NORMAL,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
};

/* "none", "low", "normal", "high", "critical" */
const char *
severity_name(enum severity s);

/* -1 when unknown. */
int
severity_by_name(const char *name);

struct policy;

/*
 * Names that the policy may use; a name that is not there is an error at its place in the file. Any
 * list may be NULL: not checked.
 */
struct policy_names {
	const char *const *accounts, *const *agents, *const *webhooks, *const *templates;
	const char *const *reachable; /* agents who have an address: those whom notify may name */
	bool smtp; /* notify can be used; only looked at when reachable is not NULL */
};

int
policy_parse(const char *name, const char *text, size_t len, const struct policy_names *names,
	     struct problems *problems, struct policy **ret_policy);

void
policy_free(struct policy *policy);

const double *
policy_thresholds(const struct policy *policy);

/*
 * Whether some rule names that account, or none names any. *ret_known: else one that is named, the
 * nearest.
 */
bool
policy_knows_account(const struct policy *policy, const char *name, const char **ret_known);

enum severity
policy_severity(const struct policy *policy, const struct verdict *verdict);

/* Where the severity comes from. Everything lives as long as the policy. */
struct severity_reason {
	enum severity severity;
	unsigned line;         /* of the policy file; 0: no line of it decided */
	const char *condition; /* as it is written there, "" without a line */
	bool undetermined;     /* raised to high because a threat could not be decided */
};

void
policy_severity_reason(const struct policy *policy, const struct verdict *verdict,
		       struct severity_reason *ret);

/*
 * The flags among `hits` for which the rule of that name fits: those that its condition names, or
 * without one those that give the severities it asks for. None when there is no such rule, or when
 * it asks for neither.
 */
flag_set
policy_rule_flags(const struct policy *policy, const char *rule, flag_set hits);

/* What diagnostics call the policy: the path it was read from. */
const char *
policy_file(const struct policy *policy);

/* Folders that its rules move or copy mail to, each once, at most max. Returns how many. */
size_t
policy_folders(const struct policy *policy, const char **list, size_t max);

enum action_kind {
	ACTION_KEYWORD, /* argument: keyword */
	ACTION_FLAG,
	ACTION_COPY,    /* argument: folder */
	ACTION_DRAFT,   /* argument: template name; at most one, the first named wins */
	ACTION_MOVE,    /* argument: folder; at most one, the first named wins */
	ACTION_NOTIFY,  /* argument: an agent's name, or a choice */
	ACTION_WEBHOOK, /* argument: a webhook's name */
	ACTION_ASSIGN,  /* argument: an agent's name, or a choice; the case's owner stays when it
			   has one, unless the choice says otherwise; at most one, the first wins */
};

struct choice;

struct action {
	enum action_kind kind;
	const char *argument;
	const struct choice *choice; /* policy_choice.h; then argument is it in words. NULL: one */
	bool informs;     /* a notice to the superior of the case's owner, who keeps it */
	const char *rule; /* name of the policy rule */
	unsigned line;
};

struct policy_input {
	const char *account;
	const struct message *message;
	const struct verdict *verdict;
	const struct case_record *known_case;   /* NULL when the mail joins none */
	const struct customer_record *customer; /* NULL for a first-time writer */
	const char *conduct; /* the customer's step of conduct.h now; NULL or "": none */
	bool duplicate; /* the same bytes were handled before: no draft, notify, webhook or assign
			 */
};

/* A policy rule that fitted. */
struct policy_fit {
	const char *name;
	unsigned line;
	bool stop; /* it was the last to be looked at */
};

struct plan {
	enum severity severity;
	bool case_wanted; /* a complaint, or a person's mail in a known case: open or continue a
			     case; never a duplicate */
	struct action *actions; /* in the order in which they are to be carried out, a move last, no
				   doubles */
	size_t action_count;
	struct policy_fit *fits; /* the policy rules that fitted, in order */
	size_t fit_count;
};

/*
 * Decides. Conditions on flags count hits only; what is undetermined has a condition of its own.
 * Automatic mail never gets a draft and never a case whatever the rules say. The plan and its
 * strings live in the arena (names in the policy). Returns 0 or -ENOMEM.
 */
int
policy_decide(const struct policy *policy, const struct policy_input *input, struct arena *arena,
	      struct plan *ret_plan);

#endif
