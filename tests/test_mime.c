/*
 * test_mime: part trees of sound, broken and hostile mails, and transfer encodings undone.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filters/limits.h"
#include "filters/mime.h"
#include "filters/transfer.h"

static struct arena *arena;
static struct reader reader;
static struct part *parts;
static size_t part_count;

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

static unsigned
parse_bytes(const char *text, size_t len)
{
	reader.notes = 0;
	assert_int_equal(mime_parse(&reader, text, len, &parts, &part_count), 0);
	return reader.notes;
}

/* The tree as "parent:type[body]", bodies of leaves only. */
static const char *
tree(const char *text)
{
	struct buf out = { .arena = arena };

	parse_bytes(text, strlen(text));
	for (size_t i = 0; i < part_count; i++) {
		bool leaf = i + 1 == part_count || parts[i + 1].parent != (int)i;

		buf_printf(&out, "%s%d:%s", i ? " " : "", parts[i].parent, parts[i].type);
		if (leaf)
			buf_printf(&out, "[%.*s]", (int)parts[i].body.len, parts[i].body.at);
	}
	return buf_string(&out);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static void
plain_mail(void **state)
{
	(void)state;
	assert_string_equal(tree("Subject: x\r\n\r\nhello\r\n"), "-1:text/plain[hello\r\n]");
	assert_string_equal(tree("Content-Type: text/html\n\n<p>"), "-1:text/html[<p>]");
	assert_string_equal(tree("Content-Type: nonsense\n\nx"), "-1:text/plain[x]");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_string_equal(tree(""), "-1:text/plain[]");
	assert_string_equal(tree("A: b"), "-1:text/plain[]");
}

static void
sound_multiparts(void **state)
{
	(void)state;
	assert_string_equal(tree(MIXED "preamble\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: "
				       "text/html\r\n\r\ntwo\r\n\r\n--b--\r\nepilogue"),
			    "-1:multipart/mixed 0:text/plain[one] 0:text/html[two\r\n]");
	assert_int_equal(reader.notes, 0);
	assert_string_equal(
		tree(MIXED
		     "--b  \r\nContent-Type: multipart/alternative; "
		     "boundary=\"b2\"\r\n\r\n--b2\r\n\r\none\r\n--b2\r\n"
		     "Content-Type: text/html\r\n\r\ntwo\r\n--b2--\r\n\r\n--b\r\nContent-Type: "
		     "image/png\r\n\r\nIMG\r\n--b--"),
		"-1:multipart/mixed 0:multipart/alternative 1:text/plain[one] 1:text/html[two] "
		"0:image/png[IMG]");
	assert_int_equal(reader.notes, 0);
	assert_int_equal(parts[2].depth, 2);
	assert_string_equal(tree("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
				 "in\n\nhi\n--b--\n"),
			    "-1:multipart/digest 0:message/rfc822 1:text/plain[hi]");
	assert_string_equal(tree(MIXED "--b\n\n--b\n\n--b--\n"),
			    "-1:multipart/mixed 0:text/plain[] 0:text/plain[]");
}

static void
messages_in_messages(void **state)
{
	(void)state;
	assert_string_equal(tree(MIXED "--b\nContent-Type: message/rfc822\n\nSubject: "
				       "in\nContent-Type: multipart/mixed; boundary=c\n\n"
				       "--c\n\none\n--c--\n\n--b\n\ntwo\n--b--\n"),
			    "-1:multipart/mixed 0:message/rfc822 1:multipart/mixed "
			    "2:text/plain[one] 0:text/plain[two]");
	assert_string_equal((const char *)parts[2].headers[0].value, "in");
	/* The same in base64, which RFC 2046 forbids. */
	assert_string_equal(tree("Content-Type: message/rfc822\nContent-Transfer-Encoding: "
				 "base64\n\nU3ViamVjdDogaW4KCmhpCg==\n"),
			    "-1:message/rfc822 0:text/plain[hi\n]");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
}

static void
broken_boundaries(void **state)
{
	(void)state;
	/* No closing line; a closing line of the outer one only. */
	assert_string_equal(tree(MIXED "--b\n\none\n--b\n\ntwo\n"),
			    "-1:multipart/mixed 0:text/plain[one] 0:text/plain[two\n]");
	assert_string_equal(
		tree(MIXED "--b\nContent-Type: multipart/mixed; "
			   "boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n"),
		"-1:multipart/mixed 0:multipart/mixed 1:text/plain[one] 0:text/plain[two]");
	/* Declared wrongly, or not at all: found by its looks. */
	assert_string_equal(
		tree(MIXED "--other\nContent-Type: text/html\n\none\n--other\n\ntwo\n--other--\n"),
		"-1:multipart/mixed 0:text/html[one] 0:text/plain[two]");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_string_equal(tree("Content-Type: multipart/mixed\n\n--x\ncontent-type: "
				 "text/html\n\none\n--x--\n"),
			    "-1:multipart/mixed 0:text/html[one]");
	assert_string_equal(tree("Content-Type: multipart/mixed\n\njust text\n"),
			    "-1:multipart/mixed[just text\n]");
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	/*
	 * One boundary is the beginning of another; both levels use the same; parts go on behind
	 * the end.
	 */
	assert_string_equal(
		tree(MIXED "--b\nContent-Type: multipart/mixed; "
			   "boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n"),
		"-1:multipart/mixed 0:multipart/mixed 1:text/plain[one] 0:text/plain[two]");
	assert_string_equal(
		tree(MIXED "--b\nContent-Type: multipart/mixed; "
			   "boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n"),
		"-1:multipart/mixed 0:multipart/mixed 1:text/plain[one] 0:text/plain[two]");
	assert_string_equal(tree(MIXED "--b\n\none\n--b--\n--b\n\ntwo\n--b--\n"),
			    "-1:multipart/mixed 0:text/plain[one] 0:text/plain[two]");
	/* A part without the empty line behind its header, and one with no header at all. */
	assert_string_equal(tree(MIXED "--b\nContent-Type: text/html\n--b\nwords only\n--b--\n"),
			    "-1:multipart/mixed 0:text/html[] 0:text/plain[words only]");
	assert_string_equal(tree(MIXED "--b \t\r\n\none\r\n--b-\r\n--bb\r\n-b\r\n--b--\r\n"),
			    "-1:multipart/mixed 0:text/plain[one\r\n--b-\r\n--bb\r\n-b]");
}

static void
part_fields(void **state)
{
	(void)state;
	tree("Content-Type: application/pdf; name=\"old.pdf\"; charset=X\nContent-Disposition: "
	     "attachment;\n filename*=utf-8''%ED%99%98.pdf\n"
	     "Content-ID: <id@example.com>\nContent-Transfer-Encoding: BASE64 (really)\n\nAAAA");
	assert_string_equal(parts[0].filename, "환.pdf");
	assert_string_equal(parts[0].charset, "x");
	assert_string_equal(parts[0].content_id, "id@example.com");
	assert_true(parts[0].attachment);
	assert_int_equal(parts[0].encoding, ENCODING_BASE64);
	tree("Content-Type: text/plain; name=a.txt\nContent-Transfer-Encoding: "
	     "quoted-printable\n\nx");
	assert_false(parts[0].attachment);
	assert_int_equal(parts[0].encoding, ENCODING_QUOTED_PRINTABLE);
	tree("Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: x-odd\n\nx");
	assert_true(parts[0].attachment);
	assert_int_equal(parts[0].encoding, ENCODING_NONE);
	assert_int_equal(reader.notes, NOTE_BROKEN_MIME);
	assert_int_equal(
		parse_bytes("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
			    64),
		NOTE_ENCRYPTED);
	assert_true(parts[0].encrypted);
	tree("Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: "
	     "application/pgp-encrypted\n\nVersion: 1\n--b--\n");
	assert_int_equal(reader.notes, NOTE_ENCRYPTED);
	tree("Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n");
	assert_int_equal(reader.notes, 0);
}

static void
long_file_name(void **state)
{
	struct buf text = { .arena = arena };

	(void)state;
	buf_printf(&text, "Content-Type: image/png; name=\"");
	for (int i = 0; i < LIMIT_FILENAME / 3 + 1; i++)
		buf_printf(&text, "환");
	buf_printf(&text, "\"\n\nx");
	assert_int_equal(parse_bytes(buf_string(&text), text.len),
			 NOTE_CUT_HEADERS | NOTE_CHARSET_GUESSED);
	assert_int_equal(strlen(parts[0].filename), LIMIT_FILENAME / 3 * 3);
}

static void
too_many_parts(void **state)
{
	struct buf text = { .arena = arena };

	(void)state;
	buf_printf(&text, MIXED);
	for (int i = 0; i < LIMIT_PARTS - 1; i++)
		buf_printf(&text, "--b\n\n%d\n", i);
	assert_int_equal(parse_bytes(buf_string(&text), text.len), 0);
	assert_int_equal(part_count, LIMIT_PARTS);
	buf_printf(&text, "--b\n\none more\n--b--\n");
	assert_int_equal(parse_bytes(buf_string(&text), text.len), NOTE_CUT_PARTS);
	assert_int_equal(part_count, LIMIT_PARTS);
	assert_int_equal(parts[LIMIT_PARTS - 1].body.len, 3);
}

static void
too_deep(void **state)
{
	struct buf text = { .arena = arena };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buf_printf(&text, "\nhi\n");
	assert_int_equal(parse_bytes(buf_string(&text), text.len), NOTE_CUT_DEPTH);
	assert_int_equal(part_count, LIMIT_DEPTH + 1);
	assert_int_equal(parts[LIMIT_DEPTH].depth, LIMIT_DEPTH);
	text.len = 0;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "Content-Type: message/rfc822\n\n");
	assert_int_equal(parse_bytes(buf_string(&text), text.len), NOTE_CUT_DEPTH);
	assert_int_equal(part_count, LIMIT_DEPTH + 1);
}

