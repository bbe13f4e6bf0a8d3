/*
 * draft: puts the pieces of a reply together. Words come from draft_words.c and the template, bytes
 * from draft_mime.c.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "draft.h"
#include "draft_mime.h"
#include "draft_words.h"
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
					"question",
					"question_due",
					"cause",
					"situation",
					"interim",
					"interim_due",
					"lasting",
					"lasting_due",
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

/* Whom the draft answers; NULL when there is nobody. */
static const struct address *
recipient(const struct draft_input *in)
{
	const struct addresses *lists[] = { &in->original->reply_to, &in->original->from };

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < lists[i]->count; k++) {
			const struct address *a = &lists[i]->list[k];

			/* A web form may write in our own name. */
			if (mime_address_plain(a->address) && !is_ours(in, a))
				return a;
		}
	}
	return NULL;
}

/*
 * The writer's display name: Reply-To often has none where From does. A web form's From is our own:
 * its name greets nobody.
 */
static const char *
display_of(const struct draft_input *in, const struct address *to)
{
	const struct addresses *from = &in->original->from;

	return !*to->name && from->count && !is_ours(in, &from->list[0]) ? from->list[0].name
									 : to->name;
}

static bool
is_korean(const struct draft_input *in)
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
		*promise_due, *conduct_until, *question_due, *interim_due, *lasting_due;
};

/* When something is due, as the customer reads it; "" for never. NULL: out of memory. */
static const char *
moment_or_none(const struct draft_input *in, struct arena *arena, int64_t ms)
{
	return ms ? words_moment(arena, in->account->zone, ms / 1000, is_korean(in)) : "";
}

/* Without marks of an answer, and without a token that an earlier draft left there. */
static const char *
plain_subject(struct arena *arena, const char *subject)
{
	const char *words = subject_token_without(arena, subject);

	return words ? words_subject(arena, words) : NULL;
}

static bool
make_values(const struct draft_input *in, const struct address *to, struct arena *arena,
	    struct made *ret)
{
	const struct account_config *account = in->account;
	bool korean = is_korean(in);
	int64_t now = in->now_ms / 1000;

	ret->name = words_name(arena, to ? display_of(in, to) : "");
	if (!ret->name)
		return false;
	ret->salutation = words_salutation(arena, ret->name, korean);
	ret->signature = words_signature(arena, account->company ? account->company : "",
					 in->owner ? in->owner->display : "", korean);
	ret->subject = plain_subject(arena, in->original->subject);
	ret->today = words_day(arena, account->zone, now, korean);
	ret->reply_by = words_reply_by(arena, account->calendar, account->zone, now, korean);
	ret->number =
		in->case_ ? arena_printf(arena, "C%llu", (unsigned long long)in->case_->id) : "";
	ret->promise_due = moment_or_none(in, arena, in->promise ? in->promise->due_ms : 0);
	ret->conduct_until =
		in->conduct_ms ? words_day(arena, account->zone, in->conduct_ms / 1000, korean)
			       : "";
	ret->question_due = moment_or_none(in, arena, in->question ? in->question->due_ms : 0);
	ret->interim_due = moment_or_none(in, arena, in->case_ ? in->case_->interim_ms : 0);
	ret->lasting_due = moment_or_none(in, arena, in->case_ ? in->case_->lasting_ms : 0);
	return ret->promise_due && ret->question_due && ret->interim_due && ret->lasting_due &&
	       ret->conduct_until && ret->salutation && ret->signature && ret->subject &&
	       ret->today && ret->reply_by && ret->number;
}

/* What was found out and is done about it. */
static void
plan_values(const struct case_record *c, json_t *values, const struct made *made)
{
	const char *const texts[][2] = {
		{ "cause", c->cause },     { "situation", c->situation },
		{ "interim", c->interim }, { "interim_due", made->interim_due },
		{ "lasting", c->lasting }, { "lasting_due", made->lasting_due },
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
	const struct address *to = recipient(input);
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

/*
 * The customer's new words, each line after "> ", at most DRAFT_QUOTE_MAX bytes, whole lines or at
 * least whole characters.
 */
static int
add_quote(const struct draft_input *in, struct arena *arena, const struct address *to,
	  struct buf *out)
{
	const char *text, *end, *name, *line, *attribution;
	struct text_map *map;
	size_t len, count, keep;
	int r = message_segments_text(in->original, SEGMENT_NEW, &text, &len, &map, &count);

	if (r < 0)
		return r;
	while (len && strchr(" \t\n", text[len - 1]) && text[len - 1])
		len--;
	keep = len;
	if (keep > DRAFT_QUOTE_MAX) {
		keep = DRAFT_QUOTE_MAX;
		end = memrchr(text, '\n', keep);
		/* One endless line is cut inside, before the first byte of a character. */
		while (!end && keep && ((unsigned char)text[keep] & 0xc0) == 0x80)
			keep--;
		keep = end ? (size_t)(end - text) : keep;
	}
	name = words_name(arena, display_of(in, to));
	attribution = name ? words_attribution(arena, in->account->zone, in->original->date,
					       *name ? name : to->address, is_korean(in))
			   : NULL;
	if (!attribution)
		return -ENOMEM;
	if (!keep)
		return 0;
	buf_printf(out, "\n%s\n", attribution);
	for (line = text; line < text + keep; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + keep - line));
		end = end ? end : text + keep;
		buf_add(out, line == end ? ">" : "> ", line == end ? 1 : 2);
		buf_add(out, line, (size_t)(end - line));
		buf_add_char(out, '\n');
	}
	if (keep < len)
		buf_printf(out, "> [...]\n");
	return 0;
}

