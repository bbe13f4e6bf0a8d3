/*
 * token: see token.h.
 */
#include "token.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Digits and the point after them; *text moves behind it. */
static bool
number(const char **text, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*ret = strtoull(*text, &end, 10);
	*text = end + 1;
	return errno == 0 && *end == '.';
}

bool
token_read(const char *message_id, uint64_t *ret_case, uint64_t *ret_entry)
{
	static const char start[] = "<triaged.";
	const char *at;
	uint64_t case_id, entry;

	if (strncmp(message_id, start, sizeof(start) - 1) != 0)
		return false;
	at = message_id + sizeof(start) - 1;
	if (!number(&at, &case_id) || !number(&at, &entry) || !strchr(at, '@'))
		return false;
	if (ret_case)
		*ret_case = case_id;
	if (ret_entry)
		*ret_entry = entry;
	return true;
}
