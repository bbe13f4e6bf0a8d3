/*
 * reading: words read otherwise, ordinary words left alone, and the way back to the text.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filters/fold.h"
#include "filters/reading.h"

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

static struct readings
find(const char *text)
{
	struct readings r;

	assert_int_equal(readings_find(arena, text, strlen(text), &r), 0);
	return r;
}

/* The text has this reading (the first or the second), folded. */
static void
reads(const char *text, const char *want)
{
	struct readings r = find(text);
	struct folded f = { .text = "(none)" };
	bool found = false;

	for (unsigned i = 0; i < r.count && !found; i++) {
		assert_int_equal(fold_reading(arena, VIEW_FOLDED, text, &r, i, &f), 0);
		found = strcmp(f.text, want) == 0;
	}
	if (!found)
		fail_msg("\"%s\" is not read \"%s\"; the last of %u readings is \"%s\"", text, want,
			 r.count, f.text);
}

static void
is_what_it_seems(const char *text)
{
	struct readings r = find(text);
	struct folded f;

	if (r.count == 0)
		return;
	assert_int_equal(fold_reading(arena, VIEW_FOLDED, text, &r, 0, &f), 0);
	fail_msg("\"%s\" is read \"%s\"", text, f.text);
}

static void
letters_that_stand_apart(void **state)
{
	(void)state;
	reads("s.h.i.t", "shit");
	reads("S-H-I-T happens", "shit happens");
	reads("oh f u c k you", "oh fuck you");
	reads("s.h.it", "shit");
	reads("개 새 끼 들아", "개새끼 들아");
	reads("병.신.들", "병신들");
	reads("ㅅ.ㅂ", "ㅅㅂ");
	reads("ㅅ ㅂ", "ㅅㅂ");
	reads("fu*ck", "fuck");
	reads("sh~it", "shit");
	is_what_it_seems("i.e. this");
	is_what_it_seems("e-mail, T-shirt, re-order, don't, rock'n'roll");
	is_what_it_seems("see example.com or www.example.com");
	is_what_it_seems("할 수 있는 한 이 번에");
	is_what_it_seems("and/or");
	is_what_it_seems("월.화.수.목.금 가.나.다.시.발.차");
}

static void
marks_between_letters_of_hangul(void **state)
{
	(void)state;
	reads("시1발", "시발");
	reads("시.발 뭐야", "시발 뭐야");
	reads("아 시~~발", "아 시발");
	reads("병@신", "병신");
	reads("ㅅ1ㅂ", "ㅅㅂ");
	reads("시ㅡ발", "시발");
}

static void
numbers_stay_numbers(void **state)
{
	(void)state;
	is_what_it_seems("3월2일 오후2시30분");
	is_what_it_seems("제1회, 총2명, 오후3시");
	is_what_it_seems("주문번호 20240311 입니다");
	is_what_it_seems("했습니다.그런데 안 왔어요");
	is_what_it_seems("call 555 0134, order A1234567, 3pm, 1st, 4th, 10kg, mp3, x86");
	is_what_it_seems("$100 or 50%, room 101");
	is_what_it_seems("write to bob5@example.com or see http://a1b.example/x0x");
	is_what_it_seems("d41d8cd98f00b204e9800998ecf8427e");
}

static void
figures_for_letters(void **state)
{
	(void)state;
	reads("sh1t", "shit");
	reads("5hit", "shit");
	reads("@sshole", "asshole");
	reads("a$$hole", "asshole");
	reads("b00bs", "boobs");
	reads("k!ll", "kill");
	reads("id10t", "idiot");
	reads("assho1e", "asshole");
	reads("1oser", "loser");
	reads("bastard$!", "bastards!");
	reads("you are 1diots", "you are idiots");
}

static void
letters_drawn_out(void **state)
{
	(void)state;
	reads("fuuuuuck", "fuck");
	reads("FUUUUCK", "fuck");
	reads("shiiiit", "shit");
	reads("pissssed", "pissed");
	reads("씨이이발", "씨발");
	reads("조오온나", "존나");
	reads("개애새끼", "개새끼");
	reads("시바ㄹ 진짜", "시발 진짜");
	reads("벼ㅇ신", "병신");
	reads("주ㄱ인다", "죽인다");
	is_what_it_seems("아니ㅋㅋ 네ㅎ 했음ㅠ ㅇㅋ 가ㅏ");
	is_what_it_seems("zzz www. hello committee");
	is_what_it_seems("아아 네네 하하하");
}

