/*
 * ledger: the entries of one folder as an array, for work that must read before it writes.
 */
#ifndef DAEMON_LEDGER_H
#define DAEMON_LEDGER_H

#include "record.h"

/*
 * Entries of a folder and UIDVALIDITY with UID >= from, ascending, in the arena. 0, or a store
 * error.
 */
int
ledger_list(struct store_txn *txn, struct arena *arena, const char *account, const char *folder,
	    uint32_t uidvalidity, uint32_t from, struct ledger_record **ret_entries,
	    size_t *ret_count);

/* Unfinished outbox entries of one account in id order, in the arena. 0, or a store error. */
int
ledger_outbox(struct store_txn *txn, struct arena *arena, const char *account,
	      struct outbox_record **ret_entries, size_t *ret_count);

#endif
