/*
 * recurring_draft: see recurring_draft.h.
 */
#include "recurring_draft.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "record.h"
#include "recurring.h"
#include "steer.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define TEMPLATE "proactive-notice"
#define TOPICS_SEEN_MAX 20000 /* of one account */

bool
recurring_days(const char *text, unsigned *ret)
{
	char *end;
	unsigned long n = RECURRING_DAYS;

	if (*text) {
		if (strspn(text, "0123456789") != strlen(text))
			return false;
		n = strtoul(text, &end, 10);
	}
	if (n < 1 || n > RECURRING_DAYS_MAX)
		return false;
	*ret = (unsigned)n;
	return true;
}

/* The cases that are looked at, and what was found among them. */
struct scene {
	struct arena *arena;
	const struct recurring_ask *ask;
	struct recurring_case *cases;
	size_t count, recent;
	size_t room, recent_room, seen; /* of one account: both windows have a share */
	struct recurring_group *groups;
	size_t group_count;
};

static int
visit_topic(void *context, const struct topic_record *t)
{
	struct scene *s = context;
	int64_t window = s->ask->days * DAY_MS, age = s->ask->now_ms - t->opened_ms;

	if (s->room == 0 || ++s->seen > TOPICS_SEEN_MAX || age > window * (1 + RECURRING_BEFORE))
		return 1;
	if (age <= window && s->recent_room == 0)
		return 0;
	s->room--;
	s->recent_room -= age <= window;
	s->cases[s->count++] = (struct recurring_case){ .id = t->case_id,
							.recent = age <= window,
							.cause = t->cause,
							.words = (const char *const *)t->words,
							.word_count = t->word_count };
	s->recent += age <= window;
	return 0;
}

static int
look_in(struct store_txn *txn, const struct config *config, struct scene *s)
{
	size_t accounts = s->ask->account || config->account_count == 0 ? 1 : config->account_count;
	int r = 0;

	s->cases = arena_calloc(s->arena, RECURRING_CASES_MAX, sizeof(*s->cases));
	if (!s->cases)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < config->account_count; i++) {
		const char *name = config->accounts[i].name;

		s->seen = 0;
		s->room = RECURRING_CASES_MAX / accounts;
		s->recent_room = s->room / 2;
		if (!s->ask->account || strcmp(s->ask->account, name) == 0)
			r = record_topic_each(txn, s->arena, name, visit_topic, s);
	}
	return r < 0 ? r
		     : recurring_find(s->arena, s->cases, s->count, &s->groups, &s->group_count);
}

static int
look(struct store *store, const struct config *config, struct scene *s, struct err *err)
{
	struct store_txn *txn;
	int r;

	if (s->ask->account && !config_account(config, s->ask->account))
		return err_set(err, -ENOENT,
			       "no account is called \"%.60s\"; triagectl status lists them",
			       s->ask->account);
	r = store_begin(store, false, &txn);
	if (r == 0) {
		r = look_in(txn, config, s);
		store_abort(txn);
	}
	return r < 0 ? err_set(err, r, "looking for what recurs: %s", strerror(-r)) : 0;
}

/* "12 of the last 40 cases say “battery”, 2 of the 200 before" */
static json_t *
why_json(const struct scene *s, const struct recurring_group *g)
{
	const char *verb = g->cause ? "have the cause" : "say";

	return json_sprintf("%zu of the last %zu cases %s \"%s\", %zu of the %zu before", g->recent,
			    s->recent, verb, g->what, g->before, s->count - s->recent);
}

static json_t *
group_json(const struct scene *s, const struct recurring_group *g)
{
	json_t *also = json_array(), *ids = json_array();

	for (size_t i = 0; i < g->also_count; i++)
		json_array_append_new(also, json_string(g->also[i]));
	for (size_t i = 0; i < g->recent; i++)
		json_array_append_new(ids, json_sprintf("C%" PRIu64, g->ids[i]));
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:o, s:o, s:o}", "what", g->what,
			 "kind", g->cause ? "cause" : "word", "recent", (json_int_t)g->recent, "of",
			 (json_int_t)s->recent, "before", (json_int_t)g->before, "before_of",
			 (json_int_t)(s->count - s->recent), "times", g->times, "also", also,
			 "cases", ids, "why", why_json(s, g));
}

static json_t *
list_json(const struct scene *s)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < s->group_count; i++)
		json_array_append_new(groups, group_json(s, &s->groups[i]));
	return json_pack("{s:i, s:I, s:I, s:o}", "days", (int)s->ask->days, "cases",
			 (json_int_t)s->recent, "before", (json_int_t)(s->count - s->recent),
			 "groups", groups);
}

int
recurring_list(struct store_txn *txn, const struct config *config, const char *account,
	       int64_t now_ms, json_t **ret)
{
	const struct recurring_ask ask = { .account = account,
					   .days = RECURRING_DAYS,
					   .now_ms = now_ms };
	struct scene s = { .arena = arena_new(0), .ask = &ask };
	int r = s.arena ? look_in(txn, config, &s) : -ENOMEM;

	if (r == 0) {
		json_t *list = list_json(&s);

		*ret = list ? json_incref(json_object_get(list, "groups")) : NULL;
		json_decref(list);
		r = *ret ? 0 : -ENOMEM;
	}
	arena_free(s.arena);
	return r;
}

struct draft_look {
	const char *template, *reason;
	bool found;
};

/* A draft that was asked for by this group before. */
static int
visit_event(void *context, const struct event_record *event)
{
	struct draft_look *look = context;
	const char *template = json_string_value(json_object_get(event->data, "template"));
	const char *reason = json_string_value(json_object_get(event->data, "reason"));

	look->found |= strcmp(event->kind, "draft-asked") == 0 && template && reason &&
		       strcmp(template, look->template) == 0 &&
		       strncasecmp(reason, look->reason, strlen(look->reason)) == 0;
	return look->found;
}

