/*
 * record_case: cases with their queue, and customers.
 *
 * The queue is an index whose byte order is its order: cases whose promise was not kept, then those
 * whose answer is late, then by severity (highest first), then since when the customer waits, then
 * the number. It exists twice, for all accounts and for each, so that one account's queue is never
 * found by reading all.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

#include "policy.h"

static const char *const states[] = {
	[CASE_OPEN] = "open",
	[CASE_SOLVED] = "solved",
};

#define LATE 16 /* how far up the queue a late answer brings a case: past every severity */

#define STATES (sizeof(states) / sizeof(states[0]))

static struct record_key
case_key(uint64_t id)
{
	struct record_key key = record_key_shared('c');

	record_key_u64(&key, id);
	return key;
}

/* The part of the key that gives the order. Who does not wait comes after all who do. */
static struct record_key
queue_key(struct record_key key, const struct case_record *c)
{
	int severity = c->severity ? severity_by_name(c->severity) : -1;

	/* A promise that was not kept comes before everything else, then a late answer. */
	uint8_t rank = (uint8_t)(UINT8_MAX - (severity < 0 ? 0 : severity));

	record_key_u8(&key, c->overdue ? 0 : c->response_late ? (uint8_t)(rank - LATE) : rank);
	record_key_u64(&key, c->waiting_ms > 0 ? (uint64_t)c->waiting_ms : UINT64_MAX);
	record_key_u64(&key, c->id);
	return key;
}

static bool
same_place(const struct case_record *a, const struct case_record *b)
{
	struct record_key x = queue_key(record_key(a->account, 'q'), a),
			  y = queue_key(record_key(b->account, 'q'), b);

	return a->state == b->state && x.len == y.len && memcmp(x.at, y.at, x.len) == 0;
}

static int
queue_set(struct store_txn *txn, const struct case_record *c, bool wanted)
{
	struct record_key all = queue_key(record_key_shared('q'), c),
			  own = queue_key(record_key(c->account, 'q'), c);
	int r = record_index(txn, &all, wanted, NULL);

	return r < 0 ? r : record_index(txn, &own, wanted, NULL);
}

static void
read_clocks(struct record_reader *r, struct case_record *c)
{
	c->answered_ms = record_read_number(r, "answered_ms", 0, INT64_MAX);
	c->resolve_due_ms = record_read_number(r, "resolve_due_ms", 0, INT64_MAX);
	c->resolve_late = record_read_bool(r, "resolve_late");
	c->response_due_ms = record_read_number(r, "response_due_ms", 0, INT64_MAX);
	c->response_late = record_read_bool(r, "response_late");
	c->solved_ms = record_read_number(r, "solved_ms", 0, INT64_MAX);
}

/* What of a case decides its place in the indexes, as it is in the store. */
static int
place_get(struct store_txn *txn, struct arena *arena, uint64_t id, struct case_record *ret)
{
	struct record_key key = case_key(id);
	struct case_record c = { .id = id };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	c.account = record_read_string(&r, "account");
	c.overdue = record_read_bool(&r, "overdue");
	c.customer = record_read_string(&r, "customer");
	c.subject = record_read_string(&r, "subject");
	c.owner = record_read_string(&r, "owner");
	c.severity = record_read_string(&r, "severity");
	c.forgotten_ms = record_read_number(&r, "forgotten_ms", 0, INT64_MAX);
	c.state = (enum case_state)record_read_name(&r, "state", states, STATES);
	read_clocks(&r, &c);
	c.waiting_ms = record_read_number(&r, "waiting_ms", INT64_MIN, INT64_MAX);
	if (record_read_end(&r) < 0)
		return r.error;
	*ret = c;
	return 0;
}

/* Moves the case in the queue from `old` (NULL: nowhere) to where the record says. */
static int
queue_move(struct store_txn *txn, const struct case_record *old, const struct case_record *record)
{
	int r = 0;

	if (old && same_place(old, record))
		return 0;
	if (old && old->state == CASE_OPEN)
		r = queue_set(txn, old, false);
	if (r == 0 && record->state == CASE_OPEN)
		r = queue_set(txn, record, true);
	return r;
}

