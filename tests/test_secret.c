/*
 * secret: each source, and each way in which one fails; no sentence may hold the secret.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdatomic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config.h"
#include "golden.h"

static char directory[] = "/tmp/triaged-secret-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(directory);
}

static void
expect(const struct secret_source *source, int code, const char *secret)
{
	struct err err = { .text = "" };
	char *got = NULL;

	assert_int_equal(secret_read(source, &err, &got), code);
	if (secret) {
		assert_string_equal(got, secret);
	} else {
		assert_null(got);
		assert_true(strlen(err.text) > 20);
		assert_null(strstr(err.text, "s3cret"));
	}
	secret_free(got);
}

static void
expect_file(const char *bytes, size_t len, int code, const char *secret)
{
	char path[100], prefixed[120];
	struct secret_source file = { .file = path }, credential = { .credential = "x" };
	FILE *f;

	snprintf(path, sizeof(path), "%s/x", directory);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(bytes, 1, len, f);
	assert_int_equal(fclose(f), 0);
	expect(&file, code, secret);
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	expect(&credential, code, secret);
	/* As the service gets it. */
	snprintf(prefixed, sizeof(prefixed), "%s/triaged_x", directory);
	assert_int_equal(rename(path, prefixed), 0);
	expect(&credential, code, secret);
	unsetenv("CREDENTIALS_DIRECTORY");
	unlink(prefixed);
}

static void
files_and_credentials(void **state)
{
	static char large[5000], most[4097];
	struct secret_source source = { .file = "/nonexistent/x" };

	(void)state;
	expect_file("s3cret\nmore\n", 12, 0, "s3cret");
	expect_file("s3cret", 6, 0, "s3cret");
	expect_file("s3 cret \r\n", 10, 0, "s3 cret ");
	expect_file("", 0, -EINVAL, NULL);
	expect_file("\ns3cret\n", 8, -EINVAL, NULL);
	expect_file("s3cret\0x\n", 9, -EINVAL, NULL);
	memset(large, 's', sizeof(large));
	expect_file(large, sizeof(large), -EINVAL, NULL);
	expect_file(large, 4097, -EINVAL, NULL);
	memset(most, 's', sizeof(most) - 1);
	large[4096] = '\n';
	expect_file(large, sizeof(large), 0, most);
	expect(&source, -ENOENT, NULL);
	source.file = "/dev/zero";
	expect(&source, -EINVAL, NULL);
	source = (struct secret_source){ .credential = "x" };
	expect(&source, -ENOENT, NULL);
	setenv("CREDENTIALS_DIRECTORY", "/etc", 1);
	source.credential = "../etc/passwd";
	expect(&source, -EINVAL, NULL);
	unsetenv("CREDENTIALS_DIRECTORY");
	source = (struct secret_source){ .file = NULL };
	expect(&source, -EINVAL, NULL);
}

static void
expect_command(const char *command, int code, const char *secret)
{
	struct secret_source source = { .command = command };

	expect(&source, code, secret);
}

static void
commands(void **state)
{
	(void)state;
	expect_command("echo s3cret", 0, "s3cret");
	expect_command("printf 's3cret\\nuser: x\\n'", 0, "s3cret");
	expect_command("cat; echo s3cret", 0, "s3cret");
	expect_command("echo s3cret; exit 3", -EINVAL, NULL);
	expect_command("echo s3cret; kill -9 $$", -EINVAL, NULL);
	expect_command("true", -EINVAL, NULL);
	expect_command("nonexistent-command-of-a-test", -ENOENT, NULL);
	expect_command("yes s3cret", -EINVAL, NULL);
	expect_command("echo s3cret >&2", -EINVAL, NULL);
}

/* A child that goes on and keeps the pipe must not hold us, and must not outlive the call. */
static void
children_left_behind(void **state)
{
	char command[200], path[100], text[20] = "";
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/pid", directory);
	snprintf(command, sizeof(command), "sleep 1000 & echo $! > %s; echo s3cret", path);
	expect_command(command, 0, "s3cret");
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	unlink(path);
	/* SIGKILL is on its way; the process is gone or a zombie of init soon. */
	for (int i = 0; i < 1000; i++) {
		char status[300] = "", file[64];

		snprintf(file, sizeof(file), "/proc/%d/stat", atoi(text));
		f = fopen(file, "r");
		if (!f)
			return;
		if (!fgets(status, sizeof(status), f))
			status[0] = '\0';
		fclose(f);
		if (!status[0] || strstr(status, ") Z"))
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
	fail_msg("the command's child is still there");
}

/*
 * Blocked signals and an ignored SIGPIPE of ours must not reach the command: "yes | head" would
 * never end.
 */
static void
signals_are_fresh(void **state)
{
	sigset_t all, before;

	(void)state;
	sigfillset(&all);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_SETMASK, &all, &before);
	expect_command("(yes s3cret; echo $? >&2) | head -n 1", 0, "s3cret");
	expect_command("trap 'echo s3cret; exit 0' TERM; kill -TERM $$; sleep 5", 0, "s3cret");
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* Says stop when it is asked for the third time. */
static bool
third_time(const void *context)
{
	unsigned *asked = *(unsigned *const *)context;

	return ++*asked >= 3;
}

static void
a_command_can_be_cancelled(void **state)
{
	struct secret_source source = { .command = "echo s3cret; sleep 1000" };
	unsigned asked = 0, *at = &asked;
	struct err err = { .text = "" };
	atomic_int flag = 1;
	char *got = NULL;

	(void)state;
	assert_int_equal(secret_read_until(&source, third_time, &at, &err, &got), -ECANCELED);
	assert_int_equal(asked, 3);
	assert_null(strstr(err.text, "s3cret"));
	assert_int_equal(secret_read_until(&source, secret_flag_set, &flag, &err, &got),
			 -ECANCELED);
	source.command = "echo s3cret";
	assert_int_equal(secret_read_until(&source, secret_flag_set, NULL, &err, &got), 0);
	secret_free(got);
}

static void
a_slow_command_is_killed(void **state)
{
	time_t before = time(NULL);

	(void)state;
	expect_command("echo s3cret; sleep 1000", -ETIMEDOUT, NULL);
	assert_in_range(time(NULL) - before, 9, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_credentials),
		cmocka_unit_test(commands),
		cmocka_unit_test(children_left_behind),
		cmocka_unit_test(signals_are_fresh),
		cmocka_unit_test(a_command_can_be_cancelled),
		cmocka_unit_test(a_slow_command_is_killed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
