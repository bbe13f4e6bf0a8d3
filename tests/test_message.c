/*
 * test_message: whole mails: which text is read, whose it is, and what is noted.
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

#include "filters/limits.h"
#include "filters/message.h"

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

static const struct message *
read_bytes(const char *text, size_t len)
{
	struct message *m;
	size_t at = 0;

	assert_int_equal(message_read(arena, text, len, false, &m), 0);
	assert_int_equal(strlen(m->body), m->body_len);
	for (size_t i = 0; i < m->segment_count; i++) {
		assert_int_equal(m->segments[i].offset, at);
		at += m->segments[i].length;
	}
	assert_int_equal(at, m->body_len);
	return m;
}

static const struct message *
read_mail(const char *text)
{
	return read_bytes(text, strlen(text));
}

static const char *
segments_of(const struct message *m, enum segment_kind kind)
{
	struct text_map *map;
	size_t len, count;
	const char *text;

	assert_int_equal(message_segments_text(m, kind, &text, &len, &map, &count), 0);
	assert_int_equal(strlen(text), len);
	for (size_t i = 0; i < count; i++)
		assert_true(map[i].offset <= len && map[i].source <= m->body_len);
	return text;
}

static void
ordinary_mail(void **state)
{
	const struct message *m = read_mail(
		"From: =?utf-8?B?6rmA?= <kim@Example.com>\r\nTo: help@example.net, "
		"b@example.net\r\n"
		"Cc: c@example.net\r\nReply-To: r@example.com\r\nSender: s@example.com\r\n"
		"Subject: =?utf-8?B?7ZmY67aI?=\r\n =?utf-8?Q?_please?=\r\n"
		"Date: Mon, 29 Feb 2016 14:59:00 +0000\r\nMessage-ID: <m@example.com>\r\n"
		"References: <a@example.com> <b@example.com>\r\nIn-Reply-To: <c@example.com>\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\nHello there,\r\nI want a "
		"refund.\r\n");

	(void)state;
	assert_string_equal(m->from.list[0].name, "김");
	assert_string_equal(m->from.list[0].address, "kim@example.com");
	assert_int_equal(m->to.count, 2);
	assert_string_equal(m->cc.list[0].address, "c@example.net");
	assert_string_equal(m->reply_to.list[0].address, "r@example.com");
	assert_string_equal(m->sender.list[0].address, "s@example.com");
	assert_string_equal(m->subject, "환불 please");
	assert_int_equal(m->date, 1456757940);
	assert_string_equal(m->message_id, "<m@example.com>");
	assert_int_equal(m->reference_count, 3);
	assert_string_equal(m->references[2], "<c@example.com>");
	assert_string_equal(m->in_reply_to, "<c@example.com>");
	assert_string_equal(m->body, "Hello there,\nI want a refund.\n");
	assert_string_equal(m->language, "en");
	assert_int_equal(m->automatic, AUTOMATIC_NO);
	assert_string_equal(m->hidden, "");
	assert_int_equal(m->notes, 0);
	assert_string_equal(message_header(m, "reply-to")->value, "r@example.com");
	assert_null(message_header(m, "X-None"));
}

static void
where_a_mail_begins(void **state)
{
	(void)state;
	assert_string_equal(
		read_mail("From a@example.com Mon Jan  1 00:00:00 2001\nSubject: x\n\nhi")->subject,
		"x");
	assert_string_equal(read_mail(">From a@example.com Mon\nSubject: x\n\nhi")->subject, "x");
	assert_string_equal(read_mail("\r\n\r\nSubject: x\r\n\r\nhi")->subject, "x");
	assert_string_equal(read_mail("\xef\xbb\xbfSubject: x\n\nhi")->subject, "x");
	assert_string_equal(read_mail("Subject: x\r\rhi\rthere")->subject, "x");
	assert_string_equal(read_mail("Subject: x\r\rhi\rthere")->body, "hi\nthere");
}

static void
odd_headers(void **state)
{
	const struct message *m = read_mail("just words, no header at all\nand more");

	(void)state;
	assert_string_equal(m->body, "just words, no header at all\nand more");
	assert_int_equal(m->notes, NOTE_NO_HEADERS);
	assert_string_equal(m->message_id, "");
	assert_string_equal(m->subject, "");
	assert_int_equal(m->from.count, 0);
	assert_int_equal(m->date, 0);
	m = read_mail("");
	assert_string_equal(m->body, "");
	assert_int_equal(m->segment_count, 0);
	assert_int_equal(m->part_count, 1);
	m = read_mail("Message-ID: <a@example.com>\nMessage-ID: <b@example.com>\n\nx");
	assert_string_equal(m->message_id, "<a@example.com>");
	assert_int_equal(m->notes, NOTE_TWO_MESSAGE_IDS);
	m = read_mail("From: a@example.com\nFrom: b@example.com\nIn-Reply-To: <x@y>\nReferences: "
		      "<x@y>\n\nx");
	assert_int_equal(m->from.count, 2);
	assert_int_equal(m->reference_count, 1);
}

#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=b\n\n"

static void
one_alternative_is_read(void **state)
{
	(void)state;
	assert_string_equal(
		read_mail(ALTERNATIVE
			  "--b\n\nThe plain words of it.\n--b\nContent-Type: text/html\n\n"
			  "<p>The plain <b>words</b> of it.</p>\n--b--\n")
			->body,
		"The plain words of it.");
	assert_string_equal(read_mail(ALTERNATIVE
				      "--b\n\nThe plain words.\n--b\nContent-Type: text/html\n\n"
				      "<p>The marked words.</p>\n--b--\n")
				    ->body,
			    "The marked words.");
	/* An empty or excusing plain text is no text. */
	assert_non_null(strstr(
		read_mail(ALTERNATIVE
			  "--b\n\n\n--b\nContent-Type: text/html\n\n<p>Real words.</p>\n--b--\n")
			->body,
		"Real words."));
	assert_non_null(strstr(
		read_mail(ALTERNATIVE
			  "--b\n\nYour program shows no HTML.\n--b\nContent-Type: text/html\n\n"
			  "<p>Give me back the money that I paid for the broken chair last week, "
			  "all of it, or"
			  " I go to court with it, as you well deserve.</p>\n--b--\n")
			->body,
		"go to court"));
	/* The only text is deeper in; a calendar beside it is not text. */
	assert_string_equal(read_mail(ALTERNATIVE
				      "--b\nContent-Type: multipart/related; "
				      "boundary=c\n\n--c\nContent-Type: text/html\n\n"
				      "<p>Only this.\n--c\nContent-Type: "
				      "image/png\n\nP\n--c--\n--b\nContent-Type: text/calendar\n\n"
				      "BEGIN:VCALENDAR\n--b--\n")
				    ->body,
			    "Only this.");
}

