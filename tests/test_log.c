/*
 * test_log: lines on stderr: level, fields, foreign strings made harmless, and silence when stderr
 * is the journal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"

static char text[8192];
static int saved;
static FILE *sink;

static int
capture(void **state)
{
	(void)state;
	saved = dup(STDERR_FILENO);
	sink = tmpfile();
	dup2(fileno(sink), STDERR_FILENO);
	return 0;
}

static const char *
captured(void)
{
	size_t len;

	rewind(sink);
	len = fread(text, 1, sizeof(text) - 1, sink);
	text[len] = '\0';
	return text;
}

static int
release(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	fclose(sink);
	log_level(LOG_INFO);
	return 0;
}

static void
a_line_has_time_level_text_and_fields(void **state)
{
	const struct log_about about = { .account = "support",
					 .folder = "INBOX",
					 .uid = 7,
					 .message_id = "<a@example.com>",
					 .case_id = 12 };

	(void)state;
	log_line(LOG_NOTICE, &about, "judged %s", "high");
	assert_non_null(strstr(captured(), "Z notice judged high account=support folder=INBOX "
					   "uid=7 message=<a@example.com> case=C12\n"));
	assert_int_equal(text[4], '-');
	assert_int_equal(text[10], 'T');
}

static void
empty_fields_are_left_out(void **state)
{
	const struct log_about about = { .account = "support" };

	(void)state;
	log_line(LOG_ERR, &about, "login refused");
	log_line(LOG_WARNING, NULL, "alone");
	assert_non_null(strstr(captured(), " error login refused account=support\n"));
	assert_non_null(strstr(text, " warning alone\n"));
}

static void
levels_are_dropped(void **state)
{
	(void)state;
	log_line(LOG_DEBUG, NULL, "details");
	assert_string_equal(captured(), "");
	log_level(LOG_DEBUG);
	log_line(LOG_DEBUG, NULL, "details");
	assert_non_null(strstr(captured(), " debug details\n"));
}

static void
foreign_strings_cannot_forge_a_line(void **state)
{
	const struct log_about about = { .message_id =
						 "<a\n2026-01-01 error fake\033[2J\x7f\xc2\x9b>" };

	(void)state;
	log_line(LOG_ERR, &about, "subject %s", "one\r\ntwo\xff");
	assert_non_null(
		strstr(captured(), "subject one  two? message=<a 2026-01-01 error fake [2J "));
	assert_null(strchr(text, '\033'));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void
foreign_strings_are_cut_between_characters(void **state)
{
	char folder[1000] = "";
	const struct log_about about = { .folder = folder };

	(void)state;
	/* 3 bytes each: 85 fit into 256, the 86th would be half there. */
	for (int i = 0; i < 300; i++)
		strcat(folder, "가");
	log_line(LOG_ERR, &about, "x");
	captured();
	assert_int_equal(strlen(strstr(text, "folder=")) - strlen("folder=\n"), 85 * 3);
}

static void
a_long_text_stays_one_line(void **state)
{
	char long_text[5000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	log_line(LOG_ERR, NULL, "%s", long_text);
	assert_true(strlen(captured()) < 1100);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

/* In a child: whether stderr is the journal is found out once a process. */
static void
the_journal_gets_no_plain_text(void **state)
{
	struct stat st;
	char stream[64];
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	child = fork();
	if (child == 0) {
		setenv("JOURNAL_STREAM", stream, 1);
		log_line(LOG_DEBUG + 1, NULL, "nothing");
		log_line(LOG_ERR, NULL, "for the journal");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(captured(), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, capture, release)

int
main(void)
{
	/* First, before this process has found out that its stderr is no journal. */
	const struct CMUnitTest tests[] = {
		TEST(the_journal_gets_no_plain_text),
		TEST(a_line_has_time_level_text_and_fields),
		TEST(empty_fields_are_left_out),
		TEST(levels_are_dropped),
		TEST(foreign_strings_cannot_forge_a_line),
		TEST(foreign_strings_are_cut_between_characters),
		TEST(a_long_text_stays_one_line),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
