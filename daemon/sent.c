/*
 * sent: see sent.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "sent.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "approval.h"
#include "case.h"
#include "draft.h"
#include "filters/charset.h"
#include "filters/commitment.h"
#include "likeness.h"
#include "moment.h"
#include "outbox.h"
#include "playbook.h"
#include "promise.h"
#include "promise_due.h"
#include "signer.h"
#include "sla.h"
#include "steer.h"
#include "token.h"

#define PARTICIPANTS_MAX 64 /* of a case; whom we write to besides may not join by answering */
#define KEPT_MAX 100        /* promises that one mail keeps */
#define DELAY_TEMPLATE "delay"
#define ADDRESS_BYTES 100 /* of one of them */
#define GAP_BYTES 80      /* of what is left to be filled in */
#define TO_MAX 200        /* bytes of the list of receivers that the history shows */

struct sending {
	struct store_txn *txn;
	struct arena *arena;
	struct case_record *c;
	const struct sent_mail *mail;
	const struct agent_config
		*agent;       /* who sent it; NULL: one of those that share an address */
	bool signed_by;       /* their name under it says so */
	bool outward;         /* somebody of the case gets it */
	const char *template; /* of the draft that it was, or stands beside; "" none */
	bool template_sent;   /* it was that draft */
	bool template_like;   /* its words say so */
	int64_t asked_ms;     /* when the customer wrote last */
	/* Of the answer before this one since then. */
	const char *answered_by;
	int64_t answered_ms;
};

static bool
reaches_customer(const struct case_record *c, const struct addresses *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (case_takes_part(c, list->list[i].address))
			return true;
	return false;
}

/* By their address, or by their name where several write from one. */
static const struct agent_config *
agent_of(const struct config *config, const struct address *from)
{
	for (size_t i = 0; i < config->agent_count; i++)
		if (strcasecmp(config->agents[i].address, from->address) == 0)
			return &config->agents[i];
	for (size_t i = 0; i < config->agent_count; i++)
		if (*from->name && strcasecmp(config->agents[i].display, from->name) == 0)
			return &config->agents[i];
	return NULL;
}

static const char *
actor(const struct sending *s)
{
	return s->agent ? s->agent->name : "somebody";
}

/* What happened since the customer's last mail. */
static int
visit_before(void *context, const struct event_record *event)
{
	struct sending *s = context;
	const char *template = json_string_value(json_object_get(event->data, "template"));
	json_int_t was_ms = json_integer_value(json_object_get(event->data, "was_ms"));
	int64_t at_ms = was_ms > 0 ? was_ms : event->at_ms;

	/* What came with another case may have been before. */
	if (was_ms > 0 && at_ms < s->asked_ms)
		return 0;
	if (strcmp(event->kind, "mail") == 0) {
		s->asked_ms = at_ms;
		s->template = "";
		s->answered_ms = 0;
	} else if (strcmp(event->kind, "draft") == 0 && template && !draft_is_internal(template)) {
		s->template = arena_strdup(s->arena, template);
	} else if (strcmp(event->kind, "sent") == 0) {
		s->answered_by = arena_strdup(s->arena, event->actor);
		s->answered_ms = at_ms;
		s->template = "";
	}
	return s->template && s->answered_by ? 0 : -ENOMEM;
}

/* The draft that has this Message-ID: not every mail program keeps it. */
static int
find_draft(struct sending *s)
{
	struct outbox_record entry;
	uint64_t number;
	int r;

	if (!token_read(s->mail->record->message_id, NULL, &number))
		return 0;
	r = record_outbox_get(s->txn, s->arena, s->c->account, number, &entry);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (entry.kind == OUTBOX_DRAFT &&
	    strcmp(entry.message_id, s->mail->record->message_id) == 0) {
		s->template = entry.template;
		s->template_sent = true;
	}
	return 0;
}

/*
 * Else the draft of whose sentences most are in it: the mail program gave it a Message-ID of its
 * own, and somebody may have changed it. Words that are an agent's own are no draft, though one
 * lies there.
 */
