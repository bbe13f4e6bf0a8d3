/*
 * sync: brings one folder up to date: what is new is fetched, judged and committed, in batches, in UID order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "resync.h"
#include "sync.h"

#define BATCH_MAILS	64
#define BATCH_BYTES	(2u << 20)
#define MAIL_ARENA_MAX	(112u << 20)	/* one mail and all that is made of it */

struct sync_job {
	struct arrival arrival;
	const struct bundle *bundle;
};

/* Mails that are fetched, judged and committed together. */
struct batch {
	struct sync_job jobs[BATCH_MAILS];
	size_t count, bytes;
	struct pool_batch pool;
};

struct sync {
	struct service *service;
	const struct intake *intake;
	struct transport *transport;
	struct batch batches[2];
	unsigned filling;		/* the batch being filled; the other one is being judged or empty */

	/* One run: */
	const char *folder;
	uint32_t uidvalidity;
	struct bundle *bundle;
	struct intake_counts *counts;
	const struct listed *wanted;
	size_t wanted_count, received;
	struct err *err;
};

struct sync *
sync_new(struct service *service, const struct intake *intake, struct transport *transport)
{
	struct sync *sync = calloc(1, sizeof(*sync));

	if (!sync)
		return NULL;
	sync->service = service;
	sync->intake = intake;
	sync->transport = transport;
	return sync;
}

void
sync_free(struct sync *sync)
{
	if (!sync)
		return;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < BATCH_MAILS; j++)
			arena_free(sync->batches[i].jobs[j].arrival.arena);
	free(sync);
}

static void
judge_job(void *argument, struct judge *judge)
{
	struct sync_job *job = argument;

	intake_judge(judge, job->bundle, &job->arrival);
}