/* Whoever solved it may have left it to us to write down when. */
static int64_t
solved_time(const struct case_record *c)
{
	if (c->state != CASE_SOLVED)
		return 0;
	return c->solved_ms > 0 ? c->solved_ms : c->updated_ms;
}

static struct record_key
customer_cases_key(const char *customer)
{
	struct record_key key = record_key_shared('2');

	record_key_string(&key, customer);
	key.failed |= !customer || !customer[0];
	return key;
}

static int
customer_set(struct store_txn *txn, const struct case_record *c, bool wanted)
{
	struct record_key key = customer_cases_key(c->customer);

	if (key.failed)
		return 0;
	record_key_u64(&key, c->id);
	return record_index(txn, &key, wanted, NULL);
}

/* Lists the case among its customer's; who cannot be told, or was forgotten, has no list. */
static int
customer_move(struct store_txn *txn, const struct case_record *old, const struct case_record *c)
{
	int r = 0;

	if (old && strcmp(old->customer, c->customer ? c->customer : "") != 0)
		r = customer_set(txn, old, false);
	return r < 0 ? r : customer_set(txn, c, true);
}

static int
index_update(struct store_txn *txn, const struct case_record *record)
{
	struct arena *arena = arena_new(0);
	struct case_record stored, *old = &stored;
	int r;

	if (!arena)
		return -ENOMEM;
	r = place_get(txn, arena, record->id, &stored);
	if (r == -ENOENT) {
		old = NULL;
		r = 0;
	}
	if (r == 0)
		r = queue_move(txn, old, record);
	if (r == 0)
		r = record_subject_move(txn, arena, old, record);
	if (r == 0)
		r = record_sla_move(txn, old, record);
	if (r == 0)
		r = customer_move(txn, old, record);
	if (r == 0)
		r = record_agent_move(txn, arena, old, record);
	if (r == 0)
		r = record_solved_move(txn, old,
				       &(struct case_record){ .id = record->id,
							      .forgotten_ms = record->forgotten_ms,
							      .solved_ms = solved_time(record) });
	arena_free(arena);
	return r;
}

static int
case_store(struct store_txn *txn, const struct case_record *c)
{
	struct record_key key = case_key(c->id);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "account", c->account);
	record_write_number(&w, "answered_ms", c->answered_ms);
	record_write_string(&w, "approved", c->approved);
	record_write_string(&w, "approved_by", c->approved_by);
	record_write_strings(&w, "asks", c->asks, c->ask_count);
	record_write_string(&w, "awaits", c->awaits);
	record_write_number(&w, "awaits_ms", c->awaits_ms);
	record_write_string(&w, "cause", c->cause);
	record_write_bool(&w, "colleagues", c->colleagues);
	record_write_string(&w, "conduct_told", c->conduct_told);
	record_write_string(&w, "customer", c->customer);
	record_write_string(&w, "customer_name", c->customer_name);
	record_write_string(&w, "fault", c->fault);
	record_write_flags(&w, "flags", c->flags);
	record_write_number(&w, "forgotten_ms", c->forgotten_ms);
	record_write_string(&w, "hold_by", c->hold_by);
	record_write_number(&w, "hold_ms", c->hold_ms);
	record_write_string(&w, "hold_reason", c->hold_reason);
	record_write_string(&w, "interim", c->interim.text);
	record_write_number(&w, "interim_done_ms", c->interim.done_ms);
	record_write_number(&w, "interim_ms", c->interim.due_ms);
	record_write_number(&w, "interim_promise", (int64_t)c->interim.promise);
	record_write_string(&w, "language", c->language);
	record_write_number(&w, "last_event", (int64_t)c->last_event);
	record_write_string(&w, "last_hash", c->last_hash);
	record_write_number(&w, "last_message", (int64_t)c->last_message);
	record_write_string(&w, "lasting", c->lasting.text);
	record_write_number(&w, "lasting_done_ms", c->lasting.done_ms);
	record_write_number(&w, "lasting_ms", c->lasting.due_ms);
	record_write_number(&w, "lasting_promise", (int64_t)c->lasting.promise);
	record_write_number(&w, "linked", (int64_t)c->linked);
	record_write_number(&w, "merged", (int64_t)c->merged);
	record_write_number(&w, "messages", c->messages);
	record_write_number(&w, "opened_ms", c->opened_ms);
	record_write_strings(&w, "orders", c->orders, c->order_count);
	record_write_bool(&w, "overdue", c->overdue);
	record_write_bool(&w, "owes", c->owes);
	record_write_string(&w, "owner", c->owner);
	record_write_strings(&w, "participants", c->participants, c->participant_count);
	record_write_number(&w, "promise_ms", c->promise_ms);
	record_write_number(&w, "promises", (int64_t)c->promises);
	record_write_number(&w, "resolve_due_ms", c->resolve_due_ms);
	record_write_bool(&w, "resolve_late", c->resolve_late);
	record_write_number(&w, "response_due_ms", c->response_due_ms);
	record_write_bool(&w, "response_late", c->response_late);
	record_write_string(&w, "severity", c->severity);
	record_write_string(&w, "situation", c->situation);
	record_write_number(&w, "solved_ms", solved_time(c));
	record_write_string(&w, "stage", c->stage);
	record_write_string(&w, "state", states[c->state]);
	record_write_string(&w, "subject", c->subject);
	record_write_string(&w, "subject_token", c->subject_token);
	record_write_number(&w, "updated_ms", c->updated_ms);
	record_write_number(&w, "waiting_ms", c->waiting_ms);
	record_write_number(&w, "worked", c->worked);
	return record_write_put(txn, &key, &w);
}

