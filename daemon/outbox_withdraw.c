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

/* Where drafts are told of: the case's history, and those of the cases that became a part of it. */
struct histories {
	struct outbox_laid_out *found;
	size_t told;
	uint64_t cases[CASE_MERGED_MAX];
	size_t case_count;
};

static int
visit_event(void *context, const struct event_record *event)
{
	struct histories *h = context;
	json_int_t number = json_integer_value(json_object_get(event->data, "outbox"));
	json_int_t from = json_integer_value(json_object_get(event->data, "from"));

	if (strcmp(event->kind, "draft") == 0 && number > 0)
		h->found->entries[h->told++ % OUTBOX_LAID_OUT_MAX] = (uint64_t)number;
	if (strcmp(event->kind, "merged-in") == 0 && from > 0 && h->case_count < CASE_MERGED_MAX)
		h->cases[h->case_count++] = (uint64_t)from;
	return 0;
}

int
outbox_laid_out(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		struct outbox_laid_out *ret)
{
	struct histories h = { .found = ret, .cases = { c->id }, .case_count = 1 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < h.case_count; i++)
		r = record_event_each(txn, arena, h.cases[i], visit_event, &h);
	ret->count = h.told < OUTBOX_LAID_OUT_MAX ? h.told : OUTBOX_LAID_OUT_MAX;
	return r;
}

struct withdrawal {
	struct store_txn *txn;
	struct arena *arena;
	const struct case_record *c;
	int64_t now_ms;
	unsigned count;
};

/* 1: it says more than is approved now in the case, which its own may have become a part of. */
static int
is_stale(struct withdrawal *w, const struct outbox_record *e)
{
	struct case_record c;
	int r;

	if (e->kind != OUTBOX_DRAFT || !*e->names)
		return 0;
	r = case_follow(w->txn, w->arena, e->case_id, &c);
	if (r < 0 || c.id != w->c->id)
		return r == -ENOENT ? 0 : r;
	r = approval_covers(w->arena, w->c, e->names);
	return r < 0 ? r : !r;
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
	struct withdrawal w = { .txn = txn, .arena = arena, .c = c, .now_ms = now_ms };
	struct outbox_laid_out laid_out;
	struct outbox_record *open;
	size_t count;
	int r = ledger_outbox(txn, arena, c->account, &open, &count);

	if (r == 0)
		r = outbox_laid_out(txn, arena, c, &laid_out);
	/* One that was not begun is looked at again before it is. */
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = open[i].state == OUTBOX_PLANNED ? 0 : is_stale(&w, &open[i]);
		if (r == 1)
			r = plan(&w, &open[i]);
	}
	for (size_t i = 0; r == 0 && i < laid_out.count; i++)
		r = look_at(&w, laid_out.entries[i]);
	*ret_count = w.count;
	return r;
}
