/*
 * ruleset_lint: patterns, macros and samples of all rules. See ruleset_lint.h; rules that overlap
 * are ruleset_overlap.c's, dead ones ruleset_dead.c's.
 */
#include "ruleset_lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loaded.h"
#include "place.h"
#include "rule_lint.h"

/* A macro of a file that was already blamed for something. */
struct blamed {
	const struct pack *pack;
	const char *macro;
	size_t len;
	enum blame_kind kind;
	struct blamed *next;
};

struct lint {
	const struct loaded *loaded;
	struct matcher *matcher;
	struct arena *scratch; /* of one pattern */
	struct blamed *blamed;
};

static void
say(const struct written *w, enum problem_level level, size_t offset, const char *hint,
    const char *text)
{
	const struct ruleset_source *source = w->pack->source;
	unsigned line, column;

	place_in_scalar(source->text, source->len, w->node, offset, &line, &column);
	problems_add(w->pack->doc.problems, level, w->pack->doc.name, line, column, hint, "%s",
		     text);
}

/* The name of the macro used at a byte of a written pattern; its length, 0 when there is none. */
static size_t
macro_at(const struct written *w, size_t offset, const char **ret)
{
	const char *s = w->node->text + offset, *end;

	if (offset >= w->node->len || *s != '{' || (end = strchr(s, '}')) == NULL)
		return 0;
	*ret = s + 1;
	return macro_find(&w->pack->macros, s + 1, (size_t)(end - s) - 1) != NULL
		       ? (size_t)(end - s) - 1
		       : 0;
}

/*
 * A macro is blamed once a file, however many patterns use it. Blames of what a macro brings carry
 * the place of its use.
 */
static int
is_repeated(struct lint *l, const struct written *w, const struct blame *b, bool *ret)
{
	const char *name;
	size_t len = b->kind != BLAME_UNGATED && b->kind != BLAME_ANY
			     ? macro_at(w, b->offset, &name)
			     : 0;
	struct blamed *fresh;

	*ret = false;
	if (len == 0)
		return 0;
	for (const struct blamed *k = l->blamed; k != NULL; k = k->next)
		if (k->pack == w->pack && k->kind == b->kind && k->len == len &&
		    memcmp(k->macro, name, len) == 0) {
			*ret = true;
			return 0;
		}
	fresh = arena_alloc(l->loaded->arena, sizeof(*fresh));
	if (fresh == NULL)
		return -ENOMEM;
	*fresh = (struct blamed){ w->pack, name, len, b->kind, l->blamed };
	l->blamed = fresh;
	return 0;
}

static int
lint_compiled(struct lint *l, const struct rule *r, const struct written *w,
	      const struct prepared *prepared, const struct pattern *pattern,
	      enum pattern_role role)
{
	struct blame blames[BLAMES_MAX];
	int count = rule_lint(l->matcher, prepared, pattern, r->view, role, blames), rc = 0;
	bool repeated;

	for (int i = 0; i < count && rc == 0; i++) {
		rc = is_repeated(l, w, &blames[i], &repeated);
		if (rc == 0 && !repeated)
			say(w, PROBLEM_WARNING, blames[i].offset, blames[i].hint, blames[i].text);
	}
	return count < 0 ? count : rc;
}

/* What stands there before macros are filled in. A pattern may be good all the same. */
static void
lint_written(const struct written *w)
{
	struct blame blames[BLAMES_MAX];
	int count = rule_lint_written(w->node->text, w->node->len, &w->pack->macros, blames);

	for (int i = 0; i < count; i++)
		say(w, PROBLEM_WARNING, blames[i].offset, blames[i].hint, blames[i].text);
}

/* A pattern that does not compile was reported when the set was loaded. */
static int
lint_pattern(struct lint *l, const struct rule *r, const struct written *w, enum pattern_role role)
{
	struct pattern_error error;
	struct prepared prepared;
	struct pattern pattern;
	int rc;

	lint_written(w);
	arena_reset(l->scratch);
	rc = pattern_prepare(l->scratch, w->node->text, w->node->len, r->view, &w->pack->macros,
			     &prepared, &error);
	if (rc == 0)
		rc = pattern_compile(l->scratch, NULL, &prepared, r->view, JIT_NONE, &pattern,
				     &error);
	if (rc < 0)
		return rc == -EINVAL ? 0 : rc;
	rc = lint_compiled(l, r, w, &prepared, &pattern, role);
	pattern_clear(&pattern);
	return rc;
}

