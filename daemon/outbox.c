/*
 * outbox: the journal of what we do to the world. Every change of an entry's state is one durable transaction; nothing
 * acts before "started" is on disk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "outbox.h"

#define ATTEMPTS_MAX	60		/* about two days with the delays below */
#define RETRY_FIRST_MS	15000
#define RETRY_LAST_MS	3600000

/* Needs the message where it was found, so that a move must wait for it. */
static bool
is_source_bound(enum outbox_kind kind)
{
	return kind == OUTBOX_KEYWORD || kind == OUTBOX_FLAG || kind == OUTBOX_COPY || kind == OUTBOX_MOVE;
}

struct collect {
	struct arena *arena;
	unsigned kinds;
	int64_t now_ms, next_ms;
	size_t max, count;
	struct outbox_record *list;
	uint64_t *held;			/* messages that have an entry which is not due: their later ones wait too */
	size_t held_count;
};

static int
collect_due(void *context, const struct outbox_record *record)
{
	struct collect *c = context;

	if (!(c->kinds & 1u << record->kind))
		return 0;
	for (size_t i = 0; i < c->held_count; i++)
		if (c->held[i] == record->message && is_source_bound(record->kind))
			return 0;
	if (record->next_ms <= c->now_ms) {
		c->list[c->count++] = *record;
		return c->count == c->max;
	}
	if (!c->next_ms || record->next_ms < c->next_ms)
		c->next_ms = record->next_ms;
	if (is_source_bound(record->kind)) {
		uint64_t *held = arena_grow(c->arena, c->held, c->held_count * sizeof(*held),
					    (c->held_count + 1) * sizeof(*held));

		if (!held)
			return -ENOMEM;
		c->held = held;
		c->held[c->held_count++] = record->message;
	}
	return 0;
}

int
outbox_due(const struct intake *intake, struct arena *arena, unsigned kinds, size_t max, struct outbox_record **ret_entries,
	   size_t *ret_count, int64_t *ret_next_ms)
{
	struct collect c = { .arena = arena, .kinds = kinds, .max = max, .now_ms = clock_now_ms(intake->clock) };
	struct store_txn *txn;
	int r;

	c.list = arena_calloc(arena, max, sizeof(*c.list));
	if (!c.list)
		return -ENOMEM;
	r = store_begin(intake->store, false, &txn);
	if (r < 0)
		return r;
	r = record_outbox_each(txn, arena, intake->account->name, collect_due, &c);
	store_abort(txn);
	if (r < 0)
		return r;
	*ret_entries = c.list;
	*ret_count = c.count;
	*ret_next_ms = c.next_ms;
	return 0;
}

int
outbox_start(struct store *store, struct outbox_record *entries, size_t count)
{
	struct store_txn *txn;
	int r = store_begin(store, true, &txn);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (entries[i].state != OUTBOX_UNKNOWN)
			entries[i].state = OUTBOX_STARTED;
		entries[i].attempts++;
		r = record_outbox_put(txn, &entries[i], NULL);
	}
	if (r == 0)
		return store_commit(txn);
	store_abort(txn);
	return r;
}

int
outbox_recover(struct store *store, const char *account, unsigned kinds)
{
	struct arena *arena = arena_new(0);
	struct outbox_record *entries;
	struct store_txn *txn;
	size_t count = 0, changed = 0;
	int r = -ENOMEM;

	if (!arena)
		goto out;
	r = store_begin(store, true, &txn);
	if (r < 0)
		goto out;
	r = ledger_outbox(txn, arena, account, &entries, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct outbox_record *e = &entries[i];

		if (!(kinds & 1u << e->kind) || (e->kind == OUTBOX_NOTIFY && e->state == OUTBOX_UNKNOWN))
			continue;
		if (e->state == OUTBOX_STARTED)
			e->state = e->kind == OUTBOX_WEBHOOK ? OUTBOX_PLANNED : OUTBOX_UNKNOWN;
		else if (e->next_ms == 0)
			continue;
		e->next_ms = 0;
		r = record_outbox_put(txn, e, NULL);
		changed++;
	}
	if (r == 0 && changed > 0)
		r = store_commit(txn);
	else
		store_abort(txn);
out:
	arena_free(arena);
	return r;
}

static int64_t
retry_delay(unsigned attempts)
{
	int64_t delay = RETRY_FIRST_MS;

	while (attempts-- > 1 && delay < RETRY_LAST_MS)
		delay *= 2;
	return delay < RETRY_LAST_MS ? delay : RETRY_LAST_MS;
}

