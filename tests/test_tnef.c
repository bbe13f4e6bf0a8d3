/*
 * test_tnef: winmail.dat: the text in it, the names of its files, and streams that lie.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/message.h"
#include "filters/tnef.h"

static struct arena *arena;
static struct reader reader;
static struct names names;
static struct buf stream;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	reader_init(&reader, arena);
	names = (struct names){ 0 };
	stream = (struct buf){ .arena = arena };
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

static void
number(struct buf *out, uint32_t value, int size)
{
	for (int i = 0; i < size; i++)
		buf_add_char(out, (char)(value >> 8 * i));
}

static void
begin(void)
{
	number(&stream, 0x223e9f78, 4);
	number(&stream, 1, 2);
}

static void
attribute(int level, uint32_t id, const char *data, size_t len)
{
	number(&stream, (uint32_t)level, 1);
	number(&stream, id, 4);
	number(&stream, (uint32_t)len, 4);
	buf_add(&stream, data, len);
	number(&stream, 0, 2);
}

/* A property whose value has a length of its own. */
static void
property(struct buf *out, unsigned type, unsigned id, const char *value, size_t len)
{
	number(out, type, 2);
	number(out, id, 2);
	number(out, 1, 4);
	number(out, (uint32_t)len, 4);
	buf_add(out, value, len);
	for (; len % 4; len++)
		buf_add_char(out, 0);
}

static struct tnef
read_stream(void)
{
	struct tnef t;

	reader.notes = 0;
	assert_int_equal(tnef_read(&reader, stream.at, stream.len, &names, &t), 0);
	return t;
}

static void
plain_body(void **state)
{
	struct tnef t;

	(void)state;
	begin();
	attribute(1, 0x00069007, "\xb5\x03\0\0\0\0\0\0", 8); /* 949 */
	attribute(1, 0x00018004, "subject", 8);
	attribute(1, 0x0002800c, "\xc8\xaf\xba\xd2\0", 5);
	attribute(2, 0x00069002, "", 0);
	attribute(2, 0x00018010, "a.txt", 6);
	attribute(2, 0x0006800f, "data", 4);
	attribute(2, 0x00069002, "", 0);
	attribute(2, 0x00018010, "\xc8\xaf\xba\xd2.pdf\0", 9);
	t = read_stream();
	assert_int_equal(t.text_len, 4);
	assert_memory_equal(t.text, "\xc8\xaf\xba\xd2", 4);
	assert_string_equal(t.text_charset, "cp949");
	assert_int_equal(t.html_len, 0);
	assert_false(t.rich);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.list[0], "a.txt");
	assert_string_equal(names.list[1], "환불.pdf");
	assert_int_equal(reader.notes, 0);
}

static void
properties(void **state)
{
	struct buf p = { .arena = arena };
	struct tnef t;

	(void)state;
	begin();
	number(&p, 7, 4);
	number(&p, 0x0003, 2); /* a number */
	number(&p, 0x3fde, 2);
	number(&p, 65001, 4);
	number(&p, 0x0003, 2); /* one that has a name of three letters */
	number(&p, 0x8001, 2);
	buf_add(&p, "0123456789abcdef", 16);
	number(&p, 1, 4);
	number(&p, 6, 4);
	buf_add(&p, "a\0b\0c\0\0\0", 8);
	number(&p, 9, 4);
	number(&p, 0x1003, 2); /* two numbers */
	number(&p, 0x1234, 2);
	number(&p, 2, 4);
	number(&p, 1, 4);
	number(&p, 2, 4);
	number(&p, 0x0048, 2);
	number(&p, 0x1235, 2);
	buf_add(&p, "0123456789abcdef", 16);
	property(&p, 0x1f, 0x1000, "\x58\xd6\x88\xbd\0\0", 6);
	property(&p, 0x102, 0x1013, "<p>hi", 5);
	property(&p, 0x102, 0x1009, "LZFu", 4);
	attribute(1, 0x00069003, p.at, p.len);
	p.len = 0;
	number(&p, 1, 4);
	property(&p, 0x1f, 0x3707, "l\0o\0n\0g\0.\0p\0d\0f\0\0\0", 18);
	attribute(2, 0x00069002, "", 0);
	attribute(2, 0x00018010, "LONG~1.PDF", 11);
	attribute(2, 0x00069005, p.at, p.len);
	t = read_stream();
	assert_int_equal(reader.notes, 0);
	assert_int_equal(t.text_len, 4);
	assert_string_equal(t.text_charset, "utf-16le");
	assert_int_equal(t.html_len, 5);
	assert_memory_equal(t.html, "<p>hi", 5);
	assert_string_equal(t.html_charset, "utf-8");
	assert_true(t.rich);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.list[0], "long.pdf");
}

static void
streams_that_lie(void **state)
{
	struct tnef t;
	char *copy;

	(void)state;
	begin();
	attribute(1, 0x0002800c, "words", 6);
	number(&stream, 1, 1);
	number(&stream, 0x0006800f, 4);
	number(&stream, 0xfffffff0, 4); /* more than there is */
	buf_add(&stream, "x", 1);
	t = read_stream();
	assert_int_equal(t.text_len, 5);
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_true(arena_used(arena) < 4096);

	stream.len = 0;
	begin();
	attribute(1, 0x00069003, "\xff\xff\xff\xff\x1e\x10\0\x10\xff\xff\xff\xff\0\0\0\0", 16);
	attribute(1, 0x0002800c, "words", 6);
	t = read_stream();
	assert_int_equal(t.text_len, 5);
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);

	/* Cut anywhere, in a copy that a sanitizer watches the end of. */
	for (size_t len = 0; len < stream.len; len++) {
		copy = malloc(len + 1);
		memcpy(copy, stream.at, len);
		assert_int_equal(tnef_read(&reader, copy, len, &names, &t), 0);
		free(copy);
	}
	assert_int_equal(tnef_read(&reader, "no such thing", 13, &names, &t), 0);
	assert_int_equal(t.text_len, 0);
}

static void
names_are_bounded(void **state)
{
	char name[3000];

	(void)state;
	memset(name, 'a', sizeof(name));
	begin();
	attribute(2, 0x00018010, name, sizeof(name));
	for (size_t i = 0; i < LIMIT_PARTS + 10; i++) {
		attribute(2, 0x00069002, "", 0);
		attribute(2, 0x00018010, "b", 2);
	}
	read_stream();
	assert_int_equal(names.count, LIMIT_PARTS);
	assert_int_equal(strlen(names.list[0]), LIMIT_FILENAME);
	assert_int_equal(reader.notes, NOTE_CUT_HEADERS | NOTE_CUT_PARTS);
}

static void
text_is_bounded(void **state)
{
	char *text = calloc(1, LIMIT_TEXT_BYTES + 2);
	struct tnef t;

	(void)state;
	memset(text, 'a', LIMIT_TEXT_BYTES + 1);
	begin();
	attribute(1, 0x0002800c, text, LIMIT_TEXT_BYTES + 2);
	t = read_stream();
	assert_int_equal(t.text_len, LIMIT_TEXT_BYTES);
	assert_int_equal(reader.notes, NOTE_CUT_TEXT);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_body, setup, teardown),
		cmocka_unit_test_setup_teardown(properties, setup, teardown),
		cmocka_unit_test_setup_teardown(streams_that_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(text_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
