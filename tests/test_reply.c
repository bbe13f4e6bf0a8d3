/*
 * test_reply: the new words of replies as each client writes them (tests/fixtures/reply), and the
 * promises of reply.h.
 *
 * A fixture is NAME.txt or NAME.html with NAME.new: the words expected, compared without white
 * space.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/reply.h"

#define FIXTURES "tests/fixtures/reply"

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (!f) {
		free(text);
		return NULL;
	}
	(void)!fread(text, 1, 65535, f);
	fclose(f);
	return text;
}

static void
squeeze(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (!isspace((unsigned char)*s))
			*to++ = *s;
	*to = 0;
}

/* Splits, checks what every split must keep to, and returns the text of one kind (to be freed). */
static char *
split(const char *text, size_t len, const struct html_quote *quotes, size_t quote_count,
      enum segment_kind kind)
{
	struct arena *a = arena_new(0);
	struct segment *segments;
	size_t count, end = 0, n = 0;
	char *out = calloc(1, len + 1);

	assert_non_null(out);
	assert_int_equal(reply_split(a, text, len, quotes, quote_count, &segments, &count), 0);
	assert_true(count <= LIMIT_SEGMENTS);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(segments[i].offset, end);
		assert_true(segments[i].length > 0);
		assert_true(i == 0 || segments[i].kind != segments[i - 1].kind);
		end += segments[i].length;
		if (segments[i].kind == kind) {
			memcpy(out + n, text + segments[i].offset, segments[i].length);
			n += segments[i].length;
		}
	}
	assert_int_equal(end, len);
	arena_free(a);
	return out;
}

static void
is(const char *text, enum segment_kind kind, const char *want)
{
	char *got = split(text, strlen(text), NULL, 0, kind);

	assert_string_equal(got, want);
	free(got);
}

static bool
fixture(const char *name)
{
	char path[512];
	char *want, *text, *got;
	struct arena *a = arena_new(0);
	struct html_result html = { 0 };
	bool same;

	snprintf(path, sizeof path, FIXTURES "/%s.new", name);
	want = read_file(path);
	snprintf(path, sizeof path, FIXTURES "/%s.html", name);
	text = read_file(path);
	if (text) {
		assert_int_equal(html_text(a, text, strlen(text), &html), 0);
	} else {
		snprintf(path, sizeof path, FIXTURES "/%s.txt", name);
		text = read_file(path);
		assert_non_null(text);
		html.text = text;
		html.len = strlen(text);
	}
	got = split(html.text, html.len, html.quotes, html.quote_count, SEGMENT_NEW);
	squeeze(got);
	squeeze(want);
	same = strcmp(got, want) == 0;
	if (!same)
		print_error("%s:\n  got  %s\n  want %s\n", name, got, want);
	free(want);
	free(text);
	free(got);
	arena_free(a);
	return same;
}

static void
test_fixtures(void **state)
{
	DIR *dir = opendir(FIXTURES);
	unsigned run = 0, bad = 0;

	(void)state;
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".new") != 0)
			continue;
		*dot = 0;
		run++;
		bad += !fixture(entry->d_name);
	}
	closedir(dir);
	assert_true(run >= 50);
	assert_int_equal(bad, 0);
}

static void
test_kinds(void **state)
{
	(void)state;
	is("", SEGMENT_NEW, "");
	is("\n\nhello\n\n", SEGMENT_NEW, "\n\nhello\n\n");
	is("new\n> a\n>\n> b\nmore\n", SEGMENT_QUOTED, "> a\n>\n> b\n");
	is("new\n> a\n>\n> b\nmore\n", SEGMENT_NEW, "new\nmore\n");
	is("new\n-- \nHana\n", SEGMENT_SIGNATURE, "-- \nHana\n");
	is("new\nSent from my iPhone\n", SEGMENT_SIGNATURE, "Sent from my iPhone\n");
	is("see\n---------- Forwarded message ---------\nFrom: a@example.com\nSubject: x\n\nold",
	   SEGMENT_FORWARDED,
	   "---------- Forwarded message ---------\nFrom: a@example.com\nSubject: x\n\nold");
	is("From: a@example.com\nDate: 2 Mar 2026\nSubject: x\n\nold", SEGMENT_NEW, "");
}

static void
test_signature_is_short(void **state)
{
	char text[4096] = "new\n-- \n";

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "a line of a poem\n");
	is(text, SEGMENT_NEW, text);
}

static void
test_only_signature_words(void **state)
{
	(void)state;
	/* Nothing would be left: then this is what they want to say. */
	is("Hana Kim\n010-1234-5678\nhana@example.com\n", SEGMENT_NEW,
	   "Hana Kim\n010-1234-5678\nhana@example.com\n");
}

static void
test_marked_by_html(void **state)
{
	const char *text = "new\nold\nsigned\nnew again";
	const struct html_quote quotes[] = { { 4, 3, SEGMENT_QUOTED },
					     { 8, 6, SEGMENT_SIGNATURE } };
	const struct html_quote all = { 0, 24, SEGMENT_QUOTED };
	char *got = split(text, strlen(text), quotes, 2, SEGMENT_NEW);

	(void)state;
	assert_string_equal(got, "new\nnew again");
	free(got);
	/* One blockquote around everything, and nobody named: an editor's habit. */
	got = split(text, strlen(text), &all, 1, SEGMENT_NEW);
	assert_string_equal(got, text);
	free(got);
}

static char *
many(const char *piece, size_t count)
{
	size_t n = strlen(piece);
	char *text = malloc(n * count + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, piece, n);
	text[n * count] = 0;
	return text;
}

static void
test_limits(void **state)
{
	static const char *const pieces[] = {
		"> a\nb\n",
		"--\nb\n",
		"From: a\n",
		"On 2 Mar 2026 at 15:20\n",
		"a@example.com:\n\n",
		"\n",
		"-----\n",
		"Sent from my iPhone\n",
		"010-1234-5678\n",
		"-----Original Message-----\nx\n",
		"\xec\x9a\x94 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		char *text = many(pieces[i], LIMIT_LINES + 10); /* LIMIT_LINES, LIMIT_SEGMENTS */

		free(split(text, strlen(text), NULL, 0, SEGMENT_NEW));
		free(text);
	}
}

static void
test_last_segment_is_new(void **state)
{
	char *text = many("> a\nb\n", LIMIT_SEGMENTS),
	     *got = split(text, strlen(text), NULL, 0, SEGMENT_NEW);

	(void)state;
	assert_int_equal(strcmp(got + strlen(got) - 2, "b\n"), 0);
	assert_non_null(strstr(got, "> a"));
	free(got);
	free(text);
}

static void
test_out_of_memory(void **state)
{
	char *text = many("> a\nb\n", 500);

	(void)state;
	for (size_t limit = 500; limit < 120000; limit += 900) {
		struct arena *a = arena_new(limit);
		struct segment *segments = NULL;
		size_t count = 77;
		int r = reply_split(a, text, strlen(text), NULL, 0, &segments, &count);

		if (r < 0) {
			assert_int_equal(r, -12);
			assert_int_equal(count, 77);
		}
		arena_free(a);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_signature_is_short),
		cmocka_unit_test(test_only_signature_words),
		cmocka_unit_test(test_marked_by_html),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_last_segment_is_new),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
