/*
 * intake_internal: what the files of intake share while mails of one folder are committed.
 */
#ifndef DAEMON_INTAKE_INTERNAL_H
#define DAEMON_INTAKE_INTERNAL_H

#include "intake.h"

struct commit {
	const struct intake *intake;
	const struct bundle *bundle;
	const char *folder;
	struct store_txn *txn;
	struct arena *arena; /* reset for every mail */
	struct cursor_record cursor;
	bool gap; /* a planned entry lies at or above the cursor */
	int64_t now_ms;
	struct intake_counts counts;
};

/* What an earlier record of the same mail says about this one. */
enum earlier { EARLIER_NONE, EARLIER_SEEN, EARLIER_DUPLICATE };

/*
 * The very same bytes are the same mail, moved or copied here by us or by a person: it was judged,
 * and whoever put it here wants it here. The same mail delivered once more (to an alias, into two
 * watched folders) differs in its trace fields only: it has the same Message-ID, writer, date and
 * text.
 */
int
intake_earlier(struct commit *c, const struct arrival *a, enum earlier *ret);

/* What is kept of a mail. The caller frees it with record_message_free(). */
void
intake_record(struct commit *c, const struct arrival *a, enum severity severity,
	      struct message_record *ret);

/*
 * A mail of ours was found among those that were sent: when it belongs to a case, the case notes it
 * and moves on (sent.h).
 */
int
intake_sent(struct commit *c, const struct arrival *a);

#endif
