/*
 * Whatever a mail says: commitments lie inside it and in order, their texts are one bounded line,
 * and the moment that they are due is none or after the moment of sending.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/promise_due.h"

#define SENT_MS INT64_C(1795860000000) /* 2026-11-28 10:00 UTC */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct commitment *c, size_t size)
{
	size_t len = strlen(c->text);

	if (c->offset > size || c->length > size - c->offset)
		abort();
	if (len == 0 || len > COMMITMENT_TEXT_MAX || strchr(c->text, '\n'))
		abort();
	if (c->due.hour > 23 || c->due.minute > 59 || c->due.weekday < 0 || c->due.weekday > 6)
		abort();
	for (int64_t sent_ms = SENT_MS; sent_ms > 0; sent_ms -= SENT_MS / 7) {
		int64_t due_ms = promise_due(&c->due, sent_ms, NULL, NULL);

		if (due_ms != 0 && due_ms <= sent_ms)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct commitment *list;
	const char *text;
	size_t count;
	bool by_mail;

	if (!arena || commitments_find(arena, (const char *)data, size, &list, &count) < 0)
		abort();
	if (count > COMMITMENTS_MAX)
		abort();
	for (size_t i = 0; i < count; i++) {
		check(&list[i], size);
		if (i > 0 && list[i].offset + list[i].length < list[i - 1].offset)
			abort();
	}
	text = arena_strndup(arena, (const char *)data, size);
	if (!text || commitment_by_mail(arena, text, &by_mail) < 0)
		abort();
	arena_free(arena);
	return 0;
}
