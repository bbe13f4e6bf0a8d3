/*
 * promise_due: when what was written falls due: "by Friday noon" in a mail of that moment.
 *
 * Morning ends at 12:00; the afternoon, and a day without a time, at MOMENT_DAY_HOUR; the evening
 * at 21:00. Today, once that hour has passed, means the end of the day. Weeks begin on Monday and
 * end on Friday. A weekday is the coming one, today included while its hour lies ahead; "next
 * Friday" is of the calendar week after this one. Working days are counted from the next one on. A
 * date without a year is the next such day, at most PROMISE_DATE_DAYS ahead: a day that has just
 * passed is not promised. Times on the clock are zone.h's (daylight saving).
 */
#ifndef DAEMON_PROMISE_DUE_H
#define DAEMON_PROMISE_DUE_H

#include <stdint.h>

#include "calendar.h"
#include "filters/due.h"
#include "zone.h"

#define PROMISE_DATE_DAYS 300

/*
 * Milliseconds since the epoch, after written_ms; 0 when that is no time to come. zone NULL: UTC;
 * calendar NULL: calendar_default.
 */
int64_t
promise_due(const struct due *due, int64_t written_ms, const struct zone *zone,
	    const struct calendar *calendar);

#endif
