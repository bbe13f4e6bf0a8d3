/*
 * ruleset_list: describes the rules of a set while their files are there. See ruleset_list.h.
 */
#include "ruleset_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loaded.h"

/* The names of the parts in a set of them, without the first `skip` bytes of each. */
static const char *
names_of(struct arena *arena, const struct sections *sections, uint64_t set, size_t skip)
{
	struct buf b = { .arena = arena };

	for (unsigned i = 0; i < sections->count; i++)
		if (set & (UINT64_C(1) << i))
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", sections->names[i] + skip);
	return buf_string(&b);
}

static uint64_t
guarded(const struct rule *r)
{
	uint64_t set = 0;

	for (size_t i = 0; i < r->guard_count; i++)
		set |= UINT64_C(1) << r->guards[i].section;
	return set;
}

static size_t
sample_count(const struct rule *r, const char *key)
{
	const struct yamlnode *list = yamldoc_get(yamldoc_get(r->node, "test"), key);

	if (list == NULL || list->kind == YAMLNODE_NULL)
		return 0;
	return list->kind == YAMLNODE_LIST ? list->count : 1;
}

/* "score, unless" of { id: ..., score: ..., unless: ... } */
static const char *
keys_of(struct arena *arena, const struct yamlnode *node)
{
	struct buf b = { .arena = arena };

	for (const struct yamlnode *n = node->first; n != NULL; n = n->next)
		if (strcmp(n->key->text, "id") != 0)
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", n->key->text);
	return buf_string(&b);
}

