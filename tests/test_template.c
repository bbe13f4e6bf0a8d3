/*
 * template: what is rendered, what is refused, and that no value gets out of its place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "daemon/template.h"
#include "golden.h"

static const char *const known[] = { "name", "customer.name", "list", "yes", "no", "none", NULL };
static struct arena *arena;

static struct template *
parse(const char *text)
{
	struct problems problems = { .count = 0 };
	struct template *t = NULL;
	char line[1024];

	if (template_parse("t.txt", text, strlen(text), known, &problems, &t) < 0)
		fail_msg("%s", problems.count ? err_text(&problems.list[0].err, line, sizeof(line))
					      : "?");
	problems_free(&problems);
	return t;
}

static json_t *
values(void)
{
	return json_pack("{s:s, s:{s:s}, s:[{s:s},{s:s}], s:b, s:b}", "name",
			 "{{no}} <b>\x01\r\nBcc: x\tend", "customer", "name", "홍길동", "list",
			 "name", "a", "name", "b", "yes", 1, "no", 0);
}

static void
expect(const char *text, const char *subject, const char *body)
{
	struct template *t = parse(text);
	json_t *v = values();
	const char *s, *b;

	assert_int_equal(template_render(t, v, arena, &s, &b), 0);
	assert_string_equal(s, subject);
	assert_string_equal(b, body);
	json_decref(v);
	template_free(t);
	arena_reset(arena);
}

static void
renders(void **state)
{
	(void)state;
	expect("\nplain\n", "", "plain\n");
	expect("Subject: Re: {{customer.name}}\n\n{{ customer.name }} 고객님\n", "Re: 홍길동",
	       "홍길동 고객님\n");
	expect("\n{{#yes}}y{{/yes}}{{^yes}}n{{/yes}}{{#no}}y{{/no}}{{^no}}n{{/no}}{{#none}}y{{/"
	       "none}}{{^none}}n{{/none}}",
	       "", "ynn");
	expect("\n{{#list}}<{{name}}>{{/list}}", "", "<a><b>");
	expect("\n{{#customer.name}}{{customer.name}}!{{/customer.name}}", "", "홍길동!");
	expect("\na\n  {{#yes}}  \nb\n{{/yes}}\n{{! gone }}\nc\n{{^yes}}\nd\n{{/yes}}\n", "",
	       "a\nb\nc\n");
	expect("\r\na\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\n", "", "a\r\nb\r\n");
	expect("\n{{none}}|{{no}}|{{yes}}|{{list}}", "", "|||");
	expect("\n{{#yes}}{{#yes}}{{customer.name}}{{/yes}}{{/yes}}", "", "홍길동");
	expect("\nno tags } } { { here }}", "", "no tags } } { { here }}");
}

static void
values_stay_in_their_place(void **state)
{
	(void)state;
	/* Not read again, not escaped; a header value is one line. */
	expect("Subject: {{name}}\n\n{{name}}", "{{no}} <b> Bcc: x end", "{{no}} <b>\nBcc: x\tend");
}

static void
refuse(const char *text, size_t len, const char *said, const char *hint)
{
	struct problems problems = { .count = 0 };
	struct template *t = NULL;
	char line[1024];

	assert_int_equal(template_parse("t.txt", text, len, known, &problems, &t), -EINVAL);
	assert_null(t);
	assert_true(problems.count > 0);
	assert_string_equal(err_text(&problems.list[0].err, line, sizeof(line)), said);
	if (hint)
		assert_string_equal(problems.list[0].hint, hint);
	problems_free(&problems);
}

#define REFUSE(text, said, hint) refuse(text, sizeof(text) - 1, said, hint)

