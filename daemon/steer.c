/*
 * steer: see steer.h.
 */
#include "steer_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "case.h"
#include "conduct.h"
#include "moment.h"
#include "outbox.h"
#include "playbook.h"
#include "sla.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define HOLD_MAX_MS (INT64_C(366) * 24 * 60 * 60 * 1000)

static bool
is_one_of(const char *const *list, const char *word)
{
	for (size_t i = 0; list[i]; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* The case's account; NULL when it is not in the configuration any more. */
static const struct account_config *
account_of(const struct turn *t)
{
	for (size_t i = 0; i < t->config->account_count; i++)
		if (strcmp(t->config->accounts[i].name, t->c.account) == 0)
			return &t->config->accounts[i];
	return NULL;
}

const struct zone *
turn_zone(const struct turn *t)
{
	const struct account_config *account = account_of(t);

	return account ? account->zone : NULL;
}

/* Puts the case with an event of the verb's kind. Takes over data. */
int
turn_put(struct turn *t, const char *kind, json_t *data)
{
	int r = data ? record_event_append(t->txn, t->arena, &t->c, t->steer->now_ms,
					   t->steer->actor, kind, data)
		     : -ENOMEM;

	json_decref(data);
	t->c.updated_ms = t->steer->now_ms;
	return r < 0 ? r : record_case_put(t->txn, &t->c);
}

/* Reads until: it must lie ahead. */
int
turn_until(struct turn *t, int64_t *ret_ms)
{
	const struct steer *s = t->steer;

	*ret_ms = moment_parse(turn_zone(t), s->now_ms, s->until);
	if (*ret_ms < 0)
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" is no time; write 2026-12-01 10:00, 2026-12-01, +2h or "
			       "+3d",
			       s->until);
	if (*ret_ms <= s->now_ms)
		return err_set(t->err, -EINVAL, "%.60s has passed already; say a time to come",
			       s->until);
	return 0;
}

/* Whoever reads abuse again does so knowingly, and the record says so. */
static int
do_unmask(struct turn *t)
{
	t->said = "all its words are shown";
	return turn_put(t, "unmasked", json_pack("{s:s}", "reason", t->steer->reason));
}

/* The customer stays with whom they were given to. */
static int
keep_owner(struct turn *t, const char *agent)
{
	struct customer_record customer;
	int r = record_customer_get(t->txn, t->arena, t->c.customer, &customer);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	customer.owner = agent;
	return record_customer_put(t->txn, &customer);
}

/* "kim, lee" */
static const char *
agent_names(struct turn *t)
{
	struct buf names = { .arena = t->arena };

	for (size_t i = 0; i < t->config->agent_count && names.len < 200; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", t->config->agents[i].name);
	return names.len > 0 && buf_string(&names) ? names.at : "none";
}

static int
do_assign(struct turn *t)
{
	const struct agent_config *agent = config_agent(t->config, t->steer->value);
	int r;

	if (!agent)
		return err_set(
			t->err, -EINVAL,
			"nobody is called \"%.60s\"; the agents of the configuration are: %s",
			t->steer->value, agent_names(t));
	t->said = arena_printf(t->arena, "C%" PRIu64 " is now %s's", t->c.id, agent->display);
	r = keep_owner(t, agent->name);
	if (r < 0)
		return r;
	return case_assign(t->txn, t->arena, &t->c, agent->name,
			   *t->steer->reason ? t->steer->reason : "said by hand", t->steer->actor,
			   t->steer->now_ms);
}

static int
do_note(struct turn *t)
{
	t->said = arena_printf(t->arena, "noted in C%" PRIu64, t->c.id);
	return turn_put(t, "noted", json_pack("{s:s}", "text", t->steer->value));
}

static int
do_fault(struct turn *t)
{
	const char *before = t->c.fault;

	if (!is_one_of(playbook_faults, t->steer->value))
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" says nothing about whose fault it is; say ours, shared, "
			       "theirs, baseless or unknown",
			       t->steer->value);
	t->c.fault = strcmp(t->steer->value, "unknown") == 0 ? "" : t->steer->value;
	t->said = arena_printf(t->arena, "the fault in C%" PRIu64 " is now: %s", t->c.id,
			       t->steer->value);
	return turn_put(t, "fault",
			json_pack("{s:s, s:s, s:s}", "before", before, "fault", t->steer->value,
				  "reason", t->steer->reason));
}

static int
do_stage(struct turn *t)
{
	const char *before = t->c.stage;

	if (!is_one_of(playbook_stages, t->steer->value))
		return err_set(t->err, -EINVAL,
			       "\"%.60s\" is no stage; say new, acknowledged, investigating, "
			       "approval, offered, agreed, fulfilling or confirmed",
			       t->steer->value);
	t->c.stage = t->steer->value;
	t->said =
		arena_printf(t->arena, "C%" PRIu64 " is now at the stage: %s", t->c.id, t->c.stage);
	return turn_put(t, "stage",
			json_pack("{s:s, s:s, s:s}", "before", before, "stage", t->c.stage,
				  "reason", t->steer->reason));
}

/* A hold has somebody who keeps it, a reason and an end: "nobody acts" is no plan. */
static int
do_hold(struct turn *t)
{
	int64_t until;
	int r;

	if (!*t->steer->until || !*t->steer->reason)
		return err_set(t->err, -EINVAL,
			       "a hold needs an end and a reason: case hold C%" PRIu64
			       " --until +1d --reason \"...\"",
			       t->c.id);
	r = turn_until(t, &until);
	if (r < 0)
		return r;
	if (until > t->steer->now_ms + HOLD_MAX_MS)
		return err_set(t->err, -EINVAL,
			       "%s is more than a year away; hold it for less, and look again",
			       t->steer->until);
	sla_hold(t->config, &t->c, until, t->steer->now_ms);
	t->c.hold_ms = until;
	t->c.hold_by = t->steer->actor;
	t->c.hold_reason = t->steer->reason;
	t->said = arena_printf(t->arena, "C%" PRIu64 " is on hold until %s: no draft is laid out",
			       t->c.id, moment_text(t->arena, turn_zone(t), until));
	return turn_put(t, "held",
			json_pack("{s:I, s:s, s:s}", "until_ms", (json_int_t)until, "until",
				  moment_text(t->arena, turn_zone(t), until), "reason",
				  t->steer->reason));
}

static int
do_release(struct turn *t)
{
	if (!case_on_hold(&t->c, t->steer->now_ms))
		return err_set(t->err, -EINVAL, "C%" PRIu64 " is not on hold", t->c.id);
	sla_hold(t->config, &t->c, t->steer->now_ms, t->steer->now_ms);
	t->c.hold_ms = 0;
	t->c.hold_by = t->c.hold_reason = "";
	t->said = arena_printf(t->arena, "C%" PRIu64 " is not on hold any more", t->c.id);
	return turn_put(t, "released", json_pack("{s:s}", "reason", t->steer->reason));
}

/* The template that was named, or the one that the playbook has for the case. */
static int
which_template(struct turn *t, const char **ret_template, const char **ret_why)
{
	const struct playbook_step *step;
	struct customer_record customer;
	const char *conduct, *standing;
	int r;

	r = record_customer_get(t->txn, t->arena, t->c.customer, &customer);
	if (r < 0 && r != -ENOENT)
		return r;
	conduct = r == 0 ? conduct_now(&customer, t->steer->now_ms) : "";
	standing = r == 0 ? card_standing(&customer) : "";
	step = playbook_next(t->bundle->playbook, &t->c, conduct, standing);
	if (*t->steer->value) {
		const char *about = playbook_conduct(t->bundle->playbook, t->steer->value);
		bool other = step && strcmp(step->template, t->steer->value) != 0;

		/* What it tells somebody decides first, with a reason that is written down. */
		if (*about && strcmp(about, conduct) != 0)
			return err_set(t->err, -EINVAL,
				       "%s tells a customer that they are at the step %s, and this "
				       "one is at %s; first: case conduct C%" PRIu64
				       " %s --reason \"...\"",
				       t->steer->value, about, *conduct ? conduct : "none", t->c.id,
				       about);
		if (*about)
			t->c.conduct_told = conduct;
		*ret_template = t->steer->value;
		*ret_why = !other ? "asked for by hand"
				  : arena_printf(t->arena,
						 "asked for by hand; by the record %s comes next",
						 step->template);
		return *ret_why ? 0 : -ENOMEM;
	}
	if (!step)
		return err_set(t->err, -EINVAL,
			       "the playbook has nothing for this case now; name a template: case "
			       "draft C%" PRIu64 " acknowledge",
			       t->c.id);
	if (step->tells_conduct)
		t->c.conduct_told = conduct;
	*ret_template = step->template;
	*ret_why = arena_printf(t->arena, "%s (playbook, line %u: %s)", step->why, step->line,
				step->name);
	return *ret_why ? 0 : -ENOMEM;
}

/* Why no draft could be planned, in words. */
static int
no_draft(struct turn *t, const char *template, const struct unapproved *unapproved, int error)
{
	if (error == -EPERM)
		return err_set(
			t->err, -EINVAL,
			"the draft from the template %s would name %s, which nobody approved in "
			"C%" PRIu64 "; nothing was made: take the sum out of the template",
			template, unapproved->named, t->c.id);
	if (error == -ENOENT || error == -EINVAL)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " has nobody who could be answered",
			       t->c.id);
	if (error == -EBUSY)
		return err_set(t->err, -EINVAL,
			       "C%" PRIu64 " is on hold until %s by %s: %s; case release ends it",
			       t->c.id, moment_text(t->arena, turn_zone(t), t->c.hold_ms),
			       t->c.hold_by, t->c.hold_reason);
	return error;
}