static int
add_change(struct arena *arena, struct rule_info *info, const struct pack *pack,
	   const struct yamlnode *node)
{
	size_t n = info->change_count;
	struct rule_change *list =
		arena_grow(arena, info->changes, n * sizeof(*list), (n + 1) * sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	list[n] = (struct rule_change){ arena_strdup(arena, pack->doc.name), node->line,
					keys_of(arena, node) };
	info->changes = list;
	info->change_count++;
	return list[n].file != NULL && list[n].keys != NULL ? 0 : -ENOMEM;
}

/* The entries of later files that change the rule. */
static int
find_changes(struct arena *arena, const struct rule *r, struct rule_info *info)
{
	int rc = 0;

	for (const struct pack *p = r->pack->next; p != NULL; p = p->next) {
		const struct yamlnode *rules = yamldoc_get(p->doc.root, "rules");

		if (!p->source->override || rules == NULL || rules->kind != YAMLNODE_LIST)
			continue;
		for (const struct yamlnode *n = rules->first; n != NULL && rc == 0; n = n->next) {
			const struct yamlnode *id = yamldoc_get(n, "id");

			if (id != NULL && strcmp(id->text, r->id) == 0)
				rc = add_change(arena, info, p, n);
		}
	}
	return rc;
}

static const char *
day_text(struct arena *arena, long day)
{
	if (day == 0)
		return "";
	return arena_printf(arena, "%04ld-%02ld-%02ld", day / 10000, day / 100 % 100, day % 100);
}

/* The topmost error of an entry of a file: it ends where the next one begins. */
static int
find_mistake(const struct loaded *l, struct arena *arena, const struct pack *pack,
	     const struct yamlnode *node, struct rule_info *info)
{
	const struct err *first = NULL;

	for (size_t i = 0; i < l->problems->count; i++) {
		const struct problem *p = &l->problems->list[i];

		if (p->level == PROBLEM_ERROR && strcmp(p->err.file, pack->doc.name) == 0 &&
		    p->err.line >= node->line &&
		    (node->next == NULL || p->err.line < node->next->line) &&
		    (first == NULL || p->err.line < first->line))
			first = &p->err;
	}
	if (first == NULL)
		return 0;
	info->mistake = arena_strdup(arena, first->text);
	info->mistake_file = arena_strdup(arena, first->file);
	info->mistake_line = first->line;
	return info->mistake != NULL && info->mistake_file != NULL ? 0 : -ENOMEM;
}

/* A rule's own entry, and then the entries that change it. */
static int
find_any_mistake(const struct loaded *l, struct arena *arena, const struct rule *r,
		 struct rule_info *info)
{
	int rc = find_mistake(l, arena, r->pack, r->node, info);

	for (int i = 0; rule_override_keys[i] != NULL && rc == 0 && info->mistake == NULL; i++)
		if (r->changed[i].node != NULL)
			rc = find_mistake(l, arena, r->changed[i].pack, r->changed[i].node, info);
	return rc;
}

static int
describe(const struct loaded *l, struct arena *arena, const struct rule *r, struct rule_info *ret)
{
	struct rule_info info = {
		.id = arena_strdup(arena, r->id),
		.file = arena_strdup(arena, r->file),
		.why = arena_strdup(arena, r->why),
		.line = r->line,
		.column = r->column,
		.flag = r->flag,
		.score = r->score,
		.max = r->max,
		.language = r->language, /* a constant */
		.view = r->view,
		.parts = names_of(arena, &l->set->sections, r->sections, 0),
		.guards = names_of(arena, &l->set->sections, guarded(r), strlen("header:")),
		.expires = day_text(arena, r->expires),
		.shadow = r->shadow,
		.off = r->off,
		.left_out = r->disabled && !r->off,
		.match_count = r->match_written_count,
		.all_count = r->all_written_count,
		.unless_count = r->unless_written_count,
		.hit_count = sample_count(r, "hit"),
		.miss_count = sample_count(r, "miss"),
	};
	int rc;

	if (r->when_node != NULL) {
		info.parts = "";
		info.when = arena_strdup(arena, r->when_node->text);
		if (info.when == NULL)
			return -ENOMEM;
	}
	if (info.id == NULL || info.file == NULL || info.why == NULL || info.parts == NULL ||
	    info.guards == NULL || info.expires == NULL)
		return -ENOMEM;
	rc = find_changes(arena, r, &info);
	if (rc == 0 && info.left_out)
		rc = find_any_mistake(l, arena, r, &info);
	if (rc == 0)
		*ret = info;
	return rc;
}

/* Whether an entry is meant to be a rule, and no change of one. */
static bool
is_rule(const struct pack *pack, const struct yamlnode *node)
{
	const struct yamlnode *id = yamldoc_get(node, "id");

	return id != NULL && id->kind == YAMLNODE_SCALAR && id->len > 0 &&
	       (!pack->source->override || yamldoc_get(node, "flag") != NULL);
}

static bool
is_known(const struct ruleset *set, const char *id)
{
	for (size_t i = 0; i < set->rule_count; i++)
		if (strcmp(set->rules[i].id, id) == 0)
			return true;
	return false;
}

static int
add_unread(const struct loaded *l, struct arena *arena, const struct pack *pack,
	   const struct yamlnode *node, struct rule_info **list, size_t *count)
{
	struct rule_info *grown =
		arena_grow(arena, *list, *count * sizeof(**list), (*count + 1) * sizeof(**list));
	struct rule_info info = { .line = node->line,
				  .column = node->column,
				  .left_out = true,
				  .unread = true,
				  .id = arena_strdup(arena, yamldoc_get(node, "id")->text),
				  .file = arena_strdup(arena, pack->doc.name) };

	if (grown == NULL || info.id == NULL || info.file == NULL ||
	    find_mistake(l, arena, pack, node, &info) < 0)
		return -ENOMEM;
	grown[(*count)++] = info;
	*list = grown;
	return 0;
}

/*
 * The entries of which no rule was made. Rules stand in the order of their entries, so that both
 * are gone through side by side.
 */
static int
list_unread(const struct loaded *l, struct arena *arena, struct rule_info **list, size_t *count)
{
	size_t next = 0;
	int rc = 0;

	for (const struct pack *p = l->packs; p != NULL; p = p->next) {
		const struct yamlnode *rules = yamldoc_get(p->doc.root, "rules");

		if (rules == NULL || rules->kind != YAMLNODE_LIST)
			continue;
		for (const struct yamlnode *n = rules->first; n != NULL && rc == 0; n = n->next) {
			if (next < l->set->rule_count && l->set->rules[next].node == n)
				next++;
			else if (is_rule(p, n) && !is_known(l->set, yamldoc_get(n, "id")->text))
				rc = add_unread(l, arena, p, n, list, count);
		}
	}
	return rc;
}

int
ruleset_list(const struct loaded *loaded, struct arena *arena, struct rule_info **ret,
	     size_t *ret_count)
{
	size_t count = loaded->set->rule_count;
	struct rule_info *list = arena_calloc(arena, count + 1, sizeof(*list));
	int rc = list != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < loaded->set->rule_count && rc == 0; i++)
		rc = describe(loaded, arena, &loaded->set->rules[i], &list[i]);
	if (rc == 0)
		rc = list_unread(loaded, arena, &list, &count);
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = count;
	return 0;
}
