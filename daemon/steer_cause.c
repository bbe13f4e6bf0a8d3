/*
 * steer_cause: what a case comes from, said by hand. See steer_internal.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "steer_internal.h"

#define CAUSE_BYTES_MAX 100

int
turn_keep_cause(struct turn *t)
{
	struct topic_record topic = { .account = t->c.account,
				      .opened_ms = t->c.opened_ms,
				      .case_id = t->c.id };
	int r = record_topic_get(t->txn, t->arena, &t->c, &topic);

	if (r < 0 && r != -ENOENT)
		return r;
	topic.cause = t->c.cause;
	return record_topic_put(t->txn, &topic);
}

int
turn_cause(struct turn *t)
{
	bool none = strcmp(t->steer->value, "none") == 0;
	const char *before = t->c.cause;
	int r;

	if (strlen(t->steer->value) > CAUSE_BYTES_MAX)
		return err_set(t->err, -EINVAL,
			       "a cause is a few words, at most %d bytes; use case note for more",
			       CAUSE_BYTES_MAX);
	r = turn_check_told(t, t->steer->value);
	if (r < 0)
		return r;
	t->c.cause = none ? "" : t->steer->value;
	t->said = none ? arena_printf(t->arena, "C%" PRIu64 " has no cause any more", t->c.id)
		       : arena_printf(t->arena, "the cause of C%" PRIu64 " is: %s", t->c.id,
				      t->c.cause);
	r = turn_keep_cause(t);
	return r < 0 ? r
		     : turn_put(t, "cause",
				json_pack("{s:s, s:s, s:s}", "cause", t->c.cause, "before", before,
					  "reason", t->steer->reason));
}
