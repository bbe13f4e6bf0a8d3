/*
 * commitment_ko: who does what by when in a Korean sentence.
 *
 * The verb comes last, so a due time belongs to the first predicate behind it. Each word behind the
 * due time is asked what it is, until one decides: asked of the reader (-시-, 부탁, 바랍니다), ours
 * (-겠-, -ㄹ게요, 예정), or anything else (-았-, -면, 없다, 못, 어렵다, a noun with 입니다).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <string.h>

#include "commitment_internal.h"

#define WORDS_BEHIND 60 /* looked at behind a due time */

enum says {
	SAYS_NOTHING, /* goes on */
	SAYS_OURS,
	SAYS_ASKED,
	SAYS_OTHER,
};

struct piece {
	const char *at;
	size_t len;
};

/* Where these stand in a word it decides nothing. */
static const char *const adverbs[] = { "없이", "없도록", "않게",   "않도록", "있도록",
				       "있게", "되도록", "반드시", "때까지", NULL };

/* What the reader does, or is asked to do. */
static const char *const asked[] = { "주시", "주십",   "주세",   "주셔", "주실", "주신", "하시",
				     "하십", "하세",   "하셔",   "하실", "하신", "시면", "셔야",
				     "으시", "으실",   "으신",   "내신", "부탁", "바랍", "바라",
				     "바람", "감사하", "요청드", NULL };

/* Not done, not sure, not a single deed, or not ours. */
static const char *const others[] = {
	"없",   "못",   "않",   "어렵", "힘들",     "불가", "모르겠", "알겠",   "좋겠",   "기다리",
	"보관", "유지", "보류", "중단", "중지",     "연기", "연장",   "제한",   "노력",   "예상",
	"추정", "운영", "영업", "휴무", "겠습니까", "겠니", "나요",   "는지",   "까요",   "경우",
	"다면", "휴가", "마감", "종결", "종료",     "아니", "접수받", "가능합", "가능하", NULL
};

/* "-하겠다고 하셨습니다": words that are reported. */
static const char *const reported[] = { "겠다고", "겠다는", "겠다며", "겠다던", "겠다는데",
					"다고",   "라고",   "다는",   NULL };
static const char *const promising[] = { "약속드립니다", "약속합니다", "약속드리겠습니다", NULL };

static const char *const futures[] = { "게요", "께요", "것입니다", "겁니다", NULL };

/* "예정입니다", "예정이며"; not "예정일", "계획을". */
static const char *const plans_nouns[] = { "예정", "계획", NULL };
static const char *const plans_endings[] = { "이", "입니다", "임", "인데", NULL };

static const char *const presents[] = { "드립니다", "됩니다", "합니다", "갑니다", NULL };

/* Saying so is doing it: no promise. */
static const char *const performing[] = { "안내", "알려", "말씀", "공지", "사과",
					  "감사", "답변", "회신", NULL };

/* What is done by us with things; before 한, 할, 된, 될 the word only describes a noun. */
static const char *const acts[] = { "발송", "환불",   "처리", "완료", "배송", "입금", "도착",
				    "방문", "교환",   "수리", "출고", "지급", "전달", "취소",
				    "송금", "진행",   "조치", "연락", "통화", "주문", "접수",
				    "신청", "구매",   "결제", "약속", "말씀", "요청", "상담",
				    "문의", "설치",   "점검", "수거", "회수", "확인", "보내",
				    "전화", "마무리", "개선", "교체", NULL };
/* What a day without a limit can be meant for when another day follows. */
static const char *const deeds[] = { "연락", "회신", "답변", "답장", "안내", "알려", "전화", "발송",
				     "환불", "보내", "방문", "입금", "배송", "교환", "출고", NULL };
static const char *const describing[] = { "한", "할", "된", "될", "하는", "되는", "했던", NULL };
static const char *const described[] = { "드린", "드릴", "보낸", "보낼", "받은",
					 "받을", "오는", "온",   "줄",   NULL };
