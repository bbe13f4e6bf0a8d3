/*
 * fuzz_written: what people write on a command line as a time or a sum is refused, or is read as
 * one that is read again as the same when it is written out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/amount.h"
#include "daemon/moment.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
	struct amount amount, again;
	int64_t ms;

	if (!text)
		abort();
	ms = moment_parse(NULL, 0, text);
	if (ms >= 0 && moment_parse(NULL, 0, moment_text(arena, NULL, ms)) != ms / 60000 * 60000)
		abort();
	if (amount_read(arena, text, &amount) == 0) {
		if (amount_read(arena, amount_text(arena, &amount, true), &again) < 0 ||
		    again.units != amount.units || strcmp(again.currency, amount.currency) != 0)
			abort();
	}
	arena_free(arena);
	return 0;
}
