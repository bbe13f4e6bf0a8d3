/*
 * zone: what the clock on the wall says in an account's time zone.
 *
 * Reads the machine's time zone files (RFC 8536) itself, because the C library knows only one zone
 * per process. Never changed once loaded; may be used by many threads.
 */
#ifndef DAEMON_ZONE_H
#define DAEMON_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "filters/arena.h"

struct zone;

/* Wall time. */
struct wall {
	int year, month, day; /* month and day from 1 */
	int weekday;          /* 0 Sunday ... 6 Saturday */
	int hour, minute, second;
	int offset; /* seconds east of UTC */
};

/*
 * Loads a zone by its IANA name into the arena. -ENOENT: no such zone; -EINVAL: no zone name at
 * all, or its file cannot be read as one; -ENOMEM. "UTC" needs no file.
 */
int
zone_load(struct arena *arena, const char *name, const struct zone **ret_zone);

/* zone NULL: UTC. seconds since the epoch; clamped to the years 1 to 9999. */
void
zone_wall(const struct zone *zone, int64_t seconds, struct wall *ret_wall);

/*
 * The moment at which that wall time is reached (year to second are read; a time that is skipped or
 * comes twice: the earlier).
 */
int64_t
zone_seconds(const struct zone *zone, const struct wall *wall);

#endif
