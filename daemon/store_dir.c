/*
 * store_dir: one process per store directory.
 *
 * LMDB would let a second process in, and two daemons would carry out every action twice. The lock
 * (flock) goes with the process however it dies, so nothing needs cleaning up after a crash.
 */
#include "store_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "triaged.lock"

/* A database file that got number 0-2 would be written to by whoever prints. */
static int
hold_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -EMFILE;
	return 0;
}

/* Who has the lock, as they wrote it into the file. */
static void
read_holder(int fd, char buf[32])
{
	ssize_t n = pread(fd, buf, 31, 0);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

/* Only for the message: when the disk is too full for it the lock holds all the same. */
static void
write_holder(int fd)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (pwrite(fd, text, (size_t)len, 0) == len && ftruncate(fd, len) < 0)
		return;
}

static int
take_lock(int directory, const char *path, struct err *err)
{
	char holder[32];
	int fd = openat(directory, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_set(err, -errno,
			       "cannot open %s/" LOCK_NAME
			       ": %s; the directory must belong to the user that "
			       "runs this",
			       path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int code = errno == EWOULDBLOCK ? -EBUSY : -errno;

		read_holder(fd, holder);
		close(fd);
		if (code != -EBUSY)
			return err_set(err, code,
				       "cannot lock the store %s: %s; it needs a local file system",
				       path, strerror(-code));
		return err_set(err, code,
			       "cannot open the store %s: process %s has it open; stop that one or "
			       "use another "
			       "directory",
			       path, holder[0] ? holder : "(unknown)");
	}
	write_holder(fd);
	return fd;
}

int
store_dir_open(const char *path, struct err *err, struct store_dir *ret_dir)
{
	struct store_dir dir;

	if (hold_standard_fds() < 0)
		return err_set(
			err, -EMFILE,
			"cannot open the store %s: standard input, output or error is closed and "
			"/dev/null cannot take its place; start this with all three",
			path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(
			err, -errno,
			"cannot make the store's directory %s: %s; make its parent, or set another",
			path, strerror(errno));
	dir.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, -errno,
			       "cannot open the store's directory %s: %s; it must be a directory "
			       "of the user that "
			       "runs this",
			       path, strerror(errno));
	dir.lock = take_lock(dir.fd, path, err);
	if (dir.lock < 0) {
		close(dir.fd);
		return dir.lock;
	}
	*ret_dir = dir;
	return 0;
}

void
store_dir_close(struct store_dir *dir)
{
	close(dir->lock);
	close(dir->fd);
}
