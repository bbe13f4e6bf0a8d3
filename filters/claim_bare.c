/*
 * claim_bare: numbers that only their neighbours tell to be money, and other currencies. See
 * claim_internal.h.
 */
#include <ctype.h>
#include <string.h>

#include "claim_internal.h"

#define NEAR_BYTES 40                      /* about a dozen syllables */
#define VAGUE_HUNDREDTHS INT64_C(90000000) /* of "몇십만 원": more than is given by and by */
#define LINKS_MAX 4                        /* words between "refund" and its number */
#define BARE_MIN 500                       /* in hundredths: "1 refund" is a count */
#define BARE_MIN_KO 10000                  /* "할인 20" are percents */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const korean_money[] = { "환불",   "보상",   "지급",   "입금",   "위자료",
					    "배상",   "쿠폰",   "현금",   "할인",   "적립",
					    "상품권", "합의금", "송금",   "반환",   "환급",
					    "사례금", "위로금", "포인트", "크레딧", "바우처",
					    "보내",   NULL };

static const char *const particles[] = { "입니다", "이라도", "정도", "어치", "으로", "까지",
					 "을",     "를",     "은",   "이",   "도",   "씩",
					 "만",     "로",     "의",   NULL };

/* What is counted, or dated, by a number before it. */
static const char *const counted[] = {
	"명",   "개",   "건",   "번",   "회",     "km",   "킬로", "점",   "대",   "권",
	"장",   "시",   "년",   "곳",   "톤",     "보",   "배",   "자",   "가구", "세대",
	"마리", "부",   "분",   "여",   "팔",     "구독", "조회", "회원", "일",   "월",
	"주",   "영업", "사람", "표",   "가지",   "%",    "층",   "호",   "차",   "초",
	"박",   "편",   "통",   "매",   "인",     "상자", "박스", "세트", "봉",   "병",
	"캔",   "그램", "리터", "미터", "페이지", "쪽",   "줄",   NULL
};

bool
claim_bare_won(const char *text, size_t len, size_t at, size_t end)
{
	size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0, to = end + NEAR_BYTES, i = end;

	if (!claim_ends_with(text, end, CLAIM_WORDS("만", "억", "萬", "万", "億")))
		return false;
	if (claim_is_wide(text, len, i) && !claim_begins_with(text, len, i, particles))
		return false;
	i += i < len && text[i] == ' ';
	/* "30만 보상" begins as "30만 보", so many steps, does. */
	if (claim_begins_with(text, len, i, korean_money))
		return true;
	if (claim_begins_with(text, len, i, counted))
		return false;
	for (i = from; i < len && i < to; i++)
		if (claim_begins_with(text, len, i, korean_money))
			return true;
	return false;
}

/* Words that give: near a number that is written as money is, it is money. */
static const char *const giving[] = { "드리", "드립", "드려",   "드릴",   "드림", "넣어", "돌려",
				      "면제", "차액", "배송비", "수리비", "계좌", NULL };

/* "환불 30000", "현금으로 30,000": words for money end right before the number. */
static bool
korean_before(const char *text, size_t at)
{
	for (unsigned links = 0; links < LINKS_MAX && at > 0; links++) {
		size_t n = claim_ends_with(text, at, korean_money);

		if (n > 0)
			return true;
		n = claim_ends_with(text, at,
				    CLAIM_WORDS(" ", ":", "=", "-", "금", "액", "총", "약"));
		n = n ? n : claim_ends_with(text, at, particles);
		if (n == 0)
			return false;
		at -= n;
	}
	return claim_ends_with(text, at, korean_money) > 0;
}

/* Nothing that is counted, dated or numbered goes on behind the number. */
static bool
korean_ends(const char *text, size_t len, size_t end)
{
	if (claim_is_wide(text, len, end))
		return claim_begins_with(text, len, end, particles) > 0;
	if (end < len && text[end] != ' ')
		return strchr(".,;!?)\"'", text[end]) != NULL;
	return !claim_begins_with(text, len, end + 1, counted);
}

/* "30000 환불", "30,000을 환불" */
static bool
korean_behind(const char *text, size_t len, size_t end)
{
	end += claim_begins_with(text, len, end, particles);
	end += end < len && text[end] == ' ';
	return claim_begins_with(text, len, end, korean_money) > 0;
}

static const char *const money[] = {
	"refund",     "refunds",       "refunded",   "refunding",   "reimburse",
	"reimbursed", "reimbursement", "compensate", "compensated", "compensation",
	"credit",     "credits",       "credited",   "voucher",     "vouchers",
	"coupon",     "coupons",       "gift card",  "discount",    "rebate",
	"cash",       "payout",        "pay",        "pays",        "paid",
	"paying",     "payment",       "goodwill",   "cashback",    "owe",
	"owes",       "transfer",      "wire",       NULL
};

