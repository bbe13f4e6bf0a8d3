/*
 * outbox_withdraw: drafts that say what is not approved any more are taken out of Drafts again,
 * before somebody sends them.
 */
#include <errno.h>
#include <string.h>

#include "ledger.h"
#include "outbox.h"

#define DRAFTS_MAX 200 /* of one case; older ones were sent long ago */

struct withdrawal {
	struct store_txn *txn;
	struct arena *arena;
	const struct case_record *c;
	int64_t now_ms;
	unsigned count;
	uint64_t laid_out[DRAFTS_MAX];
	size_t laid_out_count;
};

static bool
is_stale(const struct withdrawal *w, const struct outbox_record *e)
{
	return e->kind == OUTBOX_DRAFT && e->case_id == w->c->id && *e->approved &&
	       strcmp(e->approved, w->c->approved) != 0;
}

static int
plan(struct withdrawal *w, const struct outbox_record *draft)
{
	struct outbox_record entry = {
		.account = draft->account,
		.kind = OUTBOX_WITHDRAW,
		.state = OUTBOX_PLANNED,
		.folder = "",
		.case_id = draft->case_id,
		.argument = draft->argument,
		.template = draft->template,
		.approved = draft->approved,
		.message_id = draft->message_id,
		.size = draft->size,
		.error = "",
		.rule = "approve",
		.planned_ms = w->now_ms,
	};
	int r = store_next(w->txn, "outbox", &entry.id);

	if (r == 0)
		r = record_outbox_put(w->txn, &entry, NULL);
	w->count += r == 0;
	return r;
}

/* The drafts that were laid out, the newest last. */
static int
visit_event(void *context, const struct event_record *event)
{
	struct withdrawal *w = context;
	json_int_t number = json_integer_value(json_object_get(event->data, "outbox"));

	if (strcmp(event->kind, "draft") == 0 && number > 0)
		w->laid_out[w->laid_out_count++ % DRAFTS_MAX] = (uint64_t)number;
	return 0;
}

/* It is taken out once: nobody asks for it again. */
static int
take_out(struct withdrawal *w, uint64_t number)
{
	struct outbox_record draft;
	int r = record_outbox_get(w->txn, w->arena, w->c->account, number, &draft);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (draft.state != OUTBOX_DONE || !is_stale(w, &draft))
		return 0;
	r = plan(w, &draft);
	draft.approved = "";
	return r == 0 ? record_outbox_put(w->txn, &draft, NULL) : r;
}

int
outbox_withdraw_drafts(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		       int64_t now_ms, unsigned *ret_count)
{
	struct withdrawal w = { .txn = txn, .arena = arena, .c = c, .now_ms = now_ms };
	struct outbox_record *open;
	size_t count;
	int r = ledger_outbox(txn, arena, c->account, &open, &count);

	/* One that was not begun is looked at again before it is. */
	for (size_t i = 0; r == 0 && i < count; i++)
		if (open[i].state != OUTBOX_PLANNED && is_stale(&w, &open[i]))
			r = plan(&w, &open[i]);
	if (r == 0)
		r = record_event_each(txn, arena, c->id, visit_event, &w);
	for (size_t i = 0; r == 0 && i < w.laid_out_count && i < DRAFTS_MAX; i++)
		r = take_out(&w, w.laid_out[i]);
	*ret_count = w.count;
	return r;
}
