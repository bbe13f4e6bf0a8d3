/*
 * claim: finds what is asked for. See claim.h.
 */
#include "claim.h"

#include <errno.h>
#include <string.h>

#include "claim_internal.h"
#include "fold.h"
#include "sentence.h"

#define OFFERS_LOOKED_AT 200 /* sums of a text whose sentences are read */
#define BODY_MAX (64u << 10) /* bytes of a part that are looked at; who asks, asks early */
#define SPOTS_MAX 400        /* sums and remedies of a mail whose sentence is looked at */

static const struct remedy {
	enum claim_kind kind;
	const char *words;
} remedies[] = {
	{ CLAIM_FULL_REFUND, "full refund" },
	{ CLAIM_FULL_REFUND, "refund in full" },
	{ CLAIM_FULL_REFUND, "all my money back" },
	{ CLAIM_FULL_REFUND, "전액 환불" },
	{ CLAIM_FULL_REFUND, "전액환불" },
	{ CLAIM_REFUND, "refund" },
	{ CLAIM_REFUND, "money back" },
	{ CLAIM_REFUND, "환불" },
	{ CLAIM_REPLACEMENT, "replacement" },
	{ CLAIM_REPLACEMENT, "replace it" },
	{ CLAIM_REPLACEMENT, "replace the" },
	{ CLAIM_REPLACEMENT, "replace my" },
	{ CLAIM_REPLACEMENT, "replace this" },
	{ CLAIM_REPLACEMENT, "교환" },
	{ CLAIM_REPLACEMENT, "새 제품으로" },
	{ CLAIM_REPLACEMENT, "새것으로" },
	{ CLAIM_REPLACEMENT, "새 걸로" },
	{ CLAIM_DAMAGES, "damages" },
	{ CLAIM_DAMAGES, "손해배상" },
	{ CLAIM_DAMAGES, "손해 배상" },
	{ CLAIM_DAMAGES, "위자료" },
	{ CLAIM_DAMAGES, "합의금" },
	{ CLAIM_DAMAGES, "배상" },
	{ CLAIM_DAMAGES, "변상" },
	{ CLAIM_DAMAGES, "보상" },
	{ CLAIM_DAMAGES, "compensation" },
	{ CLAIM_DAMAGES, "compensate me" },
	{ CLAIM_DAMAGES, "compensate us" },
	{ CLAIM_FREE_MONTH, "free month" },
	{ CLAIM_FREE_MONTH, "month free" },
	{ CLAIM_FREE_MONTH, "month for free" },
	{ CLAIM_FREE_MONTH, "months free" },
	{ CLAIM_FREE_MONTH, "months for free" },
	{ CLAIM_FREE_MONTH, "한 달 무료" },
	{ CLAIM_FREE_MONTH, "한달 무료" },
	{ CLAIM_FREE_MONTH, "1개월 무료" },
	{ CLAIM_FREE_MONTH, "개월 무료" },
	{ CLAIM_FREE_MONTH, "달치 무료" },
	{ CLAIM_VOUCHER, "voucher" },
	{ CLAIM_VOUCHER, "gift card" },
	{ CLAIM_VOUCHER, "store credit" },
	{ CLAIM_VOUCHER, "coupon" },
	{ CLAIM_VOUCHER, "쿠폰" },
	{ CLAIM_VOUCHER, "상품권" },
	{ CLAIM_VOUCHER, "적립금" },
};

struct reading_of {
	struct arena *arena;
	const char *part;
	const char *source; /* of the whole part */
	size_t source_len;
	size_t start; /* of the stretch that is folded */
	struct folded view;
	struct claims *claims;
	unsigned spots;
};

const char *
claim_kind_name(enum claim_kind kind)
{
	static const char *const names[] = { "sum",     "full refund", "refund", "replacement",
					     "damages", "free month",  "voucher" };

	return (unsigned)kind < CLAIM_KIND_COUNT ? names[kind] : "unknown";
}

/* The sentence around a place of the view, and where in it the place is. */
static struct claim_spot
spot_at(struct reading_of *r, size_t at, size_t length)
{
	size_t from, n, start, end;

	r->spots++;
	fold_source(&r->view, at, length, &from, &n);
	sentence_around(r->source, r->source_len, r->start + from, n, &from, &n);
	start = from > r->start ? from - r->start : 0;
	end = from + n > r->start ? from + n - r->start : 0;
	fold_view_range(&r->view, start, end - start, &from, &n);
	if (from > at || from + n < at + length)
		return (struct claim_spot){ r->view.text + at, length, 0, length };
	return (struct claim_spot){ r->view.text + from, n, at - from, length };
}

static bool
known(const struct claims *claims, const struct claim *c)
{
	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *k = &claims->list[i];

		if (k->kind == c->kind && k->units == c->units &&
		    strcmp(k->currency, c->currency) == 0)
			return true;
		/* Who asks for all of it asks for a refund. */
		if (k->kind == CLAIM_FULL_REFUND && c->kind == CLAIM_REFUND)
			return true;
	}
	return false;
}