static void
letters_that_look_alike(void **state)
{
	(void)state;
	reads("ѕһіт", "shit");
	reads("f.u.с.k", "fuck");
	reads("с.u.n.t", "cunt");
	is_what_it_seems("спасибо большое");
	is_what_it_seems("ευχαριστώ πολύ");
}

static void
korean_typed_in_latin(void **state)
{
	(void)state;
	reads("tlqkf", "시발");
	reads("qudtls", "병신");
	reads("ghksqnf", "환불");
	reads("dkssudgktpdy", "안녕하세요");
	reads("rhthgkqslek", "고소합니다");
	reads("rotoRl tlqkf", "개새끼 시발");
	/* A word that could be English follows the one beside it. */
	reads("alcls tlqkf", "미친 시발");
	reads("ghksqnf go wnfotpdy", "환불 해 주래세요");
	is_what_it_seems("with them they also work today");
	is_what_it_seems("Thursday, Rodrigo, airfield, television, sksdl2");
}

static void
only_the_places_around(void **state)
{
	static char text[4000];
	struct readings r;
	struct folded f;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "f.u.c.k", 7);
	memcpy(text + 2000, "in the middle", 13);
	memcpy(text + 3900, "sh1t", 4);
	r = find(text);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.stretch_count, 2);
	assert_int_equal(fold_reading(arena, VIEW_FOLDED, text, &r, 0, &f), 0);
	assert_string_equal(f.text, "fuck . shit ");
	assert_int_equal(fold_reading(arena, VIEW_SQUEEZED, text, &r, 1, &f), 0);
	assert_string_equal(f.text, "fuck\nshlt");
}

static void
the_way_back(void **state)
{
	static const char text[] = "이런 시1발 진짜 sh1iiit tlqkf";
	struct readings r = find(text);
	struct folded f;
	size_t offset, length;
	const char *at;

	(void)state;
	assert_int_equal(fold_reading(arena, VIEW_FOLDED, text, &r, 0, &f), 0);
	at = strstr(f.text, "시발");
	assert_non_null(at);
	fold_source(&f, (size_t)(at - f.text), strlen("시발"), &offset, &length);
	assert_int_equal(length, strlen("시1발"));
	assert_memory_equal(text + offset, "시1발", length);
	assert_true(readings_touch(&r, offset, length));
	assert_false(readings_touch(&r, 0, strlen("이런")));
	at = strrchr(f.text, ' ') + 1;
	assert_string_equal(at, "시발");
	fold_source(&f, (size_t)(at - f.text), strlen("시"), &offset, &length);
	assert_int_equal(length, 2);
	assert_memory_equal(text + offset, "tl", length);
}

/* Rows without end, words without end: linear, and never past the text. */
static void
long_words(void **state)
{
	static const char *const pieces[] = { "a.", "1a",   "시1", "aaa", "tlqkf", "가 ",
					      "ㅅ", "fuuu", "ѕ",   "@$",  "씨이" };
	size_t room = 1u << 18;
	char *text = malloc(room + 16);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		size_t n = strlen(pieces[i]), len = 0;
		struct readings r;
		struct folded f;

		for (; len + n <= room; len += n)
			memcpy(text + len, pieces[i], n);
		text[len] = '\0';
		assert_int_equal(readings_find(arena, text, len, &r), 0);
		for (size_t k = 0; k < r.length; k++) {
			assert_true(r.list[k].at < r.list[k].end && r.list[k].end <= len);
			assert_true(k == 0 || r.list[k].at >= r.list[k - 1].end);
		}
		for (unsigned k = 0; k < r.count; k++)
			assert_int_equal(fold_reading(arena, VIEW_FOLDED, text, &r, k, &f), 0);
		arena_reset(arena);
	}
	free(text);
}

static void
no_memory(void **state)
{
	struct arena *small = arena_new(2048);
	static char text[8192];
	struct readings r;

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(text); i += 5)
		memcpy(text + i, "sh1t ", 5);
	assert_non_null(small);
	assert_int_equal(readings_find(small, text, strlen(text), &r), -ENOMEM);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_that_stand_apart),
		cmocka_unit_test(marks_between_letters_of_hangul),
		cmocka_unit_test(numbers_stay_numbers),
		cmocka_unit_test(figures_for_letters),
		cmocka_unit_test(letters_drawn_out),
		cmocka_unit_test(letters_that_look_alike),
		cmocka_unit_test(korean_typed_in_latin),
		cmocka_unit_test(only_the_places_around),
		cmocka_unit_test(the_way_back),
		cmocka_unit_test(long_words),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
