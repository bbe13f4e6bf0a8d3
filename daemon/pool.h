/*
 * pool: a few worker threads for work that needs only the processor (reading and judging mail).
 *
 * A batch is a set of jobs that somebody waits for as a whole. Jobs may run in any order and at the
 * same time.
 */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include <pthread.h>
#include <stddef.h>

#include "filters/err.h"
#include "filters/verdict.h"

struct pool;

/* Runs on a worker with that worker's own scratch memory for judging. */
typedef void
pool_work(void *job, struct judge *judge);

/* One waiter's jobs. Zero-initialise; it must outlive its jobs: pool_wait() before it goes. */
struct pool_batch {
	size_t open; /* jobs not finished; the pool's mutex guards it */
};

/* workers 0: one per processor that this process may use. */
int
pool_new(unsigned workers, struct err *err, struct pool **ret_pool);

/* Finishes what is queued, then ends the threads. NULL is fine. */
void
pool_free(struct pool *pool);

/* Queues work(job) for a batch. Returns 0 or -ENOMEM (nothing was queued). */
int
pool_add(struct pool *pool, struct pool_batch *batch, pool_work *work, void *job);

/* Waits until every job of the batch is finished. */
void
pool_wait(struct pool *pool, struct pool_batch *batch);

#endif
