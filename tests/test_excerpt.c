/*
 * excerpt: the mark stands under its place, whatever is before it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/excerpt.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
shown(const char *text, unsigned column)
{
	static char out[2048];
	char *printed = NULL;
	size_t len = 0;
	struct term term = { .out = open_memstream(&printed, &len) };

	assert_non_null(term.out);
	excerpt_print(&term, text, 7, column);
	assert_int_equal(fclose(term.out), 0);
	snprintf(out, sizeof(out), "%s", printed);
	free(printed);
	return out;
}

static void
marks(void **state)
{
	(void)state;
	assert_string_equal(shown("match: x", 8), "    7 | match: x\n"
						  "      |        ^\n");
	assert_string_equal(shown("가나: 다", 5), "    7 | 가나: 다\n"
						  "      |       ^\n");
	assert_string_equal(shown("ㅅㅂx", 3), "    7 | ㅅㅂx\n"
					       "      |     ^\n");
	/* A mark that composes with the letter before it takes no column. */
	assert_string_equal(shown("e\xcc\x81x", 3), "    7 | e\xcc\x81x\n"
						    "      |  ^\n");
	/* Behind the end, and nowhere. */
	assert_string_equal(shown("ab", 3), "    7 | ab\n"
					    "      |   ^\n");
	assert_string_equal(shown("ab", 99), "    7 | ab\n"
					     "      |   ^\n");
	assert_string_equal(shown("ab", 0), "    7 | ab\n");
	assert_string_equal(shown("", 1), "    7 | \n"
					  "      | ^\n");
}

static void
nothing_steers_the_terminal(void **state)
{
	(void)state;
	assert_string_equal(shown("\ta\033[2J\xff", 2), "    7 |  a [2J\xef\xbf\xbd\n"
							"      |  ^\n");
}

/* The column of the mark, and what stands there. */
static void
check_long(const char *text, unsigned column, const char *there)
{
	const char *out = shown(text, column), *second = strchr(out, '\n') + 1;
	size_t mark = strcspn(second, "^"), columns = 0;
	const char *p = out;

	assert_true(mark < 8 + 60);
	for (; columns < mark; p++) {
		char one[5] = { *p };

		for (int n = 1; ((unsigned char)p[1] & 0xc0) == 0x80; n++)
			one[n] = *++p;
		columns += term_columns(one);
	}
	assert_int_equal(columns, mark);
	assert_memory_equal(p, there, strlen(there));
}

static void
long_lines_are_shown_around_the_place(void **state)
{
	char text[4096] = "";

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(text, "가a");
	strcat(text, "HERE");
	for (int i = 0; i < 300; i++)
		strcat(text, "나b");
	check_long(text, 601, "HERE나b");
	check_long(text, 1, "가a가a");
	check_long(text, 31, "가a가a");
	check_long(text, 600, "aHERE");
	assert_non_null(strstr(shown(text, 601), "    7 | …"));
	assert_non_null(strstr(shown(text, 601), "…\n"));
	assert_non_null(strstr(shown(text, 1), "    7 | 가a"));
}

static void
lines_of_files(void **state)
{
	char path[] = "/tmp/triaged-excerpt-XXXXXX";
	int fd = mkstemp(path);
	struct excerpts x = { .arena = arena };

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "one\r\n\nthree", 11), 11);
	close(fd);
	assert_string_equal(excerpt_line(&x, path, 1), "one");
	assert_string_equal(excerpt_line(&x, path, 2), "");
	assert_string_equal(excerpt_line(&x, path, 3), "three");
	assert_null(excerpt_line(&x, path, 4));
	assert_null(excerpt_line(&x, path, 0));
	assert_int_equal(unlink(path), 0);
	assert_string_equal(excerpt_line(&x, path, 3), "three"); /* read once */
	assert_null(excerpt_line(&x, "/nonexistent", 1));
	assert_null(excerpt_line(&x, "/nonexistent", 1));
	assert_null(excerpt_line(&x, "/tmp", 1)); /* no file */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks),
		cmocka_unit_test(nothing_steers_the_terminal),
		cmocka_unit_test(long_lines_are_shown_around_the_place),
		cmocka_unit_test(lines_of_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
