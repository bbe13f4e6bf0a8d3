/*
 * record_correction: what people said of verdicts, and how often that was against which rule. See
 * record.h.
 */
#include <errno.h>
#include <string.h>

#include "record_io.h"

static struct record_key
correction_key(uint64_t message, enum flag flag)
{
	struct record_key key = record_key_shared('x');

	record_key_u64(&key, message);
	record_key_string(&key, flag_name(flag));
	return key;
}

static struct record_key
rule_key(const char *rule)
{
	struct record_key key = record_key_shared('w');

	record_key_string(&key, rule);
	return key;
}

int
record_corrections_of_rule(struct store_txn *txn, struct arena *arena, const char *rule,
			   uint64_t *ret_count)
{
	struct record_key key = rule_key(rule);
	struct record_reader r;
	uint64_t count;
	int error = record_read_key(&r, txn, arena, &key);

	if (error < 0) {
		record_read_end(&r);
		if (error != -ENOENT)
			return error;
		*ret_count = 0;
		return 0;
	}
	count = record_read_u64(&r, "wrong");
	error = record_read_end(&r);
	if (error == 0)
		*ret_count = count;
	return error;
}

/* Counts one more or one less for each rule of a correction. */
static int
count_rules(struct store_txn *txn, struct arena *arena, const struct correction_record *c, int by)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->rule_count; i++) {
		struct record_key key = rule_key(c->rules[i]);
		struct record_writer w;
		uint64_t count;

		r = record_corrections_of_rule(txn, arena, c->rules[i], &count);
		if (r < 0)
			return r;
		count = by > 0 ? count + 1 : count > 0 ? count - 1 : 0;
		record_write_begin(&w);
		record_write_number(&w, "wrong", (int64_t)count);
		r = record_write_put(txn, &key, &w);
	}
	return r;
}

static void
fill(struct record_reader *r, struct correction_record *c)
{
	int flag;

	c->account = record_read_string(r, "account");
	c->actor = record_read_string(r, "actor");
	c->at_ms = record_read_number(r, "at_ms", INT64_MIN, INT64_MAX);
	c->case_id = record_read_u64(r, "case_id");
	flag = flag_by_name(record_read_string(r, "flag"));
	c->how = record_read_string(r, "how");
	c->message = record_read_u64(r, "message");
	c->missing = record_read_bool(r, "missing");
	c->rules = record_read_strings(r, "rules", &c->rule_count);
	if (flag < 0 && r->error == 0)
		r->error = -EBADMSG;
	c->flag = flag < 0 ? 0 : (enum flag)flag;
}

int
record_correction_get(struct store_txn *txn, struct arena *arena, uint64_t message, enum flag flag,
		      struct correction_record *ret)
{
	struct record_key key = correction_key(message, flag);
	struct correction_record c = { .message = message };
	struct record_reader r;
	int error = record_read_key(&r, txn, arena, &key);

	if (error == 0)
		fill(&r, &c);
	error = record_read_end(&r);
	if (error < 0)
		return error;
	*ret = c;
	return 0;
}

int
record_correction_delete(struct store_txn *txn, struct arena *arena, uint64_t message,
			 enum flag flag)
{
	struct record_key key = correction_key(message, flag);
	struct correction_record old;
	int r = record_correction_get(txn, arena, message, flag, &old);

	if (r == 0)
		r = count_rules(txn, arena, &old, -1);
	return r < 0 ? r : store_delete(txn, record_key_span(&key));
}

int
record_correction_put(struct store_txn *txn, struct arena *arena,
		      const struct correction_record *record)
{
	struct record_key key = correction_key(record->message, record->flag);
	struct record_writer w;
	int r;

	if (record->message == 0)
		return -EINVAL;
	r = record_correction_delete(txn, arena, record->message, record->flag);
	if (r == 0 || r == -ENOENT)
		r = count_rules(txn, arena, record, 1);
	if (r < 0)
		return r;
	record_write_begin(&w);
	record_write_string(&w, "account", record->account);
	record_write_string(&w, "actor", record->actor);
	record_write_number(&w, "at_ms", record->at_ms);
	record_write_number(&w, "case_id", (int64_t)record->case_id);
	record_write_string(&w, "flag", flag_name(record->flag));
	record_write_string(&w, "how", record->how);
	record_write_number(&w, "message", (int64_t)record->message);
	record_write_bool(&w, "missing", record->missing);
	record_write_strings(&w, "rules", record->rules, record->rule_count);
	return record_write_put(txn, &key, &w);
}

struct correction_visit {
	struct arena *arena;
	int (*visit)(void *context, const struct correction_record *record);
	void *context;
};

static int
visit_correction(void *context, struct span key, struct span value)
{
	struct correction_visit *v = context;
	struct correction_record c = { .message = 0 };
	struct record_reader r;
	int error;

	(void)key;
	if (record_read(&r, v->arena, value) == 0)
		fill(&r, &c);
	error = record_read_end(&r);
	return error < 0 ? error : v->visit(v->context, &c);
}

int
record_correction_each(struct store_txn *txn, struct arena *arena, uint64_t from,
		       int (*visit)(void *context, const struct correction_record *record),
		       void *context)
{
	struct record_key prefix = record_key_shared('x'), first = record_key_shared('x');
	struct correction_visit v = { arena, visit, context };

	record_key_u64(&first, from);
	return store_range(txn, record_key_span(&prefix), record_key_span(&first), false,
			   visit_correction, &v);
}

int
record_correction_erase(struct store_txn *txn, uint64_t message)
{
	int r = 0;

	for (int f = 0; r == 0 && f < FLAG_COUNT; f++) {
		struct record_key key = correction_key(message, (enum flag)f);

		r = record_index(txn, &key, false, NULL);
	}
	return r;
}
