/*
 * route: see route.h.
 */
#include "route.h"

#include <errno.h>
#include <string.h>

#include "absence.h"
#include "case.h"

/* Those whom a choice names. */
struct candidates {
	const struct agent_config **list;
	size_t count;
};

static bool
is_there(const struct route *r, const struct agent_config *agent)
{
	return !absence_of(agent, r->account->zone, r->now_ms);
}

static void
add_role(const struct route *r, const char *role, struct candidates *c)
{
	for (size_t i = 0; i < r->config->agent_count; i++)
		if (strcmp(r->config->agents[i].role, role) == 0)
			c->list[c->count++] = &r->config->agents[i];
}

static int
find_candidates(const struct route *r, const struct choice *choice, struct candidates *ret)
{
	struct candidates c = { .count = 0 };

	c.list = arena_calloc(r->arena, r->config->agent_count + 1, sizeof(*c.list));
	if (!c.list)
		return -ENOMEM;
	for (size_t i = 0; choice->among && choice->among[i]; i++) {
		const struct agent_config *agent = config_agent(r->config, choice->among[i]);

		if (agent && c.count < r->config->agent_count)
			c.list[c.count++] = agent;
	}
	if (*choice->role)
		add_role(r, choice->role, &c);
	if (c.count == 0 && strcmp(choice->role, "senior") == 0)
		add_role(r, "lead", &c);
	*ret = c;
	return 0;
}

static void
leave_out_absent(const struct route *r, struct candidates *c)
{
	size_t there = 0;

	for (size_t i = 0; i < c->count; i++)
		there += is_there(r, c->list[i]);
	if (there == 0)
		return;
	there = 0;
	for (size_t i = 0; i < c->count; i++)
		if (is_there(r, c->list[i]))
			c->list[there++] = c->list[i];
	c->count = there;
}

/* The first of `whole` after whoever was given a case last who is also in `there`. */
static int
next_in_turn(const struct route *r, const struct candidates *whole, const struct candidates *there,
	     const char *list, const char **ret)
{
	const char *last;
	size_t from = 0;
	int error = record_turn_get(r->txn, r->arena, list, &last);

	if (error < 0)
		return error;
	for (size_t i = 0; i < whole->count; i++)
		if (strcmp(whole->list[i]->name, last) == 0)
			from = i + 1;
	for (size_t i = 0; i < whole->count; i++) {
		const struct agent_config *agent = whole->list[(from + i) % whole->count];

		for (size_t k = 0; k < there->count; k++)
			if (there->list[k] == agent) {
				*ret = agent->name;
				return record_turn_put(r->txn, list, agent->name);
			}
	}
	return -EINVAL; /* `there` is part of `whole` */
}

static int
least_loaded(const struct route *r, const struct candidates *c, const char **ret)
{
	struct agent_record best = { .name = NULL }, a;

	for (size_t i = 0; i < c->count; i++) {
		int error = record_agent_get(r->txn, r->arena, c->list[i]->name, &a);

		if (error < 0)
			return error;
		if (!best.name || a.open < best.open ||
		    (a.open == best.open && a.given < best.given))
			best = a;
	}
	*ret = best.name;
	return 0;
}

int
route_choose(const struct route *r, const struct choice *choice, const char *list, const char **ret)
{
	struct candidates whole, there;
	int error = find_candidates(r, choice, &whole);

	if (error < 0)
		return error;
	*ret = NULL;
	if (whole.count == 0)
		return 0;
	error = find_candidates(r, choice, &there);
	if (error < 0)
		return error;
	leave_out_absent(r, &there);
	if (choice->by == CHOICE_LEAST_LOADED)
		return least_loaded(r, &there, ret);
	return next_in_turn(r, &whole, &there, list, ret);
}

/* A customer stays with whoever looks after them. */
static int
keep_owner(const struct route *r, struct case_record *c, struct customer_record *customer)
{
	if (!*c->owner && *customer->owner && config_agent(r->config, customer->owner))
		return case_assign(r->txn, r->arena, c, customer->owner,
				   "looks after this customer", "triaged", r->now_ms);
	if (*customer->owner || !*c->owner || !*customer->address)
		return 0;
	customer->owner = c->owner;
	return record_customer_put(r->txn, customer);
}

/* Whether the case is with one of those whom the choice names already. */
static int
is_with_one(const struct route *r, const struct choice *choice, const char *owner, bool *ret)
{
	struct candidates c;
	int error = find_candidates(r, choice, &c);

	*ret = false;
	for (size_t i = 0; error == 0 && i < c.count; i++)
		*ret |= strcmp(c.list[i]->name, owner) == 0;
	return error;
}

