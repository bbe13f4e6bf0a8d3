/*
 * ctl_scan: `triagectl scan`: judges stored mail on all processors and prints the verdicts in input
 * order.
 *
 * Workers take small batches of mails from the one source, judge each with an arena and a judge of
 * their own into a text, and hand the texts in; whoever hands in the next one due prints what is
 * ready. A bounded window keeps memory flat.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_scan_print.h"
#include "filters/limits.h"
#include "source.h"

#define BATCH_MAILS 16u
#define BATCH_BYTES (1u << 20) /* a batch ends with the mail that crosses this */
#define WINDOW 64u             /* batches ahead of the one that is printed next */
#define THREADS_MAX 64u
#define ARENA_BYTES (128u << 20) /* what one mail may make us hold */
#define RULES_MAX 16u
#define PROGRESS_MS 500

struct scan {
	bool json, explain;
	const struct bundle *bundle;
	struct term term;

	pthread_mutex_t reading; /* guards the source and what follows */
	struct source *source;
	uint64_t taken;
	bool ended, failed;

	pthread_mutex_t printing; /* guards stdout and what follows */
	pthread_cond_t printed;
	struct result {
		char *text;
		size_t len;
	} ready[WINDOW];
	uint64_t next;
	size_t mails, flagged;
	int64_t progress_ms; /* when progress was shown last; 0: not wanted */
};

struct batch {
	uint64_t number;
	struct source_mail mails[BATCH_MAILS];
	size_t count, flagged;
	struct result result;
};

struct worker {
	struct scan *scan;
	pthread_t thread;
	struct arena *arena;
	struct judge *judge;
};

/* Takes the next mails. false at the end. */
static bool
take_batch(struct scan *scan, struct batch *batch)
{
	size_t bytes = 0;
	struct err err;
	int r;

	memset(batch, 0, sizeof(*batch));
	pthread_mutex_lock(&scan->reading);
	while (!scan->ended && batch->count < BATCH_MAILS && bytes < BATCH_BYTES) {
		r = source_next(scan->source, &batch->mails[batch->count], &err);
		if (r > 0) {
			bytes += batch->mails[batch->count++].len;
		} else if (r == 0) {
			scan->ended = true;
		} else {
			scan->failed = true;
			ctl_complain("%s", err.text);
		}
	}
	if (batch->count > 0)
		batch->number = scan->taken++;
	pthread_mutex_unlock(&scan->reading);
	return batch->count > 0;
}

static void
print_mail(const struct scan *scan, FILE *out, const struct scanned *mail)
{
	struct term term = term_like(&scan->term, out);

	if (scan->json)
		scan_print_json(out, mail);
	else if (scan->explain)
		scan_print_explain(&term, mail);
	else
		scan_print_line(&term, mail);
}

/* Judges one mail and prints it to out. -ENOMEM when it would not fit ARENA_BYTES. */
static int
judge_one(struct worker *worker, const struct source_mail *mail, FILE *out, bool *ret_flagged)
{
	const struct scan *scan = worker->scan;
	struct scanned scanned = { .source = mail->name };
	struct message *message;
	struct verdict *verdict;
	char notes[256], error[320];
	int r;

	arena_reset(worker->arena);
	r = message_read(worker->arena, mail->bytes, mail->len, mail->cut, &message);
	if (r == 0) {
		scanned.message = message;
		r = judge_message(worker->judge, scan->bundle->rules, message,
				  policy_thresholds(scan->bundle->policy), &verdict);
	}
	if (r == 0) {
		scanned.verdict = verdict;
		scanned.severity = severity_name(policy_severity(scan->bundle->policy, verdict));
		*ret_flagged = verdict_hits(verdict) != 0;
		if (message->notes & NOTES_UNDETERMINED) {
			snprintf(error, sizeof(error), "read in part: %s",
				 message_notes_text(message->notes & NOTES_UNDETERMINED, notes,
						    sizeof(notes)));
			scanned.error = error;
		}
	} else {
		snprintf(error, sizeof(error), "not judged: %s",
			 r == -ENOMEM ? "it takes more memory than one mail may" : strerror(-r));
		scanned.error = error;
	}
	print_mail(scan, out, &scanned);
	return r;
}

/* Judges the batch into batch->result. */
static int
judge_batch(struct worker *worker, struct batch *batch)
{
	FILE *out = open_memstream(&batch->result.text, &batch->result.len);
	int r = out ? 0 : -ENOMEM, one;

	for (size_t i = 0; i < batch->count; i++) {
		bool flagged = false;

		one = out ? judge_one(worker, &batch->mails[i], out, &flagged) : 0;
		if (one < 0) {
			ctl_complain("cannot judge %s: %s", batch->mails[i].name, strerror(-one));
			r = one;
		}
		batch->flagged += flagged;
		if (out && worker->scan->explain && !worker->scan->json)
			putc('\n', out);
		source_mail_free(&batch->mails[i]);
	}
	if (out && fclose(out) < 0)
		r = -ENOMEM;
	return r;
}

static void
show_progress(struct scan *scan)
{
	int64_t now = clock_monotonic_ms();

	if (!scan->progress_ms || now - scan->progress_ms < PROGRESS_MS)
		return;
	scan->progress_ms = now;
	fprintf(stderr, "\r%zu mails, %zu flagged ", scan->mails, scan->flagged);
}

