/*
 * claim_own: sums in our own words, where none may be missed: without a currency, in one that
 * nothing can be approved in, and given several times. See claim_internal.h.
 *
 * What a customer asks for is read with more doubt (claim_cue.c); here a number counts as money as
 * soon as the words on either side of it say so.
 */
#include <ctype.h>
#include <string.h>

#include "claim_internal.h"

#define NEAR_BYTES 40   /* about a dozen syllables */
#define CLAUSE_BYTES 60 /* of what belongs to a sum */
#define LINKS_MAX 4     /* words between "refund" and its number */
#define TIMES_MAX 1000  /* nobody gives more coupons to one person */
#define BARE_MIN 200    /* in hundredths: "1 refund" is a count */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The length of the first word that the text at the place begins with; 0: none. */
static size_t
begins_with(const char *text, size_t len, size_t at, const char *const *words)
{
	for (; at < len && *words; words++) {
		size_t n = strlen(*words);

		if (n <= len - at && memcmp(text + at, *words, n) == 0)
			return n;
	}
	return 0;
}

/* The same of words that end there. */
static size_t
ends_with(const char *text, size_t end, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (n <= end && memcmp(text + end - n, *words, n) == 0)
			return n;
	}
	return 0;
}

/* The same of whole words of ASCII letters. */
static size_t
word_at(const char *text, size_t len, size_t at, const char *const *words)
{
	for (; *words; words++)
		if (claim_word_at(text, len, at, *words))
			return strlen(*words);
	return 0;
}

static bool
is_wide(const char *text, size_t len, size_t at)
{
	return at < len && (unsigned char)text[at] >= 0x80;
}

static const char *const korean_money[] = { "환불",   "보상",   "지급",   "입금",   "위자료",
					    "배상",   "쿠폰",   "현금",   "할인",   "적립",
					    "상품권", "합의금", "송금",   "반환",   "환급",
					    "사례금", "위로금", "포인트", "크레딧", "바우처",
					    NULL };

static const char *const particles[] = { "입니다", "이라도", "정도", "어치", "으로", "까지",
					 "을",     "를",     "은",   "이",   "도",   "씩",
					 "만",     "로",     "의",   NULL };

/* What is counted, or dated, by a number before it. */
static const char *const counted[] = { "명",   "개",   "건",   "번",   "회",   "km", "킬로", "점",
				       "대",   "권",   "장",   "시",   "년",   "곳", "톤",   "보",
				       "배",   "자",   "가구", "세대", "마리", "부", "분",   "여",
				       "팔",   "구독", "조회", "회원", "일",   "월", "주",   "영업",
				       "사람", "표",   "가지", "%",    "층",   "호", "차",   "초",
				       "박",   "편",   "통",   "매",   "인",   NULL };

bool
claim_bare_won(const char *text, size_t len, size_t at, size_t end)
{
	size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0, to = end + NEAR_BYTES, i = end;

	if (!ends_with(text, end, WORDS("만", "억", "萬", "万", "億")))
		return false;
	if (is_wide(text, len, i) && !begins_with(text, len, i, particles))
		return false;
	i += i < len && text[i] == ' ';
	/* "30만 보상" begins as "30만 보", so many steps, does. */
	if (begins_with(text, len, i, korean_money))
		return true;
	if (begins_with(text, len, i, counted))
		return false;
	for (i = from; i < len && i < to; i++)
		if (begins_with(text, len, i, korean_money))
			return true;
	return false;
}

/* "환불 30000", "현금으로 30,000": words for money end right before the number. */
static bool
korean_before(const char *text, size_t at)
{
	for (unsigned links = 0; links < LINKS_MAX && at > 0; links++) {
		size_t n = ends_with(text, at, korean_money);

		if (n > 0)
			return true;
		n = ends_with(text, at, WORDS(" ", ":", "=", "-", "금", "액", "총", "약"));
		n = n ? n : ends_with(text, at, particles);
		if (n == 0)
			return false;
		at -= n;
	}
	return ends_with(text, at, korean_money) > 0;
}

/* Nothing that is counted, dated or numbered goes on behind the number. */
static bool
korean_ends(const char *text, size_t len, size_t end)
{
	if (is_wide(text, len, end))
		return begins_with(text, len, end, particles) ||
		       begins_with(text, len, end, korean_money);
	if (end < len && text[end] != ' ')
		return strchr(".,;!?)\"'", text[end]) != NULL;
	return begins_with(text, len, end + 1, korean_money) ||
	       !begins_with(text, len, end + 1, counted);
}