int
turn_draft(struct turn *t, const char *template, const char *why)
{
	struct intake intake = { .config = t->config, .account = account_of(t) };
	struct unapproved unapproved;
	int r;

	if (!intake.account)
		return err_set(t->err, -EINVAL,
			       "the account %s is not in the configuration any more", t->c.account);
	if (!bundle_template(t->bundle, template, t->c.language, intake.account->language))
		return err_set(t->err, -EINVAL, "there is no template \"%.60s\"; there are: %s",
			       template, bundle_template_names(t->bundle, t->arena, t->c.language));
	t->said = arena_printf(t->arena, "a draft from the template %s is on its way: %s", template,
			       why);
	r = turn_put(t, "draft-asked",
		     json_pack("{s:s, s:s, s:s}", "template", template, "why", why, "reason",
			       t->steer->reason));
	if (r == 0)
		r = outbox_plan_by_hand(t->txn, t->arena, &intake, t->bundle, &t->c, template,
					"asked for", t->steer->now_ms, &unapproved);
	return r < 0 ? no_draft(t, template, &unapproved, r) : 0;
}

static int
do_draft(struct turn *t)
{
	const char *template = "", *why = "";
	int r = which_template(t, &template, &why);

	return r < 0 ? r : turn_draft(t, template, why);
}

