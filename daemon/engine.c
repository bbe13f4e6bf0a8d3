/*
 * engine: the running daemon: one thread per account, workers, couriers, and an event loop for
 * signals, the API and the watchdog. The loop's thread never talks to a mail server, so that status
 * and stopping always answer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "api.h"
#include "engine.h"
#include "engine_internal.h"
#include "imap.h"
#include "log.h"
#include "mailbox.h"
#include "promise.h"
#include "service.h"
#include "stream.h"

/* At least so often, because the clock may be set. */
#define PROMISE_LOOK_MS 30000

const struct ruleset_options engine_ruleset_options = { .jit = JIT_USED, .gate = true };

static void
run_api(struct engine *e)
{
	int64_t timeout_ms;

	api_run(e->api, &timeout_ms);
	if (timeout_ms < 0) {
		sd_event_source_set_enabled(e->api_timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time_relative(e->api_timer, (uint64_t)timeout_ms * 1000);
	sd_event_source_set_enabled(e->api_timer, SD_EVENT_ONESHOT);
}

static int
on_api(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	run_api(context);
	return 0;
}

static int
on_api_timer(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	run_api(context);
	return 0;
}

static void
tell_promise(const struct promise_record *p, bool overdue)
{
	const struct log_about about = { .account = p->account, .case_id = p->case_id };

	/* Not its words: the log holds no text of mails. */
	log_line(overdue ? LOG_WARNING : LOG_NOTICE, &about, "promise %" PRIu64 " is %s", p->number,
		 overdue ? "overdue" : "due soon");
}

void
engine_promises(struct engine *e)
{
	int64_t now_ms = clock_now_ms(&clock_system), next_ms = 0, wait_ms = PROMISE_LOOK_MS;
	int r = promise_run(e->service.store, now_ms, tell_promise, &next_ms);

	if (r < 0)
		log_line(LOG_ERR, NULL, "looking for promises that are due: %s; tried again soon",
			 strerror(-r));
	next_ms = outbox_earlier(r < 0 ? 0 : next_ms, engine_timers(e, now_ms));
	if (next_ms > 0 && next_ms - now_ms < wait_ms)
		wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
	sd_event_source_set_time_relative(e->promise_timer,
					  (uint64_t)clock_wait_ms(wait_ms) * 1000);
	sd_event_source_set_enabled(e->promise_timer, SD_EVENT_ONESHOT);
}

static int
on_promise_timer(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	engine_promises(context);
	return 0;
}

static int
on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct engine *e = context;

	(void)source;
	(void)info;
	return sd_event_exit(e->event, 0);
}

static int
on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct err err = { 0 };
	json_t *result = NULL;

	(void)source;
	(void)info;
	engine_reload(context, false, &result, &err);
	json_decref(result);
	return 0;
}

/* Feeds the watchdog as long as every account gets on with its work. */
static int
on_watchdog(sd_event_source *source, uint64_t usec, void *context)
{
	struct engine *e = context;
	int64_t now = clock_monotonic_ms();
	bool stuck = false;

	(void)usec;
	for (size_t i = 0; i < e->mailbox_count; i++) {
		int64_t beat = mailbox_beat(e->mailboxes[i]);

		if (beat && now - beat > ENGINE_STUCK_MS) {
			stuck = true;
			log_line(LOG_CRIT,
				 &(struct log_about){ .account = e->config->accounts[i].name },
				 "the account's thread has not moved for %d s; letting the "
				 "watchdog restart triaged",
				 ENGINE_STUCK_MS / 1000);
		}
	}
	if (!stuck)
		sd_notify(0, "WATCHDOG=1");
	sd_event_source_set_time_relative(source, e->watchdog_usec / 3);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/*
 * Signals are taken by the event loop; blocked before any thread starts, so that no thread takes
 * them.
 */
static void
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* A file descriptor or two per account: as many as the system allows. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	mallopt(M_ARENA_MAX, 4); /* thousands of threads that mostly sleep need no heap each */
}

