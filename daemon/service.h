/*
 * service: what the threads of one running triaged share: configuration, store, clock, workers, the
 * current bundle, the stop signal, and the couriers that carry out webhooks and notices.
 */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>

#include "bundle.h"
#include "clock.h"
#include "config.h"
#include "outbox.h"
#include "pool.h"
#include "store.h"

/* A thread that carries out one kind of outbox entry for all accounts. */
struct courier {
	struct service *service;
	unsigned kinds; /* 1u << OUTBOX_... */
	pthread_t thread;
	struct outbox_told told;
	bool running, ended; /* ended: it has nothing more to do; guarded by the service's mutex */
};

struct service {
	const struct config *config;
	struct store *store;
	const struct clock *clock;
	struct pool *pool;

	atomic_int stopping; /* set once; polled by everything that waits */
	atomic_int cut;      /* set when stopping takes too long: outside calls end now */

	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t kicked;
	uint64_t kicks;
	struct bundle *bundle;
	struct courier couriers[2];
};

/* Takes over one reference to the bundle. */
void
service_init(struct service *service, const struct config *config, struct store *store,
	     const struct clock *clock, struct pool *pool, struct bundle *bundle);

/*
 * After service_stop(): waits for the couriers to finish what they are sending until deadline_ms
 * (monotonic). What then still goes on is cut when the service ends.
 */
void
service_join(struct service *service, int64_t deadline_ms);

/* Ends the couriers and gives back the bundle. */
void
service_end(struct service *service);

/* The current bundle with a reference of the caller's own. */
struct bundle *
service_bundle(struct service *service);

/*
 * Makes another bundle the current one; takes over the caller's reference. Mail being judged
 * finishes with the old one.
 */
void
service_swap(struct service *service, struct bundle *bundle);

/* Starts the couriers. */
int
service_start_couriers(struct service *service, struct err *err);

/* Carries out on the caller's thread what webhooks and notices are due now (--once). */
int
service_courier_once(struct service *service, struct err *err);

/* Tells the couriers that there may be something for them. */
void
service_kick(struct service *service);

/* Ends every wait: stopping, or also cut. */
void
service_stop(struct service *service, bool cut);

#endif
