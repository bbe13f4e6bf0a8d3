/*
 * enclosed: uuencode and yEnc blocks found and cut. See enclosed.h.
 *
 * One pass over the lines of a text that has a beginning of one; all others cost two searches.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "enclosed.h"

#include "limits.h"
#include "message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define YENC "=ybegin "
#define YENC_END "=yend"

int
names_add(struct reader *r, struct names *names, const char *label, const char *name, size_t len)
{
	const char **list, *text;
	size_t room, text_len;

	if (len == 0)
		return 0;
	if (names->count == LIMIT_PARTS) {
		r->notes |= NOTE_CUT_PARTS;
		return 0;
	}
	if (names->count == names->room) {
		room = names->room ? names->room * 2 : 4;
		list = arena_grow(r->arena, names->list, names->room * sizeof(*list),
				  room * sizeof(*list));
		if (!list)
			return -ENOMEM;
		names->list = list;
		names->room = room;
	}
	if (len > LIMIT_FILENAME) {
		r->notes |= NOTE_CUT_HEADERS;
		len = LIMIT_FILENAME;
	}
	if (charset_read(r, label, name, len, &text, &text_len) < 0)
		return -ENOMEM;
	names->list[names->count++] = text;
	return 0;
}

/* One past the line's \n, or end. */
static const char *
line_end(const char *line, const char *end)
{
	const char *lf = memchr(line, '\n', (size_t)(end - line));

	return lf ? lf + 1 : end;
}

static size_t
length(const char *line, const char *next)
{
	while (next > line && (next[-1] == '\n' || next[-1] == '\r'))
		next--;
	return (size_t)(next - line);
}

/* A line of uuencode: its first letter says how many bytes the others make. */
static bool
is_uuencoded(const char *line, const char *next)
{
	size_t len = length(line, next), want;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 32 || (unsigned char)line[i] > 96)
			return false;
	want = (((size_t)line[0] - 32) & 63);
	want = (want + 2) / 3 * 4;
	/* Spaces at the end get lost on the way; some programs add a sum. */
	return len - 1 <= want + 2 && len - 1 >= want / 2;
}

/* "begin 644 photo.jpg" with a line of the file below it. */
static bool
is_uu_begin(const char *line, const char *next, const char *end, const char **ret_name)
{
	const char *p = line + 6;
	int digits = 0;

	if (next - line < 11 || memcmp(line, "begin ", 6) != 0)
		return false;
	for (; *p >= '0' && *p <= '7' && digits < 4; p++)
		digits++;
	if (digits < 3 || *p != ' ' || next == end)
		return false;
	*ret_name = p + 1;
	return is_uuencoded(next, line_end(next, end));
}

/* Where the file ends that begins behind its "begin" line. */
static const char *
uu_end(const char *line, const char *end)
{
	const char *next;

	for (; line < end; line = next) {
		next = line_end(line, end);
		if (length(line, next) == 3 && !memcmp(line, "end", 3))
			return next;
		if (length(line, next) > 0 && !is_uuencoded(line, next))
			return line;
	}
	return end;
}

/* Where the file ends that begins at line; NULL when it has no end. */
static const char *
yenc_end(const char *line, const char *next, const char *end, const char **ret_name)
{
	const char *name = memmem(line, (size_t)(next - line), " name=", 6), *stop;

	if (!name)
		return NULL;
	*ret_name = name + 6;
	for (stop = next; (stop = memmem(stop, (size_t)(end - stop), YENC_END, strlen(YENC_END)));
	     stop++)
		if (stop[-1] == '\n')
			return line_end(stop, end);
	return NULL;
}

int
enclosed_cut(struct reader *r, const char **bytes, size_t *len, struct names *names)
{
	const char *end = *bytes + *len, *line, *next, *stop, *name;
	bool yenc = memmem(*bytes, *len, YENC, strlen(YENC));
	char *out, *copy;
	int code;

	if (!yenc && !memmem(*bytes, *len, "begin ", 6))
		return 0;
	copy = out = arena_alloc(r->arena, *len + 1);
	if (!copy)
		return -ENOMEM;
	for (line = *bytes; line < end; line = next) {
		next = line_end(line, end);
		stop = NULL;
		if (is_uu_begin(line, next, end, &name)) {
			stop = uu_end(next, end);
		} else if (yenc && *line == '=' && next - line > 8 && !memcmp(line, YENC, 8)) {
			stop = yenc_end(line, next, end, &name);
			yenc = stop; /* no second search for an end that is not there */
		}
		if (!stop) {
			memcpy(out, line, (size_t)(next - line));
			out += next - line;
			continue;
		}
		code = names_add(r, names, "", name, length(name, next));
		if (code < 0)
			return code;
		next = stop;
	}
	*bytes = copy;
	*len = (size_t)(out - copy);
	return 0;
}
