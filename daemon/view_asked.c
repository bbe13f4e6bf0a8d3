/*
 * view_asked: what customers ask for and were given, as JSON. See view_internal.h.
 */
#include <errno.h>
#include <string.h>

#include "amount.h"
#include "approval.h"
#include "asked.h"
#include "clock.h"
#include "view_internal.h"

#define RELATED_MAX 20 /* other cases that are named */
#define LOOKED_MAX 200 /* other cases of a customer that are looked at */

json_t *
view_claims(struct arena *arena, const struct message_record *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->claims.count; i++) {
		const struct claim *c = &m->claims.list[i];
		const char *label = asked_label(arena, c);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:s}", "label",
					text(label), "kind", claim_kind_name(c->kind), "currency",
					c->currency, "units", (json_int_t)c->units, "mail",
					(json_int_t)m->id, "part", c->part, "offset",
					(json_int_t)c->offset, "length", (json_int_t)c->length,
					"text", c->text));
	}
	return list;
}

/* What the mails of a page ask for, each thing once: where it was said first. */
static json_t *
collect(const json_t *mails)
{
	json_t *all = json_array(), *mail, *one, *known;
	size_t i, k, n;

	json_array_foreach(mails, i, mail)
	{
		json_array_foreach(json_object_get(mail, "asks_for"), k, one)
		{
			bool new = true;

			json_array_foreach(all, n, known) new =
				new && !json_equal(json_object_get(known, "label"),
						   json_object_get(one, "label"));
			if (new)
				json_array_append(all, one);
		}
	}
	return all;
}

static json_t *
strings(const char *const *list, size_t count)
{
	json_t *all = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(all, json_string(list[i]));
	return all;
}

struct related {
	struct store_txn *txn;
	struct arena *arena;
	const struct case_record *c;
	const char *order; /* NULL: cases of the customer that ask for the same */
	json_t *list;
	size_t looked;
};

/* The first thing that both ask for, NULL when there is none. */
static const char *
same(const struct case_record *a, const struct case_record *b)
{
	for (size_t i = 0; i < a->ask_count; i++)
		for (size_t k = 0; k < b->ask_count; k++)
			if (strcmp(a->asks[i], b->asks[k]) == 0)
				return a->asks[i];
	return NULL;
}

static int
visit_related(void *context, uint64_t case_id)
{
	struct related *v = context;
	struct case_record other;
	const char *what = v->order;
	int r;

	if (case_id == v->c->id)
		return 0;
	if (json_array_size(v->list) >= RELATED_MAX || v->looked++ >= LOOKED_MAX)
		return 1;
	r = record_case_get(v->txn, v->arena, case_id, &other);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!what)
		what = same(v->c, &other);
	if (!what || other.merged)
		return 0;
	return json_array_append_new(
		v->list, json_pack("{s:o, s:s, s:s, s:s, s:o}", "case", case_json(other.id),
				   "customer", text(other.customer), "state",
				   other.state == CASE_SOLVED ? "solved" : "open", "same", what,
				   "opened", time_json(other.opened_ms)));
}

int
view_asked(struct store_txn *txn, struct arena *arena, const struct case_record *c, json_t *page)
{
	struct related orders = { txn, arena, c, "", json_array(), 0 };
	struct related claims = { txn, arena, c, NULL, json_array(), 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->order_count; i++) {
		orders.order = c->orders[i];
		r = record_link_each(txn, c->account, CASE_LINK_ORDER, orders.order, visit_related,
				     &orders);
	}
	if (r == 0 && c->ask_count > 0)
		r = record_link_each(txn, c->account, CASE_LINK_CUSTOMER, c->customer,
				     visit_related, &claims);
	json_object_set_new(page, "asks_for", collect(json_object_get(page, "mails")));
	json_object_set_new(page, "orders", strings(c->orders, c->order_count));
	json_object_set_new(page, "same_order", orders.list);
	json_object_set_new(page, "same_claim", claims.list);
	json_object_set_new(page, "cause", json_string(text(c->cause)));
	return r;
}

/* What was given in one currency; NULL when nothing was. */
static json_t *
total(struct arena *arena, const struct customer_record *c, const char *currency)
{
	int64_t now_ms = clock_now_ms(&clock_system);
	struct amount year = { currency, approval_total(c, currency, now_ms - APPROVAL_YEAR_MS) };
	struct amount ever = { currency, approval_total(c, currency, 0) };

	if (ever.units == 0)
		return NULL;
	return json_pack("{s:s, s:s, s:I, s:s, s:I}", "currency", currency, "year",
			 text(amount_text(arena, &year, false)), "year_units",
			 (json_int_t)year.units, "ever", text(amount_text(arena, &ever, false)),
			 "ever_units", (json_int_t)ever.units);
}

/* Whether an approval before that one was in the same currency. */
static bool
had_currency(const struct customer_record *c, size_t upto)
{
	for (size_t i = 0; i < upto; i++)
		if (strcmp(c->approvals[i].currency, c->approvals[upto].currency) == 0)
			return true;
	return false;
}

void
view_approvals(struct arena *arena, const struct customer_record *c, json_t *view)
{
	json_t *list = json_array(), *totals = json_array();

	for (size_t i = 0; i < c->approval_count; i++) {
		const struct approval_record *a = &c->approvals[i];
		struct amount amount = { a->currency, a->units };
		json_t *sum = had_currency(c, i) ? NULL : total(arena, c, a->currency);

		json_array_append_new(
			list,
			json_pack("{s:o, s:s, s:o, s:s, s:s, s:b}", "at", time_json(a->at_ms), "by",
				  text(a->by), "case", case_json(a->case_id), "amount",
				  a->units ? text(amount_text(arena, &amount, false)) : "nothing",
				  "reason", text(a->reason), "replaced", approval_replaced(c, i)));
		if (sum)
			json_array_append_new(totals, sum);
	}
	json_object_set_new(view, "approvals", list);
	json_object_set_new(view, "approved", totals);
}
