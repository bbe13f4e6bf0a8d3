/*
 * verdict: scores, evidence, `unless`, three values, budgets; the same with and without gate and
 * JIT.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/verdict.h"
#include "tests/rules_help.h"

static struct arena *arena;
static struct judge *judge;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	judge = judge_new();
	return arena == NULL || judge == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	judge_free(judge);
	arena_free(arena);
	return 0;
}

static struct verdict *
judged(const struct ruleset *set, const struct message *m)
{
	struct verdict *v = NULL;

	assert_int_equal(judge_message(judge, set, m, NULL, &v), 0);
	return v;
}

static struct verdict *
judged_body(const struct ruleset *set, const char *body)
{
	return judged(set, help_message(arena, "", body));
}

static const char traps[] =
	"define:\n"
	"  act: '(?:하겠|할\\s*(?:거|것|테|예정)|합니다|할게|한다)'\n"
	"rules:\n"
	"  - id: sue\n    flag: threat.legal\n    score: 6\n    why: says that they will sue\n"
	"    match: ['고소\\s*{act}', '내용\\s*증명.{0,12}보내']\n"
	"    unless: ['고소한\\s*(?:맛|향)', '고소\\s*당']\n"
	"  - id: swear\n    flag: abuse.profanity\n    match: ['시발', 'ㅅㅂ', '개새끼']\n"
	"  - id: swear2\n    flag: abuse.profanity\n    view: squeezed\n    match: ['시발', "
	"'fuck']\n    unless: ['시 발표']\n"
	"  - id: exact\n    flag: signal.churn\n    view: plain\n    match: 'BYE'\n"
	"  - id: refund\n    flag: demand.refund\n    match: 환불\n"
	"  - id: extortion\n    flag: extortion\n    when: threat and demand\n";

static flag_set
hits(const struct ruleset *set, const char *body)
{
	return verdict_hits(judged_body(set, body));
}

static void
korean_traps(void **state)
{
	static const char *const swearing[] = {
		"시발",      "ㅅㅂ",       "\u1109\u1107",   "\u1109\u1175\u1107\u1161\u11af",
		"시1발",     "시\u200b발", "ㅅㅣㅂㅏㄹ",     "ㄱㅐㅅㅐㄲㅣ",
		"시.발",     "시 ♡ 발",    "ＦＵＣＫ",       "f u c k",
		"fu\u0441k", "f\u0301uck", "ㅅ ㅣ ㅂ ㅏ ㄹ",
	};
	static const char *const clean[] = { "ㅅ",       "도시", "발",    "시장",
					     "ㅋㅋㅋㅋ", "",     "flick", "bye" };
	struct ruleset *set = help_sound_set(traps);

	(void)state;
	for (size_t i = 0; i < sizeof(swearing) / sizeof(swearing[0]); i++)
		assert_int_equal(hits(set, swearing[i]), 1u << FLAG_ABUSE_PROFANITY);
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
		assert_int_equal(hits(set, clean[i]), 0);
	assert_int_equal(hits(set, "고소하겠습니다"), 1u << FLAG_THREAT_LEGAL);
	assert_int_equal(hits(set, "맛이 고소합니다. 고소한 맛이에요"), 1u << FLAG_THREAT_LEGAL);
	assert_int_equal(hits(set, "고소한 맛이라 고소합니다"), 0);
	assert_int_equal(hits(set, "고소한 맛은 좋아요. 그래도 고소하겠습니다."),
			 1u << FLAG_THREAT_LEGAL);
	assert_int_equal(hits(set, "BYE"), 1u << FLAG_SIGNAL_CHURN);
	ruleset_unref(set);
}

static void
evidence(void **state)
{
	const char *body = "안녕하세요.\n\n환불 안 되면  고\u200b소 하겠습니다. 시.1.발";
	struct ruleset *set = help_sound_set(traps);
	struct verdict *v = judged_body(set, body);
	const struct evidence *e = v->flags[FLAG_THREAT_LEGAL].evidence;

	(void)state;
	assert_int_equal(v->flags[FLAG_THREAT_LEGAL].evidence_count, 1);
	assert_string_equal(e->rule, "sue");
	assert_string_equal(e->file, "test.yaml");
	assert_int_equal(e->line, 4);
	assert_string_equal(e->why, "says that they will sue");
	assert_string_equal(e->part, "body");
	assert_string_equal(e->text, "고\u200b소 하겠");
	assert_memory_equal(body + e->offset, e->text, e->length);
	assert_true(e->score == 6);
	assert_true(v->flags[FLAG_THREAT_LEGAL].score == 6);
	assert_true(v->flags[FLAG_THREAT_LEGAL].threshold == THRESHOLD_DEFAULT);
	assert_string_equal(v->flags[FLAG_ABUSE_PROFANITY].evidence[0].text, "시.1.발");
	assert_int_equal(v->flags[FLAG_EXTORTION].answer, ANSWER_HIT);
	assert_int_equal(v->flags[FLAG_EXTORTION].evidence_count, 1);
	assert_string_equal(v->flags[FLAG_EXTORTION].evidence[0].text, "");
	assert_string_equal(v->ruleset_hash, ruleset_hash(set));
	assert_false(v->incomplete);
	ruleset_unref(set);
}

static void
evidence_of_a_cut_up_body(void **state)
{
	static struct segment segments[] = { { SEGMENT_NEW, 0, 6 },
					     { SEGMENT_QUOTED, 6, 13 },
					     { SEGMENT_NEW, 19, 14 },
					     { SEGMENT_SIGNATURE, 33, 6 } };
	const char *body = "hello\n> refund me \nnow refund me\nrefund";
	struct ruleset *set = help_sound_set(
		"rules:\n"
		"  - {id: a, flag: demand.refund, match: refund}\n"
		"  - {id: q, flag: signal.churn, in: [quoted], match: refund}\n"
		"  - {id: s, flag: signal.repeat, in: [signature], match: refund}\n");
	struct message *m = help_message(arena, "", body);
	struct verdict *v;

	(void)state;
	m->segments = segments;
	m->segment_count = 4;
	v = judged(set, m);
	assert_int_equal(v->flags[FLAG_DEMAND_REFUND].evidence_count, 1);
	assert_int_equal(v->flags[FLAG_DEMAND_REFUND].evidence[0].offset, 23);
	assert_string_equal(v->flags[FLAG_DEMAND_REFUND].evidence[0].text, "refund");
	assert_string_equal(v->flags[FLAG_SIGNAL_CHURN].evidence[0].part, "quoted");
	assert_int_equal(v->flags[FLAG_SIGNAL_CHURN].evidence[0].offset, 8);
	assert_int_equal(v->flags[FLAG_SIGNAL_REPEAT].evidence[0].offset, 33);
	ruleset_unref(set);
}

static void
every_part(void **state)
{
	static struct address from[] = { { "Angry Man", "a@example.com" },
					 { "", "b@example.org" } };
	static const char *names[] = { "photo.jpg", "lawsuit.pdf" };
	static struct header headers[] = {
		{ { "x-Test", 6 }, { "one", 3 }, "one" },
		{ { "Other", 5 }, { "x", 1 }, "x" },
		{ { "X-TEST", 6 }, { "two", 3 }, "two" },
	};
	struct ruleset *set = help_sound_set(
		"rules:\n"
		"  - {id: f, flag: threat.legal, in: [from], match: 'man <a@'}\n"
		"  - {id: a, flag: threat.menace, in: [attachment-name], match: 'jpg "
		"lawsuit\\.pdf'}\n"
		"  - {id: h, flag: demand.refund, in: ['header:X-Test'], match: 'one two'}\n"
		"  - {id: s, flag: signal.churn, in: [subject], match: 'Bye'}\n"
		"  - {id: n, flag: signal.repeat, in: ['header:Missing'], match: '..'}\n");
	struct message *m = help_message(arena, "bye", "");
	struct verdict *v;

	(void)state;
	m->from = (struct addresses){ from, 2 };
	m->attachment_names = names;
	m->attachment_count = 2;
	m->headers = headers;
	m->header_count = 3;
	v = judged(set, m);
	assert_int_equal(verdict_hits(v), 1u << FLAG_THREAT_LEGAL | 1u << FLAG_THREAT_MENACE |
						  1u << FLAG_DEMAND_REFUND |
						  1u << FLAG_SIGNAL_CHURN);
	assert_string_equal(v->flags[FLAG_DEMAND_REFUND].evidence[0].part, "header:X-Test");
	assert_string_equal(v->flags[FLAG_DEMAND_REFUND].evidence[0].text, "one\ntwo");
	ruleset_unref(set);
}

static void
scores_add_up_once_a_rule(void **state)
{
	struct ruleset *set = help_sound_set(
		"rules:\n"
		"  - {id: a, flag: abuse.insult, score: 3, match: aa}\n"
		"  - {id: b, flag: abuse.insult, score: 2, match: bb}\n"
		"  - {id: c, flag: abuse.insult, score: -1, match: cc}\n"
		"  - {id: d, flag: abuse.insult, score: 50, match: dd, state: shadow}\n");
	double thresholds[FLAG_COUNT];
	struct verdict *v;

	(void)state;
	v = judged_body(set, "aa aa aa");
	assert_true(v->flags[FLAG_ABUSE_INSULT].score == 3);
	assert_int_equal(v->flags[FLAG_ABUSE_INSULT].answer, ANSWER_CLEAR);
	assert_int_equal(v->flags[FLAG_ABUSE_INSULT].evidence_count, 3);
	assert_int_equal(judged_body(set, "aa bb")->flags[FLAG_ABUSE_INSULT].answer, ANSWER_HIT);
	assert_int_equal(judged_body(set, "aa bb cc")->flags[FLAG_ABUSE_INSULT].answer,
			 ANSWER_CLEAR);
	v = judged_body(set, "dd");
	assert_int_equal(v->flags[FLAG_ABUSE_INSULT].answer, ANSWER_CLEAR);
	assert_int_equal(v->flags[FLAG_ABUSE_INSULT].evidence_count, 0);
	assert_int_equal(v->shadow_hits, 1);
	for (int f = 0; f < FLAG_COUNT; f++)
		thresholds[f] = 3;
	assert_int_equal(judge_message(judge, set, help_message(arena, "", "aa"), thresholds, &v),
			 0);
	assert_int_equal(v->flags[FLAG_ABUSE_INSULT].answer, ANSWER_HIT);
	assert_true(v->flags[FLAG_ABUSE_INSULT].threshold == 3);
	ruleset_unref(set);
}

static void
evidence_is_bounded(void **state)
{
	struct ruleset *set =
		help_sound_set("rules:\n  - {id: a, flag: abuse.insult, match: ab}\n");
	char body[4 * LIMIT_MATCHES_PER_RULE + 1];

	(void)state;
	for (int i = 0; i < LIMIT_MATCHES_PER_RULE; i++)
		memcpy(body + 2 * i, "ab", 3);
	assert_int_equal(judged_body(set, body)->flags[FLAG_ABUSE_INSULT].evidence_count,
			 LIMIT_MATCHES_PER_RULE);
	strcat(body, "abab");
	assert_int_equal(judged_body(set, body)->flags[FLAG_ABUSE_INSULT].evidence_count,
			 LIMIT_MATCHES_PER_RULE);
	ruleset_unref(set);
}

/* A word read otherwise is found where it stands, once, in folded and squeezed but not in plain. */
static void
words_read_otherwise(void **state)
{
	struct ruleset *set = help_sound_set(
		"rules:\n"
		"  - {id: a, flag: abuse.profanity, score: 5, match: '(?<![a-z])shit', unless: "
		"'shop'}\n"
		"  - {id: b, flag: abuse.insult, score: 5, view: squeezed, match: idiot}\n"
		"  - {id: c, flag: threat.menace, score: 5, view: plain, match: shit}\n");
	struct verdict *v;

	(void)state;
	v = judged_body(set, "What sh1t. Shit! You 1diot.");
	assert_int_equal(verdict_hits(v), 1u << FLAG_ABUSE_PROFANITY | 1u << FLAG_ABUSE_INSULT);
	assert_int_equal(v->flags[FLAG_ABUSE_PROFANITY].evidence_count, 2);
	assert_string_equal(v->flags[FLAG_ABUSE_PROFANITY].evidence[0].text, "sh1t");
	assert_int_equal(v->flags[FLAG_ABUSE_PROFANITY].evidence[0].offset, 5);
	assert_string_equal(v->flags[FLAG_ABUSE_INSULT].evidence[0].text, "1diot");
	/* `unless` holds in readings, too. */
	assert_int_equal(hits(set, "The sh1t shop. A ship."), 0);
	ruleset_unref(set);
}

