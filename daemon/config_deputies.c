/*
 * config_deputies: who stands in for an agent: their superior, and a deputy for the days on which
 * they are away. See config_read.h.
 *
 * A name may stand before the agent whom it names, so that names are only looked at when all agents
 * have been read.
 */
#include <stdio.h>
#include <string.h>

#include "config_read.h"

#define AWAY_MAX 100u /* periods of one agent */

static const char *const away_keys[] = { "from", "until", "deputy", NULL };

/* A day of the calendar as a number like 20261224; 0 and a problem when it is none. */
static int
read_day(const struct yamldoc *doc, const struct yamlnode *entry, const char *key)
{
	const struct yamlnode *node = yamldoc_get(entry, key);
	struct wall day = { .year = 0 }, back;
	const char *text;
	int used = 0;

	if (!node) {
		yamldoc_error(doc, entry, "both are days on which the agent is away",
			      "an absence needs %s, a day", key);
		return 0;
	}
	if (!yamldoc_string(doc, node, key, &text))
		return 0;
	if (sscanf(text, "%4d-%2d-%2d%n", &day.year, &day.month, &day.day, &used) == 3 &&
	    used == 10 && !text[10] && day.year >= 1970 && day.month >= 1 && day.month <= 12 &&
	    day.day >= 1 && day.day <= 31) {
		zone_wall(NULL, zone_seconds(NULL, &day), &back);
		if (back.month == day.month)
			return day.year * 10000 + day.month * 100 + day.day;
	}
	yamldoc_error(doc, node, NULL, "%s must be a day like 2026-12-24", key);
	return 0;
}

static void
read_away(const struct yamldoc *doc, const struct yamlnode *entry, struct agent_config *a)
{
	struct agent_away *away = &a->away[a->away_count];

	if (!yamldoc_keys(doc, entry, "an absence", away_keys) && entry->kind != YAMLNODE_MAP)
		return;
	*away = (struct agent_away){ .deputy = "",
				     .from = read_day(doc, entry, "from"),
				     .until = read_day(doc, entry, "until") };
	config_read_string(doc, entry, "deputy", &away->deputy);
	if (away->from && away->until && away->from > away->until)
		yamldoc_error(doc, yamldoc_get(entry, "until"), "until is the last day away",
			      "the absence ends before it begins");
	a->away_count++;
}

static void
read_zone(const struct yamldoc *doc, const struct yamlnode *entry, struct agent_config *a)
{
	const char *name;

	if (config_read_string(doc, entry, "time_zone", &name) &&
	    zone_load(doc->arena, name, &a->zone) < 0)
		yamldoc_error(doc, yamldoc_get(entry, "time_zone"), "names are like Asia/Seoul",
			      "there is no time zone \"%.60s\"", name);
}

void
config_read_deputies(const struct yamldoc *doc, const struct yamlnode *entry,
		     struct agent_config *a)
{
	const struct yamlnode *away = yamldoc_get(entry, "away");

	a->superior = "";
	config_read_string(doc, entry, "superior", &a->superior);
	read_zone(doc, entry, a);
	if (!away || away->kind == YAMLNODE_NULL)
		return;
	if (away->kind != YAMLNODE_LIST || away->count > AWAY_MAX) {
		yamldoc_error(doc, away,
			      "write away: [{from: 2026-12-24, until: 2026-12-31, deputy: lee}]",
			      "away must be a list of at most %u absences", AWAY_MAX);
		return;
	}
	a->away = arena_calloc(doc->arena, away->count ? away->count : 1, sizeof(*a->away));
	if (!a->away) {
		yamldoc_error(doc, away, NULL, "away cannot be kept: out of memory");
		return;
	}
	for (const struct yamlnode *one = away->first; one; one = one->next)
		read_away(doc, one, a);
}

/* Another agent, who is there. node NULL: nobody is named. */
static void
check_other(const struct yamldoc *doc, const struct yamlnode *node, const struct config *config,
	    const struct agent_config *a, const char *what, const char *const *names)
{
	char hint[192];

	if (!node || node->kind != YAMLNODE_SCALAR || !node->len)
		return;
	if (!strcmp(node->text, a->name)) {
		yamldoc_error(doc, node, "name a colleague", "the %s of %s is %s", what, a->name,
			      a->name);
	} else if (!config_agent(config, node->text)) {
		yamldoc_choice(node->text, names, hint, sizeof(hint));
		yamldoc_error(doc, node, hint, "the %s of %s: there is no agent \"%.60s\"", what,
			      a->name, node->text);
	}
}

void
config_check_deputies(const struct yamldoc *doc, const struct yamlnode *node,
		      const struct config *config)
{
	const char **names = arena_calloc(doc->arena, config->agent_count + 1, sizeof(*names));
	const struct agent_config *a = config->agents;

	if (!names || !config->agent_count)
		return;
	for (size_t i = 0; i < config->agent_count; i++)
		names[i] = config->agents[i].name;
	for (const struct yamlnode *entry = node->first; entry; entry = entry->next) {
		const struct yamlnode *away = yamldoc_get(entry, "away");

		if (entry->kind != YAMLNODE_MAP)
			continue; /* was not read either */
		check_other(doc, yamldoc_get(entry, "superior"), config, a, "superior", names);
		for (const struct yamlnode *one = away && away->kind == YAMLNODE_LIST ? away->first
										      : NULL;
		     one; one = one->next)
			check_other(doc, yamldoc_get(one, "deputy"), config, a, "deputy", names);
		a++;
	}
}
