/*
 * approval: see approval.h.
 */
#include "approval.h"

#include <errno.h>
#include <string.h>

#include "amount.h"
#include "filters/claim.h"

bool
approval_replaced(const struct customer_record *customer, size_t index)
{
	uint64_t case_id = customer->approvals[index].case_id;

	for (size_t i = index + 1; case_id != 0 && i < customer->approval_count; i++)
		if (customer->approvals[i].case_id == case_id)
			return true;
	return false;
}

/* No sum gets larger than what can be written; nobody gives so much away. */
static int64_t
plus(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void
take_out(struct approval_record *list, size_t *count, size_t index)
{
	memmove(list + index, list + index + 1, (*count - index - 1) * sizeof(*list));
	--*count;
}

/*
 * Makes room for one: one that was replaced goes; else the two oldest of a currency become one, so
 * that the totals stay.
 */
static void
make_room(struct customer_record *c)
{
	for (size_t i = 0; i < c->approval_count; i++) {
		if (approval_replaced(c, i)) {
			take_out(c->approvals, &c->approval_count, i);
			return;
		}
	}
	for (size_t i = 0; i < c->approval_count; i++) {
		for (size_t k = i + 1; k < c->approval_count; k++) {
			struct approval_record *older = &c->approvals[i], *later = &c->approvals[k];

			if (strcmp(older->currency, later->currency) != 0)
				continue;
			later->units = plus(later->units, older->units);
			later->case_id = 0;
			later->reason = "several, put together";
			take_out(c->approvals, &c->approval_count, i);
			return;
		}
	}
}

int
approval_add(struct arena *arena, struct customer_record *customer,
	     const struct approval_record *one)
{
	size_t count = customer->approval_count;
	struct approval_record *list = arena_calloc(arena, count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	if (count > 0)
		memcpy(list, customer->approvals, count * sizeof(*list));
	customer->approvals = list;
	while (customer->approval_count >= APPROVAL_KEPT_MAX)
		make_room(customer);
	list[customer->approval_count++] = *one;
	return 0;
}

int64_t
approval_total(const struct customer_record *customer, const char *currency, int64_t since_ms)
{
	int64_t sum = 0;

	for (size_t i = 0; i < customer->approval_count; i++) {
		const struct approval_record *a = &customer->approvals[i];

		if (a->at_ms >= since_ms && strcmp(a->currency, currency) == 0 &&
		    !approval_replaced(customer, i))
			sum = plus(sum, a->units);
	}
	return sum;
}

int64_t
approval_given(const struct customer_record *customer, const char *by, const char *currency,
	       uint64_t except, int64_t since_ms)
{
	int64_t sum = 0;

	for (size_t i = 0; i < customer->approval_count; i++) {
		const struct approval_record *a = &customer->approvals[i];

		if (a->at_ms >= since_ms && a->case_id != except && strcmp(a->by, by) == 0 &&
		    strcmp(a->currency, currency) == 0 && !approval_replaced(customer, i))
			sum = plus(sum, a->units);
	}
	return sum;
}

/* Looks for a sum that the case has no approval for. */
struct missing {
	struct arena *arena;
	struct amount approved; /* currency NULL: none */
	bool korean;
	const char *sum; /* the first, as amount_text() has it */
};

static int
visit_sum(void *context, const struct claim *sum)
{
	struct missing *m = context;
	struct amount amount = { sum->currency, sum->units };

	if (m->approved.currency && strcmp(m->approved.currency, sum->currency) == 0 &&
	    sum->units <= m->approved.units)
		return 0;
	m->sum = amount_text(m->arena, &amount, m->korean);
	return m->sum ? 1 : -ENOMEM;
}

int
approval_missing(struct arena *arena, const struct case_record *c, const char *text,
		 const char **ret)
{
	struct missing m = { .arena = arena,
			     .korean = c->language && strcmp(c->language, "ko") == 0,
			     .sum = "" };
	int r;

	if (!c->approved || !amount_parse(c->approved, &m.approved))
		m.approved.currency = NULL;
	r = claim_sums_each(arena, text, strlen(text), visit_sum, &m);
	*ret = m.sum;
	return r < 0 ? r : 0;
}
