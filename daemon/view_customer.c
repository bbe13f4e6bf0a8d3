/*
 * view_customer: what is known of a customer as JSON. See view.h.
 */
#include <errno.h>
#include <string.h>

#include "card.h"
#include "case.h"
#include "clock.h"
#include "conduct.h"
#include "view.h"
#include "view_internal.h"

#define CASES_COUNTED 200u /* the newest of one customer; looked through event by event */
#define CASES_SHOWN 20u
#define EVENTS_COUNTED 5000u /* of all of them */

static int
add_minds(struct arena *arena, const struct customer_record *c, json_t *list)
{
	struct mind mind;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < c->mind_count && i < CARD_MINDS_EVER; i++) {
			json_t *one;

			if (!card_mind(arena, c->minds[i], &mind) || mind.never != (round == 0))
				continue;
			one = json_pack("{s:I, s:s, s:s, s:s, s:o}", "number", (json_int_t)i + 1,
					"kind", mind.never ? "never" : "wish", "text", mind.text,
					"by", mind.by, "at", time_json(mind.at_ms));
			if (!one || json_array_append_new(list, one) < 0)
				return -ENOMEM;
		}
	return 0;
}

/* Sets minds and standing. */
static int
set_card(struct arena *arena, const struct customer_record *c, json_t *page)
{
	json_t *list = json_array();
	int r = list ? add_minds(arena, c, list) : -ENOMEM;

	if (json_object_set_new(page, "minds", list) < 0 ||
	    json_object_set_new(page, "standing", json_string(card_standing(c))) < 0)
		return -ENOMEM;
	return r;
}

int
view_card(struct store_txn *txn, struct arena *arena, const char *address, json_t *page)
{
	struct customer_record c = { .address = "" };
	int r = record_customer_get(txn, arena, address, &c);

	return r < 0 && r != -ENOENT ? r : set_card(arena, &c, page);
}

/* What the customer's cases took. */
struct cost {
	struct store_txn *txn;
	struct arena *arena;
	json_t *past;
	unsigned cases, open, answers, acts, events;
	int64_t open_ms; /* that their cases were open, added up */
	int64_t worked;  /* minutes that our people worked on them */
};

/* An answer of ours, or something that one of our people did. */
static int
visit_event(void *context, const struct event_record *event)
{
	static const char *const machines[] = { "triaged", "customer", "mailbox" };
	struct cost *cost = context;
	bool person = true;

	if (++cost->events > EVENTS_COUNTED)
		return 1;
	/* What was moved here was counted where it was done. */
	if (json_object_get(event->data, "moved_from"))
		return 0;
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		person = person && strcmp(event->actor, machines[i]) != 0;
	if (strcmp(event->kind, "sent") == 0)
		cost->answers++;
	else if (person)
		cost->acts++;
	return 0;
}

/* From its first mail until it was solved, or until now. */
static int64_t
open_time(const struct case_record *c)
{
	int64_t end = c->state == CASE_SOLVED ? c->solved_ms : clock_now_ms(&clock_system);

	return end > c->opened_ms ? end - c->opened_ms : 0;
}

static int
visit_case(void *context, const struct case_record *c)
{
	struct cost *cost = context;
	json_t *one;

	if (cost->cases == CASES_COUNTED || cost->events > EVENTS_COUNTED)
		return 1;
	/* It is counted as a part of another. */
	if (c->merged)
		return 0;
	cost->cases++;
	cost->open += c->state == CASE_OPEN;
	cost->open_ms += open_time(c);
	cost->worked += c->worked;
	if (json_array_size(cost->past) < CASES_SHOWN) {
		one = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "case", case_json(c->id),
				"state", c->state == CASE_SOLVED ? "solved" : "open", "stage",
				text(c->stage), "severity", text(c->severity), "opened",
				time_json(c->opened_ms), "fault", text(c->fault), "approved",
				text(c->approved));
		if (!one || json_array_append_new(cost->past, one) < 0)
			return -ENOMEM;
	}
	return record_event_each(cost->txn, cost->arena, c->id, visit_event, cost) < 0 ? -EBADMSG
										       : 0;
}

static int
set_cost(struct store_txn *txn, struct arena *arena, const struct customer_record *c, json_t *page)
{
	struct cost cost = { .txn = txn, .arena = arena, .past = json_array() };
	int r = cost.past ? record_case_of_customer(txn, arena, c->address, visit_case, &cost)
			  : -ENOMEM;
	json_t *figures =
		json_pack("{s:i, s:i, s:I, s:I, s:i, s:i, s:b}", "cases", (int)cost.cases, "open",
			  (int)cost.open, "worked_minutes", (json_int_t)cost.worked, "hours_open",
			  (json_int_t)(cost.open_ms / (60 * 60 * 1000)), "answers",
			  (int)cost.answers, "acts", (int)cost.acts, "whole",
			  cost.cases < CASES_COUNTED && cost.events <= EVENTS_COUNTED);

	if (json_object_set_new(page, "past", cost.past) < 0 ||
	    json_object_set_new(page, "cost", figures) < 0)
		return -ENOMEM;
	return r;
}

static json_t *
lines_json(const char *const *list, size_t count)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(lines, json_string(list[i]));
	return lines;
}

static json_t *
customer_json(const struct customer_record *c)
{
	const char *conduct = conduct_now(c, clock_now_ms(&clock_system));

	return json_pack(
		"{s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:s, s:o, s:o, s:s, s:o, s:s, s:s, s:s, s:s, "
		"s:s, s:o, s:o}",
		"address", text(c->address), "name", text(c->name), "owner", text(c->owner),
		"cases", (int)c->cases, "mails", (int)c->messages, "first", time_json(c->first_ms),
		"last", time_json(c->last_ms), "conduct", conduct, "conduct_until",
		time_json(*conduct ? c->conduct_ms : 0), "conduct_log",
		lines_json(c->conduct_log, c->conduct_count), "standing_by", text(c->standing_by),
		"standing_at", time_json(c->standing_ms), "standing_reason",
		text(c->standing_reason), "value", text(c->value), "currency", text(c->currency),
		"since", text(c->since), "note", text(c->remark), "imported",
		time_json(c->imported_ms), "card_log", lines_json(c->card_log, c->card_log_count));
}

int
view_customer(struct store_txn *txn, const char *address, json_t **ret)
{
	struct arena *arena = arena_new(0);
	const char *key = arena ? address_lower(arena, address) : NULL;
	struct customer_record c;
	json_t *page = NULL;
	int r = key ? record_customer_get(txn, arena, key, &c) : -ENOMEM;

	if (r == 0)
		page = customer_json(&c);
	if (r == 0)
		r = page ? set_card(arena, &c, page) : -ENOMEM;
	if (r == 0)
		r = set_cost(txn, arena, &c, page);
	if (r == 0)
		view_approvals(arena, &c, page);
	if (r == 0)
		*ret = page;
	else
		json_decref(page);
	arena_free(arena);
	return r;
}
