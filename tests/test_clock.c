/*
 * The machine's clock goes on, the tests' clock stands still until it is moved.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "daemon/clock.h"

static void
system_clock_tells_the_time(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000, now = clock_now_ms(&clock_system);

	(void)state;
	assert_true(now >= before);
	assert_true(now < before + 60000);
}

static void
manual_clock_stands_until_moved(void **state)
{
	struct clock_manual manual;

	(void)state;
	clock_manual_init(&manual, 1700000000000);
	assert_int_equal(clock_now_ms(&manual.clock), 1700000000000);
	assert_int_equal(clock_now_ms(&manual.clock), 1700000000000);
	atomic_store(&manual.now, -5);
	assert_int_equal(clock_now_ms(&manual.clock), -5);
}

static void
monotonic_clock_goes_forward(void **state)
{
	int64_t last = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_ms();

		assert_true(now >= last);
		last = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_clock_tells_the_time),
		cmocka_unit_test(manual_clock_stands_until_moved),
		cmocka_unit_test(monotonic_clock_goes_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
