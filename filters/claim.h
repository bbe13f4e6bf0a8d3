/*
 * claim: what a customer asks for: sums of money and kinds of remedy, and the orders they name.
 *
 * Looks at the subject and the writer's own new words only. A sum counts as asked for when words of
 * demand stand with it in its sentence ("refund the $20", "5만 원을 보상해 주세요"); one that is
 * merely told ("I paid $20", "5만 원 주고 샀는데") does not, nor one that is turned down. When in
 * doubt it is not asked for. Pure: no I/O, no clock.
 */
#ifndef FILTERS_CLAIM_H
#define FILTERS_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "message.h"

#define CLAIM_FOREIGN "XXX" /* a currency that nothing can be approved in (ISO 4217: none) */
#define CLAIM_MAX 16        /* of one mail; what comes later is left out */
#define CLAIM_UNITS_MAX INT64_C(1000000000000) /* in the smallest unit */
#define ORDER_MAX 8                            /* order numbers of one mail */
#define ORDER_BYTES_MAX 40

enum claim_kind {
	CLAIM_SUM,
	CLAIM_FULL_REFUND,
	CLAIM_REFUND,
	CLAIM_REPLACEMENT,
	CLAIM_DAMAGES,
	CLAIM_FREE_MONTH,
	CLAIM_VOUCHER,
	CLAIM_KIND_COUNT
};

struct claim {
	enum claim_kind kind;
	const char *currency;  /* of a sum: "KRW", "USD", "GBP", "EUR", "JPY"; static; else "" */
	int64_t units;         /* of a sum, in the smallest unit: won, cents, pence; else 0 */
	int64_t times;         /* how often a sum of ours is given: see claim_sums_each() */
	bool offered;          /* a sum of ours: the words around it give it */
	const char *part;      /* "subject" or "body" */
	size_t offset, length; /* bytes in the subject or in message.body */
	const char *text;      /* those bytes, NUL-terminated */
};

struct claims {
	struct claim *list;
	size_t count;
	const char **orders; /* upper case, without the sign before: "A-1234"; each once */
	size_t order_count;
};

/* "sum", "full refund", "refund", "replacement", "damages", "free month", "voucher" */
const char *
claim_kind_name(enum claim_kind kind);

/* Not 0: ends the visit. */
typedef int
claim_sum_visit(void *context, const struct claim *sum);

/*
 * Visits every sum that a text of ours names, whatever is said of it: kind, currency, units, times,
 * offset and length of the claim are set, part and text are "". A number that only its neighbours
 * tell to be a sum ("a refund of 30", "현금 30000"), has the currency "", one
 * in another currency ("₹500") CLAIM_FOREIGN; their units are hundredths. times is 3 of "three
 * coupons of $20", 0 of "$20 each", which has no end, else 1. offered: "we will refund $20", not
 * "you paid $20" or "we cannot pay $20"; when in doubt it is not. Returns 0, -ENOMEM, or what visit
 * returned.
 */
int
claim_sums_each(struct arena *arena, const char *text, size_t len, claim_sum_visit *visit,
		void *context);

/*
 * Reads the mail; each kind and each sum once, at its first place. Everything lives in the arena.
 * Returns 0 or -ENOMEM.
 */
int
claims_read(struct arena *arena, const struct message *m, struct claims *ret);

#endif
