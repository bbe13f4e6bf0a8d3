/*
 * ctl_rules_test: `triagectl rules test`: the samples of the rules, and what came of them.
 *
 * Loading a set tries its samples anyway; this looks on and prints.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_rules_load.h"
#include "filters/explain.h"
#include "filters/ruleset_watch.h"
#include "report.h"
#include "term.h"

#define TOOL "rules test"
#define PATTERNS_MAX 256u

/* A sample that failed. */
struct failure {
	const char *rule, *file, *text, *seen;
	const char *kept_by; /* a match that did not count, and why; NULL: nothing matched */
	unsigned line, column;
	enum answer answer;
	bool must_hit, derived;
	struct failure *next;
};

/* What came of the samples of one rule. */
struct tried {
	const char *rule;
	size_t passed, failed;
	struct tried *next;
};

struct test {
	bool json, nomem;
	struct rules_set set;
	char **ids; /* patterns of those that are shown; none: all */
	size_t id_count;
	bool *id_found;
	struct rules_found found;
	struct arena *arena;
	struct tried *tried, *last_tried;
	const struct tried **by_id;
	size_t tried_count;
	struct failure *failures, **last_failure;
	size_t passed, failed, rules, without, broken; /* of those that are shown */
	size_t failure_count, mistakes; /* of all: samples that failed, anything else wrong */
	int64_t ms;
};

static int
parse(int argc, char **argv, struct test *t)
{
	int status = rules_set_options(&t->set, TOOL, argc, argv, &t->json);

	if (status != CTL_OK)
		return status;
	t->ids = argv + optind;
	t->id_count = (size_t)(argc - optind);
	if (t->id_count > PATTERNS_MAX)
		return ctl_usage(TOOL, "at most %u ids", PATTERNS_MAX);
	return t->set.count > 0 ? CTL_OK : rules_set_usual(&t->set);
}

/* Which `unless` took a match back, or which `all` was not there. */
static const char *
kept_by_words(struct arena *arena, const struct near *n)
{
	if (n->kind == NEAR_UNLESS)
		return arena_printf(arena, "the unless of %s:%u matches “%s”", n->pattern_file,
				    n->pattern_line, n->by);
	return arena_printf(arena, "what the all of %s:%u asks for is not near “%s”",
			    n->pattern_file, n->pattern_line, n->text);
}