static const char *const links[] = { "of",    "you",        "the",  "with",    "worth", "up",
				     "about", "around",     "only", "another", "a",     "an",
				     "extra", "full",       "him",  "her",     "them",  "total",
				     "sum",   "amount",     "to",   "is",      "be",    "was",
				     "will",  "additional", "back", "out",     "just",  "gesture",
				     "for",   "over",       NULL };

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
		if (claim_any_word_at(text, end, from, money) ||
		    (from >= 5 && claim_any_word_at(text, end, from - 5, CLAIM_WORDS("gift card"))))
			return from < end;
		if (!claim_any_word_at(text, end, from, links) || from == end)
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
	return next >= len || (!isalnum((unsigned char)text[next]) && text[next] != '%') ||
	       claim_any_word_at(text, len, next, after) ||
	       claim_any_word_at(text, len, next, money);
}

/* "30 cash", "30 in vouchers", "30 off"; "2 vouchers" is a count. */
static bool
english_behind(const char *text, size_t len, size_t end)
{
	static const char *const things[] = { "refunds", "vouchers", "coupons", "credits", NULL };
	size_t i = end + 1, in, n;

	if (end >= len || text[end] != ' ')
		return false;
	n = claim_any_word_at(text, len, i, CLAIM_WORDS("off", "back"));
	if (n > 0)
		return english_ends(text, len, i + n) ||
		       claim_any_word_at(text, len, i + n + 1, CLAIM_WORDS("your")) > 0;
	if (claim_any_word_at(text, len, i,
			      CLAIM_WORDS("by bank transfer", "by transfer", "by wire")))
		return true;
	in = claim_any_word_at(text, len, i, CLAIM_WORDS("as a", "in a", "as", "in"));
	i += in ? in + 1 : 0;
	n = i < len ? claim_any_word_at(text, len, i, CLAIM_WORDS("store")) : 0;
	i += n ? n + 1 : 0;
	n = i < len ? claim_any_word_at(text, len, i, money) : 0;
	return n > 0 && (in > 0 || !claim_any_word_at(text, len, i, things)) &&
	       english_ends(text, len, i + n);
}

/* Words for money, or that give it, are near a number that is written as money is: "20,000", "5만",
 * or round as prices are. */
static bool
is_grouped(const char *text, size_t len, size_t at, size_t end, int64_t hundredths)
{
	size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0;
	size_t to = end + NEAR_BYTES < len ? end + NEAR_BYTES : len;

	if (!memchr(text + at, ',', end - at) &&
	    !claim_ends_with(text, end, CLAIM_WORDS("만", "억")) &&
	    (hundredths < 100000 || hundredths % 10000 != 0))
		return false;
	if (claim_is_wide(text, len, end) ? !claim_begins_with(text, len, end, particles)
					  : !english_ends(text, len, end) ||
						    claim_begins_with(text, len, end + 1, counted))
		return false;
	for (size_t i = from; i < to; i++)
		if (claim_any_word_at(text, to, i, money) ||
		    claim_begins_with(text, to, i, korean_money) ||
		    claim_begins_with(text, to, i, giving))
			return true;
	return false;
}

/* "적립금 5,000점", "마일리지 5,000p": points are worth money. */
static bool
is_points(const char *text, size_t len, size_t at, size_t end)
{
	size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0;

	if (!claim_begins_with(text, len, end, CLAIM_WORDS("점", " 점")) &&
	    !claim_any_word_at(text, len, end + 1, CLAIM_WORDS("points", "p")) &&
	    !(end < len && text[end] == 'p' &&
	      (end + 1 == len || !isalnum((unsigned char)text[end + 1]))))
		return false;
	for (size_t i = from; i < len && i < end + NEAR_BYTES; i++)
		if (claim_begins_with(text, len, i, CLAIM_WORDS("적립", "마일리지", "포인트")))
			return true;
	return false;
}

static bool
is_numbered(const char *text, size_t at)
{
	size_t end = skip_back(text, at), from = word_before(text, end);

	if (at > 0 && text[at - 1] && strchr("/#-.,", text[at - 1]))
		return true;
	return (from < end && claim_any_word_at(text, end, from, numbering)) ||
	       claim_ends_with(text, end,
			       CLAIM_WORDS("주문", "번호", "송장", "코드", "모델", "자리", "버전",
					   "고객", "대상", "회원", "인원", "수량", "재고"));
}

