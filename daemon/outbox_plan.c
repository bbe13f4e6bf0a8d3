/*
 * outbox_plan: the actions of one judged mail become journal entries, with what they will write
 * made now.
 *
 * Runs inside the transaction of the verdict. Texts made from a stranger's mail go through draft.c,
 * which lets no value become a header.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "absence.h"
#include "card.h"
#include "case.h"
#include "conduct.h"
#include "draft.h"
#include "draft_case.h"
#include "draft_words.h"
#include "likeness.h"
#include "moment.h"
#include "notice.h"
#include "outbox.h"
#include "policy_choice.h"
#include "promise.h"
#include "steer.h"
#include "subject_token.h"
#include "token.h"

struct planner {
	struct store_txn *txn;
	struct arena *arena;
	const struct outbox_plan *wanted;
	const char *language;
	struct unapproved *unapproved; /* what kept a draft from being made */
};

/*
 * <triaged.CASE.OUTBOX.RANDOM@host>: the last part cannot be guessed without having the mail that
 * it answers.
 */
static const char *
own_message_id(struct planner *p, uint64_t outbox_id)
{
	const struct outbox_plan *w = p->wanted;
	const char *at = strchr(w->intake->account->identity_address, '@');
	char digest[65];
	char *seed = arena_printf(p->arena, "%s %" PRIu64 " %" PRIi64, w->record->digest, outbox_id,
				  w->now_ms);

	if (!seed)
		return NULL;
	record_sha256(seed, strlen(seed), digest);
	return arena_printf(p->arena, "<triaged.%" PRIu64 ".%" PRIu64 ".%.16s@%s>",
			    w->case_ ? w->case_->id : 0, outbox_id, digest,
			    at ? at + 1 : "localhost");
}

/* So that the customer's answer to our reply finds its case. */
static int
remember_draft(struct planner *p, const struct outbox_record *entry)
{
	const struct outbox_plan *w = p->wanted;
	struct message_record ours = {
		.account = entry->account,
		.folder = "",
		.message_id = entry->message_id,
		.digest = "",
		.fingerprint = "",
		.content = "",
		.judged_ms = w->now_ms,
		.from = w->intake->account->identity_address,
		.from_name = "",
		.subject = w->record->subject,
		.language = p->language,
		.automatic = "own",
		.severity = "none",
		.ruleset_hash = "",
		.case_id = entry->case_id,
		.parent = w->record->id,
		.joined = "draft",
		.outgoing = true,
	};
	int r = store_next(p->txn, "message", &ours.id);

	return r < 0 ? r : record_message_put(p->txn, &ours);
}

/* Who acts for an owner today; NULL when nobody owns it. */
static const struct agent_config *
acts_for(const struct planner *p, const char *owner)
{
	const struct intake *intake = p->wanted->intake;
	const struct agent_config *agent = config_agent(intake->config, owner);

	return agent ? absence_acts(intake->config, agent, intake->account->zone, p->wanted->now_ms,
				    NULL)
		     : NULL;
}

/* The token of the case, which is made for its first draft. NULL when the account uses none. */
static int
need_token(struct planner *p, const char **ret)
{
	const struct outbox_plan *w = p->wanted;
	struct case_record *c = w->case_;
	struct subject_token token = { .case_id = c ? c->id : 0 };
	int r = 0;

	*ret = NULL;
	if (!c || !w->intake->account->subject_token)
		return 0;
	if (!c->subject_token || strlen(c->subject_token) != SUBJECT_TOKEN_CHECK) {
		r = subject_token_make(token.check);
		c->subject_token = r == 0 ? arena_strdup(p->arena, token.check) : "";
		if (r == 0)
			r = c->subject_token ? record_case_put(p->txn, c) : -ENOMEM;
	} else {
		memcpy(token.check, c->subject_token, sizeof(token.check));
	}
	if (r == 0)
		*ret = subject_token_text(p->arena, &token);
	return r == 0 && !*ret ? -ENOMEM : r;
}

