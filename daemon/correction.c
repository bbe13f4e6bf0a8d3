/*
 * correction: see correction.h.
 */
#include "correction.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "case.h"

#define MAILS_MAX 10000u /* of one case */

int
correction_parse(const char *text, struct correction *ret, struct err *err)
{
	struct correction c = *ret;

	while (*(text += strspn(text, ", ")) != '\0') {
		size_t len = strcspn(text, ", ");
		char name[64];
		int flag = -1;

		if (len > 1 && len < sizeof(name) && (text[0] == '+' || text[0] == '-')) {
			memcpy(name, text + 1, len - 1);
			name[len - 1] = '\0';
			flag = flag_by_name(name);
			if (flag < 0 && flag_nearest(name))
				return err_set(err, -EINVAL,
					       "there is no flag \"%s\"; did you mean %s?", name,
					       flag_nearest(name));
		}
		if (flag < 0)
			return err_set(err, -EINVAL,
				       "\"%.*s\" is no correction; write +threat.legal for a flag "
				       "that is missing, -abuse.insult for one that is wrong",
				       (int)(len < 64 ? len : 64), text);
		if (text[0] == '+')
			c.missing |= (flag_set)1 << flag;
		else
			c.wrong |= (flag_set)1 << flag;
		text += len;
	}
	if (c.missing & c.wrong)
		return err_set(err, -EINVAL, "the same flag cannot be missing and wrong");
	if (!c.missing && !c.wrong)
		return err_set(err, -EINVAL,
			       "say which flags are wrong (-abuse.insult) or missing "
			       "(+threat.legal)");
	*ret = c;
	return 0;
}

int
correction_flags(struct store_txn *txn, struct arena *arena, const struct message_record *m,
		 flag_set *ret)
{
	flag_set flags = m->hits;

	for (int f = 0; f < FLAG_COUNT; f++) {
		struct correction_record c;
		int r = record_correction_get(txn, arena, m->id, (enum flag)f, &c);

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (c.missing)
			flags |= (flag_set)1 << f;
		else
			flags &= ~((flag_set)1 << f);
	}
	*ret = flags;
	return 0;
}

/* The rules whose evidence raised a flag, each once. */
static int
rules_of(struct arena *arena, const struct message_record *m, enum flag flag,
	 struct correction_record *c)
{
	const json_t *one;
	size_t i;

	c->rules = arena_calloc(arena, json_array_size(m->evidence) + 1, sizeof(*c->rules));
	if (!c->rules)
		return -ENOMEM;
	json_array_foreach(m->evidence, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "flag"));
		const char *rule = json_string_value(json_object_get(one, "rule"));
		bool known = false;

		if (!name || !rule || strcmp(name, flag_name(flag)) != 0)
			continue;
		for (size_t k = 0; k < c->rule_count && !known; k++)
			known = strcmp(c->rules[k], rule) == 0;
		if (!known)
			c->rules[c->rule_count++] = rule;
	}
	return 0;
}

/* One flag of one mail. Saying what the rules said takes an earlier correction back. */
static int
correct(struct store_txn *txn, struct arena *arena, const struct message_record *m, enum flag flag,
	bool missing, const char *how, const char *actor, int64_t now_ms)
{
	bool raised = (m->hits & (flag_set)1 << flag) != 0;
	struct correction_record c = { .message = m->id,
				       .flag = flag,
				       .missing = missing,
				       .account = m->account,
				       .case_id = m->case_id,
				       .actor = actor,
				       .how = how,
				       .at_ms = now_ms };
	int r = 0;

	if (raised == missing) {
		r = record_correction_delete(txn, arena, m->id, flag);
		return r == -ENOENT ? 0 : r;
	}
	if (!missing)
		r = rules_of(arena, m, flag, &c);
	return r < 0 ? r : record_correction_put(txn, arena, &c);
}

/* The mails of a case that the customer wrote, oldest first. */
struct mails {
	struct store_txn *txn;
	struct arena *arena;
	struct message_record *list;
	size_t count, room;
};

