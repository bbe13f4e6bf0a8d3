/*
 * Foreign bytes as the value of every record there is: reading them answers, with an error or a
 * record, and never crashes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/record.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEYS_MAX 64

struct keys {
	char at[KEYS_MAX][STORE_KEY_MAX];
	size_t len[KEYS_MAX], count;
};

static int
take_key(void *context, struct span key, struct span value)
{
	struct keys *keys = context;

	(void)value;
	if (keys->count == KEYS_MAX)
		abort();
	memcpy(keys->at[keys->count], key.at, key.len);
	keys->len[keys->count++] = key.len;
	return 0;
}

static void
must(int r)
{
	if (r < 0)
		abort();
}

/* One record of every kind, so that every key exists. */
static void
put_samples(struct store_txn *txn, struct arena *arena)
{
	struct cursor_record cursor = { .account = "a", .folder = "f" };
	struct ledger_record ledger = {
		.account = "a", .folder = "f", .uidvalidity = 1, .uid = 1, .state = LEDGER_PARKED
	};
	struct message_record message = {
		.id = 1, .account = "a", .message_id = "<m>", .fingerprint = "p"
	};
	struct case_record c = { .id = 1, .account = "a" };
	struct customer_record customer = { .address = "k" };
	struct outbox_record outbox = {
		.id = 1, .account = "a", .state = OUTBOX_UNKNOWN, .kind = OUTBOX_NOTIFY
	};

	must(record_cursor_put(txn, &cursor));
	must(record_ledger_put(txn, &ledger));
	must(record_message_put(txn, &message));
	must(record_event_append(txn, arena, &c, 1, "x", "y", NULL));
	must(record_case_put(txn, &c));
	must(record_customer_put(txn, &customer));
	must(record_outbox_put(txn, &outbox, &(struct outbox_record_payload){ "t", 1 }));
}

static int
see_ledger(void *context, const struct ledger_record *record)
{
	*(size_t *)context +=
		strlen(record->account) + strlen(record->folder) + strlen(record->reason);
	return 0;
}

static int
see_case(void *context, const struct case_record *record)
{
	*(size_t *)context += strlen(record->customer);
	return 0;
}

static int
see_event(void *context, const struct event_record *record)
{
	*(size_t *)context += strlen(record->kind) + strlen(record->hash);
	return 0;
}

static int
see_outbox(void *context, const struct outbox_record *record)
{
	*(size_t *)context += strlen(record->account) + strlen(outbox_kind_name(record->kind));
	return 0;
}

static void
read_all(struct store_txn *txn, struct arena *arena)
{
	struct cursor_record cursor;
	struct ledger_record ledger;
	struct message_record message;
	struct case_record c;
	struct customer_record customer;
	struct outbox_record outbox;
	struct outbox_record_payload payload;
	uint64_t number;
	size_t seen = 0;

	record_cursor_get(txn, arena, "a", "f", &cursor);
	record_ledger_get(txn, arena, "a", "f", 1, 1, &ledger);
	record_ledger_each(txn, arena, "a", "f", 1, 0, see_ledger, &seen);
	record_ledger_parked(txn, arena, see_ledger, &seen);
	if (record_message_get(txn, arena, 1, &message) == 0)
		record_message_free(&message);
	record_message_by_id(txn, "a", "<m>", &number);
	record_message_by_fingerprint(txn, "a", "p", &number);
	record_case_queue(txn, arena, NULL, see_case, &seen);
	record_case_queue(txn, arena, "a", see_case, &seen);
	record_event_each(txn, arena, 1, see_event, &seen);
	record_event_verify(txn, 1, &number);
	record_customer_get(txn, arena, "k", &customer);
	record_outbox_get(txn, arena, "a", 1, &outbox);
	record_outbox_payload(txn, arena, "a", 1, &payload);
	record_outbox_each(txn, arena, "a", 0, see_outbox, &seen);
	record_outbox_troubled(txn, arena, see_outbox, &seen);
	/* A case that is read is also one that may be put again, over what is there. */
	if (record_case_get(txn, arena, 1, &c) == 0 && c.account[0])
		record_case_put(txn, &c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys keys = { .count = 0 };
	struct arena *arena = arena_new(0);
	struct store *store;
	struct store_txn *txn;

	if (!arena || store_open_memory(&store) < 0)
		abort();
	must(store_begin(store, true, &txn));
	put_samples(txn, arena);
	must(store_range(txn, (struct span){ NULL, 0 }, (struct span){ NULL, 0 }, false, take_key,
			 &keys));
	if (size > STORE_VALUE_MAX)
		size = STORE_VALUE_MAX;
	for (size_t i = 0; i < keys.count; i++)
		must(store_put(txn, (struct span){ keys.at[i], keys.len[i] },
			       (struct span){ (const char *)data, size }));
	read_all(txn, arena);
	store_abort(txn);
	store_close(store);
	arena_free(arena);
	return 0;
}
