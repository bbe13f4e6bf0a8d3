/*
 * test_header: fields, unfolding, encoded words, parameters, addresses, message-ids and dates, also
 * broken ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/field.h"
#include "filters/header.h"
#include "filters/limits.h"

static struct arena *arena;
static struct reader reader;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	reader_init(&reader, arena);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	reader_close(&reader);
	arena_free(arena);
	return 0;
}

/* The block's fields as "Name=value|Name=value#body". */
static const char *
block(const char *text, size_t len)
{
	struct buf out = { .arena = arena };
	struct header *headers;
	size_t count, body;

	reader.notes = 0;
	assert_int_equal(header_block(&reader, text, len, &headers, &count, &body), 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s%.*s=%s", i ? "|" : "", (int)headers[i].name.len,
			   headers[i].name.at, headers[i].value);
	buf_printf(&out, "#%.*s", (int)(len - body), text + body);
	return buf_string(&out);
}

static const char *
block_of(const char *text)
{
	return block(text, strlen(text));
}

static const char *
decode(const char *text)
{
	const char *value = header_decode(&reader, text, strlen(text));

	assert_non_null(value);
	return value;
}

static void
fields_and_body(void **state)
{
	(void)state;
	assert_string_equal(block_of("A: 1\r\nB:2\r\n\r\nbody"), "A=1|B=2#body");
	assert_string_equal(block_of("A : 1\nB:\n\nbody"), "A=1|B=#body");
	assert_string_equal(block_of("A: 1\r\r\nB: 2\r\r\n\r\r\nbody"), "A=1|B=2#body");
	assert_string_equal(block_of("A: 1\r\nB: 2\n\nbody"), "A=1|B=2#body");
	assert_string_equal(block_of("A: 1"), "A=1#");
	assert_string_equal(block_of("\nbody"), "#body");
	assert_string_equal(block_of(""), "#");
	assert_int_equal(reader.notes, 0);
	assert_string_equal(block_of("only words\nand more"), "#only words\nand more");
	assert_string_equal(block("A: x\0y\n\nz", 9), "A=x\xef\xbf\xbdy#z");
}

static void
folded_lines(void **state)
{
	(void)state;
	assert_string_equal(block_of("A: 1\r\n 2\r\n\t3\r\n\r\n"), "A=1 2 3#");
	assert_string_equal(block_of("A:\r\n 1\r\n\r\n"), "A=1#");
	assert_string_equal(block_of("A: 1\n \n 2\n\n"), "A=1  2#");
	assert_int_equal(reader.notes, 0);
	/* A line broken without indenting the rest, and a body without an empty line before it. */
	assert_string_equal(block_of("Subject: one\r\ntwo\r\nB: 1\r\n\r\nx"),
			    "Subject=one two|B=1#x");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_string_equal(block_of("A: 1\nDear Sir or Madam,\nno empty line"),
			    "A=1#Dear Sir or Madam,\nno empty line");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_string_equal(block_of("A: 1\n--b:1\n"), "A=1#--b:1\n");
}

static void
header_limits(void **state)
{
	char *text = malloc(3u << 20), *at = text;
	struct header *headers;
	size_t count, body;

	(void)state;
	if (!text)
		abort();
	for (int i = 0; i < LIMIT_HEADERS + 5; i++)
		at += sprintf(at, "X-%d: y\n", i);
	at += sprintf(at, "\nbody");
	reader.notes = 0;
	assert_int_equal(header_block(&reader, text, (size_t)(at - text), &headers, &count, &body),
			 0);
	assert_int_equal(count, LIMIT_HEADERS);
	assert_string_equal(text + body, "body");
	assert_int_equal(reader.notes, NOTE_CUT_HEADERS);

	at = text + sprintf(text, "A: ");
	memset(at, 'x', LIMIT_HEADER_BYTES + 1);
	strcpy(at + LIMIT_HEADER_BYTES + 1, "\n\nbody");
	reader.notes = 0;
	assert_int_equal(header_block(&reader, text, strlen(text), &headers, &count, &body), 0);
	assert_int_equal(strlen(headers[0].value), LIMIT_HEADER_BYTES);
	assert_int_equal(reader.notes, NOTE_CUT_HEADERS);

	at = text;
	while (at - text <= LIMIT_HEADER_BLOCK)
		at += sprintf(at, "A: %01000d\n", 1);
	sprintf(at, "Late: 1\n\nbody");
	reader.notes = 0;
	assert_int_equal(header_block(&reader, text, strlen(text), &headers, &count, &body), 0);
	assert_null(header_find(headers, count, "Late"));
	assert_string_equal(text + body, "body");
	assert_true(reader.notes & NOTE_CUT_HEADERS);
	free(text);
}

