/*
 * forward: whose words count when a mail is passed on, and who wrote them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "filters/forward.h"

#define GMAIL                                                                                      \
	"---------- Forwarded message ---------\nFrom: 홍길동 <hong@customer.example>\n"        \
	"Date: 2026년 3월 4일 (수) 오전 9:12\nSubject: 언제 오나요\nTo: <kim@shop.example>\n\n\n"
#define OUTLOOK                                                                                                      \
	"보낸 사람: 홍길동 <hong@customer.example>\n보낸 날짜: 2026년 3월 4일 수요일 오전 9:12\n" \
	"받는 사람: kim@shop.example\n제목: 언제 오나요\n\n"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct message *
mail(const char *subject, const char *body)
{
	const char *text =
		arena_printf(arena,
			     "From: Kim <kim@shop.example>\nReply-To: kim@shop.example\n"
			     "Subject: %s\nContent-Type: text/plain; charset=utf-8\n\n%s",
			     subject, body);
	struct message *m;

	assert_non_null(text);
	assert_int_equal(message_read(arena, text, strlen(text), false, &m), 0);
	return m;
}

static void
expect(const struct message *m, enum segment_kind kind, const char *want)
{
	struct text_map *map;
	const char *text;
	size_t len, count;

	assert_int_equal(message_segments_text(m, kind, &text, &len, &map, &count), 0);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	while (len > 0 && *text == '\n')
		text++, len--;
	assert_int_equal(len, strlen(want));
	assert_memory_equal(text, want, len);
}

static void
without_a_word(void **state)
{
	struct message *m =
		mail("Fwd: 언제 오나요", GMAIL "아직도 안 왔어요.\n\n"
					       "2026년 3월 1일 (일) 오후 3:00, Kim "
					       "<kim@shop.example>님이 작성:\n> 곧 갑니다.\n");

	(void)state;
	assert_true(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "hong@customer.example");
	assert_string_equal(m->forwarded.from.name, "홍길동");
	assert_string_equal(m->forwarded.subject, "언제 오나요");
	assert_string_equal(m->language, "ko");
	expect(m, SEGMENT_NEW, "아직도 안 왔어요.");
	assert_string_equal(m->from.list[0].address, "kim@shop.example");
	forward_let_speak(m);
	assert_int_equal(m->from.count, 1);
	assert_string_equal(m->from.list[0].address, "hong@customer.example");
	assert_string_equal(m->subject, "언제 오나요");
	assert_string_equal(m->forwarded.by.address, "kim@shop.example");
	assert_int_equal(m->reply_to.count, 0);
}

static void
below_a_signature(void **state)
{
	struct message *m =
		mail("FW: 언제 오나요", "나의 iPhone에서 보냄\n\n" GMAIL "아직도 안 왔어요.\n");

	(void)state;
	assert_true(m->forwarded.alone);
	expect(m, SEGMENT_NEW, "아직도 안 왔어요.");
	expect(m, SEGMENT_SIGNATURE, "나의 iPhone에서 보냄");
}

static void
with_words_of_their_own(void **state)
{
	struct message *m =
		mail("Fwd: 언제 오나요", "확인 부탁드립니다.\n\n" GMAIL "고소하겠습니다.\n");

	(void)state;
	assert_false(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "hong@customer.example");
	expect(m, SEGMENT_NEW, "확인 부탁드립니다.");
	m = mail("FW: 언제 오나요", "확인 부탁드립니다.\n\n" OUTLOOK "고소하겠습니다.\n");
	assert_false(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "hong@customer.example");
	expect(m, SEGMENT_QUOTED, "");
	/* The same block in an answer is a quote. */
	m = mail("RE: 언제 오나요", "확인했습니다.\n\n" OUTLOOK "고소하겠습니다.\n");
	assert_string_equal(m->forwarded.from.address, "");
	expect(m, SEGMENT_FORWARDED, "");
}

static void
as_an_attachment(void **state)
{
	static const char text[] =
		"From: Kim <kim@shop.example>\nSubject: FW: late\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n"
		"--b\nContent-Type: message/rfc822\n\nFrom: Ann <ann@customer.example>\n"
		"Date: Wed, 4 Mar 2026 09:12:00 +0000\nTo: kim@shop.example\nSubject: late\n\n"
		"It is still not here.\n--b--\n";
	struct message *m;

	(void)state;
	assert_int_equal(message_read(arena, text, strlen(text), false, &m), 0);
	assert_true(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "ann@customer.example");
	expect(m, SEGMENT_NEW, "It is still not here.");
}

static void
passed_on_twice(void **state)
{
	struct message *m =
		mail("Fwd: Fwd: 언제 오나요",
		     "---------- Forwarded message ---------\nFrom: Lee <lee@shop.example>\n"
		     "Date: 2026년 3월 5일 (목) 오전 9:12\nSubject: Fwd: 언제 오나요\n"
		     "To: <kim@shop.example>\n\n\n" GMAIL "아직도 안 왔어요.\n");

	(void)state;
	assert_true(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "hong@customer.example");
	expect(m, SEGMENT_NEW, "아직도 안 왔어요.");
}

/* What a client wrote above our own mail is no forward: nobody is spoken for, nothing is cut. */
static void
an_answer_that_looks_like_a_forward(void **state)
{
	static const char text[] =
		"From: Ann <ann@customer.example>\nTo: help@shop.example\nSubject: RE: your order\n"
		"In-Reply-To: <x@shop.example>\nContent-Type: text/plain; charset=utf-8\n\n"
		"-----Original Message-----\nFrom: Help <help@shop.example>\n"
		"Sent: Wednesday, March 4, 2026 9:12 AM\nTo: Ann\nSubject: your order\n\n"
		"It is on its way.\nIt is not, I have nothing.\n";
	struct message *m;

	(void)state;
	assert_int_equal(message_read(arena, text, strlen(text), false, &m), 0);
	assert_false(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "");
	expect(m, SEGMENT_NEW, "It is on its way.\nIt is not, I have nothing.");
}

/* An editor indents as clients quote: where nothing is answered the words are the writer's. */
static void
indented_words(void **state)
{
	static const char *const heads[] = {
		"Subject: my order\n", "Subject: Re: my order\nIn-Reply-To: <x@shop.example>\n"
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *text = arena_printf(arena,
						"From: a@b.example\n%sContent-Type: text/html\n\n"
						"<div>hi</div><blockquote>Refund me.</blockquote>",
						heads[i]);
		struct message *m;

		assert_int_equal(message_read(arena, text, strlen(text), false, &m), 0);
		expect(m, SEGMENT_QUOTED, i == 0 ? "" : "Refund me.");
	}
}

static void
nothing_is_forwarded(void **state)
{
	struct message *m = mail("Hello", "Where is my parcel?\n");

	(void)state;
	assert_false(m->forwarded.alone);
	assert_string_equal(m->forwarded.from.address, "");
	forward_let_speak(m);
	assert_string_equal(m->from.list[0].address, "kim@shop.example");
	assert_string_equal(m->forwarded.by.address, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_word, setup, teardown),
		cmocka_unit_test_setup_teardown(below_a_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(with_words_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(as_an_attachment, setup, teardown),
		cmocka_unit_test_setup_teardown(passed_on_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_that_looks_like_a_forward, setup,
						teardown),
		cmocka_unit_test_setup_teardown(indented_words, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_forwarded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
