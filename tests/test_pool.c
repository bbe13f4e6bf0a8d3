/*
 * pool: every job runs, each waiter waits for its own, and what is queued is finished before the
 * threads end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "daemon/pool.h"

#define JOBS 2000

static struct pool *pool;
static struct err err;
static _Atomic unsigned ran;

static void
count_up(void *job, struct judge *judge)
{
	int *done = job;

	assert_non_null(judge);
	(*done)++; /* not atomic: waiting must be enough to see it */
	ran++;
}

static void
add_jobs(struct pool_batch *batch, int *done, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pool_add(pool, batch, count_up, &done[i]), 0);
}

static void
every_job_runs_once(void **state)
{
	struct pool_batch batch = { 0 };
	int *done = calloc(JOBS, sizeof(*done));

	(void)state;
	assert_int_equal(pool_new(4, &err, &pool), 0);
	for (int round = 1; round <= 3; round++) {
		add_jobs(&batch, done, JOBS);
		pool_wait(pool, &batch);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(done[i], round);
	}
	pool_free(pool);
	free(done);
}

static void
nothing_to_wait_for(void **state)
{
	struct pool_batch batch = { 0 };

	(void)state;
	assert_int_equal(pool_new(0, &err, &pool), 0);
	pool_wait(pool, &batch);
	pool_free(pool);
	pool_free(NULL);
}

static void *
waiter(void *context)
{
	int *done = context;

	for (int round = 1; round <= 20; round++) {
		struct pool_batch batch = { 0 };

		add_jobs(&batch, done, 50);
		pool_wait(pool, &batch);
		for (size_t i = 0; i < 50; i++)
			if (done[i] != round)
				return context;
	}
	return NULL;
}

static void
waiters_do_not_disturb_each_other(void **state)
{
	pthread_t threads[6];
	int done[6][50] = { 0 };
	void *wrong;

	(void)state;
	assert_int_equal(pool_new(3, &err, &pool), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, waiter, done[i]), 0);
	for (size_t i = 0; i < 6; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	pool_free(pool);
}

static void
what_is_queued_is_finished_at_the_end(void **state)
{
	struct pool_batch batch = { 0 };
	int *done = calloc(JOBS, sizeof(*done));

	(void)state;
	ran = 0;
	assert_int_equal(pool_new(2, &err, &pool), 0);
	add_jobs(&batch, done, JOBS);
	pool_free(pool);
	assert_int_equal(ran, JOBS);
	assert_int_equal(batch.open, 0);
	free(done);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job_runs_once),
		cmocka_unit_test(nothing_to_wait_for),
		cmocka_unit_test(waiters_do_not_disturb_each_other),
		cmocka_unit_test(what_is_queued_is_finished_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