static int
do_solve(struct turn *t)
{
	int r;

	if (t->c.state == CASE_SOLVED)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " is solved already", t->c.id);
	r = turn_check_promises(t);
	if (r < 0)
		return r;
	t->c.state = CASE_SOLVED;
	t->c.waiting_ms = t->c.awaits_ms = 0;
	t->c.awaits = "";
	sla_solved(&t->c, t->steer->now_ms);
	t->said = arena_printf(t->arena, "C%" PRIu64 " is solved", t->c.id);
	return turn_put(t, "solved", json_pack("{s:s}", "reason", t->steer->reason));
}

static int
do_reopen(struct turn *t)
{
	if (t->c.state == CASE_OPEN)
		return err_set(t->err, -EINVAL, "C%" PRIu64 " is open", t->c.id);
	t->c.state = CASE_OPEN;
	sla_reopened(t->config, &t->c, t->steer->now_ms);
	t->said = arena_printf(t->arena, "C%" PRIu64 " is open again", t->c.id);
	return turn_put(t, "reopened", json_pack("{s:s}", "reason", t->steer->reason));
}

static const struct {
	int (*act)(struct turn *t);
	bool takes_value, needs_value;
} acts[] = {
	{ do_assign, true, true },      { do_note, true, true },
	{ do_fault, true, true },       { do_stage, true, true },
	{ do_hold, false, false },      { do_release, false, false },
	{ turn_promise, true, true },   { turn_kept, true, false },
	{ turn_call_off, true, false }, { turn_ask, true, true },
	{ turn_fact, true, true },      { turn_approve, true, true },
	{ turn_cause, true, true },     { turn_worked, true, true },
	{ turn_conduct, true, true },   { do_draft, true, false },
	{ do_solve, false, false },     { do_reopen, false, false },
	{ turn_merge, true, true },     { turn_split, true, true },
	{ do_unmask, false, false },    { turn_allow_colleagues, true, false },
};

/* In the order of acts. */
const struct steer_verb steer_verbs[] = {
	{ "assign", "case assign C12 AGENT [--reason TEXT]" },
	{ "note", "case note C12 TEXT" },
	{ "fault", "case fault C12 ours|shared|theirs|baseless|unknown [--reason TEXT]" },
	{ "stage", "case stage C12 STAGE [--reason TEXT]" },
	{ "hold", "case hold C12 --until TIME --reason TEXT" },
	{ "release", "case release C12 [--reason TEXT]" },
	{ "promise", "case promise C12 TEXT --until TIME" },
	{ "kept", "case kept C12 [NUMBER]" },
	{ "call-off", "case call-off C12 [NUMBER] --reason TEXT" },
	{ "ask", "case ask C12 QUESTION --until TIME" },
	{ "fact", "case fact C12 situation|interim|lasting TEXT [--until TIME]" },
	{ "approve", "case approve C12 AMOUNT --reason TEXT" },
	{ "cause", "case cause C12 WORDS|none [--reason TEXT]" },
	{ "worked", "case worked C12 [back] 1h30m [--reason TEXT]" },
	{ "conduct",
	  "case conduct C12 notice|warning|restricted|parted|clear --reason TEXT [--until TIME]" },
	{ "draft", "case draft C12 [TEMPLATE]" },
	{ "solve", "case solve C12 [--reason TEXT]" },
	{ "reopen", "case reopen C12 [--reason TEXT]" },
	{ "merge", "case merge C12 C15 --reason TEXT" },
	{ "split", "case split C12 M45 --reason TEXT" },
	{ "unmask", "case show --unmask C12 [--reason TEXT]" },
	{ "allow-colleagues", "case allow-colleagues C12 [no] [--reason TEXT]" },
};

