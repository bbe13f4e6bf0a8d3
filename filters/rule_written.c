/*
 * rule_written: the patterns of a rule as they stand in its file, before they are compiled. See
 * rule.h.
 */
#include "rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "place.h"

/* What YAML makes of \x between double quotes, where a pattern would mean something else by it. */
struct escape {
	char value;
	const char *name, *written, *pattern;
};

static const struct escape escapes[] = {
	{ '\b', "a backspace", "\\b", "is no edge of a word" },
	{ '\a', "a bell", "\\a", "is read by YAML" },
	{ '\v', "a vertical tab", "\\v", "is read by YAML" },
	{ '\f', "a form feed", "\\f", "is read by YAML" },
	{ '\033', "an escape character", "\\e", "is read by YAML" },
};

static void
refuse_control(const struct pack *pack, const struct yamlnode *node, size_t offset,
	       const char *what)
{
	unsigned char c = (unsigned char)node->text[offset];
	const struct escape *escape = NULL;
	char text[200];
	unsigned line, column;

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].value == (char)c)
			escape = &escapes[i];
	if (escape != NULL)
		snprintf(text, sizeof(text), "%.80s holds %s: in double quotes %s %s", what,
			 escape->name, escape->written, escape->pattern);
	else
		snprintf(text, sizeof(text), "%.80s holds the control character %02X", what, c);
	place_in_scalar(pack->source->text, pack->source->len, node, offset, &line, &column);
	problems_add(pack->doc.problems, PROBLEM_ERROR, pack->doc.name, line, column,
		     escape != NULL ? "use single quotes, in which a \\ is left to the pattern"
				    : "take it out; no mail holds one once it is read",
		     "%s", text);
}

bool
written_is_pattern(const struct pack *pack, const struct yamlnode *node, const char *what)
{
	if (node->kind == YAMLNODE_NULL || (node->kind == YAMLNODE_SCALAR && node->len == 0)) {
		yamldoc_error(&pack->doc, node, "write a pattern in single quotes, or take it out",
			      "%s is empty", what);
		return false;
	}
	if (node->kind != YAMLNODE_SCALAR) {
		yamldoc_error(&pack->doc, node, "put the pattern in single quotes",
			      "%s is not a pattern", what);
		return false;
	}
	for (size_t i = 0; i < node->len; i++) {
		unsigned char c = (unsigned char)node->text[i];

		if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n')
			continue;
		refuse_control(pack, node, i, what);
		return false;
	}
	return true;
}

int
written_gather(const struct pack *pack, const struct yamlnode *node, const char *what,
	       struct written **list, size_t *count)
{
	bool is_list = node != NULL && node->kind == YAMLNODE_LIST, well = true;
	size_t more = is_list ? node->count : 1;
	struct written *grown;
	char entry[80];

	if (node == NULL)
		return 0;
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
	snprintf(entry, sizeof(entry), is_list ? "an entry of %.60s" : "%.60s", what);
	for (const struct yamlnode *n = is_list ? node->first : node; n != NULL;
	     n = is_list ? n->next : NULL) {
		if (written_is_pattern(pack, n, entry))
			grown[(*count)++] = (struct written){ pack, n };
		else
			well = false;
	}
	*list = grown;
	return well ? 0 : -EINVAL;
}

/* One field of header:. Returns 0, -EINVAL or -ENOMEM. */
static int
read_field(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	   struct sections *sections, struct rule *rule)
{
	const char *name = arena_printf(pack->doc.arena, "header:%s", node->key->text);
	int number = name != NULL ? sections_number(keep, sections, name) : -ENOMEM;
	char what[100];
	bool well;

	if (name == NULL)
		return -ENOMEM;
	if (number < 0)
		yamldoc_error(&pack->doc, node->key,
			      number == -1 ? "write it like list-id: letters, digits and -"
					   : "leave out what is not needed",
			      number == -1 ? "\"%.60s\" is not the name of a field"
					   : "\"%.60s\" is one header too many for a set of rules",
			      node->key->text);
	snprintf(what, sizeof(what), "what the field %.60s must hold", node->key->text);
	well = written_is_pattern(pack, node, what);
	if (!well || number < 0)
		return -EINVAL;
	rule->guards[rule->guard_count].section = (unsigned)number;
	rule->guard_written[rule->guard_count++] = (struct written){ pack, node };
	return 0;
}

int
written_header(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	       struct sections *sections, struct rule *rule)
{
	int rc = 0, one;

	if (node == NULL)
		return 0;
	if (node->kind != YAMLNODE_MAP || node->count == 0) {
		yamldoc_error(&pack->doc, node, "write header: {list-id: 'pattern'}",
			      "header is not a map of names of fields and patterns");
		return -EINVAL;
	}
	rule->guards = arena_calloc(keep, node->count, sizeof(*rule->guards));
	rule->guard_written =
		arena_calloc(pack->doc.arena, node->count, sizeof(*rule->guard_written));
	if (rule->guards == NULL || rule->guard_written == NULL)
		return -ENOMEM;
	for (const struct yamlnode *n = node->first; n != NULL; n = n->next) {
		one = read_field(keep, pack, n, sections, rule);
		if (one == -ENOMEM)
			return one;
		rc = one < 0 ? one : rc;
	}
	return rc;
}
