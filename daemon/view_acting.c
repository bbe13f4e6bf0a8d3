/*
 * view_acting: who acts for the owner of a case that is shown. See view.h.
 */
#include <errno.h>
#include <string.h>

#include "absence.h"
#include "view.h"
#include "view_internal.h"

int
view_acting(const struct config *config, int64_t now_ms, json_t *one)
{
	const char *owner = json_string_value(json_object_get(one, "owner"));
	const char *name = json_string_value(json_object_get(one, "account"));
	const struct account_config *account = name ? config_account(config, name) : NULL;
	const struct agent_config *agent = owner ? config_agent(config, owner) : NULL, *acts;
	const struct agent_away *away;
	const struct zone *zone = account ? account->zone : NULL;
	struct arena *arena;
	json_t *acting = NULL;

	if (!agent || !absence_of(agent, zone, now_ms))
		return json_object_set_new(one, "acting", json_null()) < 0 ? -ENOMEM : 0;
	arena = arena_new(0);
	if (!arena)
		return -ENOMEM;
	acts = absence_acts(config, agent, zone, now_ms, &away);
	acting = json_pack("{s:s, s:s*}", "agent", acts->name, "until",
			   absence_day(arena, away->until));
	arena_free(arena);
	return !acting || json_object_set_new(one, "acting", acting) < 0 ? -ENOMEM : 0;
}
