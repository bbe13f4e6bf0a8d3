/*
 * outbox_mailbox: carries out IMAP actions, each at most once.
 *
 * An entry in state unknown was started before and nobody knows how far it got: then the server is
 * asked first.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "case.h"
#include "outbox.h"
#include "token.h"

#define GROUP_MAX 64
#define GROUPS_MAX 8 /* in one call: new mail is not to wait for thousands of actions */

struct run {
	const struct intake *intake;
	struct transport *transport;
	struct arena *arena; /* reset after every group */
	struct outbox_counts *counts;
	uint64_t held;        /* message of which an action failed for now: its move waits */
	const char *selected; /* folder that is selected now, NULL when unknown */
	uint32_t selected_validity;
	bool selected_keywords;
	int select_error; /* why it could not be selected */
	char select_text[512];
};

static int
select_folder(struct run *run, const char *folder, struct err *err)
{
	struct folder_state state;
	int r;

	if (run->selected && strcmp(run->selected, folder) == 0)
		return run->select_error;
	r = run->transport->ops->select(run->transport, folder, &state, err);
	if (r < 0 && transport_lost(r))
		return r;
	run->selected = folder;
	run->select_error = r;
	run->selected_validity = r < 0 ? 0 : state.uidvalidity;
	run->selected_keywords = r == 0 && state.keywords;
	if (r < 0)
		snprintf(run->select_text, sizeof(run->select_text), "%s", err->text);
	return r;
}

/*
 * Selects the folder an entry's message lies in. A new UIDVALIDITY since the group was begun ends
 * the connection: what is begun is then looked at again under the new numbers.
 */
static int
select_source(struct run *run, const struct outbox_record *e, struct err *err)
{
	int r = select_folder(run, e->folder, err);

	if (r == 0 && run->selected_validity != e->uidvalidity)
		return err_set(err, -EPIPE, "folder %s was made anew while it was worked on",
			       e->folder);
	if (r < 0 && !transport_lost(r))
		snprintf(err->text, sizeof(err->text), "%s", run->select_text);
	return r;
}

/* UIDVALIDITY and UIDNEXT of the target before we act: later this tells whether a copy arrived. */
static int
note_target(struct run *run, struct outbox_record *e, struct err *err)
{
	struct folder_state state = { 0 };
	int r;

	if ((e->kind != OUTBOX_COPY && e->kind != OUTBOX_MOVE) || e->state == OUTBOX_UNKNOWN)
		return 0;
	r = run->transport->ops->status(run->transport, e->argument, &state, err);
	if (r < 0 && transport_lost(r))
		return r;
	e->target_validity = state.uidvalidity;
	e->target_next = state.uidnext ? state.uidnext : 1;
	return 0;
}

/* Whether an earlier try already put the message into the target folder. */
static int
target_has(struct run *run, const struct outbox_record *e, bool *ret, struct err *err)
{
	struct folder_state state = { 0 };
	int r = run->transport->ops->status(run->transport, e->argument, &state, err);

	*ret = false;
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	/* A folder made by our own try, or made anew since: look at all of it. */
	return run->transport->ops->find(
		run->transport, e->argument, e->message_id, e->size,
		state.uidvalidity == e->target_validity ? e->target_next : 1, ret, err);
}

static int
source_has(struct run *run, uint32_t uid, bool *ret, struct err *err)
{
	struct listed *list;
	size_t count;
	int r = run->transport->ops->list(run->transport, uid, &list, &count, err);

	if (r < 0)
		return r;
	*ret = count > 0 && list[0].uid == uid;
	free(list);
	return 0;
}

/* 1: a draft says more than is approved in its case now (said in err). */
static int
says_too_much(struct run *run, struct store_txn *txn, const struct outbox_record *e,
	      struct err *err)
{
	struct case_record c;
	int r = *e->names ? case_follow(txn, run->arena, e->case_id, &c) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = approval_covers(run->arena, &c, e->names);
	if (r != 0)
		return r < 0 ? r : 0;
	err_set(err, -EBADMSG,
		"it says %s, and now %s is approved: ask for it again, case draft C%" PRIu64,
		e->names, *c.approved ? c.approved : "nothing", c.id);
	return 1;
}

