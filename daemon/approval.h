/*
 * approval: what a customer was given, over time. Pure: works on a customer's record.
 *
 * A second approval in a case takes the place of the first, so only the last of each case counts.
 */
#ifndef DAEMON_APPROVAL_H
#define DAEMON_APPROVAL_H

#include "record.h"

#define APPROVAL_KEPT_MAX 200 /* of one customer; then the oldest of a currency become one */
#define APPROVAL_YEAR_MS (INT64_C(365) * 24 * 60 * 60 * 1000)

/* Adds one at the end. Strings are kept as they are. -ENOMEM. */
int
approval_add(struct arena *arena, struct customer_record *customer,
	     const struct approval_record *one);

/* Whether a later approval of the same case took this one's place. */
bool
approval_replaced(const struct customer_record *customer, size_t index);

/* The sum of a currency that counts, of approvals since then (0: ever). */
int64_t
approval_total(const struct customer_record *customer, const char *currency, int64_t since_ms);

/* What one of us approved in a currency since then, in other cases than that one. */
int64_t
approval_given(const struct customer_record *customer, const char *by, const char *currency,
	       uint64_t except, int64_t since_ms);

/*
 * The first sum that the text names and the case has no approval for: none in its currency, or a
 * smaller one. "" when there is none. In the arena. 0 or -ENOMEM.
 */
int
approval_missing(struct arena *arena, const struct case_record *c, const char *text,
		 const char **ret);

#endif
