/*
 * resync: a folder whose UIDVALIDITY changed is matched again with what we know of it. One
 * transaction: the old numbering holds until the new one is complete.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "outbox.h"
#include "resync.h"

/* What one mail of the folder is to us. */
struct match {
	uint64_t message; /* message record, 0: unknown */
	uint32_t uid;     /* now */
	bool before;      /* arrived before we watched: none of ours */
	bool here;        /* its record names this folder: it gets the new number */
	enum ledger_state state;
	unsigned open;
	const char *reason;
};

struct resync {
	const struct intake *intake;
	const char *folder;
	struct store_txn *txn;
	struct arena *arena;
	struct cursor_record cursor;
	uint32_t uidvalidity;
	struct match *matches;
	size_t count, matched;
};

/*
 * Whether the mail was there before we watched. While the numbering that the folder was parked
 * under holds, its UIDs say so exactly. Times cannot: INTERNALDATE has whole seconds (RFC 9051,
 * date-time), and of a second that is on both sides nothing must be lost.
 */
static bool
was_before(const struct resync *s, const struct listed *listed)
{
	if (s->uidvalidity == s->cursor.parked_uidvalidity)
		return listed->uid <= s->cursor.parked_uid;
	return listed->received_ms < s->cursor.since_ms - s->cursor.since_ms % 1000;
}

static int
match_one(struct resync *s, const struct identity_listed *listed, struct match *m)
{
	const char *account = s->intake->account->name;
	struct message_record record;
	struct ledger_record entry;
	char fingerprint[65];
	int r;

	m->uid = listed->listed.uid;
	m->state = LEDGER_DONE;
	m->reason = "";
	m->before = was_before(s, &listed->listed);
	record_fingerprint(listed->message_id, listed->listed.size, listed->date_text, fingerprint);
	r = record_message_by_fingerprint(s->txn, account, fingerprint, &m->message);
	if (r == -ENOENT) {
		m->message = 0;
		return 0;
	}
	if (r == 0)
		r = record_message_get(s->txn, s->arena, m->message, &record);
	if (r < 0)
		return r;
	if (record.uidvalidity == s->cursor.uidvalidity && strcmp(record.folder, s->folder) == 0) {
		m->here = true;
		r = record_ledger_get(s->txn, s->arena, account, s->folder, record.uidvalidity,
				      record.uid, &entry);
		if (r == 0) {
			m->state = entry.state;
			m->open = entry.open;
			m->reason = entry.reason;
		}
	}
	record_message_free(&record);
	return r == -ENOENT ? 0 : r;
}

/* Gives the mail's record its new number. 1: another copy of the same mail has it. */
static int
renumber_record(struct resync *s, const struct match *m)
{
	struct message_record record;
	int r = record_message_get(s->txn, s->arena, m->message, &record);

	if (r < 0)
		return r;
	if (record.uidvalidity == s->uidvalidity) {
		r = record.uid != m->uid;
	} else {
		record.uidvalidity = s->uidvalidity;
		record.uid = m->uid;
		r = record_message_put(s->txn, &record);
	}
	record_message_free(&record);
	return r;
}

/*
 * Puts the new ledger and moves the cursor to the lowest mail that is not finished. What is new
 * gets an entry as well, planned and without a message: so that finishing a mail below it cannot
 * move the cursor past it.
 */
static int
renumber(struct resync *s)
{
	bool gap = false;
	int r = 0;

	s->cursor.uidvalidity = s->uidvalidity;
	s->cursor.next = 1;
	for (size_t i = 0; r >= 0 && i < s->count; i++) {
		const struct match *m = &s->matches[i];
		struct ledger_record entry = {
			.account = s->intake->account->name,
			.folder = s->folder,
			.uidvalidity = s->uidvalidity,
			.uid = m->uid,
			.state = m->state,
			.reason = m->reason,
			.message = m->message,
			.open = m->open,
		};

		if (m->here)
			r = renumber_record(s, m);
		if (!m->message && !m->before)
			entry.state = LEDGER_PLANNED;
		else if (r == 1)
			entry = (struct ledger_record){ .account = entry.account,
							.folder = s->folder,
							.uid = m->uid,
							.uidvalidity = s->uidvalidity,
							.state = LEDGER_DONE,
							.reason = "seen" };
		if (!gap)
			s->cursor.next = entry.state == LEDGER_PLANNED || m->uid == UINT32_MAX
						 ? m->uid
						 : m->uid + 1;
		gap = gap || entry.state == LEDGER_PLANNED;
		if (r >= 0 && (gap || entry.state == LEDGER_PARKED))
			r = record_ledger_put(s->txn, &entry);
	}
	return r < 0 ? r : record_cursor_put(s->txn, &s->cursor);
}

/*
 * Drops a numbering's entries. What was parked without ever being judged stays, when wanted, for a
 * person to see.
 */
