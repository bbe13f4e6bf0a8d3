/*
 * vigil: see vigil.h. Called after every batch of mail, so it only looks closer when a counter
 * moved.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "log.h"
#include "vigil.h"

#define STATS_AT_ONCE 64u

/* Calls tell for every rule that is put aside. */
static void
each_quarantined(const struct bundle *bundle, void (*tell)(void *, const struct rule_stats *),
		 void *context)
{
	struct rule_stats stats[STATS_AT_ONCE];
	size_t from = 0, n;

	while ((n = ruleset_stats(bundle->rules, from, stats, STATS_AT_ONCE)) > 0) {
		for (size_t i = 0; i < n; i++)
			if (stats[i].quarantined)
				tell(context, &stats[i]);
		from += n;
	}
}

static void
log_rule(void *context, const struct rule_stats *s)
{
	(void)context;
	log_line(LOG_ERR, NULL,
		 "the rule %s (%s:%u) kept taking too many steps and is put aside: mails in which "
		 "it might have matched go to a person; make its patterns simpler or switch it "
		 "off, then reload",
		 s->rule, s->file, s->line);
}

void
vigil_look(struct bundle *bundle)
{
	size_t now = ruleset_quarantined(bundle->rules), told = bundle->quarantine_told;
	const char *why;

	/* Whoever moves the counter on tells; the others find it told. */
	if (now > told && atomic_compare_exchange_strong(&bundle->quarantine_told, &told, now))
		each_quarantined(bundle, log_rule, NULL);
	if (bundle->gated && !ruleset_gate(bundle->rules, &why) &&
	    !atomic_exchange(&bundle->gate_told, true))
		log_line(LOG_ERR, NULL,
			 "the literal gate is switched off: %s; judging goes on without it, slower "
			 "and right; please report this with the rules",
			 why);
}

static void
list_rule(void *context, const struct rule_stats *s)
{
	char at[512];

	snprintf(at, sizeof(at), "%s:%u", s->file, s->line);
	json_array_append_new(context, json_pack("{s:s,s:s}", "rule", s->rule, "at", at));
}

json_t *
vigil_quarantined(const struct bundle *bundle)
{
	json_t *list = json_array();

	if (list && ruleset_quarantined(bundle->rules) > 0)
		each_quarantined(bundle, list_rule, list);
	return list;
}
