/*
 * intake_earlier: whether a mail was there before, and what it means that it lies here now. See
 * intake_internal.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "correction.h"
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

/* Agents solve a case by moving its mail; where that cannot be, the history says why. */
static int
look_solved(struct commit *c, struct message_record *old)
{
	char reason[512];
	struct steer solve = { .verb = "solve",
			       .value = "",
			       .until = "",
			       .reason = reason,
			       .actor = "somebody",
			       .now_ms = c->now_ms };
	struct case_record kase;
	const char *said;
	struct err err;
	json_t *data;
	int r;

	snprintf(reason, sizeof(reason), "a mail of it was moved to %.400s", c->folder);
	r = steer_case(c->txn, c->arena, c->intake->config, c->bundle, old->case_id, &solve, &kase,
		       &said, &err);
	if (r != -EINVAL)
		return r;
	r = record_case_get(c->txn, c->arena, old->case_id, &kase);
	if (r < 0 || kase.state == CASE_SOLVED)
		return r;
	data = json_pack("{s:s, s:s}", "why", err.text, "reason", reason);
	r = data ? record_event_append(c->txn, c->arena, &kase, c->now_ms, "triaged", "left-open",
				       data)
		 : -ENOMEM;
	json_decref(data);
	return r < 0 ? r : record_case_put(c->txn, &kase);
}

/* What it means that a mail which is known lies in this folder. */
static int
look_seen(struct commit *c, const struct arrival *a, struct message_record *old)
{
	const char *solved = c->intake->account->solved;

	if (!solved || strcmp(c->folder, solved) != 0)
		return look_moved_back(c, a, old);
	return old->case_id ? look_solved(c, old) : 0;
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
