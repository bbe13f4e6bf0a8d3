/*
 * draft_values: what a template is told, and the words it makes of it. See draft_internal.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "case.h"
#include "draft_internal.h"
#include "draft_mime.h"
#include "draft_words.h"
#include "participant.h"
#include "subject_token.h"

const char *const draft_variables[] = { "salutation",
					"signature",
					"customer.name",
					"customer.address",
					"subject",
					"company",
					"agent.name",
					"agent.address",
					"case",
					"today",
					"reply_by",
					"threat",
					"threat.violence",
					"threat.legal",
					"threat.regulator",
					"threat.publicity",
					"threat.menace",
					"abuse",
					"abuse.profanity",
					"abuse.insult",
					"abuse.hate",
					"abuse.sexual",
					"demand",
					"demand.refund",
					"demand.compensation",
					"demand.superior",
					"demand.ultimatum",
					"signal",
					"signal.repeat",
					"signal.churn",
					"signal.evidence",
					"signal.selfharm",
					"extortion",
					"fault",
					"fault.ours",
					"fault.shared",
					"fault.theirs",
					"fault.baseless",
					"promise",
					"promise_due",
					"promise_sum",
					"done",
					"done_due",
					"done_on",
					"done_late",
					"question",
					"question_due",
					"cause",
					"situation",
					"interim",
					"interim_due",
					"interim_done",
					"lasting",
					"lasting_due",
					"lasting_done",
					"overdue",
					"record",
					"approved_amount",
					"conduct_until",
					"date",
					"what",
					NULL };

static bool
is_ours(const struct draft_input *in, const struct address *a)
{
	return !strcasecmp(a->address, in->account->identity_address);
}

bool
draft_is_internal(const char *template_name)
{
	static const char start[] = "internal-";

	return template_name && !strncmp(template_name, start, sizeof(start) - 1);
}

/* Whether the case knows the address; without a case any is as good. */
static bool
is_known(const struct draft_input *in, const char *address)
{
	const struct case_record *c = in->case_;

	return !c || c->participant_count == 0 || case_takes_part(c, address);
}

/* The first to answer to; known: of those who take part in the case. NULL: none. */
static const struct address *
find_recipient(const struct draft_input *in, bool known)
{
	const struct addresses *lists[] = { &in->original->reply_to, &in->original->from };

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < lists[i]->count; k++) {
			const struct address *a = &lists[i]->list[k];

			/* A web form may write in our own name. */
			if (mime_address_plain(a->address) && !is_ours(in, a) &&
			    (!known || is_known(in, a->address)))
				return a;
		}
	}
	return NULL;
}

/* A later mail may name another address for answers, which whoever forged it would read. */
const struct address *
draft_recipient(const struct draft_input *in)
{
	const struct address *known = find_recipient(in, true);

	return known ? known : find_recipient(in, false);
}

/* Their newest mail may leave out the name that the case knows. */
const char *
draft_display(const struct draft_input *in, const struct address *to)
{
	const struct addresses *from = &in->original->from;
	const struct case_record *c = in->case_;

	if (*to->name)
		return to->name;
	if (from->count && !is_ours(in, &from->list[0]) && *from->list[0].name)
		return from->list[0].name;
	return c && c->customer && c->customer_name && participant_same(c->customer, to->address)
		       ? c->customer_name
		       : "";
}

bool
draft_is_korean(const struct draft_input *in)
{
	return !strcmp(in->language, "ko");
}

static json_t *
flag_values(json_t *values, flag_set flags)
{
	for (int i = 0; values && i < FLAG_COUNT; i++) {
		const char *name = flag_name((enum flag)i), *dot = strchr(name, '.');
		char family[32];
		json_t *object;

		if (!(flags & (flag_set)1 << i))
			continue;
		if (!dot) {
			json_object_set_new(values, name, json_true());
			continue;
		}
		snprintf(family, sizeof(family), "%.*s", (int)(dot - name), name);
		object = json_object_get(values, family);
		if (!object) {
			json_object_set_new(values, family, json_object());
			object = json_object_get(values, family);
		}
		json_object_set_new(object, dot + 1, json_true());
	}
	return values;
}

/* What of the values is made, not copied. */
struct made {
	const char *name, *salutation, *signature, *subject, *today, *reply_by, *number,
		*promise_due, *done_due, *done_on, *conduct_until, *question_due;
	struct made_measure {
		const char *due, *done;
	} interim, lasting;
};

