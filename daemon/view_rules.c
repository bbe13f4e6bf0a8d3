/*
 * view_rules: what rules did and what people said of them, as JSON. See view.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "correction.h"
#include "view.h"
#include "view_internal.h"

#define STATS_AT_ONCE 64u

static int
add_rule(struct store_txn *txn, struct arena *arena, const struct rule_stats *s, json_t *list)
{
	uint64_t wrong;
	char at[512];
	int r = record_corrections_of_rule(txn, arena, s->rule, &wrong);

	if (r < 0)
		return r;
	snprintf(at, sizeof(at), "%s:%u", s->file, s->line);
	return json_array_append_new(
		       list, json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:b,s:I}", "rule",
				       s->rule, "flag", flag_name(s->flag), "at", at, "state",
				       s->shadow ? "shadow" : "live", "judged",
				       (json_int_t)s->judged, "hits", (json_int_t)s->hits,
				       "undetermined", (json_int_t)s->undetermined, "steps",
				       (json_int_t)s->steps, "ns", (json_int_t)s->ns, "quarantined",
				       s->quarantined, "wrong", (json_int_t)wrong)) < 0
		       ? -ENOMEM
		       : 0;
}

int
view_rules(struct store_txn *txn, const struct ruleset *set, json_t **ret)
{
	struct rule_stats stats[STATS_AT_ONCE];
	struct arena *arena = arena_new(0);
	json_t *list = json_array();
	size_t from = 0, n;
	int r = arena && list ? 0 : -ENOMEM;

	while (r == 0 && (n = ruleset_stats(set, from, stats, STATS_AT_ONCE)) > 0) {
		for (size_t i = 0; r == 0 && i < n; i++)
			r = add_rule(txn, arena, &stats[i], list);
		from += n;
		arena_reset(arena);
	}
	arena_free(arena);
	if (r < 0) {
		json_decref(list);
		return r;
	}
	*ret = json_pack("{s:o}", "rules", list);
	return *ret ? 0 : -ENOMEM;
}

struct corrected {
	struct store_txn *txn;
	struct arena *arena;
	json_t *mails;
	size_t limit;
	uint64_t last; /* the mail added last: corrections of one mail follow each other */
	bool more;
};

/* The rules that raised flags in a mail, each once a flag. */
static json_t *
rules_json(const struct message_record *m)
{
	json_t *list = json_array(), *one, *known;
	size_t i, k;

	json_array_foreach(m->evidence, i, one)
	{
		const char *rule = json_string_value(json_object_get(one, "rule"));
		const char *flag = json_string_value(json_object_get(one, "flag"));
		bool there = !rule || !flag;

		json_array_foreach(list, k, known) there =
			there ||
			(!strcmp(json_string_value(json_object_get(known, "rule")), rule) &&
			 !strcmp(json_string_value(json_object_get(known, "flag")), flag));
		if (!there)
			json_array_append_new(list, json_pack("{s:s,s:s,s:O*}", "rule", rule,
							      "flag", flag, "score",
							      json_object_get(one, "score")));
	}
	return list;
}

static int
visit_correction(void *context, const struct correction_record *c)
{
	struct corrected *all = context;
	struct message_record m;
	flag_set now;
	json_t *one;
	int r;

	if (c->message == all->last)
		return 0;
	all->more = json_array_size(all->mails) >= all->limit;
	if (all->more)
		return 1;
	all->last = c->message;
	r = record_message_get(all->txn, all->arena, c->message, &m);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = correction_flags(all->txn, all->arena, &m, &now);
	one = r < 0 ? NULL
		    : json_pack("{s:I,s:o,s:s,s:o,s:o,s:o,s:o}", "message", (json_int_t)m.id,
				"case", case_json(m.case_id), "account", text(m.account), "hits",
				flags_json(m.hits), "missing", flags_json(now & ~m.hits), "wrong",
				flags_json(m.hits & ~now), "rules", rules_json(&m));
	record_message_free(&m);
	if (r < 0)
		return r;
	return json_array_append_new(all->mails, one) < 0 ? -ENOMEM : 0;
}

int
view_corrections(struct store_txn *txn, size_t limit, json_t **ret)
{
	struct corrected all = { .txn = txn, .arena = arena_new(0), .limit = limit };
	int r = -ENOMEM;

	all.mails = json_array();
	if (all.arena && all.mails)
		r = record_correction_each(txn, all.arena, 0, visit_correction, &all);
	arena_free(all.arena);
	if (r < 0) {
		json_decref(all.mails);
		return r;
	}
	*ret = json_pack("{s:o,s:b}", "mails", all.mails, "more", all.more);
	return *ret ? 0 : -ENOMEM;
}

json_t *
view_flags(const struct case_record *c)
{
	return json_pack("{s:o,s:o,s:s}", "case", case_json(c->id), "flags", flags_json(c->flags),
			 "severity", text(c->severity));
}
