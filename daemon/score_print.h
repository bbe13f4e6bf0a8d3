/*
 * score_print: a score as tables for people, or as one JSON object; and the mails that came out
 * wrong.
 */
#ifndef DAEMON_SCORE_PRINT_H
#define DAEMON_SCORE_PRINT_H

#include <jansson.h>

#include "score.h"
#include "term.h"

/* names: of the groups, as many as sheets. */
void
score_print(const struct term *term, const struct score *s, const char *const *names);

/* The object of triagectl(1), without errors; NULL when out of memory. */
json_t *
score_json(const struct score *s, const char *const *names);

/* One mail that came out wrong, or of which something could not be decided. */
struct wrong_mail {
	const char *source;
	const struct label *label;
	const struct verdict *verdict;
	struct outcome outcome;
};

void
score_print_wrong(const struct term *term, const struct wrong_mail *mail);

json_t *
score_json_wrong(const struct wrong_mail *mail);

#endif
