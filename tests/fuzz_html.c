/*
 * fuzz_html: any bytes as a page; the marks must lie in the text, in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/html.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct html_result r;
	size_t end = 0;

	if (!a)
		return 0;
	if (html_text(a, (const char *)data, size, &r) == 0) {
		if (strlen(r.text) != r.len)
			abort();
		for (size_t i = 0; i < r.quote_count; i++) {
			if (r.quotes[i].offset < end)
				abort();
			end = r.quotes[i].offset + r.quotes[i].length;
			if (end > r.len)
				abort();
		}
	}
	arena_free(a);
	return 0;
}
