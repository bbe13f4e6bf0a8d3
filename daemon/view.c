/*
 * view: records as JSON. See view.h.
 *
 * Times are RFC 3339 in UTC, null when there is none; cases are "C12". Never changes anything,
 * holds no state.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "clock.h"
#include "correction.h"
#include "shield.h"
#include "steer.h"
#include "subject.h"
#include "subject_token.h"
#include "view.h"
#include "view_internal.h"

#define WORDS_MAX 6 /* evidence texts shown of a case in the queue */
#define WORD_BYTES_MAX 80
#define CASE_MESSAGES_MAX 200 /* of one case; the newest are kept */
#define CASE_EVENTS_MAX 2000

/* Collects what the queue shows of a case's evidence. */
struct words {
	struct store_txn *txn;
	struct arena *arena;
	json_t *list;
	uint64_t case_id;
	bool abusive_subject; /* of a mail that was looked at */
};

/*
 * One text once: of two that overlap, such as two rules that fit the same sentence, the longer one.
 */
static void
add_word(json_t *list, const char *word)
{
	size_t i;
	json_t *known;

	json_array_foreach(list, i, known)
	{
		const char *said = json_string_value(known);

		if (strstr(said, word))
			return;
		if (strstr(word, said)) {
			json_array_set_new(list, i, json_string(word));
			return;
		}
	}
	if (json_array_size(list) < WORDS_MAX)
		json_array_append_new(list, json_string(word));
}

static void
add_words(json_t *list, const json_t *evidence)
{
	char word[WORD_BYTES_MAX + 1];
	size_t i, len;
	json_t *one;

	json_array_foreach(evidence, i, one)
	{
		const char *at = json_string_value(json_object_get(one, "text"));

		if (!at)
			continue;
		at += strspn(at, " \t\r\n");
		len = strlen(at);
		while (len > 0 && strchr(" \t\r\n", at[len - 1]))
			len--;
		if (len > WORD_BYTES_MAX) {
			len = WORD_BYTES_MAX;
			while (len > 0 && ((unsigned char)at[len] & 0xc0) == 0x80)
				len--;
		}
		memcpy(word, at, len);
		word[len] = '\0';
		if (len > 0)
			add_word(list, word);
	}
}

static int
add_message_words(struct words *w, uint64_t id)
{
	struct message_record message;
	json_t *shown;
	int r = record_message_get(w->txn, w->arena, id, &message);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	/* It may have been moved to another case since. */
	if (message.case_id != w->case_id) {
		record_message_free(&message);
		return 0;
	}
	shown = shield_evidence(message.evidence);
	w->abusive_subject |= shield_hides_subject(message.evidence);
	record_message_free(&message);
	add_words(w->list, shown);
	r = shown ? 0 : -ENOMEM;
	json_decref(shown);
	return r;
}

static int
visit_mail_words(void *context, const struct event_record *event)
{
	struct words *w = context;
	json_int_t id = json_integer_value(json_object_get(event->data, "record"));

	if (strcmp(event->kind, "mail") || id <= 0)
		return 0;
	if (json_array_size(w->list) >= WORDS_MAX)
		return 1;
	return add_message_words(w, (uint64_t)id);
}

/* The words of the newest mail; when that one is harmless, those of the mails before it. */
static int
case_words(struct store_txn *txn, const struct case_record *c, json_t **ret, bool *ret_abusive)
{
	struct words w = {
		.txn = txn, .arena = arena_new(0), .list = json_array(), .case_id = c->id
	};
	int r = -ENOMEM;

	if (w.arena && w.list)
		r = c->last_message ? add_message_words(&w, c->last_message) : 0;
	if (r == 0 && json_array_size(w.list) == 0 && c->flags)
		r = record_event_each(txn, w.arena, c->id, visit_mail_words, &w);
	arena_free(w.arena);
	if (r < 0) {
		json_decref(w.list);
		return r;
	}
	*ret = w.list;
	*ret_abusive = w.abusive_subject;
	return 0;
}

/* null without a hold; one that has ended is none. */
static json_t *
hold_json(const struct case_record *c)
{
	if (!case_on_hold(c, clock_now_ms(&clock_system)))
		return json_null();
	return json_pack("{s:o, s:s, s:s}", "until", time_json(c->hold_ms), "by", text(c->hold_by),
			 "reason", text(c->hold_reason));
}

