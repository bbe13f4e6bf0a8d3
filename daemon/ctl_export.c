/*
 * ctl_export: `triagectl case export` writes all that is known of a case into a folder, `triagectl
 * case verify` finds out whether such a folder is still what was written.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "case.h"
#include "clock.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_render.h"
#include "ctl_show.h"
#include "event_words.h"
#include "record.h"

#define FILE_MAX (64u << 20)
#define LINE_MAX_BYTES (4u << 20)
#define SUMS "SHA256SUMS"

/* The files of a folder besides SHA256SUMS; the events are what the chain is checked by. */
static const char *const files[] = { "events.ndjson", "case.json", "timeline.txt", "timeline.html",
				     "mails.txt" };

#define FILES (sizeof(files) / sizeof(*files))

struct folder {
	const char *path;
	char name[4096];
};

static const char *
in_folder(struct folder *f, const char *file)
{
	snprintf(f->name, sizeof(f->name), "%s/%s", f->path, file);
	return f->name;
}

static FILE *
make(struct folder *f, const char *file)
{
	FILE *out = fopen(in_folder(f, file), "wx");

	if (!out)
		ctl_complain("cannot write %s: %s", f->name, strerror(errno));
	return out;
}

/* Ends a file; false (said) when it could not be written. */
static bool
done(struct folder *f, FILE *out, bool well)
{
	well = fflush(out) == 0 && !ferror(out) && well;
	well = fclose(out) == 0 && well;
	if (!well)
		ctl_complain("cannot write %s: %s", f->name, strerror(errno));
	return well;
}

static bool
write_events(struct folder *f, const json_t *events)
{
	FILE *out = make(f, files[0]);
	size_t i;
	json_t *one;

	if (!out)
		return false;
	json_array_foreach(events, i, one) fprintf(out, "%s\n", json_string_value(one));
	return done(f, out, true);
}

static bool
write_page(struct folder *f, const json_t *page)
{
	FILE *out = make(f, files[1]);

	return out && done(f, out, json_dumpf(page, out, JSON_INDENT(2) | JSON_SORT_KEYS) == 0);
}

static bool
write_timeline(struct folder *f, const json_t *page)
{
	struct term term = { .out = make(f, files[2]) };

	if (!term.out)
		return false;
	render_case(&term, page, clock_now_ms(&clock_system));
	return done(f, term.out, true);
}

static void
put_html(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(*text, out);
		}
}

static const char *
string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void
html_event(FILE *out, const json_t *event)
{
	struct arena *arena = arena_new(0);
	const char *words = arena ? event_words(arena, event) : NULL;

	fputs("<tr><td>", out);
	put_html(out, string(event, "at"));
	fputs("<td>", out);
	put_html(out, string(event, "actor"));
	fputs("<td>", out);
	put_html(out, words ? words : string(event, "kind"));
	arena_free(arena);
	putc('\n', out);
}

static bool
write_html(struct folder *f, const json_t *page)
{
	FILE *out = make(f, files[3]);
	size_t i;
	json_t *one;

	if (!out)
		return false;
	fputs("<!doctype html>\n<meta charset=\"utf-8\">\n<title>", out);
	put_html(out, string(page, "id"));
	fputs("</title>\n<h1>", out);
	put_html(out, string(page, "id"));
	fputs(": ", out);
	put_html(out, string(page, "subject"));
	fputs("</h1>\n<p>", out);
	put_html(out, string(page, "customer"));
	fputs("\n<table border=\"1\">\n", out);
	json_array_foreach(json_object_get(page, "events"), i, one) html_event(out, one);
	fputs("</table>\n", out);
	return done(f, out, true);
}

/* By the digest of the bytes that were judged each mail can be told from any other. */
static bool
write_mails(struct folder *f, const json_t *page)
{
	FILE *out = make(f, files[4]);
	size_t i;
	json_t *one;

	if (!out)
		return false;
	json_array_foreach(json_object_get(page, "mails"), i, one)
		fprintf(out, "%s  %s\n", string(one, "digest"), string(one, "message_id"));
	return done(f, out, true);
}

