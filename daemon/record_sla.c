/*
 * record_sla: indexes over the clocks of cases: which is due next, which were passed when, and
 * which cases were solved when; and the days whose digest was planned. See record.h.
 *
 * Clocks are in table 'z', after one more letter: 't' due, case, which clock; 'b' when, case, which
 * clock (the value: when it was due); 's' when, case.
 */
#include <errno.h>
#include <string.h>

#include "record_io.h"

#define NUMBER 8 /* bytes of a number in a key */

static struct record_key
prefix_of(char letter)
{
	struct record_key key = record_key_shared('z');

	record_key_u8(&key, (uint8_t)letter);
	return key;
}

static struct record_key
key_of(char letter, int64_t at_ms, uint64_t case_id)
{
	struct record_key key = prefix_of(letter);

	record_key_u64(&key, (uint64_t)at_ms);
	record_key_u64(&key, case_id);
	return key;
}

static struct record_key
timer_key(int64_t due_ms, uint64_t case_id, bool resolve)
{
	struct record_key key = key_of('t', due_ms, case_id);

	record_key_u8(&key, resolve);
	return key;
}

static int
set_timer(struct store_txn *txn, const struct case_record *c, bool resolve, bool wanted)
{
	int64_t due_ms = resolve ? c->resolve_due_ms : c->response_due_ms;
	struct record_key key = timer_key(due_ms, c->id, resolve);

	if (due_ms <= 0 || (resolve ? c->resolve_late : c->response_late) || c->state != CASE_OPEN)
		return 0;
	return record_index(txn, &key, wanted, NULL);
}

static int
set_solved(struct store_txn *txn, const struct case_record *c, bool wanted)
{
	struct record_key key = key_of('s', c->solved_ms, c->id);

	return c->solved_ms > 0 ? record_index(txn, &key, wanted, NULL) : 0;
}

static bool
same(const struct case_record *a, const struct case_record *b)
{
	return a->state == b->state && a->response_due_ms == b->response_due_ms &&
	       a->response_late == b->response_late && a->resolve_due_ms == b->resolve_due_ms &&
	       a->resolve_late == b->resolve_late && a->solved_ms == b->solved_ms;
}

static int
set_all(struct store_txn *txn, const struct case_record *c, bool wanted)
{
	int r = set_timer(txn, c, false, wanted);

	if (r == 0)
		r = set_timer(txn, c, true, wanted);
	return r < 0 ? r : set_solved(txn, c, wanted);
}

int
record_sla_move(struct store_txn *txn, const struct case_record *old, const struct case_record *c)
{
	int r = 0;

	if (old && same(old, c))
		return 0;
	if (old)
		r = set_all(txn, old, false);
	return r < 0 ? r : set_all(txn, c, true);
}

/* A number at a place of a key. */
static uint64_t
number_at(struct span key, size_t at)
{
	uint64_t n = 0;

	for (size_t i = 0; i < NUMBER && at + i < key.len; i++)
		n = n << 8 | (unsigned char)key.at[at + i];
	return n;
}

static int
visit_first(void *context, struct span key, struct span value)
{
	struct timer_record *timer = context;
	size_t at = prefix_of('t').len;

	(void)value;
	timer->due_ms = (int64_t)number_at(key, at);
	timer->case_id = number_at(key, at + NUMBER);
	timer->resolve = key.at[key.len - 1] != 0;
	return 1;
}

int
record_timer_first(struct store_txn *txn, struct timer_record *ret)
{
	struct record_key prefix = prefix_of('t');
	struct timer_record timer = { .case_id = 0 };
	int r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			    visit_first, &timer);

	if (r < 0)
		return r;
	if (timer.case_id == 0)
		return -ENOENT;
	*ret = timer;
	return 0;
}

int
record_breach_put(struct store_txn *txn, const struct breach_record *record)
{
	struct record_key key = key_of('b', record->at_ms, record->case_id);
	struct record_writer w;

	record_key_u8(&key, (uint8_t)record->clock);
	record_write_begin(&w);
	record_write_number(&w, "due_ms", record->due_ms);
	return record_write_put(txn, &key, &w);
}

struct since_visit {
	struct arena *arena;
	size_t at; /* where the key's numbers begin */
	int (*breach)(void *context, const struct breach_record *record);
	int (*solved)(void *context, uint64_t case_id, int64_t at_ms);
	void *context;
};

static int
visit_breach(void *context, struct span key, struct span value)
{
	struct since_visit *v = context;
	struct breach_record b = { .at_ms = (int64_t)number_at(key, v->at),
				   .case_id = number_at(key, v->at + NUMBER) };
	unsigned clock = (unsigned char)key.at[key.len - 1];
	struct record_reader r;
	int error;

	if (record_read(&r, v->arena, value) == 0)
		b.due_ms = record_read_number(&r, "due_ms", 0, INT64_MAX);
	error = record_read_end(&r);
	if (error < 0)
		return error;
	if (clock >= TARGET_CLOCKS)
		return -EBADMSG;
	b.clock = (enum target_clock)clock;
	return v->breach(v->context, &b);
}

static int
visit_solved(void *context, struct span key, struct span value)
{
	struct since_visit *v = context;

	(void)value;
	return v->solved(v->context, number_at(key, v->at + NUMBER),
			 (int64_t)number_at(key, v->at));
}

static int
visit_since(struct store_txn *txn, char letter, int64_t since_ms, store_visit *visit,
	    struct since_visit *v)
{
	struct record_key prefix = prefix_of(letter), from = prefix;

	record_key_u64(&from, (uint64_t)(since_ms > 0 ? since_ms : 0));
	v->at = prefix.len;
	return store_range(txn, record_key_span(&prefix), record_key_span(&from), false, visit, v);
}

int
record_breach_each(struct store_txn *txn, struct arena *arena, int64_t since_ms,
		   int (*visit)(void *context, const struct breach_record *record), void *context)
{
	struct since_visit v = { .arena = arena, .breach = visit, .context = context };

	return visit_since(txn, 'b', since_ms, visit_breach, &v);
}

int
record_solved_each(struct store_txn *txn, int64_t since_ms,
		   int (*visit)(void *context, uint64_t case_id, int64_t at_ms), void *context)
{
	struct since_visit v = { .solved = visit, .context = context };

	return visit_since(txn, 's', since_ms, visit_solved, &v);
}

static struct record_key
digest_key(long day)
{
	struct record_key key = record_key_shared('n');

	record_key_u32(&key, (uint32_t)day);
	return key;
}

int
record_digest_get(struct store_txn *txn, long day, bool *ret_planned)
{
	struct record_key key = digest_key(day);
	struct span value;
	int r = store_get(txn, record_key_span(&key), &value);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret_planned = r == 0;
	return 0;
}

int
record_digest_put(struct store_txn *txn, long day)
{
	struct record_key key = digest_key(day);

	return record_index(txn, &key, true, NULL);
}
