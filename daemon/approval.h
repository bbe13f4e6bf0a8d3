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

/*
 * Makes the approvals of one case those of another, perhaps of another customer's record (to may be
 * from): what counted counts, and what was approved in that one before does not. -ENOMEM.
 */
int
approval_move(struct arena *arena, struct customer_record *from, uint64_t case_id,
	      struct customer_record *to, uint64_t into);

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

/* What words name that nobody approved. */
struct unapproved {
	const char *named; /* "" for nothing; "$40", "₩60,000 in all", "₩20,000 and more" */
	const char *sum;   /* what could be approved instead, or "": it has no currency */
};

/*
 * Looks for sums that the case has no approval for: in another currency than what is approved in
 * it, larger, or larger together ("three coupons of ₩20,000", "₩20,000 and ₩5,000"), and with what
 * other words give already (before, in hundredths). One without a currency is taken for the
 * approved one's. ret_all is what the text gives when all of it is approved. In the arena. 0 or
 * -ENOMEM.
 */
int
approval_missing(struct arena *arena, const struct case_record *c, const char *text, int64_t before,
		 struct unapproved *ret, int64_t *ret_all);

/*
 * The same of a whole draft, where the approved sum stands more than once: each alone. except:
 * NULL-terminated names that may be in it and name any sum ("만원마트"), or NULL. ret_largest (may
 * be NULL) is the largest sum that it names when all are approved, "" when it names none.
 */
int
approval_missing_in_draft(struct arena *arena, const struct case_record *c, const char *text,
			  const char *const *except, struct unapproved *ret,
			  const char **ret_largest);

/* Whether a case's approval covers a sum, as a draft's ret_largest has it. 1, 0 or -ENOMEM. */
int
approval_covers(struct arena *arena, const struct case_record *c, const char *sum);

/*
 * The same of what a person wrote and sent: each sum that is offered, and as often as it is, but
 * not all of them together. When in doubt it is not offered.
 */
int
approval_missing_in_sent(struct arena *arena, const struct case_record *c, const char *text,
			 const char *const *except, struct unapproved *ret);

#endif
