/*
 * bench_rules: what the literal gate is worth, and how judging grows with the number of rules.
 *
 *   bench_rules RULES FOLDER...
 *
 * Reads the mails into memory and judges all of them with one thread: with the rules of RULES with
 * and without the gate, and with 1,000 and 10,000 made-up rules. A made-up rule wants two words of
 * the mails' own vocabulary near each other, drawn evenly from all words that occur, so that its
 * literals do turn up. Only judging is timed, not reading. Each figure is the median of RUNS runs.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/bundle.h"
#include "daemon/report.h"
#include "daemon/source.h"
#include "filters/judge.h"

#define RUNS 5
#define MAILS_MAX 3000
#define WORDS_MAX 200000
#define MADE_UP_MANY 10000

struct bench {
	struct arena *arena; /* of the mails */
	struct message *mails[MAILS_MAX];
	size_t count;
	char **words;
	size_t word_count;
	uint64_t random;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Words of five letters or more. */
static void
take_words(struct bench *b, const char *text)
{
	while (*text != '\0' && b->word_count < WORDS_MAX) {
		size_t len = 0;

		while (isalpha((unsigned char)text[len]))
			len++;
		if (len >= 5 && len <= 20)
			b->words[b->word_count++] = arena_strndup(b->arena, text, len);
		text += len > 0 ? len : 1;
	}
}

static int
read_mails(struct bench *b, char **paths, size_t path_count)
{
	struct source *source;
	struct source_mail mail;
	struct err err;
	size_t kept = 0;
	int r = source_open(paths, path_count, &source);

	if (r < 0)
		return r;
	while (b->count < MAILS_MAX && (r = source_next(source, &mail, &err)) != 0) {
		if (r < 0)
			continue;
		if (message_read(b->arena, mail.bytes, mail.len, mail.cut, &b->mails[b->count]) ==
		    0)
			take_words(b, b->mails[b->count++]->body);
		/* The message points into the mail: its bytes stay. */
	}
	source_close(source);
	if (b->word_count == 0)
		return -1;
	qsort(b->words, b->word_count, sizeof(*b->words), by_text);
	for (size_t i = 0; i < b->word_count; i++)
		if (kept == 0 || strcmp(b->words[i], b->words[kept - 1]) != 0)
			b->words[kept++] = b->words[i];
	b->word_count = kept;
	return 0;
}

/* Microseconds of processor for judging one mail. */
static double
judging(struct bench *b, const struct ruleset *set, bool gated)
{
	struct judge *judge = judge_new();
	struct arena *arena = arena_new(0);
	double runs[RUNS];
	struct verdict *v;

	for (int run = 0; run < RUNS; run++) {
		runs[run] = now();
		for (size_t i = 0; i < b->count; i++) {
			struct input input = { .message = b->mails[i] };

			arena_reset(arena);
			if (judge_input(judge, set, arena, &input, NULL, gated, &v) < 0)
				exit(1);
		}
		runs[run] = (now() - runs[run]) * 1e6 / (double)b->count;
	}
	judge_free(judge);
	arena_free(arena);
	qsort(runs, RUNS, sizeof(*runs), by_value);
	return runs[RUNS / 2];
}

static const char *
any_word(struct bench *b)
{
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	return b->words[(b->random >> 33) % b->word_count];
}

static struct ruleset *
made_up(struct bench *b, size_t count)
{
	const struct ruleset_options options = { .jit = JIT_USED, .gate = true };
	struct ruleset_source source = { .name = "made up" };
	struct problems problems = { 0 };
	struct ruleset *set = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fputs("rules:\n", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out,
			"  - id: r%zu\n    flag: threat.menace\n"
			"    match: '{wordstart}%s{gap}%s'\n",
			i, any_word(b), any_word(b));
	fclose(out);
	source.text = text;
	source.len = len;
	if (ruleset_compile(&source, 1, &options, &problems, &set) < 0 || problems.errors > 0) {
		report_problems(stderr, &problems, PROBLEM_ERROR);
		exit(1);
	}
	problems_free(&problems);
	free(text);
	return set;
}

static size_t
pattern_count(const struct ruleset *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->rule_count; i++)
		n += set->rules[i].match_count;
	return n;
}

#define DEAREST 12

static int
by_time(const void *a, const void *b)
{
	const struct rule_stats *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

static uint64_t
wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Where the time goes: the rules that take most of it. */
static void
dearest_rules(struct bench *b, const struct ruleset *set)
{
	size_t count = set->rule_count;
	struct rule_stats *stats = calloc(count, sizeof(*stats));
	struct judge *judge = judge_new();
	struct arena *arena = arena_new(0);
	struct verdict *v;

	judge_set_timer(judge, wall_ns);
	for (size_t i = 0; i < b->count; i++) {
		struct input input = { .message = b->mails[i] };

		arena_reset(arena);
		judge_input(judge, set, arena, &input, NULL, true, &v);
	}
	count = ruleset_stats(set, 0, stats, count);
	qsort(stats, count, sizeof(*stats), by_time);
	for (size_t i = 0; i < DEAREST && i < count; i++)
		printf("  %-44s %8.2f us a mail, in %zu %% of them\n", stats[i].rule,
		       (double)stats[i].ns / 1e3 / (double)b->count,
		       (size_t)stats[i].judged / (2 * RUNS + 1) * 100 / b->count);
	judge_free(judge);
	arena_free(arena);
	free(stats);
}

static void
real_rules(struct bench *b, const struct ruleset *set)
{
	double with = judging(b, set, true), without = judging(b, set, false);

	printf("%zu rules with %zu patterns, gated %14.1f us a mail\n", ruleset_count(set),
	       pattern_count(set), with);
	printf("  the same without the gate %24.1f us a mail %8.1f times\n", without,
	       without / with);
	dearest_rules(b, set);
}

static void
made_up_rules(struct bench *b)
{
	static const size_t sizes[2] = { MADE_UP_MANY / 10, MADE_UP_MANY };
	double took[2];

	for (int i = 0; i < 2; i++) {
		struct ruleset *set = made_up(b, sizes[i]);

		took[i] = judging(b, set, true);
		ruleset_unref(set);
	}
	printf("1,000 made-up rules %30.1f us a mail\n", took[0]);
	printf("10,000 made-up rules %29.1f us a mail %8.1f times\n", took[1], took[1] / took[0]);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	const struct ruleset_options options = { .jit = JIT_USED, .gate = true };
	struct problems problems = { 0 };
	struct bundle *bundle;

	if (argc < 3) {
		fputs("usage: bench_rules RULES FOLDER...\n", stderr);
		return 2;
	}
	b.random = 1;
	b.arena = arena_new((size_t)4 << 30);
	b.words = calloc(WORDS_MAX, sizeof(*b.words));
	if (b.arena == NULL || b.words == NULL ||
	    bundle_load((const char *const *)&argv[1], 1, NULL, &options, false, &problems,
			&bundle) < 0 ||
	    read_mails(&b, argv + 2, (size_t)argc - 2) < 0) {
		report_problems(stderr, &problems, PROBLEM_ERROR);
		fputs("bench_rules: the rules or the mails cannot be read\n", stderr);
		return 1;
	}
	real_rules(&b, bundle->rules);
	made_up_rules(&b);
	bundle_unref(bundle);
	free(b.words);
	arena_free(b.arena);
	return 0;
}