static void
language_guard(void **state)
{
	struct ruleset *set = help_sound_set(
		"rules:\n  - {id: a, flag: abuse.insult, match: gift, language: en}\n");
	struct message *m = help_message(arena, "", "gift");

	(void)state;
	assert_int_equal(verdict_hits(judged(set, m)), 0);
	m->language = "ko";
	assert_int_equal(verdict_hits(judged(set, m)), 0);
	m->language = "en";
	assert_int_equal(verdict_hits(judged(set, m)), 1u << FLAG_ABUSE_INSULT);
	ruleset_unref(set);
}

static void
message_that_was_cut_is_incomplete(void **state)
{
	struct ruleset *set = help_sound_set(traps);
	struct message *m = help_message(arena, "", "hello");

	(void)state;
	m->notes = NOTE_CUT_TEXT;
	assert_true(judged(set, m)->incomplete);
	m->notes = NOTE_BROKEN_TEXT;
	assert_false(judged(set, m)->incomplete);
	ruleset_unref(set);
}

/* Each blows up on a long row of a, in its own way. */
static const char catastrophic[] = "rules:\n"
				   "  - {id: a, flag: threat.legal, match: '(a+)+b'}\n"
				   "  - {id: b, flag: threat.menace, match: '(?:a|aa)*c'}\n"
				   "  - {id: c, flag: demand.refund, match: 'a.*a.*a.*a.*a.*d'}\n"
				   "  - {id: d, flag: signal.churn, match: '(a|a)*(a|a)*e'}\n"
				   "  - {id: e, flag: signal.repeat, match: xx}\n"
				   "  - {id: x, flag: extortion, when: not threat.legal}\n";

