/*
 * record: how a key is built, and the SHA-256 of things. The tables themselves are in
 * record_mail.c, record_case.c and record_outbox.c, the JSON in record_json.c.
 */
#include "record_io.h"

#include <endian.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

/* An account, a string, the numbers and the letter must fit STORE_KEY_MAX together. */
#define ACCOUNT_MAX 128
#define STRING_MAX 300
#define STAND_IN '\001'

static void
hex(const uint8_t digest[SHA256_DIGEST_SIZE], char ret_hex[65])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[64] = '\0';
}

void
record_sha256(const void *data, size_t len, char ret_hex[65])
{
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex(digest, ret_hex);
}

void
record_fingerprint(const char *message_id, uint64_t size, const char *date_text, char ret_hex[65])
{
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char number[32];
	int len = snprintf(number, sizeof(number), "%llu", (unsigned long long)size);

	/* The zero bytes keep the three apart. */
	sha256_init(&ctx);
	sha256_update(&ctx, strlen(message_id) + 1, (const uint8_t *)message_id);
	sha256_update(&ctx, (size_t)len + 1, (const uint8_t *)number);
	sha256_update(&ctx, strlen(date_text) + 1, (const uint8_t *)date_text);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex(digest, ret_hex);
}

static void
key_add(struct record_key *key, const void *bytes, size_t len)
{
	if (key->failed || len > sizeof(key->at) - key->len) {
		key->failed = true;
		return;
	}
	memcpy(key->at + key->len, bytes, len);
	key->len += len;
}

static void
key_add_string(struct record_key *key, const char *s, size_t max)
{
	size_t len = s ? strlen(s) : 0;

	if (!s) {
		key->failed = true;
	} else if (len > max || s[0] == STAND_IN) {
		char digest[65];

		record_sha256(s, len, digest);
		key_add(key, &(char){ STAND_IN }, 1);
		key_add(key, digest, sizeof(digest));
	} else {
		key_add(key, s, len + 1);
	}
}

struct record_key
record_key(const char *account, char table)
{
	struct record_key key = { .len = 0 };

	key.failed = account && !account[0];
	key_add_string(&key, account, ACCOUNT_MAX);
	key_add(&key, &table, 1);
	return key;
}

struct record_key
record_key_shared(char table)
{
	return (struct record_key){ .at = { '\0', table }, .len = 2 };
}

void
record_key_string(struct record_key *key, const char *s)
{
	key_add_string(key, s, STRING_MAX);
}

void
record_key_u8(struct record_key *key, uint8_t n)
{
	key_add(key, &n, sizeof(n));
}

void
record_key_u32(struct record_key *key, uint32_t n)
{
	n = htobe32(n);
	key_add(key, &n, sizeof(n));
}

void
record_key_u64(struct record_key *key, uint64_t n)
{
	n = htobe64(n);
	key_add(key, &n, sizeof(n));
}

struct span
record_key_span(const struct record_key *key)
{
	return (struct span){ key->at, key->failed ? 0 : key->len };
}

uint64_t
record_key_last_u64(struct span key)
{
	uint64_t n = 0;

	if (key.len >= sizeof(n))
		memcpy(&n, key.at + key.len - sizeof(n), sizeof(n));
	return be64toh(n);
}

struct raw_visit {
	record_raw_visit *visit;
	void *context;
};

static int
visit_raw(void *context, struct span key, struct span value)
{
	struct raw_visit *v = context;

	return v->visit(v->context, record_key_last_u64(key), value);
}

int
record_raw_each(struct store_txn *txn, const struct record_key *table,
		const struct record_key *from, record_raw_visit *visit, void *context)
{
	struct raw_visit v = { visit, context };

	return store_range(txn, record_key_span(table), record_key_span(from), false, visit_raw,
			   &v);
}

int
record_index(struct store_txn *txn, const struct record_key *key, bool wanted,
	     const struct span *value)
{
	int r;

	if (wanted)
		return store_put(txn, record_key_span(key),
				 value ? *value : (struct span){ "", 0 });
	r = store_delete(txn, record_key_span(key));
	return r == -ENOENT ? 0 : r;
}