#define PLAIN                                                                                      \
	"--b\nContent-Type: text/plain\n\nPlain words, in full and with all that was to say.\n"
#define HTML "Content-Type: text/html\n\n<p>Marked words, in full and with all that was to say.\n"

/* The first word of the body tells which one was taken. */
static void
html_is_read_first(void **state)
{
	static const char *const marked[] = {
		ALTERNATIVE PLAIN "--b\n" HTML "--b--\n",
		ALTERNATIVE "--b\n" HTML PLAIN "--b--\n",
		ALTERNATIVE PLAIN "--b\nContent-Type: multipart/related; boundary=c\n\n--c\n" HTML
				  "--c\nContent-Type: image/png\n\nP\n--c--\n--b--\n",
		ALTERNATIVE PLAIN "--b\nContent-Type: text/x-amp-html\n\n<p>Amp\n--b\n" HTML
				  "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n"
				  "--b\nContent-Type: text/watch-html\n\n<p>Watch\n--b--\n",
		/* Inside another, and beside a file as Apple Mail puts it. */
		ALTERNATIVE PLAIN "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\n"
				  "Inner\n--c\n" HTML "--c--\n--b--\n",
		ALTERNATIVE PLAIN "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n" HTML
				  "--c\nContent-Type: application/pdf; name=a.pdf\n\nP\n--c\n"
				  "Content-Type: text/html\n\n<p>And more.\n--c--\n--b--\n",
		/* Long addresses do not make a plain text say more. */
		ALTERNATIVE
		"--b\n\nPlain <https://example.com/a/very/long/address/that/nobody/reads/"
		"and/that/goes/on/and/on>\n--b\nContent-Type: text/html\n\n<p>Marked "
		"<a href=x>\n--b--\n",
	};
	static const char *const plain[] = {
		ALTERNATIVE PLAIN
		"--b\nContent-Type: text/html\n\n<body><img src=x></body>\n--b--\n",
		ALTERNATIVE PLAIN
		"--b\nContent-Type: text/html\n\n<p style=\"display:none\">Marked\n--b--\n",
		ALTERNATIVE
		"--b\n\nPlain words that go on for a while, as there is much to say about "
		"it and what it cost.\n--b\nContent-Type: text/html\n\n<p>Text only.\n"
		"--b--\n",
		ALTERNATIVE PLAIN "--b\nContent-Type: text/x-amp-html\n\n<p>Amp\n--b--\n",
		ALTERNATIVE PLAIN "--b\nContent-Type: text/html\nContent-Disposition: attachment; "
				  "filename=a.html\n\n<p>Marked\n--b--\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(marked) / sizeof(*marked); i++)
		assert_memory_equal(read_mail(marked[i])->body, "Marked", 6);
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_memory_equal(read_mail(plain[i])->body, "Plain", 5);
}

/* An HTML that is cut makes nothing undetermined when the plain text beside it is whole. */
static void
whole_text_instead_of_cut_html(void **state)
{
	struct buf mail = { .arena = arena };
	const struct message *m;

	(void)state;
	buf_printf(&mail, "%s", ALTERNATIVE PLAIN "--b\n" HTML);
	for (size_t i = 0; i < LIMIT_HTML_BYTES + 1000; i += 16)
		buf_add(&mail, "<!-- 3456789 -->", 16);
	buf_printf(&mail, "%s", "\n--b--\n");
	m = read_bytes(mail.at, mail.len);
	assert_memory_equal(m->body, "Plain", 5);
	assert_int_equal(m->notes, 0);
}

/* Where nothing is meant to be read, what there is is read. */
static void
last_resorts(void **state)
{
	static const char mixed[] = "Content-Type: multipart/mixed; boundary=b\n\n";
	const struct message *m;
	char text[1000];

	(void)state;
	snprintf(text, sizeof(text), "%s%s", mixed,
		 "--b\n\n\n--b\nContent-Disposition: attachment; filename=a.txt\n\nRefund "
		 "me.\n--b--\n");
	m = read_mail(text);
	assert_string_equal(m->body, "Refund me.");
	assert_string_equal(m->attachment_names[0], "a.txt");
	/* No name, no file. */
	snprintf(text, sizeof(text), "%s%s", mixed,
		 "--b\n\nOne.\n--b\nContent-Disposition: attachment\n\nTwo.\n--b--\n");
	assert_string_equal(read_mail(text)->body, "One.\nTwo.");
	/* Before the first boundary, unless it is what old programs wrote there. */
	snprintf(text, sizeof(text), "%s%s", mixed,
		 "Refund me.\n--b\nContent-Type: image/png\n\nP\n--b--\n");
	assert_string_equal(read_mail(text)->body, "Refund me.\n");
	assert_int_equal(read_mail(text)->notes, NOTE_BROKEN_MIME);
	snprintf(text, sizeof(text), "%s%s", mixed,
		 "This is a message in Mime Format.\n--b\nContent-Type: image/png\n\nP\n--b--\n");
	assert_string_equal(read_mail(text)->body, "");
	/* Text of a kind that nobody knows, the first part of a mail in parts, and RTF. */
	assert_string_equal(read_mail("Content-Type: text/markdown\n\n# Refund")->body, "# Refund");
	assert_string_equal(
		read_mail("Content-Type: message/partial; id=x; number=2; total=2\n\nRefund")->body,
		"Refund");
	assert_int_equal(read_mail("Content-Type: text/rtf\n\n{\\rtf1}")->notes, NOTE_UNREAD);
}

/* winmail.dat of "refund" in code page 949, with a file a.txt in it. */
#define TNEF                                                                                       \
	"eJ8+IgEAAAeQBgAIAAAAtQMAAAAAAAAAAAEMgAIABwAAAHJlZnVuZAAAAAICkAYAAAAAAAAAAhCAAQAG"         \
	"AAAAYS50eHQAAAA=\n"

static void
files_inside_texts(void **state)
{
	const struct message *m =
		read_mail("Subject: x\n\nSee\nbegin 644 p.jpg\n#86)C\n`\nend\nit\n");

	(void)state;
	assert_string_equal(m->body, "See\nit\n");
	assert_int_equal(m->attachment_count, 1);
	assert_string_equal(m->attachment_names[0], "p.jpg");
	m = read_mail("Content-Type: application/ms-tnef; name=winmail.dat\n"
		      "Content-Transfer-Encoding: base64\n\n" TNEF);
	assert_string_equal(m->body, "refund");
	assert_int_equal(m->attachment_count, 2);
	assert_string_equal(m->attachment_names[1], "a.txt");
	m = read_mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nOuter.\n--b\n"
		      "Content-Type: application/octet-stream; name=WINMAIL.DAT\n"
		      "Content-Transfer-Encoding: base64\n\n" TNEF "--b--\n");
	assert_string_equal(m->body, "Outer.");
	assert_string_equal(m->attachment_names[1], "a.txt");
}

