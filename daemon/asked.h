/*
 * asked: what a mail of a case asks for, which orders it names and what it is about, kept.
 */
#ifndef DAEMON_ASKED_H
#define DAEMON_ASKED_H

#include "filters/claim.h"
#include "filters/verdict.h"
#include "record.h"

#define ASKED_MAX 32 /* of one case: things asked for, and orders */

/* "₩50,000", "full refund". In the arena; NULL when exhausted. */
const char *
asked_label(struct arena *arena, const struct claim *claim);

/* The labels, or the orders, of a mail in one line: "₩50,000; full refund". NULL when exhausted. */
const char *
asked_line(struct arena *arena, const struct claims *claims);

const char *
asked_orders_line(struct arena *arena, const struct claims *claims);

/*
 * Reads a mail that a person outside wrote: fills mail->claims, adds to what the case asks for and
 * names, and keeps the case findable by its orders, its customer and its words. The caller puts the
 * mail and the case. Returns 0, -ENOMEM or a store error.
 */
int
asked_keep(struct store_txn *txn, struct arena *arena, const struct message *message,
	   const struct verdict *verdict, struct message_record *mail, struct case_record *c);

/*
 * Makes what the case asks for and names, and by which orders it is found, that of these mails.
 * The caller puts the case. 0, -ENOMEM or a store error.
 */
int
asked_again(struct store_txn *txn, struct arena *arena, struct case_record *c,
	    const struct claims *const *mails, size_t count);

/*
 * Forgets what asked_keep() kept in the case's record and beside it: what was asked for, orders,
 * words, and the cause. The caller puts the case, and forgets the mails.
 */
int
asked_forget(struct store_txn *txn, struct case_record *c);

#endif
