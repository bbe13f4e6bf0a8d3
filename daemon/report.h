/*
 * report: problems, printed for the person who must mend them: "file:line:column: error: text" and
 * an indented hint.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include <stdio.h>

#include "filters/err.h"

/* Prints every problem of at least that level, and how many more there were than the list holds. */
void
report_problems(FILE *out, const struct problems *problems, enum problem_level level);

#endif
