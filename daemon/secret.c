/*
 * secret: reads a password from where the configuration says it is. Keeps no copy, names no part of
 * it in any sentence, and never waits longer than SECRET_DEADLINE_MS.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2 */
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

#define SECRET_MAX 4096u
#define SECRET_DEADLINE_MS 10000
#define SECRET_LOOK_MS 100 /* between two looks whether it is cancelled */
#define COMMAND_OUTPUT_MAX (64u << 10)

extern char **environ;

/* Who may end the waiting early. */
struct patience {
	bool (*cancelled)(const void *context);
	const void *context;
};

struct reading {
	char line[SECRET_MAX +
		  2]; /* the first line so far; a byte more than is allowed, to notice */
	size_t len;
	bool line_over;
	size_t total;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Keeps what belongs to the first line. */
static void
take(struct reading *r, const char *bytes, size_t len)
{
	const char *end = r->line_over ? NULL : memchr(bytes, '\n', len);
	size_t n = end ? (size_t)(end - bytes) : len;

	r->total += len;
	if (r->line_over)
		return;
	r->line_over = end != NULL;
	if (n > sizeof(r->line) - 1 - r->len)
		n = sizeof(r->line) - 1 - r->len;
	memcpy(r->line + r->len, bytes, n);
	r->len += n;
}

static int
finish(struct reading *r, const char *where, struct err *err, char **ret_secret)
{
	char *secret;

	if (r->len && r->line[r->len - 1] == '\r')
		r->len--;
	if (r->len == 0)
		return err_set(
			err, -EINVAL,
			"reading a secret from %s: its first line is empty; write the secret there",
			where);
	if (r->len > SECRET_MAX)
		return err_set(err, -EINVAL,
			       "reading a secret from %s: its first line is longer than %u bytes, "
			       "which is no "
			       "password",
			       where, SECRET_MAX);
	if (memchr(r->line, '\0', r->len))
		return err_set(err, -EINVAL,
			       "reading a secret from %s: it holds a NUL byte; write it as text",
			       where);
	secret = malloc(r->len + 1);
	if (!secret)
		return err_set(err, -ENOMEM, "reading a secret from %s: out of memory", where);
	memcpy(secret, r->line, r->len);
	secret[r->len] = '\0';
	*ret_secret = secret;
	return 0;
}

static int
open_failed(int error, const char *where, struct err *err)
{
	const char *advice = error == ENOENT   ? "make the file or correct the name"
			     : error == EACCES ? "let the user that triaged runs as read it"
					       : "see that it is an ordinary file";

	return err_set(err,
		       error == ENOENT || error == ENOTDIR ? -ENOENT
		       : error == EACCES                   ? -EACCES
							   : -error,
		       "reading a secret from %s: %s; %s", where, strerror(error), advice);
}

static int
read_file(const char *path, const char *where, struct err *err, char **ret_secret)
{
	struct reading r = { .len = 0 };
	struct stat st;
	char bytes[1024];
	ssize_t got = 0;
	/* O_NONBLOCK: opening a FIFO by mistake must not hang. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), result;

	if (fd < 0)
		return open_failed(errno, where, err);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, -EINVAL, "reading a secret from %s: it is not an ordinary file",
			       where);
	}
	while (!r.line_over && r.len <= SECRET_MAX && (got = read(fd, bytes, sizeof(bytes))) > 0)
		take(&r, bytes, (size_t)got);
	result = got < 0 ? open_failed(errno, where, err) : finish(&r, where, err, ret_secret);
	close(fd);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(&r, sizeof(r));
	return result;
}

/*
 * The service hands a whole directory over (LoadCredential=triaged:DIRECTORY): systemd puts that
 * name before the files' own.
 */
static int
read_credential(const char *name, struct err *err, char **ret_secret)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char path[4096], where[128];

	if (!directory || !*directory)
		return err_set(err, -ENOENT,
			       "reading the credential \"%s\": this process was given none; put "
			       "the file %s where the "
			       "service loads credentials from, or by hand set "
			       "CREDENTIALS_DIRECTORY to its folder",
			       name, name);
	if (strchr(name, '/') || name[0] == '.' ||
	    snprintf(path, sizeof(path), "%s/triaged_%s", directory, name) >= (int)sizeof(path))
		return err_set(err, -EINVAL,
			       "reading the credential \"%s\": this is no name of a credential",
			       name);
	if (access(path, F_OK) < 0)
		snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(where, sizeof(where), "the credential \"%s\"", name);
	return read_file(path, where, err, ret_secret);
}

/*
 * Starts the command in a process group of its own, its output in *ret_fd, with the signals a new
 * program expects.
 */
static int
start_command(const char *command, pid_t *ret_pid, int *ret_fd)
{
	char *const argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	r = posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (!r)
		r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
						     0);
	/* What a failing password command says may hold what must not reach the journal. */
	if (!r)
		r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
						     0);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	if (!r)
		r = posix_spawn(ret_pid, "/bin/sh", &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(fds[1]);
	if (r) {
		close(fds[0]);
		return -r;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ret_fd = fds[0];
	return 0;
}

/* Reads what is there. 1 more may come, 0 end of output, negative errno. */
static int
drain(int fd, struct reading *r)
{
	char bytes[1024];
	ssize_t got;
	int result;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		take(r, bytes, (size_t)got);
		if (r->total > COMMAND_OUTPUT_MAX)
			break;
	}
	result = got > 0 ? -EFBIG : got == 0 ? 0 : errno == EAGAIN || errno == EINTR ? 1 : -errno;
	explicit_bzero(bytes, sizeof(bytes));
	return result;
}

