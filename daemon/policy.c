/*
 * policy: decides by a policy that has been read. Pure; looks at nothing but its input.
 */
#include <errno.h>
#include <string.h>

#include "conduct.h"
#include "filters/yamldoc.h"
#include "policy_parse.h"

#define THREATS                                                                                    \
	((flag_set)1 << FLAG_THREAT_VIOLENCE | (flag_set)1 << FLAG_THREAT_LEGAL |                  \
	 (flag_set)1 << FLAG_THREAT_REGULATOR | (flag_set)1 << FLAG_THREAT_PUBLICITY |             \
	 (flag_set)1 << FLAG_THREAT_MENACE | (flag_set)1 << FLAG_EXTORTION |                       \
	 (flag_set)1 << FLAG_SIGNAL_SELFHARM)

static const char *const severity_names[] = { "none", "low", "normal", "high", "critical" };

const char *
severity_name(enum severity s)
{
	return severity_names[s];
}

int
severity_by_name(const char *name)
{
	for (int i = 0; i <= SEVERITY_CRITICAL; i++) {
		if (!strcmp(severity_names[i], name))
			return i;
	}
	return -1;
}

void
policy_free(struct policy *policy)
{
	if (policy)
		arena_free(policy->arena);
}

const double *
policy_thresholds(const struct policy *policy)
{
	return policy->thresholds;
}

/*
 * Hits are hits; what is undetermined counts as clear here, because it has a condition and a
 * severity of its own.
 */
static bool
holds(const struct when *when, const struct verdict *verdict)
{
	enum answer answers[FLAG_COUNT];

	for (int i = 0; i < FLAG_COUNT; i++)
		answers[i] = verdict->flags[i].answer == ANSWER_HIT ? ANSWER_HIT : ANSWER_CLEAR;
	return when_eval(when, answers) == ANSWER_HIT;
}

static bool
threat_undetermined(const struct verdict *verdict)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		if (verdict->flags[i].answer == ANSWER_UNDETERMINED && (THREATS & (flag_set)1 << i))
			return true;
	}
	return false;
}

/* Whether something the writer wrote may not have been judged. */
static bool
is_undetermined(const struct verdict *verdict)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		if (verdict->flags[i].answer == ANSWER_UNDETERMINED)
			return true;
	}
	return verdict->incomplete;
}

static bool
any_hit(const struct verdict *verdict)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		if (verdict->flags[i].answer == ANSWER_HIT)
			return true;
	}
	return false;
}

void
policy_severity_reason(const struct policy *policy, const struct verdict *verdict,
		       struct severity_reason *ret)
{
	struct severity_reason reason = { .severity = SEVERITY_NONE, .condition = "" };

	for (size_t i = 0; i < policy->severity_count && any_hit(verdict); i++) {
		const struct policy_severity *s = &policy->severities[i];

		if (holds(s->when, verdict)) {
			reason.severity = s->severity;
			reason.line = s->line;
			reason.condition = s->condition;
			break;
		}
	}
	if (reason.severity < SEVERITY_HIGH && threat_undetermined(verdict)) {
		reason.severity = SEVERITY_HIGH;
		reason.undetermined = true;
	}
	*ret = reason;
}

enum severity
policy_severity(const struct policy *policy, const struct verdict *verdict)
{
	struct severity_reason reason;

	policy_severity_reason(policy, verdict, &reason);
	return reason.severity;
}

flag_set
policy_rule_flags(const struct policy *policy, const char *name, flag_set hits)
{
	const struct policy_rule *rule = NULL;
	flag_set flags = 0;

	for (size_t i = 0; i < policy->rule_count && !rule; i++)
		if (!strcmp(policy->rules[i].name, name))
			rule = &policy->rules[i];
	if (!rule)
		return 0;
	if (rule->flags)
		return when_flags(rule->flags) & hits;
	for (size_t i = 0; i < policy->severity_count && rule->severities; i++)
		if (rule->severities & 1u << policy->severities[i].severity)
			flags |= when_flags(policy->severities[i].when);
	return flags & hits;
}

const char *
policy_file(const struct policy *policy)
{
	return policy->file;
}

static bool
wanted_fits(enum wanted wanted, bool is)
{
	return wanted == WANTED_ANY || (wanted == WANTED_YES) == is;
}

static bool
listed(const char **list, const char *name)
{
	if (!list)
		return true;
	for (; *list; list++) {
		if (!strcmp(*list, name))
			return true;
	}
	return false;
}

