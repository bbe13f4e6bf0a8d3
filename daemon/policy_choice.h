/*
 * policy_choice: actions of the policy that name several people, or a role, instead of one. Between
 * policy_parse.c, which reads them, and route.c, which chooses.
 */
#ifndef DAEMON_POLICY_CHOICE_H
#define DAEMON_POLICY_CHOICE_H

#include "filters/yamldoc.h"
#include "policy.h"

#define CHOICE_AGENTS_MAX 1000u

enum choice_by {
	CHOICE_ROUND_ROBIN,
	CHOICE_LEAST_LOADED,
};

struct choice {
	const char **among; /* agents, ends with NULL; NULL: whoever has the role */
	const char *role;   /* "" with among */
	enum choice_by by;
	bool replace; /* also when the case has an owner already who is none of them */
};

extern const char *const choice_keys[];
extern const char *const choice_bys[];
extern const char *const choice_roles[];

/*
 * Reads {among: [kim, lee], by: least-loaded} or {role: senior}; of a notice only the role. NULL
 * when it has mistakes, all of which are reported. *ret_text is the choice in words, for people.
 */
const struct choice *
policy_choice_read(const struct yamldoc *doc, const struct yamlnode *node,
		   const struct policy_names *names, enum action_kind kind, const char **ret_text);

/* The condition `conduct`: steps of conduct.h as bits, the first (1u) for none. 0: not asked for.
 */
unsigned
policy_conduct_read(const struct yamldoc *doc, const struct yamlnode *node);

#endif