/*
 * What the customer wishes and what would end it, into the case's history beside the draft. Never
 * into the draft: there are mail programs that send every field they find in one, and the customer
 * would read what nobody may tell.
 */
static int
note_minds(struct planner *p, const struct customer_record *customer)
{
	struct case_record *c = p->wanted->case_;
	json_t *never = json_array(), *wish = json_array(), *data;
	struct mind mind;
	int r;

	for (size_t i = 0; i < customer->mind_count && i < CARD_MINDS_EVER; i++)
		if (card_mind(p->arena, customer->minds[i], &mind))
			json_array_append_new(mind.never ? never : wish, json_string(mind.text));
	data = json_pack("{s:o, s:o}", "never", never, "wish", wish);
	r = data ? record_event_append(p->txn, p->arena, c, p->wanted->now_ms, "triaged", "card",
				       data)
		 : -ENOMEM;
	json_decref(data);
	return r < 0 ? r : record_case_put(p->txn, c);
}

/* Words that the draft does not say for nobody approved the sum in them. */
static int
note_withheld(struct planner *p, const struct draft_case *told)
{
	struct case_record *c = p->wanted->case_;
	json_t *data = json_pack("{s:s, s:s}", "sum", told->sum, "text", told->withheld);
	int r = data ? record_event_append(p->txn, p->arena, c, p->wanted->now_ms, "triaged",
					   "withheld", data)
		     : -ENOMEM;

	json_decref(data);
	return r < 0 ? r : record_case_put(p->txn, c);
}

static int
write_draft(struct planner *p, struct outbox_record *entry, struct outbox_record_payload *payload)
{
	const struct outbox_plan *w = p->wanted;
	const struct account_config *account = w->intake->account;
	struct draft_input input = {
		.account = account,
		.original = w->message,
		.case_ = w->case_,
		.language = p->language,
		.template =
			bundle_template(w->bundle, entry->argument, p->language, account->language),
		.template_name = entry->argument,
		.message_id = entry->message_id,
		.flags = w->record->hits,
		.now_ms = w->now_ms,
		.owner = w->case_ ? acts_for(p, w->case_->owner) : NULL,
	};
	struct draft_case told;
	struct draft_mail mail = { .text = NULL };
	char digest[65];
	int r;

	if (!input.template)
		return -ENOENT;
	r = need_token(p, &input.subject_token);
	if (r < 0)
		return r;
	r = draft_case_read(p->txn, p->arena, &input, &told);
	if (r == 0)
		r = draft_build(&input, p->arena, &mail);
	json_decref(told.record);
	if (r == -EPERM)
		*p->unapproved = mail.unapproved;
	if (r == 0 && told.withheld)
		r = note_withheld(p, &told);
	if (r == 0 && told.customer.mind_count > 0)
		r = note_minds(p, &told.customer);
	entry->template = entry->argument;
	if (r == 0) {
		record_sha256(mail.text, mail.len, digest);
		entry->digest = arena_strdup(p->arena, digest);
		entry->likeness = likeness_of(p->arena, mail.body);
		entry->names = mail.names;
		entry->size = payload->len = mail.len;
		payload->text = mail.text;
		r = entry->digest && entry->likeness ? 0 : -ENOMEM;
	}
	entry->argument = account->drafts ? account->drafts : "";
	return r < 0 ? r : remember_draft(p, entry);
}

/* Whom a notice goes to: whoever acts for the one who is named, when a notice reaches them. */
static const struct agent_config *
receiver(const struct planner *p, const struct action *action)
{
	const struct intake *intake = p->wanted->intake;
	const struct agent_config *agent, *acts;

	if (action->choice)
		return absence_role(intake->config, action->choice->role, intake->account->zone,
				    p->wanted->now_ms, true);
	agent = config_agent(intake->config, action->argument);
	acts = agent ? acts_for(p, agent->name) : NULL;
	return acts && *acts->address ? acts : agent;
}

