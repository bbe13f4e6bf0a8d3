/*
 * mailbox: one account's life: connect, synchronise every watched folder, carry out what was
 * planned, wait for more.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "log.h"
#include "mailbox.h"
#include "resync.h"
#include "sync.h"

#define STACK_BYTES (256u << 10)
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_LAST_MS 300000
#define BACKOFF_LOGIN_MS                                                                           \
	30000 /* a refused password is not tried quickly: servers lock accounts                    \
	       */
#define BACKOFF_LOGIN_LAST_MS 900000
#define IDLE_RENEW_MS 540000 /* RFC 2177 allows 29 minutes; NAT boxes forget after 10 */

enum state {
	STATE_NEW,
	STATE_CONNECTING,
	STATE_WORKING,
	STATE_WAITING,
	STATE_FAILED,
	STATE_STORE,
	STATE_STOPPED
};

static const char *const state_names[] = {
	[STATE_NEW] = "starting",         [STATE_CONNECTING] = "connecting",
	[STATE_WORKING] = "working",      [STATE_WAITING] = "watching",
	[STATE_FAILED] = "not connected", [STATE_STORE] = "store failed",
	[STATE_STOPPED] = "stopped",
};

struct folder_status {
	const char *name;
	char problem[512]; /* why it is not read, "" when it is */
};

struct mailbox {
	struct service *service;
	struct intake intake;
	struct transport *transport;
	struct sync *sync;
	pthread_t thread;
	bool started;
	_Atomic int64_t beat; /* 0 while it waits */
	struct outbox_told told;

	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t woken;
	bool ended; /* the thread has nothing more to do */
	enum state state;
	int64_t since_ms;  /* of the state */
	int64_t retry_ms;  /* when it will connect again, 0 */
	unsigned failures; /* in a row */
	char server[256], error[512];
	bool needs_person; /* the error is not one that passes */
	struct intake_counts counts;
	struct outbox_counts outbox;
	uint64_t carried_out;
	struct folder_status *folders;
};

struct mailbox *
mailbox_new(struct service *service, const struct account_config *account,
	    struct transport *transport)
{
	struct mailbox *mb = calloc(1, sizeof(*mb));
	pthread_condattr_t attributes;

	if (!mb)
		goto failed;
	mb->service = service;
	mb->transport = transport;
	mb->intake = (struct intake){ .store = service->store,
				      .clock = service->clock,
				      .config = service->config,
				      .account = account,
				      .beat = &mb->beat,
				      .told = &mb->told,
				      .stopping = &service->stopping };
	mb->sync = sync_new(service, &mb->intake, transport);
	mb->folders = calloc(account->folder_count, sizeof(*mb->folders));
	if (!mb->sync || !mb->folders)
		goto failed;
	for (size_t i = 0; i < account->folder_count; i++)
		mb->folders[i].name = account->folders[i];
	mb->since_ms = clock_now_ms(service->clock);
	pthread_mutex_init(&mb->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&mb->woken, &attributes);
	pthread_condattr_destroy(&attributes);
	return mb;
failed:
	if (mb) {
		sync_free(mb->sync);
		free(mb->folders);
		free(mb);
	}
	transport->ops->free(transport);
	return NULL;
}

void
mailbox_free(struct mailbox *mb)
{
	if (!mb)
		return;
	mb->transport->ops->free(mb->transport);
	sync_free(mb->sync);
	free(mb->folders);
	pthread_cond_destroy(&mb->woken);
	pthread_mutex_destroy(&mb->mutex);
	free(mb);
}

static void
enter(struct mailbox *mb, enum state state)
{
	bool waits = state == STATE_WAITING || state == STATE_FAILED || state == STATE_STORE ||
		     state == STATE_STOPPED;

	pthread_mutex_lock(&mb->mutex);
	if (mb->state != state)
		mb->since_ms = clock_now_ms(mb->service->clock);
	mb->state = state;
	mb->beat = waits ? 0 : clock_monotonic_ms();
	pthread_mutex_unlock(&mb->mutex);
}

static struct log_about
about(const struct mailbox *mb)
{
	return (struct log_about){ .account = mb->intake.account->name };
}

