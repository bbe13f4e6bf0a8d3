/*
 * forget: who is to be forgotten, and the steps until they are. See forget.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "forget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "clock.h"
#include "forget_internal.h"
#include "log.h"
#include "participant.h"
#include "steer.h"

#define LOOKED_AT 5000     /* records in one step */
#define CUSTOMERS_MAX 1000 /* read at once */
#define ADDRESS_MAX 320

/* Looks through cases or messages for the next one that names the person. */
struct look {
	struct store_txn *txn;
	struct arena *arena;
	const struct person *person;
	uint64_t last, next; /* the next that was not looked at yet */
	uint64_t found;      /* 0: none so far */
	unsigned count;
};

static int
look_at_case(void *context, uint64_t id, struct span value)
{
	struct look *l = context;
	struct case_record c;
	bool there;
	int r;

	if (id > l->last || ++l->count > LOOKED_AT)
		return 1;
	l->next = id + 1;
	if (!person_may_be_in(l->person, value))
		return 0;
	r = record_case_get(l->txn, l->arena, id, &c);
	if (r < 0)
		return r;
	person_owns(l->person, &c, &there);
	l->found = there ? id : 0;
	return there;
}

/* A draft of ours that is left of a case of theirs: of one that was merged or split. */
static int
is_left(struct look *l, const struct message_record *m, bool *ret)
{
	struct case_record c;
	int r = m->outgoing && m->case_id > 0 ? record_case_get(l->txn, l->arena, m->case_id, &c)
					      : -ENOENT;

	*ret = r == 0 && c.forgotten_ms > 0;
	return r == -ENOENT ? 0 : r;
}

static int
look_at_message(void *context, uint64_t id, struct span value)
{
	static const char outgoing[] = "\"outgoing\":true";
	struct look *l = context;
	struct message_record m;
	bool theirs;
	int r;

	if (id > l->last || ++l->count > LOOKED_AT)
		return 1;
	l->next = id + 1;
	if (!person_may_be_in(l->person, value) &&
	    !memmem(value.at, value.len, outgoing, sizeof(outgoing) - 1))
		return 0;
	r = record_message_get(l->txn, l->arena, id, &m);
	if (r < 0)
		return r;
	theirs = participant_same(m.from, l->person->address);
	r = theirs ? 0 : is_left(l, &m, &theirs);
	record_message_free(&m);
	if (r < 0)
		return r;
	l->found = theirs ? id : 0;
	return theirs;
}

/* A case of theirs that is open or on hold. */
struct busy {
	struct look look;
	int64_t now_ms;
	uint64_t id;
	bool held;
};

static int
look_for_busy(void *context, uint64_t id, struct span value)
{
	struct busy *b = context;
	struct case_record c;
	bool there;
	int r;

	if (!person_may_be_in(b->look.person, value))
		return 0;
	r = record_case_get(b->look.txn, b->look.arena, id, &c);
	if (r < 0)
		return r;
	if (!person_owns(b->look.person, &c, &there))
		return 0;
	b->held = case_on_hold(&c, b->now_ms);
	b->id = b->held || c.state == CASE_OPEN ? id : 0;
	return b->id > 0;
}

static int
check_busy(struct store_txn *txn, struct arena *arena, const struct person *person,
	   const struct forget *say, struct err *err)
{
	struct busy b = { .look = { .txn = txn, .arena = arena, .person = person },
			  .now_ms = say->now_ms };
	int r = say->yes ? 0 : record_case_raw(txn, 0, look_for_busy, &b);

	if (r < 0 || b.id == 0)
		return r;
	return err_set(err, -EBUSY,
		       b.held ? "C%" PRIu64 " of %s is on hold; release and solve it first, or "
				"say --yes to forget it as it is"
			      : "C%" PRIu64 " of %s is open; solve it first, or say --yes to "
				"forget it as it is",
		       b.id, person->address);
}