/* Behind "-ㄹ": it was no description after all. */
static const char *const behind_future[] = { "예정", "것", "계획",   "수 있",
					     "테니", "겁", "때까지", NULL };

/* Nouns that a day belongs to: "12월 3일 주문 건". */
static const char *const dated[] = { "주문", "결제", "구매", "접수", "문의", "예약", "요청",
				     "신청", "메일", "통화", "건",   "자",   "상담", NULL };

static const char *const mail_words[] = { "연락", "회신", "답변", "답장", "안내", "알려",
					  "말씀", "메일", "공유", "보고", "소식", NULL };
/* What no mail does. */
static const char *const things_done[] = { "발송", "환불", "방문", "입금", "배송", "교환", "출고",
					   "수리", "처리", "지급", "설치", "수거", "회수", "교체",
					   "도착", "완료", "취소", "조치", "송금", NULL };
static const char *const voice_words[] = { "전화", "유선", "통화", NULL };

/* Before a day: it is past, or comes again and again. */
static const char *const not_once[] = { "지난", "저번", "작년", "매주", "매월", "매일",
					"매달", "평일", "어제", "그제", NULL };

/* A span of days begins with what these words say, not now. */
static const char *const begins_later[] = { "경우",    "대로",    "수령 후", "수령 뒤", "받은 후",
					    "회수 후", "입고 후", "도착 후", "반송 후", "주신 후",
					    "하신 후", "받은 뒤", "주신 뒤", "입금 후", "결제 후",
					    "접수 후", "완료 후", "이후",    "로부터",  NULL };
static const char *const no_condition[] = { "정면", "측면", "화면", "반면", "전면", "도면", "라면",
					    "가면", "표면", "후면", "서면", "대면", NULL };

static bool
has(struct piece w, const char *word)
{
	return memmem(w.at, w.len, word, strlen(word)) != NULL;
}

static bool
ends(struct piece w, const char *word)
{
	size_t n = strlen(word);

	return w.len >= n && memcmp(w.at + w.len - n, word, n) == 0;
}

static bool
starts(const char *s, const char *word)
{
	return strncmp(s, word, strlen(word)) == 0;
}

static bool
has_any(struct piece w, const char *const *words)
{
	for (; *words; words++)
		if (has(w, *words))
			return true;
	return false;
}

static bool
ends_any(struct piece w, const char *const *words)
{
	for (; *words; words++)
		if (ends(w, *words))
			return true;
	return false;
}

static bool
starts_any(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (starts(s, *words))
			return true;
	return false;
}

/* The word at s, without the marks behind it. */
static struct piece
piece_at(const char *s)
{
	struct piece w = { s, strcspn(s, " ") };

	while (w.len > 0 && strchr(".,!?;:)\"'~", w.at[w.len - 1]))
		w.len--;
	return w;
}

/* A syllable with ㅆ below that is neither 겠 nor 있: the past tense. */
static bool
has_past(struct piece w)
{
	for (size_t i = 0; i + 2 < w.len; i++) {
		const unsigned char *s = (const unsigned char *)w.at + i;
		unsigned code;

		if (!is_hangul(w.at + i))
			continue;
		code = (unsigned)(s[0] & 0x0f) << 12 | (unsigned)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		if ((code - 0xac00) % 28 == 20 && !starts(w.at + i, "겠") &&
		    !starts(w.at + i, "있"))
			return true;
	}
	return false;
}

static bool
is_condition(struct piece w)
{
	return ends(w, "면") && !ends_any(w, no_condition);
}

/* "발송할", "통화한", "드린": describes what comes next. */
static bool
describes(struct piece w, const char *behind)
{
	if (starts_any(behind, behind_future))
		return false;
	return ends_any(w, described) || (ends_any(w, describing) && has_any(w, acts));
}