/* Waits for a batch's verdicts and commits it. */
static int
finish_batch(struct sync *sync, struct batch *batch, bool drop)
{
	struct arrival *arrivals[BATCH_MAILS];
	int r = 0;

	if (batch->count == 0)
		return 0;
	pool_wait(sync->service->pool, &batch->pool);
	for (size_t i = 0; i < batch->count; i++)
		arrivals[i] = &batch->jobs[i].arrival;
	if (!drop)
		r = intake_commit(sync->intake, sync->bundle, sync->folder, sync->uidvalidity, arrivals, batch->count,
				  sync->counts);
	for (size_t i = 0; i < batch->count; i++)
		arena_reset(arrivals[i]->arena);
	batch->count = 0;
	batch->bytes = 0;
	if (r < 0)
		err_set(sync->err, r, "writing what was decided to the store: %s%s", strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
	return r;
}

/* Commits both batches, the older one first; after a failure the rest is dropped (it will be fetched again). */
static int
flush(struct sync *sync, bool drop)
{
	int r = finish_batch(sync, &sync->batches[!sync->filling], drop);
	int r2 = finish_batch(sync, &sync->batches[sync->filling], drop || r < 0);

	return r < 0 ? r : r2;
}

/* Takes one more mail: bytes, or the reason why there are none. */
static int
add_arrival(struct sync *sync, const struct listed *listed, const void *bytes, size_t len, bool cut, const char *parked)
{
	struct batch *batch = &sync->batches[sync->filling];
	struct sync_job *job = &batch->jobs[batch->count];
	struct arrival *a = &job->arrival;

	if (!a->arena)
		a->arena = arena_new(MAIL_ARENA_MAX);
	if (!a->arena)
		return err_set(sync->err, -ENOMEM, "taking in a mail: out of memory");
	*a = (struct arrival){ .arena = a->arena, .listed = *listed, .len = len, .cut = cut, .parked = parked };
	a->bytes = arena_strndup(a->arena, bytes ? bytes : "", len);
	if (!a->bytes)
		a->parked = "taking it in needs more memory than one mail may have";
	job->bundle = sync->bundle;
	batch->count++;
	batch->bytes += len;
	if (pool_add(sync->service->pool, &batch->pool, judge_job, job) < 0)
		a->parked = "out of memory";
	if (batch->count < BATCH_MAILS && batch->bytes < BATCH_BYTES)
		return 0;
	sync->filling = !sync->filling;
	return finish_batch(sync, &sync->batches[sync->filling], false);
}

static int
fetched(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	struct sync *sync = context;
	const struct listed *listed = &sync->wanted[sync->received];
	int r;

	if (sync->service->stopping)
		return -ECANCELED;
	if (sync->received >= sync->wanted_count || uid != listed->uid)
		return 1;		/* one was passed over: look at it before going on */
	r = add_arrival(sync, listed, bytes, len, cut, NULL);
	if (r < 0)
		return r;
	sync->received++;
	return 0;
}

static int
fetch(struct sync *sync, const struct listed *wanted, size_t count)
{
	int r;

	sync->wanted = wanted;
	sync->wanted_count = count;
	sync->received = 0;
	r = sync->transport->ops->fetch(sync->transport, wanted, count, sync->service->config->message_max_bytes, fetched,
					sync, sync->err);
	return r > 0 ? 0 : r;
}

/*
 * wanted[0] was listed but did not come. It is gone (then 0, and the caller lists again), or the server would not give it: asked
 * once more alone, then parked.
 */
static int
resolve_missing(struct sync *sync, const struct listed *wanted)
{
	struct listed *again;
	size_t count;
	bool there;
	int r = sync->transport->ops->list(sync->transport, wanted->uid, &again, &count, sync->err);

	if (r < 0)
		return r;
	there = count > 0 && again[0].uid == wanted->uid;
	free(again);
	if (!there)
		return 0;
	r = fetch(sync, wanted, 1);
	if (r < 0 && (transport_lost(r) || r == -ECANCELED))
		return r;
	if (sync->received == 1)
		return 0;
	return add_arrival(sync, wanted, NULL, 0, false, "the server lists it but does not give its text");
}

static int
fetch_all(struct sync *sync, const struct listed *wanted, size_t count)
{
	size_t i = 0;
	int r = 0;

	while (r == 0 && i < count) {
		r = fetch(sync, wanted + i, count - i);
		if (r == -EPERM)
			r = 0;		/* the server's NO to one mail must not hold up the others */
		i += sync->received;
		if (r == 0 && i < count)
			r = resolve_missing(sync, &wanted[i++]);
	}
	return r;
}

/* Drops from a listing what the ledger knows. Both are ascending. */
static int
drop_known(struct sync *sync, struct store_txn *txn, struct arena *arena, uint32_t from, struct listed *list, size_t *count)
{
	struct ledger_record *entries;
	size_t known, k = 0, kept = 0;
	int r = ledger_list(txn, arena, sync->intake->account->name, sync->folder, sync->uidvalidity, from, &entries, &known);

	if (r < 0)
		return r;
	for (size_t i = 0; i < *count; i++) {
		while (k < known && entries[k].uid < list[i].uid)
			k++;
		if (list[i].uid >= from && (k == known || entries[k].uid != list[i].uid))
			list[kept++] = list[i];
	}
	*count = kept;
	return 0;
}

/* The folder is watched for the first time: from the account's `since` (0: from now on). */
static int
first_time(struct sync *sync, const struct folder_state *state, int64_t since_ms, struct cursor_record *cursor)
{
	const struct account_config *account = sync->intake->account;
	struct store_txn *txn;
	int r = 0;

	*cursor = (struct cursor_record){
		.account = account->name, .folder = sync->folder, .uidvalidity = state->uidvalidity, .parked = "",
		.next = state->uidnext, .since_ms = since_ms ? since_ms : clock_now_ms(sync->intake->clock),
	};
	if (since_ms) {
		uint32_t first;

		r = sync->transport->ops->since(sync->transport, since_ms, &first, sync->err);
		if (r < 0)
			return r;
		cursor->next = first ? first : state->uidnext;
	}
	r = store_begin(sync->intake->store, true, &txn);
	if (r < 0)
		return err_set(sync->err, r, "writing the store: %s", strerror(-r));
	r = record_cursor_put(txn, cursor);
	if (r < 0)
		store_abort(txn);
	else
		r = store_commit(txn);
	return r < 0 ? err_set(sync->err, r, "writing the store: %s", strerror(-r)) : 0;
}

static int
read_cursor(struct sync *sync, struct arena *arena, struct cursor_record *ret)
{
	struct store_txn *txn;
	int r = store_begin(sync->intake->store, false, &txn);

	if (r < 0)
		return r;
	r = record_cursor_get(txn, arena, sync->intake->account->name, sync->folder, ret);
	store_abort(txn);
	return r;
}

/* The cursor of the selected folder, made or matched again where needed. 1: parked. */
static int
prepare(struct sync *sync, struct arena *arena, const struct folder_state *state, struct cursor_record *cursor)
{
	int r = read_cursor(sync, arena, cursor);

	if (r == -ENOENT)
		return first_time(sync, state, sync->intake->account->since_ms, cursor);
	if (r < 0)
		return err_set(sync->err, r, "reading the store: %s", strerror(-r));
	if (cursor->uidvalidity == 0)
		return first_time(sync, state, 0, cursor);
	if (*cursor->parked)
		return 1;
	if (cursor->uidvalidity == state->uidvalidity)
		return 0;
	r = resync_folder(sync->intake, sync->transport, sync->folder, state, sync->err);
	return r ? r : read_cursor(sync, arena, cursor);
}

/* Lists what is not finished, leaves out what the ledger knows. */
static int
list_new(struct sync *sync, struct arena *arena, const struct cursor_record *cursor, struct listed **ret, size_t *ret_count)
{
	struct listed *list = NULL;
	struct store_txn *txn;
	size_t count = 0;
	int r = sync->transport->ops->list(sync->transport, cursor->next, &list, &count, sync->err);

	if (r < 0)
		return r;
	r = store_begin(sync->intake->store, false, &txn);
	if (r == 0) {
		r = drop_known(sync, txn, arena, cursor->next, list, &count);
		store_abort(txn);
	}
	if (r < 0) {
		free(list);
		return err_set(sync->err, r, "reading the store: %s", strerror(-r));
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

int
sync_folder(struct sync *sync, const char *folder, uint32_t *ret_uidnext, struct intake_counts *counts, struct err *err)
{
	struct arena *arena = arena_new(0);
	struct cursor_record cursor;
	struct folder_state state;
	struct listed *list = NULL;
	size_t count = 0;
	int r, flushed;

	if (!arena)
		return err_set(err, -ENOMEM, "synchronising: out of memory");
	sync->folder = folder;
	sync->counts = counts;
	sync->err = err;
	r = sync->transport->ops->select(sync->transport, folder, &state, err);
	if (r == 0)
		r = prepare(sync, arena, &state, &cursor);
	if (r)
		goto out;
	sync->uidvalidity = state.uidvalidity;
	if (state.exists > 0 && (state.uidnext == 0 || state.uidnext > cursor.next))
		r = list_new(sync, arena, &cursor, &list, &count);
	if (r == 0 && count > 0) {
		sync->bundle = service_bundle(sync->service);
		r = fetch_all(sync, list, count);
		/* What came before the connection broke is whole: keep it. */
		flushed = flush(sync, r == -ENOSPC || r == -EIO);
		r = r < 0 ? r : flushed;
		bundle_unref(sync->bundle);
	}
	if (r >= 0)
		*ret_uidnext = state.uidnext;
out:
	free(list);
	arena_free(arena);
	return r;
}