/* What queue and case page both show. */
static json_t *
case_head(const struct case_record *c)
{
	json_t *head = json_pack(
		"{s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:s, s:o, s:o, s:b, "
		"s:o}",
		"id", case_json(c->id), "account", text(c->account), "severity", text(c->severity),
		"flags", flags_json(c->flags), "customer", text(c->customer), "customer_name",
		text(c->customer_name), "subject", text(c->subject), "owner", text(c->owner),
		"language", text(c->language), "stage", text(c->stage), "messages",
		(int)c->messages, "waiting_since", time_json(c->waiting_ms), "turn",
		text(c->awaits), "turn_since", time_json(c->awaits_ms), "promise_due",
		time_json(c->promise_ms), "overdue", c->overdue, "hold", hold_json(c));

	if (head && view_clocks(c, head) < 0) {
		json_decref(head);
		return NULL;
	}
	return head;
}

json_t *
view_steered(const struct case_record *c, const char *said)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:o}", "case", case_json(c->id), "said",
			 said, "state", c->state == CASE_SOLVED ? "solved" : "open", "stage",
			 text(c->stage), "owner", text(c->owner), "fault", text(c->fault), "hold",
			 hold_json(c));
}

struct queue_view {
	struct store_txn *txn;
	json_t *cases;
	size_t limit;
	bool more;
};

static int
visit_queue(void *context, const struct case_record *c)
{
	struct queue_view *q = context;
	json_t *one, *words;
	bool abusive;
	int r;

	if (json_array_size(q->cases) >= q->limit) {
		q->more = true;
		return 1;
	}
	r = case_words(q->txn, c, &words, &abusive);
	if (r < 0)
		return r;
	one = case_head(c);
	if (one && abusive)
		json_object_set_new(one, "subject", json_string(SHIELD_SUBJECT));
	if (!one || json_object_set_new(one, "words", words) < 0 ||
	    json_array_append_new(q->cases, one) < 0)
		return -ENOMEM;
	return 0;
}

int
view_queue(struct store_txn *txn, const char *account, size_t limit, json_t **ret)
{
	struct queue_view q = { .txn = txn, .cases = json_array(), .limit = limit };
	struct arena *arena = arena_new(0);
	int r = -ENOMEM;
	json_t *view;

	if (arena && q.cases)
		r = record_case_queue(txn, arena, account, visit_queue, &q);
	arena_free(arena);
	if (r < 0) {
		json_decref(q.cases);
		return r;
	}
	view = json_pack("{s:o, s:b}", "cases", q.cases, "more", q.more);
	if (!view)
		return -ENOMEM;
	*ret = view;
	return 0;
}

struct case_view {
	struct store_txn *txn;
	struct arena *arena;
	const struct case_record *record;
	json_t *events, *messages, *outbox, *promises;
	json_t *hidden; /* set of subjects that are not shown */
	bool all;       /* hide nothing */
};

/* The subject as all answers to it have it. */
static const char *
plain_subject(const struct case_view *v, const char *subject)
{
	const char *plain = subject_token_without(v->arena, text(subject));

	plain = plain ? subject_plain(v->arena, plain) : NULL;
	return plain ? plain : text(subject);
}

static bool
is_hidden(const struct case_view *v, const char *subject)
{
	return json_object_get(v->hidden, plain_subject(v, subject)) != NULL;
}

/* A subject as it is shown; one that is hidden is remembered, for our answers have it too. */
static const char *
shown_subject(struct case_view *v, const struct message_record *m)
{
	if (!v->all && shield_hides_subject(m->evidence))
		json_object_set_new(v->hidden, plain_subject(v, m->subject), json_true());
	return is_hidden(v, m->subject) ? SHIELD_SUBJECT : text(m->subject);
}

/* A mail that was moved away and back is told of twice. */
static bool
is_shown(const struct case_view *v, uint64_t id)
{
	size_t i;
	json_t *one;

	json_array_foreach(v->messages, i, one)
	{
		if (json_integer_value(json_object_get(one, "id")) == (json_int_t)id)
			return true;
	}
	return false;
}

