/*
 * fold: the three views, and the way back from each.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "filters/fold.h"

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

static void
expect(enum view view, const char *in, const char *out)
{
	struct folded f;

	assert_int_equal(fold_text(arena, view, in, strlen(in), &f), 0);
	assert_string_equal(f.text, out);
	assert_int_equal(f.len, strlen(out));
}

/* The source of the first place where `part` stands in the view. */
static void
expect_source(enum view view, const char *in, const char *part, const char *source)
{
	struct folded f;
	const char *at;
	size_t offset, length, back, back_length;

	assert_int_equal(fold_text(arena, view, in, strlen(in), &f), 0);
	at = strstr(f.text, part);
	assert_non_null(at);
	fold_source(&f, (size_t)(at - f.text), strlen(part), &offset, &length);
	assert_int_equal(length, strlen(source));
	assert_memory_equal(in + offset, source, length);
	fold_view_range(&f, offset, length, &back, &back_length);
	assert_true(back <= (size_t)(at - f.text));
	assert_true(back + back_length >= (size_t)(at - f.text) + strlen(part));
}

static void
names(void **state)
{
	(void)state;
	for (int v = 0; v < VIEW_COUNT; v++)
		assert_int_equal(view_by_name(view_name((enum view)v)), v);
	assert_int_equal(view_by_name("flat"), -1);
}

static void
plain_is_nfc(void **state)
{
	(void)state;
	expect(VIEW_PLAIN, "", "");
	expect(VIEW_PLAIN, "Hello  World\r\n", "Hello  World\r\n");
	expect(VIEW_PLAIN, "\u1112\u1161\u11ab글", "한글");
	expect(VIEW_PLAIN, "가\u11a8", "각");
	expect(VIEW_PLAIN, "cafe\u0301", "caf\u00e9");
	expect(VIEW_PLAIN, "Ａ\u200bＢㅅㅂ", "Ａ\u200bＢㅅㅂ");
	expect(VIEW_PLAIN, "a\xff\xed\xa0\x80", "a\ufffd\ufffd\ufffd\ufffd");
}

static void
folded_is_one_spelling(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "Hello \t\n World", "hello world");
	expect(VIEW_FOLDED, "ＦＵＬＬ　ｗｉｄｔｈ！", "full width!");
	expect(VIEW_FOLDED, "caf\u00e9 CAFE\u0301", "cafe cafe");
	expect(VIEW_FOLDED, "Stra\u00dfe", "strasse");
	expect(VIEW_FOLDED, "고\u200b소\u2060하\ufeff겠\u00ad다", "고소하겠다");
	expect(VIEW_FOLDED, "\u202egnis\u202c", "gnis");
	expect(VIEW_FOLDED, "a\u00a0\u3000b", "a b");
	expect(VIEW_FOLDED, "\u1112\u1161\u11ab글", "한글");
	expect(VIEW_FOLDED, "시\u0308발", "시발");
	expect(VIEW_FOLDED,
	       "a\x01\x7f"
	       "b",
	       "ab");
	expect(VIEW_FOLDED, "①②", "12");
	expect(VIEW_FOLDED, "\xf0\x9d\x96\x8b\xf0\x9d\x96\x9a", "fu"); /* mathematical letters */
}

static void
lone_jamo_stay_typed(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "ㅅㅂ", "ㅅㅂ");
	expect(VIEW_FOLDED, "\u1109\u1107", "ㅅㅂ");
	expect(VIEW_FOLDED, "\uffa0\uffb5\uffb2", "ㅅㅂ"); /* half-width */
	expect(VIEW_FOLDED, "ㅋㅋㅋㅋ ㅠㅠ ㅇㅇ ㅎㅎ", "ㅋㅋㅋㅋ ㅠㅠ ㅇㅇ ㅎㅎ");
	expect(VIEW_FOLDED, "ㅄ ㄳ ㅀ ㄶ", "ㅄ ㄳ ㅀ ㄶ");
	expect(VIEW_FOLDED, "병ㅅ 그래ㅋㅋ", "병ㅅ 그래ㅋㅋ");
}

static void
every_jamo_survives(void **state)
{
	(void)state;
	for (uint32_t cp = 0x3131; cp <= 0x3163; cp++) {
		char s[4] = { (char)(0xe0 | cp >> 12), (char)(0x80 | (cp >> 6 & 0x3f)),
			      (char)(0x80 | (cp & 0x3f)), 0 };

		expect(VIEW_FOLDED, s, s);
		expect(VIEW_SQUEEZED, s, s);
	}
}