/* "30000 환불", "30,000을 환불" */
static bool
korean_behind(const char *text, size_t len, size_t end)
{
	end += begins_with(text, len, end, particles);
	end += end < len && text[end] == ' ';
	return begins_with(text, len, end, korean_money) > 0;
}

static const char *const money[] = {
	"refund",        "refunds",    "refunded",    "refunding",    "reimburse", "reimbursed",
	"reimbursement", "compensate", "compensated", "compensation", "credit",    "credits",
	"credited",      "voucher",    "vouchers",    "coupon",       "coupons",   "gift card",
	"discount",      "rebate",     "cash",        "payout",       "pay",       "pays",
	"paid",          "paying",     "payment",     "goodwill",     "cashback",  NULL
};

static const char *const links[] = { "of",    "you",        "the",  "with",    "worth", "up",
				     "about", "around",     "only", "another", "a",     "an",
				     "extra", "full",       "him",  "her",     "them",  "total",
				     "sum",   "amount",     "to",   "is",      "be",    "was",
				     "will",  "additional", "back", "out",     "just",  "gesture",
				     NULL };

/* What comes after a sum, and not after a number of things. */
static const char *const after[] = {
	"to",      "by",       "on",    "in",     "for",     "as",      "at",       "back",
	"off",     "from",     "via",   "with",   "within",  "each",    "per",      "and",
	"or",      "plus",     "today", "now",    "next",    "this",    "if",       "when",
	"so",      "will",     "is",    "only",   "once",    "total",   "tomorrow", "last",
	"because", "directly", "every", "apiece", "tonight", "monthly", "weekly",   "then",
	"but",     "straight", "right", NULL
};

/* What numbers a thing, or dates it. */
static const char *const numbering[] = {
	"order",   "invoice", "number", "no",        "no.",      "case",     "ticket",   "step",
	"version", "model",   "code",   "at",        "by",       "until",    "before",   "since",
	"on",      "from",    "after",  "room",      "floor",    "line",     "page",     "day",
	"ending",  "in",      "within", "january",   "february", "march",    "april",    "may",
	"june",    "july",    "august", "september", "october",  "november", "december", "jan",
	"feb",     "mar",     "apr",    "jun",       "jul",      "aug",      "sep",      "oct",
	"nov",     "dec",     "option", "item",      "part",     "section",  "type",     NULL
};

/* Where the word before the place begins; the place itself: there is none. */
static size_t
word_before(const char *text, size_t at)
{
	size_t from = at;

	while (from > 0 && (isalpha((unsigned char)text[from - 1]) || text[from - 1] == '.'))
		from--;
	return from;
}

static size_t
skip_back(const char *text, size_t at)
{
	while (at > 0 && strchr(" :=(", text[at - 1]) && text[at - 1])
		at--;
	return at;
}

/* "refund you 30", "a credit of up to 30" */
static bool
english_before(const char *text, size_t at)
{
	for (unsigned n = 0; n <= LINKS_MAX; n++) {
		size_t end = skip_back(text, at), from = word_before(text, end);

		/* "gift card" is two words. */
		if (word_at(text, end, from, money) ||
		    (from >= 5 && word_at(text, end, from - 5, WORDS("gift card"))))
			return from < end;
		if (!word_at(text, end, from, links) || from == end)
			return false;
		at = from;
	}
	return false;
}

static bool
english_ends(const char *text, size_t len, size_t end)
{
	size_t next = end + 1;

	if (end >= len)
		return true;
	if (text[end] != ' ')
		return strchr(".,;!?)\"'", text[end]) &&
		       (next >= len || !isalnum((unsigned char)text[next]));
	return next >= len || (!isalpha((unsigned char)text[next]) && text[next] != '%') ||
	       word_at(text, len, next, after) || word_at(text, len, next, money);
}

