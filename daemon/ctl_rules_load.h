/*
 * ctl_rules_load: which rules the tools that check, test and list them look at.
 */
#ifndef DAEMON_CTL_RULES_LOAD_H
#define DAEMON_CTL_RULES_LOAD_H

#include "ctl_rules.h"
#include "filters/arena.h"
#include "filters/ruleset_list.h"

/* Folders of rules, in order; a single file stands for a folder that holds nothing else. */
struct rules_set {
	const char *paths[RULES_DIRECTORIES_MAX];
	size_t count;
};

/* CTL_OK, or CTL_USAGE with a sentence when there are too many. tool is "rules check". */
int
rules_set_add(struct rules_set *set, const char *tool, const char *path);

/*
 * Reads the options of a tool that takes --json and --rules only; optind is then the first argument
 * that is no option. CTL_OK, or CTL_USAGE with a sentence.
 */
int
rules_set_options(struct rules_set *set, const char *tool, int argc, char **argv, bool *ret_json);

/*
 * Makes the set what a daemon uses that is not told otherwise: the installed rules and those of
 * /etc/triaged/rules.d; where none are installed ./rules. CTL_OK, or CTL_USAGE with a sentence.
 */
int
rules_set_usual(struct rules_set *set);

/*
 * The same without complaint; set->count is 0 when there are none. Returns it.
 */
size_t
rules_set_find(struct rules_set *set);

/* The rules that were found while a set was loaded. */
struct rules_found {
	struct arena *arena; /* must be set */
	struct rule_info *list;
	size_t count;
};

/* For ruleset_watch.loaded, with a struct rules_found as context. */
int
rules_found_list(void *context, const struct loaded *loaded);

#endif
