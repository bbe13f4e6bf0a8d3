/*
 * Mailbox names in modified UTF-7, as RFC 3501 section 5.1.3 has them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon/mutf7.h"

static void
becomes(const char *name, const char *expected)
{
	char out[256];

	assert_int_equal(mutf7_encode(name, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void
names_are_encoded(void **state)
{
	(void)state;
	becomes("", "");
	becomes("INBOX", "INBOX");
	becomes("Tom & Jerry", "Tom &- Jerry");
	becomes("본문", "&vPi7OA-");
	becomes("Triage/답장", "Triage/&svXHpQ-");
	becomes("Entwürfe", "Entw&APw-rfe");
	/* the example of the RFC */
	becomes("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
	/* beyond the basic plane: a surrogate pair */
	becomes("😀", "&2D3eAA-");
	becomes("é&é", "&AOk-&-&AOk-");
}

static void
bad_names_are_refused(void **state)
{
	char out[256];

	(void)state;
	assert_int_equal(mutf7_encode("a\r\nb", out, sizeof(out)), -EILSEQ);
	assert_int_equal(mutf7_encode("a\x7f", out, sizeof(out)), -EILSEQ);
	assert_int_equal(mutf7_encode("\xff\xfe", out, sizeof(out)), -EILSEQ);
	assert_int_equal(mutf7_encode("\xed\xa0\x80", out, sizeof(out)), -EILSEQ);
	assert_int_equal(mutf7_encode("cut \xea\xb0", out, sizeof(out)), -EILSEQ);
}

static void
the_room_is_kept(void **state)
{
	char out[9] = "xxxxxxxx";

	(void)state;
	assert_int_equal(mutf7_encode("본문", out, 9), 8);
	assert_int_equal(mutf7_encode("본문", out, 8), -ENAMETOOLONG);
	assert_int_equal(mutf7_encode("", out, 0), -ENAMETOOLONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_encoded),
		cmocka_unit_test(bad_names_are_refused),
		cmocka_unit_test(the_room_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
