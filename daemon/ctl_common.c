/*
 * ctl_common: what the commands of triagectl share. See ctl.h.
 */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "report.h"

#ifndef RULES_DIR
#define RULES_DIR "/usr/share/triaged/rules"
#endif

int
ctl_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "triagectl %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see triagectl %s --help\n", command);
	return CTL_USAGE;
}

void
ctl_complain(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	fprintf(stderr, "triagectl: %s\n", line);
}

const char *
ctl_names(const char *const *list, size_t count, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i > 0 ? ", " : "", list[i]);
	return buf;
}

int
ctl_bundle_load(const char *const *directories, size_t count, const struct ruleset_watch *watch,
		struct problems *problems, struct bundle **ret_bundle)
{
	const struct ruleset_options options = { .jit = JIT_USED, .gate = true, .watch = watch };

	return bundle_load(directories, count, NULL, &options, false, problems, ret_bundle);
}

int
ctl_bundle_report(const char *const *directories, size_t count, struct problems *problems, int r)
{
	char names[512];

	report_problems(stderr, problems, PROBLEM_WARNING);
	if (r < 0)
		ctl_complain("cannot use the rules in %s: %s",
			     ctl_names(directories, count, names, sizeof(names)),
			     problems->errors ? "see the errors above" : strerror(-r));
	problems_free(problems);
	return r < 0 ? CTL_USAGE : CTL_OK;
}

int
ctl_bundle(const char *const *directories, size_t count, struct bundle **ret_bundle)
{
	return ctl_bundle_watched(directories, count, NULL, ret_bundle);
}

int
ctl_bundle_watched(const char *const *directories, size_t count, const struct ruleset_watch *watch,
		   struct bundle **ret_bundle)
{
	const char *usual = RULES_DIR;
	struct problems problems = { .count = 0 };
	struct stat st;
	int r;

	if (count == 0) {
		if (stat(usual, &st) < 0 || !S_ISDIR(st.st_mode))
			usual = "rules";
		if (stat(usual, &st) < 0 || !S_ISDIR(st.st_mode)) {
			ctl_complain("there are no rules: neither in " RULES_DIR
				     " nor in ./rules; say where with --rules DIR");
			return CTL_USAGE;
		}
		directories = &usual;
		count = 1;
	}
	r = ctl_bundle_load(directories, count, watch, &problems, ret_bundle);
	return ctl_bundle_report(directories, count, &problems, r);
}

int
ctl_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return CTL_OK;
	ctl_complain("cannot write the answer to standard output: %s", strerror(errno));
	return CTL_FAILED;
}

int
ctl_print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	return ctl_flush();
}
