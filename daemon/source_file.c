/*
 * source_file: see source_file.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "source_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source.h"

/* Below this a read is cheaper than mapping and unmapping. */
#define MAP_FROM (64u << 10)

struct source_file *
source_file_new(char *bytes, size_t len)
{
	struct source_file *file = malloc(sizeof(*file));

	if (file) {
		file->references = 1;
		file->bytes = bytes;
		file->len = len;
		file->held = HELD_NOT;
	}
	return file;
}

void
source_file_unref(struct source_file *file)
{
	if (!file || atomic_fetch_sub(&file->references, 1) > 1)
		return;
	if (file->held == HELD_MALLOC)
		free(file->bytes);
	else if (file->held == HELD_MAP)
		munmap(file->bytes, file->len);
	free(file);
}

/* Reads up to max bytes or to the end. -EFBIG when there is more. */
static int
read_stream(int fd, size_t first, size_t max, char **ret_bytes, size_t *ret_len)
{
	size_t room = first + 1, len = 0;
	char *bytes = malloc(room), *grown;
	ssize_t got;
	int r = 0;

	if (!bytes)
		return -ENOMEM;
	while ((got = read(fd, bytes + len, room - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			r = -errno;
			break;
		}
		len += (size_t)got;
		if (len > max) {
			r = -EFBIG;
			break;
		}
		if (len < room)
			continue;
		room *= 2;
		grown = realloc(bytes, room);
		if (!grown) {
			r = -ENOMEM;
			break;
		}
		bytes = grown;
	}
	if (r < 0) {
		free(bytes);
		return r;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return 0;
}

int
source_file_read(int fd, const struct stat *st, struct source_file **ret)
{
	struct source_file *file = source_file_new(NULL, 0);
	bool regular = S_ISREG(st->st_mode);
	int r = 0;

	if (!file)
		return -ENOMEM;
	if (regular && st->st_size >= (off_t)MAP_FROM) {
		file->len = (size_t)st->st_size;
		file->bytes = mmap(NULL, file->len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (file->bytes == MAP_FAILED)
			r = -errno;
		else
			file->held = HELD_MAP;
	} else {
		r = read_stream(fd, regular ? (size_t)st->st_size : MAP_FROM, SOURCE_STREAM_MAX,
				&file->bytes, &file->len);
		if (r == 0)
			file->held = HELD_MALLOC;
	}
	if (r < 0) {
		source_file_unref(file);
		return r;
	}
	*ret = file;
	return 0;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a > b && !strcmp(name + a - b, end);
}

bool
source_file_holds_rows(const struct source_file *file, const char *path)
{
	const char *bytes = file->bytes, *end;
	size_t at = 0, line;

	if (file->len >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
		at = 3;
	while (at < file->len && strchr(" \t\r\n", bytes[at]))
		at++;
	if (at == file->len || bytes[at] != '{')
		return false;
	if (ends_with(path, ".ndjson") || ends_with(path, ".jsonl"))
		return true;
	end = memchr(bytes + at, '\n', file->len - at);
	line = end ? (size_t)(end - bytes) - at : file->len - at;
	return memmem(bytes + at, line, "\"flags\"", 7) && memmem(bytes + at, line, "\"body\"", 6);
}
