/*
 * forget_case: what of one case is erased. See forget.h and forget_internal.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "case.h"
#include "forget_internal.h"
#include "intake.h"
#include "participant.h"
#include "policy.h"

#define ENTRIES_AT_ONCE 64

int
person_of(struct arena *arena, const char *address, struct person *ret)
{
	const char *base = participant_base(arena, address), *at;
	struct person p = { .address = address };
	size_t len;

	if (!base)
		return -ENOMEM;
	at = strrchr(base, '@');
	len = at ? (size_t)(at - base) : strlen(base);
	/* As JSON has it: what needs an escape there is looked for by reading every record. */
	if (len > 0 && len + 2 < sizeof(p.needle) && !memchr(base, '"', len) &&
	    !memchr(base, '\\', len)) {
		p.needle[0] = '"';
		memcpy(p.needle + 1, base, len);
	}
	*ret = p;
	return 0;
}

bool
person_may_be_in(const struct person *person, struct span value)
{
	return !person->needle[0] ||
	       memmem(value.at, value.len, person->needle, strlen(person->needle)) != NULL;
}

bool
person_owns(const struct person *person, const struct case_record *c, bool *ret_there)
{
	*ret_there = participant_same(c->customer, person->address);
	if (*ret_there)
		return true;
	for (size_t i = 0; i < c->participant_count; i++)
		*ret_there |= participant_same(c->participants[i], person->address);
	return false;
}

int
forget_entry(struct store_txn *txn, struct arena *arena, const struct outbox_record *e)
{
	int r = 0;

	if (e->uid > 0)
		r = intake_finish(txn, arena, e->account, e->folder, e->uidvalidity, e->uid,
				  LEDGER_DONE, "forgotten");
	return r < 0 ? r : record_outbox_erase(txn, arena, e);
}

/* Unfinished entries of a case, or of a mail. */
struct entries {
	uint64_t case_id, message; /* one is 0 */
	struct outbox_record list[ENTRIES_AT_ONCE];
	size_t count;
};

static int
visit_entry(void *context, const struct outbox_record *e)
{
	struct entries *entries = context;

	if ((entries->case_id && e->case_id == entries->case_id) ||
	    (entries->message && e->message == entries->message))
		entries->list[entries->count++] = *e;
	return entries->count == ENTRIES_AT_ONCE;
}

static int
end_entries(struct store_txn *txn, struct arena *arena, const char *account, uint64_t case_id,
	    uint64_t message)
{
	struct entries *entries = arena_calloc(arena, 1, sizeof(*entries));
	int r = entries ? 0 : -ENOMEM;

	while (r == 0) {
		*entries = (struct entries){ .case_id = case_id, .message = message };
		r = record_outbox_each(txn, arena, account, 0, visit_entry, entries);
		for (size_t i = 0; r == 0 && i < entries->count; i++)
			r = forget_entry(txn, arena, &entries->list[i]);
		if (entries->count == 0)
			break;
	}
	return r;
}

int
forget_message(struct store_txn *txn, struct arena *arena, const struct message_record *m)
{
	int r = end_entries(txn, arena, m->account, 0, m->id);

	if (r == 0 && m->uid > 0)
		r = intake_finish(txn, arena, m->account, m->folder, m->uidvalidity, m->uid,
				  LEDGER_DONE, "forgotten");
	return r < 0 ? r : record_message_erase(txn, arena, m->id);
}

