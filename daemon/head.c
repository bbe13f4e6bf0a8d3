/*
 * head: line by line through a header block (RFC 5322 section 2.2), LF or CRLF.
 */
#include "head.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One past the end of the line that begins at `at`. */
static size_t
next_line(const char *bytes, size_t len, size_t at)
{
	const char *end = memchr(bytes + at, '\n', len - at);

	return end != NULL ? (size_t)(end - bytes) + 1 : len;
}

static bool
is_field(const char *bytes, size_t len, size_t at, const char *name, size_t name_len)
{
	return len - at > name_len && bytes[at + name_len] == ':' &&
	       strncasecmp(bytes + at, name, name_len) == 0;
}

const char *
head_field(const char *bytes, size_t len, const char *name, size_t *ret_len)
{
	size_t name_len = strlen(name), at = 0, end;

	while (at < len && bytes[at] != '\n' &&
	       !(bytes[at] == '\r' && at + 1 < len && bytes[at + 1] == '\n')) {
		if (!is_field(bytes, len, at, name, name_len)) {
			at = next_line(bytes, len, at);
			continue;
		}
		end = next_line(bytes, len, at);
		while (end < len && (bytes[end] == ' ' || bytes[end] == '\t'))
			end = next_line(bytes, len, end);
		at += name_len + 1;
		while (at < end && is_space(bytes[at]))
			at++;
		while (end > at && is_space(bytes[end - 1]))
			end--;
		*ret_len = end - at;
		return bytes + at;
	}
	*ret_len = 0;
	return "";
}

size_t
head_unfold(const char *value, size_t len, char *out)
{
	size_t n = 0;

	for (size_t k = 0; k < len; k++)
		if (value[k] != '\r' && value[k] != '\n' && value[k] != '\0')
			out[n++] = value[k];
	out[n] = '\0';
	return n;
}