static int
drop(struct resync *s, uint32_t uidvalidity, bool keep_parked)
{
	struct ledger_record *entries;
	size_t count;
	int r = ledger_list(s->txn, s->arena, s->intake->account->name, s->folder, uidvalidity, 1,
			    &entries, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		if (!keep_parked || entries[i].state != LEDGER_PARKED || entries[i].message)
			r = record_ledger_delete(s->txn, entries[i].account, entries[i].folder,
						 entries[i].uidvalidity, entries[i].uid);
	return r;
}

/*
 * Gives what is planned its mail's new number; a number of 0 lets the outbox find that the mail is
 * gone.
 */
static int
renumber_outbox(struct resync *s)
{
	struct outbox_record *entries;
	size_t count;
	int r = ledger_outbox(s->txn, s->arena, s->intake->account->name, &entries, &count);

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct outbox_record *e = &entries[i];
		struct message_record record;

		if (strcmp(e->folder, s->folder) != 0 || e->uidvalidity == s->uidvalidity)
			continue;
		e->uid = 0;
		e->uidvalidity = s->uidvalidity;
		r = record_message_get(s->txn, s->arena, e->message, &record);
		if (r == 0) {
			if (record.uidvalidity == s->uidvalidity &&
			    strcmp(record.folder, s->folder) == 0)
				e->uid = record.uid;
			record_message_free(&record);
		}
		r = r == 0 || r == -ENOENT ? record_outbox_put(s->txn, e, NULL) : r;
	}
	return r;
}

/* What comes from now on is new mail, whenever a person says that the folder is read again. */
static int
park_folder(struct resync *s)
{
	char why[160];

	snprintf(why, sizeof(why),
		 "UIDVALIDITY changed from %" PRIu32 " to %" PRIu32
		 " and only %zu of %zu mails are known",
		 s->cursor.uidvalidity, s->uidvalidity, s->matched, s->count);
	s->cursor.parked = why;
	s->cursor.since_ms = clock_now_ms(s->intake->clock);
	s->cursor.parked_uidvalidity = s->uidvalidity;
	s->cursor.parked_uid = 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->matches[i].uid > s->cursor.parked_uid)
			s->cursor.parked_uid = s->matches[i].uid;
	return record_cursor_put(s->txn, &s->cursor);
}

static int
resync_in(struct resync *s, const struct identity_listed *list)
{
	int r = record_cursor_get(s->txn, s->arena, s->intake->account->name, s->folder,
				  &s->cursor);

	for (size_t i = 0; r == 0 && i < s->count; i++) {
		r = match_one(s, &list[i], &s->matches[i]);
		s->matched += s->matches[i].message || s->matches[i].before;
	}
	if (r < 0)
		return r;
	if (s->cursor.next > 0 && s->count >= RESYNC_SMALL &&
	    s->matched * 100 < s->count * RESYNC_PERCENT) {
		r = park_folder(s);
		return r < 0 ? r : 1;
	}
	if (s->cursor.uidvalidity != s->uidvalidity)
		r = drop(s, s->uidvalidity, false);
	if (r == 0)
		r = drop(s, s->cursor.uidvalidity, true);
	if (r == 0)
		r = renumber(s);
	return r < 0 ? r : renumber_outbox(s);
}

int
resync_folder(const struct intake *intake, struct transport *transport, const char *folder,
	      const struct folder_state *state, struct err *err)
{
	struct resync s = { .intake = intake,
			    .folder = folder,
			    .uidvalidity = state->uidvalidity,
			    .arena = arena_new(0) };
	struct identity_listed *list = NULL;
	int r, parked;

	if (!s.arena)
		return err_set(err, -ENOMEM, "matching folder %s: out of memory", folder);
	r = transport->ops->identify(transport, 1, &list, &s.count, err);
	if (r < 0)
		goto out;
	s.matches = arena_calloc(s.arena, s.count ? s.count : 1, sizeof(*s.matches));
	r = s.matches ? store_begin(intake->store, true, &s.txn) : -ENOMEM;
	if (r < 0) {
		err_set(err, r, "matching folder %s after its UIDVALIDITY changed: %s", folder,
			strerror(-r));
		goto out;
	}
	parked = resync_in(&s, list);
	if (parked < 0) {
		store_abort(s.txn);
		r = err_set(err, parked, "matching folder %s after its UIDVALIDITY changed: %s",
			    folder, strerror(-parked));
		goto out;
	}
	r = store_commit(s.txn);
	if (r == 0)
		r = parked;
	else
		err_set(err, r, "writing the store: %s", strerror(-r));
out:
	free(list);
	arena_free(s.arena);
	return r;
}

int
resync_resume(struct store *store, const char *account, const char *folder)
{
	struct arena *arena = arena_new(0);
	struct cursor_record cursor;
	struct store_txn *txn;
	int r = arena ? store_begin(store, true, &txn) : -ENOMEM;

	if (r < 0)
		goto out;
	r = record_cursor_get(txn, arena, account, folder, &cursor);
	if (r == -ENOENT || (r == 0 && !*cursor.parked))
		r = -EALREADY;
	if (r == 0) {
		cursor.parked = "";
		cursor.next = 0;
		r = record_cursor_put(txn, &cursor);
	}
	if (r == 0)
		r = store_commit(txn);
	else
		store_abort(txn);
out:
	arena_free(arena);
	return r;
}
