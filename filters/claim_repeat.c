/*
 * claim_repeat: how often a sum is given: "three coupons of $20", "매월 2만 원". See
 * claim_internal.h.
 *
 * Only what stands right beside the sum counts: a number of other things in the same sentence says
 * nothing of the money.
 */
#include <ctype.h>

#include "claim_internal.h"

#define TIMES_MAX 1000 /* nobody gives more coupons to one person */
#define COUNT_BYTES 24 /* of a count as it is written */
#define NEAR_BYTES 24  /* between a count and what it counts */
#define LINKS_MAX 5
#define FIRST_ENGLISH 7 /* of the words for coupons */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What stands beside a sum. */
struct repeat {
	bool each;      /* time and again: "a month", "씩", "이상" */
	int64_t things; /* "three coupons of", "x 3"; 0: none */
	int64_t rounds; /* "for 6 months": where it says each, how often */
};

static const char *const coupons[] = { "쿠폰",     "상품권",      "할인권",       "바우처",
				       "적립금",   "크레딧",      "기프트카드",   "coupons",
				       "vouchers", "credits",     "cards",        "gift cards",
				       "payments", "instalments", "installments", "refunds",
				       NULL };

static const char *const coupon[] = { "coupon", "voucher", "credit", "gift card", "refund", "off",
				      "back",   "for",     "to",     "on",        NULL };

/* Skips one of the words, and blanks, forward or backward, as often as they stand there. */
static size_t
skip(const char *text, size_t at, size_t to, const char *const *words)
{
	for (unsigned n = 0; n < LINKS_MAX; n++) {
		at += at < to && text[at] == ' ';
		at += (unsigned char)**words < 0x80 ? claim_any_word_at(text, to, at, words)
						    : claim_begins_with(text, to, at, words);
	}
	return at;
}

static size_t
skip_back(const char *text, size_t from, size_t at, const char *const *words)
{
	for (unsigned n = 0; n < LINKS_MAX; n++) {
		size_t len = claim_ends_with(text, at, words);

		at -= len <= at - from ? len : 0;
	}
	return at;
}

/* "3" of "3장", "세 번", "dozen": how many; 0: no such number there. */
static int64_t
count_at(const char *text, size_t len, size_t at, size_t *ret_end)
{
	static const char *const counts[] = { "한",   "두",   "세",   "네",   "다섯",
					      "여섯", "일곱", "여덟", "아홉", "열" };
	int64_t hundredths;
	bool dotted;

	*ret_end = at;
	if (at > 0 && (isalnum((unsigned char)text[at - 1]) || text[at - 1] == '$' ||
		       claim_is_wide(text, len, at - 1)))
		return 0;
	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t n = claim_begins_with(text, len, at, CLAIM_WORDS(counts[i]));

		if (n == 0)
			continue;
		*ret_end = at + n;
		return (int64_t)i + 1;
	}
	if (claim_word_at(text, len, at, "dozen")) {
		*ret_end = at + 5;
		return 12;
	}
	if (!claim_number_at(text, len, ret_end, &hundredths, &dotted) || hundredths % 100 ||
	    hundredths / 100 > TIMES_MAX)
		return 0;
	return hundredths / 100;
}

/* The count that ends at the place; 0: none. */
static int64_t
count_before(const char *text, size_t from, size_t end)
{
	end -= end > from && text[end - 1] == ' ';
	if (end - from > COUNT_BYTES)
		from = end - COUNT_BYTES;
	for (size_t i = from; i < end; i++) {
		size_t to;
		int64_t count = count_at(text, end, i, &to);

		if (count > 0 && to == end)
			return count;
	}
	return 0;
}

static bool
speaks_of_coupons(const char *text, size_t from, size_t end)
{
	if (end - from > NEAR_BYTES)
		from = end - NEAR_BYTES;
	for (; from < end; from++)
		if (claim_begins_with(text, end, from, coupons))
			return true;
	return false;
}

/* "three coupons of", "쿠폰 3장", "3 x", "each month" end where the sum begins. */
static void
look_before(const char *text, size_t from, size_t at, struct repeat *r)
{
	static const char *const each[] = {
		"매월",      "매달",       "매주",    "매년",       "매일",      "매회",
		"각각",      "마다",       "인당",    "건당",       "개당",      "회당",
		"장당",      "명당",       "일당",    "하루당",     "다달이",    " 각",
		"(각",       " 월",        " each",   "each month", "every",     "every month",
		"each week", "every week", "monthly", "weekly",     "each time", "more than",
		"at least",  "minimum of", "over",    "another",    "최소",      NULL
	};
	size_t end = skip_back(text, from, at, CLAIM_WORDS(" ", "(", " 약", ",")), n;
	int64_t count;

	if (claim_ends_with(text, at,
			    CLAIM_WORDS("twice ", "double ", "twice the ", "double the ")))
		r->things = 2;
	n = claim_ends_with(text, end, each);
	if (n > 0) {
		r->each = true;
		end = skip_back(text, from, end - n, CLAIM_WORDS(" ", ",", "("));
		/* "3개월간 매월" */
		end = skip_back(text, from, end, CLAIM_WORDS("간", " 동안"));
		n = claim_ends_with(
			text, end,
			CLAIM_WORDS("개월", "달", "주", "회", "번", "명", "장", "매", "개"));
		r->rounds = n > 0 ? count_before(text, from, end - n) : 0;
	}
	end = skip_back(text, from, end,
			CLAIM_WORDS(" ", ",", "(", " of", " worth", " for", " at", " a", " the",
				    " each", "에", "씩", "으로"));
	n = claim_ends_with(text, end, CLAIM_WORDS("x", "×", "*", "장", "매", "times"));
	if (n == 0 && claim_ends_with(text, end, CLAIM_WORDS("개")) &&
	    speaks_of_coupons(text, from, end))
		n = claim_ends_with(text, end, CLAIM_WORDS("개"));
	if (claim_ends_with(text, end,
			    CLAIM_WORDS("여러 장", "여러 개", "몇 장", "several", "many", "a few")))
		r->each = true;
	if (n == 0) {
		n = claim_ends_with(text, end, coupons);
		n = n && (unsigned char)text[end - 1] < 0x80 ? n : 0;
		if (n > 0 &&
		    claim_ends_with(text, end - n, CLAIM_WORDS("several ", "many ", "a few ")))
			r->each = true;
	}
	count = n > 0 ? count_before(text, from, end - n) : 0;
	/* "three $20 vouchers" */
	if (count == 0 && text[at] != '(' && end + 1 >= at)
		count = count_before(text, from, at);
	if (count > 1)
		r->things = count;
}