static void
texts_are_joined(void **state)
{
	const struct message *m =
		read_mail("Content-Type: multipart/mixed; "
			  "boundary=b\n\n--b\n\none\n--b\nContent-Type: text/plain; name=n.txt\n"
			  "Content-Disposition: inline\n\ntwo\n--b\nContent-Type: "
			  "text/plain\nContent-Disposition: attachment;"
			  " filename=\"a.txt\"\n\nthree\n--b\nContent-Type: application/pdf; "
			  "name=b.pdf\n\nfour\n--b--\n");

	(void)state;
	assert_string_equal(m->body, "one\ntwo");
	assert_int_equal(m->attachment_count, 2);
	assert_string_equal(m->attachment_names[0], "a.txt");
	assert_string_equal(m->attachment_names[1], "b.pdf");
	assert_string_equal(read_mail("Content-Disposition: attachment\n\nall there is")->body,
			    "all there is");
	assert_string_equal(
		read_mail("Content-Type: text/plain\n\n <html><body><p>marked up</p></body></html>")
			->body,
		"marked up");
	assert_string_equal(read_mail("Content-Type: application/pdf\n\nPDF")->body, "");
}

static void
text_encodings(void **state)
{
	(void)state;
	assert_string_equal(
		read_mail("Content-Type: text/plain; charset=euc-kr\nContent-Transfer-Encoding: "
			  "base64\n\nyK+60g==\n")
			->body,
		"환불");
	assert_string_equal(
		read_mail("Content-Type: text/plain; "
			  "charset=ks_c_5601-1987\nContent-Transfer-Encoding: quoted-printable\n\n"
			  "=C8=AF=BA=D2\n")
			->body,
		"환불\n");
	assert_string_equal(read_mail("Content-Type: text/html\n\n<meta "
				      "charset=\"windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>")
				    ->body,
			    "Привет");
	assert_string_equal(read_mail("Content-Type: text/plain; charset=utf-8; format=flowed; "
				      "DelSp=\"Yes\"\n\n환 \n 불해 주세요\n-- \nKim")
				    ->body,
			    "환불해 주세요\n-- \nKim");
	/* The field was lost on the way, or is another's. */
	assert_string_equal(
		read_mail("Content-Type: text/plain; charset=utf-8\n\n=ED=99=98=EB=B6=88\n")->body,
		"환불\n");
	assert_string_equal(
		read_mail("Content-Transfer-Encoding: base64\nContent-Type: text/plain; "
			  "charset=utf-8\n\n=ED=99=98=EB=B6=88\n")
			->body,
		"환불\n");
	/* A meta tag that can be read lies when it says UTF-16. */
	assert_string_equal(
		read_mail("Content-Type: text/html\n\n<meta charset=utf-16><p>환불")->body, "환불");
	assert_int_equal(read_mail("Content-Type: text/plain; charset=utf-8\n\n가나다\xff")->notes,
			 NOTE_BROKEN_TEXT);
}

