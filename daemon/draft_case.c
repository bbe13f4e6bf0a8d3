/*
 * draft_case: see draft_case.h.
 */
#include "draft_case.h"

#include <errno.h>
#include <string.h>

#include "approval.h"
#include "case.h"
#include "conduct.h"
#include "draft_words.h"
#include "filters/charset.h"
#include "promise.h"

#define SUBJECT_BYTES 200 /* of a mail, as a draft names it */
#define HISTORY_MAX 30    /* lines of a case's record in a draft */
#define TEXTS_MAX (HISTORY_MAX + 8)

struct reading_case {
	struct store_txn *txn;
	struct arena *arena;
	struct draft_input *input;
	struct draft_case *ret;
	bool abusive;
	const char *texts[TEXTS_MAX]; /* that give a sum, or none, and are said */
	size_t text_count;
	int64_t given;              /* by them together, in hundredths */
	uint64_t told[HISTORY_MAX]; /* mails that the record lists */
	size_t told_count;
	int error; /* of the store, while the record was read */
};

/* Whether the same words were looked at before. */
static bool
is_known(const struct reading_case *r, const char *words)
{
	for (size_t i = 0; i < r->text_count; i++)
		if (strcmp(r->texts[i], words) == 0)
			return true;
	return false;
}

/*
 * "" for words that stay out; they are kept in mind when they are the first. What they give counts
 * together, the same words once; what they only tell (given false) counts alone. NULL: no memory.
 */
static const char *
sayable(struct reading_case *r, const char *words, bool given)
{
	struct unapproved sum;
	bool known;
	int64_t all;

	if (!words || draft_is_internal(r->input->template_name))
		return words ? words : "";
	known = is_known(r, words);
	if (approval_missing(r->arena, r->input->case_, words, given && !known ? r->given : 0, &sum,
			     &all) < 0)
		return NULL;
	if (!*sum.named) {
		if (given && !known && r->text_count < TEXTS_MAX) {
			r->texts[r->text_count++] = words;
			r->given += all;
		}
		return words;
	}
	if (!r->ret->withheld) {
		r->ret->withheld = arena_strdup(r->arena, words);
		r->ret->sum = sum.named;
	}
	return r->ret->withheld ? "" : NULL;
}

/* Their mail, by its subject, unless that would put their abuse or a sum into our mouth. */
static const char *
name_mail(struct reading_case *r, const char *subject)
{
	bool korean = strcmp(r->input->language, "ko") == 0;
	struct unapproved sum = { "", "" };
	int64_t all;

	if (subject && *subject && !r->abusive &&
	    approval_missing(r->arena, r->input->case_, subject, 0, &sum, &all) < 0)
		return NULL;
	if (r->abusive || !subject || !*subject || *sum.named)
		return korean ? "보내 주신 메일" : "your email";
	return arena_printf(r->arena, korean ? "보내 주신 메일 “%.*s”" : "your email “%.*s”",
			    (int)utf8_cut(subject, strlen(subject), SUBJECT_BYTES), subject);
}

/* What was called off is no promise any more. */
static bool
was_called_off(struct reading_case *r, const struct event_record *event)
{
	json_int_t number = json_integer_value(json_object_get(event->data, "promise"));
	struct promise_record p;
	int e = number > 0 ? record_promise_get(r->txn, r->arena, r->input->case_->id,
						(uint64_t)number, &p)
			   : -ENOENT;

	if (e < 0 && e != -ENOENT)
		r->error = e;
	return e == 0 && p.ended_ms > 0 && !p.kept && !p.moved;
}

/* An event that came with another case was when it was. */
static int64_t
when(const struct event_record *event)
{
	int64_t was_ms = json_integer_value(json_object_get(event->data, "was_ms"));

	return was_ms > 0 ? was_ms : event->at_ms;
}

/* Whether the mail is another case's now, or was told: it may have gone to and fro. */
static bool
is_told(struct reading_case *r, const struct event_record *event)
{
	struct message_record m;
	int e = case_mail_of(r->txn, r->arena, event, &m);

	if (e < 0) {
		r->error = e == -ENOENT ? r->error : e;
		return true;
	}
	record_message_free(&m);
	for (size_t i = 0; i < r->told_count; i++)
		if (r->told[i] == m.id)
			return true;
	if (r->told_count < HISTORY_MAX)
		r->told[r->told_count++] = m.id;
	return false;
}

