/*
 * ctl_main: triagectl's table of commands.
 */
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

#ifndef TRIAGED_VERSION
#define TRIAGED_VERSION "0"
#endif

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
	bool asks; /* the running triaged */
} commands[] = {
	{ "scan", ctl_scan, "[--json | --explain] [--rules DIR]... [--threads N] PATH...",
	  "judge stored mail: .eml, mbox, Maildir, a folder, or - for standard input", false },
	{ "text", ctl_text, "[--part new|quoted|signature|forwarded|all] [--views | --hidden] FILE",
	  "show what the filters see of a mail", false },
	{ "thread", ctl_thread, "[--json] PATH...",
	  "which stored mails belong together, which case each would join, and why", false },
	{ "simulate", ctl_simulate, "[--json | --drafts] [--account NAME] [--config FILE] PATH...",
	  "go the whole way in memory: what would be done", false },
	{ "rules", ctl_rules, "TOOL ...",
	  "tools for those who write and tune rules: see triagectl rules help", false },
	{ "account", ctl_account, "test NAME [--config FILE] | resume NAME FOLDER",
	  "try an account's settings; read a parked folder again", true },
	{ "status", ctl_status, "[--json]",
	  "how the running triaged fares, and what a person must look at", true },
	{ "reload", ctl_reload, "[--yes]",
	  "load rules, policy and templates again; keep the old ones if they are wrong", true },
	{ "queue", ctl_queue, "[--json] [--account NAME] [--limit N]",
	  "open cases, the most urgent first", true },
	{ "digest", ctl_digest, "[--json | --html] [--account NAME] [--language ko|en]",
	  "today's digest as it is now; sends nothing", true },
	{ "case", ctl_case,
	  "show [--json] [--unmask] C12 | export C12 DIR [--config FILE | --no-mails] | help | "
	  "VERB C12 ...",
	  "one case: its mails, what raised the flags, what was done; and what people do with it",
	  true },
	{ "recurring", ctl_recurring,
	  "[--days N] [--account NAME] [--json] | draft WORD [--template NAME] [--reason TEXT]",
	  "what many recent cases share; a draft for every open case of one group", true },
	{ "customer", ctl_customer,
	  "show [--json] ADDRESS | forget [--json] [--yes] --reason TEXT ADDRESS | help | "
	  "VERB ADDRESS ...",
	  "one customer: wishes, deal-breakers, standing, conduct, what they are worth and cost; "
	  "erase them",
	  true },
};

#define WHICH "--socket PATH or --config FILE says which"

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void
help(FILE *out)
{
	fputs("usage: triagectl COMMAND ...\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-9s %s\n            %s\n", commands[i].name, commands[i].arguments,
			commands[i].summary);
	fputs("\nstatus, reload, queue, digest, case, customer and account resume ask the running "
	      "triaged: " WHICH "\n"
	      "Exit status: 0 well, 1 something in the input failed, 2 usage or configuration. "
	      "More: triagectl(1).\n",
	      out);
}

/* Whether the arguments of a command ask how it is used. */
static bool
help_wanted(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int
help_command(const struct command *command)
{
	printf("usage: triagectl %s %s\n\n%s\n", command->name, command->arguments,
	       command->summary);
	if (command->asks)
		puts("asks the running triaged: " WHICH);
	puts("more: triagectl(1)");
	return ctl_flush();
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	char called[64];

	/* The tools of rules each have a help of their own. */
	if (command->run != ctl_rules && help_wanted(argc, argv))
		return help_command(command);
	/* getopt_long() begins its complaints with this. */
	snprintf(called, sizeof(called), "triagectl %s", command->name);
	argv[1] = called;
	return command->run(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	setlocale(LC_ALL, "");
	/* Numbers in JSON have a point in every locale. */
	setlocale(LC_NUMERIC, "C");
	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
		help(stdout);
		return ctl_flush();
	}
	if (!strcmp(name, "--version")) {
		puts("triagectl " TRIAGED_VERSION);
		return ctl_flush();
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return run_command(&commands[i], argc, argv);
	if (*name)
		fprintf(stderr, "triagectl: there is no command \"%s\"\n\n", name);
	help(stderr);
	return CTL_USAGE;
}
