/*
 * subject: what two mails on one matter share in their subjects.
 *
 * For joining by subject when nothing else tells: exact, or not at all. No guess about tags, about
 * forwarding or about a subject that was changed a little.
 */
#ifndef DAEMON_SUBJECT_H
#define DAEMON_SUBJECT_H

#include <stdbool.h>

#include "filters/arena.h"

#define SUBJECT_BYTES_MAX 998 /* a longer one (RFC 5322 2.1.1: a line) is not compared */
#define SUBJECT_PREFIXES_MAX 16
#define SUBJECT_CHARACTERS_MIN 8

/*
 * The subject without the marks of an answer, as below, however little it says; "" when it is
 * longer than SUBJECT_BYTES_MAX. NULL when out of memory.
 */
const char *
subject_plain(struct arena *arena, const char *subject);

/*
 * The subject without the marks of an answer before it ("Re:", "RE[2]:", "답장:" ...), without
 * white space around it, and with single spaces in it; in the arena. "" when it cannot tell two
 * matters apart: shorter than SUBJECT_CHARACTERS_MIN, longer than SUBJECT_BYTES_MAX, or one that
 * anybody writes ("customer service"). NULL when out of memory. subject may be NULL.
 */
const char *
subject_base(struct arena *arena, const char *subject);

/* Whether a mark of an answer stands before it. */
bool
subject_is_answer(const char *subject);

#endif