static void
expect_catastrophe(bool jit, bool gate)
{
	static char body[20001];
	struct problems p = { 0 };
	struct ruleset *set = help_set(catastrophic, jit, gate, &p);
	struct verdict *v;

	memset(body, 'a', sizeof(body) - 6);
	strcpy(body + sizeof(body) - 6, "b c");
	memcpy(body, "xx", 2);
	/*
	 * the ends are out of reach of the rows of a before them, so that start optimisations do
	 * not save the day
	 */
	memcpy(body + sizeof(body) - 15, "\n-\n", 3);
	strcpy(body + sizeof(body) - 12, "bx cx dx ex");
	v = judged_body(set, body);
	assert_int_equal(v->flags[FLAG_SIGNAL_REPEAT].answer, ANSWER_HIT);
	assert_int_equal(v->flags[FLAG_THREAT_LEGAL].answer, ANSWER_UNDETERMINED);
	assert_int_equal(v->flags[FLAG_DEMAND_REFUND].answer, ANSWER_UNDETERMINED);
	assert_int_equal(v->flags[FLAG_SIGNAL_CHURN].answer, ANSWER_UNDETERMINED);
	assert_int_equal(v->flags[FLAG_EXTORTION].answer, ANSWER_UNDETERMINED);
	assert_true(v->undetermined_count >= 4);
	assert_true(v->incomplete);
	assert_true(v->steps <= LIMIT_MESSAGE_STEPS);
	ruleset_unref(set);
	problems_free(&p);
}

