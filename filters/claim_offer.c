/*
 * claim_offer: whether a sentence of ours gives the sum that it names. See claim_internal.h.
 *
 * Korean says after the sum what is done with it: what is before it may be anything. English says
 * it before and after, so there only the part of the sentence between commas counts.
 */
#include <string.h>

#include "claim_internal.h"

#define FAR_BYTES 400 /* of a sentence on either side */

/* Whether one of the words, or of Korean stems, stands between two places. */
static bool
says(const char *text, size_t from, size_t to, const char *const *words)
{
	bool korean = (unsigned char)**words >= 0x80;

	for (size_t i = from; i < to; i++)
		if (korean ? claim_begins_with(text, to, i, words)
			   : claim_any_word_at(text, to, i, words))
			return true;
	return false;
}

static bool
has_korean(const char *text, size_t from, size_t to)
{
	for (; from < to; from++)
		if (claim_is_wide(text, to, from))
			return true;
	return false;
}

/* "59,000원 주전자" is a price: a sum that is given stands alone, or before words for giving. */
static bool
is_price(const char *text, size_t end, size_t to)
{
	static const char *const goes_on[] = { "을",   "를",   "은",   "이",   "의",   "씩",
					       "도",   "만",   "까지", "정도", "상당", "전액",
					       "짜리", "어치", "권",   "으로", "입",   NULL };
	static const char *const given[] = { "환불",   "보상",   "지급",   "배상",   "쿠폰", "할인",
					     "적립",   "환급",   "상품권", "위로금", "입금", "송금",
					     "바우처", "크레딧", "전액",   "상당",   "정도", "현금",
					     "포인트", "부담",   "드리",   "드려",   "드립", "돌려",
					     "보내",   "발송",   "진행",   "저희",   "완료", NULL };

	if (claim_begins_with(text, to, end,
			      CLAIM_WORDS("이상", " 이상", "이하", " 이하", " 미만")))
		return true;
	if (claim_begins_with(text, to, end, CLAIM_WORDS("짜리 ", "의 ")))
		end += claim_begins_with(text, to, end, CLAIM_WORDS("짜리", "의"));
	else if (claim_is_wide(text, to, end))
		return !claim_begins_with(text, to, end, goes_on);
	if (end < to && text[end] == ' ' && claim_is_wide(text, to, end + 1))
		return !claim_begins_with(text, to, end + 1, given);
	return false;
}

static bool
is_korean_offer(const char *text, size_t from, size_t at, size_t end, size_t to)
{
	static const char *const gives[] = {
		"드리겠",    "드립니",   "드릴게",        "드릴 예정",  "드릴 것",  "드려요",
		"드리고자",  "드리도록", "드렸",          "드릴 수 있", "지급됩",   "지급될",
		"지급하",    "지급했",   "입금됩",        "입금될",     "입금했",   "입금하",
		"송금했",    "송금하",   "환불됩",        "환불될",     "환불했",   "환불하겠",
		"처리했",    "처리하겠", "적립됩",        "적립될",     "적립했",   "보상하",
		"돌려",      "부담하",   "내겠습",        "변상",       "완료",     "발급해",
		"환불 처리", "드리기로", "드리는 것으로", "드릴께",     "진행하겠", "발송했",
		"발송하",    NULL
	};
	static const char *const turned_down[] = {
		"없",      "어렵",    "불가",   "안 됩",  "않",     "못",       "거절",   "제외",
		"공제",    "차감됩",  "요청",   "여부",   "검토",   "가능한지", "확인하", "확인해",
		"확인 후", "알려 드", "알려드", "연락",   "안내",   "주시면",   "주셔야", "내셔야",
		"결제",    "문의",    "접수되", "접수됐", "수수료", "무리",     "과합",   NULL
	};
	static const char *const told[] = { "이미", "지난", "앞서", "예전", NULL };
	static const char *const amounts[] = { "금액은 ",   "내용은 ",   "환불은 ",   "보상은 ",
					       "보상금은 ", "환불금은 ", "환불액은 ", NULL };

	if (claim_ends_with(text, at,
			    CLAIM_WORDS("환불: ", "보상: ", "보상 금액: ", "환불 금액: ")))
		return true;
	if (is_price(text, end, to) || says(text, end, to, turned_down))
		return false;
	if (claim_begins_with(text, to, end, CLAIM_WORDS("입니다")))
		return claim_ends_with(text, at, amounts) > 0;
	return says(text, end, to, gives) &&
	       !(says(text, from, at, told) &&
		 says(text, end, to, CLAIM_WORDS("드렸", "했습", "완료")));
}

