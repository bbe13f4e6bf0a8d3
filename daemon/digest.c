/*
 * digest: what the store says. See digest.h.
 */
#include "digest.h"

#include <errno.h>
#include <string.h>

#include "conduct.h"
#include "moment.h"
#include "recurring_draft.h"
#include "policy.h"
#include "record.h"
#include "steer.h"
#include "view_internal.h"

#define LOOK_BACK_DAYS 14

struct list {
	const char *name;
	json_int_t count;
	json_t *cases;
};

enum { OVERDUE, DUE_TODAY, BREACHES, CONDUCT, HOLDS, SOLVED, LISTS };

struct severity_sum {
	json_int_t open, waiting;
	int64_t since_ms; /* of the case that waits the longest; 0: none waits */
	json_t *oldest;
};

struct collect {
	struct store_txn *txn;
	const struct config *config;
	struct arena *arena; /* reset for every case */
	const char *account; /* NULL: all */
	int64_t now_ms, tomorrow_ms;
	unsigned cases;
	bool more;
	struct severity_sum sums[SEVERITY_CRITICAL + 1];
	struct list lists[LISTS];
	/* While one case is looked at: */
	const struct case_record *c;
};

const struct account_config *
digest_account(const struct config *config, const char *account)
{
	if (account)
		return config_account(config, account);
	return config->account_count > 0 ? &config->accounts[0] : NULL;
}

/* Midnight of the day so many days from a moment's. */
static int64_t
midnight(const struct zone *zone, int64_t ms, int days)
{
	struct wall w;

	zone_wall(zone, ms / 1000, &w);
	w.day += days;
	w.hour = w.minute = w.second = 0;
	return zone_seconds(zone, &w) * 1000;
}

int64_t
digest_moment(const struct config *config, const struct account_config *account, int64_t ms)
{
	struct wall w;

	if (!config->digest.every_day && !calendar_works_on(account->calendar, account->zone, ms))
		return 0;
	zone_wall(account->zone, ms / 1000, &w);
	w.hour = config->digest.minute / 60;
	w.minute = config->digest.minute % 60;
	w.second = 0;
	return zone_seconds(account->zone, &w) * 1000;
}

/* When the digest before today's was due: what happened since is told. */
static int64_t
since_of(const struct config *config, const struct account_config *account, int64_t now_ms)
{
	for (int i = 1; i <= LOOK_BACK_DAYS; i++) {
		int64_t at = digest_moment(config, account, midnight(account->zone, now_ms, -i));

		if (at > 0)
			return at;
	}
	return midnight(account->zone, now_ms, -1);
}

static json_t *
item(const struct config *config, const struct case_record *c)
{
	const struct agent_config *owner = config_agent(config, text(c->owner));
	bool abusive = (c->flags & flag_set_by_name("abuse")) != 0;

	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:s}", "id", case_json(c->id), "account",
			 text(c->account), "severity", text(c->severity), "customer",
			 text(c->customer), "customer_name", text(c->customer_name), "subject",
			 abusive ? json_null() : json_string(text(c->subject)), "owner",
			 owner ? owner->display : text(c->owner));
}

/* Adds a case with what the list says of it; takes over more. */
static int
add(const struct collect *d, struct list *list, const struct case_record *c, json_t *more)
{
	json_t *one;
	int r = 0;

	list->count++;
	if (!more)
		return -ENOMEM;
	if (json_array_size(list->cases) < DIGEST_LIST_MAX) {
		one = item(d->config, c);
		if (!one || json_object_update(one, more) < 0) {
			json_decref(one);
			r = -ENOMEM;
		} else if (json_array_append_new(list->cases, one) < 0) {
			r = -ENOMEM;
		}
	}
	json_decref(more);
	return r;
}

