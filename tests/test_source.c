/*
 * test_source: mails out of files, mboxes, Maildirs, folders and pipes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/source.h"
#include "filters/limits.h"

#define FROM_LINE "From kim@example.com  Thu Aug 22 12:36:23 2002\n"

static char root[64];

static const char *
below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void
write_file(const char *name, const char *text, size_t len)
{
	FILE *f = fopen(below(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
put(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
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
	strcpy(root, "/tmp/test_source.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

/*
 * Walks paths; the names (without root) and the first lines of all mails, and how many inputs
 * failed.
 */
static char *
walk(char *const *paths, size_t count, unsigned *ret_failed)
{
	static char text[8192];
	struct source *s;
	struct source_mail mail;
	struct err err;
	size_t used = 0, cut = strlen(root) + 1;
	int r;

	assert_int_equal(source_open(paths, count, &s), 0);
	text[0] = '\0';
	*ret_failed = 0;
	while ((r = source_next(s, &mail, &err)) != 0) {
		if (r < 0) {
			++*ret_failed;
			assert_true(err.text[0] != '\0');
			continue;
		}
		const char *end = memchr(mail.bytes, '\n', mail.len);
		bool inside = !strncmp(mail.name, root, cut - 1);

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s: %.*s\n",
					 mail.name + (inside ? cut : 0),
					 (int)(end ? end - mail.bytes : (long)mail.len),
					 mail.bytes);
		source_mail_free(&mail);
	}
	source_close(s);
	return text;
}

static char *
walk_one(const char *path, unsigned *ret_failed)
{
	char *paths[] = { (char *)path };

	return walk(paths, 1, ret_failed);
}

/* The n-th mail of bytes, from 1; asserts that there are `count`. */
static char *
nth(const char *bytes, unsigned n, unsigned count)
{
	static char text[4096];
	struct source *s;
	struct source_mail mail;
	struct err err;
	unsigned seen = 0;

	assert_int_equal(source_open_bytes("box", bytes, strlen(bytes), &s), 0);
	while (source_next(s, &mail, &err) == 1) {
		if (++seen == n)
			snprintf(text, sizeof(text), "%s|%.*s", mail.name, (int)mail.len,
				 mail.bytes);
		source_mail_free(&mail);
	}
	source_close(s);
	assert_int_equal(seen, count);
	return text;
}

static void
a_file_is_one_mail(void **state)
{
	unsigned failed;

	(void)state;
	put("a.eml", "Subject: one\n\nFrom here on\n\nFrom kim I have\n");
	assert_string_equal(walk_one(below("a.eml"), &failed), "a.eml: Subject: one\n");
	assert_int_equal(failed, 0);
}

static void
an_empty_file_is_a_mail_too(void **state)
{
	unsigned failed;

	(void)state;
	put("empty", "");
	assert_string_equal(walk_one(below("empty"), &failed), "empty: \n");
}

static void
an_mbox_is_split(void **state)
{
	const char *box = FROM_LINE "Subject: 1\n\ntext\n\n" FROM_LINE "Subject: 2\n\nmore\n\n";

	(void)state;
	assert_string_equal(nth(box, 1, 2), "box#1|Subject: 1\n\ntext\n");
	assert_string_equal(nth(box, 2, 2), "box#2|Subject: 2\n\nmore\n");
}

static void
an_mbox_of_one_keeps_its_name(void **state)
{
	(void)state;
	assert_string_equal(nth(FROM_LINE "Subject: 1\n\ntext\n", 1, 1),
			    "box|Subject: 1\n\ntext\n");
}

static void
crlf_is_understood(void **state)
{
	const char *box =
		"From a@example.com Thu Aug 22 12:36:23 2002\r\nSubject: 1\r\n\r\nx\r\n\r\n"
		"From b@example.com Thu Aug 22 12:36:23 2002\r\nSubject: 2\r\n\r\ny\r\n";

	(void)state;
	assert_string_equal(nth(box, 1, 2), "box#1|Subject: 1\r\n\r\nx\r\n");
	assert_string_equal(nth(box, 2, 2), "box#2|Subject: 2\r\n\r\ny\r\n");
}

static void
sentences_do_not_split(void **state)
{
	static const char *const lines[] = {
		"\n\nFrom my point of view this is bad\nSee: it\n",                    /* no date */
		"text\nFrom kim@example.com  Thu Aug 22 12:36:23 2002\nSubject: no\n", /* no empty
											  line
											  before */
		"\n\nFrom kim@example.com  Thu Aug 22 12:36:23 2002\nis when I wrote\n", /* no
											    header
											    after */
	};
	char box[512];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(box, sizeof(box), FROM_LINE "Subject: 1\n\n%s", lines[i]);
		nth(box, 1, 1);
	}
}

