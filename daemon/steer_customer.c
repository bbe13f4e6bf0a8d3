/*
 * steer_customer: what is decided about the customer of a case. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "amount.h"
#include "approval.h"
#include "conduct.h"
#include "moment.h"
#include "outbox.h"
#include "playbook.h"
#include "steer_internal.h"

#define CONDUCT_LOG_MAX 50

/* What was approved before in this case. Whether there is such a sum. */
static bool
approved_before(const struct turn *t, struct amount *ret)
{
	return t->c.approved && *t->c.approved && amount_read(t->arena, t->c.approved, ret) == 0;
}

/* Adds one to what the customer was given, and says what that makes. */
static int
remember_approval(struct turn *t, struct customer_record *customer, const struct amount *amount)
{
	struct approval_record one = { .at_ms = t->steer->now_ms,
				       .currency = amount->currency,
				       .units = amount->units,
				       .case_id = t->c.id,
				       .by = t->steer->actor,
				       .reason = t->steer->reason };
	struct amount year = { .currency = amount->currency };
	int r;

	if (!*customer->address)
		return 0;
	r = approval_add(t->arena, customer, &one);
	if (r < 0)
		return r;
	year.units = approval_total(customer, year.currency, t->steer->now_ms - APPROVAL_YEAR_MS);
	t->said = arena_printf(t->arena, "%s; with this, %s in 12 months", t->said,
			       year.units ? amount_text(t->arena, &year, false) : "nothing");
	return t->said ? record_customer_put(t->txn, customer) : -ENOMEM;
}

/* "; it may be approved by mina"; "; nobody in triaged.yaml may approve it". */
static const char *
who_may(struct turn *t, const struct amount *amount)
{
	struct buf names = { .arena = t->arena };

	for (size_t i = 0; i < t->config->agent_count && names.len < 200; i++) {
		const struct agent_config *agent = &t->config->agents[i];
		const struct amount *limit = authority_in(&agent->authority, amount->currency);

		if (limit && amount->units <= limit->units)
			buf_printf(&names, "%s%s", names.len ? ", " : "; it may be approved by ",
				   agent->name);
	}
	return names.len && buf_string(&names) ? names.at
					       : "; nobody in triaged.yaml may approve it";
}

/*
 * Whether whoever acts may approve the sum, or take another's approval of it back: an authority is
 * for what they give one customer in a year, in whatever cases.
 */
static int
check_authority(struct turn *t, const struct customer_record *customer, const struct amount *sum,
		bool own)
{
	const struct agent_config *agent = config_agent(t->config, t->steer->actor);
	const struct amount *limit = agent ? authority_in(&agent->authority, sum->currency) : NULL;
	struct amount other = { sum->currency, 0 };

	if (!agent)
		return err_set(t->err, -EINVAL,
			       "%s may approve nothing: no agent in triaged.yaml has that name%s",
			       t->steer->actor, who_may(t, sum));
	if (own)
		other.units = approval_given(customer, t->steer->actor, sum->currency, t->c.id,
					     t->steer->now_ms - APPROVAL_YEAR_MS);
	if (limit && sum->units <= limit->units && other.units <= limit->units - sum->units)
		return 0;
	if (limit && other.units > 0 && sum->units <= limit->units)
		return err_set(
			t->err, -EINVAL,
			"%s is over the authority of %s: %s for a customer in 12 months, and "
			"%s was given to this one in other cases",
			amount_text(t->arena, sum, false), agent->name,
			amount_text(t->arena, limit, false), amount_text(t->arena, &other, false));
	return err_set(t->err, -EINVAL, "%s%s is over the authority of %s (%s)%s",
		       own ? "" : "taking back ", amount_text(t->arena, sum, false), agent->name,
		       limit ? amount_text(t->arena, limit, false) : "nothing", who_may(t, sum));
}

