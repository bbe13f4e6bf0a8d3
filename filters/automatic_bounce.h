/*
 * automatic_bounce: reports of mail systems: could not be delivered, is late, was read, was called
 * spam.
 *
 * The words of a bounce prove nothing by themselves: customers quote bounces, and 반송 is also a
 * parcel sent back.
 */
#ifndef FILTERS_AUTOMATIC_BOUNCE_H
#define FILTERS_AUTOMATIC_BOUNCE_H

#include <stdbool.h>

#include "message.h"

/* A bounce by its structure, by a header that only bounces have, or by its sender. */
bool
automatic_bounce(const struct message *m, const char **ret_why);

/* A bounce by its words, and by having nobody to answer to. */
bool
automatic_bounce_words(const struct message *m, const char **ret_why);

/* A read receipt (RFC 8098). */
bool
automatic_receipt(const struct message *m, const char **ret_why);

/* Any other multipart/report (RFC 6522), such as an abuse report (RFC 5965). */
bool
automatic_report(const struct message *m, const char **ret_why);

/* Whether From is the mail system and not somebody who has its mailbox. */
bool
automatic_mail_system(const struct message *m);

#endif
