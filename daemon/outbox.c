/*
 * outbox: the journal of what we do to the world. Every change of an entry's state is one durable
 * transaction; nothing acts before "started" is on disk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "ledger.h"
#include "log.h"
#include "outbox.h"
#include "token.h"

#define ATTEMPTS_MAX                                                                               \
	60 /* given up after so many, but not before GIVE_UP_MS: connections may come and go       \
	      quickly */
#define GIVE_UP_MS 172800000
#define RETRY_FIRST_MS 15000
#define RETRY_LAST_MS 3600000

bool
outbox_is_source_bound(enum outbox_kind kind)
{
	return kind == OUTBOX_KEYWORD || kind == OUTBOX_FLAG || kind == OUTBOX_COPY ||
	       kind == OUTBOX_MOVE;
}

struct collect {
	unsigned kinds;
	int64_t now_ms, next_ms;
	uint64_t from,
		held; /* held: a message whose last entry is not due: its later ones wait too */
	size_t max, count;
	struct outbox_record *list;
};

/*
 * No wait is longer than RETRY_LAST_MS: one that seems to be was planned before the clock was set
 * back.
 */
static bool
is_due(const struct outbox_record *record, int64_t now_ms)
{
	return record->next_ms <= now_ms ||
	       (record->next_ms < INT64_MAX && record->next_ms - now_ms > RETRY_LAST_MS);
}

/* The entries of one message follow each other: they were planned in one transaction. */
static int
collect_due(void *context, const struct outbox_record *record)
{
	struct collect *c = context;
	struct outbox_record *entry;

	c->from = record->id + 1;
	if (!(c->kinds & 1u << record->kind) ||
	    (c->held == record->message && outbox_is_source_bound(record->kind)))
		return 0;
	if (!is_due(record, c->now_ms)) {
		c->next_ms = outbox_earlier(c->next_ms, record->next_ms);
		if (outbox_is_source_bound(record->kind))
			c->held = record->message;
		return 0;
	}
	entry = &c->list[c->count++];
	*entry = *record;
	/*
	 * Nobody else carries out these kinds: that it was started and did not end is from before.
	 */
	if (entry->state == OUTBOX_STARTED)
		entry->state = entry->kind == OUTBOX_WEBHOOK ? OUTBOX_PLANNED : OUTBOX_UNKNOWN;
	return c->count == c->max;
}

int
outbox_due(const struct intake *intake, struct arena *arena, unsigned kinds, size_t max,
	   struct outbox_walk *walk, struct outbox_record **ret_entries, size_t *ret_count)
{
	struct collect c = {
		.kinds = kinds,
		.max = max,
		.now_ms = clock_now_ms(intake->clock),
		.from = walk->from,
		.next_ms = walk->next_ms,
		.list = arena_calloc(arena, max, sizeof(*c.list)),
	};
	struct store_txn *txn;
	int r;

	if (!c.list)
		return -ENOMEM;
	r = store_begin(intake->store, false, &txn);
	if (r < 0)
		return r;
	r = record_outbox_each(txn, arena, intake->account->name, walk->from, collect_due, &c);
	store_abort(txn);
	if (r < 0)
		return r;
	walk->from = c.from;
	walk->next_ms = c.next_ms;
	*ret_entries = c.list;
	*ret_count = c.count;
	return 0;
}

/*
 * Where the entry's mail lies now, as strings in the arena. 1: the entry has ended meanwhile, which
 * nobody but forget does to it; nothing is written of it any more.
 */
static int
locate(struct store_txn *txn, struct arena *arena, struct outbox_record *e)
{
	struct outbox_record now;
	int r = record_outbox_get(txn, arena, e->account, e->id, &now);

	if (r < 0)
		return r;
	e->folder = now.folder;
	e->uidvalidity = now.uidvalidity;
	e->uid = now.uid;
	return now.state == OUTBOX_DONE;
}

