/*
 * claim_words: looks for one of several words at a place. See claim_internal.h.
 */
#include <string.h>

#include "claim_internal.h"

size_t
claim_begins_with(const char *text, size_t len, size_t at, const char *const *words)
{
	for (; at < len && *words; words++) {
		size_t n = strlen(*words);

		if (n <= len - at && memcmp(text + at, *words, n) == 0)
			return n;
	}
	return 0;
}

size_t
claim_ends_with(const char *text, size_t end, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (n <= end && memcmp(text + end - n, *words, n) == 0)
			return n;
	}
	return 0;
}

size_t
claim_any_word_at(const char *text, size_t len, size_t at, const char *const *words)
{
	for (; *words; words++)
		if (claim_word_at(text, len, at, *words))
			return strlen(*words);
	return 0;
}

bool
claim_is_wide(const char *text, size_t len, size_t at)
{
	return at < len && (unsigned char)text[at] >= 0x80;
}