static void
catastrophic_patterns_are_undetermined(void **state)
{
	(void)state;
	expect_catastrophe(true, true);
	expect_catastrophe(true, false);
	expect_catastrophe(false, true);
	expect_catastrophe(false, false);
}

static void
undetermined_only_where_it_matters(void **state)
{
	static char body[5001];
	struct ruleset *set =
		help_sound_set("rules:\n"
			       "  - {id: a, flag: threat.legal, score: 5, match: 'hit'}\n"
			       "  - {id: b, flag: threat.legal, score: 5, match: '(a+)+b'}\n"
			       "  - {id: c, flag: threat.menace, score: 2, match: '(a+)+b'}\n"
			       "  - {id: d, flag: demand.refund, score: 5, match: 'hit'}\n"
			       "  - {id: e, flag: demand.refund, score: -1, match: '(a+)+b'}\n");
	struct verdict *v;

	(void)state;
	memset(body, 'a', sizeof(body) - 1);
	memcpy(body, "hit ", 4);
	strcpy(body + sizeof(body) - 6, " - b");
	v = judged_body(set, body);
	assert_int_equal(v->undetermined_count, 3);
	assert_int_equal(v->flags[FLAG_THREAT_LEGAL].answer, ANSWER_HIT);
	assert_int_equal(v->flags[FLAG_THREAT_MENACE].answer, ANSWER_CLEAR);
	assert_int_equal(v->flags[FLAG_DEMAND_REFUND].answer, ANSWER_UNDETERMINED);
	assert_int_equal(verdict_undetermined(v), 1u << FLAG_DEMAND_REFUND);
	ruleset_unref(set);
}

