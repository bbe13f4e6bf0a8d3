/*
 * fuzz_card_csv: any bytes are refused with a sentence, or give lines of which each can be imported
 * or says why not.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/card_csv.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct err err = { .text = "" };
	struct card_csv csv;
	size_t bad = 0;
	int r = arena ? card_csv_read(arena, (const char *)data, size, &csv, &err) : -ENOMEM;

	if (r < 0 && (r != -EINVAL || !*err.text))
		abort();
	for (size_t i = 0; r == 0 && i < csv.count; i++) {
		const struct card_line *line = &csv.lines[i];

		bad += line->wrong != NULL;
		if (line->line == 0 || (i > 0 && line->line <= csv.lines[i - 1].line))
			abort();
		if (!line->wrong && card_row_check(&line->row, &err) < 0)
			abort();
	}
	if (r == 0 && bad != csv.bad)
		abort();
	arena_free(arena);
	return 0;
}
