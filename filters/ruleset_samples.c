/*
 * ruleset_samples: what the samples of a rule show that passes them: a sample in a language that
 * the rule never sees, lines of match that none of them tries. See ruleset_lint.h.
 */
#include "ruleset_lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "language.h"
#include "limits.h"
#include "loaded.h"

#define LINES_NAMED 20u /* untried lines that have a note each; more share one */

/* Lines of match that no sample matches, of the shipped rules or of those that change them. */
struct untried {
	size_t lines, rules;
	struct {
		const struct rule *rule;
		const struct written *line;
	} named[LINES_NAMED];
};

struct trial {
	const struct loaded *loaded;
	struct matcher *matcher;
	struct arena *arena;       /* of one sample */
	bool *tried;               /* of each line of match of the rule */
	struct untried untried[2]; /* by ruleset_source.override */
};

static const struct yamlnode *
hit_samples(const struct rule *r)
{
	return yamldoc_get(yamldoc_get(r->node, "test"), "hit");
}

/* The first of some samples, and the next. */
static const struct yamlnode *
first_of(const struct yamlnode *list)
{
	return list != NULL && list->kind == YAMLNODE_LIST ? list->first : list;
}

static const struct yamlnode *
next_of(const struct yamlnode *list, const struct yamlnode *n)
{
	return list->kind == YAMLNODE_LIST ? n->next : NULL;
}

/* Samples are judged whatever their language, mails are not. */
static void
check_language(const struct rule *r, const struct yamlnode *n)
{
	const char *language = language_detect(n->text, n->len);

	if (r->language == NULL || strcmp(language, "und") == 0 ||
	    strcmp(language, r->language) == 0)
		return;
	problems_add(r->pack->doc.problems, PROBLEM_WARNING, r->pack->doc.name, n->line, n->column,
		     "take language out: it is only needed where a word means something else in "
		     "another language",
		     "the sample is %s, and %.80s looks at %s mails only", language, r->id,
		     r->language);
}

static void
try_view(struct trial *t, const struct rule *r, const struct folded *f)
{
	size_t start, end;

	for (size_t i = 0; i < r->match_count; i++) {
		if (t->tried[i])
			continue;
		matcher_begin(t->matcher, LIMIT_MESSAGE_STEPS, true);
		t->tried[i] = matcher_find(t->matcher, &r->match[i], f->text, f->len, 0,
					   MATCH_ANYWHERE, &start, &end) == ANSWER_HIT;
	}
}

/* Marks the lines that match a sample, as it is or as a person reads it. */
static int
try_sample(struct trial *t, const struct rule *r, const struct yamlnode *n)
{
	struct readings readings = { .count = 0 };
	struct folded f;
	int rc;

	arena_reset(t->arena);
	rc = fold_text(t->arena, r->view, n->text, n->len, &f);
	if (rc == 0)
		try_view(t, r, &f);
	if (rc == 0 && r->view != VIEW_PLAIN)
		rc = readings_find(t->arena, n->text, n->len, &readings);
	for (unsigned i = 0; i < readings.count && rc == 0; i++) {
		rc = fold_reading(t->arena, r->view, n->text, &readings, i, &f);
		if (rc == 0)
			try_view(t, r, &f);
	}
	return rc;
}

/* Finds the lines of match that no sample matches. */
static int
check_lines(struct trial *t, const struct rule *r)
{
	struct untried *untried = &t->untried[r->pack->source->override];
	const struct yamlnode *hits = hit_samples(r), *n;
	size_t before = untried->lines;
	int rc = 0;

	t->tried = arena_calloc(t->loaded->arena, r->match_count + 1, sizeof(*t->tried));
	if (t->tried == NULL)
		return -ENOMEM;
	for (n = first_of(hits); n != NULL && rc == 0; n = next_of(hits, n))
		rc = try_sample(t, r, n);
	for (size_t i = 0; i < r->match_count && rc == 0; i++) {
		if (t->tried[i])
			continue;
		if (untried->lines < LINES_NAMED) {
			untried->named[untried->lines].rule = r;
			untried->named[untried->lines].line = &r->match_written[i];
		}
		untried->lines++;
	}
	untried->rules += untried->lines > before;
	return rc;
}

/* A few are named one by one; of packs that do not try each line that is said once. */
static void
note_lines(const struct trial *t, const struct untried *u)
{
	size_t shown = u->lines <= LINES_NAMED ? u->lines : 1;

	for (size_t i = 0; i < shown; i++) {
		const struct yamlnode *n = u->named[i].line->node;
		const struct yamldoc *doc = &u->named[i].line->pack->doc;

		if (u->lines <= LINES_NAMED)
			problems_add(t->loaded->problems, PROBLEM_NOTE, doc->name, n->line,
				     n->column, "add one: a line with a slip in it hits nothing",
				     "no sample of %.80s matches this pattern",
				     u->named[i].rule->id);
		else
			problems_add(
				t->loaded->problems, PROBLEM_NOTE, doc->name, n->line, n->column,
				"a line with a slip in it hits nothing; try those that you add",
				"no sample matches this pattern, nor %zu others; they belong to "
				"%zu rule%s",
				u->lines - 1, u->rules, u->rules == 1 ? "" : "s");
	}
}

int
ruleset_lint_samples(const struct loaded *loaded)
{
	struct trial t = { .loaded = loaded, .matcher = matcher_new(), .arena = arena_new(0) };
	int rc = t.matcher != NULL && t.arena != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < loaded->set->rule_count && rc == 0; i++) {
		const struct rule *r = &loaded->set->rules[i];
		const struct yamlnode *hits = hit_samples(r), *n;

		if (r->disabled || hits == NULL || hits->kind == YAMLNODE_NULL)
			continue;
		for (n = first_of(hits); n != NULL; n = next_of(hits, n))
			check_language(r, n);
		if (r->when == NULL && r->match_count > 1)
			rc = check_lines(&t, r);
	}
	if (rc == 0) {
		note_lines(&t, &t.untried[false]);
		note_lines(&t, &t.untried[true]);
	}
	matcher_free(t.matcher);
	arena_free(t.arena);
	return rc;
}
