/*
 * steer: what a person does with a case: give it to somebody, note something, say whose fault it
 * is, hold it, promise, have a draft laid out, solve. Each is one event in the case's chain, with
 * who did it and why.
 */
#ifndef DAEMON_STEER_H
#define DAEMON_STEER_H

#include <stddef.h>
#include <stdint.h>

#include "bundle.h"
#include "config.h"
#include "filters/arena.h"
#include "filters/err.h"
#include "record.h"

#define STEER_TEXT_MAX 2000 /* bytes of a note, a reason or a promise */

struct steer {
	const char *verb;  /* one of steer_verbs */
	const char *value; /* what the verb is about: an agent, a text, a stage; "" for none */
	const char *until; /* a time as moment.h reads it; "" for none */
	const char *reason;
	const char *actor;
	int64_t now_ms;
};

/* What one verb takes, for usage lines. */
struct steer_verb {
	const char *name, *usage;
};

extern const struct steer_verb steer_verbs[];
extern const size_t steer_verb_count;

/* NULL when there is no such verb. */
const struct steer_verb *
steer_verb(const char *name);

/*
 * Does it, inside the caller's write transaction; nothing is written when it fails (abort the
 * transaction). *ret is the case afterwards, *ret_said a sentence about what was done, in the
 * arena. -ENOENT: no such case; -EINVAL: what is asked makes no sense, err says why and what to say
 * instead; else a store error.
 */
int
steer_case(struct store_txn *txn, struct arena *arena, const struct config *config,
	   const struct bundle *bundle, uint64_t case_id, const struct steer *steer,
	   struct case_record *ret, const char **ret_said, struct err *err);

/* Whether nobody is to answer now. */
bool
case_on_hold(const struct case_record *c, int64_t now_ms);

#endif
