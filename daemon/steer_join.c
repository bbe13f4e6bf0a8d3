/*
 * steer_join: two cases about one matter are made one, and one about two matters two: the verbs
 * merge and split. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "approval.h"
#include "asked.h"
#include "case.h"
#include "participant.h"
#include "playbook.h"
#include "policy.h"
#include "promise.h"
#include "sla.h"
#include "steer_contents.h"

#define PARTICIPANTS_MAX 64u

static int
may_join(struct turn *t, const struct case_record *c)
{
	if (c->merged)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " was merged into C%" PRIu64 " already",
			       c->id, c->merged);
	if (c->forgotten_ms > 0)
		return err_set(t->err, -EINVAL, "what C%" PRIu64 " said of people was erased",
			       c->id);
	if (case_on_hold(c, t->steer->now_ms))
		return err_set(t->err, -EINVAL,
			       "C%" PRIu64 " is on hold by %s: %s; case release ends it", c->id,
			       c->hold_by, c->hold_reason);
	return 0;
}

/* Reads the case that is to be merged into this one. */
static int
get_other(struct turn *t, struct case_record *ret)
{
	uint64_t number = case_number(t->steer->value);
	int r;

	if (!*t->steer->reason)
		return err_set(t->err, -EINVAL, "say why they are one matter: --reason \"...\"");
	if (number == 0)
		return err_set(t->err, -EINVAL, "\"%.40s\" is no case; say: case merge C12 C15",
			       t->steer->value);
	if (number == t->c.id)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " cannot be merged into itself",
			       number);
	r = record_case_get(t->txn, t->arena, number, ret);
	if (r == -ENOENT)
		return err_set(t->err, -EINVAL, "there is no case C%" PRIu64, number);
	if (r == 0 && strcmp(ret->account, t->c.account) != 0)
		return err_set(t->err, -EINVAL,
			       "C%" PRIu64 " belongs to the account %s, C%" PRIu64
			       " to %s; mails of two mailboxes stay apart",
			       ret->id, ret->account, t->c.id, t->c.account);
	if (r == 0 && !case_takes_part(&t->c, ret->customer))
		return err_set(t->err, -EINVAL,
			       "C%" PRIu64 " is %s's and C%" PRIu64
			       " %s's: what is said to one is not the other's to read; only cases "
			       "in which the same person takes part can be one",
			       ret->id, ret->customer, t->c.id, t->c.customer);
	if (r == 0)
		r = may_join(t, ret);
	return r < 0 ? r : may_join(t, &t->c);
}

