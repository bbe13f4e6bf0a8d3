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
		value = ask_join(argv + optind + 2, argc - optind - 2);
		status = ask_act(&ask, "cases", verb->name, argv[optind + 1], value);
	}
	free(value);
	ask_end(&ask);
	return status;
}
