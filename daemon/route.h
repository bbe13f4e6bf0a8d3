/*
 * route: to whom a case goes. A customer stays with whoever looks after them; else the policy says;
 * else who asks for a superior is given to one. Works inside the caller's write transaction.
 */
#ifndef DAEMON_ROUTE_H
#define DAEMON_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "filters/arena.h"
#include "policy.h"
#include "policy_choice.h"
#include "record.h"

struct route {
	struct store_txn *txn;
	struct arena *arena;
	const struct config *config;
	const struct account_config *account;
	const struct message_record *mail; /* the one that came */
	bool fresh;                        /* a person wrote it, and it was not handled before */
	int64_t now_ms;
};

/*
 * Hands the case over, if it is to be. customer NULL: nobody that is known wrote. An owner whose
 * customer asks for their superior is told in the case's record, and a notice to that superior is
 * added to the plan. 0 or a store error.
 */
int
route_case(const struct route *route, struct case_record *c, struct customer_record *customer,
	   struct plan *plan);

/*
 * Whose turn it is among those whom a choice names, by what the store has of them. Who is away is
 * passed over; when all are, it is the turn of one of them all the same, and their deputy acts.
 * list names the choice for the record of turns. *ret is NULL when nobody has the role.
 */
int
route_choose(const struct route *route, const struct choice *choice, const char *list,
	     const char **ret);

#endif
