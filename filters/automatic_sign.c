/*
 * automatic_sign: small questions to a message. See automatic_sign.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "automatic_sign.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "mime_part.h"

#define VALUE_SHOWN 80
#define BODY_TOP_MAX 2000

const char *
sign_value(const struct message *m, const char *name)
{
	const struct header *h = message_header(m, name);
	const char *value = h ? h->value : "";

	while (isspace((unsigned char)*value))
		value++;
	return value;
}

bool
sign_is(const char *value, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(value, word, n) == 0 && !isalnum((unsigned char)value[n]) &&
	       value[n] != '-' && value[n] != '_';
}

const char *
sign_starts(const char *s, const char *const *words)
{
	/* Most are told apart by their first letters. */
	for (; *words; words++)
		if (((*s ^ **words) & 0xdf) == 0 && strncasecmp(s, *words, strlen(*words)) == 0)
			return *words;
	return NULL;
}

bool
sign_has(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(s, *words))
			return true;
	return false;
}

bool
sign_body_has(const struct message *m, size_t top, const char *const *words)
{
	char start[BODY_TOP_MAX + 1];
	size_t n = top < BODY_TOP_MAX ? top : BODY_TOP_MAX;

	if (n > m->body_len)
		n = m->body_len;
	memcpy(start, m->body, n);
	start[n] = '\0';
	return sign_has(start, words);
}

const char *
sign_because(const struct message *m, const char *name, const char *value, const char *meaning)
{
	size_t n = strnlen(value, VALUE_SHOWN);
	const char *text;

	if (n == VALUE_SHOWN)
		while (n && ((unsigned char)value[n] & 0xc0) == 0x80)
			n--;
	text = arena_printf(m->arena, "%s: %.*s%s", name, (int)n, value, meaning);
	return text ? text : name;
}

bool
sign_null_return(const struct message *m)
{
	/* Delivery agents that cannot write an empty path name the mail system. */
	static const char *const empty[] = { "<>", "<mailer-daemon>", "<mailer-daemon@", NULL };
	const char *value = sign_value(m, "Return-Path");

	return sign_starts(value, empty) ||
	       (*value == '<' && value[1 + strspn(value + 1, " \t")] == '>');
}

bool
sign_machine(const struct message *m)
{
	const char *submitted = sign_value(m, "Auto-Submitted");

	return (*submitted && !sign_is(submitted, "no")) || sign_null_return(m);
}

bool
sign_answers(const struct message *m)
{
	return m->reference_count > 0 || (m->in_reply_to && *m->in_reply_to);
}

bool
sign_outermost(const struct message *m, size_t part)
{
	int parent = m->parts[part].parent;

	for (unsigned n = 0; parent >= 0 && (size_t)parent < m->part_count && n < LIMIT_DEPTH + 1;
	     n++) {
		if (mime_part_is_message(&m->parts[parent]))
			return false;
		parent = m->parts[parent].parent;
	}
	return true;
}