static bool
is_english_offer(const char *text, size_t from, size_t at, size_t end, size_t to)
{
	static const char *const who[] = { "we",
					   "we'll",
					   "i",
					   "i'll",
					   "we're",
					   "i'm",
					   "we've",
					   "i've",
					   "happy to",
					   "glad to",
					   "you will",
					   "you'll",
					   "your refund of",
					   "please accept",
					   "you can expect",
					   "your account",
					   "for you",
					   "here is",
					   "here's",
					   "enclosed",
					   "attached",
					   "refund:",
					   "refund of",
					   "voucher of",
					   "coupon of",
					   "a",
					   NULL };
	static const char *const what[] = {
		"refund",    "refunded",   "refunding",  "credit",       "credited", "crediting",
		"reimburse", "reimbursed", "compensate", "compensation", "voucher",  "vouchers",
		"coupon",    "coupons",    "gift card",  "discount",     "rebate",   "cashback",
		"back",      "off",        "cover",      "waive",        "pay",      "paying",
		"send",      "sending",    "give",       "giving",       "offer",    "offering",
		"transfer",  "receive",    "get",        "issue",        "issued",   "accept",
		"paid into", NULL
	};
	static const char *const done[] = { "is on its way",
					    "is on the way",
					    "has been refunded",
					    "has been credited",
					    "has been credited with",
					    "be paid into your account",
					    "has been issued",
					    "is being processed",
					    "will be refunded",
					    "will be credited",
					    NULL };
	static const char *const turned_down[] = {
		"not",        "cannot",      "can't",       "won't",
		"unable",     "don't",       "isn't",       "never",
		"decline",    "declined",    "refuse",      "out of the question",
		"too much",   "nor",         "already",     "earlier",
		"previously", "you paid",    "charged",     "charge",
		"deducted",   "fee",         "orders over", "over",
		"cost",       "costs",       "price",       "look into",
		"discuss",    "check",       "checking",    "whether",
		"if a",       "is possible", "you expect",  "understand",
		"asked",      "asking",      "request",     "requested",
		"want",       "wanted",      "demand",      "claim",
		"refund us",  "credit card", "total",       "code",
		"or more",    "orders of",   "worth",       "failed",
		NULL
	};

	if (says(text, from, to, turned_down))
		return false;
	if (says(text, end, to, done))
		return true;
	return (says(text, from, at, who) || says(text, from, at, CLAIM_WORDS("to"))) &&
	       says(text, from, to, what);
}

bool
claim_is_offer(const char *text, size_t from, size_t at, size_t end, size_t to)
{
	if (at - from > FAR_BYTES)
		from = at - FAR_BYTES;
	if (to - end > FAR_BYTES)
		to = end + FAR_BYTES;
	if (claim_ends_with(text, at,
			    CLAIM_WORDS("refund: ", "compensation: ", "compensation is ",
					"compensation will follow: ")))
		return true;
	if (has_korean(text, end, to) || has_korean(text, from, at))
		return is_korean_offer(text, from, at, end, to);
	for (size_t i = at; i-- > from;)
		if (strchr(",:;", text[i]) && i + 1 < at && text[i + 1] == ' ') {
			from = i + 1;
			break;
		}
	for (size_t i = end; i + 1 < to; i++)
		if (text[i] == ',' && text[i + 1] == ' ') {
			to = i;
			break;
		}
	return is_english_offer(text, from, at, end, to);
}
