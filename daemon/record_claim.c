/*
 * record_claim: what a mail asks for and what a customer was given, inside their records; which
 * cases name the same order or are the same customer's; and what a case is about.
 */
#include "record_io.h"

#include <errno.h>
#include <string.h>

#include "amount.h"

#define APPROVALS_MAX 400 /* read of one record; steer keeps fewer */

static const char *const parts[] = { "subject", "body" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The one of the names that is the text; the first when none is. */
static const char *
one_of(const char *const *names, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(names[i], text) == 0)
			return names[i];
	return names[0];
}

static int64_t
number_of(const json_t *one, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(one, name));

	return n > 0 ? n : 0;
}

static const char *
text_of(struct record_reader *r, const json_t *one, const char *name)
{
	const char *text = json_string_value(json_object_get(one, name));
	char *copy = text && *text ? arena_strdup(r->arena, text) : "";

	if (!copy)
		r->error = -ENOMEM;
	return copy ? copy : "";
}

/* Puts the array and gives it up; one that could not be made spoils the record. */
static void
write_list(struct record_writer *w, const char *name, json_t *list, size_t count)
{
	w->failed |= json_array_size(list) != count;
	record_write_any(w, name, list, RECORD_EVIDENCE_MAX);
	json_decref(list);
}

void
record_write_claims(struct record_writer *w, const char *name, const struct claims *claims)
{
	json_t *list = json_array();

	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *c = &claims->list[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:I}", "currency",
						c->currency, "kind", claim_kind_name(c->kind),
						"length", (json_int_t)c->length, "offset",
						(json_int_t)c->offset, "part", c->part, "text",
						c->text, "units", (json_int_t)c->units));
	}
	write_list(w, name, list, claims->count);
}

static enum claim_kind
kind_of(const json_t *one)
{
	const char *name = json_string_value(json_object_get(one, "kind"));

	for (int k = 0; name && k < CLAIM_KIND_COUNT; k++)
		if (strcmp(claim_kind_name((enum claim_kind)k), name) == 0)
			return (enum claim_kind)k;
	return CLAIM_KIND_COUNT;
}

void
record_read_claims(struct record_reader *r, const char *name, struct claims *ret)
{
	json_t *list = record_read_any(r, name), *one;
	struct claims claims = { .list = arena_calloc(r->arena, CLAIM_MAX, sizeof(struct claim)) };
	size_t i;

	json_array_foreach(list, i, one)
	{
		struct claim c = { .kind = kind_of(one), .units = number_of(one, "units") };

		/* One of a newer program is left out. */
		if (!claims.list || claims.count == CLAIM_MAX || c.kind == CLAIM_KIND_COUNT)
			continue;
		c.currency = amount_currency(json_string_value(json_object_get(one, "currency")));
		c.part = one_of(parts, COUNT(parts),
				json_string_value(json_object_get(one, "part")));
		c.offset = (size_t)number_of(one, "offset");
		c.length = (size_t)number_of(one, "length");
		c.text = text_of(r, one, "text");
		claims.list[claims.count++] = c;
	}
	if (!claims.list && !r->error)
		r->error = -ENOMEM;
	json_decref(list);
	*ret = claims;
}

void
record_write_approvals(struct record_writer *w, const char *name,
		       const struct approval_record *approvals, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			list, json_pack("{s:I, s:s, s:I, s:s, s:s, s:I}", "at",
					(json_int_t)approvals[i].at_ms, "by", approvals[i].by,
					"case", (json_int_t)approvals[i].case_id, "currency",
					approvals[i].currency, "reason", approvals[i].reason,
					"units", (json_int_t)approvals[i].units));
	write_list(w, name, list, count);
}

struct approval_record *
record_read_approvals(struct record_reader *r, const char *name, size_t *ret_count)
{
	json_t *list = record_read_any(r, name), *one;
	size_t count = json_array_size(list), n = 0, i;
	struct approval_record *approvals =
		arena_calloc(r->arena, count ? count : 1, sizeof(*approvals));

	if (count > APPROVALS_MAX || (!approvals && !r->error))
		r->error = approvals ? -EBADMSG : -ENOMEM;
	json_array_foreach(list, i, one)
	{
		if (!approvals || n == APPROVALS_MAX)
			break;
		approvals[n++] = (struct approval_record){
			.at_ms = number_of(one, "at"),
			.currency = amount_currency(
				json_string_value(json_object_get(one, "currency"))),
			.units = number_of(one, "units"),
			.case_id = (uint64_t)number_of(one, "case"),
			.by = text_of(r, one, "by"),
			.reason = text_of(r, one, "reason"),
		};
	}
	json_decref(list);
	*ret_count = n;
	return approvals;
}

