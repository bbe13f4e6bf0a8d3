/*
 * ctl_rules_stats: `triagectl rules stats`: what each rule did in the running triaged since its
 * rules were loaded, and how often people said that it was wrong.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "ctl_rules.h"
#include "term.h"

#define RULE_COLUMNS 40

struct line {
	const json_t *rule;
	json_int_t key;
};

static json_int_t
number_of(const json_t *rule, const char *name)
{
	return json_integer_value(json_object_get(rule, name));
}

static int
by_key(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return strcmp(json_string_value(json_object_get(x->rule, "rule")),
		      json_string_value(json_object_get(y->rule, "rule")));
}

static void
put_rule(const struct term *term, const json_t *rule)
{
	json_int_t judged = number_of(rule, "judged");
	bool put_aside = json_is_true(json_object_get(rule, "quarantined"));
	const char *state = json_string_value(json_object_get(rule, "state"));

	term_cell(term, put_aside ? STYLE_BAD : STYLE_PLAIN,
		  json_string_value(json_object_get(rule, "rule")), RULE_COLUMNS);
	fprintf(term->out, " %9lld %8lld %8lld %8lld %9.1f %6lld", (long long)judged,
		(long long)number_of(rule, "hits"), (long long)number_of(rule, "undetermined"),
		(long long)number_of(rule, "wrong"), (double)number_of(rule, "ns") / 1e6,
		judged ? (long long)(number_of(rule, "ns") / judged / 1000) : 0);
	if (put_aside)
		fputs("  put aside", term->out);
	else if (state && strcmp(state, "live") != 0)
		fprintf(term->out, "  %s", state);
	putc('\n', term->out);
}

static void
print_table(const json_t *value, const char *sort)
{
	const json_t *list = json_object_get(value, "rules"), *rule;
	size_t count = json_array_size(list), i, quiet = 0;
	struct line *lines = calloc(count + 1, sizeof(*lines));
	struct term term = term_of(stdout);
	char age[32];

	if (!lines) {
		ctl_complain("out of memory");
		return;
	}
	json_array_foreach(list, i, rule)
	{
		lines[i] = (struct line){ rule, number_of(rule, sort) };
		quiet += number_of(rule, "judged") == 0;
	}
	qsort(lines, count, sizeof(*lines), by_key);
	term_age(clock_now_ms(&clock_system) - number_of(value, "since_ms"), age, sizeof(age));
	printf("set %.12s, loaded %s ago\n", json_string_value(json_object_get(value, "hash")),
	       age);
	term_cell(&term, STYLE_STRONG, "rule", RULE_COLUMNS);
	printf(" %9s %8s %8s %8s %9s %6s\n", "looked at", "hits", "undecid.", "wrong", "ms",
	       "us/mail");
	for (i = 0; i < count; i++)
		if (number_of(lines[i].rule, "judged") > 0 || number_of(lines[i].rule, "wrong") > 0)
			put_rule(&term, lines[i].rule);
	if (quiet > 0)
		printf("%zu rules did not have to look at any mail\n", quiet);
	free(lines);
}

int
rules_stats(int argc, char **argv)
{
	static const char *const sorts[][2] = { { "time", "ns" },
						{ "hits", "hits" },
						{ "wrong", "wrong" },
						{ "undetermined", "undetermined" } };
	struct ask ask = { .command = "rules stats", .takes_json = true };
	const char *sort = "ns";
	json_t *value;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK && argc - optind == 1) {
		sort = NULL;
		for (size_t i = 0; i < sizeof(sorts) / sizeof(*sorts); i++)
			if (!strcmp(argv[optind], sorts[i][0]))
				sort = sorts[i][1];
	}
	if (status == CTL_OK && (!sort || argc - optind > 1))
		status = ctl_usage("rules stats",
				   "name what to sort by: time, hits, wrong or undetermined");
	if (status == CTL_OK)
		status = ask_call(&ask, "GET", "/v1/rules", &value);
	if (status == CTL_OK) {
		if (ask.json)
			status = ctl_print_json(value);
		else
			print_table(value, sort);
		json_decref(value);
		if (!ask.json)
			status = ctl_flush();
	}
	ask_end(&ask);
	return status;
}
