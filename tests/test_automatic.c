/*
 * test_automatic: each sign of a machine, and each mail that only looks like one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "filters/automatic.h"

/*
 * A mail of the headers given as "Name: value" lines; parts is "type>type" from the root inwards,
 * or NULL.
 */
static struct message *
mail(struct arena *a, const char *headers, const char *parts, const char *body)
{
	struct message *m = arena_calloc(a, 1, sizeof *m);
	char *line = arena_strdup(a, headers), *save = NULL;

	m->arena = a;
	m->message_id = m->subject = "";
	m->body = body;
	m->body_len = strlen(body);
	m->headers = arena_calloc(a, 20, sizeof *m->headers);
	m->parts = arena_calloc(a, 5, sizeof *m->parts);
	for (line = strtok_r(line, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		m->headers[m->header_count++] =
			(struct header){ .name = { line, (size_t)(colon - line) },
					 .value = colon + 2 };
		if (strncmp(line, "Subject:", 8) == 0)
			m->subject = colon + 2;
		if (strncmp(line, "Message-ID:", 11) == 0)
			m->message_id = colon + 2;
		if (strncmp(line, "From:", 5) == 0) {
			m->from.list = arena_calloc(a, 1, sizeof *m->from.list);
			m->from.list[0] = (struct address){ "", colon + 2 };
			m->from.count = 1;
		}
	}
	line = arena_strdup(a, parts ? parts : "text/plain");
	for (line = strtok_r(line, ">", &save); line; line = strtok_r(NULL, ">", &save)) {
		m->parts[m->part_count] =
			(struct part){ .parent = (int)m->part_count - 1, .type = line };
		m->part_count++;
	}
	return m;
}

static void
is_all(const char *headers, const char *parts, const char *body, enum automatic want)
{
	struct arena *a = arena_new(0);
	const char *why = NULL;
	enum automatic got = automatic_detect(mail(a, headers, parts, body), &why);

	assert_non_null(why);
	if (got != want)
		fail_msg("%s: %s (%s), not %s", headers, automatic_name(got), why,
			 automatic_name(want));
	assert_int_equal(*why == 0, want == AUTOMATIC_NO);
	arena_free(a);
}

static void
is(const char *headers, enum automatic want)
{
	is_all(headers, NULL, "", want);
}

static void
test_persons(void **state)
{
	(void)state;
	is("Subject: refund", AUTOMATIC_NO);
	is("Auto-Submitted: no", AUTOMATIC_NO);
	is("Auto-Submitted: no\nPrecedence: bulk", AUTOMATIC_NO);
	is("Auto-Submitted: No (a person)", AUTOMATIC_NO);
	is("Subject: 부재중 전화가 왜 이렇게 많아요", AUTOMATIC_NO);
	is("Subject: Automatic reply: you never answer", AUTOMATIC_NO);
	is("X-Auto-Response-Suppress: All\nSubject: refund", AUTOMATIC_NO);
	is("Subject: 반송 신청합니다", AUTOMATIC_NO);
	is("Subject: 배송 실패, 전송 실패 문의\nReturn-Path: <a@example.com>", AUTOMATIC_NO);
	is("X-Autoreply: no", AUTOMATIC_NO);
	is_all("Subject: look", "multipart/mixed>text/calendar", "", AUTOMATIC_NO);
	is_all("Subject: fwd",
	       "multipart/mixed>message/rfc822>multipart/report>message/delivery-status", "",
	       AUTOMATIC_NO);
}

static void
test_bounces(void **state)
{
	(void)state;
	is_all("Subject: x", "multipart/report>message/delivery-status", "", AUTOMATIC_BOUNCE);
	is_all("Content-Type: multipart/report; report-type=delivery-status", "multipart/report",
	       "", AUTOMATIC_BOUNCE);
	is("X-Failed-Recipients: a@example.com", AUTOMATIC_BOUNCE);
	is("Return-Path: <>\nFrom: mailer-daemon@example.com", AUTOMATIC_BOUNCE);
	is("From: MAILER-DAEMON@example.com\nSubject: Undelivered Mail Returned to Sender",
	   AUTOMATIC_BOUNCE);
	is_all("Return-Path: <>\nSubject: hello", NULL,
	       "Hi. This is the qmail-send program at example.com.", AUTOMATIC_BOUNCE);
	is("Return-Path: < >\nSubject: 메일 발송 실패 안내", AUTOMATIC_BOUNCE);
	is("Auto-Submitted: auto-replied\nReturn-Path: <>\nSubject: Undeliverable: your mail",
	   AUTOMATIC_BOUNCE);
}

static void
test_replies(void **state)
{
	(void)state;
	is("Auto-Submitted: auto-replied", AUTOMATIC_REPLY);
	is("Auto-Submitted: auto-replied; owner-email=\"a@example.com\"", AUTOMATIC_REPLY);
	is("Auto-Submitted: auto-generated\nSubject: Automatic reply: order", AUTOMATIC_REPLY);
	is("X-Autoreply: yes", AUTOMATIC_REPLY);
	is("X-Autorespond:  vacation", AUTOMATIC_REPLY);
	is("Precedence: auto_reply", AUTOMATIC_REPLY);
	is("X-Auto-Response-Suppress: All\nSubject: 부재중: 휴가입니다", AUTOMATIC_REPLY);
	is("Return-Path: <>\nSubject: [자동응답] 문의 접수", AUTOMATIC_REPLY);
	is("Precedence: bulk\nSubject: Out of Office", AUTOMATIC_REPLY);
	is("Return-Path: <>\nSubject: hello", AUTOMATIC_REPLY);
}

static void
test_others(void **state)
{
	(void)state;
	is("List-Id: <a.example.com>", AUTOMATIC_LIST);
	is("List-Post: <mailto:a@example.com>\nPrecedence: bulk", AUTOMATIC_LIST);
	is("Precedence: list", AUTOMATIC_LIST);
	is("Precedence: bulk", AUTOMATIC_BULK);
	is("Precedence: junk", AUTOMATIC_BULK);
	is("List-Unsubscribe: <mailto:a@example.com>", AUTOMATIC_BULK);
	is("Auto-Submitted: auto-generated", AUTOMATIC_BULK);
	is_all("Subject: x", "text/calendar", "", AUTOMATIC_CALENDAR);
	is_all("Subject: x", "multipart/alternative>text/calendar", "", AUTOMATIC_CALENDAR);
	is_all("Subject: x", "multipart/report>message/disposition-notification", "",
	       AUTOMATIC_RECEIPT);
	is("X-Triaged-Draft: 12", AUTOMATIC_OWN);
	is("Message-ID: <triaged.12.ab@shop.example>\nAuto-Submitted: no", AUTOMATIC_OWN);
	is("Message-ID: <triaged-not@shop.example>", AUTOMATIC_NO);
}

static void
test_reason(void **state)
{
	struct arena *a = arena_new(0);
	const char *why;

	(void)state;
	automatic_detect(mail(a, "Auto-Submitted: auto-replied", NULL, ""), &why);
	assert_string_equal(why, "Auto-Submitted: auto-replied");
	assert_string_equal(automatic_name(AUTOMATIC_CALENDAR), "calendar");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persons), cmocka_unit_test(test_bounces),
		cmocka_unit_test(test_replies), cmocka_unit_test(test_others),
		cmocka_unit_test(test_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
