/*
 * notice: the words of a mail to one of us: that a complaint needs somebody, and where to look.
 * Never the customer's own words: whoever is called does not need to read abuse on their telephone.
 */
#ifndef DAEMON_NOTICE_H
#define DAEMON_NOTICE_H

#include "filters/arena.h"
#include "record.h"

/*
 * Subject and body in `language` ("ko", else English). owner "" when nobody owns the case; without
 * a case (mail->case_id 0) no number is named. customer: whose wishes and deal-breakers come first;
 * NULL: nothing is known of them. In the arena. 0 or -ENOMEM.
 */
int
notice_text(struct arena *arena, const char *language, const struct message_record *mail,
	    const char *owner, const struct customer_record *customer, const char **ret_subject,
	    const char **ret_body);

/*
 * What follows in a notice to the superior of an owner whose customer asks for them. In the arena;
 * NULL when out of memory.
 */
const char *
notice_superior(struct arena *arena, const char *language, const char *body, const char *owner);

/*
 * An owner who is away, with who acts for them, as notice_text() takes it. until NULL: out of
 * memory, as is the answer then. In the arena.
 */
const char *
notice_away(struct arena *arena, const char *language, const char *owner, const char *until,
	    const char *acts);

#endif
