/*
 * judging: see judging.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "judging.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"

#define BATCH_MAILS 16u
#define BATCH_BYTES (1u << 20)   /* a batch ends with the mail that crosses this */
#define WINDOW 64u               /* batches ahead of the one that is passed on next */
#define ARENA_BYTES (128u << 20) /* what one mail may make us hold */
#define PROGRESS_MS 500

struct pool {
	const struct judging *work;

	pthread_mutex_t reading; /* guards the feed and what follows */
	uint64_t taken;
	bool ended, failed;

	pthread_mutex_t passing; /* guards work->out and what follows */
	pthread_cond_t passed;
	struct result {
		char *text;
		size_t len;
	} ready[WINDOW];
	uint64_t next;
	size_t mails, marked;
	int64_t progress_ms; /* when progress was shown last; 0: not wanted */
};

struct batch {
	uint64_t number;
	struct judging_mail mails[BATCH_MAILS];
	size_t count, marked;
	struct result result;
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	struct bench bench;
};

/* Takes the next mails. false at the end. */
static bool
take_batch(struct pool *pool, struct batch *batch)
{
	const struct judging *work = pool->work;
	char text[sizeof(struct err)];
	size_t bytes = 0;
	struct err err;
	int r;

	memset(batch, 0, sizeof(*batch));
	pthread_mutex_lock(&pool->reading);
	while (!pool->ended && batch->count < BATCH_MAILS && bytes < BATCH_BYTES) {
		r = work->next(work->feed, &batch->mails[batch->count], &err);
		if (r > 0) {
			bytes += batch->mails[batch->count++].mail.len;
		} else if (r == 0) {
			pool->ended = true;
		} else {
			pool->failed = true;
			ctl_complain("%s", err_text(&err, text, sizeof(text)));
		}
	}
	if (batch->count > 0)
		batch->number = pool->taken++;
	pthread_mutex_unlock(&pool->reading);
	return batch->count > 0;
}

/* Looks at the mails of the batch, into batch->result. */
static int
look_at_batch(struct worker *worker, struct batch *batch)
{
	const struct judging *work = worker->pool->work;
	FILE *out = open_memstream(&batch->result.text, &batch->result.len);
	int r = out ? 0 : -ENOMEM, one;

	for (size_t i = 0; i < batch->count; i++) {
		struct judging_mail *mail = &batch->mails[i];
		bool marked = false;

		arena_reset(worker->bench.arena);
		one = out ? work->look(work->context, &worker->bench, mail, out, &marked) : 0;
		if (one < 0) {
			ctl_complain("cannot judge %s: %s", mail->mail.name, strerror(-one));
			r = one;
		}
		batch->marked += marked;
		source_mail_free(&mail->mail);
		free(mail->more);
	}
	if (out && fclose(out) < 0)
		r = -ENOMEM;
	return r;
}

static void
show_progress(struct pool *pool)
{
	int64_t now = clock_monotonic_ms();

	if (!pool->progress_ms || now - pool->progress_ms < PROGRESS_MS)
		return;
	pool->progress_ms = now;
	fprintf(stderr, "\r%zu mails, %zu %s ", pool->mails, pool->marked, pool->work->marked);
}

/* Hands a result in; passes on all that are due. */
static void
hand_in(struct pool *pool, const struct batch *batch)
{
	pthread_mutex_lock(&pool->passing);
	/* The batch that is due never waits, so the window always moves on. */
	while (batch->number - pool->next >= WINDOW)
		pthread_cond_wait(&pool->passed, &pool->passing);
	pool->ready[batch->number % WINDOW] = batch->result;
	pool->mails += batch->count;
	pool->marked += batch->marked;
	if (batch->number == pool->next) {
		struct result *due = &pool->ready[pool->next % WINDOW];

		while (due->text) {
			fwrite(due->text, 1, due->len, pool->work->out);
			free(due->text);
			due->text = NULL;
			due = &pool->ready[++pool->next % WINDOW];
		}
		show_progress(pool);
		pthread_cond_broadcast(&pool->passed);
	}
	pthread_mutex_unlock(&pool->passing);
}

static void *
work_off(void *context)
{
	struct worker *worker = context;
	struct pool *pool = worker->pool;
	struct batch batch;

	while (take_batch(pool, &batch)) {
		int r = look_at_batch(worker, &batch);

		if (!batch.result.text)
			batch.result.text = strdup("");
		if (!batch.result.text) {
			/* Without even an empty text the order cannot be kept. */
			ctl_complain("out of memory");
			exit(CTL_FAILED);
		}
		if (r < 0) {
			pthread_mutex_lock(&pool->reading);
			pool->failed = true;
			pthread_mutex_unlock(&pool->reading);
		}
		hand_in(pool, &batch);
	}
	return NULL;
}

