/*
 * blame: the rules behind a flag of one mail, for the tools that show what went wrong with it.
 */
#ifndef DAEMON_BLAME_H
#define DAEMON_BLAME_H

#include <jansson.h>

#include "filters/verdict.h"
#include "term.h"

/*
 * One line a rule: mark, id, what it gave, what it matched, file and line. Rules that stand in
 * `other` with the same score are left out; other may be NULL.
 */
void
blame_print(const struct term *term, const struct flag_verdict *v, const struct flag_verdict *other,
	    const char *mark);

/* The same as a list of {"rule","at","score","part","text"}, one for each match; NULL: no memory.
 */
json_t *
blame_json(const struct flag_verdict *v, const struct flag_verdict *other);

/* How many rules blame_print() would name. */
size_t
blame_count(const struct flag_verdict *v, const struct flag_verdict *other);

#endif