static int
visit_promise(void *context, const struct promise_record *p)
{
	struct collect *d = context;
	struct list *list = &d->lists[p->due_ms <= d->now_ms ? OVERDUE : DUE_TODAY];

	if (p->ended_ms > 0 || p->inside || p->due_ms >= d->tomorrow_ms)
		return 0;
	return add(d, list, d->c,
		   json_pack("{s:s, s:o}", "text", text(p->text), "due", time_json(p->due_ms)));
}

/* One customer once, however many cases they have. */
static int
add_conduct(struct collect *d)
{
	struct customer_record customer;
	const char *step;
	size_t i;
	json_t *one;
	int r;

	json_array_foreach(d->lists[CONDUCT].cases, i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "customer")),
			   text(d->c->customer)) == 0)
			return 0;
	}
	r = record_customer_get(d->txn, d->arena, d->c->customer, &customer);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	step = conduct_now(&customer, d->now_ms);
	if (!*step)
		return 0;
	return add(
		d, &d->lists[CONDUCT], d->c,
		json_pack("{s:s, s:o}", "conduct", step, "until", time_json(customer.conduct_ms)));
}

static int
add_sum(struct collect *d)
{
	int known = severity_by_name(text(d->c->severity));
	struct severity_sum *sum = &d->sums[known < 0 ? 0 : known];

	sum->open++;
	if (d->c->waiting_ms <= 0)
		return 0;
	sum->waiting++;
	if (sum->since_ms > 0 && sum->since_ms <= d->c->waiting_ms)
		return 0;
	sum->since_ms = d->c->waiting_ms;
	json_decref(sum->oldest);
	sum->oldest = item(d->config, d->c);
	return sum->oldest && json_object_set_new(sum->oldest, "since", time_json(sum->since_ms)) ==
				       0
		       ? 0
		       : -ENOMEM;
}

static int
visit_open(void *context, const struct case_record *c)
{
	struct collect *d = context;
	int r;

	if (d->cases++ == DIGEST_CASES_MAX) {
		d->more = true;
		return 1;
	}
	d->c = c;
	r = add_sum(d);
	if (r == 0 && c->promise_ms > 0 && c->promise_ms < d->tomorrow_ms)
		r = record_promise_each(d->txn, d->arena, c->id, visit_promise, d);
	if (r == 0 && case_on_hold(c, d->now_ms))
		r = add(d, &d->lists[HOLDS], c,
			json_pack("{s:o, s:s, s:s}", "until", time_json(c->hold_ms), "by",
				  text(c->hold_by), "reason", text(c->hold_reason)));
	if (r == 0)
		r = add_conduct(d);
	arena_reset(d->arena);
	return r;
}

/* The case of an entry of an index; false: it is none of the account's. */
static int
look_up(struct collect *d, uint64_t case_id, struct case_record *ret, bool *ret_ours)
{
	int r = record_case_get(d->txn, d->arena, case_id, ret);

	*ret_ours = r == 0 && (!d->account || strcmp(ret->account, d->account) == 0);
	return r == -ENOENT ? 0 : r;
}

static int
visit_breach(void *context, const struct breach_record *b)
{
	struct collect *d = context;
	struct case_record c;
	bool ours;
	int r = look_up(d, b->case_id, &c, &ours);

	if (r == 0 && ours)
		r = add(d, &d->lists[BREACHES], &c,
			json_pack("{s:s, s:o, s:o}", "clock", target_name(b->clock), "due",
				  time_json(b->due_ms), "at", time_json(b->at_ms)));
	arena_reset(d->arena);
	return r;
}

static int
visit_solved(void *context, uint64_t case_id, int64_t at_ms)
{
	struct collect *d = context;
	struct case_record c;
	bool ours;
	int r = look_up(d, case_id, &c, &ours);

	/* What became a part of another case was not solved. */
	if (r == 0 && ours && !c.merged)
		r = add(d, &d->lists[SOLVED], &c, json_pack("{s:o}", "at", time_json(at_ms)));
	arena_reset(d->arena);
	return r;
}