int
forget_case(struct store_txn *txn, struct arena *arena, struct case_record *c, int64_t now_ms,
	    const char *actor, const char *cause, const char *reason)
{
	uint64_t upto = c->last_event;
	struct record_range all = { 1, upto };
	int r = end_entries(txn, arena, c->account, c->id, 0);

	if (r == 0)
		r = asked_forget(txn, c);
	if (r == 0)
		r = record_link_delete(txn, c->account, CASE_LINK_CUSTOMER, c->customer, c->id);
	if (r == 0)
		r = record_promise_erase(txn, arena, c->id, now_ms);
	if (r == 0)
		r = record_event_forget(txn, arena, c, now_ms, actor, cause, reason, &all,
					upto > 0);
	if (r == 0)
		r = record_erasing_set(txn, c->id, upto);
	if (r < 0)
		return r;
	if (c->state == CASE_OPEN)
		c->solved_ms = now_ms;
	c->state = CASE_SOLVED;
	c->customer = c->customer_name = c->subject = c->hold_by = c->hold_reason = "";
	c->conduct_told = c->situation = c->subject_token = "";
	c->interim = c->lasting = (struct measure){ .text = "" };
	c->awaits = "";
	c->colleagues = false;
	c->awaits_ms = 0;
	c->response_due_ms = c->resolve_due_ms = 0;
	c->response_late = c->resolve_late = false;
	c->participants = NULL;
	c->participant_count = 0;
	c->hold_ms = c->waiting_ms = c->promise_ms = 0;
	c->owes = c->overdue = false;
	c->last_message = 0;
	c->forgotten_ms = c->updated_ms = now_ms;
	return record_case_put(txn, c);
}

/* Events that are to be erased next, with what they lead to. */
struct doomed {
	struct store_txn *txn;
	struct arena *arena;
	const char *account;
	uint64_t upto;               /* none after it */
	const struct person *person; /* NULL: all events */
	uint64_t numbers[FORGET_EVENTS], messages[FORGET_EVENTS], entries[FORGET_EVENTS];
	size_t count;
};

/* Whether a mail was written by the person. */
static int
is_theirs(struct doomed *d, uint64_t message, bool *ret)
{
	struct message_record m;
	int r = record_message_get(d->txn, d->arena, message, &m);

	*ret = false;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	*ret = participant_same(m.from, d->person->address);
	record_message_free(&m);
	return 0;
}

/* The address around an @ of a text, copied; "" when it is too long for one. */
static void
address_at(const char *text, const char *at, char *ret, size_t size)
{
	const char *start = at, *end = at + 1;

	while (start > text && (isalnum((unsigned char)start[-1]) || strchr("._+-", start[-1])))
		start--;
	while (isalnum((unsigned char)*end) || *end == '.' || *end == '-')
		end++;
	while (end[-1] == '.')
		end--;
	if ((size_t)snprintf(ret, size, "%.*s", (int)(end - start), start) >= size)
		ret[0] = '\0';
}

static bool
names_them(const struct person *person, const json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT), address[512];
	bool found = false;

	for (const char *at = text ? strchr(text, '@') : NULL; at && !found;
	     at = strchr(at + 1, '@')) {
		address_at(text, at, address, sizeof(address));
		found = participant_same(address, person->address);
	}
	free(text);
	return found;
}

/* Whether an event is the person's, in a case of somebody else. */
static int
concerns(struct doomed *d, const struct event_record *event, uint64_t message, uint64_t entry,
	 bool *ret)
{
	struct outbox_record e;
	int r = 0;

	*ret = false;
	if (message > 0)
		r = is_theirs(d, message, ret);
	if (r == 0 && !*ret && entry > 0) {
		r = record_outbox_get(d->txn, d->arena, d->account, entry, &e);
		if (r == 0 && e.message > 0)
			r = is_theirs(d, e.message, ret);
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0 && !*ret && strcmp(event->kind, "mail") != 0)
		*ret = names_them(d->person, event->data);
	return r;
}

static int
visit_doomed(void *context, const struct event_record *event)
{
	struct doomed *d = context;
	json_int_t message = json_integer_value(json_object_get(event->data, "record"));
	json_int_t entry = json_integer_value(json_object_get(event->data, "outbox"));
	bool wanted = true;
	int r = 0;

	if (event->number > d->upto)
		return 1;
	if (event->erased || strcmp(event->kind, "forgotten") == 0)
		return 0;
	if (d->person)
		r = concerns(d, event, (uint64_t)message, (uint64_t)entry, &wanted);
	if (r < 0 || !wanted)
		return r;
	d->numbers[d->count] = event->number;
	d->messages[d->count] = message > 0 ? (uint64_t)message : 0;
	d->entries[d->count] = entry > 0 ? (uint64_t)entry : 0;
	d->count++;
	return d->count == FORGET_EVENTS;
}

