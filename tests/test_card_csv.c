/*
 * test_card_csv: customers from a spreadsheet, and every mistake with its line.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon/card_csv.h"

static struct arena *arena;
static struct err err;

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

static int
read_text(const char *text, struct card_csv *ret)
{
	err = (struct err){ .text = "" };
	return card_csv_read(arena, text, strlen(text), ret, &err);
}

static void
a_sheet_is_read(void **state)
{
	struct card_csv csv;

	(void)state;
	assert_int_equal(read_text("\xef\xbb\xbfNote,value,Currency,address,since,name\r\n"
				   "\"says \"\"hi\"\",\r\nand more\",1200000,KRW,kim@mail.example,"
				   "2016-03-01,\"Kim, Ltd\"\r\n"
				   "\r\n"
				   ",,,lee@mail.example,,",
				   &csv),
			 0);
	assert_int_equal(csv.count, 2);
	assert_int_equal(csv.bad, 0);
	assert_int_equal(csv.lines[0].line, 2);
	assert_string_equal(csv.lines[0].row.address, "kim@mail.example");
	assert_string_equal(csv.lines[0].row.name, "Kim, Ltd");
	assert_string_equal(csv.lines[0].row.value, "1200000");
	assert_string_equal(csv.lines[0].row.currency, "KRW");
	assert_string_equal(csv.lines[0].row.since, "2016-03-01");
	assert_string_equal(csv.lines[0].row.remark, "says \"hi\",\r\nand more");
	assert_int_equal(csv.lines[1].line, 5);
	assert_string_equal(csv.lines[1].row.address, "lee@mail.example");
	assert_string_equal(csv.lines[1].row.value, "");
	assert_int_equal(read_text("address\rkim@mail.example\rlee@mail.example", &csv), 0);
	assert_int_equal(csv.count, 2);
	assert_int_equal(csv.lines[1].line, 3);
	assert_int_equal(read_text("address\n", &csv), 0);
	assert_int_equal(csv.count, 0);
}

static void
expect_refused(const char *text, const char *says)
{
	struct card_csv csv;

	assert_int_equal(read_text(text, &csv), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("not said: %s; but: %s", says, err.text);
}

static void
a_file_that_cannot_be_read(void **state)
{
	(void)state;
	expect_refused("", "it is empty");
	expect_refused("\r\n\r\n", "it is empty");
	expect_refused("address,age\n", "line 1: there is no column \"age\"");
	expect_refused("address;value\n", "line 1: the columns stand apart by a semicolon");
	expect_refused("address\tvalue\n", "line 1: the columns stand apart by a tab");
	expect_refused("name,value\n", "line 1: there is no column address");
	expect_refused("address,name,address\n", "line 1: the column address is there twice");
	expect_refused("address,name,value,currency,since,note,x\n", "more than 6 columns");
	expect_refused("address,note\na@b.example,\"open\nb@c.example,x\n", "opens at line 2");
	expect_refused("address,note\na@b.example,\"x\" y\"\n", "line 2: the quotes");
	expect_refused("\xff\xfe\n", "line 1, column 1 is not UTF-8");
}

static void
bad_lines_are_told(void **state)
{
	struct card_csv csv;

	(void)state;
	assert_int_equal(read_text("address,value,currency\n"
				   "kim@mail.example,5,KRW\n"
				   "lee,5,KRW\n"
				   "\n"
				   "KIM@mail.example,6,KRW\n"
				   "a@b.example,5\n"
				   "b@b.example,5,KRW,x\n"
				   "c\xff@b.example,5,KRW\n",
				   &csv),
			 0);
	assert_int_equal(csv.count, 6);
	assert_int_equal(csv.bad, 5);
	assert_null(csv.lines[0].wrong);
	assert_int_equal(csv.lines[1].line, 3);
	assert_non_null(strstr(csv.lines[1].wrong, "no mail address"));
	assert_int_equal(csv.lines[2].line, 5);
	assert_non_null(strstr(csv.lines[2].wrong, "again, as line 2 does"));
	assert_non_null(strstr(csv.lines[3].wrong, "has 2 columns, the header has 3"));
	assert_non_null(strstr(csv.lines[4].wrong, "has 4 columns"));
	assert_non_null(strstr(csv.lines[5].wrong, "is not UTF-8"));
}

static void
sizes_are_bounded(void **state)
{
	size_t len = CARD_CSV_BYTES + 1;
	char *text = arena_alloc(arena, len);
	struct buf rows = { .arena = arena };
	struct card_csv csv;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	assert_int_equal(card_csv_read(arena, text, len, &csv, &err), -EINVAL);
	assert_non_null(strstr(err.text, "larger than 128 MiB"));
	buf_printf(&rows, "address\n");
	for (unsigned i = 0; i <= CARD_CSV_ROWS; i++)
		buf_printf(&rows, "c%u@b.example\n", i);
	assert_int_equal(card_csv_read(arena, rows.at, rows.len, &csv, &err), -EINVAL);
	assert_non_null(strstr(err.text, "line 1000002: there are more than 1000000"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sheet_is_read),
		TEST(a_file_that_cannot_be_read),
		TEST(bad_lines_are_told),
		TEST(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