/* What a case's timeline says of a finished entry. */
static int
tell_case(struct store_txn *txn, struct arena *arena, const struct outbox_record *e, int64_t now_ms)
{
	static const char *const done[OUTBOX_KIND_COUNT] = {
		[OUTBOX_KEYWORD] = "keyword", [OUTBOX_FLAG] = "flagged", [OUTBOX_COPY] = "copied", [OUTBOX_DRAFT] = "draft",
		[OUTBOX_MOVE] = "moved", [OUTBOX_NOTIFY] = "notified", [OUTBOX_WEBHOOK] = "webhook",
	};
	struct case_record c;
	json_t *data;
	int r;

	if (!e->case_id)
		return 0;
	r = record_case_get(txn, arena, e->case_id, &c);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	data = json_pack("{s:I,s:s,s:s,s:s}", "outbox", (json_int_t)e->id, "to", e->argument, "rule", e->rule, "action",
			 outbox_kind_name(e->kind));
	if (data && *e->error)
		json_object_set_new(data, "note", json_string(e->error));
	r = record_event_append(txn, arena, &c, now_ms, "triaged", e->state == OUTBOX_DONE ? done[e->kind] : "failed", data);
	json_decref(data);
	return r < 0 ? r : record_case_put(txn, &c);
}

/* One entry less is open for the mail; after the last one the mail is finished. */
static int
settle_mail(struct store_txn *txn, struct arena *arena, const struct outbox_record *e)
{
	struct ledger_record entry;
	int r = record_ledger_get(txn, arena, e->account, e->folder, e->uidvalidity, e->uid, &entry);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (entry.open > 0)
		entry.open--;
	if (e->state != OUTBOX_DONE)
		entry.reason = arena_printf(arena, "%s: %s", outbox_kind_name(e->kind), e->error);
	if (!entry.reason)
		return -ENOMEM;
	if (entry.open > 0)
		return record_ledger_put(txn, &entry);
	return intake_finish(txn, arena, e->account, e->folder, e->uidvalidity, e->uid,
			     *entry.reason ? LEDGER_PARKED : LEDGER_DONE, entry.reason);
}

static int
move_record(struct store_txn *txn, struct arena *arena, const struct outbox_result *result)
{
	struct message_record m;
	int r = record_message_get(txn, arena, result->entry.message, &m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	m.folder = result->entry.argument;
	m.uidvalidity = result->moved_validity;
	m.uid = result->moved_uid;
	r = record_message_put(txn, &m);
	record_message_free(&m);
	return r;
}

static int
finish_one(struct store_txn *txn, struct arena *arena, const struct outbox_result *result, int64_t now_ms)
{
	struct outbox_record e = result->entry;
	bool over = false;
	int r;

	e.error = result->text;
	e.next_ms = 0;
	if (result->error == 0) {
		e.state = OUTBOX_DONE;
		over = true;
	} else if (result->error == OUTBOX_NOT_BEGUN) {
		e.attempts--;
		e.state = OUTBOX_PLANNED;
	} else if (result->again && e.attempts < ATTEMPTS_MAX) {
		e.next_ms = now_ms + retry_delay(e.attempts);
		if (e.state == OUTBOX_STARTED)
			e.state = OUTBOX_PLANNED;
	} else if (result->error == -EIO && e.kind == OUTBOX_NOTIFY) {
		e.state = OUTBOX_UNKNOWN;	/* it stays troubled until a person looks; it is over for the mail */
		e.next_ms = INT64_MAX;
		over = true;
	} else if (transport_lost(result->error)) {
		e.state = OUTBOX_UNKNOWN;
	} else {
		e.state = OUTBOX_FAILED;
		over = true;
	}
	if (over)
		e.ended_ms = now_ms;
	r = record_outbox_put(txn, &e, NULL);
	if (r == 0 && e.kind == OUTBOX_MOVE && e.state == OUTBOX_DONE && result->error == 0)
		r = move_record(txn, arena, result);
	if (r == 0 && over)
		r = tell_case(txn, arena, &e, now_ms);
	if (r == 0 && over)
		r = settle_mail(txn, arena, &e);
	return r;
}

int
outbox_finish(const struct intake *intake, const struct outbox_result *results, size_t count)
{
	struct arena *arena = arena_new(0);
	struct store_txn *txn;
	int r;

	if (!arena)
		return -ENOMEM;
	intake_beat(intake);
	r = store_begin(intake->store, true, &txn);
	if (r < 0)
		goto out;
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = finish_one(txn, arena, &results[i], clock_now_ms(intake->clock));
		arena_reset(arena);
	}
	if (r == 0) {
		r = store_commit(txn);
		goto out;
	}
	store_abort(txn);
out:
	arena_free(arena);
	return r;
}
