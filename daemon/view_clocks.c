/*
 * view_clocks: the clocks of a case, as JSON.
 */
#include "sla.h"
#include "view.h"
#include "view_internal.h"

static json_t *
clock_json(enum target_clock clock, int64_t due_ms, bool late)
{
	if (due_ms == 0)
		return json_null();
	return json_pack("{s:s, s:o, s:b}", "clock", target_name(clock), "due", time_json(due_ms),
			 "late", late);
}

int
view_clocks(const struct case_record *c, json_t *page)
{
	if (json_object_set_new(
		    page, "answer",
		    clock_json(sla_answer_clock(c), c->response_due_ms, c->response_late)) < 0)
		return -1;
	return json_object_set_new(page, "solution",
				   clock_json(TARGET_RESOLVE, c->resolve_due_ms, c->resolve_late));
}
