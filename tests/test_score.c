/*
 * test_score: what counts as right, false and missed, and which rules are to blame.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daemon/score.h"

static struct score score;
static struct verdict verdict;
static struct evidence evidence[4];

static int
setup(void **state)
{
	(void)state;
	memset(&verdict, 0, sizeof(verdict));
	return score_begin(&score, 2);
}

static int
teardown(void **state)
{
	(void)state;
	score_free(&score);
	return 0;
}

static flag_set
set(const char *name)
{
	return flag_set_by_name(name);
}

/* The flag hits by these rules, with their scores; threshold 5. */
static void
hit(enum flag f, size_t count, ...)
{
	struct flag_verdict *v = &verdict.flags[f];
	va_list ap;

	*v = (struct flag_verdict){ .threshold = 5, .evidence = evidence, .evidence_count = count };
	va_start(ap, count);
	for (size_t i = 0; i < count; i++) {
		const char *rule = va_arg(ap, const char *);

		evidence[i] = (struct evidence){
			.rule = rule, .file = "x.yaml", .line = 1, .score = va_arg(ap, double)
		};
		if (i == 0 || strcmp(rule, evidence[i - 1].rule) != 0)
			v->score += evidence[i].score;
	}
	va_end(ap);
	v->answer = v->score >= 5 ? ANSWER_HIT : ANSWER_CLEAR;
}

static void
add(const struct label *label)
{
	assert_int_equal(score_add(&score, 0, label, &verdict), 0);
}

static void
check(const struct count *c, size_t mails, size_t tp, size_t fp, size_t fn, size_t undetermined)
{
	assert_int_equal(c->mails, mails);
	assert_int_equal(c->tp, tp);
	assert_int_equal(c->fp, fp);
	assert_int_equal(c->fn, fn);
	assert_int_equal(c->undetermined, undetermined);
}

static void
flags_count_one_by_one(void **state)
{
	struct label label = { .present = set("threat.legal") | set("threat.menace") };

	(void)state;
	label.absent = label_flags() & ~label.present;
	hit(FLAG_THREAT_LEGAL, 1, "a", 6.0);
	verdict.flags[FLAG_THREAT_VIOLENCE].answer = ANSWER_HIT;
	verdict.flags[FLAG_ABUSE_HATE].answer = ANSWER_UNDETERMINED;
	verdict.flags[FLAG_EXTORTION].answer = ANSWER_HIT;
	add(&label);
	check(&score.total.families[0], 1, 1, 1, 1, 0);
	check(&score.total.families[1], 1, 0, 0, 0, 1);
	check(&score.total.flags[FLAG_THREAT_LEGAL], 1, 1, 0, 0, 0);
	check(&score.total.flags[FLAG_THREAT_VIOLENCE], 1, 0, 1, 0, 0);
	check(&score.total.flags[FLAG_THREAT_MENACE], 1, 0, 0, 1, 0);
	check(&score.total.flags[FLAG_ABUSE_HATE], 1, 0, 0, 0, 1);
	check(&score.total.flags[FLAG_EXTORTION], 0, 0, 0, 0, 0);
	check(&score.sheets[1].families[0], 0, 0, 0, 0, 0);
	assert_int_equal(score.total.wrong, 1);
	assert_int_equal(score.flags[FLAG_THREAT_MENACE].missed, 1);
	assert_int_equal(score.flags[FLAG_THREAT_MENACE].extra[FLAG_THREAT_VIOLENCE], 1);
	assert_int_equal(score.none.mails, 0);
}

static void
what_is_not_decided_is_neither(void **state)
{
	struct label label = { .present = set("threat.legal") };

	(void)state;
	verdict.flags[FLAG_THREAT_LEGAL].answer = ANSWER_UNDETERMINED;
	add(&label);
	check(&score.total.flags[FLAG_THREAT_LEGAL], 1, 0, 0, 0, 1);
	assert_int_equal(score.total.wrong, 0);
	assert_true(count_precision(&score.total.flags[FLAG_THREAT_LEGAL]) < 0);
	assert_true(count_recall(&score.total.flags[FLAG_THREAT_LEGAL]) < 0);
}