/* The sum that is meant; 0 of the currency there was for "none". */
static int
read_sum(struct turn *t, const struct amount *before, struct amount *ret)
{
	int r;

	if (strcmp(t->steer->value, "none") == 0 && before->units > 0) {
		*ret = (struct amount){ before->currency, 0 };
		return 0;
	}
	if (strcmp(t->steer->value, "none") == 0)
		return err_set(t->err, -EINVAL, "nothing is approved in C%" PRIu64, t->c.id);
	r = amount_read(t->arena, t->steer->value, ret);
	if (r != -EINVAL)
		return r;
	return err_set(
		t->err, -EINVAL,
		"\"%.60s\" is no sum of money; write it like ₩20,000 or $50, or none to take "
		"back what was approved",
		t->steer->value);
}

/* Writes down what is approved now; *sum of 0 units for nothing. */
static int
put_approval(struct turn *t, const struct amount *sum)
{
	const char *before = t->c.approved ? t->c.approved : "";
	unsigned stale = 0;
	int r;

	t->c.approved =
		sum->units ? amount_text(t->arena, sum, strcmp(t->c.language, "ko") == 0) : "";
	t->c.approved_by = t->steer->actor;
	if (!t->c.approved)
		return -ENOMEM;
	r = outbox_withdraw_drafts(t->txn, t->arena, &t->c, t->steer->now_ms, &stale);
	if (r < 0)
		return r;
	t->said = arena_printf(t->arena, "%s is approved in C%" PRIu64 "%s%s%s%s",
			       sum->units ? t->c.approved : "nothing", t->c.id,
			       t->c.state == CASE_SOLVED ? " (which is solved)" : "",
			       *before ? ", instead of " : "", before,
			       stale ? " (drafts that say so are taken out of Drafts again)" : "");
	if (sum->units && playbook_stage_order(t->c.stage) < playbook_stage_order("approval"))
		t->c.stage = "approval";
	return t->said ? 0 : -ENOMEM;
}

/* Who may give something away has an authority, and gives a reason. */
int
turn_approve(struct turn *t)
{
	struct customer_record customer = { .address = "" };
	struct amount before = { "", 0 }, sum;
	int r;

	if (!*t->steer->reason)
		return err_set(t->err, -EINVAL,
			       "say why it is right to give this: --reason \"...\"");
	if (!approved_before(t, &before))
		before.units = 0;
	r = read_sum(t, &before, &sum);
	if (r < 0)
		return r;
	r = record_customer_get(t->txn, t->arena, t->c.customer, &customer);
	if (r < 0 && r != -ENOENT)
		return r;
	/* Who could not have given it does not take it back either. */
	r = sum.units ? check_authority(t, &customer, &sum, true) : 0;
	if (r == 0 && before.units > 0)
		r = check_authority(t, &customer, &before, false);
	if (r == 0)
		r = put_approval(t, &sum);
	if (r == 0)
		r = remember_approval(t, &customer, &sum);
	return r < 0 ? r
		     : turn_put(t, "approved",
				json_pack("{s:s, s:s}", "amount",
					  sum.units ? t->c.approved : "nothing", "reason",
					  t->steer->reason));
}

/* The customer's record; -EINVAL when nobody knows who they are. */
static int
get_customer(struct turn *t, struct customer_record *ret)
{
	int r = record_customer_get(t->txn, t->arena, t->c.customer, ret);

	return r == -ENOENT ? err_set(t->err, -EINVAL,
				      "C%" PRIu64 " has no customer with an address", t->c.id)
			    : r;
}

/* One more line of what is remembered of a customer's conduct. */
static int
log_conduct(struct turn *t, struct customer_record *customer)
{
	const char **log = arena_calloc(t->arena, customer->conduct_count + 1, sizeof(*log));
	size_t kept = customer->conduct_count < CONDUCT_LOG_MAX ? customer->conduct_count
								: CONDUCT_LOG_MAX - 1;

	if (!log)
		return -ENOMEM;
	for (size_t i = 0; i < kept; i++)
		log[i] = customer->conduct_log[customer->conduct_count - kept + i];
	log[kept] = arena_printf(t->arena, "%s %s, C%" PRIu64 ", %s: %s",
				 moment_text(t->arena, turn_zone(t), t->steer->now_ms),
				 t->steer->value, t->c.id, t->steer->actor, t->steer->reason);
	customer->conduct_log = log;
	customer->conduct_count = kept + 1;
	return log[kept] ? record_customer_put(t->txn, customer) : -ENOMEM;
}

