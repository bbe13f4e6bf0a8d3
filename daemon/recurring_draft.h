/*
 * recurring_draft: what recurs among the cases in the store, and a draft for each case of a group.
 */
#ifndef DAEMON_RECURRING_DRAFT_H
#define DAEMON_RECURRING_DRAFT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "bundle.h"
#include "config.h"
#include "filters/err.h"
#include "store.h"

struct recurring_ask {
	const char *account;  /* NULL: all that are configured */
	unsigned days;        /* the window */
	const char *what;     /* the group whose cases get a draft; NULL: only list */
	const char *template; /* "": proactive-notice */
	const char *reason, *actor;
	int64_t now_ms;
};

/* "14" → 14; "" → RECURRING_DAYS. Whether it is a number from 1 to RECURRING_DAYS_MAX. */
bool
recurring_days(const char *text, unsigned *ret);

/*
 * Without ask->what {days, cases, before, groups: [{what, kind: "word" or "cause", recent, of,
 * before, before_of, times, also [...], cases ["C12", ...], why}]}. With it, plans a draft in each
 * open case of the group, a transaction each, and gives {what, template, drafted ["C12", ...],
 * left_out: [{case, why}]}; a case that has this draft for this group already is left out, so that
 * asking again finishes what was interrupted. Nothing is sent. -ENOENT: no such group or account;
 * -EINVAL: there is no such template; else a store error, err says what.
 */
int
recurring_answer(struct store *store, const struct config *config, const struct bundle *bundle,
		 const struct recurring_ask *ask, json_t **ret, struct err *err);

/*
 * The groups alone, of the usual window, in the caller's transaction. account NULL: all. A new
 * reference; 0 or a store error.
 */
int
recurring_list(struct store_txn *txn, const struct config *config, const char *account,
	       int64_t now_ms, json_t **ret);

#endif
