/*
 * test_arena: memory of one message, its bound, and strings that grow in it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "filters/arena.h"
#include "filters/err.h"
#include "filters/limits.h"

static void
allocates_aligned_and_apart(void **state)
{
	struct arena *a = arena_new(0);
	char *last = NULL;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		char *p = arena_alloc(a, i % 97);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_true(p != last);
		memset(p, (int)i, i % 97);
		last = p;
	}
	assert_true(arena_used(a) >= 5000 * 40);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_non_null(arena_alloc(a, 10u << 20));
	arena_reset(a);
	assert_non_null(arena_alloc(a, 1));
	arena_free(a);
	arena_free(NULL);
}

static void
refuses_past_its_bound(void **state)
{
	struct arena *a = arena_new(100000);
	size_t n = 0;

	(void)state;
	while (arena_alloc(a, 1000))
		n++;
	assert_in_range(n, 90, 100);
	assert_null(arena_printf(a, "%2000d", 1));
	assert_null(arena_alloc(a, SIZE_MAX));
	assert_null(arena_calloc(a, SIZE_MAX / 2, 4));
	arena_reset(a);
	assert_non_null(arena_alloc(a, 1000));
	arena_free(a);
}

static void
grows_in_place_when_latest(void **state)
{
	struct arena *a = arena_new(0);
	char *p = arena_strdup(a, "abc"), *q, *other;

	(void)state;
	q = arena_grow(a, p, 4, 1000);
	assert_ptr_equal(p, q);
	other = arena_alloc(a, 1);
	*other = 'x';
	q = arena_grow(a, p, 1000, 2000);
	assert_ptr_not_equal(p, q);
	assert_string_equal(q, "abc");
	assert_non_null(arena_grow(a, NULL, 0, 8));
	arena_free(a);
}

static void
calloc_gives_zeros_after_reset(void **state)
{
	struct arena *a = arena_new(0);
	char *p = arena_alloc(a, 256);

	(void)state;
	memset(p, 0xff, 256);
	arena_reset(a);
	p = arena_calloc(a, 16, 16);
	for (int i = 0; i < 256; i++)
		assert_int_equal(p[i], 0);
	arena_free(a);
}

static void
strings_grow(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b = { .arena = a }, empty = { .arena = a };

	(void)state;
	assert_string_equal(buf_string(&empty), "");
	for (int i = 0; i < 10000; i++) {
		buf_add_char(&b, 'a');
		if (i % 100 == 0)
			assert_non_null(arena_alloc(a, 3));
	}
	buf_add(&b, "\0x", 2);
	buf_printf(&b, "%d%s", 42, "!");
	assert_non_null(buf_string(&b));
	assert_int_equal(b.len, 10005);
	assert_memory_equal(b.at + 9999, "a\0x42!", 7);
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	arena_free(a);
}

static void
string_failure_is_kept(void **state)
{
	struct arena *a = arena_new(4096);
	struct buf b = { .arena = a };

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_add_char(&b, 'a');
	assert_int_equal(b.failed, 1);
	buf_add(&b, "x", 1);
	buf_printf(&b, "x");
	assert_null(buf_string(&b));
	arena_free(a);
}

static void
errors_name_their_place(void **state)
{
	struct err e;
	char buf[1024];

	(void)state;
	assert_int_equal(err_set(NULL, -5, "x"), -5);
	assert_int_equal(err_set(&e, -5, "cannot read %s", "it"), -5);
	assert_string_equal(err_text(&e, buf, sizeof(buf)), "cannot read it");
	assert_int_equal(err_at(&e, -7, "a.yaml", 3, 9, "bad %d", 1), -7);
	assert_string_equal(err_text(&e, buf, sizeof(buf)), "a.yaml:3:9: bad 1");
	err_at(&e, -7, "a.yaml", 3, 0, "bad");
	assert_string_equal(err_text(&e, buf, sizeof(buf)), "a.yaml:3: bad");
	err_prefix(&e, -7, "loading %s", "rules");
	assert_string_equal(err_text(&e, buf, sizeof(buf)), "a.yaml:3: loading rules: bad");
	err_set(&e, -1, "%600s", "x");
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void
errors_are_cut_between_characters(void **state)
{
	struct err e;
	char text[1024] = "";

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(text, "가");
	for (int shift = 0; shift < 3; shift++) {
		size_t len;

		err_set(&e, -1, "%.*s%s", shift, "xx", text);
		len = strlen(e.text);
		assert_true(len >= sizeof(e.text) - 3);
		assert_memory_equal(e.text + len - 3, "가", 3);
	}
}

static void
problems_are_counted_past_their_bound(void **state)
{
	struct problems p = { 0 };

	(void)state;
	for (int i = 0; i < PROBLEMS_MAX + 10; i++)
		problems_add(&p, i % 2 ? PROBLEM_ERROR : PROBLEM_WARNING, "f", 1, 2,
			     i ? NULL : "try this", "no %d", i);
	assert_int_equal(p.count, PROBLEMS_MAX);
	assert_int_equal(p.errors, PROBLEMS_MAX / 2 + 5);
	assert_int_equal(p.warnings, PROBLEMS_MAX / 2 + 5);
	assert_string_equal(p.list[0].hint, "try this");
	assert_string_equal(p.list[1].hint, "");
	assert_string_equal(p.list[1].err.text, "no 1");
	problems_free(&p);
	assert_int_equal(p.count, 0);
	problems_add(&p, PROBLEM_NOTE, NULL, 0, 0, NULL, "again");
	assert_int_equal(p.count, 1);
	assert_int_equal(p.errors, 0);
	problems_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocates_aligned_and_apart),
		cmocka_unit_test(refuses_past_its_bound),
		cmocka_unit_test(grows_in_place_when_latest),
		cmocka_unit_test(calloc_gives_zeros_after_reset),
		cmocka_unit_test(strings_grow),
		cmocka_unit_test(string_failure_is_kept),
		cmocka_unit_test(errors_name_their_place),
		cmocka_unit_test(errors_are_cut_between_characters),
		cmocka_unit_test(problems_are_counted_past_their_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
