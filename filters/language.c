/*
 * language: counts letters by script and English function words. See language.h.
 *
 * Addresses and links say nothing about a writer's language and are passed over.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "language.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct letters {
	size_t hangul, latin, other;
	size_t words, function_words; /* of Latin letters; those every English sentence has */
};

/* The character at s, its length in *ret_len; invalid bytes count as themselves. */
static unsigned
character(const char *s, size_t len, size_t *ret_len)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t n = u[0] < 0xc0 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	unsigned c = n == 1 ? u[0] : u[0] & (0x7fu >> n);

	if (n > len)
		n = len;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3f);
	*ret_len = n;
	return c;
}

static bool
is_hangul(unsigned c)
{
	return (c >= 0xac00 && c <= 0xd7a3) || (c >= 0x1100 && c <= 0x11ff) ||
	       (c >= 0x3131 && c <= 0x318e) || (c >= 0xa960 && c <= 0xa97f) ||
	       (c >= 0xd7b0 && c <= 0xd7ff) || (c >= 0xffa0 && c <= 0xffdc);
}

static bool
is_latin(unsigned c)
{
	return (c < 0x80 && isalpha((int)c)) || (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7);
}

/*
 * Words that English cannot do without and its neighbours do not have, by their length; compared
 * eight bytes at a time.
 */
static bool
is_function_word(const char *word, size_t len)
{
	static const char words[8][17][8] = {
		[1] = { "i" },
		[2] = { "to", "my", "is", "it", "of", "if", "or" },
		[3] = { "the", "and", "you", "not", "has", "had", "are", "can", "how", "but", "our",
			"i'm" },
		[4] = { "your", "this", "that", "have", "with", "were", "will", "what", "when",
			"from", "they", "been", "i've", "just", "want" },
		[5] = { "would", "which", "there", "thank", "don't", "never", "still", "about" },
		[6] = { "please", "thanks" },
	};
	char folded[8] = "";

	if (len >= sizeof(folded))
		return false;
	for (size_t i = 0; i < len; i++)
		folded[i] = (char)tolower((unsigned char)word[i]);
	for (size_t i = 0; words[len][i][0]; i++)
		if (memcmp(folded, words[len][i], sizeof(folded)) == 0)
			return true;
	return false;
}

static bool
says_nothing(const char *word, size_t len)
{
	const char *colon = memchr(word, ':', len);
	size_t left = colon ? len - (size_t)(colon - word) : 0;

	return memchr(word, '@', len) || (left >= 3 && memmem(colon, left, "://", 3)) ||
	       (len > 4 && strncasecmp(word, "www.", 4) == 0);
}

static void
count_word(struct letters *l, const char *word, size_t len)
{
	size_t n, first = len, last = 0;

	if (says_nothing(word, len))
		return;
	for (size_t i = 0; i < len; i += n) {
		unsigned c = character(word + i, len - i, &n);

		if (is_hangul(c)) {
			l->hangul++;
		} else if (is_latin(c)) {
			l->latin++;
			first = first == len ? i : first;
			last = i + n;
		} else if (c >= 0x370 && !(c >= 0x2000 && c < 0x2e80) &&
			   !(c >= 0x3000 && c < 0x3040) && !(c >= 0xfe00 && c < 0xff00) &&
			   c < 0x1f000) {
			l->other++;
		}
	}
	if (last <= first)
		return;
	l->words++;
	l->function_words += is_function_word(word + first, last - first);
}

const char *
language_detect(const char *text, size_t len)
{
	struct letters l = { 0 };
	bool english;

	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && !isspace((unsigned char)text[i]))
			i++;
		if (i > from)
			count_word(&l, text + from, i - from);
		else
			i++;
	}
	english =
		l.function_words >= (l.words > 8 ? 2 : 1) && l.function_words * 100 >= l.words * 18;
	/* A syllable says about as much as three or four Latin letters; product names are long. */
	if (l.hangul >= 2 && l.hangul >= l.other && l.hangul * 4 >= l.latin &&
	    !(english && l.hangul * 2 < l.latin))
		return "ko";
	if (english && l.latin > (l.hangul + l.other) * 4)
		return "en";
	return "und";
}