static int
visit_mail(void *context, const struct event_record *event)
{
	struct mails *mails = context;
	size_t room = mails->room ? mails->room * 2 : 16;
	struct message_record m;
	void *grown;
	int r;

	if (strcmp(event->kind, "mail") != 0 || mails->count == MAILS_MAX)
		return 0;
	r = case_mail_of(mails->txn, mails->arena, event, &m);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (m.outgoing) {
		record_message_free(&m);
		return 0;
	}
	if (mails->count == mails->room) {
		grown = arena_grow(mails->arena, mails->list, mails->room * sizeof(m),
				   room * sizeof(m));
		if (!grown) {
			record_message_free(&m);
			return -ENOMEM;
		}
		mails->list = grown;
		mails->room = room;
	}
	mails->list[mails->count++] = m;
	return 0;
}

static void
free_mails(struct mails *mails)
{
	for (size_t i = 0; i < mails->count; i++)
		record_message_free(&mails->list[i]);
}

/* The severity of a mail whose flags are these. */
static enum severity
severity_of(const struct policy *policy, flag_set flags, flag_set undetermined)
{
	struct verdict v = { .incomplete = false };

	for (int f = 0; f < FLAG_COUNT; f++)
		v.flags[f].answer = flags & (flag_set)1 << f          ? ANSWER_HIT
				    : undetermined & (flag_set)1 << f ? ANSWER_UNDETERMINED
								      : ANSWER_CLEAR;
	return policy_severity(policy, &v);
}

/* Sets flags and severity of the case from its mails as they are now. */
static int
weigh(struct mails *mails, const struct policy *policy, struct case_record *c)
{
	enum severity highest = SEVERITY_NONE, one;
	flag_set all = 0, flags;

	for (size_t i = 0; i < mails->count; i++) {
		int r = correction_flags(mails->txn, mails->arena, &mails->list[i], &flags);

		if (r < 0)
			return r;
		all |= flags;
		one = severity_of(policy, flags, mails->list[i].undetermined);
		highest = one > highest ? one : highest;
	}
	c->flags = all;
	c->severity = severity_name(highest);
	return 0;
}

int
correction_recount(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   struct case_record *c)
{
	struct mails mails = { .txn = txn, .arena = arena };
	int r = record_event_each(txn, arena, c->id, visit_mail, &mails);

	if (r == 0)
		r = weigh(&mails, policy, c);
	free_mails(&mails);
	return r;
}

/* Flags and severity of the case follow its mails; the event says who did what. */
static int
conclude(struct mails *mails, const struct policy *policy, struct case_record *c, const char *actor,
	 int64_t now_ms, json_t *data)
{
	int r = data ? weigh(mails, policy, c) : -ENOMEM;

	if (r == 0) {
		c->updated_ms = now_ms;
		json_object_set_new(data, "severity", json_string(c->severity));
		r = record_event_append(mails->txn, mails->arena, c, now_ms, actor, "corrected",
					data);
	}
	json_decref(data);
	return r < 0 ? r : record_case_put(mails->txn, c);
}

/* "+threat.legal -abuse.insult" */
static json_t *
change_json(flag_set missing, flag_set wrong)
{
	char text[FLAG_COUNT * 32] = "";
	size_t at = 0;

	for (int f = 0; f < FLAG_COUNT; f++) {
		flag_set bit = (flag_set)1 << f;

		if ((missing | wrong) & bit)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%c%s",
					       at ? " " : "", missing & bit ? '+' : '-',
					       flag_name((enum flag)f));
	}
	return json_pack("{s:s}", "change", text);
}

/* A wrong flag is taken from every mail that has it, a missing one given to the newest. */
static int
correct_flag(struct mails *mails, enum flag flag, bool missing, const struct correction *say,
	     uint64_t case_id, struct err *err)
{
	bool any = false;

	for (size_t i = mails->count; i-- > 0;) {
		struct message_record *m = &mails->list[i];
		flag_set flags;
		int r = correction_flags(mails->txn, mails->arena, m, &flags);

		if (r < 0)
			return r;
		if (((flags >> flag) & 1) == missing) {
			if (missing)
				break;
			continue;
		}
		r = correct(mails->txn, mails->arena, m, flag, missing, "said", say->actor,
			    say->now_ms);
		if (r < 0)
			return r;
		any = true;
		if (missing)
			break;
	}
	if (any)
		return 0;
	return err_set(err, -EINVAL,
		       missing ? "the newest mail of C%llu has %s already"
			       : "no mail of C%llu has %s",
		       (unsigned long long)case_id, flag_name(flag));
}

