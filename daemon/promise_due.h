/*
 * promise_due: when what was promised in words is due.
 *
 * What the words mean here:
 *   morning, noon          12:00
 *   afternoon, no time     MOMENT_DAY_HOUR, the end of the working day
 *   evening                21:00
 *   midnight               23:59 of that day
 *   today, without a time  MOMENT_DAY_HOUR; after that 23:59
 *   2시, at 5              of the working day: 1 to 7 are after noon; else before noon, or after it
 *                          when that is past today
 *   within 3 working days  the next working day is the first; the end of the third
 *   within 2 days          the end of the day after tomorrow
 *   Friday                 the coming one, today included while it is ahead
 *   next Friday            of the calendar week after this one; weeks begin on Monday
 *   this week, next week   its last working day; this one, when that is past, its Sunday 23:59
 *   end of the month       its last working day; when that is past, its last day 23:59
 *   3 December             the next one, no further ahead than PROMISE_DATE_DAYS
 *   12/3, in English       the sooner of both readings
 *   the 15th, 15일         the next one
 *   before Friday          the end of the day before
 * A time that the clock skips or has twice is the earlier one (zone.h).
 */
#ifndef DAEMON_PROMISE_DUE_H
#define DAEMON_PROMISE_DUE_H

#include <stdint.h>

#include "calendar.h"
#include "filters/commitment.h"
#include "zone.h"

#define PROMISE_DATE_DAYS 305 /* about ten months: a date without a year further ahead is past */

/*
 * The moment, in milliseconds since the epoch, at which words written at written_ms are due. zone
 * NULL: UTC. calendar NULL: calendar_default. 0: they name no time after written_ms, no day of the
 * calendar, or one that is too far away.
 */
int64_t
promise_due(const struct due *due, int64_t written_ms, const struct zone *zone,
	    const struct calendar *calendar);

#endif
