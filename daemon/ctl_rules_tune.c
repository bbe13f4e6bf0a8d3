/*
 * ctl_rules_tune: `triagectl rules tune`: how precise each rule is, and which scores would do
 * better, as a file for rules.d that a person may take or leave.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_rules_load.h"
#include "judging.h"
#include "labelled.h"
#include "tune.h"

#define ID_COLUMNS 40

struct options {
	struct rules_set rules;
	const char *socket;
	unsigned threads;
	bool json, corrected;
};

struct tuning {
	const struct bundle *bundle;
	pthread_mutex_t lock; /* guards what follows */
	struct tune tune;
	size_t mails;
};

/* The rules that hit for one flag, each once. */
static int
add_evidence(struct tune *t, const struct ruleset *set, const struct flag_verdict *v)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->evidence_count; i++) {
		const struct evidence *e = &v->evidence[i];
		bool known = false;

		for (size_t k = 0; k < i && !known; k++)
			known = strcmp(v->evidence[k].rule, e->rule) == 0;
		if (!known)
			r = tune_hit(t, e->rule, ruleset_score(set, e->rule), e->score);
	}
	return r;
}

static int
add_mail(struct tuning *tuning, const char *name, const struct label *label,
	 const struct verdict *v)
{
	int r = 0;

	tuning->mails++;
	for (int f = 0; r == 0 && f < FLAG_COUNT; f++) {
		const flag_set bit = (flag_set)1 << f;
		const struct flag_verdict *flag = &v->flags[f];
		bool present = (label->present & bit) != 0, hit = flag->evidence_count > 0;

		/* Of a family that is there as a whole a hit is right and nothing is missed. */
		if (label->some & bit)
			present = hit;
		if (flag->answer == ANSWER_UNDETERMINED ||
		    (!present && !(hit && (label->absent & bit))))
			continue;
		r = tune_row(&tuning->tune, name, (enum flag)f, present);
		if (r == 0)
			r = add_evidence(&tuning->tune, tuning->bundle->rules, flag);
	}
	return r;
}

static int
look(void *context, struct bench *bench, const struct judging_mail *mail, FILE *out,
     bool *ret_marked)
{
	struct tuning *tuning = context;
	const struct judging_label *beside = mail->more;
	struct judged judged;
	int r = judging_read(bench, &mail->mail, &tuning->bundle, 1, &judged);

	(void)out;
	*ret_marked = false;
	if (r < 0)
		return r;
	pthread_mutex_lock(&tuning->lock);
	r = add_mail(tuning, mail->mail.name, &beside->label, judged.verdicts[0]);
	pthread_mutex_unlock(&tuning->lock);
	return r;
}

/* CTL_OK, or CTL_FAILED (said). */
static int
from_labelled(struct tuning *tuning, const struct options *o, char **paths, size_t count)
{
	struct judging work = { .next = judging_next_labelled,
				.look = look,
				.context = tuning,
				.out = stdout,
				.threads = o->threads,
				.progress = judging_progress_wanted(true),
				.marked = "wrong" };
	struct judging_sum sum = { .mails = 0 };
	struct labelled *feed;
	char names[512];
	int r = labelled_open(paths, count, &feed);

	if (r == 0) {
		work.feed = feed;
		r = judging_run(&work, &sum);
		labelled_close(feed);
	}
	if (r < 0)
		ctl_complain("cannot judge the labelled mail: %s", strerror(-r));
	else if (sum.mails == 0)
		ctl_complain("there is no labelled mail in %s",
			     ctl_names((const char *const *)paths, count, names, sizeof(names)));
	return r < 0 || sum.failed || sum.mails == 0 ? CTL_FAILED : CTL_OK;
}

static flag_set
flags_of(const json_t *list)
{
	flag_set flags = 0;
	json_t *name;
	size_t i;

	json_array_foreach(list, i, name)
	{
		int f = json_is_string(name) ? flag_by_name(json_string_value(name)) : -1;

		if (f >= 0)
			flags |= (flag_set)1 << f;
	}
	return flags;
}

