/*
 * clock: what time it is, so that tests can move it.
 *
 * Decisions (due times, ages, dates in drafts) ask a struct clock. Waiting (poll, back-off) is real
 * time and does not go through here.
 */
#ifndef DAEMON_CLOCK_H
#define DAEMON_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

struct clock {
	/* Milliseconds since the epoch, UTC. */
	int64_t (*now_ms)(const struct clock *clock);
};

/*
 * The machine's clock. In a build with TRIAGED_TEST_HOOKS it is ahead (or behind) by the seconds
 * that the file $TRIAGED_TEST_CLOCK names now, so that a test can live through days.
 */
extern const struct clock clock_system;

/* What a mail server's clock said, by clock_system: tests move the server's clock along. */
int64_t
clock_server_ms(int64_t ms);

/*
 * How long to wait (at most wait_ms) before the clock is to be looked at again. Shorter only where
 * a test may move it.
 */
int64_t
clock_wait_ms(int64_t wait_ms);

/* A clock that stands still until it is moved. May be moved while others read it. */
struct clock_manual {
	struct clock clock;
	_Atomic int64_t now;
};

void
clock_manual_init(struct clock_manual *manual, int64_t now_ms);

static inline int64_t
clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock);
}

/* The day in the machine's time zone, as the number YYYYMMDD. */
long
clock_day(const struct clock *clock);

/* Nanoseconds that only go forward, for what takes little time. */
uint64_t
clock_monotonic_ns(void);

/* Milliseconds that only go forward, for deadlines. */
int64_t
clock_monotonic_ms(void);

/* Such a time for calls that wait until a moment of CLOCK_MONOTONIC. */
static inline struct timespec
clock_monotonic_at(int64_t monotonic_ms)
{
	return (struct timespec){ .tv_sec = monotonic_ms / 1000,
				  .tv_nsec = monotonic_ms % 1000 * 1000000 };
}

#endif
