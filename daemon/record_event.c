/*
 * record_event: a case's timeline, append-only. Each event names the hash of the one before, and
 * the case the newest, so that nothing can be changed, taken out, put in or cut off afterwards
 * without record_event_verify (record_chain.c) seeing it.
 */
#include "record_io.h"

#include <errno.h>

struct record_key
record_event_prefix(uint64_t case_id)
{
	struct record_key key = record_key_shared('e');

	record_key_u64(&key, case_id);
	return key;
}

/* hash NULL: the bytes that are hashed. */
static void
event_write(struct record_writer *w, const struct event_record *e, const char *hash)
{
	record_write_begin(w);
	record_write_string(w, "actor", e->actor);
	record_write_number(w, "at_ms", e->at_ms);
	record_write_number(w, "case_id", (int64_t)e->case_id);
	record_write_any(w, "data", e->data, 0);
	record_write_string(w, "hash", hash);
	record_write_string(w, "kind", e->kind);
	record_write_number(w, "number", (int64_t)e->number);
	record_write_string(w, "previous", e->previous);
}

static int
event_hash(const struct event_record *e, char ret_hex[65])
{
	struct record_writer w;
	struct span bytes;

	event_write(&w, e, NULL);
	bytes = record_write_end(&w);
	if (bytes.len > 0)
		record_sha256(bytes.at, bytes.len, ret_hex);
	record_write_free(&w);
	return bytes.len > 0 ? 0 : -ENOMEM;
}

int
record_event_append(struct store_txn *txn, struct arena *arena, struct case_record *c,
		    int64_t at_ms, const char *actor, const char *kind, json_t *data)
{
	struct event_record e = { .case_id = c->id,
				  .number = c->last_event + 1,
				  .at_ms = at_ms,
				  .actor = actor,
				  .kind = kind };
	struct record_key key = record_event_prefix(c->id);
	struct record_writer w;
	char hash[65], *kept;
	int r;

	if (c->id == 0)
		return -EINVAL;
	e.data = data;
	e.previous = c->last_hash && c->last_hash[0] ? c->last_hash : RECORD_NO_HASH;
	r = event_hash(&e, hash);
	if (r < 0)
		return r;
	kept = arena_strdup(arena, hash);
	if (!kept)
		return -ENOMEM;
	record_key_u64(&key, e.number);
	event_write(&w, &e, hash);
	r = record_write_put(txn, &key, &w);
	if (r < 0)
		return r;
	c->last_event = e.number;
	c->last_hash = kept;
	return 0;
}

struct event_visit {
	struct arena *arena;
	int (*visit)(void *context, const struct event_record *record);
	void *context;
};

static int
visit_event(void *context, struct span key, struct span value)
{
	struct event_visit *v = context;
	struct event_record e;
	struct record_reader r;
	int answer;

	(void)key;
	if (record_read(&r, v->arena, value) < 0)
		return record_read_end(&r);
	e.case_id = record_read_u64(&r, "case_id");
	e.number = record_read_u64(&r, "number");
	e.at_ms = record_read_number(&r, "at_ms", INT64_MIN, INT64_MAX);
	e.actor = record_read_string(&r, "actor");
	e.kind = record_read_string(&r, "kind");
	e.previous = record_read_string(&r, "previous");
	e.hash = record_read_string(&r, "hash");
	e.data = record_read_any(&r, "data");
	e.erased = record_read_bool(&r, "erased");
	answer = record_read_end(&r);
	if (answer == 0)
		answer = v->visit(v->context, &e);
	json_decref(e.data);
	return answer;
}

int
record_event_each(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		  int (*visit)(void *context, const struct event_record *record), void *context)
{
	struct record_key prefix = record_event_prefix(case_id);
	struct event_visit v = { arena, visit, context };

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_event, &v);
}

int
record_event_raw(struct store_txn *txn, uint64_t case_id, store_visit *visit, void *context)
{
	struct record_key prefix = record_event_prefix(case_id);

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false, visit,
			   context);
}
