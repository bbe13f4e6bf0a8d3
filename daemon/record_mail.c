/*
 * record_mail: the records intake keeps of a mail: cursor, ledger, message.
 *
 * Cursor and ledger entries live under their account, folder and UID. Message records have numbers
 * that all accounts share; their indexes by Message-ID and fingerprint are the account's own, so no
 * mail finds another account's.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "record_io.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const ledger_states[] = { "planned", "done", "parked" };

#define LEDGER_STATES (sizeof(ledger_states) / sizeof(ledger_states[0]))

const char *
ledger_state_name(enum ledger_state state)
{
	return (unsigned)state < LEDGER_STATES ? ledger_states[state] : "unknown";
}

static struct record_key
cursor_key(const char *account, const char *folder)
{
	struct record_key key = record_key(account, 'r');

	record_key_string(&key, folder);
	return key;
}

int
record_cursor_get(struct store_txn *txn, struct arena *arena, const char *account,
		  const char *folder, struct cursor_record *ret)
{
	struct record_key key = cursor_key(account, folder);
	struct cursor_record c;
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	c.account = arena_strdup(arena, account);
	c.folder = arena_strdup(arena, folder);
	c.uidvalidity = record_read_u32(&r, "uidvalidity");
	c.next = record_read_u32(&r, "next");
	c.since_ms = record_read_number(&r, "since_ms", INT64_MIN, INT64_MAX);
	c.parked = record_read_string(&r, "parked");
	c.parked_uidvalidity = record_read_u32(&r, "parked_uidvalidity");
	c.parked_uid = record_read_u32(&r, "parked_uid");
	if (record_read_end(&r) < 0)
		return r.error;
	if (!c.account || !c.folder)
		return -ENOMEM;
	*ret = c;
	return 0;
}

int
record_cursor_put(struct store_txn *txn, const struct cursor_record *record)
{
	struct record_key key = cursor_key(record->account, record->folder);
	struct record_writer w;

	record_write_begin(&w);
	record_write_number(&w, "next", record->next);
	record_write_string(&w, "parked", record->parked);
	record_write_number(&w, "parked_uid", record->parked_uid);
	record_write_number(&w, "parked_uidvalidity", record->parked_uidvalidity);
	record_write_number(&w, "since_ms", record->since_ms);
	record_write_number(&w, "uidvalidity", record->uidvalidity);
	return record_write_put(txn, &key, &w);
}

static struct record_key
ledger_prefix(const char *account, const char *folder, uint32_t uidvalidity)
{
	struct record_key key = record_key(account, 'l');

	record_key_string(&key, folder);
	record_key_u32(&key, uidvalidity);
	return key;
}

static struct record_key
ledger_key(const char *account, const char *folder, uint32_t uidvalidity, uint32_t uid)
{
	struct record_key key = ledger_prefix(account, folder, uidvalidity);

	record_key_u32(&key, uid);
	return key;
}

static struct record_key
parked_key(const char *account, const char *folder, uint32_t uidvalidity, uint32_t uid)
{
	struct record_key key = record_key_shared('p');

	record_key_string(&key, account);
	record_key_string(&key, folder);
	record_key_u32(&key, uidvalidity);
	record_key_u32(&key, uid);
	return key;
}

/* An entry of the parked table also says whose it is: its key may hold a hash. */
static int
ledger_write(struct store_txn *txn, const struct record_key *key,
	     const struct ledger_record *record, bool whose)
{
	struct record_writer w;

	record_write_begin(&w);
	if (whose) {
		record_write_string(&w, "account", record->account);
		record_write_string(&w, "folder", record->folder);
	}
	record_write_number(&w, "message", (int64_t)record->message);
	record_write_number(&w, "open", record->open);
	record_write_string(&w, "reason", record->reason);
	record_write_string(&w, "state", ledger_state_name(record->state));
	if (whose) {
		record_write_number(&w, "uid", record->uid);
		record_write_number(&w, "uidvalidity", record->uidvalidity);
	}
	return record_write_put(txn, key, &w);
}

/* Fills what the value says and leaves the key's members alone. */
static void
ledger_read(struct record_reader *r, struct ledger_record *l)
{
	l->message = record_read_u64(r, "message");
	l->open = record_read_u32(r, "open");
	l->reason = record_read_string(r, "reason");
	l->state = (enum ledger_state)record_read_name(r, "state", ledger_states, LEDGER_STATES);
}

