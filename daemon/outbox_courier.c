/*
 * outbox_courier: carries out what does not go through the mailbox: webhooks and notices by mail.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "deliver.h"
#include "outbox.h"
#include "webhook.h"

#define GROUP_MAX	16
#define ROUNDS_MAX	100000

static int
send_webhook(const struct intake *intake, const struct outbox_record *e, const struct outbox_record_payload *payload,
	     const _Atomic int *cancelled, struct err *err)
{
	const struct webhook_config *webhook = config_webhook(intake->config, e->argument);
	char key[64];

	if (!webhook)
		return err_set(err, -EPERM, "webhook %s is no longer in the configuration", e->argument);
	snprintf(key, sizeof(key), "triaged-%" PRIu64 "-%" PRIi64, e->id, e->planned_ms);
	return webhook_post(webhook, key, payload->text, payload->len, cancelled, err);
}

static int
send_one(const struct intake *intake, struct arena *arena, const struct outbox_record *e, const _Atomic int *cancelled,
	 struct err *err)
{
	struct outbox_record_payload payload;
	struct store_txn *txn;
	int r;

	if (e->kind == OUTBOX_NOTIFY && e->state == OUTBOX_UNKNOWN)
		return err_set(err, -EIO, "triaged stopped while the notice to %s was being sent: it may or may not have "
			       "arrived, and is not sent twice", e->argument);
	r = store_begin(intake->store, false, &txn);
	if (r < 0)
		return err_set(err, -EAGAIN, "reading the store: %s", strerror(-r));
	r = record_outbox_payload(txn, arena, e->account, e->id, &payload);
	store_abort(txn);
	if (r < 0)
		return err_set(err, -EBADMSG, "its text is no longer in the store");
	if (e->kind == OUTBOX_WEBHOOK)
		return send_webhook(intake, e, &payload, cancelled, err);
	return deliver_mail(&intake->config->smtp, e->argument, payload.text, payload.len, cancelled, err);
}

int
outbox_run_courier(const struct intake *intake, unsigned kinds, const _Atomic int *cancelled, struct outbox_counts *ret, struct err *err)
{
	struct arena *arena = arena_new(0);
	struct outbox_counts counts = { 0 };
	int r = arena ? 0 : -ENOMEM;

	for (unsigned round = 0; r == 0 && round < ROUNDS_MAX && !*cancelled; round++) {
		struct outbox_record *entries;
		size_t count;

		arena_reset(arena);
		r = outbox_due(intake, arena, kinds, GROUP_MAX, &entries, &count, &counts.next_ms);
		if (r < 0 || count == 0)
			break;
		for (size_t i = 0; r == 0 && i < count && !*cancelled; i++) {
			struct outbox_result result = { 0 };
			struct err why = { 0 };

			r = outbox_start(intake->store, &entries[i], 1);
			if (r < 0)
				break;
			result.entry = entries[i];
			result.error = send_one(intake, arena, &entries[i], cancelled, &why);
			result.again = result.error == -EAGAIN;
			snprintf(result.text, sizeof(result.text), "%s", why.text);
			counts.done += result.error == 0;
			counts.failed += result.error < 0 && !result.again;
			r = outbox_finish(intake, &result, 1);
		}
	}
	if (r < 0)
		err_set(err, r, "carrying out notices and webhooks: %s", strerror(-r));
	arena_free(arena);
	*ret = counts;
	return r;
}
