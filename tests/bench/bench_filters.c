/*
 * bench_filters: how fast mails are read and judged, without any disk, network or store.
 *
 *   bench_filters RULES FOLDER...
 *
 * Reads the mails into memory, then runs message_read() alone (from bytes to views, which is what
 * filters do before any rule), and with judge_message(), over all of them on one and on two
 * threads; prints mails/s and MB/s, and where the time of one thread goes. Each figure is the
 * median of RUNS runs. A stage is measured by running its function alone on what the stages before
 * made.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/bundle.h"
#include "daemon/source.h"
#include "filters/body.h"
#include "filters/fold.h"
#include "filters/html.h"
#include "filters/judge.h"
#include "filters/limits.h"
#include "filters/mime.h"
#include "filters/reply.h"
#include "filters/transfer.h"

#define RUNS 5

struct bench {
	struct source_mail *mails;
	size_t count, room;
	double bytes;
	const struct ruleset *rules;
	bool judging; /* else mails are only read, and their new words folded */
	atomic_size_t next;
	atomic_size_t failed;
};

static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, RUNS, sizeof(*values), by_value);
	return values[RUNS / 2];
}

/* The views of the new words and the subject, as if a rule looked at each. */
static int
fold_new(const struct message *m)
{
	const char *texts[2] = { m->subject, "" };
	size_t lens[2] = { strlen(m->subject), 0 }, count;
	struct readings readings;
	struct text_map *map;
	struct folded f;
	int r = message_segments_text(m, SEGMENT_NEW, &texts[1], &lens[1], &map, &count);

	for (int i = 0; i < 2 && r == 0; i++) {
		for (int v = 0; v < VIEW_COUNT && r == 0; v++)
			r = fold_text(m->arena, (enum view)v, texts[i], lens[i], &f);
		if (r == 0)
			r = readings_find(m->arena, texts[i], lens[i], &readings);
		for (unsigned k = 0; r == 0 && k < readings.count; k++)
			r = fold_reading(m->arena, VIEW_FOLDED, texts[i], &readings, k, &f);
	}
	return r;
}

static void *
work(void *context)
{
	struct bench *b = context;
	struct arena *arena = arena_new(0);
	struct judge *judge = judge_new();
	struct message *m;
	struct verdict *v;
	size_t i;

	while (arena && judge && (i = atomic_fetch_add(&b->next, 1)) < b->count) {
		arena_reset(arena);
		if (message_read(arena, b->mails[i].bytes, b->mails[i].len, b->mails[i].cut, &m) <
			    0 ||
		    (b->judging ? judge_message(judge, b->rules, m, NULL, &v) : fold_new(m)) < 0)
			atomic_fetch_add(&b->failed, 1);
	}
	judge_free(judge);
	arena_free(arena);
	return NULL;
}

static void
whole(struct bench *b, unsigned threads, bool judging)
{
	double wall[RUNS], cpu[RUNS], seconds;
	pthread_t other[8];

	b->judging = judging;
	for (int run = 0; run < RUNS; run++) {
		unsigned started = 0;

		atomic_store(&b->next, 0);
		wall[run] = now(CLOCK_MONOTONIC);
		cpu[run] = now(CLOCK_PROCESS_CPUTIME_ID);
		while (started + 1 < threads && pthread_create(&other[started], NULL, work, b) == 0)
			started++;
		work(b);
		while (started > 0)
			pthread_join(other[--started], NULL);
		wall[run] = now(CLOCK_MONOTONIC) - wall[run];
		cpu[run] = now(CLOCK_PROCESS_CPUTIME_ID) - cpu[run];
	}
	seconds = median(wall);
	printf("%-14s %u thread%s %10.0f mails/s %8.1f MB/s %8.1f us of processor a mail\n",
	       judging ? "read and judge" : "read alone", threads, threads > 1 ? "s:" : ": ",
	       (double)b->count / seconds, b->bytes / seconds / 1e6,
	       median(cpu) * 1e6 / (double)b->count);
}

enum stage {
	STAGE_PARTS,
	STAGE_CHARSET,
	STAGE_HTML,
	STAGE_REPLY,
	STAGE_REST,
	STAGE_FOLD,
	STAGE_RULES,
	STAGE_COUNT
};

static const char *const stage_names[STAGE_COUNT] = {
	"MIME, headers",    "transfer encoding, charset", "HTML",
	"reply, signature", "the rest of reading",        "fold",
	"gate, rules",
};

/* What decoding, charsets and HTML take of one mail's text parts. */
static void
read_parts(struct arena *arena, const struct part *parts, size_t count, double *times)
{
	struct reader r;
	struct html_result result;
	const char *bytes, *text;
	bool broken, cut;
	double begun;
	size_t len;

	reader_init(&r, arena);
	for (size_t i = 0; i < count; i++) {
		if (strncmp(parts[i].type, "text/", 5) != 0 || parts[i].attachment)
			continue;
		begun = now(CLOCK_MONOTONIC);
		if (transfer_decode(arena, parts[i].encoding, parts[i].body.at, parts[i].body.len,
				    LIMIT_TEXT_BYTES, &bytes, &len, &broken, &cut) < 0 ||
		    charset_read(&r, parts[i].charset, bytes, len, &text, &len) < 0)
			break;
		times[STAGE_CHARSET] += now(CLOCK_MONOTONIC) - begun;
		begun = now(CLOCK_MONOTONIC);
		if (strcmp(parts[i].type, "text/html") == 0 &&
		    html_text(arena, text, len, &result) < 0)
			break;
		times[STAGE_HTML] += now(CLOCK_MONOTONIC) - begun;
	}
	reader_close(&r);
}

