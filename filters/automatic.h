/*
 * automatic: is this mail from a machine, and how do we know?
 *
 * RFC 3834 first, then what bounces, mailing lists and holiday notices look like in practice. A
 * word in the subject alone never makes a person's mail automatic.
 */
#ifndef FILTERS_AUTOMATIC_H
#define FILTERS_AUTOMATIC_H

#include "message.h"

/*
 * Looks at headers, parts and body, which must be filled in. *ret_why is the reason in words
 * ("Auto-Submitted: auto-replied"), "" when AUTOMATIC_NO, in m->arena or static; never NULL.
 */
enum automatic
automatic_detect(const struct message *m, const char **ret_why);

#endif