/* The owner as a notice names them: with who acts for them. NULL when out of memory. */
static const char *
owner_words(const struct planner *p)
{
	const struct outbox_plan *w = p->wanted;
	const char *name = w->case_ ? w->case_->owner : "";
	const struct agent_config *agent = config_agent(w->intake->config, name);
	const struct agent_away *away =
		agent ? absence_of(agent, w->intake->account->zone, w->now_ms) : NULL;

	return away ? notice_away(p->arena, w->intake->account->language, name,
				  absence_day(p->arena, away->until), acts_for(p, name)->name)
		    : name;
}

static int
write_notice(struct planner *p, const struct action *action, struct outbox_record *entry,
	     struct outbox_record_payload *payload)
{
	const struct outbox_plan *w = p->wanted;
	const struct agent_config *agent = receiver(p, action);
	const char *subject, *body, *owner = owner_words(p);
	struct customer_record customer;
	int r = -ENOENT;

	if (!agent || !*agent->address || !w->intake->config->smtp.from)
		return -ENOENT;
	if (!owner)
		return -ENOMEM;
	if (w->case_)
		r = record_customer_get(p->txn, p->arena, w->case_->customer, &customer);
	if (r < 0 && r != -ENOENT)
		return r;
	r = notice_text(p->arena, w->intake->account->language, w->record, owner,
			r == 0 ? &customer : NULL, &subject, &body);
	if (r == 0 && action->informs)
		body = notice_superior(p->arena, w->intake->account->language, body, owner);
	if (r < 0 || !body)
		return r < 0 ? r : -ENOMEM;
	entry->argument = agent->address;
	return draft_notice(p->arena, w->intake->config->smtp.from, agent->address,
			    entry->message_id, w->now_ms, subject, body, &payload->text,
			    &payload->len);
}

static int
write_event(struct planner *p, struct outbox_record *entry, struct outbox_record_payload *payload)
{
	const struct message_record *m = p->wanted->record;
	json_t *flags = json_array(), *event;
	char *text = NULL, number[32] = "";

	for (int f = 0; flags && f < FLAG_COUNT; f++)
		if (m->hits & 1u << f)
			json_array_append_new(flags, json_string(flag_name((enum flag)f)));
	if (entry->case_id)
		snprintf(number, sizeof(number), "C%" PRIu64, entry->case_id);
	event = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:I}", "event", "mail.judged", "case",
			  number, "account", m->account, "message_id", m->message_id, "from",
			  m->from, "severity", m->severity, "flags", flags, "judged_ms",
			  (json_int_t)m->judged_ms);
	if (event)
		json_object_set_new(event, "subject", json_string(m->subject));
	text = event ? json_dumps(event, JSON_COMPACT) : NULL;
	json_decref(event);
	payload->text = text ? arena_strdup(p->arena, text) : NULL;
	payload->len = payload->text ? strlen(payload->text) : 0;
	free(text);
	return payload->text ? 0 : -ENOMEM;
}

/*
 * Fills in what this kind needs. -ENOENT, -EINVAL, -E2BIG, -EPERM: it cannot be made, -EBUSY: the
 * case is on hold (said in the case); go on without it.
 */