/* Hands a result in; prints all that are due. */
static void
hand_in(struct scan *scan, const struct batch *batch)
{
	pthread_mutex_lock(&scan->printing);
	/* The batch that is due never waits, so the window always moves on. */
	while (batch->number - scan->next >= WINDOW)
		pthread_cond_wait(&scan->printed, &scan->printing);
	scan->ready[batch->number % WINDOW] = batch->result;
	scan->mails += batch->count;
	scan->flagged += batch->flagged;
	if (batch->number == scan->next) {
		struct result *due = &scan->ready[scan->next % WINDOW];

		while (due->text) {
			fwrite(due->text, 1, due->len, stdout);
			free(due->text);
			due->text = NULL;
			due = &scan->ready[++scan->next % WINDOW];
		}
		show_progress(scan);
		pthread_cond_broadcast(&scan->printed);
	}
	pthread_mutex_unlock(&scan->printing);
}

static void *
work(void *context)
{
	struct worker *worker = context;
	struct scan *scan = worker->scan;
	struct batch batch;

	while (take_batch(scan, &batch)) {
		int r = judge_batch(worker, &batch);

		if (!batch.result.text)
			batch.result.text = strdup("");
		if (!batch.result.text) {
			/* Without even an empty text the order cannot be kept. */
			ctl_complain("out of memory");
			exit(CTL_FAILED);
		}
		if (r < 0) {
			pthread_mutex_lock(&scan->reading);
			scan->failed = true;
			pthread_mutex_unlock(&scan->reading);
		}
		hand_in(scan, &batch);
	}
	return NULL;
}

/* Runs the workers until the source is at its end. The calling thread is one of them. */
static int
run(struct scan *scan, unsigned threads)
{
	struct worker *workers = calloc(threads, sizeof(*workers));
	unsigned started = 0;
	int r = workers ? 0 : -ENOMEM;

	for (unsigned i = 0; i < threads && r == 0; i++) {
		workers[i].scan = scan;
		workers[i].arena = arena_new(ARENA_BYTES);
		workers[i].judge = judge_new();
		if (!workers[i].arena || !workers[i].judge)
			r = -ENOMEM;
	}
	for (unsigned i = 1; i < threads && r == 0; i++) {
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			break; /* fewer do it too */
		started = i;
	}
	if (r == 0)
		work(&workers[0]);
	for (unsigned i = 1; i <= started; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; workers && i < threads; i++) {
		judge_free(workers[i].judge);
		arena_free(workers[i].arena);
	}
	free(workers);
	return r;
}

static unsigned
processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned)CPU_COUNT(&set) < THREADS_MAX ? (unsigned)CPU_COUNT(&set) : THREADS_MAX;
}

struct options {
	const char *rules[RULES_MAX];
	size_t rule_count;
	unsigned threads;
	bool json, explain;
};

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "explain", no_argument, NULL, 'e' },
		{ "rules", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ 0 },
	};
	char *end;
	int c;

	o->threads = processors();
	optind = 0;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->json = true;
			break;
		case 'e':
			o->explain = true;
			break;
		case 'r':
			if (o->rule_count == RULES_MAX)
				return ctl_usage("scan", "at most %u folders of rules", RULES_MAX);
			o->rules[o->rule_count++] = optarg;
			break;
		case 't':
			o->threads = (unsigned)strtoul(optarg, &end, 10);
			if (*end || o->threads < 1 || o->threads > THREADS_MAX)
				return ctl_usage("scan", "--threads takes a number from 1 to %u",
						 THREADS_MAX);
			break;
		default:
			return ctl_usage("scan", "the arguments are not understood");
		}
	}
	if (optind == argc)
		return ctl_usage("scan",
				 "name what to judge: a mail, an mbox, a Maildir, a folder, or -");
	if (o->json && o->explain)
		return ctl_usage("scan",
				 "--json holds everything that --explain shows; give one of them");
	return CTL_OK;
}

/* A line at the end for people; programs count for themselves. */
static void
print_sum(const struct scan *scan)
{
	if (scan->progress_ms)
		fputs("\r\033[K", stderr);
	if (!scan->json && !scan->explain && scan->mails > 1)
		printf("%zu mails, %zu flagged\n", scan->mails, scan->flagged);
}

int
ctl_scan(int argc, char **argv)
{
	struct scan scan = { .reading = PTHREAD_MUTEX_INITIALIZER,
			     .printing = PTHREAD_MUTEX_INITIALIZER,
			     .printed = PTHREAD_COND_INITIALIZER };
	struct options options = { .rule_count = 0 };
	struct bundle *bundle = NULL;
	int status = parse(argc, argv, &options), r;

	if (status != CTL_OK)
		return status;
	status = ctl_bundle(options.rules, options.rule_count, &bundle);
	if (status != CTL_OK)
		return status;
	scan.json = options.json;
	scan.explain = options.explain;
	scan.bundle = bundle;
	scan.term = term_of(stdout);
	/* On a terminal the mails themselves show how far it is. */
	scan.progress_ms =
		isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) ? clock_monotonic_ms() : 0;
	r = source_open(argv + optind, (size_t)(argc - optind), &scan.source);
	if (r == 0)
		r = run(&scan, options.threads);
	if (r < 0)
		ctl_complain("cannot judge mail: %s", strerror(-r));
	else
		print_sum(&scan);
	status = ctl_flush();
	if (r < 0 || scan.failed)
		status = CTL_FAILED;
	source_close(scan.source);
	bundle_unref(bundle);
	return status;
}
