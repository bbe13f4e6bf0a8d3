/*
 * playbook: see playbook.h.
 */
#include "playbook.h"

#include <errno.h>
#include <string.h>

#include "conduct.h"
#include "filters/place.h"
#include "filters/when.h"
#include "filters/yamldoc.h"

#define STEPS_MAX 200u

const char *const playbook_keys[] = { "steps", "sent", NULL };
const char *const playbook_step_keys[] = { "name", "if", "draft", "why", NULL };
const char *const playbook_if_keys[] = { "flags",   "fault",    "stage", "state", "promise",
					 "conduct", "standing", "turn",  NULL };
const char *const playbook_faults[] = { "ours", "shared", "theirs", "baseless", "unknown", NULL };
const char *const playbook_stages[] = { "new",        "acknowledged", "investigating",
					"approval",   "offered",      "agreed",
					"fulfilling", "confirmed",    NULL };
const char *const playbook_states[] = { "open", "solved", NULL };
const char *const playbook_promises[] = { "none", "open", "overdue", NULL };
const char *const playbook_turns[] = { "us", "customer", "colleagues", "nobody", NULL };
const char *const playbook_standings[] = { "keep", "share", "part", "unknown", NULL };

struct step {
	struct playbook_step shown;
	const struct when *flags; /* NULL: any */
	unsigned faults, stages, states, promises, conducts, standings,
		turns; /* bits of the lists, 0: any */
};

/* What follows when a draft from a template was sent. */
struct sent {
	const char *template, *stage;
};

struct playbook {
	struct arena *arena;
	struct sent *sent;
	size_t sent_count;
	struct step *steps;
	size_t count;
};

struct reader {
	struct yamldoc doc;
	struct playbook *playbook;
	const char *const *templates;
	const char *text;
	size_t len;
};

static int
index_of(const char *const *list, const char *text)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], text))
			return i;
	return -1;
}

static void
no_such(const struct reader *r, const struct yamlnode *node, const char *const *known,
	const char *what)
{
	char hint[192];

	yamldoc_choice(node->text, known, hint, sizeof(hint));
	yamldoc_error(&r->doc, node, hint, "there is no %s \"%.100s\"", what, node->text);
}

/* One word or a list of them, as bits of their places among known. */
static unsigned
read_words(const struct reader *r, const struct yamlnode *section, const char *key,
	   const char *const *known)
{
	const struct yamlnode *node = yamldoc_get(section, key), *n;
	const char **list;
	size_t count;
	unsigned bits = 0;

	if (!node || !yamldoc_strings(&r->doc, node, key, &list, &count))
		return 0;
	for (n = node->kind == YAMLNODE_LIST ? node->first : node; n;
	     n = n == node ? NULL : n->next) {
		int i = index_of(known, n->text);

		if (i < 0)
			no_such(r, n, known, key);
		else
			bits |= 1u << i;
	}
	return bits;
}

static const struct when *
read_flags(const struct reader *r, const struct yamlnode *node)
{
	struct when_error e = { .offset = 0 };
	unsigned line, column;
	const char *text;
	struct when *when;
	int result;

	if (!node || !yamldoc_string(&r->doc, node, "flags", &text))
		return NULL;
	result = when_parse(r->playbook->arena, text, node->len, &when, &e);
	if (result == 0)
		return when;
	if (result == -ENOMEM) {
		yamldoc_error(&r->doc, node, NULL, "flags cannot be kept: out of memory");
		return NULL;
	}
	place_in_scalar(r->text, r->len, node, e.offset, &line, &column);
	problems_add(r->doc.problems, PROBLEM_ERROR, r->doc.name, line, column,
		     e.hint[0] ? e.hint : NULL, "flags: %s", e.text);
	return NULL;
}

/* A text that must be there. */
static void
read_text(const struct reader *r, const struct yamlnode *step, const char *key, const char *hint,
	  const char **ret)
{
	const struct yamlnode *node = yamldoc_get(step, key);

	*ret = "";
	if (node)
		yamldoc_string(&r->doc, node, key, ret);
	else
		yamldoc_error(&r->doc, step, hint, "a step needs %s", key);
}

