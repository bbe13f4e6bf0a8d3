/*
 * intake_earlier: whether a mail was there before, and what it means that it lies here now. See
 * intake_internal.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "correction.h"
#include "filters/charset.h"
#include "intake_internal.h"
#include "steer.h"

/* A mail that we moved and that a person took out of that folder again. */
static int
look_moved_back(struct commit *c, const struct arrival *a, struct message_record *old)
{
	if (!*old->moved_by || strcmp(old->folder, c->folder) == 0)
		return 0;
	old->uidvalidity = c->cursor.uidvalidity;
	old->uid = a->listed.uid;
	return correction_of_move(c->txn, c->arena, c->bundle->policy, old, c->folder, c->now_ms);
}

/* Agents steer a case by moving its mail; where that cannot be, the history says why. */
static int
steer_by_move(struct commit *c, const struct message_record *old, const char *verb,
	      const char *value, const char *actor, const char *refused)
{
	char reason[512];
	const struct steer steer = { .verb = verb,
				     .value = value,
				     .until = "",
				     .reason = reason,
				     .actor = actor,
				     .now_ms = c->now_ms };
	struct case_record kase;
	const char *said;
	struct err err;
	json_t *data;
	int r;

	snprintf(reason, sizeof(reason), "a mail of it was moved to %.*s",
		 (int)utf8_cut(c->folder, strlen(c->folder), 400), c->folder);
	r = steer_case(c->txn, c->arena, c->intake->config, c->bundle, old->case_id, &steer, &kase,
		       &said, &err);
	if (r != -EINVAL)
		return r == -ENOENT ? 0 : r;
	r = record_case_get(c->txn, c->arena, old->case_id, &kase);
	if (r < 0)
		return r;
	data = json_pack("{s:s, s:s}", "why", err.text, "reason", reason);
	r = data ? record_event_append(c->txn, c->arena, &kase, c->now_ms, "triaged", refused, data)
		 : -ENOMEM;
	json_decref(data);
	return r < 0 ? r : record_case_put(c->txn, &kase);
}

/* Whether the case of a mail is in that state; false as well when it is gone. */
static int
is_in_state(struct commit *c, const struct message_record *m, enum case_state state, bool *ret)
{
	struct case_record kase;
	int r = record_case_get(c->txn, c->arena, m->case_id, &kase);

	*ret = r == 0 && kase.state == state;
	return r == -ENOENT ? 0 : r;
}

static int
look_solved(struct commit *c, const struct message_record *old)
{
	bool open;
	int r = is_in_state(c, old, CASE_OPEN, &open);

	return r == 0 && open ? steer_by_move(c, old, "solve", "", "somebody", "left-open") : r;
}

/* Out of the folder of solved ones again. */
static int
look_reopened(struct commit *c, const struct message_record *old)
{
	bool solved;
	int r = is_in_state(c, old, CASE_SOLVED, &solved);

	return r == 0 && solved ? steer_by_move(c, old, "reopen", "", "somebody", "left-solved")
				: r;
}

/* What it means that a mail which is known lies in this folder. */
static int
look_seen(struct commit *c, const struct arrival *a, struct message_record *old)
{
	const struct folder_role_config *role = config_folder_role(c->intake->account, c->folder),
					*was = config_folder_role(c->intake->account, old->folder);
	bool moved = strcmp(old->folder, c->folder) != 0;
	int r = 0;

	if (old->outgoing || (role && role->role == FOLDER_SENT))
		return 0;
	if (!role && (!was || !moved))
		return look_moved_back(c, a, old);
	if (role && role->role == FOLDER_HARMLESS && moved)
		r = correction_of_threat(c->txn, c->arena, c->bundle->policy, old, c->folder,
					 c->now_ms);
	else if (role && role->role == FOLDER_SOLVED && old->case_id)
		r = look_solved(c, old);
	else if (role && role->role == FOLDER_MINE && old->case_id)
		r = steer_by_move(c, old, "assign", role->agent, role->agent, "left-with");
	else if (!role && was->role == FOLDER_SOLVED && old->case_id)
		r = look_reopened(c, old);
	if (r < 0)
		return r;
	old->folder = c->folder;
	old->uidvalidity = c->cursor.uidvalidity;
	old->uid = a->listed.uid;
	if (role)
		old->moved_by = "";
	return record_message_put(c->txn, old);
}

int
intake_earlier(struct commit *c, const struct arrival *a, enum earlier *ret)
{
	const char *account = c->intake->account->name;
	struct message_record old = { 0 };
	uint64_t id;
	int r;

	*ret = EARLIER_NONE;
	r = record_message_by_fingerprint(c->txn, account, a->fingerprint, &id);
	if (r == 0)
		r = record_message_get(c->txn, c->arena, id, &old);
	if (r == 0) {
		if (strcmp(old.digest, a->digest) == 0)
			*ret = EARLIER_SEEN;
		if (*ret == EARLIER_SEEN)
			r = look_seen(c, a, &old);
		record_message_free(&old);
	}
	if (*ret != EARLIER_NONE || !*a->message->message_id || (r < 0 && r != -ENOENT))
		return r == -ENOENT ? 0 : r;
	r = record_message_by_id(c->txn, account, a->message->message_id, &id);
	if (r == 0)
		r = record_message_get(c->txn, c->arena, id, &old);
	if (r == 0) {
		if (!old.outgoing && strcmp(old.content, a->content) == 0)
			*ret = EARLIER_DUPLICATE;
		record_message_free(&old);
	}
	return r == -ENOENT ? 0 : r;
}