static void
forwarded_messages(void **state)
{
	const struct message *m =
		read_mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nPlease see "
			  "below.\n--b\nContent-Type: message/rfc822\n\n"
			  "From: Kim <kim@example.com>\nSubject: =?utf-8?B?7ZmY67aI?=\n\nI want my "
			  "money.\n--b--\n");

	(void)state;
	assert_string_equal(m->body, "Please see below.\nFrom: Kim <kim@example.com>\nSubject: "
				     "환불\n\nI want my money.");
	assert_string_equal(segments_of(m, SEGMENT_NEW), "Please see below.\n");
	assert_string_equal(segments_of(m, SEGMENT_FORWARDED),
			    "From: Kim <kim@example.com>\nSubject: 환불\n\nI want my money.");
	assert_string_equal(segments_of(m, SEGMENT_SIGNATURE), "");
	m = read_mail("Content-Type: multipart/report; report-type=delivery-status; "
		      "boundary=b\n\n--b\n\nIt bounced.\n--b\n"
		      "Content-Type: message/delivery-status\n\nAction: failed\n--b\nContent-Type: "
		      "message/rfc822\n\nSubject: x\n\nOur words.\n--b--\n");
	assert_string_equal(segments_of(m, SEGMENT_NEW), "It bounced.\n");
	assert_string_equal(segments_of(m, SEGMENT_FORWARDED), "Subject: x\n\nOur words.");
	assert_int_equal(m->automatic, AUTOMATIC_BOUNCE);
}

