/*
 * ctl_rules_load: folders of rules from the command line. See ctl_rules_load.h.
 */
#include "ctl_rules_load.h"

#include <getopt.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

#ifndef TRIAGED_RULES_DIRECTORY
#define TRIAGED_RULES_DIRECTORY "/usr/share/triaged/rules"
#endif
#ifndef TRIAGED_RULES_OVERRIDES
#define TRIAGED_RULES_OVERRIDES "/etc/triaged/rules.d"
#endif

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
rules_set_add(struct rules_set *set, const char *tool, const char *path)
{
	if (set->count == RULES_DIRECTORIES_MAX)
		return ctl_usage(tool, "at most %u folders and files of rules",
				 RULES_DIRECTORIES_MAX);
	set->paths[set->count++] = path;
	return CTL_OK;
}

int
rules_set_options(struct rules_set *set, const char *tool, int argc, char **argv, bool *ret_json)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "rules", required_argument, NULL, 'r' },
		{ 0 },
	};
	int option, status = CTL_OK;

	optind = 0;
	while (status == CTL_OK && (option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'j')
			*ret_json = true;
		else if (option == 'r')
			status = rules_set_add(set, tool, optarg);
		else
			status = ctl_usage(tool, "the arguments are not understood");
	}
	return status;
}

size_t
rules_set_find(struct rules_set *set)
{
	set->count = 0;
	if (is_directory(TRIAGED_RULES_DIRECTORY)) {
		set->paths[set->count++] = TRIAGED_RULES_DIRECTORY;
		if (access(TRIAGED_RULES_OVERRIDES, F_OK) == 0)
			set->paths[set->count++] = TRIAGED_RULES_OVERRIDES;
	} else if (is_directory("rules")) {
		set->paths[set->count++] = "rules";
	}
	return set->count;
}

int
rules_set_usual(struct rules_set *set)
{
	if (rules_set_find(set) > 0)
		return CTL_OK;
	ctl_complain("there are no rules: neither in " TRIAGED_RULES_DIRECTORY
		     " nor in ./rules; say where with --rules DIR");
	return CTL_USAGE;
}

int
rules_found_list(void *context, const struct loaded *loaded)
{
	struct rules_found *found = context;

	return ruleset_list(loaded, found->arena, &found->list, &found->count);
}