static void
encoded_words(void **state)
{
	(void)state;
	assert_string_equal(decode("=?utf-8?B?7ZmY67aI?="), "환불");
	assert_string_equal(decode("=?UTF-8?b?7ZmY67aI?= please"), "환불 please");
	assert_string_equal(decode("Re: =?utf-8?Q?caf=C3=A9_au_lait?="), "Re: café au lait");
	assert_string_equal(decode("=?iso-8859-1?q?caf=e9?="), "café");
	assert_string_equal(decode("=?ks_c_5601-1987?B?yK+60g==?="), "환불");
	assert_string_equal(decode("=?utf-8*ko?B?7ZmY67aI?="), "환불");
	assert_string_equal(decode("=?utf-8?Q?a?= =?utf-8?Q?b?="), "ab");
	assert_string_equal(decode("=?utf-8?Q?a?=  \t =?iso-8859-1?Q?=E9?="), "aé");
	assert_string_equal(decode("=?utf-8?Q?a?= b =?utf-8?Q?c?="), "a b c");
	assert_string_equal(decode("a =?= b =? c ?= =?x?"), "a =?= b =? c ?= =?x?");
	assert_string_equal(decode("=?utf-8?X?abc?="), "=?utf-8?X?abc?=");
	assert_string_equal(decode("=?utf-8?Q?"
				   "?="),
			    "");
	/* What comes out is text: no line may be smuggled in. */
	assert_string_equal(decode("=?utf-8?Q?a=0D=0ABcc:_x?="), "a Bcc: x");
	assert_string_equal(decode("=?utf-8?Q?a=00b?="), "a\xef\xbf\xbd"
							 "b");
}

static void
broken_encoded_words(void **state)
{
	(void)state;
	/* Split inside a character; in another spelling of the charset; inside a base64 group. */
	assert_string_equal(decode("=?utf-8?Q?=ED=99?= =?utf-8?Q?=98=EB=B6=88?="), "환불");
	assert_string_equal(decode("=?EUC-KR?Q?=C8?= =?ks_c_5601-1987?Q?=AF=BA=D2?="), "환불");
	assert_string_equal(decode("=?utf-8?B?7ZmY67?= =?utf-8?B?aI?="), "환불");
	/* Padding missing, in the middle of a list of words too. */
	assert_string_equal(decode("=?utf-8?B?YQ?= =?utf-8?B?Yg?="), "ab");
	/* No space around, raw spaces inside, no end, a raw question mark. */
	assert_string_equal(decode("=?utf-8?B?7ZmY?==?utf-8?B?67aI?="), "환불");
	assert_string_equal(decode("Re:=?utf-8?B?7ZmY67aI?=!"), "Re:환불!");
	assert_string_equal(decode("=?utf-8?Q?two words?="), "two words");
	assert_string_equal(decode("=?utf-8?Q?why?_?="), "why? ");
	assert_string_equal(decode("=?utf-8?B?7ZmY67aI"), "환불");
	assert_string_equal(decode("=?utf-8?B?7ZmY67aI?"), "환불");
	assert_string_equal(decode("=?utf-8?B?7ZmY =?utf-8?B?67aI?="), "환불");
	assert_string_equal(decode("=?utf-8?Q?50=?="), "50=");
	/* Split after one letter of a base64 group, and inside an =XX. */
	assert_string_equal(decode("=?utf-8?B?7ZmY6?= =?utf-8?B?7aI?="), "환불");
	assert_string_equal(decode("=?utf-8?B?7?= =?utf-8?B?ZmY67aI?="), "환불");
	assert_string_equal(decode("=?utf-8?Q?=E?= =?utf-8?Q?D=99=98?="), "환");
	assert_string_equal(decode("=?utf-8?Q?=ED=?= =?utf-8?Q?99=98?="), "환");
	assert_string_equal(decode("=?utf-8?Q?a=?= =?utf-8?Q?zz?="), "a=zz");
	assert_string_equal(decode("=?utf-8?B?YWI=?"), "ab");
	/* Raw 8-bit text. */
	assert_string_equal(decode("환불"), "환불");
	assert_string_equal(decode("\xc8\xaf\xba\xd2 \xba\xce\xc5\xb9"), "환불 부탁");
	assert_string_equal(decode("\xc8\xaf\xba\xd2 =?utf-8?B?67aI?="), "환불 불");
}

