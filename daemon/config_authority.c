/*
 * config_authority: the most that who may approve. See config_read.h.
 */
#include <string.h>

#include "config_read.h"

const char *const config_roles[] = { "agent", "senior", "lead", NULL };

/* "₩100,000", or a list of such, one of each currency. */
static void
read_sums(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
	  struct authority *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key), *n;
	const char **list;
	size_t count = 0;
	struct amount sum;
	bool none = node && node->kind == YAMLNODE_LIST && node->count == 0;

	if (!node || (!none && !yamldoc_strings(doc, node, key, &list, &count)))
		return;
	ret->list = arena_calloc(doc->arena, count + 1, sizeof(*ret->list));
	for (n = node->kind == YAMLNODE_LIST ? node->first : node; ret->list && n;
	     n = n == node ? NULL : n->next) {
		if (amount_read(doc->arena, n->text, &sum) < 0)
			yamldoc_error(doc, n, "write it like ₩100,000 or $50",
				      "\"%.60s\" is no sum of money", n->text);
		else if (authority_in(ret, sum.currency))
			yamldoc_error(doc, n, "leave one of them out", "%s has two sums in %s", key,
				      sum.currency);
		else
			ret->list[ret->count++] = sum;
	}
}

void
config_read_authority(const struct yamldoc *doc, const struct yamlnode *node, struct config *config)
{
	if (!node || node->kind == YAMLNODE_NULL)
		return;
	yamldoc_keys(doc, node, "authority", config_roles);
	if (node->kind != YAMLNODE_MAP)
		return;
	for (size_t i = 0; config_roles[i]; i++)
		read_sums(doc, node, config_roles[i], &config->authority[i]);
}

void
config_read_agent_authority(const struct yamldoc *doc, const struct yamlnode *entry,
			    const struct config *config, size_t role, struct agent_config *a)
{
	if (yamldoc_get(entry, "authority"))
		read_sums(doc, entry, "authority", &a->authority);
	else
		a->authority = config->authority[role];
}

const struct amount *
authority_in(const struct authority *authority, const char *currency)
{
	for (size_t i = 0; i < authority->count; i++)
		if (strcmp(authority->list[i].currency, currency) == 0)
			return &authority->list[i];
	return NULL;
}
