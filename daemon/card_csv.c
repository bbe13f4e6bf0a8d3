/*
 * card_csv: see card_csv.h.
 *
 * libcsv is fed line by line, so that a row's line is known: a row begins on the first line after
 * the one where the row before it ended.
 */
#include "card_csv.h"

#include <csv.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COLUMNS 6
#define FIELD_BYTES 4096u

static const char *const columns[COLUMNS] = { "address",  "name",  "value",
					      "currency", "since", "note" };

struct reader {
	struct arena *arena;
	struct card_csv *csv;
	struct err *err;
	size_t room;
	unsigned line, row_line; /* being read, and where the row began */
	int place[COLUMNS];      /* of the header's columns, which of `columns` */
	size_t header;           /* how many columns; 0: no header yet */
	const char *fields[COLUMNS + 1];
	size_t count; /* of this row's fields */
	const char *wrong;
	int error; /* 0, or why to stop */
};

/* Whether a field is text that can be kept. */
static bool
is_text(const char *field, size_t len)
{
	json_t *string = memchr(field, '\0', len) ? NULL : json_stringn(field, len);

	json_decref(string);
	return string != NULL;
}

static void
take_field(void *data, size_t len, void *context)
{
	struct reader *r = context;
	const char *field = data ? data : "", *kept;

	if (r->error)
		return;
	kept = arena_strndup(r->arena, field, len <= FIELD_BYTES ? len : 0);
	if (kept && !r->wrong && !is_text(field, len))
		kept = r->wrong = arena_printf(
			r->arena, "column %zu is not UTF-8; save the sheet as \"CSV UTF-8\"",
			r->count + 1);
	else if (kept && !r->wrong && len > FIELD_BYTES)
		kept = r->wrong = arena_printf(r->arena, "column %zu is longer than %u bytes",
					       r->count + 1, FIELD_BYTES);
	if (!kept)
		r->error = -ENOMEM;
	if (r->count <= COLUMNS)
		r->fields[r->count] = kept;
	r->count++;
}

static int
refuse(struct reader *r, const char *field)
{
	if (r->count > COLUMNS)
		return err_set(r->err, -EINVAL, "line %u: there are more than %d columns",
			       r->row_line, COLUMNS);
	if (r->wrong)
		return err_set(r->err, -EINVAL, "line %u, %s", r->row_line, r->wrong);
	if (strchr(field, ';') || strchr(field, '\t'))
		return err_set(
			r->err, -EINVAL,
			"line %u: the columns stand apart by a %s; save the file with commas "
			"(CSV, RFC 4180)",
			r->row_line, strchr(field, ';') ? "semicolon" : "tab");
	return err_set(r->err, -EINVAL,
		       "line %u: there is no column \"%.60s\"; the header names address, name, "
		       "value, currency, since, note",
		       r->row_line, field);
}

static int
take_header(struct reader *r)
{
	bool seen[COLUMNS] = { false };

	if (r->count > COLUMNS || r->wrong)
		return refuse(r, "");
	for (size_t i = 0; i < r->count; i++) {
		int column = 0;

		while (column < COLUMNS && strcasecmp(columns[column], r->fields[i]) != 0)
			column++;
		if (column == COLUMNS)
			return refuse(r, r->fields[i]);
		if (seen[column])
			return err_set(r->err, -EINVAL, "line %u: the column %s is there twice",
				       r->row_line, columns[column]);
		seen[column] = true;
		r->place[i] = column;
	}
	if (!seen[0])
		return err_set(r->err, -EINVAL,
			       "line %u: there is no column address; the first line names the "
			       "columns",
			       r->row_line);
	r->header = r->count;
	return 0;
}

/* Room for one more line. */
static struct card_line *
add_line(struct reader *r)
{
	struct card_csv *csv = r->csv;
	size_t room = r->room ? r->room * 2 : 64;
	void *grown;

	if (csv->count == r->room) {
		grown = arena_grow(r->arena, csv->lines, r->room * sizeof(*csv->lines),
				   room * sizeof(*csv->lines));
		if (!grown)
			return NULL;
		csv->lines = grown;
		r->room = room;
	}
	return &csv->lines[csv->count++];
}

