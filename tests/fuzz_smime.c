/*
 * fuzz_smime: any bytes as a signed message; its content is never more than it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/arena.h"
#include "filters/smime.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	const char *content;
	size_t len;

	if (!a)
		return 0;
	if (smime_content(a, (const char *)data, size, &content, &len) == 0 && content) {
		/* All of it can be read. */
		if (len > size || !arena_strndup(a, content, len))
			abort();
	}
	arena_free(a);
	return 0;
}
