/*
 * ctl_scan: `triagectl scan`: judges stored mail on all processors and prints the verdicts in input
 * order.
 */
#include <getopt.h>
#include <string.h>

#include "ctl.h"
#include "ctl_rules_load.h"
#include "ctl_scan_print.h"
#include "judging.h"

struct scan {
	bool json, explain;
	const struct bundle *bundle;
	struct term term;
};

static void
print_mail(const struct scan *scan, FILE *out, const struct scanned *mail)
{
	struct term term = term_like(&scan->term, out);

	if (scan->json) {
		scan_print_json(out, mail);
	} else if (scan->explain) {
		scan_print_explain(&term, mail);
		putc('\n', out);
	} else {
		scan_print_line(&term, mail);
	}
}

static int
look(void *context, struct bench *bench, const struct judging_mail *mail, FILE *out,
     bool *ret_flagged)
{
	const struct scan *scan = context;
	struct scanned scanned = { .source = mail->mail.name };
	struct judged judged;
	int r = judging_read(bench, &mail->mail, &scan->bundle, 1, &judged);

	scanned.message = judged.message;
	scanned.verdict = judged.verdicts[0];
	scanned.error = judged.error[0] ? judged.error : NULL;
	if (scanned.verdict) {
		scanned.severity =
			severity_name(policy_severity(scan->bundle->policy, scanned.verdict));
		*ret_flagged = verdict_hits(scanned.verdict) != 0;
	}
	print_mail(scan, out, &scanned);
	return r;
}

struct options {
	struct rules_set rules;
	unsigned threads;
	bool json, explain;
};

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "explain", no_argument, NULL, 'e' },
		{ "rules", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ 0 },
	};
	int c, status = CTL_OK;

	o->threads = judging_processors();
	optind = 0;
	while (status == CTL_OK && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->json = true;
			break;
		case 'e':
			o->explain = true;
			break;
		case 'r':
			status = rules_set_add(&o->rules, "scan", optarg);
			break;
		case 't':
			status = judging_threads("scan", optarg, &o->threads);
			break;
		default:
			status = ctl_usage("scan", "the arguments are not understood");
		}
	}
	if (status != CTL_OK)
		return status;
	if (optind == argc)
		return ctl_usage("scan",
				 "name what to judge: a mail, an mbox, a Maildir, a folder, or -");
	if (o->json && o->explain)
		return ctl_usage("scan",
				 "--json holds everything that --explain shows; give one of them");
	return CTL_OK;
}

int
ctl_scan(int argc, char **argv)
{
	struct options options = { .json = false };
	struct source *source = NULL;
	struct bundle *bundle = NULL;
	struct judging_sum sum = { 0 };
	int status = parse(argc, argv, &options), r;

	if (status != CTL_OK)
		return status;
	status = ctl_bundle(options.rules.paths, options.rules.count, &bundle);
	if (status != CTL_OK)
		return status;
	r = source_open(argv + optind, (size_t)(argc - optind), &source);
	if (r == 0) {
		struct scan scan = { options.json, options.explain, bundle, term_of(stdout) };

		r = judging_run(&(struct judging){ .next = judging_next_stored,
						   .feed = source,
						   .look = look,
						   .context = &scan,
						   .out = stdout,
						   .threads = options.threads,
						   .progress = judging_progress_wanted(false),
						   .marked = "flagged" },
				&sum);
	}
	if (r < 0)
		ctl_complain("cannot judge mail: %s", strerror(-r));
	else if (!options.json && !options.explain && sum.mails > 1)
		/* For people; programs count for themselves. */
		printf("%zu mails, %zu flagged\n", sum.mails, sum.marked);
	status = ctl_flush();
	if (r < 0 || sum.failed)
		status = CTL_FAILED;
	source_close(source);
	bundle_unref(bundle);
	return status;
}