static int
add_failure(struct test *t, const struct sample_result *s)
{
	struct failure *f = arena_calloc(t->arena, 1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->rule = arena_strdup(t->arena, s->rule);
	f->file = arena_strdup(t->arena, s->file);
	f->text = arena_strdup(t->arena, s->text);
	f->seen = arena_strdup(t->arena, s->seen);
	f->kept_by = s->near ? kept_by_words(t->arena, s->near) : NULL;
	f->line = s->line;
	f->column = s->column;
	f->answer = s->answer;
	f->must_hit = s->must_hit;
	f->derived = s->derived;
	t->failure_count++;
	*t->last_failure = f;
	t->last_failure = &f->next;
	return f->rule && f->file && f->text && f->seen && !f->kept_by == !s->near ? 0 : -ENOMEM;
}

/* The samples of one rule come one after the other. */
static void
on_sample(void *context, const struct sample_result *s)
{
	struct test *t = context;
	struct tried *last = t->last_tried;

	if (!last || strcmp(last->rule, s->rule)) {
		last = arena_calloc(t->arena, 1, sizeof(*last));
		if (last)
			last->rule = arena_strdup(t->arena, s->rule);
		if (!last || !last->rule) {
			t->nomem = true;
			return;
		}
		*(t->last_tried ? &t->last_tried->next : &t->tried) = last;
		t->last_tried = last;
		t->tried_count++;
	}
	last->passed += s->passed;
	last->failed += !s->passed;
	if (!s->passed && add_failure(t, s) < 0)
		t->nomem = true;
}

static int
id_order(const void *a, const void *b)
{
	return strcmp((*(const struct tried *const *)a)->rule,
		      (*(const struct tried *const *)b)->rule);
}

static int
on_loaded(void *context, const struct loaded *loaded)
{
	struct test *t = context;
	size_t n = 0;

	t->by_id = arena_calloc(t->arena, t->tried_count + 1, sizeof(*t->by_id));
	if (!t->by_id)
		return -ENOMEM;
	for (const struct tried *tried = t->tried; tried; tried = tried->next)
		t->by_id[n++] = tried;
	if (n > 0)
		qsort(t->by_id, n, sizeof(*t->by_id), id_order);
	return rules_found_list(&t->found, loaded);
}

static bool
is_wanted(struct test *t, const char *id)
{
	bool wanted = t->id_count == 0;

	for (size_t i = 0; i < t->id_count; i++)
		if (fnmatch(t->ids[i], id, 0) == 0)
			wanted = t->id_found[i] = true;
	return wanted;
}

static const struct tried *
tried_of(const struct test *t, const struct rule_info *rule)
{
	const struct tried key = { .rule = rule->id }, *wanted = &key;
	const struct tried *const *found =
		t->tried_count > 0
			? bsearch(&wanted, t->by_id, t->tried_count, sizeof(wanted), id_order)
			: NULL;

	return found ? *found : NULL;
}

/* "3 hit, 2 miss" */
static void
print_counts(const struct rule_info *rule)
{
	printf("%zu hit, %zu miss", rule->hit_count, rule->miss_count);
}

static const char *
failure_words(const struct failure *f)
{
	return f->answer == ANSWER_UNDETERMINED ? "takes too many steps to decide on"
	       : f->must_hit                    ? "does not hit"
						: "must not hit but hits";
}

static void
print_failure(const struct term *term, const struct failure *f)
{
	printf("        %s:%u:%u: %s\n", f->file, f->line, f->column, failure_words(f));
	fputs("          sample  ", stdout);
	term_text(term, f->text, strlen(f->text), false);
	if (*f->seen) {
		fputs(f->derived ? "\n          raises  " : "\n          seen    ", stdout);
		term_text(term, f->seen, strlen(f->seen), false);
	}
	if (f->kept_by) {
		fputs("\n          but     ", stdout);
		term_text(term, f->kept_by, strlen(f->kept_by), false);
	}
	putchar('\n');
}

static void
print_rule(const struct test *t, const struct term *term, const struct rule_info *rule,
	   const struct tried *tried)
{
	bool failed = tried && tried->failed > 0;
	bool bad = failed || (!tried && rule->left_out);

	fputs("  ", stdout);
	term_cell(term,
		  bad     ? STYLE_BAD
		  : tried ? STYLE_GOOD
			  : STYLE_DIM,
		  bad     ? "FAIL"
		  : tried ? "ok"
			  : "-",
		  6);
	printf("%s  ", rule->id);
	if (failed)
		printf("%zu of %zu samples", tried->failed, tried->failed + tried->passed);
	else if (tried)
		print_counts(rule);
	else
		fputs(rule->left_out ? "is left out: see triagectl rules check"
		      : rule->off    ? "is switched off"
				     : "no samples",
		      stdout);
	putchar('\n');
	if (!tried && rule->mistake) {
		printf("        %s:%u: ", rule->mistake_file, rule->mistake_line);
		term_text(term, rule->mistake, strlen(rule->mistake), false);
		putchar('\n');
	}
	for (const struct failure *f = t->failures; failed && f; f = f->next)
		if (!strcmp(f->rule, rule->id))
			print_failure(term, f);
}

static void
add_up(struct test *t, const struct rule_info *rule, const struct tried *tried)
{
	t->rules++;
	t->passed += tried ? tried->passed : 0;
	t->failed += tried ? tried->failed : 0;
	t->without += !tried && !rule->left_out && !rule->off;
	t->broken += !tried && rule->left_out;
}

static void
print_text(struct test *t)
{
	struct term term = term_of(stdout);

	for (size_t i = 0; i < t->found.count; i++) {
		const struct rule_info *rule = &t->found.list[i];
		const struct tried *tried = tried_of(t, rule);

		if (!is_wanted(t, rule->id))
			continue;
		add_up(t, rule, tried);
		print_rule(t, &term, rule, tried);
	}
	printf("%zu passed, %zu failed", t->passed, t->failed);
	if (t->broken > 0)
		printf(", %zu rule%s with mistakes", t->broken, t->broken == 1 ? "" : "s");
	if (t->without > 0)
		printf(", %zu rule%s without samples", t->without, t->without == 1 ? "" : "s");
	printf("; %zu rule%s in %.2f s\n", t->rules, t->rules == 1 ? "" : "s",
	       (double)t->ms / 1000);
	if (t->mistakes > 0)
		printf("%zu other mistake%s: see triagectl rules check\n", t->mistakes,
		       t->mistakes == 1 ? "" : "s");
}

static json_t *
failures_json(const struct test *t, const char *rule)
{
	json_t *list = json_array();

	for (const struct failure *f = t->failures; f; f = f->next)
		if (!strcmp(f->rule, rule))
			json_array_append_new(list,
					      json_pack("{s:s,s:i,s:i,s:s,s:s,s:s,s:s,s:s*}",
							"file", f->file, "line", (int)f->line,
							"column", (int)f->column, "expected",
							f->must_hit ? "hit" : "miss", "answer",
							answer_name(f->answer), "text", f->text,
							"seen", f->seen, "kept_by", f->kept_by));
	return list;
}

static int
print_json(struct test *t)
{
	json_t *list = json_array(), *all;
	int status;

	for (size_t i = 0; i < t->found.count; i++) {
		const struct rule_info *rule = &t->found.list[i];
		const struct tried *tried = tried_of(t, rule);

		if (!is_wanted(t, rule->id))
			continue;
		add_up(t, rule, tried);
		json_array_append_new(
			list,
			json_pack("{s:s,s:s,s:i,s:I,s:I,s:b,s:s*,s:o}", "rule", rule->id, "file",
				  rule->file, "line", (int)rule->line, "passed",
				  (json_int_t)(tried ? tried->passed : 0), "failed",
				  (json_int_t)(tried ? tried->failed : 0), "mistakes",
				  !tried && rule->left_out, "mistake", tried ? NULL : rule->mistake,
				  "failures", failures_json(t, rule->id)));
	}
	all = json_pack("{s:o,s:I,s:I,s:I,s:I,s:I,s:I}", "rules", list, "passed",
			(json_int_t)t->passed, "failed", (json_int_t)t->failed, "with_mistakes",
			(json_int_t)t->broken, "without_samples", (json_int_t)t->without,
			"other_mistakes", (json_int_t)t->mistakes, "ms", (json_int_t)t->ms);
	status = all ? ctl_print_json(all) : CTL_FAILED;
	json_decref(all);
	return status;
}

/* An id that no rule has would otherwise look like a success. */
static int
check_ids(const struct test *t)
{
	int status = CTL_OK;

	for (size_t i = 0; i < t->id_count; i++) {
		if (t->id_found[i])
			continue;
		ctl_complain("there is no rule %s; see triagectl rules list", t->ids[i]);
		status = CTL_USAGE;
	}
	return status;
}

/* Mistakes other than failed samples are for `rules check` to show. */
static int
load(struct test *t)
{
	const struct ruleset_watch watch = { .sample = on_sample,
					     .loaded = on_loaded,
					     .context = t };
	const struct ruleset_options options = { .jit = JIT_USED, .gate = true, .watch = &watch };
	struct problems problems = { .count = 0 };
	struct bundle *bundle = NULL;
	char names[512];
	int64_t start = clock_monotonic_ms();
	int r = bundle_load(t->set.paths, t->set.count, NULL, &options, true, &problems, &bundle);

	t->ms = clock_monotonic_ms() - start;
	bundle_unref(bundle);
	/* Somebody who names rules wants to know of these only. */
	if (t->id_count == 0)
		t->mistakes = problems.errors - t->failure_count;
	if (t->nomem)
		r = -ENOMEM;
	if (r < 0 && (t->found.count == 0 || r == -ENOMEM)) {
		report_problems(stderr, &problems, PROBLEM_ERROR);
		ctl_complain("cannot test the rules in %s: %s",
			     ctl_names(t->set.paths, t->set.count, names, sizeof(names)),
			     problems.errors ? "see the errors above" : strerror(-r));
		r = CTL_USAGE;
	} else {
		r = CTL_OK;
	}
	problems_free(&problems);
	return r;
}

static int
run(struct test *t)
{
	int status = load(t), ids;

	if (status != CTL_OK)
		return status;
	if (t->json)
		status = print_json(t);
	else
		print_text(t), status = ctl_flush();
	ids = check_ids(t);
	if (ids != CTL_OK)
		return ids;
	return t->failed + t->broken + t->mistakes > 0 ? CTL_FAILED : status;
}

int
rules_test(int argc, char **argv)
{
	struct test t = { .arena = arena_new(0) };
	int status;

	t.last_failure = &t.failures;
	t.found.arena = t.arena;
	status = parse(argc, argv, &t);
	t.id_found = calloc(t.id_count + 1, sizeof(*t.id_found));
	if (!t.arena || !t.id_found) {
		ctl_complain("cannot test rules: out of memory");
		status = CTL_FAILED;
	}
	if (status == CTL_OK)
		status = run(&t);
	free(t.id_found);
	arena_free(t.arena);
	return status;
}
