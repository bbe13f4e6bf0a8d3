/*
 * excerpt: lines of files, and marks under them. See excerpt.h.
 */
#include "excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"

#define BEFORE_MAX 56  /* columns shown before the mark */
#define COLUMNS_MAX 92 /* columns shown of a line */
#define NUMBER_COLUMNS 5

/* A file that cannot be read, or has grown beyond what is read of one, is shown without lines. */
static struct excerpt_file *
read_file(struct excerpts *x, const char *path)
{
	struct excerpt_file *file = arena_calloc(x->arena, 1, sizeof(*file));
	struct buf b = { .arena = x->arena };
	char piece[16384];
	size_t got;
	FILE *f;

	if (file == NULL)
		return NULL;
	file->path = arena_strdup(x->arena, path);
	f = fopen(path, "rbe");
	while (f != NULL && b.len <= LIMIT_RULE_FILE_BYTES &&
	       (got = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&b, piece, got);
	if (f != NULL)
		fclose(f);
	file->text = buf_string(&b);
	file->len = file->text != NULL ? b.len : 0;
	file->next = x->files;
	x->files = file;
	return file->path != NULL ? file : NULL;
}

const char *
excerpt_line(struct excerpts *x, const char *path, unsigned line)
{
	const struct excerpt_file *file = x->files;
	const char *at, *end, *next;

	while (file != NULL && strcmp(file->path, path) != 0)
		file = file->next;
	if (file == NULL)
		file = read_file(x, path);
	if (file == NULL || line == 0 || file->len == 0)
		return NULL;
	at = file->text;
	end = at + file->len;
	for (; line > 1; line--) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (next == NULL)
			return NULL;
		at = next + 1;
	}
	next = memchr(at, '\n', (size_t)(end - at));
	if (next == NULL)
		next = end;
	if (next > at && next[-1] == '\r')
		next--;
	return arena_strndup(x->arena, at, (size_t)(next - at));
}

/* The bytes of the character at s; *ret_columns: what it takes on the terminal. */
static size_t
character(const char *s, size_t *ret_columns)
{
	char one[5] = { *s };
	size_t n = 1;

	while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80) {
		one[n] = s[n];
		n++;
	}
	*ret_columns = term_columns(one);
	return n;
}

/* Columns from one byte of a text to another. */
static size_t
columns_between(const char *text, size_t from, size_t to)
{
	size_t columns = 0, one;

	while (from < to && text[from] != '\0') {
		from += character(text + from, &one);
		columns += one;
	}
	return columns;
}

/* The byte that a 1-based column, counted in characters, stands at. */
static size_t
byte_of(const char *text, unsigned column)
{
	size_t at = 0, one;

	for (; column > 1 && text[at] != '\0'; column--)
		at += character(text + at, &one);
	return at;
}

/* Where to begin so that the mark at `to` is not too far to the right. */
static size_t
first_shown(const char *text, size_t to)
{
	size_t from = 0, columns = columns_between(text, 0, to), one;

	while (columns > BEFORE_MAX) {
		from += character(text + from, &one);
		columns -= one;
	}
	return from;
}

static void
print_margin(const struct term *term, unsigned line)
{
	term_style(term, STYLE_DIM);
	if (line > 0)
		fprintf(term->out, "%*u | ", NUMBER_COLUMNS, line);
	else
		fprintf(term->out, "%*s | ", NUMBER_COLUMNS, "");
	term_style(term, STYLE_PLAIN);
}

void
excerpt_print(const struct term *term, const char *text, unsigned line, unsigned column)
{
	size_t place = byte_of(text, column), from = first_shown(text, place), to = from, used = 0,
	       one, n;

	while (text[to] != '\0') {
		n = character(text + to, &one);
		if (used + one > COLUMNS_MAX)
			break;
		used += one;
		to += n;
	}
	print_margin(term, line);
	if (from > 0)
		fputs("…", term->out);
	term_text(term, text + from, to - from, false);
	fputs(text[to] != '\0' ? "…\n" : "\n", term->out);
	if (column == 0)
		return;
	print_margin(term, 0);
	fprintf(term->out, "%*s", (int)(columns_between(text, from, place) + (from > 0)), "");
	term_style(term, STYLE_BAD);
	putc('^', term->out);
	term_style(term, STYLE_PLAIN);
	putc('\n', term->out);
}
