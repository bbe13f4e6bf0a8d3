/*
 * rule: reading and compiling one rule. See rule.h.
 */
#include "rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "place.h"

#define SCORE_DEFAULT THRESHOLD_DEFAULT /* a rule that says nothing raises its flag by itself */
#define SCORE_MAX 100.0

static const char *const rule_keys[] = {
	"id",  "flag",  "score",    "in",   "view", "match",   "unless",
	"why", "state", "language", "when", "test", "enabled", NULL,
};

static const char *const section_names[] = {
	"subject", "body", "quoted", "signature", "attachment-name", "from", NULL,
};

void
sections_begin(struct sections *s)
{
	*s = (struct sections){ .count = SECTION_HEADER };
	for (unsigned i = 0; i < SECTION_HEADER; i++)
		s->names[i] = section_names[i];
}

/*
 * The number of a part's name, a new one for a header not seen before; -1 when it is none, -2 when
 * there are too many.
 */
static int
section_number(struct arena *keep, struct sections *s, const char *name)
{
	char *copy;

	for (unsigned i = 0; i < s->count; i++)
		if (strcasecmp(s->names[i], name) == 0)
			return (int)i;
	if (strncmp(name, "header:", 7) != 0 || name[7] == '\0' ||
	    strpbrk(name + 7, ": \t") != NULL)
		return -1;
	copy = s->count < SECTION_MAX ? arena_strdup(keep, name) : NULL;
	if (copy == NULL)
		return -2;
	s->names[s->count] = copy;
	return (int)s->count++;
}

