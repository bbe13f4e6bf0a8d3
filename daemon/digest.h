/*
 * digest: what those who lead read each morning: what waits, what is late, what was promised for
 * today, what was solved.
 *
 * Three steps: what the store says, as data (digest_collect); the same as a page of words in one
 * language (digest_page.h); and the mail, planned once for each day (digest_run).
 */
#ifndef DAEMON_DIGEST_H
#define DAEMON_DIGEST_H

#include <jansson.h>

#include "config.h"
#include "store.h"

#define DIGEST_LIST_MAX 20     /* cases named in one list; the rest is counted */
#define DIGEST_CASES_MAX 20000 /* open cases looked at, the most urgent first */

/*
 * {day "2026-11-30", now, since, time_zone, language, account (null: all), more (there are more
 * open cases than are looked at), severities [{severity, open, waiting, oldest (null or a case with
 * since)}], and lists {count, cases [...]} of: overdue and due_today (with text, due), breaches
 * (clock, due, at), conduct (conduct, until), holds (until, by, reason), solved (at)}. A case is
 * {id, account, severity, customer, customer_name, subject (null when it may be abusive), owner}.
 * Times are RFC 3339 in UTC.
 *
 * recurring is a list of {text, count, before (in the time before), cases ["C12", ...]}, from
 * recurring_list().
 *
 * account NULL: all; else one of the configuration. A new reference; 0 or a store error.
 */
int
digest_collect(struct store_txn *txn, const struct config *config, const char *account,
	       int64_t now_ms, json_t **ret);

/*
 * The account whose hours and zone count: the one named, or the first. NULL: there is none.
 */
const struct account_config *
digest_account(const struct config *config, const char *account);

/* When the digest of the day of a moment is due; 0: there is none on that day. */
int64_t
digest_moment(const struct config *config, const struct account_config *account, int64_t ms);

/*
 * Plans today's digest when it is due and was not planned before, as a mail to each receiver, in
 * one transaction with the note that it was. Returns 1 when it did, 0 when there was nothing to do,
 * or a negative errno. *ret_next_ms: when the next one is due, 0 never.
 */
int
digest_run(struct store *store, const struct config *config, int64_t now_ms, int64_t *ret_next_ms);

#endif
