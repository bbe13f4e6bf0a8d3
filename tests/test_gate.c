/*
 * gate: passes what can match. Skipped, and said so, in a build without libhs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "filters/gate.h"

static uint64_t
scan(const struct gate *g, struct gate_scratch *s, const char *text)
{
	uint64_t bits = ~UINT64_C(0);

	assert_int_equal(gate_scan(g, s, text, strlen(text), &bits), 0);
	return bits;
}

static struct gate *
build(const struct literals *const *list, size_t count)
{
	const char *why;
	struct gate *g = NULL;

	if (!gate_works(&why)) {
		print_message("no gate here: %s\n", why);
		assert_string_not_equal(why, "");
		skip();
	}
	assert_int_equal(gate_build(list, count, &g), 0);
	return g;
}

/* A pattern's needs: one, or two. */
static struct literals
needs(struct literal *first, size_t first_count, struct literal *second, size_t second_count)
{
	return (struct literals){ .needs = { { first, first_count }, { second, second_count } },
				  .need_count = second_count > 0 ? 2 : 1 };
}

static void
passes_what_can_match(void **state)
{
	struct literal refund[] = { { .text = "refund", .len = 6 }, { .text = "환불", .len = 6 } },
		       sue[] = { { .text = "sue", .len = 3 } },
		       same[] = { { .text = "refund", .len = 6 } },
		       jamo[] = { { .text = "ㅅㅂ", .len = 6 } };
	struct literals a = needs(refund, 2, NULL, 0), b = needs(sue, 1, NULL, 0),
			none = { .understood = true }, c = needs(same, 1, NULL, 0),
			d = needs(jamo, 1, NULL, 0);
	const struct literals *list[] = { &a, &b, &none, &c, &d };
	struct gate *g = build(list, 5);
	struct gate_scratch *s = gate_scratch_new();

	(void)state;
	assert_int_equal(gate_scratch_fit(s, g), 0);
	assert_int_equal(scan(g, s, "hello"), 0x4);
	assert_int_equal(scan(g, s, ""), 0x4);
	assert_int_equal(scan(g, s, "refund refund"), 0xd);
	assert_int_equal(scan(g, s, "환불 issue"), 0x7);
	assert_int_equal(scan(g, s, "Refund"), 0x4);
	assert_int_equal(scan(g, s, "아ㅅㅂㅅㅂ"), 0x14);
	assert_int_equal(scan(g, s, "ㅅ ㅂ"), 0x4);
	gate_scratch_free(s);
	gate_free(g);
}

static void
only_patterns_without_literals(void **state)
{
	struct literals none = { .understood = true };
	const struct literals *list[] = { &none, &none };
	struct gate *g = build(list, 2);
	struct gate_scratch *s = gate_scratch_new();

	(void)state;
	assert_int_equal(gate_scratch_fit(s, g), 0);
	assert_int_equal(scan(g, s, "anything"), 0x3);
	gate_scratch_free(s);
	gate_free(g);
}

/*
 * What a pattern with such needs is told of a text: "-" not there, "*" everywhere, "3-7 20-20"
 * windows.
 */
static const char *
windows(const struct literals *l, const char *text)
{
	static char out[4096];
	const struct literals *list[] = { l };
	struct gate *g = build(list, 1);
	struct gate_scratch *s = gate_scratch_new();
	const struct gate_window *w = NULL;
	size_t at = 0, count;

	assert_int_equal(gate_scratch_fit(s, g), 0);
	strcpy(out, "-");
	if (scan(g, s, text) & 1) {
		count = gate_windows(g, s, 0, &w);
		strcpy(out, "*");
		for (size_t i = 0; i < count; i++)
			at += (size_t)sprintf(out + at, "%s%u-%u", i > 0 ? " " : "", w[i].from,
					      w[i].to);
	}
	gate_scratch_free(s);
	gate_free(g);
	return out;
}

#define FAR (LITERAL_BEFORE_MAX + 1)

static void
tells_where_matches_can_begin(void **state)
{
	struct literal refund[] = { { .text = "refund", .len = 6 } },
		       behind[] = { { .text = "refund", .len = 6, .before = 4, .least = 2 } },
		       far[] = { { .text = "refund", .len = 6, .before = FAR, .least = 3 } },
		       money[] = { { .text = "money", .len = 5, .before = 1 },
				   { .text = "my money", .len = 8, .before = 1 } },
		       word[] = { { .text = "i ", .len = 2, .word = true } },
		       end[] = { { .text = "end", .len = 3, .end = true } };
	struct literals exactly = needs(refund, 1, NULL, 0), later = needs(behind, 1, NULL, 0),
			anywhere = needs(far, 1, NULL, 0), two = needs(money, 2, NULL, 0),
			begins = needs(word, 1, NULL, 0), ends = needs(end, 1, NULL, 0);

	(void)state;
	assert_string_equal(windows(&exactly, "no"), "-");
	assert_string_equal(windows(&exactly, "my refund, refund"), "3-3 11-11");
	assert_string_equal(windows(&later, "a refund"), "0-0");
	assert_string_equal(windows(&later, "a  refund"), "0-1");
	assert_string_equal(windows(&later, "refund"), "-");
	assert_string_equal(windows(&later, "refundrefund             refund"), "2-4 21-23");
	assert_string_equal(windows(&anywhere, "my refund refund"), "0-7");
	assert_string_equal(windows(&anywhere, "a refund"), "-");
	assert_string_equal(windows(&two, "it is my money"), "5-6 8-9");
	assert_string_equal(windows(&begins, "hi i am"), "3-3");
	assert_string_equal(windows(&begins, "hi there"), "-");
	assert_string_equal(windows(&ends, "ending the end"), "11-11");
	assert_string_equal(windows(&ends, "the ending"), "-");
}

