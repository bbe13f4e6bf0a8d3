/*
 * policy_choice: see policy_choice.h.
 */
#include "policy_choice.h"

#include <stdio.h>
#include <string.h>

#include "conduct.h"

const char *const choice_keys[] = { "among", "role", "by", "replace", NULL };
const char *const choice_bys[] = { "round-robin", "least-loaded", NULL };
const char *const choice_roles[] = { "agent", "senior", "lead", NULL };

static int
index_of(const char *const *list, const char *text)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], text))
			return i;
	return -1;
}

static int
one_of(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
       const char *const *words)
{
	const char *text;
	char hint[192];
	int i;

	if (!yamldoc_string(doc, node, what, &text))
		return -1;
	i = index_of(words, text);
	if (i < 0) {
		yamldoc_choice(text, words, hint, sizeof(hint));
		yamldoc_error(doc, node, hint, "there is no %s \"%.100s\"", what, text);
	}
	return i;
}

static void
read_among(const struct yamldoc *doc, const struct yamlnode *node, const struct policy_names *names,
	   struct choice *c)
{
	char hint[192];
	size_t count;

	if (node->kind != YAMLNODE_LIST || !node->count || node->count > CHOICE_AGENTS_MAX) {
		yamldoc_error(doc, node, "write among: [kim, lee]",
			      "among must name the agents to choose from, at most %u",
			      CHOICE_AGENTS_MAX);
		return;
	}
	if (!yamldoc_strings(doc, node, "among", &c->among, &count))
		return;
	for (const struct yamlnode *n = node->first; n; n = n->next) {
		if (names && names->agents && index_of(names->agents, n->text) < 0) {
			yamldoc_choice(n->text, names->agents, hint, sizeof(hint));
			yamldoc_error(doc, n, hint, "there is no agent \"%.100s\"", n->text);
		}
		for (const struct yamlnode *other = node->first; other != n; other = other->next)
			if (!strcmp(other->text, n->text)) {
				yamldoc_error(doc, n, "keep one of them",
					      "agent \"%.60s\" stands here twice", n->text);
				break;
			}
	}
}

/* Whom it names; false with a problem when that is not said, or said twice. */
static bool
read_whom(const struct yamldoc *doc, const struct yamlnode *node, const struct policy_names *names,
	  struct choice *c)
{
	const struct yamlnode *among = yamldoc_get(node, "among"),
			      *role = yamldoc_get(node, "role");
	int i;

	if (!among == !role) {
		yamldoc_error(doc, among ? among : node,
			      "write {among: [kim, lee]} or {role: senior}",
			      among ? "among and role both say who it is" : "this names nobody");
		return false;
	}
	if (among) {
		read_among(doc, among, names, c);
		return c->among != NULL;
	}
	i = one_of(doc, role, "role", choice_roles);
	c->role = i < 0 ? "" : choice_roles[i];
	return i >= 0;
}

static const char *
in_words(const struct yamldoc *doc, const struct choice *c)
{
	struct buf b = { .arena = doc->arena };

	if (*c->role)
		buf_printf(&b, "whoever is %s", c->role);
	for (size_t i = 0; c->among && c->among[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "one of ", c->among[i]);
	buf_printf(&b, " (%s)", choice_bys[c->by]);
	return buf_string(&b);
}

const struct choice *
policy_choice_read(const struct yamldoc *doc, const struct yamlnode *node,
		   const struct policy_names *names, enum action_kind kind, const char **ret_text)
{
	const struct yamlnode *by = yamldoc_get(node, "by"),
			      *replace = yamldoc_get(node, "replace");
	struct choice *c = arena_calloc(doc->arena, 1, sizeof(*c));
	size_t errors = doc->problems->errors;
	int i;

	if (!c) {
		yamldoc_error(doc, node, NULL, "the choice cannot be kept: out of memory");
		return NULL;
	}
	c->role = "";
	if (kind == ACTION_NOTIFY) {
		static const char *const notify_keys[] = { "role", NULL };

		yamldoc_keys(doc, node, "notify", notify_keys);
		if (!yamldoc_get(node, "role"))
			yamldoc_error(doc, node, "write notify: {role: lead}", "this names nobody");
	} else {
		yamldoc_keys(doc, node, "assign", choice_keys);
	}
	if (kind != ACTION_NOTIFY || yamldoc_get(node, "role"))
		read_whom(doc, node, names, c);
	i = by ? one_of(doc, by, "way to choose", choice_bys) : 0;
	c->by = i < 0 ? CHOICE_ROUND_ROBIN : (enum choice_by)i;
	if (replace)
		yamldoc_bool(doc, replace, "replace", &c->replace);
	if (doc->problems->errors > errors)
		return NULL;
	*ret_text = kind == ACTION_NOTIFY ? arena_printf(doc->arena, "a %s", c->role)
					  : in_words(doc, c);
	return *ret_text ? c : NULL;
}

/* "warning", "warning+", "none", or a list of such. */
unsigned
policy_conduct_read(const struct yamldoc *doc, const struct yamlnode *node)
{
	static const char *const words[] = { "none",       "notice", "warning",
					     "restricted", "parted", NULL };
	unsigned bits = 0;
	const char **list;
	size_t count;

	if (!node || !yamldoc_strings(doc, node, "conduct", &list, &count))
		return 0;
	for (const struct yamlnode *n = node->kind == YAMLNODE_LIST ? node->first : node; n;
	     n = n == node ? NULL : n->next) {
		bool up = n->len && n->text[n->len - 1] == '+';
		char step[16] = "", hint[192];
		int i;

		snprintf(step, sizeof(step), "%.*s", (int)(n->len - up), n->text);
		i = n->len < sizeof(step) ? index_of(words, step) : -1;
		if (i >= 0) {
			bits |= up ? ~0u << i : 1u << i;
			continue;
		}
		yamldoc_choice(n->text, words, hint, sizeof(hint));
		yamldoc_error(doc, n, hint, "there is no step of conduct \"%.100s\"", n->text);
	}
	return bits;
}
