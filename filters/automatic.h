/*
 * automatic: is this mail from a machine, and how do we know?
 *
 * RFC 3834 first, then what bounces, mailing lists and holiday notices look like in practice. A
 * word in the subject alone never makes a person's mail automatic: a complaint that is taken for a
 * machine's finds nobody's ear.
 */
#ifndef FILTERS_AUTOMATIC_H
#define FILTERS_AUTOMATIC_H

#include "message.h"

/*
 * Looks at headers, parts and body, which must be filled in. *ret_why is the reason in words
 * ("Auto-Submitted: auto-replied"), in m->arena or static; never NULL. With AUTOMATIC_NO it is ""
 * when nothing pointed to a machine, else "no: " and why the mail is a person's all the same.
 */
enum automatic
automatic_detect(const struct message *m, const char **ret_why);

/*
 * The same for a mail whose claim to be ours is not believed: anybody can write our token. Never
 * AUTOMATIC_OWN.
 */
enum automatic
automatic_detect_foreign(const struct message *m, const char **ret_why);

#endif