static int
lint_list(struct lint *l, const struct rule *r, const struct written *list, size_t count,
	  enum pattern_role role)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = lint_pattern(l, r, &list[i], role);
	return rc;
}

static size_t
sample_count(const struct rule *r, const char *key)
{
	const struct yamlnode *list = yamldoc_get(yamldoc_get(r->node, "test"), key);

	if (list == NULL || list->kind == YAMLNODE_NULL)
		return 0;
	return list->kind == YAMLNODE_LIST ? list->count : 1;
}

static void
warn(const struct rule *r, enum problem_level level, const struct yamlnode *at, const char *hint,
     const char *text)
{
	problems_add(r->pack->doc.problems, level, r->pack->doc.name, at->line, at->column, hint,
		     "%.80s %s", r->id, text);
}

static void
lint_samples(const struct rule *r)
{
	const struct yamlnode *test = yamldoc_get(r->node, "test");

	if (sample_count(r, "hit") == 0)
		warn(r, r->when_node != NULL ? PROBLEM_NOTE : PROBLEM_WARNING,
		     test != NULL ? test : r->node,
		     "add test: {hit: ['as a customer writes it'], miss: ['what sounds like it']}",
		     test != NULL ? "has no sample that must hit" : "has no samples");
	else if (sample_count(r, "miss") == 0)
		warn(r, PROBLEM_NOTE, test,
		     "add a question, a report or an idiom that sounds like it",
		     "has no sample that must not hit");
}

/* Tools name rules on the command line and in patches. */
static void
lint_id(const struct rule *r)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const struct yamlnode *id = yamldoc_get(r->node, "id");

	if (r->id[strspn(r->id, allowed)] != '\0' || strchr("._-", r->id[0]) != NULL)
		problems_add(r->pack->doc.problems, PROBLEM_WARNING, r->pack->doc.name, id->line,
			     id->column, "write it like shop.threat.legal.sue",
			     "an id is made of small letters, digits, '.', '_' and '-'");
}

static int
lint_rule(struct lint *l, const struct rule *r)
{
	int rc = lint_list(l, r, r->match_written, r->match_written_count, PATTERN_MATCH);

	if (rc == 0)
		rc = lint_list(l, r, r->all_written, r->all_written_count, PATTERN_ALL);
	if (rc == 0)
		rc = lint_list(l, r, r->unless_written, r->unless_written_count, PATTERN_UNLESS);
	if (rc == 0)
		rc = lint_list(l, r, r->guard_written, r->guard_count, PATTERN_HEADER);
	lint_id(r);
	if (!r->disabled || r->off) /* what does not load is mended first */
		lint_samples(r);
	if (r->off)
		warn(r, PROBLEM_NOTE, r->node, "", "is switched off");
	return rc;
}

/* Marks the macros that a text uses, and those that they use. Depth is bounded by their number. */
static void
mark_used(const struct macros *macros, bool *used, const char *text)
{
	for (const char *s = strchr(text, '{'); s != NULL; s = strchr(s + 1, '{')) {
		size_t len = strcspn(s + 1, "}");

		for (size_t i = 0; i < macros->count; i++) {
			const char *name = macros->list[i].name;

			if (used[i] || strlen(name) != len || memcmp(name, s + 1, len) != 0)
				continue;
			used[i] = true;
			mark_used(macros, used, macros->list[i].text);
		}
	}
}

/* Marks what the patterns of an entry use; nodes nest no deeper than LIMIT_YAML_DEPTH. */
static void
mark_node(const struct macros *macros, bool *used, const struct yamlnode *node)
{
	if (node->kind == YAMLNODE_SCALAR)
		mark_used(macros, used, node->text);
	for (const struct yamlnode *n = node->first; n != NULL; n = n->next)
		mark_node(macros, used, n);
}

/* The first macro of the file that a text uses from s on; moves s behind it. NULL: no more. */
static const struct macro *
next_use(const struct macros *macros, const char **s)
{
	while ((*s = strchr(*s, '{')) != NULL) {
		size_t len = strcspn(++*s, "}");

		for (size_t i = 0; i < macros->count; i++)
			if (strlen(macros->list[i].name) == len &&
			    memcmp(macros->list[i].name, *s, len) == 0)
				return &macros->list[i];
	}
	return NULL;
}

