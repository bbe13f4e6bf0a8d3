/*
 * What is put is what is read back; indexes follow their records; the chain of events shows every
 * change.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/record.h"

struct fixture {
	struct store *store;
	struct store_txn *txn;
	struct arena *arena;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->arena = arena_new(0);
	if (!f->arena || store_open_memory(&f->store) < 0)
		return -1;
	return store_begin(f->store, true, &f->txn);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(f->txn);
	store_close(f->store);
	arena_free(f->arena);
	free(f);
	return 0;
}

/*
 * Every value that is an object must be what jansson would print: sorted, compact. That covers the
 * writer whole.
 */
static int
check_canonical(void *context, struct span key, struct span value)
{
	json_t *parsed;
	char *dumped;

	(void)key;
	if (value.len == 0 || value.at[0] != '{')
		return 0;
	parsed = json_loadb(value.at, value.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	dumped = json_dumps(parsed, JSON_COMPACT | JSON_SORT_KEYS);
	assert_int_equal(strlen(dumped), value.len);
	assert_memory_equal(dumped, value.at, value.len);
	free(dumped);
	json_decref(parsed);
	++*(unsigned *)context;
	return 0;
}

static unsigned
canonical_values(struct fixture *f)
{
	unsigned count = 0;

	assert_int_equal(store_range(f->txn, (struct span){ NULL, 0 }, (struct span){ NULL, 0 },
				     false, check_canonical, &count),
			 0);
	return count;
}

static int
count_keys(void *context, struct span key, struct span value)
{
	(void)key;
	(void)value;
	++*(unsigned *)context;
	return 0;
}

static unsigned
all_keys(struct fixture *f)
{
	unsigned count = 0;

	assert_int_equal(store_range(f->txn, (struct span){ NULL, 0 }, (struct span){ NULL, 0 },
				     false, count_keys, &count),
			 0);
	return count;
}

static void
cursor_comes_back(void **state)
{
	struct fixture *f = *state;
	struct cursor_record c = { .account = "support",
				   .folder = "INBOX/주문",
				   .uidvalidity = 7,
				   .next = 4294967295u,
				   .since_ms = -5,
				   .parked = "UIDVALIDITY changed",
				   .parked_uidvalidity = 8,
				   .parked_uid = 4294967294u };
	struct cursor_record got;

	assert_int_equal(record_cursor_get(f->txn, f->arena, "support", "INBOX/주문", &got),
			 -ENOENT);
	assert_int_equal(record_cursor_put(f->txn, &c), 0);
	assert_int_equal(record_cursor_get(f->txn, f->arena, "support", "INBOX/주문", &got), 0);
	assert_string_equal(got.account, "support");
	assert_string_equal(got.folder, "INBOX/주문");
	assert_int_equal(got.uidvalidity, 7);
	assert_true(got.next == 4294967295u);
	assert_int_equal(got.since_ms, -5);
	assert_string_equal(got.parked, "UIDVALIDITY changed");
	assert_int_equal(got.parked_uidvalidity, 8);
	assert_true(got.parked_uid == 4294967294u);
	assert_int_equal(record_cursor_get(f->txn, f->arena, "support", "INBOX", &got), -ENOENT);
	assert_int_equal(record_cursor_get(f->txn, f->arena, "sales", "INBOX/주문", &got), -ENOENT);
	c.account = "";
	assert_int_equal(record_cursor_put(f->txn, &c), -EINVAL);
	c.account = NULL;
	assert_int_equal(record_cursor_put(f->txn, &c), -EINVAL);
	assert_int_equal(canonical_values(f), 1);
}

struct uids {
	uint32_t uid[16];
	char where[16][64];
	unsigned count;
};

static int
note_uid(void *context, const struct ledger_record *l)
{
	struct uids *u = context;

	snprintf(u->where[u->count], sizeof(u->where[0]), "%s %s %u %s", l->account, l->folder,
		 l->uidvalidity, l->reason);
	u->uid[u->count++] = l->uid;
	return 0;
}

static void
ledger_is_in_uid_order(void **state)
{
	struct fixture *f = *state;
	static const uint32_t uids[] = { 300, 2, 65536, 255 };
	struct ledger_record l = { .account = "a",
				   .folder = "INBOX",
				   .uidvalidity = 9,
				   .state = LEDGER_PLANNED,
				   .reason = "",
				   .message = 1ull << 62,
				   .open = 3 },
			     got;
	struct uids seen = { .count = 0 };

	for (size_t i = 0; i < 4; i++) {
		l.uid = uids[i];
		assert_int_equal(record_ledger_put(f->txn, &l), 0);
	}
	/*
	 * Neighbours that must not be seen: another UIDVALIDITY, another folder that begins alike.
	 */
	l.uidvalidity = 10;
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	l.uidvalidity = 9;
	l.folder = "INBOX2";
	assert_int_equal(record_ledger_put(f->txn, &l), 0);

	assert_int_equal(record_ledger_each(f->txn, f->arena, "a", "INBOX", 9, 0, note_uid, &seen),
			 0);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.uid[0], 2);
	assert_int_equal(seen.uid[1], 255);
	assert_int_equal(seen.uid[2], 300);
	assert_int_equal(seen.uid[3], 65536);
	seen.count = 0;
	assert_int_equal(
		record_ledger_each(f->txn, f->arena, "a", "INBOX", 9, 256, note_uid, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.uid[0], 300);

	assert_int_equal(record_ledger_get(f->txn, f->arena, "a", "INBOX", 9, 300, &got), 0);
	assert_int_equal(got.state, LEDGER_PLANNED);
	assert_true(got.message == 1ull << 62);
	assert_int_equal(got.open, 3);
	assert_int_equal(got.uid, 300);
	assert_string_equal(got.folder, "INBOX");
	assert_int_equal(record_ledger_delete(f->txn, "a", "INBOX", 9, 300), 0);
	assert_int_equal(record_ledger_get(f->txn, f->arena, "a", "INBOX", 9, 300, &got), -ENOENT);
	assert_int_equal(record_ledger_delete(f->txn, "a", "INBOX", 9, 300), -ENOENT);
}

static void
parked_entries_of_all_accounts(void **state)
{
	struct fixture *f = *state;
	char long_folder[600];
	struct ledger_record l = { .account = "b",
				   .folder = long_folder,
				   .uidvalidity = 1,
				   .uid = 5,
				   .state = LEDGER_PARKED,
				   .reason = "too large" };
	struct uids seen = { .count = 0 };

	memset(long_folder, 'f', sizeof(long_folder));
	long_folder[40] = '\0';
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	l.account = "a";
	l.uid = 6;
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	assert_int_equal(record_ledger_parked(f->txn, f->arena, note_uid, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.uid[0], 6);
	assert_int_equal(seen.uid[1], 5);
	assert_string_equal(seen.where[1],
			    "b ffffffffffffffffffffffffffffffffffffffff 1 too large");

	l.state = LEDGER_DONE;
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	assert_int_equal(record_ledger_delete(f->txn, "b", long_folder, 1, 5), 0);
	seen.count = 0;
	assert_int_equal(record_ledger_parked(f->txn, f->arena, note_uid, &seen), 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(all_keys(f), 1);

	/* Strings that would not fit a key are told apart all the same. */
	long_folder[40] = 'f';
	long_folder[599] = '\0';
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	long_folder[598] = 'g';
	assert_int_equal(record_ledger_put(f->txn, &l), 0);
	assert_int_equal(all_keys(f), 3);
}

static struct message_record
sample_message(uint64_t id)
{
	json_error_t error;

	return (struct message_record){
		.id = id,
		.account = "support",
		.folder = "INBOX",
		.uidvalidity = 3,
		.uid = 99,
		.message_id = "<a@mail.example>",
		.digest = "d1",
		.fingerprint = "f1",
		.content = "c1",
		.size = 12345,
		.date = -3600,
		.received_ms = 1700000000123,
		.judged_ms = 1700000000456,
		.from = "kim@mail.example",
		.from_name = "김\t\"철수\"\x01\x7f\\",
		.subject = "환불 안 되면 고소하겠습니다",
		.language = "ko",
		.automatic = "no",
		.severity = "high",
		.hits = 1u << FLAG_THREAT_LEGAL | 1u << FLAG_EXTORTION,
		.undetermined = 1u << FLAG_ABUSE_HATE,
		.incomplete = true,
		.evidence = json_loads(
			"[{\"rule\":\"r\",\"flag\":\"threat.legal\",\"score\":6.5,\"offset\":3}]",
			0, &error),
		.ruleset_hash = "abc",
		.case_id = 12,
		.joined = "new",
		.outgoing = false,
	};
}

static void
message_comes_back(void **state)
{
	struct fixture *f = *state;
	struct message_record m = sample_message(42), got;
	uint64_t id;

	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(record_message_get(f->txn, f->arena, 41, &got), -ENOENT);
	assert_int_equal(record_message_get(f->txn, f->arena, 42, &got), 0);
	assert_int_equal(got.id, 42);
	assert_string_equal(got.account, m.account);
	assert_string_equal(got.folder, m.folder);
	assert_int_equal(got.uidvalidity, 3);
	assert_int_equal(got.uid, 99);
	assert_string_equal(got.message_id, m.message_id);
	assert_string_equal(got.digest, m.digest);
	assert_string_equal(got.fingerprint, m.fingerprint);
	assert_string_equal(got.content, m.content);
	assert_int_equal(got.size, m.size);
	assert_int_equal(got.date, m.date);
	assert_int_equal(got.received_ms, m.received_ms);
	assert_int_equal(got.judged_ms, m.judged_ms);
	assert_string_equal(got.from, m.from);
	assert_string_equal(got.from_name, m.from_name);
	assert_string_equal(got.subject, m.subject);
	assert_string_equal(got.language, m.language);
	assert_string_equal(got.automatic, m.automatic);
	assert_string_equal(got.severity, m.severity);
	assert_int_equal(got.hits, m.hits);
	assert_int_equal(got.undetermined, m.undetermined);
	assert_true(got.incomplete);
	assert_false(got.outgoing);
	assert_true(json_equal(got.evidence, m.evidence));
	assert_string_equal(got.ruleset_hash, m.ruleset_hash);
	assert_int_equal(got.case_id, 12);
	assert_string_equal(got.joined, m.joined);
	record_message_free(&got);
	assert_null(got.evidence);

	assert_int_equal(record_message_by_id(f->txn, "support", "<a@mail.example>", &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(record_message_by_id(f->txn, "sales", "<a@mail.example>", &id), -ENOENT);
	assert_int_equal(record_message_by_id(f->txn, "support", "", &id), -ENOENT);
	assert_int_equal(record_message_by_fingerprint(f->txn, "support", "f1", &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(canonical_values(f), 1);
	record_message_free(&m);
}

static void
a_message_id_of_ours_stays_ours(void **state)
{
	struct fixture *f = *state;
	struct message_record m = sample_message(7);
	uint64_t id;

	assert_int_equal(record_message_put(f->txn, &m), 0);
	m.id = 8;
	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(record_message_by_id(f->txn, "support", m.message_id, &id), 0);
	assert_int_equal(id, 8);
	/* A stranger's mail under a Message-ID of what we sent leads nowhere, nor does an old one.
	 */
	m.id = 9;
	m.outgoing = true;
	assert_int_equal(record_message_put(f->txn, &m), 0);
	m.id = 7;
	assert_int_equal(record_message_put(f->txn, &m), 0);
	m.id = 11;
	m.outgoing = false;
	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(record_message_by_id(f->txn, "support", m.message_id, &id), 0);
	assert_int_equal(id, 9);
	/* A mail without Message-ID is in no index by it. */
	m.id = 10;
	m.message_id = NULL;
	m.fingerprint = "";
	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(all_keys(f), 7);
	record_message_free(&m);
}

static void
hostile_strings_stay_readable(void **state)
{
	struct fixture *f = *state;
	struct message_record m = sample_message(1), got;
	char *huge = malloc(3 * 65536 + 1);

	/* Broken UTF-8: overlong, surrogate, cut short, past the end, lone continuation. */
	m.from_name = "a\xc0\xaf"
		      "b\xed\xa0\x80"
		      "c\xe2\x82"
		      "d\xf4\x90\x80\x80"
		      "e\x80\xff";
	for (int i = 0; i < 65536; i++)
		memcpy(huge + 3 * i, "가", 3);
	huge[3 * 65536] = '\0';
	m.subject = huge;
	record_message_free(&m);
	m.evidence = json_array();
	for (int i = 0; i < 5000; i++)
		json_array_append_new(m.evidence,
				      json_pack("{s:s, s:i}", "text",
						"고소하겠습니다 고소하겠습니다 고소하겠습니다",
						"offset", i));
	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(record_message_get(f->txn, f->arena, 1, &got), 0);
	assert_string_equal(got.from_name, "a\xef\xbf\xbd\xef\xbf\xbd"
					   "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
					   "c\xef\xbf\xbd\xef\xbf\xbd"
					   "d\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
					   "e\xef\xbf\xbd\xef\xbf\xbd");
	assert_int_equal(strlen(got.subject), RECORD_STRING_MAX / 3 * 3);
	assert_in_range(json_array_size(got.evidence), 1000, 4999);
	assert_int_equal(canonical_values(f), 1);
	record_message_free(&got);
	record_message_free(&m);
	free(huge);
}

static struct case_record
sample_case(uint64_t id, const char *account, const char *severity, int64_t waiting_ms)
{
	return (struct case_record){ .id = id,
				     .account = account,
				     .customer = "kim@mail.example",
				     .severity = severity,
				     .stage = "new",
				     .opened_ms = 1,
				     .waiting_ms = waiting_ms };
}

struct numbers {
	uint64_t number[32];
	unsigned count, stop_at;
};

static int
note_case(void *context, const struct case_record *c)
{
	struct numbers *n = context;

	n->number[n->count++] = c->id;
	return n->stop_at == n->count;
}

static void
expect_queue(struct fixture *f, const char *account, unsigned count, const uint64_t *ids)
{
	struct numbers n = { .count = 0 };

	assert_int_equal(record_case_queue(f->txn, f->arena, account, note_case, &n), 0);
	assert_int_equal(n.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(n.number[i], ids[i]);
}

static void
case_comes_back(void **state)
{
	struct fixture *f = *state;
	const char *people[] = { "kim@mail.example", "lee@mail.example" };
	struct case_record c = sample_case(3, "support", "critical", 77), got;

	c.customer_name = "김철수";
	c.subject = "s";
	c.language = "ko";
	c.owner = "mina";
	c.state = CASE_SOLVED;
	c.flags = 1u << FLAG_DEMAND_REFUND;
	c.updated_ms = 5;
	c.messages = 2;
	c.last_message = 8;
	c.linked = 1;
	c.last_event = 4;
	c.last_hash = "h";
	c.participants = people;
	c.participant_count = 2;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	assert_int_equal(record_case_get(f->txn, f->arena, 3, &got), 0);
	assert_string_equal(got.account, "support");
	assert_string_equal(got.customer, "kim@mail.example");
	assert_string_equal(got.customer_name, "김철수");
	assert_string_equal(got.subject, "s");
	assert_string_equal(got.language, "ko");
	assert_string_equal(got.owner, "mina");
	assert_string_equal(got.severity, "critical");
	assert_string_equal(got.stage, "new");
	assert_int_equal(got.state, CASE_SOLVED);
	assert_int_equal(got.flags, c.flags);
	assert_int_equal(got.opened_ms, 1);
	assert_int_equal(got.updated_ms, 5);
	assert_int_equal(got.waiting_ms, 77);
	assert_int_equal(got.messages, 2);
	assert_int_equal(got.last_message, 8);
	assert_int_equal(got.linked, 1);
	assert_int_equal(got.last_event, 4);
	assert_string_equal(got.last_hash, "h");
	assert_int_equal(got.participant_count, 2);
	assert_string_equal(got.participants[1], "lee@mail.example");
	assert_int_equal(canonical_values(f), 1);
}

static void
queue_is_most_urgent_first(void **state)
{
	struct fixture *f = *state;
	struct case_record cases[] = {
		sample_case(1, "a", "low", 100),      sample_case(2, "b", "high", 900),
		sample_case(3, "a", "high", 0),       sample_case(4, "a", "high", 300),
		sample_case(5, "b", "critical", 999), sample_case(6, "a", "", 50),
		sample_case(7, "a", "high", 300),
	};
	struct numbers two = { .stop_at = 2 };

	for (size_t i = 0; i < 7; i++)
		assert_int_equal(record_case_put(f->txn, &cases[i]), 0);
	expect_queue(f, NULL, 7, (uint64_t[]){ 5, 4, 7, 2, 3, 1, 6 });
	expect_queue(f, "a", 5, (uint64_t[]){ 4, 7, 3, 1, 6 });
	expect_queue(f, "none", 0, NULL);
	assert_int_equal(record_case_queue(f->txn, f->arena, NULL, note_case, &two), 0);
	assert_int_equal(two.count, 2);

	/* Puts move it: more severe, no longer waiting, solved, open again. */
	cases[0].severity = "critical";
	cases[3].waiting_ms = 0;
	cases[1].state = CASE_SOLVED;
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(record_case_put(f->txn, &cases[i]), 0);
	expect_queue(f, NULL, 6, (uint64_t[]){ 1, 5, 7, 3, 4, 6 });
	expect_queue(f, "b", 1, (uint64_t[]){ 5 });
	cases[1].state = CASE_OPEN;
	assert_int_equal(record_case_put(f->txn, &cases[1]), 0);
	expect_queue(f, "b", 2, (uint64_t[]){ 5, 2 });
	assert_int_equal(all_keys(f), 7 * 4); /* itself, both queues, its customer's list */
}

static void
customer_comes_back(void **state)
{
	struct fixture *f = *state;
	static const char *steps[] = { "2026-12-01 10:00 notice, C1, kim: insults" };
	static const char *minds[] = { "never\t5\tkim\tinvoices to the office" };
	struct customer_record c = { .address = "kim@mail.example",
				     .name = "김철수",
				     .owner = "mina",
				     .first_ms = 1,
				     .last_ms = 2,
				     .messages = 3,
				     .cases = 4,
				     .conduct = "notice",
				     .conduct_ms = 5,
				     .conduct_log = steps,
				     .conduct_count = 1,
				     .minds = minds,
				     .mind_count = 1,
				     .standing = "keep",
				     .standing_by = "lee",
				     .standing_reason = "ten years",
				     .standing_ms = 6,
				     .value = "1200000",
				     .currency = "KRW",
				     .since = "2016-03-01",
				     .remark = "오래된 고객",
				     .imported_ms = 7,
				     .card_log = steps,
				     .card_log_count = 1 },
			       got;

	assert_int_equal(record_customer_get(f->txn, f->arena, "kim@mail.example", &got), -ENOENT);
	assert_int_equal(record_customer_get(f->txn, f->arena, "", &got), -ENOENT);
	assert_int_equal(record_customer_put(f->txn, &c), 0);
	assert_int_equal(record_customer_get(f->txn, f->arena, "kim@mail.example", &got), 0);
	assert_string_equal(got.address, "kim@mail.example");
	assert_string_equal(got.conduct, "notice");
	assert_int_equal(got.conduct_ms, 5);
	assert_int_equal(got.conduct_count, 1);
	assert_string_equal(got.conduct_log[0], steps[0]);
	assert_string_equal(got.name, "김철수");
	assert_string_equal(got.owner, "mina");
	assert_int_equal(got.first_ms, 1);
	assert_int_equal(got.last_ms, 2);
	assert_int_equal(got.messages, 3);
	assert_int_equal(got.cases, 4);
	assert_int_equal(got.mind_count, 1);
	assert_string_equal(got.minds[0], minds[0]);
	assert_string_equal(got.standing, "keep");
	assert_string_equal(got.standing_by, "lee");
	assert_string_equal(got.standing_reason, "ten years");
	assert_int_equal(got.standing_ms, 6);
	assert_string_equal(got.value, "1200000");
	assert_string_equal(got.currency, "KRW");
	assert_string_equal(got.since, "2016-03-01");
	assert_string_equal(got.remark, "오래된 고객");
	assert_int_equal(got.imported_ms, 7);
	assert_int_equal(got.card_log_count, 1);
	c.address = "";
	assert_int_equal(record_customer_put(f->txn, &c), -EINVAL);
	assert_int_equal(canonical_values(f), 1);
}

static int
note_outbox(void *context, const struct outbox_record *o)
{
	struct numbers *n = context;

	n->number[n->count++] = o->id;
	return 0;
}

static void
expect_outbox(struct fixture *f, const char *account, unsigned count, const uint64_t *ids)
{
	struct numbers n = { .count = 0 };
	int r = account ? record_outbox_each(f->txn, f->arena, account, 0, note_outbox, &n)
			: record_outbox_troubled(f->txn, f->arena, note_outbox, &n);

	assert_int_equal(r, 0);
	assert_int_equal(n.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(n.number[i], ids[i]);
}

static void
outbox_comes_back(void **state)
{
	struct fixture *f = *state;
	struct outbox_record o =
				     {
					     .id = 5,
					     .account = "a",
					     .kind = OUTBOX_DRAFT,
					     .state = OUTBOX_STARTED,
					     .folder = "INBOX",
					     .uidvalidity = 1,
					     .uid = 2,
					     .message = 3,
					     .case_id = 4,
					     .argument = "Drafts",
					     .message_id = "<triaged.4.5.x@host.example>",
					     .size = 6,
					     .target_validity = 7,
					     .target_next = 8,
					     .attempts = 9,
					     .next_ms = 10,
					     .error = "quota",
					     .rule = "ack",
					     .planned_ms = 11,
					     .ended_ms = 12,
				     },
			     got;
	struct outbox_record_payload payload = { "raw\0bytes", 9 }, back;

	assert_int_equal(record_outbox_put(f->txn, &o, &payload), 0);
	assert_int_equal(record_outbox_get(f->txn, f->arena, "b", 5, &got), -ENOENT);
	assert_int_equal(record_outbox_get(f->txn, f->arena, "a", 5, &got), 0);
	assert_int_equal(got.id, 5);
	assert_string_equal(got.account, "a");
	assert_int_equal(got.kind, OUTBOX_DRAFT);
	assert_int_equal(got.state, OUTBOX_STARTED);
	assert_string_equal(got.folder, "INBOX");
	assert_int_equal(got.uidvalidity, 1);
	assert_int_equal(got.uid, 2);
	assert_int_equal(got.message, 3);
	assert_int_equal(got.case_id, 4);
	assert_string_equal(got.argument, "Drafts");
	assert_string_equal(got.message_id, o.message_id);
	assert_int_equal(got.size, 6);
	assert_int_equal(got.target_validity, 7);
	assert_int_equal(got.target_next, 8);
	assert_int_equal(got.attempts, 9);
	assert_int_equal(got.next_ms, 10);
	assert_string_equal(got.error, "quota");
	assert_string_equal(got.rule, "ack");
	assert_int_equal(got.planned_ms, 11);
	assert_int_equal(got.ended_ms, 12);

	/* A put without payload leaves it; done takes it away. */
	assert_int_equal(record_outbox_put(f->txn, &o, NULL), 0);
	assert_int_equal(record_outbox_payload(f->txn, f->arena, "a", 5, &back), 0);
	assert_int_equal(back.len, 9);
	assert_memory_equal(back.text, payload.text, 9);
	o.state = OUTBOX_DONE;
	assert_int_equal(record_outbox_put(f->txn, &o, NULL), 0);
	assert_int_equal(record_outbox_payload(f->txn, f->arena, "a", 5, &back), -ENOENT);
	assert_int_equal(canonical_values(f), 1);
}

static void
outbox_lists_what_is_to_do(void **state)
{
	struct fixture *f = *state;
	struct outbox_record o = { .account = "a", .kind = OUTBOX_MOVE };

	for (o.id = 1; o.id <= 300; o.id++) {
		o.state = o.id == 2     ? OUTBOX_STARTED
			  : o.id == 256 ? OUTBOX_PLANNED
			  : o.id == 9   ? OUTBOX_UNKNOWN
			  : o.id == 10  ? OUTBOX_FAILED
					: OUTBOX_DONE;
		assert_int_equal(record_outbox_put(f->txn, &o, NULL), 0);
	}
	o.account = "b";
	o.kind = OUTBOX_NOTIFY;
	o.id = 400;
	o.state = OUTBOX_UNKNOWN;
	assert_int_equal(record_outbox_put(f->txn, &o, NULL), 0);
	expect_outbox(f, "a", 3, (uint64_t[]){ 2, 9, 256 });
	expect_outbox(f, "b", 1, (uint64_t[]){ 400 });
	/* An unknown move can be looked up; an unknown mail must be shown to somebody. */
	expect_outbox(f, NULL, 2, (uint64_t[]){ 10, 400 });
	o.state = OUTBOX_DONE;
	assert_int_equal(record_outbox_put(f->txn, &o, NULL), 0);
	expect_outbox(f, "b", 0, NULL);
	expect_outbox(f, NULL, 1, (uint64_t[]){ 10 });
}

static int
note_event(void *context, const struct event_record *e)
{
	char *line = context;

	sprintf(line + strlen(line), "%llu %s %s %s;", (unsigned long long)e->number, e->actor,
		e->kind, e->data ? json_string_value(json_object_get(e->data, "to")) : "-");
	return 0;
}

/* A case with three events. */
static struct case_record
case_with_events(struct fixture *f)
{
	struct case_record c = sample_case(6, "a", "low", 1);
	json_t *data = json_pack("{s:s, s:f}", "to", "미나 \x7f \"\\\n", "amount", 0.1);

	assert_int_equal(record_event_append(f->txn, f->arena, &c, 100, "triaged", "opened", NULL),
			 0);
	assert_int_equal(record_event_append(f->txn, f->arena, &c, 200, "minsu", "assigned", data),
			 0);
	assert_int_equal(record_event_append(f->txn, f->arena, &c, 300, "triaged", "draft", NULL),
			 0);
	assert_int_equal(record_case_put(f->txn, &c), 0);
	json_decref(data);
	return c;
}

static void
events_are_a_chain(void **state)
{
	struct fixture *f = *state;
	struct case_record c = case_with_events(f);
	char line[256] = "";
	uint64_t number = 0;

	assert_int_equal(c.last_event, 3);
	assert_int_equal(strlen(c.last_hash), 64);
	assert_int_equal(record_event_each(f->txn, f->arena, 6, note_event, line), 0);
	assert_string_equal(
		line, "1 triaged opened -;2 minsu assigned 미나 \x7f \"\\\n;3 triaged draft -;");
	assert_int_equal(record_event_verify(f->txn, 6, &number), 0);
	assert_int_equal(record_event_verify(f->txn, 7, &number), -ENOENT);
	assert_int_equal(canonical_values(f), 4);
}

/* The key of an event and a copy of its value. */
struct raw {
	char key[32], value[1024];
	size_t key_len, value_len;
};

static int
take_raw(void *context, struct span key, struct span value)
{
	struct raw **next = context;

	assert_true(key.len <= sizeof((*next)->key) && value.len < sizeof((*next)->value));
	memcpy((*next)->key, key.at, key.len);
	(*next)->key_len = key.len;
	memcpy((*next)->value, value.at, value.len);
	(*next)->value[value.len] = '\0';
	(*next)->value_len = value.len;
	(*next)++;
	return 0;
}

static void
raw_events(struct fixture *f, struct raw raw[3])
{
	struct raw *next = raw;

	assert_int_equal(store_range(f->txn, (struct span){ "\0e", 2 }, (struct span){ NULL, 0 },
				     false, take_raw, &next),
			 0);
	assert_int_equal(next - raw, 3);
}

static void
put_raw(struct fixture *f, const struct raw *at, const char *value)
{
	assert_int_equal(store_put(f->txn, (struct span){ at->key, at->key_len },
				   (struct span){ value, strlen(value) }),
			 0);
}

static void
expect_broken(struct fixture *f, uint64_t number)
{
	uint64_t got = 0;

	assert_int_equal(record_event_verify(f->txn, 6, &got), -EBADMSG);
	assert_int_equal(got, number);
}

static void
tampering_is_seen(void **state)
{
	struct fixture *f = *state;
	struct case_record c = case_with_events(f);
	struct raw raw[3];
	uint64_t number;
	char changed[1100];

	raw_events(f, raw);
	/*
	 * Every single byte of the middle one. A second event that still parses must fail its hash,
	 * or the third its link.
	 */
	for (size_t i = 0; i < raw[1].value_len; i++) {
		strcpy(changed, raw[1].value);
		changed[i] ^= 1;
		put_raw(f, &raw[1], changed);
		assert_int_equal(record_event_verify(f->txn, 6, &number), -EBADMSG);
		assert_int_equal(number, 2);
	}
	/* Something added that was not hashed. */
	snprintf(changed, sizeof(changed), "%.*s,\"zz\":1}", (int)raw[1].value_len - 1,
		 raw[1].value);
	put_raw(f, &raw[1], changed);
	expect_broken(f, 2);
	/* A whole event in another's place, one taken out, the last cut off. */
	put_raw(f, &raw[1], raw[2].value);
	expect_broken(f, 2);
	put_raw(f, &raw[1], raw[1].value);
	assert_int_equal(record_event_verify(f->txn, 6, &number), 0);
	assert_int_equal(store_delete(f->txn, (struct span){ raw[0].key, raw[0].key_len }), 0);
	expect_broken(f, 1);
	put_raw(f, &raw[0], raw[0].value);
	assert_int_equal(store_delete(f->txn, (struct span){ raw[2].key, raw[2].key_len }), 0);
	expect_broken(f, 3);
	put_raw(f, &raw[2], raw[2].value);
	/* One added that the case does not know of. */
	assert_int_equal(record_event_append(f->txn, f->arena, &c, 400, "triaged", "moved", NULL),
			 0);
	expect_broken(f, 5);
}

static void
damaged_values_are_ebadmsg(void **state)
{
	static const char *const damaged[] = {
		"",
		"{",
		"[]",
		"null",
		"1",
		"{\"uid\":-1}",
		"{\"uid\":4294967296}",
		"{\"uid\":\"1\"}",
		"{\"subject\":1}",
		"{\"hits\":1}",
		"{\"hits\":[1]}",
		"{\"incomplete\":1}",
		"{\"uid\":1,\"uid\":2}",
		"{\"size\":-1}",
	};
	struct fixture *f = *state;
	struct message_record got;
	static const char key[] = "\0m\0\0\0\0\0\0\0\1";

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		assert_int_equal(store_put(f->txn, (struct span){ key, 10 },
					   (struct span){ damaged[i], strlen(damaged[i]) }),
				 0);
		assert_int_equal(record_message_get(f->txn, f->arena, 1, &got), -EBADMSG);
	}
	/* A newer program's: members and flags that are not known. */
	static const char newer[] =
		"{\"hits\":[\"threat.telepathy\",\"threat.legal\"],\"mood\":{\"a\":[1]}}";

	assert_int_equal(
		store_put(f->txn, (struct span){ key, 10 }, (struct span){ newer, strlen(newer) }),
		0);
	assert_int_equal(record_message_get(f->txn, f->arena, 1, &got), 0);
	assert_int_equal(got.hits, 1u << FLAG_THREAT_LEGAL);
	assert_string_equal(got.subject, "");
	assert_null(got.evidence);
}

static int
count_correction(void *context, const struct correction_record *c)
{
	uint64_t *sum = context;

	*sum = *sum * 10 + c->message;
	return 0;
}

static void
corrections_are_kept_counted_and_taken_back(void **state)
{
	struct fixture *f = *state;
	const char *rules[] = { "ko.sue", "ko.sue.more" };
	struct correction_record c = { .message = 3,
				       .flag = FLAG_THREAT_LEGAL,
				       .account = "support",
				       .case_id = 12,
				       .actor = "mina",
				       .how = "said",
				       .at_ms = 1000,
				       .rules = rules,
				       .rule_count = 2 },
				 got;
	uint64_t count = 7, sum = 0;

	assert_int_equal(record_correction_get(f->txn, f->arena, 3, FLAG_THREAT_LEGAL, &got),
			 -ENOENT);
	assert_int_equal(record_correction_put(f->txn, f->arena, &c), 0);
	assert_int_equal(record_correction_put(f->txn, f->arena, &c), 0); /* counts once */
	c.message = 1;
	c.rule_count = 1;
	assert_int_equal(record_correction_put(f->txn, f->arena, &c), 0);
	assert_int_equal(record_correction_get(f->txn, f->arena, 3, FLAG_THREAT_LEGAL, &got), 0);
	assert_int_equal(got.case_id, 12);
	assert_false(got.missing);
	assert_int_equal(got.rule_count, 2);
	assert_string_equal(got.rules[1], "ko.sue.more");
	assert_string_equal(got.actor, "mina");
	assert_int_equal(record_corrections_of_rule(f->txn, f->arena, "ko.sue", &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(record_corrections_of_rule(f->txn, f->arena, "none", &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(record_correction_each(f->txn, f->arena, 0, count_correction, &sum), 0);
	assert_int_equal(sum, 13);
	sum = 0;
	assert_int_equal(record_correction_each(f->txn, f->arena, 2, count_correction, &sum), 0);
	assert_int_equal(sum, 3);
	assert_int_equal(record_correction_delete(f->txn, f->arena, 3, FLAG_THREAT_LEGAL), 0);
	assert_int_equal(record_correction_delete(f->txn, f->arena, 3, FLAG_THREAT_LEGAL), -ENOENT);
	assert_int_equal(record_corrections_of_rule(f->txn, f->arena, "ko.sue", &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(record_corrections_of_rule(f->txn, f->arena, "ko.sue.more", &count), 0);
	assert_int_equal(count, 0);
	c.message = 0;
	assert_int_equal(record_correction_put(f->txn, f->arena, &c), -EINVAL);
}

static void
hashes_are_known_ones(void **state)
{
	char hex[65], other[65];

	(void)state;
	/* FIPS 180-4's own example. */
	record_sha256("abc", 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	record_fingerprint("<a@b>", 12, "x", hex);
	record_fingerprint("<a@b>1", 2, "x", other);
	assert_string_not_equal(hex, other);
	record_fingerprint("<a@b>", 12, "x", other);
	assert_string_equal(hex, other);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cursor_comes_back),
		TEST(ledger_is_in_uid_order),
		TEST(parked_entries_of_all_accounts),
		TEST(message_comes_back),
		TEST(a_message_id_of_ours_stays_ours),
		TEST(hostile_strings_stay_readable),
		TEST(case_comes_back),
		TEST(queue_is_most_urgent_first),
		TEST(customer_comes_back),
		TEST(outbox_comes_back),
		TEST(outbox_lists_what_is_to_do),
		TEST(events_are_a_chain),
		TEST(tampering_is_seen),
		TEST(damaged_values_are_ebadmsg),
		TEST(corrections_are_kept_counted_and_taken_back),
		cmocka_unit_test(hashes_are_known_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