static void
read_step(const struct reader *r, const struct yamlnode *node, struct step *step)
{
	const struct yamlnode *conditions = yamldoc_get(node, "if"),
			      *template = yamldoc_get(node, "draft");

	step->shown.line = node->line;
	read_text(r, node, "name", "the name is what the history says", &step->shown.name);
	read_text(r, node, "draft", "name a template: draft: solution", &step->shown.template);
	read_text(r, node, "why", "say it as to a colleague", &step->shown.why);
	if (template && *step->shown.template && r->templates &&
	    index_of(r->templates, template->text) < 0)
		no_such(r, template, r->templates, "template");
	if (!conditions || conditions->kind == YAMLNODE_NULL ||
	    (!yamldoc_keys(&r->doc, conditions, "if", playbook_if_keys) &&
	     conditions->kind != YAMLNODE_MAP))
		return;
	step->flags = read_flags(r, yamldoc_get(conditions, "flags"));
	step->faults = read_words(r, conditions, "fault", playbook_faults);
	step->stages = read_words(r, conditions, "stage", playbook_stages);
	step->states = read_words(r, conditions, "state", playbook_states);
	step->promises = read_words(r, conditions, "promise", playbook_promises);
	step->conducts = read_words(r, conditions, "conduct", conduct_steps);
	step->standings = read_words(r, conditions, "standing", playbook_standings);
	step->turns = read_words(r, conditions, "turn", playbook_turns);
	step->shown.tells_conduct = step->conducts != 0;
}

static int
read_steps(const struct reader *r, const struct yamlnode *node)
{
	struct playbook *p = r->playbook;

	if (!node || node->kind != YAMLNODE_LIST || node->count > STEPS_MAX) {
		yamldoc_error(&r->doc, node ? node : r->doc.root,
			      "begin every step with \"- name: ...\"",
			      "steps must be a list of at most %u steps", STEPS_MAX);
		return 0;
	}
	p->steps = arena_calloc(p->arena, node->count + 1, sizeof(*p->steps));
	if (!p->steps)
		return -ENOMEM;
	for (const struct yamlnode *entry = node->first; entry; entry = entry->next) {
		yamldoc_keys(&r->doc, entry, "a step", playbook_step_keys);
		if (entry->kind == YAMLNODE_MAP)
			read_step(r, entry, &p->steps[p->count++]);
	}
	return 0;
}

/* sent: {TEMPLATE: STAGE} */
static int
read_sent(const struct reader *r, const struct yamlnode *node)
{
	struct playbook *p = r->playbook;

	if (!node || node->kind == YAMLNODE_NULL)
		return 0;
	if (node->kind != YAMLNODE_MAP || node->count > STEPS_MAX) {
		yamldoc_error(&r->doc, node, "write sent: {acknowledge: acknowledged}",
			      "sent must be a map of templates and stages, at most %u", STEPS_MAX);
		return 0;
	}
	p->sent = arena_calloc(p->arena, node->count + 1, sizeof(*p->sent));
	if (!p->sent)
		return -ENOMEM;
	for (const struct yamlnode *n = node->first; n; n = n->next) {
		struct sent *s = &p->sent[p->sent_count];

		if (!yamldoc_string(&r->doc, n, "a stage", &s->stage))
			continue;
		s->template = n->key->text;
		p->sent_count++;
		if (index_of(playbook_stages, s->stage) < 0)
			no_such(r, n, playbook_stages, "stage");
		if (r->templates && index_of(r->templates, s->template) < 0)
			no_such(r, n->key, r->templates, "template");
	}
	return 0;
}

int
playbook_parse(const char *name, const char *text, size_t len, const char *const *templates,
	       struct problems *problems, struct playbook **ret_playbook)
{
	struct arena *arena = arena_new(0);
	struct reader r = {
		.playbook = arena ? arena_calloc(arena, 1, sizeof(*r.playbook)) : NULL,
		.templates = templates,
		.text = text,
		.len = len,
	};
	size_t errors = problems->errors, from = problems->count;
	int result = -ENOMEM;

