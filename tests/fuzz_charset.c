/*
 * fuzz_charset: any bytes under any label come out as valid UTF-8 without NUL. The label is the
 * input up to its first line end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/charset.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t label_len = line ? (size_t)(line - data) : 0, skip = line ? label_len + 1 : 0, len,
	       again_len;
	const char *text, *again;
	unsigned notes = 0, clean = 0;

	if (!a)
		return 0;
	if (charset_to_utf8(a, arena_strndup(a, (const char *)data, label_len),
			    (const char *)data + skip, size - skip, &text, &len, &notes) == 0) {
		if (strlen(text) != len || memchr(text, '\r', len))
			abort();
		/*
		 * Reading the result again finds nothing to mend; but a mark or an escape in it may
		 * mean something now.
		 */
		if (charset_to_utf8(a, "utf-8", text, len, &again, &again_len, &clean) == 0 &&
		    !memchr(text, 0x1b, len) && (strncmp(text, "\xef\xbb\xbf", 3) != 0) &&
		    (clean || again_len != len || memcmp(text, again, len)))
			abort();
	}
	arena_free(a);
	return 0;
}