static bool
read_in(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	struct sections *sections, struct rule *rule)
{
	const char **names;
	size_t count;
	bool well = true;

	if (node == NULL) {
		rule->sections = 1u << SECTION_SUBJECT | 1u << SECTION_BODY;
		return true;
	}
	if (!yamldoc_strings(&pack->doc, node, "in", &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		int n = section_number(keep, sections, names[i]);

		if (n == -1) {
			const char *near = yamldoc_nearest(names[i], section_names);

			yamldoc_error(&pack->doc, node,
				      near != NULL ? near
						   : "one of subject, body, quoted, signature, "
						     "attachment-name, from, header:NAME",
				      "\"%.60s\" is not a part of a mail that rules can look at",
				      names[i]);
			well = false;
		} else if (n < 0) {
			yamldoc_error(&pack->doc, node, NULL,
				      "the rules look at more than %d different headers",
				      SECTION_MAX - SECTION_HEADER);
			well = false;
		} else {
			rule->sections |= UINT64_C(1) << n;
		}
	}
	return well;
}

static bool
read_flag(const struct pack *pack, const struct yamlnode *rule_node, const struct yamlnode *node,
	  struct rule *rule)
{
	const char *name, *near;
	char hint[64] = "";
	int flag;

	if (node == NULL) {
		yamldoc_error(&pack->doc, rule_node, "add flag: and one of the names of flags",
			      "the rule has no flag");
		return false;
	}
	if (!yamldoc_string(&pack->doc, node, "flag", &name))
		return false;
	flag = flag_by_name(name);
	if (flag < 0) {
		near = flag_nearest(name);
		if (near != NULL)
			snprintf(hint, sizeof(hint), "did you mean %s?", near);
		yamldoc_error(&pack->doc, node, hint, "there is no flag \"%.60s\"", name);
		return false;
	}
	rule->flag = (enum flag)flag;
	return true;
}

/*
 * One word of a list, as its place in the list; `fallback` when node is NULL, -1 (reported) when it
 * is another.
 */
static int
read_word(const struct pack *pack, const struct yamlnode *node, const char *what,
	  const char *const *words, int fallback)
{
	const char *word;

	if (node == NULL)
		return fallback;
	if (!yamldoc_string(&pack->doc, node, what, &word))
		return -1;
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	yamldoc_error(&pack->doc, node, yamldoc_nearest(word, words), "%s cannot be \"%.60s\"",
		      what, word);
	return -1;
}

static bool
read_score(const struct pack *pack, const struct yamlnode *node, double *ret)
{
	double score;

	if (node == NULL)
		return true;
	if (!yamldoc_number(&pack->doc, node, "score", &score))
		return false;
	if (score < -SCORE_MAX || score > SCORE_MAX) {
		yamldoc_error(&pack->doc, node, "5 raises a flag by itself",
			      "a score lies between -%g and %g", SCORE_MAX, SCORE_MAX);
		return false;
	}
	*ret = score;
	return true;
}

/* Appends the scalars of a string or a list to *list. */
static int
gather(const struct pack *pack, const struct yamlnode *node, const char *what,
       struct written **list, size_t *count)
{
	const struct yamlnode *first = node;
	struct written *grown;
	size_t more = 1;

	if (node == NULL)
		return 0;
	if (node->kind == YAMLNODE_LIST) {
		first = node->first;
		more = node->count;
	}
	if (*count + more > LIMIT_PATTERNS_PER_RULE) {
		yamldoc_error(&pack->doc, node, "make two rules of it",
			      "%s has more than %d patterns", what, LIMIT_PATTERNS_PER_RULE);
		return -EINVAL;
	}
	grown = arena_calloc(pack->doc.arena, *count + more + 1, sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	if (*count > 0)
		memcpy(grown, *list, *count * sizeof(*grown));
	for (const struct yamlnode *n = first; n != NULL;
	     n = node->kind == YAMLNODE_LIST ? n->next : NULL) {
		if (n->kind != YAMLNODE_SCALAR || n->len == 0) {
			yamldoc_error(&pack->doc, n, "put the pattern in single quotes",
				      "%s must hold patterns", what);
			return -EINVAL;
		}
		grown[(*count)++] = (struct written){ pack, n };
	}
	*list = grown;
	return 0;
}

static bool
check_test(const struct pack *pack, const struct yamlnode *node)
{
	static const char *const keys[] = { "hit", "miss", NULL };

	return node == NULL || yamldoc_keys(&pack->doc, node, "a test", keys);
}

/* A rule is either matched or derived; says what does not fit together. */
static int
read_body(const struct pack *pack, const struct yamlnode *node, struct rule *rule)
{
	static const char *const of_patterns[] = {
		"match", "unless", "in", "view", "language", NULL
	};
	const struct yamlnode *match = yamldoc_get(node, "match");
	int rc, rc2;

	rule->when_node = yamldoc_get(node, "when");
	if (rule->when_node == NULL && match == NULL) {
		yamldoc_error(&pack->doc, node, "add match: with patterns, or when: with flags",
			      "the rule has neither match nor when");
		return -EINVAL;
	}
	if (rule->when_node != NULL) {
		for (int i = 0; of_patterns[i] != NULL; i++)
			if (yamldoc_get(node, of_patterns[i]) != NULL) {
				yamldoc_error(&pack->doc, yamldoc_get(node, of_patterns[i]),
					      "make two rules of it",
					      "a rule with when looks at flags and cannot have %s",
					      of_patterns[i]);
				return -EINVAL;
			}
		return 0;
	}
	rc = gather(pack, match, "match", &rule->match_written, &rule->match_written_count);
	rc2 = gather(pack, yamldoc_get(node, "unless"), "unless", &rule->unless_written,
		     &rule->unless_written_count);
	if (rc == 0 && rule->match_written_count == 0) {
		yamldoc_error(&pack->doc, match, NULL, "match is empty");
		rc = -EINVAL;
	}
	return rc < 0 ? rc : rc2;
}

static const char *const states[] = { "live", "shadow", NULL };

int
rule_read(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	  struct sections *sections, struct rule *ret)
{
	static const char *const views[] = { "plain", "folded", "squeezed", NULL };
	static const char *const languages[] = { "ko", "en", NULL };
	const struct yamldoc *doc = &pack->doc;
	struct rule r = { .pack = pack,
			  .node = node,
			  .line = node->line,
			  .column = node->column,
			  .score = SCORE_DEFAULT,
			  .file = arena_strdup(keep, doc->name),
			  .why = "" };
	bool well = yamldoc_keys(doc, node, "a rule", rule_keys), enabled = true;
	int view, state, language, rc;
	const struct yamlnode *n;

	if (node->kind != YAMLNODE_MAP)
		return -EINVAL;
	n = yamldoc_get(node, "id");
	if (n == NULL)
		yamldoc_error(doc, node, "add id: with a name of its own, like ko.threat.legal.sue",
			      "the rule has no id");
	if (n == NULL || !yamldoc_string(doc, n, "id", &r.id))
		return -EINVAL;
	well &= read_flag(pack, node, yamldoc_get(node, "flag"), &r);
	well &= read_score(pack, yamldoc_get(node, "score"), &r.score);
	well &= read_in(keep, pack, yamldoc_get(node, "in"), sections, &r);
	view = read_word(pack, yamldoc_get(node, "view"), "view", views, VIEW_FOLDED);
	state = read_word(pack, yamldoc_get(node, "state"), "state", states, 0);
	language = read_word(pack, yamldoc_get(node, "language"), "language", languages, 2);
	n = yamldoc_get(node, "why");
	well &= n == NULL || yamldoc_string(doc, n, "why", &r.why);
	n = yamldoc_get(node, "enabled");
	well &= n == NULL || yamldoc_bool(doc, n, "enabled", &enabled);
	well &= check_test(pack, yamldoc_get(node, "test"));
	rc = read_body(pack, node, &r);
	if (rc == -ENOMEM || !well || view < 0 || state < 0 || language < 0)
		return rc == -ENOMEM ? rc : -EINVAL;
	if (rc < 0)
		return rc;
	r.view = (enum view)view;
	r.shadow = state == 1;
	r.language = languages[language];
	r.disabled = !enabled;
	r.id = arena_strdup(keep, r.id);
	r.why = arena_strdup(keep, r.why);
	if (r.file == NULL || r.id == NULL || r.why == NULL)
		return -ENOMEM;
	*ret = r;
	return 0;
}

int
rule_override(struct rule *rule, const struct pack *pack, const struct yamlnode *node)
{
	static const char *const keys[] = { "id", "score", "state", "enabled", "unless", NULL };
	const struct yamldoc *doc = &pack->doc;
	const struct yamlnode *n;
	bool well = true, enabled = !rule->disabled;
	double score = rule->score;
	int state;

	for (const struct yamlnode *k = node->first; k != NULL; k = k->next) {
		bool known = false;

		for (int i = 0; keys[i] != NULL && !known; i++)
			known = strcmp(k->key->text, keys[i]) == 0;
		if (known)
			continue;
		yamldoc_error(doc, k,
			      "disable the rule with enabled: false and add one with another id",
			      "%.60s of the rule %s of %s:%u cannot be changed here, only score, "
			      "state, enabled and unless",
			      k->key->text, rule->id, rule->file, rule->line);
		well = false;
	}
	well &= read_score(pack, yamldoc_get(node, "score"), &score);
	state = read_word(pack, yamldoc_get(node, "state"), "state", states, rule->shadow);
	n = yamldoc_get(node, "enabled");
	well &= n == NULL || yamldoc_bool(doc, n, "enabled", &enabled);
	n = yamldoc_get(node, "unless");
	if (n != NULL && rule->when_node != NULL) {
		yamldoc_error(doc, n, NULL, "the rule %s is derived from flags and has no unless",
			      rule->id);
		well = false;
	}
	if (!well || state < 0)
		return -EINVAL;
	rule->score = score;
	rule->shadow = state == 1;
	rule->disabled = !enabled;
	return gather(pack, n, "unless", &rule->unless_written, &rule->unless_written_count);
}

static void
report(const struct pack *pack, const struct yamlnode *node, enum problem_level level,
       size_t offset, const char *hint, const char *text)
{
	unsigned line, column;

	place_in_scalar(pack->source->text, pack->source->len, node, offset, &line, &column);
	problems_add(pack->doc.problems, level, pack->doc.name, line, column, hint, "%s", text);
}

/* Compiles one written pattern; scratch memory is given back when it is done. */
static int
compile_one(const struct rule *rule, const struct written *w, bool jit, struct pattern *ret)
{
	struct pattern_error error = { .offset = 0 };
	struct arena *scratch = arena_new(0);
	struct prepared prepared;
	int rc;

	if (scratch == NULL)
		return -ENOMEM;
	rc = pattern_prepare(scratch, w->node->text, w->node->len, rule->view, &w->pack->macros,
			     &prepared, &error);
	if (rc == 0) {
		const char *text = arena_strndup(w->pack->doc.arena, prepared.text, prepared.len);

		if (prepared.ascii_class >= 0 && prepared.hangul)
			report(w->pack, w->node, PROBLEM_WARNING, (size_t)prepared.ascii_class,
			       "use {han}, {letter}, {wordstart}, {wordend} or {num}",
			       "\\w, \\d and \\b know ASCII only and this pattern is about Korean");
		prepared.text = text;
		rc = text == NULL ? -ENOMEM
				  : pattern_compile(w->pack->doc.arena, &prepared, rule->view, jit,
						    ret, &error);
	}
	arena_free(scratch);
	if (rc == -EINVAL)
		report(w->pack, w->node, PROBLEM_ERROR, error.offset, error.hint, error.text);
	return rc;
}

static int
compile_list(const struct rule *rule, struct arena *keep, const struct written *written,
	     size_t count, bool jit, struct pattern **ret, size_t *ret_count)
{
	int rc = 0, one;

	*ret = arena_calloc(keep, count + 1, sizeof(**ret));
	if (*ret == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		one = compile_one(rule, &written[i], jit, &(*ret)[*ret_count]);
		if (one == -ENOMEM)
			return one;
		if (one == 0)
			(*ret_count)++;
		else
			rc = one;
	}
	return rc;
}

int
rule_compile(struct rule *rule, struct arena *keep, bool jit)
{
	struct when_error error;
	int rc, rc2;

	if (rule->when_node != NULL) {
		rc = when_parse(keep, rule->when_node->text, rule->when_node->len, &rule->when,
				&error);
		if (rc == -EINVAL)
			report(rule->pack, rule->when_node, PROBLEM_ERROR, error.offset, error.hint,
			       error.text);
		return rc;
	}
	rc = compile_list(rule, keep, rule->match_written, rule->match_written_count, jit,
			  &rule->match, &rule->match_count);
	if (rc == -ENOMEM)
		return rc;
	rc2 = compile_list(rule, keep, rule->unless_written, rule->unless_written_count, jit,
			   &rule->unless, &rule->unless_count);
	return rc2 < 0 ? rc2 : rc;
}

void
rule_clear(struct rule *rule)
{
	for (size_t i = 0; i < rule->match_count; i++)
		pattern_clear(&rule->match[i]);
	for (size_t i = 0; i < rule->unless_count; i++)
		pattern_clear(&rule->unless[i]);
	rule->match_count = rule->unless_count = 0;
}

int
pack_read_macros(struct pack *pack)
{
	const struct yamlnode *define = yamldoc_get(pack->doc.root, "define");
	struct macro *list;

	if (define == NULL || define->kind == YAMLNODE_NULL)
		return 0;
	if (define->kind != YAMLNODE_MAP) {
		yamldoc_error(&pack->doc, define,
			      "write define: with a line `name: 'pattern'` for each macro",
			      "define is not a map");
		return 0;
	}
	list = arena_calloc(pack->doc.arena, define->count + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (const struct yamlnode *n = define->first; n != NULL; n = n->next) {
		const char *name = n->key->text;

		if (n->kind != YAMLNODE_SCALAR || n->len == 0)
			yamldoc_error(&pack->doc, n, "put the pattern in single quotes",
				      "the macro %.60s is not a pattern", name);
		else if (!macro_name_valid(name) || strlen(name) > 60)
			yamldoc_error(&pack->doc, n->key, NULL,
				      "a macro's name is made of letters, digits, _ and -");
		else if (macro_builtin(name) != NULL)
			yamldoc_error(&pack->doc, n->key, "give yours another name",
				      "{%s} is built in", name);
		else
			list[pack->macros.count++] = (struct macro){ name, n->text };
	}
	pack->macros.list = list;
	return 0;
}
