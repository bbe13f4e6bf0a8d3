/*
 * ctl_show: the commands that ask the running triaged: status, reload, queue, case show.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "clock.h"
#include "config.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_render.h"
#include "ctl_show.h"
#include "steer.h"

static int
answer(const struct ask *ask, json_t *value,
       void (*render)(const struct term *term, const json_t *value, int64_t now_ms))
{
	struct term term = term_of(stdout);
	int status;

	if (ask->json) {
		status = ctl_print_json(value);
	} else {
		render(&term, value, clock_now_ms(&clock_system));
		status = ctl_flush();
	}
	json_decref(value);
	return status;
}

static void
show_status(const struct term *term, const json_t *value, int64_t now_ms)
{
	(void)now_ms;
	render_status(term, value);
}

int
ctl_status(int argc, char **argv)
{
	struct ask ask = { .command = "status", .takes_json = true };
	json_t *value;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && optind != argc)
		status = ctl_usage("status", "there is nothing to name");
	if (status == CTL_OK)
		status = ask_call(&ask, "GET", "/v1/status", &value);
	if (status == CTL_OK)
		status = answer(&ask, value, show_status);
	ask_end(&ask);
	return status;
}

/* An account without cases may be one that does not exist. */
static int
check_account(const struct ask *ask)
{
	json_t *status, *account;
	bool known = false;
	size_t i;
	int r = ask_call(ask, "GET", "/v1/status", &status);

	if (r != CTL_OK)
		return r;
	json_array_foreach(json_object_get(status, "accounts"), i, account)
	{
		const char *name = json_string_value(json_object_get(account, "name"));

		known = known || (name && !strcmp(name, ask->account));
	}
	json_decref(status);
	if (known)
		return CTL_OK;
	ctl_complain("no account is called \"%s\"; triagectl status lists them", ask->account);
	return CTL_FAILED;
}

int
ctl_queue(int argc, char **argv)
{
	struct ask ask = { .command = "queue", .takes_json = true, .takes_queue = true };
	char *account = NULL, path[1024];
	json_t *value;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && optind != argc)
		status = ctl_usage("queue",
				   "there is nothing to name; --account NAME shows one account");
	if (status == CTL_OK) {
		account = client_escape(ask.account ? ask.account : "");
		snprintf(path, sizeof(path), "/v1/queue?limit=%s&account=%s",
			 ask.limit ? ask.limit : "50", account ? account : "");
		status = ask_call(&ask, "GET", path, &value);
	}
	if (status == CTL_OK && ask.account && *ask.account &&
	    json_array_size(json_object_get(value, "cases")) == 0) {
		status = check_account(&ask);
		if (status != CTL_OK)
			json_decref(value);
	}
	if (status == CTL_OK)
		status = answer(&ask, value, render_queue);
	free(account);
	ask_end(&ask);
	return status;
}

static int
case_help(void)
{
	puts("usage:\n"
	     "  triagectl case show [--json] [--unmask] C12\n"
	     "  triagectl case correct C12 [+FLAG]... [-FLAG]...");
	for (size_t i = 0; i < steer_verb_count; i++)
		if (strcmp(steer_verbs[i].name, "unmask"))
			printf("  triagectl %s\n", steer_verbs[i].usage);
	puts("  triagectl case export C12 DIR [--config FILE | --no-mails]\n"
	     "  triagectl case verify DIR\n"
	     "A TIME is 2026-12-01 10:00, 2026-12-01, +2h or +3d. More: triagectl(1).");
	return ctl_flush();
}

int
ctl_case(int argc, char **argv)
{
	struct ask ask = {
		.command = "case", .takes_json = true, .takes_steer = true, .takes_unmask = true
	};
	char *name = NULL, *reason = NULL, path[8192];
	json_t *value;
	int status;

	if (argc > 1 && !strcmp(argv[1], "help"))
		return case_help();
	if (argc > 1 && !strcmp(argv[1], "correct"))
		return case_correct(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "export"))
		return case_export(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "verify"))
		return case_verify(argc, argv);
	if (argc > 1 && steer_verb(argv[1]))
		return case_steer(argc, argv);
	status = ask_parse(&ask, argc, argv);
	if (status == CTL_OK && argc > optind && steer_verb(argv[optind]))
		status = ctl_usage("case", "the verb comes before all options: %s",
				   steer_verb(argv[optind])->usage);
	else if (status == CTL_OK && argc > optind && strcmp(argv[optind], "show"))
		status = ctl_usage("case",
				   "there is no verb \"%.40s\"; triagectl case help lists them",
				   argv[optind]);
	if (status == CTL_OK && argc - optind != 2)
		status = ctl_usage("case",
				   "say: case show C12; triagectl case help lists the others");
	if (status == CTL_OK && case_number(argv[optind + 1]) == 0)
		status =
			ctl_usage("case", "a case is named like C12, not \"%s\"", argv[optind + 1]);
	if (status == CTL_OK) {
		name = client_escape(argv[optind + 1]);
		reason = client_escape(ask.reason);
		if (ask.unmask && name && reason &&
		    snprintf(path, sizeof(path), "/v1/cases/%s/unmask?reason=%s", name, reason) >=
			    (int)sizeof(path))
			status = ctl_usage("case", "the reason is too long");
		else if (!ask.unmask)
			snprintf(path, sizeof(path), "/v1/cases/%s", name ? name : "");
	}
	if (status == CTL_OK) {
		status = ask_call(&ask, ask.unmask ? "POST" : "GET", path, &value);
	}
	if (status == CTL_OK)
		status = answer(&ask, value, render_case);
	free(name);
	free(reason);
	ask_end(&ask);
	return status;
}

int
ctl_reload(int argc, char **argv)
{
	struct ask ask = { .command = "reload", .takes_yes = true };
	json_t *value;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && optind != argc)
		status = ctl_usage("reload", "there is nothing to name");
	if (status == CTL_OK)
		status =
			ask_call(&ask, "POST", ask.yes ? "/v1/reload?yes=1" : "/v1/reload", &value);
	if (status == CTL_OK) {
		json_int_t rules = json_integer_value(json_object_get(value, "rules"));

		printf("%" JSON_INTEGER_FORMAT " rule%s loaded, set %.12s\n", rules,
		       rules == 1 ? "" : "s",
		       json_string_value(json_object_get(value, "hash"))
			       ? json_string_value(json_object_get(value, "hash"))
			       : "");
		json_decref(value);
		status = ctl_flush();
	}
	ask_end(&ask);
	return status;
}