static void
note_folder(struct mailbox *mb, size_t i, const char *problem)
{
	struct log_about where = about(mb);
	bool changed;

	pthread_mutex_lock(&mb->mutex);
	changed = strncmp(mb->folders[i].problem, problem, sizeof(mb->folders[i].problem) - 1) != 0;
	snprintf(mb->folders[i].problem, sizeof(mb->folders[i].problem), "%s", problem);
	pthread_mutex_unlock(&mb->mutex);
	where.folder = mb->folders[i].name;
	if (changed && *problem)
		log_line(LOG_WARNING, &where, "folder %s is not read: %s", where.folder, problem);
	else if (changed)
		log_line(LOG_NOTICE, &where, "folder %s is read again", where.folder);
}

static void
parked_text(struct mailbox *mb, const char *folder, char *text, size_t size)
{
	struct arena *arena = arena_new(0);
	struct cursor_record cursor;
	struct store_txn *txn;

	snprintf(text, size, "parked");
	if (arena && store_begin(mb->intake.store, false, &txn) == 0) {
		if (record_cursor_get(txn, arena, mb->intake.account->name, folder, &cursor) == 0)
			snprintf(text, size,
				 "%s; look at it, then: triagectl account resume %s '%s'",
				 cursor.parked, mb->intake.account->name, folder);
		store_abort(txn);
	}
	arena_free(arena);
}

/*
 * All folders once. A folder that is missing or parked is said in the status and does not hold up
 * the others.
 */
static int
sync_folders(struct mailbox *mb, uint32_t *first_uidnext, struct err *err)
{
	struct intake_counts counts = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < mb->intake.account->folder_count; i++) {
		uint32_t uidnext = 0;
		char problem[512] = "";

		r = sync_folder(mb->sync, mb->folders[i].name, &uidnext, &counts, err);
		if (r == 1) {
			parked_text(mb, mb->folders[i].name, problem, sizeof(problem));
			r = 0;
		} else if (r == -ENOENT || r == -EPERM) {
			snprintf(problem, sizeof(problem), "%s", err->text);
			r = 0;
		}
		if (r == 0)
			note_folder(mb, i, problem);
		if (i == 0)
			*first_uidnext = uidnext;
	}
	pthread_mutex_lock(&mb->mutex);
	mb->counts.judged += counts.judged;
	mb->counts.planned += counts.planned;
	mb->counts.parked += counts.parked;
	mb->counts.known += counts.known;
	pthread_mutex_unlock(&mb->mutex);
	if (counts.judged + counts.parked > 0) {
		struct log_about where = about(mb);

		log_line(LOG_INFO, &where, "%llu judged, %llu to be acted on, %llu parked",
			 (unsigned long long)counts.judged, (unsigned long long)counts.planned,
			 (unsigned long long)counts.parked);
		service_kick(mb->service);
	}
	return r;
}

static int
carry_out(struct mailbox *mb, bool *more, struct err *err)
{
	struct outbox_counts counts = { 0 };
	int r = outbox_run_mailbox(&mb->intake, mb->transport, &counts, err);
	struct log_about where = about(mb);

	pthread_mutex_lock(&mb->mutex);
	mb->carried_out += counts.done;
	mb->outbox.next_ms = counts.next_ms;
	mb->outbox.failed += counts.failed;
	pthread_mutex_unlock(&mb->mutex);
	if (counts.failed > 0)
		log_line(LOG_WARNING, &where,
			 "%u action%s could not be carried out; see triagectl status",
			 counts.failed, counts.failed == 1 ? "" : "s");
	if (r == 0 && !counts.more && !counts.next_ms)
		outbox_told_forget(&mb->told);
	*more = counts.more;
	return r;
}

/*
 * Brings everything up to date and carries out what follows from it. New mail does not wait until
 * thousands of actions are over.
 */
static int
work(struct mailbox *mb, uint32_t *uidnext, struct err *err)
{
	bool more = true;
	int r = 0;

	enter(mb, STATE_WORKING);
	while (r == 0 && more && !mb->service->stopping) {
		r = sync_folders(mb, uidnext, err);
		if (r == 0)
			r = carry_out(mb, &more, err);
	}
	return r;
}

/* How long nothing needs to be looked at. */
static int64_t
wait_ms(struct mailbox *mb)
{
	int64_t wait = (int64_t)mb->intake.account->poll_seconds * 1000, until;

	if (wait > IDLE_RENEW_MS)
		wait = IDLE_RENEW_MS;
	pthread_mutex_lock(&mb->mutex);
	until = mb->outbox.next_ms ? mb->outbox.next_ms - clock_now_ms(mb->service->clock) : wait;
	pthread_mutex_unlock(&mb->mutex);
	if (until < 0)
		until = 0;
	return until < wait ? until : wait;
}