static void
header_charset_from_the_body(void **state)
{
	(void)state;
	assert_string_equal(block_of("Subject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; "
				     "charset=windows-1251\n\n"),
			    "Subject=Привет|Content-Type=text/plain; charset=windows-1251#");
	reader.hint = 0;
}

static const char *
parameter_of(const char *text, const char *name)
{
	static struct parameters p;

	reader.notes = 0;
	assert_int_equal(field_parameters(&reader, text, strlen(text), &p), 0);
	return name ? parameter(&p, name) : p.token;
}

static void
parameters(void **state)
{
	(void)state;
	assert_string_equal(parameter_of("Text/HTML; charset=\"EUC-KR\"", NULL), "text/html");
	assert_string_equal(parameter_of("text/html (hi; there) ; charset=utf-8", NULL),
			    "text/html");
	assert_string_equal(parameter_of("Text/HTML; Charset=\"EUC-KR\" ; x=y", "charset"),
			    "EUC-KR");
	assert_string_equal(parameter_of("a/b; boundary=\"a;b\\\"c\"; x=y", "boundary"), "a;b\"c");
	assert_string_equal(parameter_of("a/b; boundary=\"a;b\\\"c\"; x=y", "x"), "y");
	assert_string_equal(parameter_of("a/b; (c;d=e) name = two words.txt ; x=1", "name"),
			    "two words.txt");
	assert_string_equal(parameter_of("a/b; name=\"C:\\dir\\a.txt\"", "name"), "C:\\dir\\a.txt");
	assert_string_equal(parameter_of("a/b; name=\"no end.txt; x=1", "name"), "no end.txt");
	assert_string_equal(parameter_of("a/b; ;; =x; name; name=a", "name"), "a");
	assert_string_equal(parameter_of("a/b; name=a; name=b", "name"), "a");
	assert_string_equal(parameter_of("", NULL), "");
	/*
	 * RFC 2231: charset, continuation, both, out of order, without the quotes it should have.
	 */
	assert_string_equal(parameter_of("a/b; name*=utf-8'ko'%ED%99%98.txt", "name"), "환.txt");
	assert_string_equal(parameter_of("a/b; name*=euc-kr''%C8%AF%BA%D2.txt", "name"),
			    "환불.txt");
	assert_string_equal(parameter_of("a/b; name*0=ab; name*1=cd; name*2=ef", "name"), "abcdef");
	assert_string_equal(
		parameter_of("a/b; name*1*=%98.t; name*0*=utf-8''%ED%99; name*2=xt", "name"),
		"환.txt");
	assert_string_equal(parameter_of("a/b; name*=%ED%99%98.txt", "name"), "환.txt");
	assert_string_equal(parameter_of("a/b; name*0=a; name*2=c", "name"), "a");
	/* RFC 2047, where it may not be, and raw 8-bit. */
	assert_string_equal(parameter_of("a/b; name=\"=?utf-8?B?7ZmYLnR4dA==?=\"", "name"),
			    "환.txt");
	assert_string_equal(parameter_of("a/b; name==?utf-8?B?7ZmYLnR4dA==?=", "name"), "환.txt");
	assert_string_equal(parameter_of("a/b; name=\"\xc8\xaf\xba\xd2.txt\"", "name"), "환불.txt");
	assert_string_equal(parameter_of("a/b; name*99999999999999=a; x=1", "x"), "1");
}

