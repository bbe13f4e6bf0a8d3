/*
 * token: the case and the outbox entry that a Message-ID of ours names:
 * <triaged.CASE.OUTBOX.RANDOM@host>.
 *
 * Anybody can write one: it is a place to look at in the store, never a proof.
 */
#ifndef DAEMON_TOKEN_H
#define DAEMON_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a Message-ID is of that form, with numbers that fit. Either result may be NULL. */
bool
token_read(const char *message_id, uint64_t *ret_case, uint64_t *ret_entry);

#endif
