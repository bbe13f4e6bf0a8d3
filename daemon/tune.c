/*
 * tune: see tune.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* tdestroy */
#endif
#include "tune.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define GAIN_MIN 2 /* wrong verdicts that a change must save */
#define CHANGES_MAX 200
#define NO_FOLD TUNE_FOLDS

struct named {
	char *id;
	size_t rule;
};

void
tune_begin(struct tune *t, const double thresholds[FLAG_COUNT])
{
	*t = (struct tune){ .rule_count = 0 };
	memcpy(t->thresholds, thresholds, sizeof(t->thresholds));
}

static void
free_named(void *node)
{
	struct named *n = node;

	free(n->id);
	free(n);
}

void
tune_free(struct tune *t)
{
	tdestroy(t->tree, free_named);
	free(t->rules);
	free(t->rows);
	free(t->hits);
	*t = (struct tune){ .rule_count = 0 };
}

/* Room for one more; 0 or -ENOMEM. */
static int
make_room(void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 256;
	void *grown;

	if (count < *room)
		return 0;
	grown = realloc(*list, more * size);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*room = more;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

/* FNV-1a: the same mail lies in the same fold in every run. */
static unsigned
fold_of(const char *name)
{
	uint64_t hash = 14695981039346656037u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	return (unsigned)((hash >> 20) % TUNE_FOLDS);
}

int
tune_row(struct tune *t, const char *name, enum flag flag, bool present)
{
	void *list = t->rows;
	int r = make_room(&list, t->row_count, &t->row_room, sizeof(*t->rows));

	if (r < 0)
		return r;
	t->rows = list;
	t->rows[t->row_count++] = (struct tune_row){
		.flag = flag, .present = present, .fold = fold_of(name), .first = t->hit_count
	};
	return 0;
}

/* The place of a rule, which is made when it is new. */
static int
find_rule(struct tune *t, const char *id, enum flag flag, double score, size_t *ret)
{
	struct named key = { .id = (char *)(uintptr_t)id }, *n, **found;
	void *list = t->rules;

	found = tfind(&key, &t->tree, by_id);
	if (found) {
		*ret = (*found)->rule;
		return 0;
	}
	if (make_room(&list, t->rule_count, &t->rule_room, sizeof(*t->rules)) < 0)
		return -ENOMEM;
	t->rules = list;
	n = malloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	*n = (struct named){ strdup(id), t->rule_count };
	if (!n->id || !tsearch(n, &t->tree, by_id)) {
		free_named(n);
		return -ENOMEM;
	}
	t->rules[t->rule_count] =
		(struct tune_rule){ .id = n->id, .flag = flag, .score = score, .proposed = score };
	*ret = t->rule_count++;
	return 0;
}

int
tune_hit(struct tune *t, const char *rule, double score, double given)
{
	struct tune_row *row = &t->rows[t->row_count - 1];
	void *list = t->hits;
	size_t place = 0;
	int r = find_rule(t, rule, row->flag, score, &place);

	if (r == 0)
		r = make_room(&list, t->hit_count, &t->hit_room, sizeof(*t->hits));
	if (r < 0)
		return r;
	t->hits = list;
	t->hits[t->hit_count++] = (struct tune_hit){ place, given };
	row->count++;
	t->rules[place].right += row->present;
	t->rules[place].wrong += !row->present;
	return 0;
}

/* What a hit gives with another score of its rule; several matches keep their proportion. */
static double
given(const struct tune *t, const struct tune_hit *hit, const double *scores)
{
	double was = t->rules[hit->rule].score;

	return was == 0 ? 0 : hit->given * (scores[hit->rule] / was);
}

static bool
is_wrong(const struct tune *t, const struct tune_row *row, double sum)
{
	return (row->count > 0 && sum >= t->thresholds[row->flag]) != row->present;
}

static double
sum_of(const struct tune *t, const struct tune_row *row, const double *scores)
{
	double sum = 0;

	for (size_t i = 0; i < row->count; i++)
		sum += given(t, &t->hits[row->first + i], scores);
	return sum;
}

/* Wrong verdicts in one fold, or with fold NO_FOLD in all. */
static size_t
count_wrong(const struct tune *t, const double *scores, unsigned fold)
{
	size_t wrong = 0;

	for (size_t i = 0; i < t->row_count; i++)
		if (fold == NO_FOLD || t->rows[i].fold == fold)
			wrong += is_wrong(t, &t->rows[i], sum_of(t, &t->rows[i], scores));
	return wrong;
}

/* What is tried in place of a score: nothing, half a threshold, a whole one. */
#define CANDIDATES 3

static double
candidate(const struct tune *t, const struct tune_rule *rule, int which)
{
	double threshold = t->thresholds[rule->flag];

	if (rule->score < 0)
		return which == 0 ? 0 : which == 1 ? rule->score * 2 : rule->score / 2;
	return which == 0 ? 0 : which == 1 ? ceil(threshold / 2) : threshold;
}

/*
 * For every rule and candidate, how many wrong verdicts the change would save outside of `without`.
 * gains has CANDIDATES entries a rule.
 */
static void
find_gains(const struct tune *t, const double *scores, unsigned without, long *gains)
{
	memset(gains, 0, t->rule_count * CANDIDATES * sizeof(*gains));
	for (size_t i = 0; i < t->row_count; i++) {
		const struct tune_row *row = &t->rows[i];
		double sum = sum_of(t, row, scores);
		bool before = is_wrong(t, row, sum);

		if (row->fold == without)
			continue;
		for (size_t k = 0; k < row->count; k++) {
			const struct tune_hit *hit = &t->hits[row->first + k];
			const struct tune_rule *rule = &t->rules[hit->rule];

			for (int c = 0; c < CANDIDATES && rule->score != 0; c++) {
				double now = sum - given(t, hit, scores) +
					     hit->given * (candidate(t, rule, c) / rule->score);

				gains[hit->rule * CANDIDATES + (size_t)c] +=
					(long)before - (long)is_wrong(t, row, now);
			}
		}
	}
}

/* Fits scores to everything but one fold, one change at a time. */
static void
fit(const struct tune *t, unsigned without, long *gains, double *scores)
{
	for (size_t i = 0; i < t->rule_count; i++)
		scores[i] = t->rules[i].score;
	for (int change = 0; change < CHANGES_MAX; change++) {
		size_t best = 0;
		long gain = 0;

		find_gains(t, scores, without, gains);
		for (size_t i = 0; i < t->rule_count * CANDIDATES; i++) {
			const struct tune_rule *rule = &t->rules[i / CANDIDATES];

			if (rule->right + rule->wrong >= TUNE_HITS_MIN && gains[i] > gain) {
				gain = gains[i];
				best = i;
			}
		}
		if (gain < GAIN_MIN)
			return;
		scores[best / CANDIDATES] =
			candidate(t, &t->rules[best / CANDIDATES], (int)(best % CANDIDATES));
	}
}

static int
least_precise(const void *a, const void *b)
{
	const struct tune_rule *x = a, *y = b;
	size_t left = x->right * (y->right + y->wrong), right = y->right * (x->right + x->wrong);

	if (left != right)
		return left < right ? -1 : 1;
	if (x->wrong != y->wrong)
		return x->wrong > y->wrong ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* What the fits agree on is proposed: the fit to everything, where most folds find it too. */
static void
agree(struct tune *t, const double *all, const double *folds)
{
	for (size_t i = 0; i < t->rule_count; i++) {
		struct tune_rule *rule = &t->rules[i];

		for (int f = 0; f < TUNE_FOLDS; f++)
			rule->folds += folds[(size_t)f * t->rule_count + i] == all[i];
		if (all[i] != rule->score && rule->folds > TUNE_FOLDS / 2)
			rule->proposed = all[i];
	}
}

int
tune_fit(struct tune *t)
{
	size_t n = t->rule_count;
	double *scores = calloc(n * (TUNE_FOLDS + 2) + 1, sizeof(*scores));
	double *all = scores, *now = scores + n, *folds = scores + 2 * n;
	long *gains = calloc(n * CANDIDATES + 1, sizeof(*gains));
	int r = scores && gains ? 0 : -ENOMEM;

	if (r < 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		now[i] = t->rules[i].score;
	t->all_before = count_wrong(t, now, NO_FOLD);
	for (unsigned f = 0; f < TUNE_FOLDS; f++) {
		fit(t, f, gains, folds + f * n);
		t->held_back_before += count_wrong(t, now, f);
		t->held_back_after += count_wrong(t, folds + f * n, f);
	}
	fit(t, NO_FOLD, gains, all);
	/* What is worse on mail it was not fitted to is no advice. */
	if (t->held_back_after < t->held_back_before)
		agree(t, all, folds);
	for (size_t i = 0; i < n; i++)
		now[i] = t->rules[i].proposed;
	t->all_after = count_wrong(t, now, NO_FOLD);
	/* The hits name rules by place: nothing is counted after this. */
	if (n > 0)
		qsort(t->rules, n, sizeof(*t->rules), least_precise);
out:
	free(scores);
	free(gains);
	return r;
}

void
tune_interval(size_t right, size_t wrong, double *ret_low, double *ret_high)
{
	const double z = 1.959964; /* of 95 % */
	double n = (double)(right + wrong), p, middle, half;

	*ret_low = 0;
	*ret_high = 1;
	if (n == 0)
		return;
	p = (double)right / n;
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
	*ret_low = middle - half > 0 ? middle - half : 0;
	*ret_high = middle + half < 1 ? middle + half : 1;
}
