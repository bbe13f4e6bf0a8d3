/*
 * sync: brings one folder up to date: what is new is fetched, judged and committed, in batches, in
 * UID order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "resync.h"
#include "sync.h"
#include "vigil.h"

#define BATCH_MAILS 64
#define BATCH_BYTES (2u << 20)
#define MAIL_ARENA_MAX (112u << 20) /* one mail and all that is made of it */
#define REFUSED_MAX 16 /* mails in a row; more of them is the server's trouble, not the mails' */

struct sync_job {
	struct arrival arrival;
	struct bundle *bundle;
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
	unsigned filling; /* the batch being filled; the other one is being judged or empty */

	/* One run: */
	const char *folder;
	uint32_t uidvalidity;
	struct bundle *bundle;
	struct intake_counts *counts;
	bool broken; /* a commit failed: nothing after it may be committed, or mails were left out
		      */
	unsigned refused; /* mails in a row that the server lists but does not give */
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

static void
judge_job(void *argument, struct judge *judge)
{
	struct sync_job *job = argument;

	intake_judge(judge, job->bundle, &job->arrival);
}

/*
 * Waits for a batch's verdicts and commits it; once a commit has failed the rest is dropped (it
 * will be fetched again).
 */
static int
finish_batch(struct sync *sync, struct batch *batch)
{
	struct arrival *arrivals[BATCH_MAILS];
	int r = 0;

	if (batch->count == 0)
		return 0;
	pool_wait(sync->service->pool, &batch->pool);
	vigil_look(sync->bundle);
	for (size_t i = 0; i < batch->count; i++)
		arrivals[i] = &batch->jobs[i].arrival;
	if (!sync->broken)
		r = intake_commit(sync->intake, sync->bundle, sync->folder, sync->uidvalidity,
				  arrivals, batch->count, sync->counts);
	for (size_t i = 0; i < batch->count; i++)
		arena_reset(arrivals[i]->arena);
	batch->count = 0;
	batch->bytes = 0;
	if (r < 0) {
		sync->broken = true;
		err_set(sync->err, r, "writing what was decided to the store: %s%s", strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
	}
	return r;
}

/* Commits both batches, the older one first. */
static int
flush(struct sync *sync)
{
	int r = finish_batch(sync, &sync->batches[!sync->filling]);
	int r2 = finish_batch(sync, &sync->batches[sync->filling]);

	return r < 0 ? r : r2;
}

/* What mails were read in is not kept while nothing comes: there may be thousands of accounts. */
static void
free_arenas(struct sync *sync)
{
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < BATCH_MAILS; j++) {
			arena_free(sync->batches[i].jobs[j].arrival.arena);
			sync->batches[i].jobs[j].arrival.arena = NULL;
		}
}

void
sync_free(struct sync *sync)
{
	if (!sync)
		return;
	free_arenas(sync);
	free(sync);
}

/* Takes one more mail: bytes, or the reason why there are none. */
static int
add_arrival(struct sync *sync, const struct listed *listed, const void *bytes, size_t len, bool cut,
	    const char *parked)
{
	struct batch *batch = &sync->batches[sync->filling];
	struct sync_job *job = &batch->jobs[batch->count];
	struct arrival *a = &job->arrival;

	if (!a->arena)
		a->arena = arena_new(MAIL_ARENA_MAX);
	if (!a->arena)
		return err_set(sync->err, -ENOMEM, "taking in a mail: out of memory");
	*a = (struct arrival){ .day = clock_day(sync->intake->clock),
			       .arena = a->arena,
			       .listed = *listed,
			       .len = len,
			       .cut = cut,
			       .parked = parked };
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
	return finish_batch(sync, &sync->batches[sync->filling]);
}

static int
fetched(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	struct sync *sync = context;
	const struct listed *listed = &sync->wanted[sync->received];

	if (sync->service->stopping)
		return -ECANCELED;
	if (sync->received >= sync->wanted_count || uid != listed->uid)
		return 1; /* one was passed over: look at it before going on */
	intake_beat(sync->intake);
	sync->received++;
	sync->refused = 0;
	return add_arrival(sync, listed, bytes, len, cut, NULL);
}

static int
fetch(struct sync *sync, const struct listed *wanted, size_t count)
{
	int r;

	sync->wanted = wanted;
	sync->wanted_count = count;
	sync->received = 0;
	r = sync->transport->ops->fetch(sync->transport, wanted, count,
					sync->service->config->message_max_bytes, fetched, sync,
					sync->err);
	return r > 0 ? 0 : r;
}

/* Keeps of a list what is in another one, too. Both are ascending. */
static size_t
keep_common(struct listed *list, size_t count, const struct listed *other, size_t other_count)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i < count; i++) {
		while (k < other_count && other[k].uid < list[i].uid)
			k++;
		if (k < other_count && other[k].uid == list[i].uid)
			list[kept++] = list[i];
	}
	return kept;
}