/* As mailers break them: a space for the semicolon, two of one name, lines cut anywhere. */
static void
broken_parameters(void **state)
{
	(void)state;
	assert_string_equal(parameter_of("text/plain charset=euc-kr", "charset"), "euc-kr");
	assert_string_equal(parameter_of("attachment filename=\"a b\"; size=1", "filename"), "a b");
	assert_string_equal(parameter_of("text / plain; charset=x", "charset"), "x");
	assert_string_equal(parameter_of("a/b; name=x.pdf; name*=UTF-8''%ED%99%98.pdf", "name"),
			    "환.pdf");
	assert_string_equal(parameter_of("a/b; name*=UTF-8''%ED%99%98.pdf; name=x.pdf", "name"),
			    "환.pdf");
	assert_string_equal(parameter_of("a/b; name*0*=UTF-8''%ED%9; name*1*=9%98.pdf", "name"),
			    "환.pdf");
	assert_string_equal(parameter_of("a/b; name*1*=EUC-KR''%C8%AF; name*2=%41.pdf", "name"),
			    "환%41.pdf");
	assert_string_equal(parameter_of("a/b; name*0=a; name*1*=%62; name=c", "name"), "ab");
}

static void
parameter_limit(void **state)
{
	char text[4096], *at = text + sprintf(text, "a/b");

	(void)state;
	for (int i = 0; i < LIMIT_PARAMETERS; i++)
		at += sprintf(at, "; p%d=%d", i, i);
	assert_string_equal(parameter_of(text, "p63"), "63");
	assert_int_equal(reader.notes, 0);
	sprintf(at, "; late=1");
	assert_string_equal(parameter_of(text, "late"), "");
	assert_int_equal(reader.notes, NOTE_CUT_HEADERS);
}

/* The list as "name <address>|name <address>". */
static const char *
addresses(const char *text)
{
	struct buf out = { .arena = arena };
	struct addresses list = { 0 };

	reader.notes = 0;
	assert_int_equal(field_addresses(&reader, text, strlen(text), &list), 0);
	for (size_t i = 0; i < list.count; i++)
		buf_printf(&out, "%s%s <%s>", i ? "|" : "", list.list[i].name,
			   list.list[i].address);
	return buf_string(&out);
}

