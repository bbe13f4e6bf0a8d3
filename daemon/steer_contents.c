/*
 * steer_contents: see steer_contents.h.
 */
#include "steer_contents.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "case.h"
#include "correction.h"

#define MAILS_MAX 1000u /* of a case that is merged or split */
#define PROMISES_MAX 1000u
#define ANSWERS_MAX 64 /* mails between one and another that it answers over them */

static bool
is_mail_event(const char *kind)
{
	return strcmp(kind, "mail") == 0 || strcmp(kind, "sent") == 0 ||
	       strcmp(kind, "asked-inside") == 0;
}

/* The same mail may have gone to and fro. */
static bool
is_held(const struct contents *in, uint64_t record)
{
	for (size_t i = 0; i < in->mail_count; i++)
		if (in->mails[i].m.id == record)
			return true;
	return false;
}

static int
hold_mail(struct contents *in, const struct event_record *event)
{
	struct held h = { .at_ms = event->at_ms };
	int64_t was = json_integer_value(json_object_get(event->data, "was_ms"));
	int r = case_mail_of(in->txn, in->arena, event, &h.m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (is_held(in, h.m.id) || in->mail_count == MAILS_MAX) {
		in->full |= in->mail_count == MAILS_MAX;
		record_message_free(&h.m);
		return in->full;
	}
	h.at_ms = was > 0 ? was : h.at_ms;
	h.kind = arena_strdup(in->arena, event->kind);
	h.actor = arena_strdup(in->arena, event->actor);
	h.data = json_copy(event->data);
	in->mails[in->mail_count++] = h;
	return h.kind && h.actor && h.data ? 0 : -ENOMEM;
}

static int
hold_draft(struct contents *in, const struct event_record *event)
{
	json_int_t entry = json_integer_value(json_object_get(event->data, "outbox"));
	struct held_draft d;
	struct outbox_record o;
	int r = entry > 0 ? record_outbox_get(in->txn, in->arena, in->account, (uint64_t)entry, &o)
			  : -ENOENT;

	if (r == 0)
		r = record_message_by_id(in->txn, in->account, o.message_id, &d.record);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	d.answers = o.message;
	if (in->draft_count < MAILS_MAX)
		in->drafts[in->draft_count++] = d;
	return 0;
}

static int
visit_event(void *context, const struct event_record *event)
{
	if (is_mail_event(event->kind))
		return hold_mail(context, event);
	return strcmp(event->kind, "draft") == 0 ? hold_draft(context, event) : 0;
}

static int
visit_promise(void *context, const struct promise_record *p)
{
	struct contents *in = context;

	if (p->ended_ms > 0)
		return 0;
	if (in->promise_count == PROMISES_MAX) {
		in->full = true;
		return 1;
	}
	in->promises[in->promise_count++] = *p;
	return 0;
}

static int
by_record(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return x->m.id < y->m.id ? -1 : x->m.id > y->m.id;
}

void
contents_free(struct contents *in)
{
	for (size_t i = 0; i < in->mail_count; i++) {
		record_message_free(&in->mails[i].m);
		json_decref(in->mails[i].data);
	}
	in->mail_count = 0;
}

int
contents_collect(struct turn *t, const struct case_record *c, struct contents *in)
{
	int r = 0;

	*in = (struct contents){ .txn = t->txn, .arena = t->arena, .account = c->account };
	in->mails = arena_calloc(t->arena, MAILS_MAX, sizeof(*in->mails));
	in->drafts = arena_calloc(t->arena, MAILS_MAX, sizeof(*in->drafts));
	in->promises = arena_calloc(t->arena, PROMISES_MAX, sizeof(*in->promises));
	if (!in->mails || !in->drafts || !in->promises)
		return -ENOMEM;
	r = record_event_each(t->txn, t->arena, c->id, visit_event, in);
	if (r == 0)
		r = record_promise_each(t->txn, t->arena, c->id, visit_promise, in);
	if (r < 0)
		return r;
	if (in->full)
		return err_set(t->err, -EINVAL,
			       "C%" PRIu64 " has more than %u mails or open promises; it can be "
			       "neither merged nor split",
			       c->id, MAILS_MAX);
	qsort(in->mails, in->mail_count, sizeof(*in->mails), by_record);
	return 0;
}

/* What people said of the mail's flags goes with it. */
static int
move_corrections(struct turn *t, uint64_t message, uint64_t to)
{
	for (int f = 0; f < FLAG_COUNT; f++) {
		struct correction_record c;
		int r = record_correction_get(t->txn, t->arena, message, (enum flag)f, &c);

		if (r == -ENOENT)
			continue;
		c.case_id = to;
		if (r == 0)
			r = record_correction_put(t->txn, t->arena, &c);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
move_mail(struct turn *t, struct held *h, uint64_t from, struct case_record *to)
{
	int r;

	if (json_object_set_new(h->data, "moved_from", json_integer((json_int_t)from)) < 0 ||
	    json_object_set_new(h->data, "was_ms", json_integer(h->at_ms)) < 0)
		return -ENOMEM;
	r = record_event_append(t->txn, t->arena, to, t->steer->now_ms, h->actor, h->kind, h->data);
	if (r < 0)
		return r;
	h->m.case_id = to->id;
	h->m.joined = "by-hand";
	r = record_message_put(t->txn, &h->m);
	return r < 0 ? r : move_corrections(t, h->m.id, to->id);
}

/* Who answers a draft then answers into the case where the mail is that it was written for. */
static int
move_draft(struct turn *t, const struct held_draft *d, uint64_t from, const struct case_record *to)
{
	struct message_record m;
	int r = record_message_get(t->txn, t->arena, d->record, &m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (m.case_id == from) {
		m.case_id = to->id;
		r = record_message_put(t->txn, &m);
	}
	record_message_free(&m);
	return r;
}

static bool
is_going(const struct contents *in, uint64_t record)
{
	for (size_t i = 0; i < in->mail_count; i++)
		if (in->mails[i].m.id == record)
			return in->mails[i].goes;
	return false;
}

/* A parent is always older than what answers it, whatever a store says; so this ends. */
static int
answers_one_that_goes(struct turn *t, const struct contents *in, const struct message_record *m,
		      bool *ret)
{
	uint64_t id = m->parent < m->id ? m->parent : 0;

	*ret = is_going(in, id);
	for (unsigned i = 0; id && !*ret && i < ANSWERS_MAX; i++) {
		struct message_record parent;
		int r = record_message_get(t->txn, t->arena, id, &parent);

		if (r < 0)
			return r == -ENOENT ? 0 : r;
		id = parent.parent < id ? parent.parent : 0;
		record_message_free(&parent);
		*ret = is_going(in, id);
	}
	return 0;
}

int
contents_mark(struct turn *t, struct contents *in, size_t first, size_t *ret_count)
{
	int r = 0;

	in->mails[first].goes = true;
	*ret_count = 1;
	for (size_t i = first + 1; r == 0 && i < in->mail_count; i++) {
		r = answers_one_that_goes(t, in, &in->mails[i].m, &in->mails[i].goes);
		*ret_count += in->mails[i].goes;
	}
	return r;
}

int
contents_move(struct turn *t, struct contents *in, uint64_t from, bool all, struct case_record *to)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->mail_count; i++)
		if (all || in->mails[i].goes)
			r = move_mail(t, &in->mails[i], from, to);
	for (size_t i = 0; r == 0 && i < in->draft_count; i++)
		if (all || is_going(in, in->drafts[i].answers))
			r = move_draft(t, &in->drafts[i], from, to);
	return r;
}

/* The same thing that is promised in the other case for the same time. */
struct promised {
	const struct promise_record *p;
	uint64_t number; /* 0: it is not */
};

static int
visit_promised(void *context, const struct promise_record *p)
{
	struct promised *same = context;

	if (p->ended_ms == 0 && p->due_ms == same->p->due_ms && p->inside == same->p->inside &&
	    strcmp(p->text, same->p->text) == 0)
		same->number = p->number;
	return same->number > 0;
}

int
contents_move_promise(struct turn *t, struct promise_record *p, struct case_record *to,
		      uint64_t *ret_number)
{
	struct promised same = { .p = p };
	struct promise_record moved = *p;
	json_t *data;
	int r = record_promise_each(t->txn, t->arena, to->id, visit_promised, &same);

	p->ended_ms = t->steer->now_ms;
	p->moved = true;
	p->wake_ms = 0;
	if (r == 0)
		r = record_promise_put(t->txn, t->arena, p);
	*ret_number = same.number;
	if (r < 0 || same.number > 0)
		return r;
	moved.case_id = to->id;
	*ret_number = moved.number = ++to->promises;
	r = record_promise_put(t->txn, t->arena, &moved);
	if (r < 0)
		return r;
	data = json_pack("{s:s, s:I, s:I, s:I}", "text", moved.text, "promise",
			 (json_int_t)moved.number, "due_ms", (json_int_t)moved.due_ms, "moved_from",
			 (json_int_t)p->case_id);
	r = data ? record_event_append(t->txn, t->arena, to, t->steer->now_ms, t->steer->actor,
				       "promise-moved", data)
		 : -ENOMEM;
	json_decref(data);
	return r;
}

/* Since when the customer waits, and whose turn it is, from the mails alone. */
static void
whose_turn(struct case_record *c, const struct contents *in, int64_t now_ms)
{
	bool asked = in->mail_count > 0 &&
		     strcmp(in->mails[in->mail_count - 1].kind, "asked-inside") == 0;
	int64_t waiting = 0, answered = 0;

	for (size_t i = 0; i < in->mail_count; i++) {
		const struct held *h = &in->mails[i];
		int64_t came = case_waiting_since(&h->m, now_ms);

		if (strcmp(h->kind, "sent") == 0) {
			answered = came > answered ? came : answered;
			if (came >= waiting)
				waiting = 0;
		} else if (strcmp(h->kind, "mail") == 0 && case_mail_waits(&h->m) && waiting == 0) {
			waiting = came;
		}
	}
	c->waiting_ms = c->state == CASE_OPEN ? waiting : 0;
	c->answered_ms = answered;
	if ((c->waiting_ms > 0 || asked) && c->awaits && strcmp(c->awaits, "colleagues") == 0)
		return;
	c->awaits = c->waiting_ms > 0                       ? "us"
		    : answered > 0 && c->state == CASE_OPEN ? "customer"
							    : "";
	c->awaits_ms = c->waiting_ms > 0 ? c->waiting_ms : *c->awaits ? answered : 0;
}

/* What the customers' mails ask for. */
static int
settle_asked(struct turn *t, struct case_record *c, const struct contents *in)
{
	const struct claims **list = arena_calloc(t->arena, in->mail_count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < in->mail_count; i++)
		if (!in->mails[i].m.outgoing)
			list[count++] = &in->mails[i].m.claims;
	return asked_again(t->txn, t->arena, c, list, count);
}

int
contents_settle(struct turn *t, struct case_record *c)
{
	struct contents in;
	int r = contents_collect(t, c, &in);

	if (r == 0) {
		c->messages = (unsigned)in.mail_count;
		c->last_message = in.mail_count ? in.mails[in.mail_count - 1].m.id : 0;
		whose_turn(c, &in, t->steer->now_ms);
		r = settle_asked(t, c, &in);
	}
	contents_free(&in);
	if (c->waiting_ms == 0) {
		c->response_due_ms = 0;
		c->response_late = false;
	}
	c->updated_ms = t->steer->now_ms;
	return r < 0 ? r : correction_recount(t->txn, t->arena, t->bundle->policy, c);
}
