/*
 * ctl_export: `triagectl case export` writes all that is known of a case into a folder. See
 * ctl_export.h.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "case.h"
#include "clock.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_export.h"
#include "ctl_render.h"
#include "ctl_show.h"
#include "event_words.h"
#include "record.h"

static bool
write_events(struct folder *f, const json_t *events)
{
	FILE *out = folder_make(f, EXPORT_EVENTS);
	size_t i;
	json_t *one;

	if (!out)
		return false;
	json_array_foreach(events, i, one) fprintf(out, "%s\n", json_string_value(one));
	return folder_done(f, out, true);
}

static bool
write_json(struct folder *f, const char *file, const json_t *value)
{
	FILE *out = folder_make(f, file);
	bool well = out && json_dumpf(value, out, JSON_INDENT(2) | JSON_SORT_KEYS) == 0;

	return out && folder_done(f, out, well && putc('\n', out) != EOF);
}

/* What became of the mails, below the history. */
static void
text_mails(FILE *out, const json_t *mails)
{
	size_t i;
	json_t *one;

	if (json_array_size(mails) > 0)
		fputs("\nmails in this folder\n", out);
	json_array_foreach(mails, i, one)
	{
		const char *file = export_string(one, "file");

		fprintf(out, "  %-14s  %s  %s  sha256 %s\n", *file ? file : "-",
			export_string(one, "state"), export_string(one, "message_id"),
			export_string(one, "digest"));
	}
}