static int
do_draft(struct run *run, const struct outbox_record *e, struct err *err)
{
	const char *folder = *e->argument ? e->argument : NULL;
	struct outbox_record_payload payload;
	struct store_txn *txn;
	bool found = false;
	int r = 0;

	if (e->state == OUTBOX_UNKNOWN) {
		r = run->transport->ops->find(run->transport, folder, e->message_id, 0, 1, &found,
					      err);
		run->selected = NULL; /* looking may have selected another folder */
	}
	if (found || (r < 0 && r != -ENOENT))
		return r;
	r = store_begin(run->intake->store, false, &txn);
	if (r == 0) {
		r = record_outbox_payload(txn, run->arena, e->account, e->id, &payload);
		if (r == 0)
			r = says_too_much(run, txn, e, err);
		store_abort(txn);
	}
	if (r > 0)
		return -EBADMSG;
	if (r == -ENOENT)
		return err_set(err, -EBADMSG, "the draft's text is no longer in the store");
	if (r < 0)
		return err_set(err, -EAGAIN, "reading the draft from the store: %s", strerror(-r));
	return run->transport->ops->append_draft(run->transport, folder, payload.text, payload.len,
						 err);
}

static bool
is_digest(void *context, const void *bytes, size_t len)
{
	char digest[65];

	record_sha256(bytes, len, digest);
	return strcmp(digest, context) == 0;
}

/* 1: the draft is still to be taken out; -EAGAIN: nobody knows yet whether it lies there. */
static int
must_withdraw(struct run *run, const struct outbox_record *e, struct err *err)
{
	struct outbox_record draft = { .state = OUTBOX_DONE };
	struct err unsaid;
	struct store_txn *txn;
	uint64_t number;
	bool stale;
	int r = store_begin(run->intake->store, false, &txn);

	if (r < 0)
		return err_set(err, -EAGAIN, "reading the store: %s", strerror(-r));
	r = says_too_much(run, txn, e, &unsaid);
	stale = r == 1;
	if (stale && token_read(e->message_id, NULL, &number))
		r = record_outbox_get(txn, run->arena, e->account, number, &draft);
	store_abort(txn);
	if (r < 0 && r != -ENOENT)
		return err_set(err, -EAGAIN, "reading the draft from the store: %s", strerror(-r));
	if (draft.state != OUTBOX_DONE && draft.state != OUTBOX_FAILED)
		return err_set(err, -EAGAIN, "the draft is still being laid out");
	return stale;
}

static int
do_withdraw(struct run *run, struct outbox_result *result, struct err *err)
{
	const struct outbox_record *e = &result->entry;
	enum withdrawn done = WITHDRAWN_NONE;
	int r = must_withdraw(run, e, err);

	if (r == 1) {
		r = run->transport->ops->withdraw(run->transport, *e->argument ? e->argument : NULL,
						  e->message_id, e->size, is_digest,
						  (void *)(uintptr_t)e->digest, &done, err);
		run->selected = NULL;
	}
	result->gone = r == 0 && done == WITHDRAWN_NONE;
	result->changed = r == 0 && done == WITHDRAWN_CHANGED;
	return r;
}

static int
do_copy(struct run *run, const struct outbox_record *e, struct err *err)
{
	bool found = false;
	int r = 0;

	if (e->state == OUTBOX_UNKNOWN) {
		r = target_has(run, e, &found, err);
		run->selected = NULL;
		if (r == 0 && !found)
			r = select_source(run, e, err);
	}
	if (r < 0 || found)
		return r;
	return run->transport->ops->copy(run->transport, e->uid, e->argument, err);
}

static int
do_move(struct run *run, struct outbox_result *result, struct err *err)
{
	struct outbox_record *e = &result->entry;
	bool there = true, copied = false;
	int r = 0;

	if (e->state == OUTBOX_UNKNOWN) {
		r = source_has(run, e->uid, &there, err);
		if (r < 0 || !there)
			return r;
		r = target_has(run, e, &copied, err);
		run->selected = NULL;
		if (r == 0)
			r = select_source(run, e, err);
		if (r < 0)
			return r;
	}
	return run->transport->ops->move(run->transport, e->uid, e->argument, copied,
					 &result->moved_validity, &result->moved_uid, err);
}