int
record_case_put(struct store_txn *txn, const struct case_record *record)
{
	int r;

	if (record->id == 0 || !record->account || !record->account[0] ||
	    (unsigned)record->state >= STATES)
		return -EINVAL;
	r = index_update(txn, record);
	return r < 0 ? r : case_store(txn, record);
}

int
record_case_get(struct store_txn *txn, struct arena *arena, uint64_t id, struct case_record *ret)
{
	struct record_key key = case_key(id);
	struct case_record c = { .id = id };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	c.account = record_read_string(&r, "account");
	c.approved = record_read_string(&r, "approved");
	c.approved_by = record_read_string(&r, "approved_by");
	c.asks = record_read_strings(&r, "asks", &c.ask_count);
	c.awaits = record_read_string(&r, "awaits");
	c.awaits_ms = record_read_number(&r, "awaits_ms", 0, INT64_MAX);
	c.cause = record_read_string(&r, "cause");
	c.colleagues = record_read_bool(&r, "colleagues");
	c.conduct_told = record_read_string(&r, "conduct_told");
	c.customer = record_read_string(&r, "customer");
	c.customer_name = record_read_string(&r, "customer_name");
	c.fault = record_read_string(&r, "fault");
	c.flags = record_read_flags(&r, "flags");
	c.forgotten_ms = record_read_number(&r, "forgotten_ms", 0, INT64_MAX);
	c.hold_by = record_read_string(&r, "hold_by");
	c.hold_ms = record_read_number(&r, "hold_ms", 0, INT64_MAX);
	c.hold_reason = record_read_string(&r, "hold_reason");
	c.interim.text = record_read_string(&r, "interim");
	c.interim.done_ms = record_read_number(&r, "interim_done_ms", 0, INT64_MAX);
	c.interim.due_ms = record_read_number(&r, "interim_ms", 0, INT64_MAX);
	c.interim.promise = record_read_u64(&r, "interim_promise");
	c.language = record_read_string(&r, "language");
	c.last_event = record_read_u64(&r, "last_event");
	c.last_hash = record_read_string(&r, "last_hash");
	c.last_message = record_read_u64(&r, "last_message");
	c.lasting.text = record_read_string(&r, "lasting");
	c.lasting.done_ms = record_read_number(&r, "lasting_done_ms", 0, INT64_MAX);
	c.lasting.due_ms = record_read_number(&r, "lasting_ms", 0, INT64_MAX);
	c.lasting.promise = record_read_u64(&r, "lasting_promise");
	c.linked = record_read_u64(&r, "linked");
	c.merged = record_read_u64(&r, "merged");
	c.messages = record_read_u32(&r, "messages");
	c.opened_ms = record_read_number(&r, "opened_ms", INT64_MIN, INT64_MAX);
	c.orders = record_read_strings(&r, "orders", &c.order_count);
	c.overdue = record_read_bool(&r, "overdue");
	c.owes = record_read_bool(&r, "owes");
	c.owner = record_read_string(&r, "owner");
	c.participants = record_read_strings(&r, "participants", &c.participant_count);
	c.promise_ms = record_read_number(&r, "promise_ms", 0, INT64_MAX);
	c.promises = record_read_u64(&r, "promises");
	c.severity = record_read_string(&r, "severity");
	c.situation = record_read_string(&r, "situation");
	c.stage = record_read_string(&r, "stage");
	c.state = (enum case_state)record_read_name(&r, "state", states, STATES);
	c.subject = record_read_string(&r, "subject");
	c.subject_token = record_read_string(&r, "subject_token");
	c.updated_ms = record_read_number(&r, "updated_ms", INT64_MIN, INT64_MAX);
	c.waiting_ms = record_read_number(&r, "waiting_ms", INT64_MIN, INT64_MAX);
	c.worked = record_read_u32(&r, "worked");
	read_clocks(&r, &c);
	if (record_read_end(&r) < 0)
		return r.error;
	*ret = c;
	return 0;
}

