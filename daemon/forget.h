/*
 * forget: erases what the records say of a person, and leaves a tombstone in each of their cases.
 *
 * Their customer records go; their cases keep numbers, flags and times; every event keeps number,
 * time, kind and hashes (record_chain.c); of their mails digests and places stay, so that no mail
 * is taken for a new one. In cases of others their mails and what names their address are erased.
 * What lies in the mailbox is not touched.
 *
 * Who is to be forgotten is written down first. Then it goes in steps of one short write
 * transaction each; what is left to do is in the store, so that it goes on after a crash. Erased is
 * what was there at the beginning: a later mail begins anew.
 */
#ifndef DAEMON_FORGET_H
#define DAEMON_FORGET_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "filters/arena.h"
#include "filters/err.h"
#include "record.h"
#include "store.h"

struct forget {
	const char *address;
	const char *actor, *reason;
	bool yes; /* also what is open or on hold */
	int64_t now_ms;
};

/*
 * Writes down that a person, with all subaddresses, is to be forgotten, and deletes their customer
 * records. When that is under way already nothing is changed. *ret is how far it is, in the arena;
 * *ret_known whether a customer record was there. -EINVAL: the address or the reason will not do;
 * -EBUSY: a case of theirs is open or on hold, and yes is false; both with a sentence.
 */
int
forget_begin(struct store *store, struct arena *arena, const struct config *config,
	     const struct forget *say, struct forget_record *ret, bool *ret_known, struct err *err);

/*
 * Makes the tombstone of a case, erases what its record says of people and ends what it still had
 * to do; its events and mails follow by forget_step(). Puts the case.
 */
int
forget_case(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms,
	    const char *actor, const char *cause, const char *reason);

/*
 * Erases a message record that belongs to no case, and ends what was still to be done with the
 * mail.
 */
int
forget_message(struct store_txn *txn, struct arena *arena, const struct message_record *m);

/*
 * Does one step of whatever is to be done. 1: there may be more, 0: nothing is left. When that ends
 * the job of the address in ended (NULL: nobody asks), its counts are filled in there.
 */
int
forget_step(struct store *store, struct arena *arena, struct forget_record *ended);

/* Steps until nothing is left or so much time is over. 1: there is more. */
int
forget_run(struct store *store, int64_t budget_ms, struct forget_record *ended);

#endif