/* "$20 x 3", "$20 twice", "2만 원 쿠폰 3장", "2만 원의 3배" */
static int64_t
things_behind(const char *text, size_t i, size_t to)
{
	size_t n;
	int64_t count;

	i = skip(text, i, to,
		 CLAIM_WORDS("짜리", "어치", "씩", "권", "의", "을", "를", "쿠폰", "상품권",
			     "할인권", "바우처", "적립금", "카드", "기프트카드"));
	i += i < to && text[i] == '(';
	if (claim_any_word_at(text, to, i, CLAIM_WORDS("twice")))
		return 2;
	n = claim_begins_with(text, to, i, CLAIM_WORDS("x", "×", "*"));
	i += n;
	i += i < to && text[i] == ' ';
	count = n > 0 && i < to && isdigit((unsigned char)text[i]) ? 0 : -1;
	if (count == 0) {
		int64_t hundredths;
		bool dotted;

		return claim_number_at(text, to, &i, &hundredths, &dotted) ? hundredths / 100 : 0;
	}
	count = count_at(text, to, i, &i);
	i += i < to && text[i] == ' ';
	return claim_begins_with(text, to, i, CLAIM_WORDS("장", "매", "개", "배", "회", "번")) ||
			       claim_any_word_at(text, to, i, CLAIM_WORDS("times"))
		       ? count
		       : 0;
}

/* "for 6 months", "3회": how often, where it says each. */
static int64_t
rounds_behind(const char *text, size_t i, size_t to)
{
	for (; i < to; i++) {
		size_t end;
		int64_t count = count_at(text, to, i, &end);

		end += end < to && text[end] == ' ';
		if (count > 0 && (claim_begins_with(text, to, end,
						    CLAIM_WORDS("회", "번", "개월", "달", "주",
								"명", "건", "개", "장", "매")) ||
				  claim_any_word_at(text, to, end,
						    CLAIM_WORDS("months", "weeks", "days", "years",
								"times", "orders", "items",
								"people", "coupons", "vouchers"))))
			return count;
	}
	return 0;
}

/* Whether "each", "a month", "이상" stands right behind the sum. */
static bool
each_behind(const char *text, size_t i, size_t to)
{
	static const char *const words[] = { "each",      "every",    "apiece",     "a piece",
					     "monthly",   "weekly",   "daily",      "yearly",
					     "a month",   "a week",   "a day",      "a year",
					     "per month", "per week", "per day",    "per year",
					     "per order", "per item", "per person", "per head",
					     "per unit",  "per box",  "per bag",    "per night",
					     "per case",  "or more",  "plus",       NULL };
	static const char *const korean[] = { "씩",      "매월",    "매달",  "매주",
					      "매일",    "다달이",  "이상",  "넘게",
					      "여러 장", "여러 개", "몇 장", NULL };

	if (claim_begins_with(text, to, i, CLAIM_WORDS("+")))
		return true;
	i = skip(text, i, to, CLAIM_WORDS("쿠폰", "상품권", "바우처", "권", "짜리", "을", "를"));
	if (claim_begins_with(text, to, i, korean))
		return true;
	i = skip(text, i, to, coupon);
	return claim_any_word_at(text, to, i, words) > 0 ||
	       claim_any_word_at(text, to, skip(text, i, to, coupons + FIRST_ENGLISH), words) > 0;
}

/* "$20 vouchers" are some; "$20 off your next 3 orders" is for each of them. */
static bool
several_behind(const char *text, size_t i, size_t to)
{
	size_t n;

	i += i < to && text[i] == ' ';
	if (claim_any_word_at(text, to, i, coupons + FIRST_ENGLISH))
		return true;
	i = skip(text, i, to, coupon);
	n = claim_any_word_at(text, to, i, CLAIM_WORDS("your next", "the next", "next"));
	return n > 0 && i + n < to && count_at(text, to, i + n + 1, &n) > 1;
}

int64_t
claim_times(const char *text, size_t from, size_t at, size_t end, size_t to)
{
	static const char *const totals[] = { "in all", "in total", "total", "altogether", NULL };
	struct repeat r = { 0 };
	size_t next = end + (end < to && text[end] == ' ');
	int64_t count = things_behind(text, end, to);

	look_before(text, from, at, &r);
	if (count > r.things)
		r.things = count;
	if (each_behind(text, end, to)) {
		r.each = true;
		if (r.rounds == 0)
			r.rounds = rounds_behind(text, end, to);
	}
	if (r.things == 0 && several_behind(text, end, to))
		r.each = true;
	/* "four coupons, $20 in all" */
	if (claim_any_word_at(text, to, next, totals))
		return 1;
	if (r.things > 1)
		return r.things;
	return r.each ? r.rounds : 1;
}