static int
add_message(struct case_view *v, uint64_t id)
{
	struct message_record m;
	json_t *one, *evidence;
	flag_set now = 0;
	bool shown;
	int r = record_message_get(v->txn, v->arena, id, &m);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	shown = m.case_id == v->record->id && !is_shown(v, id);
	if (shown)
		r = correction_flags(v->txn, v->arena, &m, &now);
	if (r < 0 || !shown) {
		record_message_free(&m);
		return r;
	}
	evidence = v->all ? json_incref(m.evidence) : shield_evidence(m.evidence);
	one = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:I, s:s, s:s, s:s, s:o, "
			"s:o, s:b, s:b, s:s, s:s, s:O?}",
			"id", (json_int_t)m.id, "message_id", text(m.message_id), "from",
			text(m.from), "from_name", text(m.from_name), "forwarded_by",
			text(m.forwarded_by), "subject", shown_subject(v, &m), "date",
			time_json(m.date * 1000), "received", time_json(m.received_ms), "folder",
			text(m.folder), "uid", (json_int_t)m.uid, "language", text(m.language),
			"automatic", text(m.automatic), "severity", text(m.severity), "flags",
			flags_json(m.hits), "undetermined", flags_json(m.undetermined),
			"incomplete", m.incomplete, "outgoing", m.outgoing, "joined",
			text(m.joined), "digest", text(m.digest), "evidence", evidence);
	json_decref(evidence);
	record_message_free(&m);
	if (!one || json_array_append_new(v->messages, one) < 0)
		return -ENOMEM;
	json_object_set_new(one, "asks_for", view_claims(v->arena, &m));
	if (now != m.hits)
		json_object_set_new(one, "corrected", flags_json(now));
	if (json_array_size(v->messages) > CASE_MESSAGES_MAX)
		json_array_remove(v->messages, 0);
	return 0;
}

static int
add_outbox(struct case_view *v, const struct outbox_record *e)
{
	json_t *one =
		json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "id", (json_int_t)e->id,
			  "template", text(e->template), "kind", outbox_kind_name(e->kind), "state",
			  outbox_state_name(e->state), "argument", text(e->argument), "rule",
			  text(e->rule), "error", text(e->error), "planned",
			  time_json(e->planned_ms), "ended", time_json(e->ended_ms));

	return one && json_array_append_new(v->outbox, one) == 0 ? 0 : -ENOMEM;
}

/* What an event says, without a hidden subject. A new reference. */
static json_t *
shown_data(const struct case_view *v, json_t *data)
{
	const char *subject = json_string_value(json_object_get(data, "subject"));
	json_t *copy;

	if (!subject || !is_hidden(v, subject))
		return json_incref(data);
	copy = json_copy(data);
	json_object_set_new(copy, "subject", json_string(SHIELD_SUBJECT));
	return copy;
}

static int
visit_event(void *context, const struct event_record *event)
{
	struct case_view *v = context;
	json_int_t message = json_integer_value(json_object_get(event->data, "record"));
	json_int_t entry = json_integer_value(json_object_get(event->data, "outbox"));
	struct outbox_record outbox;
	json_t *one, *data;
	int r = 0;

	if (message > 0 && (!strcmp(event->kind, "mail") || !strcmp(event->kind, "sent") ||
			    !strcmp(event->kind, "asked-inside")))
		r = add_message(v, (uint64_t)message);
	if (r < 0)
		return r;
	data = shown_data(v, event->data);
	one = json_pack("{s:I, s:o, s:s, s:s, s:O?, s:b}", "number", (json_int_t)event->number,
			"at", time_json(event->at_ms), "actor", text(event->actor), "kind",
			text(event->kind), "data", data, "erased", event->erased);
	json_decref(data);
	if (!one || json_array_append_new(v->events, one) < 0)
		return -ENOMEM;
	if (json_array_size(v->events) > CASE_EVENTS_MAX)
		json_array_remove(v->events, 0);
	if (entry > 0 && json_array_size(v->outbox) < CASE_EVENTS_MAX) {
		r = record_outbox_get(v->txn, v->arena, v->record->account, (uint64_t)entry,
				      &outbox);
		/* One that still waits is among the unfinished entries. */
		if (r == 0 && (outbox.state == OUTBOX_DONE || outbox.state == OUTBOX_FAILED))
			r = add_outbox(v, &outbox);
	}
	return r == -ENOENT ? 0 : r;
}

static int
visit_waiting(void *context, const struct outbox_record *e)
{
	struct case_view *v = context;

	if (e->case_id != v->record->id || e->state == OUTBOX_DONE || e->state == OUTBOX_FAILED)
		return 0;
	return json_array_size(v->outbox) < CASE_EVENTS_MAX ? add_outbox(v, e) : 1;
}

static int
visit_promise(void *context, const struct promise_record *p)
{
	struct case_view *v = context;
	json_t *one;

	if (json_array_size(v->promises) >= CASE_EVENTS_MAX)
		return 1;
	one = json_pack("{s:I, s:s, s:o, s:o, s:s, s:b, s:b, s:s}", "number", (json_int_t)p->number,
			"text", text(p->text), "due", time_json(p->due_ms), "ended",
			time_json(p->ended_ms), "by", text(p->made_by), "inside", p->inside, "late",
			p->kept && p->ended_ms > p->due_ms, "state",
			p->ended_ms == 0 ? "open"
			: p->kept        ? "kept"
			: p->moved       ? "moved"
					 : "called off");
	return one && json_array_append_new(v->promises, one) == 0 ? 0 : -ENOMEM;
}

