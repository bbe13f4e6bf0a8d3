/*
 * thread: which case a mail belongs to.
 *
 * By our token in a Message-ID it refers to (<triaged.CASE.OUTBOX.RANDOM@host>, checked against the
 * store, never believed by itself), then In-Reply-To, then References from the newest back. When
 * none of these leads into a case, our token in the subject does (subject_token.h), or Gmail's
 * conversation. When nothing leads to a mail we know, an answer joins the newest open case of the
 * same customer with the same subject (subject.h) whose last mail is not older than
 * THREAD_SUBJECT_DAYS. Only a participant of the case may join it, from whichever of their
 * subaddresses (participant.h), or, where the case allows it, a colleague of its customer's;
 * anybody else gets a new case that is linked to it. What leads to a case that was merged into
 * another joins that one.
 */
#ifndef DAEMON_THREAD_H
#define DAEMON_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "filters/message.h"
#include "record.h"

#define THREAD_SUBJECT_DAYS 14

struct thread_place {
	uint64_t case_id;    /* the case it joins, 0: none */
	uint64_t parent;     /* message record it answers, 0: unknown to us */
	uint64_t linked;     /* the case it points to but may not join, 0: none */
	const char *why;     /* "new", "token", "in-reply-to", "references", "subject-token",
				"gmail-thread", "subject", "not-a-participant"; static */
	bool colleague;      /* its writer is no participant, but the case allows colleagues */
	const char *ignored; /* a token of the subject that no case has; in the arena; NULL: none */
};

/*
 * 0, or a store error. came_ms: when the mail came. gmail_thread: X-GM-THRID, 0 when there is none.
 * Lookups are bounded by LIMIT_REFERENCES and RECORD_SUBJECT_CASES.
 */
int
thread_find(struct store_txn *txn, struct arena *arena, const char *account,
	    const struct message *message, int64_t came_ms, uint64_t gmail_thread,
	    struct thread_place *ret_place);

/*
 * The same for a mail that we sent: whatever case it refers to it belongs to, whomever it is for.
 * Its own Message-ID may be that of a draft ("draft"); by subject it joins a case of its first
 * receiver.
 */
int
thread_find_ours(struct store_txn *txn, struct arena *arena, const char *account,
		 const struct message *message, int64_t sent_ms, struct thread_place *ret_place);

#endif