static void
long_boundaries(void **state)
{
	struct buf text = { .arena = arena };
	char boundary[LIMIT_BOUNDARY + 2];

	(void)state;
	memset(boundary, 'x', sizeof(boundary));
	boundary[LIMIT_BOUNDARY] = '\0';
	for (int i = 0; i < 2; i++) {
		text.len = 0;
		buf_printf(&text,
			   "Content-Type: multipart/mixed; boundary=%s\n\n--%s\nContent-Type: "
			   "text/html\n\nhi\n--%s--\n",
			   boundary, boundary, boundary);
		parse_bytes(buf_string(&text), text.len);
		assert_int_equal(part_count, i ? 1 : 2);
		assert_int_equal(reader.notes, i ? NOTE_BROKEN_MIME | NOTE_CUT_PARTS : 0);
		boundary[LIMIT_BOUNDARY] = 'x';
		boundary[LIMIT_BOUNDARY + 1] = '\0';
	}
}

static bool broken, cut;

static const char *
decoded(enum part_encoding encoding, const char *in, size_t max)
{
	const char *bytes;
	size_t len;

	assert_int_equal(
		transfer_decode(arena, encoding, in, strlen(in), max, &bytes, &len, &broken, &cut),
		0);
	return arena_strndup(arena, bytes, len);
}

