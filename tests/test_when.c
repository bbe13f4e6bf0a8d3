/*
 * when: the language of conditions, its errors, and three-valued answers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/when.h"

#define C ANSWER_CLEAR
#define H ANSWER_HIT
#define U ANSWER_UNDETERMINED

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum answer
ask(const char *text, enum answer legal, enum answer refund, enum answer repeat)
{
	enum answer answers[FLAG_COUNT] = { C };
	struct when_error error;
	struct when *w;

	answers[FLAG_THREAT_LEGAL] = legal;
	answers[FLAG_DEMAND_REFUND] = refund;
	answers[FLAG_SIGNAL_REPEAT] = repeat;
	assert_int_equal(when_parse(arena, text, strlen(text), &w, &error), 0);
	return when_eval(w, answers);
}

static void
kleene(void **state)
{
	static const enum answer and[3][3] = { { C, C, C }, { C, H, U }, { C, U, U } };
	static const enum answer or [3][3] = { { C, H, U }, { H, H, H }, { U, H, U } };
	static const enum answer not [3] = { H, C, U };

	(void)state;
	for (int a = 0; a < 3; a++) {
		assert_int_equal(ask("not threat.legal", (enum answer)a, C, C), not [a]);
		for (int b = 0; b < 3; b++) {
			assert_int_equal(ask("threat.legal and demand.refund", (enum answer)a,
					     (enum answer)b, C),
					 and[a][b]);
			assert_int_equal(ask("threat.legal or demand.refund", (enum answer)a,
					     (enum answer)b, C),
					 or [a][b]);
		}
	}
}

static void
precedence_and_families(void **state)
{
	(void)state;
	assert_int_equal(ask("threat and demand", H, H, C), H);
	assert_int_equal(ask("threat or demand and signal", H, C, C), H);
	assert_int_equal(ask("(threat or demand) and signal", H, C, C), C);
	assert_int_equal(ask("not threat and demand", C, H, C), H);
	assert_int_equal(ask("not (threat and demand)", C, H, C), H);
	assert_int_equal(ask("not not threat", U, C, C), U);
	assert_int_equal(ask("  threat\n and(demand)", H, H, C), H);
	assert_int_equal(ask("abuse", H, H, H), C);
}

static void
which_flags(void **state)
{
	struct when_error error;
	struct when *w;
	const char *text = "threat.legal and not (extortion or demand.refund)";

	(void)state;
	assert_int_equal(when_parse(arena, text, strlen(text), &w, &error), 0);
	assert_int_equal(when_flags(w),
			 1u << FLAG_THREAT_LEGAL | 1u << FLAG_EXTORTION | 1u << FLAG_DEMAND_REFUND);
}

static void
refuse(const char *text, size_t offset, const char *why)
{
	struct when_error error = { .offset = 9999 };
	struct when *w = NULL;

	assert_int_equal(when_parse(arena, text, strlen(text), &w, &error), -22);
	assert_null(w);
	assert_int_equal(error.offset, offset);
	assert_non_null(strstr(error.text, why));
}

static void
mistakes(void **state)
{
	(void)state;
	refuse("", 0, "ends where a flag");
	refuse("threat and", 10, "ends where a flag");
	refuse("threat nad demand", 7, "not expected");
	refuse("and threat", 0, "before \"and\"");
	refuse("threat and threat.legl", 11, "not a flag");
	refuse("(threat", 7, ") is missing");
	refuse("threat)", 6, "not expected");
	refuse("not", 3, "ends where a flag");
	refuse("()", 1, "before \")\"");
}

static void
bounds(void **state)
{
	char text[LIMIT_WHEN_NODES * 8];
	struct when_error error;
	struct when *w;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < LIMIT_WHEN_NODES - 1; i++)
		len += (size_t)sprintf(text + len, "not ");
	len += (size_t)sprintf(text + len, "threat");
	assert_int_equal(when_parse(arena, text, len, &w, &error), 0);
	memmove(text + 4, text, len + 1);
	memcpy(text, "not ", 4);
	assert_int_equal(when_parse(arena, text, len + 4, &w, &error), -22);
	assert_non_null(strstr(error.text, "more than"));
	memset(text, '(', sizeof(text));
	assert_int_equal(when_parse(arena, text, sizeof(text), &w, &error), -22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kleene),      cmocka_unit_test(precedence_and_families),
		cmocka_unit_test(which_flags), cmocka_unit_test(mistakes),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