struct queue_visit {
	struct store_txn *txn;
	struct arena *arena;
	int (*visit)(void *context, const struct case_record *record);
	void *context;
};

static int
visit_queue(void *context, struct span key, struct span value)
{
	struct queue_visit *v = context;
	struct case_record c;
	int r = record_case_get(v->txn, v->arena, record_key_last_u64(key), &c);

	(void)value;
	if (r < 0)
		/* An index entry without its record: the store does not fit together. */
		return r == -ENOENT ? -EBADMSG : r;
	return v->visit(v->context, &c);
}

int
record_case_queue(struct store_txn *txn, struct arena *arena, const char *account,
		  int (*visit)(void *context, const struct case_record *record), void *context)
{
	struct record_key prefix = account ? record_key(account, 'q') : record_key_shared('q');
	struct queue_visit v = { txn, arena, visit, context };

	if (prefix.failed)
		return -EINVAL;
	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_queue, &v);
}

int
record_case_raw(struct store_txn *txn, uint64_t from, record_raw_visit *visit, void *context)
{
	struct record_key prefix = record_key_shared('c'), first = case_key(from);

	return record_raw_each(txn, &prefix, &first, visit, context);
}

int
record_case_of_customer(struct store_txn *txn, struct arena *arena, const char *address,
			int (*visit)(void *context, const struct case_record *record),
			void *context)
{
	struct record_key prefix = customer_cases_key(address);
	struct queue_visit v = { txn, arena, visit, context };

	if (prefix.failed)
		return 0;
	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, true,
			   visit_queue, &v);
}

static struct record_key
customer_key(const char *address)
{
	struct record_key key = record_key_shared('k');

	record_key_string(&key, address);
	key.failed |= !address || !address[0];
	return key;
}

int
record_customer_get(struct store_txn *txn, struct arena *arena, const char *address,
		    struct customer_record *ret)
{
	struct record_key key = customer_key(address);
	struct customer_record c;
	struct record_reader r;

