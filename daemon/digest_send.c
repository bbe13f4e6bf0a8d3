/*
 * digest_send: plans the digest's mails, once for each day.
 *
 * That a day was planned is kept for each day by itself: a clock that was wrong for a while, ahead
 * or behind, neither sends a day's digest twice nor keeps later days from having theirs.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "digest.h"
#include "digest_page.h"
#include "draft.h"
#include "record.h"

#define LOOK_AHEAD_DAYS 14
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct sender {
	struct arena *arena;
	const struct config *config;
	const struct account_config *account;
	int64_t now_ms;
	const char *subject, *text, *html;
};

/* A Message-ID of our form, whose last part nobody can guess who has not seen the digest. */
static const char *
message_id(const struct sender *s, uint64_t entry)
{
	const char *host = strchr(s->config->smtp.from, '@');
	char digest[65];
	char *seed =
		arena_printf(s->arena, "%" PRIu64 " %" PRIi64 " %s", entry, s->now_ms, s->html);

	if (!seed)
		return NULL;
	record_sha256(seed, strlen(seed), digest);
	return arena_printf(s->arena, "<triaged.0.%" PRIu64 ".%.16s@%s>", entry, digest,
			    host ? host + 1 : "localhost");
}

static int
plan_mail(struct store_txn *txn, const struct sender *s, const char *to)
{
	struct outbox_record_payload payload;
	struct outbox_record entry = { .account = s->account->name,
				       .kind = OUTBOX_NOTIFY,
				       .state = OUTBOX_PLANNED,
				       .folder = "",
				       .argument = to,
				       .error = "",
				       .rule = "digest",
				       .planned_ms = s->now_ms };
	int r = store_next(txn, "outbox", &entry.id);

	if (r < 0)
		return r;
	entry.message_id = message_id(s, entry.id);
	if (!entry.message_id)
		return -ENOMEM;
	r = draft_notice_html(s->arena, s->config->smtp.from, to, entry.message_id, s->now_ms,
			      s->subject, s->text, s->html, &payload.text, &payload.len);
	return r < 0 ? r : record_outbox_put(txn, &entry, &payload);
}

/* All receivers and the note that it was done, or nothing. */
static int
plan_all(struct store_txn *txn, const struct sender *s, long day)
{
	const struct digest_config *d = &s->config->digest;
	bool planned;
	int r = record_digest_get(txn, day, &planned);

	if (r < 0 || planned)
		return r;
	for (size_t i = 0; r == 0 && i < d->to_count; i++)
		r = plan_mail(txn, s, d->to[i]);
	if (r == 0)
		r = record_digest_put(txn, day);
	return r < 0 ? r : 1;
}

static int
write_page(struct sender *s, const json_t *digest, json_t **ret_page)
{
	json_t *page;
	int r = digest_page(s->arena, digest, s->config->digest.language, &page);

	if (r < 0)
		return r;
	*ret_page = page;
	s->subject = json_string_value(json_object_get(page, "subject"));
	s->text = digest_text(s->arena, page);
	s->html = digest_html(s->arena, page);
	return s->subject && s->text && s->html ? 0 : -ENOMEM;
}

static int
plan(struct store *store, struct sender *s, const json_t *digest, long day)
{
	json_t *page = NULL;
	struct store_txn *txn;
	int planned, r = write_page(s, digest, &page);

	if (r == 0)
		r = store_begin(store, true, &txn);
	if (r < 0)
		goto out;
	planned = plan_all(txn, s, day);
	if (planned == 1) {
		r = store_commit(txn);
		r = r < 0 ? r : 1;
	} else {
		store_abort(txn);
		r = planned;
	}
out:
	json_decref(page);
	return r;
}

/* The next digest after a moment. 0: there is none in the next two weeks. */
static int64_t
next_after(const struct config *config, const struct account_config *account, int64_t now_ms)
{
	for (int i = 0; i <= LOOK_AHEAD_DAYS; i++) {
		int64_t at = digest_moment(config, account, now_ms + i * DAY_MS);

		if (at > now_ms)
			return at;
	}
	return 0;
}

/* What today's digest says, unless it was planned: then *ret is NULL. */
static int
look(struct store *store, const struct sender *s, long day, json_t **ret)
{
	struct store_txn *txn;
	bool planned = false;
	int r = store_begin(store, false, &txn);

	*ret = NULL;
	if (r < 0)
		return r;
	r = record_digest_get(txn, day, &planned);
	if (r == 0 && !planned)
		r = digest_collect(txn, s->config, s->config->digest.account, s->now_ms, ret);
	store_abort(txn);
	return r;
}

int
digest_run(struct store *store, const struct config *config, int64_t now_ms, int64_t *ret_next_ms)
{
	struct sender s = { .config = config,
			    .account = digest_account(config, config->digest.account),
			    .now_ms = now_ms };
	json_t *digest;
	int64_t at;
	long day;
	int r;

	*ret_next_ms = 0;
	if (config->digest.to_count == 0 || !s.account)
		return 0;
	*ret_next_ms = next_after(config, s.account, now_ms);
	at = digest_moment(config, s.account, now_ms);
	if (at == 0 || at > now_ms)
		return 0;
	day = calendar_date(s.account->zone, now_ms);
	r = look(store, &s, day, &digest);
	if (r < 0 || !digest)
		return r;
	s.arena = arena_new(0);
	r = s.arena ? plan(store, &s, digest, day) : -ENOMEM;
	arena_free(s.arena);
	json_decref(digest);
	return r;
}
