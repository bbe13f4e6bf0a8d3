/*
 * absence: see absence.h.
 */
#include "absence.h"

#include <string.h>

const struct agent_away *
absence_of(const struct agent_config *agent, const struct zone *zone, int64_t now_ms)
{
	struct wall wall;
	int today;

	zone_wall(agent->zone ? agent->zone : zone, now_ms / 1000, &wall);
	today = wall.year * 10000 + wall.month * 100 + wall.day;
	for (size_t i = 0; i < agent->away_count; i++)
		if (agent->away[i].from <= today && today <= agent->away[i].until)
			return &agent->away[i];
	return NULL;
}

static const struct agent_config *
first_there(const struct config *config, const char *role, const struct zone *zone, int64_t now_ms,
	    bool with_address)
{
	for (size_t i = 0; i < config->agent_count; i++) {
		const struct agent_config *a = &config->agents[i];

		if (strcmp(a->role, role) == 0 && (!with_address || *a->address) &&
		    !absence_of(a, zone, now_ms))
			return a;
	}
	return NULL;
}

const struct agent_config *
absence_role(const struct config *config, const char *role, const struct zone *zone, int64_t now_ms,
	     bool with_address)
{
	const struct agent_config *a = first_there(config, role, zone, now_ms, with_address);

	return a || strcmp(role, "senior") != 0
		       ? a
		       : first_there(config, "lead", zone, now_ms, with_address);
}

const struct agent_config *
absence_acts(const struct config *config, const struct agent_config *agent, const struct zone *zone,
	     int64_t now_ms, const struct agent_away **ret_away)
{
	const struct agent_away *away = absence_of(agent, zone, now_ms);
	const struct agent_config *acts = agent, *lead;

	if (ret_away)
		*ret_away = away;
	/* More steps than agents would come to somebody a second time. */
	for (size_t step = 0; away && acts && step < config->agent_count; step++) {
		acts = config_agent(config, away->deputy);
		away = acts ? absence_of(acts, zone, now_ms) : NULL;
	}
	if (acts && !away)
		return acts;
	lead = absence_role(config, "lead", zone, now_ms, false);
	return lead ? lead : agent;
}

const char *
absence_day(struct arena *arena, int day)
{
	return arena_printf(arena, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}