static void
spelt_out_syllables_join(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "ㅅㅣㅂㅏㄹ", "시발");
	expect(VIEW_FOLDED, "ㄱㅐㅅㅐㄲㅣ", "개새끼");
	expect(VIEW_FOLDED, "ㅁㅣㅊㅣㄴ ㄴㅗㅁ", "미친 놈");
	expect(VIEW_FOLDED, "시ㅂㅏㄹ", "시발");
	expect(VIEW_FOLDED, "ㄴㅏㅋㅋㅋ", "나ㅋㅋㅋ");
	expect(VIEW_FOLDED, "ㅅㅣㄹㄹ", "시ㄹㄹ");
	expect(VIEW_FOLDED, "ㅅㅣ", "시");
	expect(VIEW_FOLDED, "ㄱㅗㅏ", "과");
	expect(VIEW_FOLDED, "ㄷㅗㅣㅈㅣ", "되지");
	expect(VIEW_FOLDED, "ㄱㅏㅂㅅㅇㅣ", "값이");
	expect(VIEW_FOLDED, "ㄱㅏㅂㅅㅔ", "갑세");
	expect(VIEW_FOLDED, "ㄱㅐㅅㅐㄱㄱㅣ", "개새끼");
	expect(VIEW_FOLDED, "ㅇㅇㅇ ㅅㅅㅅ", "ㅇㅇㅇ ㅅㅅㅅ");
	expect(VIEW_SQUEEZED, "ㅅ ㅣ ㅂ ㅏ ㄹ", "시발");
	expect(VIEW_SQUEEZED, "ㅅ.ㅣ1ㅂ/ㅏ~ㄹ!", "시발");
	/* longer than what is held back at a time */
	expect(VIEW_FOLDED, "ㄱㅏㄴㅏㄷㅏㄹㅏㅁㅏㅂㅏㅅㅏㅇㅏㅈㅏㅊㅏㅋㅏㅌㅏㅍㅏㅎㅏ",
	       "가나다라마바사아자차카타파하");
	expect(VIEW_FOLDED, "ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ",
	       "ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ");
}

static void
lookalikes_only_inside_latin_words(void **state)
{
	(void)state;
	expect(VIEW_FOLDED, "fu\u0441k", "fuck"); /* Cyrillic es */
	expect(VIEW_FOLDED, "\u0440\u0430ypal", "paypal");
	expect(VIEW_FOLDED, "\u03bfk", "ok"); /* Greek omicron */
	expect(VIEW_FOLDED, "\u043c\u043e\u0440\u0435", "\u043c\u043e\u0440\u0435");
	expect(VIEW_FOLDED, "word \u043c\u043e\u0440\u0435", "word \u043c\u043e\u0440\u0435");
	expect(VIEW_FOLDED, "\u0439", "\u0439"); /* keeps its breve */
	/* Capitals by their shape, with or without marks, beside any Latin letter. */
	expect(VIEW_FOLDED, "S\u0397IT \u0392ITCH D\u0391MN", "shit bitch damn");
	expect(VIEW_FOLDED, "f\u03cdck d\u0451ad", "fuck dead");
	expect(VIEW_FOLDED, "\u0441\uff55\uff4e\uff54 \u0441\u00f9nt", "cunt cunt");
	expect(VIEW_FOLDED, "f\u057dck \ua4dduck fu\u2ca5k", "fuck fuck fuck");
	/* Variants of Latin letters are Latin anywhere. */
	expect(VIEW_FOLDED, "\ua730\u1d1c\u1d04\u1d0b s\u029c\u026at", "fuck shit");
	expect(VIEW_FOLDED, "\U0001f171itch \U0001f155\U0001f164", "bitch fu");
	expect(VIEW_FOLDED, "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1",
	       "\u03b5\u03bb\u03bb\u03ac\u03b4\u03b1");
	expect(VIEW_FOLDED, "f\U0001d173u\u0600ck", "fuck"); /* shown as nothing */
}

