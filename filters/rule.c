/*
 * rule: compiling one rule, and a file's macros. See rule.h; rule_read.c reads it.
 */
#include "rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "place.h"

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
compile_one(const struct rule *rule, struct arena *keep, const struct written *w, enum jit jit,
	    struct pattern *ret)
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
				  : pattern_compile(w->pack->doc.arena, w->pack->groups, &prepared,
						    rule->view, jit, ret, &error);
	}
	if (rc == 0) {
		ret->line = w->node->line;
		ret->file =
			w->pack == rule->pack ? rule->file : arena_strdup(keep, w->pack->doc.name);
		ret->written = arena_strndup(keep, w->node->text, w->node->len);
		if (ret->file == NULL || ret->written == NULL) {
			pattern_clear(ret);
			rc = -ENOMEM;
		}
	}
	arena_free(scratch);
	if (rc == -EINVAL)
		report(w->pack, w->node, PROBLEM_ERROR, error.offset, error.hint, error.text);
	return rc;
}

static int
compile_list(const struct rule *rule, struct arena *keep, const struct written *written,
	     size_t count, enum jit jit, struct pattern **ret, size_t *ret_count)
{
	int rc = 0, one;

	*ret = arena_calloc(keep, count + 1, sizeof(**ret));
	if (*ret == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		one = compile_one(rule, keep, &written[i], jit, &(*ret)[*ret_count]);
		if (one == -ENOMEM)
			return one;
		if (one == 0)
			(*ret_count)++;
		else
			rc = one;
	}
	return rc;
}

static int
compile_guards(struct rule *rule, struct arena *keep, enum jit jit)
{
	int rc = 0, one;

	for (size_t i = 0; i < rule->guard_count; i++) {
		one = compile_one(rule, keep, &rule->guard_written[i], jit,
				  &rule->guards[i].pattern);
		if (one == -ENOMEM)
			return one;
		rc = one < 0 ? one : rc;
	}
	return rc;
}

static int
compile_when(struct rule *rule, struct arena *keep)
{
	struct when_error error;
	int rc = when_parse(keep, rule->when_node->text, rule->when_node->len, &rule->when, &error);

	if (rc == -EINVAL)
		report(rule->pack, rule->when_node, PROBLEM_ERROR, error.offset, error.hint,
		       error.text);
	rule->when_text = arena_strdup(keep, rule->when_node->text);
	return rc == 0 && rule->when_text == NULL ? -ENOMEM : rc;
}

int
rule_compile(struct rule *rule, struct arena *keep, enum jit jit)
{
	struct {
		const struct written *written;
		size_t count;
		struct pattern **ret;
		size_t *ret_count;
	} lists[] = {
		{ rule->match_written, rule->match_written_count, &rule->match,
		  &rule->match_count },
		{ rule->all_written, rule->all_written_count, &rule->all, &rule->all_count },
		{ rule->unless_written, rule->unless_written_count, &rule->unless,
		  &rule->unless_count },
	};
	int rc = 0, one;

	if (rule->when_node != NULL)
		return compile_when(rule, keep);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		one = compile_list(rule, keep, lists[i].written, lists[i].count, jit, lists[i].ret,
				   lists[i].ret_count);
		if (one == -ENOMEM)
			return one;
		rc = one < 0 ? one : rc;
	}
	one = compile_guards(rule, keep, jit);
	return one < 0 ? one : rc;
}

void
rule_clear(struct rule *rule)
{
	for (size_t i = 0; i < rule->match_count; i++)
		pattern_clear(&rule->match[i]);
	for (size_t i = 0; i < rule->unless_count; i++)
		pattern_clear(&rule->unless[i]);
	for (size_t i = 0; i < rule->all_count; i++)
		pattern_clear(&rule->all[i]);
	for (size_t i = 0; i < rule->guard_count; i++)
		pattern_clear(&rule->guards[i].pattern);
	rule->match_count = rule->all_count = rule->unless_count = rule->guard_count = 0;
}

const char *const pack_keys[] = { "pack", "define", "rules", NULL };

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
		char what[80];

		snprintf(what, sizeof(what), "the macro %.60s", name);
		if (!written_is_pattern(pack, n, what))
			continue;
		if (!macro_name_valid(name) || strlen(name) > 60)
			yamldoc_error(&pack->doc, n->key, "begin it with a letter or _",
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