/* A mail that somebody corrected is read: what they left as it was is right. */
static int
add_corrected(struct tuning *tuning, const json_t *mail)
{
	flag_set hits = flags_of(json_object_get(mail, "hits"));
	flag_set wrong = flags_of(json_object_get(mail, "wrong"));
	flag_set missing = flags_of(json_object_get(mail, "missing"));
	json_t *rules = json_object_get(mail, "rules"), *rule;
	char name[32];
	size_t i;
	int r = 0;

	snprintf(name, sizeof(name), "%lld",
		 (long long)json_integer_value(json_object_get(mail, "message")));
	tuning->mails++;
	for (int f = 0; r == 0 && f < FLAG_COUNT; f++) {
		const flag_set bit = (flag_set)1 << f;

		if (!((hits | missing) & bit))
			continue;
		r = tune_row(&tuning->tune, name, (enum flag)f, !(wrong & bit));
		json_array_foreach(rules, i, rule)
		{
			const char *id = json_string_value(json_object_get(rule, "rule"));
			const char *flag = json_string_value(json_object_get(rule, "flag"));

			if (r == 0 && id && flag && flag_by_name(flag) == f)
				r = tune_hit(&tuning->tune, id,
					     ruleset_score(tuning->bundle->rules, id),
					     json_number_value(json_object_get(rule, "score")));
		}
	}
	return r;
}

static int
from_corrections(struct tuning *tuning, const struct options *o)
{
	struct ask ask = { .command = "rules tune", .socket = o->socket };
	json_t *answer, *mail;
	size_t i;
	int status = ask_call(&ask, "GET", "/v1/corrections", &answer), r = 0;

	if (status != CTL_OK)
		return status;
	json_array_foreach(json_object_get(answer, "mails"), i, mail)
	{
		if (r == 0)
			r = add_corrected(tuning, mail);
	}
	json_decref(answer);
	if (r < 0)
		ctl_complain("cannot look at the corrections: %s", strerror(-r));
	return r < 0 ? CTL_FAILED : CTL_OK;
}

static bool
is_changed(const struct tune_rule *rule)
{
	return rule->proposed != rule->score;
}

static void
print_head(const struct tuning *tuning)
{
	const struct tune *t = &tuning->tune;
	size_t changes = 0;

	for (size_t i = 0; i < t->rule_count; i++)
		changes += is_changed(&t->rules[i]);
	printf("# triagectl rules tune: %zu mail%s, %zu rule%s that hit, set %.12s\n",
	       tuning->mails, tuning->mails == 1 ? "" : "s", t->rule_count,
	       t->rule_count == 1 ? "" : "s", ruleset_hash(tuning->bundle->rules));
	printf("# verdicts on flags that are wrong: %zu now, %zu with what is proposed here\n",
	       t->all_before, t->all_after);
	printf("# held back, %d folds: %zu now, %zu with scores fitted to the other folds\n",
	       TUNE_FOLDS, t->held_back_before, t->held_back_after);
	if (changes == 0)
		puts("# no change of a score holds on the mail that it was not fitted to: nothing "
		     "is proposed");
}

static void
print_rule(const struct tune_rule *rule)
{
	double low, high;

	tune_interval(rule->right, rule->wrong, &low, &high);
	printf("#   %-*s %6zu %6zu   %.2f (%.2f-%.2f) %6g", ID_COLUMNS, rule->id, rule->right,
	       rule->wrong, (double)rule->right / (double)(rule->right + rule->wrong), low, high,
	       rule->score);
	if (is_changed(rule) && rule->proposed == 0)
		fputs("  retire", stdout);
	else if (is_changed(rule))
		printf("  -> %g", rule->proposed);
	putchar('\n');
}