static bool
same_file(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * The authorities an account trusts, shared with other accounts that name the same file. A new
 * reference.
 */
static int
account_trust(struct engine *e, const struct account_config *account, struct stream_trust **ret,
	      struct err *err)
{
	struct trust *t;
	int r;

	for (size_t i = 0; i < e->trust_count; i++)
		if (same_file(e->trusts[i].file, account->ca_file)) {
			*ret = stream_trust_ref(e->trusts[i].trust);
			return 0;
		}
	if (!e->trusts)
		e->trusts = calloc(e->config->account_count, sizeof(*e->trusts));
	if (!e->trusts)
		return err_set(err, -ENOMEM, "loading certificate authorities: out of memory");
	t = &e->trusts[e->trust_count];
	r = stream_trust_new(account->ca_file, err, &t->trust);
	if (r < 0)
		return r;
	t->file = account->ca_file;
	e->trust_count++;
	*ret = stream_trust_ref(t->trust);
	return 0;
}

static void
free_trusts(struct engine *e)
{
	for (size_t i = 0; i < e->trust_count; i++)
		stream_trust_unref(e->trusts[i].trust);
	free(e->trusts);
}

static int
add_accounts(struct engine *e, struct err *err)
{
	e->mailboxes = calloc(e->config->account_count, sizeof(*e->mailboxes));
	if (!e->mailboxes)
		return err_set(err, -ENOMEM, "starting the accounts: out of memory");
	for (size_t i = 0; i < e->config->account_count; i++) {
		const struct account_config *account = &e->config->accounts[i];
		struct stream_trust *trust = NULL;
		struct transport *transport;
		int r = outbox_recover(e->service.store, account->name);

		if (r < 0)
			return err_set(err, r, "reading the journal of account %s: %s",
				       account->name, strerror(-r));
		if (account->tls != TLS_NONE)
			r = account_trust(e, account, &trust, err);
		if (r == 0)
			r = imap_transport_new(account, trust, err, &transport);
		stream_trust_unref(trust);
		if (r < 0)
			return err_prefix(err, r, "account %s", account->name);
		e->mailboxes[i] = mailbox_new(&e->service, account, transport);
		if (!e->mailboxes[i])
			return err_set(err, -ENOMEM, "starting account %s: out of memory",
				       account->name);
		e->mailbox_count++;
	}
	return 0;
}

static int
run_once(struct engine *e)
{
	int failed = 0;
	struct err err = { 0 };

	for (size_t i = 0; i < e->mailbox_count; i++) {
		const struct log_about about = { .account = e->config->accounts[i].name };

		err = (struct err){ 0 };
		if (mailbox_once(e->mailboxes[i], &err) < 0) {
			log_line(LOG_ERR, &about, "%s", err.text);
			failed = 1;
		}
	}
	if (service_courier_once(&e->service, &err) < 0) {
		log_line(LOG_ERR, NULL, "%s", err.text);
		failed = 1;
	}
	return failed;
}

static int
open_api(struct engine *e, struct err *err)
{
	struct api_options options = { .socket = e->config->socket,
				       .group = e->config->socket_group,
				       .listen_fd = -1 };
	struct api_hooks hooks = engine_hooks(e);
	int r;

	if (sd_listen_fds(1) == 1)
		options.listen_fd = SD_LISTEN_FDS_START;
	r = api_open(&options, e->service.store, &hooks, err, &e->api);
	if (r < 0)
		return r;
	r = sd_event_add_io(e->event, NULL, api_fd(e->api), EPOLLIN, on_api, e);
	if (r >= 0)
		r = sd_event_add_time_relative(e->event, &e->api_timer, CLOCK_MONOTONIC, 0, 1000,
					       on_api_timer, e);
	return r < 0 ? err_set(err, r, "watching the API's socket: %s", strerror(-r)) : 0;
}

static int
set_up_loop(struct engine *e, struct err *err)
{
	int r = sd_event_default(&e->event);

	if (r >= 0)
		r = sd_event_add_signal(e->event, NULL, SIGTERM, on_stop, e);
	if (r >= 0)
		r = sd_event_add_signal(e->event, NULL, SIGINT, on_stop, e);
	if (r >= 0)
		r = sd_event_add_signal(e->event, NULL, SIGHUP, on_hangup, e);
	if (r >= 0)
		r = sd_event_add_time_relative(e->event, &e->promise_timer, CLOCK_MONOTONIC, 0, 0,
					       on_promise_timer, e);
	if (r >= 0)
		r = engine_records_start(e);
	if (r >= 0 && sd_watchdog_enabled(0, &e->watchdog_usec) > 0)
		r = sd_event_add_time_relative(e->event, &e->watchdog, CLOCK_MONOTONIC, 0, 0,
					       on_watchdog, e);
	return r < 0 ? err_set(err, r, "setting up the event loop: %s", strerror(-r)) : 0;
}

static int
run_forever(struct engine *e, struct err *err)
{
	int r = set_up_loop(e, err);

	if (r == 0)
		r = open_api(e, err);
	if (r == 0)
		r = service_start_couriers(&e->service, err);
	for (size_t i = 0; r == 0 && i < e->mailbox_count; i++)
		r = mailbox_start(e->mailboxes[i], err);
	if (r < 0)
		return r;
	sd_notifyf(0, "READY=1\nSTATUS=Watching %zu account%s", e->mailbox_count,
		   e->mailbox_count == 1 ? "" : "s");
	log_line(LOG_NOTICE, NULL, "triaged %s watches %zu account%s", TRIAGED_VERSION,
		 e->mailbox_count, e->mailbox_count == 1 ? "" : "s");
	r = sd_event_loop(e->event);
	sd_notify(0, "STOPPING=1");
	return r < 0 ? err_set(err, r, "running the event loop: %s", strerror(-r)) : 0;
}

/*
 * Lets what is under way finish, for a while; then cuts it short: the journal knows what was begun.
 */
static void
stop(struct engine *e)
{
	int64_t deadline = clock_monotonic_ms() + ENGINE_GRACE_MS;
	bool late = false;

	service_stop(&e->service, false);
	for (size_t i = 0; i < e->mailbox_count; i++)
		mailbox_wake(e->mailboxes[i], false);
	for (size_t i = 0; i < e->mailbox_count; i++) {
		if (!late && !mailbox_join(e->mailboxes[i], deadline)) {
			late = true;
			for (size_t j = i; j < e->mailbox_count; j++)
				mailbox_wake(e->mailboxes[j], true);
		}
		mailbox_join(e->mailboxes[i], INT64_MAX);
	}
	service_join(&e->service, deadline);
	service_stop(&e->service, true);
}

int
engine_run(const struct config *config, struct bundle *bundle, struct store *store, bool once,
	   struct err *err)
{
	struct engine e = { .config = config, .started_ms = clock_now_ms(&clock_system) };
	int r;

	e.reloaded_ms = e.started_ms;
	block_signals();
	raise_limits();
	r = pool_new(0, err, &e.pool);
	if (r < 0) {
		bundle_unref(bundle);
		return r;
	}
	service_init(&e.service, config, store, &clock_system, e.pool, bundle);
	r = add_accounts(&e, err);
	if (r == 0)
		r = once ? run_once(&e) : run_forever(&e, err);
	stop(&e);
	api_close(e.api);
	for (size_t i = 0; i < e.mailbox_count; i++)
		mailbox_free(e.mailboxes[i]);
	service_end(&e.service);
	pool_free(e.pool);
	free(e.mailboxes);
	free_trusts(&e);
	sd_event_unref(e.event);
	return r;
}
