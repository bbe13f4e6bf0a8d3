/*
 * test_labelled: rows and folders of labelled mail, what a label says, and what is said of
 * mistakes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/labelled.h"
#include "filters/limits.h"
#include "filters/message.h"

static char root[64];
static struct labelled *reader;
static struct labelled_mail mail;
static struct err err;

static const char *
below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s%s", root, *name ? "/" : "", name);
	return path;
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(below(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
folder(const char *name)
{
	assert_int_equal(mkdir(below(name), 0700), 0);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_labelled.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	source_mail_free(&mail.mail);
	labelled_close(reader);
	reader = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

static void
begin(const char *name)
{
	char *path = strdup(below(name));

	assert_int_equal(labelled_open(&path, 1, &reader), 0);
	free(path);
}

static int
next(void)
{
	source_mail_free(&mail.mail);
	memset(&err, 0, sizeof(err));
	return labelled_next(reader, &mail, &err);
}

static flag_set
set(const char *name)
{
	flag_set s = flag_set_by_name(name);

	assert_int_not_equal(s, 0);
	return s;
}

/* The label of one row. */
static struct label
label(const char *members)
{
	char text[512];
	json_t *row;
	struct label l;

	snprintf(text, sizeof(text), "{%s}", members);
	row = json_loads(text, 0, NULL);
	assert_non_null(row);
	assert_int_equal(label_read(row, &l, &err), 0);
	json_decref(row);
	return l;
}

static void
without_scope_all_is_labelled(void **state)
{
	struct label l = label("\"flags\":[\"threat.legal\"],\"unsure\":[\"signal.churn\"]");

	(void)state;
	assert_int_equal(l.present, set("threat.legal"));
	assert_int_equal(l.unsure, set("signal.churn"));
	assert_int_equal(l.absent, label_flags() & ~l.present & ~l.unsure);
	assert_int_equal(l.some | l.whole, 0);
	l = label("\"flags\":[\"abuse\"]");
	assert_int_equal(l.present, 0);
	assert_int_equal(l.some, set("abuse"));
	assert_int_equal(l.whole, set("abuse"));
	assert_int_equal(l.absent, label_flags() & ~set("abuse"));
	/* Derived, so that people do not label it; where they do it counts. */
	l = label("\"flags\":[\"extortion\"]");
	assert_int_equal(l.present, set("extortion"));
}

static void
scope_says_what_is_labelled(void **state)
{
	struct label l = label("\"flags\":[],\"scope\":[\"threat\",\"demand.refund\"]");

	(void)state;
	assert_int_equal(l.present, 0);
	assert_int_equal(l.absent, set("threat") | set("demand.refund"));
	assert_int_equal(l.whole, set("threat"));
	assert_int_equal(l.some, 0);
	l = label("\"flags\":[\"abuse\"],\"scope\":[\"abuse\"],\"unsure\":[\"abuse.hate\"]");
	assert_int_equal(l.present | l.absent, 0);
	assert_int_equal(l.some, set("abuse"));
	l = label("\"flags\":[\"abuse.hate\"],\"scope\":[\"abuse\"]");
	assert_int_equal(l.present, set("abuse.hate"));
	assert_int_equal(l.absent, set("abuse") & ~set("abuse.hate"));
	assert_int_equal(l.whole, 0);
}

static void
refused(const char *members, const char *words)
{
	char text[512];
	json_t *row;
	struct label l;

	snprintf(text, sizeof(text), "{%s}", members);
	row = json_loads(text, 0, NULL);
	assert_non_null(row);
	assert_int_equal(label_read(row, &l, &err), -EINVAL);
	json_decref(row);
	if (!strstr(err.text, words))
		fail_msg("%s: %s", members, err.text);
}

static void
labels_do_not_contradict_themselves(void **state)
{
	(void)state;
	refused("\"flags\":[\"abuse\",\"demand.refund\"],\"scope\":[\"abuse\"]",
		"\"demand.refund\" is in \"flags\" and not in \"scope\": what was not");
	refused("\"flags\":[\"threat\"],\"scope\":[\"threat.legal\"]",
		"\"threat\" is in \"flags\" and not in \"scope\", which names a part");
	refused("\"flags\":[\"threat.legal\"],\"unsure\":[\"threat.legal\"]",
		"\"threat.legal\" is in \"flags\" and in \"unsure\"");
	refused("\"flags\":[\"threat.legal\"],\"unsure\":[\"threat\"]", "in \"unsure\"");
	refused("\"flags\":[\"threat\"],\"unsure\":[\"threat\"]", "in \"unsure\"");
	refused("\"flags\":[],\"scpoe\":[\"abuse\"]", "did you mean \"scope\"?");
	refused("\"flag\":[],\"flags\":[]", "did you mean \"flags\"?");
	refused("\"flags\":[],\"Unsure\":[]", "did you mean \"unsure\"?");
	label("\"flags\":[],\"flags_by\":\"kim\",\"score\":5,\"source\":1,\"lang\":\"ko\",\"shop\":"
	      "1");
	label("\"flags\":[\"threat\"],\"unsure\":[\"threat.legal\"]");
	label("\"flags\":[\"threat.legal\"],\"scope\":[\"threat\"]");
}