#define SMIME "Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
#define BASE64 "Content-Transfer-Encoding: base64\n\n"

/* Signed is not encrypted, whatever the part calls itself; a signed file is no mail. */
static void
packed_parts(void **state)
{
	(void)state;
	assert_string_equal(tree(SMIME BASE64 "MEUGCSqGSIb3DQEHAqA4MDYCAQExADAtBgkqhkiG9w0BBwGgIAQe"
					      "Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxwPmhpMQA="),
			    "-1:application/pkcs7-mime 0:text/html[<p>hi]");
	assert_int_equal(reader.notes, 0);
	assert_false(parts[0].encrypted);
	assert_string_equal(tree("Content-Type: application/octet-stream; name=smime.p7m\n" BASE64
				 "MEUGCSqGSIb3DQEHAqA4MDYCAQExADAtBgkqhkiG9w0BBwGgIAQeQ29udGVudC1Ue"
				 "XBlOiB0ZXh0L2h0bWwKCjxwPmhpMQA="),
			    "-1:application/octet-stream 0:text/html[<p>hi]");
	parse_bytes(SMIME BASE64
		    "MDEGCSqGSIb3DQEHAqAkMCICAQExADAZBgkqhkiG9w0BBwGgDAQKJVBERi0xLjQgeDEA",
		    strlen(SMIME BASE64) + 68);
	assert_int_equal(part_count, 1);
	assert_false(parts[0].encrypted);
	parse_bytes(SMIME BASE64 "MBIGCSqGSIb3DQEHA6AFMAMCAQA=", strlen(SMIME BASE64) + 28);
	assert_int_equal(part_count, 1);
	assert_true(parts[0].encrypted);
	assert_int_equal(reader.notes, NOTE_ENCRYPTED);
	/* Messages that are said to be quoted-printable, and are or are not. */
	assert_string_equal(tree("Content-Type: message/rfc822\nContent-Transfer-Encoding: "
				 "quoted-printable\n\nContent-Type: text/html; "
				 "charset=3Dutf-8\n\na=3Db\n"),
			    "-1:message/rfc822 0:text/html[a=b\n]");
	assert_string_equal(tree("Content-Type: message/rfc822\nContent-Transfer-Encoding: "
				 "quoted-printable\n\nContent-Type: text/html; "
				 "charset=utf-8\n\na=3Db\n"),
			    "-1:message/rfc822 0:text/html[a=3Db\n]");
}