static int
park_refused(struct sync *sync, const struct listed *refused)
{
	if (++sync->refused <= REFUSED_MAX)
		return add_arrival(sync, refused, NULL, 0, false,
				   "the server lists it but does not give its text");
	sync->broken =
		true; /* those before it would not have been parked, had the server been well */
	return err_set(sync->err, -EPERM,
		       "the server lists the mails of folder %s but refuses to give them, %u in a "
		       "row; look at "
		       "the server's log",
		       sync->folder, sync->refused);
}

/*
 * The first mail wanted was listed but did not come. Either it is gone, and others may be as well:
 * what is left is taken from a new listing. Or the server would not give it: asked once more alone,
 * then parked.
 */
static int
resolve_missing(struct sync *sync, struct listed **wanted, size_t *count)
{
	struct listed *again;
	size_t again_count;
	bool there;
	int r = sync->transport->ops->list(sync->transport, (*wanted)->uid, &again, &again_count,
					   sync->err);

	if (r < 0)
		return r;
	there = again_count > 0 && again[0].uid == (*wanted)->uid;
	*count = keep_common(*wanted, *count, again, again_count);
	free(again);
	if (!there)
		return 0;
	r = fetch(sync, *wanted, 1);
	if (r == -EPERM)
		r = 0;
	if (r == 0 && sync->received == 0)
		r = park_refused(sync, *wanted);
	(*wanted)++;
	(*count)--;
	return r;
}

static int
fetch_all(struct sync *sync, struct listed *wanted, size_t count)
{
	int r = 0;

	while (r == 0 && count > 0) {
		r = fetch(sync, wanted, count);
		if (r == -EPERM)
			r = 0; /* the server's NO to one mail must not hold up the others */
		wanted += sync->received;
		count -= sync->received;
		if (r == 0 && count > 0)
			r = resolve_missing(sync, &wanted, &count);
	}
	return r;
}

/*
 * Drops from a listing what the ledger knows; all are ascending. What resync left to be judged is
 * not known yet; when it is no longer listed it goes to `gone` (room for every ledger entry).
 */
static size_t
drop_known(const struct ledger_record *entries, size_t known, struct listed *list, size_t count,
	   uint32_t *gone, size_t *gone_count)
{
	size_t kept = 0, i = 0;

	*gone_count = 0;
	for (size_t k = 0; k < known; k++) {
		bool waits = entries[k].state == LEDGER_PLANNED && !entries[k].message, listed;

		while (i < count && list[i].uid < entries[k].uid)
			list[kept++] = list[i++];
		listed = i < count && list[i].uid == entries[k].uid;
		if (listed && waits)
			list[kept++] = list[i];
		else if (waits)
			gone[(*gone_count)++] = entries[k].uid;
		i += listed;
	}
	while (i < count)
		list[kept++] = list[i++];
	return kept;
}

static int
store_failure(struct sync *sync, const char *doing, int error)
{
	return err_set(sync->err, error, "%s the store: %s", doing, strerror(-error));
}

static int
put_cursor(struct sync *sync, const struct cursor_record *cursor)
{
	struct store_txn *txn;
	int r = store_begin(sync->intake->store, true, &txn);

	if (r < 0)
		return store_failure(sync, "writing", r);
	r = record_cursor_put(txn, cursor);
	if (r < 0)
		store_abort(txn);
	else
		r = store_commit(txn);
	return r < 0 ? store_failure(sync, "writing", r) : 0;
}

/* UIDNEXT; from the folder's last mail when the server does not say it. */
static int
find_uidnext(struct sync *sync, const struct folder_state *state, uint32_t *ret)
{
	struct listed *list;
	size_t count;
	int r = 0;

	*ret = state->uidnext ? state->uidnext : 1;
	if (state->uidnext == 0 && state->exists > 0) {
		r = sync->transport->ops->list(sync->transport, 1, &list, &count, sync->err);
		if (r < 0)
			return r;
		if (count > 0)
			*ret = list[count - 1].uid + 1;
		free(list);
	}
	return r;
}

/* Mail is put into the folder by hand, to say something of it. */
static bool
is_by_hand(const struct sync *sync)
{
	const struct folder_role_config *role =
		config_folder_role(sync->intake->account, sync->folder);

	return role && role->role != FOLDER_SENT;
}