static int
keep(struct reading_of *r, struct claim c, size_t at, size_t length)
{
	if (r->claims->count == CLAIM_MAX || known(r->claims, &c))
		return 0;
	fold_source(&r->view, at, length, &c.offset, &c.length);
	c.offset += r->start;
	c.part = r->part;
	c.text = arena_strndup(r->arena, r->source + c.offset, c.length);
	if (!c.text)
		return -ENOMEM;
	r->claims->list[r->claims->count++] = c;
	return 0;
}

static int
keep_order(struct reading_of *r, const char *number)
{
	struct claims *claims = r->claims;

	for (size_t i = 0; i < claims->order_count; i++)
		if (strcmp(claims->orders[i], number) == 0)
			return 0;
	if (claims->order_count == ORDER_MAX)
		return 0;
	claims->orders[claims->order_count] = arena_strdup(r->arena, number);
	return claims->orders[claims->order_count++] ? 0 : -ENOMEM;
}

static const struct remedy *
remedy_at(const struct folded *view, size_t at)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (claim_word_at(view->text, view->len, at, remedies[i].words))
			return &remedies[i];
	return NULL;
}

/* One place: how many bytes to go on by. */
static int
look_at(struct reading_of *r, size_t at, size_t *ret_step)
{
	const struct remedy *remedy = remedy_at(&r->view, at);
	struct claim c = { .currency = "" };
	char order[ORDER_BYTES_MAX + 1];
	struct claim_spot spot;
	size_t length;

	*ret_step = 1;
	if (remedy) {
		*ret_step = strlen(remedy->words);
		spot = spot_at(r, at, *ret_step);
		c.kind = remedy->kind;
		return claim_kind_wanted(&spot) ? keep(r, c, at, *ret_step) : 0;
	}
	if (claim_sum_at(r->view.text, r->view.len, at, &c, &length)) {
		*ret_step = length;
		spot = spot_at(r, at, length);
		return claim_sum_wanted(&spot) ? keep(r, c, at, length) : 0;
	}
	length = claim_order_at(r->view.text, r->view.len, at, order);
	if (length == 0)
		return 0;
	*ret_step = length;
	return keep_order(r, order);
}

/* A stretch of a part, folded and looked at from end to end. */
static int
read_stretch(struct reading_of *r, size_t start, size_t len)
{
	size_t step;
	int e = fold_text(r->arena, VIEW_FOLDED, r->source + start, len < BODY_MAX ? len : BODY_MAX,
			  &r->view);

	r->start = start;
	for (size_t at = 0; e == 0 && at < r->view.len && r->spots < SPOTS_MAX; at += step)
		e = look_at(r, at, &step);
	return e;
}

int
claims_read(struct arena *arena, const struct message *m, struct claims *ret)
{
	struct claims claims = { .list = arena_calloc(arena, CLAIM_MAX, sizeof(*claims.list)),
				 .orders = arena_calloc(arena, ORDER_MAX, sizeof(*claims.orders)) };
	struct reading_of subject = { .arena = arena,
				      .part = "subject",
				      .source = m->subject,
				      .source_len = strlen(m->subject),
				      .claims = &claims };
	struct reading_of body = { .arena = arena,
				   .part = "body",
				   .source = m->body,
				   .source_len = m->body_len,
				   .claims = &claims };
	size_t room = BODY_MAX;
	int r = claims.list && claims.orders ? 0 : -ENOMEM;

	if (r == 0)
		r = read_stretch(&subject, 0, subject.source_len);
	for (size_t i = 0; r == 0 && i < m->segment_count && room > 0; i++) {
		size_t len = m->segments[i].length < room ? m->segments[i].length : room;

		if (m->segments[i].kind != SEGMENT_NEW)
			continue;
		r = read_stretch(&body, m->segments[i].offset, len);
		room -= len;
	}
	if (r == 0)
		*ret = claims;
	return r;
}

/* Whether the sentence that a sum of ours stands in gives it. */
static bool
is_offered(const struct folded *view, const char *text, size_t len, size_t at,
	   const struct claim *sum)
{
	size_t from, n, start, length, end, rest;

	sentence_around(text, len, sum->offset, sum->length, &from, &n);
	fold_view_range(view, from, n, &start, &length);
	fold_view_range(view, sum->offset, sum->length, &end, &rest);
	end += rest;
	return start <= at && start + length >= end &&
	       claim_is_offer(view->text, start, at, end, start + length);
}

int
claim_sums_each(struct arena *arena, const char *text, size_t len, claim_sum_visit *visit,
		void *context)
{
	struct folded view;
	size_t step, looked_at = 0;
	int r = fold_text(arena, VIEW_FOLDED, text, len, &view);

	for (size_t at = 0; r == 0 && at < view.len; at += step) {
		struct claim sum = { .part = "", .text = "" };
		size_t length;

		step = 1;
		if (!claim_own_sum_at(view.text, view.len, at, &sum, &length))
			continue;
		step = length;
		fold_source(&view, at, step, &sum.offset, &sum.length);
		/* Of so many nobody turns every one down. */
		sum.offered =
			looked_at++ >= OFFERS_LOOKED_AT || is_offered(&view, text, len, at, &sum);
		r = visit(context, &sum);
	}
	return r;
}
