/*
 * absence: who acts for an agent today. A pure function of the configuration and the clock:
 * ownership does not change while somebody is away, and comes back by itself with them.
 */
#ifndef DAEMON_ABSENCE_H
#define DAEMON_ABSENCE_H

#include <stdint.h>

#include "config.h"
#include "filters/arena.h"

/*
 * The absence that the moment lies in, NULL when the agent is there. Days begin in the agent's
 * zone, or in `zone` when they have none.
 */
const struct agent_away *
absence_of(const struct agent_config *agent, const struct zone *zone, int64_t now_ms);

/*
 * Who acts for the agent: themselves when they are there, else their deputy, or the deputy's deputy
 * and so on; when nobody is left on that way, a lead who is there. When nobody at all is there, the
 * agent themselves. Each agent is asked once at most, so that deputies who name each other end.
 * *ret_away (may be NULL): the agent's own absence, NULL when they are there.
 */
const struct agent_config *
absence_acts(const struct config *config, const struct agent_config *agent, const struct zone *zone,
	     int64_t now_ms, const struct agent_away **ret_away);

/*
 * An agent who is there and has that role ("senior": or is a lead, when no senior is there), the
 * first in the configuration; with_address: only one whom a notice reaches. NULL when there is
 * none.
 */
const struct agent_config *
absence_role(const struct config *config, const char *role, const struct zone *zone, int64_t now_ms,
	     bool with_address);

/* "2026-12-31" of a day like 20261231. In the arena; NULL when out of memory. */
const char *
absence_day(struct arena *arena, int day);

#endif