/* "발송할 예정입니다", "발송 예정", "드릴 테니". */
static bool
intends(struct piece w, const char *behind)
{
	if (has_any(w, futures) || ends(w, "테니"))
		return true;
	for (size_t i = 0; plans_nouns[i]; i++) {
		const char *at = memmem(w.at, w.len, plans_nouns[i], strlen(plans_nouns[i]));

		if (!at)
			continue;
		at += strlen(plans_nouns[i]);
		if (at == w.at + w.len ? !*behind : starts_any(at, plans_endings))
			return true;
	}
	return false;
}

/* "처리됩니다", "발송해 드립니다": a plan, when a limit stands before it. */
static bool
plans(struct piece w, struct piece before)
{
	if (!ends_any(w, presents) || has_any(w, performing) || has_any(before, performing))
		return false;
	return has_any(w, acts) || has_any(before, acts);
}

static enum says
says_of(struct piece w, struct piece before, const char *behind, bool firm)
{
	/* "기사님이 방문하실 예정입니다" honours one of ours. */
	if (has_any(w, adverbs) || (ends(w, "실") && starts(behind, "예정")))
		return SAYS_NOTHING;
	if (ends(w, "실") && starts(behind, "수 있"))
		return starts(behind, "수 있습니다") && !(starts(w.at, "받") || starts(w.at, "보"))
			       ? SAYS_ASKED
			       : SAYS_NOTHING;
	if (ends(w, "수") && starts(behind, "있습니다"))
		return has(before, "받으실") || has(before, "보실") ? SAYS_OURS : SAYS_OTHER;
	if (has_any(w, asked))
		return SAYS_ASKED;
	if (has_any(w, reported))
		return starts_any(behind, promising) ? SAYS_OURS : SAYS_OTHER;
	if (has_past(w) || has_any(w, others) || is_condition(w) || ends(w, "야"))
		return SAYS_OTHER;
	if (ends_any(w, promising) || has(w, "겠") || intends(w, behind))
		return SAYS_OURS;
	if (firm && plans(w, before))
		return SAYS_OURS;
	if (ends(w, "니다") || ends(w, "이며") || ends(w, "에요") || describes(w, behind))
		return SAYS_OTHER;
	return SAYS_NOTHING;
}

/* Where the last of the words begins in a stretch, counted from 1; 0: none does. */
static size_t
last_of(struct piece w, const char *const *words)
{
	size_t last = 0;

	for (; *words; words++)
		for (struct piece rest = w; has(rest, *words);) {
			const char *at = memmem(rest.at, rest.len, *words, strlen(*words));

			last = (size_t)(at - w.at) + 1 > last ? (size_t)(at - w.at) + 1 : last;
			rest.len -= (size_t)(at + 1 - rest.at);
			rest.at = at + 1;
		}
	return last;
}

/* Whether a mail keeps what is said from `from` to the end of its verb. */
static bool
by_mail(const char *from, struct piece verb)
{
	struct piece all = { from, (size_t)(verb.at + verb.len - from) };

	return last_of(all, mail_words) > last_of(all, things_done) && !has_any(all, voice_words);
}

/* A verb of ours that another one follows: "발송해 드리고,". */
static bool
closes_clause(struct piece w, struct piece before, const char *behind)
{
	return (ends(w, "고") || ends(w, "며")) && behind[-1] == ' ' && behind[-2] == ',' &&
	       (has_any(w, acts) || has_any(w, mail_words) || has_any(before, acts) ||
		has_any(before, mail_words));
}

/*
 * What is between a due time and the next one: a verb of its own, and whether a mail keeps that.
 * "오늘 연락드리고 금요일까지 보내겠습니다" promises two things, "오늘 확인해 보고 내일
 * 연락드리겠습니다" and "금요일, 늦어도 월요일까지" one.
 */
