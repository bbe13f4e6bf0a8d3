/*
 * record_outbox: planned actions, and the two lists that are read over and over: what one account
 * still has to do, and what needs a person. Finished entries stay for the record but are in
 * neither.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

static const char *const kinds[OUTBOX_KIND_COUNT] = {
	[OUTBOX_KEYWORD] = "keyword", [OUTBOX_FLAG] = "flag",         [OUTBOX_COPY] = "copy",
	[OUTBOX_DRAFT] = "draft",     [OUTBOX_MOVE] = "move",         [OUTBOX_NOTIFY] = "notify",
	[OUTBOX_WEBHOOK] = "webhook", [OUTBOX_WITHDRAW] = "withdraw",
};

static const char *const states[] = {
	[OUTBOX_PLANNED] = "planned", [OUTBOX_STARTED] = "started", [OUTBOX_UNKNOWN] = "unknown",
	[OUTBOX_DONE] = "done",       [OUTBOX_FAILED] = "failed",
};

#define STATES (sizeof(states) / sizeof(states[0]))

const char *
outbox_kind_name(enum outbox_kind kind)
{
	return (unsigned)kind < OUTBOX_KIND_COUNT ? kinds[kind] : "unknown";
}

const char *
outbox_state_name(enum outbox_state state)
{
	return (unsigned)state < STATES ? states[state] : "unknown";
}

static struct record_key
entry_key(const char *account, char table, uint64_t id)
{
	struct record_key key = record_key(account, table);

	record_key_u64(&key, id);
	return key;
}

static struct record_key
troubled_key(const char *account, uint64_t id)
{
	struct record_key key = record_key_shared('t');

	record_key_string(&key, account);
	record_key_u64(&key, id);
	return key;
}

static bool
is_unfinished(const struct outbox_record *o)
{
	return o->state == OUTBOX_PLANNED || o->state == OUTBOX_STARTED ||
	       o->state == OUTBOX_UNKNOWN;
}

/*
 * An unknown draft, move or copy is looked for in the mailbox and a webhook may repeat; a mail that
 * went out may not.
 */
static bool
is_troubled(const struct outbox_record *o)
{
	return o->state == OUTBOX_FAILED ||
	       (o->state == OUTBOX_UNKNOWN && o->kind == OUTBOX_NOTIFY);
}

/* The one of the customer's mail is only needed until it is moved or copied. */
static bool
keeps_message_id(const struct outbox_record *o)
{
	return o->state != OUTBOX_DONE || o->kind == OUTBOX_DRAFT || o->kind == OUTBOX_NOTIFY;
}

static int
entry_write(struct store_txn *txn, const struct outbox_record *o)
{
	struct record_key key = entry_key(o->account, 'o', o->id);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "account", o->account);
	record_write_string(&w, "argument", o->argument);
	record_write_number(&w, "attempts", o->attempts);
	record_write_number(&w, "case_id", (int64_t)o->case_id);
	record_write_string(&w, "digest", o->digest);
	record_write_number(&w, "ended_ms", o->ended_ms);
	record_write_string(&w, "error", o->error);
	record_write_string(&w, "folder", o->folder);
	record_write_string(&w, "kind", outbox_kind_name(o->kind));
	record_write_string(&w, "likeness", o->likeness);
	record_write_number(&w, "message", (int64_t)o->message);
	record_write_string(&w, "message_id", keeps_message_id(o) ? o->message_id : "");
	record_write_string(&w, "names", o->names);
	record_write_number(&w, "next_ms", o->next_ms);
	record_write_number(&w, "planned_ms", o->planned_ms);
	record_write_string(&w, "rule", o->rule);
	record_write_number(&w, "size", (int64_t)o->size);
	record_write_string(&w, "state", outbox_state_name(o->state));
	record_write_number(&w, "target_next", o->target_next);
	record_write_number(&w, "target_validity", o->target_validity);
	record_write_string(&w, "template", o->template);
	record_write_number(&w, "uid", o->uid);
	record_write_number(&w, "uidvalidity", o->uidvalidity);
	return record_write_put(txn, &key, &w);
}

static int
payload_write(struct store_txn *txn, const struct outbox_record *o,
	      const struct outbox_record_payload *payload)
{
	struct record_key key = entry_key(o->account, 'b', o->id);

	if (o->state == OUTBOX_DONE)
		return record_index(txn, &key, false, NULL);
	if (!payload)
		return 0;
	return store_put(txn, record_key_span(&key), (struct span){ payload->text, payload->len });
}

int
record_outbox_put(struct store_txn *txn, const struct outbox_record *record,
		  const struct outbox_record_payload *payload)
{
	struct record_key unfinished, troubled;
	int r;

	if (record->id == 0 || !record->account || (unsigned)record->kind >= OUTBOX_KIND_COUNT ||
	    (unsigned)record->state >= STATES)
		return -EINVAL;
	unfinished = entry_key(record->account, 'u', record->id);
	troubled = troubled_key(record->account, record->id);
	r = entry_write(txn, record);
	if (r == 0)
		r = payload_write(txn, record, payload);
	if (r == 0)
		r = record_index(txn, &unfinished, is_unfinished(record), NULL);
	if (r == 0)
		r = record_index(txn, &troubled, is_troubled(record),
				 &(struct span){ record->account, strlen(record->account) });
	return r;
}

