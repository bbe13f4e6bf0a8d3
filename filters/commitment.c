/*
 * commitment: see commitment.h.
 *
 * Korean ends with what is done: the verb that follows a limit says whose it is. English says who
 * first: the clause around a limit, or the one next to it, says who will do it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "commitment.h"

#include <errno.h>
#include <string.h>

#include "fold.h"
#include "sentence.h"

#define SENTENCES_MAX 2000 /* of one mail */
#define DUES_MAX 8         /* of one sentence */

/* Endings by which we bind ourselves. */
static const char *const korean_ours[] = { "겠습니다",   "겠으며",     "겠고",       "겠사오니",
					   "겠어요",     "게요",       "드립니다",   "예정입니다",
					   "예정이며",   "예정이에요", "것입니다",   "받으실 수",
					   "받아 보실",  "받아보실",   "완료됩니다", "처리됩니다",
					   "도착합니다", "출고됩니다", "발송됩니다", "입금됩니다",
					   NULL };
/* What says that the limit before it is somebody else's, is over, or does not hold. */
static const char *const korean_others[] = {
	"주세요", "주십시오", "주시",     "부탁", "하시",     "셔야", "시면", "시기", "어렵",
	"못",     "없",       "않",       "아니", "했",       "됐",   "었",   "였",   "드렸",
	"보냈",   "말씀하신", "요청하신", "운영", "영업시간", "까요", "려고", "싶",   NULL
};

static const char *const english_ours[] = { "i'll ",
					    "we'll ",
					    "i will ",
					    "we will ",
					    "i shall ",
					    "we shall ",
					    "i promise",
					    "we promise",
					    "i am going to ",
					    "we are going to ",
					    "i'm going to ",
					    "we're going to ",
					    "you will have ",
					    "you'll have ",
					    "you will receive ",
					    "you'll receive ",
					    "you will get ",
					    "you'll get ",
					    "you will hear ",
					    "you'll hear ",
					    "will be sent",
					    "will be shipped",
					    "will be refunded",
					    "will be delivered",
					    "will be credited",
					    "will be replaced",
					    "will be repaired",
					    "will be with you",
					    "will reach you",
					    "will call you",
					    "will write to you",
					    "will arrive",
					    NULL };
static const char *const english_others[] = {
	"please",    "could you",   "can you",        "would you",   "if ",         "once you",
	"when you",  "after you",   "as soon as you", "you need to", "you have to", "you must",
	"until you", "let us know", "let me know",    "you send",    "you reply",   "not ",
	"n't ",      "cannot",      "unable",         "never",       "would ",      "could ",
	"might ",    "may ",        "open ",          "closed",      NULL
};

static const char *const writing[] = {
	"연락",      "회신",       "답변",    "답장",       "안내",         "말씀",
	"알려 드",   "알려드",     "메일",    "write",      "get back",     "reply",
	"respond",   "email",      "e-mail",  "update you", "let you know", "hear from",
	"will hear", "'ll hear",   "or hear", "in touch",   "answer",       "come back to you",
	"tell you",  "inform you", NULL
};
static const char *const calling[] = { "전화", "통화", "phone", "call ", NULL };

struct words {
	const char *text;
	size_t len;
};

static const char *
find(struct words s, const char *word)
{
	return memmem(s.text, s.len, word, strlen(word));
}

