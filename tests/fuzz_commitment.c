/*
 * Every commitment lies in the text, one behind the other, and its words and its time are bounded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/commitment.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	const char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
	struct commitment *list;
	size_t len, count, from = 0;
	bool by_mail;

	if (!text)
		abort();
	len = strlen(text);
	if (commitments_find(arena, text, len, &list, &count) < 0 || count > COMMITMENTS_MAX ||
	    commitment_by_mail(arena, text, &by_mail) < 0)
		abort();
	for (size_t i = 0; i < count; i++) {
		const struct commitment *c = &list[i];

		if (c->offset < from || c->length == 0 || c->offset + c->length > len ||
		    strlen(c->text) > COMMITMENT_TEXT_MAX || strchr(c->text, '\n') ||
		    c->due.hour > 24 || c->due.hour < -1 || c->due.month > 12)
			abort();
		from = c->offset + c->length;
	}
	arena_free(arena);
	return 0;
}