/* What an event says to a customer; "" for nothing. NULL: no memory. */
static const char *
what_happened(struct reading_case *r, const struct event_record *event)
{
	bool korean = strcmp(r->input->language, "ko") == 0;
	const char *subject = json_string_value(json_object_get(event->data, "subject"));
	const char *promise = json_string_value(json_object_get(event->data, "text"));
	bool promised = !strcmp(event->kind, "promised"), kept = !strcmp(event->kind, "kept");

	if (!strcmp(event->kind, "mail"))
		return is_told(r, event) ? "" : name_mail(r, subject);
	if (!promise || (!promised && !kept) || (promised && was_called_off(r, event)))
		return "";
	promise = arena_strdup(r->arena, promise);
	promise = promise ? sayable(r, promise, true) : NULL;
	if (!promise || !*promise)
		return promise;
	if (promised)
		return arena_printf(r->arena, korean ? "약속드린 일: %s" : "promised: %s", promise);
	if (when(event) > json_integer_value(json_object_get(event->data, "due_ms")))
		return arena_printf(r->arena, korean ? "마친 일: %s" : "done: %s", promise);
	return arena_printf(r->arena, korean ? "약속대로 마친 일: %s" : "done as promised: %s",
			    promise);
}

static int
visit_history(void *context, const struct event_record *event)
{
	struct reading_case *r = context;
	bool korean = strcmp(r->input->language, "ko") == 0;
	const char *what = what_happened(r, event), *date;

	if (r->error < 0)
		return r->error;
	if (!what || !*what)
		return what ? 0 : -ENOMEM;
	date = words_day(r->arena, r->input->account->zone, when(event) / 1000, korean);
	if (!date || json_array_append_new(r->ret->record,
					   json_pack("{s:s, s:s}", "date", date, "what", what)) < 0)
		return -ENOMEM;
	return json_array_size(r->ret->record) >= HISTORY_MAX;
}

/* What was found, e, as a draft may tell it. */
static int
tell_promise(struct reading_case *r, int e, struct promise_record *promise,
	     const struct promise_record **ret)
{
	*ret = NULL;
	if (e < 0)
		return e == -ENOENT ? 0 : e;
	promise->text = sayable(r, promise->text, true);
	*ret = promise;
	return promise->text ? 0 : -ENOMEM;
}

/* The sum that the next promise names: who is told of it is not told twice what is approved. */
static int
read_promise_sum(struct reading_case *r)
{
	static const struct case_record none = { .approved = "" };
	struct unapproved sum = { "", "" };
	int e = r->input->promise
			? approval_missing_in_draft(r->arena, &none, r->input->promise->text, NULL,
						    &sum, NULL)
			: 0;

	r->input->promise_sum = sum.named;
	return e;
}

static int
read_promises(struct reading_case *r)
{
	struct draft_input *in = r->input;
	struct draft_case *ret = r->ret;
	uint64_t id = in->case_->id;
	int e = tell_promise(r, promise_to_tell(r->txn, r->arena, id, in->now_ms, &ret->promise),
			     &ret->promise, &in->promise);

	if (e == 0)
		e = tell_promise(r, promise_done(r->txn, r->arena, id, &ret->done), &ret->done,
				 &in->done);
	/* What our own people are asked is nothing to the customer. */
	if (e == 0 && draft_is_internal(in->template_name))
		e = tell_promise(r, promise_asked(r->txn, r->arena, id, &ret->question),
				 &ret->question, &in->question);
	return e == 0 ? read_promise_sum(r) : e;
}

static int
read_customer(struct reading_case *r)
{
	int e = record_customer_get(r->txn, r->arena, r->input->case_->customer, &r->ret->customer);

	if (e == -ENOENT)
		return 0;
	if (e == 0 && *conduct_now(&r->ret->customer, r->input->now_ms))
		r->input->conduct_ms = r->ret->customer.conduct_ms;
	return e;
}

/* A measure that stays out has no date either. */
static int
show_measure(struct reading_case *r, struct measure *m)
{
	m->text = sayable(r, m->text, true);
	if (m->text && !*m->text)
		*m = (struct measure){ .text = "" };
	return m->text ? 0 : -ENOMEM;
}

/* What was found out and is done about it. */
static int
show_plan(struct reading_case *r)
{
	struct case_record *c = &r->ret->shown;
	int e = show_measure(r, &c->interim);

	if (e == 0)
		e = show_measure(r, &c->lasting);
	c->cause = sayable(r, c->cause, false);
	c->situation = sayable(r, c->situation, false);
	return c->cause && c->situation ? e : -ENOMEM;
}

int
draft_case_read(struct store_txn *txn, struct arena *arena, struct draft_input *input,
		struct draft_case *ret)
{
	struct reading_case r = { .txn = txn, .arena = arena, .input = input, .ret = ret };
	int e;

	memset(ret, 0, sizeof(*ret));
	input->record = ret->record = json_array();
	if (!ret->record || !input->case_)
		return ret->record ? 0 : -ENOMEM;
	r.abusive = input->case_->flags & flag_set_by_name("abuse");
	ret->shown = *input->case_;
	/* What is to be done comes first: what may be given is spoken of there. */
	e = read_promises(&r);
	if (e == 0)
		e = read_customer(&r);
	if (e == 0)
		e = show_plan(&r);
	if (e == 0)
		e = record_event_each(txn, arena, input->case_->id, visit_history, &r);
	input->case_ = &ret->shown;
	return e < 0 ? e : 0;
}