bool
policy_knows_account(const struct policy *policy, const char *name, const char **ret_known)
{
	const char *near;
	bool any = false;

	for (size_t i = 0; i < policy->rule_count; i++) {
		const char **accounts = policy->rules[i].accounts;

		if (!accounts)
			continue;
		if (listed(accounts, name))
			return true;
		near = yamldoc_nearest(name, accounts);
		if (near || !any)
			*ret_known = near ? near : *accounts;
		any = true;
	}
	return !any;
}

static bool
conduct_fits(unsigned wanted, const char *conduct)
{
	return !wanted || (wanted & 1u << conduct_height(conduct ? conduct : ""));
}

static bool
rule_fits(const struct policy_rule *rule, const struct policy_input *in, enum severity severity)
{
	return (!rule->severities || (rule->severities & 1u << severity)) &&
	       (!rule->automatic || (rule->automatic & 1u << in->message->automatic)) &&
	       listed(rule->languages, in->message->language) &&
	       listed(rule->accounts, in->account) &&
	       wanted_fits(rule->known_customer, in->customer != NULL) &&
	       conduct_fits(rule->conducts, in->conduct) &&
	       wanted_fits(rule->known_case, in->known_case != NULL) &&
	       wanted_fits(rule->duplicate, in->duplicate) &&
	       wanted_fits(rule->undetermined, is_undetermined(in->verdict)) &&
	       (!rule->flags || holds(rule->flags, in->verdict));
}

/* Kinds of which a plan has one at most. */
static bool
is_single(enum action_kind kind)
{
	return kind == ACTION_DRAFT || kind == ACTION_MOVE || kind == ACTION_ASSIGN;
}

static bool
action_allowed(const struct policy_input *in, const struct plan *plan, const struct action *action)
{
	/* What a mailbox does not undo by itself: a second draft, a second notice. */
	bool once = action->kind == ACTION_DRAFT || action->kind == ACTION_NOTIFY ||
		    action->kind == ACTION_WEBHOOK || action->kind == ACTION_ASSIGN;

	if (in->duplicate && once)
		return false;
	if (in->message->automatic != AUTOMATIC_NO &&
	    (action->kind == ACTION_DRAFT || action->kind == ACTION_ASSIGN))
		return false;
	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *other = &plan->actions[i];

		if (other->kind == action->kind &&
		    (is_single(action->kind) || !strcmp(other->argument, action->argument)))
			return false;
	}
	return true;
}

static void
move_goes_last(struct plan *plan)
{
	size_t i = 0;
	struct action move;

	while (i < plan->action_count && plan->actions[i].kind != ACTION_MOVE)
		i++;
	if (i == plan->action_count)
		return;
	move = plan->actions[i];
	memmove(&plan->actions[i], &plan->actions[i + 1],
		(plan->action_count - i - 1) * sizeof(move));
	plan->actions[plan->action_count - 1] = move;
}

int
policy_decide(const struct policy *policy, const struct policy_input *input, struct arena *arena,
	      struct plan *ret_plan)
{
	struct plan plan = { .severity = policy_severity(policy, input->verdict) };
	bool person = input->message->automatic == AUTOMATIC_NO, assigned = false;
	size_t most = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		most += policy->rules[i].action_count;
	plan.actions = arena_calloc(arena, most, sizeof(*plan.actions));
	plan.fits = arena_calloc(arena, policy->rule_count, sizeof(*plan.fits));
	if (!plan.actions || !plan.fits)
		return -ENOMEM;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (!rule_fits(rule, input, plan.severity))
			continue;
		plan.fits[plan.fit_count++] =
			(struct policy_fit){ rule->name, rule->line, rule->stop };
		for (size_t k = 0; k < rule->action_count; k++) {
			if (action_allowed(input, &plan, &rule->actions[k]))
				plan.actions[plan.action_count++] = rule->actions[k];
			assigned = assigned || rule->actions[k].kind == ACTION_ASSIGN;
		}
		if (rule->stop)
			break;
	}
	move_goes_last(&plan);
	plan.case_wanted = person && !input->duplicate &&
			   (plan.severity > SEVERITY_NONE || input->known_case || assigned);
	*ret_plan = plan;
	return 0;
}

static bool
is_listed(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

size_t
policy_folders(const struct policy *policy, const char **list, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->rule_count; i++)
		for (size_t k = 0; k < policy->rules[i].action_count; k++) {
			const struct action *action = &policy->rules[i].actions[k];

			if ((action->kind == ACTION_MOVE || action->kind == ACTION_COPY) &&
			    count < max && !is_listed(list, count, action->argument))
				list[count++] = action->argument;
		}
	return count;
}
