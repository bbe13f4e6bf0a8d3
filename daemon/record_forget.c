/*
 * record_forget: what is forgotten and when: solved cases by when they were solved, cases whose
 * events are being erased, people who are being forgotten, and how far retention is. See record.h.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

static struct record_key
fade_key(enum record_fade which)
{
	struct record_key key = record_key_shared('1');

	record_key_u8(&key, (uint8_t)which);
	return key;
}

static struct record_key
solved_key(const struct case_record *c)
{
	struct record_key key = fade_key(FADE_SOLVED);

	record_key_u64(&key, (uint64_t)c->solved_ms);
	record_key_u64(&key, c->id);
	return key;
}

/* What is forgotten need not be found again. */
static bool
is_indexed(const struct case_record *c)
{
	return c->solved_ms > 0 && c->forgotten_ms == 0;
}

int
record_solved_move(struct store_txn *txn, const struct case_record *old,
		   const struct case_record *c)
{
	struct record_key from, to = solved_key(c);
	bool was = old && is_indexed(old), is = is_indexed(c);
	int r = 0;

	if (was && is && old->solved_ms == c->solved_ms)
		return 0;
	if (was) {
		from = solved_key(old);
		r = record_index(txn, &from, false, NULL);
	}
	return r == 0 && is ? record_index(txn, &to, true, NULL) : r;
}

struct solved_visit {
	int (*visit)(void *context, uint64_t id, int64_t solved_ms);
	void *context;
};

static int
visit_solved(void *context, struct span key, struct span value)
{
	struct solved_visit *v = context;
	struct span start = { key.at, key.len >= 8 ? key.len - 8 : 0 };

	(void)value;
	return v->visit(v->context, record_key_last_u64(key), (int64_t)record_key_last_u64(start));
}

int
record_case_solved(struct store_txn *txn,
		   int (*visit)(void *context, uint64_t id, int64_t solved_ms), void *context)
{
	struct record_key prefix = fade_key(FADE_SOLVED);
	struct solved_visit v = { visit, context };

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_solved, &v);
}

/* Two numbers: at the end of the key, and in the value. */
struct first {
	uint64_t key, value;
};

static int
visit_first(void *context, struct span key, struct span value)
{
	struct first *first = context;

	first->key = record_key_last_u64(key);
	first->value = record_key_last_u64(value);
	return 1;
}

static int
last_of(struct store_txn *txn, char table, uint64_t *ret)
{
	struct record_key prefix = record_key_shared(table);
	struct first first = { 0, 0 };
	int r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, true,
			    visit_first, &first);

	*ret = first.key;
	return r;
}

int
record_last_numbers(struct store_txn *txn, uint64_t *ret_case, uint64_t *ret_message)
{
	int r = last_of(txn, 'c', ret_case);

	return r < 0 ? r : last_of(txn, 'm', ret_message);
}

int
record_erasing_set(struct store_txn *txn, uint64_t case_id, uint64_t upto)
{
	struct record_key key = fade_key(FADE_ERASING), value = { .len = 0 };
	struct span number;

	record_key_u64(&key, case_id);
	record_key_u64(&value, upto);
	number = record_key_span(&value);
	return record_index(txn, &key, upto > 0, &number);
}

int
record_erasing_first(struct store_txn *txn, uint64_t *ret_case_id, uint64_t *ret_upto)
{
	struct record_key prefix = fade_key(FADE_ERASING);
	struct first first = { 0, 0 };
	int r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			    visit_first, &first);

	*ret_case_id = first.key;
	*ret_upto = first.value;
	return r == 0 && first.key == 0 ? -ENOENT : r;
}

static struct record_key
job_key(const char *address)
{
	struct record_key key = fade_key(FADE_JOB);

	if (address)
		record_key_string(&key, address);
	return key;
}

int
record_forget_put(struct store_txn *txn, const struct forget_record *record)
{
	struct record_key key = job_key(record->address);
	struct record_writer w;

	if (!record->address || !record->address[0])
		return -EINVAL;
	record_write_begin(&w);
	record_write_string(&w, "actor", record->actor);
	record_write_string(&w, "address", record->address);
	record_write_number(&w, "at_ms", record->at_ms);
	record_write_number(&w, "cases", (int64_t)record->cases);
	record_write_number(&w, "last_case", (int64_t)record->last_case);
	record_write_number(&w, "last_message", (int64_t)record->last_message);
	record_write_number(&w, "messages", (int64_t)record->messages);
	record_write_number(&w, "next_case", (int64_t)record->next_case);
	record_write_number(&w, "next_message", (int64_t)record->next_message);
	record_write_number(&w, "others", (int64_t)record->others);
	record_write_string(&w, "reason", record->reason);
	return record_write_put(txn, &key, &w);
}

struct job {
	struct arena *arena;
	struct forget_record *ret;
	bool found;
};

static int
visit_job(void *context, struct span key, struct span value)
{
	struct job *job = context;
	struct forget_record *f = job->ret;
	struct record_reader r;

	(void)key;
	if (record_read(&r, job->arena, value) < 0)
		return record_read_end(&r);
	f->actor = record_read_string(&r, "actor");
	f->address = record_read_string(&r, "address");
	f->at_ms = record_read_number(&r, "at_ms", INT64_MIN, INT64_MAX);
	f->cases = record_read_u64(&r, "cases");
	f->last_case = record_read_u64(&r, "last_case");
	f->last_message = record_read_u64(&r, "last_message");
	f->messages = record_read_u64(&r, "messages");
	f->next_case = record_read_u64(&r, "next_case");
	f->next_message = record_read_u64(&r, "next_message");
	f->others = record_read_u64(&r, "others");
	f->reason = record_read_string(&r, "reason");
	job->found = true;
	return record_read_end(&r) < 0 ? r.error : 1;
}

int
record_forget_get(struct store_txn *txn, struct arena *arena, const char *address,
		  struct forget_record *ret)
{
	struct record_key prefix = job_key(address);
	struct job job = { arena, ret, false };
	int r;

	if (prefix.failed)
		return -EINVAL;
	r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false, visit_job,
			&job);
	return r == 0 && !job.found ? -ENOENT : r;
}

int
record_forget_delete(struct store_txn *txn, const char *address)
{
	struct record_key key = job_key(address);

	return store_delete(txn, record_key_span(&key));
}

int
record_retention_get(struct store_txn *txn, struct arena *arena, struct retention_record *ret)
{
	struct record_key key = fade_key(FADE_RETENTION);
	struct retention_record t = { 0 };
	struct record_reader r;
	int error = record_read_key(&r, txn, arena, &key);

	if (error == 0) {
		t.next_message = record_read_u64(&r, "next_message");
		t.seen_ms = record_read_number(&r, "seen_ms", 0, INT64_MAX);
		t.wait_ms = record_read_number(&r, "wait_ms", 0, INT64_MAX);
	}
	error = record_read_end(&r);
	if (error < 0 && error != -ENOENT)
		return error;
	*ret = t;
	return 0;
}

int
record_retention_put(struct store_txn *txn, const struct retention_record *record)
{
	struct record_key key = fade_key(FADE_RETENTION);
	struct record_writer w;

	record_write_begin(&w);
	record_write_number(&w, "next_message", (int64_t)record->next_message);
	record_write_number(&w, "seen_ms", record->seen_ms);
	record_write_number(&w, "wait_ms", record->wait_ms);
	return record_write_put(txn, &key, &w);
}
