/*
 * engine_records: what the running daemon forgets: people, step by step, and what is old.
 */
#include <errno.h>
#include <string.h>

#include "engine_internal.h"
#include "forget.h"
#include "log.h"
#include "policy.h"
#include "retention.h"
#include "view.h"

#define FOLDERS_MAX 100 /* that a policy moves mail to */
#define LOOK_MS 60000   /* between two looks when nothing is to be done */
#define BUDGET_MS 200   /* at a time, so that status and stopping answer */
#define ASKED_MS 1000   /* the same while somebody waits for it */

static void
run_retention(struct engine *e)
{
	const struct retention_config *config = &e->config->retention;
	struct retention_counts counts = { 0 };
	int r = 0;

	if (config->solved_ms > 0 || config->messages_ms > 0)
		r = retention_run(e->service.store, config, clock_now_ms(&clock_system), &counts);
	if (r < 0)
		log_line(LOG_ERR, NULL, "forgetting what is old: %s; tried again soon",
			 strerror(-r));
	if (counts.wait_ms > 0 && !e->retention_waits)
		log_line(LOG_WARNING, NULL,
			 "the clock went forward by more than two days since retention was last "
			 "looked at: nothing is forgotten for a day, in case the clock is wrong");
	e->retention_waits = counts.wait_ms > 0;
	if (counts.cases + counts.messages > 0)
		log_line(LOG_NOTICE, NULL,
			 "retention: %u solved cases and %u mails of no case were forgotten",
			 counts.cases, counts.messages);
}

static int
on_timer(sd_event_source *source, uint64_t usec, void *context)
{
	struct engine *e = context;
	int64_t now_ms = clock_monotonic_ms(), wait_ms = LOOK_MS;
	int r;

	(void)usec;
	if (now_ms >= e->retention_next_ms) {
		run_retention(e);
		e->retention_next_ms = now_ms + clock_wait_ms(LOOK_MS);
	}
	r = forget_run(e->service.store, BUDGET_MS, NULL);
	if (r < 0)
		log_line(LOG_ERR, NULL, "forgetting a customer: %s; tried again soon",
			 strerror(-r));
	else if (r == 1)
		wait_ms = 1;
	sd_event_source_set_time_relative(source, (uint64_t)clock_wait_ms(wait_ms) * 1000);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int
engine_records_start(struct engine *e)
{
	return sd_event_add_time_relative(e->event, &e->records_timer, CLOCK_MONOTONIC, 0, 0,
					  on_timer, e);
}

/* How far it is after a while of work. */
static int
go_on(struct engine *e, struct arena *arena, bool *ret_more, struct forget_record *job,
      struct err *err)
{
	struct forget_record now;
	struct store_txn *txn;
	int r = forget_run(e->service.store, ASKED_MS, job);

	if (r < 0)
		return err_set(err, r,
			       "forgetting %.100s: %s; it goes on by itself, or when you say it "
			       "again",
			       job->address, strerror(-r));
	*ret_more = r == 1;
	r = store_begin(e->service.store, false, &txn);
	if (r < 0)
		return err_set(err, r, "reading how far it is: %s", strerror(-r));
	r = record_forget_get(txn, arena, job->address, &now);
	store_abort(txn);
	if (r == 0)
		*job = now;
	return r == -ENOENT ? 0 : r;
}

int
engine_forget(void *context, const struct forget *say, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct arena *arena = arena_new(0);
	struct forget_record job;
	bool known = false, more = false;
	int r = arena ? forget_begin(e->service.store, arena, e->config, say, &job, &known, err)
		      : err_set(err, -ENOMEM, "forgetting %.100s: out of memory", say->address);

	if (r == 0)
		r = go_on(e, arena, &more, &job, err);
	if (r == 0) {
		*ret = json_pack("{s:b, s:b, s:I, s:I, s:I}", "done", !more, "known", known,
				 "cases", (json_int_t)job.cases, "others", (json_int_t)job.others,
				 "mails", (json_int_t)job.messages);
		r = *ret ? 0 : err_set(err, -ENOMEM, "forgetting: out of memory");
		sd_event_source_set_time_relative(e->records_timer, 1000);
		sd_event_source_set_enabled(e->records_timer, SD_EVENT_ONESHOT);
	}
	arena_free(arena);
	return r;
}

int
engine_mails(void *context, uint64_t case_id, json_t **ret, struct err *err)
{
	struct engine *e = context;
	struct bundle *bundle = service_bundle(&e->service);
	const char *folders[FOLDERS_MAX];
	size_t count = policy_folders(bundle->policy, folders, FOLDERS_MAX);
	json_t *list = json_array();
	struct store_txn *txn;
	int r = store_begin(e->service.store, false, &txn);

	if (r == 0) {
		r = view_mails(txn, case_id, ret);
		store_abort(txn);
	}
	for (size_t i = 0; r == 0 && i < count; i++)
		json_array_append_new(list, json_string(folders[i]));
	if (r == 0)
		json_object_set_new(*ret, "folders", list);
	else
		json_decref(list);
	bundle_unref(bundle);
	return r < 0 ? err_set(err, r,
			       r == -ENOENT
				       ? "there is no case C%llu"
				       : "listing the mails of C%llu: the store cannot be read",
			       (unsigned long long)case_id)
		     : 0;
}
