/*
 * likeness: knows a text again after somebody changed it, without keeping it.
 *
 * Many mail programs give a draft a Message-ID of their own when it is sent, and break its lines
 * anew; RFC 5322 3.6.4 leaves both to them. What stays are most of its sentences. No state.
 */
#ifndef DAEMON_LIKENESS_H
#define DAEMON_LIKENESS_H

#include <stddef.h>

#include "filters/arena.h"

#define LIKENESS_SENTENCES_MAX 48u /* that are remembered of a text, from its beginning */
#define LIKENESS_SAME 50           /* per cent of them: it is the same text, changed */

/* What a text is known by: a few hundred bytes in the arena; "" for too few words. NULL: no memory.
 */
const char *
likeness_of(struct arena *arena, const char *text);

/* How many per cent of the sentences of the one occur in a text; 0 when likeness is "". */
unsigned
likeness_in(const char *likeness, const char *text, size_t len);

#endif
