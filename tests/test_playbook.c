/*
 * playbook: the step that comes next, and every mistake of a file with its place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/playbook.h"

static const char *const templates[] = {
	"solution", "firm", "delay", "thanks", "acknowledge", NULL
};

static const char good[] =
	"steps:\n"
	"  - {name: late, if: {promise: overdue, state: open}, draft: delay, why: a promise is "
	"overdue}\n"
	"  - {name: told, if: {conduct: [warning, restricted]}, draft: firm, why: it goes on}\n"
	"  - {name: done, if: {state: solved}, draft: thanks, why: it is solved}\n"
	"  - {name: ours, if: {fault: ours, stage: [new, approval]}, draft: solution, why: ours}\n"
	"  - {name: no, if: {fault: [theirs, baseless], flags: threat and not demand}, draft: "
	"firm, "
	"why: baseless}\n"
	"  - {name: else, if: {fault: unknown}, draft: acknowledge, why: nothing is known}\n";

static struct playbook *
parse(const char *text, struct problems *problems)
{
	struct playbook *p = NULL;
	int r = playbook_parse("playbook.yaml", text, strlen(text), templates, problems, &p);

	assert_int_equal(r < 0, p == NULL);
	return p;
}

static const char *conduct = "", *standing = "";

static const char *
next(const struct playbook *p, struct case_record c)
{
	const struct playbook_step *step;

	c.fault = c.fault ? c.fault : "";
	c.stage = c.stage ? c.stage : "new";
	c.conduct_told = c.conduct_told ? c.conduct_told : "";
	step = playbook_next(p, &c, conduct, standing);
	return step ? step->template : "-";
}

static void
the_first_step_that_fits(void **state)
{
	struct problems problems = { 0 };
	struct playbook *p = parse(good, &problems);
	flag_set threat = (flag_set)1 << FLAG_THREAT_LEGAL,
		 demand = (flag_set)1 << FLAG_DEMAND_REFUND;

	(void)state;
	assert_non_null(p);
	assert_string_equal(next(p, (struct case_record){ 0 }), "acknowledge");
	assert_string_equal(next(p, (struct case_record){ .fault = "ours" }), "solution");
	assert_string_equal(next(p, (struct case_record){ .fault = "ours", .stage = "offered" }),
			    "-");
	assert_string_equal(next(p, (struct case_record){ .fault = "ours", .overdue = true }),
			    "delay");
	assert_string_equal(next(p, (struct case_record){ .fault = "ours", .state = CASE_SOLVED }),
			    "thanks");
	assert_string_equal(next(p, (struct case_record){ .fault = "baseless" }), "-");
	assert_string_equal(next(p, (struct case_record){ .fault = "baseless", .flags = threat }),
			    "firm");
	assert_string_equal(
		next(p, (struct case_record){ .fault = "theirs", .flags = threat | demand }), "-");
	conduct = "notice";
	assert_string_equal(next(p, (struct case_record){ .fault = "ours" }), "solution");
	conduct = "warning";
	assert_string_equal(next(p, (struct case_record){ .fault = "ours" }), "firm");
	assert_string_equal(
		next(p, (struct case_record){ .fault = "ours", .conduct_told = "warning" }),
		"solution");
	conduct = "";
	assert_string_equal(next(NULL, (struct case_record){ 0 }), "-");
	playbook_free(p);
	problems_free(&problems);
}

static void
the_standing_decides(void **state)
{
	struct problems problems = { 0 };
	struct playbook *p = parse(
		"steps:\n"
		"  - {name: a, if: {fault: theirs, standing: share}, draft: solution, why: w}\n"
		"  - {name: b, if: {fault: theirs, standing: part}, draft: firm, why: w}\n"
		"  - {name: c, if: {fault: theirs, standing: [keep, unknown]}, draft: thanks, why: "
		"w}\n",
		&problems);
	const struct case_record theirs = { .fault = "theirs" };

	(void)state;
	assert_non_null(p);
	assert_string_equal(next(p, theirs), "thanks");
	standing = "keep";
	assert_string_equal(next(p, theirs), "thanks");
	standing = "share";
	assert_string_equal(next(p, theirs), "solution");
	standing = "part";
	assert_string_equal(next(p, theirs), "firm");
	assert_string_equal(next(p, (struct case_record){ .fault = "ours" }), "-");
	standing = "";
	playbook_free(p);
	problems_free(&problems);
}

static void
whose_turn_it_is_decides(void **state)
{
	struct problems problems = { 0 };
	struct playbook *p =
		parse("steps:\n"
		      "  - {name: a, if: {turn: us}, draft: solution, why: w}\n"
		      "  - {name: b, if: {turn: [customer, colleagues]}, draft: firm, why: w}\n"
		      "  - {name: c, if: {promise: open}, draft: delay, why: w}\n"
		      "  - {name: d, if: {turn: nobody}, draft: thanks, why: w}\n",
		      &problems);

	(void)state;
	assert_non_null(p);
	assert_string_equal(next(p, (struct case_record){ .awaits = "us" }), "solution");
	assert_string_equal(next(p, (struct case_record){ .awaits = "colleagues" }), "firm");
	assert_string_equal(next(p, (struct case_record){ .awaits = "" }), "thanks");
	assert_string_equal(next(p, (struct case_record){ .owes = true }), "delay");
	assert_string_equal(next(p, (struct case_record){ .promise_ms = 1 }), "thanks");
	playbook_free(p);
	problems_free(&problems);
}

static void
what_was_sent_moves_the_stage(void **state)
{
	struct problems problems = { 0 };
	struct playbook *p = parse("steps: []\nsent: {firm: offered}\n", &problems);

	(void)state;
	assert_non_null(p);
	assert_string_equal(playbook_stage(p, "firm"), "offered");
	assert_null(playbook_stage(p, "thanks"));
	assert_null(playbook_stage(p, ""));
	assert_null(playbook_stage(NULL, "firm"));
	assert_true(playbook_stage_order("offered") > playbook_stage_order("acknowledged"));
	assert_int_equal(playbook_stage_order("new"), 0);
	assert_int_equal(playbook_stage_order("no such"), 0);
	playbook_free(p);
	problems_free(&problems);
}

static void
expect(const char *text, unsigned line, const char *says)
{
	struct problems problems = { 0 };
	char place[1024];
	bool found = false;

	assert_null(parse(text, &problems));
	assert_true(problems.errors > 0);
	for (size_t i = 0; i < problems.count; i++) {
		err_text(&problems.list[i].err, place, sizeof(place));
		found |= strstr(place, says) && problems.list[i].err.line == line;
	}
	if (!found)
		fail_msg("not said at line %u: %s; but: %s", line, says, place);
	problems_free(&problems);
}

static void
every_mistake_has_its_place(void **state)
{
	(void)state;
	expect("steps: 5\n", 1, "steps must be a list");
	expect("step: []\n", 1, "step");
	expect("steps:\n  - {name: a, draft: firm}\n", 2, "a step needs why");
	expect("steps:\n  - {name: a, why: b}\n", 2, "a step needs draft");
	expect("steps:\n  - {name: a, draft: form, why: b}\n", 2, "there is no template \"form\"");
	expect("steps:\n  - {name: a, draft: firm, why: b, if: {fault: our}}\n", 2,
	       "there is no fault \"our\"");
	expect("steps:\n  - {name: a, draft: firm, why: b, if: {standing: kep}}\n", 2,
	       "there is no standing \"kep\"");
	expect("steps:\n  - {name: a, draft: firm, why: b, if: {stage: [new, late]}}\n", 2,
	       "there is no stage \"late\"");
	expect("steps:\n  - {name: a, draft: firm, why: b, if: {flag: threat}}\n", 2, "flag");
	expect("steps:\n  - {name: a, draft: firm, why: b,\n     if: {flags: threat or}}\n", 3,
	       "flags:");
	expect("steps: []\nsent: [firm]\n", 2, "sent must be a map");
	expect("steps: []\nsent:\n  firm: offerd\n", 3, "there is no stage \"offerd\"");
	expect("steps: []\nsent:\n  form: offered\n", 3, "there is no template \"form\"");
	expect("steps: [\n", 2, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_step_that_fits),
		cmocka_unit_test(the_standing_decides),
		cmocka_unit_test(whose_turn_it_is_decides),
		cmocka_unit_test(what_was_sent_moves_the_stage),
		cmocka_unit_test(every_mistake_has_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
