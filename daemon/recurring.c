/*
 * recurring: see recurring.h. Every (word, case) pair is written down and sorted by word; so the
 * work grows with the words kept, not with their product.
 */
#include "recurring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct mention {
	const char *word;
	uint32_t at; /* of the case, in the list given */
};

struct sums {
	size_t recent, before;
};

static int
by_word(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;
	int r = strcasecmp(x->word, y->word);

	return r ? r : (x->at > y->at) - (x->at < y->at);
}

static int
by_weight(const void *a, const void *b)
{
	const struct recurring_group *x = a, *y = b;
	double excess_x = (double)x->recent * (1 - 1 / x->times),
	       excess_y = (double)y->recent * (1 - 1 / y->times);

	if (x->cause != y->cause)
		return x->cause ? -1 : 1;
	if (excess_x != excess_y)
		return excess_x > excess_y ? -1 : 1;
	/* Of the same cases a phrase says more than a word. */
	if (strlen(x->what) != strlen(y->what))
		return strlen(x->what) > strlen(y->what) ? -1 : 1;
	return strcmp(x->what, y->what);
}

/* What stands at the beginning of the mentions, counted; how many mentions that are. */
static size_t
count_one(const struct recurring_case *cases, const struct mention *m, size_t count,
	  struct sums *ret)
{
	size_t n = 0;

	*ret = (struct sums){ 0 };
	for (; n < count && strcasecmp(m[n].word, m[0].word) == 0; n++) {
		if (n > 0 && m[n].at == m[n - 1].at)
			continue;
		if (cases[m[n].at].recent)
			ret->recent++;
		else
			ret->before++;
	}
	return n;
}

static double
times_of(const struct sums *word, const struct sums *all)
{
	double now = (double)word->recent / (double)all->recent;
	double then = ((double)word->before + 0.5) / (double)(all->before + RECURRING_PRIOR);

	return now / then;
}

static int
by_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static int
add_group(struct arena *arena, const struct recurring_case *cases, const struct mention *m,
	  size_t n, const struct sums *sums, struct recurring_group *group)
{
	uint64_t *ids = arena_calloc(arena, sums->recent, sizeof(*ids));
	size_t k = 0;

	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (cases[m[i].at].recent && (i == 0 || m[i].at != m[i - 1].at))
			ids[k++] = cases[m[i].at].id;
	qsort(ids, k, sizeof(*ids), by_id);
	group->what = m[0].word;
	group->recent = sums->recent;
	group->before = sums->before;
	group->ids = ids;
	return 0;
}

/* The groups among mentions sorted by word. list has room for one a mention. */
static int
find_groups(struct arena *arena, const struct recurring_case *cases, const struct mention *mentions,
	    size_t count, const struct sums *all, bool cause, struct recurring_group *list,
	    size_t *ret_count)
{
	size_t at = 0, n, found = 0;
	struct sums sums;
	int r = 0;

	for (; r == 0 && at < count; at += n) {
		double times;

		n = count_one(cases, mentions + at, count - at, &sums);
		if (sums.recent < (cause ? RECURRING_CAUSES_MIN : RECURRING_CASES_MIN))
			continue;
		times = times_of(&sums, all);
		if (!cause && times < RECURRING_TIMES_MIN)
			continue;
		list[found] = (struct recurring_group){ .cause = cause, .times = times };
		r = add_group(arena, cases, mentions + at, n, &sums, &list[found++]);
	}
	*ret_count = found;
	return r;
}

/* The mentions of all words, or of all causes, sorted. */
static int
gather(struct arena *arena, const struct recurring_case *cases, size_t count, bool cause,
       struct mention **ret, size_t *ret_count)
{
	size_t room = 1, n = 0;
	struct mention *list;

	for (size_t i = 0; i < count; i++)
		room += cause ? 1 : cases[i].word_count;
	list = arena_calloc(arena, room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		for (size_t w = 0; !cause && w < cases[i].word_count; w++)
			list[n++] = (struct mention){ cases[i].words[w], (uint32_t)i };
		if (cause && cases[i].cause && *cases[i].cause)
			list[n++] = (struct mention){ cases[i].cause, (uint32_t)i };
	}
	qsort(list, n, sizeof(*list), by_word);
	*ret = list;
	*ret_count = n;
	return 0;
}

/* How many of the cases two groups share, as a part of the larger. */
static double
alike(const struct recurring_group *a, const struct recurring_group *b)
{
	size_t shared = 0, larger = a->recent > b->recent ? a->recent : b->recent;

	for (size_t i = 0, k = 0; i < a->recent && k < b->recent;) {
		shared += a->ids[i] == b->ids[k];
		if (a->ids[i] >= b->ids[k])
			i++;
		else
			k++;
	}
	return (double)shared / (double)larger;
}

/* The heaviest groups; a word of much the same cases as a heavier one is only named with it. */
static size_t
merge(const struct recurring_group *list, size_t count, struct recurring_group *kept)
{
	size_t n = 0;

	for (size_t i = 0; i < count && i < RECURRING_WEIGHED_MAX; i++) {
		struct recurring_group *home = NULL;

		for (size_t k = 0; k < n && !home; k++)
			if (!list[i].cause && !kept[k].cause &&
			    alike(&list[i], &kept[k]) >= RECURRING_ALIKE)
				home = &kept[k];
		if (!home && n < RECURRING_GROUPS_MAX)
			kept[n++] = list[i];
		else if (home && home->also_count < RECURRING_ALSO_MAX)
			home->also[home->also_count++] = list[i].what;
	}
	return n;
}

int
recurring_find(struct arena *arena, const struct recurring_case *cases, size_t count,
	       struct recurring_group **ret, size_t *ret_count)
{
	struct sums all = { 0 };
	struct mention *words, *causes;
	size_t word_count, cause_count, found, more;
	struct recurring_group *list, *kept;
	int r;

	if (count > RECURRING_CASES_MAX)
		count = RECURRING_CASES_MAX;
	for (size_t i = 0; i < count; i++)
		*(cases[i].recent ? &all.recent : &all.before) += 1;
	r = gather(arena, cases, count, true, &causes, &cause_count);
	if (r == 0)
		r = gather(arena, cases, count, false, &words, &word_count);
	if (r < 0)
		return r;
	/* A group has two mentions at least. */
	list = arena_calloc(arena, (word_count + cause_count) / RECURRING_CAUSES_MIN + 1,
			    sizeof(*list));
	kept = arena_calloc(arena, RECURRING_GROUPS_MAX, sizeof(*kept));
	if (!list || !kept)
		return -ENOMEM;
	r = find_groups(arena, cases, causes, cause_count, &all, true, list, &found);
	if (r == 0)
		r = find_groups(arena, cases, words, word_count, &all, false, list + found, &more);
	if (r < 0)
		return r;
	qsort(list, found + more, sizeof(*list), by_weight);
	*ret_count = merge(list, found + more, kept);
	*ret = kept;
	return 0;
}
