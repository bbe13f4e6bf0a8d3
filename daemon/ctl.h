/*
 * ctl: the commands of triagectl, and what they share.
 *
 * Each command gets its own argument list (argv[0] is what it was called by, "triagectl scan",
 * which begins the complaints of getopt_long) and returns the exit status: CTL_OK; CTL_FAILED when
 * something in the input or the answer failed (said on stderr, the rest still done); CTL_USAGE for
 * wrong usage or configuration.
 */
#ifndef DAEMON_CTL_H
#define DAEMON_CTL_H

#include <jansson.h>

#include "bundle.h"
#include "filters/err.h"

#define CTL_OK 0
#define CTL_FAILED 1
#define CTL_USAGE 2

int
ctl_scan(int argc, char **argv);

int
ctl_text(int argc, char **argv);

int
ctl_thread(int argc, char **argv);

int
ctl_simulate(int argc, char **argv);

int
ctl_rules(int argc, char **argv);

int
ctl_status(int argc, char **argv);

int
ctl_reload(int argc, char **argv);

int
ctl_queue(int argc, char **argv);

int
ctl_digest(int argc, char **argv);

int
ctl_customer(int argc, char **argv);

/* Asks what recurs, and for drafts of a group. */
int
ctl_recurring(int argc, char **argv);

int
ctl_case(int argc, char **argv);

int
ctl_account(int argc, char **argv);

/* Says what is wrong with the arguments and how to see the right ones. Returns CTL_USAGE. */
int
ctl_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One sentence on stderr, beginning with the program's name. */
void
ctl_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "a, b, c", as much of it as the buffer holds. Returns buf. */
const char *
ctl_names(const char *const *list, size_t count, char *buf, size_t size);

/*
 * Loads rules, policy and templates from the directories, or when there are none from the installed
 * ones, else from ./rules. Says on stderr what is wrong. 0 or CTL_USAGE.
 */
int
ctl_bundle(const char *const *directories, size_t count, struct bundle **ret_bundle);

/* The same, while somebody looks on; see filters/ruleset_watch.h. */
int
ctl_bundle_watched(const char *const *directories, size_t count, const struct ruleset_watch *watch,
		   struct bundle **ret_bundle);

/*
 * The two halves of that for directories that are named: loading, which says nothing, and saying
 * how it went. The second frees the problems; 0 or CTL_USAGE.
 */
int
ctl_bundle_load(const char *const *directories, size_t count, const struct ruleset_watch *watch,
		struct problems *problems, struct bundle **ret_bundle);

int
ctl_bundle_report(const char *const *directories, size_t count, struct problems *problems, int r);

/* One line on stdout. Returns CTL_OK, or CTL_FAILED when stdout cannot be written. */
int
ctl_print_json(const json_t *value);

/*
 * Flushes stdout: CTL_OK, or CTL_FAILED with a sentence (a full disk must not look like an answer).
 */
int
ctl_flush(void);

#endif
