/*
 * test_enclosed: files inside texts, cut and named; words that look like them, kept.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "filters/enclosed.h"
#include "filters/limits.h"

static struct arena *arena;
static struct reader reader;
static struct names names;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	reader_init(&reader, arena);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	reader_close(&reader);
	arena_free(arena);
	return 0;
}

static const char *
cut(const char *text)
{
	size_t len = strlen(text);

	names = (struct names){ 0 };
	assert_int_equal(enclosed_cut(&reader, &text, &len, &names), 0);
	return arena_strndup(arena, text, len);
}

static void
uuencoded(void **state)
{
	(void)state;
	assert_string_equal(
		cut("See:\r\nbegin 644 my photo.jpg\r\n#86)C\r\n`\r\nend\r\nThanks\r\n"),
		"See:\r\nThanks\r\n");
	assert_int_equal(names.count, 1);
	assert_string_equal(names.list[0], "my photo.jpg");
	/* Two of them; the end of the second is lost, and the words behind it stay. */
	assert_string_equal(cut("a\nbegin 600 x\n#86)C\n \nend\nb\nbegin 0755 "
				"\xc8\xaf\xba\xd2.txt\n#86)C\n#86)C\nand please answer\n"),
			    "a\nb\nand please answer\n");
	assert_int_equal(names.count, 2);
	assert_string_equal(names.list[1], "환불.txt");
}

static void
yenc(void **state)
{
	(void)state;
	assert_string_equal(cut("a\n=ybegin line=128 size=3 name=p.jpg\n\x8b\x8c\x8d=y\n=yend "
				"size=3\nb\n"),
			    "a\nb\n");
	assert_string_equal(names.list[0], "p.jpg");
	assert_string_equal(cut("=ybegin line=128 size=3 name=p.jpg\nno end\n"),
			    "=ybegin line=128 size=3 name=p.jpg\nno end\n");
	assert_int_equal(names.count, 0);
}

static void
words_stay(void **state)
{
	static const char *const texts[] = {
		"",
		"begin ",
		"I begin 644 times",
		"begin 644 x",
		"begin 644 x\nand then nothing like it\n",
		"begin at the beginning\n#86)C\n",
		"begin 64 x\n#86)C\n",
		"x =ybegin name=a\n=yend",
		"=ybegin size=1\n=yend\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_string_equal(cut(texts[i]), texts[i]);
		assert_int_equal(names.count, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuencoded),
		cmocka_unit_test(yenc),
		cmocka_unit_test(words_stay),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
