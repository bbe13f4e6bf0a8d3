/*
 * sentence: where sentences end in Korean and English mail.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "filters/sentence.h"

/* The sentence around `word` in the text, white space at its end not counted. */
static void
expect(const char *text, const char *word, const char *sentence)
{
	const char *at = strstr(text, word);
	size_t offset, length;

	assert_non_null(at);
	sentence_around(text, strlen(text), (size_t)(at - text), strlen(word), &offset, &length);
	while (length > 0 && strchr(" \n\t", text[offset + length - 1]) != NULL)
		length--;
	if (length != strlen(sentence) || memcmp(text + offset, sentence, length) != 0)
		print_error("got <%.*s>\n", (int)length, text + offset);
	assert_int_equal(length, strlen(sentence));
	assert_memory_equal(text + offset, sentence, length);
}

static void
english(void **state)
{
	(void)state;
	expect("I am angry. I will sue you! Bye.", "sue", "I will sue you!");
	expect("I am angry. I will sue you! Bye.", "angry", "I am angry.");
	expect("I am angry. I will sue you! Bye.", "Bye", "Bye.");
	expect("Dear Mr. Smith, it cost 3.50 in total", "total",
	       "Dear Mr. Smith, it cost 3.50 in total");
	expect("She said \"no way.\" Then I left.", "left", "Then I left.");
	expect("Really?! Yes.", "Yes", "Yes.");
	expect("See example.com for more. Thanks", "more", "See example.com for more.");
	expect("the U.S. office knows", "knows", "the U.S. office knows");
	expect("one", "one", "one");
}

static void
korean(void **state)
{
	(void)state;
	expect("맛이 고소한 과자입니다. 환불 안 하면 고소하겠습니다.", "고소하겠",
	       "환불 안 하면 고소하겠습니다.");
	expect("너무 화가 납니다 환불해 주세요 고소합니다", "환불", "환불해 주세요");
	expect("고소하겠습니다라고 말했어요", "고소", "고소하겠습니다라고 말했어요");
	expect("고소합니다 라고 하셨습니다", "고소", "고소합니다 라고 하셨습니다");
	expect("늦었으니까 환불해 줘", "환불", "늦었으니까 환불해 줘");
	expect("정말입니까 알려 주세요", "알려", "알려 주세요");
	expect("필요 없습니다", "없", "필요 없습니다");
	expect("뭐라고요？ 다시요。 네", "다시", "다시요。");
}

static void
lines(void **state)
{
	(void)state;
	expect("first paragraph\n\nsecond one", "second", "second one");
	expect("안녕하세요\n환불 부탁드려요\n감사합니다", "환불", "환불 부탁드려요");
	expect("this is a line that a mailer wrapped at its end because\nit was too long",
	       "wrapped",
	       "this is a line that a mailer wrapped at its end because\nit was too long");
	expect("what I want from your company is all of the following:\n- my money\n- an apology",
	       "money", "- my money");
}

static void
several_sentences(void **state)
{
	const char *text = "One. Two. Three.";
	size_t offset, length;

	(void)state;
	sentence_around(text, strlen(text), 2, 5, &offset, &length);
	assert_int_equal(offset, 0);
	assert_int_equal(length, strlen("One. Two. "));
}

static void
edges_and_reach(void **state)
{
	size_t len = 5 * SENTENCE_REACH, offset, length;
	char *text = malloc(len + 1);

	(void)state;
	sentence_around("", 0, 0, 0, &offset, &length);
	assert_int_equal(offset + length, 0);
	memset(text, 'x', len);
	text[len] = '\0';
	sentence_around(text, len, len / 2, 1, &offset, &length);
	assert_int_equal(offset, len / 2 - SENTENCE_REACH);
	assert_int_equal(length, 2 * SENTENCE_REACH + 1);
	memset(text, ' ', len);
	sentence_around(text, len, len, 0, &offset, &length);
	assert_int_equal(offset + length, len);
	/* never cuts a character in two */
	for (size_t i = 0; i + 3 <= len; i += 3)
		memcpy(text + i, "가", 3);
	sentence_around(text, len / 3 * 3, 4200, 3, &offset, &length);
	assert_int_equal(offset % 3, 0);
	assert_int_equal(length % 3, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(english),         cmocka_unit_test(korean),
		cmocka_unit_test(lines),           cmocka_unit_test(several_sentences),
		cmocka_unit_test(edges_and_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