static int
fill_entry(struct planner *p, const struct action *action, struct outbox_record *entry,
	   struct outbox_record_payload *payload)
{
	switch (action->kind) {
	case ACTION_KEYWORD:
		entry->kind = OUTBOX_KEYWORD;
		return 0;
	case ACTION_FLAG:
		entry->kind = OUTBOX_FLAG;
		entry->argument = "\\Flagged";
		return 0;
	case ACTION_COPY:
	case ACTION_MOVE:
		entry->kind = action->kind == ACTION_COPY ? OUTBOX_COPY : OUTBOX_MOVE;
		entry->message_id = p->wanted->record->message_id;
		return 0;
	case ACTION_DRAFT:
		entry->kind = OUTBOX_DRAFT;
		if (p->wanted->case_ && case_on_hold(p->wanted->case_, p->wanted->now_ms))
			return -EBUSY;
		return write_draft(p, entry, payload);
	case ACTION_NOTIFY:
		entry->kind = OUTBOX_NOTIFY;
		return write_notice(p, action, entry, payload);
	case ACTION_WEBHOOK:
		entry->kind = OUTBOX_WEBHOOK;
		return write_event(p, entry, payload);
	case ACTION_ASSIGN:
		break;
	}
	return -EINVAL;
}

static int
note_unmade(struct planner *p, const struct action *action, int error)
{
	struct case_record *c = p->wanted->case_;
	const char *why =
		action->choice ? "nobody of that role who is there has an address, or smtp is not "
				 "configured"
			       : "its template, or the agent's address, is not configured";
	const char *until =
		c ? moment_text(p->arena, p->wanted->intake->account->zone, c->hold_ms) : "";
	json_t *data;
	int r;

	if (!c)
		return 0;
	if (error == -EINVAL)
		why = "the mail names nobody who could be answered";
	else if (error == -E2BIG)
		why = "its text grew too long";
	else if (error == -EPERM)
		why = arena_printf(p->arena, "it would name %s, which nobody approved",
				   p->unapproved->named);
	else if (error == -EBUSY)
		why = until ? arena_printf(p->arena, "the case is on hold until %s", until) : NULL;
	if (!why)
		return -ENOMEM;
	data = json_pack(
		"{s:s,s:s,s:s}", "action",
		outbox_kind_name(action->kind == ACTION_DRAFT ? OUTBOX_DRAFT : OUTBOX_NOTIFY),
		"rule", action->rule, "why", why);
	r = record_event_append(p->txn, p->arena, c, p->wanted->now_ms, "triaged", "left-out",
				data);
	json_decref(data);
	return r < 0 ? r : record_case_put(p->txn, c);
}

static int
plan_action(struct planner *p, const struct action *action, unsigned *count)
{
	const struct message_record *m = p->wanted->record;
	struct outbox_record_payload payload = { 0 };
	struct outbox_record entry = {
		.account = m->account,
		.state = OUTBOX_PLANNED,
		.folder = m->folder,
		.uidvalidity = m->uidvalidity,
		.uid = m->uid,
		.message = m->id,
		.case_id = m->case_id,
		.argument = action->argument ? action->argument : "",
		.template = "",
		.names = "",
		.digest = "",
		.likeness = "",
		.message_id = "",
		.size = m->size,
		.error = "",
		.rule = action->rule,
		.planned_ms = p->wanted->now_ms,
	};
	int r = store_next(p->txn, "outbox", &entry.id);

	if (r < 0)
		return r;
	entry.message_id = own_message_id(p, entry.id);
	if (!entry.message_id)
		return -ENOMEM;
	r = fill_entry(p, action, &entry, &payload);
	if (r == -ENOENT || r == -EINVAL || r == -E2BIG || r == -EBUSY || r == -EPERM)
		return note_unmade(p, action, r);
	if (r == 0)
		r = record_outbox_put(p->txn, &entry, payload.text ? &payload : NULL);
	*count += r == 0;
	return r;
}

int
outbox_plan_actions(struct store_txn *txn, struct arena *arena, const struct outbox_plan *wanted,
		    unsigned *ret_count)
{
	struct unapproved unapproved;
	struct planner p = { .txn = txn,
			     .arena = arena,
			     .wanted = wanted,
			     .language = wanted->message->language,
			     .unapproved = wanted->unapproved ? wanted->unapproved : &unapproved };
	unsigned count = 0;

	if (strcmp(p.language, "ko") != 0 && strcmp(p.language, "en") != 0)
		p.language = wanted->intake->account->language;
	for (size_t i = 0; i < wanted->plan->action_count; i++) {
		const struct action *action = &wanted->plan->actions[i];
		int r = 0;

		if (action->kind == ACTION_MOVE &&
		    strcmp(action->argument, wanted->record->folder) == 0)
			continue;
		if (action->kind != ACTION_ASSIGN)
			r = plan_action(&p, action, &count);
		if (r < 0)
			return r;
	}
	*ret_count = count;
	return 0;
}