	if (r.playbook) {
		r.playbook->arena = arena;
		result = yamldoc_load(&r.doc, arena, name, text, len, problems);
	}
	if (result == 0) {
		yamldoc_keys(&r.doc, r.doc.root, "a playbook", playbook_keys);
		if (r.doc.root->kind == YAMLNODE_MAP)
			result = read_steps(&r, yamldoc_get(r.doc.root, "steps"));
		if (result == 0 && r.doc.root->kind == YAMLNODE_MAP)
			result = read_sent(&r, yamldoc_get(r.doc.root, "sent"));
		yamldoc_sort(problems, from);
	}
	if (result == 0 && problems->errors > errors)
		result = -EINVAL;
	if (result < 0) {
		arena_free(arena);
		return result;
	}
	*ret_playbook = r.playbook;
	return 0;
}

void
playbook_free(struct playbook *playbook)
{
	if (playbook)
		arena_free(playbook->arena);
}

const char *
playbook_stage(const struct playbook *playbook, const char *template)
{
	for (size_t i = 0; playbook && i < playbook->sent_count; i++)
		if (strcmp(playbook->sent[i].template, template) == 0)
			return playbook->sent[i].stage;
	return NULL;
}

const char *
playbook_conduct(const struct playbook *playbook, const char *template)
{
	unsigned about = 0;
	int found = -1;

	for (size_t i = 0; playbook && i < playbook->count; i++) {
		const struct step *s = &playbook->steps[i];

		if (strcmp(s->shown.template, template) != 0)
			continue;
		if (s->conducts == 0)
			return "";
		about |= s->conducts;
	}
	for (int i = 0; conduct_steps[i]; i++)
		if (about == 1u << i)
			found = i;
	return found < 0 ? "" : conduct_steps[found];
}

int
playbook_stage_order(const char *stage)
{
	int i = index_of(playbook_stages, stage);

	return i < 0 ? 0 : i;
}

static bool
fits_word(unsigned bits, const char *const *known, const char *word)
{
	int i = index_of(known, word);

	return bits == 0 || (i >= 0 && (bits & 1u << i));
}

static bool
fits(const struct step *s, const struct case_record *c, const char *conduct, const char *standing,
     const enum answer answers[FLAG_COUNT])
{
	const char *promise = c->overdue ? "overdue" : c->owes ? "open" : "none";

	return fits_word(s->faults, playbook_faults, *c->fault ? c->fault : "unknown") &&
	       fits_word(s->stages, playbook_stages, c->stage) &&
	       fits_word(s->states, playbook_states, c->state == CASE_SOLVED ? "solved" : "open") &&
	       fits_word(s->promises, playbook_promises, promise) &&
	       fits_word(s->turns, playbook_turns,
			 c->awaits && *c->awaits ? c->awaits : "nobody") &&
	       fits_word(s->conducts, conduct_steps, conduct) &&
	       fits_word(s->standings, playbook_standings, *standing ? standing : "unknown") &&
	       /* What was told once is not told again in the same case. */
	       (s->conducts == 0 || strcmp(conduct, c->conduct_told) != 0) &&
	       (!s->flags || when_eval(s->flags, answers) == ANSWER_HIT);
}

const struct playbook_step *
playbook_next(const struct playbook *playbook, const struct case_record *c, const char *conduct,
	      const char *standing)
{
	enum answer answers[FLAG_COUNT];

	for (int f = 0; f < FLAG_COUNT; f++)
		answers[f] = c->flags & (flag_set)1 << f ? ANSWER_HIT : ANSWER_CLEAR;
	for (size_t i = 0; playbook && i < playbook->count; i++)
		if (fits(&playbook->steps[i], c, conduct, standing, answers))
			return &playbook->steps[i].shown;
	return NULL;
}
