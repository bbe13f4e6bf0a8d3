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

/* Which fact is named first, and what is said of it. NULL: none of them. */
static const char **
which_fact(struct turn *t, int64_t **ret_until, const char **ret_text)
{
	struct case_record *c = &t->c;
	struct {
		const char *name, **text;
		int64_t *until;
	} facts[] = {
		{ "situation", &c->situation, NULL },
		{ "interim", &c->interim, &c->interim_ms },
		{ "lasting", &c->lasting, &c->lasting_ms },
	};
	size_t len = strcspn(t->steer->value, " ");

	*ret_text = t->steer->value + len + strspn(t->steer->value + len, " ");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (strlen(facts[i].name) == len &&
		    strncmp(facts[i].name, t->steer->value, len) == 0) {
			*ret_until = facts[i].until;
			return facts[i].text;
		}
	return NULL;
}

/* A measure with a date is a promise. */
static int
promise_measure(struct turn *t, const char *text, int64_t until)
{
	struct promise_record wanted = { .text = text,
					 .made_by = t->steer->actor,
					 .due_ms = until };
	uint64_t number;

	return promise_make(t->txn, t->arena, &t->c, &wanted, t->steer->now_ms, &number);
}

int
turn_fact(struct turn *t)
{
	const char *text, **fact, *name;
	int64_t *until = NULL, due = 0;
	int r;

	fact = which_fact(t, &until, &text);
	if (!fact || !*text)
		return err_set(t->err, -EINVAL,
			       "say what it is, then the words: case fact C%" PRIu64
			       " situation|interim|lasting \"...\"",
			       t->c.id);
	if (*t->steer->until && !until)
		return err_set(t->err, -EINVAL,
			       "a situation has no date; interim and lasting have one");
	r = until ? turn_check_given(t, text, *fact) : turn_check_told(t, text);
	if (r == 0 && *t->steer->until)
		r = turn_until(t, &due);
	if (r < 0)
		return r;
	*fact = text;
	if (until)
		*until = due;
	name = arena_strndup(t->arena, t->steer->value, strcspn(t->steer->value, " "));
	t->said = arena_printf(t->arena, "C%" PRIu64 ", %s: %s", t->c.id, name ? name : "", text);
	r = turn_put(t, "fact",
		     json_pack("{s:s, s:s, s:s}", "fact", name ? name : "", "text", text, "until",
			       due ? moment_text(t->arena, turn_zone(t), due) : ""));
	return r == 0 && due ? promise_measure(t, text, due) : r;
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