	if (address && !address[0])
		return -ENOENT;
	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	c.address = arena_strdup(arena, address);
	c.approvals = record_read_approvals(&r, "approvals", &c.approval_count);
	c.card_log = record_read_strings(&r, "card_log", &c.card_log_count);
	c.cases = record_read_u32(&r, "cases");
	c.conduct = record_read_string(&r, "conduct");
	c.conduct_log = record_read_strings(&r, "conduct_log", &c.conduct_count);
	c.conduct_ms = record_read_number(&r, "conduct_ms", 0, INT64_MAX);
	c.currency = record_read_string(&r, "currency");
	c.first_ms = record_read_number(&r, "first_ms", INT64_MIN, INT64_MAX);
	c.imported_ms = record_read_number(&r, "imported_ms", 0, INT64_MAX);
	c.last_ms = record_read_number(&r, "last_ms", INT64_MIN, INT64_MAX);
	c.messages = record_read_u32(&r, "messages");
	c.minds = record_read_strings(&r, "minds", &c.mind_count);
	c.name = record_read_string(&r, "name");
	c.owner = record_read_string(&r, "owner");
	c.remark = record_read_string(&r, "remark");
	c.since = record_read_string(&r, "since");
	c.standing = record_read_string(&r, "standing");
	c.standing_by = record_read_string(&r, "standing_by");
	c.standing_ms = record_read_number(&r, "standing_ms", 0, INT64_MAX);
	c.standing_reason = record_read_string(&r, "standing_reason");
	c.value = record_read_string(&r, "value");
	if (record_read_end(&r) < 0)
		return r.error;
	if (!c.address)
		return -ENOMEM;
	*ret = c;
	return 0;
}

int
record_customer_put(struct store_txn *txn, const struct customer_record *record)
{
	struct record_key key = customer_key(record->address);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "address", record->address);
	record_write_approvals(&w, "approvals", record->approvals, record->approval_count);
	record_write_strings(&w, "card_log", record->card_log, record->card_log_count);
	record_write_number(&w, "cases", record->cases);
	record_write_string(&w, "conduct", record->conduct);
	record_write_strings(&w, "conduct_log", record->conduct_log, record->conduct_count);
	record_write_number(&w, "conduct_ms", record->conduct_ms);
	record_write_string(&w, "currency", record->currency);
	record_write_number(&w, "first_ms", record->first_ms);
	record_write_number(&w, "imported_ms", record->imported_ms);
	record_write_number(&w, "last_ms", record->last_ms);
	record_write_number(&w, "messages", record->messages);
	record_write_strings(&w, "minds", record->minds, record->mind_count);
	record_write_string(&w, "name", record->name);
	record_write_string(&w, "owner", record->owner);
	record_write_string(&w, "remark", record->remark);
	record_write_string(&w, "since", record->since);
	record_write_string(&w, "standing", record->standing);
	record_write_string(&w, "standing_by", record->standing_by);
	record_write_number(&w, "standing_ms", record->standing_ms);
	record_write_string(&w, "standing_reason", record->standing_reason);
	record_write_string(&w, "value", record->value);
	return record_write_put(txn, &key, &w);
}

int
record_customer_delete(struct store_txn *txn, const char *address)
{
	struct record_key key = customer_key(address);

	return store_delete(txn, record_key_span(&key));
}

struct customer_list {
	struct arena *arena;
	size_t max, count;
	const char **list;
	const char *end;
};

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return n <= len && strcmp(text + len - n, end) == 0;
}

static int
list_customer(void *context, struct span key, struct span value)
{
	struct customer_list *l = context;
	struct record_reader r;
	const char *address = "";
	int error;

	(void)key;
	if (l->count == l->max)
		return 1;
	if (record_read(&r, l->arena, value) == 0)
		address = record_read_string(&r, "address");
	error = record_read_end(&r);
	if (error == 0 && ends_with(address, l->end))
		l->list[l->count++] = address;
	return error;
}

int
record_customer_list(struct store_txn *txn, struct arena *arena, const char *start, const char *end,
		     size_t max, const char **ret_list, size_t *ret_count)
{
	struct customer_list l = { arena, max, 0, ret_list, end };
	struct record_key prefix = record_key_shared('k');
	int r;

	/* Bytes without the end that record_key_string() gives. */
	for (; *start; start++)
		record_key_u8(&prefix, (uint8_t)*start);
	if (prefix.failed)
		r = 0;
	else
		r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
				list_customer, &l);
	*ret_count = l.count;
	return r;
}