/* The person's customer records, also of subaddresses. */
static int
delete_customers(struct store_txn *txn, struct arena *arena, const char *address, bool *ret_known)
{
	const char **list = arena_calloc(arena, CUSTOMERS_MAX, sizeof(*list));
	const char *base = participant_base(arena, address), *at = base ? strrchr(base, '@') : NULL;
	const char *start = at ? arena_printf(arena, "%.*s+", (int)(at - base), base) : NULL;
	size_t count = 0, deleted;
	int r = list && start ? 0 : -ENOMEM;

	*ret_known = false;
	do {
		deleted = 0;
		if (r == 0)
			r = record_customer_list(txn, arena, start, at, CUSTOMERS_MAX, list,
						 &count);
		for (size_t i = 0; r == 0 && i < count; i++)
			if (participant_same(list[i], address)) {
				r = record_customer_delete(txn, list[i]);
				deleted++;
			}
		*ret_known |= deleted > 0;
	} while (r == 0 && count == CUSTOMERS_MAX && deleted > 0);
	for (int own = 0; r == 0 && own < 2; own++) {
		r = record_customer_delete(txn, own ? address : base);
		*ret_known |= r == 0;
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

static int
check(const struct config *config, const struct forget *say, const char *address, struct err *err)
{
	const char *at = strrchr(address, '@');

	if (!at || at == address || !at[1] || strlen(address) > ADDRESS_MAX ||
	    strpbrk(address, " \t\r\n<>"))
		return err_set(err, -EINVAL,
			       "\"%.100s\" is no address; write it like kim@example.com", address);
	for (size_t i = 0; i < config->account_count; i++)
		if (config_is_ours(config, &config->accounts[i], address))
			return err_set(err, -EINVAL,
				       "%s is one of ours; only customers are forgotten", address);
	if (!*say->reason)
		return err_set(err, -EINVAL,
			       "say why, it is all that stays: --reason \"asked for by mail\"");
	if (strlen(say->reason) > STEER_TEXT_MAX)
		return err_set(err, -EINVAL, "the reason is longer than %d bytes; say it shorter",
			       STEER_TEXT_MAX);
	return 0;
}

static int
begin(struct store_txn *txn, struct arena *arena, const struct person *person,
      const struct forget *say, struct forget_record *ret, bool *ret_known, struct err *err)
{
	struct forget_record job = { .address = person->address,
				     .actor = say->actor,
				     .reason = say->reason,
				     .at_ms = say->now_ms,
				     .next_case = 1,
				     .next_message = 1 };
	int r = record_forget_get(txn, arena, person->address, ret);

	*ret_known = true;
	if (r != -ENOENT)
		return r;
	r = check_busy(txn, arena, person, say, err);
	if (r == 0)
		r = delete_customers(txn, arena, person->address, ret_known);
	if (r == 0)
		r = record_last_numbers(txn, &job.last_case, &job.last_message);
	if (r == 0)
		r = record_forget_put(txn, &job);
	*ret = job;
	return r;
}

int
forget_begin(struct store *store, struct arena *arena, const struct config *config,
	     const struct forget *say, struct forget_record *ret, bool *ret_known, struct err *err)
{
	const char *address = participant_base(arena, say->address);
	struct person person;
	struct store_txn *txn;
	int r = address ? check(config, say, address, err) : -ENOMEM;

	if (r == -EINVAL)
		return r;
	if (r == 0)
		r = person_of(arena, address, &person);
	if (r == 0)
		r = store_begin(store, true, &txn);
	if (r < 0)
		return err_set(err, r, "forgetting %.100s: %s", say->address, strerror(-r));
	r = begin(txn, arena, &person, say, ret, ret_known, err);
	if (r == 0)
		r = store_commit(txn);
	else
		store_abort(txn);
	if (r < 0 && r != -EBUSY)
		err_set(err, r, "forgetting %.100s: %s", say->address, strerror(-r));
	return r;
}

/* What one step found to do. */
struct step {
	struct store_txn *txn;
	struct arena *arena;
	struct forget_record job;
	struct person person;
	bool ended; /* that was all of it */
};

static int
act_on_case(struct step *s, uint64_t id)
{
	struct case_record c;
	bool there;
	int r = record_case_get(s->txn, s->arena, id, &c);

	if (r < 0)
		return r;
	if (person_owns(&s->person, &c, &there)) {
		s->job.cases++;
		return forget_case(s->txn, s->arena, &c, s->job.at_ms, s->job.actor, "asked",
				   s->job.reason);
	}
	r = forget_part(s->txn, s->arena, &c, &s->person, &s->job);
	if (r == 0)
		s->job.others++;
	return r;
}

static int
act_on_message(struct step *s, uint64_t id)
{
	struct message_record m;
	struct case_record c;
	bool left = false; /* of a case of theirs, which is counted */
	int r = record_message_get(s->txn, s->arena, id, &m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (m.case_id > 0)
		r = record_case_get(s->txn, s->arena, m.case_id, &c);
	left = r == 0 && m.case_id > 0 && c.forgotten_ms > 0;
	if (r == 0 && m.case_id > 0 && !left) {
		s->job.others++;
		do
			r = forget_part(s->txn, s->arena, &c, &s->person, &s->job);
		while (r == 1);
	}
	r = r == -ENOENT ? 0 : r;
	if (r == 0)
		r = forget_message(s->txn, s->arena, &m);
	s->job.messages += r == 0 && m.case_id == 0;
	record_message_free(&m);
	return r == -ENOENT ? 0 : r;
}

/* Finds the next case or mail of theirs. *ret_found: 0 when none was among those looked at. */
static int
look_on(struct step *s, bool messages, uint64_t *ret_found)
{
	uint64_t *next = messages ? &s->job.next_message : &s->job.next_case;
	struct look l = { .txn = s->txn,
			  .arena = s->arena,
			  .person = &s->person,
			  .last = messages ? s->job.last_message : s->job.last_case,
			  .next = *next };
	int r = messages ? record_message_raw(s->txn, *next, look_at_message, &l)
			 : record_case_raw(s->txn, *next, look_at_case, &l);

	/* The end of the table was reached. */
	*next = r == 0 && !l.found && l.count <= LOOKED_AT ? l.last + 1 : l.next;
	*ret_found = l.found;
	return r;
}

static void
tell_done(const struct forget_record *job)
{
	log_line(LOG_NOTICE, NULL,
		 "a customer was forgotten, as %s said: %" PRIu64 " cases of theirs, %" PRIu64
		 " of others, %" PRIu64 " mails in none; the mailbox was not touched",
		 job->actor, job->cases, job->others, job->messages);
}

/* One step of the first job. 0: there is none. */
static int
step_job(struct step *s)
{
	bool messages;
	uint64_t found;
	int r = record_forget_get(s->txn, s->arena, NULL, &s->job);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = person_of(s->arena, s->job.address, &s->person);
	if (r < 0)
		return r;
	messages = s->job.next_case > s->job.last_case;
	if (messages && s->job.next_message > s->job.last_message) {
		r = record_forget_delete(s->txn, s->job.address);
		s->ended = r == 0;
		return r < 0 ? r : 1;
	}
	r = look_on(s, messages, &found);
	if (r == 0 && found > 0)
		r = messages ? act_on_message(s, found) : act_on_case(s, found);
	/* There is more to do with this one. */
	if (r == 1 && messages)
		s->job.next_message = found;
	else if (r == 1)
		s->job.next_case = found;
	r = r < 0 ? r : record_forget_put(s->txn, &s->job);
	return r < 0 ? r : 1;
}

/* The next events of a case that has its tombstone. 0: there is none. */
static int
step_events(struct step *s)
{
	uint64_t id, upto;
	int r = record_erasing_first(s->txn, &id, &upto);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = forget_events(s->txn, s->arena, id, upto);
	if (r == 0)
		r = record_erasing_set(s->txn, id, 0);
	return r < 0 ? r : 1;
}

/* Whether anything is to be done: so that nobody waits for us to write when nothing is. */
static int
is_idle(struct store *store, struct arena *arena, bool *ret)
{
	struct forget_record job;
	struct store_txn *txn;
	uint64_t id, upto;
	int r = store_begin(store, false, &txn);

	if (r < 0)
		return r;
	r = record_erasing_first(txn, &id, &upto);
	if (r == -ENOENT)
		r = record_forget_get(txn, arena, NULL, &job);
	store_abort(txn);
	*ret = r == -ENOENT;
	return r == -ENOENT ? 0 : r;
}

int
forget_step(struct store *store, struct arena *arena, struct forget_record *ended)
{
	struct step s = { .arena = arena };
	bool idle;
	int r = is_idle(store, arena, &idle), committed;

	if (r < 0 || idle)
		return r;
	r = store_begin(store, true, &s.txn);
	if (r < 0)
		return r;
	r = step_events(&s);
	if (r == 0)
		r = step_job(&s);
	if (r <= 0) {
		store_abort(s.txn);
		return r;
	}
	committed = store_commit(s.txn);
	if (committed == 0 && s.ended)
		tell_done(&s.job);
	if (committed == 0 && s.ended && ended && strcmp(ended->address, s.job.address) == 0) {
		ended->cases = s.job.cases;
		ended->others = s.job.others;
		ended->messages = s.job.messages;
	}
	return committed < 0 ? committed : r;
}

int
forget_run(struct store *store, int64_t budget_ms, struct forget_record *ended)
{
	int64_t end_ms = clock_monotonic_ms() + budget_ms;
	struct arena *arena = arena_new(0);
	int r = arena ? 1 : -ENOMEM;

	while (r == 1 && clock_monotonic_ms() < end_ms) {
		arena_reset(arena);
		r = forget_step(store, arena, ended);
	}
	arena_free(arena);
	return r;
}