static bool
write_text(struct folder *f, const json_t *page, const json_t *mails)
{
	struct term term = { .out = folder_make(f, EXPORT_TEXT) };

	if (!term.out)
		return false;
	render_case(&term, page, clock_now_ms(&clock_system));
	text_mails(term.out, mails);
	return folder_done(f, term.out, true);
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

static void
html_event(FILE *out, const json_t *event)
{
	struct arena *arena = arena_new(0);
	const char *words = arena ? event_words(arena, event) : NULL;

	fputs("<tr><td>", out);
	put_html(out, export_string(event, "at"));
	fputs("<td>", out);
	put_html(out, export_string(event, "actor"));
	fputs("<td>", out);
	put_html(out, words ? words : export_string(event, "kind"));
	arena_free(arena);
	putc('\n', out);
}

static void
html_mail(FILE *out, const json_t *mail)
{
	const char *file = export_string(mail, "file");

	fputs("<tr><td>", out);
	put_html(out, *file ? file : "-");
	fputs("<td>", out);
	put_html(out, export_string(mail, "state"));
	fputs("<td>", out);
	put_html(out, export_string(mail, "message_id"));
	fputs("<td>", out);
	put_html(out, export_string(mail, "digest"));
	putc('\n', out);
}

static bool
write_html(struct folder *f, const json_t *page, const json_t *mails)
{
	FILE *out = folder_make(f, EXPORT_HTML);
	size_t i;
	json_t *one;

	if (!out)
		return false;
	fputs("<!doctype html>\n<meta charset=\"utf-8\">\n<title>", out);
	put_html(out, export_string(page, "id"));
	fputs("</title>\n<h1>", out);
	put_html(out, export_string(page, "id"));
	fputs(": ", out);
	put_html(out, export_string(page, "subject"));
	fputs("</h1>\n<p>", out);
	put_html(out, export_string(page, "customer"));
	fputs("\n<table border=\"1\">\n", out);
	json_array_foreach(json_object_get(page, "events"), i, one) html_event(out, one);
	fputs("</table>\n<h2>mails</h2>\n<table border=\"1\">\n", out);
	json_array_foreach(mails, i, one) html_mail(out, one);
	fputs("</table>\n", out);
	return folder_done(f, out, true);
}

/* One line of the manifest's "files", and of SHA256SUMS. */
static bool
add_sum(struct folder *f, FILE *sums, json_t *files, const char *file)
{
	char hex[65];
	size_t len;

	if (!folder_sum(f, file, hex, &len))
		return false;
	fprintf(sums, "%s  %s\n", hex, file);
	return !files ||
	       json_array_append_new(files, json_pack("{s:s, s:s, s:I}", "file", file, "sha256",
						      hex, "bytes", (json_int_t)len)) == 0;
}

/* The hash of the last event: where the chain ends. */
static json_t *
chain_json(const json_t *events)
{
	size_t count = json_array_size(events);
	const char *last = json_string_value(json_array_get(events, count ? count - 1 : 0));
	json_t *event = last ? json_loads(last, 0, NULL) : NULL, *chain;

	chain = json_pack("{s:I, s:s}", "events", (json_int_t)count, "last_hash",
			  export_string(event, "hash"));
	json_decref(event);
	return chain;
}

static bool
write_sums(struct folder *f, const json_t *answer, const json_t *events)
{
	static const char *const fixed[] = { EXPORT_EVENTS, EXPORT_PAGE, EXPORT_TEXT, EXPORT_HTML };
	const json_t *mails = json_object_get(answer, "mails");
	json_t *files = json_array(), *manifest, *one;
	FILE *sums = folder_make(f, EXPORT_SUMS);
	bool well = sums && files;
	size_t i;

	for (i = 0; well && i < sizeof(fixed) / sizeof(*fixed); i++)
		well = add_sum(f, sums, files, fixed[i]);
	json_array_foreach(mails, i, one) if (well && *export_string(one, "file")) well =
		add_sum(f, sums, files, export_string(one, "file"));
	manifest = json_pack("{s:O, s:O, s:o, s:O, s:o}", "case", json_object_get(answer, "case"),
			     "account", json_object_get(answer, "account"), "chain",
			     chain_json(events), "mails", mails, "files", files);
	well = well && manifest && write_json(f, EXPORT_MANIFEST, manifest) &&
	       add_sum(f, sums, NULL, EXPORT_MANIFEST);
	json_decref(manifest);
	folder_path(f, EXPORT_SUMS);
	return sums && folder_done(f, sums, well);
}

/* Everything that the daemon knows of the case. */
struct known {
	json_t *page, *masked, *events, *mails;
};

/* The history says first that it is exported, so that the export says it, too. */
static int
ask_all(const struct ask *ask, const char *name, struct known *known)
{
	char *reason = client_escape(*ask->reason ? ask->reason : "exported"), url[8192];
	int status = CTL_FAILED;

	if (!reason || snprintf(url, sizeof(url), "/v1/cases/%s/unmask?reason=%s", name, reason) >=
			       (int)sizeof(url))
		ctl_complain("cannot ask for that: it is too long");
	else
		status = ask_call(ask, "POST", url, &known->page);
	free(reason);
	snprintf(url, sizeof(url), "/v1/cases/%s", name);
	if (status == CTL_OK)
		status = ask_call(ask, "GET", url, &known->masked);
	snprintf(url, sizeof(url), "/v1/cases/%s/events", name);
	if (status == CTL_OK)
		status = ask_call(ask, "GET", url, &known->events);
	snprintf(url, sizeof(url), "/v1/cases/%s/mails", name);
	if (status == CTL_OK)
		status = ask_call(ask, "GET", url, &known->mails);
	return status;
}

/* A mail that came after the history was read is in the next export. */
static void
leave_out_later(struct known *known)
{
	const json_t *events = json_object_get(known->events, "events");
	json_t *mails = json_object_get(known->mails, "mails");
	json_int_t last = (json_int_t)json_array_size(events);

	for (size_t i = json_array_size(mails); i-- > 0;)
		if (json_integer_value(json_object_get(json_array_get(mails, i), "event")) > last)
			json_array_remove(mails, i);
}

static int
write_all(struct folder *f, struct fetcher *fetcher, const char *name, const struct known *known)
{
	const json_t *events = json_object_get(known->events, "events"),
		     *mails = json_object_get(known->mails, "mails");
	size_t missing = fetcher_fetch(fetcher, f, known->mails);

	if (!write_events(f, events) || !write_json(f, EXPORT_PAGE, known->page) ||
	    !write_text(f, known->masked, mails) || !write_html(f, known->masked, mails) ||
	    !write_sums(f, known->mails, events))
		return CTL_FAILED;
	printf("%s is written to %s; triagectl case verify %s checks it\n", name, f->path, f->path);
	if (missing > 0)
		ctl_complain(
			"%zu of %zu mails of %s %s not there as judged; the manifest says which",
			missing, json_array_size(mails), name, missing == 1 ? "is" : "are");
	if (json_is_true(json_object_get(known->mails, "more")))
		ctl_complain("%s has more mails than one export takes; the first %zu are there",
			     name, json_array_size(mails));
	if (missing > 0 || json_is_true(json_object_get(known->mails, "more"))) {
		ctl_flush();
		return CTL_FAILED;
	}
	return ctl_flush();
}

/* The mailbox of the case's account. */
static int
open_mailbox(const struct ask *ask, const char *name, struct fetcher **ret)
{
	json_t *page;
	char url[64];
	int status;

	snprintf(url, sizeof(url), "/v1/cases/%s", name);
	status = ask_call(ask, "GET", url, &page);
	if (status != CTL_OK)
		return status;
	if (!ask->no_mails)
		status = fetcher_open(ask->config, export_string(page, "account"), name, ret);
	json_decref(page);
	return status;
}

static int
export_case(const struct ask *ask, const char *name, const char *path)
{
	struct folder folder = { .path = path };
	struct known known = { NULL, NULL, NULL, NULL };
	struct fetcher *fetcher = NULL;
	int status = open_mailbox(ask, name, &fetcher);

	if (status == CTL_OK && mkdir(path, 0700) < 0) {
		ctl_complain("cannot make the folder %s: %s", path, strerror(errno));
		status = CTL_FAILED;
	}
	if (status == CTL_OK) {
		status = ask_all(ask, name, &known);
		if (status != CTL_OK)
			rmdir(path); /* so that it can be tried again */
	}
	if (status == CTL_OK) {
		leave_out_later(&known);
		status = write_all(&folder, fetcher, name, &known);
	}
	fetcher_close(fetcher);
	json_decref(known.page);
	json_decref(known.masked);
	json_decref(known.events);
	json_decref(known.mails);
	return status;
}

int
case_export(int argc, char **argv)
{
	struct ask ask = { .command = "case", .takes_steer = true, .takes_no_mails = true };
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && argc - optind != 3)
		status = ctl_usage("case", "say: case export C12 FOLDER [--reason TEXT] [--config "
					   "FILE | --no-mails]");
	if (status == CTL_OK && case_number(argv[optind + 1]) == 0)
		status =
			ctl_usage("case", "a case is named like C12, not \"%s\"", argv[optind + 1]);
	if (status == CTL_OK)
		status = export_case(&ask, argv[optind + 1], argv[optind + 2]);
	ask_end(&ask);
	return status;
}
