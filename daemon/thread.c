/*
 * thread: which case a mail belongs to.
 *
 * What the mail refers to is looked up within the account; whoever could name any Message-ID could
 * write into any case, so only a participant joins. The case is always the one that the found
 * record belongs to, never one that a header names. A subject is believed only of an answer, and
 * only when the mail refers to nothing that is known.
 */
#include "thread.h"

#include <errno.h>
#include <string.h>

#include "case.h"
#include "filters/limits.h"
#include "participant.h"
#include "subject.h"
#include "subject_token.h"
#include "token.h"

#define DAY_MS (24 * 3600 * (int64_t)1000)

struct search {
	struct store_txn *txn;
	struct arena *arena;
	const char *account;
	const char *writer; /* lower case */
	int64_t came_ms;
	struct thread_place place;
	bool ours;        /* we wrote it: whatever it refers to is meant */
	uint64_t refused; /* the last case looked at, when not the writer's */
	unsigned lookups; /* how many more */
};

/* The case that a Message-ID of ours names, 0 when it is none. */
static uint64_t
token_case(const char *id)
{
	uint64_t n;

	return token_read(id, &n, NULL) ? n : 0;
}

/* Whether the writer may join; *ret_colleague: not as a participant. */
static bool
may_join(const struct search *s, const struct case_record *c, bool *ret_colleague)
{
	bool participant = case_takes_part(c, s->writer);

	*ret_colleague =
		!participant && c->colleagues && participant_colleague(c->customer, s->writer);
	return participant || *ret_colleague;
}

/* Whether what the case says of its customer is being erased. */
static int
is_leaving(struct search *s, const struct case_record *c, bool *ret)
{
	const char *base = participant_base(s->arena, c->customer);
	struct forget_record job;
	int r = base ? record_forget_get(s->txn, s->arena, base, &job) : -ENOMEM;

	*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

/*
 * Lets the writer into a case, or notes that they may not. parent: the mail that led there, 0 for
 * none. A case of somebody who is just being forgotten is left alone: what they write now begins
 * anew.
 */
static int
enter(struct search *s, const struct case_record *c, uint64_t parent, const char *why)
{
	bool colleague, leaving;
	int r = is_leaving(s, c, &leaving);

	if (r < 0 || leaving)
		return r;
	if (may_join(s, c, &colleague) || s->ours) {
		s->place.case_id = c->id;
		s->place.parent = parent;
		s->place.linked = 0;
		s->place.why = why;
		s->place.colleague = colleague && !s->ours;
		return 0;
	}
	s->refused = c->id;
	if (s->place.linked == 0)
		s->place.linked = c->id;
	return 0;
}

/* Lets the writer into the case of a record that the mail refers to, or notes that they may not. */
static int
try_case(struct search *s, const struct message_record *parent, const char *why)
{
	struct case_record c;
	int r;

	if (parent->case_id == 0 || parent->case_id == s->refused)
		return 0;
	r = case_follow(s->txn, s->arena, parent->case_id, &c);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return c.id != s->refused ? enter(s, &c, parent->id, why) : 0;
}

/*
 * Looks one Message-ID up. With `token` only a mail of ours that is in the case its Message-ID
 * names will do.
 */
static int
try_reference(struct search *s, const char *id, bool token, const char *why)
{
	struct message_record parent;
	uint64_t number;
	int r;

	if (!id[0] || strlen(id) > LIMIT_MESSAGE_ID || s->lookups == 0)
		return 0;
	s->lookups--;
	r = record_message_by_id(s->txn, s->account, id, &number);
	if (r == 0)
		r = record_message_get(s->txn, s->arena, number, &parent);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!token || (parent.outgoing && parent.case_id == token_case(id))) {
		if (s->place.parent == 0)
			s->place.parent = parent.id;
		r = try_case(s, &parent, why);
	}
	record_message_free(&parent);
	return r;
}

/* In-Reply-To, then References from the newest back, until one leads into a case. */
static int
try_all(struct search *s, const struct message *message, bool token)
{
	const char *reply = message->in_reply_to ? message->in_reply_to : "";
	int r = 0;

	s->lookups = LIMIT_REFERENCES + 1;
	if (!token || token_case(reply) > 0)
		r = try_reference(s, reply, token, token ? "token" : "in-reply-to");
	for (size_t i = message->reference_count; i > 0 && r == 0 && s->place.case_id == 0; i--) {
		const char *id = message->references[i - 1];

		if (strcmp(id, reply) != 0 && (!token || token_case(id) > 0))
			r = try_reference(s, id, token, token ? "token" : "references");
	}
	return r;
}

