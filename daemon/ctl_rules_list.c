/*
 * ctl_rules_list: `triagectl rules list`: which rules there are, where they stand, and what changes
 * them.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_rules_load.h"
#include "filters/ruleset_watch.h"
#include "report.h"
#include "term.h"

#define TOOL "rules list"

struct list {
	bool json;
	struct rules_set set;
	const char *flag, *state, *pattern; /* NULL: any */
	flag_set flags;
	struct rules_found found;
};

/* left-out: it has mistakes, see rules check. */
static const char *const states[] = { "live", "shadow", "off", "left-out", NULL };

static const char *
state_of(const struct rule_info *rule)
{
	return rule->off ? "off" : rule->left_out ? "left-out" : rule->shadow ? "shadow" : "live";
}

static int
take_flag(struct list *l, const char *name)
{
	const char *near = flag_nearest(name);

	l->flag = name;
	l->flags = flag_set_by_name(name);
	if (l->flags)
		return CTL_OK;
	return ctl_usage(TOOL, "there is no flag \"%s\"%s%s%s", name, near ? "; did you mean " : "",
			 near ? near : "", near ? "?" : "");
}

static int
take_state(struct list *l, const char *name)
{
	l->state = name;
	for (int i = 0; states[i]; i++)
		if (!strcmp(states[i], name))
			return CTL_OK;
	return ctl_usage(TOOL, "a rule is live, shadow, off or left-out, not \"%s\"", name);
}

static int
parse(int argc, char **argv, struct list *l)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "rules", required_argument, NULL, 'r' },
		{ "flag", required_argument, NULL, 'f' },
		{ "state", required_argument, NULL, 's' },
		{ 0 },
	};
	int option, status = CTL_OK;

	optind = 0;
	while (status == CTL_OK && (option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'j')
			l->json = true;
		else if (option == 'r')
			status = rules_set_add(&l->set, TOOL, optarg);
		else if (option == 'f')
			status = take_flag(l, optarg);
		else if (option == 's')
			status = take_state(l, optarg);
		else
			status = ctl_usage(TOOL, "the arguments are not understood");
	}
	if (status != CTL_OK)
		return status;
	if (argc - optind > 1)
		return ctl_usage(TOOL, "one pattern, like 'ko.threat.*'");
	l->pattern = argv[optind]; /* NULL at the end of the arguments */
	return l->set.count > 0 ? CTL_OK : rules_set_usual(&l->set);
}

static bool
is_wanted(const struct list *l, const struct rule_info *rule)
{
	return (!l->flag || (!rule->unread && (l->flags & (1u << rule->flag)))) &&
	       (!l->state || !strcmp(l->state, state_of(rule))) &&
	       (!l->pattern || fnmatch(l->pattern, rule->id, 0) == 0 ||
		strstr(rule->id, l->pattern));
}

static void
print_patterns(const struct rule_info *rule)
{
	if (rule->when) {
		printf("when %s", rule->when);
		return;
	}
	printf("%zu match", rule->match_count);
	if (rule->all_count > 0)
		printf(", %zu all", rule->all_count);
	if (rule->unless_count > 0)
		printf(", %zu unless", rule->unless_count);
	if (*rule->guards)
		printf(", only with header %s", rule->guards);
	printf("; %s of %s", view_name(rule->view), rule->parts);
}

/* Of a rule that could not be read. */
static void
print_unread(const struct term *term, const struct rule_info *rule)
{
	term_style(term, STYLE_STRONG);
	fputs(rule->id, stdout);
	term_style(term, STYLE_PLAIN);
	fputs("  ", stdout);
	term_style(term, STYLE_WARNING);
	fputs("left-out", stdout);
	term_style(term, STYLE_PLAIN);
	printf("\n    %s:%u\n", rule->file, rule->line);
}

static void
print_rule(const struct term *term, const struct rule_info *rule)
{
	const char *state = state_of(rule);

	term_style(term, STYLE_STRONG);
	fputs(rule->id, stdout);
	term_style(term, STYLE_PLAIN);
	printf("  %s %g", flag_name(rule->flag), rule->score);
	if (rule->max != 0)
		printf(" to %g", rule->max);
	if (rule->language)
		printf(", only %s", rule->language);
	if (*rule->expires)
		printf(", until %s", rule->expires);
	if (strcmp(state, "live") != 0) {
		fputs(", ", stdout);
		term_style(term, STYLE_WARNING);
		fputs(state, stdout);
		term_style(term, STYLE_PLAIN);
	}
	if (*rule->why) {
		fputs("\n    ", stdout);
		term_text(term, rule->why, strlen(rule->why), false);
	}
	fputs("\n    ", stdout);
	print_patterns(rule);
	printf("; %zu hit, %zu miss\n    %s:%u\n", rule->hit_count, rule->miss_count, rule->file,
	       rule->line);
	for (size_t i = 0; i < rule->change_count; i++)
		printf("    %s changed by %s:%u\n", rule->changes[i].keys, rule->changes[i].file,
		       rule->changes[i].line);
}

static void
print_mistake(const struct term *term, const struct rule_info *rule)
{
	if (!rule->mistake)
		return;
	printf("    %s:%u: ", rule->mistake_file, rule->mistake_line);
	term_text(term, rule->mistake, strlen(rule->mistake), false);
	putchar('\n');
}

