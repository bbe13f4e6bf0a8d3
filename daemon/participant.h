/*
 * participant: when two addresses are one person's.
 *
 * Subaddresses (RFC 5233: kim+shop@example.com is kim@example.com's) belong to whom the part before
 * the "+" belongs to. Upper and lower case are the same, in ASCII. Addresses stay as they are where
 * they are kept and shown; only comparing looks through subaddresses.
 */
#ifndef DAEMON_PARTICIPANT_H
#define DAEMON_PARTICIPANT_H

#include <stdbool.h>

#include "filters/arena.h"

/*
 * The address in lower case without its subaddress, in the arena; "" for NULL or "". A quoted local
 * part, and one that begins with "+", is left whole. NULL when out of memory.
 */
const char *
participant_base(struct arena *arena, const char *address);

/* Whether both are addresses of one person; false when either is NULL or "". */
bool
participant_same(const char *a, const char *b);

/*
 * Whether anybody can have an address at that domain (gmail.com, naver.com ...): those who have one
 * have nothing in common.
 */
bool
participant_public(const char *address);

/* Whether both are at the same domain, and it is not a public one. */
bool
participant_colleague(const char *a, const char *b);

#endif