int
correction_of_case(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   uint64_t case_id, const struct correction *say, struct case_record *ret,
		   struct err *err)
{
	struct mails mails = { .txn = txn, .arena = arena };
	struct case_record c;
	int r = record_case_get(txn, arena, case_id, &c);

	if (r == -ENOENT)
		return err_set(err, r, "there is no case C%llu", (unsigned long long)case_id);
	if (r == 0)
		r = record_event_each(txn, arena, case_id, visit_mail, &mails);
	for (int f = 0; r == 0 && f < FLAG_COUNT; f++) {
		bool missing = (say->missing & (flag_set)1 << f) != 0;

		if (missing || (say->wrong & (flag_set)1 << f))
			r = correct_flag(&mails, (enum flag)f, missing, say, case_id, err);
	}
	if (r == 0)
		r = conclude(&mails, policy, &c, say->actor, say->now_ms,
			     change_json(say->missing, say->wrong));
	free_mails(&mails);
	if (r < 0 && r != -EINVAL)
		return err_set(err, r, "correcting C%llu: %s", (unsigned long long)case_id,
			       strerror(-r));
	if (r == 0)
		*ret = c;
	return r;
}

/* The case follows what was said of one of its mails. */
static int
conclude_case(struct store_txn *txn, struct arena *arena, const struct policy *policy,
	      uint64_t case_id, flag_set wrong, const char *folder, int64_t now_ms)
{
	struct mails mails = { .txn = txn, .arena = arena };
	json_t *data = change_json(0, wrong);
	struct case_record c;
	int r = record_case_get(txn, arena, case_id, &c);

	if (r == 0)
		r = record_event_each(txn, arena, case_id, visit_mail, &mails);
	if (r == 0) {
		json_object_set_new(data, "moved_to", json_string(folder));
		r = conclude(&mails, policy, &c, "mailbox", now_ms, data);
	} else {
		json_decref(data);
	}
	free_mails(&mails);
	return r == -ENOENT ? 0 : r;
}

/* Flags of a mail that somebody who moved it does not believe; the case follows. */
static int
take_back(struct store_txn *txn, struct arena *arena, const struct policy *policy,
	  const struct message_record *m, flag_set wrong, const char *folder, int64_t now_ms)
{
	int r = 0;

	for (int f = 0; r == 0 && f < FLAG_COUNT; f++)
		if (wrong & (flag_set)1 << f)
			r = correct(txn, arena, m, (enum flag)f, false, "moved", "mailbox", now_ms);
	if (r == 0 && wrong && m->case_id)
		r = conclude_case(txn, arena, policy, m->case_id, wrong, folder, now_ms);
	return r;
}

int
correction_of_threat(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		     const struct message_record *m, const char *folder, int64_t now_ms)
{
	flag_set threats = (flag_set)1 << FLAG_EXTORTION | flag_set_by_name("threat"), flags;
	int r = correction_flags(txn, arena, m, &flags);

	return r < 0 ? r : take_back(txn, arena, policy, m, flags & threats, folder, now_ms);
}

int
correction_of_move(struct store_txn *txn, struct arena *arena, const struct policy *policy,
		   struct message_record *m, const char *folder, int64_t now_ms)
{
	flag_set wrong, flags;
	int r = correction_flags(txn, arena, m, &flags);

	if (r < 0)
		return r;
	wrong = policy_rule_flags(policy, m->moved_by, m->hits) & flags;
	r = take_back(txn, arena, policy, m, wrong, folder, now_ms);
	if (r < 0)
		return r;
	m->folder = folder;
	m->moved_by = "";
	return record_message_put(txn, m);
}
