/*
 * steer_promise: what somebody may rely on, said by hand. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "filters/commitment.h"
#include "moment.h"
#include "promise.h"
#include "steer_internal.h"

#define LISTED_MAX 5 /* promises that a refusal names */

int
turn_promise(struct turn *t)
{
	struct promise_record wanted = { .text = t->steer->value, .made_by = t->steer->actor };
	uint64_t number = 0;
	int r;

	if (!*t->steer->until)
		return err_set(t->err, -EINVAL,
			       "a promise needs a time: case promise C%" PRIu64
			       " \"call back\" --until \"2026-12-01 10:00\"",
			       t->c.id);
	r = turn_check_open(t);
	if (r == 0)
		r = turn_check_given(t, wanted.text);
	if (r == 0)
		r = turn_until(t, &wanted.due_ms);
	if (r == 0)
		r = commitment_by_mail(t->arena, wanted.text, &wanted.by_mail);
	if (r < 0)
		return r;
	r = promise_make(t->txn, t->arena, &t->c, &wanted, t->steer->now_ms, &number);
	t->said = arena_printf(t->arena, "promise %" PRIu64 " of C%" PRIu64 " is due %s", number,
			       t->c.id, moment_text(t->arena, turn_zone(t), wanted.due_ms));
	return r;
}

int
turn_check_open(struct turn *t)
{
	return t->c.state == CASE_OPEN
		       ? 0
		       : err_set(t->err, -EINVAL,
				 "C%" PRIu64 " is solved, and nobody looks after what is promised "
				 "there; first: case reopen C%" PRIu64,
				 t->c.id, t->c.id);
}

/* The promise that is meant: by its number, or the only open one. */
static int
which_promise(struct turn *t, uint64_t *ret)
{
	char *end;
	unsigned open;
	int r;

	if (*t->steer->value) {
		errno = 0;
		*ret = strtoull(t->steer->value, &end, 10);
		if (errno || *end || t->steer->value[0] < '0' || t->steer->value[0] > '9')
			return err_set(t->err, -EINVAL, "\"%.60s\" is no number of a promise",
				       t->steer->value);
		return 0;
	}
	r = promise_open_count(t->txn, t->arena, t->c.id, &open, ret);
	if (r == 0 && open != 1)
		return err_set(t->err, -EINVAL,
			       open ? "C%" PRIu64
				      " has several open promises; say the number of one"
				    : "C%" PRIu64 " has no open promise",
			       t->c.id);
	return r;
}

static int
end_promise(struct turn *t, const char *reason)
{
	uint64_t number;
	int r = which_promise(t, &number);

	if (r < 0)
		return r;
	r = promise_end(t->txn, t->arena, &t->c, number, reason, t->steer->actor, t->steer->now_ms);
	if (r == -ENOENT)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " has no promise %" PRIu64, t->c.id,
			       number);
	if (r == -EALREADY)
		return err_set(t->err, -EINVAL, "promise %" PRIu64 " of C%" PRIu64 " has ended",
			       number, t->c.id);
	t->said = arena_printf(t->arena, "promise %" PRIu64 " of C%" PRIu64 " is %s", number,
			       t->c.id, reason ? "called off" : "kept");
	return r;
}

int
turn_kept(struct turn *t)
{
	return end_promise(t, NULL);
}

int
turn_call_off(struct turn *t)
{
	if (!*t->steer->reason)
		return err_set(t->err, -EINVAL,
			       "say why, and tell the customer before it is due: --reason \"...\"");
	return end_promise(t, t->steer->reason);
}

/* The promises that are open, in words. */
struct listing {
	struct buf words;
	unsigned count;
};

static int
visit_open(void *context, const struct promise_record *p)
{
	struct listing *l = context;

	if (p->ended_ms > 0 || p->inside)
		return 0;
	if (l->count++ < LISTED_MAX)
		buf_printf(&l->words, "%s%" PRIu64 ": %s", l->words.len ? "; " : "", p->number,
			   p->text);
	return 0;
}

int
turn_check_promises(struct turn *t)
{
	struct listing l = { .words = { .arena = t->arena } };
	int r = record_promise_each(t->txn, t->arena, t->c.id, visit_open, &l);
	const char *words;

	if (r < 0 || l.count == 0)
		return r;
	words = buf_string(&l.words);
	return err_set(t->err, -EINVAL,
		       "C%" PRIu64 " has %u open promise%s (%s%s); say case kept or case call-off "
		       "first",
		       t->c.id, l.count, l.count == 1 ? "" : "s", words ? words : "",
		       l.count > LISTED_MAX ? "; ..." : "");
}