const size_t steer_verb_count = COUNT(steer_verbs);

_Static_assert(COUNT(steer_verbs) == COUNT(acts), "every verb has its act");

const struct steer_verb *
steer_verb(const char *name)
{
	for (size_t i = 0; i < steer_verb_count; i++)
		if (strcmp(steer_verbs[i].name, name) == 0)
			return &steer_verbs[i];
	return NULL;
}

/* What is written may come into a mail or onto a terminal. */
static bool
is_plain(const char *text)
{
	/* Next line, line and paragraph separator, and what turns the direction of writing. */
	static const char *const hidden[] = { "\xc2\x85", "\u2028", "\u2029", "\u202a", "\u202b",
					      "\u202c",   "\u202d", "\u202e", "\u2066", "\u2067",
					      "\u2068",   "\u2069", "\u200e", "\u200f" };

	for (size_t i = 0; i < COUNT(hidden); i++)
		if (strstr(text, hidden[i]))
			return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static int
check(const struct steer *s, size_t verb, struct err *err)
{
	if (strlen(s->value) > STEER_TEXT_MAX || strlen(s->reason) > STEER_TEXT_MAX)
		return err_set(err, -EINVAL, "the text is longer than %d bytes; say it shorter",
			       STEER_TEXT_MAX);
	if (*s->reason && !s->reason[strspn(s->reason, " ")])
		return err_set(err, -EINVAL, "the reason is empty; say why");
	if (!is_plain(s->value) || !is_plain(s->reason))
		return err_set(err, -EINVAL,
			       "the text holds a control character; write it in one line of plain "
			       "words");
	if ((acts[verb].needs_value && !s->value[strspn(s->value, " ")]) ||
	    (!acts[verb].takes_value && *s->value))
		return err_set(err, -EINVAL, "say: %s", steer_verbs[verb].usage);
	return 0;
}

int
steer_case(struct store_txn *txn, struct arena *arena, const struct config *config,
	   const struct bundle *bundle, uint64_t case_id, const struct steer *steer,
	   struct case_record *ret, const char **ret_said, struct err *err)
{
	const struct steer_verb *verb = steer_verb(steer->verb);
	struct turn t = { .txn = txn,
			  .arena = arena,
			  .config = config,
			  .bundle = bundle,
			  .steer = steer,
			  .err = err };
	int r;

	if (!verb)
		return err_set(err, -EINVAL, "a case cannot be asked to \"%.40s\"", steer->verb);
	r = check(steer, (size_t)(verb - steer_verbs), err);
	if (r < 0)
		return r;
	r = record_case_get(txn, arena, case_id, &t.c);
	if (r == -ENOENT)
		return err_set(err, r, "there is no case C%" PRIu64, case_id);
	/* Reading it goes on; nothing is written to it that would have to be forgotten again. */
	if (r == 0 && t.c.forgotten_ms > 0 && strcmp(steer->verb, "unmask") != 0)
		return err_set(err, -EINVAL,
			       "what C%" PRIu64 " said of people was erased; nothing more is done "
			       "with it",
			       case_id);
	if (r == 0 && t.c.merged && strcmp(verb->name, "note") && strcmp(verb->name, "unmask"))
		r = err_set(err, -EINVAL,
			    "C%" PRIu64 " was merged into C%" PRIu64 "; say it of that one", t.c.id,
			    t.c.merged);
	if (r == 0)
		r = acts[verb - steer_verbs].act(&t);
	if (r == 0 && !t.said)
		r = -ENOMEM;
	if (r < 0)
		return r == -EINVAL ? r
				    : err_set(err, r, "writing to case C%" PRIu64 ": %s", case_id,
					      strerror(-r));
	*ret = t.c;
	*ret_said = t.said;
	return 0;
}

bool
case_on_hold(const struct case_record *c, int64_t now_ms)
{
	return c->hold_ms > now_ms;
}