int
record_ledger_get(struct store_txn *txn, struct arena *arena, const char *account,
		  const char *folder, uint32_t uidvalidity, uint32_t uid, struct ledger_record *ret)
{
	struct record_key key = ledger_key(account, folder, uidvalidity, uid);
	struct ledger_record l = { .uidvalidity = uidvalidity, .uid = uid };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	ledger_read(&r, &l);
	if (record_read_end(&r) < 0)
		return r.error;
	l.account = arena_strdup(arena, account);
	l.folder = arena_strdup(arena, folder);
	if (!l.account || !l.folder)
		return -ENOMEM;
	*ret = l;
	return 0;
}

int
record_ledger_put(struct store_txn *txn, const struct ledger_record *record)
{
	struct record_key key =
		ledger_key(record->account, record->folder, record->uidvalidity, record->uid);
	struct record_key parked =
		parked_key(record->account, record->folder, record->uidvalidity, record->uid);
	int r;

	if ((unsigned)record->state >= LEDGER_STATES)
		return -EINVAL;
	r = ledger_write(txn, &key, record, false);
	if (r < 0)
		return r;
	if (record->state == LEDGER_PARKED)
		return ledger_write(txn, &parked, record, true);
	return record_index(txn, &parked, false, NULL);
}

int
record_ledger_delete(struct store_txn *txn, const char *account, const char *folder,
		     uint32_t uidvalidity, uint32_t uid)
{
	struct record_key key = ledger_key(account, folder, uidvalidity, uid);
	struct record_key parked = parked_key(account, folder, uidvalidity, uid);
	int r = store_delete(txn, record_key_span(&key));

	return r < 0 ? r : record_index(txn, &parked, false, NULL);
}

struct ledger_visit {
	struct arena *arena;
	const char *account, *folder; /* NULL: they are in the value */
	uint32_t uidvalidity;
	int (*visit)(void *context, const struct ledger_record *record);
	void *context;
};

static int
visit_ledger(void *context, struct span key, struct span value)
{
	struct ledger_visit *v = context;
	struct ledger_record l = { .account = v->account,
				   .folder = v->folder,
				   .uidvalidity = v->uidvalidity };
	struct record_reader r;

	if (record_read(&r, v->arena, value) < 0)
		return record_read_end(&r);
	ledger_read(&r, &l);
	if (v->account) {
		/*
		 * The account, the folder and the UIDVALIDITY are the prefix; what is left is the
		 * UID.
		 */
		l.uid = (uint32_t)record_key_last_u64(key);
	} else {
		l.account = record_read_string(&r, "account");
		l.folder = record_read_string(&r, "folder");
		l.uid = record_read_u32(&r, "uid");
		l.uidvalidity = record_read_u32(&r, "uidvalidity");
	}
	if (record_read_end(&r) < 0)
		return r.error;
	return v->visit(v->context, &l);
}

int
record_ledger_each(struct store_txn *txn, struct arena *arena, const char *account,
		   const char *folder, uint32_t uidvalidity, uint32_t uid,
		   int (*visit)(void *context, const struct ledger_record *record), void *context)
{
	struct record_key prefix = ledger_prefix(account, folder, uidvalidity);
	struct record_key from = ledger_key(account, folder, uidvalidity, uid);
	struct ledger_visit v = { arena, account, folder, uidvalidity, visit, context };

	if (prefix.failed || from.failed)
		return -EINVAL;
	return store_range(txn, record_key_span(&prefix), record_key_span(&from), false,
			   visit_ledger, &v);
}

int
record_ledger_parked(struct store_txn *txn, struct arena *arena,
		     int (*visit)(void *context, const struct ledger_record *record), void *context)
{
	struct record_key prefix = record_key_shared('p');
	struct ledger_visit v = { .arena = arena, .visit = visit, .context = context };

	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_ledger, &v);
}

static struct record_key
message_key(uint64_t id)
{
	struct record_key key = record_key_shared('m');

	record_key_u64(&key, id);
	return key;
}

static int
message_lookup(struct store_txn *txn, const char *account, char table, const char *what,
	       uint64_t *ret_id)
{
	struct record_key key = record_key(account, table);
	struct span value;
	int r;

	record_key_string(&key, what);
	r = store_get(txn, record_key_span(&key), &value);
	if (r < 0)
		return r;
	if (value.len != sizeof(uint64_t))
		return -EBADMSG;
	*ret_id = record_key_last_u64(value);
	return 0;
}

/* Points the index at this message, unless it points at a newer one. */
static int
message_index(struct store_txn *txn, const char *account, char table, const char *what, uint64_t id)
{
	struct record_key key = record_key(account, table), value = { .len = 0 };
	uint64_t known = 0;
	int r;

	if (!what || !what[0])
		return 0;
	r = message_lookup(txn, account, table, what, &known);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && known >= id)
		return 0;
	record_key_string(&key, what);
	record_key_u64(&value, id);
	return store_put(txn, record_key_span(&key), record_key_span(&value));
}

