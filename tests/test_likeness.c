/*
 * likeness: a text is known again however a mail program wrapped it and though somebody changed a
 * part, and another text is not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/likeness.h"

static const char letter[] =
	"Dear Jane Doe,\n\n"
	"We have checked, and this was our mistake. We are sorry. Putting it right comes first.\n\n"
	"- What we will do: send the new part\n- By when: [date and time]\n\n"
	"I will see it through and write to you as soon as it is done.\n\n"
	"If this date does not work for you, please reply and tell us. We will look for another "
	"way.\n\nKind regards,\nExample Shop\n";

static const char letter_ko[] =
	"홍길동 고객님, 안녕하십니까.\n예시상점 고객지원팀입니다.\n\n"
	"확인해 보니 저희 잘못이었습니다. 불편을 드려 죄송합니다. 해결부터 하겠습니다.\n\n"
	"- 조치: [조치 내용]\n- 기한: [날짜와 시각]\n\n"
	"조치가 끝날 때까지 저희 팀이 챙기고, 끝나는 대로 바로 알려 드리겠습니다.\n\n예시상점 "
	"드림\n";

static unsigned
likeness(const char *of, const char *text)
{
	struct arena *arena = arena_new(0);
	const char *known = likeness_of(arena, of);
	unsigned percent;

	assert_non_null(known);
	percent = likeness_in(known, text, strlen(text));
	arena_free(arena);
	return percent;
}

static void
the_same_words_in_other_lines(void **state)
{
	char wrapped[sizeof(letter) * 3] = "";
	size_t len = 0;

	(void)state;
	for (size_t i = 0; letter[i]; i++) {
		/* Every space a line break, every line break a CRLF with a U+00A0 in the empty
		 * line. */
		const char *as = letter[i] == ' '    ? "\r\n"
				 : letter[i] == '\n' ? "\xc2\xa0\r\n"
						     : NULL;
		size_t n = as ? strlen(as) : 1;

		memcpy(wrapped + len, as ? as : &letter[i], n);
		len += n;
	}
	assert_int_equal(likeness(letter, letter), 100);
	assert_int_equal(likeness(letter, wrapped), 100);
	assert_int_equal(likeness(letter_ko, letter_ko), 100);
}

static void
a_part_that_was_changed(void **state)
{
	(void)state;
	assert_in_range(likeness(letter,
				 "Dear Jane Doe,\n\nWe have checked, and this was our mistake. "
				 "We are sorry. Putting it right comes first.\n\n- What we will "
				 "do: send the new part\n- By when: noon on Friday\n\nI will see "
				 "it through and write to you as soon as it is done.\n\nYours,\n"
				 "Roe\n"),
			LIKENESS_SAME, 99);
	assert_in_range(likeness(letter_ko,
				 "홍길동 고객님, 안녕하십니까.\n예시상점 고객지원팀입니다.\n\n"
				 "확인해 보니 저희 잘못이었습니다. 불편을 드려 죄송합니다. "
				 "해결부터 하겠습니다.\n\n- 조치: 새 제품 발송\n- 기한: 내일 "
				 "정오\n\n예시상점 드림\n"),
			LIKENESS_SAME, 99);
}

static void
other_words(void **state)
{
	(void)state;
	assert_in_range(likeness(letter,
				 "Dear Jane Doe,\n\nThank you for your patience. Could you "
				 "send me the order number? I will look into it today.\n\nKind "
				 "regards,\nExample Shop\n"),
			0, LIKENESS_SAME - 1);
	assert_in_range(likeness(letter_ko,
				 "홍길동 고객님, 안녕하십니까.\n예시상점 고객지원팀입니다.\n\n"
				 "확인하고 있습니다. 오늘 오후에 다시 연락드리겠습니다.\n"),
			0, LIKENESS_SAME - 1);
	assert_int_equal(likeness("", letter), 0);
	assert_int_equal(likeness("네.\n감사합니다.", "네.\n감사합니다."), 0);
}

static void
bounded(void **state)
{
	struct arena *arena = arena_new(0), *small = arena_new(1);
	struct buf text = { .arena = arena };
	const char *known;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "The sentence of number %d, which is %0*d long. ", i, i, 0);
	known = likeness_of(arena, buf_string(&text));
	assert_int_equal(likeness_in(known, text.at, text.len), 100);
	assert_true(strlen(known) <= LIKENESS_SENTENCES_MAX * 8);
	assert_null(likeness_of(small, letter));
	arena_free(small);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_words_in_other_lines),
		cmocka_unit_test(a_part_that_was_changed),
		cmocka_unit_test(other_words),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
