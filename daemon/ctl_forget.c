/*
 * ctl_forget: `triagectl customer forget`: erases what the records say of a person.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_show.h"

#define ROUNDS_MAX 3600 /* of about a second each; it goes on without us as well */

/* What was counted, in the answer of the last round that knew. */
struct progress {
	bool done, known;
	json_int_t cases, others, mails;
};

static json_int_t
number(const json_t *answer, const char *name)
{
	return json_integer_value(json_object_get(answer, name));
}

/* The daemon may finish between two rounds, and then counts nothing any more. */
static void
take(struct progress *p, const json_t *answer)
{
	json_int_t cases = number(answer, "cases"), others = number(answer, "others"),
		   mails = number(answer, "mails");

	p->done = json_is_true(json_object_get(answer, "done"));
	p->known = p->known || json_is_true(json_object_get(answer, "known"));
	p->cases = cases > p->cases ? cases : p->cases;
	p->others = others > p->others ? others : p->others;
	p->mails = mails > p->mails ? mails : p->mails;
}

static int
tell(const struct ask *ask, const char *address, const struct progress *p)
{
	json_t *answer;
	int status;

	if (ask->json) {
		answer = json_pack("{s:b, s:b, s:I, s:I, s:I}", "done", p->done, "known", p->known,
				   "cases", p->cases, "others", p->others, "mails", p->mails);
		status = ctl_print_json(answer);
		json_decref(answer);
		return status;
	}
	if (!p->done)
		printf("%s is still being forgotten; triaged goes on by itself\n", address);
	else if (!p->known && p->cases + p->others + p->mails == 0)
		printf("the records say nothing of %s\n", address);
	else
		printf("%s is forgotten: %lld case%s of theirs, %lld of others, %lld mail%s in "
		       "none; what lies in the mailbox was not touched\n",
		       address, (long long)p->cases, p->cases == 1 ? "" : "s", (long long)p->others,
		       (long long)p->mails, p->mails == 1 ? "" : "s");
	return ctl_flush();
}

static int
forget(const struct ask *ask, const char *address)
{
	char *name = client_escape(address), *reason = client_escape(ask->reason), path[8192];
	struct progress progress = { .done = false };
	int status = CTL_OK;
	json_t *answer;

	if (!name || !reason ||
	    snprintf(path, sizeof(path), "/v1/customers/%s/forget?yes=%d&reason=%s", name, ask->yes,
		     reason) >= (int)sizeof(path))
		status = ctl_usage("customer", "the address or the reason is too long");
	for (unsigned i = 0; status == CTL_OK && !progress.done && i < ROUNDS_MAX; i++) {
		status = ask_call(ask, "POST", path, &answer);
		if (status != CTL_OK)
			break;
		take(&progress, answer);
		json_decref(answer);
	}
	free(name);
	free(reason);
	return status == CTL_OK ? tell(ask, address, &progress) : status;
}

int
customer_forget(int argc, char **argv)
{
	struct ask ask = {
		.command = "customer", .takes_json = true, .takes_yes = true, .takes_steer = true
	};
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && (argc - optind != 2 || !*ask.reason))
		status = ctl_usage("customer",
				   "say: customer forget kim@example.com --reason TEXT [--yes]");
	if (status == CTL_OK)
		status = forget(&ask, argv[optind + 1]);
	ask_end(&ask);
	return status;
}
