/*
 * source_mbox: splits mboxes. See source_mbox.h.
 *
 * Every function goes over the bytes once; a From_ line is looked at for FROM_LINE_MAX bytes at
 * most.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "source_mbox.h"

#include <ctype.h>
#include <string.h>

#define FROM "From "
#define FROM_LEN 5
#define FROM_LINE_MAX 512

static bool
digits(const char *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* " Aug " or the like, "12:36" and a year 19xx or 20xx: asctime(3) and every dialect of it. */
static bool
holds_date(const char *line, size_t len)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bool month = false, hour = false, year = false;

	for (size_t i = 1; i + 4 <= len; i++) {
		if (line[i - 1] == ' ' && i + 3 < len && line[i + 3] == ' ')
			for (size_t m = 0; m < 36 && !month; m += 3)
				month = !memcmp(line + i, months + m, 3);
		if (i + 5 <= len && digits(line + i, 2) && line[i + 2] == ':' &&
		    digits(line + i + 3, 2))
			hour = true;
		if (line[i - 1] == ' ' && digits(line + i, 4) &&
		    (!memcmp(line + i, "19", 2) || !memcmp(line + i, "20", 2)))
			year = true;
	}
	return month && hour && year;
}

/* A header field's name, a continued or quoted From_ line, or nothing at all. */
static bool
header_follows(const char *at, size_t len)
{
	size_t i = 0;

	if (len == 0 || at[0] == '\n' || at[0] == '\r' || at[0] == '>')
		return true;
	while (i < len && i < FROM_LINE_MAX && at[i] > ' ' && at[i] < 127 && at[i] != ':')
		i++;
	return i > 0 && i < len &&
	       (at[i] == ':' || (at[i] == ' ' && i + 1 < len && at[i + 1] == ':'));
}

/* The length of the From_ line at the start of bytes with its line break, 0 when there is none. */
static size_t
from_line(const char *bytes, size_t len)
{
	const char *end;
	size_t line;

	if (len < FROM_LEN || memcmp(bytes, FROM, FROM_LEN))
		return 0;
	end = memchr(bytes, '\n', len < FROM_LINE_MAX ? len : FROM_LINE_MAX);
	if (!end)
		return 0;
	line = (size_t)(end - bytes);
	if (!holds_date(bytes, line) || !header_follows(end + 1, len - line - 1))
		return 0;
	return line + 1;
}

bool
mbox_begins(const char *bytes, size_t len)
{
	return from_line(bytes, len) > 0;
}

/* at points at a "\n" before "From ": whether the line that it ends is empty. */
static bool
after_empty_line(const char *bytes, const char *at)
{
	if (at > bytes && at[-1] == '\r')
		at--;
	return at == bytes || at[-1] == '\n';
}

/* Without the empty line that the format puts behind every mail. */
static size_t
trim_end(const char *mail, size_t len)
{
	if (len >= 2 && !memcmp(mail + len - 2, "\n\n", 2))
		return len - 1;
	if (len >= 4 && !memcmp(mail + len - 4, "\r\n\r\n", 4))
		return len - 2;
	return len;
}

size_t
mbox_split(const char *bytes, size_t len, const char **ret_mail, size_t *ret_mail_len)
{
	size_t start = from_line(bytes, len), end = len, from = start;
	const char *at;

	/* A From_ line right behind the first one ends an empty mail. */
	if (start > 0 && from_line(bytes + start, len - start) > 0)
		end = start;
	while (end == len && from < len) {
		at = memmem(bytes + from, len - from, "\n" FROM, FROM_LEN + 1);
		if (!at)
			break;
		from = (size_t)(at - bytes) + 1;
		if (after_empty_line(bytes + start, at) && from_line(bytes + from, len - from) > 0)
			end = from;
	}
	*ret_mail = bytes + start;
	*ret_mail_len = trim_end(bytes + start, end - start);
	return end;
}

/* The position of the '>' of the next quoted From_ line at or after `at`, or NULL. */
static const char *
next_escaped(const char *mail, const char *at, const char *end)
{
	while (at < end) {
		const char *from = memmem(at, (size_t)(end - at), ">" FROM, FROM_LEN + 1),
			   *first = from;

		if (!from)
			return NULL;
		while (first > at && first[-1] == '>')
			first--;
		if (first == mail || first[-1] == '\n')
			return first;
		at = from + 1;
	}
	return NULL;
}

bool
mbox_escaped(const char *mail, size_t len)
{
	return next_escaped(mail, mail, mail + len) != NULL;
}

size_t
mbox_unescape(const char *mail, size_t len, char *out)
{
	const char *at = mail, *end = mail + len, *quote;
	size_t used = 0;

	while ((quote = next_escaped(mail, at, end))) {
		memcpy(out + used, at, (size_t)(quote - at));
		used += (size_t)(quote - at);
		/*
		 * The rest of the line goes over as it is: "From " begins behind the remaining
		 * '>'s.
		 */
		at = quote + 1;
		while (at < end && *at == '>')
			out[used++] = *at++;
	}
	if (at < end)
		memcpy(out + used, at, (size_t)(end - at));
	return used + (size_t)(end - at);
}
