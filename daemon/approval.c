/*
 * approval: see approval.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "approval.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "amount.h"
#include "filters/claim.h"

#define RESTATED_BYTES 16     /* between a sum and what it is again */
#define TEXT_MAX (512u << 10) /* bytes that are read of a text; no draft is so long */

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

int
approval_move(struct arena *arena, struct customer_record *from, uint64_t case_id,
	      struct customer_record *to, uint64_t into)
{
	struct approval_record *moved =
		arena_calloc(arena, from->approval_count + 1, sizeof(*moved));
	size_t count = 0, i = 0;
	int r = moved ? 0 : -ENOMEM;

	while (r == 0 && i < from->approval_count) {
		if (from->approvals[i].case_id != case_id) {
			i++;
			continue;
		}
		moved[count] = from->approvals[i];
		moved[count++].case_id = into;
		take_out(from->approvals, &from->approval_count, i);
	}
	for (i = 0; r == 0 && i < count; i++)
		r = approval_add(arena, to, &moved[i]);
	return r;
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

/* Adds up the sums of a text, in hundredths, until one is not covered. */
struct sums {
	struct arena *arena;
	struct amount approved; /* of 0 units: nothing */
	bool korean;
	bool only_offered; /* what is told or turned down does not count */
	const char *text;
	const char *const *except;  /* NULL-terminated: words of the text that may name any */
	int64_t all, largest, last; /* last: the one before, with how often it is given */
	size_t last_end, parts;     /* where it ended; how many there are besides the largest */
	struct unapproved *missing;
};

/* "₩60,000", and what is to be said of it. */
static int
miss(struct sums *s, const char *currency, int64_t hundredths, const char *what)
{
	struct amount amount = { currency, hundredths };
	const char *text;

	if (amount_hundredths(&amount) != hundredths)
		amount.units /= 100;
	text = amount_text(s->arena, &amount, s->korean);
	s->missing->sum = *currency && strcmp(currency, CLAIM_FOREIGN) != 0 ? text : "";
	s->missing->named = text ? arena_printf(s->arena, "%s%s", text, what) : NULL;
	return s->missing->named ? 1 : -ENOMEM;
}

/* Whether the sum stands in words that may name any: "만원마트" is a shop. */
static bool
is_excepted(const struct sums *s, const struct claim *sum)
{
	for (const char *const *word = s->except; word && *word; word++) {
		size_t len = strlen(*word);

		for (const char *at = **word ? strstr(s->text, *word) : NULL; at;
		     at = strstr(at + len, *word))
			if (s->text + sum->offset >= at &&
			    s->text + sum->offset + sum->length <= at + len)
				return true;
	}
	return false;
}

/* "twenty dollars ($20)", "1만 원 × 2 = 2만 원": the same once more. */
static bool
is_restated(const struct sums *s, const struct claim *sum, int64_t hundredths)
{
	const char *from = s->text + s->last_end;
	size_t len = sum->offset > s->last_end ? sum->offset - s->last_end : 0;

	if (s->last_end == 0 || hundredths != s->last)
		return false;
	if (len > 3 && memcmp(from, "정", 3) == 0) {
		from += 3;
		len -= 3;
	}
	while (len > 0 && *from == ' ') {
		from++;
		len--;
	}
	return (len > 0 && *from == '(') || (len < RESTATED_BYTES && memchr(from, '=', len));
}

static int
visit_sum(void *context, const struct claim *sum)
{
	struct sums *s = context;
	struct amount one = { sum->currency, sum->units };
	int64_t hundredths = amount_hundredths(&one), limit = amount_hundredths(&s->approved);
	const char *currency =
		*sum->currency || !s->approved.units ? sum->currency : s->approved.currency;

	if (is_excepted(s, sum) || (s->only_offered && !sum->offered))
		return 0;
	if (!s->approved.units || strcmp(s->approved.currency, currency) != 0 || hundredths > limit)
		return miss(s, sum->currency, hundredths, "");
	if (sum->times == 0)
		return miss(s, currency, hundredths, " and more");
	if (sum->times > INT64_MAX / hundredths)
		return miss(s, currency, INT64_MAX, " in all");
	hundredths *= sum->times;
	if (hundredths > limit)
		return miss(s, currency, hundredths, " in all");
	if (!is_restated(s, sum, hundredths)) {
		s->all = plus(s->all, hundredths);
		s->parts += sum->times > 1 ? 2 : 1;
	}
	s->last = hundredths;
	s->last_end = sum->offset + sum->length;
	s->largest = hundredths > s->largest ? hundredths : s->largest;
	return 0;
}

/* Whether the text holds one of the words; of ASCII letters, alone. */
static bool
holds_word(const char *text, const char *const *words)
{
	for (; *words; words++) {
		size_t len = strlen(*words);

		for (const char *at = strcasestr(text, *words); at; at = strcasestr(at + 1, *words))
			if ((unsigned char)**words >= 0x80 ||
			    ((at == text || !isalpha((unsigned char)at[-1])) &&
			     !isalpha((unsigned char)at[len])))
				return true;
	}
	return false;
}

/* "20,000 in all: 15,000 for the bag, 5,000 for its way": the largest is the others together. */
static bool
says_total(const char *text)
{
	static const char *const words[] = { "in all",    "in total", "total of",    "altogether",
					     "including", "of which", "instalments", "installments",
					     "모두",      "합계",     "총 ",         "합쳐",
					     "합하",      "도합",     "포함",        "나누어",
					     "나눠",      NULL };

	return holds_word(text, words);
}

static int
look_for_sums(struct sums *s, const struct case_record *c, const char *text)
{
	int r = c->approved && *c->approved ? amount_read(s->arena, c->approved, &s->approved) : 0;

	*s->missing = (struct unapproved){ "", "" };
	if (r == -ENOMEM)
		return r;
	s->korean = c->language && strcmp(c->language, "ko") == 0;
	s->text = text;
	r = claim_sums_each(s->arena, text, strnlen(text, TEXT_MAX), visit_sum, s);
	return r < 0 ? r : 0;
}

int
approval_missing(struct arena *arena, const struct case_record *c, const char *text, int64_t before,
		 struct unapproved *ret, int64_t *ret_all)
{
	struct sums s = { .arena = arena, .approved = { "", 0 }, .missing = ret };
	int r = look_for_sums(&s, c, text);

