/*
 * ctl_rules_check: `triagectl rules check`: every mistake of rules, policy and templates, where it
 * stands, and what to do about it.
 *
 * Loads what a reload would load and looks further than it: filters/ruleset_lint.h. A file that is
 * named by itself is looked at together with the folder of rules that it lies in, or else as a
 * change to the usual rules; its own mistakes come first, then the errors and warnings of the
 * others, without which its own could not be understood.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_rules_load.h"
#include "excerpt.h"
#include "filters/limits.h"
#include "filters/ruleset_lint.h"

#define TOOL "rules check"
#define FILES_MAX RULES_DIRECTORIES_MAX

struct counts {
	size_t of[PROBLEM_ERROR + 1]; /* by enum problem_level */
};

struct check {
	bool json;
	struct rules_set set;
	const char *files[FILES_MAX]; /* the mistakes of these come first; none: of all */
	size_t file_count;
	struct arena *arena;
	struct excerpts excerpts;
	struct problems problems;
	struct counts shown, others;
};

static const char *const level_names[] = {
	[PROBLEM_NOTE] = "note", [PROBLEM_WARNING] = "warning", [PROBLEM_ERROR] = "error"
};

static int
look_on(void *context, const struct loaded *loaded)
{
	(void)context;
	return ruleset_lint(loaded);
}

/* What one line of the command line names. */
static int
take_path(struct check *c, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		ctl_complain("cannot check %s: %s", path, strerror(errno));
		return CTL_USAGE;
	}
	if (S_ISDIR(st.st_mode))
		return rules_set_add(&c->set, TOOL, path);
	if (c->file_count == FILES_MAX)
		return ctl_usage(TOOL, "at most %u files", FILES_MAX);
	c->files[c->file_count++] = path;
	return CTL_OK;
}

static int
parse(int argc, char **argv, struct check *c)
{
	int status = rules_set_options(&c->set, TOOL, argc, argv, &c->json);

	for (; status == CTL_OK && optind < argc; optind++)
		status = take_path(c, argv[optind]);
	return status;
}

/* Whether a file lies somewhere in a folder. */
static bool
lies_in(const char *file, const char *folder)
{
	char *inner = realpath(file, NULL), *outer = realpath(folder, NULL);
	size_t len = outer ? strlen(outer) : 0;
	bool within = inner && outer &&
		      (!strcmp(inner, outer) ||
		       (!strncmp(inner, outer, len) && (inner[len] == '/' || len == 1)));

	free(inner);
	free(outer);
	return within;
}

static bool
lies_in_set(const char *file, const struct rules_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (lies_in(file, set->paths[i]))
			return true;
	return false;
}

/* The folder that holds a path. */
static const char *
folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return arena_printf(arena, "%s/..", path);
	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/* The rule folder that a file lies in: one with a policy.yaml, at most three up. NULL: in none. */
static const char *
home_of(struct arena *arena, const char *file)
{
	const char *folder = file, *policy;
	struct stat st;

	for (int up = 0; up < 3 && folder; up++) {
		folder = folder_of(arena, folder);
		policy = folder ? arena_printf(arena, "%s/policy.yaml", folder) : NULL;
		if (policy && stat(policy, &st) == 0)
			return folder;
	}
	return NULL;
}

/* Which rules are loaded when files are named: see the top. */
static int
resolve(struct check *c)
{
	const char *home = NULL;
	int status = CTL_OK;

	if (c->set.count == 0) {
		struct rules_set usual;

		if (c->file_count > 0)
			home = home_of(c->arena, c->files[0]);
		if (home && (rules_set_find(&usual) == 0 || !lies_in_set(c->files[0], &usual)))
			status = rules_set_add(&c->set, TOOL, home);
		else
			status = rules_set_usual(&c->set);
	}
	for (size_t i = 0; i < c->file_count && status == CTL_OK; i++)
		if (!lies_in_set(c->files[i], &c->set))
			status = rules_set_add(&c->set, TOOL, c->files[i]);
	return status;
}

/* Whether a mistake is one of those that were asked for. */
static bool
is_wanted(const struct check *c, const struct problem *p)
{
	if (c->file_count == 0 || !*p->err.file)
		return true;
	for (size_t i = 0; i < c->file_count; i++)
		if (lies_in(p->err.file, c->files[i]))
			return true;
	return false;
}