/* Where the first of the words stands; NULL: none does. */
static const char *
first_of(struct words s, const char *const *list)
{
	const char *first = NULL;

	for (size_t i = 0; list[i]; i++) {
		const char *at = find(s, list[i]);

		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

static bool
has_hangul(struct words s)
{
	for (size_t i = 0; i + 2 < s.len; i++)
		if ((unsigned char)s.text[i] >= 0xea && (unsigned char)s.text[i] <= 0xed)
			return true;
	return false;
}

static bool
writes(struct words s)
{
	return first_of(s, writing) && !first_of(s, calling);
}

/*
 * What follows the limit: our ending must come before anything that takes it back. What holds only
 * when the customer does something first has no time yet.
 */
static bool
korean_binds(struct words sentence, const struct due_place *place)
{
	static const char *const conditions[] = { "시면 ", "으면 ", "되면 ", "하면 ", "시면,",
						  "으면,", "되면,", "하면,", NULL };
	struct words before = { sentence.text, place->start };
	struct words rest = { sentence.text + place->end, sentence.len - place->end };
	const char *ours = first_of(rest, korean_ours), *others = first_of(rest, korean_others);

	return ours && (!others || ours < others) && !first_of(before, conditions);
}

/* From the last comma, semicolon or "but" before `at` to the next one behind it. */
static struct words
clause_around(struct words s, size_t at)
{
	static const char *const ends[] = { ", ", "; ", " but ", ": " };
	size_t from = 0, to = s.len;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct words before = { s.text, at }, after = { s.text + at, s.len - at };
		const char *end;

		while ((end = find(before, ends[i]))) {
			size_t next = (size_t)(end - s.text) + strlen(ends[i]);

			from = next > from ? next : from;
			before = (struct words){ s.text + next, at > next ? at - next : 0 };
		}
		end = find(after, ends[i]);
		if (end && (size_t)(end - s.text) < to)
			to = (size_t)(end - s.text);
	}
	return (struct words){ s.text + from, to - from };
}

/* The clause that holds the limit, or when it says nothing of who, the one next to it. */
static bool
english_binds(struct words sentence, const struct due_place *place)
{
	static const char *const conditions[] = { "if ",       "once ",
						  "when you",  "as soon as you",
						  "after you", NULL };
	struct words clause = clause_around(sentence, place->start), near, before;
	size_t from = (size_t)(clause.text - sentence.text), to = from + clause.len;

	before = (struct words){ sentence.text, from };
	if (first_of(clause, english_others) || first_of(before, conditions))
		return false;
	if (first_of(clause, english_ours))
		return true;
	/* "By Friday noon, I will ...": what stands first leans on what follows. */
	near = to + 2 < sentence.len ? clause_around(sentence, to + 2) : (struct words){ "", 0 };
	if (place->start <= from + 4 && first_of(near, english_ours))
		return !first_of(near, english_others);
	/* "I will look at it, and call you by Friday"; "You will have it, or an answer, by Friday"
	 */
	return ((clause.len > 4 && memcmp(clause.text, "and ", 4) == 0) ||
		(place->start <= from + 4 && place->end + 2 >= to)) &&
	       first_of(before, english_ours) && !first_of(before, english_others);
}

static bool
is_question(struct words s)
{
	while (s.len > 0 && strchr(" \"')]", s.text[s.len - 1]))
		s.len--;
	return s.len > 0 && s.text[s.len - 1] == '?';
}

/* "- 기한: 12월 3일": a line of a plan. */
static bool
is_plan_line(struct words s)
{
	static const char *const labels[] = { "기한:", "기한 :", "by when:", "받으실 때:",
					      "when you get it:" };

	while (s.len > 0 && strchr("-*· ", s.text[0]))
		s.text++, s.len--;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (s.len > strlen(labels[i]) && memcmp(s.text, labels[i], strlen(labels[i])) == 0)
			return true;
	return false;
}

/* The limit by which a sentence binds us. */
static bool
binds(struct words s, struct due *ret)
{
	bool korean = has_hangul(s);
	struct due_place place;
	size_t from = 0;

	if (is_question(s))
		return false;
	for (int i = 0; i < DUES_MAX && due_next(s.text, s.len, from, &place); i++) {
		if (is_plan_line(s) ||
		    (korean ? korean_binds(s, &place) : english_binds(s, &place))) {
			*ret = place.due;
			return true;
		}
		from = place.end;
	}
	return false;
}

/* The sentence as one line, cut between characters. NULL: out of memory. */
static const char *
one_line(struct arena *arena, const char *text, size_t len)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < len && out.len < COMMITMENT_TEXT_MAX; i++) {
		bool blank = strchr(" \t\r\n", text[i]) != NULL;

		if (!blank)
			buf_add(&out, text + i, 1);
		else if (out.len > 0 && out.at[out.len - 1] != ' ')
			buf_add(&out, " ", 1);
	}
	if (out.len == COMMITMENT_TEXT_MAX)
		while (out.len > 0 && ((unsigned char)out.at[out.len - 1] & 0xc0) == 0x80)
			out.len--;
	if (out.len > 0 &&
	    ((unsigned char)out.at[out.len - 1] >= 0xc0 || out.at[out.len - 1] == ' '))
		out.len--;
	return buf_string(&out);
}

/* 1: it is one; 0: not. */
static int
look_at(struct arena *arena, const char *text, size_t before, size_t at, size_t len,
	struct commitment *ret)
{
	struct folded folded;
	struct words s;
	int r = fold_text(arena, VIEW_FOLDED, text + at, len, &folded);

	if (r < 0)
		return r;
	s = (struct words){ folded.text, folded.len };
	if (!binds(s, &ret->due))
		return 0;
	ret->offset = at;
	ret->length = len;
	ret->by_mail = writes(s);
	/* What is due stands in the line above its date. */
	if (is_plan_line(s))
		ret->text = one_line(arena, text + before, at + len - before);
	else
		ret->text = one_line(arena, text + at, len);
	return ret->text ? 1 : -ENOMEM;
}

int
commitments_find(struct arena *arena, const char *text, size_t len, struct commitment **ret,
		 size_t *ret_count)
{
	struct commitment *list = arena_calloc(arena, COMMITMENTS_MAX, sizeof(*list));
	size_t at = 0, before = 0, count = 0;

	if (!list)
		return -ENOMEM;
	for (int i = 0; i < SENTENCES_MAX && at < len && count < COMMITMENTS_MAX; i++) {
		size_t from, size;
		int r;

		at += strspn(text + at, " \t\r\n");
		if (at >= len)
			break;
		sentence_around(text, len, at, 1, &from, &size);
		if (from < at) { /* what lies before was looked at */
			size -= size > at - from ? at - from : size;
			from = at;
		}
		size = size ? size : 1;
		r = look_at(arena, text, before, from, size, &list[count]);
		if (r < 0)
			return r;
		count += (size_t)r;
		before = from;
		at = from + size;
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

int
commitment_by_mail(struct arena *arena, const char *text, bool *ret)
{
	struct folded folded;
	int r = fold_text(arena, VIEW_FOLDED, text, strlen(text), &folded);

	if (r == 0)
		*ret = writes((struct words){ folded.text, folded.len });
	return r;
}