static void
squeezed_is_letters(void **state)
{
	(void)state;
	expect(VIEW_SQUEEZED, "시1발", "시발");
	expect(VIEW_SQUEEZED, "F.U-C_K 100%", "fuck");
	expect(VIEW_SQUEEZED, "개 새 끼", "개새끼");
	expect(VIEW_SQUEEZED, "123 ... !?", "");
	expect(VIEW_SQUEEZED, "시♡발", "시발");
	expect(VIEW_SQUEEZED, "시ㆍ발 시ー발 시ـ발 시ˑ발", "시발시발시발시발");
}

static void
sources(void **state)
{
	(void)state;
	expect_source(VIEW_FOLDED, "I said  HELLO\n  there", "hello there", "HELLO\n  there");
	expect_source(VIEW_FOLDED, "이런 ㅅㅣㅂㅏㄹ 놈", "발", "ㅂㅏㄹ");
	expect_source(VIEW_FOLDED, "이런 ㅅㅣㅂㅏㄹ 놈", "시발", "ㅅㅣㅂㅏㄹ");
	expect_source(VIEW_SQUEEZED, "아 시.1.발 놈", "시발", "시.1.발");
	expect_source(VIEW_SQUEEZED, "아 시.1.발 놈", "발놈", "발 놈");
	expect_source(VIEW_FOLDED, "고\u200b소하", "고소", "고\u200b소");
	expect_source(VIEW_FOLDED, "wei\u00df", "s", "\u00df");
	expect_source(VIEW_FOLDED, "Ｆｕck", "fu", "Ｆｕ");
	expect_source(VIEW_PLAIN, "x cafe\u0301 y", "caf\u00e9", "cafe\u0301");
	expect_source(VIEW_FOLDED, "what\u2026 now", "..",
		      "\u2026"); /* one character of three letters */
}

/* Every view byte has a source, sources ascend, and nothing lies outside. */
static void
maps_are_whole(void **state)
{
	static const char *const pieces[] = { "a",      " ",      "\n",     "가",     "ㅅ",
					      "ㅣ",     "\u1100", "\u1161", "\u11a8", "e",
					      "\u0301", "\u200b", "\u0441", "1",      "\xff",
					      "\u2026", "\u00df", "ﬁ",      "\u0439", "Ｚ" };
	char text[256];

	(void)state;
	srand(7);
	for (int round = 0; round < 2000; round++) {
		size_t len = 0;

		text[0] = '\0';
		for (int n = rand() % 24; n > 0; n--) {
			strcpy(text + len,
			       pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
			len = strlen(text);
		}
		for (int v = 0; v < VIEW_COUNT; v++) {
			struct folded f;
			size_t before = 0, offset, length;

			assert_int_equal(fold_text(arena, (enum view)v, text, len, &f), 0);
			for (size_t i = 0; i < f.len; i++) {
				fold_source(&f, i, 1, &offset, &length);
				assert_true(length > 0 && offset + length <= len &&
					    offset >= before);
				before = offset;
			}
		}
		arena_reset(arena);
	}
}

static void
towers_of_marks_stay_linear(void **state)
{
	size_t len = 600000;
	char *text = malloc(len + 1);
	struct folded f;

	(void)state;
	text[0] = 'e';
	for (size_t i = 1; i + 1 < len; i += 2)
		memcpy(text + i, "\u0301", 2);
	text[len - 1] = 'x';
	assert_int_equal(fold_text(arena, VIEW_FOLDED, text, len, &f), 0);
	assert_string_equal(f.text, "ex");
	assert_int_equal(fold_text(arena, VIEW_PLAIN, text, len, &f), 0);
	free(text);
}

static void
no_memory(void **state)
{
	struct arena *small = arena_new(256);
	struct folded f = { .text = "untouched" };
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(fold_text(small, VIEW_FOLDED, text, sizeof(text), &f), -12);
	assert_string_equal(f.text, "untouched");
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(plain_is_nfc),
		cmocka_unit_test(folded_is_one_spelling),
		cmocka_unit_test(lone_jamo_stay_typed),
		cmocka_unit_test(every_jamo_survives),
		cmocka_unit_test(spelt_out_syllables_join),
		cmocka_unit_test(lookalikes_only_inside_latin_words),
		cmocka_unit_test(squeezed_is_letters),
		cmocka_unit_test(sources),
		cmocka_unit_test(maps_are_whole),
		cmocka_unit_test(towers_of_marks_stay_linear),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