int
outbox_start(struct store *store, struct arena *arena, struct outbox_record *entries, size_t count)
{
	struct store_txn *txn;
	int r = store_begin(store, true, &txn);

	if (r < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < count; i++) {
		if (entries[i].state != OUTBOX_UNKNOWN)
			entries[i].state = OUTBOX_STARTED;
		entries[i].attempts++;
		r = locate(txn, arena, &entries[i]);
		if (r == 0)
			r = record_outbox_put(txn, &entries[i], NULL);
		else if (r == 1)
			entries[i].state = OUTBOX_DONE;
	}
	r = r > 0 ? 0 : r;
	if (r == 0)
		return store_commit(txn);
	store_abort(txn);
	return r;
}

/* Unknown notices stay as they are: they wait for a person. */
static bool
recover_one(struct outbox_record *e)
{
	bool started = e->state == OUTBOX_STARTED;

	if ((e->kind == OUTBOX_NOTIFY && e->state == OUTBOX_UNKNOWN) ||
	    (!started && e->next_ms == 0))
		return false;
	if (started)
		e->state = e->kind == OUTBOX_WEBHOOK ? OUTBOX_PLANNED : OUTBOX_UNKNOWN;
	e->next_ms = 0;
	return true;
}

int
outbox_recover(struct store *store, const char *account)
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
	for (size_t i = 0; r == 0 && i < count; i++)
		if (recover_one(&entries[i])) {
			r = record_outbox_put(txn, &entries[i], NULL);
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

/* 15 s, 30 s ... an hour */
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
tell_case(struct store_txn *txn, struct arena *arena, const struct outbox_result *result,
	  const struct outbox_record *e, int64_t now_ms)
{
	static const char *const done[OUTBOX_KIND_COUNT] = {
		[OUTBOX_KEYWORD] = "keyword", [OUTBOX_FLAG] = "flagged",
		[OUTBOX_COPY] = "copied",     [OUTBOX_DRAFT] = "draft",
		[OUTBOX_MOVE] = "moved",      [OUTBOX_NOTIFY] = "notified",
		[OUTBOX_WEBHOOK] = "webhook", [OUTBOX_WITHDRAW] = "withdrawn",
	};
	struct case_record c;
	json_t *data;
	int r;

	/* A draft that was sent or removed needs no word. */
	if (!e->case_id || (result->gone && e->kind == OUTBOX_WITHDRAW))
		return 0;
	r = case_follow(txn, arena, e->case_id, &c);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	data = json_pack("{s:I,s:s,s:s,s:s}", "outbox", (json_int_t)e->id, "to", e->argument,
			 "rule", e->rule, "action", outbox_kind_name(e->kind));
	if (data && e->template && *e->template)
		json_object_set_new(data, "template", json_string(e->template));
	if (data && e->kind == OUTBOX_WITHDRAW)
		json_object_set_new(data, "names", json_string(e->names));
	if (data && *e->error)
		json_object_set_new(data, "note", json_string(e->error));
	r = record_event_append(txn, arena, &c, now_ms, "triaged",
				e->state != OUTBOX_DONE ? "failed"
				: result->changed       ? "draft-stays"
							: done[e->kind],
				data);
	json_decref(data);
	return r < 0 ? r : record_case_put(txn, &c);
}

/* One entry less is open for the mail; after the last one the mail is finished. */
static int
settle_mail(struct store_txn *txn, struct arena *arena, const struct outbox_record *e)
{
	struct ledger_record entry;
	int r = record_ledger_get(txn, arena, e->account, e->folder, e->uidvalidity, e->uid,
				  &entry);

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
	m.moved_by = result->entry.rule;
	m.uidvalidity = result->moved_validity;
	m.uid = result->moved_uid;
	r = record_message_put(txn, &m);
	record_message_free(&m);
	return r;
}

/* A draft that was taken out, or that is somebody's now, is not asked for again. */
static int
settle_draft(struct store_txn *txn, struct arena *arena, const struct outbox_record *withdrawal)
{
	struct outbox_record draft;
	uint64_t number;
	int r;

	if (!token_read(withdrawal->message_id, NULL, &number))
		return 0;
	r = record_outbox_get(txn, arena, withdrawal->account, number, &draft);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	draft.names = "";
	return record_outbox_put(txn, &draft, NULL);
}

/* What an attempt makes of its entry. Whether that is its end. */
static bool
decide(struct outbox_result *result, int64_t now_ms)
{
	struct outbox_record *e = &result->entry;
	bool lost = transport_lost(result->error);
	bool spent = e->attempts >= ATTEMPTS_MAX && now_ms - e->planned_ms >= GIVE_UP_MS;

	e->next_ms = 0;
	if (result->error == OUTBOX_NOT_BEGUN) {
		e->attempts--;
		if (e->state == OUTBOX_STARTED)
			e->state = OUTBOX_PLANNED;
		return false;
	}
	e->error = result->text;
	if (result->error == 0) {
		e->state = OUTBOX_DONE;
	} else if (result->error == -EIO && e->kind == OUTBOX_NOTIFY) {
		e->state = OUTBOX_UNKNOWN; /* it stays troubled until a person looks; it is over for
					      the mail */
		e->next_ms = INT64_MAX;
	} else if (result->again && !spent) {
		e->next_ms = now_ms + retry_delay(e->attempts);
		if (e->state == OUTBOX_STARTED)
			e->state = OUTBOX_PLANNED;
		return false;
	} else if (lost && !spent) {
		/*
		 * At once after the first loss; then others go first: this one may be what breaks
		 * the connection.
		 */
		e->next_ms = e->attempts > 1 ? now_ms + retry_delay(e->attempts - 1) : 0;
		e->state = OUTBOX_UNKNOWN;
		return false;
	} else {
		e->state = OUTBOX_FAILED;
	}
	e->ended_ms = now_ms;
	return true;
}

static int
finish_one(struct store_txn *txn, struct arena *arena, struct outbox_result *result, int64_t now_ms)
{
	bool over = decide(result, now_ms);
	struct outbox_record e = result->entry;
	int r = locate(txn, arena, &e);

	if (r > 0)
		return 0;
	if (r == 0)
		r = record_outbox_put(txn, &e, NULL);
	if (r == 0 && e.kind == OUTBOX_MOVE && e.state == OUTBOX_DONE && !result->gone)
		r = move_record(txn, arena, result);
	if (r == 0 && e.kind == OUTBOX_WITHDRAW && e.state == OUTBOX_DONE && !result->gone)
		r = settle_draft(txn, arena, &e);
	if (r == 0 && over)
		r = tell_case(txn, arena, result, &e, now_ms);
	if (r == 0 && over)
		r = settle_mail(txn, arena, &e);
	return r;
}

bool
outbox_told_new(struct outbox_told *told, const char *account, const char *error)
{
	const size_t max = sizeof(told->hashes) / sizeof(*told->hashes);
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (const char *at = account; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	hash *= 1099511628211u; /* the NUL between them */
	for (const char *at = error; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	for (size_t i = 0; i < told->count && i < max; i++)
		if (told->hashes[i] == hash)
			return false;
	if (told->count >= 2 * max)
		told->count = (unsigned)max;
	told->hashes[told->count++ % max] = hash;
	return true;
}

/*
 * A lost connection is the account's error, and is told there. What was cut short by stopping is no
 * failure.
 */
static void
tell_log(const struct intake *intake, const struct outbox_result *result)
{
	const struct outbox_record *e = &result->entry;

	if (!intake->told || !result->again || result->error == OUTBOX_NOT_BEGUN ||
	    transport_lost(result->error) || e->ended_ms || intake_stopping(intake) ||
	    !outbox_told_new(intake->told, e->account, result->text))
		return;
	log_line(LOG_WARNING, &(struct log_about){ .account = e->account, .case_id = e->case_id },
		 "a %s is waiting and will be tried again: %s; triagectl status lists what waits",
		 outbox_kind_name(e->kind), result->text);
}

int
outbox_finish(const struct intake *intake, struct outbox_result *results, size_t count)
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
		for (size_t i = 0; r == 0 && i < count; i++)
			tell_log(intake, &results[i]);
		goto out;
	}
	store_abort(txn);
out:
	arena_free(arena);
	return r;
}
