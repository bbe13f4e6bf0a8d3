/*
 * sent: see sent.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "sent.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "approval.h"
#include "case.h"
#include "draft.h"
#include "filters/commitment.h"
#include "likeness.h"
#include "moment.h"
#include "outbox.h"
#include "participant.h"
#include "playbook.h"
#include "promise.h"
#include "promise_due.h"
#include "sla.h"
#include "steer.h"
#include "token.h"

#define PARTICIPANTS_MAX 64  /* of a case; whom we write to besides may not join by answering */
#define KEPT_MAX 100         /* promises that one mail keeps */
#define NAME_MIN 4           /* bytes: shorter ones stand in other words */
#define SIGNED_LINES 5       /* of an answer, from its end: where the name stands */
#define BEFORE_NAME_BYTES 60 /* a company, in front of it */
#define TO_MAX 200           /* bytes of the list of receivers that the history shows */

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
	/* Of the answer before this one since the customer's last mail. */
	const char *answered_by;
	int64_t answered_ms;
};

static bool
is_participant(const struct case_record *c, const char *address)
{
	for (size_t i = 0; i < c->participant_count; i++)
		if (participant_same(c->participants[i], address))
			return true;
	return false;
}

static bool
reaches_customer(const struct case_record *c, const struct addresses *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_participant(c, list->list[i].address))
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

/*
 * How much of a line stands before the word at its end, "김 민 지" and "KIM MINJI" being the same
 * words as without spaces and in small letters. Its whole length and 1: it ends otherwise.
 */
static size_t
before_word(const char *line, size_t len, const char *word)
{
	size_t at = len;

	for (size_t n = strlen(word); n > 0; n--) {
		if (word[n - 1] == ' ')
			continue;
		while (at > 0 && line[at - 1] == ' ')
			at--;
		if (at == 0 || strncasecmp(&line[at - 1], &word[n - 1], 1) != 0)
			return len + 1;
		at--;
	}
	return at;
}

/* Whether a line is signed with a name: "김민지 드림", "행복상점 김민지", "Lee Seojun". */
static bool
is_signed(const char *line, size_t len, const char *name)
{
	static const char *const behind[] = { "", "드림", "올림", "배상", "입니다.", "드림." };

	for (size_t i = 0; strlen(name) >= NAME_MIN && i < sizeof(behind) / sizeof(*behind); i++) {
		size_t rest = before_word(line, len, behind[i]), at;

		if (rest > len)
			continue;
		at = before_word(line, rest, name);
		if (at <= rest && at <= BEFORE_NAME_BYTES &&
		    (at == 0 || strchr(" ,/|-", line[at - 1])))
			return true;
	}
	return false;
}

/* Whether one of the last lines of a text is signed with a name, or of all when it is short. */
static bool
holds_name(const char *text, size_t len, const char *name)
{
	for (unsigned lines = 0; len > 0 && lines < SIGNED_LINES;) {
		const char *before = memrchr(text, '\n', len);
		const char *line = before ? before + 1 : text;
		size_t end = (size_t)(text + len - line);

		while (end > 0 && strchr(" \t\r", line[end - 1]))
			end--;
		if (end > 0 && is_signed(line, end, name))
			return true;
		lines += end > 0;
		len = before ? (size_t)(before - text) : 0;
	}
	return false;
}

/*
 * Where several write from one address their mail programs do not say who did, but the end of the
 * answer does: the agent whose name is there, when it is one agent's alone.
 */
static int
find_signer(struct sending *s)
{
	const struct config *config = s->mail->config;
	const struct agent_config *found = NULL;
	const char *ours, *below;
	size_t ours_len, below_len, maps;
	struct text_map *map;
	int r = message_segments_text(s->mail->message, SEGMENT_NEW, &ours, &ours_len, &map, &maps);

	if (r == 0)
		r = message_segments_text(s->mail->message, SEGMENT_SIGNATURE, &below, &below_len,
					  &map, &maps);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->agent_count; i++) {
		const struct agent_config *agent = &config->agents[i];

		if (!holds_name(ours, ours_len, agent->display) &&
		    !holds_name(below, below_len, agent->display))
			continue;
		if (found)
			return 0;
		found = agent;
	}
	s->agent = found;
	s->signed_by = found != NULL;
	return 0;
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

	if (strcmp(event->kind, "mail") == 0) {
		s->template = "";
		s->answered_ms = 0;
	} else if (strcmp(event->kind, "draft") == 0 && template && !draft_is_internal(template)) {
		s->template = arena_strdup(s->arena, template);
	} else if (strcmp(event->kind, "sent") == 0) {
		s->answered_by = arena_strdup(s->arena, event->actor);
		s->answered_ms = event->at_ms;
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
			buf_printf(&text, "%s%.100s", text.len ? ", " : "",
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
			    !is_participant(s->c, address) &&
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
 * may be due at once. A letter that tells what was done repeats what was promised.
 */
static int
visit_same(void *context, const struct promise_record *p)
{
	struct promise_record *wanted = context;
	bool open = p->ended_ms == 0;

	if (p->inside || p->due_ms != wanted->due_ms || (!open && !p->kept))
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
	return promise_make(s->txn, s->arena, s->c, &wanted, s->mail->now_ms, &number);
}

/* What we wrote that we will do. */
static int
find_promises(struct sending *s, const char *text, size_t len)
{
	struct commitment *list;
	size_t count;
	int r = commitments_find(s->arena, text, len, &list, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = promise(s, &list[i]);
	return r;
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

	if (r == 0 && !s.agent)
		r = find_signer(&s);
	if (r == 0)
		r = find_draft(&s);
	if (r == 0 && !s.template_sent)
		r = find_like(&s);
	return r < 0 ? r : go_through(&s);
}