	*ret_all = 0;
	if (r < 0 || *ret->named)
		return r;
	/* "a total of $20, and $20 on top" are two. */
	if (says_total(text) && (s.parts > 2 || s.all - s.largest < s.largest))
		s.all = s.all - s.largest > s.largest ? s.all - s.largest : s.largest;
	*ret_all = s.all;
	if (s.all > 0 && plus(s.all, before) > amount_hundredths(&s.approved))
		r = miss(&s, s.approved.currency, plus(s.all, before), " in all");
	return r < 0 ? r : 0;
}

int
approval_missing_in_sent(struct arena *arena, const struct case_record *c, const char *text,
			 const char *const *except, struct unapproved *ret)
{
	struct sums s = { .arena = arena,
			  .approved = { "", 0 },
			  .only_offered = true,
			  .except = except,
			  .missing = ret };

	return look_for_sums(&s, c, text);
}

int
approval_missing_in_draft(struct arena *arena, const struct case_record *c, const char *text,
			  const char *const *except, struct unapproved *ret,
			  const char **ret_largest)
{
	struct sums s = { .arena = arena, .approved = { "", 0 }, .except = except, .missing = ret };
	int r = look_for_sums(&s, c, text);
	struct amount largest = { s.approved.currency, s.largest };

	if (r < 0 || !ret_largest)
		return r;
	if (amount_hundredths(&largest) != s.largest)
		largest.units /= 100;
	*ret_largest = s.largest > 0 ? amount_text(arena, &largest, s.korean) : "";
	return *ret_largest ? 0 : -ENOMEM;
}

int
approval_covers(struct arena *arena, const struct case_record *c, const char *sum)
{
	struct amount approved = { "", 0 }, one;
	int r = amount_read(arena, sum, &one);

	if (r == 0 && c->approved && *c->approved)
		r = amount_read(arena, c->approved, &approved);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return strcmp(one.currency, approved.currency) == 0 && one.units <= approved.units;
}