/* What one case's draft is made with. */
struct maker {
	const struct config *config;
	const struct bundle *bundle;
	struct steer steer;
	const char *mark; /* what the reason begins with */
};

/* Plans it inside the transaction. *ret_why: why the case is left out, else NULL. */
static int
draft_one(struct store_txn *txn, struct arena *arena, const struct maker *m, uint64_t id,
	  const char **ret_why)
{
	struct draft_look before = { m->steer.value, m->mark, false };
	struct case_record c;
	const char *said;
	struct err err = { .text = "" };
	int r = record_case_get(txn, arena, id, &c);

	*ret_why = NULL;
	if (r == 0)
		r = record_event_each(txn, arena, id, visit_event, &before);
	if (r < 0)
		return r;
	if (c.state == CASE_SOLVED)
		*ret_why = "it is solved";
	else if (before.found)
		*ret_why = "it has this draft already";
	else if (case_on_hold(&c, m->steer.now_ms))
		*ret_why = arena_printf(arena, "it is on hold by %s: %s", c.hold_by, c.hold_reason);
	if (*ret_why)
		return 0;
	r = steer_case(txn, arena, m->config, m->bundle, id, &m->steer, &c, &said, &err);
	if (r == -EINVAL)
		*ret_why = arena_strdup(arena, err.text);
	return r == -EINVAL && *ret_why ? 0 : r;
}

/* The same in a transaction of its own, written into the answer. */
static int
draft_case(struct store *store, const struct maker *m, uint64_t id, json_t *drafted,
	   json_t *left_out)
{
	struct arena *arena = arena_new(0);
	struct store_txn *txn;
	const char *why = NULL;
	int r = arena ? store_begin(store, true, &txn) : -ENOMEM;

	if (r < 0)
		goto out;
	r = draft_one(txn, arena, m, id, &why);
	if (r < 0 || why)
		store_abort(txn);
	else
		r = store_commit(txn);
	if (r == 0 && why)
		json_array_append_new(
			left_out,
			json_pack("{s:o, s:s}", "case", json_sprintf("C%" PRIu64, id), "why", why));
	else if (r == 0)
		json_array_append_new(drafted, json_sprintf("C%" PRIu64, id));
out:
	arena_free(arena);
	return r;
}

static const struct recurring_group *
group_named(const struct scene *s)
{
	for (size_t i = 0; i < s->group_count; i++)
		if (strcasecmp(s->groups[i].what, s->ask->what) == 0)
			return &s->groups[i];
	return NULL;
}

static int
draft_group(struct store *store, const struct scene *s, struct maker *m,
	    const struct recurring_group *g, json_t **ret, struct err *err)
{
	json_t *drafted = json_array(), *left_out = json_array();
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->recent; i++)
		r = draft_case(store, m, g->ids[i], drafted, left_out);
	if (r < 0)
		err_set(err, r,
			"planning the drafts stopped after %zu of %zu cases: %s; say it again, and "
			"those that have theirs are left out",
			json_array_size(drafted), g->recent, strerror(-r));
	else
		*ret = json_pack("{s:s, s:s, s:O, s:O}", "what", s->ask->what, "template",
				 m->steer.value, "drafted", drafted, "left_out", left_out);
	json_decref(drafted);
	json_decref(left_out);
	return r;
}

static int
draft_all(struct store *store, const struct config *config, const struct bundle *bundle,
	  const struct scene *s, json_t **ret, struct err *err)
{
	const struct recurring_ask *ask = s->ask;
	const struct recurring_group *g = group_named(s);
	struct maker m = { .config = config,
			   .bundle = bundle,
			   .steer = { .verb = "draft",
				      .value = *ask->template ? ask->template : TEMPLATE,
				      .until = "",
				      .actor = ask->actor,
				      .now_ms = ask->now_ms } };

	if (!g)
		return err_set(err, -ENOENT,
			       "nothing called \"%.60s\" recurs in the last %u days; triagectl "
			       "recurring lists what does",
			       ask->what, ask->days);
	if (!bundle_template(bundle, m.steer.value, "en", "ko"))
		return err_set(err, -EINVAL, "there is no template \"%.60s\"; there are: %s",
			       m.steer.value, bundle_template_names(bundle, s->arena, "en"));
	if (strlen(ask->reason) > STEER_TEXT_MAX / 2)
		return err_set(err, -EINVAL, "the reason is longer than %d bytes; say it shorter",
			       STEER_TEXT_MAX / 2);
	m.mark = arena_printf(s->arena, "recurring \"%s\"", g->what);
	m.steer.reason =
		*ask->reason ? arena_printf(s->arena, "%s: %s", m.mark, ask->reason) : m.mark;
	if (!m.mark || !m.steer.reason)
		return err_set(err, -ENOMEM, "planning the drafts: out of memory");
	return draft_group(store, s, &m, g, ret, err);
}

int
recurring_answer(struct store *store, const struct config *config, const struct bundle *bundle,
		 const struct recurring_ask *ask, json_t **ret, struct err *err)
{
	struct scene s = { .arena = arena_new(0), .ask = ask };
	int r = s.arena ? look(store, config, &s, err)
			: err_set(err, -ENOMEM, "looking for what recurs: out of memory");

	if (r == 0 && ask->what)
		r = draft_all(store, config, bundle, &s, ret, err);
	else if (r == 0)
		*ret = list_json(&s);
	if (r == 0 && !*ret)
		r = err_set(err, -ENOMEM, "looking for what recurs: out of memory");
	arena_free(s.arena);
	return r;
}
