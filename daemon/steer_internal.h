/*
 * steer_internal: what the files of steer share while one thing is done to a case.
 */
#ifndef DAEMON_STEER_INTERNAL_H
#define DAEMON_STEER_INTERNAL_H

#include "steer.h"
#include "zone.h"

struct turn {
	struct store_txn *txn;
	struct arena *arena;
	const struct config *config;
	const struct bundle *bundle;
	const struct steer *steer;
	struct case_record c;
	const char *said;
	struct err *err;
};

/* The zone of the case's account; NULL (UTC) when it is not in the configuration any more. */
const struct zone *
turn_zone(const struct turn *t);

/* Puts the case with an event of that kind. Takes over data. */
int
turn_put(struct turn *t, const char *kind, json_t *data);

/* Reads `until`, which must lie ahead. -EINVAL with a sentence. */
int
turn_until(struct turn *t, int64_t *ret_ms);

/* Has a draft laid out from that template; why is said and written down. */
int
turn_draft(struct turn *t, const char *template, const char *why);

/* What somebody may rely on: the verbs promise, kept and call-off. */
int
turn_promise(struct turn *t);

int
turn_kept(struct turn *t);

int
turn_call_off(struct turn *t);

/* 0 when the case is open; -EINVAL: nothing can be promised in it. */
int
turn_check_open(struct turn *t);

/* 0 when no promise to the customer is open; -EINVAL with those that are. */
int
turn_check_promises(struct turn *t);

/* Asking our own people, and what is found out and done: the verbs ask and fact. */
int
turn_ask(struct turn *t);

int
turn_fact(struct turn *t);

/* How long one of us worked on it: the verb worked. */
int
turn_worked(struct turn *t);

/* What the case comes from, as a person puts it: the verb cause. */
int
turn_cause(struct turn *t);

/* The case counts with those of its cause (recurring.h). */
int
turn_keep_cause(struct turn *t);

/* What may be given to the customer, and the ladder of conduct.h: the verbs approve and conduct. */
int
turn_approve(struct turn *t);

int
turn_conduct(struct turn *t);

/*
 * Refuses words that a draft would say when they name a sum that the case has no approval for:
 * -EINVAL with a sentence. 0: they may be kept.
 */
int
turn_check_told(struct turn *t, const char *words);

/* The same of words that give something: with the promises and measures of the case. */
int
turn_check_given(struct turn *t, const char *words);

/* Who else may write into the case: the verb allow-colleagues. */
int
turn_allow_colleagues(struct turn *t);

/* Two cases become one, one becomes two: the verbs merge and split. */
int
turn_merge(struct turn *t);

int
turn_split(struct turn *t);

#endif
