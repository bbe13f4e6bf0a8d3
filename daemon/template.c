/*
 * template: a text is read once into a flat list of pieces; a section knows where it ends, so
 * rendering needs no tree.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "draft_mime.h"
#include "filters/yamldoc.h"
#include "template.h"

#define NAME_MAX_BYTES 64u
#define STEPS_MAX                                                                                  \
	100000u /* pieces rendered: arrays in arrays could repeat an empty section for ever */

enum piece_kind {
	PIECE_TEXT,
	PIECE_VALUE,
	PIECE_SECTION,
	PIECE_INVERTED,
	PIECE_END,
};

struct piece {
	enum piece_kind kind;
	const char *text; /* the text, or the name */
	size_t len;
	size_t end; /* of a section: its PIECE_END */
	unsigned line, column;
};

struct pieces {
	struct piece *list;
	size_t count, room;
};

struct template
{
	struct arena *arena;
	struct pieces subject, body;
};

struct reader {
	struct arena *arena;
	const char *name, *text;
	size_t len, at;
	unsigned line, column; /* of text[at] */
	const char *const *known;
	struct problems *problems;
	struct pieces *out;
	size_t open[TEMPLATE_DEPTH_MAX];
	unsigned depth;
	bool failed; /* out of memory */
};

static void
mistake(const struct reader *r, unsigned line, unsigned column, const char *hint, const char *fmt,
	const char *word)
{
	problems_add(r->problems, PROBLEM_ERROR, r->name, line, column, hint, fmt, word);
}

static void
advance(struct reader *r, size_t to)
{
	for (; r->at < to; r->at++) {
		if (r->text[r->at] == '\n') {
			r->line++;
			r->column = 1;
		} else if (((unsigned char)r->text[r->at] & 0xc0) != 0x80) {
			r->column++;
		}
	}
}

/* No bound of its own: every tag takes five bytes of a text of at most TEMPLATE_BYTES_MAX. */
static void
add_piece(struct reader *r, enum piece_kind kind, const char *text, size_t len)
{
	struct pieces *p = r->out;

	if (kind == PIECE_TEXT && !len)
		return;
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 16;
		struct piece *list = arena_grow(r->arena, p->list, p->room * sizeof(*list),
						room * sizeof(*list));

		if (!list) {
			r->failed = true;
			return;
		}
		p->list = list;
		p->room = room;
	}
	p->list[p->count++] = (struct piece){
		.kind = kind, .text = text, .len = len, .line = r->line, .column = r->column
	};
}

static bool
good_name(const char *name)
{
	const char *p = name;

	while (islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' ||
	       (*p == '.' && p > name && p[-1] != '.'))
		p++;
	return !*p && p > name && p[-1] != '.' && strlen(name) <= NAME_MAX_BYTES;
}

static bool
check_name(const struct reader *r, const char *name)
{
	const char *const *k = r->known;
	char hint[160];

	if (!good_name(name)) {
		mistake(r, r->line, r->column, "a name has small letters, digits, '_' and dots",
			"\"%s\" is no name of a variable", name);
		return false;
	}
	while (k && *k && strcmp(*k, name))
		k++;
	if (!k || *k)
		return true;
	mistake(r, r->line, r->column, yamldoc_choice(name, r->known, hint, sizeof(hint)),
		"there is no variable \"%s\"", name);
	return false;
}

static void
close_section(struct reader *r, const char *name)
{
	struct piece *opened;
	char hint[128];

	if (!r->depth) {
		mistake(r, r->line, r->column, "take it out, or open the section before",
			"{{/%s}} closes nothing", name);
		return;
	}
	opened = &r->out->list[r->open[--r->depth]];
	opened->end = r->out->count;
	if (strcmp(opened->text, name)) {
		snprintf(hint, sizeof(hint), "write {{/%s}}", opened->text);
		mistake(r, r->line, r->column, hint,
			"{{/%s}} does not close the section that is open", name);
	}
	add_piece(r, PIECE_END, opened->text, 0);
}

