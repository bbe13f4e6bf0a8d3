/*
 * ctl_customer: `triagectl customer show|wish|never|unwish|standing`: a customer's card.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "clock.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_show.h"
#include "ctl_render.h"

static int
customer_help(void)
{
	puts("usage:\n  triagectl customer show [--json] ADDRESS");
	for (size_t i = 0; i < card_verb_count; i++)
		printf("  triagectl %s\n", card_verbs[i].usage);
	puts("  triagectl customer conduct [--json] ADDRESS\n"
	     "  triagectl customer forget [--json] [--yes] --reason TEXT ADDRESS\n"
	     "  triagectl customer import [--skip-bad] FILE.csv\n"
	     "More: triagectl(1).");
	return ctl_flush();
}

static int
customer_show(int argc, char **argv)
{
	struct ask ask = { .command = "customer", .takes_json = true };
	struct term term = term_of(stdout);
	char *address = NULL, path[2048];
	json_t *value = NULL;
	int status = ask_parse(&ask, argc, argv);
	bool conduct = argc > optind && !strcmp(argv[optind], "conduct");

	if (status == CTL_OK && argc > optind && !conduct && strcmp(argv[optind], "show"))
		status = ctl_usage("customer",
				   "there is no verb \"%.40s\"; triagectl customer help lists them",
				   argv[optind]);
	if (status == CTL_OK && argc - optind != 2)
		status = ctl_usage("customer", "say: customer show kim@example.com; triagectl "
					       "customer help lists the others");
	if (status == CTL_OK) {
		address = client_escape(argv[optind + 1]);
		if (!address ||
		    snprintf(path, sizeof(path), "/v1/customers/%s", address) >= (int)sizeof(path))
			status = ctl_usage("customer", "the address is too long");
	}
	if (status == CTL_OK)
		status = ask_call(&ask, "GET", path, &value);
	if (status == CTL_OK && ask.json) {
		status = ctl_print_json(value);
	} else if (status == CTL_OK) {
		if (conduct)
			render_conduct(&term, value);
		else
			render_customer(&term, value, clock_now_ms(&clock_system));
		status = ctl_flush();
	}
	json_decref(value);
	free(address);
	ask_end(&ask);
	return status;
}

static int
customer_act(int argc, char **argv)
{
	const struct steer_verb *verb = card_verb(argv[1]);
	struct ask ask = { .command = "customer", .takes_json = true, .takes_steer = true };
	int status = ask_parse(&ask, argc, argv);
	char *value = NULL;

	if (status == CTL_OK && (argc - optind < 3 || *ask.until))
		status = ctl_usage("customer", "say: %s", verb->usage);
	if (status == CTL_OK) {
		value = ask_join(argv + optind + 2, argc - optind - 2);
		status = ask_act(&ask, "customers", verb->name, argv[optind + 1], value);
	}
	free(value);
	ask_end(&ask);
	return status;
}

int
ctl_customer(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "help"))
		return customer_help();
	if (argc > 1 && !strcmp(argv[1], "forget"))
		return customer_forget(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "import"))
		return customer_import(argc, argv);
	if (argc > 1 && card_verb(argv[1]))
		return customer_act(argc, argv);
	return customer_show(argc, argv);
}
