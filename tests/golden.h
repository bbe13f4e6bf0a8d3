/*
 * golden: compares a text with a file below tests/fixtures. GOLDEN_WRITE=1 in the environment
 * writes the file instead, to be read by a person before it is committed. Include after cmocka.h.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/arena.h"
#include "filters/err.h"

/* The whole file, malloc'd; fails the test when it cannot be read. */
static inline char *
golden_read(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t len = 0, got;

	if (!f)
		fail_msg("%s cannot be opened", path);
	do {
		text = realloc(text, len + 65537);
		assert_non_null(text);
		got = fread(text + len, 1, 65536, f);
		len += got;
	} while (got > 0);
	fclose(f);
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	return text;
}

static inline void
golden_check(const char *path, const char *text)
{
	char *wanted;

	if (getenv("GOLDEN_WRITE")) {
		FILE *f = fopen(path, "wb");

		assert_non_null(f);
		fputs(text, f);
		assert_int_equal(fclose(f), 0);
		return;
	}
	wanted = golden_read(path, NULL);
	assert_string_equal(text, wanted);
	free(wanted);
}

/* Problems as people see them, one or two lines each. In the arena. */
static inline const char *
golden_problems(struct arena *arena, const struct problems *p)
{
	static const char *const levels[] = { "note", "warning", "error" };
	struct buf out = { .arena = arena };
	char line[1024];

	for (size_t i = 0; i < p->count; i++) {
		buf_printf(&out, "%s: %s\n", levels[p->list[i].level],
			   err_text(&p->list[i].err, line, sizeof(line)));
		if (p->list[i].hint[0])
			buf_printf(&out, "    %s\n", p->list[i].hint);
	}
	return buf_string(&out);
}

#endif
