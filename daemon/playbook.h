/*
 * playbook: which reply comes next in a case, from what is known of it. A pure function of the
 * case.
 *
 * playbook.yaml is a list of steps, each with conditions, a template, and why. Steps are looked at
 * in order; the first that fits is taken. It lies beside the policy, and a later directory's
 * replaces an earlier one's whole.
 */
#ifndef DAEMON_PLAYBOOK_H
#define DAEMON_PLAYBOOK_H

#include <stddef.h>

#include "filters/err.h"
#include "record.h"

struct playbook;

/* The keys and words of a playbook; each list ends with NULL. */
extern const char *const playbook_keys[];
extern const char *const playbook_step_keys[];
extern const char *const playbook_if_keys[];
extern const char *const playbook_faults[];
extern const char *const playbook_stages[];
extern const char *const playbook_states[];
extern const char *const playbook_promises[];
extern const char *const playbook_standings[];
extern const char *const playbook_turns[];

/*
 * templates: names that steps may use, NULL-terminated; NULL: not checked. All mistakes go to
 * problems. Returns 0, -EINVAL or -ENOMEM.
 */
int
playbook_parse(const char *name, const char *text, size_t len, const char *const *templates,
	       struct problems *problems, struct playbook **ret_playbook);

/* NULL is fine. */
void
playbook_free(struct playbook *playbook);

/*
 * The stage a case is at once a draft from that template was sent; NULL: the playbook says nothing.
 * playbook may be NULL.
 */
const char *
playbook_stage(const struct playbook *playbook, const char *template);

/*
 * The step of the customer's conduct that a template tells of, as every step with it is about that
 * one; "" when it is about none. playbook may be NULL.
 */
const char *
playbook_conduct(const struct playbook *playbook, const char *template);

/* The place of a stage on the way, from 0; 0 for an unknown one. */
int
playbook_stage_order(const char *stage);

/* Lives as long as the playbook. */
struct playbook_step {
	const char *name, *template, *why;
	unsigned line;
	bool tells_conduct; /* it is about a step of the customer's conduct */
};

/*
 * The step that comes next in a case of a customer whose conduct is that step of conduct.h (""
 * none) and whose standing is that of card.h ("" not decided); NULL when none fits. playbook may be
 * NULL.
 */
const struct playbook_step *
playbook_next(const struct playbook *playbook, const struct case_record *c, const char *conduct,
	      const char *standing);

#endif
