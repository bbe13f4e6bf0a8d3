/*
 * record_agent: how many open cases each agent owns, kept with the cases, and whose turn it is in
 * the policy's lists. See record.h.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

static struct record_key
agent_key(const char *name)
{
	struct record_key key = record_key_shared('a');

	record_key_string(&key, name);
	return key;
}

int
record_agent_get(struct store_txn *txn, struct arena *arena, const char *name,
		 struct agent_record *ret)
{
	struct record_key key = agent_key(name);
	struct agent_record a = { .name = name };
	struct record_reader r;
	int error = record_read_key(&r, txn, arena, &key);

	if (error == 0) {
		a.given = record_read_u64(&r, "given");
		a.open = record_read_u64(&r, "open");
	}
	error = record_read_end(&r);
	if (error < 0 && error != -ENOENT)
		return error;
	*ret = a;
	return 0;
}

static int
agent_put(struct store_txn *txn, const struct agent_record *a)
{
	struct record_key key = agent_key(a->name);
	struct record_writer w;

	record_write_begin(&w);
	record_write_number(&w, "given", (int64_t)a->given);
	record_write_number(&w, "open", (int64_t)a->open);
	return record_write_put(txn, &key, &w);
}

static const char *
counted_owner(const struct case_record *c)
{
	return c && c->state == CASE_OPEN && c->owner ? c->owner : "";
}

/* given: it was theirs not before, whatever its state. */
static int
count(struct store_txn *txn, struct arena *arena, const char *name, int change, bool given)
{
	struct agent_record a;
	int r = record_agent_get(txn, arena, name, &a);

	if (r < 0)
		return r;
	/* Cases from before agents were counted were never added. */
	if (change > 0 || a.open > 0)
		a.open += (uint64_t)(int64_t)change;
	if (given)
		r = store_next(txn, "given", &a.given);
	return r < 0 ? r : agent_put(txn, &a);
}

int
record_agent_move(struct store_txn *txn, struct arena *arena, const struct case_record *old,
		  const struct case_record *c)
{
	const char *before = counted_owner(old), *now = counted_owner(c);
	int r = 0;

	if (strcmp(before, now) == 0)
		return 0;
	if (*before)
		r = count(txn, arena, before, -1, false);
	if (r == 0 && *now)
		r = count(txn, arena, now, 1, !old || !old->owner || strcmp(old->owner, now) != 0);
	return r;
}

static struct record_key
turn_key(const char *list)
{
	struct record_key key = record_key_shared('v');

	record_key_string(&key, list);
	return key;
}

int
record_turn_get(struct store_txn *txn, struct arena *arena, const char *list, const char **ret_last)
{
	struct record_key key = turn_key(list);
	const char *last = "";
	struct record_reader r;
	int error = record_read_key(&r, txn, arena, &key);

	if (error == 0)
		last = record_read_string(&r, "last");
	error = record_read_end(&r);
	if (error < 0 && error != -ENOENT)
		return error;
	*ret_last = last;
	return 0;
}

int
record_turn_put(struct store_txn *txn, const char *list, const char *last)
{
	struct record_key key = turn_key(list);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "last", last);
	return record_write_put(txn, &key, &w);
}