/* The folder is watched for the first time: from the account's `since` (0: from now on). */
static int
first_time(struct sync *sync, const struct folder_state *state, struct cursor_record *cursor)
{
	const struct account_config *account = sync->intake->account;
	uint32_t first = 0;
	int r = 0;

	*cursor = (struct cursor_record){
		.account = account->name,
		.folder = sync->folder,
		.uidvalidity = state->uidvalidity,
		.parked = "",
		.since_ms =
			account->since_ms ? account->since_ms : clock_now_ms(sync->intake->clock),
	};
	/* What was put there by hand is looked at whole: it is known, or nothing of it is judged.
	 */
	if (is_by_hand(sync))
		first = 1;
	else if (account->since_ms)
		r = sync->transport->ops->since(sync->transport, account->since_ms, &first,
						sync->err);
	if (r == 0 && !first)
		r = find_uidnext(sync, state, &first);
	if (r < 0)
		return r;
	cursor->next = first;
	return put_cursor(sync, cursor);
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

/*
 * A folder that is not there when it is looked for the first time is watched from now on all the
 * same: when it comes, mail that came with it is ours.
 */
static int
note_missing(struct sync *sync, struct arena *arena)
{
	const struct account_config *account = sync->intake->account;
	struct cursor_record old;
	struct cursor_record cursor = {
		.account = account->name,
		.folder = sync->folder,
		.parked = "",
		.since_ms =
			account->since_ms ? account->since_ms : clock_now_ms(sync->intake->clock),
	};
	int r = read_cursor(sync, arena, &old);

	if (r < 0 && r != -ENOENT)
		return store_failure(sync, "reading", r);
	r = r == -ENOENT ? put_cursor(sync, &cursor) : 0;
	return r < 0 ? r : -ENOENT;
}

/* People find the folders that they steer by, and need not make them. */
static int
make_folder(struct sync *sync, struct folder_state *state)
{
	const struct transport_ops *ops = sync->transport->ops;
	int r = ops->make(sync->transport, sync->folder, sync->err);

	return r < 0 ? r : ops->select(sync->transport, sync->folder, state, sync->err);
}

/* The cursor of the selected folder, made or matched again where needed. 1: parked. */
static int
prepare(struct sync *sync, struct arena *arena, const struct folder_state *state,
	struct cursor_record *cursor)
{
	int r = read_cursor(sync, arena, cursor);

	if (r == -ENOENT)
		return first_time(sync, state, cursor);
	if (r < 0)
		return store_failure(sync, "reading", r);
	if (*cursor->parked)
		return 1;
	if (cursor->uidvalidity == state->uidvalidity && cursor->next > 0)
		return 0;
	r = resync_folder(sync->intake, sync->transport, sync->folder, state, sync->err);
	if (r)
		return r;
	r = read_cursor(sync, arena, cursor);
	return r < 0 ? store_failure(sync, "reading", r) : 0;
}

/* Lists what is not finished, leaves out what the ledger knows. */
static int
list_new(struct sync *sync, struct arena *arena, const struct cursor_record *cursor,
	 struct listed **ret, size_t *ret_count)
{
	struct ledger_record *entries;
	struct listed *list = NULL;
	struct store_txn *txn;
	uint32_t *gone = NULL;
	size_t count = 0, known = 0, gone_count = 0;
	int r = sync->transport->ops->list(sync->transport, cursor->next, &list, &count, sync->err);

	if (r < 0)
		return r;
	r = store_begin(sync->intake->store, false, &txn);
	if (r == 0) {
		r = ledger_list(txn, arena, cursor->account, sync->folder, sync->uidvalidity,
				cursor->next, &entries, &known);
		store_abort(txn);
	}
	if (r == 0) {
		gone = arena_calloc(arena, known + 1, sizeof(*gone));
		r = gone ? 0 : -ENOMEM;
	}
	if (r == 0) {
		count = drop_known(entries, known, list, count, gone, &gone_count);
		if (gone_count > 0)
			r = intake_gone(sync->intake, sync->folder, sync->uidvalidity, gone,
					gone_count);
	}
	if (r < 0) {
		free(list);
		return store_failure(sync, "reading", r);
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

static int
take_in(struct sync *sync, struct listed *list, size_t count)
{
	int r, flushed;

	sync->bundle = service_bundle(sync->service);
	sync->broken = false;
	sync->refused = 0;
	r = fetch_all(sync, list, count);
	/* What came before the connection broke is whole: keep it. */
	flushed = flush(sync);
	bundle_unref(sync->bundle);
	free_arenas(sync);
	return r < 0 ? r : flushed;
}

int
sync_folder(struct sync *sync, const char *folder, uint32_t *ret_uidnext,
	    struct intake_counts *counts, struct err *err)
{
	struct arena *arena = arena_new(0);
	struct cursor_record cursor;
	struct folder_state state;
	struct listed *list = NULL;
	size_t count = 0;
	int r;

	if (!arena)
		return err_set(err, -ENOMEM, "synchronising: out of memory");
	sync->folder = folder;
	sync->counts = counts;
	sync->err = err;
	r = sync->transport->ops->select(sync->transport, folder, &state, err);
	if (r == -ENOENT && is_by_hand(sync))
		r = make_folder(sync, &state);
	else if (r == -ENOENT)
		r = note_missing(sync, arena);
	if (r < 0)
		goto out;
	*ret_uidnext = state.uidnext;
	r = prepare(sync, arena, &state, &cursor);
	if (r)
		goto out;
	sync->uidvalidity = state.uidvalidity;
	if (state.exists > 0 && (state.uidnext == 0 || state.uidnext > cursor.next))
		r = list_new(sync, arena, &cursor, &list, &count);
	if (r == 0 && count > 0)
		r = take_in(sync, list, count);
out:
	free(list);
	arena_free(arena);
	return r;
}
