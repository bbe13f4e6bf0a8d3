/*
 * view_internal: how a record's members become JSON, for the files of view.
 */
#ifndef DAEMON_VIEW_INTERNAL_H
#define DAEMON_VIEW_INTERNAL_H

#include <jansson.h>
#include <time.h>

#include "record.h"

static inline json_t *
time_json(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	if (ms <= 0 || !gmtime_r(&seconds, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

static inline json_t *
flags_json(flag_set set)
{
	json_t *list = json_array();

	for (int f = 0; f < FLAG_COUNT; f++)
		if (set & (flag_set)1 << f)
			json_array_append_new(list, json_string(flag_name((enum flag)f)));
	return list;
}

static inline json_t *
case_json(uint64_t id)
{
	return id ? json_sprintf("C%llu", (unsigned long long)id) : json_null();
}

/*
 * Sets what runs in a case: "answer" and "solution", null or {clock, due, late}. -1: out of memory.
 */
int
view_clocks(const struct case_record *c, json_t *page);

/*
 * Sets what is to be known before anyone answers that customer: "minds", a list of {number, kind
 * "never" or "wish", text, by, at}, deal-breakers first, and "standing" ("" not decided). 0 or a
 * store error.
 */
int
view_card(struct store_txn *txn, struct arena *arena, const char *address, json_t *page);

/* NULL members of a record that was never filled in are empty. */
static inline const char *
text(const char *s)
{
	return s ? s : "";
}

/* What one mail asks for, with where it says so. */
json_t *
view_claims(struct arena *arena, const struct message_record *m);

/*
 * Adds to a case's page, which has its mails: asks_for, orders, same_order, same_claim, cause. 0 or
 * a store error.
 */
int
view_asked(struct store_txn *txn, struct arena *arena, const struct case_record *c, json_t *page);

/* Adds what was approved for a customer, and its totals. */
void
view_approvals(struct arena *arena, const struct customer_record *c, json_t *view);

#endif