static void
replies_are_split(void **state)
{
	const struct message *m = read_mail("Subject: Re: x\n\nMy answer is no.\n\nOn Mon, 29 Feb "
					    "2016, Kim <kim@example.com> wrote:\n"
					    "> Will you pay?\n> Yes or no\n");

	(void)state;
	assert_non_null(strstr(segments_of(m, SEGMENT_NEW), "My answer is no."));
	assert_null(strstr(segments_of(m, SEGMENT_NEW), "Will you pay?"));
	assert_non_null(strstr(segments_of(m, SEGMENT_QUOTED), "Will you pay?"));
}

static void
joined_segments_are_mapped(void **state)
{
	struct segment segments[] = { { SEGMENT_NEW, 0, 3 },
				      { SEGMENT_QUOTED, 3, 3 },
				      { SEGMENT_NEW, 6, 3 } };
	struct message m = { .arena = arena,
			     .body = "abcXYZdef",
			     .body_len = 9,
			     .segments = segments,
			     .segment_count = 3 };
	struct text_map *map;
	const char *text;
	size_t len, count;

	(void)state;
	assert_int_equal(message_segments_text(&m, SEGMENT_NEW, &text, &len, &map, &count), 0);
	assert_string_equal(text, "abc\ndef");
	assert_int_equal(count, 2);
	assert_int_equal(map[1].offset, 4);
	assert_int_equal(map[1].source, 6);
}

static void
encrypted_mail_is_named(void **state)
{
	const struct message *m =
		read_mail("Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: "
			  "application/pgp-encrypted\n\nVersion: 1\n"
			  "--b\nContent-Type: application/octet-stream\n\nXX\n--b--\n");

	(void)state;
	assert_true(m->notes & NOTES_UNDETERMINED);
	assert_true(m->parts[0].encrypted);
	assert_string_equal(m->body, "");
	assert_int_equal(read_mail("Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP "
				   "MESSAGE-----\n")
				 ->notes,
			 NOTE_ENCRYPTED);
	assert_int_equal(
		read_mail("Content-Type: multipart/signed; boundary=b\n\n--b\n\nsigned words\n--b\n"
			  "Content-Type: application/pgp-signature\n\nXX\n--b--\n")
			->notes,
		0);
}

