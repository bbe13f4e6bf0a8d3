/*
 * amount: sums of money as people write them.
 */
#ifndef DAEMON_AMOUNT_H
#define DAEMON_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "filters/arena.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* in the smallest unit */

struct amount {
	const char *currency; /* "KRW", "USD", "GBP", "EUR", "JPY" (ISO 4217); static */
	int64_t units;        /* of the smallest: won, cents, pence */
};

/*
 * Reads "₩20,000", "20000원", "2만 원", "KRW 20000", "$50", "50.25 USD", "£30", "€12". Whether it
 * is such a sum, above 0 and at most AMOUNT_MAX.
 */
bool
amount_parse(const char *text, struct amount *ret);

/* "20,000원" in Korean for won, else "₩20,000", "$50.25". In the arena; NULL when exhausted. */
const char *
amount_text(struct arena *arena, const struct amount *amount, bool korean);

#endif
