/*
 * claim: any bytes as a mail; what is found lies in the mail and within the bounds.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/claim.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
check_sum(void *context, const struct claim *sum)
{
	size_t size = *(const size_t *)context;

	if (sum->units <= 0 || sum->units > CLAIM_UNITS_MAX || sum->offset > size ||
	    sum->length > size - sum->offset)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	struct message *m;
	struct claims claims;

	if (arena != NULL && message_read(arena, data, size, false, &m) == 0 &&
	    claims_read(arena, m, &claims) == 0) {
		if (claims.count > CLAIM_MAX || claims.order_count > ORDER_MAX)
			abort();
		for (size_t i = 0; i < claims.count; i++) {
			const struct claim *c = &claims.list[i];
			size_t len = strcmp(c->part, "body") ? strlen(m->subject) : m->body_len;

			if (c->offset > len || c->length > len - c->offset ||
			    (c->kind == CLAIM_SUM) != (c->units > 0))
				abort();
		}
	}
	if (arena != NULL)
		claim_sums_each(arena, (const char *)data, size, check_sum, &size);
	arena_free(arena);
	return 0;
}