/* Whether the case's last mail came within the window, before or after. */
static int
is_recent(struct search *s, const struct case_record *c, bool *ret)
{
	struct message_record last;
	int64_t apart;
	int r = record_message_get(s->txn, s->arena, c->last_message, &last);

	*ret = false;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	apart = s->came_ms - (last.received_ms > 0 ? last.received_ms : last.judged_ms);
	*ret = apart <= THREAD_SUBJECT_DAYS * DAY_MS && apart >= -THREAD_SUBJECT_DAYS * DAY_MS;
	record_message_free(&last);
	return 0;
}

static int
try_subject(void *context, const struct case_record *c)
{
	struct search *s = context;
	bool recent, leaving = false;
	int r;

	if (!case_takes_part(c, s->writer))
		return 0;
	r = is_recent(s, c, &recent);
	if (r == 0 && recent)
		r = is_leaving(s, c, &leaving);
	if (r < 0 || !recent || leaving)
		return r;
	s->place.case_id = c->id;
	s->place.parent = c->last_message;
	s->place.linked = 0;
	s->place.why = "subject";
	return 1;
}

/* Our token in the subject, when it is the case's; what only looks like one is noted. */
static int
try_subject_token(struct search *s, const char *subject)
{
	struct subject_token token;
	struct case_record c;
	int r;

	if (!subject_token_find(subject, &token))
		return 0;
	r = record_case_get(s->txn, s->arena, token.case_id, &c);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && strcmp(c.account, s->account) == 0 &&
	    strcmp(c.subject_token, token.check) == 0) {
		r = case_follow(s->txn, s->arena, c.id, &c);
		return r == 0 && c.id != s->refused ? enter(s, &c, c.last_message, "subject-token")
						    : r;
	}
	s->place.ignored = subject_token_text(s->arena, &token);
	return s->place.ignored ? 0 : -ENOMEM;
}

/* Gmail's conversation: it is made from references and subjects, so that it says no more. */
static int
try_gmail(struct search *s, uint64_t thread)
{
	struct message_record parent;
	uint64_t number;
	int r = record_message_by_gmail_thread(s->txn, s->account, thread, &number);

	if (r == 0)
		r = record_message_get(s->txn, s->arena, number, &parent);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (s->place.parent == 0)
		s->place.parent = parent.id;
	r = try_case(s, &parent, "gmail-thread");
	record_message_free(&parent);
	return r;
}

/* An answer's subject, of the same customer: only when nothing else tells. */
static int
try_same_subject(struct search *s, const char *subject)
{
	const char *plain = subject_token_without(s->arena, subject);

	if (!plain)
		return -ENOMEM;
	return record_case_by_subject(s->txn, s->arena, s->account, s->writer, plain, try_subject,
				      s);
}

static int
find(struct search *s, const struct message *message, uint64_t gmail_thread,
     struct thread_place *ret_place)
{
	int r = try_all(s, message, true);

	if (r == 0 && s->place.case_id == 0)
		r = try_all(s, message, false);
	if (r == 0 && s->place.case_id == 0)
		r = try_subject_token(s, message->subject);
	if (r == 0 && s->place.case_id == 0)
		r = try_gmail(s, gmail_thread);
	if (r == 0 && s->place.case_id == 0 && s->place.parent == 0 &&
	    subject_is_answer(message->subject))
		r = try_same_subject(s, message->subject);
	if (r < 0)
		return r;
	if (s->place.case_id == 0 && s->place.linked > 0)
		s->place.why = "not-a-participant";
	*ret_place = s->place;
	return 0;
}

int
thread_find(struct store_txn *txn, struct arena *arena, const char *account,
	    const struct message *message, int64_t came_ms, uint64_t gmail_thread,
	    struct thread_place *ret_place)
{
	struct search s = { .txn = txn,
			    .arena = arena,
			    .account = account,
			    .came_ms = came_ms,
			    .place = { .why = "new" } };

	s.writer = address_lower(arena, customer_of(message).address);
	return s.writer ? find(&s, message, gmail_thread, ret_place) : -ENOMEM;
}

int
thread_find_ours(struct store_txn *txn, struct arena *arena, const char *account,
		 const struct message *message, int64_t sent_ms, struct thread_place *ret_place)
{
	struct search s = { .txn = txn,
			    .arena = arena,
			    .account = account,
			    .came_ms = sent_ms,
			    .ours = true,
			    .lookups = 1,
			    .place = { .why = "new" } };
	int r;

	/* By subject it joins a case of whom it is written to. */
	s.writer = address_lower(arena, message->to.count > 0 ? message->to.list[0].address : "");
	if (!s.writer)
		return -ENOMEM;
	r = try_reference(&s, message->message_id, true, "draft");
	if (r < 0 || s.place.case_id > 0) {
		*ret_place = s.place;
		return r;
	}
	return find(&s, message, 0, ret_place);
}