/* Today's date here as YYYYMMDD, 0 when it cannot be told. */
static long
today(void)
{
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return 0;
	return (tm.tm_year + 1900L) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

static bool
bench_make(struct bench *bench)
{
	bench->arena = arena_new(ARENA_BYTES);
	if (!bench->arena)
		return false;
	for (size_t i = 0; i < JUDGING_SETS_MAX; i++) {
		bench->judges[i] = judge_new();
		if (!bench->judges[i])
			return false;
		judge_set_day(bench->judges[i], today());
		judge_set_audits(bench->judges[i], false);
	}
	return true;
}

static void
bench_free(struct bench *bench)
{
	for (size_t i = 0; i < JUDGING_SETS_MAX; i++)
		judge_free(bench->judges[i]);
	arena_free(bench->arena);
}

/* Runs the workers until the feed is at its end. The calling thread is one of them. */
static int
run(struct pool *pool, unsigned threads)
{
	struct worker *workers = calloc(threads, sizeof(*workers));
	unsigned started = 0;
	int r = workers ? 0 : -ENOMEM;

	for (unsigned i = 0; i < threads && r == 0; i++) {
		workers[i].pool = pool;
		if (!bench_make(&workers[i].bench))
			r = -ENOMEM;
	}
	for (unsigned i = 1; i < threads && r == 0; i++) {
		if (pthread_create(&workers[i].thread, NULL, work_off, &workers[i]))
			break; /* fewer do it too */
		started = i;
	}
	if (r == 0)
		work_off(&workers[0]);
	for (unsigned i = 1; i <= started; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; workers && i < threads; i++)
		bench_free(&workers[i].bench);
	free(workers);
	return r;
}

int
judging_run(const struct judging *work, struct judging_sum *ret_sum)
{
	struct pool pool = { .work = work,
			     .reading = PTHREAD_MUTEX_INITIALIZER,
			     .passing = PTHREAD_MUTEX_INITIALIZER,
			     .passed = PTHREAD_COND_INITIALIZER,
			     .progress_ms = work->progress ? clock_monotonic_ms() : 0 };
	int r = run(&pool, work->threads);

	if (work->progress)
		fputs("\r\033[K", stderr);
	if (r < 0)
		return r;
	*ret_sum = (struct judging_sum){ pool.mails, pool.marked, pool.failed };
	return 0;
}

int
judging_next_stored(void *feed, struct judging_mail *ret, struct err *err)
{
	ret->more = NULL;
	return source_next(feed, &ret->mail, err);
}

int
judging_next_labelled(void *feed, struct judging_mail *ret, struct err *err)
{
	struct labelled_mail mail;
	struct judging_label *beside;
	int r = labelled_next(feed, &mail, err);

	if (r <= 0)
		return r;
	beside = malloc(sizeof(*beside));
	if (!beside) {
		source_mail_free(&mail.mail);
		return err_set(err, -ENOMEM, "a mail is left out: out of memory");
	}
	*beside = (struct judging_label){ mail.label, mail.group };
	*ret = (struct judging_mail){ mail.mail, beside };
	return 1;
}

int
judging_read(struct bench *bench, const struct source_mail *mail, const struct bundle *const *sets,
	     size_t set_count, struct judged *ret)
{
	struct verdict *verdicts[JUDGING_SETS_MAX] = { NULL };
	struct message *message;
	char notes[256];
	int r = message_read(bench->arena, mail->bytes, mail->len, mail->cut, &message);

	*ret = (struct judged){ .message = r == 0 ? message : NULL };
	for (size_t i = 0; i < set_count && r == 0; i++)
		r = judge_message(bench->judges[i], sets[i]->rules, message,
				  policy_thresholds(sets[i]->policy), &verdicts[i]);
	for (size_t i = 0; i < set_count && r == 0; i++)
		ret->verdicts[i] = verdicts[i];
	if (r < 0)
		snprintf(ret->error, sizeof(ret->error), "not judged: %s",
			 r == -ENOMEM ? "it takes more memory than one mail may" : strerror(-r));
	else if (message->notes & NOTES_UNDETERMINED)
		snprintf(ret->error, sizeof(ret->error), "read in part: %s",
			 message_notes_text(message->notes & NOTES_UNDETERMINED, notes,
					    sizeof(notes)));
	return r;
}

unsigned
judging_processors(void)
{
	cpu_set_t set;
	unsigned count;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	count = (unsigned)CPU_COUNT(&set);
	return count < JUDGING_THREADS_MAX ? count : JUDGING_THREADS_MAX;
}

int
judging_threads(const char *command, const char *text, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n < 1 || n > JUDGING_THREADS_MAX)
		return ctl_usage(command, "--threads takes a number from 1 to %u",
				 JUDGING_THREADS_MAX);
	*ret = (unsigned)n;
	return CTL_OK;
}

bool
judging_progress_wanted(bool at_end)
{
	return isatty(STDERR_FILENO) && (at_end || !isatty(STDOUT_FILENO));
}
