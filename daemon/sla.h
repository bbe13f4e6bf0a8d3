/*
 * sla: the clocks of a case: how long until we answer, and until it is solved.
 *
 * A case has at most one running clock for an answer ("first" until we have answered once, then
 * "next" from each mail of the customer's that is not answered) and one for the solution. When they
 * are due is worked out in the account's working time when they start, and kept in the case, so
 * nothing is lost by a restart. Passing one is a "breach" event in the case. The clock for an
 * answer stands still while nobody is to answer (a hold), and does not run while the customer does
 * not wait for us.
 *
 * All but sla_run() change the record in memory only: the caller puts the case.
 */
#ifndef DAEMON_SLA_H
#define DAEMON_SLA_H

#include "config.h"
#include "record.h"
#include "store.h"

/*
 * A mail is about to be added to the case (before case_add_mail(), so that both are put at once),
 * judged with that severity. Starts the clocks that do not run, and shortens those that do when the
 * severity has risen. A mail that no person wrote to us changes nothing.
 */
void
sla_mail(const struct config *config, struct case_record *c, const struct message_record *mail,
	 enum severity severity, int64_t now_ms);

/*
 * We answered, at sent_ms. One that was sent before the mail that the customer now waits for does
 * not stop the clock: call it before waiting_ms is changed.
 */
void
sla_answered(struct case_record *c, int64_t sent_ms);

/* The case is being solved, reopened by hand. */
void
sla_solved(struct case_record *c, int64_t now_ms);

void
sla_reopened(const struct config *config, struct case_record *c, int64_t now_ms);

/*
 * The case's hold is about to end at until_ms instead of at c->hold_ms; now_ms for: it is released.
 * What is left of the clock for an answer begins then.
 */
void
sla_hold(const struct config *config, struct case_record *c, int64_t until_ms, int64_t now_ms);

/* Which clock for an answer runs, or would. */
enum target_clock
sla_answer_clock(const struct case_record *c);

/*
 * Puts down what was passed by now_ms, in a transaction of its own for each. Calls tell for each,
 * when not NULL. *ret_next_ms is when the next clock is due, 0 for never, now_ms when there is more
 * to do at once. Returns 0 or a store error.
 */
int
sla_run(struct store *store, const struct config *config, int64_t now_ms,
	void (*tell)(const struct case_record *c, const struct breach_record *breach),
	int64_t *ret_next_ms);

#endif
