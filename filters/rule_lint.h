/*
 * rule_lint: what a pattern that compiles may still be blamed for: repeats that take long, repeats
 * without an end, no words that the gate could look for, matching nearly any text.
 *
 * A reader's judgement of the pattern's text, not a proof: what is not understood is not blamed.
 * Only the tool that checks rules asks for it; loading does without.
 */
#ifndef FILTERS_RULE_LINT_H
#define FILTERS_RULE_LINT_H

#include "match.h"

/* What the pattern is to its rule. */
enum pattern_role {
	PATTERN_MATCH,
	PATTERN_ALL,
	PATTERN_UNLESS,
	PATTERN_HEADER,
};

enum blame_kind {
	BLAME_NESTED,  /* a repeat within a repeat */
	BLAME_LEADING, /* begins with something repeated without an end */
	BLAME_ENDLESS, /* has one in its middle */
	BLAME_SQUARE,  /* has several */
	BLAME_UNGATED, /* no words that the gate could look for */
	BLAME_ANY,     /* matches nearly any text */
	BLAME_ABSENT,  /* needs a character that its view never holds */
	BLAME_LITERAL, /* syntax that stands for itself */
};

struct blame {
	enum blame_kind kind;
	size_t offset; /* byte in the written pattern */
	char text[256];
	char hint[160];
};

#define BLAMES_MAX 8 /* of one pattern; more say the same */

/*
 * Looks at one pattern that compiled; `matcher` is there to be used. Fills ret in the order of the
 * pattern. Returns how many were filled in, or -ENOMEM.
 */
int
rule_lint(struct matcher *matcher, const struct prepared *prepared, const struct pattern *pattern,
	  enum view view, enum pattern_role role, struct blame ret[BLAMES_MAX]);

/*
 * Looks at a pattern, or the text of a macro, as it is written. Offsets are its own. Returns how
 * many were filled in.
 */
int
rule_lint_written(const char *text, size_t len, const struct macros *macros,
		  struct blame ret[BLAMES_MAX]);

/*
 * Whether an escape or a class matches some character that texts in that view can hold: 1 (also
 * when that cannot be told), 0, or -ENOMEM. Takes milliseconds when it is 0.
 */
int
rule_lint_held(enum view view, const char *piece, size_t len);

#endif
