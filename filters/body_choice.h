/*
 * body_choice: which parts of a mail are read.
 *
 * Inside of body: nothing else includes this.
 */
#ifndef FILTERS_BODY_CHOICE_H
#define FILTERS_BODY_CHOICE_H

#include "body_leaf.h"

/*
 * Fills worth, childless, skipped and forwarded of all leaves. Reads leaves only where two
 * alternatives have to be compared. Returns 0 or -ENOMEM.
 */
int
choice_make(struct work *w);

#endif
