/*
 * forget_internal: what the files of forget share.
 */
#ifndef DAEMON_FORGET_INTERNAL_H
#define DAEMON_FORGET_INTERNAL_H

#include "filters/message.h"
#include "forget.h"

#define FORGET_EVENTS 200 /* erased in one transaction */

/* Whom records are looked through for. */
struct person {
	const char *address;
	char needle[512]; /* stands in every record that names them; "" when that cannot be said */
};

int
person_of(struct arena *arena, const char *address, struct person *ret);

/* Whether a record, as it is written, may name them. */
bool
person_may_be_in(const struct person *person, struct span value);

/* Whether the case is theirs; ret_there: or they are a participant of it. */
bool
person_owns(const struct person *person, const struct case_record *c, bool *ret_there);

/* Ends an outbox entry, and with it the mail that waits for it. */
int
forget_entry(struct store_txn *txn, struct arena *arena, const struct outbox_record *e);

/* Erases the next events of a case that has its tombstone. 1: there are more. */
int
forget_events(struct store_txn *txn, struct arena *arena, uint64_t case_id, uint64_t upto);

/*
 * Erases a person from a case of somebody else: their mails, what followed from those, and every
 * event that names their address. Puts the case. 1: there are more events.
 */
int
forget_part(struct store_txn *txn, struct arena *arena, struct case_record *c,
	    const struct person *person, const struct forget_record *job);

#endif
