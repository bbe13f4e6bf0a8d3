/*
 * yamldoc_near: what a misspelt word was meant to be. See yamldoc.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "yamldoc.h"

#define FAR 1000u

/*
 * Edit distance with transpositions of neighbours counted once; words longer than the rows are
 * never near.
 */
static unsigned
distance(const char *a, const char *b)
{
	enum { MAX = 48 };
	unsigned rows[3][MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > MAX || lb > MAX)
		return FAR;
	for (j = 0; j <= lb; j++)
		last[j] = before[j] = (unsigned)j;
	for (i = 1; i <= la; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= lb; j++) {
			unsigned d = last[j - 1] + (a[i - 1] != b[j - 1]);

			d = last[j] + 1 < d ? last[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

const char *
yamldoc_nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	unsigned best_distance = FAR;
	size_t len = strlen(word);

	for (; words && *words; words++) {
		unsigned d = strcasecmp(word, *words) == 0 ? 0 : distance(word, *words);
		bool extends = len >= 3 && (!strncmp(word, *words, len) ||
					    !strncmp(word, *words, strlen(*words)));

		if (extends && d > 2)
			d = 2;
		if (d < best_distance) {
			best_distance = d;
			best = *words;
		}
	}
	return best_distance <= (len <= 4 ? 1u : 2u) || (len >= 8 && best_distance <= 3) ? best
											 : NULL;
}

/* Ends a list that got no further than len with a sign, after whole words only. */
static void
end_short(char *buf, size_t len, size_t size)
{
	static const char sign[] = ", ...";

	while (len > 0 && (len + sizeof(sign) > size || buf[len] != ','))
		len--;
	if (len > 0)
		memcpy(buf + len, sign, sizeof(sign));
	else
		snprintf(buf, size, "see the manual");
}

const char *
yamldoc_choice(const char *word, const char *const *words, char *buf, size_t size)
{
	const char *near = yamldoc_nearest(word, words);
	size_t len;

	if (near) {
		snprintf(buf, size, "did you mean \"%.100s\"?", near);
		return buf;
	}
	snprintf(buf, size, "there are none");
	for (len = 0; words && *words; words++) {
		int n = snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "one of ", *words);

		if (n < 0 || (size_t)n >= size - len) {
			end_short(buf, len, size);
			break;
		}
		len += (size_t)n;
	}
	return buf;
}
