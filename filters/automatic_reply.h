/*
 * automatic_reply: holiday notices, acknowledgements and other answers that nobody wrote for this
 * mail.
 *
 * A subject proves nothing alone: "부재중 배송 문의" and "자동응답만 오네요" are customers. A
 * subject that is nothing but a notice's ("[부재중]", "Automatic reply: ...") needs one more sign.
 */
#ifndef FILTERS_AUTOMATIC_REPLY_H
#define FILTERS_AUTOMATIC_REPLY_H

#include <stdbool.h>

#include "message.h"

/* How much a subject looks like a holiday notice's. */
enum notice {
	NOTICE_NO,
	NOTICE_LIKE, /* begins like one */
	NOTICE_SURE, /* is one, whatever follows after a colon or bracket */
};

enum notice
automatic_notice(const char *subject);

/* An automatic answer, by what only such a one has. */
bool
automatic_reply(const struct message *m, const char **ret_why);

/* A mail that a machine sent in any case, and by its subject an answer. */
bool
automatic_reply_like(const struct message *m, const char **ret_why);

/*
 * Whether a program that answers by itself has been at the mail: not enough to call it automatic,
 * enough not to take it for a person's answer where other signs speak against one.
 */
bool
automatic_answerer(const struct message *m);

#endif