static bool
is_above_agents(const struct agent_config *agent)
{
	return agent && strcmp(agent->role, config_roles[0]) != 0;
}

/*
 * Restricting, parting and taking either back are decisions of a senior or a lead, once there is
 * one: where nobody has such a role, there is nobody to leave it to.
 */
static int
check_decider(struct turn *t)
{
	struct buf names = { .arena = t->arena };

	for (size_t i = 0; i < t->config->agent_count && names.len < 200; i++)
		if (is_above_agents(&t->config->agents[i]))
			buf_printf(&names, "%s%s", names.len ? ", " : "",
				   t->config->agents[i].name);
	if (names.len == 0 || is_above_agents(config_agent(t->config, t->steer->actor)))
		return 0;
	return err_set(t->err, -EINVAL,
		       "a senior or a lead decides on restricting and parting, and on taking it "
		       "back (%s); you are %s",
		       buf_string(&names) ? names.at : "", t->steer->actor);
}

/* The ladder goes up step by step: nobody is restricted who was not warned. */
static int
check_step(struct turn *t, const char *now)
{
	unsigned grave = conduct_height("restricted");
	unsigned wanted = conduct_height(t->steer->value), height = conduct_height(now);

	if (!*t->steer->reason)
		return err_set(t->err, -EINVAL, "say which act it is about: --reason \"...\"");
	if (strcmp(t->steer->value, "clear") == 0 && !*now)
		return err_set(t->err, -EINVAL, "%s is on no step of the ladder", t->c.customer);
	if (strcmp(t->steer->value, "clear") == 0)
		return height >= grave ? check_decider(t) : 0;
	if (wanted == 0)
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" is no step; say notice, warning, restricted, parted or "
			       "clear",
			       t->steer->value);
	if ((wanted >= grave || height >= grave) && check_decider(t) < 0)
		return -EINVAL;
	if (wanted > height + 1)
		return err_set(t->err, -EINVAL, "the ladder goes step by step: after %s comes %s",
			       *now ? now : "nothing", conduct_steps[height]);
	return 0;
}

int
turn_conduct(struct turn *t)
{
	bool clear = strcmp(t->steer->value, "clear") == 0;
	int64_t until = t->steer->now_ms + INT64_C(1000) * CONDUCT_DAYS * 24 * 60 * 60;
	struct customer_record customer;
	const char *before = "";
	bool told;
	int r = get_customer(t, &customer);

	if (r == 0) {
		before = conduct_now(&customer, t->steer->now_ms);
		r = check_step(t, before);
	}
	if (r == 0 && *t->steer->until)
		r = turn_until(t, &until);
	if (r < 0)
		return r;
	/* The letter of a step speaks of the one before. */
	told = !*before || conduct_height(t->steer->value) <= conduct_height(before) ||
	       strcmp(before, t->c.conduct_told) == 0;
	customer.conduct = clear ? "" : t->steer->value;
	customer.conduct_ms = clear ? 0 : until;
	r = log_conduct(t, &customer);
	if (r < 0)
		return r;
	t->c.conduct_told = "";
	t->said =
		clear ? arena_printf(t->arena, "%s is on no step any more", t->c.customer)
		      : arena_printf(t->arena, "%s is at the step %s until %s%s%s%s", t->c.customer,
				     t->steer->value, moment_text(t->arena, turn_zone(t), until),
				     told ? "" : "; no draft of this case told them of the ",
				     told ? "" : before,
				     told ? ""
					  : " yet, and the letter of this step says that one did");
	return turn_put(t, "conduct",
			json_pack("{s:s, s:s, s:s}", "step", t->steer->value, "until",
				  clear ? "" : moment_text(t->arena, turn_zone(t), until), "reason",
				  t->steer->reason));
}