/* Copies of copies end before they fill the memory. */
static void
packed_bomb(void **state)
{
	static const char head[] = "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
				   "quoted-printable\n\n";
	size_t len = 3u << 20, at = 0;
	char *bytes = malloc(len);
	size_t before = arena_used(arena);

	(void)state;
	memset(bytes, 'a', len);
	for (int i = 0; i < LIMIT_DEPTH - 1; i++, at += sizeof(head) - 1)
		memcpy(bytes + at, head, sizeof(head) - 1);
	assert_true(parse_bytes(bytes, len) & NOTE_CUT_DEPTH);
	assert_true(arena_used(arena) - before < 2 * LIMIT_MESSAGE_BYTES);
	free(bytes);
}

static void
fields_spelt_oddly(void **state)
{
	static const char *const base64s[] = { "BASE64", "Base 64", "\"base64\"", "x-base64",
					       "B64" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(base64s) / sizeof(*base64s); i++) {
		snprintf(text, sizeof(text), "Content-Transfer-Encoding: %s\n\nx", base64s[i]);
		assert_int_equal(parse_bytes(text, strlen(text)), 0);
		assert_int_equal(parts[0].encoding, ENCODING_BASE64);
	}
	parse_bytes("Content-Transfer-Encoding: quoted_printable (x)\n\nx", 48);
	assert_int_equal(parts[0].encoding, ENCODING_QUOTED_PRINTABLE);
	/* A gateway's own field before the mail's. */
	assert_string_equal(tree("Content-Type: text/plain\n" MIXED "--b\n\none\n--b--\n"),
			    "-1:multipart/mixed 0:text/plain[one]");
	assert_string_equal(tree("Content-Type: html\n\nx"), "-1:text/html[x]");
	assert_string_equal(tree("Content-Type: text/htm\n\nx"), "-1:text/html[x]");
	assert_string_equal(
		tree("Content-Type: multipart/mixed boundary=\"b\"\n\n--b\n\none\n--b--"),
		"-1:multipart/mixed 0:text/plain[one]");
	/* The empty line before the words is missing, and the first of them has a colon. */
	assert_string_equal(tree(MIXED "--b\nOrder: 12\nplease refund\n--b--\n"),
			    "-1:multipart/mixed 0:text/plain[Order: 12\nplease refund]");
}

static void
base64(void **state)
{
	const enum part_encoding b = ENCODING_BASE64;

	(void)state;
	assert_string_equal(decoded(b, "aGVsbG8gd29ybGQ=\r\n", 100), "hello world");
	assert_string_equal(decoded(b, "aGVs\r\nbG8gd2\r\n9ybGQ=\r\n", 100), "hello world");
	assert_string_equal(decoded(b, "aGVsbG8gd29ybGQ", 100), "hello world");
	assert_false(broken);
	assert_string_equal(decoded(b, "", 100), "");
	assert_string_equal(decoded(b, "aGVsbG8gd29ybGQ=", 5), "hello");
	assert_true(cut);
	/* Two texts one after the other, a foreign letter, and a list server's footer behind it. */
	assert_string_equal(decoded(b, "aGVsbG8=\naGVsbG8=\n", 100), "hellohello");
	assert_string_equal(decoded(b, "aGVsbG8gd29ybGQgaGVsbG8!gd29ybGQ=\n", 100),
			    "hello world hello world");
	assert_true(broken);
	assert_string_equal(decoded(b,
				    "aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91LCBteSBmcmllbmQ/"
				    "IFdlIGFyZSBhbGwgd2VsbCBoZXJlLCB0aGFua3Mu\n"
				    "aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91LCBteSBmcmllbmQ/"
				    "IFdlIGFyZSBhbGwgd2VsbCBoZXJlLCB0aGFua3Mu\n-- \n"
				    "The list, read at list.example\n",
				    1000),
			    "hello world, how are you, my friend? We are all well here, thanks."
			    "hello world, how are you, my friend? We are all well here, thanks.-- "
			    "\nThe list, read at list.example\n");
	assert_true(broken);
	/* Not base64 at all: words are shown as they are. */
	assert_string_equal(decoded(b, "Dear all, I want my money back.", 100),
			    "Dear all, I want my money back.");
	assert_true(broken);
}

