/*
 * conduct: how far somebody has gone who abuses us, step by step: notice, warning, restricted,
 * parted. A step is about acts, not about the person: it has a reason and an end, and afterwards it
 * is as if it had not been.
 */
#ifndef DAEMON_CONDUCT_H
#define DAEMON_CONDUCT_H

#include <stdint.h>

#include "record.h"

#define CONDUCT_DAYS 180 /* how long a step lasts when nothing else is said */

/* The steps, from the first one; ends with NULL. */
extern const char *const conduct_steps[];

/* Where the customer stands now: "" for nowhere, also when the last step has expired. */
const char *
conduct_now(const struct customer_record *customer, int64_t now_ms);

/* The place of a step on the ladder from 1, 0 for "" and for what is none. */
unsigned
conduct_height(const char *step);

#endif