static void
quoted_from_lines_lose_one_mark(void **state)
{
	(void)state;
	assert_string_equal(
		nth(FROM_LINE "Subject: 1\n\n>From me\n>>From you\na >From b\n> From c\n", 1, 1),
		"box|Subject: 1\n\nFrom me\n>From you\na >From b\n> From c\n");
	/* A file that is no mbox is left as it is. */
	assert_string_equal(nth("Subject: 1\n\n>From me\n", 1, 1), "box|Subject: 1\n\n>From me\n");
}

static void
an_empty_mail_between_two(void **state)
{
	(void)state;
	assert_string_equal(nth(FROM_LINE "\n" FROM_LINE "Subject: 2\n\nx\n", 2, 2),
			    "box#2|Subject: 2\n\nx\n");
}

static void
a_folder_is_walked_in_order(void **state)
{
	unsigned failed;

	(void)state;
	folder("b");
	put("b/2.eml", "Subject: b2\n");
	put("b/1.eml", "Subject: b1\n");
	put("c.eml", "Subject: c\n");
	put("a.eml", "Subject: a\n");
	put(".hidden", "Subject: hidden\n");
	assert_int_equal(symlink("a.eml", below("link.eml")), 0);
	assert_int_equal(symlink("..", below("b/up")), 0);
	assert_string_equal(walk_one(root, &failed),
			    "a.eml: Subject: a\nb/1.eml: Subject: b1\nb/2.eml: Subject: b2\n"
			    "c.eml: Subject: c\nlink.eml: Subject: a\n");
	assert_int_equal(failed, 0);
}

static void
what_is_no_mail_in_a_folder_is_said(void **state)
{
	unsigned failed;

	(void)state;
	put("a.eml", "Subject: a\n");
	put("empty.ndjson", "");
	put("rows.ndjson", "\n{\"body\":\"x\",\"flags\":[]}\n");
	put("rows", "{\"id\":\"1\",\"flags\":[],\"body\":\"x\"}\n");
	put("brace.eml", "{\"flags\"\n\"body\"\n");
	assert_int_equal(mkfifo(below("pipe"), 0600), 0);
	assert_int_equal(symlink("gone.eml", below("dangling.eml")), 0);
	assert_int_equal(symlink("loop.eml", below("loop.eml")), 0);
	assert_string_equal(walk_one(root, &failed),
			    "a.eml: Subject: a\nbrace.eml: {\"flags\"\nempty.ndjson: \n");
	assert_int_equal(failed, 5);
}

static void
a_maildir_is_read_in_delivery_order(void **state)
{
	unsigned failed;

	(void)state;
	folder("cur");
	folder("new");
	folder("tmp");
	folder(".Sent");
	folder(".Sent/cur");
	folder(".Sent/new");
	put("cur/1000.a:2,S", "Subject: 1\n");
	put("new/2000.b", "Subject: 2\n");
	put("cur/3000.c:2,", "Subject: 3\n");
	put("tmp/4000.d", "Subject: half\n");
	put(".Sent/cur/500.e:2,S", "Subject: sent\n");
	put("dovecot-uidlist", "3 V1\n");
	assert_string_equal(walk_one(root, &failed),
			    "cur/1000.a:2,S: Subject: 1\nnew/2000.b: Subject: 2\n"
			    "cur/3000.c:2,: Subject: 3\n.Sent/cur/500.e:2,S: Subject: sent\n");
	assert_int_equal(failed, 0);
}

static void
what_cannot_be_read_is_said_and_passed_over(void **state)
{
	char missing[256];
	unsigned failed;

	(void)state;
	snprintf(missing, sizeof(missing), "%s", below("missing"));
	put("a.eml", "Subject: a\n");
	char *paths[] = { missing, (char *)below("a.eml") };

	assert_string_equal(walk(paths, 2, &failed), "a.eml: Subject: a\n");
	assert_int_equal(failed, 1);
}

static void
folders_have_a_bound(void **state)
{
	char path[4096] = "d";
	unsigned failed;

	(void)state;
	for (int i = 0; i < SOURCE_DEPTH_MAX + 2; i++) {
		folder(path);
		strcat(path, "/d");
	}
	put("a.eml", "Subject: a\n");
	put("e.eml", "Subject: e\n");
	assert_string_equal(walk_one(root, &failed), "a.eml: Subject: a\ne.eml: Subject: e\n");
	assert_int_equal(failed, 1);
}