int
record_outbox_get(struct store_txn *txn, struct arena *arena, const char *account, uint64_t id,
		  struct outbox_record *ret)
{
	struct record_key key = entry_key(account, 'o', id);
	struct outbox_record o = { .id = id };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	o.account = record_read_string(&r, "account");
	o.argument = record_read_string(&r, "argument");
	o.attempts = record_read_u32(&r, "attempts");
	o.case_id = record_read_u64(&r, "case_id");
	o.ended_ms = record_read_number(&r, "ended_ms", INT64_MIN, INT64_MAX);
	o.digest = record_read_string(&r, "digest");
	o.likeness = record_read_string(&r, "likeness");
	o.error = record_read_string(&r, "error");
	o.folder = record_read_string(&r, "folder");
	o.kind = (enum outbox_kind)record_read_name(&r, "kind", kinds, OUTBOX_KIND_COUNT);
	o.message = record_read_u64(&r, "message");
	o.message_id = record_read_string(&r, "message_id");
	o.names = record_read_string(&r, "names");
	o.next_ms = record_read_number(&r, "next_ms", INT64_MIN, INT64_MAX);
	o.planned_ms = record_read_number(&r, "planned_ms", INT64_MIN, INT64_MAX);
	o.rule = record_read_string(&r, "rule");
	o.size = record_read_u64(&r, "size");
	o.state = (enum outbox_state)record_read_name(&r, "state", states, STATES);
	o.target_next = record_read_u32(&r, "target_next");
	o.target_validity = record_read_u32(&r, "target_validity");
	o.template = record_read_string(&r, "template");
	o.uid = record_read_u32(&r, "uid");
	o.uidvalidity = record_read_u32(&r, "uidvalidity");
	if (record_read_end(&r) < 0)
		return r.error;
	*ret = o;
	return 0;
}

int
record_outbox_payload(struct store_txn *txn, struct arena *arena, const char *account, uint64_t id,
		      struct outbox_record_payload *ret)
{
	struct record_key key = entry_key(account, 'b', id);
	struct span value;
	const char *copy;
	int r;

	r = store_get(txn, record_key_span(&key), &value);
	if (r < 0)
		return r;
	copy = arena_strndup(arena, value.at, value.len);
	if (!copy)
		return -ENOMEM;
	*ret = (struct outbox_record_payload){ copy, value.len };
	return 0;
}

struct outbox_visit {
	struct store_txn *txn;
	struct arena *arena;
	const char *account; /* NULL: the index entry's value says it */
	int (*visit)(void *context, const struct outbox_record *record);
	void *context;
};

static int
visit_outbox(void *context, struct span key, struct span value)
{
	struct outbox_visit *v = context;
	const char *account =
		v->account ? v->account : arena_strndup(v->arena, value.at, value.len);
	struct outbox_record o;
	int r;

	if (!account)
		return -ENOMEM;
	r = record_outbox_get(v->txn, v->arena, account, record_key_last_u64(key), &o);
	if (r < 0)
		/* An index entry without its record: the store does not fit together. */
		return r == -ENOENT ? -EBADMSG : r;
	return v->visit(v->context, &o);
}

int
record_outbox_each(struct store_txn *txn, struct arena *arena, const char *account, uint64_t from,
		   int (*visit)(void *context, const struct outbox_record *record), void *context)
{
	struct record_key prefix = record_key(account, 'u'), first = entry_key(account, 'u', from);
	struct outbox_visit v = { txn, arena, account, visit, context };

	if (prefix.failed || first.failed)
		return -EINVAL;
	return store_range(txn, record_key_span(&prefix), record_key_span(&first), false,
			   visit_outbox, &v);
}

int
record_outbox_troubled(struct store_txn *txn, struct arena *arena,
		       int (*visit)(void *context, const struct outbox_record *record),
		       void *context)
{
	struct record_key prefix = record_key_shared('t');
	struct outbox_visit v = { txn, arena, NULL, visit, context };

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_outbox, &v);
}

/*
 * What our own draft was remembered by; the customer's answer to it begins anew. One that went to
 * another case, with the mail that it answers, is that one's.
 */
static int
draft_erase(struct store_txn *txn, struct arena *arena, const struct outbox_record *record)
{
	struct message_record ours;
	bool is_ours = false;
	uint64_t id;
	int r = record_message_by_id(txn, record->account, record->message_id, &id);

	if (r == 0)
		r = record_message_get(txn, arena, id, &ours);
	if (r == 0) {
		is_ours = ours.outgoing && ours.case_id == record->case_id;
		record_message_free(&ours);
	}
	if (is_ours)
		r = record_message_erase(txn, arena, id);
	return r == -ENOENT ? 0 : r;
}

int
record_outbox_erase(struct store_txn *txn, struct arena *arena, const struct outbox_record *record)
{
	struct outbox_record rest = *record;
	int r = record->kind == OUTBOX_DRAFT ? draft_erase(txn, arena, record) : 0;

	rest.state = OUTBOX_DONE;
	rest.error = rest.names = rest.digest = rest.likeness = "";
	rest.message = rest.size = 0;
	rest.folder = "";
	rest.uid = rest.uidvalidity = 0;
	return r < 0 ? r : record_outbox_put(txn, &rest, NULL);
}
