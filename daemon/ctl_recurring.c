/*
 * ctl_recurring: `triagectl recurring`: what many recent cases share, and a draft for each of them.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_render_internal.h"
#include "ctl_show.h"

#define PATH_BYTES (32u << 10)

static void
put_words(const struct term *term, const json_t *list, const char *between)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		fputs(i ? between : "", term->out);
		put(term, json_string_value(one) ? json_string_value(one) : "");
	}
}

static void
show_group(const struct term *term, const json_t *g)
{
	term_cell(term, STYLE_STRONG, string(g, "what"), 0);
	fputs(strcmp(string(g, "kind"), "cause") ? "\n  " : " (cause)\n  ", term->out);
	put(term, string(g, "why"));
	if (json_array_size(json_object_get(g, "also")) > 0) {
		fputs("\n  with it: ", term->out);
		put_words(term, json_object_get(g, "also"), ", ");
	}
	fputs("\n  ", term->out);
	put_words(term, json_object_get(g, "cases"), " ");
	putc('\n', term->out);
}

static void
show_groups(const struct term *term, const json_t *value)
{
	const json_t *groups = json_object_get(value, "groups");
	size_t i;
	json_t *one;

	if (json_array_size(groups) == 0)
		fprintf(term->out,
			"nothing recurs among the %" JSON_INTEGER_FORMAT
			" case%s of the last %" JSON_INTEGER_FORMAT " days\n",
			number(value, "cases"), plural(number(value, "cases")),
			number(value, "days"));
	json_array_foreach(groups, i, one) show_group(term, one);
}

static void
show_drafts(const struct term *term, const json_t *value)
{
	const json_t *drafted = json_object_get(value, "drafted");
	size_t i;
	json_t *one;

	fprintf(term->out, "%zu draft%s from the template ", json_array_size(drafted),
		plural((json_int_t)json_array_size(drafted)));
	put(term, string(value, "template"));
	fputs(json_array_size(drafted) ? " on the way: " : "", term->out);
	put_words(term, drafted, " ");
	putc('\n', term->out);
	json_array_foreach(json_object_get(value, "left_out"), i, one)
	{
		fputs("left out: ", term->out);
		put(term, string(one, "case"));
		fputs(", ", term->out);
		put(term, string(one, "why"));
		putc('\n', term->out);
	}
}

/* The path of the question; false when it is too long. */
static bool
path_of(const struct ask *ask, const char *what, char *path)
{
	char *account = client_escape(ask->account ? ask->account : "");
	char *days = client_escape(ask->days ? ask->days : "");
	char *reason = client_escape(ask->reason), *word = client_escape(what ? what : "");
	char *name = client_escape(ask->template_name ? ask->template_name : "");
	int n = -1;

	if (account && days && reason && word && name)
		n = what ? snprintf(path, PATH_BYTES,
				    "/v1/recurring/draft?account=%s&days=%s&what=%s&template=%s"
				    "&reason=%s",
				    account, days, word, name, reason)
			 : snprintf(path, PATH_BYTES, "/v1/recurring?account=%s&days=%s", account,
				    days);
	free(account);
	free(days);
	free(reason);
	free(word);
	free(name);
	return n >= 0 && n < (int)PATH_BYTES;
}

static int
answer(const struct ask *ask, const char *what)
{
	char *path = malloc(PATH_BYTES);
	struct term term = term_of(stdout);
	json_t *value = NULL;
	int status = CTL_FAILED;

	if (!path || !path_of(ask, what, path))
		ctl_complain("cannot ask for that: it is too long");
	else
		status = ask_call(ask, what ? "POST" : "GET", path, &value);
	free(path);
	if (status != CTL_OK)
		return status;
	if (ask->json) {
		status = ctl_print_json(value);
	} else {
		(what ? show_drafts : show_groups)(&term, value);
		status = ctl_flush();
	}
	json_decref(value);
	return status;
}

int
ctl_recurring(int argc, char **argv)
{
	struct ask ask = { .command = "recurring", .takes_json = true, .takes_recurring = true };
	int status = ask_parse(&ask, argc, argv);
	bool draft = status == CTL_OK && argc - optind == 2 && !strcmp(argv[optind], "draft");

	if (status == CTL_OK && optind != argc && !draft)
		status =
			ctl_usage("recurring", "say: recurring, or recurring draft WORD (in quotes "
					       "when it is several)");
	if (status == CTL_OK && !draft && (ask.template_name || *ask.reason))
		status = ctl_usage("recurring",
				   "--template and --reason go with recurring draft WORD");
	if (status == CTL_OK)
		status = answer(&ask, draft ? argv[optind + 1] : NULL);
	ask_end(&ask);
	return status;
}
