/*
 * intake: a fetched mail becomes a verdict, and the verdict becomes records, in one transaction.
 *
 * The cursor names the lowest UID that is not finished. While nothing unfinished lies below a mail,
 * finishing it only moves the cursor; a ledger entry is kept for what is planned or parked, and for
 * what is done above something planned. So the first entry at or above the cursor, if there is any,
 * is a planned one.
 */
#include <errno.h>
#include <string.h>

#include "asked.h"
#include "case.h"
#include "conduct.h"
#include "filters/automatic.h"
#include "filters/forward.h"
#include "intake.h"
#include "intake_internal.h"
#include "outbox.h"
#include "route.h"
#include "sla.h"
#include "thread.h"

static int
hash_content(struct arrival *a)
{
	struct buf text = { .arena = a->arena };
	struct address from = customer_of(a->message);

	buf_printf(&text, "%s\n%s\n%s\n", from.address, a->message->date_text, a->message->subject);
	buf_add(&text, a->message->body, a->message->body_len);
	if (text.failed)
		return -ENOMEM;
	record_sha256(text.at, text.len, a->content);
	return 0;
}

void
intake_judge(struct judge *judge, const struct bundle *bundle, struct arrival *a)
{
	if (a->parked)
		return;
	record_sha256(a->bytes, a->len, a->digest);
	if (judge)
		judge_set_day(judge, a->day);
	if (message_read(a->arena, a->bytes, a->len, a->cut, &a->message) < 0 || !judge ||
	    judge_message(judge, bundle->rules, a->message, policy_thresholds(bundle->policy),
			  &a->verdict) < 0 ||
	    hash_content(a) < 0) {
		a->parked = "reading it needs more memory than one mail may have";
		return;
	}
	record_fingerprint(a->message->message_id, a->listed.size, a->message->date_text,
			   a->fingerprint);
}

static int
note_planned(void *context, const struct ledger_record *entry)
{
	bool *planned = context;

	*planned = entry->state == LEDGER_PLANNED;
	return *planned;
}

/* Whether anything from the cursor on is planned. */
static int
look_for_gap(struct commit *c)
{
	return record_ledger_each(c->txn, c->arena, c->intake->account->name, c->folder,
				  c->cursor.uidvalidity, c->cursor.next, note_planned, &c->gap);
}

/* The UID after this one; the very last one stays, which only means that it is looked at again. */
static uint32_t
uid_after(uint32_t uid)
{
	return uid < UINT32_MAX ? uid + 1 : uid;
}

/* Writes down how a UID ended, or that it is planned, and moves the cursor where it can. */
static int
settle(struct commit *c, uint32_t uid, enum ledger_state state, const char *reason,
       uint64_t message, unsigned open)
{
	struct ledger_record record = {
		.account = c->intake->account->name,
		.folder = c->folder,
		.uidvalidity = c->cursor.uidvalidity,
		.uid = uid,
		.state = state,
		.reason = reason,
		.message = message,
		.open = open,
	};

	if (!c->gap)
		c->cursor.next = state == LEDGER_PLANNED ? uid : uid_after(uid);
	if (state == LEDGER_PLANNED)
		c->gap = true;
	if (state == LEDGER_DONE && !c->gap)
		return 0;
	return record_ledger_put(c->txn, &record);
}

static json_t *
evidence_json(const struct verdict *v)
{
	json_t *list = json_array();

	for (int f = 0; list && f < FLAG_COUNT; f++) {
		const struct flag_verdict *flag = &v->flags[f];

		if (flag->answer == ANSWER_CLEAR)
			continue;
		for (size_t i = 0; i < flag->evidence_count; i++) {
			const struct evidence *e = &flag->evidence[i];

			json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,s:f}",
							      "flag", flag_name((enum flag)f),
							      "rule", e->rule, "part", e->part,
							      "offset", (json_int_t)e->offset,
							      "length", (json_int_t)e->length,
							      "text", e->text, "score", e->score));
		}
	}
	return list;
}

void
intake_record(struct commit *c, const struct arrival *a, enum severity severity,
	      struct message_record *m)
{
	struct address from = customer_of(a->message);

	*m = (struct message_record){
		.account = c->intake->account->name,
		.folder = c->folder,
		.uidvalidity = c->cursor.uidvalidity,
		.uid = a->listed.uid,
		.message_id = a->message->message_id,
		.digest = a->digest,
		.cut = a->cut ? a->len : 0,
		.fingerprint = a->fingerprint,
		.content = a->content,
		.size = a->listed.size,
		.date = a->message->date,
		.received_ms = a->listed.received_ms,
		.judged_ms = c->now_ms,
		.from = address_lower(c->arena, from.address),
		.from_name = from.name,
		.forwarded_by = a->message->forwarded.by.address,
		.subject = a->message->subject,
		.language = a->message->language,
		.automatic = automatic_name(a->message->automatic),
		.severity = severity_name(severity),
		.hits = verdict_hits(a->verdict),
		.undetermined = verdict_undetermined(a->verdict),
		.incomplete = a->verdict->incomplete,
		.evidence = evidence_json(a->verdict),
		.ruleset_hash = a->verdict->ruleset_hash,
		.gmail_thread = a->listed.gmail_thread,
	};
}

