/*
 * outbox_withdraw: drafts that say what is not approved any more are taken out of Drafts again,
 * before somebody sends them.
 */
#include <errno.h>
#include <string.h>

#include "approval.h"
#include "case.h"
#include "ledger.h"
#include "outbox.h"

#define DRAFTS_MAX 200 /* of one case; older ones were sent long ago */

struct withdrawal {
	struct store_txn *txn;
	struct arena *arena;
	const struct case_record *c;
	int64_t now_ms;
	unsigned count;
	uint64_t cases[CASE_MERGED_MAX]; /* this one, and those that became a part of it */
	size_t case_count;
	uint64_t laid_out[DRAFTS_MAX];
	size_t laid_out_count;
};

/* 1: it says more than is approved now; 0: it does not. */
static int
is_stale(struct withdrawal *w, const struct outbox_record *e)
{
	int r;

	if (e->kind != OUTBOX_DRAFT || !*e->names)
		return 0;
	for (size_t i = 0; i < w->case_count; i++) {
		if (e->case_id != w->cases[i])
			continue;
		r = approval_covers(w->arena, w->c, e->names);
		return r < 0 ? r : !r;
	}
	return 0;
}

static int
plan(struct withdrawal *w, const struct outbox_record *draft)
{
	struct outbox_record entry = *draft;
	int r = store_next(w->txn, "outbox", &entry.id);

	entry.kind = OUTBOX_WITHDRAW;
	entry.state = OUTBOX_PLANNED;
	entry.folder = "";
	entry.uidvalidity = entry.uid = 0;
	entry.message = 0;
	entry.attempts = 0;
	entry.next_ms = entry.ended_ms = 0;
	entry.error = entry.likeness = "";
	entry.rule = "approve";
	entry.planned_ms = w->now_ms;
	if (r == 0)
		r = record_outbox_put(w->txn, &entry, NULL);
	w->count += r == 0;
	return r;
}

/* The drafts that were laid out, the newest last; and the cases whose history is told elsewhere. */
static int
visit_event(void *context, const struct event_record *event)
{
	struct withdrawal *w = context;
	json_int_t number = json_integer_value(json_object_get(event->data, "outbox"));
	json_int_t from = json_integer_value(json_object_get(event->data, "from"));

	if (strcmp(event->kind, "draft") == 0 && number > 0)
		w->laid_out[w->laid_out_count++ % DRAFTS_MAX] = (uint64_t)number;
	if (strcmp(event->kind, "merged-in") == 0 && from > 0 && w->case_count < CASE_MERGED_MAX)
		w->cases[w->case_count++] = (uint64_t)from;
	return 0;
}

static int
look_at(struct withdrawal *w, uint64_t number)
{
	struct outbox_record draft;
	int r = record_outbox_get(w->txn, w->arena, w->c->account, number, &draft);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (draft.state == OUTBOX_DONE)
		r = is_stale(w, &draft);
	return r == 1 ? plan(w, &draft) : r;
}

int
outbox_withdraw_drafts(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		       int64_t now_ms, unsigned *ret_count)
{
	struct withdrawal w = { .txn = txn,
				.arena = arena,
				.c = c,
				.now_ms = now_ms,
				.cases = { c->id },
				.case_count = 1 };
	struct outbox_record *open;
	size_t count;
	int r = ledger_outbox(txn, arena, c->account, &open, &count);

	for (size_t i = 0; r == 0 && i < w.case_count; i++)
		r = record_event_each(txn, arena, w.cases[i], visit_event, &w);
	/* One that was not begun is looked at again before it is. */
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = open[i].state == OUTBOX_PLANNED ? 0 : is_stale(&w, &open[i]);
		if (r == 1)
			r = plan(&w, &open[i]);
	}
	for (size_t i = 0; r == 0 && i < w.laid_out_count && i < DRAFTS_MAX; i++)
		r = look_at(&w, w.laid_out[i]);
	*ret_count = w.count;
	return r;
}