/* "쿠폰은 2027까지" */
static bool
is_year(const char *text, size_t at, size_t end, int64_t hundredths)
{
	return end - at == 4 && isdigit((unsigned char)text[at]) && hundredths >= 202000 &&
	       hundredths < 204000;
}

/* Whether the number is money by its neighbours alone. */
static bool
is_bare(const char *text, size_t len, size_t at, size_t end, int64_t hundredths)
{
	if (is_numbered(text, at) || is_year(text, at, end, hundredths))
		return false;
	if (hundredths >= BARE_MIN_KO && (korean_behind(text, len, end) ||
					  (korean_before(text, at) && korean_ends(text, len, end))))
		return true;
	return is_points(text, len, at, end) || is_grouped(text, len, at, end, hundredths) ||
	       english_behind(text, len, end) ||
	       (english_ends(text, len, end) &&
		(english_before(text, at) ||
		 (end - at > 6 && claim_ends_with(text, end, CLAIM_WORDS(" grand")))));
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
static const char *const foreign[] = {
	"aud",      "cad",        "nzd",      "sgd",          "hkd",    "twd",     "inr",
	"thb",      "vnd",        "php",      "sek",          "nok",    "dkk",     "pln",
	"rub",      "brl",        "mxn",      "zar",          "aed",    "idr",     "myr",
	"rs.",      "rs",         "kr",       "rupees",       "pesos",  "baht",    "kronor",
	"kroner",   "rubles",     "roubles",  "zloty",        "dong",   "ringgit", "dirhams",
	"rand",     "루피",       "바트",     "페소",         "루블",   "링깃",    "홍콩달러",
	"호주달러", "캐나다달러", "대만달러", "싱가포르달러", "크로네", "크로나",  "디르함",
	NULL
};

/* The length of the first of them that stands there; its number may touch it: "500thb". */
static size_t
foreign_at(const char *text, size_t len, size_t at)
{
	for (const char *const *word = foreign; *word; word++) {
		size_t n = strlen(*word);

		if (at <= len && n <= len - at && memcmp(text + at, *word, n) == 0 &&
		    ((unsigned char)**word >= 0x80 || at + n == len ||
		     !isalpha((unsigned char)text[at + n])))
			return n;
	}
	return 0;
}

/* "몇만 원", "수십만 원": at most nine times so much. */
static bool
vague_sum_at(const char *text, size_t len, size_t at, int64_t *ret_hundredths, size_t *ret_length)
{
	size_t i = at + claim_begins_with(text, len, at, CLAIM_WORDS("몇", "수")), end;

	if (i == at || (at > 0 && claim_is_wide(text, len, at - 1)))
		return false;
	i += i < len && text[i] == ' ';
	end = i;
	if (!claim_begins_with(text, len, i, CLAIM_WORDS("천", "만", "십만", "백만", "천만", "억")))
		return false;
	end += claim_begins_with(text, len, i,
				 CLAIM_WORDS("천만", "백만", "십만", "천", "만", "억"));
	i = end + (end < len && text[end] == ' ');
	if (!claim_begins_with(text, len, i, CLAIM_WORDS("원")))
		return false;
	*ret_hundredths = VAGUE_HUNDREDTHS;
	*ret_length = i + strlen("원") - at;
	return true;
}

/* A number without a currency that is known, or in a foreign one; in hundredths. */
bool
claim_bare_sum_at(const char *text, size_t len, size_t at, int64_t *ret_hundredths,
		  size_t *ret_length, bool *ret_foreign)
{
	static const struct {
		const char *words;
		int64_t hundredths;
	} slang[] = { { "fiver", 500 }, { "tenner", 1000 } };
	bool dotted, first = at == 0 || !isalnum((unsigned char)text[at - 1]);
	size_t i = at, n = sign_at(text, len, at);

	*ret_foreign = false;
	if (vague_sum_at(text, len, at, ret_hundredths, ret_length))
		return true;
	for (size_t k = 0; k < COUNT(slang); k++)
		if (claim_word_at(text, len, at, slang[k].words)) {
			*ret_hundredths = slang[k].hundredths;
			*ret_length = strlen(slang[k].words);
			return true;
		}
	if (n == 0 && first)
		n = foreign_at(text, len, at);
	i += n;
	i += n > 0 && i < len && text[i] == ' ';
	if ((n == 0 && !first) || !claim_number_at(text, len, &i, ret_hundredths, &dotted))
		return false;
	if (n == 0)
		n = foreign_at(text, len, i + (i < len && text[i] == ' '));
	*ret_length = i - at;
	*ret_foreign = n > 0;
	return n > 0 || (*ret_hundredths >= BARE_MIN && is_bare(text, len, at, i, *ret_hundredths));
}
