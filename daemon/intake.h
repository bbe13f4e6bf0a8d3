/*
 * intake: a fetched mail becomes a verdict, and the verdict becomes records, in one transaction.
 *
 * intake_judge() is pure and runs on any worker. intake_commit() takes judged mails of one folder
 * in UID order and puts, for all of them together, message, customer, case and event records,
 * outbox entries, ledger and cursor: after it returns 0 everything that was decided is durable,
 * before that nothing is. It decides nothing twice: a UID that the ledger knows is passed over.
 */
#ifndef DAEMON_INTAKE_H
#define DAEMON_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bundle.h"
#include "clock.h"
#include "config.h"
#include "filters/verdict.h"
#include "record.h"
#include "store.h"
#include "transport.h"

/* One mail on its way from the server into the store. */
struct arrival {
	struct arena *arena; /* its own; holds bytes and everything that is made of them */
	struct listed listed;
	const char *bytes; /* NULL: the server would not give it; parked says why */
	size_t len;
	bool cut;           /* the server has more than was fetched */
	const char *parked; /* why it cannot be judged, NULL when it can */
	long day;           /* clock_day(): some rules have a last day */

	/* Set by intake_judge(). */
	struct message *message;
	struct verdict *verdict;
	char digest[65], fingerprint[65], content[65];
};

/* What commits of one account need. */
struct intake {
	struct store *store;
	const struct clock *clock;
	const struct config *config;
	const struct account_config *account;
	_Atomic int64_t *beat;    /* monotonic ms of the last step of work, for the watchdog; NULL:
				     nobody watches */
	struct outbox_told *told; /* failures that the log has; NULL: it is told none */
	const _Atomic int *stopping; /* non-zero: begin nothing new; NULL: never */
};

static inline void
intake_beat(const struct intake *intake)
{
	if (intake->beat)
		*intake->beat = clock_monotonic_ms();
}

static inline bool
intake_stopping(const struct intake *intake)
{
	return intake->stopping && *intake->stopping;
}

struct intake_counts {
	uint64_t judged, planned, parked, known; /* known: was ours, or in the ledger already */
};

/* Reads and judges a->bytes. Never fails: what cannot be judged gets a->parked. */
void
intake_judge(struct judge *judge, const struct bundle *bundle, struct arrival *a);

/*
 * Commits arrivals (ascending UIDs, none between them left out) of a folder. counts is added to. A
 * mail whose records cannot be made is parked and does not hold up the others. Store errors:
 * -ENOSPC means that nothing was done and nothing may be done until there is room.
 */
int
intake_commit(const struct intake *intake, const struct bundle *bundle, const char *folder,
	      uint32_t uidvalidity, struct arrival *const *arrivals, size_t count,
	      struct intake_counts *counts);

/*
 * A mail that waited to be judged (after its folder was matched again) is no longer in the folder.
 */
int
intake_gone(const struct intake *intake, const char *folder, uint32_t uidvalidity,
	    const uint32_t *uids, size_t count);

/*
 * Finishes a ledger entry and moves the cursor past what is finished. Inside the caller's
 * transaction; used by the outbox when the last action of a mail is over. state: LEDGER_DONE or
 * LEDGER_PARKED with reason.
 */
int
intake_finish(struct store_txn *txn, struct arena *arena, const char *account, const char *folder,
	      uint32_t uidvalidity, uint32_t uid, enum ledger_state state, const char *reason);

#endif
