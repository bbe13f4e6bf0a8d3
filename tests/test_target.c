/*
 * target: spans of working time, and when they end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/moment.h"
#include "daemon/target.h"

static void
reads_spans(void **state)
{
	static const char *const none[] = {
		"", "h", "0h", "1", "1w", "1h ", "-1h", "12345m", "1 h"
	};
	struct target t;

	(void)state;
	assert_true(target_parse("90m", &t) && t.minutes == 90 && t.days == 0);
	assert_true(target_parse("4h", &t) && t.minutes == 240);
	assert_true(target_parse("2d", &t) && t.minutes == 0 && t.days == 2);
	assert_true(target_parse("never", &t) && t.minutes == 0 && t.days == 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(target_parse(none[i], &t));
}

static void
a_day_ends_at_the_same_time_of_the_next_working_day(void **state)
{
	struct target day = { .days = 1 }, never = { .minutes = 0 };
	struct calendar closed = { .holidays = NULL };
	int64_t friday = moment_parse(NULL, 0, "2026-11-27 10:20");

	(void)state;
	assert_int_equal(target_due(&day, NULL, NULL, friday),
			 moment_parse(NULL, 0, "2026-11-30 10:20"));
	assert_int_equal(target_due(&never, NULL, NULL, friday), 0);
	assert_int_equal(target_due(&day, &closed, NULL, friday), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_spans),
		cmocka_unit_test(a_day_ends_at_the_same_time_of_the_next_working_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
