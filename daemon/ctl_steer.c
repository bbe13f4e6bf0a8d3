/*
 * ctl_steer: `triagectl case assign|note|fault|...`: what a person does with a case.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_show.h"
#include "steer.h"

#define PATH_BYTES (64u << 10)

/* The words left over, with a space between, escaped; NULL when out of memory. */
static char *
join_words(char **words, int count)
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

static int
ask_for(const struct ask *ask, const char *verb, const char *name, const char *value)
{
	char *until = client_escape(ask->until), *reason = client_escape(ask->reason);
	char *path = malloc(PATH_BYTES);
	json_t *answer = NULL;
	int status = CTL_FAILED;

	if (!until || !reason || !path || !value ||
	    snprintf(path, PATH_BYTES, "/v1/cases/%s/%s?value=%s&until=%s&reason=%s", name, verb,
		     value, until, reason) >= (int)PATH_BYTES)
		ctl_complain("cannot ask for that: it is too long");
	else
		status = ask_call(ask, "POST", path, &answer);
	free(until);
	free(reason);
	free(path);
	if (status != CTL_OK)
		return status;
	if (ask->json) {
		status = ctl_print_json(answer);
	} else {
		const char *said = json_string_value(json_object_get(answer, "said"));

		printf("%s\n", said ? said : "done");
		status = ctl_flush();
	}
	json_decref(answer);
	return status;
}

int
case_steer(int argc, char **argv)
{
	const struct steer_verb *verb = steer_verb(argv[1]);
	struct ask ask = { .command = "case", .takes_json = true, .takes_steer = true };
	int status = ask_parse(&ask, argc, argv);
	char *value = NULL;

	if (status == CTL_OK && argc - optind < 2)
		status = ctl_usage("case", "say: %s", verb->usage);
	if (status == CTL_OK && case_number(argv[optind + 1]) == 0)
		status =
			ctl_usage("case", "a case is named like C12, not \"%s\"", argv[optind + 1]);
	if (status == CTL_OK) {
		value = join_words(argv + optind + 2, argc - optind - 2);
		status = ask_for(&ask, verb->name, argv[optind + 1], value);
	}
	free(value);
	ask_end(&ask);
	return status;
}
