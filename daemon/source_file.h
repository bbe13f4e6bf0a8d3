/*
 * source_file: the bytes of one input of a source, mapped or read, shared by the mails that lie in
 * it.
 */
#ifndef DAEMON_SOURCE_FILE_H
#define DAEMON_SOURCE_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct source_file {
	_Atomic unsigned references;
	char *bytes;
	size_t len;
	enum { HELD_NOT, HELD_MALLOC, HELD_MAP } held;
};

/* With one reference; bytes stay the caller's. NULL when out of memory. */
struct source_file *
source_file_new(char *bytes, size_t len);

/* From any thread. NULL is fine. */
void
source_file_unref(struct source_file *file);

/*
 * The whole content of fd: 0, -EFBIG for more than SOURCE_STREAM_MAX from a pipe or a device,
 * -ENOMEM, or the errno of reading.
 */
int
source_file_read(int fd, const struct stat *st, struct source_file **ret);

/*
 * Whether a file of that path holds labelled rows (see labelled.h) and no mail: taken for one mail
 * it would be judged as something that nobody wrote. No header field's name begins with a brace.
 */
bool
source_file_holds_rows(const struct source_file *file, const char *path);

#endif