static int
take_row(struct reader *r)
{
	struct card_line *line;
	const char *values[COLUMNS] = { "", "", "", "", "", "" };
	struct err err = { .text = "" };

	if (r->csv->count == CARD_CSV_ROWS)
		return err_set(r->err, -EINVAL,
			       "line %u: there are more than %u customers; import them in parts",
			       r->row_line, CARD_CSV_ROWS);
	line = add_line(r);
	if (!line)
		return -ENOMEM;
	*line = (struct card_line){ .line = r->row_line, .wrong = r->wrong };
	if (!r->wrong && r->count != r->header)
		line->wrong = arena_printf(r->arena, "has %zu columns, the header has %zu",
					   r->count, r->header);
	for (size_t i = 0; !line->wrong && i < r->count; i++)
		values[r->place[i]] = r->fields[i];
	line->row = (struct card_row){ values[0], values[1], values[2],
				       values[3], values[4], values[5] };
	if (!line->wrong && card_row_check(&line->row, &err) < 0)
		line->wrong = arena_strdup(r->arena, err.text);
	r->csv->bad += line->wrong != NULL;
	return 0;
}

static void
take_end(int c, void *context)
{
	struct reader *r = context;

	(void)c;
	if (!r->error)
		r->error = r->header ? take_row(r) : take_header(r);
	r->count = 0;
	r->wrong = NULL;
	r->row_line = r->line + 1;
}

static int
by_address(const void *a, const void *b)
{
	const struct card_line *x = *(const struct card_line *const *)a,
			       *y = *(const struct card_line *const *)b;
	int order = strcasecmp(x->row.address, y->row.address);

	return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

/* An address that stands there twice: nobody knows which line is meant. */
static int
find_twice(struct arena *arena, struct card_csv *csv)
{
	struct card_line **sorted = arena_calloc(arena, csv->count + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < csv->count; i++)
		sorted[i] = &csv->lines[i];
	qsort(sorted, csv->count, sizeof(*sorted), by_address);
	for (size_t i = 1; i < csv->count; i++) {
		if (sorted[i]->wrong || !*sorted[i]->row.address ||
		    strcasecmp(sorted[i - 1]->row.address, sorted[i]->row.address) != 0)
			continue;
		sorted[i]->wrong = arena_printf(arena, "names %.100s again, as line %u does",
						sorted[i]->row.address, sorted[i - 1]->line);
		csv->bad++;
	}
	return 0;
}

/* The length of a line with its end: LF, CRLF, or the lone CR of old spreadsheets. */
static size_t
line_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != '\r' && text[n] != '\n')
		n++;
	if (n + 1 < len && text[n] == '\r' && text[n + 1] == '\n')
		n++;
	return n < len ? n + 1 : len;
}

static int
feed(struct csv_parser *parser, struct reader *r, const char *text, size_t len)
{
	while (len > 0 && r->error == 0) {
		size_t take = line_length(text, len);
		bool between = r->count == 0 && r->row_line == r->line;

		if (csv_parse(parser, text, take, take_field, take_end, r) != take)
			return err_set(r->err, -EINVAL,
				       "line %u: the quotes of the line that begins at %u do not "
				       "fit together",
				       r->line, r->row_line);
		/* An empty line between rows belongs to none. */
		if (between && r->row_line == r->line && r->count == 0 &&
		    strspn(text, " \t\r\n") >= take)
			r->row_line = r->line + 1;
		text += take;
		len -= take;
		r->line++;
	}
	return r->error;
}

int
card_csv_read(struct arena *arena, const char *text, size_t len, struct card_csv *ret,
	      struct err *err)
{
	struct card_csv csv = { .count = 0 };
	struct reader r = { .arena = arena, .csv = &csv, .err = err, .line = 1, .row_line = 1 };
	struct csv_parser parser;
	int error;

	if (len > CARD_CSV_BYTES)
		return err_set(err, -EINVAL, "it is larger than %u MiB; import it in parts",
			       CARD_CSV_BYTES >> 20);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return -ENOMEM;
	error = feed(&parser, &r, text, len);
	if (error == 0 && csv_fini(&parser, take_field, take_end, &r) != 0)
		error = err_set(err, -EINVAL, "a quote that opens at line %u is never closed",
				r.row_line);
	csv_free(&parser);
	if (error == 0)
		error = r.error;
	if (error == 0 && !r.header)
		error = err_set(err, -EINVAL,
				"it is empty; the first line names the columns address, name, "
				"value, currency, since, note");
	if (error == 0)
		error = find_twice(arena, &csv);
	if (error < 0)
		return error;
	*ret = csv;
	return 0;
}