/* Whether the mail that the index names under that Message-ID is one that we sent. */
static int
is_ours(struct store_txn *txn, const char *account, const char *message_id, bool *ret)
{
	static const char outgoing[] = "\"outgoing\":true";
	struct span value;
	uint64_t id;
	int r = message_lookup(txn, account, 'i', message_id, &id);

	if (r == 0) {
		struct record_key key = message_key(id);

		r = store_get(txn, record_key_span(&key), &value);
	}
	*ret = r == 0 && memmem(value.at, value.len, outgoing, sizeof(outgoing) - 1);
	return r == -ENOENT ? 0 : r;
}

/*
 * Of mails with one Message-ID the newest has it; but what came does not take it from what we sent:
 * it may be a stranger's, who saw ours.
 */
static int
message_id_index(struct store_txn *txn, const struct message_record *m)
{
	bool ours = false;
	int r = 0;

	if (!m->outgoing && m->message_id && m->message_id[0])
		r = is_ours(txn, m->account, m->message_id, &ours);
	return r < 0 || ours ? r : message_index(txn, m->account, 'i', m->message_id, m->id);
}

/* How the index names a conversation; "" for none. */
static const char *
gmail_name(uint64_t thread, char name[24])
{
	name[0] = '\0';
	if (thread)
		snprintf(name, 24, "%" PRIu64, thread);
	return name;
}

static int
message_store(struct store_txn *txn, const struct message_record *m)
{
	struct record_key key = message_key(m->id);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "account", m->account);
	record_write_string(&w, "automatic", m->automatic);
	record_write_number(&w, "case_id", (int64_t)m->case_id);
	record_write_claims(&w, "claims", &m->claims);
	record_write_string(&w, "content", m->content ? m->content : "");
	record_write_number(&w, "cut", (int64_t)m->cut);
	record_write_number(&w, "date", m->date);
	record_write_string(&w, "digest", m->digest);
	record_write_any(&w, "evidence", m->evidence, RECORD_EVIDENCE_MAX);
	record_write_string(&w, "fingerprint", m->fingerprint);
	record_write_string(&w, "folder", m->folder);
	record_write_string(&w, "forwarded_by", m->forwarded_by ? m->forwarded_by : "");
	record_write_string(&w, "from", m->from);
	record_write_string(&w, "from_name", m->from_name);
	record_write_number(&w, "gmail_thread", (int64_t)m->gmail_thread);
	record_write_flags(&w, "hits", m->hits);
	record_write_bool(&w, "incomplete", m->incomplete);
	record_write_string(&w, "joined", m->joined);
	record_write_number(&w, "judged_ms", m->judged_ms);
	record_write_string(&w, "language", m->language);
	record_write_string(&w, "message_id", m->message_id);
	record_write_string(&w, "moved_by", m->moved_by ? m->moved_by : "");
	record_write_strings(&w, "orders", m->claims.orders, m->claims.order_count);
	record_write_bool(&w, "outgoing", m->outgoing);
	record_write_number(&w, "parent", (int64_t)m->parent);
	record_write_number(&w, "received_ms", m->received_ms);
	record_write_string(&w, "ruleset_hash", m->ruleset_hash);
	record_write_string(&w, "severity", m->severity);
	record_write_number(&w, "size", (int64_t)m->size);
	record_write_string(&w, "subject", m->subject);
	record_write_number(&w, "uid", m->uid);
	record_write_number(&w, "uidvalidity", m->uidvalidity);
	record_write_flags(&w, "undetermined", m->undetermined);
	return record_write_put(txn, &key, &w);
}

int
record_message_put(struct store_txn *txn, const struct message_record *record)
{
	char name[24];
	int r;

	if (record->id == 0 || !record->account || !record->account[0])
		return -EINVAL;
	r = message_store(txn, record);
	if (r == 0)
		r = message_id_index(txn, record);
	if (r == 0)
		r = message_index(txn, record->account, 'f', record->fingerprint, record->id);
	if (r == 0)
		r = message_index(txn, record->account, 'v', gmail_name(record->gmail_thread, name),
				  record->id);
	return r;
}