/* An event and what it leads to. */
static int
erase_one(struct doomed *d, uint64_t case_id, size_t i)
{
	struct message_record m;
	struct outbox_record e;
	int r = 0;

	if (d->entries[i] > 0) {
		r = record_outbox_get(d->txn, d->arena, d->account, d->entries[i], &e);
		r = r == 0 ? forget_entry(d->txn, d->arena, &e) : r == -ENOENT ? 0 : r;
	}
	if (r == 0 && d->messages[i] > 0) {
		r = record_message_get(d->txn, d->arena, d->messages[i], &m);
		if (r == 0) {
			/* One that went to another case is that one's. */
			if (m.case_id == case_id || m.case_id == 0 || d->person)
				r = forget_message(d->txn, d->arena, &m);
			record_message_free(&m);
		}
		r = r == -ENOENT ? 0 : r;
	}
	return r < 0 ? r : record_event_erase(d->txn, case_id, d->numbers[i]);
}

static int
erase_all(struct doomed *d, uint64_t case_id)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->count; i++)
		r = erase_one(d, case_id, i);
	return r == 0 && d->count == FORGET_EVENTS ? 1 : r;
}

int
forget_events(struct store_txn *txn, struct arena *arena, uint64_t case_id, uint64_t upto)
{
	struct doomed *d = arena_calloc(arena, 1, sizeof(*d));
	struct case_record c;
	int r = d ? record_case_get(txn, arena, case_id, &c) : -ENOMEM;

	if (r < 0)
		return r;
	*d = (struct doomed){ .txn = txn, .arena = arena, .account = c.account, .upto = upto };
	r = record_event_each(txn, arena, case_id, visit_doomed, d);
	return r < 0 ? r : erase_all(d, case_id);
}

/* They are no participant any more: their next mail does not join. */
static int
leave_out(struct arena *arena, struct case_record *c, const struct person *person)
{
	const char **list = arena_calloc(arena, c->participant_count + 1, sizeof(*list));
	size_t kept = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < c->participant_count; i++)
		if (!participant_same(c->participants[i], person->address))
			list[kept++] = c->participants[i];
	c->participants = list;
	c->participant_count = kept;
	return 0;
}

static int
part_tombstone(struct doomed *d, struct case_record *c, const struct forget_record *job)
{
	struct record_range ranges[FORGET_EVENTS];
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (count > 0 && ranges[count - 1].to + 1 == d->numbers[i])
			ranges[count - 1].to++;
		else
			ranges[count++] = (struct record_range){ d->numbers[i], d->numbers[i] };
	}
	return record_event_forget(d->txn, d->arena, c, job->at_ms, job->actor, "asked",
				   job->reason, ranges, count);
}

int
forget_part(struct store_txn *txn, struct arena *arena, struct case_record *c,
	    const struct person *person, const struct forget_record *job)
{
	struct doomed *d = arena_calloc(arena, 1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	*d = (struct doomed){ .txn = txn,
			      .arena = arena,
			      .account = c->account,
			      .upto = c->last_event,
			      .person = person };
	r = record_event_each(txn, arena, c->id, visit_doomed, d);
	if (r == 0 && d->count > 0)
		r = part_tombstone(d, c, job);
	/* Until the last of its events the case is found by them. */
	if (r == 0 && d->count < FORGET_EVENTS)
		r = leave_out(arena, c, person);
	if (r < 0)
		return r;
	r = erase_all(d, c->id);
	/* What they asked for and wrote of cannot be told from what the others did. */
	if (r >= 0 && d->count > 0) {
		int forgotten = asked_forget(txn, c);

		r = forgotten < 0 ? forgotten : r;
	}
	/* A case whose last mail is gone shows the words of those before it. */
	for (size_t i = 0; i < d->count; i++)
		if (d->messages[i] > 0 && d->messages[i] == c->last_message)
			c->last_message = 0;
	if (r >= 0) {
		int put = record_case_put(txn, c);

		r = put < 0 ? put : r;
	}
	return r;
}
