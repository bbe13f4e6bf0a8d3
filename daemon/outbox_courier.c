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

#define GROUP_MAX 16
#define ATTEMPTS_MAX 64 /* in one call, so that every account has its turn */
#define DOWN_MAX 16     /* receivers that do not answer, remembered during one call */

/* One call. */
struct run {
	const struct intake *intake;
	struct arena *arena; /* reset after every group */
	const _Atomic int *cancelled;
	struct outbox_counts counts;
	char down[DOWN_MAX][128]; /* the first bytes of their names will do: the rest only waits a
				     little longer */
	size_t down_count;
	unsigned attempts;
};

static int
send_webhook(const struct intake *intake, const struct outbox_record *e,
	     const struct outbox_record_payload *payload, const _Atomic int *cancelled,
	     struct err *err)
{
	const struct webhook_config *webhook = config_webhook(intake->config, e->argument);
	char key[64];

	if (!webhook)
		return err_set(err, -EPERM, "webhook %s is no longer in the configuration",
			       e->argument);
	snprintf(key, sizeof(key), "triaged-%" PRIu64 "-%" PRIi64, e->id, e->planned_ms);
	return webhook_post(webhook, key, payload->text, payload->len, cancelled, err);
}

static int
send_one(const struct intake *intake, struct arena *arena, const struct outbox_record *e,
	 const _Atomic int *cancelled, struct err *err)
{
	struct outbox_record_payload payload;
	struct store_txn *txn;
	int r;

	if (e->kind == OUTBOX_NOTIFY && e->state == OUTBOX_UNKNOWN)
		return err_set(err, -EIO,
			       "triaged stopped while the notice to %s was being sent: it may or "
			       "may not have "
			       "arrived, and is not sent twice",
			       e->argument);
	r = store_begin(intake->store, false, &txn);
	if (r == 0) {
		r = record_outbox_payload(txn, arena, e->account, e->id, &payload);
		store_abort(txn);
	}
	if (r == -ENOENT)
		return err_set(err, -EBADMSG, "its text is no longer in the store");
	if (r < 0)
		return err_set(err, -EAGAIN, "reading its text from the store: %s", strerror(-r));
	if (e->kind == OUTBOX_WEBHOOK)
		return send_webhook(intake, e, &payload, cancelled, err);
	return deliver_mail(&intake->config->smtp, e->argument, payload.text, payload.len,
			    cancelled, err);
}

/*
 * Whether an earlier attempt of this call found the receiver out of order: each costs a deadline,
 * and others wait.
 */
static bool
is_down(const struct run *run, const struct outbox_record *e)
{
	for (size_t i = 0; i < run->down_count; i++)
		if (strncmp(run->down[i], e->argument, sizeof(run->down[i]) - 1) == 0)
			return true;
	return false;
}

static int
attempt(struct run *run, struct outbox_record *e)
{
	struct outbox_result result = { 0 };
	struct err why = { 0 };
	int r = outbox_start(run->intake->store, run->arena, e, 1);

	if (r < 0 || e->state == OUTBOX_DONE)
		return r;
	run->attempts++;
	result.entry = *e;
	result.error = send_one(run->intake, run->arena, e, run->cancelled, &why);
	result.again = result.error == -EAGAIN || result.error == -ENOMEM;
	snprintf(result.text, sizeof(result.text), "%s", why.text);
	if (result.again && run->down_count < DOWN_MAX)
		snprintf(run->down[run->down_count++], sizeof(run->down[0]), "%s", e->argument);
	r = outbox_finish(run->intake, &result, 1);
	if (r < 0)
		return r;
	run->counts.done += result.entry.state == OUTBOX_DONE;
	run->counts.failed += result.error < 0 && result.entry.ended_ms;
	run->counts.next_ms = outbox_earlier(run->counts.next_ms, result.entry.next_ms);
	return 0;
}

static bool
may_go_on(const struct run *run)
{
	return run->attempts < ATTEMPTS_MAX && !*run->cancelled && !intake_stopping(run->intake);
}

int
outbox_run_courier(const struct intake *intake, unsigned kinds, const _Atomic int *cancelled,
		   struct outbox_counts *ret, struct err *err)
{
	struct run run = { .intake = intake, .arena = arena_new(0), .cancelled = cancelled };
	struct outbox_walk walk = { 0 };
	size_t count = 1;
	int r = run.arena ? 0 : -ENOMEM;

	while (r == 0 && count > 0 && may_go_on(&run)) {
		struct outbox_record *entries;

		r = outbox_due(intake, run.arena, kinds, GROUP_MAX, &walk, &entries, &count);
		for (size_t i = 0; r == 0 && i < count && may_go_on(&run); i++)
			if (!is_down(&run, &entries[i]))
				r = attempt(&run, &entries[i]);
		arena_reset(run.arena);
	}
	if (r < 0)
		err_set(err, r, "carrying out notices and webhooks: %s", strerror(-r));
	arena_free(run.arena);
	run.counts.more = r == 0 && run.attempts >= ATTEMPTS_MAX;
	run.counts.next_ms = outbox_earlier(run.counts.next_ms, walk.next_ms);
	*ret = run.counts;
	return r;
}