/* When something is due, as the customer reads it; "" for never. NULL: out of memory. */
static const char *
moment_or_none(const struct draft_input *in, struct arena *arena, int64_t ms)
{
	return ms ? words_moment(arena, in->account->zone, ms / 1000, draft_is_korean(in)) : "";
}

/* The same as a day. */
static const char *
day_or_none(const struct draft_input *in, struct arena *arena, int64_t ms)
{
	return ms ? words_day(arena, in->account->zone, ms / 1000, draft_is_korean(in)) : "";
}

static bool
make_measure(const struct draft_input *in, struct arena *arena, const struct measure *m,
	     struct made_measure *ret)
{
	ret->due = moment_or_none(in, arena, m->due_ms);
	ret->done = day_or_none(in, arena, m->done_ms);
	return ret->due && ret->done;
}

const char *
draft_plain_subject(struct arena *arena, const char *subject)
{
	const char *words = subject_token_without(arena, subject);

	return words ? words_subject(arena, words) : NULL;
}

static bool
make_values(const struct draft_input *in, const struct address *to, struct arena *arena,
	    struct made *ret)
{
	static const struct case_record none = { .id = 0 };
	const struct case_record *c = in->case_ ? in->case_ : &none;
	const struct account_config *account = in->account;
	bool korean = draft_is_korean(in);
	int64_t now = in->now_ms / 1000;

	ret->name = words_name(arena, to ? draft_display(in, to) : "");
	if (!ret->name)
		return false;
	ret->salutation = words_salutation(arena, ret->name, korean);
	ret->signature = words_signature(arena, account->company ? account->company : "",
					 in->owner ? in->owner->display : "", korean);
	ret->subject = draft_plain_subject(arena, in->original->subject);
	ret->today = words_day(arena, account->zone, now, korean);
	ret->reply_by = words_reply_by(arena, account->calendar, account->zone, now, korean);
	ret->number = c->id ? arena_printf(arena, "C%llu", (unsigned long long)c->id) : "";
	ret->promise_due = moment_or_none(in, arena, in->promise ? in->promise->due_ms : 0);
	ret->done_due = moment_or_none(in, arena, in->done ? in->done->due_ms : 0);
	ret->done_on = day_or_none(in, arena, in->done ? in->done->ended_ms : 0);
	ret->conduct_until = day_or_none(in, arena, in->conduct_ms);
	ret->question_due = moment_or_none(in, arena, in->question ? in->question->due_ms : 0);
	return make_measure(in, arena, &c->interim, &ret->interim) &&
	       make_measure(in, arena, &c->lasting, &ret->lasting) && ret->promise_due &&
	       ret->done_due && ret->done_on && ret->question_due && ret->conduct_until &&
	       ret->salutation && ret->signature && ret->subject && ret->today && ret->reply_by &&
	       ret->number;
}

/* What was found out and is done about it. */
static void
plan_values(const struct case_record *c, json_t *values, const struct made *made)
{
	const char *const texts[][2] = {
		{ "cause", c->cause },
		{ "situation", c->situation },
		{ "interim", c->interim.text },
		{ "interim_due", made->interim.due },
		{ "interim_done", made->interim.done },
		{ "lasting", c->lasting.text },
		{ "lasting_due", made->lasting.due },
		{ "lasting_done", made->lasting.done },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i][1] && *texts[i][1])
			json_object_set_new(values, texts[i][0], json_string(texts[i][1]));
}