/* Whoever took part in either takes part in both. */
static int
join_participants(struct turn *t, const struct case_record *other)
{
	const char **all = arena_calloc(t->arena, t->c.participant_count + other->participant_count,
					sizeof(*all));
	size_t count = t->c.participant_count;

	if (!all)
		return -ENOMEM;
	if (count)
		memcpy(all, t->c.participants, count * sizeof(*all));
	for (size_t i = 0; i < other->participant_count && count < PARTICIPANTS_MAX; i++) {
		bool known = false;

		for (size_t k = 0; k < count && !known; k++)
			known = participant_same(all[k], other->participants[i]);
		if (!known)
			all[count++] = other->participants[i];
	}
	t->c.participants = all;
	t->c.participant_count = count;
	return 0;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

/* What of the other case this one has for itself already. NULL: no memory. */
static const char *
left_behind(struct turn *t, const struct case_record *o)
{
	const struct case_record *c = &t->c;
	const struct {
		const char *name, *ours, *theirs;
	} facts[] = {
		{ "situation", c->situation, o->situation },
		{ "interim", c->interim.text, o->interim.text },
		{ "lasting", c->lasting.text, o->lasting.text },
		{ "fault", c->fault, o->fault },
		{ "cause", c->cause, o->cause },
	};
	struct buf words = { .arena = t->arena };

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (*facts[i].ours && *facts[i].theirs &&
		    strcmp(facts[i].ours, facts[i].theirs) != 0)
			buf_printf(&words, "%s%s: %s", words.len ? ", " : "", facts[i].name,
				   facts[i].theirs);
	return buf_string(&words);
}

/* What is known of the other and not of this one; who was promised more keeps it. */
static void
join_facts(struct turn *t, const struct case_record *o)
{
	struct case_record *c = &t->c;
	const char **const facts[][2] = {
		{ &c->owner, (const char **)&o->owner },
		{ &c->fault, (const char **)&o->fault },
		{ &c->situation, (const char **)&o->situation },
		{ &c->cause, (const char **)&o->cause },
		{ &c->conduct_told, (const char **)&o->conduct_told },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (!**facts[i][0])
			*facts[i][0] = *facts[i][1];
	if (!*c->interim.text)
		c->interim = o->interim;
	if (!*c->lasting.text)
		c->lasting = o->lasting;
	if (!*c->approved) {
		c->approved = o->approved;
		c->approved_by = o->approved_by;
	}
	c->worked += o->worked;
	if (c->linked == o->id)
		c->linked = 0;
	if (o->state == CASE_OPEN && c->state == CASE_SOLVED) {
		c->state = CASE_OPEN;
		sla_reopened(t->config, c, t->steer->now_ms);
	}
	/* One matter is as far as the case of it that went further. */
	if (o->state == CASE_OPEN &&
	    playbook_stage_order(o->stage) > playbook_stage_order(c->stage))
		c->stage = o->stage;
	if (o->state == CASE_OPEN) {
		c->response_due_ms = earlier(c->response_due_ms, o->response_due_ms);
		c->resolve_due_ms = earlier(c->resolve_due_ms, o->resolve_due_ms);
		c->response_late |= o->response_late;
		c->resolve_late |= o->resolve_late;
	}
}

/* The other case ends here; what comes for it later goes on in this one. */
static int
close_other(struct turn *t, struct case_record *o)
{
	json_t *data =
		json_pack("{s:I, s:s}", "into", (json_int_t)t->c.id, "reason", t->steer->reason);
	int r = data ? record_event_append(t->txn, t->arena, o, t->steer->now_ms, t->steer->actor,
					   "merged", data)
		     : -ENOMEM;

	json_decref(data);
	o->state = CASE_SOLVED;
	o->merged = t->c.id;
	o->messages = 0;
	o->last_message = 0;
	o->waiting_ms = o->awaits_ms = o->promise_ms = 0;
	o->awaits = "";
	o->owes = o->overdue = o->response_late = o->resolve_late = false;
	o->response_due_ms = o->resolve_due_ms = 0;
	/* From now on it ages; the digest does not count it among the solved. */
	o->solved_ms = t->steer->now_ms;
	o->updated_ms = t->steer->now_ms;
	/* It is one matter, which recurs no more for having been two. */
	if (r == 0)
		r = asked_forget(t->txn, o);
	return r < 0 ? r : record_case_put(t->txn, o);
}

/* Who approved it, when and why, is told here too. */
static int
tell_approval(struct turn *t, const struct case_record *o, const struct approval_record *a)
{
	json_t *data = json_pack("{s:s, s:s, s:I, s:I}", "amount", o->approved, "reason", a->reason,
				 "moved_from", (json_int_t)o->id, "was_ms", (json_int_t)a->at_ms);
	int r = data ? record_event_append(t->txn, t->arena, &t->c, t->steer->now_ms, a->by,
					   "approved", data)
		     : -ENOMEM;

	json_decref(data);
	return r;
}

/*
 * What was approved in the other case is this one's from now on. Of two approvals nobody could tell
 * which of them holds, so one must be taken back before.
 */
static int
join_approvals(struct turn *t, const struct case_record *o)
{
	struct customer_record theirs, ours, *to = &theirs;
	int r;

	if (!*o->approved)
		return 0;
	if (*t->c.approved)
		return err_set(t->err, -EINVAL,
			       "%s is approved in C%" PRIu64 " and %s in C%" PRIu64
			       "; take one of them back first: case approve C%" PRIu64
			       " none --reason \"...\"",
			       t->c.approved, t->c.id, o->approved, o->id, o->id);
	r = record_customer_get(t->txn, t->arena, o->customer, &theirs);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/* The customer may have written from a subaddress, which has a record of its own. */
	if (strcmp(o->customer, t->c.customer) != 0) {
		r = record_customer_get(t->txn, t->arena, t->c.customer, &ours);
		to = r == 0 ? &ours : to;
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0)
		r = approval_move(t->arena, &theirs, o->id, to, t->c.id);
	if (r == 0 && to->approval_count > 0 &&
	    to->approvals[to->approval_count - 1].case_id == t->c.id)
		r = tell_approval(t, o, &to->approvals[to->approval_count - 1]);
	if (r == 0 && to != &theirs)
		r = record_customer_put(t->txn, to);
	return r < 0 ? r : record_customer_put(t->txn, &theirs);
}

/* Open promises go on here; *here is the other case with their numbers in this one. */
static int
join_promises(struct turn *t, struct contents *in, const struct case_record *o,
	      struct case_record *here)
{
	uint64_t number;
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->promise_count; i++) {
		r = contents_move_promise(t, &in->promises[i], &t->c, &number);
		if (in->promises[i].number == o->interim.promise)
			here->interim.promise = number;
		if (in->promises[i].number == o->lasting.promise)
			here->lasting.promise = number;
	}
	return r < 0 ? r : promise_settle(t->txn, t->arena, &t->c, t->steer->now_ms);
}

/* The customer has one case more, or one less. */
static int
count_case(struct turn *t, const char *address, bool more)
{
	struct customer_record customer;
	int r = record_customer_get(t->txn, t->arena, address, &customer);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (more)
		customer.cases++;
	else if (customer.cases > 0)
		customer.cases--;
	return record_customer_put(t->txn, &customer);
}

int
turn_merge(struct turn *t)
{
	struct case_record other = { .id = 0 }, here;
	struct contents in = { .mail_count = 0 };
	const char *left = "", *stage = t->c.stage;
	int r = get_other(t, &other);

	here = other;

	if (r == 0)
		r = join_approvals(t, &other);
	if (r == 0)
		r = contents_collect(t, &other, &in);
	if (r == 0)
		r = contents_move(t, &in, other.id, true, &t->c);
	if (r == 0)
		r = join_promises(t, &in, &other, &here);
	if (r == 0)
		r = join_participants(t, &other);
	if (r == 0) {
		left = left_behind(t, &other);
		join_facts(t, &here);
		r = left ? contents_settle(t, &t->c) : -ENOMEM;
		if (r == 0 && *t->c.cause)
			r = turn_keep_cause(t);
	}
	if (r == 0)
		r = turn_put(t, "merged-in",
			     json_pack("{s:I, s:s, s:I, s:I, s:s, s:s, s:s}", "from",
				       (json_int_t)other.id, "customer", other.customer, "mails",
				       (json_int_t)in.mail_count, "promises",
				       (json_int_t)in.promise_count, "reason", t->steer->reason,
				       "left", left, "stage",
				       t->c.stage != stage ? t->c.stage : ""));
	if (r == 0)
		r = close_other(t, &other);
	if (r == 0)
		r = count_case(t, other.customer, false);
	t->said = arena_printf(t->arena,
			       "C%" PRIu64 " is part of C%" PRIu64 " now, with its %zu mail%s and "
			       "%zu open promise%s",
			       other.id, t->c.id, in.mail_count, in.mail_count == 1 ? "" : "s",
			       in.promise_count, in.promise_count == 1 ? "" : "s");
	contents_free(&in);
	return r;
}

/* The mail that begins the new case: its place among those of the case. */
static int
find_first(struct turn *t, const struct contents *in, size_t *ret)
{
	const char *digits = t->steer->value + (t->steer->value[0] == 'M');
	uint64_t number = *digits >= '0' && *digits <= '9' ? case_number(digits) : 0;
	size_t first = 0;

	while (first < in->mail_count && in->mails[first].m.id != number)
		first++;
	if (number == 0 || first == in->mail_count)
		return err_set(t->err, -EINVAL,
			       "\"%.40s\" is no mail of C%" PRIu64 "; case show names them like "
			       "M45",
			       t->steer->value, t->c.id);
	if (first == 0)
		return err_set(t->err, -EINVAL,
			       "M%" PRIu64 " is the first mail of C%" PRIu64
			       "; at least one has to stay",
			       number, t->c.id);
	*ret = first;
	return 0;
}

/* Who wrote the mails that go. */
static int
writers(struct turn *t, const struct contents *in, size_t first, struct case_record *c)
{
	const char **list = arena_calloc(t->arena, PARTICIPANTS_MAX, sizeof(*list));

	if (!list)
		return -ENOMEM;
	c->participants = list;
	for (size_t i = first; i < in->mail_count; i++) {
		const char *writer = address_lower(t->arena, in->mails[i].m.from);
		bool known = in->mails[i].m.outgoing || !in->mails[i].goes;

		if (!writer)
			return -ENOMEM;
		for (size_t k = 0; k < c->participant_count && !known; k++)
			known = participant_same(list[k], writer);
		if (!known && *writer && c->participant_count < PARTICIPANTS_MAX)
			list[c->participant_count++] = writer;
	}
	return 0;
}

/* Opens the new case for those mails. */
static int
open_new(struct turn *t, const struct contents *in, size_t first, struct case_record *ret)
{
	struct case_record c = { .account = t->c.account,
				 .owner = t->c.owner,
				 .severity = severity_name(SEVERITY_NONE),
				 .stage = "new",
				 .state = CASE_OPEN,
				 .opened_ms = t->steer->now_ms,
				 .updated_ms = t->steer->now_ms,
				 .linked = t->c.id };
	const struct message_record *begin = NULL;
	json_t *data;
	int r;

	for (size_t i = first; i < in->mail_count; i++) {
		const struct held *h = &in->mails[i];

		if (!begin && h->goes && !h->m.outgoing)
			begin = &h->m;
		if (h->goes && strcmp(h->kind, "sent") == 0)
			c.stage = "acknowledged";
	}
	if (!begin)
		return err_set(t->err, -EINVAL,
			       "a customer wrote neither %.40s nor what answers it; a case begins "
			       "with a mail of theirs",
			       t->steer->value);
	c.customer = address_lower(t->arena, begin->from);
	c.customer_name = begin->from_name;
	c.subject = begin->subject;
	c.language = begin->language;
	r = c.customer ? writers(t, in, first, &c) : -ENOMEM;
	if (r == 0)
		r = store_next(t->txn, "case", &c.id);
	if (r < 0)
		return r;
	data = json_pack("{s:s, s:I}", "customer", c.customer, "linked", (json_int_t)t->c.id);
	r = data ? record_event_append(t->txn, t->arena, &c, t->steer->now_ms, t->steer->actor,
				       "opened", data)
		 : -ENOMEM;
	json_decref(data);
	if (r == 0)
		r = record_case_put(t->txn, &c);
	/* As it is kept, with all its members. */
	return r < 0 ? r : record_case_get(t->txn, t->arena, c.id, ret);
}

/* The new case's clocks run from when its mails came; a late answer was counted once. */
static int
start_clocks(struct turn *t, const struct contents *in, size_t first, struct case_record *c)
{
	int severity = severity_by_name(c->severity);

	if (c->waiting_ms > 0)
		c->response_late = t->c.response_late;
	for (size_t i = first; i < in->mail_count; i++)
		if (in->mails[i].goes && !in->mails[i].m.outgoing)
			sla_mail(t->config, c, &in->mails[i].m,
				 severity < 0 ? SEVERITY_NONE : (enum severity)severity,
				 t->steer->now_ms);
	if (c->waiting_ms == 0)
		c->response_due_ms = 0;
	return 0;
}

/* What people decided does not go with the mails; "" nothing. NULL: no memory. */
static const char *
what_stays(struct turn *t, const struct contents *in)
{
	const struct {
		const char *name, *text;
	} facts[] = {
		{ "the approval of ", t->c.approved }, { "the fault: ", t->c.fault },
		{ "the situation: ", t->c.situation }, { "the cause: ", t->c.cause },
		{ "for now: ", t->c.interim.text },    { "for good: ", t->c.lasting.text },
	};
	struct buf words = { .arena = t->arena };

	if (in->promise_count)
		buf_printf(&words, "%zu open promise%s", in->promise_count,
			   in->promise_count == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (*facts[i].text)
			buf_printf(&words, "%s%s%s", words.len ? "; " : "", facts[i].name,
				   facts[i].text);
	return buf_string(&words);
}

/* Both cases as they are once the mails have moved. */
static int
settle_both(struct turn *t, const struct contents *in, size_t first, size_t count,
	    const char *stays, struct case_record *fresh)
{
	json_int_t mails = (json_int_t)count;
	json_t *data = json_pack("{s:I, s:I, s:s, s:s}", "from", (json_int_t)t->c.id, "mails",
				 mails, "reason", t->steer->reason, "stays", stays);
	int r = data ? contents_settle(t, fresh) : -ENOMEM;

	if (r == 0)
		r = start_clocks(t, in, first, fresh);
	if (r == 0)
		r = record_event_append(t->txn, t->arena, fresh, t->steer->now_ms, t->steer->actor,
					"split-off", data);
	json_decref(data);
	if (r == 0)
		r = record_case_put(t->txn, fresh);
	if (r == 0)
		r = contents_settle(t, &t->c);
	return r < 0 ? r
		     : turn_put(t, "split",
				json_pack("{s:I, s:I, s:s, s:s}", "into", (json_int_t)fresh->id,
					  "mails", mails, "reason", t->steer->reason, "stays",
					  stays));
}

int
turn_split(struct turn *t)
{
	struct contents in = { .mail_count = 0 };
	struct case_record fresh;
	const char *stays = "";
	size_t first = 0, count = 0;
	int r = *t->steer->reason ? may_join(t, &t->c)
				  : err_set(t->err, -EINVAL,
					    "say why they are two matters: --reason \"...\"");

	if (r == 0)
		r = contents_collect(t, &t->c, &in);
	if (r == 0)
		r = find_first(t, &in, &first);
	if (r == 0)
		r = contents_mark(t, &in, first, &count);
	if (r == 0)
		r = open_new(t, &in, first, &fresh);
	if (r == 0)
		r = contents_move(t, &in, t->c.id, false, &fresh);
	if (r == 0) {
		stays = what_stays(t, &in);
		r = stays ? settle_both(t, &in, first, count, stays, &fresh) : -ENOMEM;
	}
	if (r == 0)
		r = count_case(t, fresh.customer, true);
	if (r == 0)
		t->said = arena_printf(
			t->arena, "%zu mail%s of C%" PRIu64 " became the new case C%" PRIu64 "%s%s",
			count, count == 1 ? "" : "s", t->c.id, fresh.id,
			*stays ? "; what was decided before stays: " : "", stays);
	contents_free(&in);
	return r;
}