static int
print_text(const struct list *l)
{
	struct term term = term_of(stdout);
	size_t shown = 0;

	for (size_t i = 0; i < l->found.count; i++) {
		if (!is_wanted(l, &l->found.list[i]))
			continue;
		if (l->found.list[i].unread)
			print_unread(&term, &l->found.list[i]);
		else
			print_rule(&term, &l->found.list[i]);
		print_mistake(&term, &l->found.list[i]);
		shown++;
	}
	printf("%zu of %zu rules\n", shown, l->found.count);
	return ctl_flush();
}

/* The names of "subject, body". */
static json_t *
names_json(const char *names)
{
	json_t *list = json_array();

	while (*names) {
		size_t len = strcspn(names, ",");

		json_array_append_new(list, json_stringn(names, len));
		names += len;
		names += strspn(names, ", ");
	}
	return list;
}

static json_t *
changes_json(const struct rule_info *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rule->change_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:i,s:o}", "file", rule->changes[i].file,
						"line", (int)rule->changes[i].line, "keys",
						names_json(rule->changes[i].keys)));
	return list;
}

/* NULL: it has none. */
static json_t *
mistake_json(const struct rule_info *rule)
{
	if (!rule->mistake)
		return NULL;
	return json_pack("{s:s,s:i,s:s}", "file", rule->mistake_file, "line",
			 (int)rule->mistake_line, "text", rule->mistake);
}

static json_t *
unread_json(const struct rule_info *rule)
{
	return json_pack("{s:s,s:n,s:s,s:s,s:i,s:o*}", "rule", rule->id, "flag", "state",
			 "left-out", "file", rule->file, "line", (int)rule->line, "mistake",
			 mistake_json(rule));
}

static json_t *
rule_json(const struct rule_info *rule)
{
	json_t *all = json_pack("{s:s,s:s,s:f,s:o,s:s,s:s?,s:s?,s:s?,s:s,s:s,s:i}", "rule",
				rule->id, "flag", flag_name(rule->flag), "score", rule->score,
				"max", rule->max != 0 ? json_real(rule->max) : json_null(), "state",
				state_of(rule), "language", rule->language, "when", rule->when,
				"expires", *rule->expires ? rule->expires : NULL, "why", rule->why,
				"file", rule->file, "line", (int)rule->line);
	json_t *more = json_pack(
		"{s:s?,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:o,s:o*}", "view",
		rule->when ? NULL : view_name(rule->view), "parts", names_json(rule->parts),
		"header", names_json(rule->guards), "match", (json_int_t)rule->match_count, "all",
		(json_int_t)rule->all_count, "unless", (json_int_t)rule->unless_count, "hit",
		(json_int_t)rule->hit_count, "miss", (json_int_t)rule->miss_count, "changes",
		changes_json(rule), "mistake", mistake_json(rule));
	bool well = all && more && json_object_update(all, more) == 0;

	json_decref(more);
	if (well)
		return all;
	json_decref(all);
	return NULL;
}

/* One object a line. */
static int
print_json(const struct list *l)
{
	int status = CTL_OK;

	for (size_t i = 0; i < l->found.count && status == CTL_OK; i++) {
		json_t *object;

		if (!is_wanted(l, &l->found.list[i]))
			continue;
		object = l->found.list[i].unread ? unread_json(&l->found.list[i])
						 : rule_json(&l->found.list[i]);
		status = object ? ctl_print_json(object) : CTL_FAILED;
		json_decref(object);
	}
	return status;
}

/* Mistakes do not keep rules from being listed, but are not hidden either. */
static int
run(struct list *l)
{
	const struct ruleset_watch watch = { .loaded = rules_found_list, .context = &l->found };
	/* Samples take longer than all else, and only tell the live from those left out. */
	bool samples = l->state && (!strcmp(l->state, "live") || !strcmp(l->state, "left-out"));
	const struct ruleset_options options = { .gate = samples,
						 .skip_samples = !samples,
						 .watch = &watch };
	struct problems problems = { .count = 0 };
	struct bundle *bundle = NULL;
	char names[512];
	int r = bundle_load(l->set.paths, l->set.count, NULL, &options, true, &problems, &bundle);
	int status = CTL_OK;

	report_problems(stderr, &problems, PROBLEM_ERROR);
	if (r < 0 && l->found.count == 0) {
		ctl_complain("cannot list the rules in %s: %s",
			     ctl_names(l->set.paths, l->set.count, names, sizeof(names)),
			     problems.errors ? "see the errors above" : strerror(-r));
		status = CTL_USAGE;
	} else {
		status = l->json ? print_json(l) : print_text(l);
		if (problems.errors > 0)
			status = CTL_FAILED;
	}
	bundle_unref(bundle);
	problems_free(&problems);
	return status;
}

int
rules_list(int argc, char **argv)
{
	struct list l = { .found.arena = arena_new(0) };
	int status;

	if (!l.found.arena) {
		ctl_complain("cannot list rules: out of memory");
		return CTL_FAILED;
	}
	status = parse(argc, argv, &l);
	if (status == CTL_OK)
		status = run(&l);
	arena_free(l.found.arena);
	return status;
}
