/*
 * likeness: see likeness.h.
 */
#include "likeness.h"

#include <string.h>

#include "record.h"

#define SENTENCE_MIN 18 /* bytes but white space: "감사합니다." may stand in any letter */
#define SENTENCE_MAX 1000
#define MARK_DIGITS 8 /* of the SHA-256 of a sentence */

/* A text that is read sentence by sentence. */
struct sentences {
	const char *at, *end;
	char mark[MARK_DIGITS + 1];
};

/* White space, which mail programs change as they like: also U+00A0, as editors of HTML write. */
static size_t
space_at(const char *at, const char *end)
{
	if (strchr(" \t\r\n", *at))
		return 1;
	return end - at >= 2 && memcmp(at, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/*
 * The mark of the next sentence, or line before an empty one, that is long enough. Whether there is
 * one.
 */
static bool
next_sentence(struct sentences *s)
{
	char words[SENTENCE_MAX], digest[65];
	size_t len = 0;
	unsigned breaks = 0; /* of lines since the last word */

	while (s->at < s->end) {
		size_t space = space_at(s->at, s->end);
		bool ends;

		breaks = space == 0 ? 0 : breaks + (*s->at == '\n');
		ends = breaks == 2 || strchr(".?!:", *s->at);
		if (space == 0 && len < sizeof(words))
			words[len++] = *s->at;
		s->at += space ? space : 1;
		if ((ends || s->at == s->end) && len >= SENTENCE_MIN) {
			record_sha256(words, len, digest);
			memcpy(s->mark, digest, MARK_DIGITS);
			s->mark[MARK_DIGITS] = '\0';
			return true;
		}
		if (ends)
			len = 0;
	}
	return false;
}

const char *
likeness_of(struct arena *arena, const char *text)
{
	struct sentences s = { .at = text, .end = text + strlen(text) };
	struct buf marks = { .arena = arena };

	for (unsigned i = 0; i < LIKENESS_SENTENCES_MAX && next_sentence(&s); i++)
		buf_add(&marks, s.mark, MARK_DIGITS);
	return buf_string(&marks);
}

unsigned
likeness_in(const char *likeness, const char *text, size_t len)
{
	struct sentences s = { .at = text, .end = text + len };
	size_t count = strlen(likeness) / MARK_DIGITS, same = 0;
	bool found[LIKENESS_SENTENCES_MAX] = { false };

	if (count > LIKENESS_SENTENCES_MAX)
		count = LIKENESS_SENTENCES_MAX;
	while (next_sentence(&s))
		for (size_t i = 0; i < count; i++)
			found[i] |= memcmp(likeness + i * MARK_DIGITS, s.mark, MARK_DIGITS) == 0;
	for (size_t i = 0; i < count; i++)
		same += found[i];
	return count > 0 ? (unsigned)(same * 100 / count) : 0;
}
