/*
 * engine_timers: what falls due by itself besides promises: the clocks of cases, the digest.
 */
#include <string.h>

#include "digest.h"
#include "engine_internal.h"
#include "log.h"
#include "sla.h"

static void
tell_breach(const struct case_record *c, const struct breach_record *breach)
{
	static const char *const what[] = { "the first answer is late", "an answer is late",
					    "the solution is late" };
	const struct log_about about = { .account = c->account, .case_id = c->id };

	log_line(LOG_WARNING, &about, "%s", what[breach->clock]);
}

static int64_t
run_digest(struct engine *e, int64_t now_ms)
{
	int64_t next_ms = 0;
	int r = digest_run(e->service.store, e->config, now_ms, &next_ms);

	if (r < 0)
		log_line(LOG_ERR, NULL, "making the digest: %s; tried again soon", strerror(-r));
	if (r == 1) {
		log_line(LOG_NOTICE, NULL, "today's digest is on its way to %zu receiver%s",
			 e->config->digest.to_count, e->config->digest.to_count == 1 ? "" : "s");
		service_kick(&e->service);
	}
	return next_ms;
}

int64_t
engine_timers(struct engine *e, int64_t now_ms)
{
	int64_t next_ms = 0;
	int r = sla_run(e->service.store, e->config, now_ms, tell_breach, &next_ms);

	if (r < 0)
		log_line(LOG_ERR, NULL, "looking for clocks that are due: %s; tried again soon",
			 strerror(-r));
	return outbox_earlier(r < 0 ? 0 : next_ms, run_digest(e, now_ms));
}
