/*
 * engine_hooks: what the API asks of the running daemon. Runs on the event loop's thread.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "card.h"
#include "correction.h"
#include "digest.h"
#include "engine_internal.h"
#include "log.h"
#include "view.h"
#include "vigil.h"

#define ATTENTION_MAX 100

/* Every error with its place and what to do about it. */
static int
add_problems(json_t *list, const struct problems *problems)
{
	char place[1024], text[1024 + sizeof(problems->list->hint)];

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *p = &problems->list[i];

		if (p->level != PROBLEM_ERROR)
			continue;
		snprintf(text, sizeof(text), "%s%s%s", err_text(&p->err, place, sizeof(place)),
			 *p->hint ? "; " : "", p->hint);
		if (json_array_append_new(list, json_string(text)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The new set, or why the old one stays. */
static int
load_again(struct engine *e, bool yes, struct problems *problems, struct bundle **ret,
	   struct err *err)
{
	struct bundle *fresh = NULL, *old = service_bundle(&e->service);
	size_t before = ruleset_count(old->rules), now;
	int r;

	bundle_unref(old);
	r = bundle_load(e->config->rules, e->config->rule_count, e->config, &engine_ruleset_options,
			false, problems, &fresh);
	if (r < 0 && problems->errors == 0)
		return err_set(err, r,
			       "the rule directories could not be read: %s; the running rules stay",
			       strerror(-r));
	if (r < 0)
		return err_set(err, r, "the new rules have %zu mistake%s, the running ones stay",
			       problems->errors, problems->errors == 1 ? "" : "s");
	now = ruleset_count(fresh->rules);
	if (!yes && (now == 0 || now * 2 < before)) {
		bundle_unref(fresh);
		return err_set(err, -EPERM,
			       "the new set has %zu rules where %zu are running; if that is meant: "
			       "triagectl "
			       "reload --yes",
			       now, before);
	}
	*ret = fresh;
	return 0;
}

int
engine_reload(struct engine *e, bool yes, json_t **ret, struct err *err)
{
	struct problems problems = { 0 };
	struct bundle *fresh = NULL;
	json_t *list = json_array();
	int r;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic_ms() * 1000);
	r = load_again(e, yes, &problems, &fresh, err);
	add_problems(list, &problems);
	if (r == 0) {
		log_line(LOG_NOTICE, NULL, "%zu rules loaded, set %.12s",
			 ruleset_count(fresh->rules), fresh->hash);
		*ret = json_pack("{s:I,s:s,s:I,s:o}", "rules",
				 (json_int_t)ruleset_count(fresh->rules), "hash", fresh->hash,
				 "warnings", (json_int_t)problems.warnings, "problems", list);
		e->reload_error[0] = '\0';
		e->reloaded_ms = clock_now_ms(&clock_system);
		service_swap(&e->service, fresh);
	} else {
		const char *first = json_string_value(json_array_get(list, 0));

		/* The answer has the whole list; log and status name the first. */
		snprintf(e->reload_error, sizeof(e->reload_error), "%s%s%s", err->text,
			 first ? ": " : "", first ? first : "");
		log_line(LOG_ERR, NULL, "reload refused: %s", e->reload_error);
		*ret = json_pack("{s:s,s:o}", "error", err->text, "problems", list);
	}
	problems_free(&problems);
	sd_notify(0, "READY=1");
	return r;
}

static int
hook_reload(void *context, bool yes, json_t **ret, struct err *err)
{
	return engine_reload(context, yes, ret, err);
}

static int
hook_status(void *context, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct bundle *bundle = service_bundle(&e->service);
	json_t *accounts = json_array(), *attention = NULL, *rules;
	const char *jit_why = "", *gate_why = "";
	bool jit = ruleset_jit(bundle->rules, &jit_why),
	     gate = ruleset_gate(bundle->rules, &gate_why);
	struct store_txn *txn;

	for (size_t i = 0; accounts && i < e->mailbox_count; i++)
		json_array_append_new(accounts, mailbox_status(e->mailboxes[i]));
	if (store_begin(e->service.store, false, &txn) == 0) {
		view_attention(txn, e->config, ATTENTION_MAX, &attention);
		store_abort(txn);
	}
	rules = json_pack("{s:I,s:s,s:b,s:s,s:b,s:s,s:o,s:I,s:s}", "count",
			  (json_int_t)ruleset_count(bundle->rules), "hash", bundle->hash, "jit",
			  jit, "jit_why", jit_why, "gate", gate, "gate_why", gate_why,
			  "quarantined", vigil_quarantined(bundle), "loaded_ms",
			  (json_int_t)e->reloaded_ms, "reload_error", e->reload_error);
	bundle_unref(bundle);
	*ret = json_pack("{s:s,s:I,s:I,s:o,s:o,s:o}", "version", TRIAGED_VERSION, "started_ms",
			 (json_int_t)e->started_ms, "now_ms",
			 (json_int_t)clock_now_ms(&clock_system), "rules", rules, "accounts",
			 accounts, "attention", attention ? attention : json_object());
	return *ret ? 0 : err_set(err, -ENOMEM, "making the status: out of memory");
}

static int
hook_resume(void *context, const char *account, const char *folder, struct err *err)
{
	struct engine *e = context;

	for (size_t i = 0; i < e->mailbox_count; i++)
		if (strcmp(e->config->accounts[i].name, account) == 0)
			return mailbox_resume(e->mailboxes[i], folder, err);
	return err_set(err, -ENOENT, "no account is called %s; triagectl status lists them",
		       account);
}

static int
correct(struct engine *e, uint64_t case_id, const struct correction *say, json_t **ret,
	struct err *err)
{
	struct bundle *bundle = service_bundle(&e->service);
	struct arena *arena = arena_new(0);
	struct case_record c;
	struct store_txn *txn;
	int r = arena ? store_begin(e->service.store, true, &txn) : -ENOMEM;

	if (r < 0) {
		err_set(err, r, "correcting C%llu: %s", (unsigned long long)case_id, strerror(-r));
		goto out;
	}
	r = correction_of_case(txn, arena, bundle->policy, case_id, say, &c, err);
	if (r < 0) {
		store_abort(txn);
		goto out;
	}
	*ret = view_flags(&c);
	r = store_commit(txn);
	if (r < 0)
		err_set(err, r, "writing the correction to the store: %s%s", strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
out:
	arena_free(arena);
	bundle_unref(bundle);
	return r;
}

static int
hook_correct(void *context, uint64_t case_id, const char *change, const char *actor, json_t **ret,
	     struct err *err)
{
	struct engine *e = context;
	struct correction say = { .actor = actor, .now_ms = clock_now_ms(&clock_system) };
	int r = correction_parse(change, &say, err);

	return r < 0 ? r : correct(e, case_id, &say, ret, err);
}

/* What was written may be due at once: a promise, a draft. */
static void
wake_up(struct engine *e, const char *account)
{
	engine_promises(e);
	for (size_t i = 0; i < e->mailbox_count; i++)
		if (strcmp(e->config->accounts[i].name, account) == 0)
			mailbox_wake(e->mailboxes[i], false);
}

static int
hook_steer(void *context, uint64_t case_id, const struct steer *steer, json_t **ret,
	   struct err *err)
{
	struct engine *e = context;
	struct bundle *bundle = service_bundle(&e->service);
	struct arena *arena = arena_new(0);
	const char *said;
	struct case_record c;
	struct store_txn *txn;
	int r = arena ? store_begin(e->service.store, true, &txn) : -ENOMEM;

	if (r < 0) {
		err_set(err, r, "writing to C%llu: %s", (unsigned long long)case_id, strerror(-r));
		goto out;
	}
	r = steer_case(txn, arena, e->config, bundle, case_id, steer, &c, &said, err);
	if (r < 0) {
		store_abort(txn);
		goto out;
	}
	*ret = view_steered(&c, said);
	r = store_commit(txn);
	if (r < 0)
		err_set(err, r, "writing to C%llu: %s%s", (unsigned long long)case_id, strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
	else
		wake_up(e, c.account);
out:
	arena_free(arena);
	bundle_unref(bundle);
	return r;
}

static int
hook_card(void *context, const char *address, const struct steer *steer, json_t **ret,
	  struct err *err)
{
	struct engine *e = context;
	struct arena *arena = arena_new(0);
	struct customer_record c;
	const char *said;
	struct store_txn *txn;
	int r = arena ? store_begin(e->service.store, true, &txn) : -ENOMEM;

	if (r < 0) {
		err_set(err, r, "writing to the card of %.100s: %s", address, strerror(-r));
		goto out;
	}
	r = card_steer(txn, arena, address, steer, &c, &said, err);
	if (r < 0) {
		store_abort(txn);
		goto out;
	}
	*ret = json_pack("{s:s, s:s, s:s}", "customer", c.address, "said", said, "standing",
			 card_standing(&c));
	r = store_commit(txn);
	if (r < 0)
		err_set(err, r, "writing to the card of %.100s: %s%s", address, strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
out:
	arena_free(arena);
	return r;
}

static int
hook_import(void *context, const char *rows, const char *actor, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct arena *arena = arena_new(0);
	struct store_txn *txn;
	size_t count = 0;
	int r = arena ? store_begin(e->service.store, true, &txn) : -ENOMEM;

	if (r < 0) {
		err_set(err, r, "writing imported customers: %s", strerror(-r));
		goto out;
	}
	r = card_import_rows(txn, arena, rows, actor, clock_now_ms(&clock_system), &count, err);
	if (r < 0) {
		store_abort(txn);
		goto out;
	}
	r = store_commit(txn);
	if (r < 0)
		err_set(err, r, "writing imported customers to the store: %s%s", strerror(-r),
			r == -ENOSPC ? "; make room on the disk or raise store_max" : "");
	else
		*ret = json_pack("{s:I}", "imported", (json_int_t)count);
out:
	arena_free(arena);
	return r;
}

static int
hook_rules(void *context, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct bundle *bundle = service_bundle(&e->service);
	struct store_txn *txn;
	int r = store_begin(e->service.store, false, &txn);

	if (r == 0) {
		r = view_rules(txn, bundle->rules, ret);
		store_abort(txn);
	}
	if (r == 0) {
		json_object_set_new(*ret, "hash", json_string(bundle->hash));
		json_object_set_new(*ret, "since_ms", json_integer(e->reloaded_ms));
	}
	bundle_unref(bundle);
	return r < 0 ? err_set(err, r, "gathering what the rules did: %s", strerror(-r)) : 0;
}

static int
hook_digest(void *context, const char *account, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct store_txn *txn;
	int r;

	if (!account)
		account = e->config->digest.account;
	else if (strcmp(account, "all") == 0)
		account = NULL;
	if (account && !config_account(e->config, account))
		return err_set(err, -ENOENT,
			       "no account is called \"%.60s\"; triagectl status lists them",
			       account);
	r = store_begin(e->service.store, false, &txn);
	if (r == 0) {
		r = digest_collect(txn, e->config, account, clock_now_ms(&clock_system), ret);
		store_abort(txn);
	}
	return r < 0 ? err_set(err, r, "making the digest: %s", strerror(-r)) : 0;
}

static int
hook_acting(void *context, json_t *one)
{
	const struct engine *e = context;

	return view_acting(e->config, clock_now_ms(&clock_system), one);
}

static int
hook_recurring(void *context, const struct recurring_ask *ask, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct bundle *bundle = service_bundle(&e->service);
	int r = recurring_answer(e->service.store, e->config, bundle, ask, ret, err);

	bundle_unref(bundle);
	for (size_t i = 0; ask->what && i < e->mailbox_count; i++)
		mailbox_wake(e->mailboxes[i], false);
	return r;
}

struct api_hooks
engine_hooks(struct engine *e)
{
	return (struct api_hooks){
		.context = e,
		.status = hook_status,
		.reload = hook_reload,
		.resume = hook_resume,
		.correct = hook_correct,
		.steer = hook_steer,
		.forget = engine_forget,
		.mails = engine_mails,
		.card = hook_card,
		.import = hook_import,
		.rules = hook_rules,
		.digest = hook_digest,
		.acting = hook_acting,
		.recurring = hook_recurring,
	};
}