static void
open_section(struct reader *r, enum piece_kind kind, const char *name)
{
	check_name(r, name);
	if (r->depth == TEMPLATE_DEPTH_MAX) {
		mistake(r, r->line, r->column, "split the template",
			"section \"%s\" is nested too deep", name);
		r->failed = true;
		return;
	}
	add_piece(r, kind, name, strlen(name));
	if (!r->failed)
		r->open[r->depth++] = r->out->count - 1;
}

/* What stands between {{ and }}. */
static void
take_tag(struct reader *r, const char *inside, size_t len)
{
	char sigil = len && strchr("#^/!>&={", inside[0]) && inside[0] ? inside[0] : '\0';
	char *name;

	if (sigil == '!')
		return;
	inside += sigil != '\0';
	len -= sigil != '\0';
	while (len && (*inside == ' ' || *inside == '\t')) {
		inside++;
		len--;
	}
	while (len && (inside[len - 1] == ' ' || inside[len - 1] == '\t'))
		len--;
	name = arena_strndup(r->arena, inside, len < 100 ? len : 100);
	if (!name) {
		r->failed = true;
		return;
	}
	for (char *p = name; *p; p++) {
		if ((unsigned char)*p < ' ')
			*p = ' ';
	}
	if (sigil == '#')
		open_section(r, PIECE_SECTION, name);
	else if (sigil == '^')
		open_section(r, PIECE_INVERTED, name);
	else if (sigil == '/')
		close_section(r, name);
	else if (sigil)
		mistake(r, r->line, r->column,
			"write {{name}}; nothing is escaped, and templates include no others",
			"\"%s\" stands in a kind of tag that is not read", name);
	else if (check_name(r, name))
		add_piece(r, PIECE_VALUE, name, strlen(name));
}

/* Whether the tag [from, to) is alone on its line; then the line is [*ret_from, *ret_to). */
static bool
stands_alone(const struct reader *r, size_t from, size_t to, size_t *ret_from, size_t *ret_to)
{
	if (!strchr("#^/!", r->text[from + 2]) || !r->text[from + 2])
		return false;
	while (from > 0 && (r->text[from - 1] == ' ' || r->text[from - 1] == '\t'))
		from--;
	while (to < r->len && (r->text[to] == ' ' || r->text[to] == '\t' || r->text[to] == '\r'))
		to++;
	if ((from > 0 && r->text[from - 1] != '\n') || (to < r->len && r->text[to] != '\n'))
		return false;
	*ret_from = from;
	*ret_to = to < r->len ? to + 1 : to;
	return true;
}

/* Reads from r->at to stop into r->out. */
static void
read_pieces(struct reader *r, size_t stop, bool lines)
{
	while (r->at < stop && !r->failed) {
		const char *open = memmem(r->text + r->at, stop - r->at, "{{", 2);
		size_t from = open ? (size_t)(open - r->text) : stop, line_from = from, line_to, to;
		const char *close = open ? memmem(open + 2, stop - from - 2, "}}", 2) : NULL;

		if (!open) {
			add_piece(r, PIECE_TEXT, r->text + r->at, stop - r->at);
			advance(r, stop);
			break;
		}
		if (!close || memchr(open, '\n', (size_t)(close - open))) {
			size_t text = r->at;

			advance(r, from);
			mistake(r, r->line, r->column, "write }} in the same line", "%s",
				"a tag begins that is not closed");
			add_piece(r, PIECE_TEXT, r->text + text, from + 2 - text);
			advance(r, from + 2);
			continue;
		}
		to = (size_t)(close - r->text) + 2;
		line_to = to;
		if (lines)
			stands_alone(r, from, to, &line_from, &line_to);
		if (line_from < r->at)
			line_from = r->at;
		add_piece(r, PIECE_TEXT, r->text + r->at, line_from - r->at);
		advance(r, from);
		take_tag(r, open + 2, to - 2 - (from + 2));
		advance(r, line_to);
	}
	while (r->depth) {
		struct piece *opened = &r->out->list[r->open[--r->depth]];
		char hint[128];

		snprintf(hint, sizeof(hint), "close it with {{/%.100s}}", opened->text);
		mistake(r, opened->line, opened->column, hint, "section \"%s\" is never closed",
			opened->text);
		opened->end = r->out->count;
	}
}

