/*
 * steer_sums: sums of money in words that a draft would say. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "approval.h"
#include "steer_internal.h"

#define TEXTS_MAX 64 /* promises of one case that are looked at */

/* What the case gives already by other words. */
struct given {
	struct turn *t;
	const char *texts[TEXTS_MAX]; /* each counts once, however often it was promised */
	size_t count;
	int64_t hundredths;
};

/* Words whose own sum is not approved any more come into no draft. */
static int
add(struct given *g, const char *words)
{
	struct unapproved sum;
	int64_t all;
	int r;

	if (!words || !*words || g->count == TEXTS_MAX)
		return 0;
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->texts[i], words) == 0)
			return 0;
	g->texts[g->count++] = words;
	r = approval_missing(g->t->arena, &g->t->c, words, 0, &sum, &all);
	if (r == 0 && !*sum.named)
		g->hundredths += all;
	return r;
}

static int
visit_promise(void *context, const struct promise_record *p)
{
	bool stands = p->ended_ms == 0 || (p->kept && !p->moved);

	return p->inside || !stands ? 0 : add(context, p->text);
}

static int
check(struct turn *t, const char *words, int64_t before)
{
	bool some = t->c.approved && *t->c.approved;
	struct unapproved sum;
	int64_t all;
	int r = approval_missing(t->arena, &t->c, words, before, &sum, &all);

	if (r < 0 || !*sum.named)
		return r;
	return err_set(t->err, -EINVAL,
		       "%sthese words name %s and would come into a draft, but %s%s is approved in "
		       "C%" PRIu64 "; leave the sum out, %sor first: case approve C%" PRIu64
		       " %s%s%s --reason \"...\"",
		       all > 0 && before > 0 ? "with what was promised before, " : "", sum.named,
		       some ? "only " : "nothing", some ? t->c.approved : "", t->c.id,
		       all > 0 && before > 0 ? "case call-off the other promise, " : "", t->c.id,
		       *sum.sum ? "\"" : "", *sum.sum ? sum.sum : "SUM", *sum.sum ? "\"" : "");
}

int
turn_check_told(struct turn *t, const char *words)
{
	return check(t, words, 0);
}

int
turn_check_given(struct turn *t, const char *words)
{
	struct given given = { .t = t, .texts = { words }, .count = 1 };
	int r = record_promise_each(t->txn, t->arena, t->c.id, visit_promise, &given);

	if (r == 0)
		r = add(&given, t->c.interim.text);
	if (r == 0)
		r = add(&given, t->c.lasting.text);
	return r < 0 ? r : check(t, words, given.hundredths);
}
