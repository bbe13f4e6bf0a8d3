/*
 * service: what the threads of one running triaged share.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "service.h"

#define COURIER_WAIT_MS 60000 /* looks at the journal at least this often */

void
service_init(struct service *service, const struct config *config, struct store *store,
	     const struct clock *clock, struct pool *pool, struct bundle *bundle)
{
	pthread_condattr_t attributes;

	memset(service, 0, sizeof(*service));
	service->config = config;
	service->store = store;
	service->clock = clock;
	service->pool = pool;
	service->bundle = bundle;
	pthread_mutex_init(&service->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&service->kicked, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
service_join(struct service *service, int64_t deadline_ms)
{
	struct timespec until = clock_monotonic_at(deadline_ms);

	for (size_t i = 0; i < 2; i++) {
		struct courier *courier = &service->couriers[i];

		pthread_mutex_lock(&service->mutex);
		while (courier->running && !courier->ended &&
		       pthread_cond_timedwait(&service->kicked, &service->mutex, &until) !=
			       ETIMEDOUT)
			;
		pthread_mutex_unlock(&service->mutex);
	}
}

void
service_end(struct service *service)
{
	service_stop(service, true);
	for (size_t i = 0; i < 2; i++)
		if (service->couriers[i].running)
			pthread_join(service->couriers[i].thread, NULL);
	bundle_unref(service->bundle);
	pthread_cond_destroy(&service->kicked);
	pthread_mutex_destroy(&service->mutex);
}

struct bundle *
service_bundle(struct service *service)
{
	pthread_mutex_lock(&service->mutex);
	struct bundle *bundle = bundle_ref(service->bundle);
	pthread_mutex_unlock(&service->mutex);
	return bundle;
}

void
service_swap(struct service *service, struct bundle *bundle)
{
	pthread_mutex_lock(&service->mutex);
	struct bundle *old = service->bundle;
	service->bundle = bundle;
	pthread_mutex_unlock(&service->mutex);
	bundle_unref(old);
}

void
service_kick(struct service *service)
{
	pthread_mutex_lock(&service->mutex);
	service->kicks++;
	pthread_cond_broadcast(&service->kicked);
	pthread_mutex_unlock(&service->mutex);
}

void
service_stop(struct service *service, bool cut)
{
	service->stopping = 1;
	if (cut)
		service->cut = 1;
	service_kick(service);
}

/*
 * Every account has its turn, whatever becomes of another. Returns the first error. *next_ms 0:
 * nothing waits, -1: more now.
 */
static int
run_accounts(struct service *service, unsigned kinds, struct outbox_told *told, int64_t *next_ms,
	     struct err *err)
{
	bool more = false;
	int first = 0;

	*next_ms = 0;
	for (size_t i = 0; i < service->config->account_count && !service->stopping; i++) {
		struct intake intake = { .store = service->store,
					 .clock = service->clock,
					 .config = service->config,
					 .account = &service->config->accounts[i],
					 .told = told,
					 .stopping = &service->stopping };
		struct outbox_counts counts;
		struct err why = { 0 };
		int r = outbox_run_courier(&intake, kinds, &service->cut, &counts, &why);

		if (r < 0 && first == 0)
			first = err_set(err, r, "account %s: %s", intake.account->name, why.text);
		if (counts.failed > 0)
			log_line(LOG_WARNING,
				 &(struct log_about){ .account = intake.account->name },
				 "%u notice%s or webhook%s could not be sent; see triagectl status",
				 counts.failed, counts.failed == 1 ? "" : "s",
				 counts.failed == 1 ? "" : "s");
		if (counts.next_ms != INT64_MAX)
			*next_ms = outbox_earlier(*next_ms, counts.next_ms);
		more = more || counts.more;
	}
	if (more)
		*next_ms = -1;
	else if (first == 0 && *next_ms == 0)
		outbox_told_forget(told);
	return first;
}

/* How long a courier may wait when the earliest entry is due then. */
static int64_t
courier_wait(struct service *service, int64_t next_ms)
{
	int64_t wait = next_ms ? next_ms - clock_now_ms(service->clock) : COURIER_WAIT_MS;

	if (wait > COURIER_WAIT_MS)
		wait = COURIER_WAIT_MS;
	return wait > 0 ? clock_wait_ms(wait) : 0;
}

/* Waits until somebody kicks, but not after that many kicks were seen already. */
static void
wait_for_kick(struct service *service, uint64_t seen, int64_t wait_ms)
{
	struct timespec until = clock_monotonic_at(clock_monotonic_ms() + wait_ms);

	pthread_mutex_lock(&service->mutex);
	while (seen == service->kicks && !service->stopping &&
	       pthread_cond_timedwait(&service->kicked, &service->mutex, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&service->mutex);
}

static void *
courier_main(void *argument)
{
	struct courier *courier = argument;
	struct service *service = courier->service;

	while (!service->stopping) {
		struct err err = { 0 };
		int64_t next_ms;
		uint64_t seen;

		pthread_mutex_lock(&service->mutex);
		seen = service->kicks;
		pthread_mutex_unlock(&service->mutex);
		if (run_accounts(service, courier->kinds, &courier->told, &next_ms, &err) < 0) {
			log_line(LOG_ERR, NULL, "%s", err.text);
			next_ms = 0;
		}
		wait_for_kick(service, seen, courier_wait(service, next_ms));
	}
	pthread_mutex_lock(&service->mutex);
	courier->ended = true;
	pthread_cond_broadcast(&service->kicked);
	pthread_mutex_unlock(&service->mutex);
	return NULL;
}

int
service_start_couriers(struct service *service, struct err *err)
{
	static const unsigned kinds[] = { 1u << OUTBOX_NOTIFY, 1u << OUTBOX_WEBHOOK };

	for (size_t i = 0; i < 2; i++) {
		struct courier *courier = &service->couriers[i];
		int error;

		*courier = (struct courier){ .service = service, .kinds = kinds[i] };
		error = pthread_create(&courier->thread, NULL, courier_main, courier);
		if (error)
			return err_set(err, -error, "starting a courier thread: %s",
				       strerror(error));
		courier->running = true;
	}
	return 0;
}

int
service_courier_once(struct service *service, struct err *err)
{
	struct outbox_told told = { .count = 0 };
	int64_t next_ms;
	int r;

	do {
		r = run_accounts(service, 1u << OUTBOX_NOTIFY | 1u << OUTBOX_WEBHOOK, &told,
				 &next_ms, err);
	} while (r == 0 && next_ms < 0);
	return r;
}