/* "Subject: ..." and an empty line. Leaves r->at at the body. */
static void
read_headers(struct reader *r, struct template *t)
{
	static const char subject[] = "Subject:";
	bool seen = false;

	while (r->at < r->len) {
		const char *line = r->text + r->at, *end = memchr(line, '\n', r->len - r->at);
		size_t stop = end ? (size_t)(end - r->text) : r->len, next = end ? stop + 1 : stop;

		if (stop > r->at && r->text[stop - 1] == '\r')
			stop--;
		if (stop == r->at) {
			advance(r, next);
			return;
		}
		if (stop - r->at < sizeof(subject) - 1 ||
		    strncasecmp(line, subject, sizeof(subject) - 1) || seen) {
			mistake(r, r->line, 1,
				"begin with \"Subject: ...\" and an empty line, or with the empty "
				"line alone",
				"%s",
				seen ? "a second line stands before the empty line"
				     : "the template does not begin with its header");
			return;
		}
		seen = true;
		advance(r, r->at + sizeof(subject) - 1);
		while (r->at < stop && r->text[r->at] == ' ')
			advance(r, r->at + 1);
		r->out = &t->subject;
		read_pieces(r, stop, false);
		advance(r, next);
	}
	mistake(r, r->line, 1, "write the text after an empty line", "%s",
		"the template has no body");
}

/* A file saved in another charset would only show as rubbish at the customer's. */
static bool
is_clean(struct reader *r)
{
	size_t len;

	for (; r->at < r->len; advance(r, r->at + len)) {
		uint32_t c = mime_char(r->text + r->at, &len);
		bool line_end = c == '\n' || (c == '\r' && r->text[r->at + 1] == '\n');

		if (c == 0xfffd || (c < ' ' && c != '\t' && !line_end) || c == 0x7f) {
			mistake(r, r->line, r->column,
				"save it as UTF-8 without control characters", "%s",
				c == 0xfffd ? "this is not UTF-8"
					    : "a control character stands here");
			return false;
		}
	}
	r->at = 0;
	r->line = r->column = 1;
	return true;
}

int
template_parse(const char *name, const char *text, size_t len, const char *const *known,
	       struct problems *problems, struct template **ret_template)
{
	struct arena *arena = arena_new(0);
	struct template *t = arena ? arena_calloc(arena, 1, sizeof(*t)) : NULL;
	struct reader r = { .arena = arena,
			    .name = name,
			    .line = 1,
			    .column = 1,
			    .known = known,
			    .problems = problems };
	size_t errors = problems->errors;
	int result = -ENOMEM;

	if (len > TEMPLATE_BYTES_MAX || memchr(text, '\0', len)) {
		mistake(&r, 0, 0, NULL, "%s",
			len > TEMPLATE_BYTES_MAX ? "is too big for a template"
						 : "holds a NUL byte");
		result = -EINVAL;
		goto out;
	}
	r.text = t ? arena_strndup(arena, text, len) : NULL;
	if (!r.text)
		goto out;
	t->arena = arena;
	r.len = len;
	if (is_clean(&r)) {
		read_headers(&r, t);
		r.out = &t->body;
		read_pieces(&r, len, true);
	}
	if (problems->errors > errors)
		result = -EINVAL;
	else if (!r.failed)
		result = 0;
out:
	if (result < 0) {
		arena_free(arena);
		return result;
	}
	*ret_template = t;
	return 0;
}

