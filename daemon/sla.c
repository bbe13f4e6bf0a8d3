/*
 * sla: see sla.h.
 */
#include "sla.h"

#include <errno.h>

#include "case.h"
#include "moment.h"

#define RUN_MAX 100 /* breaches in one call: the event loop has others to serve in between */

/* The working time of a case; of an account that is not configured any more, the default. */
struct terms {
	const struct calendar *calendar;
	const struct zone *zone;
};

static struct terms
terms_of(const struct config *config, const char *account)
{
	const struct account_config *a = config_account(config, account);

	return (struct terms){ a ? a->calendar : NULL, a ? a->zone : NULL };
}

static int64_t
due_at(const struct config *config, const struct case_record *c, enum severity severity,
       enum target_clock clock, int64_t from_ms)
{
	struct terms t = terms_of(config, c->account);

	return target_due(&config->targets.of[severity][clock], t.calendar, t.zone, from_ms);
}

enum target_clock
sla_answer_clock(const struct case_record *c)
{
	return c->answered_ms > 0 ? TARGET_NEXT : TARGET_FIRST;
}

/* The earlier of two due times, of which 0 is never. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

static enum severity
severity_of(const struct case_record *c)
{
	int known = c->severity ? severity_by_name(c->severity) : -1;

	return known < 0 ? SEVERITY_NONE : (enum severity)known;
}

static void
start_solution(const struct config *config, struct case_record *c, enum severity severity,
	       int64_t from_ms)
{
	c->solved_ms = 0;
	c->resolve_late = false;
	c->resolve_due_ms = due_at(config, c, severity, TARGET_RESOLVE, from_ms);
}

void
sla_mail(const struct config *config, struct case_record *c, const struct message_record *mail,
	 enum severity severity, int64_t now_ms)
{
	int64_t from = case_waiting_since(mail, now_ms), due;

	if (!case_mail_waits(mail))
		return;
	if (severity < severity_of(c))
		severity = severity_of(c);
	if (c->state == CASE_SOLVED)
		start_solution(config, c, severity, from);
	else if (!c->resolve_late)
		c->resolve_due_ms = earlier(c->resolve_due_ms,
					    due_at(config, c, severity, TARGET_RESOLVE, from));
	if (c->response_late)
		return;
	/* Nobody is to answer before a hold ends. */
	if (c->hold_ms > now_ms)
		from = c->hold_ms;
	due = due_at(config, c, severity, sla_answer_clock(c), from);
	c->response_due_ms = earlier(c->response_due_ms, due);
}

void
sla_answered(struct case_record *c, int64_t sent_ms)
{
	if (sent_ms < c->waiting_ms)
		return;
	c->answered_ms = sent_ms;
	c->response_due_ms = 0;
	c->response_late = false;
}

void
sla_solved(struct case_record *c, int64_t now_ms)
{
	c->solved_ms = now_ms;
	c->response_due_ms = c->resolve_due_ms = 0;
	c->response_late = c->resolve_late = false;
}

void
sla_reopened(const struct config *config, struct case_record *c, int64_t now_ms)
{
	start_solution(config, c, severity_of(c), now_ms);
}

void
sla_hold(const struct config *config, struct case_record *c, int64_t until_ms, int64_t now_ms)
{
	struct terms t = terms_of(config, c->account);
	int64_t runs_from = c->hold_ms > now_ms ? c->hold_ms : now_ms, left, due;

	if (c->response_due_ms == 0 || c->response_late)
		return;
	left = calendar_between(t.calendar, t.zone, runs_from, c->response_due_ms);
	due = calendar_add(t.calendar, t.zone, until_ms, left);
	if (due > 0)
		c->response_due_ms = due;
}

static int
append(struct store_txn *txn, struct arena *arena, const struct config *config,
       struct case_record *c, const struct breach_record *b)
{
	static const char *const what[] = { "our first answer", "our answer to the last mail",
					    "the solution" };
	const char *due = moment_text(arena, terms_of(config, c->account).zone, b->due_ms);
	json_t *data = due ? json_pack("{s:s, s:s, s:s, s:I, s:s}", "clock", target_name(b->clock),
				       "what", what[b->clock], "due", due, "due_ms",
				       (json_int_t)b->due_ms, "severity", c->severity)
			   : NULL;
	int r = data ? record_event_append(txn, arena, c, b->at_ms, "triaged", "breach", data)
		     : -ENOMEM;

	json_decref(data);
	return r;
}

/* A clock of a case was passed. */
static int
breach(struct store_txn *txn, struct arena *arena, const struct config *config,
       const struct timer_record *timer, int64_t now_ms, struct case_record *c,
       struct breach_record *b)
{
	int r = record_case_get(txn, arena, timer->case_id, c);

	if (r < 0)
		return r == -ENOENT ? -EBADMSG : r;
	*b = (struct breach_record){ .case_id = c->id,
				     .at_ms = now_ms,
				     .due_ms = timer->due_ms,
				     .clock = timer->resolve ? TARGET_RESOLVE
							     : sla_answer_clock(c) };
	if (timer->resolve)
		c->resolve_late = true;
	else
		c->response_late = true;
	c->updated_ms = now_ms;
	r = append(txn, arena, config, c, b);
	if (r == 0)
		r = record_breach_put(txn, b);
	return r < 0 ? r : record_case_put(txn, c);
}

/* 1: one clock was seen to; 0: none is due, *ret_next_ms says when one will be. */
static int
run_one(struct store *store, struct arena *arena, const struct config *config, int64_t now_ms,
	void (*tell)(const struct case_record *c, const struct breach_record *breach),
	int64_t *ret_next_ms)
{
	struct timer_record timer;
	struct breach_record b;
	struct case_record c;
	struct store_txn *txn;
	int r = store_begin(store, true, &txn);

	if (r < 0)
		return r;
	r = record_timer_first(txn, &timer);
	if (r < 0 || timer.due_ms > now_ms) {
		store_abort(txn);
		*ret_next_ms = r < 0 ? 0 : timer.due_ms;
		return r == -ENOENT ? 0 : r;
	}
	r = breach(txn, arena, config, &timer, now_ms, &c, &b);
	if (r < 0) {
		store_abort(txn);
		return r;
	}
	r = store_commit(txn);
	if (r == 0 && tell)
		tell(&c, &b);
	return r < 0 ? r : 1;
}

int
sla_run(struct store *store, const struct config *config, int64_t now_ms,
	void (*tell)(const struct case_record *c, const struct breach_record *breach),
	int64_t *ret_next_ms)
{
	struct arena *arena = arena_new(0);
	int r = 1;

	if (!arena)
		return -ENOMEM;
	*ret_next_ms = now_ms;
	for (unsigned i = 0; i < RUN_MAX && r == 1; i++) {
		arena_reset(arena);
		r = run_one(store, arena, config, now_ms, tell, ret_next_ms);
	}
	arena_free(arena);
	return r < 0 ? r : 0;
}
