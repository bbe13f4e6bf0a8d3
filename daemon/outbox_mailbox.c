/*
 * outbox_mailbox: carries out IMAP actions, each at most once.
 *
 * An entry in state unknown was started before and nobody knows how far it got: then the server is asked first.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbox.h"

#define GROUP_MAX	64
#define ROUNDS_MAX	100000		/* groups in one call; far above what one synchronisation plans */

struct run {
	const struct intake *intake;
	struct transport *transport;
	struct arena *arena;
	const char *selected;		/* folder that is selected now, NULL when unknown */
	uint32_t selected_validity;
	int select_error;		/* why it could not be selected */
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
	if (r < 0)
		snprintf(run->select_text, sizeof(run->select_text), "%s", err->text);
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
	return run->transport->ops->find(run->transport, e->argument, e->message_id, e->size,
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

static int
do_draft(struct run *run, struct outbox_result *result, struct err *err)
{
	struct outbox_record *e = &result->entry;
	const char *folder = *e->argument ? e->argument : NULL;
	struct outbox_record_payload payload;
	struct store_txn *txn;
	bool found = false;
	int r = 0;

	if (e->state == OUTBOX_UNKNOWN)
		r = run->transport->ops->find(run->transport, folder, e->message_id, 0, 1, &found, err);
	run->selected = NULL;		/* looking may have selected another folder */
	if (found || (r < 0 && r != -ENOENT))
		return r;
	r = store_begin(run->intake->store, false, &txn);
	if (r < 0)
		return err_set(err, r, "reading the draft from the store: %s", strerror(-r));
	r = record_outbox_payload(txn, run->arena, e->account, e->id, &payload);
	store_abort(txn);
	if (r < 0)
		return err_set(err, -EBADMSG, "the draft's text is no longer in the store");
	return run->transport->ops->append_draft(run->transport, folder, payload.text, payload.len, err);
}

static int
do_copy(struct run *run, struct outbox_result *result, struct err *err)
{
	struct outbox_record *e = &result->entry;
	bool found = false;
	int r = 0;

	if (e->state == OUTBOX_UNKNOWN) {
		r = target_has(run, e, &found, err);
		run->selected = NULL;
		if (r == 0 && !found)
			r = select_folder(run, e->folder, err);
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
			r = select_folder(run, e->folder, err);
		if (r < 0)
			return r;
	}
	return run->transport->ops->move(run->transport, e->uid, e->argument, copied, &result->moved_validity,
					 &result->moved_uid, err);
}

static int
act(struct run *run, struct outbox_result *result, struct err *err)
{
	struct outbox_record *e = &result->entry;

	switch (e->kind) {
	case OUTBOX_KEYWORD:
	case OUTBOX_FLAG:
		return run->transport->ops->add_flag(run->transport, e->uid, e->argument, err);
	case OUTBOX_COPY:
		return do_copy(run, result, err);
	case OUTBOX_DRAFT:
		return do_draft(run, result, err);
	case OUTBOX_MOVE:
		return do_move(run, result, err);
	case OUTBOX_NOTIFY:
	case OUTBOX_WEBHOOK:
	case OUTBOX_KIND_COUNT:
		break;
	}
	return err_set(err, -EINVAL, "not an action on a mailbox");
}

/* Errors that time, or an administrator, mends: over quota, the server says NO for now. */
static bool
worth_again(int error)
{
	return error == -EDQUOT || error == -EPERM;
}

static int
carry_out(struct run *run, struct outbox_result *result)
{
	struct outbox_record *e = &result->entry;
	struct err err = { 0 };
	int r = 0;

	if (e->kind != OUTBOX_DRAFT)
		r = select_folder(run, e->folder, &err);
	if (r == -ENOENT || (r < 0 && !transport_lost(r)))
		snprintf(err.text, sizeof(err.text), "%s", run->select_text);
	if (r == 0)
		r = e->uid || e->kind == OUTBOX_DRAFT ? act(run, result, &err) : -ESTALE;
	if (r == 0)
		err.text[0] = '\0';	/* of a step that failed and was made up for, such as a missing folder */
	if (r == -ESTALE) {		/* somebody moved or removed it first: theirs is the last word */
		snprintf(err.text, sizeof(err.text), "the mail was no longer in %s", e->folder);
		r = 0;
	}
	result->error = r;
	result->again = worth_again(r);
	snprintf(result->text, sizeof(result->text), "%s", err.text);
	return r;
}

/* Entries whose folder has another UIDVALIDITY wait until intake has matched the folder again. */
static int
check_validity(struct run *run, const struct outbox_record *e, struct err *err)
{
	int r;

	if (e->kind == OUTBOX_DRAFT)
		return 0;
	r = select_folder(run, e->folder, err);
	if (r < 0)
		return transport_lost(r) ? r : 0;
	if (run->selected_validity == e->uidvalidity)
		return 0;
	return err_set(err, -ESTALE, "folder %s has a new UIDVALIDITY", e->folder);
}

static int
run_group(struct run *run, struct outbox_record *entries, size_t count, struct outbox_counts *counts, struct err *err)
{
	struct outbox_result *results = arena_calloc(run->arena, count, sizeof(*results));
	size_t ready = 0, ended = 0;
	uint64_t held = 0;
	int r = 0, lost = 0;

	if (!results)
		return -ENOMEM;
	for (; ready < count; ready++) {
		r = check_validity(run, &entries[ready], err);
		if (r == 0)
			r = note_target(run, &entries[ready], err);
		if (r < 0)
			break;
	}
	if (ready == 0)
		return r;
	lost = r == -ESTALE ? 0 : r;
	if (lost)
		return lost;
	r = outbox_start(run->intake->store, entries, ready);
	if (r < 0)
		return err_set(err, r, "writing to the store: %s", strerror(-r));
	for (size_t i = 0; i < ready; i++) {
		struct outbox_result *result = &results[i];

		result->entry = entries[i];
		if (lost || (held == entries[i].message && entries[i].kind == OUTBOX_MOVE)) {
			result->error = OUTBOX_NOT_BEGUN;
		} else {
			r = carry_out(run, result);
			lost = r < 0 && transport_lost(r) ? r : 0;
			held = result->again ? entries[i].message : held;
		}
		counts->done += result->error == 0;
		counts->failed += result->error < 0 && result->error != OUTBOX_NOT_BEGUN && !result->again;
		ended++;
		if (lost)
			err_set(err, lost, "%s", result->text);
	}
	r = outbox_finish(run->intake, results, ended);
	if (r < 0)
		return err_set(err, r, "writing to the store: %s", strerror(-r));
	return lost;
}

int
outbox_run_mailbox(const struct intake *intake, struct transport *transport, struct outbox_counts *ret, struct err *err)
{
	struct run run = { .intake = intake, .transport = transport, .arena = arena_new(0) };
	struct outbox_counts counts = { 0 };
	int r = 0;

	if (!run.arena)
		return -ENOMEM;
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		struct outbox_record *entries;
		size_t count;

		r = outbox_due(intake, run.arena, OUTBOX_KINDS_MAILBOX, GROUP_MAX, &entries, &count, &counts.next_ms);
		if (r < 0 || count == 0)
			break;
		r = run_group(&run, entries, count, &counts, err);
		if (r < 0)
			break;
		run.selected = NULL;
		arena_reset(run.arena);
	}
	arena_free(run.arena);
	*ret = counts;
	return r;
}
