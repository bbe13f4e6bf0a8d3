/*
 * ctl_rules: `triagectl rules`: the tools for those who write and tune rules.
 *
 * Each tool is called with its own argument list (argv[0] is "triagectl rules NAME", which begins
 * the complaints of getopt_long) and returns an exit status of ctl.h. What ctl_usage() is told is
 * "rules NAME".
 */
#ifndef DAEMON_CTL_RULES_H
#define DAEMON_CTL_RULES_H

#define RULES_DIRECTORIES_MAX 16u /* --rules on one command line */

int
rules_check(int argc, char **argv);

int
rules_test(int argc, char **argv);

int
rules_list(int argc, char **argv);

int
rules_explain(int argc, char **argv);

int
rules_stats(int argc, char **argv);

int
rules_score(int argc, char **argv);

int
rules_diff(int argc, char **argv);

int
rules_tune(int argc, char **argv);

#endif
