/*
 * view: what the store holds, as JSON for people and programs: the same for the API, simulate and tests.
 * New references; 0 or a store error.
 */
#ifndef DAEMON_VIEW_H
#define DAEMON_VIEW_H

#include <jansson.h>

#include "store.h"

/* {"cases":[{id "C12", account, severity, flags, customer, subject, owner, waiting_since, words [...] }], "more": bool} */
int
view_queue(struct store_txn *txn, const char *account, size_t limit, json_t **ret);

/* One case with its messages (evidence), events and outbox entries. -ENOENT. */
int
view_case(struct store_txn *txn, uint64_t case_id, json_t **ret);

/* {"parked":[...], "troubled":[...]}: what a person must look at. At most limit entries each. */
int
view_attention(struct store_txn *txn, size_t limit, json_t **ret);

#endif