void
template_free(struct template *t)
{
	if (t)
		arena_free(t->arena);
}

struct rendering {
	const json_t *stack[TEMPLATE_DEPTH_MAX +
			    1]; /* values of the sections that are open, the outermost first */
	unsigned depth;
	unsigned steps;
	bool header;
	struct buf out;
};

static const json_t *
look_in(const json_t *value, const char *name)
{
	char part[NAME_MAX_BYTES + 1];

	while (*name && json_is_object(value)) {
		size_t len = strcspn(name, ".");

		memcpy(part, name, len);
		part[len] = '\0';
		value = json_object_get(value, part);
		name += len + (name[len] == '.');
	}
	return *name ? NULL : value;
}

static const json_t *
look_up(const struct rendering *r, const char *name)
{
	for (unsigned i = r->depth; i > 0; i--) {
		const json_t *value = look_in(r->stack[i - 1], name);

		if (value)
			return value;
	}
	return NULL;
}

static bool
is_open(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_INTEGER:
		return json_integer_value(value) != 0;
	case JSON_REAL:
		return json_real_value(value) != 0;
	case JSON_TRUE:
		return true;
	default:
		return false;
	}
}

static void
add_value(struct rendering *r, const json_t *value)
{
	if (json_is_integer(value))
		buf_printf(&r->out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		buf_printf(&r->out, "%.15g", json_real_value(value));
	if (!json_is_string(value))
		return;
	for (const char *p = json_string_value(value); *p && r->out.len <= TEMPLATE_OUTPUT_MAX;
	     p++) {
		bool space = *p == '\n' || *p == '\t';

		if (space && !r->header)
			buf_add_char(&r->out, *p);
		else if (space)
			buf_add_char(&r->out, ' ');
		else if ((unsigned char)*p >= ' ' && *p != 0x7f)
			buf_add_char(&r->out, *p);
	}
}

static int
render(struct rendering *r, const struct pieces *pieces, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct piece *p = &pieces->list[i];
		const json_t *value =
			p->kind == PIECE_TEXT || p->kind == PIECE_END ? NULL : look_up(r, p->text);
		size_t times;

		if (++r->steps > STEPS_MAX || r->out.len > TEMPLATE_OUTPUT_MAX)
			return -E2BIG;
		if (p->kind == PIECE_TEXT)
			buf_add(&r->out, p->text, p->len);
		else if (p->kind == PIECE_VALUE)
			add_value(r, value);
		if (p->kind != PIECE_SECTION && p->kind != PIECE_INVERTED)
			continue;
		times = is_open(value) == (p->kind == PIECE_SECTION) ? 1 : 0;
		if (times && p->kind == PIECE_SECTION && json_is_array(value))
			times = json_array_size(value);
		for (size_t k = 0; k < times; k++) {
			int result;

			/* Sections nest no deeper than the stack: template_parse() saw to it. */
			r->stack[r->depth++] =
				json_is_array(value) ? json_array_get(value, k) : value;
			result = render(r, pieces, i + 1, p->end);
			r->depth--;
			if (result < 0)
				return result;
		}
		i = p->end;
	}
	return 0;
}

static int
render_all(const struct pieces *pieces, const json_t *values, struct arena *arena, bool header,
	   const char **ret)
{
	struct rendering r = {
		.stack = { values }, .depth = 1, .header = header, .out = { .arena = arena }
	};
	int result = render(&r, pieces, 0, pieces->count);
	const char *text = buf_string(&r.out);

	if (result < 0)
		return result;
	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}

int
template_render(const struct template *t, const json_t *values, struct arena *arena,
		const char **ret_subject, const char **ret_body)
{
	const char *subject, *body;
	int r = render_all(&t->subject, values, arena, true, &subject);

	if (!r)
		r = render_all(&t->body, values, arena, false, &body);
	if (r < 0)
		return r;
	*ret_subject = subject;
	*ret_body = body;
	return 0;
}