/* What people said of the case, and what was promised in it. */
static void
case_values(const struct draft_input *in, json_t *values, const struct made *made)
{
	if (in->case_ && in->case_->fault && *in->case_->fault)
		json_object_set_new(values, "fault", json_pack("{s:b}", in->case_->fault, 1));
	if (in->promise) {
		json_object_set_new(values, "promise", json_string(in->promise->text));
		json_object_set_new(values, "promise_due", json_string(made->promise_due));
		json_object_set_new(values, "overdue",
				    json_boolean(in->promise->due_ms <= in->now_ms));
	}
	if (in->promise_sum)
		json_object_set_new(values, "promise_sum", json_string(in->promise_sum));
	if (in->done) {
		json_object_set_new(values, "done", json_string(in->done->text));
		json_object_set_new(values, "done_due", json_string(made->done_due));
		json_object_set_new(values, "done_on", json_string(made->done_on));
		json_object_set_new(values, "done_late",
				    json_boolean(in->done->ended_ms > in->done->due_ms));
	}
	if (in->question) {
		json_object_set_new(values, "question", json_string(in->question->text));
		json_object_set_new(values, "question_due", json_string(made->question_due));
	}
	if (in->case_)
		plan_values(in->case_, values, made);
	if (in->case_ && in->case_->approved && *in->case_->approved)
		json_object_set_new(values, "approved_amount", json_string(in->case_->approved));
	if (*made->conduct_until)
		json_object_set_new(values, "conduct_until", json_string(made->conduct_until));
	if (in->record)
		json_object_set(values, "record", (json_t *)(uintptr_t)in->record);
}

json_t *
draft_values(const struct draft_input *input)
{
	const struct address *to = draft_recipient(input);
	const struct agent_config *owner = input->owner;
	struct arena *arena = arena_new(1u << 20);
	struct made made;
	json_t *values = NULL;

	if (!arena)
		return NULL;
	if (make_values(input, to, arena, &made))
		values = json_pack(
			"{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s}",
			"salutation", made.salutation, "signature", made.signature, "customer",
			"name", made.name, "address", to ? to->address : "", "subject",
			made.subject, "company",
			input->account->company ? input->account->company : "", "agent", "name",
			owner ? owner->display : "", "address", owner ? owner->address : "", "case",
			made.number, "today", made.today, "reply_by", made.reply_by);
	if (values)
		case_values(input, values, &made);
	arena_free(arena);
	return flag_values(values, input->flags);
}

/* The template as it reads now. 0, -ENOMEM or -E2BIG. */
static int
render(const struct draft_input *in, const json_t *values, struct arena *arena,
       struct draft_text *ret)
{
	return template_render(in->template, values, arena, &ret->subject, &ret->body);
}

/* Names that may hold a sum ("만원마트") are no sums; the header line repeats the customer's. */
static int
check_sums(const struct draft_input *in, struct arena *arena, struct draft_text *text,
	   struct unapproved *ret)
{
	static const struct case_record nothing = { .approved = "" };
	const struct case_record *c = in->case_ ? in->case_ : &nothing;
	const struct address *to = draft_recipient(in);
	const char *subject = draft_plain_subject(arena, in->original->subject);
	const char *const names[] = {
		in->account->company ? in->account->company : "",
		in->owner ? in->owner->display : "",
		in->owner ? in->owner->address : "",
		to ? to->address : "",
		NULL,
	};
	const char *const header[] = { names[0], names[1], names[2], names[3], subject, NULL };
	int r = subject ? approval_missing_in_draft(arena, c, text->subject, header, ret, NULL)
			: -ENOMEM;

	if (r == 0 && !*ret->named)
		r = approval_missing_in_draft(arena, c, text->body, names, ret, &text->names);
	return r;
}

/* The template's body when the customer's subject, which names a sum, is not repeated in it. */
static int
without_subject(const struct draft_input *in, json_t *values, struct arena *arena,
		struct draft_text *text)
{
	struct draft_text other;
	int r = json_object_set_new(
		values, "subject",
		json_string(draft_is_korean(in) ? "문의하신 내용" : "your message"));

	if (r == 0)
		r = render(in, values, arena, &other);
	if (r == 0)
		text->body = other.body;
	return r < 0 && r != -E2BIG ? -ENOMEM : r;
}

int
draft_text(const struct draft_input *in, struct arena *arena, struct draft_text *ret,
	   struct unapproved *ret_unapproved)
{
	json_t *values = draft_values(in);
	int r;

	ret->names = "";
	r = values ? render(in, values, arena, ret) : -ENOMEM;

	*ret_unapproved = (struct unapproved){ "", "" };
	if (r == 0 && !draft_is_internal(in->template_name))
		r = check_sums(in, arena, ret, ret_unapproved);
	if (r == 0 && *ret_unapproved->named) {
		r = without_subject(in, values, arena, ret);
		if (r == 0)
			r = check_sums(in, arena, ret, ret_unapproved);
	}
	json_decref(values);
	return r == 0 && *ret_unapproved->named ? -EPERM : r;
}
