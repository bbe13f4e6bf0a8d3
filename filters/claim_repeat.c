/*
 * claim_repeat: how often a sum is given: "three coupons of $20", "매월 2만 원". See
 * claim_internal.h.
 */
#include <ctype.h>

#include "claim_internal.h"

#define TIMES_MAX 1000 /* nobody gives more coupons to one person */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "3" of "3장", "세 번": how many; 0: no such number there. */
static int64_t
count_at(const char *text, size_t len, size_t at, size_t *ret_end)
{
	static const char *const counts[] = { "한",   "두",   "세",   "네",   "다섯",
					      "여섯", "일곱", "여덟", "아홉", "열" };
	int64_t hundredths;
	bool dotted;

	*ret_end = at;
	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t n = claim_begins_with(text, len, at, CLAIM_WORDS(counts[i]));

		if (n == 0 || (at > 0 && claim_is_wide(text, len, at - 1)))
			continue;
		*ret_end = at + n;
		return (int64_t)i + 1;
	}
	if (at > 0 && isalnum((unsigned char)text[at - 1]))
		return 0;
	if (!claim_number_at(text, len, ret_end, &hundredths, &dotted) || hundredths % 100)
		return 0;
	return hundredths / 100 > TIMES_MAX ? TIMES_MAX : hundredths / 100;
}

/* What stands around a sum says how often it is given. */
struct repeat {
	bool each;      /* time and again: "a month", "씩" */
	int64_t things; /* "three coupons of", "x 3"; 0: none */
	int64_t rounds; /* "for 6 months": where it says each, how often */
};

static const char *const each_words[] = { "each",      "every",    "apiece",     "a piece",
					  "monthly",   "weekly",   "daily",      "yearly",
					  "a month",   "a week",   "a day",      "a year",
					  "per month", "per week", "per day",    "per year",
					  "per order", "per item", "per person", NULL };

static const char *const korean_each[] = { "매월", "매달", "매주", "매년", "매일",
					   "매회", "각각", "마다", "인당", "건당",
					   "개당", "회당", "장당", "명당", NULL };

/* Whether a count that ends there counts things worth the sum: "three coupons of", "3장에". */
static bool
counts_things(const char *text, size_t end, size_t sum)
{
	static const char *const things[] = { "coupons", "vouchers",    "credits",
					      "cards",   "instalments", "installments",
					      "refunds", "payments",    "times",
					      NULL };
	size_t i = end + (end < sum && text[end] == ' ');

	size_t n = claim_begins_with(text, sum, i, CLAIM_WORDS("장", "매"));

	/* "쿠폰 2장과 2만 원" are two things. */
	if (n > 0)
		return !claim_is_wide(text, sum, i + n) ||
		       claim_begins_with(text, sum, i + n, CLAIM_WORDS("에", "씩"));
	if (i == sum || claim_begins_with(text, sum, i, CLAIM_WORDS("x ", "x$", "×", "*")))
		return true;
	/* "three ten-page coupons of" */
	for (unsigned words = 0; words < 3 && i < sum; words++, i++) {
		if (claim_any_word_at(text, sum, i, things))
			return true;
		while (i < sum && text[i] != ' ')
			i++;
	}
	return false;
}

/* Looks at one place of the clause that the sum is not in. */
static void
look_for_repeat(const char *text, size_t to, size_t i, struct repeat *r)
{
	size_t end;
	int64_t count;

	if (claim_any_word_at(text, to, i, each_words) ||
	    claim_begins_with(text, to, i, korean_each) ||
	    (claim_begins_with(text, to, i, CLAIM_WORDS("각 ", "월 ")) &&
	     (i == 0 || text[i - 1] == ' ')))
		r->each = true;
	count = count_at(text, to, i, &end);
	end += end < to && text[end] == ' ';
	if (count > r->rounds &&
	    (claim_begins_with(text, to, end,
			       CLAIM_WORDS("회", "번", "개월", "달", "주", "명", "건", "개")) ||
	     claim_any_word_at(text, to, end,
			       CLAIM_WORDS("months", "weeks", "days", "years", "times", "orders",
					   "items", "people"))))
		r->rounds = count;
}

static void
look_before(const char *text, size_t from, size_t at, struct repeat *r)
{
	static const char *const totals[] = { "in all", "total", "altogether", "together", NULL };

	if (claim_ends_with(text, at, CLAIM_WORDS("twice ", "double ")))
		r->things = 2;
	for (size_t i = at; i-- > from;) {
		size_t end;
		int64_t count = count_at(text, at, i, &end);

		/* "four coupons, $20 in total" */
		if (claim_any_word_at(text, at, i, totals) ||
		    claim_begins_with(text, at, i, CLAIM_WORDS("모두", "합계", "총 ", "도합")))
			return;
		/* The nearest counts: "on 3 May two coupons of $20". */
		if (r->things == 0 && count > 1 && counts_things(text, end, at))
			r->things = count;
		look_for_repeat(text, at, i, r);
	}
}

/* "$20 x 3", "$20 twice", "2만 원 쿠폰 3장" */
static int64_t
things_behind(const char *text, size_t end, size_t to)
{
	size_t i = end, n;
	int64_t count;

	for (unsigned words = 0; words < 4; words++) {
		i += claim_begins_with(text, to, i,
				       CLAIM_WORDS("짜리", "어치", "씩", "권", "의", "을", "를"));
		i += i < to && text[i] == ' ';
		n = claim_begins_with(text, to, i,
				      CLAIM_WORDS("쿠폰", "상품권", "할인권", "바우처", "적립금",
						  "카드", "기프트카드"));
		i += n;
	}
	if (claim_any_word_at(text, to, i, CLAIM_WORDS("twice")))
		return 2;
	n = claim_begins_with(text, to, i, CLAIM_WORDS("x", "×", "*"));
	i += n;
	i += i < to && text[i] == ' ';
	count = count_at(text, to, i, &i);
	i += i < to && text[i] == ' ';
	return n || claim_begins_with(text, to, i, CLAIM_WORDS("장", "매")) ||
			       claim_any_word_at(text, to, i, CLAIM_WORDS("times"))
		       ? count
		       : 0;
}

static void
look_behind(const char *text, size_t end, size_t to, struct repeat *r)
{
	int64_t count = things_behind(text, end, to);

	if (count > r->things)
		r->things = count;
	end += end < to && text[end] == ' ';
	r->each |= claim_begins_with(text, to, end, CLAIM_WORDS("씩")) > 0;
	for (; end < to; end++)
		look_for_repeat(text, to, end, r);
}

int64_t
claim_times(const char *text, size_t from, size_t at, size_t end, size_t to)
{
	struct repeat r = { 0 };

	look_before(text, from, at, &r);
	look_behind(text, end, to, &r);
	return r.things ? r.things : r.each ? r.rounds : 1;
}