/* Words that all letters of base64 could be, and base64 that is odd. */
static void
words_or_base64(void **state)
{
	const enum part_encoding b = ENCODING_BASE64;
	static const char line[] = "SSB3YW50IG15IG1vbmV5IGJhY2ssIGFuZCBJIHdhbnQgaXQgYmFjayBub3cs";

	(void)state;
	assert_string_equal(decoded(b, "refund", 100), "refund");
	assert_string_equal(decoded(b, "Thanks\r\nBob\r\n", 100), "Thanks\r\nBob\r\n");
	assert_string_equal(decoded(b, "=ED=99=98=EB=B6=88 =ED=99=98=EB=B6=88", 100),
			    "=ED=99=98=EB=B6=88 =ED=99=98=EB=B6=88");
	assert_string_equal(decoded(b, "7ZmY67aI", 100), "환불");
	assert_string_equal(decoded(b, "7ZmY 67aI 7ZW0 IOyj vOyE uOya lC4=", 100),
			    "환불해 주세요.");
	assert_int_equal(transfer_guess(line, sizeof(line) - 1), ENCODING_BASE64);
	assert_int_equal(transfer_guess(line, sizeof(line) - 2), ENCODING_NONE);
	assert_int_equal(transfer_guess("=ED=99=98=EB=B6=88=\n", 20), ENCODING_QUOTED_PRINTABLE);
	assert_int_equal(transfer_guess("a=b=c 1=2=3 =ED", 15), ENCODING_NONE);
	assert_int_equal(transfer_guess("=ED=99=98=EB=B6=88 \xed", 20), ENCODING_NONE);
	assert_int_equal(transfer_guess("", 0), ENCODING_NONE);
}

static void
quoted_printable(void **state)
{
	const enum part_encoding q = ENCODING_QUOTED_PRINTABLE;

	(void)state;
	assert_string_equal(decoded(q, "a=3Db=ed=99=98 c=\r\nd= \t\r\ne=\nf", 100), "a=b환 cdef");
	assert_false(broken);
	assert_string_equal(decoded(q, "50=% off =ZZ =4", 100), "50=% off =ZZ =4");
	assert_true(broken);
	assert_string_equal(decoded(q, "end=", 100), "end");
	assert_string_equal(decoded(q, "abcdef", 3), "abc");
	assert_true(cut);
}

static void
uuencode(void **state)
{
	const enum part_encoding u = ENCODING_UUENCODE;

	(void)state;
	assert_string_equal(
		decoded(u, "before\nbegin 644 a.txt\n+:&5L;&\\@=V]R;&0\n`\nend\nbehind\n", 100),
		"before\nhello worldbehind\n");
	assert_false(broken);
	assert_string_equal(decoded(u, "no begin\n", 100), "no begin\n");
	assert_true(broken);
	assert_string_equal(decoded(ENCODING_NONE, "=41", 100), "=41");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_mail),           cmocka_unit_test(sound_multiparts),
		cmocka_unit_test(messages_in_messages), cmocka_unit_test(broken_boundaries),
		cmocka_unit_test(part_fields),          cmocka_unit_test(long_file_name),
		cmocka_unit_test(too_many_parts),       cmocka_unit_test(too_deep),
		cmocka_unit_test(long_boundaries),      cmocka_unit_test(base64),
		cmocka_unit_test(quoted_printable),     cmocka_unit_test(uuencode),
		cmocka_unit_test(packed_parts),         cmocka_unit_test(packed_bomb),
		cmocka_unit_test(fields_spelt_oddly),   cmocka_unit_test(words_or_base64),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
