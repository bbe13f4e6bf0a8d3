/*
 * event_words: what an event of a case's history says, as a colleague would note it.
 */
#ifndef DAEMON_EVENT_WORDS_H
#define DAEMON_EVENT_WORDS_H

#include <jansson.h>

#include "filters/arena.h"

/*
 * The sentence of an event {kind, data, ...} without when and who, in the arena: "answered
 * kim@example.com with the draft acknowledge". A kind that has no sentence of its own is told by
 * its name and what its data says in words, one that is erased by its name. NULL when out of
 * memory.
 */
const char *
event_words(struct arena *arena, const json_t *event);

#endif
