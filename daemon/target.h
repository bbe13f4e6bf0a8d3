/*
 * target: how fast we mean to answer and to solve, by severity, in working time. Pure.
 */
#ifndef DAEMON_TARGET_H
#define DAEMON_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar.h"
#include "policy.h"

/* A span of working time. Both 0: there is no such target. */
struct target {
	int minutes;
	int days; /* each as long as the longest day of the account's week */
};

struct targets {
	struct target of[SEVERITY_CRITICAL + 1][TARGET_CLOCKS];
};

extern const struct targets targets_default;

/* "first", "next", "resolve" */
const char *
target_name(enum target_clock clock);

/* "30m", "4h", "2d", "never". False: it is none of these. */
bool
target_parse(const char *text, struct target *ret);

/* When a clock that starts at from_ms is due; 0: never. */
int64_t
target_due(const struct target *target, const struct calendar *calendar, const struct zone *zone,
	   int64_t from_ms);

#endif