static void
address_lists(void **state)
{
	(void)state;
	assert_string_equal(addresses("a@Example.COM"), " <a@example.com>");
	assert_string_equal(addresses("Kim <Kim@Example.com>, b@example.net"),
			    "Kim <Kim@example.com>| <b@example.net>");
	assert_string_equal(addresses("\"Kim, Lee <x@example.org>\" <a@example.com>"),
			    "Kim, Lee <x@example.org> <a@example.com>");
	assert_string_equal(addresses("\"a \\\"b\\\"\" <a@example.com>"),
			    "a \"b\" <a@example.com>");
	assert_string_equal(addresses("a@example.com (Kim (the one))"),
			    "Kim (the one) <a@example.com>");
	assert_string_equal(addresses("=?utf-8?B?6rmA?= <a@example.com>"), "김 <a@example.com>");
	assert_string_equal(addresses("\"=?utf-8?B?6rmA?=\" <a@example.com>"),
			    "김 <a@example.com>");
	assert_string_equal(addresses("=?utf-8?Q?Kim, Lee?= <a@example.com>"),
			    "Kim, Lee <a@example.com>");
	assert_string_equal(addresses("\xb1\xe8\xc3\xb6\xbc\xf6 <a@example.com>"),
			    "김철수 <a@example.com>");
	assert_string_equal(addresses("'Kim' <a@example.com>; <b@example.com>"),
			    "Kim <a@example.com>| <b@example.com>");
	assert_string_equal(addresses("<@relay.example:a@example.com>"), " <a@example.com>");
	assert_string_equal(addresses("Team: a@example.com, B <b@example.com>; c@example.com"),
			    "Team <>| <a@example.com>|B <b@example.com>| <c@example.com>");
	assert_string_equal(addresses("Kim, Chulsoo <a@example.com>, b@example.com"),
			    "Kim, Chulsoo <a@example.com>| <b@example.com>");
	assert_string_equal(addresses("Kim, b@example.com"), "Kim <>| <b@example.com>");
	assert_string_equal(addresses("undisclosed-recipients:;"), "undisclosed-recipients <>");
	assert_string_equal(addresses(""), "");
	assert_string_equal(addresses(" , ,, "), "");
}

static void
broken_addresses(void **state)
{
	(void)state;
	assert_string_equal(addresses("Kim a@example.com"), "Kim <a@example.com>");
	assert_string_equal(addresses("Kim <a@example.com"), "Kim <a@example.com>");
	assert_string_equal(addresses("Kim <a@example.com, b@example.com"),
			    "Kim <a@example.com>| <b@example.com>");
	assert_string_equal(addresses("\"Kim <a@example.com>"), "Kim <a@example.com>");
	assert_string_equal(addresses("Kim <>"), "Kim <>");
	assert_string_equal(addresses("just words"), "just words <>");
	assert_string_equal(addresses("a @ example.com"), " <a@example.com>");
	assert_string_equal(addresses("<mailto:a@example.com>"), " <a@example.com>");
	assert_string_equal(addresses("a@example.com <a@example.com>"),
			    "a@example.com <a@example.com>");
	assert_string_equal(addresses("<a@example.com> <b@example.com>"), " <a@example.com>");
	assert_string_equal(addresses("(open comment a@example.com"),
			    "open comment a@example.com <>");
	/* A display name cannot pose as the address. */
	assert_string_equal(addresses("=?utf-8?Q?boss=40example=2Ecom_=3Cboss=40example=2Ecom=3E?= "
				      "<evil@example.net>"),
			    "boss@example.com <boss@example.com> <evil@example.net>");
}

static void
address_limit(void **state)
{
	char *text = malloc(64 * LIMIT_ADDRESSES), *at = text;
	struct addresses list = { 0 };

	(void)state;
	for (int i = 0; i < LIMIT_ADDRESSES + 1; i++)
		at += sprintf(at, "a%d@example.com, ", i);
	reader.notes = 0;
	assert_int_equal(field_addresses(&reader, text, strlen(text), &list), 0);
	assert_int_equal(list.count, LIMIT_ADDRESSES);
	assert_string_equal(list.list[LIMIT_ADDRESSES - 1].address, "a499@example.com");
	assert_int_equal(reader.notes, NOTE_CUT_HEADERS);
	free(text);
}

