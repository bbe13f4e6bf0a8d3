/*
 * when: any bytes as a condition; what parses must evaluate to one of the three answers.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filters/when.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1u << 20);
	enum answer answers[FLAG_COUNT];
	struct when_error error;
	struct when *w;

	for (int f = 0; f < FLAG_COUNT; f++)
		answers[f] = (enum answer)(f % 3);
	if (arena != NULL && when_parse(arena, (const char *)data, size, &w, &error) == 0 &&
	    (when_eval(w, answers) > ANSWER_UNDETERMINED || when_flags(w) == 0))
		abort();
	arena_free(arena);
	return 0;
}
