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

static void
passes_what_can_match(void **state)
{
	struct literal refund[] = { { .text = "refund", .len = 6 }, { .text = "환불", .len = 6 } },
		       sue[] = { { .text = "sue", .len = 3 } },
		       same[] = { { .text = "refund", .len = 6 } },
		       jamo[] = { { .text = "ㅅㅂ", .len = 6 } };
	struct literals a = { .need = { .list = refund, .count = 2 } },
			b = { .need = { .list = sue, .count = 1 } }, none = { .understood = true },
			c = { .need = { .list = same, .count = 1 } },
			d = { .need = { .list = jamo, .count = 1 } };
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
	static char out[512];
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

static void
tells_where_matches_can_begin(void **state)
{
	struct literal refund[] = { { .text = "refund", .len = 6 } },
		       money[] = { { .text = "money", .len = 5 },
				   { .text = "my money", .len = 8 } },
		       word[] = { { .text = "i ", .len = 2 } },
		       end[] = { { .text = "end", .len = 3 } };
	struct literals exact = { .need = { .list = refund, .count = 1 } },
			behind = { .need = { .list = refund, .count = 1, .before = 4 } },
			two = { .need = { .list = money, .count = 2, .before = 1 } },
			far = { .need = { .list = refund,
					  .count = 1,
					  .before = LITERAL_BEFORE_MAX + 1 } },
			begin = { .need = { .list = word, .count = 1, .word = true } },
			both = { .need = { .list = end, .count = 1, .before = SIZE_MAX },
				 .also = { .list = word, .count = 1 } };
	char many[64 * 40] = "";

	(void)state;
	assert_string_equal(windows(&exact, "no"), "-");
	assert_string_equal(windows(&exact, "my refund, refund"), "3-3 11-11");
	assert_string_equal(windows(&behind, "a refund"), "0-2");
	assert_string_equal(windows(&behind, "refundrefund             refund"), "0-0 2-6 21-25");
	assert_string_equal(windows(&two, "it is my money"), "5-9");
	assert_string_equal(windows(&far, "my refund"), "*");
	assert_string_equal(windows(&begin, "hi i am"), "3-3");
	assert_string_equal(windows(&begin, "hi there"), "-");
	assert_string_equal(windows(&both, "i wait for it"), "-");
	assert_string_equal(windows(&both, "the end"), "-");
	assert_string_equal(windows(&both, "then i will end it"), "5-5");
	for (int i = 0; i <= GATE_WINDOWS; i++)
		strcat(many, "refund ............... ");
	assert_string_equal(windows(&exact, many), "*");
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
		sets[i] = (struct literals){ .need = { .list = &literals[i], .count = 1 } };
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
		cmocka_unit_test(many_patterns_and_a_larger_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
