/*
 * intake_earlier: whether a mail was there before, and what it means that it lies here now. See
 * intake_internal.h.
 */
#include <errno.h>
#include <string.h>

#include "correction.h"
#include "intake_internal.h"

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
			r = look_moved_back(c, a, &old);
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
