/*
 * pattern: from what an admin wrote to what PCRE2 gets: macros filled in, forbidden syntax refused,
 * literals folded.
 *
 * Folding must not change syntax. The text is walked as PCRE2 would read it; only runs of literal
 * characters and the single members of character classes are folded, with the view's own
 * fold_text(). Escapes (\S, \x{..}, \p{..}),
 * [:names:], group heads, option letters, group names and quantifiers are copied as they are. The
 * last literal before a quantifier is folded by itself, so that a quantifier never gets another
 * operand than the one written. Options that would change how the text must be read (x),
 * conditions, recursion, callouts, verbs, \C and \Q are refused.
 */
#ifndef FILTERS_PATTERN_H
#define FILTERS_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "fold.h"

struct macro {
	const char *name, *text;
};

/* The macros a pattern may use: its file's own, then the built-in ones. */
struct macros {
	const struct macro *list;
	size_t count;
	const char *file;            /* where they are defined */
	const struct macros *others; /* of another file, only to say where a name is known; these
					lead round to this one, or end with NULL */
};

/* The built-in macro of that name, or NULL. */
const char *
macro_builtin(const char *name);

/* The name of the i-th built-in macro, NULL behind the last. */
const char *
macro_builtin_name(size_t i);

/* The text of a macro: own first, then built-in; NULL when there is none. */
const char *
macro_find(const struct macros *own, const char *name, size_t len);

/* The known macro name nearest to a misspelt one, or NULL. */
const char *
macro_nearest(struct arena *arena, const struct macros *own, const char *name);

/* The file that defines a macro which this one does not, or NULL. */
const char *
macro_elsewhere(const struct macros *own, const char *name, size_t len);

/* Whether a name can be a macro's: a letter or _, then letters, digits, _ and -. */
bool
macro_name_valid(const char *name);

struct prepared {
	const char *text; /* NUL-terminated */
	size_t len;
	const uint32_t
		*origin; /* len + 1 entries: the byte of the written pattern each byte comes from */
	bool hangul;     /* a Hangul letter is in it */
	long ascii_class; /* where the first \w \b \d (or \W \B \D) stands in the written pattern,
			     -1: none */
};

struct pattern_error {
	size_t offset; /* byte in the written pattern */
	char text[256];
	char hint[160];
};

/*
 * Returns 0, -EINVAL with *ret_error filled, or -ENOMEM. The result lives in the arena.
 * Limits: LIMIT_PATTERN_BYTES after filling in, LIMIT_MACRO_DEPTH.
 */
int
pattern_prepare(struct arena *arena, const char *text, size_t len, enum view view,
		const struct macros *macros, struct prepared *ret, struct pattern_error *ret_error);

/* The index after the ']' of the class that begins at s[at] == '[' (len when it does not end). */
size_t
pattern_class_end(const char *s, size_t len, size_t at);

/* The index after the escape that begins at s[at] == '\\'. */
size_t
pattern_escape_end(const char *s, size_t len, size_t at);

/*
 * The index after the quantifier at s[at] (with its ? or +), or `at` when there is none. Bounds: -1
 * stands for none.
 */
size_t
pattern_quantifier_end(const char *s, size_t len, size_t at, long *ret_min, long *ret_max);

#endif
