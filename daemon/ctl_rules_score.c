/*
 * ctl_rules_score: `triagectl rules score`: judges labelled mail and says how well.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_rules_load.h"
#include "judging.h"
#include "labelled.h"
#include "score.h"
#include "score_print.h"

struct options {
	struct rules_set rules;
	unsigned threads;
	bool json, errors;
};

struct scoring {
	const struct options *options;
	const struct bundle *bundle;
	struct term term;
	pthread_mutex_t lock; /* guards score */
	struct score score;
};

/* In JSON one line each. */
static int
print_wrong(const struct scoring *scoring, FILE *out, const struct wrong_mail *mail)
{
	struct term term = term_like(&scoring->term, out);
	json_t *object;
	int r;

	if (!scoring->options->json) {
		score_print_wrong(&term, mail);
		return 0;
	}
	object = score_json_wrong(mail);
	if (!object)
		return -ENOMEM;
	r = json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(object);
	putc('\n', out);
	return r < 0 ? -ENOMEM : 0;
}

static int
look(void *context, struct bench *bench, const struct judging_mail *mail, FILE *out,
     bool *ret_wrong)
{
	struct scoring *scoring = context;
	const struct judging_label *beside = mail->more;
	struct wrong_mail wrong = { .source = mail->mail.name, .label = &beside->label };
	struct judged judged;
	int r = judging_read(bench, &mail->mail, &scoring->bundle, 1, &judged);

	if (r < 0)
		return r;
	wrong.verdict = judged.verdicts[0];
	score_compare(wrong.label, wrong.verdict, &wrong.outcome);
	*ret_wrong = outcome_wrong(&wrong.outcome);
	pthread_mutex_lock(&scoring->lock);
	r = score_add(&scoring->score, beside->group, wrong.label, wrong.verdict);
	pthread_mutex_unlock(&scoring->lock);
	if (r == 0 && scoring->options->errors &&
	    (*ret_wrong || wrong.outcome.undetermined || wrong.outcome.undetermined_some))
		r = print_wrong(scoring, out, &wrong);
	return r;
}

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "errors", no_argument, NULL, 'e' },
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
			o->errors = true;
			break;
		case 'r':
			status = rules_set_add(&o->rules, "rules score", optarg);
			break;
		case 't':
			status = judging_threads("rules score", optarg, &o->threads);
			break;
		default:
			status = ctl_usage("rules score", "the arguments are not understood");
		}
	}
	if (status != CTL_OK)
		return status;
	if (optind == argc)
		return ctl_usage("rules score", "name labelled mail: an NDJSON file, or a folder "
						"with folders named by flag");
	return CTL_OK;
}

/* A list of the objects that stand one a line; NULL when out of memory. */
static json_t *
list_of_lines(const char *lines)
{
	json_t *list = json_array(), *one;

	for (const char *end; list && (end = strchr(lines, '\n')); lines = end + 1) {
		one = json_loadb(lines, (size_t)(end - lines), 0, NULL);
		if (!one || json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* errors: what print_wrong() wrote. */
static int
print_json(const struct scoring *scoring, const char *const *names, const char *errors)
{
	json_t *object = score_json(&scoring->score, names);
	json_t *list = scoring->options->errors ? list_of_lines(errors) : json_null();

	if (!object || !list) {
		json_decref(object);
		json_decref(list);
		ctl_complain("cannot print the score: %s", strerror(ENOMEM));
		return CTL_FAILED;
	}
	json_object_set_new(object, "ruleset", json_string(ruleset_hash(scoring->bundle->rules)));
	if (scoring->options->errors)
		json_object_set_new(object, "errors", list);
	json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	json_decref(object);
	return CTL_OK;
}

static int
print(struct scoring *scoring, const struct labelled *labelled, const char *errors)
{
	size_t groups = labelled_groups(labelled);
	const char **names = calloc(groups + 1, sizeof(*names));
	int status = CTL_OK;

	for (size_t i = 0; names && i < groups; i++)
		names[i] = labelled_group(labelled, i);
	if (!names) {
		ctl_complain("cannot print the score: %s", strerror(ENOMEM));
		return CTL_FAILED;
	}
	score_finish(&scoring->score);
	if (scoring->options->json) {
		status = print_json(scoring, names, errors);
	} else {
		score_print(&scoring->term, &scoring->score, names);
		if (*errors)
			printf("\n%s", errors);
	}
	free(names);
	return status;
}

/* Judges everything and prints it. */
static int
run(struct scoring *scoring, struct labelled *labelled, char *const *paths, size_t path_count)
{
	struct judging_sum sum = { 0 };
	char *errors = NULL, names[512];
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	int r = out ? score_begin(&scoring->score, labelled_groups(labelled)) : -ENOMEM, status;

	if (r == 0)
		r = judging_run(&(struct judging){ .next = judging_next_labelled,
						   .feed = labelled,
						   .look = look,
						   .context = scoring,
						   .out = out,
						   .threads = scoring->options->threads,
						   .progress = judging_progress_wanted(true),
						   .marked = "wrong" },
				&sum);
	if (out && fclose(out) < 0 && r == 0)
		r = -ENOMEM;
	if (r < 0) {
		ctl_complain("cannot judge mail: %s", strerror(-r));
		status = CTL_FAILED;
	} else if (sum.mails == 0) { /* tables without a figure would look like an answer */
		ctl_complain(
			"there is no labelled mail in %s",
			ctl_names((const char *const *)paths, path_count, names, sizeof(names)));
		status = CTL_FAILED;
	} else {
		status = print(scoring, labelled, errors);
	}
	free(errors);
	return sum.failed ? CTL_FAILED : status;
}

int
rules_score(int argc, char **argv)
{
	struct options options = { .json = false };
	struct scoring scoring = { .options = &options, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct labelled *labelled = NULL;
	struct bundle *bundle = NULL;
	int status = parse(argc, argv, &options), flushed;

	if (status == CTL_OK)
		status = ctl_bundle(options.rules.paths, options.rules.count, &bundle);
	if (status != CTL_OK)
		return status;
	scoring.bundle = bundle;
	scoring.term = term_of(stdout);
	if (labelled_open(argv + optind, (size_t)(argc - optind), &labelled) < 0) {
		ctl_complain("cannot look for labelled mail: %s", strerror(ENOMEM));
		status = CTL_FAILED;
	} else {
		status = run(&scoring, labelled, argv + optind, (size_t)(argc - optind));
	}
	flushed = ctl_flush();
	score_free(&scoring.score);
	labelled_close(labelled);
	bundle_unref(bundle);
	return status != CTL_OK ? status : flushed;
}
