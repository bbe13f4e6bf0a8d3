/*
 * match: one compiled pattern, and matching it under limits.
 *
 * Every match ends as hit, clear or undetermined, and is charged to the message's budget by the
 * text it went over. Where a pattern can backtrack much it is compiled with callouts behind its
 * repeats and choices (all over, where it was not understood), and each time that matching comes by
 * is a step. That count, unlike PCRE2's own limits, is the same with the JIT and with the
 * interpreter. PCRE2's match, depth and heap limits stand behind it.
 */
#ifndef FILTERS_MATCH_H
#define FILTERS_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "literal.h"
#include "pattern.h"
#include "verdict.h"

#define MATCH_ANYWHERE PCRE2_UNSET

struct pattern {
	pcre2_code *code;
	struct pattern_jit *jit;  /* its machine code; NULL: none is wanted */
	struct literals literals; /* in the arena given to pattern_compile() */
	const char *written;      /* as it stands in its file */
	const char *file;
	unsigned line;
};

/*
 * Compiles a prepared pattern for valid UTF-8. Where machine code cannot be had, it is done without
 * silently. Returns 0, -EINVAL with *ret_error filled (also for a pattern that matches the empty
 * text), or -ENOMEM. cache: see literal_extract(). The caller frees with pattern_clear().
 */
int
pattern_compile(struct arena *arena, struct literal_cache *cache, const struct prepared *prepared,
		enum view view, enum jit jit, struct pattern *ret, struct pattern_error *ret_error);

void
pattern_clear(struct pattern *p);

/* Whether this process may have PCRE2's JIT; if not, why, as a short text. */
bool
match_jit_works(const char **ret_why);

struct matcher;

/* NULL when out of memory. */
struct matcher *
matcher_new(void);

void
matcher_free(struct matcher *m);

/*
 * Begins a message with its whole budget. A trial does not count for which patterns are run now and
 * then.
 */
void
matcher_begin(struct matcher *m, uint64_t budget, bool trial);

/* Takes what other work on the text costs from the budget: so many bytes were gone over. */
void
matcher_charge(struct matcher *m, size_t bytes);

/* Steps spent since matcher_begin(). */
uint64_t
matcher_steps(const struct matcher *m);

/*
 * Finds the first match that begins at or after `from` and at or before `last` (MATCH_ANYWHERE: in
 * the rest of the text), both between characters. The whole text is seen, before and behind.
 * *ret_start and *ret_end are set on ANSWER_HIT only.
 */
enum answer
matcher_find(struct matcher *m, const struct pattern *p, const char *text, size_t len, size_t from,
	     size_t last, size_t *ret_start, size_t *ret_end);

#endif
