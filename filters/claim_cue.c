/*
 * claim_cue: the words that make a sum or a remedy asked for, and those that make it merely told.
 * See claim_internal.h. English demands stand before what they ask for, Korean ones after it; so
 * each language is read its own way, and either may find it.
 */
#include <string.h>

#include "claim_internal.h"

#define REACH_BEFORE 60 /* bytes between a demand and its sum */
#define REACH_AFTER 90

/* A list ends with NULL. Words are as folded text has them. */
static const char *const en_demands[] = {
	"want",        "wants",      "demand",      "demanding",  "need",        "request",
	"requesting",  "expect",     "insist",      "ask for",    "asking for",  "claim",
	"claiming",    "refund",     "reimburse",   "compensate", "pay me",      "pay us",
	"pay back",    "give me",    "give us",     "send me",    "owe me",      "owe us",
	"credit me",   "return my",  "would like",  "i'd like",   "sue you for", "sue for",
	"entitled to", "settle for", "transfer me", "require",    "seek",        "seeking",
	"must",        "settle",     NULL
};
static const char *const en_moods[] = {
	"want",         "demand",      "demanding",   "need",      "please",     "request",
	"requesting",   "expect",      "insist",      "ask for",   "asking for", "would like",
	"i'd like",     "give me",     "give us",     "send me",   "refund me",  "refund my",
	"refund us",    "owe me",      "entitled to", "can i get", "can i have", "could i get",
	"could i have", "i must have", "or else",     "unless",    "or i",       "or i'll",
	"claim",        "claiming",    "sue you for", "sue for",   "replace it", "pay me",
	"require",      "seeking",     "must",        "have us",   "owe us",     NULL
};
static const char *const en_after[] = { "back",         "refund",     "refunded to",
					"compensation", "in damages", "in compensation",
					"reimbursed",   NULL };
/* What a price belongs to: it is wanted, not the money. */
static const char *const en_thing[] = { "plan", "model", "ticket", "version", "option", NULL };
static const char *const en_told[] = { "paid",    "pay for",   "cost",      "costs",    "price",
				       "priced",  "bought",    "purchased", "spent",    "charged",
				       "worth",   "bill",      "billed",    "total",    "offered",
				       "offer",   "gave",      "got",       "received", "refunded",
				       "ordered", "sold",      "sells",     "for only", "over",
				       "under",   "more than", "less than", "plan",     NULL };
static const char *const en_kind_told[] = {
	"policy", "policies", "received",   "got",         "already",    "thank",     "thanks",
	"was",    "were",     "has been",   "have been",   "issued",     "processed", "refused",
	"denied", "rejected", "instead of", "rather than", "offered",    "said",      "told",
	"form",   "status",   "they want",  "buy",         "department", "page",      "scheme",
	"to my",  "to the",   NULL
};
static const char *const en_not[] = { "not",    "never", "no",      "don't", "doesn't",
				      "didn't", "won't", "isn't",   "don’t", "doesn’t",
				      "didn’t", "won’t", "without", NULL };

static const char *const ko_what[] = { "환불", "보상", "배상",   "변상",   "지급",      "입금",
				       "송금", "돌려", "위자료", "합의금", "물어내",    "내놔",
				       "내놓", "청구", "요구",   "달라",   "원 주세요", NULL };
static const char *const ko_moods[] = {
	"주세요",        "주십시오", "주시기", "주시길",  "주시면",    "바랍니다", "바라",
	"해줘",          "해 줘",    "돌려줘", "돌려 줘", "달라",      "요구합",   "요구한",
	"요구하",        "청구합",   "청구하", "청구할",  "원합니다",  "원해요",   "내놔",
	"내놓",          "물어내",   "받아야", "받고 싶", "받겠",      "하세요",   "하십시오",
	"부탁",          "안 하면",  "안하면", "않으면",  "않을 경우", "안 되면",  "안되면",
	"않는다면",      "않을 시",  "요청합", "요청드",  "지급해라",  "하라고",   "해라",
	"해 주실 수 없", NULL
};
static const char *const ko_told[] = {
	"주고",   "샀",     "산 ",       "구매",   "구입",    "냈",     "결제",      "지불",
	"썼",     "들었",   "들여",      "짜리",   "상당",    "가격",   "받았",      "받은",
	"주셨",   "주셔서", "준다",      "준대",   "됐",      "되었",   "청구되",    "청구된",
	"청구서", "제시",   "말고",      "아니라", "필요 없", "필요없", "원하지 않", "원치 않",
	"거절",   "감사",   "규정",      "정책",   "방침",    "절차",   "안 된다",   "안된다",
	"불가",   "대신",   "이나 하는", "담당자", "연락처",  "사용",   "적용",      "안 들어",
	"안내",   "책임",   NULL
};

/* What takes back that it was asked for: it is told of others, thanked for, or not meant. */
static const char *const ko_back[] = { "건 아",        "것은 아",      "것이 아",
				       "하시는데",     "달라고 하",    "감사",
				       "않으면 안 되", "않으면 안 됩", NULL };

/* The first place in [from, to) where one of the words stands; `to` when none does. */
static size_t
find(const struct claim_spot *s, size_t from, size_t to, const char *const *words)
{
	for (size_t i = from; i < to; i++)
		for (size_t w = 0; words[w]; w++)
			if (claim_word_at(s->text, to, i, words[w]) &&
			    claim_word_at(s->text, s->len, i, words[w]))
				return i;
	return to;
}

static bool
has(const struct claim_spot *s, size_t from, size_t to, const char *const *words)
{
	return find(s, from, to, words) < to;
}

static size_t
before(const struct claim_spot *s, size_t reach)
{
	return s->offset > reach ? s->offset - reach : 0;
}

static size_t
after(const struct claim_spot *s, size_t reach)
{
	size_t end = s->offset + s->length;

	return s->len - end > reach ? end + reach : s->len;
}

static bool
english_sum(const struct claim_spot *s)
{
	size_t from = before(s, REACH_BEFORE), end = s->offset + s->length;
	bool told = has(s, from, s->offset, en_told), refused = has(s, from, s->offset, en_not);

	if (told || refused || has(s, end, after(s, 12), en_thing))
		return false;
	return has(s, from, s->offset, en_demands) || has(s, end, after(s, 24), en_after);
}

/* What is asked for and how, behind it, and nothing between that says that it is only told. */
static bool
korean(const struct claim_spot *s, bool sum)
{
	size_t end = s->offset + s->length, to = after(s, REACH_AFTER);
	size_t mood = find(s, end, to, ko_moods);
	size_t what_from = sum ? before(s, 30) : s->offset;

	if (mood == to || has(s, end, mood, ko_told) || has(s, mood, to, ko_back))
		return false;
	/* "5만 원 주세요": nothing but the sum is asked for. */
	return has(s, what_from, s->offset, ko_what) || has(s, end, to, ko_what) || !sum ||
	       mood - end <= 8;
}

bool
claim_sum_wanted(const struct claim_spot *spot)
{
	return english_sum(spot) || korean(spot, true);
}

bool
claim_kind_wanted(const struct claim_spot *spot)
{
	size_t from = before(spot, REACH_BEFORE), to = after(spot, 40);

	if (korean(spot, false))
		return true;
	return has(spot, from, to, en_moods) && !has(spot, from, spot->offset, en_not) &&
	       !has(spot, from, to, en_kind_told);
}