/* "30 cash", "30 in vouchers", "30 off"; "2 vouchers" is a count. */
static bool
english_behind(const char *text, size_t len, size_t end)
{
	static const char *const things[] = { "refunds", "vouchers", "coupons", "credits", NULL };
	size_t i = end + 1, in, n;

	if (end >= len || text[end] != ' ')
		return false;
	if (word_at(text, len, i, WORDS("off", "back")))
		return true;
	in = word_at(text, len, i, WORDS("as a", "in a", "as", "in"));
	i += in ? in + 1 : 0;
	n = i < len ? word_at(text, len, i, WORDS("store")) : 0;
	i += n ? n + 1 : 0;
	n = i < len ? word_at(text, len, i, money) : 0;
	return n > 0 && (in > 0 || !word_at(text, len, i, things)) &&
	       english_ends(text, len, i + n);
}

/* Words for money are near a number that is written as money is: "20,000". */
static bool
is_grouped(const char *text, size_t len, size_t at, size_t end)
{
	size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0;
	size_t to = end + NEAR_BYTES < len ? end + NEAR_BYTES : len;

	if (!memchr(text + at, ',', end - at))
		return false;
	for (size_t i = from; i < to; i++)
		if (word_at(text, to, i, money) || begins_with(text, to, i, korean_money))
			return true;
	return false;
}

static bool
is_numbered(const char *text, size_t at)
{
	size_t end = skip_back(text, at), from = word_before(text, end);

	if (at > 0 && strchr("/:#-.,", text[at - 1]) && text[at - 1] && text[at - 1] != ':')
		return true;
	return (from < end && word_at(text, end, from, numbering)) ||
	       ends_with(text, end, WORDS("주문", "번호", "송장", "코드", "모델", "자리", "버전"));
}

/* Whether the number is money by its neighbours alone. */
static bool
is_bare(const char *text, size_t len, size_t at, size_t end)
{
	if (is_numbered(text, at))
		return false;
	if (korean_ends(text, len, end) &&
	    (korean_before(text, at) || korean_behind(text, len, end)))
		return true;
	return english_behind(text, len, end) ||
	       (english_ends(text, len, end) &&
		(english_before(text, at) || is_grouped(text, len, at, end) ||
		 (end - at > 6 && ends_with(text, end, WORDS(" grand")))));
}

/* A sign of the block U+20A0 to U+20CF, or ฿; its length, or 0. */
static size_t
sign_at(const char *text, size_t len, size_t at)
{
	const unsigned char *s = (const unsigned char *)text + at;

	if (len - at < 3)
		return 0;
	return (s[0] == 0xe2 && (s[1] == 0x82 || s[1] == 0x83) && s[2] >= 0x80 &&
		(s[1] == 0x82 ? s[2] >= 0xa0 : s[2] <= 0x8f)) ||
			       memcmp(s, "฿", 3) == 0
		       ? 3
		       : 0;
}

/* Currencies that nothing can be approved in. */
static const char *const foreign[] = { "aud",     "cad",    "nzd",    "sgd",     "hkd",   "twd",
				       "inr",     "thb",    "vnd",    "php",     "sek",   "nok",
				       "dkk",     "pln",    "rub",    "brl",     "mxn",   "zar",
				       "aed",     "idr",    "myr",    "rupees",  "pesos", "baht",
				       "kronor",  "kroner", "rubles", "roubles", "zloty", "dong",
				       "ringgit", "루피",   "바트",   "페소",    "루블",  NULL };

