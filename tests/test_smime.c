/*
 * test_smime: the mail inside a signed message, in the ways it is wrapped, and what is no such
 * thing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "filters/arena.h"
#include "filters/smime.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define SIGNED_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define ENVELOPED_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define VERSION "\x02\x01\x01"
#define SHA1 "\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"

/* What is inside, from a copy that a sanitizer watches the end of; "none" when there is nothing. */
static const char *
content(const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);
	const char *at, *text;
	size_t inner;

	memcpy(copy, bytes, len);
	assert_int_equal(smime_content(arena, copy, len, &at, &inner), 0);
	text = at ? arena_strndup(arena, at, inner) : "none";
	free(copy);
	return text;
}

#define CONTENT(text) content(text, sizeof(text) - 1)

/* Lengths given: a mail of 5 bytes. */
#define DEFINITE                                                                                   \
	"\x30\x33" SIGNED_DATA "\xa0\x26\x30\x24" VERSION "\x31\x09" SHA1 "\x30\x14" DATA          \
	"\xa0\x07\x04\x05hello"

/* Streamed: lengths open, the content in pieces. */
#define STREAMED                                                                                   \
	"\x30\x80" SIGNED_DATA "\xa0\x80\x30\x80" VERSION "\x31\x80" SHA1 "\0\0"                   \
	"\x30\x80" DATA "\xa0\x80\x24\x80\x04\x03hel\x04\x81\x02lo\0\0\0\0\0\0\x31\0\0\0\0\0\0\0"

static void
signed_mail(void **state)
{
	(void)state;
	assert_string_equal(CONTENT(DEFINITE), "hello");
	assert_string_equal(CONTENT(STREAMED), "hello");
	/* Cut: as far as it goes. */
	assert_string_equal(content(DEFINITE, sizeof(DEFINITE) - 3), "hel");
}

static void
other_things(void **state)
{
	char bytes[sizeof(STREAMED)];

	(void)state;
	assert_string_equal(CONTENT(""), "none");
	assert_string_equal(CONTENT("Content-Type: text/plain\n\nx"), "none");
	assert_string_equal(CONTENT("\x30\x12" ENVELOPED_DATA "\xa0\x05\x30\x03" VERSION), "none");
	/* Certificates only: a SignedData without content. */
	assert_string_equal(CONTENT("\x30\x2a" SIGNED_DATA "\xa0\x1d\x30\x1b" VERSION
				    "\x31\x09" SHA1 "\x30\x0b" DATA),
			    "none");
	assert_string_equal(CONTENT("\x30\x85\x01\x01\x01\x01\x01" SIGNED_DATA), "none");
	assert_string_equal(CONTENT("\x30\x84\xff\xff\xff\xff" SIGNED_DATA), "none");
	/* Cut or changed anywhere, it must only not be misread past its end. */
	for (size_t i = 0; i < sizeof(STREAMED); i++) {
		content(STREAMED, i);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bytes, STREAMED, sizeof(STREAMED));
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			content(bytes, sizeof(bytes) - 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_mail),
		cmocka_unit_test(other_things),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
