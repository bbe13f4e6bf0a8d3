/*
 * record_chain: whether the events of a case are what was written, and how some of them are erased
 * without breaking that.
 *
 * An event is hashed whole, so the hash of an erased one can no longer be made from it. It keeps
 * the hash, and a tombstone later in the chain, which is hashed like every event, vouches for the
 * rest: it names the numbers that were erased and seals what is left of all events before it. The
 * seal is the same before and after they are erased, so a chain holds at every moment in between.
 */
#include "record_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 10000 /* of one tombstone */

/*
 * Whether the bytes are how we write that object: a change that parses to the same is a change too.
 */
static bool
is_written(const json_t *event, struct span value)
{
	char *bytes = json_dumps(event, JSON_COMPACT | JSON_SORT_KEYS);
	bool same = bytes && strlen(bytes) == value.len && memcmp(bytes, value.at, value.len) == 0;

	free(bytes);
	return same;
}

static bool
is_erased(const json_t *event)
{
	return json_is_true(json_object_get(event, "erased"));
}

static bool
is_tombstone(const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));

	return kind && strcmp(kind, RECORD_TOMBSTONE) == 0;
}

static char *
rest_of(const json_t *event)
{
	static const char *const kept[] = {
		"at_ms", "case_id", "hash", "kind", "number", "previous"
	};
	json_t *rest = json_pack("{s:b}", "erased", 1);
	char *bytes = NULL;
	bool failed = !rest;

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		json_t *value = json_object_get(event, kept[i]);

		if (value)
			failed = json_object_set(rest, kept[i], value) < 0 || failed;
	}
	if (!failed)
		bytes = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(rest);
	return bytes;
}

char *
record_event_rest(struct span event)
{
	json_t *read = json_loadb(event.at, event.len, JSON_REJECT_DUPLICATES, NULL);
	char *rest = json_is_object(read) ? rest_of(read) : NULL;

	json_decref(read);
	return rest;
}

/* Adds an event to a seal. */
static bool
seal_add(char seal[65], const json_t *event)
{
	char *rest = rest_of(event), *both;
	size_t len = rest ? strlen(rest) : 0;

	both = rest ? malloc(64 + len) : NULL;
	if (both) {
		memcpy(both, seal, 64);
		memcpy(both + 64, rest, len);
		record_sha256(both, 64 + len, seal);
	}
	free(rest);
	free(both);
	return both != NULL;
}

/*
 * Whether an event hashes to what it says. Members of a newer program were hashed too: all are, but
 * the hash itself.
 */
static bool
is_hashed(json_t *event, const char *hash)
{
	json_t *rest = json_copy(event);
	char expected[65], *bytes;
	bool same = false;

	json_object_del(rest, "hash");
	bytes = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(rest);
	if (bytes) {
		record_sha256(bytes, strlen(bytes), expected);
		same = strcmp(hash, expected) == 0;
	}
	free(bytes);
	return same;
}

/* Whether nothing but what is left of an event is there. */
static bool
is_rest(const json_t *event)
{
	char *rest = rest_of(event), *bytes = json_dumps(event, JSON_COMPACT | JSON_SORT_KEYS);
	bool same = rest && bytes && strcmp(rest, bytes) == 0;

	free(rest);
	free(bytes);
	return same && !is_tombstone(event);
}

static bool
fits_chain(const struct record_chain *chain, json_t *event)
{
	const char *previous = json_string_value(json_object_get(event, "previous"));
	const char *hash = json_string_value(json_object_get(event, "hash"));
	json_int_t case_id = json_integer_value(json_object_get(event, "case_id"));

	return previous && hash && strlen(hash) == 64 && strcmp(previous, chain->previous) == 0 &&
	       json_integer_value(json_object_get(event, "number")) == (json_int_t)chain->number &&
	       case_id > 0 && (chain->case_id == 0 || (uint64_t)case_id == chain->case_id) &&
	       (is_erased(event) ? is_rest(event) : is_hashed(event, hash));
}

void
record_chain_begin(struct record_chain *chain, uint64_t case_id)
{
	*chain = (struct record_chain){
		.case_id = case_id, .number = 1, .previous = RECORD_NO_HASH, .seal = RECORD_NO_HASH
	};
}

/* Remembers that the event that comes next is erased. */
static bool
note_erased(struct record_chain *chain)
{
	size_t size = chain->unnamed_size ? chain->unnamed_size : 64;
	unsigned char *grown;

	while (size <= chain->number && size < SIZE_MAX / 4)
		size *= 2;
	if (size > chain->unnamed_size) {
		grown = realloc(chain->unnamed, size);
		if (!grown)
			return false;
		memset(grown + chain->unnamed_size, 0, size - chain->unnamed_size);
		chain->unnamed = grown;
		chain->unnamed_size = size;
	}
	chain->unnamed[chain->number] = 1;
	chain->erased++;
	return true;
}

