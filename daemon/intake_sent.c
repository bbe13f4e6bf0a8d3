/*
 * intake_sent: mails of ours that were sent, found in the folder where the mail program keeps them.
 * See intake_internal.h.
 */
#include <errno.h>
#include <string.h>

#include "sent.h"
#include "intake_internal.h"
#include "thread.h"

/* What is kept of it: no verdict, we do not judge ourselves. */
static int
keep_record(struct commit *c, const struct arrival *a, const struct thread_place *place,
	    struct message_record *m)
{
	int r;

	intake_record(c, a, SEVERITY_NONE, m);
	record_message_free(m);
	m->evidence = NULL;
	m->hits = m->undetermined = 0;
	m->incomplete = false;
	m->automatic = "own";
	m->outgoing = true;
	m->case_id = place->case_id;
	m->parent = place->parent;
	m->joined = place->why;
	r = store_next(c->txn, "message", &m->id);
	return r < 0 ? r : record_message_put(c->txn, m);
}

int
intake_sent(struct commit *c, const struct arrival *a)
{
	const struct intake *intake = c->intake;
	const struct address *from = a->message->from.count > 0 ? a->message->from.list : NULL;
	int64_t sent_ms = a->listed.received_ms > 0 ? a->listed.received_ms : c->now_ms;
	struct thread_place place;
	struct case_record kase;
	struct message_record m;
	int r;

	if (!from || !config_is_colleague(intake->config, intake->account, from->address))
		return 0;
	r = thread_find_ours(c->txn, c->arena, intake->account->name, a->message, sent_ms, &place);
	if (r < 0 || !place.case_id)
		return r;
	r = record_case_get(c->txn, c->arena, place.case_id, &kase);
	if (r == 0)
		r = keep_record(c, a, &place, &m);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return sent_note(c->txn, c->arena, &kase,
			 &(struct sent_mail){ .config = intake->config,
					      .account = intake->account,
					      .bundle = c->bundle,
					      .message = a->message,
					      .record = &m,
					      .sent_ms = sent_ms,
					      .now_ms = c->now_ms });
}