/* A mail of `size` body bytes "word word ..." of that type. */
static const struct message *
read_big(const char *type, size_t size, const char *end)
{
	char *text = malloc(size + 200);
	const struct message *m;
	size_t head;

	if (!text)
		abort();
	head = (size_t)sprintf(text, "Content-Type: %s\n\n", type);

	for (size_t i = 0; i < size; i++)
		text[head + i] = "wörd "[i % 6];
	strcpy(text + head + size - strlen(end), end);
	m = read_bytes(text, head + size);
	free(text);
	return m;
}

static void
text_and_size_limits(void **state)
{
	struct message *cut;
	const struct message *m = read_big("text/plain; charset=utf-8", LIMIT_TEXT_BYTES, "end");

	(void)state;
	assert_int_equal(m->notes & NOTES_UNDETERMINED, 0);
	assert_non_null(strstr(m->body, "end"));
	m = read_big("text/plain; charset=utf-8", LIMIT_TEXT_BYTES + 1, "end");
	assert_int_equal(m->notes & NOTES_UNDETERMINED, NOTE_CUT_TEXT);
	assert_in_range(m->body_len, LIMIT_TEXT_BYTES - 4, LIMIT_TEXT_BYTES);
	m = read_big("text/html; charset=utf-8", LIMIT_HTML_BYTES + 1, "end");
	assert_true(m->notes & NOTE_CUT_HTML);
	assert_true(m->body_len <= LIMIT_TEXT_BYTES);
	m = read_big("application/pdf", LIMIT_MESSAGE_BYTES + 1, "end");
	assert_int_equal(m->notes, NOTE_CUT_SIZE);
	assert_int_equal(message_read(arena, "A: b\n\nx", 7, true, &cut), 0);
	assert_int_equal(cut->notes, NOTE_CUT_SIZE);
}

/* Each part within the limit, all together over it. */
static void
text_limit_is_for_all_parts(void **state)
{
	struct buf text = { .arena = arena };
	const struct message *m;

	(void)state;
	buf_printf(&text, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 3; i++) {
		buf_printf(&text, "--b\n\n");
		for (size_t k = 0; k < LIMIT_TEXT_BYTES / 20; k++)
			buf_add(&text, "ten bytes\n", 10);
	}
	m = read_bytes(buf_string(&text), text.len);
	assert_int_equal(m->notes, NOTE_CUT_TEXT);
	assert_int_equal(m->body_len, LIMIT_TEXT_BYTES);
}

static void
nested_bomb(void **state)
{
	struct buf text = { .arena = arena };
	const struct message *m;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buf_printf(&text, "\nthe words inside\n");
	m = read_bytes(buf_string(&text), text.len);
	assert_true(m->notes & NOTE_CUT_DEPTH);
	/* What could not be split is there as it came. */
	assert_non_null(strstr(m->body, "the words inside"));
}

