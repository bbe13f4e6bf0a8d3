/*
 * fuzz_tnef: any bytes as winmail.dat; what comes out lies within them and within the limits.
 */
#include <stdint.h>
#include <stdlib.h>

#include "filters/limits.h"
#include "filters/tnef.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *bytes, size_t size, const char *at, size_t len, size_t limit)
{
	if (len > limit || (len > 0 && (at < bytes || at + len > bytes + size)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	const char *bytes = (const char *)data;
	struct names names = { 0 };
	struct reader r;
	struct tnef t;

	if (!a)
		return 0;
	reader_init(&r, a);
	if (tnef_read(&r, bytes, size, &names, &t) == 0) {
		check(bytes, size, t.text, t.text_len, LIMIT_TEXT_BYTES);
		check(bytes, size, t.html, t.html_len, LIMIT_HTML_BYTES);
		if (names.count > LIMIT_PARTS || !t.text_charset || !t.html_charset)
			abort();
	}
	reader_close(&r);
	arena_free(a);
	return 0;
}