/*
 * Whether a macro comes back to itself; the way there is written into path. Each macro is gone
 * through once.
 */
static bool
find_circle(const struct pack *pack, const struct macro *goal, const struct macro *at, bool *seen,
	    struct buf *path)
{
	const struct yamlnode *define = yamldoc_get(pack->doc.root, "define");
	const struct macros *macros = &pack->macros;
	const struct macro *use;

	for (const char *s = at->text; (use = next_use(macros, &s)) != NULL;) {
		size_t len = path->len;

		buf_printf(path, ", {%s} of line %u", use->name,
			   yamldoc_get(define, use->name)->key->line);
		if (use == goal)
			return true;
		if (!seen[use - macros->list]) {
			seen[use - macros->list] = true;
			if (find_circle(pack, goal, use, seen, path))
				return true;
		}
		path->len = len;
	}
	return false;
}

/* Once for each circle, at the first of its macros. */
static int
lint_circles(struct lint *l, const struct pack *pack)
{
	const struct macros *macros = &pack->macros;
	bool *told = arena_calloc(l->loaded->arena, macros->count + 1, sizeof(*told));
	bool *seen = arena_calloc(l->loaded->arena, macros->count + 1, sizeof(*seen));

	if (told == NULL || seen == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < macros->count; i++) {
		struct buf path = { .arena = l->loaded->arena };
		const struct yamlnode *n;

		memset(seen, 0, macros->count * sizeof(*seen));
		if (told[i] || !find_circle(pack, &macros->list[i], &macros->list[i], seen, &path))
			continue;
		for (size_t k = 0; k < macros->count; k++)
			told[k] |= seen[k];
		if (buf_string(&path) == NULL)
			return -ENOMEM;
		n = yamldoc_get(yamldoc_get(pack->doc.root, "define"), macros->list[i].name);
		problems_add(pack->doc.problems, PROBLEM_WARNING, pack->doc.name, n->key->line,
			     n->key->column, "write one of them out",
			     "the macro {%s} uses itself: {%s}%.300s", macros->list[i].name,
			     macros->list[i].name, path.at);
	}
	return 0;
}

static int
lint_macros(struct lint *l, const struct pack *pack)
{
	static const char *const keys[] = { "match", "all", "unless", "header", NULL };
	const struct yamlnode *rules = yamldoc_get(pack->doc.root, "rules"), *entry;
	bool *used = arena_calloc(l->loaded->arena, pack->macros.count + 1, sizeof(*used));

	if (used == NULL)
		return -ENOMEM;
	for (entry = rules != NULL ? rules->first : NULL; entry != NULL; entry = entry->next)
		for (int i = 0; keys[i] != NULL; i++)
			if (yamldoc_get(entry, keys[i]) != NULL)
				mark_node(&pack->macros, used, yamldoc_get(entry, keys[i]));
	for (size_t i = 0; i < pack->macros.count; i++) {
		const struct yamlnode *n = yamldoc_get(yamldoc_get(pack->doc.root, "define"),
						       pack->macros.list[i].name);

		lint_written(&(struct written){ pack, n });
		if (used[i])
			continue;
		problems_add(pack->doc.problems, PROBLEM_WARNING, pack->doc.name, n->key->line,
			     n->key->column, "take it out, or use it in a pattern of this file",
			     "no pattern uses the macro {%s}", pack->macros.list[i].name);
	}
	return 0;
}

int
ruleset_lint(const struct loaded *loaded)
{
	struct lint l = { .loaded = loaded, .matcher = matcher_new(), .scratch = arena_new(0) };
	int rc = l.matcher != NULL && l.scratch != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < loaded->set->rule_count && rc == 0; i++)
		rc = lint_rule(&l, &loaded->set->rules[i]);
	for (const struct pack *p = loaded->packs; p != NULL && rc == 0; p = p->next)
		rc = lint_macros(&l, p);
	for (const struct pack *p = loaded->packs; p != NULL && rc == 0; p = p->next)
		rc = lint_circles(&l, p);
	if (rc == 0)
		rc = ruleset_lint_samples(loaded);
	if (rc == 0)
		rc = ruleset_lint_overlap(loaded);
	matcher_free(l.matcher);
	arena_free(l.scratch);
	return rc;
}
