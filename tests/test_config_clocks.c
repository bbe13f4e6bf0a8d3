/*
 * config: hours, holidays, clocks and digest as they are read, and every mistake in them with its
 * place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config.h"

#define ACCOUNT                                                                                    \
	"accounts:\n  - {name: a, host: imap.example.com, user: a@example.com, password_command: " \
	"'cat x'"
#define SMTP "smtp: {url: 'smtp://localhost:25', from: t@example.com}\n"

static char path[] = "/tmp/triaged-clocks-XXXXXX", days[] = "/tmp/triaged-days-XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct config *
load_well(const char *text)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char line[1024];

	put(path, text);
	if (config_load(path, &problems, &config) < 0)
		fail_msg("%s", problems.count ? err_text(&problems.list[0].err, line, sizeof(line))
					      : "nothing said");
	problems_free(&problems);
	return config;
}

/* Whether the text's mistakes are these, each "line:column: words", in order. */
static void
refuses(const char *text, const char *const *expected, size_t count)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char line[1024];

	put(path, text);
	assert_int_equal(config_load(path, &problems, &config), -EINVAL);
	for (size_t i = 0; i < problems.count && i < count; i++) {
		err_text(&problems.list[i].err, line, sizeof(line));
		if (!strstr(line, expected[i]))
			fail_msg("expected \"%s\", not \"%s\"", expected[i], line);
	}
	assert_int_equal(problems.count, count);
	problems_free(&problems);
}

#define REFUSES(text, ...)                                                                         \
	refuses(text, (const char *const[]){ __VA_ARGS__ },                                        \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void
has_defaults(void **state)
{
	struct config *c = load_well(ACCOUNT "}\n");

	(void)state;
	assert_ptr_equal(c->accounts[0].calendar, &calendar_default);
	assert_int_equal(c->targets.of[SEVERITY_CRITICAL][TARGET_FIRST].minutes, 60);
	assert_int_equal(c->targets.of[SEVERITY_NORMAL][TARGET_RESOLVE].days, 5);
	assert_int_equal(c->digest.to_count, 0);
	assert_string_equal(c->digest.language, "ko");
	config_free(c);
}

static void
reads_hours_and_holidays(void **state)
{
	char text[1024];
	const struct calendar *k;
	struct config *c;

	(void)state;
	put(days, "# the shop's\n2027-01-01 New Year\n\n 2026-12-25\tChristmas\r\n2026-12-26");
	snprintf(text, sizeof(text),
		 ACCOUNT ", hours: {mon-fri: ['13:00-18:00', \"09:00-12:00\"], sat: "
			 "\"10:00-14:00\"}, holidays: [2026-10-03], holiday_file: %s}\n",
		 days);
	c = load_well(text);
	k = c->accounts[0].calendar;
	assert_int_equal(k->week[0].count, 0);
	assert_int_equal(k->week[3].count, 2);
	assert_int_equal(k->week[3].spans[0].from, 9 * 60);
	assert_int_equal(k->week[6].spans[0].to, 14 * 60);
	assert_int_equal(k->holiday_count, 4);
	assert_int_equal(k->holidays[0], 20261003);
	assert_int_equal(k->holidays[3], 20270101);
	config_free(c);
	c = load_well(ACCOUNT ", hours: {fri-mon: '22:00-06:00'}}\n");
	assert_int_equal(c->accounts[0].calendar->week[0].count, 1);
	assert_int_equal(c->accounts[0].calendar->week[2].count, 0);
	config_free(c);
}

static void
says_what_is_wrong_with_hours(void **state)
{
	char text[1024], first[128], second[128];

	(void)state;
	REFUSES(ACCOUNT ",\n hours: {mon: '9-18', moon: '09:00-10:00',\n tue: ['09:00-12:00', "
			"'11:00-13:00']}}\n",
		":3:15: hours of a day", ":3:23: \"moon\" is no day of the week",
		":4:23: tue has other hours");
	REFUSES(ACCOUNT ", hours: {}}\n", "nobody is ever at work");
	REFUSES(ACCOUNT ", hours: '09:00-18:00'}\n", "hours must name days");
	REFUSES(ACCOUNT ", hours: {mon: '22:00-06:00', tue: '05:00-12:00'}}\n",
		"the hours of mon run into those of tue");
	REFUSES(ACCOUNT ",\n holidays: [2026-02-30, 2026-12-25, [x]]}\n",
		":3:13: \"2026-02-30\" is no day", ":3:37: \"\" is no day");
	put(days, "2026-12-25\n  tomorrow\n2026-00-01 x\n");
	snprintf(text, sizeof(text), ACCOUNT ", holiday_file: %s}\n", days);
	snprintf(first, sizeof(first), "%s:2:3: \"tomorrow\" is no day", days);
	snprintf(second, sizeof(second), "%s:3:1: \"2026-00-01\" is no day", days);
	REFUSES(text, first, second);
	REFUSES(ACCOUNT ", holiday_file: /nowhere/at/all}\n", "cannot be read");
}

static void
reads_clocks(void **state)
{
	struct config *c = load_well(
		ACCOUNT
		"}\nclocks:\n  critical: {first: 30m, resolve: never}\n  low: {next: 3d}\n");
	const struct target *t = c->targets.of[SEVERITY_CRITICAL];

	(void)state;
	assert_int_equal(t[TARGET_FIRST].minutes, 30);
	assert_int_equal(t[TARGET_NEXT].minutes, 240);
	assert_int_equal(t[TARGET_RESOLVE].minutes + t[TARGET_RESOLVE].days, 0);
	assert_int_equal(c->targets.of[SEVERITY_LOW][TARGET_NEXT].days, 3);
	config_free(c);
	REFUSES(ACCOUNT "}\nclocks:\n  grave: {first: 1h}\n  high: {first: soon, second: 1h,\n "
			"next: 0h}\n",
		":4:3: ", ":5:17: first must be a span", ":5:23: ", ":6:8: next must be a span");
}

static void
reads_the_digest(void **state)
{
	struct config *c =
		load_well(ACCOUNT "}\n" SMTP "digest: {at: '07:30', to: [lead@example.com, "
				  "b@example.com], language: en, days: all, account: "
				  "a}\n");

	(void)state;
	assert_int_equal(c->digest.minute, 7 * 60 + 30);
	assert_int_equal(c->digest.to_count, 2);
	assert_string_equal(c->digest.language, "en");
	assert_string_equal(c->digest.account, "a");
	assert_true(c->digest.every_day);
	config_free(c);
	c = load_well(ACCOUNT "}\n" SMTP "digest: {to: lead@example.com, account: all}\n");
	assert_int_equal(c->digest.minute, 8 * 60);
	assert_null(c->digest.account);
	assert_false(c->digest.every_day);
	config_free(c);
	REFUSES(ACCOUNT "}\ndigest: {at: '24:00', to: [Lead <lead@example.com>],\n language: fr, "
			"days: never, account: b}\n",
		":3:9: the digest is a mail", ":3:14: at must be a time", "is no mail address",
		":4:12: language must be ko or en", ":4:22: days must be business or all",
		":4:38: there is no account");
	REFUSES(ACCOUNT "}\n" SMTP "digest: {at: '08:00'}\n", "digest needs to");
}

static int
set_up(void **state)
{
	int a = mkstemp(path), b = mkstemp(days);

	(void)state;
	close(a);
	close(b);
	return a < 0 || b < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path) + unlink(days);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(reads_hours_and_holidays),
		cmocka_unit_test(says_what_is_wrong_with_hours),
		cmocka_unit_test(reads_clocks),
		cmocka_unit_test(reads_the_digest),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