/*
 * Until the command has ended (a child it left behind may keep the pipe open) or its time is over.
 */
static int
await_command(int fd, int pidfd, const struct patience *patience, struct reading *r)
{
	int64_t deadline = now_ms() + SECRET_DEADLINE_MS;
	struct pollfd polled[2] = { { .fd = pidfd, .events = POLLIN },
				    { .fd = fd, .events = POLLIN } };

	for (;;) {
		int64_t left = deadline - now_ms();
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (patience->cancelled && patience->cancelled(patience->context))
			return -ECANCELED;
		n = poll(polled, 2, left < SECRET_LOOK_MS ? (int)left : SECRET_LOOK_MS);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		if (polled[1].revents || polled[0].revents) {
			int more = drain(fd, r);

			if (more < 0)
				return more;
			if (more == 0)
				polled[1].fd = -1;
		}
		if (polled[0].revents)
			return 0;
	}
}

static int
command_failed(int r, int status, struct err *err)
{
	if (r == -ETIMEDOUT)
		return err_set(err, r,
			       "running the password command: it did not end within %d seconds and "
			       "was killed; run it by "
			       "hand to see what it waits for",
			       SECRET_DEADLINE_MS / 1000);
	if (r == -ECANCELED)
		return err_set(err, r, "running the password command: stopped");
	if (r == -EFBIG)
		return err_set(err, -EINVAL,
			       "running the password command: it wrote more than %u bytes and was "
			       "killed; let it write the "
			       "password only",
			       COMMAND_OUTPUT_MAX);
	if (r < 0)
		return err_set(err, r, "running the password command: %s", strerror(-r));
	if (WIFSIGNALED(status))
		return err_set(err, -EINVAL, "running the password command: signal %d ended it",
			       WTERMSIG(status));
	return err_set(err,
		       WEXITSTATUS(status) == 127   ? -ENOENT
		       : WEXITSTATUS(status) == 126 ? -EACCES
						    : -EINVAL,
		       "running the password command: it failed with exit status %d; run it by "
		       "hand as the user of triaged to see why",
		       WEXITSTATUS(status));
}

static int
read_command(const char *command, const struct patience *patience, struct err *err,
	     char **ret_secret)
{
	struct reading r = { .len = 0 };
	int fd, pidfd, result, status = 0;
	pid_t pid;

	result = start_command(command, &pid, &fd);
	if (result < 0)
		return command_failed(result, 0, err);
	pidfd = pidfd_open(pid, 0);
	result = pidfd < 0 ? -errno : await_command(fd, pidfd, patience, &r);
	/*
	 * The whole group: the shell's children would outlive the shell. The group lasts until we
	 * have waited.
	 */
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	close(fd);
	if (result < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		result = command_failed(result, status, err);
	else
		result = finish(&r, "the password command", err, ret_secret);
	explicit_bzero(&r, sizeof(r));
	return result;
}

bool
secret_flag_set(const void *context)
{
	const atomic_int *flag = context;

	return flag && atomic_load(flag);
}

int
secret_read(const struct secret_source *source, struct err *err, char **ret_secret)
{
	return secret_read_until(source, NULL, NULL, err, ret_secret);
}

int
secret_read_until(const struct secret_source *source, bool (*cancelled)(const void *context),
		  const void *context, struct err *err, char **ret_secret)
{
	const struct patience patience = { cancelled, context };

	if (source->file)
		return read_file(source->file, source->file, err, ret_secret);
	if (source->credential)
		return read_credential(source->credential, err, ret_secret);
	if (source->command)
		return read_command(source->command, &patience, err, ret_secret);
	return err_set(err, -EINVAL, "reading a secret: the configuration names no source for it");
}

void
secret_free(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