static const char *
ids(const char *text)
{
	struct buf out = { .arena = arena };
	const char **list;
	size_t count;

	assert_int_equal(field_message_ids(&reader, text, strlen(text), &list, &count), 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s%s", i ? "|" : "", list[i]);
	return buf_string(&out);
}

static void
message_ids(void **state)
{
	char text[2 * LIMIT_MESSAGE_ID];

	(void)state;
	assert_string_equal(ids("<a@b>"), "<a@b>");
	assert_string_equal(ids("<a@b> <c@d>\t<e@f>"), "<a@b>|<c@d>|<e@f>");
	assert_string_equal(ids("<a@b><c@d>,<e@f>"), "<a@b>|<c@d>|<e@f>");
	assert_string_equal(ids("a@b"), "<a@b>");
	assert_string_equal(ids("Your mail of Monday <a@b>"), "<a@b>");
	assert_string_equal(ids("<a b@c>"), "<ab@c>");
	assert_string_equal(ids("<open@b"), "<open@b>");
	assert_string_equal(ids("<> < > words"), "");
	assert_string_equal(ids("<\xc8\xaf@b> <ok@b>"), "<ok@b>");
	memset(text, 'x', sizeof(text));
	sprintf(text + LIMIT_MESSAGE_ID, "@b>");
	text[0] = '<';
	assert_string_equal(ids(text), "");
	sprintf(text + LIMIT_MESSAGE_ID - 3, "@b>");
	text[LIMIT_MESSAGE_ID] = '\0';
	assert_string_equal(ids(text), text);
}

static void
reference_limit(void **state)
{
	char text[32 * LIMIT_REFERENCES], *at = text;
	const char **list;
	size_t count;

	(void)state;
	for (int i = 0; i < LIMIT_REFERENCES + 7; i++)
		at += sprintf(at, "<%d@example.com> ", i);
	assert_int_equal(field_message_ids(&reader, text, strlen(text), &list, &count), 0);
	assert_int_equal(count, LIMIT_REFERENCES);
	assert_string_equal(list[0], "<0@example.com>");
	assert_string_equal(list[1], "<8@example.com>");
	assert_string_equal(list[count - 1], "<106@example.com>");
}

static void
dates(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706 },
		{ "21 Nov 97 09:55:06 GMT", 880106106 },
		{ "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
		{ "Thu, 1 Jan 1970 00:00:01 +0000", 1 },
		{ "Mon, 29 Feb 2016 23:59:60 +0900 (KST)", 1456757999 + 1 },
		{ "Mon, 29 Feb 2016 23:59 +09:00", 1456757940 },
		{ "Mon,29 Feb 2016 23:59:00 KST", 1456757940 },
		{ "Mon Feb 29 14:59:00 2016", 1456757940 },
		{ "2016-02-29T14:59:00Z", 1456757940 },
		{ "2016-02-29 23:59:00.123 +0900", 1456757940 },
		{ "February 29, 2016 at 2:59:00 PM GMT", 1456757940 },
		{ "Tue, 01 Mar 2016 12:00:00 AM +0000", 1456790400 },
		{ "Mon, 29 Feb 2016 14:59:00 -0000", 1456757940 },
		{ "Fri, 21 Nov 2003 09:55:06 XYZ", 1069408506 },
		{ "Wed, 31 Dec 2036 23:59:59 +0000", 2114380799 },
	};
	static const char *const bad[] = {
		"",      "yesterday",    "99 Nov 1997 09:55:06",     "21 Nov 1997 25:00:00",
		"1 2 3", "Fri, 21 1997", "1 Nov 999999999 00:00:00", "99999999999999999999",
		":::::"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(field_date(good[i].text, strlen(good[i].text)), good[i].seconds);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(field_date(bad[i], strlen(bad[i])), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_body),
		cmocka_unit_test(folded_lines),
		cmocka_unit_test(header_limits),
		cmocka_unit_test(encoded_words),
		cmocka_unit_test(broken_encoded_words),
		cmocka_unit_test(header_charset_from_the_body),
		cmocka_unit_test(parameters),
		cmocka_unit_test(broken_parameters),
		cmocka_unit_test(parameter_limit),
		cmocka_unit_test(address_lists),
		cmocka_unit_test(broken_addresses),
		cmocka_unit_test(address_limit),
		cmocka_unit_test(message_ids),
		cmocka_unit_test(reference_limit),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
