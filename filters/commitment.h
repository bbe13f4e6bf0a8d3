/*
 * commitment: the sentences of a mail of ours in which we say that we will do something by a time.
 *
 * Korean and English. Precision comes first: what the customer is asked to do, what happened, what
 * cannot be promised, questions, opening hours are passed over. A sentence gives one commitment at
 * most.
 */
#ifndef FILTERS_COMMITMENT_H
#define FILTERS_COMMITMENT_H

#include "arena.h"
#include "due.h"

#define COMMITMENTS_MAX 20      /* of one mail */
#define COMMITMENT_TEXT_MAX 300 /* bytes of a sentence that are kept */

struct commitment {
	size_t offset, length; /* of the sentence, in the text */
	const char *text;      /* its words, one line, at most COMMITMENT_TEXT_MAX bytes */
	struct due due;
	bool by_mail; /* to write, not to act: our next mail keeps it */
};

/*
 * All of a text (valid UTF-8: the new words of the mail), in order. In the arena. 0 or -ENOMEM.
 */
int
commitments_find(struct arena *arena, const char *text, size_t len, struct commitment **ret,
		 size_t *ret_count);

/* Whether words that name a promise speak of writing to the customer. 0 or -ENOMEM. */
int
commitment_by_mail(struct arena *arena, const char *text, bool *ret);

#endif