/* Matches begin where every need allows it. */
static void
needs_narrow_each_other(void **state)
{
	struct literal word[] = { { .text = "i ", .len = 2, .word = true } },
		       end[] = { { .text = "end", .len = 3, .before = FAR } },
		       sue[] = { { .text = "sue", .len = 3, .before = 9, .least = 2 },
				 { .text = "court", .len = 5, .before = 12, .least = 5 } },
		       also_sue[] = { { .text = "sue", .len = 3, .before = 6, .least = 0 },
				      { .text = "court", .len = 5, .before = 9, .least = 3 } };
	struct literals both = needs(end, 1, word, 1), near = needs(sue, 2, word, 1);
	/* The same need, farther from where matches begin. */
	struct literals shared = needs(also_sue, 2, NULL, 0);
	const struct literals *list[] = { &near, &shared };
	const struct gate_window *w;
	struct gate_scratch *s;
	struct gate *g;

	(void)state;
	assert_string_equal(windows(&both, "i wait for it"), "-");
	assert_string_equal(windows(&both, "the end"), "-");
	assert_string_equal(windows(&both, "then i will end it"), "5-5");
	assert_string_equal(windows(&both, "it ends, i will"), "-");
	assert_string_equal(windows(&near, "i sue, i will sue"), "0-0 7-7");
	assert_string_equal(windows(&near, "i wait and then i court"), "-");
	assert_string_equal(windows(&near, "i, no, i really do the court"), "-");
	assert_string_equal(windows(&near, "i, no, i do court"), "7-7");
	g = build(list, 2);
	s = gate_scratch_new();
	assert_int_equal(gate_scratch_fit(s, g), 0);
	assert_int_equal(scan(g, s, "i never ever sue"), 0x2);
	assert_int_equal(gate_windows(g, s, 1, &w), 1);
	assert_int_equal(w[0].from, 7);
	assert_int_equal(w[0].to, 13);
	gate_scratch_free(s);
	gate_free(g);
}

/* Where there are more places than are told apart, the last window takes in all the rest. */
static void
more_places_than_are_told_apart(void **state)
{
	struct literal refund[] = { { .text = "refund", .len = 6 } },
		       end[] = { { .text = "end", .len = 3 } };
	struct literals exactly = needs(refund, 1, NULL, 0), ends = needs(end, 1, NULL, 0);
	enum { EACH = 10, COUNT = 3 * GATE_WINDOWS };
	char many[EACH * COUNT + 1] = "", last[64];
	const char *found;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		strcat(many, "refund .. ");
	found = windows(&exactly, many);
	assert_memory_equal(found, "0-0 10-10 20-20 ", 16);
	snprintf(last, sizeof(last), "-%d", EACH * (COUNT - 1));
	assert_string_equal(found + strlen(found) - strlen(last), last);
	assert_string_equal(windows(&ends, many), "-");
}

#define MANY 5000

static void
many_patterns_and_a_larger_gate(void **state)
{
	static char words[MANY][16];
	static struct literal literals[MANY];
	static struct literals sets[MANY];
	static const struct literals *list[MANY];
	uint64_t bits[(MANY + 63) / 64];
	struct gate_scratch *s;
	struct gate *small, *large;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(words[i], sizeof(words[i]), "w%dx", i);
		literals[i] = (struct literal){ .text = words[i], .len = strlen(words[i]) };
		sets[i] = needs(&literals[i], 1, NULL, 0);
		list[i] = &sets[i];
	}
	small = build(list, 3);
	large = build(list, MANY);
	s = gate_scratch_new();
	assert_int_equal(gate_scratch_fit(s, small), 0);
	assert_int_equal(gate_scratch_fit(s, large), 0);
	for (int i = 0; i < MANY; i += 97) {
		assert_int_equal(gate_scan(large, s, words[i], strlen(words[i]), bits), 0);
		for (int k = 0; k < MANY; k++)
			assert_int_equal(bits[k / 64] >> (k % 64) & 1, k == i);
	}
	assert_int_equal(scan(small, s, "w1x w2x w3x"), 0x6);
	gate_scratch_free(s);
	gate_free(small);
	gate_free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_what_can_match),
		cmocka_unit_test(only_patterns_without_literals),
		cmocka_unit_test(tells_where_matches_can_begin),
		cmocka_unit_test(needs_narrow_each_other),
		cmocka_unit_test(more_places_than_are_told_apart),
		cmocka_unit_test(many_patterns_and_a_larger_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
