/*
 * forward: a mail passed on: by whom it was written, and whose words count.
 *
 * Who passes a mail on without a word of their own lets its writer speak: the forwarded words are
 * the new words then. With words of their own beside it both are kept apart, and only those are
 * new.
 */
#ifndef FILTERS_FORWARD_H
#define FILTERS_FORWARD_H

#include "charset.h"
#include "message.h"

/*
 * Fills m->forwarded from the body's first forwarded stretch, and splits that stretch into new,
 * quoted and signature when nothing else is new. m's body, segments and headers must be there;
 * hands them on unchanged when nothing was forwarded. Returns 0 or -ENOMEM.
 */
int
forward_read(struct reader *r, struct message *m);

/*
 * Makes the writer of a mail that was forwarded without a word the writer of m: From is theirs, and
 * the subject the one they wrote; m->forwarded.by is who passed it on. For mail that one of us
 * passed on: a stranger could put anybody's name above some words. Does nothing when the writer's
 * address is not known.
 */
void
forward_let_speak(struct message *m);

#endif