/* What a tombstone says must fit what came before it. */
static bool
take_tombstone(struct record_chain *chain, const json_t *event)
{
	const json_t *data = json_object_get(event, "data"),
		     *ranges = json_object_get(data, "ranges"), *one;
	const char *seal = json_string_value(json_object_get(data, "seal"));
	size_t i;

	if (!seal || strcmp(seal, chain->seal) != 0 || json_array_size(ranges) > RANGES_MAX)
		return false;
	json_array_foreach(ranges, i, one)
	{
		json_int_t from = json_integer_value(json_array_get(one, 0)),
			   to = json_integer_value(json_array_get(one, 1));

		if (from < 1 || to < from || (uint64_t)to >= chain->number)
			return false;
		for (uint64_t n = (uint64_t)from; n <= (uint64_t)to && n < chain->unnamed_size; n++)
			chain->unnamed[n] = 0;
	}
	return true;
}

bool
record_chain_take(struct record_chain *chain, struct span event)
{
	json_t *read = json_loadb(event.at, event.len, JSON_REJECT_DUPLICATES, NULL);
	bool fits = json_is_object(read) && is_written(read, event) && fits_chain(chain, read);

	if (fits && is_erased(read))
		fits = note_erased(chain);
	else if (fits && is_tombstone(read))
		fits = take_tombstone(chain, read);
	if (fits)
		fits = seal_add(chain->seal, read);
	if (fits) {
		memcpy(chain->previous, json_string_value(json_object_get(read, "hash")),
		       sizeof(chain->previous));
		chain->case_id = (uint64_t)json_integer_value(json_object_get(read, "case_id"));
		chain->number++;
	}
	json_decref(read);
	return fits;
}

bool
record_chain_end(struct record_chain *chain)
{
	size_t n = 0;
	bool all;

	while (n < chain->unnamed_size && !chain->unnamed[n])
		n++;
	all = n == chain->unnamed_size;
	if (!all)
		chain->number = n;
	free(chain->unnamed);
	chain->unnamed = NULL;
	chain->unnamed_size = 0;
	return all;
}

static int
verify_event(void *context, struct span key, struct span value)
{
	struct record_chain *chain = context;

	return record_key_last_u64(key) == chain->number && record_chain_take(chain, value)
		       ? 0
		       : -EBADMSG;
}

int
record_event_verify(struct store_txn *txn, uint64_t case_id, uint64_t *ret_number)
{
	struct record_chain chain;
	struct record_key prefix = record_event_prefix(case_id);
	struct arena *arena = arena_new(0);
	struct case_record c;
	int r;

	if (!arena)
		return -ENOMEM;
	record_chain_begin(&chain, case_id);
	r = record_case_get(txn, arena, case_id, &c);
	if (r < 0)
		goto out;
	r = store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			verify_event, &chain);
	/* The case's own record says where the chain must end. */
	if (r == 0 && (c.last_event != chain.number - 1 ||
		       (c.last_event > 0 && strcmp(c.last_hash, chain.previous) != 0)))
		r = -EBADMSG;
	if (r == 0 && !record_chain_end(&chain))
		r = -EBADMSG;
	if (r == -EBADMSG)
		*ret_number = chain.number;
out:
	free(chain.unnamed);
	arena_free(arena);
	return r;
}

/* The seal over all events that a case has now. */
static int
seal_event(void *context, struct span key, struct span value)
{
	json_t *read = json_loadb(value.at, value.len, JSON_REJECT_DUPLICATES, NULL);
	int r = !json_is_object(read) ? -EBADMSG : seal_add(context, read) ? 0 : -ENOMEM;

	(void)key;
	json_decref(read);
	return r;
}

static json_t *
ranges_json(const struct record_range *ranges, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < count; i++)
		json_array_append_new(list, json_pack("[I, I]", (json_int_t)ranges[i].from,
						      (json_int_t)ranges[i].to));
	return list;
}

int
record_event_forget(struct store_txn *txn, struct arena *arena, struct case_record *c,
		    int64_t at_ms, const char *actor, const char *cause, const char *reason,
		    const struct record_range *ranges, size_t count)
{
	char seal[65] = RECORD_NO_HASH;
	json_t *data;
	int r;

	if (count > RANGES_MAX)
		return -E2BIG;
	r = record_event_raw(txn, c->id, seal_event, seal);
	if (r < 0)
		return r;
	data = json_pack("{s:s, s:s, s:o, s:s}", "cause", cause, "reason", reason, "ranges",
			 ranges_json(ranges, count), "seal", seal);
	r = data ? record_event_append(txn, arena, c, at_ms, actor, RECORD_TOMBSTONE, data)
		 : -ENOMEM;
	json_decref(data);
	return r;
}

int
record_event_erase(struct store_txn *txn, uint64_t case_id, uint64_t number)
{
	struct record_key key = record_event_prefix(case_id);
	json_t *read = NULL;
	struct span value;
	char *rest = NULL;
	int r;

	record_key_u64(&key, number);
	r = store_get(txn, record_key_span(&key), &value);
	if (r < 0)
		return r;
	read = json_loadb(value.at, value.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(read))
		r = -EBADMSG;
	else if (is_tombstone(read))
		r = -EPERM;
	else
		rest = rest_of(read);
	if (r == 0)
		r = rest ? store_put(txn, record_key_span(&key),
				     (struct span){ rest, strlen(rest) })
			 : -ENOMEM;
	free(rest);
	json_decref(read);
	return r;
}
