/*
 * test_language: Korean, English, and what is neither.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "filters/language.h"

static void
is(const char *text, const char *want)
{
	const char *got = language_detect(text, strlen(text));

	if (strcmp(got, want) != 0)
		fail_msg("%s: %s, not %s", text, got, want);
}

static void
test_korean(void **state)
{
	(void)state;
	is("환불해 주세요", "ko");
	is("Samsung Galaxy S24 Ultra 환불해주세요", "ko");
	is("order number ABC-123, delivery 가 너무 늦어요. refund 해주세요.", "ko");
	is("ㅅㅂ 뭐하는 거야", "ko");
	is("https://shop.example/a/very/long/link/that/is/latin/only 이거 왜 이래요", "ko");
	is("\xe1\x84\x92\xe1\x85\xaa\xe1\x86\xab\xe1\x84\x87\xe1\x85\xae\xe1\x86\xaf", "ko");
}

static void
test_english(void **state)
{
	(void)state;
	is("I want a refund", "en");
	is("Where is my order? It has been three weeks and nobody has answered me.", "en");
	is("My name is 김하나 and I never received the chair that you sent to Busan.", "en");
	is("I’m done with you", "en");
}

static void
test_neither(void **state)
{
	(void)state;
	is("", "und");
	is("12345 !!! :)", "und");
	is("a@example.com https://example.com/the/and/to", "und");
	is("Quiero que me devuelvan el dinero, no me gusta nada esta silla", "und");
	is("Ich warte seit drei Wochen auf meine Bestellung und niemand antwortet", "und");
	is("返金してください、本当にひどいです", "und");
	is("Я жду уже три недели", "und");
}

static void
test_broken_bytes(void **state)
{
	(void)state;
	is("\xff\xfe\xed", "und");
	is("\xf0", "und");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_english),
		cmocka_unit_test(test_neither),
		cmocka_unit_test(test_broken_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