/* What the views that the rules look at take. */
static void
fold_lanes(const struct ruleset *set, struct arena *arena, const struct message *m, double *times)
{
	struct input input = { .message = m };
	struct section_text t;
	struct folded f;
	double begun = now(CLOCK_MONOTONIC);

	for (size_t i = 0; i < set->lane_count; i++)
		if (section_text(arena, &set->sections, &input, set->lanes[i].section, &t) == 0)
			fold_text(arena, set->lanes[i].view, t.text, t.len, &f);
	times[STAGE_FOLD] += now(CLOCK_MONOTONIC) - begun;
}

static void
measure(struct bench *b, struct arena *arena, struct judge *judge, const struct source_mail *mail,
	double *times)
{
	double before[STAGE_COUNT], begun, sum = 0;
	struct reader r;
	struct part *parts;
	struct segment *segments;
	struct message *m;
	struct verdict *v;
	size_t count;

	memcpy(before, times, sizeof(before));
	arena_reset(arena);
	begun = now(CLOCK_MONOTONIC);
	reader_init(&r, arena);
	if (mime_parse(&r, mail->bytes, mail->len, &parts, &count) < 0)
		return;
	reader_close(&r);
	times[STAGE_PARTS] += now(CLOCK_MONOTONIC) - begun;
	read_parts(arena, parts, count, times);
	begun = now(CLOCK_MONOTONIC);
	if (message_read(arena, mail->bytes, mail->len, mail->cut, &m) < 0)
		return;
	times[STAGE_REST] += now(CLOCK_MONOTONIC) - begun;
	begun = now(CLOCK_MONOTONIC);
	if (reply_split(arena, m->body, m->body_len, NULL, 0, true, &segments, &count) < 0)
		return;
	times[STAGE_REPLY] += now(CLOCK_MONOTONIC) - begun;
	for (int s = 0; s < STAGE_REST; s++)
		sum += times[s] - before[s];
	times[STAGE_REST] -= sum;
	fold_lanes(b->rules, arena, m, times);
	begun = now(CLOCK_MONOTONIC);
	if (judge_message(judge, b->rules, m, NULL, &v) < 0)
		return;
	times[STAGE_RULES] +=
		now(CLOCK_MONOTONIC) - begun - (times[STAGE_FOLD] - before[STAGE_FOLD]);
}

static void
stages(struct bench *b)
{
	struct arena *arena = arena_new(0);
	struct judge *judge = judge_new();
	double times[RUNS][STAGE_COUNT] = { { 0 } }, one[RUNS], all = 0, typical[STAGE_COUNT];

	for (int run = 0; arena && judge && run < RUNS; run++)
		for (size_t i = 0; i < b->count; i++)
			measure(b, arena, judge, &b->mails[i], times[run]);
	for (int s = 0; s < STAGE_COUNT; s++) {
		for (int run = 0; run < RUNS; run++)
			one[run] = times[run][s];
		typical[s] = median(one);
		all += typical[s];
	}
	for (int s = 0; s < STAGE_COUNT; s++)
		printf("  %-28s %8.1f us a mail %5.1f %%\n", stage_names[s],
		       typical[s] * 1e6 / (double)b->count, typical[s] * 100 / all);
	judge_free(judge);
	arena_free(arena);
}

static int
load_mails(struct bench *b, char **folders, size_t count)
{
	struct source *source;
	struct source_mail mail, *mails;
	struct err err;
	int r = source_open(folders, count, &source);

	while (r == 0 && (r = source_next(source, &mail, &err)) > 0) {
		if (b->count == b->room) {
			mails = realloc(b->mails, (2 * b->room + 64) * sizeof(*mails));
			if (!mails)
				return -1;
			b->mails = mails;
			b->room = 2 * b->room + 64;
		}
		b->bytes += (double)mail.len;
		b->mails[b->count++] = mail;
		r = 0;
	}
	if (r < 0)
		fprintf(stderr, "bench_filters: cannot read the mails: %s\n", err.text);
	return b->count > 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	const struct ruleset_options options = { .jit = true, .gate = true, .skip_samples = true };
	struct bench b = { .count = 0 };
	struct problems problems = { NULL };
	struct bundle *bundle;
	double begun = now(CLOCK_MONOTONIC);

	if (argc < 3) {
		fprintf(stderr, "usage: bench_filters RULES FOLDER...\n");
		return 2;
	}
	if (bundle_load((const char *const *)&argv[1], 1, NULL, &options, true, &problems,
			&bundle) < 0) {
		fprintf(stderr,
			"bench_filters: cannot load the rules in %s; triagectl rules check tells "
			"why\n",
			argv[1]);
		return 1;
	}
	printf("%zu rules loaded in %.2f s\n", ruleset_count(bundle->rules),
	       now(CLOCK_MONOTONIC) - begun);
	b.rules = bundle->rules;
	if (load_mails(&b, argv + 2, (size_t)argc - 2) < 0)
		return 1;
	printf("%zu mails, %.1f MB\n", b.count, b.bytes / 1e6);
	whole(&b, 1, false);
	whole(&b, 2, false);
	whole(&b, 1, true);
	whole(&b, 2, true);
	stages(&b);
	if (atomic_load(&b.failed) > 0)
		printf("%zu times a mail could not be judged\n", atomic_load(&b.failed));
	for (size_t i = 0; i < b.count; i++)
		source_mail_free(&b.mails[i]);
	free(b.mails);
	bundle_unref(bundle);
	problems_free(&problems);
	return b.failed > 0;
}