/*
 * In-Reply-To and References (RFC 5322 3.6.4): the parent's references and the parent, the first
 * one and the last ones.
 */
static void
add_threading(const struct message *original, struct buf *out)
{
	const char *list[DRAFT_REFERENCES_MAX];
	const char *parent =
		mime_message_id_plain(original->message_id) ? original->message_id : NULL;
	size_t count = 0, total = original->reference_count + 1;

	for (size_t i = 0; i < total; i++) {
		const char *id = i + 1 < total ? original->references[i] : parent;

		if (!id || !mime_message_id_plain(id) ||
		    (i + 1 < total && parent && !strcmp(id, parent)))
			continue;
		if (count == DRAFT_REFERENCES_MAX) {
			memmove(&list[1], &list[2], (DRAFT_REFERENCES_MAX - 2) * sizeof(*list));
			count--;
		}
		list[count++] = id;
	}
	if (parent)
		buf_printf(out, "In-Reply-To:%s%s\r\n", strlen(parent) > 60 ? "\r\n " : " ",
			   parent);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s%s",
			   i ? "" : "References:", i || strlen(list[i]) > 60 ? "\r\n " : " ",
			   list[i]);
	if (count)
		buf_printf(out, "\r\n");
}

/* Case and template, for our own eyes and for triaged when it meets the draft again. */
static void
add_mark(const struct draft_input *in, struct buf *out)
{
	const char *name = in->template_name ? in->template_name : "";

	buf_printf(out, "X-Triaged-Draft: case=");
	if (in->case_)
		buf_printf(out, "C%llu", (unsigned long long)in->case_->id);
	else
		buf_printf(out, "none");
	if (*name && strlen(name) <= 64 &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0')
		buf_printf(out, "; template=%s", name);
	buf_printf(out, "\r\n");
}

static int
add_subject(const struct draft_input *in, struct arena *arena, const char *rendered,
	    struct buf *out)
{
	const char *subject = plain_subject(arena, *rendered ? rendered : in->original->subject);
	const char *line, *token = in->subject_token && !draft_is_internal(in->template_name)
					   ? in->subject_token
					   : "";

	if (!subject)
		return -ENOMEM;
	if (!*subject)
		subject = is_korean(in) ? "문의하신 내용" : "your message";
	line = draft_is_internal(in->template_name)
		       ? subject
		       : arena_printf(arena, "Re: %s%s%s", subject, *token ? " " : "", token);
	if (!line)
		return -ENOMEM;
	mime_field(out, "Subject", line);
	return 0;
}

int
draft_build(const struct draft_input *input, struct arena *arena, const char **ret_text,
	    size_t *ret_len)
{
	const struct address *to = recipient(input);
	struct buf out = { .arena = arena }, body = { .arena = arena };
	const char *subject, *text, *words;
	json_t *values;
	int r;

	if (!to || !mime_address_plain(input->account->identity_address) ||
	    !mime_message_id_plain(input->message_id))
		return -EINVAL;
	values = draft_values(input);
	if (!values)
		return -ENOMEM;
	r = template_render(input->template, values, arena, &subject, &text);
	json_decref(values);
	if (r < 0)
		return r;
	mime_field_mailbox(&out, "From", input->account->identity_name,
			   input->account->identity_address);
	if (draft_is_internal(input->template_name))
		mime_field_mailbox(&out, "To", input->account->identity_name,
				   input->account->identity_address);
	else
		mime_field_mailbox(&out, "To", display_of(input, to), to->address);
	r = add_subject(input, arena, subject, &out);
	if (r < 0)
		return r;
	mime_field_date(&out, input->account->zone, input->now_ms / 1000);
	buf_printf(&out, "Message-ID:%s%s\r\n", strlen(input->message_id) > 60 ? "\r\n " : " ",
		   input->message_id);
	if (!draft_is_internal(input->template_name))
		add_threading(input->original, &out);
	add_mark(input, &out);
	buf_add(&body, text, strlen(text));
	r = draft_is_internal(input->template_name) ? 0 : add_quote(input, arena, to, &body);
	if (r < 0)
		return r;
	words = buf_string(&body);
	if (!words)
		return -ENOMEM;
	mime_body(&out, words);
	text = buf_string(&out);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	*ret_len = out.len;
	return 0;
}

int
draft_notice_html(struct arena *arena, const char *from, const char *to, const char *message_id,
		  int64_t now_ms, const char *subject, const char *body, const char *html,
		  const char **ret_text, size_t *ret_len)
{
	struct buf out = { .arena = arena };
	const char *text;

	if (!mime_address_plain(from) || !mime_address_plain(to) ||
	    !mime_message_id_plain(message_id))
		return -EINVAL;
	mime_field_mailbox(&out, "From", "triaged", from);
	mime_field_mailbox(&out, "To", "", to);
	mime_field(&out, "Subject", subject);
	mime_field_date(&out, NULL, now_ms / 1000);
	buf_printf(&out, "Message-ID:%s%s\r\nAuto-Submitted: auto-generated\r\n",
		   strlen(message_id) > 60 ? "\r\n " : " ", message_id);
	if (html)
		mime_alternative(&out, body, html);
	else
		mime_body(&out, body);
	text = buf_string(&out);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	*ret_len = out.len;
	return 0;
}

int
draft_notice(struct arena *arena, const char *from, const char *to, const char *message_id,
	     int64_t now_ms, const char *subject, const char *body, const char **ret_text,
	     size_t *ret_len)
{
	return draft_notice_html(arena, from, to, message_id, now_ms, subject, body, NULL, ret_text,
				 ret_len);
}