static void
a_mail_has_a_bound(void **state)
{
	size_t len = (size_t)LIMIT_MESSAGE_BYTES + 1;
	char *bytes = malloc(len);
	struct source *s;
	struct source_mail mail;
	struct err err;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', len);
	write_file("big", bytes, len);
	char *paths[] = { (char *)below("big") };

	assert_int_equal(source_open(paths, 1, &s), 0);
	assert_int_equal(source_next(s, &mail, &err), 1);
	source_close(s);
	/* The mail outlives its source. */
	assert_int_equal(mail.len, LIMIT_MESSAGE_BYTES);
	assert_true(mail.cut);
	assert_int_equal(mail.bytes[mail.len - 1], 'x');
	source_mail_free(&mail);
	free(bytes);
}

static void
standard_input_is_read(void **state)
{
	int fds[2], saved = dup(STDIN_FILENO);
	const char *box = FROM_LINE "Subject: 1\n\n" FROM_LINE "Subject: 2\n";
	unsigned failed;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], box, strlen(box)), (ssize_t)strlen(box));
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	assert_string_equal(walk_one("-", &failed), "-#1: Subject: 1\n-#2: Subject: 2\n");
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
a_large_mbox_is_mapped(void **state)
{
	FILE *f = fopen(below("box"), "w");
	struct source *s;
	struct source_mail mail;
	struct err err;
	unsigned count = 0;

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 3000; i++)
		fprintf(f,
			FROM_LINE "Subject: %d\n\nsome words of a mail that is not very long\n\n",
			i);
	fclose(f);
	char *paths[] = { (char *)below("box") }, wanted[32];

	assert_int_equal(source_open(paths, 1, &s), 0);
	while (source_next(s, &mail, &err) == 1) {
		snprintf(wanted, sizeof(wanted), "Subject: %u\n", count++);
		assert_memory_equal(mail.bytes, wanted, strlen(wanted));
		assert_null(mail.unescaped);
		source_mail_free(&mail);
	}
	source_close(s);
	assert_int_equal(count, 3000);
}

/* What the next mail of a path of its own gives; the sentence when it fails. */
static int
take_one(const char *path, struct source_mail *mail, struct err *err)
{
	char *paths[] = { (char *)path };
	struct source *s;
	int r;

	assert_int_equal(source_open(paths, 1, &s), 0);
	r = source_next(s, mail, err);
	source_close(s);
	return r;
}

static void
rows_are_no_mail(void **state)
{
	struct source_mail mail = { 0 };
	struct err err;

	(void)state;
	put("rows", "\xef\xbb\xbf{\"body\":\"x\",\"flags\":[]}");
	assert_int_equal(take_one(below("rows"), &mail, &err), -EINVAL);
	assert_non_null(strstr(err.text, "is a file of labelled rows"));
}

static void
a_named_pipe_without_a_writer_is_no_wait(void **state)
{
	struct source_mail mail = { 0 };
	struct err err;
	int reader, writer;

	(void)state;
	assert_int_equal(mkfifo(below("pipe"), 0600), 0);
	assert_int_equal(take_one(below("pipe"), &mail, &err), -ENODATA);
	assert_non_null(strstr(err.text, "start what writes into it first"));
	/* What a writer left in it is read, and its end is an end. */
	reader = open(below("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	writer = open(below("pipe"), O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(writer, "Subject: 1\n", 11), 11);
	close(writer);
	assert_int_equal(take_one(below("pipe"), &mail, &err), 1);
	close(reader);
	assert_int_equal(mail.len, 11);
	assert_memory_equal(mail.bytes, "Subject: 1\n", 11);
	source_mail_free(&mail);
}

static void
an_empty_device_is_an_empty_mail(void **state)
{
	struct source_mail mail = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(take_one("/dev/null", &mail, &err), 1);
	assert_int_equal(mail.len, 0);
	source_mail_free(&mail);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_one_mail),
		TEST(an_empty_file_is_a_mail_too),
		TEST(an_mbox_is_split),
		TEST(an_mbox_of_one_keeps_its_name),
		TEST(crlf_is_understood),
		TEST(sentences_do_not_split),
		TEST(quoted_from_lines_lose_one_mark),
		TEST(an_empty_mail_between_two),
		TEST(a_folder_is_walked_in_order),
		TEST(what_is_no_mail_in_a_folder_is_said),
		TEST(rows_are_no_mail),
		TEST(a_maildir_is_read_in_delivery_order),
		TEST(what_cannot_be_read_is_said_and_passed_over),
		TEST(folders_have_a_bound),
		TEST(a_mail_has_a_bound),
		TEST(standard_input_is_read),
		TEST(a_large_mbox_is_mapped),
		TEST(a_named_pipe_without_a_writer_is_no_wait),
		TEST(an_empty_device_is_an_empty_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