static json_t *
severities_json(struct collect *d)
{
	json_t *list = json_array();

	for (int s = SEVERITY_CRITICAL; list && s >= SEVERITY_NONE; s--) {
		struct severity_sum *sum = &d->sums[s];

		json_array_append_new(list,
				      json_pack("{s:s, s:I, s:I, s:O?}", "severity",
						severity_name((enum severity)s), "open", sum->open,
						"waiting", sum->waiting, "oldest", sum->oldest));
	}
	return list;
}

static json_t *
whole(struct collect *d, const struct config *config, const struct account_config *account,
      int64_t since_ms)
{
	const char *moment = moment_text(d->arena, account->zone, d->now_ms);
	json_t *ret =
		json_pack("{s:s%, s:o, s:o, s:s, s:s, s:s?, s:b, s:o}", "day", moment ? moment : "",
			  (size_t)(moment ? 10 : 0), "now", time_json(d->now_ms), "since",
			  time_json(since_ms), "time_zone", text(account->time_zone), "language",
			  text(config->digest.language), "account", d->account, "more", d->more,
			  "severities", severities_json(d));

	for (size_t i = 0; ret && i < LISTS; i++)
		json_object_set_new(ret, d->lists[i].name,
				    json_pack("{s:I, s:O}", "count", d->lists[i].count, "cases",
					      d->lists[i].cases));
	return ret;
}

/* What recurs, as the page has it. */
static int
add_recurring(struct collect *d, json_t *digest)
{
	json_t *groups, *list = json_array(), *one;
	int r = recurring_list(d->txn, d->config, d->account, d->now_ms, &groups);
	size_t i;

	if (r < 0) {
		json_decref(list);
		return r;
	}
	json_array_foreach(groups, i, one) json_array_append_new(
		list,
		json_pack("{s:O, s:O, s:O, s:O}", "text", json_object_get(one, "what"), "count",
			  json_object_get(one, "recent"), "before", json_object_get(one, "before"),
			  "cases", json_object_get(one, "cases")));
	json_decref(groups);
	return list && json_object_set_new(digest, "recurring", list) == 0 ? 0 : -ENOMEM;
}

int
digest_collect(struct store_txn *txn, const struct config *config, const char *account,
	       int64_t now_ms, json_t **ret)
{
	const struct account_config *a = digest_account(config, account);
	struct collect d = { .txn = txn,
			     .config = config,
			     .arena = arena_new(0),
			     .account = account,
			     .now_ms = now_ms,
			     .lists = { { .name = "overdue" },
					{ .name = "due_today" },
					{ .name = "breaches" },
					{ .name = "conduct" },
					{ .name = "holds" },
					{ .name = "solved" } } };
	int64_t since_ms;
	int r = a && d.arena ? 0 : -ENOMEM;

	*ret = NULL;
	for (size_t i = 0; i < LISTS; i++) {
		d.lists[i].cases = json_array();
		r = d.lists[i].cases ? r : -ENOMEM;
	}
	if (r < 0)
		goto out;
	d.tomorrow_ms = midnight(a->zone, now_ms, 1);
	since_ms = since_of(config, a, now_ms);
	r = record_case_queue(txn, d.arena, account, visit_open, &d);
	if (r == 0)
		r = record_breach_each(txn, d.arena, since_ms, visit_breach, &d);
	if (r == 0)
		r = record_solved_each(txn, since_ms, visit_solved, &d);
	if (r == 0) {
		*ret = whole(&d, config, a, since_ms);
		r = *ret ? add_recurring(&d, *ret) : -ENOMEM;
	}
	if (r < 0) {
		json_decref(*ret);
		*ret = NULL;
	}
out:
	for (size_t i = 0; i < LISTS; i++)
		json_decref(d.lists[i].cases);
	for (size_t i = 0; i <= SEVERITY_CRITICAL; i++)
		json_decref(d.sums[i].oldest);
	arena_free(d.arena);
	return r;
}