static void
says_what_is_wrong(void **state)
{
	struct problems problems = { .count = 0 };
	struct template *t = NULL;
	const char many[] = "\n{{nmae}}\n{{#yes}}\n{{>part}}\n{{oops\n";

	(void)state;
	REFUSE("\n가나 {{custmer.name}}", "t.txt:2:4: there is no variable \"custmer.name\"",
	       "did you mean \"customer.name\"?");
	REFUSE("\n{{#yes}}\nx\n", "t.txt:2:1: section \"yes\" is never closed",
	       "close it with {{/yes}}");
	REFUSE("\nx{{/yes}}", "t.txt:2:2: {{/yes}} closes nothing", NULL);
	REFUSE("\n{{#yes}}{{#no}}{{/yes}}{{/no}}",
	       "t.txt:2:16: {{/yes}} does not close the section that is open", "write {{/no}}");
	REFUSE("\n{{{name}}}", "t.txt:2:1: \"name\" stands in a kind of tag that is not read",
	       NULL);
	REFUSE("\n{{&name}}", "t.txt:2:1: \"name\" stands in a kind of tag that is not read", NULL);
	REFUSE("\n{{name", "t.txt:2:1: a tag begins that is not closed", NULL);
	REFUSE("\n{{na\nme}}", "t.txt:2:1: a tag begins that is not closed", NULL);
	REFUSE("\n{{}}", "t.txt:2:1: \"\" is no name of a variable", NULL);
	REFUSE("\n{{a..b}}", "t.txt:2:1: \"a..b\" is no name of a variable", NULL);
	REFUSE("Hello\n\nx", "t.txt:1:1: the template does not begin with its header", NULL);
	REFUSE("Bcc: x\n\nx", "t.txt:1:1: the template does not begin with its header", NULL);
	REFUSE("Subject: a\nSubject: b\n\nx",
	       "t.txt:2:1: a second line stands before the empty line", NULL);
	REFUSE("Subject: a", "t.txt:1:1: the template has no body", NULL);
	REFUSE("Subject: {{#yes}}\n\n{{/yes}}", "t.txt:1:10: section \"yes\" is never closed",
	       NULL);
	REFUSE("Subject: a\rb\n\nx", "t.txt:1:11: a control character stands here", NULL);
	REFUSE("\n\xc8\xaf\xba\xd2", "t.txt:2:2: this is not UTF-8", NULL);
	REFUSE("\nx\0y", "t.txt: holds a NUL byte", NULL);
	assert_int_equal(template_parse("t.txt", many, sizeof(many) - 1, known, &problems, &t),
			 -EINVAL);
	assert_int_equal(problems.errors, 4);
	problems_free(&problems);
}

static void
is_bounded(void **state)
{
	struct problems problems = { .count = 0 };
	struct template *t = NULL;
	struct buf text = { .arena = arena };
	json_t *v = json_pack("{s:[]}", "list");
	const char *s, *b;

	(void)state;
	buf_add_char(&text, '\n');
	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		buf_printf(&text, "{{#yes}}");
	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		buf_printf(&text, "{{/yes}}");
	assert_int_equal(template_parse("t", buf_string(&text), text.len, known, &problems, &t),
			 -EINVAL);
	problems_free(&problems);
	/* 1000 ^ 4 empty repetitions */
	for (int i = 0; i < 1000; i++)
		json_array_append_new(json_object_get(v, "list"), json_true());
	t = parse("\n{{#list}}{{#list}}{{#list}}{{#list}}{{/list}}{{/list}}{{/list}}{{/list}}");
	assert_int_equal(template_render(t, v, arena, &s, &b), -E2BIG);
	template_free(t);
	json_decref(v);
	text = (struct buf){ .arena = arena };
	for (unsigned i = 0; i < TEMPLATE_BYTES_MAX + 1; i++)
		buf_add_char(&text, '\n');
	assert_int_equal(template_parse("t", buf_string(&text), text.len, known, &problems, &t),
			 -EINVAL);
	problems_free(&problems);
	arena_reset(arena);
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
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders),
		cmocka_unit_test(values_stay_in_their_place),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