static void
an_id_stands_once_in_a_file(void **state)
{
	char *paths[2];

	(void)state;
	put("a.ndjson", "{\"id\":\"x\",\"body\":\"1\",\"flags\":[]}\n"
			"{\"body\":\"2\",\"flags\":[]}\n{\"body\":\"3\",\"flags\":[]}\n"
			"{\"id\":\"x\",\"body\":\"4\",\"flags\":[]}\n");
	put("b.ndjson", "{\"id\":\"x\",\"body\":\"5\",\"flags\":[]}\n");
	paths[0] = strdup(below("a.ndjson"));
	paths[1] = strdup(below("b.ndjson"));
	assert_int_equal(labelled_open(paths, 2, &reader), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(next(), 1);
	assert_int_equal(next(), -EINVAL);
	assert_int_equal(err.line, 4);
	assert_non_null(strstr(err.text, "\"x\" stands here a second time; first in line 1"));
	assert_int_equal(next(), 1);
	assert_int_equal(next(), 0);
	free(paths[0]);
	free(paths[1]);
}

static void
folders_give_labels(void **state)
{
	struct label l;

	(void)state;
	assert_int_equal(label_of_folder("threat.legal+abuse", &l), 0);
	assert_int_equal(l.present, set("threat.legal"));
	assert_int_equal(l.some, set("abuse"));
	assert_int_equal(l.absent, 0);
	assert_int_equal(label_of_folder("clean", &l), 0);
	assert_int_equal(l.absent, label_flags());
	assert_int_equal(label_of_folder("none", &l), 0);
	assert_int_equal(label_of_folder("threat.legal+", &l), -ENOENT);
	assert_int_equal(label_of_folder("inbox", &l), -ENOENT);
}

static void
a_row_becomes_a_mail(void **state)
{
	static const char subject[] =
		"아주 긴 제목입니다, 환불을 부탁드리고 답장을 기다리는 사람의 제목";
	struct arena *arena = arena_new(0);
	struct message *m;
	const char *text;
	struct text_map *map;
	size_t len, maps;

	(void)state;
	put("a.ndjson",
	    "\xef\xbb\xbf\n{\"id\":\"a-1\",\"subject\":\"아주 긴 제목입니다, 환불을 부탁드리고 "
	    "답장을 기다리는 사람의 제목\",\"body\":\"환불해 주세요.\\n\\n"
	    "On Mon, 2 Mar 2026, Desk <desk@example.net> wrote:\\n> I will sue\\n\","
	    "\"flags\":[\"demand.refund\"],\"hard\":false}");
	begin("a.ndjson");
	assert_int_equal(next(), 1);
	assert_string_equal(mail.label.id, "a-1");
	assert_string_equal(mail.mail.name,
			    strcat(strcpy((char[300]){ 0 }, below("a.ndjson")), ":2"));
	assert_int_equal(message_read(arena, mail.mail.bytes, mail.mail.len, false, &m), 0);
	assert_string_equal(m->subject, subject);
	assert_string_equal(m->language, "ko");
	assert_int_equal(m->notes, 0);
	assert_int_equal(message_segments_text(m, SEGMENT_NEW, &text, &len, &map, &maps), 0);
	assert_null(strstr(text, "sue"));
	assert_non_null(strstr(m->body, "I will sue"));
	assert_int_equal(next(), 0);
	assert_int_equal(next(), 0);
	arena_free(arena);
}

static void
check_wrong(unsigned line, const char *words)
{
	assert_true(next() < 0);
	assert_int_equal(err.line, line);
	assert_non_null(strstr(err.text, words));
	assert_string_equal(err.file, below("a.ndjson"));
}

static void
every_mistake_is_said_with_its_line(void **state)
{
	(void)state;
	put("a.ndjson", "{\"body\":\"x\",\"flags\":[]}\n"
			"{\"body\":\"x\",\"flags\":[}\n"
			"{\"flags\":[]}\n"
			"{\"body\":7,\"flags\":[]}\n"
			"\n"
			"{\"body\":\"x\"}\n"
			"{\"body\":\"x\",\"flags\":\"abuse\"}\n"
			"{\"body\":\"x\",\"flags\":[\"abuse\",1]}\n"
			"{\"body\":\"x\",\"flags\":[\"threat.leagl\"]}\n"
			"{\"body\":\"x\",\"flags\":[],\"scope\":[\"nonsense\"]}\n"
			"{\"body\":\"x\",\"flags\":[],\"id\":5}\n"
			"[]\n"
			"{\"body\":\"x\",\"flags\":[],\"subject\":[]}\n"
			"{\"body\":\"last\",\"flags\":[]}");
	begin("a.ndjson");
	assert_int_equal(next(), 1);
	check_wrong(2, "is not JSON");
	assert_true(err.column > 20);
	check_wrong(3, "\"body\" is missing");
	check_wrong(4, "\"body\" is not a text");
	check_wrong(6, "write [] for a mail without flags");
	check_wrong(7, "\"flags\" is not a list");
	check_wrong(8, "entry 2 of \"flags\"");
	check_wrong(9, "did you mean threat.legal?");
	check_wrong(10, "no flag or family \"nonsense\" (in \"scope\")");
	check_wrong(11, "\"id\" is not a text");
	check_wrong(12, "is not an object");
	check_wrong(13, "\"subject\" is not a text");
	assert_int_equal(next(), 1);
	assert_int_equal(next(), 0);
}

static void
long_rows_are_left_out(void **state)
{
	FILE *f = fopen(below("a.ndjson"), "w");

	(void)state;
	fputs("{\"body\":\"", f);
	for (unsigned i = 0; i < LABELLED_LINE_MAX / 16; i++)
		fputs("0123456789abcdef", f);
	fputs("\",\"flags\":[]}\n{\"body\":\"x\",\"flags\":[]}\n", f);
	assert_int_equal(fclose(f), 0);
	begin("a.ndjson");
	check_wrong(1, "longer than 4 MiB");
	assert_int_equal(next(), 1);
	assert_int_equal(next(), 0);
}

static void
folders_are_read_like_stored_mail(void **state)
{
	(void)state;
	folder("abuse.insult");
	folder("clean");
	folder("thraet");
	put("clean/b.eml", "From: b@example.com\n\nhello\n");
	put("abuse.insult/two.mbox",
	    "From a@example.com  Thu Aug 22 12:36:23 2002\nSubject: a\n\nx\n\n"
	    "From a@example.com  Thu Aug 22 12:36:23 2002\nSubject: b\n\ny\n");
	put("more.ndjson", "{\"body\":\"x\",\"flags\":[]}\n");
	put("notes.txt", "remember\n");
	begin("");
	assert_int_equal(labelled_groups(reader), 2);
	assert_int_equal(next(), 1);
	assert_int_equal(mail.label.present, set("abuse.insult"));
	assert_int_equal(mail.group, 0);
	assert_int_equal(next(), 1);
	assert_non_null(strstr(mail.mail.name, "two.mbox#2"));
	assert_int_equal(next(), 1);
	assert_int_equal(mail.label.absent, label_flags());
	assert_int_equal(mail.group, 0);
	assert_int_equal(next(), 1);
	assert_int_equal(mail.group, 1);
	assert_string_equal(labelled_group(reader, 1), below("more.ndjson"));
	assert_int_equal(next(), -EINVAL);
	assert_non_null(strstr(err.text, "is no labelled mail"));
	assert_int_equal(next(), -EINVAL);
	assert_non_null(strstr(err.text, "did you mean threat?"));
	assert_int_equal(next(), 0);
}

static void
paths_may_be_wrong(void **state)
{
	(void)state;
	folder("abuse.insult");
	put("one.eml", "From: b@example.com\nSubject: x\n\nhello\n");
	begin("one.eml");
	assert_int_equal(next(), -EINVAL);
	assert_non_null(strstr(err.text, "holds no rows"));
	assert_int_equal(next(), 0);
	labelled_close(reader);
	begin("missing");
	assert_int_equal(next(), -ENOENT);
	assert_int_equal(next(), 0);
	labelled_close(reader);
	begin("abuse.insult/");
	assert_int_equal(next(), 0);
}

static void
a_mail_may_not_be_too_long(void **state)
{
	char *body = malloc(LIMIT_MESSAGE_BYTES + 1), *bytes = NULL;
	size_t len = 0;

	(void)state;
	memset(body, 'a', LIMIT_MESSAGE_BYTES);
	body[LIMIT_MESSAGE_BYTES] = '\0';
	assert_int_equal(labelled_write_mail("", body, &bytes, &len), -EFBIG);
	body[10] = '\0';
	assert_int_equal(labelled_write_mail("", body, &bytes, &len), 0);
	assert_null(strstr(bytes, "Subject"));
	assert_int_equal(strlen(bytes), len);
	free(bytes);
	free(body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_scope_all_is_labelled),
		TEST(scope_says_what_is_labelled),
		TEST(labels_do_not_contradict_themselves),
		TEST(an_id_stands_once_in_a_file),
		TEST(folders_give_labels),
		TEST(a_row_becomes_a_mail),
		TEST(every_mistake_is_said_with_its_line),
		TEST(long_rows_are_left_out),
		TEST(folders_are_read_like_stored_mail),
		TEST(paths_may_be_wrong),
		TEST(a_mail_may_not_be_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
