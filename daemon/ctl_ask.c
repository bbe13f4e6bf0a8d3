/*
 * ctl_ask: see ctl_ask.h.
 */
#include "ctl_ask.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "report.h"
#include "term.h"

#define PATH_BYTES (64u << 10)

static int
load_config(struct ask *ask, const char *path)
{
	struct problems problems = { .count = 0 };
	int r;

	config_free(ask->config);
	ask->config = NULL;
	r = config_load(path, &problems, &ask->config);
	report_problems(stderr, &problems, PROBLEM_WARNING);
	if (r < 0 && problems.errors == 0)
		ctl_complain("cannot read the configuration %s: %s", path, strerror(-r));
	problems_free(&problems);
	if (r < 0)
		return CTL_USAGE;
	ask->socket = ask->config->socket;
	return CTL_OK;
}

/* One option, as it was written: CTL_OK, or CTL_USAGE (said). */
static int
take_option(struct ask *ask, int c, const char *word)
{
	bool taken = (c != 'j' || ask->takes_json) && (c != 'y' || ask->takes_yes) &&
		     (c != 'a' || ask->takes_queue || ask->takes_digest || ask->takes_recurring) &&
		     (c != 'l' || ask->takes_queue) &&
		     ((c != 'h' && c != 'g') || ask->takes_digest) &&
		     (c != 'u' || ask->takes_steer) &&
		     (c != 'r' || ask->takes_steer || ask->takes_recurring) &&
		     ((c != 'd' && c != 't') || ask->takes_recurring) &&
		     (c != 'm' || ask->takes_unmask) && (c != 'n' || ask->takes_no_mails) &&
		     (c != 'b' || ask->takes_import);

	switch (taken ? c : '?') {
	case 's':
		ask->socket = optarg;
		return CTL_OK;
	case 'c':
		return load_config(ask, optarg);
	case 'j':
		ask->json = true;
		return CTL_OK;
	case 'y':
		ask->yes = true;
		return CTL_OK;
	case 'a':
		ask->account = optarg;
		return CTL_OK;
	case 'g':
		ask->language = optarg;
		return CTL_OK;
	case 'h':
		ask->html = true;
		return CTL_OK;
	case 'u':
		ask->until = optarg;
		return CTL_OK;
	case 'b':
		ask->skip_bad = true;
		return CTL_OK;
	case 'm':
		ask->unmask = true;
		return CTL_OK;
	case 'n':
		ask->no_mails = true;
		return CTL_OK;
	case 'r':
		ask->reason = optarg;
		return CTL_OK;
	case 'd':
		ask->days = optarg;
		return CTL_OK;
	case 't':
		ask->template_name = optarg;
		return CTL_OK;
	case 'l':
		if (!*optarg || strspn(optarg, "0123456789") != strlen(optarg))
			return ctl_usage(ask->command, "--limit takes a number, not \"%s\"",
					 optarg);
		ask->limit = optarg;
		return CTL_OK;
	default:
		return ctl_usage(ask->command, "\"%s\" is not understood here%s", word,
				 ask->takes_steer ? "; words that begin with - come last, after --"
						  : "");
	}
}

int
ask_parse(struct ask *ask, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "yes", no_argument, NULL, 'y' },
		{ "account", required_argument, NULL, 'a' },
		{ "limit", required_argument, NULL, 'l' },
		{ "until", required_argument, NULL, 'u' },
		{ "reason", required_argument, NULL, 'r' },
		{ "days", required_argument, NULL, 'd' },
		{ "template", required_argument, NULL, 't' },
		{ "unmask", no_argument, NULL, 'm' },
		{ "skip-bad", no_argument, NULL, 'b' },
		{ "html", no_argument, NULL, 'h' },
		{ "language", required_argument, NULL, 'g' },
		{ "no-mails", no_argument, NULL, 'n' },
		{ 0 },
	};
	int c, index, status = CTL_OK;
	char word[80];

	ask->socket = CLIENT_SOCKET;
	ask->until = ask->reason = "";
	optind = opterr = 0;
	while (status == CTL_OK && (c = getopt_long(argc, argv, ":", longs, &index)) != -1) {
		/* Of letters behind one "-" getopt has not left the word yet. */
		bool inside = c == '?' && optind < argc && argv[optind][0] == '-' &&
			      argv[optind][1] == optopt;

		if (c == '?')
			snprintf(word, sizeof(word), "%s", argv[inside ? optind : optind - 1]);
		else if (c != ':')
			snprintf(word, sizeof(word), "--%s", longs[index].name);
		if (c == ':')
			status = ctl_usage(ask->command, "%s needs a value", argv[optind - 1]);
		else if (c != '?' && longs[index].has_arg && strncmp(optarg, "--", 2) == 0)
			status = ctl_usage(ask->command, "%s needs a value, not \"%s\"", word,
					   optarg);
		else
			status = take_option(ask, c, word);
	}
	return status;
}

int
ask_call(const struct ask *ask, const char *method, const char *path, json_t **ret_answer)
{
	const char *error;
	struct err err;
	json_t *value, *one;
	long http;
	size_t i;

	if (client_call(ask->socket, method, path, &http, &value, &err) < 0) {
		ctl_complain("%s", err.text);
		return CTL_FAILED;
	}
	if (http == 200) {
		*ret_answer = value;
		return CTL_OK;
	}
	error = json_string_value(json_object_get(value, "error"));
	ctl_complain("%s", error ? error : "triaged says no and gives no reason; see its log");
	json_array_foreach(json_object_get(value, "problems"), i, one)
		fprintf(stderr, "  %s\n", json_string_value(one) ? json_string_value(one) : "");
	json_decref(value);
	return CTL_FAILED;
}

char *
ask_join(char **words, int count)
{
	size_t len = 1;
	char *text, *escaped;

	for (int i = 0; i < count; i++)
		len += strlen(words[i]) + 1;
	text = calloc(1, len);
	for (int i = 0; text && i < count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words[i]);
	}
	escaped = text ? client_escape(text) : NULL;
	free(text);
	return escaped;
}

int
ask_act(const struct ask *ask, const char *what, const char *verb, const char *name,
	const char *value)
{
	char *until = client_escape(ask->until), *reason = client_escape(ask->reason),
	     *escaped = client_escape(name);
	char *path = malloc(PATH_BYTES);
	json_t *answer = NULL;
	int status = CTL_FAILED;

	if (!until || !reason || !escaped || !path || !value ||
	    snprintf(path, PATH_BYTES, "/v1/%s/%s/%s?value=%s&until=%s&reason=%s", what, escaped,
		     verb, value, until, reason) >= (int)PATH_BYTES)
		ctl_complain("cannot ask for that: it is longer than %u bytes", PATH_BYTES);
	else
		status = ask_call(ask, "POST", path, &answer);
	free(until);
	free(reason);
	free(escaped);
	free(path);
	if (status != CTL_OK)
		return status;
	if (ask->json) {
		status = ctl_print_json(answer);
	} else {
		const char *said = json_string_value(json_object_get(answer, "said"));
		struct term term = term_of(stdout);

		said = said ? said : "done";
		term_text(&term, said, strlen(said), false);
		putchar('\n');
		status = ctl_flush();
	}
	json_decref(answer);
	return status;
}

void
ask_end(struct ask *ask)
{
	config_free(ask->config);
	ask->config = NULL;
}
