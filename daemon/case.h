/*
 * case: one customer's complaint across mails. Opens it, adds mails to it, changes its owner; each
 * change is an event in the case's chain. Works inside the caller's write transaction; nothing is
 * written when it fails (abort the transaction).
 */
#ifndef DAEMON_CASE_H
#define DAEMON_CASE_H

#include <stdint.h>

#include "filters/arena.h"
#include "filters/message.h"
#include "policy.h"
#include "record.h"

#define CASE_MERGED_MAX 1000 /* one after the other */

/* Whether somebody at that address, or a subaddress of it, takes part in the case. */
bool
case_takes_part(const struct case_record *c, const char *address);

/*
 * Opens a case for the mail: number, participants (From, Reply-To; not To or Cc), "opened" event.
 * Does not add the mail.
 */
int
case_open(struct store_txn *txn, struct arena *arena, const char *account,
	  const struct message *message, uint64_t linked, int64_t now_ms,
	  struct case_record *ret_case);

/*
 * Adds a judged mail: counts, flags, highest severity, waiting since, "mail" event with record id,
 * digest, subject, flags, severity, rule set hash. Puts the case.
 */
int
case_add_mail(struct store_txn *txn, struct arena *arena, struct case_record *c,
	      const struct message_record *mail, enum severity severity, int64_t now_ms);

/*
 * The mail that an event of a case tells of, when it is still that case's: it may have been moved
 * to another by hand. The caller frees it with record_message_free(). -ENOENT: there is none, or
 * not any more.
 */
int
case_mail_of(struct store_txn *txn, struct arena *arena, const struct event_record *event,
	     struct message_record *ret);

/*
 * The case that goes on where this one was merged into another, itself when it was not. -ENOENT
 * when there is none; -ELOOP when the way does not end.
 */
int
case_follow(struct store_txn *txn, struct arena *arena, uint64_t id, struct case_record *ret);

/* Whether a mail makes its writer wait for us: what is ours, or came from a machine, does not. */
bool
case_mail_waits(const struct message_record *mail);

/* Since when its writer waits: when it came, not when it was read. */
int64_t
case_waiting_since(const struct message_record *mail, int64_t now_ms);

/*
 * Gives the case to an agent ("assigned" event with the reason). A no-op when they own it already.
 * Puts the case.
 */
int
case_assign(struct store_txn *txn, struct arena *arena, struct case_record *c, const char *agent,
	    const char *reason, const char *actor, int64_t now_ms);

/* "C12" or "12" → 12; 0 when it is neither. */
uint64_t
case_number(const char *text);

/*
 * The writer's customer record after this mail: made when new; counts and last_ms moved on. Puts
 * it. ret_known tells whether they wrote before. address: From (lower case is made here).
 */
int
customer_note(struct store_txn *txn, struct arena *arena, const struct address *from, bool new_case,
	      int64_t now_ms, struct customer_record *ret_customer, bool *ret_known);

/*
 * The address that identifies the writer: the first usable From, else Sender, else Reply-To, else
 * an empty one.
 */
struct address
customer_of(const struct message *message);

/* Lower-case copy (ASCII) in the arena. */
const char *
address_lower(struct arena *arena, const char *address);

#endif
