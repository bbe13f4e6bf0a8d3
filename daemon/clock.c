/*
 * clock: the machine's clock and the one that tests move.
 */
#include "clock.h"

#ifdef TRIAGED_TEST_HOOKS
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_LOOK_MS 100

/* Read each time: the test writes the file while the programs run. */
static int64_t
test_shift_ms(void)
{
	const char *path = getenv("TRIAGED_TEST_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[32] = "";
	ssize_t got;

	if (fd < 0)
		return 0;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 ? strtoll(text, NULL, 10) * 1000 : 0;
}

int64_t
clock_server_ms(int64_t ms)
{
	return ms + test_shift_ms();
}

int64_t
clock_wait_ms(int64_t wait_ms)
{
	return getenv("TRIAGED_TEST_CLOCK") && wait_ms > TEST_LOOK_MS ? TEST_LOOK_MS : wait_ms;
}
#else
static int64_t
test_shift_ms(void)
{
	return 0;
}

int64_t
clock_server_ms(int64_t ms)
{
	return ms;
}

int64_t
clock_wait_ms(int64_t wait_ms)
{
	return wait_ms;
}
#endif

static int64_t
read_ms(clockid_t id)
{
	struct timespec now;

	/* Cannot fail for the two clocks asked for here: both exist on every Linux. */
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
system_now_ms(const struct clock *clock)
{
	(void)clock;
	return read_ms(CLOCK_REALTIME) + test_shift_ms();
}

const struct clock clock_system = { system_now_ms };

static int64_t
manual_now_ms(const struct clock *clock)
{
	/* The clock is the first member, so both have the same address. */
	const struct clock_manual *manual = (const struct clock_manual *)clock;

	return atomic_load(&manual->now);
}

void
clock_manual_init(struct clock_manual *manual, int64_t now_ms)
{
	manual->clock.now_ms = manual_now_ms;
	atomic_store(&manual->now, now_ms);
}

long
clock_day(const struct clock *clock)
{
	time_t seconds = (time_t)(clock_now_ms(clock) / 1000);
	struct tm tm;

	if (!localtime_r(&seconds, &tm))
		return 0;
	return (tm.tm_year + 1900L) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

uint64_t
clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t
clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}
