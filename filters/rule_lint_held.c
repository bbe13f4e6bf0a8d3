/*
 * rule_lint_held: whether a piece of a pattern can match any character that a view of a text can
 * hold. See rule_lint.h.
 *
 * Literal letters are folded together with the pattern; escapes and classes are not: \n is never
 * there where all white space is one space, nor \d where only letters are left.
 */
#include "rule_lint.h"

#include <errno.h>
#include <string.h>

#include "limits.h"

#define PIECE_MAX 500u     /* bytes; longer ones are not looked at */
#define CHARACTERS 0x20000 /* those that are tried: the planes with letters and signs in use */
#define RESET_EVERY 0x400  /* characters, after which the arena is emptied */

static size_t
put_utf8(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xc0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (char)(0xe0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		to[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	to[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	to[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* Whether a character between letters comes through the view as it is. 0 or 1, or -ENOMEM. */
static int
is_kept(struct arena *arena, enum view view, const char *character, size_t len)
{
	static const char *const neighbours[] = { "a", "가" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(neighbours[i]);
		char text[16];
		struct folded f;

		memcpy(text, neighbours[i], n);
		memcpy(text + n, character, len);
		memcpy(text + n + len, neighbours[i], n);
		if (fold_text(arena, view, text, 2 * n + len, &f) < 0)
			return -ENOMEM;
		if (f.len == 2 * n + len && memcmp(f.text, text, f.len) == 0)
			return 1;
	}
	return 0;
}

/* Whether the piece matches a character and the view holds it. 0 or 1, or -ENOMEM. */
static int
holds(struct arena *arena, enum view view, const pcre2_code *code, pcre2_match_data *data,
      uint32_t cp)
{
	char character[4];
	size_t len = put_utf8(character, cp);

	if (pcre2_match(code, (PCRE2_SPTR)character, len, 0, PCRE2_NO_UTF_CHECK, data, NULL) < 0)
		return 0;
	return is_kept(arena, view, character, len);
}

/* Goes through all characters until the piece matches one that the view holds. */
static int
holds_any(struct arena *arena, enum view view, const pcre2_code *code, pcre2_match_data *data)
{
	static const uint32_t likely[] = { 'a', 'e', 't', 0xac00, 0xc694, ' ', '.', '1', '-' };
	int kept = 0;

	for (size_t i = 0; i < sizeof(likely) / sizeof(likely[0]) && kept == 0; i++)
		kept = holds(arena, view, code, data, likely[i]);
	for (uint32_t cp = 1; cp < CHARACTERS && kept == 0; cp++) {
		/* Surrogates; and capitals of Cherokee, which alone folding makes of small ones. */
		if ((cp >= 0xd800 && cp < 0xe000) || (cp >= 0x13a0 && cp < 0x13f6))
			continue;
		if (cp % RESET_EVERY == 0)
			arena_reset(arena);
		kept = holds(arena, view, code, data, cp);
	}
	return kept;
}

int
rule_lint_held(enum view view, const char *piece, size_t len)
{
	struct arena *arena = arena_new(0);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_code *code = NULL;
	PCRE2_SIZE offset;
	int number, r = -ENOMEM;

	if (arena == NULL || data == NULL)
		goto out;
	r = 1;
	if (len > PIECE_MAX)
		goto out;
	code = pcre2_compile((PCRE2_SPTR)piece, len,
			     PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NO_UTF_CHECK,
			     &number, &offset, NULL);
	if (code != NULL) /* else it speaks of something outside of it */
		r = holds_any(arena, view, code, data);
out:
	pcre2_code_free(code);
	pcre2_match_data_free(data);
	arena_free(arena);
	return r;
}