static void
message_fill(struct record_reader *r, struct message_record *m)
{
	m->account = record_read_string(r, "account");
	m->automatic = record_read_string(r, "automatic");
	m->case_id = record_read_u64(r, "case_id");
	record_read_claims(r, "claims", &m->claims);
	m->date = record_read_number(r, "date", INT64_MIN, INT64_MAX);
	m->digest = record_read_string(r, "digest");
	m->fingerprint = record_read_string(r, "fingerprint");
	m->content = record_read_string(r, "content");
	m->cut = record_read_u64(r, "cut");
	m->folder = record_read_string(r, "folder");
	m->forwarded_by = record_read_string(r, "forwarded_by");
	m->from = record_read_string(r, "from");
	m->from_name = record_read_string(r, "from_name");
	m->gmail_thread = record_read_u64(r, "gmail_thread");
	m->hits = record_read_flags(r, "hits");
	m->incomplete = record_read_bool(r, "incomplete");
	m->joined = record_read_string(r, "joined");
	m->judged_ms = record_read_number(r, "judged_ms", INT64_MIN, INT64_MAX);
	m->language = record_read_string(r, "language");
	m->message_id = record_read_string(r, "message_id");
	m->moved_by = record_read_string(r, "moved_by");
	m->claims.orders = record_read_strings(r, "orders", &m->claims.order_count);
	m->outgoing = record_read_bool(r, "outgoing");
	m->parent = record_read_u64(r, "parent");
	m->received_ms = record_read_number(r, "received_ms", INT64_MIN, INT64_MAX);
	m->ruleset_hash = record_read_string(r, "ruleset_hash");
	m->severity = record_read_string(r, "severity");
	m->size = record_read_u64(r, "size");
	m->subject = record_read_string(r, "subject");
	m->uid = record_read_u32(r, "uid");
	m->uidvalidity = record_read_u32(r, "uidvalidity");
	m->undetermined = record_read_flags(r, "undetermined");
	m->evidence = record_read_any(r, "evidence");
}

int
record_message_get(struct store_txn *txn, struct arena *arena, uint64_t id,
		   struct message_record *ret)
{
	struct record_key key = message_key(id);
	struct message_record m = { .id = id };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	message_fill(&r, &m);
	if (record_read_end(&r) < 0) {
		record_message_free(&m);
		return r.error;
	}
	*ret = m;
	return 0;
}

void
record_message_free(struct message_record *record)
{
	json_decref(record->evidence);
	record->evidence = NULL;
}

int
record_message_by_id(struct store_txn *txn, const char *account, const char *message_id,
		     uint64_t *ret_id)
{
	if (!message_id[0])
		return -ENOENT;
	return message_lookup(txn, account, 'i', message_id, ret_id);
}

int
record_message_by_fingerprint(struct store_txn *txn, const char *account, const char *fingerprint,
			      uint64_t *ret_id)
{
	if (!fingerprint[0])
		return -ENOENT;
	return message_lookup(txn, account, 'f', fingerprint, ret_id);
}

int
record_message_by_gmail_thread(struct store_txn *txn, const char *account, uint64_t thread,
			       uint64_t *ret_id)
{
	char name[24];

	return thread ? message_lookup(txn, account, 'v', gmail_name(thread, name), ret_id)
		      : -ENOENT;
}

/* Takes a message out of the index, unless that points at another one. */
static int
message_unindex(struct store_txn *txn, const char *account, char table, const char *what,
		uint64_t id)
{
	struct record_key key = record_key(account, table);
	uint64_t known;
	int r;

	if (!what[0])
		return 0;
	r = message_lookup(txn, account, table, what, &known);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	record_key_string(&key, what);
	return known == id ? record_index(txn, &key, false, NULL) : 0;
}

int
record_message_erase(struct store_txn *txn, struct arena *arena, uint64_t id)
{
	struct record_key key = message_key(id);
	struct message_record m, rest;
	char name[24];
	int r = record_message_get(txn, arena, id, &m);

	if (r < 0)
		return r;
	rest = (struct message_record){
		.id = id,
		.account = m.account,
		.cut = m.cut,
		.digest = m.digest,
		.fingerprint = m.fingerprint,
		.folder = m.folder,
		.judged_ms = m.judged_ms,
		.outgoing = m.outgoing,
		.size = m.size,
		.uid = m.uid,
		.uidvalidity = m.uidvalidity,
	};
	r = record_correction_erase(txn, id);
	if (r == 0)
		r = message_unindex(txn, m.account, 'i', m.message_id, id);
	if (r == 0)
		r = message_unindex(txn, m.account, 'v', gmail_name(m.gmail_thread, name), id);
	/* A draft of ours was never seen in a folder. */
	if (r == 0)
		r = *m.fingerprint ? message_store(txn, &rest)
				   : store_delete(txn, record_key_span(&key));
	record_message_free(&m);
	return r;
}

int
record_message_raw(struct store_txn *txn, uint64_t from, record_raw_visit *visit, void *context)
{
	struct record_key prefix = record_key_shared('m'), first = message_key(from);

	return record_raw_each(txn, &prefix, &first, visit, context);
}