static int
assign_chosen(const struct route *r, struct case_record *c, const struct action *action)
{
	const char *agent = action->argument;
	bool settled = *c->owner != '\0';
	int error = 0;

	if (settled && action->choice && action->choice->replace)
		error = is_with_one(r, action->choice, c->owner, &settled);
	if (error < 0 || settled)
		return error;
	if (action->choice)
		error = route_choose(r, action->choice, action->rule, &agent);
	if (error < 0 || !agent)
		return error;
	return case_assign(r->txn, r->arena, c, agent, action->rule, "triaged", r->now_ms);
}

/* Whom to inform beside the owner: their superior, else a lead. NULL: there is nobody above. */
static const struct agent_config *
superior_of(const struct route *r, const char *owner)
{
	const struct agent_config *agent = config_agent(r->config, owner);
	const struct agent_config *up =
		agent && *agent->superior ? config_agent(r->config, agent->superior) : NULL;

	if (!up)
		up = absence_role(r->config, "lead", r->account->zone, r->now_ms, false);
	return up && strcmp(up->name, owner) != 0 ? up : NULL;
}

/* Adds a notice to the plan, before a move, unless the policy sends one to them anyhow. */
static int
add_notice(const struct route *r, struct plan *plan, const char *agent)
{
	struct action *list;
	size_t n = 0;

	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i].kind == ACTION_NOTIFY &&
		    strcmp(plan->actions[i].argument, agent) == 0)
			return 0;
	list = arena_calloc(r->arena, plan->action_count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list[n++] = (struct action){ .kind = ACTION_NOTIFY,
				     .argument = agent,
				     .informs = true,
				     .rule = "a customer asks for the superior of their agent" };
	for (size_t i = 0; i < plan->action_count; i++)
		list[n++] = plan->actions[i];
	plan->actions = list;
	plan->action_count = n;
	return 0;
}

/*
 * Somebody who was served for long asks for the superior: the owner is told first, and stays; the
 * superior is informed, and does not take the customer away.
 */
static int
warn_owner(const struct route *r, struct case_record *c, struct plan *plan)
{
	const struct agent_config *up = superior_of(r, c->owner);
	json_t *data = json_pack("{s:s, s:s*, s:s}", "owner", c->owner, "superior",
				 up ? up->name : NULL, "text",
				 "a customer of yours asks for your superior; did something slip?");
	int error =
		data ? record_event_append(r->txn, r->arena, c, r->now_ms, "triaged", "alarm", data)
		     : -ENOMEM;

	json_decref(data);
	if (error == 0)
		error = record_case_put(r->txn, c);
	if (error == 0 && up && r->config->smtp.url)
		error = add_notice(r, plan, up->name);
	return error;
}

/* Who never dealt with one of us and asks for a superior is the superior's customer. */
static int
pass_up(const struct route *r, struct case_record *c)
{
	static const char *const roles[] = { "lead", "senior" };
	const char *agent = NULL;
	int error = 0;

	for (size_t i = 0; error == 0 && !agent && i < sizeof(roles) / sizeof(*roles); i++) {
		struct choice choice = { .role = roles[i], .by = CHOICE_LEAST_LOADED };

		error = route_choose(r, &choice, roles[i], &agent);
	}
	if (error < 0 || !agent)
		return error;
	return case_assign(r->txn, r->arena, c, agent,
			   "asks for a superior, and has no agent of their own yet", "triaged",
			   r->now_ms);
}

int
route_case(const struct route *r, struct case_record *c, struct customer_record *customer,
	   struct plan *plan)
{
	bool mine = *c->owner || (customer && *customer->owner);
	bool wants_up = r->fresh && (r->mail->hits & (flag_set)1 << FLAG_DEMAND_SUPERIOR);
	size_t count = plan->action_count;
	int error = customer ? keep_owner(r, c, customer) : 0;

	for (size_t i = 0; error == 0 && i < count; i++)
		if (plan->actions[i].kind == ACTION_ASSIGN)
			error = assign_chosen(r, c, &plan->actions[i]);
	if (error == 0 && wants_up && mine && *c->owner)
		error = warn_owner(r, c, plan);
	if (error == 0 && wants_up && !*c->owner)
		error = pass_up(r, c);
	return error == 0 && customer ? keep_owner(r, c, customer) : error;
}