static struct record_key
link_key(const char *account, enum case_link link, const char *text)
{
	struct record_key key = record_key(account, 'h');

	record_key_u8(&key, (uint8_t)link);
	record_key_string(&key, text);
	return key;
}

int
record_link_put(struct store_txn *txn, const char *account, enum case_link link, const char *text,
		uint64_t case_id)
{
	struct record_key key = link_key(account, link, text);

	if (!text || !*text)
		return 0;
	/* The newest case first. */
	record_key_u64(&key, UINT64_MAX - case_id);
	return record_index(txn, &key, true, NULL);
}

struct link_visit {
	int (*visit)(void *context, uint64_t case_id);
	void *context;
};

static int
visit_link(void *context, struct span key, struct span value)
{
	struct link_visit *v = context;

	(void)value;
	return v->visit(v->context, UINT64_MAX - record_key_last_u64(key));
}

int
record_link_each(struct store_txn *txn, const char *account, enum case_link link, const char *text,
		 int (*visit)(void *context, uint64_t case_id), void *context)
{
	struct record_key prefix = link_key(account, link, text);
	struct link_visit v = { visit, context };

	if (!text || !*text)
		return 0;
	if (prefix.failed)
		return -EINVAL;
	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_link, &v);
}

/* The newest first: times count down. */
static struct record_key
topic_key(const char *account, int64_t opened_ms, uint64_t case_id)
{
	struct record_key key = record_key(account, 'y');

	record_key_u64(&key, UINT64_MAX - (opened_ms > 0 ? (uint64_t)opened_ms : 0));
	record_key_u64(&key, case_id);
	return key;
}

int
record_topic_put(struct store_txn *txn, const struct topic_record *record)
{
	struct record_key key = topic_key(record->account, record->opened_ms, record->case_id);
	struct record_writer w;

	record_write_begin(&w);
	record_write_string(&w, "cause", record->cause);
	record_write_number(&w, "opened_ms", record->opened_ms);
	record_write_strings(&w, "words", record->words, record->word_count);
	return record_write_put(txn, &key, &w);
}

static void
topic_read(struct record_reader *r, struct topic_record *t)
{
	t->cause = record_read_string(r, "cause");
	t->opened_ms = record_read_number(r, "opened_ms", 0, INT64_MAX);
	t->words = record_read_strings(r, "words", &t->word_count);
}

int
record_topic_get(struct store_txn *txn, struct arena *arena, const struct case_record *c,
		 struct topic_record *ret)
{
	struct record_key key = topic_key(c->account, c->opened_ms, c->id);
	struct topic_record t = { .account = c->account, .case_id = c->id };
	struct record_reader r;

	if (record_read_key(&r, txn, arena, &key) < 0)
		return record_read_end(&r);
	topic_read(&r, &t);
	if (record_read_end(&r) < 0)
		return r.error;
	*ret = t;
	return 0;
}

struct topic_visit {
	struct arena *arena;
	const char *account;
	int (*visit)(void *context, const struct topic_record *record);
	void *context;
};

static int
visit_topic(void *context, struct span key, struct span value)
{
	struct topic_visit *v = context;
	struct topic_record t = { .account = v->account, .case_id = record_key_last_u64(key) };
	struct record_reader r;

	if (record_read(&r, v->arena, value) < 0)
		return record_read_end(&r);
	topic_read(&r, &t);
	if (record_read_end(&r) < 0)
		return r.error;
	return v->visit(v->context, &t);
}

int
record_topic_each(struct store_txn *txn, struct arena *arena, const char *account,
		  int (*visit)(void *context, const struct topic_record *record), void *context)
{
	struct record_key prefix = record_key(account, 'y');
	struct topic_visit v = { arena, account, visit, context };

	if (prefix.failed)
		return -EINVAL;
	return store_range(txn, record_key_span(&prefix), (struct span){ NULL, 0 }, false,
			   visit_topic, &v);
}

int
record_link_delete(struct store_txn *txn, const char *account, enum case_link link,
		   const char *text, uint64_t case_id)
{
	struct record_key key = link_key(account, link, text);

	if (!text || !*text)
		return 0;
	record_key_u64(&key, UINT64_MAX - case_id);
	return record_index(txn, &key, false, NULL);
}

int
record_topic_delete(struct store_txn *txn, const struct case_record *c)
{
	struct record_key key = topic_key(c->account, c->opened_ms, c->id);

	return record_index(txn, &key, false, NULL);
}
