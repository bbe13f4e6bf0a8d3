/*
 * view_attention: what a person must look at, and what failed and is tried again, as JSON. See
 * view.h.
 *
 * Never changes anything, holds no state.
 */
#include <errno.h>

#include "view.h"
#include "view_internal.h"

#define LOOKED_AT_MAX 10000 /* unfinished actions: a status must not take long */

struct attention {
	struct store_txn *txn;
	struct arena *arena;
	json_t *list;
	size_t limit;
	bool more;
};

/* Entries of all accounts that failed and are tried again. */
struct put_off {
	struct attention attention;
	size_t looked_at;
};

static int
attention_add(struct attention *a, json_t *one)
{
	return one && json_array_append_new(a->list, one) == 0 ? 0 : -ENOMEM;
}

static bool
attention_full(struct attention *a)
{
	a->more = json_array_size(a->list) >= a->limit;
	return a->more;
}

static int
visit_parked(void *context, const struct ledger_record *l)
{
	struct attention *a = context;
	struct message_record m;
	json_t *one;
	int r;

	if (attention_full(a))
		return 1;
	one = json_pack("{s:s, s:s, s:I, s:s}", "account", text(l->account), "folder",
			text(l->folder), "uid", (json_int_t)l->uid, "reason", text(l->reason));
	if (one && l->message) {
		r = record_message_get(a->txn, a->arena, l->message, &m);
		if (r == 0) {
			json_object_set_new(one, "from", json_string(text(m.from)));
			json_object_set_new(one, "subject", json_string(text(m.subject)));
			json_object_set_new(one, "case", case_json(m.case_id));
			record_message_free(&m);
		} else if (r != -ENOENT) {
			json_decref(one);
			return r;
		}
	}
	return attention_add(a, one);
}

static int
visit_troubled(void *context, const struct outbox_record *e)
{
	struct attention *a = context;

	if (attention_full(a))
		return 1;
	return attention_add(a, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id",
					  (json_int_t)e->id, "account", text(e->account), "kind",
					  outbox_kind_name(e->kind), "state",
					  outbox_state_name(e->state), "argument",
					  text(e->argument), "error", text(e->error), "rule",
					  text(e->rule), "case", case_json(e->case_id)));
}

static int
visit_put_off(void *context, const struct outbox_record *e)
{
	struct put_off *p = context;
	struct attention *a = &p->attention;

	if (++p->looked_at > LOOKED_AT_MAX) {
		a->more = true;
		return 1;
	}
	/* A notice that may have gone out waits for a person, not for another try. */
	if (!*text(e->error) || e->state == OUTBOX_DONE || e->state == OUTBOX_FAILED ||
	    (e->state == OUTBOX_UNKNOWN && e->kind == OUTBOX_NOTIFY))
		return 0;
	if (attention_full(a))
		return 1;
	return attention_add(a, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "id",
					  (json_int_t)e->id, "account", text(e->account), "kind",
					  outbox_kind_name(e->kind), "argument", text(e->argument),
					  "error", text(e->error), "rule", text(e->rule),
					  "attempts", (int)e->attempts, "next",
					  time_json(e->next_ms), "case", case_json(e->case_id)));
}

int
view_attention(struct store_txn *txn, const struct config *config, size_t limit, json_t **ret)
{
	struct arena *arena = arena_new(0);
	struct attention parked = { txn, arena, json_array(), limit, false };
	struct attention troubled = { txn, arena, json_array(), limit, false };
	struct put_off waiting = { { txn, arena, json_array(), limit, false }, 0 };
	json_t *view = NULL;
	int r = -ENOMEM;

	if (!arena || !parked.list || !troubled.list || !waiting.attention.list)
		goto out;
	r = record_ledger_parked(txn, arena, visit_parked, &parked);
	if (r == 0)
		r = record_outbox_troubled(txn, arena, visit_troubled, &troubled);
	for (size_t i = 0; r == 0 && i < config->account_count && !waiting.attention.more; i++)
		r = record_outbox_each(txn, arena, config->accounts[i].name, 0, visit_put_off,
				       &waiting);
	if (r < 0)
		goto out;
	view = json_pack("{s:O, s:O, s:b, s:O, s:b}", "parked", parked.list, "troubled",
			 troubled.list, "more", parked.more || troubled.more, "waiting",
			 waiting.attention.list, "more_waiting", waiting.attention.more);
	r = view ? 0 : -ENOMEM;
	if (view)
		*ret = view;
out:
	json_decref(parked.list);
	json_decref(troubled.list);
	json_decref(waiting.attention.list);
	arena_free(arena);
	return r;
}