/* A number without a currency that is known; in hundredths. */
static bool
other_sum_at(const char *text, size_t len, size_t at, int64_t *ret_hundredths, size_t *ret_length)
{
	static const struct {
		const char *words;
		int64_t hundredths;
	} slang[] = { { "fiver", 500 }, { "tenner", 1000 } };
	size_t i = at, n = sign_at(text, len, at);
	bool dotted;

	for (size_t k = 0; k < COUNT(slang); k++)
		if (claim_word_at(text, len, at, slang[k].words)) {
			*ret_hundredths = slang[k].hundredths;
			*ret_length = strlen(slang[k].words);
			return true;
		}
	if (n == 0)
		n = word_at(text, len, at, foreign);
	i += n;
	i += n > 0 && i < len && text[i] == ' ';
	if (n == 0 && at > 0 && isalnum((unsigned char)text[at - 1]))
		return false;
	if (!claim_number_at(text, len, &i, ret_hundredths, &dotted))
		return false;
	if (n == 0)
		n = word_at(text, len, i + (i < len && text[i] == ' '), foreign);
	*ret_length = i - at;
	return n > 0 || (*ret_hundredths >= BARE_MIN && is_bare(text, len, at, i));
}

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
		size_t n = begins_with(text, len, at, WORDS(counts[i]));

		if (n == 0 || (at > 0 && is_wide(text, len, at - 1)))
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

	size_t n = begins_with(text, sum, i, WORDS("장", "매"));

	/* "쿠폰 2장과 2만 원" are two things. */
	if (n > 0)
		return !is_wide(text, sum, i + n) ||
		       begins_with(text, sum, i + n, WORDS("에", "씩"));
	if (i == sum || begins_with(text, sum, i, WORDS("x ", "x$", "×", "*")))
		return true;
	/* "three ten-page coupons of" */
	for (unsigned words = 0; words < 3 && i < sum; words++, i++) {
		if (word_at(text, sum, i, things))
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

	if (word_at(text, to, i, each_words) || begins_with(text, to, i, korean_each) ||
	    (begins_with(text, to, i, WORDS("각 ", "월 ")) && (i == 0 || text[i - 1] == ' ')))
		r->each = true;
	count = count_at(text, to, i, &end);
	end += end < to && text[end] == ' ';
	if (count > r->rounds &&
	    (begins_with(text, to, end, WORDS("회", "번", "개월", "달", "주", "명", "건", "개")) ||
	     word_at(text, to, end,
		     WORDS("months", "weeks", "days", "years", "times", "orders", "items",
			   "people"))))
		r->rounds = count;
}

static void
look_before(const char *text, size_t from, size_t at, struct repeat *r)
{
	static const char *const totals[] = { "in all", "total", "altogether", "together", NULL };

	if (ends_with(text, at, WORDS("twice ", "double ")))
		r->things = 2;
	for (size_t i = at; i-- > from;) {
		size_t end;
		int64_t count = count_at(text, at, i, &end);

		/* "four coupons, $20 in total" */
		if (word_at(text, at, i, totals) ||
		    begins_with(text, at, i, WORDS("모두", "합계", "총 ", "도합")))
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
		i += begins_with(text, to, i, WORDS("짜리", "어치", "씩", "권", "의", "을", "를"));
		i += i < to && text[i] == ' ';
		n = begins_with(text, to, i,
				WORDS("쿠폰", "상품권", "할인권", "바우처", "적립금", "카드",
				      "기프트카드"));
		i += n;
	}
	if (word_at(text, to, i, WORDS("twice")))
		return 2;
	n = begins_with(text, to, i, WORDS("x", "×", "*"));
	i += n;
	i += i < to && text[i] == ' ';
	count = count_at(text, to, i, &i);
	i += i < to && text[i] == ' ';
	return n || begins_with(text, to, i, WORDS("장", "매")) ||
			       word_at(text, to, i, WORDS("times"))
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
	r->each |= begins_with(text, to, end, WORDS("씩")) > 0;
	for (; end < to; end++)
		look_for_repeat(text, to, end, r);
}

/* Where the clause around a place begins and ends. */
static size_t
clause_from(const char *text, size_t at)
{
	size_t from = at > CLAUSE_BYTES ? at - CLAUSE_BYTES : 0;

	while (at > from && !strchr(";!?", text[at - 1]) &&
	       !(text[at - 1] == '.' && text[at] == ' '))
		at--;
	return at;
}

static size_t
clause_to(const char *text, size_t len, size_t end)
{
	size_t to = end + CLAUSE_BYTES < len ? end + CLAUSE_BYTES : len;

	while (end < to && !strchr(";!?", text[end]) &&
	       !(text[end] == '.' && (end + 1 == len || text[end + 1] == ' ')))
		end++;
	return end;
}

bool
claim_own_sum_at(const char *text, size_t len, size_t at, struct claim *ret, size_t *ret_length)
{
	struct repeat r = { 0 };
	size_t end;

	if (!claim_sum_at(text, len, at, ret, ret_length)) {
		if (!other_sum_at(text, len, at, &ret->units, ret_length))
			return false;
		ret->kind = CLAIM_SUM;
		ret->currency = "";
	}
	end = at + *ret_length;
	look_before(text, clause_from(text, at), at, &r);
	look_behind(text, end, clause_to(text, len, end), &r);
	ret->times = r.things ? r.things : r.each ? r.rounds : 1;
	return true;
}