static bool
own_verb(const struct due_words *due, const char *limit, struct piece w, bool *ret_mail)
{
	struct piece between = { due->end, (size_t)(limit - due->end) };

	*ret_mail = by_mail(due->end, w);
	return due->firm ? w.len > 0 && w.at < limit : has_any(between, deeds);
}

/* Reads what stands behind a due time; limit: the next due time, or NULL. */
static bool
is_ours(const struct due_words *due, const char *limit, bool *ret_mail)
{
	struct piece before = { due->end, 0 };
	const char *s = spaces_skip(due->end), *behind;
	bool settled = false; /* its own verb was met; only the tense of the last one is open */

	if (!due->firm && starts_any(s, dated))
		return false;
	for (unsigned n = 0; *s && n < WORDS_BEHIND; n++, s = behind) {
		struct piece w = piece_at(s);
		enum says says;

		behind = spaces_skip(s + strcspn(s, " "));
		if (limit && s >= limit && !settled) /* nothing but marks between */
			return false;
		says = says_of(w, before, behind, due->firm);
		if (says == SAYS_OURS) {
			if (!settled)
				*ret_mail = by_mail(due->end, w);
			return true;
		}
		if (says != SAYS_NOTHING && !settled)
			return false;
		if (!settled && limit && behind >= limit) {
			if (!own_verb(due, limit, w, ret_mail))
				return false;
			settled = true;
		} else if (!settled && closes_clause(w, before, behind)) {
			*ret_mail = by_mail(due->end, w);
			settled = true;
		}
		if (w.len > 0)
			before = w;
	}
	return false;
}

/* Whether what stands before a count of days says that it begins later. */
static bool
begins_not_now(const char *sentence, const char *start)
{
	struct piece before = { sentence, (size_t)(start - sentence) };
	const char *s = sentence;

	if (has_any(before, begins_later))
		return true;
	while (s < start) {
		if (is_condition(piece_at(s)))
			return true;
		s = spaces_skip(s + strcspn(s, " "));
	}
	return false;
}

static bool
named_once(const char *sentence, const struct due_words *due)
{
	const char *end = due->start, *s;

	while (end > sentence && end[-1] == ' ')
		end--;
	for (s = end; s > sentence && s[-1] != ' ';)
		s--;
	if (starts_any(s, not_once))
		return false;
	/* "오전 9시부터 오후 6시까지" are hours; "오늘부터 3일 이내" begins now. */
	return due->counted || !ends((struct piece){ s, (size_t)(end - s) }, "부터");
}

/* The next due time at a word's start from s on. */
static bool
next_due(const char *sentence, const char *s, struct due_words *ret)
{
	for (; *s; s++)
		if (*s != ' ' && (s == sentence || strchr(" (,:", s[-1])) &&
		    due_read(s, s == sentence ? '\0' : s[-1], ret) && ret->end > s)
			return true;
	return false;
}

static bool
asks_if(const char *sentence)
{
	bool condition = false;

	for (const char *s = sentence; *s; s = spaces_skip(s + strcspn(s, " "))) {
		struct piece w = piece_at(s);

		if (condition && has_any(w, asked))
			return true;
		condition |= is_condition(w);
	}
	return false;
}

void
commitment_read_korean(const char *sentence, struct reading_of *ret)
{
	struct due_words due, later;
	bool more = next_due(sentence, sentence, &due);

	while (more && ret->count < DUES_MAX) {
		bool mail = false;

		more = next_due(sentence, due.end, &later);
		if (more)
			due_inherit(&later, &due);
		if (named_once(sentence, &due) &&
		    !(due.counted && begins_not_now(sentence, due.start)) &&
		    is_ours(&due, more ? later.start : NULL, &mail)) {
			ret->found[ret->count].words = due;
			ret->found[ret->count++].by_mail = mail;
		}
		due = later;
	}
	ret->asks_if = asks_if(sentence);
}

bool
commitment_mails_korean(const char *words)
{
	return by_mail(words, (struct piece){ words, strlen(words) });
}
