/*
 * reading: the readings of any text; respellings and maps must stay inside it, in order.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filters/charset.h"
#include "filters/fold.h"
#include "filters/reading.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_list(const struct readings *r, size_t len)
{
	for (size_t i = 0; i < r->length; i++)
		if (r->list[i].at >= r->list[i].end || r->list[i].end > len ||
		    (i > 0 && r->list[i].at < r->list[i - 1].end))
			abort();
	for (size_t i = 0; i < r->stretch_count; i++)
		if (r->stretches[i].from >= r->stretches[i].to || r->stretches[i].to > len ||
		    (i > 0 && r->stretches[i].from <= r->stretches[i - 1].to))
			abort();
}

static void
check_map(const struct folded *f, size_t len)
{
	size_t offset, length, at, view_len;

	for (size_t i = 0; i < f->len; i += 1 + i / 64) {
		fold_source(f, i, f->len - i < 7 ? f->len - i : 7, &offset, &length);
		if (offset + length > len)
			abort();
		fold_view_range(f, offset, length, &at, &view_len);
		if (at + view_len > f->len)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	unsigned notes = 0;
	struct readings r;
	struct folded f;
	const char *text;
	size_t len;

	if (arena == NULL)
		return 0;
	if (charset_to_utf8(arena, "utf-8", (const char *)data, size, &text, &len, &notes) == 0 &&
	    readings_find(arena, text, len, &r) == 0) {
		check_list(&r, len);
		for (unsigned i = 0; i < r.count; i++)
			for (int v = VIEW_FOLDED; v < VIEW_COUNT; v++)
				if (fold_reading(arena, (enum view)v, text, &r, i, &f) == 0)
					check_map(&f, len);
	}
	arena_free(arena);
	return 0;
}
