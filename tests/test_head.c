/*
 * One field of a header block, as written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daemon/head.h"

static void
is(const char *mail, const char *name, const char *expected)
{
	char out[256];
	size_t len;
	const char *value = head_field(mail, strlen(mail), name, &len);

	assert_true(len < sizeof(out));
	assert_int_equal(head_unfold(value, len, out), strlen(expected));
	assert_string_equal(out, expected);
}

static void
fields_are_found(void **state)
{
	(void)state;
	is("Message-ID: <a@b>\r\n\r\n", "Message-ID", "<a@b>");
	is("X: y\nmessage-id:<a@b>\n", "Message-ID", "<a@b>");
	is("Date: Thu,\r\n\t1 Jan 2026\r\nX: y\r\n", "Date", "Thu,\t1 Jan 2026");
	is("Message-ID:\r\n <a@b>\r\n", "Message-ID", "<a@b>");
	is("Message-ID: <1@b>\r\nMessage-ID: <2@b>\r\n", "Message-ID", "<1@b>");
}

static void
what_is_no_field_is_not_found(void **state)
{
	(void)state;
	is("", "Date", "");
	is("Date", "Date", "");
	is("X: y\r\n\r\nDate: in the body\r\n", "Date", "");
	is("\nDate: in the body\n", "Date", "");
	is("X-Date: y\r\n Date: folded\r\n", "Date", "");
	is("Date:\r\n", "Date", "");
	is("Date:", "Date", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found),
		cmocka_unit_test(what_is_no_field_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