/*
 * A keyword that the folder cannot take (PERMANENTFLAGS without \*, RFC 3501 7.1) will not be taken
 * later either.
 */
static int
do_flag(struct run *run, const struct outbox_record *e, struct err *err)
{
	int r = run->transport->ops->add_flag(run->transport, e->uid, e->argument, err);

	return r == -EPERM && e->kind == OUTBOX_KEYWORD && !run->selected_keywords ? -ENOTSUP : r;
}

static int
act(struct run *run, struct outbox_result *result, struct err *err)
{
	struct outbox_record *e = &result->entry;

	switch (e->kind) {
	case OUTBOX_KEYWORD:
	case OUTBOX_FLAG:
		return do_flag(run, e, err);
	case OUTBOX_COPY:
		return do_copy(run, e, err);
	case OUTBOX_DRAFT:
		return do_draft(run, e, err);
	case OUTBOX_MOVE:
		return do_move(run, result, err);
	case OUTBOX_WITHDRAW:
		return do_withdraw(run, result, err);
	case OUTBOX_NOTIFY:
	case OUTBOX_WEBHOOK:
	case OUTBOX_KIND_COUNT:
		break;
	}
	return err_set(err, -EINVAL, "not an action on a mailbox");
}

/*
 * Errors that time, or an administrator, mends: over quota, the server says NO for now, the store
 * cannot be read.
 */
static bool
worth_again(int error)
{
	return error == -EDQUOT || error == -EPERM || error == -EAGAIN;
}

static int
carry_out(struct run *run, struct outbox_result *result)
{
	struct outbox_record *e = &result->entry;
	struct err err = { 0 };
	int r = 0;

	intake_beat(run->intake);
	if (outbox_is_source_bound(e->kind))
		r = e->uid ? select_source(run, e, &err) : -ESTALE;
	if (r == 0)
		r = act(run, result, &err);
	if (r == 0)
		err.text[0] = '\0'; /* of a step that failed and was made up for, such as a missing
				       folder */
	if (r == -ESTALE) { /* somebody moved or removed it first: theirs is the last word */
		snprintf(err.text, sizeof(err.text), "the mail was no longer in %s", e->folder);
		result->gone = true;
		r = 0;
	}
	result->error = r;
	result->again = worth_again(r);
	snprintf(result->text, sizeof(result->text), "%s", err.text);
	return r;
}

/*
 * Whether another entry of the group puts a mail that looks the same into the same folder: their
 * copies could be mixed up.
 */
static bool
is_double(const struct outbox_record *entries, size_t count, const struct outbox_record *e)
{
	if (e->kind != OUTBOX_COPY && e->kind != OUTBOX_MOVE)
		return false;
	for (size_t i = 0; i < count; i++)
		if ((entries[i].kind == OUTBOX_COPY || entries[i].kind == OUTBOX_MOVE) &&
		    entries[i].size == e->size && entries[i].message != e->message &&
		    strcmp(entries[i].argument, e->argument) == 0 &&
		    strcmp(entries[i].message_id, e->message_id) == 0)
			return true;
	return false;
}

/*
 * Looks whether an entry can be begun. 1: its folder has another UIDVALIDITY; it waits until intake
 * has matched the folder again.
 */
static int
check_entry(struct run *run, struct outbox_record *e, struct err *err)
{
	int r;

	if (!outbox_is_source_bound(e->kind))
		return 0;
	r = select_folder(run, e->folder, err);
	if (r < 0)
		return transport_lost(r) ? r : 0;
	if (run->selected_validity != e->uidvalidity)
		return 1;
	return note_target(run, e, err);
}

/*
 * The connection broke while an entry was looked at: others go first next time, this one may be
 * why.
 */
static int
put_off(struct run *run, const struct outbox_record *e, int error, const struct err *err)
{
	struct outbox_result result = { .entry = *e, .error = error, .again = true };

	result.entry.attempts++;
	snprintf(result.text, sizeof(result.text), "%s", err->text);
	return outbox_finish(run->intake, &result, 1);
}

