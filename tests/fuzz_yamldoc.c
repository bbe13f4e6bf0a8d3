/*
 * fuzz_yamldoc: any bytes give a tree within the bounds or a problem, and the getters never read
 * outside of it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "filters/limits.h"
#include "filters/yamldoc.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct yamldoc *doc, const struct yamlnode *node, unsigned depth)
{
	static const char *const known[] = { "accounts", "name", NULL };
	const struct yamlnode *entry;
	const char *text, **list;
	double number;
	long long integer;
	size_t count = 0;
	bool yes;

	if (depth > LIMIT_YAML_DEPTH || !node->line || !node->column || !node->text)
		abort();
	yamldoc_string(doc, node, "x", &text);
	yamldoc_bool(doc, node, "x", &yes);
	yamldoc_integer(doc, node, "x", -5, 5000, &integer);
	yamldoc_number(doc, node, "x", &number);
	yamldoc_strings(doc, node, "x", &list, &count);
	yamldoc_keys(doc, node, "x", known);
	count = 0;
	for (entry = node->first; entry; entry = entry->next, count++)
		walk(doc, entry, depth + 1);
	if (count != node->count)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = { .count = 0 };
	struct arena *arena = arena_new(0);
	struct yamldoc doc;

	if (yamldoc_load(&doc, arena, "f", (const char *)data, size, &problems) == 0)
		walk(&doc, doc.root, 0);
	else if (!problems.errors)
		abort();
	yamldoc_sort(&problems, 0);
	problems_free(&problems);
	arena_free(arena);
	return 0;
}