static bool
comes_before(const struct err *a, const struct err *b)
{
	int files = strcmp(a->file, b->file);

	if (files != 0)
		return files < 0;
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/*
 * What was found in several steps is shown file by file. Insertion: stable, and the list is bounded
 * by PROBLEMS_MAX.
 */
static void
sort_problems(struct problems *p)
{
	for (size_t i = 1; i < p->count; i++) {
		struct problem moved = p->list[i];
		size_t k = i;

		for (; k > 0 && comes_before(&moved.err, &p->list[k - 1].err); k--)
			p->list[k] = p->list[k - 1];
		p->list[k] = moved;
	}
}

static enum style
level_style(enum problem_level level)
{
	return level == PROBLEM_ERROR     ? STYLE_BAD
	       : level == PROBLEM_WARNING ? STYLE_WARNING
					  : STYLE_STRONG;
}

static void
print_problem(struct check *c, const struct term *term, const struct problem *p)
{
	const struct err *e = &p->err;
	const char *line = e->line > 0 ? excerpt_line(&c->excerpts, e->file, e->line) : NULL;

	if (*e->file)
		printf("%s:", e->file);
	if (e->line)
		printf("%u:", e->line);
	if (e->column)
		printf("%u:", e->column);
	if (*e->file)
		putchar(' ');
	term_style(term, level_style(p->level));
	printf("%s:", level_names[p->level]);
	term_style(term, STYLE_PLAIN);
	putchar(' ');
	term_text(term, e->text, strlen(e->text), false);
	putchar('\n');
	if (line)
		excerpt_print(term, line, e->line, e->column);
	if (*p->hint) {
		fputs("      = ", stdout);
		term_text(term, p->hint, strlen(p->hint), false);
		putchar('\n');
	}
}

static void
print_count(size_t count, const char *what)
{
	printf("%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void
print_counts(const struct counts *counts)
{
	print_count(counts->of[PROBLEM_ERROR], "error");
	fputs(", ", stdout);
	print_count(counts->of[PROBLEM_WARNING], "warning");
	fputs(", ", stdout);
	print_count(counts->of[PROBLEM_NOTE], "note");
}

/* Of the files that were asked for, or of the others, of which notes say nothing new. */
static void
print_problems(struct check *c, const struct term *term, bool wanted)
{
	for (size_t i = 0; i < c->problems.count; i++) {
		const struct problem *p = &c->problems.list[i];

		if (is_wanted(c, p) == wanted && (wanted || p->level > PROBLEM_NOTE))
			print_problem(c, term, p);
	}
}

static void
print_text(struct check *c, const struct bundle *bundle)
{
	struct term term = term_of(stdout);
	const struct counts *others = &c->others;

	print_problems(c, &term, true);
	if (c->problems.count == PROBLEMS_MAX)
		puts("... and more: mend these first");
	print_counts(&c->shown);
	if (bundle) {
		fputs(" in ", stdout);
		print_count(ruleset_count(bundle->rules), "rule");
		fputs(" and ", stdout);
		print_count(bundle->template_count, "template");
	}
	putchar('\n');
	if (others->of[PROBLEM_ERROR] + others->of[PROBLEM_WARNING] > 0) {
		fputs("\nin the files that they are loaded with:\n", stdout);
		print_problems(c, &term, false);
		print_counts(others);
		putchar('\n');
	}
}

static json_t *
counts_json(const struct counts *counts)
{
	return json_pack("{s:I,s:I,s:I}", "errors", (json_int_t)counts->of[PROBLEM_ERROR],
			 "warnings", (json_int_t)counts->of[PROBLEM_WARNING], "notes",
			 (json_int_t)counts->of[PROBLEM_NOTE]);
}

/* A file may be in any encoding: that is one of the mistakes that are told. */
static bool
is_utf8(const char *line)
{
	json_t *text = json_string(line);

	json_decref(text);
	return text != NULL;
}

static json_t *
problem_json(struct check *c, const struct problem *p)
{
	const struct err *e = &p->err;
	const char *line = e->line > 0 ? excerpt_line(&c->excerpts, e->file, e->line) : NULL;

	return json_pack("{s:s,s:s*,s:o,s:o,s:s,s:s*,s:s*}", "level", level_names[p->level], "file",
			 *e->file ? e->file : NULL, "line",
			 e->line ? json_integer(e->line) : json_null(), "column",
			 e->column ? json_integer(e->column) : json_null(), "text", e->text, "hint",
			 *p->hint ? p->hint : NULL, "source", line && is_utf8(line) ? line : NULL);
}

static json_t *
problems_json(struct check *c, bool wanted)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < c->problems.count; i++)
		if (is_wanted(c, &c->problems.list[i]) == wanted &&
		    json_array_append_new(list, problem_json(c, &c->problems.list[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static int
print_json(struct check *c, const struct bundle *bundle)
{
	json_t *all;
	int status;

	all = json_pack("{s:o,s:o,s:o,s:o,s:I,s:I}", "problems", problems_json(c, true),
			"problems_elsewhere", problems_json(c, false), "found",
			counts_json(&c->shown), "elsewhere", counts_json(&c->others), "rules",
			(json_int_t)(bundle ? ruleset_count(bundle->rules) : 0), "templates",
			(json_int_t)(bundle ? bundle->template_count : 0));
	if (!all) {
		ctl_complain("cannot print what was found: out of memory");
		status = CTL_FAILED;
	} else {
		status = ctl_print_json(all);
	}
	json_decref(all);
	return status;
}

/* Counts beyond the bound on the list, too: those are not known to be elsewhere. */
static void
count(struct check *c)
{
	const struct problems *p = &c->problems;
	size_t listed[PROBLEM_ERROR + 1] = { 0 };

	for (size_t i = 0; i < p->count; i++) {
		struct counts *counts = is_wanted(c, &p->list[i]) ? &c->shown : &c->others;

		counts->of[p->list[i].level]++;
		listed[p->list[i].level]++;
	}
	c->shown.of[PROBLEM_ERROR] += p->errors - listed[PROBLEM_ERROR];
	c->shown.of[PROBLEM_WARNING] += p->warnings - listed[PROBLEM_WARNING];
}

/* Everything that can be found out about the set. */
static int
load(struct check *c, struct bundle **ret_bundle)
{
	const struct ruleset_watch watch = { .loaded = look_on };
	const struct ruleset_options options = { .jit = JIT_USED, .gate = true, .watch = &watch };
	int r = bundle_load(c->set.paths, c->set.count, NULL, &options, true, &c->problems,
			    ret_bundle);

	if (r == -ENOMEM)
		return r;
	if (r >= 0)
		ruleset_lint_dead((*ret_bundle)->rules, policy_thresholds((*ret_bundle)->policy),
				  clock_day(&clock_system), &c->problems);
	/* What does not load must have been said. */
	if (r < 0 && c->problems.errors == 0)
		problems_add(&c->problems, PROBLEM_ERROR, c->set.paths[0], 0, 0, NULL,
			     "cannot be loaded: %s", strerror(-r));
	sort_problems(&c->problems);
	count(c);
	return 0;
}

static int
run(struct check *c)
{
	struct bundle *bundle = NULL;
	int status, r = load(c, &bundle);

	if (r < 0) {
		ctl_complain("cannot check rules: %s", strerror(-r));
		return CTL_USAGE;
	}
	if (c->json)
		status = print_json(c, bundle);
	else
		print_text(c, bundle), status = ctl_flush();
	bundle_unref(bundle);
	if (c->problems.errors > 0)
		return CTL_USAGE;
	return c->problems.warnings > 0 ? CTL_FAILED : status;
}

int
rules_check(int argc, char **argv)
{
	struct check c = { .arena = arena_new(0) };
	int status;

	if (!c.arena) {
		ctl_complain("cannot check rules: out of memory");
		return CTL_FAILED;
	}
	c.excerpts.arena = c.arena;
	status = parse(argc, argv, &c);
	if (status == CTL_OK)
		status = resolve(&c);
	if (status == CTL_OK)
		status = run(&c);
	problems_free(&c.problems);
	arena_free(c.arena);
	return status;
}
