/*
 * subject_token: a case's name in the subject of its mails, [C12-k3x9mf], for customers whose
 * mailers drop every other trace of what they answer.
 *
 * The six characters are random and kept in the case: who does not have a mail of the case cannot
 * make them up. Reading one believes nothing; thread.c compares it with the case.
 */
#ifndef DAEMON_SUBJECT_TOKEN_H
#define DAEMON_SUBJECT_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "filters/arena.h"

#define SUBJECT_TOKEN_CHECK 6

struct subject_token {
	uint64_t case_id;
	char check[SUBJECT_TOKEN_CHECK + 1];
};

/* The last token in a subject; false when there is none. subject may be NULL. */
bool
subject_token_find(const char *subject, struct subject_token *ret);

/*
 * The subject without any token and the white space before it. In the arena, or the subject itself
 * when it has none; NULL when out of memory.
 */
const char *
subject_token_without(struct arena *arena, const char *subject);

/* Makes a new check value. 0 or a negative errno of the system's random numbers. */
int
subject_token_make(char ret_check[SUBJECT_TOKEN_CHECK + 1]);

/* "[C12-k3x9mf]", in the arena; NULL when out of memory. */
const char *
subject_token_text(struct arena *arena, const struct subject_token *token);

#endif
