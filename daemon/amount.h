/*
 * amount: sums of money as people write them.
 */
#ifndef DAEMON_AMOUNT_H
#define DAEMON_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "filters/arena.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* in the smallest unit */
#define AMOUNT_BYTES_MAX 100              /* of one as it is written */

struct amount {
	const char *currency; /* "KRW", "USD", "GBP", "EUR", "JPY", "CNY", "CHF" (ISO 4217), or ""
				 for one that is not written, in hundredths; static */
	int64_t units;        /* of the smallest: won, cents, pence */
};

/*
 * Reads "₩20,000", "20000원", "2만 원", "삼만 원", "KRW 20000", "$50", "50.25 USD": one sum in a
 * currency, above 0 and at most AMOUNT_MAX, and nothing else. 0; -EINVAL: it is no such sum;
 * -ENOMEM.
 */
int
amount_read(struct arena *arena, const char *text, struct amount *ret);

/* The currency of that code, static; "" for one that is not among them, or NULL. */
const char *
amount_currency(const char *code);

/* In hundredths of the currency's main unit, so that won and cents can be compared. */
int64_t
amount_hundredths(const struct amount *amount);

/*
 * "20,000원" in Korean for won, else "₩20,000", "$50.25", "CNY 50"; the number alone without a
 * currency. In the arena; NULL when exhausted.
 */
const char *
amount_text(struct arena *arena, const struct amount *amount, bool korean);

#endif
