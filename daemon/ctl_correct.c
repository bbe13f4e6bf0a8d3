/*
 * ctl_correct: `triagectl case correct`: what a person says of a case's flags.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "correction.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_show.h"

#define CHANGE_BYTES 1024

/*
 * Takes the corrections out of the arguments before getopt sees them: "-abuse.insult" is no option.
 * Returns how many arguments are left, or -1 when they do not fit.
 */
static int
take_changes(int argc, char **argv, char change[CHANGE_BYTES])
{
	size_t len = 0;
	int left = 1;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		size_t n = strlen(word);

		if (n < 2 || (word[0] != '+' && word[0] != '-') ||
		    !isalpha((unsigned char)word[1])) {
			argv[left++] = argv[i];
			continue;
		}
		if (len + n + 2 > CHANGE_BYTES)
			return -1;
		len += (size_t)snprintf(change + len, CHANGE_BYTES - len, "%s%s", len ? "," : "",
					word);
	}
	argv[left] = NULL;
	return left;
}

static int
ask_for(const struct ask *ask, const char *name, const char *change)
{
	char *escaped = client_escape(name), *what = client_escape(change), path[4096];
	json_t *value = NULL, *flag;
	int status = CTL_FAILED;
	size_t i;

	if (!escaped || !what ||
	    snprintf(path, sizeof(path), "/v1/cases/%s/correct?change=%s", escaped, what) >=
		    (int)sizeof(path))
		ctl_complain("cannot ask for that: it is too long");
	else
		status = ask_call(ask, "POST", path, &value);
	free(escaped);
	free(what);
	if (status != CTL_OK)
		return status;
	if (ask->json) {
		status = ctl_print_json(value);
	} else {
		printf("%s is now %s", json_string_value(json_object_get(value, "case")),
		       json_string_value(json_object_get(value, "severity")));
		json_array_foreach(json_object_get(value, "flags"), i, flag)
			printf("%s%s", i ? ", " : ": ", json_string_value(flag));
		if (json_array_size(json_object_get(value, "flags")) == 0)
			fputs(", without a flag", stdout);
		putchar('\n');
		status = ctl_flush();
	}
	json_decref(value);
	return status;
}

int
case_correct(int argc, char **argv)
{
	struct ask ask = { .command = "case", .takes_json = true };
	struct correction parsed = { .missing = 0 };
	char change[CHANGE_BYTES] = "";
	struct err err;
	int left = take_changes(argc, argv, change), status;

	if (left < 0)
		return ctl_usage("case", "so many corrections are not taken at once");
	status = ask_parse(&ask, left, argv);
	if (status == CTL_OK && left - optind != 2)
		status = ctl_usage("case", "say: case correct C12 +threat.legal -abuse.insult");
	if (status == CTL_OK && case_number(argv[optind + 1]) == 0)
		status =
			ctl_usage("case", "a case is named like C12, not \"%s\"", argv[optind + 1]);
	if (status == CTL_OK && correction_parse(change, &parsed, &err) < 0)
		status = ctl_usage("case", "%s", err.text);
	if (status == CTL_OK)
		status = ask_for(&ask, argv[optind + 1], change);
	ask_end(&ask);
	return status;
}
