/*
 * fuzz_mime: any bytes as a part tree, whose parts must stand behind their parents, and every body
 * decoded.
 */
#include <stdint.h>
#include <stdlib.h>

#include "filters/limits.h"
#include "filters/mime.h"
#include "filters/transfer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct reader r;
	struct part *parts;
	size_t count, len;
	const char *bytes;
	bool broken, cut;

	if (!a)
		return 0;
	reader_init(&r, a);
	if (mime_parse(&r, (const char *)data, size, &parts, &count) == 0) {
		if (count < 1 || count > LIMIT_PARTS)
			abort();
		for (size_t i = 0; i < count; i++) {
			if (parts[i].parent >= (int)i || parts[i].depth > LIMIT_DEPTH ||
			    parts[i].body.len > size)
				abort();
			if (transfer_decode(a, parts[i].encoding, parts[i].body.at,
					    parts[i].body.len, 100000, &bytes, &len, &broken,
					    &cut) == 0 &&
			    len > 100000)
				abort();
		}
	}
	reader_close(&r);
	arena_free(a);
	return 0;
}
