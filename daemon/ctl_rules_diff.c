/*
 * ctl_rules_diff: `triagectl rules diff`: which verdicts on stored mail another set of rules
 * changes, and which rule is to blame.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "change.h"
#include "ctl.h"
#include "ctl_rules.h"
#include "judging.h"

/* One of the two sets of rules. */
struct side {
	char *names; /* what the directories point into */
	const char *directories[RULES_DIRECTORIES_MAX];
	size_t count;
	struct problems problems;
	struct bundle *bundle;
	int r; /* of loading */
};

struct diffing {
	struct side sides[2]; /* old, new */
	unsigned threads;
	bool json;
	struct term term;
	pthread_mutex_t lock; /* guards sum */
	struct change_sum sum;
};

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A directory, or several joined by ':', later ones overriding earlier ones. */
static int
read_side(const char *argument, struct side *side)
{
	char *rest, *one;

	side->names = rest = strdup(argument);
	if (!rest) {
		ctl_complain("out of memory");
		return CTL_FAILED;
	}
	if (is_directory(argument)) {
		side->directories[side->count++] = rest;
		return CTL_OK;
	}
	while ((one = strsep(&rest, ":"))) {
		if (!is_directory(one))
			return ctl_usage("rules diff", "\"%s\" is no folder of rules", one);
		if (side->count == RULES_DIRECTORIES_MAX)
			return ctl_usage("rules diff", "at most %u folders of rules",
					 RULES_DIRECTORIES_MAX);
		side->directories[side->count++] = one;
	}
	return CTL_OK;
}

static void *
load_side(void *context)
{
	struct side *side = context;

	side->r = ctl_bundle_load(side->directories, side->count, NULL, &side->problems,
				  &side->bundle);
	return NULL;
}

/* Both at once: compiling is what takes the time. */
static int
load(struct side sides[2])
{
	pthread_t thread;
	int status = CTL_OK;
	bool apart;

	/*
	 * Loading trims the heap. Where a sanitizer stands in for malloc() that is the first use of
	 * glibc's own heap, which sets itself up then, and not safely on two threads at once.
	 */
	malloc_trim(0);
	apart = pthread_create(&thread, NULL, load_side, &sides[0]) == 0;
	if (!apart)
		load_side(&sides[0]);
	load_side(&sides[1]);
	if (apart)
		pthread_join(thread, NULL);
	for (size_t i = 0; i < 2; i++) {
		int one = ctl_bundle_report(sides[i].directories, sides[i].count,
					    &sides[i].problems, sides[i].r);

		status = one != CTL_OK ? one : status;
	}
	return status;
}

static int
print_change(const struct diffing *d, FILE *out, const struct change *change)
{
	struct term term = term_like(&d->term, out);
	json_t *object;
	int r;

	putc('\n', out);
	if (!d->json) {
		change_print(&term, change);
		return 0;
	}
	object = change_json(change);
	if (!object)
		return -ENOMEM;
	r = json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(object);
	return r < 0 ? -ENOMEM : 0;
}

static int
look(void *context, struct bench *bench, const struct judging_mail *mail, FILE *out,
     bool *ret_changed)
{
	struct diffing *d = context;
	const struct bundle *sets[] = { d->sides[0].bundle, d->sides[1].bundle };
	struct change change = { .source = mail->mail.name };
	struct judged judged;
	int r = judging_read(bench, &mail->mail, sets, 2, &judged);

	if (r < 0)
		return r;
	change.message = judged.message;
	change.old = judged.verdicts[0];
	change.new = judged.verdicts[1];
	change.old_severity = policy_severity(sets[0]->policy, change.old);
	change.new_severity = policy_severity(sets[1]->policy, change.new);
	*ret_changed = change_find(&change);
	if (!*ret_changed)
		return 0;
	pthread_mutex_lock(&d->lock);
	change_count(&d->sum, &change);
	pthread_mutex_unlock(&d->lock);
	return print_change(d, out, &change);
}

static int
print_sum(const struct diffing *d, const struct judging_sum *sum)
{
	json_t *object;

	if (!d->json) {
		change_print_sum(&d->term, &d->sum, sum->mails, sum->marked);
		return CTL_OK;
	}
	object = change_sum_json(&d->sum, sum->mails, sum->marked);
	if (!object) {
		ctl_complain("cannot print the sum: %s", strerror(ENOMEM));
		return CTL_FAILED;
	}
	json_dumpf(object, stdout, JSON_COMPACT);
	json_decref(object);
	return CTL_OK;
}

/* The sum stands first, so that the changes wait for it. */
static int
compare(struct diffing *d, struct source *source, char *const *paths, size_t path_count)
{
	struct judging_sum sum = { 0 };
	char *changes = NULL, names[512];
	size_t len = 0;
	FILE *out = open_memstream(&changes, &len);
	int r = out ? 0 : -ENOMEM, status = CTL_FAILED;

	if (r == 0)
		r = judging_run(&(struct judging){ .next = judging_next_stored,
						   .feed = source,
						   .look = look,
						   .context = d,
						   .out = out,
						   .threads = d->threads,
						   .progress = judging_progress_wanted(true),
						   .marked = "changed" },
				&sum);
	if (out && fclose(out) < 0 && r == 0)
		r = -ENOMEM;
	if (r < 0) {
		ctl_complain("cannot judge mail: %s", strerror(-r));
	} else if (sum.mails == 0) { /* no difference would look like an answer */
		ctl_complain(
			"there is no mail to judge in %s",
			ctl_names((const char *const *)paths, path_count, names, sizeof(names)));
		sum.failed = true;
	} else {
		status = print_sum(d, &sum);
		fwrite(changes, 1, len, stdout);
		if (d->json)
			putchar('\n');
	}
	free(changes);
	return sum.failed || sum.marked ? CTL_FAILED : status;
}

static int
parse(int argc, char **argv, struct diffing *d)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "threads", required_argument, NULL, 't' },
		{ 0 },
	};
	int c, status = CTL_OK;

	d->threads = judging_processors();
	optind = 0;
	while (status == CTL_OK && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			d->json = true;
			break;
		case 't':
			status = judging_threads("rules diff", optarg, &d->threads);
			break;
		default:
			status = ctl_usage("rules diff", "the arguments are not understood");
		}
	}
	if (status != CTL_OK)
		return status;
	if (argc - optind < 3)
		return ctl_usage("rules diff", "name the old rules, the new rules, and the mail to "
					       "judge by both");
	status = read_side(argv[optind], &d->sides[0]);
	return status == CTL_OK ? read_side(argv[optind + 1], &d->sides[1]) : status;
}

int
rules_diff(int argc, char **argv)
{
	struct diffing d = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct source *source = NULL;
	int status = parse(argc, argv, &d), flushed;

	if (status == CTL_OK)
		status = load(d.sides);
	if (status == CTL_OK) {
		d.term = term_of(stdout);
		if (source_open(argv + optind + 2, (size_t)(argc - optind - 2), &source) < 0) {
			ctl_complain("cannot read mail: %s", strerror(ENOMEM));
			status = CTL_FAILED;
		} else {
			status =
				compare(&d, source, argv + optind + 2, (size_t)(argc - optind - 2));
		}
		flushed = ctl_flush();
		status = status != CTL_OK ? status : flushed;
	}
	source_close(source);
	for (size_t i = 0; i < 2; i++) {
		bundle_unref(d.sides[i].bundle);
		free(d.sides[i].names);
	}
	return status;
}
