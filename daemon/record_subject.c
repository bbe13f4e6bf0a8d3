/*
 * record_subject: which open cases of a customer have which subject.
 *
 * An index of each account by the customer without subaddress, then the SHA-256 of what subject.h
 * makes of the subject, then the case. Cases that are solved, or whose subject says too little, are
 * not in it.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

#include "participant.h"
#include "subject.h"

/* Without the case. Unusable when the customer or the subject cannot tell. */
static int
prefix_of(struct arena *arena, const char *account, const char *customer, const char *subject,
	  struct record_key *ret)
{
	const char *person = participant_base(arena, customer),
		   *base = subject_base(arena, subject);
	char digest[65];

	if (!person || !base)
		return -ENOMEM;
	*ret = record_key(account, 'j');
	record_sha256(base, strlen(base), digest);
	record_key_string(ret, person);
	record_key_string(ret, digest);
	ret->failed |= !person[0] || !base[0];
	return 0;
}

static int
key_of(struct arena *arena, const struct case_record *c, struct record_key *ret)
{
	int r = prefix_of(arena, c->account, c->customer, c->subject, ret);

	record_key_u64(ret, c->id);
	ret->failed |= c->state != CASE_OPEN;
	return r;
}

int
record_subject_move(struct store_txn *txn, struct arena *arena, const struct case_record *old,
		    const struct case_record *c)
{
	struct record_key from = { .failed = true }, to = { .len = 0 };
	struct span there;
	bool moved;
	int r = old ? key_of(arena, old, &from) : 0;

	if (r == 0)
		r = key_of(arena, c, &to);
	if (r < 0)
		return r;
	moved = to.failed || from.len != to.len || memcmp(from.at, to.at, to.len) != 0;
	if (!from.failed && moved)
		r = record_index(txn, &from, false, NULL);
	if (r < 0 || to.failed)
		return r;
	/* Also for a case of a store that had no such index. */
	r = store_get(txn, record_key_span(&to), &there);
	return r == -ENOENT ? record_index(txn, &to, true, NULL) : r;
}

struct subject_visit {
	struct store_txn *txn;
	struct arena *arena;
	unsigned left;
	int (*visit)(void *context, const struct case_record *record);
	void *context;
};

static int
visit_subject(void *context, struct span key, struct span value)
{
	struct subject_visit *v = context;
	struct case_record c;
	int r;

	(void)value;
	if (v->left == 0)
		return 1;
	v->left--;
	r = record_case_get(v->txn, v->arena, record_key_last_u64(key), &c);
	if (r < 0)
		return r == -ENOENT ? -EBADMSG : r;
	return v->visit(v->context, &c);
}

int
record_case_by_subject(struct store_txn *txn, struct arena *arena, const char *account,
		       const char *customer, const char *subject,
		       int (*visit)(void *context, const struct case_record *record), void *context)
{
	struct subject_visit v = { txn, arena, RECORD_SUBJECT_CASES, visit, context };
	struct record_key prefix;
	int r = prefix_of(arena, account, customer, subject, &prefix);

	if (r < 0 || prefix.failed)
		return r;
	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, true,
			   visit_subject, &v);
}