static json_t *
case_page(const struct case_record *c, const struct case_view *v, bool chain)
{
	json_t *page = case_head(c), *people = json_array();

	if (!page || !people) {
		json_decref(page);
		json_decref(people);
		return NULL;
	}
	for (size_t i = 0; i < c->participant_count; i++)
		json_array_append_new(people, json_string(c->participants[i]));
	if (is_hidden(v, c->subject))
		json_object_set_new(page, "subject", json_string(SHIELD_SUBJECT));
	json_object_set_new(page, "state",
			    json_string(c->state == CASE_SOLVED ? "solved" : "open"));
	json_object_set_new(page, "opened", time_json(c->opened_ms));
	json_object_set_new(page, "updated", time_json(c->updated_ms));
	json_object_set_new(page, "forgotten", time_json(c->forgotten_ms));
	json_object_set_new(page, "linked", case_json(c->linked));
	json_object_set_new(page, "merged", case_json(c->merged));
	json_object_set_new(page, "participants", people);
	json_object_set_new(page, "record_sound", json_boolean(chain));
	json_object_set_new(page, "mails", json_incref(v->messages));
	json_object_set_new(page, "events", json_incref(v->events));
	json_object_set_new(page, "outbox", json_incref(v->outbox));
	json_object_set_new(page, "promises", json_incref(v->promises));
	json_object_set_new(page, "fault", json_string(text(c->fault)));
	json_object_set_new(page, "approved", json_string(text(c->approved)));
	json_object_set_new(page, "worked_minutes", json_integer(c->worked));
	json_object_set_new(page, "situation", json_string(text(c->situation)));
	json_object_set_new(page, "interim", json_string(text(c->interim.text)));
	json_object_set_new(page, "interim_due", time_json(c->interim.due_ms));
	json_object_set_new(page, "interim_done", time_json(c->interim.done_ms));
	json_object_set_new(page, "lasting", json_string(text(c->lasting.text)));
	json_object_set_new(page, "lasting_due", time_json(c->lasting.due_ms));
	json_object_set_new(page, "lasting_done", time_json(c->lasting.done_ms));
	if (view_card(v->txn, v->arena, c->customer, page) < 0) {
		json_decref(page);
		return NULL;
	}
	return page;
}

int
view_case(struct store_txn *txn, uint64_t case_id, bool all, json_t **ret)
{
	struct case_view v = { .txn = txn,
			       .arena = arena_new(0),
			       .events = json_array(),
			       .messages = json_array(),
			       .outbox = json_array(),
			       .promises = json_array(),
			       .hidden = json_object(),
			       .all = all };
	struct case_record c;
	json_t *page = NULL;
	uint64_t broken;
	bool chain;
	int r = -ENOMEM;

	if (!v.arena || !v.events || !v.messages || !v.outbox || !v.promises || !v.hidden)
		goto out;
	r = record_case_get(txn, v.arena, case_id, &c);
	if (r < 0)
		goto out;
	v.record = &c;
	r = record_event_each(txn, v.arena, case_id, visit_event, &v);
	if (r == 0)
		r = record_outbox_each(txn, v.arena, c.account, 0, visit_waiting, &v);
	if (r == 0)
		r = record_promise_each(txn, v.arena, case_id, visit_promise, &v);
	if (r < 0)
		goto out;
	r = record_event_verify(txn, case_id, &broken);
	if (r < 0 && r != -EBADMSG)
		goto out;
	chain = r == 0;
	page = case_page(&c, &v, chain);
	r = page ? view_asked(txn, v.arena, &c, page) : -ENOMEM;
	if (r == 0)
		*ret = page;
	else
		json_decref(page);
out:
	json_decref(v.events);
	json_decref(v.messages);
	json_decref(v.outbox);
	json_decref(v.promises);
	json_decref(v.hidden);
	arena_free(v.arena);
	return r;
}

static int
visit_raw(void *context, struct span key, struct span value)
{
	(void)key;
	return json_array_append_new(context, json_stringn(value.at, value.len)) < 0 ? -ENOMEM : 0;
}

int
view_events(struct store_txn *txn, uint64_t case_id, json_t **ret)
{
	json_t *list = json_array();
	int r = list ? record_event_raw(txn, case_id, visit_raw, list) : -ENOMEM;

	if (r == 0 && json_array_size(list) == 0)
		r = -ENOENT;
	if (r < 0) {
		json_decref(list);
		return r;
	}
	*ret = json_pack("{s:o}", "events", list);
	return *ret ? 0 : -ENOMEM;
}
