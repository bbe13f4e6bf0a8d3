/*
 * yamldoc: places, types, bounds, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "filters/limits.h"
#include "filters/yamldoc.h"
#include "golden.h"

static struct arena *arena;
static struct problems problems;
static struct yamldoc doc;

static int
load(const char *text)
{
	problems_free(&problems);
	return yamldoc_load(&doc, arena, "f.yaml", text, strlen(text), &problems);
}

static void
knows_places(void **state)
{
	const struct yamlnode *n;

	(void)state;
	assert_int_equal(load("가: 나\nlist:\n  - a\n  - {x: \"y\", z: }\nblock: |\n  text\n"), 0);
	n = yamldoc_get(doc.root, "가");
	assert_string_equal(n->text, "나");
	assert_int_equal(n->line, 1);
	assert_int_equal(n->column, 4);
	assert_true(n->plain);
	n = yamldoc_get(doc.root, "list");
	assert_int_equal(n->kind, YAMLNODE_LIST);
	assert_int_equal(n->count, 2);
	n = n->first->next;
	assert_int_equal(n->line, 4);
	assert_int_equal(n->column, 5);
	assert_false(yamldoc_get(n, "x")->plain);
	assert_int_equal(yamldoc_get(n, "z")->kind, YAMLNODE_NULL);
	assert_true(yamldoc_get(doc.root, "block")->block);
	assert_null(yamldoc_get(doc.root, "x"));
	assert_null(yamldoc_get(NULL, "x"));
	assert_int_equal(load(""), 0);
	assert_int_equal(doc.root->kind, YAMLNODE_NULL);
}

static void
refuses(void **state)
{
	static const char *const cases[][2] = {
		{ "a: &x 1\n", "f.yaml:1:4: anchors (&name) are not read" },
		{ "a: *x\n", "f.yaml:1:4: aliases (*name) are not read" },
		{ "a: !str 1\n", "f.yaml:1:4: tags (!name) are not read" },
		{ "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document (---) begins" },
		{ "? [a]\n: b\n", "f.yaml:1:3: has a key that is not a word" },
		{ "a: \"x\\0y\"\n", "f.yaml:1:4: holds a NUL character" },
		{ "a: 'x\n", "f.yaml:2:1: is not YAML here: found unexpected end of stream (while "
			     "scanning a quoted scalar, which began in line 1)" },
		{ "a:\n\tb: 1\n", "f.yaml:2:1: tabs do not indent YAML" },
		{ "a:\n  - b: 1\n  \tc: 2\n", "f.yaml:3:3: tabs do not indent YAML" },
		{ "a: 1\n가: \x01\n",
		  "f.yaml:2:4: cannot be read as text: control characters are not allowed" },
		{ "a: 1\nb: \xba\xd2\n",
		  "f.yaml:2:4: cannot be read as text: invalid leading UTF-8 octet" },
	};
	static char large[LIMIT_RULE_FILE_BYTES + 1];
	struct buf deep = { .arena = arena };
	char line[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(load(cases[i][0]), -EINVAL);
		assert_int_equal(problems.errors, 1);
		assert_string_equal(err_text(&problems.list[0].err, line, sizeof(line)),
				    cases[i][1]);
		assert_int_equal(doc.root->kind, YAMLNODE_NULL);
	}
	for (int i = 0; i <= LIMIT_YAML_DEPTH; i++)
		buf_add_char(&deep, '[');
	assert_int_equal(load(buf_string(&deep)), -EINVAL);
	assert_non_null(strstr(problems.list[0].err.text, "nested too deep"));
	memset(large, '#', sizeof(large));
	problems_free(&problems);
	assert_int_equal(yamldoc_load(&doc, arena, "f.yaml", large, sizeof(large), &problems),
			 -EINVAL);
	assert_non_null(strstr(problems.list[0].err.text, "larger than the 8 MiB"));
}

static void
skips_a_byte_order_mark(void **state)
{
	(void)state;
	assert_int_equal(load("\xef\xbb\xbf"
			      "a: 1\nb: x\n"),
			 0);
	assert_int_equal(yamldoc_get(doc.root, "a")->line, 1);
	assert_int_equal(yamldoc_get(doc.root, "a")->column, 4);
	assert_int_equal(yamldoc_get(doc.root, "b")->line, 2);
	assert_int_equal(load("\xef\xbb\xbf"), 0);
	assert_int_equal(doc.root->kind, YAMLNODE_NULL);
	assert_int_equal(load("\xef\xbb\xbf"
			      "a: 1\n\x01\n"),
			 -EINVAL);
	assert_int_equal(problems.list[0].err.line, 2);
}

static void
reports_doubles_and_strangers(void **state)
{
	static const char *const known[] = { "accounts", "rules", NULL };

	(void)state;
	assert_int_equal(load("rules: 1\nacounts: 2\nrules: 3\nx: 4\n"), 0);
	assert_int_equal(problems.errors, 1);
	assert_false(yamldoc_keys(&doc, doc.root, "the file", known));
	yamldoc_sort(&problems, 0);
	assert_string_equal(golden_problems(arena, &problems),
			    "error: f.yaml:2:1: the file has no key \"acounts\"\n    did you mean "
			    "\"accounts\"?\n"
			    "error: f.yaml:3:1: key \"rules\" stands here a second time (first in "
			    "line 1)\n    keep one of them\n"
			    "error: f.yaml:4:1: the file has no key \"x\"\n    one of accounts, "
			    "rules\n");
	assert_string_equal(yamldoc_get(doc.root, "rules")->text, "1");
}

static void
reads_types(void **state)
{
	const struct yamlnode *n;
	const char *text = NULL, **list = NULL;
	long long integer = 0;
	double number = 0;
	size_t count = 0;
	bool yes = false;

	(void)state;
	assert_int_equal(load("[true, 'true', -12, 1.5, 5e3, 0x10, ~, text, \"a\\nb\", [a, b], [a, "
			      "[]], '']"),
			 0);
	n = doc.root->first;
	assert_true(yamldoc_bool(&doc, n, "x", &yes) && yes);
	n = n->next;
	assert_false(yamldoc_bool(&doc, n, "x", &yes));
	n = n->next;
	assert_true(yamldoc_integer(&doc, n, "x", -12, 0, &integer) && integer == -12);
	assert_false(yamldoc_integer(&doc, n, "x", -11, 0, &integer));
	assert_true(yamldoc_number(&doc, n, "x", &number) && number == -12);
	n = n->next;
	assert_true(yamldoc_number(&doc, n, "x", &number) && number == 1.5);
	assert_false(yamldoc_integer(&doc, n, "x", 0, 5, &integer));
	n = n->next;
	assert_false(yamldoc_number(&doc, n, "x", &number));
	n = n->next;
	assert_false(yamldoc_number(&doc, n, "x", &number));
	assert_false(yamldoc_integer(&doc, n, "x", 0, 50, &integer));
	n = n->next;
	assert_false(yamldoc_string(&doc, n, "x", &text));
	n = n->next;
	assert_true(yamldoc_string(&doc, n, "x", &text));
	assert_true(yamldoc_strings(&doc, n, "x", &list, &count) && count == 1 && !list[1]);
	n = n->next;
	assert_false(yamldoc_string(&doc, n, "x", &text));
	n = n->next;
	assert_true(yamldoc_strings(&doc, n, "x", &list, &count) && count == 2);
	assert_string_equal(list[1], "b");
	n = n->next;
	assert_false(yamldoc_strings(&doc, n, "x", &list, &count));
	n = n->next;
	assert_false(yamldoc_string(&doc, n, "x", &text));
	assert_string_equal(text, "text");
}

/* A list is never cut without a sign, whatever room there is. */
static void
a_choice_that_is_cut_shows_it(void **state)
{
	static const char *const words[] = { "first", "second", "third", NULL };
	static const char whole[] = "one of first, second, third";
	char buf[64];

	(void)state;
	for (size_t size = 20; size <= sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		yamldoc_choice("colour", words, buf, size);
		assert_true(strlen(buf) < size);
		if (size >= sizeof(whole))
			assert_string_equal(buf, whole);
		else
			assert_true(!strcmp(buf, "one of first, second, ...") ||
				    !strcmp(buf, "one of first, ..."));
	}
}