struct last_mail {
	struct store_txn *txn;
	struct arena *arena;
	struct message_record mail; /* the newest of the customer's; id 0: none */
};

static int
visit_mail(void *context, const struct event_record *event)
{
	struct last_mail *last = context;
	struct message_record m;
	int r;

	if (strcmp(event->kind, "mail") != 0)
		return 0;
	r = case_mail_of(last->txn, last->arena, event, &m);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	record_message_free(&m);
	m.evidence = NULL;
	/* Mails that were moved here are told of later than they came. */
	if (!m.outgoing && m.id > last->mail.id)
		last->mail = m;
	return 0;
}

int
outbox_plan_by_hand(struct store_txn *txn, struct arena *arena, const struct intake *intake,
		    const struct bundle *bundle, struct case_record *c, const char *template,
		    const char *rule, int64_t now_ms, struct unapproved *ret_unapproved)
{
	struct last_mail last = { .txn = txn, .arena = arena };
	struct action action = { .kind = ACTION_DRAFT, .argument = template, .rule = rule };
	struct plan plan = { .actions = &action, .action_count = 1 };
	struct address from;
	struct message message;
	struct outbox_plan wanted = { .intake = intake,
				      .bundle = bundle,
				      .message = &message,
				      .record = &last.mail,
				      .case_ = c,
				      .plan = &plan,
				      .unapproved = ret_unapproved,
				      .now_ms = now_ms };
	unsigned count;
	int r = record_event_each(txn, arena, c->id, visit_mail, &last);

	*ret_unapproved = (struct unapproved){ "", "" };
	if (r < 0)
		return r;
	if (last.mail.id == 0)
		return -ENOENT;
	if (case_on_hold(c, now_ms))
		return -EBUSY;
	last.mail.hits = c->flags;
	/* It acts on no mail where that lies, and the mail's own entries do not wait for it. */
	last.mail.folder = "";
	last.mail.uid = last.mail.uidvalidity = 0;
	from = (struct address){ last.mail.from_name, last.mail.from };
	message = (struct message){ .arena = arena,
				    .message_id = last.mail.message_id,
				    .subject = last.mail.subject,
				    .date = last.mail.date,
				    .language = last.mail.language,
				    .from = { &from, 1 } };
	r = outbox_plan_actions(txn, arena, &wanted, &count);
	if (r == 0 && count == 0)
		r = *ret_unapproved->named ? -EPERM : -EINVAL;
	return r;
}

int
outbox_wrote(struct store_txn *txn, struct arena *arena, const struct intake *intake,
	     const struct message *message, bool *ret)
{
	const struct config *config = intake->config;
	uint64_t number;
	struct outbox_record entry;
	int r;

	*ret = false;
	if (!token_read(message->message_id, NULL, &number) || message->from.count != 1)
		return 0;
	/* A notice of one account may well come into the mailbox of another. */
	for (size_t i = 0; i < config->account_count; i++) {
		const struct account_config *account = &config->accounts[i];

		r = record_outbox_get(txn, arena, account->name, number, &entry);
		if (r < 0 && r != -ENOENT)
			return r;
		if (r == 0) {
			*ret = (entry.kind == OUTBOX_DRAFT || entry.kind == OUTBOX_NOTIFY) &&
			       strcmp(entry.message_id, message->message_id) == 0 &&
			       config_is_ours(config, account, message->from.list[0].address);
			return 0;
		}
	}
	return 0;
}
