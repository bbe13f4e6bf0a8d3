/*
 * moment: a point in time as people write it.
 */
#ifndef DAEMON_MOMENT_H
#define DAEMON_MOMENT_H

#include <stdint.h>

#include "filters/arena.h"
#include "zone.h"

#define MOMENT_DAY_HOUR 17 /* what a day without a time means: the end of the working day */

/*
 * Reads "2026-12-01 10:00" (a T may stand between), "2026-12-01", or a span from now: "+30m",
 * "+2h", "+3d" (days keep the time on the clock; up to the next whole minute). zone NULL: UTC.
 * Returns milliseconds since the epoch, or -1 when it is none of these, names no day of the
 * calendar, or lies beyond the year 9999.
 */
int64_t
moment_parse(const struct zone *zone, int64_t now_ms, const char *text);

/* "2026-12-01 10:00" in that zone. In the arena; NULL when it is exhausted. */
const char *
moment_text(struct arena *arena, const struct zone *zone, int64_t ms);

#endif
