/*
 * ctl_render_internal: reading an answer's members and printing them, for the files of ctl_render.
 */
#ifndef DAEMON_CTL_RENDER_INTERNAL_H
#define DAEMON_CTL_RENDER_INTERNAL_H

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "term.h"

static inline const char *
string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static inline json_int_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static inline void
put(const struct term *term, const char *text)
{
	term_text(term, text, strlen(text), false);
}

static inline void
put_when(const struct term *term, const char *when)
{
	time_t seconds = (time_t)(term_time(when) / 1000);
	char text[32];
	struct tm tm;

	if (seconds == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(text, sizeof(text), "%16s", "");
	fputs(text, term->out);
}

static inline void
put_heading(const struct term *term, const char *text)
{
	putc('\n', term->out);
	term_cell(term, STYLE_STRONG, text, 0);
	putc('\n', term->out);
}

/* What follows a number of things: "" for one. */
static inline const char *
plural(json_int_t count)
{
	return count == 1 ? "" : "s";
}

/* What a case asks for, with the cases that name or ask the same; what a customer was given. */
void
render_asked(const struct term *term, const json_t *page);

void
render_approvals(const struct term *term, const json_t *customer);

/* "name  text", nothing when there is no text. */
void
case_line(const struct term *term, const char *name, const char *text);

/* Wishes and deal-breakers of a case page or a customer, and an empty line when there are any. */
void
render_minds(const struct term *term, const json_t *page);

#endif
