/*
 * steer_plan: what is found out about a complaint, what is done about it, and how long that takes.
 * See steer_internal.h.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "promise.h"
#include "steer_internal.h"

#define QUESTION_TEMPLATE "internal-date-question"
#define WORKED_MAX (24 * 60)               /* minutes at a time */
#define WORKED_EVER (100u * 365 * 24 * 60) /* minutes of a case */

/* Our own people are asked before the customer is told a date; the question has a time of its own.
 */
int
turn_ask(struct turn *t)
{
	struct promise_record wanted = { .text = t->steer->value,
					 .made_by = t->steer->actor,
					 .inside = true };
	const char *until;
	uint64_t number;
	int r;

	if (!*t->steer->until)
		return err_set(t->err, -EINVAL,
			       "say until when you need to know: case ask C%" PRIu64
			       " \"how long does the remake take?\" --until +1d",
			       t->c.id);
	r = turn_check_open(t);
	if (r == 0)
		r = turn_until(t, &wanted.due_ms);
	if (r == 0)
		r = promise_make(t->txn, t->arena, &t->c, &wanted, t->steer->now_ms, &number);
	if (r == 0)
		r = turn_draft(t, QUESTION_TEMPLATE, "our own people are asked first");
	if (r < 0)
		return r;
	until = moment_text(t->arena, turn_zone(t), wanted.due_ms);
	t->said = arena_printf(t->arena,
			       "a question to our own people is on its way to Drafts; the answer "
			       "is due %s (case kept C%" PRIu64 " %" PRIu64 " when it is there)",
			       until, t->c.id, number);
	return 0;
}

static int
put_fact(struct turn *t, const char *name, const char *text, int64_t due_ms)
{
	t->said = arena_printf(t->arena, "C%" PRIu64 ", %s: %s", t->c.id, name, text);
	return turn_put(t, "fact",
			json_pack("{s:s, s:s, s:s}", "fact", name, "text", text, "until",
				  due_ms ? moment_text(t->arena, turn_zone(t), due_ms) : ""));
}

static int
say_situation(struct turn *t, const char *text)
{
	int r;

	if (*t->steer->until)
		return err_set(t->err, -EINVAL,
			       "a situation has no date; interim and lasting have one");
	r = turn_check_told(t, text);
	if (r < 0)
		return r;
	t->c.situation = text;
	return put_fact(t, "situation", text, 0);
}

/* What was planned is not any more, nor is it promised. */
static int
drop_measure(struct turn *t, struct measure *m)
{
	const char *reason = *t->steer->reason ? t->steer->reason : "the plan was changed";

	if (m->promise)
		return promise_end(t->txn, t->arena, &t->c, m->promise, reason, t->steer->actor,
				   t->steer->now_ms);
	*m = (struct measure){ .text = "" };
	return 0;
}

/* A measure with a date is a promise. */
static int
promise_measure(struct turn *t, struct measure *m)
{
	struct promise_record wanted = { .text = m->text,
					 .made_by = t->steer->actor,
					 .due_ms = m->due_ms };
	int r = promise_make(t->txn, t->arena, &t->c, &wanted, t->steer->now_ms, &m->promise);

	return r < 0 ? r : record_case_put(t->txn, &t->c);
}

static int
plan_measure(struct turn *t, struct measure *m, const char *name, const char *text)
{
	bool none = strcmp(text, "none") == 0;
	int r;

	if (none && !*m->text)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " has no %s measure", t->c.id, name);
	if (none && *t->steer->until)
		return err_set(t->err, -EINVAL, "a measure that is taken back has no date");
	r = *t->steer->until ? turn_check_open(t) : 0;
	if (r == 0)
		r = drop_measure(t, m);
	if (r == 0 && !none)
		r = turn_check_given(t, text);
	if (r == 0 && *t->steer->until)
		r = turn_until(t, &m->due_ms);
	if (r < 0)
		return r;
	m->text = none ? "" : text;
	r = put_fact(t, name, text, m->due_ms);
	return r == 0 && m->due_ms ? promise_measure(t, m) : r;
}

int
turn_fact(struct turn *t)
{
	size_t len = strcspn(t->steer->value, " ");
	const char *name = arena_strndup(t->arena, t->steer->value, len);
	const char *text = t->steer->value + len + strspn(t->steer->value + len, " ");

	if (!name)
		return -ENOMEM;
	if (*text && strcmp(name, "situation") == 0)
		return say_situation(t, text);
	if (*text && strcmp(name, "interim") == 0)
		return plan_measure(t, &t->c.interim, name, text);
	if (*text && strcmp(name, "lasting") == 0)
		return plan_measure(t, &t->c.lasting, name, text);
	return err_set(t->err, -EINVAL,
		       "say what it is, then the words: case fact C%" PRIu64
		       " situation|interim|lasting \"...\"",
		       t->c.id);
}

/* "1h30m", "1h 30m", "45m", "1시간 30분": minutes; 0: it is none of these, or longer than a day. */
static uint32_t
read_minutes(const char *text)
{
	static const char *const units[] = { "h", "시간", "m", "분" };
	unsigned long minutes = 0, n;
	size_t unit, next = 0;
	char *end;

	while (isdigit((unsigned char)*text)) {
		n = strtoul(text, &end, 10);
		for (unit = next; unit < 4 && strncmp(end, units[unit], strlen(units[unit]));
		     unit++)
			;
		if (unit == 4 || n > WORKED_MAX)
			return 0;
		minutes += unit < 2 ? n * 60 : n;
		next = unit < 2 ? 2 : 4;
		text = end + strlen(units[unit]);
		text += strspn(text, " ");
	}
	return *text || minutes > WORKED_MAX ? 0 : (uint32_t)minutes;
}

int
turn_worked(struct turn *t)
{
	static const char back[] = "back ";
	bool less = strncmp(t->steer->value, back, sizeof(back) - 1) == 0;
	const char *length = t->steer->value + (less ? sizeof(back) - 1 : 0);
	uint32_t minutes = read_minutes(length);

	if (minutes == 0)
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" is no time; write it like 45m or 1h30m, at most 24h",
			       length);
	if (less && minutes > t->c.worked)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " has no more than %" PRIu32 " min",
			       t->c.id, t->c.worked);
	if (!less && t->c.worked > WORKED_EVER)
		return err_set(t->err, -EINVAL, "nobody works on a case for so long");
	t->c.worked = less ? t->c.worked - minutes : t->c.worked + minutes;
	t->said = arena_printf(t->arena, "%" PRIu32 " min of work on C%" PRIu64 ", all together",
			       t->c.worked, t->c.id);
	return turn_put(
		t, less ? "worked-less" : "worked",
		json_pack("{s:i, s:s}", "minutes", (int)minutes, "reason", t->steer->reason));
}
