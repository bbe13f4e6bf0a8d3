/*
 * header_block: looks at a finished mail as strictly as a receiver could. For tests and fuzz
 * targets.
 */
#ifndef TESTS_HEADER_BLOCK_H
#define TESTS_HEADER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Writes the field names of the header block, each with a space after it, into names. False when
 * the text is not made of CRLF lines of at most 998 ASCII characters without controls but tab, when
 * a field is empty or misshapen, or when there is no empty line after it. *ret_body is what
 * follows.
 */
static inline bool
header_block_names(const char *text, size_t len, char *names, size_t size, const char **ret_body)
{
	size_t line = 0, used = 0;
	bool in_header = true;

	names[0] = '\0';
	*ret_body = NULL;
	while (line < len) {
		const char *end = memchr(text + line, '\r', len - line);
		size_t stop = end ? (size_t)(end - text) : len, colon = line;

		if (stop + 1 >= len || text[stop + 1] != '\n' || stop - line > 998)
			return false;
		for (size_t i = line; i < stop; i++) {
			if ((text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
				return false;
		}
		if (in_header && stop == line) {
			in_header = false;
			*ret_body = text + stop + 2;
		} else if (in_header && text[line] == ' ') {
			/* A folded line of blanks alone is obsolete syntax (RFC 5322 4.2). */
			if (used == 0 || strspn(text + line, " \t") >= stop - line)
				return false;
		} else if (in_header) {
			while (colon < stop && text[colon] > ' ' && text[colon] != ':')
				colon++;
			if (colon == line || colon == stop || text[colon] != ':' ||
			    used + (colon - line) + 2 > size)
				return false;
			memcpy(names + used, text + line, colon - line);
			used += colon - line;
			names[used++] = ' ';
			names[used] = '\0';
		}
		line = stop + 2;
	}
	return !in_header;
}

#endif