/* Somebody made a token up, or wrote it wrongly: it led nowhere, and that is said. */
static int
note_ignored(struct commit *c, const char *token, struct case_record *kase)
{
	json_t *data = json_pack("{s:s, s:s}", "token", token, "why", "no case has this token");
	int r = data ? record_event_append(c->txn, c->arena, kase, c->now_ms, "triaged",
					   "token-ignored", data)
		     : -ENOMEM;

	json_decref(data);
	return r < 0 ? r : record_case_put(c->txn, kase);
}

/*
 * Opens or finds the case, adds the mail to it and hands it to the customer's owner, else to whom
 * the policy names. customer NULL: nobody that is known wrote.
 */
static int
keep_case(struct commit *c, const struct arrival *a, struct plan *plan,
	  const struct thread_place *place, bool duplicate, struct message_record *m,
	  struct case_record *kase, struct customer_record *customer)
{
	const struct route route = {
		.txn = c->txn,
		.arena = c->arena,
		.config = c->intake->config,
		.account = c->intake->account,
		.mail = m,
		.fresh = a->message->automatic == AUTOMATIC_NO && !duplicate,
		.now_ms = c->now_ms,
	};
	int r = 0;

	if (!place->case_id)
		r = case_open(c->txn, c->arena, c->intake->account->name, a->message, place->linked,
			      c->now_ms, kase);
	if (r < 0)
		return r;
	m->case_id = kase->id;
	m->parent = place->parent;
	m->joined = place->case_id ? place->why : "new";
	if (place->colleague)
		m->joined = arena_printf(c->arena, "%s, colleague", place->why);
	if (!m->joined)
		return -ENOMEM;
	r = asked_keep(c->txn, c->arena, a->message, a->verdict, m, kase);
	if (r < 0)
		return r;
	sla_mail(c->intake->config, kase, m, plan->severity, c->now_ms);
	r = case_add_mail(c->txn, c->arena, kase, m, plan->severity, c->now_ms);
	if (r == 0 && place->ignored && c->intake->account->subject_token)
		r = note_ignored(c, place->ignored, kase);
	return r < 0 ? r : route_case(&route, kase, customer, plan);
}

/* What is known of a mail's case and its writer, before it. */
static int
look_around(struct commit *c, const struct arrival *a, struct thread_place *place,
	    struct case_record *kase, struct customer_record *customer, bool *known)
{
	int64_t came_ms = a->listed.received_ms > 0 ? a->listed.received_ms : c->now_ms;
	int r = thread_find(c->txn, c->arena, c->intake->account->name, a->message, came_ms,
			    a->listed.gmail_thread, place);

