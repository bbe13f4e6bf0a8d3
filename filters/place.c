/*
 * place: from bytes of a scalar's value to line and column. See place.h.
 */
#include "place.h"

#include <stdbool.h>
#include <string.h>

static bool
continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The byte of a 1-based line and column. */
static size_t
byte_at(const char *text, size_t len, unsigned line, unsigned column)
{
	const char *at = text, *end = text + len;

	for (; line > 1; line--) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		if (next == NULL)
			return len;
		at = next + 1;
	}
	for (; column > 1 && at < end; column--) {
		at++;
		while (at < end && continues(*at))
			at++;
	}
	return (size_t)(at - text);
}

/*
 * Source bytes that one byte of the value takes in that style of quotes, 0 where it cannot be told.
 */
static size_t
source_bytes(char quote, const char *s, size_t left)
{
	if (left == 0 || *s == '\n' || *s == '\r')
		return 0;
	if (quote == '\'' && *s == '\'')
		return left >= 2 && s[1] == '\'' ? 2 : 0;
	if (quote == '"' && *s == '\\')
		return left >= 2 && strchr("xuUNL_P\n", s[1]) == NULL ? 2 : 0;
	return 1;
}

void
place_in_scalar(const char *text, size_t len, const struct yamlnode *node, size_t offset,
		unsigned *ret_line, unsigned *ret_column)
{
	size_t at, column = node->column, took;
	char quote = '\0';

	*ret_line = node->line;
	*ret_column = node->column;
	if (node->kind != YAMLNODE_SCALAR || node->block)
		return;
	at = byte_at(text, len, node->line, node->column);
	if (!node->plain && at < len && (text[at] == '\'' || text[at] == '"')) {
		quote = text[at++];
		column++;
	}
	for (; offset > 0; offset--) {
		took = source_bytes(quote, text + at, len - at);
		if (took == 0)
			return;
		column += continues(text[at]) ? 0 : took;
		at += took;
	}
	*ret_column = (unsigned)column;
}