static int
find_like(struct sending *s)
{
	struct outbox_laid_out drafts;
	struct outbox_record entry;
	struct text_map *map;
	const char *text;
	size_t len, maps;
	unsigned best = LIKENESS_SAME - 1;
	int r = message_segments_text(s->mail->message, SEGMENT_NEW, &text, &len, &map, &maps);

	if (r == 0)
		r = outbox_laid_out(s->txn, s->arena, s->c, &drafts);
	for (size_t i = 0; r == 0 && i < drafts.count; i++) {
		unsigned like;

		r = record_outbox_get(s->txn, s->arena, s->c->account, drafts.entries[i], &entry);
		like = r == 0 ? likeness_in(entry.likeness, text, len) : 0;
		if (like > best) {
			best = like;
			s->template = entry.template;
			s->template_sent = s->template_like = true;
		}
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

/* Takes over data. */
static int
note(struct sending *s, const char *who, const char *kind, json_t *data)
{
	int r = data ? record_event_append(s->txn, s->arena, s->c, s->mail->now_ms, who, kind, data)
		     : -ENOMEM;

	json_decref(data);
	return r;
}

/* "a@b.example, c@d.example" */
static const char *
receivers(struct sending *s)
{
	const struct addresses *lists[] = { &s->mail->message->to, &s->mail->message->cc };
	struct buf text = { .arena = s->arena };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count && text.len < TO_MAX; i++)
			buf_printf(&text, "%s%.*s", text.len ? ", " : "",
				   (int)utf8_cut(lists[k]->list[i].address,
						 strlen(lists[k]->list[i].address), ADDRESS_BYTES),
				   lists[k]->list[i].address);
	return buf_string(&text);
}

static int
note_sent(struct sending *s)
{
	const char *to = receivers(s);
	json_t *data =
		to ? json_pack("{s:I, s:s, s:s, s:o}", "record", (json_int_t)s->mail->record->id,
			       "digest", s->mail->record->digest, "to", to, "subject",
			       json_string(s->mail->record->subject))
		   : NULL;

	if (data && s->outward && *s->template)
		json_object_set_new(data, s->template_sent ? "draft" : "instead_of",
				    json_string(s->template));
	if (data && s->signed_by)
		json_object_set_new(data, "how", json_string("by the name under it"));
	if (data && s->outward && s->template_like)
		json_object_set_new(data, "like", json_string("by its words"));
	return note(s, actor(s), s->outward ? "sent" : "asked-inside", data);
}

/* What a colleague would say of it across the desk. */
static int
warn(struct sending *s, const char *sentence)
{
	return note(s, "triaged", "alarm", sentence ? json_pack("{s:s}", "text", sentence) : NULL);
}

static int
note_trouble(struct sending *s)
{
	const struct zone *zone = s->mail->account->zone;
	bool twice = s->answered_ms > 0 && strcmp(s->answered_by, actor(s)) != 0;
	int r = 0;

	if (twice)
		r = warn(s,
			 arena_printf(s->arena,
				      "%s answered the same mail at %s: the customer has two "
				      "answers; do they say the same?",
				      s->answered_by, moment_text(s->arena, zone, s->answered_ms)));
	if (r == 0 && case_on_hold(s->c, s->mail->now_ms))
		r = warn(s, arena_printf(s->arena, "it was answered while on hold until %s (%s)",
					 moment_text(s->arena, zone, s->c->hold_ms),
					 s->c->hold_reason));
	return r;
}

/* Who got a mail of ours in the case may answer it. Our own people need no leave. */
static int
add_participants(struct sending *s)
{
	const struct addresses *lists[] = { &s->mail->message->to, &s->mail->message->cc };
	const char **grown =
		arena_calloc(s->arena, s->c->participant_count + PARTICIPANTS_MAX, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	memcpy(grown, s->c->participants, s->c->participant_count * sizeof(*grown));
	s->c->participants = grown;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *address = address_lower(s->arena, lists[k]->list[i].address);

			if (!address)
				return -ENOMEM;
			if (s->c->participant_count < PARTICIPANTS_MAX && *address &&
			    !case_takes_part(s->c, address) &&
			    !config_is_colleague(s->mail->config, s->mail->account, address))
				grown[s->c->participant_count++] = address;
		}
	return 0;
}

/* The stage moves on, never back. */
static int
move_stage(struct sending *s)
{
	const char *before = s->c->stage, *next = NULL;
	const char *reason = "what was sent says so";

	if (!s->outward) {
		next = "investigating";
		reason = "our own people were asked";
	} else if (s->template_sent) {
		next = playbook_stage(s->mail->bundle->playbook, s->template);
	}
	if (!next) {
		next = "acknowledged";
		reason = "they were answered";
	}
	if (playbook_stage_order(next) <= playbook_stage_order(before))
		return 0;
	s->c->stage = next;
	return note(
		s, "triaged", "stage",
		json_pack("{s:s, s:s, s:s}", "before", before, "stage", next, "reason", reason));
}

/* Nobody's case is whose who answers it; the customer stays with them. */
static int
learn_owner(struct sending *s)
{
	struct customer_record customer;
	int r;

	if (*s->c->owner || !s->agent)
		return 0;
	r = case_assign(s->txn, s->arena, s->c, s->agent->name, "answered the customer", "triaged",
			s->mail->now_ms);
	if (r == 0)
		r = record_customer_get(s->txn, s->arena, s->c->customer, &customer);
	if (r < 0 || *customer.owner)
		return r == -ENOENT ? 0 : r;
	customer.owner = s->agent->name;
	return record_customer_put(s->txn, &customer);
}

/*
 * Whose turn it is now. A customer whose matter our own people are asked about still waits, and so
 * does one whose new mail crossed with our answer.
 */
static void
pass_turn(struct sending *s)
{
	int64_t sent_ms = case_waiting_since(s->mail->record, s->mail->now_ms);

	if (s->outward && sent_ms < s->c->waiting_ms)
		return;
	if (s->outward) {
		sla_answered(s->c, sent_ms);
		s->c->waiting_ms = 0;
	}
	if (s->c->state != CASE_OPEN)
		return;
	s->c->awaits = s->outward ? "customer" : "colleagues";
	s->c->awaits_ms = s->mail->now_ms;
}

/* Promises that another mail of ours keeps, the oldest first. */
struct kept {
	uint64_t numbers[KEPT_MAX];
	size_t count;
};

static int
visit_kept(void *context, const struct promise_record *p)
{
	struct kept *kept = context;

	if (p->ended_ms == 0 && p->by_mail && !p->inside)
		kept->numbers[kept->count++] = p->number;
	return kept->count == KEPT_MAX;
}

static int
keep_promises(struct sending *s)
{
	struct kept kept = { .count = 0 };
	int r = record_promise_each(s->txn, s->arena, s->c->id, visit_kept, &kept);

	for (size_t i = 0; r == 0 && i < kept.count; i++)
		r = promise_end(s->txn, s->arena, s->c, kept.numbers[i], NULL, actor(s),
				s->mail->now_ms);
	return r;
}

/*
 * Whether the same was promised for the same time already, in the same words or in more: two things
 * may be due at once. A letter that tells what was done repeats what was promised; one that
 * promises to write again does promise it.
 */
static int
visit_same(void *context, const struct promise_record *p)
{
	struct promise_record *wanted = context;
	bool open = p->ended_ms == 0;

	if (p->inside || p->due_ms != wanted->due_ms || (!open && (!p->kept || p->by_mail)))
		return 0;
	if (strstr(wanted->text, p->text) || strstr(p->text, wanted->text) ||
	    (open && p->by_mail && wanted->by_mail))
		wanted->number = p->number;
	return wanted->number > 0;
}

static int
promise(struct sending *s, const struct commitment *c)
{
	const struct account_config *account = s->mail->account;
	struct promise_record wanted = { .text = c->text,
					 .made_by = actor(s),
					 .due_ms = promise_due(&c->due, s->mail->sent_ms,
							       account->zone, account->calendar),
					 .by_mail = c->by_mail };
	uint64_t number;
	int r;

	/* A mail that is found late may promise what has passed; nobody can keep that any more. */
	if (wanted.due_ms <= s->mail->now_ms)
		return 0;
	r = record_promise_each(s->txn, s->arena, s->c->id, visit_same, &wanted);
	if (r < 0 || wanted.number > 0)
		return r;
	r = promise_make(s->txn, s->arena, s->c, &wanted, s->mail->now_ms, &number);
	if (r < 0 || s->c->state == CASE_OPEN)
		return r;
	/* Somebody still waits for something. */
	s->c->state = CASE_OPEN;
	sla_reopened(s->mail->config, s->c, s->mail->now_ms);
	return note(s, "triaged", "reopened",
		    json_pack("{s:s}", "reason", "what was sent promises something"));
}

/* Words that give another date than was given. */
static bool
corrects(const char *text)
{
	static const char *const words[] = { "아니라",      "변경",     "미뤄",    "미루",
					     "늦어",        "연기",     "정정",    "correction",
					     "postpone",    "not on",   "not by",  "instead of",
					     "rather than", "moved to", "delayed", NULL };

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

/*
 * A new promise beside one that is open. The letter that tells of a delay gives the one that it
 * names a new date; of other words only a person can say whether they do.
 */
static int
compare_promises(struct sending *s, const struct promise_record *open, const char *text)
{
	bool letter = s->template_sent && strcmp(s->template, DELAY_TEMPLATE) == 0;
	struct promise_record p;
	int r = record_promise_get(s->txn, s->arena, s->c->id, open->number, &p);

	if (r < 0 || p.ended_ms > 0)
		return r;
	/* To write again takes no other promise's place. */
	r = record_promise_get(s->txn, s->arena, s->c->id, s->c->promises, &p);
	if (r < 0 || p.by_mail)
		return r;
	if (letter)
		return promise_replace(s->txn, s->arena, s->c, open->number, s->c->promises,
				       "the customer was told of a new date", actor(s),
				       s->mail->now_ms);
	if (!s->template_sent && !corrects(text))
		return 0;
	return warn(s,
		    arena_printf(s->arena,
				 "promise %" PRIu64 " (%s, by %s) is still open beside what this "
				 "answer promises; does that take its place? then case call-off it",
				 open->number, open->text,
				 moment_text(s->arena, s->mail->account->zone, open->due_ms)));
}

/* What we wrote that we will do. */
static int
find_promises(struct sending *s, const char *text, size_t len)
{
	struct promise_record open = { .number = 0 };
	uint64_t before = s->c->promises;
	struct commitment *list;
	size_t count;
	int r = promise_next(s->txn, s->arena, s->c->id, false, &open);

	if (r == 0 || r == -ENOENT)
		r = commitments_find(s->arena, text, len, &list, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = promise(s, &list[i]);
	return r == 0 && open.number > 0 && s->c->promises > before
		       ? compare_promises(s, &open, text)
		       : r;
}

/* "[날짜와 시각]": what a draft leaves for a person to fill in, and was sent as it was. */
static int
find_gap(struct sending *s, const char *text)
{
	const char *open = s->template_sent ? strchr(text, '[') : NULL, *end;

	for (; open; open = strchr(open + 1, '[')) {
		end = open + strcspn(open, "]\n");
		if (*end == ']' && end - open < GAP_BYTES &&
		    (isalpha((unsigned char)open[1]) || (unsigned char)open[1] >= 0x80))
			return warn(s,
				    arena_printf(s->arena, "the answer went out with %.*s unfilled",
						 (int)(end + 1 - open), open));
	}
	return 0;
}

/* What we offered that nobody approved: it cannot be taken back, but it can be seen. */
static int
find_sums(struct sending *s, const char *text)
{
	const char *company = s->mail->account->company, *approved = s->c->approved;
	const char *const names[] = { company ? company : "", s->agent ? s->agent->display : "",
				      NULL };
	struct unapproved sum;
	int r = approval_missing_in_sent(s->arena, s->c, text, names, &sum);

	if (r < 0 || !*sum.named)
		return r;
	return warn(s, arena_printf(s->arena,
				    "this answer offers %s, but %s%s is approved in the case; is "
				    "it meant? then case approve it",
				    sum.named, approved && *approved ? "only " : "nothing",
				    approved ? approved : ""));
}

/* The words that are ours in it. */
static int
read_words(struct sending *s)
{
	struct text_map *map;
	const char *text;
	size_t len, maps;
	int r = message_segments_text(s->mail->message, SEGMENT_NEW, &text, &len, &map, &maps);

	if (r == 0)
		r = find_promises(s, text, len);
	if (r == 0)
		r = find_gap(s, text);
	return r == 0 ? find_sums(s, text) : r;
}

static int
go_through(struct sending *s)
{
	int r = note_sent(s);

	if (r == 0 && s->outward)
		r = note_trouble(s);
	if (r == 0)
		r = move_stage(s);
	if (r == 0 && s->outward)
		r = add_participants(s);
	if (r == 0 && s->outward)
		r = keep_promises(s);
	if (r == 0 && s->outward)
		r = read_words(s);
	if (r < 0)
		return r;
	pass_turn(s);
	s->c->messages++;
	s->c->last_message = s->mail->record->id;
	s->c->updated_ms = s->mail->now_ms;
	r = record_case_put(s->txn, s->c);
	return r == 0 && s->outward ? learn_owner(s) : r;
}

int
sent_note(struct store_txn *txn, struct arena *arena, struct case_record *c,
	  const struct sent_mail *mail)
{
	const struct message *m = mail->message;
	struct sending s = {
		.txn = txn,
		.arena = arena,
		.c = c,
		.mail = mail,
		.agent = m->from.count > 0 ? agent_of(mail->config, &m->from.list[0]) : NULL,
		.outward = reaches_customer(c, &m->to) || reaches_customer(c, &m->cc),
		.template = "",
		.answered_by = "",
	};
	int r = record_event_each(txn, arena, c->id, visit_before, &s);

	if (r == 0 && !s.agent) {
		r = signer_find(mail->config, m, &s.agent);
		s.signed_by = s.agent != NULL;
	}
	if (r == 0)
		r = find_draft(&s);
	if (r == 0 && !s.template_sent)
		r = find_like(&s);
	return r < 0 ? r : go_through(&s);
}
