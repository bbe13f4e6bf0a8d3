/*
 * correction: what a person says of a verdict, and what follows from it for the case. Works inside
 * the caller's write transaction; nothing is written when it fails (abort the transaction).
 *
 * The verdict itself stays as it was: a record is what happened. Corrections lie beside it, and the
 * flags and the severity of the case follow them. A mail that somebody corrected counts as read:
 * what they left as it is is right.
 */
#ifndef DAEMON_CORRECTION_H
#define DAEMON_CORRECTION_H

#include "filters/arena.h"
#include "filters/err.h"
#include "policy.h"
#include "record.h"

struct correction {
	flag_set missing; /* flags that should have been raised */
	flag_set wrong;   /* flags that should not have been */
	const char *actor;
	int64_t now_ms;
};

/*
 * Reads "+threat.legal,-abuse.insult" (commas or spaces between) into missing and wrong. -EINVAL
 * with a sentence.
 */
int
correction_parse(const char *text, struct correction *ret, struct err *err);

/* The flags of a mail as they are with what people said of them. */
int
correction_flags(struct store_txn *txn, struct arena *arena, const struct message_record *m,
		 flag_set *ret);

/* Sets flags and severity of a case from the mails that are in it now. The caller puts it. */
int
correction_recount(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   struct case_record *c);

/*
 * Corrects a case: a wrong flag in every mail of the customer's that raised it, a missing one in
 * the newest. What contradicts an earlier correction takes it back. Sets the flags and the severity
 * of the case anew, writes a "corrected" event. *ret is the case afterwards. -ENOENT: no such case;
 * -EINVAL: no mail raised the flag, or it is raised already (err says which).
 */
int
correction_of_case(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   uint64_t case_id, const struct correction *correction, struct case_record *ret,
		   struct err *err);

/*
 * A mail that we moved for a rule of the policy was found in `folder` again: somebody does not
 * think that it belongs where we put it. The flags that the rule asks for were wrong.
 */
int
correction_of_move(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   struct message_record *m, const char *folder, int64_t now_ms);

/*
 * A person put a mail into the folder of those that are no threat: every threat that it was said to
 * make was wrong. The caller puts the mail.
 */
int
correction_of_threat(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		     const struct message_record *m, const char *folder, int64_t now_ms);

#endif
