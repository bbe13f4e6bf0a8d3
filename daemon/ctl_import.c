/*
 * ctl_import: `triagectl customer import FILE.csv`.
 *
 * The whole file is read and checked before the first customer is sent to triaged, in requests of
 * bounded size. Importing the same file again changes nothing but the time.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_csv.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_show.h"

#define ROWS_BYTES (12u << 10) /* of one request, escaped; the API takes 32 KiB */
#define ROWS 100u
#define PATH_BYTES (ROWS_BYTES * 2)

/* Reads a file whole into the arena. CTL_OK, or CTL_FAILED (said). */
static int
read_file(struct arena *arena, const char *name, const char **ret_text, size_t *ret_len)
{
	FILE *in = fopen(name, "re");
	char *text = in ? arena_alloc(arena, CARD_CSV_BYTES + 1) : NULL;
	size_t len = text ? fread(text, 1, CARD_CSV_BYTES + 1, in) : 0;
	bool well = text && !ferror(in);

	if (!well)
		ctl_complain("cannot read %s: %s", name, strerror(in && !text ? ENOMEM : errno));
	if (in)
		fclose(in);
	if (!well)
		return CTL_FAILED;
	*ret_text = text;
	*ret_len = len;
	return CTL_OK;
}

/* Every bad line with its number; CTL_FAILED when they forbid to go on. */
static int
tell_bad(const struct ask *ask, const char *name, const struct card_csv *csv)
{
	for (size_t i = 0; i < csv->count; i++)
		if (csv->lines[i].wrong)
			fprintf(stderr, "%s:%u: %s%s\n", name, csv->lines[i].line,
				ask->skip_bad ? "left out: " : "", csv->lines[i].wrong);
	if (csv->bad == 0 || ask->skip_bad)
		return CTL_OK;
	ctl_complain("%zu of %zu lines of %s cannot be imported, so nothing was; correct them, or "
		     "leave them out with --skip-bad",
		     csv->bad, csv->count, name);
	return CTL_FAILED;
}

/* Sends rows (an array, escaped). */
static int
send_rows(const struct ask *ask, const char *escaped)
{
	char *path = malloc(PATH_BYTES);
	json_t *answer = NULL;
	int status = CTL_FAILED;

	if (!path ||
	    snprintf(path, PATH_BYTES, "/v1/customers/import?rows=%s", escaped) >= (int)PATH_BYTES)
		ctl_complain("cannot send the customers: out of memory");
	else
		status = ask_call(ask, "POST", path, &answer);
	json_decref(answer);
	free(path);
	return status;
}

static json_t *
row_json(const struct card_row *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "address", row->address, "name",
			 row->name, "value", row->value, "currency", row->currency, "since",
			 row->since, "note", row->remark);
}

/* The array as it stands in a path; NULL when out of memory. The caller frees it. */
static char *
escape_rows(const json_t *rows)
{
	char *text = json_dumps(rows, JSON_COMPACT), *escaped = text ? client_escape(text) : NULL;

	free(text);
	return escaped;
}

/*
 * Sends as many rows from *at on as fit into one request, one at least, and moves *at on. A row has
 * at most about 8 KiB when it is escaped.
 */
static int
send_some(const struct ask *ask, const struct card_csv *csv, size_t *at)
{
	json_t *rows = json_array();
	char *escaped = NULL;
	size_t next = *at, bytes = 0;
	int status = CTL_FAILED;

	while (next < csv->count && json_array_size(rows) < ROWS) {
		const struct card_line *line = &csv->lines[next];
		json_t *one = line->wrong ? NULL : row_json(&line->row);
		char *alone = one ? escape_rows(one) : NULL;
		size_t more = alone ? strlen(alone) + 3 : 0;

		free(alone);
		if (one && bytes > 0 && bytes + more > ROWS_BYTES) {
			json_decref(one);
			break;
		}
		if (!line->wrong && json_array_append_new(rows, one) < 0)
			break;
		bytes += more;
		next++;
	}
	escaped = next > *at ? escape_rows(rows) : NULL;
	if (!escaped)
		ctl_complain("cannot send the customers: out of memory");
	else
		status = json_array_size(rows) > 0 ? send_rows(ask, escaped) : CTL_OK;
	json_decref(rows);
	free(escaped);
	*at = next;
	return status;
}

static int
send_all(const struct ask *ask, const char *name, const struct card_csv *csv)
{
	size_t at = 0, before = 0;
	int status = CTL_OK;

	while (status == CTL_OK && at < csv->count) {
		before = at;
		status = send_some(ask, csv, &at);
	}
	if (status != CTL_OK && before > 0)
		ctl_complain("the lines of %s before line %u were imported; import the whole file "
			     "again once this is settled",
			     name, csv->lines[before].line);
	if (status != CTL_OK)
		return status;
	if (ask->json)
		printf("{\"imported\": %zu, \"left_out\": %zu}\n", csv->count - csv->bad, csv->bad);
	else
		printf("%zu customer%s imported, %zu line%s left out\n", csv->count - csv->bad,
		       csv->count - csv->bad == 1 ? "" : "s", csv->bad, csv->bad == 1 ? "" : "s");
	return ctl_flush();
}

int
customer_import(int argc, char **argv)
{
	struct ask ask = { .command = "customer", .takes_json = true, .takes_import = true };
	struct arena *arena = arena_new(0);
	struct err err = { .text = "" };
	struct card_csv csv;
	const char *text, *name;
	size_t len;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && argc - optind != 2)
		status = ctl_usage("customer", "say: customer import FILE.csv");
	if (status == CTL_OK && !arena) {
		ctl_complain("cannot import: out of memory");
		status = CTL_FAILED;
	}
	name = status == CTL_OK ? argv[optind + 1] : "";
	if (status == CTL_OK)
		status = read_file(arena, name, &text, &len);
	if (status == CTL_OK && card_csv_read(arena, text, len, &csv, &err) < 0) {
		ctl_complain("cannot import %s: %s", name, *err.text ? err.text : "out of memory");
		status = CTL_FAILED;
	}
	if (status == CTL_OK)
		status = tell_bad(&ask, name, &csv);
	if (status == CTL_OK)
		status = send_all(&ask, name, &csv);
	arena_free(arena);
	ask_end(&ask);
	return status;
}
