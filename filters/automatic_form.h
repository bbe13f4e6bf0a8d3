/*
 * automatic_form: a customer's words that a machine sends: web forms.
 *
 * A form's mail says that it is generated, or has nobody to return to, and still has a person
 * behind it. To take it for a person's starts no loop: nothing is ever sent by itself, only a draft
 * is laid out; and what answers something, or is sent to many, is never taken for a form.
 */
#ifndef FILTERS_AUTOMATIC_FORM_H
#define FILTERS_AUTOMATIC_FORM_H

#include <stdbool.h>

#include "message.h"

bool
automatic_form(const struct message *m, const char **ret_why);

/* Whether an address says that nobody reads it: no-reply@... */
bool
automatic_nobody_reads(const char *address);

#endif