static void
in_reply_to_is_a_message(void **state)
{
	static const struct {
		const char *field, *id;
	} rows[] = {
		{ "<a@x> <b@x>", "<a@x>" },
		{ "<a@x>; from \"Kim\" on Thu, 22 Aug 2002", "<a@x>" },
		{ "a@x", "<a@x>" },
		{ "Message from Kim <kim@x> of\n \"Thu, 22 Aug 2002\"\n <a@x>", "<a@x>" },
		{ "Message from kim@x of\n \"Thu, 22 Aug 2002\"\n <a@x>", "<a@x>" },
		{ "message-id <a@x> of Fri,\n Sep 13 02:03:07 2002", "<a@x>" },
		{ "kim@x's message of \"Wed, 4 Sep 2002\"", "" },
		{ "Kim <kim@x>'s message of Wed", "" },
		{ "Message of <", "" },
		{ "<", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text = { .arena = arena };
		const struct message *m;

		buf_printf(&text, "In-Reply-To: %s\n\nx", rows[i].field);
		m = read_bytes(buf_string(&text), text.len);
		assert_string_equal(m->in_reply_to, rows[i].id);
		assert_int_equal(m->reference_count, rows[i].id[0] != '\0');
	}
}

static void
references_are_bounded(void **state)
{
	struct buf text = { .arena = arena };
	const struct message *m;

	(void)state;
	buf_printf(&text, "In-Reply-To: <last@example.com>\nReferences:");
	for (int i = 0; i < LIMIT_REFERENCES; i++)
		buf_printf(&text, "\n <%d@example.com>", i);
	buf_printf(&text, "\n\nx");
	m = read_bytes(buf_string(&text), text.len);
	assert_int_equal(m->reference_count, LIMIT_REFERENCES);
	assert_string_equal(m->references[0], "<0@example.com>");
	assert_string_equal(m->references[1], "<2@example.com>");
	assert_string_equal(m->references[LIMIT_REFERENCES - 1], "<last@example.com>");
}

static void
out_of_memory(void **state)
{
	static const char mail[] =
		"From: a@example.com\nSubject: =?euc-kr?B?yK+60g==?=\nContent-Type: "
		"multipart/alternative; boundary=b\n\n"
		"--b\n\nsome words here\n--b\nContent-Type: text/html; "
		"charset=euc-kr\n\n<p>\xc8\xaf\xba\xd2</p>\n--b--\n";
	struct message *m = NULL;
	size_t limit = 1;
	int code;

	(void)state;
	do {
		struct arena *small = arena_new(limit);

		code = message_read(small, mail, sizeof(mail) - 1, false, &m);
		assert_true(code == 0 || code == -ENOMEM);
		if (code < 0)
			assert_null(m);
		arena_free(small);
		limit += 64;
	} while (code < 0);
	assert_true(limit > 1000);
}

static void
notes_in_words(void **state)
{
	char buf[256], tiny[8];

	(void)state;
	assert_string_equal(message_notes_text(0, buf, sizeof(buf)), "");
	assert_string_equal(
		message_notes_text(NOTE_BROKEN_MIME | NOTE_CHARSET_GUESSED, buf, sizeof(buf)),
		"broken MIME, charset guessed");
	assert_string_equal(message_notes_text(NOTE_CUT_HEADERS, buf, sizeof(buf)),
			    "the header block was cut");
	/* All of them fit where they are shown. */
	assert_non_null(strstr(message_notes_text(~0u, buf, sizeof(buf)), "a text was not read"));
	assert_string_equal(message_notes_text(~0u, tiny, sizeof(tiny)), "no head");
}

/* A stuffed line of nothing (RFC 3676 section 4.4) ends in its stuffing: there is nothing to join.
 */
static void
flowed_line_of_one_space(void **state)
{
	static const char text[] =
		"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n"
		" \n한 \n글\n";
	struct arena *a = arena_new(0);
	struct message *m;

	(void)state;
	assert_int_equal(message_read(a, text, strlen(text), false, &m), 0);
	assert_string_equal(m->body, "\n한글\n");
	arena_free(a);
}

/* White space before the colon (RFC 5322 section 4.5): no mbox line, though it begins like one. */
static void
from_with_a_space(void **state)
{
	static const char text[] = "From : kim@x.example\nSubject: x\n\nwords\n";
	struct arena *a = arena_new(0);
	struct message *m;

	(void)state;
	assert_int_equal(message_read(a, text, strlen(text), false, &m), 0);
	assert_int_equal(m->from.count, 1);
	assert_string_equal(m->from.list[0].address, "kim@x.example");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_mail),
		cmocka_unit_test(where_a_mail_begins),
		cmocka_unit_test(odd_headers),
		cmocka_unit_test(one_alternative_is_read),
		cmocka_unit_test(html_is_read_first),
		cmocka_unit_test(whole_text_instead_of_cut_html),
		cmocka_unit_test(last_resorts),
		cmocka_unit_test(files_inside_texts),
		cmocka_unit_test(texts_are_joined),
		cmocka_unit_test(text_encodings),
		cmocka_unit_test(forwarded_messages),
		cmocka_unit_test(replies_are_split),
		cmocka_unit_test(joined_segments_are_mapped),
		cmocka_unit_test(encrypted_mail_is_named),
		cmocka_unit_test(text_and_size_limits),
		cmocka_unit_test(text_limit_is_for_all_parts),
		cmocka_unit_test(nested_bomb),
		cmocka_unit_test(in_reply_to_is_a_message),
		cmocka_unit_test(references_are_bounded),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(notes_in_words),
		cmocka_unit_test(flowed_line_of_one_space),
		cmocka_unit_test(from_with_a_space),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
