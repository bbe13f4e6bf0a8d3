/*
 * keyword: any bytes as a mail; what is kept is bounded, and each once.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/keyword.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	struct keyword_hidden hidden = { "body", size / 4, size / 4 };
	struct message *m;
	const char **words;
	size_t count;

	if (arena != NULL && message_read(arena, data, size, false, &m) == 0 &&
	    keywords_read(arena, m, &hidden, 1, &words, &count) == 0) {
		if (count > KEYWORD_MAX)
			abort();
		for (size_t i = 0; i < count; i++) {
			if (strlen(words[i]) > KEYWORD_BYTES_MAX)
				abort();
			for (size_t k = 0; k < i; k++)
				if (strcmp(words[i], words[k]) == 0)
					abort();
		}
	}
	arena_free(arena);
	return 0;
}