static void
families_may_be_labelled_as_a_whole(void **state)
{
	struct label some = { .some = set("abuse"), .whole = set("abuse") };
	struct label clean = { .absent = set("abuse"), .whole = set("abuse") };

	(void)state;
	verdict.flags[FLAG_ABUSE_HATE].answer = ANSWER_HIT;
	verdict.flags[FLAG_ABUSE_INSULT].answer = ANSWER_HIT;
	add(&some);
	add(&clean);
	/* Once for the mail, not once for the flag. */
	check(&score.total.families[1], 2, 1, 1, 0, 0);
	check(&score.total.flags[FLAG_ABUSE_HATE], 0, 0, 0, 0, 0);
	assert_int_equal(score.families[1].as[FLAG_ABUSE_HATE], 1);
	assert_int_equal(score.none.extra[FLAG_ABUSE_INSULT], 1);
	verdict.flags[FLAG_ABUSE_HATE].answer = ANSWER_UNDETERMINED;
	verdict.flags[FLAG_ABUSE_INSULT].answer = ANSWER_CLEAR;
	add(&some);
	add(&clean);
	check(&score.total.families[1], 4, 1, 1, 0, 2);
	verdict.flags[FLAG_ABUSE_HATE].answer = ANSWER_CLEAR;
	add(&some);
	check(&score.total.families[1], 5, 1, 1, 1, 2);
	/* Found only by what readers differ on: not judged. */
	some.unsure = set("abuse.hate");
	verdict.flags[FLAG_ABUSE_HATE].answer = ANSWER_HIT;
	add(&some);
	check(&score.total.families[1], 6, 1, 1, 1, 2);
}

static void
rules_are_blamed_where_they_helped(void **state)
{
	struct label clean = { .absent = label_flags() },
		     legal = { .present = set("threat.legal") };

	(void)state;
	/* Twice the same place is one rule; what takes away is not to blame. */
	hit(FLAG_THREAT_LEGAL, 4, "both", 4.0, "both", 4.0, "less", -1.0, "other", 3.0);
	add(&clean);
	add(&legal);
	hit(FLAG_THREAT_LEGAL, 2, "both", 5.0, "spare", 1.0);
	add(&clean);
	/* Below the threshold nobody is to blame. */
	hit(FLAG_THREAT_LEGAL, 1, "other", 3.0);
	add(&clean);
	score_finish(&score);
	assert_int_equal(score.rule_count, 3);
	assert_string_equal(score.rules[0].id, "both");
	assert_int_equal(score.rules[0].fp, 2);
	assert_int_equal(score.rules[0].decided_fp, 2);
	assert_int_equal(score.rules[0].tp, 1);
	assert_int_equal(score.rules[0].decided_tp, 1);
	assert_string_equal(score.rules[1].id, "spare");
	assert_int_equal(score.rules[1].fp, 1);
	assert_int_equal(score.rules[1].decided_fp, 0);
	assert_string_equal(score.rules[2].id, "other");
	assert_int_equal(score.rules[2].fp, 1);
	assert_int_equal(score.rules[2].decided_fp, 1);
}

static void
ratios_are_told_where_there_are_any(void **state)
{
	struct count c = { .mails = 10, .fp = 2 };

	(void)state;
	assert_true(count_precision(&c) < 0);
	assert_true(count_recall(&c) < 0);
	c.fn = 1;
	assert_true(count_precision(&c) == 0);
	assert_true(count_recall(&c) == 0);
	c.tp = 2;
	assert_true(count_precision(&c) == 0.5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(flags_count_one_by_one),
		TEST(what_is_not_decided_is_neither),
		TEST(families_may_be_labelled_as_a_whole),
		TEST(rules_are_blamed_where_they_helped),
		TEST(ratios_are_told_where_there_are_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