	if (r == 0 && place->case_id)
		r = record_case_get(c->txn, c->arena, place->case_id, kase);
	if (r < 0)
		return r;
	r = record_customer_get(c->txn, c->arena,
				address_lower(c->arena, customer_of(a->message).address), customer);
	*known = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* One mail, judged and new to us: everything that follows from it. */
static int
commit_judged(struct commit *c, const struct arrival *a, bool duplicate)
{
	struct thread_place place;
	struct case_record kase = { 0 };
	struct customer_record customer;
	struct message_record m;
	struct plan plan;
	struct address from = customer_of(a->message);
	bool known, kept;
	unsigned open = 0;
	int r = look_around(c, a, &place, &kase, &customer, &known);

	if (r < 0)
		return r;

	struct policy_input input = {
		.account = c->intake->account->name,
		.message = a->message,
		.verdict = a->verdict,
		.known_case = place.case_id ? &kase : NULL,
		.customer = known ? &customer : NULL,
		.conduct = known ? conduct_now(&customer, c->now_ms) : "",
		.duplicate = duplicate,
	};

	r = policy_decide(c->bundle->policy, &input, c->arena, &plan);
	if (r < 0)
		return r;
	intake_record(c, a, plan.severity, &m);
	kept = place.case_id || plan.case_wanted;
	r = store_next(c->txn, "message", &m.id);
	if (r == 0 && a->message->automatic == AUTOMATIC_NO)
		r = customer_note(c->txn, c->arena, &from, kept && !place.case_id, c->now_ms,
				  &customer, &known);
	if (r == 0 && kept)
		r = keep_case(c, a, &plan, &place, duplicate, &m, &kase,
			      known || a->message->automatic == AUTOMATIC_NO ? &customer : NULL);
	if (r == 0)
		r = record_message_put(c->txn, &m);
	if (r == 0) {
		struct outbox_plan wanted = {
			.intake = c->intake,
			.bundle = c->bundle,
			.message = a->message,
			.record = &m,
			.case_ = kept ? &kase : NULL,
			.plan = &plan,
			.now_ms = c->now_ms,
		};

		r = outbox_plan_actions(c->txn, c->arena, &wanted, &open);
	}
	record_message_free(&m);
	if (r < 0)
		return r;
	c->counts.judged++;
	c->counts.planned += open > 0;
	/* A reason on a planned entry would tell of a failed action. */
	if (open > 0)
		return settle(c, a->listed.uid, LEDGER_PLANNED, "", m.id, open);
	return settle(c, a->listed.uid, LEDGER_DONE, duplicate ? "duplicate" : "", m.id, 0);
}

/*
 * What we wrote is not judged. What only says so is a stranger's, and is looked at like everything
 * else: nobody hides a mail from us by writing our name on it.
 */
static int
look_own(struct commit *c, const struct arrival *a, bool *ret_own)
{
	struct message *m = a->message;
	int r = 0;

	*ret_own = false;
	if (m->automatic == AUTOMATIC_OWN)
		r = outbox_wrote(c->txn, c->arena, c->intake, m, ret_own);
	if (r == 0 && m->automatic == AUTOMATIC_OWN && !*ret_own)
		m->automatic = automatic_detect_foreign(m, &m->automatic_why);
	return r;
}

/* A mail that a colleague passed on without a word is its writer's. */
static void
look_forwarded(const struct commit *c, struct message *m)
{
	const char *by = m->from.count > 0 ? m->from.list[0].address : "";
	const char *writer = m->forwarded.from.address;

	if (m->forwarded.alone && m->automatic == AUTOMATIC_NO &&
	    config_is_colleague(c->intake->config, c->intake->account, by) &&
	    !config_is_colleague(c->intake->config, c->intake->account, writer))
		forward_let_speak(m);
}

static int
commit_one(struct commit *c, const struct arrival *a)
{
	const struct folder_role_config *role = config_folder_role(c->intake->account, c->folder);
	struct ledger_record entry;
	enum earlier earlier = EARLIER_NONE;
	bool own = false;
	int r = -ENOENT;

	if (a->listed.uid < c->cursor.next)
		r = 0;
	else if (c->gap)
		r = record_ledger_get(c->txn, c->arena, c->intake->account->name, c->folder,
				      c->cursor.uidvalidity, a->listed.uid, &entry);
	if (r == 0 && a->listed.uid >= c->cursor.next && entry.state == LEDGER_PLANNED &&
	    !entry.message)
		r = -ENOENT; /* matched as new by resync: its turn is now */
	if (r != -ENOENT) {
		c->counts.known += r == 0;
		return r;
	}
	if (a->parked) {
		c->counts.parked++;
		return settle(c, a->listed.uid, LEDGER_PARKED, a->parked, 0, 0);
	}
	r = role ? 0 : look_own(c, a, &own);
	if (r == 0 && own) {
		c->counts.known++;
		return settle(c, a->listed.uid, LEDGER_DONE, "own", 0, 0);
	}
	look_forwarded(c, a->message);
	if (r == 0)
		r = intake_earlier(c, a, &earlier);
	if (r < 0)
		return r;
	if (earlier == EARLIER_SEEN) {
		c->counts.known++;
		return settle(c, a->listed.uid, LEDGER_DONE, "seen", 0, 0);
	}
	if (role && role->role == FOLDER_SENT) {
		c->counts.known++;
		r = intake_sent(c, a);
		return r < 0 ? r : settle(c, a->listed.uid, LEDGER_DONE, "sent", 0, 0);
	}
	if (role)
		return settle(c, a->listed.uid, LEDGER_DONE, "put away", 0, 0);
	return commit_judged(c, a, earlier == EARLIER_DUPLICATE);
}

#define FRONT_MAX 128

/* Finished entries from the cursor on. */
struct front {
	uint32_t next;
	uint32_t done[FRONT_MAX];
	size_t count;
};

static int
look_at_front(void *context, const struct ledger_record *entry)
{
	struct front *front = context;

	front->next = entry->state == LEDGER_PLANNED ? entry->uid : uid_after(entry->uid);
	if (entry->state == LEDGER_DONE)
		front->done[front->count++] = entry->uid;
	return entry->state == LEDGER_PLANNED || front->count == FRONT_MAX;
}

/*
 * Moves the cursor over finished entries up to the first that is planned; those that are done need
 * no entry any more.
 */
static int
advance(struct store_txn *txn, struct arena *arena, struct cursor_record *cursor)
{
	struct front front;
	int r;

	do {
		front.next = cursor->next;
		front.count = 0;
		r = record_ledger_each(txn, arena, cursor->account, cursor->folder,
				       cursor->uidvalidity, cursor->next, look_at_front, &front);
		for (size_t i = 0; r == 0 && i < front.count; i++)
			r = record_ledger_delete(txn, cursor->account, cursor->folder,
						 cursor->uidvalidity, front.done[i]);
		cursor->next = front.next;
	} while (r == 0 && front.count == FRONT_MAX);
	return r;
}

static int
commit_in(struct commit *c, struct arena *lasting, uint32_t uidvalidity,
	  struct arrival *const *arrivals, size_t count)
{
	int r = record_cursor_get(c->txn, lasting, c->intake->account->name, c->folder, &c->cursor);

