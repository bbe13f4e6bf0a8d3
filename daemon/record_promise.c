/*
 * record_promise: promises by case, and an index of those that triaged has something to say of, by
 * when. See record.h.
 */
#include <errno.h>

#include "record_io.h"

static struct record_key
promise_prefix(uint64_t case_id)
{
	struct record_key key = record_key_shared('g');

	record_key_u64(&key, case_id);
	return key;
}

static struct record_key
promise_key(uint64_t case_id, uint64_t number)
{
	struct record_key key = promise_prefix(case_id);

	record_key_u64(&key, number);
	return key;
}

static struct record_key
wake_key(const struct promise_record *p)
{
	struct record_key key = record_key_shared('d');

	record_key_u64(&key, (uint64_t)p->wake_ms);
	record_key_u64(&key, p->case_id);
	record_key_u64(&key, p->number);
	return key;
}

static void
fill(struct record_reader *r, struct promise_record *p)
{
	p->account = record_read_string(r, "account");
	p->by_mail = record_read_bool(r, "by_mail");
	p->case_id = record_read_u64(r, "case_id");
	p->due_ms = record_read_number(r, "due_ms", 0, INT64_MAX);
	p->ended_ms = record_read_number(r, "ended_ms", 0, INT64_MAX);
	p->inside = record_read_bool(r, "inside");
	p->kept = record_read_bool(r, "kept");
	p->made_by = record_read_string(r, "made_by");
	p->made_ms = record_read_number(r, "made_ms", 0, INT64_MAX);
	p->moved = record_read_bool(r, "moved");
	p->number = record_read_u64(r, "number");
	p->text = record_read_string(r, "text");
	p->wake_ms = record_read_number(r, "wake_ms", 0, INT64_MAX);
}

int
record_promise_get(struct store_txn *txn, struct arena *arena, uint64_t case_id, uint64_t number,
		   struct promise_record *ret)
{
	struct record_key key = promise_key(case_id, number);
	struct promise_record p = { .case_id = case_id };
	struct record_reader r;
	int error = record_read_key(&r, txn, arena, &key);

	if (error == 0)
		fill(&r, &p);
	error = record_read_end(&r);
	if (error < 0)
		return error;
	*ret = p;
	return 0;
}

static int
set_wake(struct store_txn *txn, const struct promise_record *p, bool wanted)
{
	struct record_key key = wake_key(p);

	return p->wake_ms > 0 ? record_index(txn, &key, wanted, NULL) : 0;
}

int
record_promise_put(struct store_txn *txn, struct arena *arena, const struct promise_record *record)
{
	struct record_key key = promise_key(record->case_id, record->number);
	struct promise_record old;
	struct record_writer w;
	int r;

	if (record->case_id == 0 || record->number == 0)
		return -EINVAL;
	r = record_promise_get(txn, arena, record->case_id, record->number, &old);
	if (r == 0)
		r = set_wake(txn, &old, false);
	if (r == 0 || r == -ENOENT)
		r = set_wake(txn, record, true);
	if (r < 0)
		return r;
	record_write_begin(&w);
	record_write_string(&w, "account", record->account);
	record_write_bool(&w, "by_mail", record->by_mail);
	record_write_number(&w, "case_id", (int64_t)record->case_id);
	record_write_number(&w, "due_ms", record->due_ms);
	record_write_number(&w, "ended_ms", record->ended_ms);
	record_write_bool(&w, "inside", record->inside);
	record_write_bool(&w, "kept", record->kept);
	record_write_string(&w, "made_by", record->made_by);
	record_write_number(&w, "made_ms", record->made_ms);
	record_write_bool(&w, "moved", record->moved);
	record_write_number(&w, "number", (int64_t)record->number);
	record_write_string(&w, "text", record->text);
	record_write_number(&w, "wake_ms", record->wake_ms);
	return record_write_put(txn, &key, &w);
}

struct promise_visit {
	struct arena *arena;
	int (*visit)(void *context, const struct promise_record *record);
	void *context;
};

static int
visit_promise(void *context, struct span key, struct span value)
{
	struct promise_visit *v = context;
	struct promise_record p = { .case_id = 0 };
	struct record_reader r;
	int error;

	(void)key;
	if (record_read(&r, v->arena, value) == 0)
		fill(&r, &p);
	error = record_read_end(&r);
	return error < 0 ? error : v->visit(v->context, &p);
}

int
record_promise_each(struct store_txn *txn, struct arena *arena, uint64_t case_id,
		    int (*visit)(void *context, const struct promise_record *record), void *context)
{
	struct record_key prefix = promise_prefix(case_id);
	struct promise_visit v = { arena, visit, context };

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_promise, &v);
}

struct first {
	uint64_t case_id, number; /* 0: there is none */
};

static int
visit_first(void *context, struct span key, struct span value)
{
	struct first *f = context;
	struct span before = { key.at, key.len >= 8 ? key.len - 8 : 0 };

	(void)value;
	f->number = record_key_last_u64(key);
	f->case_id = record_key_last_u64(before);
	return 1;
}

int
record_promise_first(struct store_txn *txn, struct arena *arena, struct promise_record *ret)
{
	struct record_key prefix = record_key_shared('d');
	struct first f = { 0, 0 };
	int r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			    visit_first, &f);

	if (r < 0)
		return r;
	return f.case_id > 0 ? record_promise_get(txn, arena, f.case_id, f.number, ret) : -ENOENT;
}

#define ERASED_AT_ONCE 32

/* Numbers of promises that still have words. */
struct worded {
	uint64_t list[ERASED_AT_ONCE];
	size_t count;
};

static int
visit_worded(void *context, const struct promise_record *p)
{
	struct worded *w = context;

	if (*p->text || p->ended_ms == 0)
		w->list[w->count++] = p->number;
	return w->count == ERASED_AT_ONCE;
}

int
record_promise_erase(struct store_txn *txn, struct arena *arena, uint64_t case_id, int64_t now_ms)
{
	struct promise_record p;
	struct worded w;
	int r;

	do {
		w.count = 0;
		r = record_promise_each(txn, arena, case_id, visit_worded, &w);
		for (size_t i = 0; r == 0 && i < w.count; i++) {
			r = record_promise_get(txn, arena, case_id, w.list[i], &p);
			p.text = p.made_by = "";
			p.wake_ms = 0;
			p.ended_ms = p.ended_ms > 0 ? p.ended_ms : now_ms;
			if (r == 0)
				r = record_promise_put(txn, arena, &p);
		}
	} while (r == 0 && w.count > 0);
	return r;
}
