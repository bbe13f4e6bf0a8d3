/*
 * fold: any bytes in every view; the maps must stay inside the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filters/fold.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	size_t offset, length, at, len;
	struct folded f;

	for (int v = 0; v < VIEW_COUNT && arena != NULL; v++) {
		if (fold_text(arena, (enum view)v, (const char *)data, size, &f) < 0)
			continue;
		for (size_t i = 0; i < f.len; i += 1 + i / 64) {
			fold_source(&f, i, f.len - i < 7 ? f.len - i : 7, &offset, &length);
			if (offset + length > size)
				abort();
			fold_view_range(&f, offset, length, &at, &len);
			if (at + len > f.len)
				abort();
		}
	}
	arena_free(arena);
	return 0;
}