	if (r == 0 && c->cursor.uidvalidity != uidvalidity)
		r = -ESTALE;
	if (r == 0)
		r = look_for_gap(c);
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = commit_one(c, arrivals[i]);
		arena_reset(c->arena);
	}
	if (r == 0 && c->gap)
		r = advance(c->txn, c->arena, &c->cursor);
	return r < 0 ? r : record_cursor_put(c->txn, &c->cursor);
}

static int
commit_together(const struct intake *intake, const struct bundle *bundle, const char *folder,
		uint32_t uidvalidity, struct arrival *const *arrivals, size_t count,
		struct intake_counts *counts)
{
	struct commit c = {
		.intake = intake, .bundle = bundle, .folder = folder, .arena = arena_new(0)
	};
	struct arena *lasting = arena_new(0);
	int r = -ENOMEM;

	if (!c.arena || !lasting)
		goto out;
	intake_beat(intake);
	c.now_ms = clock_now_ms(intake->clock);
	r = store_begin(intake->store, true, &c.txn);
	if (r < 0)
		goto out;
	r = commit_in(&c, lasting, uidvalidity, arrivals, count);
	if (r < 0) {
		store_abort(c.txn);
		goto out;
	}
	r = store_commit(c.txn);
	if (r < 0)
		goto out;
	counts->judged += c.counts.judged;
	counts->planned += c.counts.planned;
	counts->parked += c.counts.parked;
	counts->known += c.counts.known;
out:
	arena_free(c.arena);
	arena_free(lasting);
	return r;
}

/* Errors that lie in a mail, or in a record that it belongs to, not in the store. */
static bool
is_of_one_mail(int error)
{
	return error == -EINVAL || error == -EBADMSG || error == -E2BIG;
}

int
intake_commit(const struct intake *intake, const struct bundle *bundle, const char *folder,
	      uint32_t uidvalidity, struct arrival *const *arrivals, size_t count,
	      struct intake_counts *counts)
{
	int r = commit_together(intake, bundle, folder, uidvalidity, arrivals, count, counts);

	if (!is_of_one_mail(r))
		return r;
	r = 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = commit_together(intake, bundle, folder, uidvalidity, &arrivals[i], 1, counts);
		if (is_of_one_mail(r) && !arrivals[i]->parked) {
			arrivals[i]->parked = "what follows from it could not be written down";
			r = commit_together(intake, bundle, folder, uidvalidity, &arrivals[i], 1,
					    counts);
		}
	}
	return r;
}

int
intake_finish(struct store_txn *txn, struct arena *arena, const char *account, const char *folder,
	      uint32_t uidvalidity, uint32_t uid, enum ledger_state state, const char *reason)
{
	struct cursor_record cursor;
	struct ledger_record entry;
	int r;

	r = record_ledger_get(txn, arena, account, folder, uidvalidity, uid, &entry);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = record_cursor_get(txn, arena, account, folder, &cursor);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	entry.state = state;
	entry.reason = reason;
	entry.open = 0;
	if (state == LEDGER_DONE && (cursor.uidvalidity != uidvalidity || uid < cursor.next))
		return record_ledger_delete(txn, account, folder, uidvalidity, uid);
	r = record_ledger_put(txn, &entry);
	if (r < 0 || cursor.uidvalidity != uidvalidity || uid != cursor.next)
		return r;
	r = advance(txn, arena, &cursor);
	return r < 0 ? r : record_cursor_put(txn, &cursor);
}

int
intake_gone(const struct intake *intake, const char *folder, uint32_t uidvalidity,
	    const uint32_t *uids, size_t count)
{
	struct arena *arena = arena_new(0);
	struct store_txn *txn;
	int r = arena ? store_begin(intake->store, true, &txn) : -ENOMEM;

	if (r < 0)
		goto out;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = intake_finish(txn, arena, intake->account->name, folder, uidvalidity, uids[i],
				  LEDGER_DONE, "gone");
	if (r == 0)
		r = store_commit(txn);
	else
		store_abort(txn);
out:
	arena_free(arena);
	return r;
}
