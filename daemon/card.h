/*
 * card: what our people want to remember of a customer before anyone answers: wishes, deal-breakers
 * ("never invoices to the office"), and the standing that somebody decided (keep, share, part).
 * Each is kept with who said it and when. Figures that were imported lie beside it and never
 * replace what a person decided.
 */
#ifndef DAEMON_CARD_H
#define DAEMON_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/arena.h"
#include "filters/err.h"
#include "record.h"
#include "steer.h"
#include "store.h"

#define CARD_MINDS_MAX 20   /* of one customer; a longer list is read by nobody */
#define CARD_MINDS_EVER 500 /* with those that were taken back, whose numbers stay */
#define CARD_TEXT_MAX 300   /* bytes of a wish, a deal-breaker or a reason */
#define CARD_LOG_MAX 50
#define CARD_ROWS_MAX 1000 /* customers imported in one request */

/* The standings; ends with NULL. */
extern const char *const card_standings[];

struct mind {
	bool never; /* a deal-breaker, else a wish */
	int64_t at_ms;
	const char *by, *text;
};

/* Reads one of a customer's minds. In the arena. false when it is none, or memory ran out. */
bool
card_mind(struct arena *arena, const char *line, struct mind *ret);

/* The standing as the playbook sees it: "" when nobody decided. */
const char *
card_standing(const struct customer_record *customer);

/* What one verb takes, for usage lines: wish, never, unwish, standing. */
extern const struct steer_verb card_verbs[];
extern const size_t card_verb_count;

/* NULL when there is no such verb. */
const struct steer_verb *
card_verb(const char *name);

/*
 * Does what a person asks of a customer, inside the caller's write transaction; nothing is written
 * when it fails (abort the transaction). Who never wrote gets a card all the same. *ret_said is a
 * sentence about what was done, in the arena. -EINVAL: what is asked makes no sense, err says why;
 * else a store error.
 */
int
card_steer(struct store_txn *txn, struct arena *arena, const char *address,
	   const struct steer *steer, struct customer_record *ret, const char **ret_said,
	   struct err *err);

/* One customer as imported; all strings, "" not said. */
struct card_row {
	const char *address, *name, *value, *currency, *since, *remark;
};

/*
 * Whether a row can be imported: a plain address, a value that is a number of at most 15 digits
 * and two decimals with a currency of three capital letters, a day that exists, short texts.
 * -EINVAL with a sentence.
 */
int
card_row_check(const struct card_row *row, struct err *err);

/*
 * Keeps what was imported: value, currency, since and remark replace what was imported before; a
 * name is taken only when none is known. Errors as of card_steer.
 */
int
card_import(struct store_txn *txn, struct arena *arena, const struct card_row *row,
	    const char *actor, int64_t now_ms, struct err *err);

/*
 * The same for a JSON array of {address, name, value, currency, since, note}, at most
 * CARD_ROWS_MAX; missing members are "". The first bad one stops it (abort the transaction).
 */
int
card_import_rows(struct store_txn *txn, struct arena *arena, const char *rows, const char *actor,
		 int64_t now_ms, size_t *ret_count, struct err *err);

#endif