/*
 * Waits in the first folder. Mail that came while the others were looked at is seen by its UIDNEXT.
 */
static int
watch(struct mailbox *mb, uint32_t uidnext, struct err *err)
{
	struct folder_state state;
	enum transport_event event;
	int r;

	r = mb->transport->ops->select(mb->transport, mb->folders[0].name, &state, err);
	if (r == -ENOENT || r == -EPERM) {
		/* Said in the status already; the poll looks again. */
		r = mb->transport->ops->select(mb->transport, "INBOX", &state, err);
		uidnext = r == 0 ? state.uidnext : 0;
	}
	if (r < 0 || state.uidnext != uidnext || mb->service->stopping)
		return r;
	enter(mb, STATE_WAITING);
	return mb->transport->ops->wait(mb->transport, uidnext, wait_ms(mb), &event, err);
}

/*
 * Only when something was got done: a connection that breaks over and over must wait longer and
 * longer.
 */
static void
note_success(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->mutex);
	mb->failures = 0;
	mb->error[0] = '\0';
	mb->needs_person = false;
	mb->retry_ms = 0;
	pthread_mutex_unlock(&mb->mutex);
}

static int
connect_and_watch(struct mailbox *mb, struct err *err)
{
	uint32_t uidnext = 0;
	int r;

	enter(mb, STATE_CONNECTING);
	r = mb->transport->ops->open(mb->transport, err);
	if (r < 0)
		return r;
	pthread_mutex_lock(&mb->mutex);
	snprintf(mb->server, sizeof(mb->server), "%s", mb->transport->ops->describe(mb->transport));
	pthread_mutex_unlock(&mb->mutex);
	while (r == 0 && !mb->service->stopping) {
		r = work(mb, &uidnext, err);
		if (r < 0 || mb->service->stopping)
			break;
		note_success(mb);
		r = watch(mb, uidnext, err);
	}
	return r;
}

/*
 * Half to one and a half of the delay: many accounts of one server do not come back in the same
 * second.
 */
static int64_t
jittered(int64_t delay)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint32_t)clock_monotonic_ms() * 2654435761u;
	return delay / 2 + (int64_t)((double)random / UINT32_MAX * (double)delay);
}

static int64_t
backoff(unsigned failures, int error)
{
	bool login = error == -EACCES;
	int64_t delay = login ? BACKOFF_LOGIN_MS : BACKOFF_FIRST_MS,
		last = login ? BACKOFF_LOGIN_LAST_MS : BACKOFF_LAST_MS;

	while (failures-- > 1 && delay < last)
		delay *= 2;
	return jittered(delay < last ? delay : last);
}

