/*
 * ctl_rules: the table of the tools. See ctl_rules.h.
 */
#include "ctl_rules.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

struct tool {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
};

/* The order is that of the help. */
static const struct tool tools[] = {
	{ "check", rules_check, "[--json] [--rules DIR]... [DIR | FILE]...",
	  "every mistake in rules, policy and templates, with its place and what to do" },
	{ "test", rules_test, "[--json] [--rules DIR]... [RULE]...",
	  "try the rules on their own samples" },
	{ "list", rules_list,
	  "[--json] [--rules DIR]... [--flag FLAG] [--state live|shadow|off|left-out] [PATTERN]",
	  "which rules there are: flag, score, state, where they stand, what changes them" },
	{ "explain", rules_explain,
	  "[--json] [--rules DIR]... [--account NAME] [--flag FLAG] FILE...",
	  "all that led to a mail's verdict: hits, near hits, scores, the policy's lines" },
	{ "stats", rules_stats,
	  "[--json] [--socket PATH | --config FILE] [time|hits|wrong|undetermined]",
	  "what each rule of the running triaged did, and how often people said it was wrong" },
	{ "score", rules_score, "[--json] [--errors] [--rules DIR]... [--threads N] PATH...",
	  "precision and recall on labelled mail: NDJSON files, or folders named by flag" },
	{ "diff", rules_diff, "[--json] [--threads N] OLD NEW PATH...",
	  "what another set of rules changes in the verdicts on stored mail" },
	{ "tune", rules_tune,
	  "[--json] [--rules DIR]... [--threads N] PATH... | --corrected [--socket PATH]",
	  "how precise each rule is, and scores that would do better, as a file for rules.d" },
	{ 0 },
};

static void
help(FILE *out)
{
	fputs("usage: triagectl rules TOOL ...\n\n", out);
	for (const struct tool *tool = tools; tool->name; tool++)
		fprintf(out, "  %-9s %s\n            %s\n", tool->name, tool->arguments,
			tool->summary);
	fputs("\nExit status: 0 well, 1 something in the input failed or differs, 2 usage or "
	      "configuration. More: triagectl(1), triaged-rules(5).\n",
	      out);
}

static bool
asks_help(const char *argument)
{
	return !strcmp(argument, "--help") || !strcmp(argument, "-h");
}

static int
run_tool(const struct tool *tool, int argc, char **argv)
{
	char called[64];

	for (int i = 2; i < argc && strcmp(argv[i], "--"); i++) {
		if (!asks_help(argv[i]))
			continue;
		printf("usage: triagectl rules %s %s\n\n%s\nmore: triagectl(1)\n", tool->name,
		       tool->arguments, tool->summary);
		return ctl_flush();
	}
	snprintf(called, sizeof(called), "triagectl rules %s", tool->name);
	argv[1] = called;
	return tool->run(argc - 1, argv + 1);
}

int
ctl_rules(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (asks_help(name) || !strcmp(name, "help")) {
		help(stdout);
		return ctl_flush();
	}
	for (const struct tool *tool = tools; tool->name; tool++)
		if (!strcmp(name, tool->name))
			return run_tool(tool, argc, argv);
	if (*name)
		fprintf(stderr, "triagectl rules: there is no tool \"%s\"\n\n", name);
	help(stderr);
	return CTL_USAGE;
}
