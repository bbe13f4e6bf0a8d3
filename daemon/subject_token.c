/*
 * subject_token: see subject_token.h.
 */
#include "subject_token.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#define DIGITS_MAX 18 /* of a case's number: fits into 64 bits */

/* 32 characters that nobody takes for one another. */
static const char alphabet[] = "23456789abcdefghijkmnpqrstuvwxyz";

/* The token that begins at `at`; its length, 0 when there is none. */
static size_t
token_at(const char *at, struct subject_token *ret)
{
	struct subject_token token = { .case_id = 0 };
	const char *p = at;
	size_t digits = 0;

	if (p[0] != '[' || p[1] != 'C')
		return 0;
	for (p += 2; isdigit((unsigned char)*p) && digits < DIGITS_MAX; p++, digits++)
		token.case_id = token.case_id * 10 + (uint64_t)(*p - '0');
	if (token.case_id == 0 || *p++ != '-')
		return 0;
	for (size_t i = 0; i < SUBJECT_TOKEN_CHECK; i++, p++) {
		if (!*p || !strchr(alphabet, *p))
			return 0;
		token.check[i] = *p;
	}
	if (*p != ']')
		return 0;
	*ret = token;
	return (size_t)(p + 1 - at);
}

bool
subject_token_find(const char *subject, struct subject_token *ret)
{
	bool found = false;

	for (const char *p = subject ? strchr(subject, '[') : NULL; p; p = strchr(p + 1, '['))
		found |= token_at(p, ret) > 0;
	return found;
}

const char *
subject_token_without(struct arena *arena, const char *subject)
{
	struct subject_token token;
	struct buf out = { .arena = arena };
	const char *p = subject;

	if (!subject_token_find(subject, &token))
		return subject;
	while (*p) {
		size_t len = token_at(p, &token);

		while (len && out.len && out.at[out.len - 1] == ' ')
			out.len--;
		if (len == 0)
			buf_add_char(&out, *p++);
		p += len;
	}
	return buf_string(&out);
}

int
subject_token_make(char ret_check[SUBJECT_TOKEN_CHECK + 1])
{
	unsigned char random[SUBJECT_TOKEN_CHECK];
	ssize_t got = getrandom(random, sizeof(random), 0);

	if (got < 0)
		return -errno;
	if (got != (ssize_t)sizeof(random))
		return -EIO;
	for (size_t i = 0; i < SUBJECT_TOKEN_CHECK; i++)
		ret_check[i] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	ret_check[SUBJECT_TOKEN_CHECK] = '\0';
	return 0;
}

const char *
subject_token_text(struct arena *arena, const struct subject_token *token)
{
	return arena_printf(arena, "[C%" PRIu64 "-%s]", token->case_id, token->check);
}