static void
undetermined_unless_leaves_the_match_undetermined(void **state)
{
	static char body[1501];
	struct ruleset *set = help_sound_set(
		"rules:\n  - {id: a, flag: threat.legal, match: 'hit', unless: '(a+)+b'}\n");

	(void)state;
	memset(body, 'a', sizeof(body) - 1);
	memcpy(body, "hit ", 4);
	strcpy(body + sizeof(body) - 6, " - b");
	assert_int_equal(judged_body(set, body)->flags[FLAG_THREAT_LEGAL].answer,
			 ANSWER_UNDETERMINED);
	ruleset_unref(set);
}

static void
budget_of_a_message(void **state)
{
	char *yaml = malloc(100000), *body = malloc(LIMIT_TEXT_BYTES + 1);
	size_t at = (size_t)sprintf(yaml, "rules:\n");
	struct problems p = { 0 };
	struct ruleset *set;
	struct verdict *v;

	(void)state;
	for (int i = 0; i < 1000; i++)
		at += (size_t)sprintf(
			yaml + at,
			"  - {id: r%d, flag: threat.legal, match: '[x-z][0-9][x-z]%d'}\n", i, i);
	set = help_set(yaml, true, false, &p);
	memset(body, 'a', LIMIT_TEXT_BYTES);
	body[LIMIT_TEXT_BYTES] = '\0';
	v = judged_body(set, body);
	assert_int_equal(v->steps, LIMIT_MESSAGE_STEPS);
	assert_true(v->undetermined_count > 0);
	assert_int_equal(v->flags[FLAG_THREAT_LEGAL].answer, ANSWER_UNDETERMINED);
	arena_reset(arena);
	ruleset_unref(set);
	problems_free(&p);
	free(yaml);
	free(body);
}

