/*
 * pool: a few worker threads for work that needs only the processor. One queue, one mutex: jobs
 * here take tens of microseconds, so that the lock is never the bottleneck.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "pool.h"

#define POOL_WORKERS_MAX 64

struct job {
	struct job *next;
	struct pool_batch *batch;
	pool_work *work;
	void *argument;
};

struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t queued, finished;
	struct job *first, **last;
	bool stopping;
	unsigned count;
	pthread_t threads[POOL_WORKERS_MAX];
};

static void *
worker_main(void *argument)
{
	struct pool *pool = argument;
	struct judge *judge = judge_new();

	if (judge)
		judge_set_timer(judge, clock_monotonic_ns);
	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		while (!pool->first && !pool->stopping)
			pthread_cond_wait(&pool->queued, &pool->mutex);
		struct job *job = pool->first;

		if (!job)
			break;
		pool->first = job->next;
		if (!pool->first)
			pool->last = &pool->first;
		pthread_mutex_unlock(&pool->mutex);

		job->work(job->argument, judge);

		pthread_mutex_lock(&pool->mutex);
		if (--job->batch->open == 0)
			pthread_cond_broadcast(&pool->finished);
		free(job);
	}
	pthread_mutex_unlock(&pool->mutex);
	judge_free(judge);
	return NULL;
}

static unsigned
processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 2;
	return (unsigned)CPU_COUNT(&set);
}

int
pool_new(unsigned workers, struct err *err, struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return err_set(err, -ENOMEM, "starting the workers: out of memory");
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->queued, NULL);
	pthread_cond_init(&pool->finished, NULL);
	pool->last = &pool->first;
	if (workers == 0)
		workers = processors();
	if (workers > POOL_WORKERS_MAX)
		workers = POOL_WORKERS_MAX;
	for (; pool->count < workers; pool->count++) {
		int error = pthread_create(&pool->threads[pool->count], NULL, worker_main, pool);

		if (error && pool->count == 0) {
			pool_free(pool);
			return err_set(
				err, -error,
				"starting the first worker thread: %s; raise TasksMax= or the "
				"process limit",
				strerror(error));
		}
		if (error)
			break; /* fewer workers do the same work */
	}
	*ret_pool = pool;
	return 0;
}

void
pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->queued);
	pthread_mutex_unlock(&pool->mutex);
	for (unsigned i = 0; i < pool->count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->finished);
	pthread_cond_destroy(&pool->queued);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

int
pool_add(struct pool *pool, struct pool_batch *batch, pool_work *work, void *argument)
{
	struct job *job = malloc(sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = (struct job){ .batch = batch, .work = work, .argument = argument };
	pthread_mutex_lock(&pool->mutex);
	*pool->last = job;
	pool->last = &job->next;
	batch->open++;
	pthread_cond_signal(&pool->queued);
	pthread_mutex_unlock(&pool->mutex);
	return 0;
}

void
pool_wait(struct pool *pool, struct pool_batch *batch)
{
	pthread_mutex_lock(&pool->mutex);
	while (batch->open > 0)
		pthread_cond_wait(&pool->finished, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
}
