/*
 * target: see target.h.
 */
#include "target.h"

#include <ctype.h>
#include <string.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DIGITS_MAX 4

/* clang-format off */
#define HOURS(n) { .minutes = (n) * 60 }
#define DAYS(n) { .days = (n) }

const struct targets targets_default = {
	.of = {
		[SEVERITY_NONE] = { DAYS(2), DAYS(2), DAYS(10) },
		[SEVERITY_LOW] = { DAYS(2), DAYS(2), DAYS(10) },
		[SEVERITY_NORMAL] = { DAYS(1), DAYS(1), DAYS(5) },
		[SEVERITY_HIGH] = { HOURS(4), HOURS(8), DAYS(3) },
		[SEVERITY_CRITICAL] = { HOURS(1), HOURS(4), DAYS(1) },
	},
};
/* clang-format on */

const char *
target_name(enum target_clock clock)
{
	static const char *const names[] = { "first", "next", "resolve" };

	return names[clock];
}

bool
target_parse(const char *text, struct target *ret)
{
	const char *at = text;
	int n = 0;

	if (strcmp(text, "never") == 0) {
		*ret = (struct target){ .minutes = 0 };
		return true;
	}
	for (; isdigit((unsigned char)*at) && at - text < DIGITS_MAX; at++)
		n = n * 10 + (*at - '0');
	if (n == 0 || !*at || at[1])
		return false;
	switch (*at) {
	case 'm':
		*ret = (struct target){ .minutes = n };
		return true;
	case 'h':
		*ret = (struct target){ .minutes = n * 60 };
		return true;
	case 'd':
		*ret = (struct target){ .days = n };
		return true;
	default:
		return false;
	}
}

int64_t
target_due(const struct target *target, const struct calendar *calendar, const struct zone *zone,
	   int64_t from_ms)
{
	int64_t minutes = target->minutes + (int64_t)target->days * calendar_day_minutes(calendar);
	int64_t due = minutes > 0 ? calendar_add(calendar, zone, from_ms, minutes * MINUTE_MS) : 0;

	return due > 0 ? due : 0;
}
