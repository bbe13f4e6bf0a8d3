/*
 * sent: a mail of ours that went out, and what follows from it for its case.
 *
 * A person sent it: from a draft of ours, from one that they changed, or of their own. To somebody
 * of the case it is an answer: the customer waits no longer, the stage moves on to what the
 * playbook says of the draft's template, whoever answered first becomes the owner, promises that
 * another mail keeps are kept, and those that it makes are followed. To somebody else it is a
 * question of our own people's: the case waits for them. Nothing that a person decided is undone:
 * the stage never moves back.
 *
 * Works inside the caller's write transaction; nothing is written when it fails (abort the
 * transaction).
 */
#ifndef DAEMON_SENT_H
#define DAEMON_SENT_H

#include "bundle.h"
#include "config.h"
#include "filters/message.h"
#include "record.h"

struct sent_mail {
	const struct config *config;
	const struct account_config *account;
	const struct bundle *bundle;
	const struct message *message;       /* what was sent */
	const struct message_record *record; /* the same as it is kept: outgoing, its case set */
	int64_t sent_ms, now_ms;
};

/* Notes it in the case, and puts the case. 0, or a store error. */
int
sent_note(struct store_txn *txn, struct arena *arena, struct case_record *c,
	  const struct sent_mail *mail);

#endif
