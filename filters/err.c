/*
 * err: words for the person who can mend it, and lists of them. See err.h.
 *
 * Texts that do not fit are cut between characters, so that every message stays valid UTF-8.
 */
#include "err.h"

#include "limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long the character is that begins there; 0: it is not whole. */
static size_t
whole_character(const char *at)
{
	unsigned char c = (unsigned char)*at;
	size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : c < 0x80;

	for (size_t i = 1; i < want; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
	return want;
}

/* Texts are cut at a number of bytes, also in the middle: half characters are taken out. */
static void
drop_half_characters(char *text)
{
	char *to = text;

	while (*text) {
		size_t len = whole_character(text);

		memmove(to, text, len);
		to += len;
		text += len ? len : 1;
	}
	*to = '\0';
}

static void __attribute__((format(printf, 3, 0)))
put_text(char *text, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(text, size, fmt, ap) < 0)
		text[0] = '\0';
	drop_half_characters(text);
}

static void
put_place(struct err *e, const char *file, unsigned line, unsigned column)
{
	snprintf(e->file, sizeof(e->file), "%s", file ? file : "");
	drop_half_characters(e->file);
	e->line = line;
	e->column = column;
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	put_place(e, "", 0, 0);
	va_start(ap, fmt);
	put_text(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int
err_at(struct err *e, int code, const char *file, unsigned line, unsigned column, const char *fmt,
       ...)
{
	va_list ap;

	if (!e)
		return code;
	put_place(e, file, line, column);
	va_start(ap, fmt);
	put_text(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int
err_prefix(struct err *e, int code, const char *fmt, ...)
{
	char context[sizeof(e->text)], old[sizeof(e->text)];
	size_t len;
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	put_text(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(old, e->text, sizeof(old));
	old[sizeof(old) - 1] = '\0';
	snprintf(e->text, sizeof(e->text), "%s", context);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", old);
	drop_half_characters(e->text);
	return code;
}

const char *
err_text(const struct err *e, char *buf, size_t size)
{
	if (!e->file[0])
		snprintf(buf, size, "%s", e->text);
	else if (!e->line)
		snprintf(buf, size, "%s: %s", e->file, e->text);
	else if (!e->column)
		snprintf(buf, size, "%s:%u: %s", e->file, e->line, e->text);
	else
		snprintf(buf, size, "%s:%u:%u: %s", e->file, e->line, e->column, e->text);
	if (size > 0)
		drop_half_characters(buf);
	return buf;
}

static struct problem *
problems_room(struct problems *p)
{
	size_t room;
	struct problem *list;

	if (p->count >= PROBLEMS_MAX)
		return NULL;
	if (p->count == p->room) {
		room = p->room ? p->room * 2 : 8;
		if (room > PROBLEMS_MAX)
			room = PROBLEMS_MAX;
		list = realloc(p->list, room * sizeof(*list));
		if (!list)
			return NULL;
		p->list = list;
		p->room = room;
	}
	return &p->list[p->count++];
}

void
problems_add(struct problems *p, enum problem_level level, const char *file, unsigned line,
	     unsigned column, const char *hint, const char *fmt, ...)
{
	struct problem *problem;
	va_list ap;

	if (level == PROBLEM_ERROR)
		p->errors++;
	else if (level == PROBLEM_WARNING)
		p->warnings++;
	problem = problems_room(p);
	if (!problem)
		return;
	problem->level = level;
	put_place(&problem->err, file, line, column);
	snprintf(problem->hint, sizeof(problem->hint), "%s", hint ? hint : "");
	drop_half_characters(problem->hint);
	va_start(ap, fmt);
	put_text(problem->err.text, sizeof(problem->err.text), fmt, ap);
	va_end(ap);
}

void
problems_free(struct problems *p)
{
	free(p->list);
	memset(p, 0, sizeof(*p));
}