static void
finds_the_nearest(void **state)
{
	static const char *const words[] = { "folders", "password_file", "user", "tls", NULL };

	(void)state;
	assert_string_equal(yamldoc_nearest("fodlers", words), "folders");
	assert_string_equal(yamldoc_nearest("folder", words), "folders");
	assert_string_equal(yamldoc_nearest("usr", words), "user");
	assert_string_equal(yamldoc_nearest("passwordfile", words), "password_file");
	assert_null(yamldoc_nearest("colour", words));
	assert_null(yamldoc_nearest("", words));
	assert_null(yamldoc_nearest("x", NULL));
	assert_string_equal(yamldoc_nearest("B", (const char *const[]){ "a", "b", NULL }), "b");
	assert_string_equal(
		yamldoc_nearest("KO.threat.legal.sue",
				(const char *const[]){ "en.sue", "ko.threat.legal.sue", NULL }),
		"ko.threat.legal.sue");
}

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
	problems_free(&problems);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_places),
		cmocka_unit_test(refuses),
		cmocka_unit_test(skips_a_byte_order_mark),
		cmocka_unit_test(reports_doubles_and_strangers),
		cmocka_unit_test(reads_types),
		cmocka_unit_test(a_choice_that_is_cut_shows_it),
		cmocka_unit_test(finds_the_nearest),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
