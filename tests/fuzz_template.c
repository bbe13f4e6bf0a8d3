/*
 * fuzz_template: any text is refused with a problem or renders within its bounds; a subject stays
 * one line.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/template.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = { .count = 0 };
	struct arena *arena = arena_new(0);
	struct template *t = NULL;
	const char *subject, *body;
	json_t *values;
	int r;

	if (template_parse("f", (const char *)data, size, NULL, &problems, &t) == 0) {
		values = json_pack("{s:s, s:{s:s}, s:[{s:i},{s:b}], s:b}", "a", "x\r\n{{b}}\x01",
				   "b", "c", "{{/a}}", "l", "a", 7, "a", 1, "t", 1);
		r = template_render(t, values, arena, &subject, &body);
		if (r < 0 && r != -E2BIG)
			abort();
		if (r == 0 && strpbrk(subject, "\r\n"))
			abort();
		json_decref(values);
	} else if (!problems.errors) {
		abort();
	}
	template_free(t);
	problems_free(&problems);
	arena_free(arena);
	return 0;
}