/*
 * Takes the entries that can be begun to the front. Stops at the first that must go with another
 * group.
 */
static int
prepare(struct run *run, struct outbox_record *entries, size_t *count, uint64_t *ret_seen,
	struct err *err)
{
	size_t ready = 0;
	int r = 0;

	for (size_t i = 0; i < *count; i++) {
		if (is_double(entries, ready, &entries[i]))
			break;
		r = check_entry(run, &entries[i], err);
		if (r < 0) {
			int r2 = put_off(run, &entries[i], r, err);

			return r2 < 0 ? err_set(err, r2, "writing to the store: %s", strerror(-r2))
				      : r;
		}
		if (r == 0)
			entries[ready++] = entries[i];
		*ret_seen = entries[i].id;
	}
	*count = ready;
	return 0;
}

/* One entry of a group that was started. Returns the error that lost the connection. */
static int
run_entry(struct run *run, struct outbox_result *result, bool skip)
{
	struct outbox_record *e = &result->entry;
	int r;

	if (skip || intake_stopping(run->intake) || e->state == OUTBOX_DONE ||
	    (e->kind == OUTBOX_MOVE && run->held == e->message)) {
		result->error = OUTBOX_NOT_BEGUN;
		return 0;
	}
	r = carry_out(run, result);
	if (result->again && outbox_is_source_bound(e->kind))
		run->held = e->message;
	return r < 0 && transport_lost(r) ? r : 0;
}

static int
run_group(struct run *run, struct outbox_record *entries, size_t count, struct err *err)
{
	struct outbox_result *results = arena_calloc(run->arena, count, sizeof(*results));
	int r, lost = 0;

	if (!results)
		return err_set(err, -ENOMEM, "carrying out actions: out of memory");
	r = outbox_start(run->intake->store, run->arena, entries, count);
	if (r < 0)
		return err_set(err, r, "writing to the store: %s", strerror(-r));
	for (size_t i = 0; i < count; i++) {
		results[i].entry = entries[i];
		r = run_entry(run, &results[i], lost < 0);
		if (r < 0)
			lost = err_set(err, r, "%s", results[i].text);
	}
	r = outbox_finish(run->intake, results, count);
	if (r < 0)
		return err_set(err, r, "writing to the store: %s", strerror(-r));
	for (size_t i = 0; i < count; i++) {
		const struct outbox_record *e = &results[i].entry;

		run->counts->done += e->state == OUTBOX_DONE;
		run->counts->failed += e->state == OUTBOX_FAILED;
		run->counts->next_ms = outbox_earlier(run->counts->next_ms, e->next_ms);
	}
	return lost;
}

int
outbox_run_mailbox(const struct intake *intake, struct transport *transport,
		   struct outbox_counts *ret, struct err *err)
{
	struct outbox_counts counts = { 0 };
	struct run run = {
		.intake = intake, .transport = transport, .arena = arena_new(0), .counts = &counts
	};
	struct outbox_walk walk = { 0 };
	size_t count = 1;
	int r = run.arena ? 0 : err_set(err, -ENOMEM, "carrying out actions: out of memory");

	for (unsigned group = 0;
	     r == 0 && count > 0 && group < GROUPS_MAX && !intake_stopping(intake);) {
		struct outbox_record *entries;
		size_t ready;

		r = outbox_due(intake, run.arena, OUTBOX_KINDS_MAILBOX, GROUP_MAX, &walk, &entries,
			       &count);
		if (r < 0)
			err_set(err, r, "reading the store: %s", strerror(-r));
		ready = r == 0 ? count : 0;
		if (ready > 0) {
			uint64_t seen = 0;

			r = prepare(&run, entries, &ready, &seen, err);
			walk.from = seen + 1;
		}
		if (r == 0 && ready > 0) {
			r = run_group(&run, entries, ready, err);
			group++;
		}
		run.selected = NULL;
		arena_reset(run.arena);
	}
	arena_free(run.arena);
	counts.more = r == 0 && count > 0;
	counts.next_ms = outbox_earlier(counts.next_ms, walk.next_ms);
	*ret = counts;
	return r;
}