/* A whole file, malloc'd; NULL (said) when it cannot be read. */
static char *
read_all(const char *path, size_t *ret_len)
{
	FILE *in = fopen(path, "rb");
	char *text = in ? malloc(FILE_MAX) : NULL;
	size_t len = text ? fread(text, 1, FILE_MAX, in) : 0;

	if (!in || !text || ferror(in) || len == FILE_MAX) {
		ctl_complain("cannot read %s: %s", path,
			     len == FILE_MAX ? "it is too large" : strerror(errno));
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	*ret_len = len;
	return text;
}

static bool
sum(struct folder *f, const char *file, char ret_hex[65])
{
	size_t len;
	char *text = read_all(in_folder(f, file), &len);

	if (!text)
		return false;
	record_sha256(text, len, ret_hex);
	free(text);
	return true;
}

static bool
write_sums(struct folder *f)
{
	char hex[FILES][65];
	FILE *out;

	for (size_t i = 0; i < FILES; i++)
		if (!sum(f, files[i], hex[i]))
			return false;
	out = make(f, SUMS);
	for (size_t i = 0; out && i < FILES; i++)
		fprintf(out, "%s  %s\n", hex[i], files[i]);
	return out && done(f, out, true);
}

static int export(const struct ask *ask, const char *name, const char *path)
{
	struct folder folder = { .path = path };
	char *reason = client_escape(*ask->reason ? ask->reason : "exported"), url[8192];
	json_t *page = NULL, *events = NULL;
	int status = CTL_FAILED;
	bool well;

	if (!reason || snprintf(url, sizeof(url), "/v1/cases/%s/unmask?reason=%s", name, reason) >=
			       (int)sizeof(url))
		ctl_complain("cannot ask for that: it is too long");
	else
		status = ask_call(ask, "POST", url, &page);
	free(reason);
	snprintf(url, sizeof(url), "/v1/cases/%s/events", name);
	if (status == CTL_OK)
		status = ask_call(ask, "GET", url, &events);
	if (status == CTL_OK && mkdir(path, 0700) < 0) {
		ctl_complain("cannot make the folder %s: %s", path, strerror(errno));
		status = CTL_FAILED;
	}
	if (status == CTL_OK) {
		well = write_events(&folder, json_object_get(events, "events")) &&
		       write_page(&folder, page) && write_timeline(&folder, page) &&
		       write_html(&folder, page) && write_mails(&folder, page) &&
		       write_sums(&folder);
		if (well)
			printf("%s is written to %s; triagectl case verify %s checks it\n", name,
			       path, path);
		status = well ? ctl_flush() : CTL_FAILED;
	}
	json_decref(page);
	json_decref(events);
	return status;
}

int
case_export(int argc, char **argv)
{
	struct ask ask = { .command = "case", .takes_steer = true };
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && argc - optind != 3)
		status = ctl_usage("case", "say: case export C12 FOLDER [--reason TEXT]");
	if (status == CTL_OK && case_number(argv[optind + 1]) == 0)
		status =
			ctl_usage("case", "a case is named like C12, not \"%s\"", argv[optind + 1]);
	if (status == CTL_OK)
		status = export(&ask, argv[optind + 1], argv[optind + 2]);
	ask_end(&ask);
	return status;
}

/* Each file against its line in SHA256SUMS. */
static bool
check_sums(struct folder *f)
{
	size_t len;
	char *text = read_all(in_folder(f, SUMS), &len), line[256], hex[65];
	bool well = text != NULL;

	for (size_t i = 0; well && i < FILES; i++) {
		well = sum(f, files[i], hex);
		snprintf(line, sizeof(line), "%s  %s\n", hex, files[i]);
		if (well && !memmem(text, len, line, strlen(line))) {
			ctl_complain("%s is not as it was exported", in_folder(f, files[i]));
			well = false;
		}
	}
	free(text);
	return well;
}

static bool
check_chain(struct folder *f, struct record_chain *chain)
{
	size_t len;
	char *text = read_all(in_folder(f, files[0]), &len), *end;
	bool well = text != NULL;

	record_chain_begin(chain, 0);
	for (char *at = text; well && at < text + len; at = end + 1) {
		end = memchr(at, '\n', (size_t)(text + len - at));
		well = end && end - at < LINE_MAX_BYTES &&
		       record_chain_take(chain, (struct span){ at, (size_t)(end - at) });
		if (!well) {
			ctl_complain("%s: the chain breaks at event %llu: it was changed, or "
				     "something is missing before it",
				     f->name, (unsigned long long)chain->number);
			break;
		}
	}
	free(text);
	if (well && chain->number == 1)
		ctl_complain("%s holds no event", f->name);
	return well && chain->number > 1;
}

int
case_verify(int argc, char **argv)
{
	struct folder folder;
	struct record_chain chain;

	if (argc != 3)
		return ctl_usage("case", "say: case verify FOLDER");
	folder.path = argv[2];
	if (!check_chain(&folder, &chain) || !check_sums(&folder))
		return CTL_FAILED;
	printf("the record of C%llu is whole: %llu events\n", (unsigned long long)chain.case_id,
	       (unsigned long long)chain.number - 1);
	return ctl_flush();
}
