/*
 * What is left of a subject has no space around it and is never longer than the subject; an address
 * without its subaddress is its own base, and the same participant.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/participant.h"
#include "daemon/subject.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	const char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
	const char *plain, *base, *person;
	size_t len;

	if (text == NULL)
		abort();
	plain = subject_plain(arena, text);
	base = subject_base(arena, text);
	person = participant_base(arena, text);
	if (plain == NULL || base == NULL || person == NULL)
		abort();
	len = strlen(plain);
	if (len > strlen(text) || (len > 0 && (plain[0] == ' ' || plain[len - 1] == ' ')))
		abort();
	if (base[0] != '\0' && strcmp(base, plain) != 0)
		abort();
	if (strcmp(participant_base(arena, person), person) != 0)
		abort();
	if (person[0] != '\0' && !participant_same(person, text))
		abort();
	arena_free(arena);
	return 0;
}