/* Valid YAML: the table is its comment. */
static void
print_patch(const struct tuning *tuning)
{
	const struct tune *t = &tuning->tune;
	bool any = false;

	print_head(tuning);
	printf("#\n#   %-*s %6s %6s   %-17s %5s\n", ID_COLUMNS, "rule", "right", "wrong",
	       "precision (95 %)", "score");
	for (size_t i = 0; i < t->rule_count; i++)
		print_rule(&t->rules[i]);
	for (size_t i = 0; i < t->rule_count; i++) {
		const struct tune_rule *rule = &t->rules[i];

		if (!is_changed(rule))
			continue;
		if (!any)
			puts("rules:");
		any = true;
		printf("  - id: %s\n", rule->id);
		if (rule->proposed == 0)
			printf("    state: shadow # a candidate to retire; %u of %d folds\n",
			       rule->folds, TUNE_FOLDS);
		else
			printf("    score: %g # was %g; %u of %d folds\n", rule->proposed,
			       rule->score, rule->folds, TUNE_FOLDS);
	}
	if (!any)
		puts("rules: []");
}

static json_t *
rule_json(const struct tune_rule *rule)
{
	double low, high;

	tune_interval(rule->right, rule->wrong, &low, &high);
	return json_pack("{s:s,s:s,s:I,s:I,s:f,s:f,s:f,s:f,s:b,s:I}", "rule", rule->id, "flag",
			 flag_name(rule->flag), "right", (json_int_t)rule->right, "wrong",
			 (json_int_t)rule->wrong, "low", low, "high", high, "score", rule->score,
			 "proposed", rule->proposed, "retire",
			 is_changed(rule) && rule->proposed == 0, "folds", (json_int_t)rule->folds);
}

static int
print_json(const struct tuning *tuning)
{
	const struct tune *t = &tuning->tune;
	json_t *list = json_array(), *all;
	int status;

	for (size_t i = 0; list && i < t->rule_count; i++)
		json_array_append_new(list, rule_json(&t->rules[i]));
	all = json_pack("{s:I,s:s,s:I,s:I,s:I,s:I,s:o}", "mails", (json_int_t)tuning->mails, "set",
			ruleset_hash(tuning->bundle->rules), "wrong", (json_int_t)t->all_before,
			"wrong_proposed", (json_int_t)t->all_after, "held_back",
			(json_int_t)t->held_back_before, "held_back_fitted",
			(json_int_t)t->held_back_after, "rules", list);
	if (!all) {
		ctl_complain("out of memory");
		return CTL_FAILED;
	}
	status = ctl_print_json(all);
	json_decref(all);
	return status;
}

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "rules", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ "corrected", no_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ 0 },
	};
	int c, status = CTL_OK;

	o->threads = judging_processors();
	o->socket = CLIENT_SOCKET;
	optind = 0;
	while (status == CTL_OK && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->json = true;
			break;
		case 'c':
			o->corrected = true;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'r':
			status = rules_set_add(&o->rules, "rules tune", optarg);
			break;
		case 't':
			status = judging_threads("rules tune", optarg, &o->threads);
			break;
		default:
			status = ctl_usage("rules tune", "the arguments are not understood");
		}
	}
	if (status != CTL_OK)
		return status;
	if (o->corrected == (optind < argc))
		return ctl_usage("rules tune", "name labelled mail, or take what people corrected "
					       "in the running triaged with --corrected");
	return CTL_OK;
}

int
rules_tune(int argc, char **argv)
{
	struct options options = { .json = false };
	struct tuning tuning = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct bundle *bundle = NULL;
	int status = parse(argc, argv, &options), r;

	if (status != CTL_OK)
		return status;
	status = ctl_bundle(options.rules.paths, options.rules.count, &bundle);
	if (status != CTL_OK)
		return status;
	tuning.bundle = bundle;
	tune_begin(&tuning.tune, policy_thresholds(bundle->policy));
	status = options.corrected
			 ? from_corrections(&tuning, &options)
			 : from_labelled(&tuning, &options, argv + optind, (size_t)(argc - optind));
	r = tune_fit(&tuning.tune);
	if (tuning.mails == 0 && !options.corrected) { /* that was said */
		status = CTL_FAILED;
	} else if (r < 0) {
		ctl_complain("cannot fit scores: %s", strerror(-r));
		status = CTL_FAILED;
	} else if (options.json) {
		r = print_json(&tuning);
	} else {
		print_patch(&tuning);
		r = ctl_flush();
	}
	tune_free(&tuning.tune);
	bundle_unref(bundle);
	return status != CTL_OK || r == 0 ? status : CTL_FAILED;
}
