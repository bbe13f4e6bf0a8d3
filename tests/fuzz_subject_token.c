/*
 * A subject without its tokens is never longer, and is the same subject when there was none; a
 * token that was read is written as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/subject_token.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	const char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
	const char *without, *written;
	struct subject_token token;
	bool found;

	if (text == NULL)
		abort();
	found = subject_token_find(text, &token);
	without = subject_token_without(arena, text);
	if (without == NULL || strlen(without) > strlen(text) || (!found && without != text))
		abort();
	written = found ? subject_token_text(arena, &token) : "";
	/* Zeros before the number are not written again. */
	if (written == NULL ||
	    (found && strstr(text, written) == NULL && strstr(text, "C0") == NULL))
		abort();
	arena_free(arena);
	return 0;
}