static void
rest(struct mailbox *mb, int64_t delay)
{
	struct timespec until = clock_monotonic_at(clock_monotonic_ms() + delay);

	pthread_mutex_lock(&mb->mutex);
	while (!mb->service->stopping &&
	       pthread_cond_timedwait(&mb->woken, &mb->mutex, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&mb->mutex);
}

static void
note_failure(struct mailbox *mb, int error, const struct err *err, int64_t delay)
{
	struct log_about where = about(mb);
	bool news;

	pthread_mutex_lock(&mb->mutex);
	news = strncmp(mb->error, err->text, sizeof(mb->error) - 1) != 0;
	snprintf(mb->error, sizeof(mb->error), "%s", err->text);
	mb->needs_person = error != -EPIPE && error != -ETIMEDOUT && error != -EHOSTUNREACH;
	mb->retry_ms = clock_now_ms(mb->service->clock) + delay;
	pthread_mutex_unlock(&mb->mutex);
	if (news) /* the same failure again is in the status, not in the log */
		log_line(error == -EPIPE || error == -ETIMEDOUT ? LOG_NOTICE : LOG_WARNING, &where,
			 "%s; trying again in %lld s", err->text, (long long)(delay + 999) / 1000);
}

static bool
store_failed(int error)
{
	return error == -ENOSPC || error == -EIO || error == -EBADMSG || error == -ENOMEM;
}

static void *
mailbox_main(void *argument)
{
	struct mailbox *mb = argument;

	while (!mb->service->stopping) {
		struct err err = { 0 };
		int64_t delay;
		int r = connect_and_watch(mb, &err);

		mb->transport->ops->close(mb->transport);
		if (mb->service->stopping)
			break;
		delay = backoff(++mb->failures, r);
		enter(mb, store_failed(r) ? STATE_STORE : STATE_FAILED);
		note_failure(mb, r, &err, delay);
		rest(mb, delay);
	}
	enter(mb, STATE_STOPPED);
	pthread_mutex_lock(&mb->mutex);
	mb->ended = true;
	pthread_cond_broadcast(&mb->woken);
	pthread_mutex_unlock(&mb->mutex);
	return NULL;
}

int
mailbox_start(struct mailbox *mb, struct err *err)
{
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	error = pthread_create(&mb->thread, &attributes, mailbox_main, mb);
	pthread_attr_destroy(&attributes);
	if (error)
		return err_set(err, -error,
			       "starting the thread of account %s: %s; raise TasksMax= or the "
			       "process limit",
			       mb->intake.account->name, strerror(error));
	mb->started = true;
	return 0;
}

bool
mailbox_join(struct mailbox *mb, int64_t deadline_ms)
{
	struct timespec until = clock_monotonic_at(deadline_ms);
	bool ended;

	if (!mb->started)
		return true;
	pthread_mutex_lock(&mb->mutex);
	while (!mb->ended &&
	       (deadline_ms == INT64_MAX
			? pthread_cond_wait(&mb->woken, &mb->mutex)
			: pthread_cond_timedwait(&mb->woken, &mb->mutex, &until)) != ETIMEDOUT)
		;
	ended = mb->ended;
	pthread_mutex_unlock(&mb->mutex);
	if (ended) {
		pthread_join(mb->thread, NULL);
		mb->started = false;
	}
	return ended;
}

int
mailbox_resume(struct mailbox *mb, const char *folder, struct err *err)
{
	const struct account_config *account = mb->intake.account;
	size_t i = 0;
	int r;

	while (i < account->folder_count && strcmp(account->folders[i], folder) != 0)
		i++;
	if (i == account->folder_count)
		return err_set(err, -ENOENT, "account %s does not watch a folder called %s",
			       account->name, folder);
	r = resync_resume(mb->intake.store, account->name, folder);
	if (r == -EALREADY)
		return err_set(err, r, "folder %s of account %s is not parked: nothing was changed",
			       folder, account->name);
	if (r < 0)
		return err_set(err, r, "writing the store: %s", strerror(-r));
	mailbox_wake(mb, false);
	return 0;
}

void
mailbox_wake(struct mailbox *mb, bool cut)
{
	mb->transport->ops->wake(mb->transport, cut);
	pthread_mutex_lock(&mb->mutex);
	pthread_cond_broadcast(&mb->woken);
	pthread_mutex_unlock(&mb->mutex);
}

int
mailbox_once(struct mailbox *mb, struct err *err)
{
	uint32_t uidnext;
	int r = mb->transport->ops->open(mb->transport, err);

	if (r == 0)
		r = work(mb, &uidnext, err);
	mb->transport->ops->close(mb->transport);
	enter(mb, STATE_STOPPED);
	return r;
}

json_t *
mailbox_status(struct mailbox *mb)
{
	json_t *folders = json_array(), *status;

	pthread_mutex_lock(&mb->mutex);
	for (size_t i = 0; folders && i < mb->intake.account->folder_count; i++)
		json_array_append_new(folders, json_pack("{s:s,s:s}", "name", mb->folders[i].name,
							 "problem", mb->folders[i].problem));
	status = json_pack("{s:s,s:s,s:I,s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "name",
			   mb->intake.account->name, "state", state_names[mb->state], "since_ms",
			   (json_int_t)mb->since_ms, "server", mb->server, "error", mb->error,
			   "needs_person", mb->needs_person, "retry_ms", (json_int_t)mb->retry_ms,
			   "judged", (json_int_t)mb->counts.judged, "planned",
			   (json_int_t)mb->counts.planned, "parked", (json_int_t)mb->counts.parked,
			   "carried_out", (json_int_t)mb->carried_out, "failed",
			   (json_int_t)mb->outbox.failed, "folders", folders);
	pthread_mutex_unlock(&mb->mutex);
	return status;
}

int64_t
mailbox_beat(struct mailbox *mb)
{
	return mb->beat;
}