/* Random mails out of what the rules are about: every way of running must say the same. */
static void
same_verdict_every_way(void **state)
{
	static const char *const pieces[] = {
		"고소", "하겠", "합니다", " ",    ". ",  "\n",        "시",      "발",   "ㅅ",
		"ㅂ",   "ㅣ",   "1",      "환불", "맛",  "고소한 맛", "당",      "내용", "증명",
		"보내", "f",    "uck",    "BYE",  "bye", "개새끼",    "시 발표", "a",    "\u200b",
	};
	static const bool ways[][2] = {
		{ true, true }, { true, false }, { false, true }, { false, false }
	};
	struct problems p = { 0 };
	struct ruleset *sets[4];
	char body[1024];

	(void)state;
	for (int w = 0; w < 4; w++)
		sets[w] = help_set(traps, ways[w][0], ways[w][1], &p);
	srand(11);
	for (int round = 0; round < 1500; round++) {
		struct verdict *first = NULL;
		size_t len = 0;

		body[0] = '\0';
		for (int n = rand() % 40; n > 0; n--) {
			strcpy(body + len,
			       pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
			len += strlen(body + len);
		}
		for (int w = 0; w < 4; w++) {
			struct verdict *v = judged_body(sets[w], body);

			if (first == NULL)
				first = v;
			for (int f = 0; f < FLAG_COUNT; f++) {
				assert_int_equal(v->flags[f].answer, first->flags[f].answer);
				assert_int_equal(v->flags[f].evidence_count,
						 first->flags[f].evidence_count);
				for (size_t i = 0; i < v->flags[f].evidence_count; i++) {
					assert_int_equal(v->flags[f].evidence[i].offset,
							 first->flags[f].evidence[i].offset);
					assert_string_equal(v->flags[f].evidence[i].text,
							    first->flags[f].evidence[i].text);
				}
			}
		}
		arena_reset(arena);
	}
	for (int w = 0; w < 4; w++)
		ruleset_unref(sets[w]);
	problems_free(&p);
}

/* White space behind the last word is not part of what was said. */
static void
the_end_is_the_last_word(void **state)
{
	struct ruleset *set =
		help_sound_set("rules:\n"
			       "  - {id: a, flag: abuse.insult, match: 'idiots$'}\n"
			       "  - {id: b, flag: signal.churn, view: plain, match: 'Bye\\.$'}\n");
	const struct evidence *e;

	(void)state;
	assert_int_equal(hits(set, "You idiots"), 1u << FLAG_ABUSE_INSULT);
	assert_int_equal(hits(set, "You idiots\n\n \n"), 1u << FLAG_ABUSE_INSULT);
	assert_int_equal(hits(set, "You 1diots \n"), 1u << FLAG_ABUSE_INSULT);
	assert_int_equal(hits(set, "Bye.\n\n"), 1u << FLAG_SIGNAL_CHURN);
	assert_int_equal(hits(set, "idiots here\n"), 0);
	e = judged_body(set, "You idiots\n")->flags[FLAG_ABUSE_INSULT].evidence;
	assert_string_equal(e->text, "idiots");
	ruleset_unref(set);
}

static void
all_in_a_sentence_or_near(void **state)
{
	struct ruleset *set = help_sound_set(
		"rules:\n"
		"  - id: a\n    flag: threat.legal\n    match: [court, judge]\n"
		"    all: ['(?:see|meet) you', soon]\n    unless: tennis\n"
		"  - id: b\n    flag: signal.churn\n    all: [고객센터, '전화.{0,4}안 받']\n"
		"  - id: c\n    flag: signal.repeat\n    within: 5\n    match: 세\n    all: "
		"번째\n");

	(void)state;
	assert_int_equal(hits(set, "I will see you in court soon"), 1u << FLAG_THREAT_LEGAL);
	assert_int_equal(hits(set, "The judge will meet you soon."), 1u << FLAG_THREAT_LEGAL);
	assert_int_equal(hits(set, "I will see you in court. Soon."), 0);
	assert_int_equal(hits(set, "I will see you on the tennis court soon"), 0);
	assert_int_equal(hits(set, "전화를 왜 안 받나요, 고객센터에서"), 1u << FLAG_SIGNAL_CHURN);
	assert_int_equal(hits(set, "고객센터입니다. 전화를 안 받아요"), 0);
	assert_int_equal(hits(set, "벌써 세 번째"), 1u << FLAG_SIGNAL_REPEAT);
	assert_int_equal(hits(set, "벌써 세 통 째 번째"), 0);
	assert_int_equal(hits(set, "번째. 세"), 1u << FLAG_SIGNAL_REPEAT);
	ruleset_unref(set);
}

static void
several_matches_up_to_max(void **state)
{
	struct ruleset *set = help_sound_set("rules:\n"
					     "  - id: a\n    flag: threat.menace\n    score: 2\n"
					     "    max: 5\n    match: [bad, 'b[a]d']\n"
					     "  - id: b\n    flag: threat.menace\n    score: -1\n"
					     "    max: -2\n    match: sorry\n");
	struct verdict *v;

	(void)state;
	v = judged_body(set, "bad");
	assert_true(v->flags[FLAG_THREAT_MENACE].score == 2);
	assert_int_equal(v->flags[FLAG_THREAT_MENACE].evidence_count,
			 1); /* two patterns, a place */
	v = judged_body(set, "bad bad");
	assert_true(v->flags[FLAG_THREAT_MENACE].score == 4);
	assert_int_equal(v->flags[FLAG_THREAT_MENACE].answer, ANSWER_CLEAR);
	v = judged_body(set, "bad bad bad bad");
	assert_true(v->flags[FLAG_THREAT_MENACE].score == 5);
	assert_true(v->flags[FLAG_THREAT_MENACE].evidence[3].score == 5);
	assert_int_equal(v->flags[FLAG_THREAT_MENACE].answer, ANSWER_HIT);
	v = judged_body(set, "bad bad bad sorry sorry sorry");
	assert_true(v->flags[FLAG_THREAT_MENACE].score == 3);
	ruleset_unref(set);
}

static void
rules_expire(void **state)
{
	struct ruleset *set = help_sound_set("rules:\n  - id: a\n    flag: signal.churn\n"
					     "    match: bye\n    expires: 2026-12-31\n");

	(void)state;
	assert_int_equal(hits(set, "bye"), 1u << FLAG_SIGNAL_CHURN);
	judge_set_day(judge, 20261231);
	assert_int_equal(hits(set, "bye"), 1u << FLAG_SIGNAL_CHURN);
	judge_set_day(judge, 20270101);
	assert_int_equal(hits(set, "bye"), 0);
	judge_set_day(judge, 0);
	ruleset_unref(set);
}

static void
guarded_by_a_header(void **state)
{
	static const char mail[] = "From: a@b.example\r\nX-Form: Contact us\r\n\r\nbye\r\n";
	struct ruleset *set = help_sound_set(
		"rules:\n  - id: a\n    flag: signal.churn\n    header: {x-form: contact}\n"
		"    match: bye\n    test: {hit: bye}\n"
		"  - id: b\n    flag: signal.repeat\n    header: {x-form: contact, x-other: '.'}\n"
		"    match: bye\n");
	struct message *m;

	(void)state;
	assert_int_equal(hits(set, "bye"), 0);
	assert_int_equal(message_read(arena, mail, sizeof(mail) - 1, false, &m), 0);
	assert_int_equal(verdict_hits(judged(set, m)), 1u << FLAG_SIGNAL_CHURN);
	ruleset_unref(set);
}

static void
names_of_answers(void **state)
{
	(void)state;
	assert_string_equal(answer_name(ANSWER_CLEAR), "clear");
	assert_string_equal(answer_name(ANSWER_HIT), "hit");
	assert_string_equal(answer_name(ANSWER_UNDETERMINED), "undetermined");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(korean_traps),
		cmocka_unit_test(evidence),
		cmocka_unit_test(evidence_of_a_cut_up_body),
		cmocka_unit_test(every_part),
		cmocka_unit_test(scores_add_up_once_a_rule),
		cmocka_unit_test(evidence_is_bounded),
		cmocka_unit_test(words_read_otherwise),
		cmocka_unit_test(language_guard),
		cmocka_unit_test(message_that_was_cut_is_incomplete),
		cmocka_unit_test(catastrophic_patterns_are_undetermined),
		cmocka_unit_test(undetermined_only_where_it_matters),
		cmocka_unit_test(undetermined_unless_leaves_the_match_undetermined),
		cmocka_unit_test(budget_of_a_message),
		cmocka_unit_test(same_verdict_every_way),
		cmocka_unit_test(the_end_is_the_last_word),
		cmocka_unit_test(all_in_a_sentence_or_near),
		cmocka_unit_test(several_matches_up_to_max),
		cmocka_unit_test(rules_expire),
		cmocka_unit_test(guarded_by_a_header),
		cmocka_unit_test(names_of_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
