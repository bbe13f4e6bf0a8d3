/*
 * test_notice: what one of us reads when a complaint needs somebody.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/notice.h"

static const struct message_record angry = {
	.account = "shop",
	.case_id = 12,
	.severity = "high",
	.from = "jane@customer.example",
	.subject = "Kettle",
	.hits = 1u << FLAG_THREAT_LEGAL | 1u << FLAG_DEMAND_REFUND,
};

static void
both_languages(void **state)
{
	struct arena *arena = arena_new(0);
	const char *subject, *body;

	(void)state;
	assert_int_equal(notice_text(arena, "en", &angry, "mina", NULL, &subject, &body), 0);
	assert_string_equal(subject, "[shop] C12 needs a look: threat.legal, demand.refund");
	assert_string_equal(
		body,
		"Case: C12\nSeverity: high\nFlags: threat.legal, demand.refund\nCustomer: "
		"jane@customer.example\n"
		"Subject: Kettle\nOwner: mina\n\nThe mail itself is in the mailbox.\nThe record:\n"
		"    triagectl case show C12\n");
	assert_int_equal(notice_text(arena, "ko", &angry, "", NULL, &subject, &body), 0);
	assert_string_equal(subject, "[shop] C12 확인 요청: threat.legal, demand.refund");
	assert_non_null(strstr(body, "심각도: 높음\n"));
	assert_non_null(strstr(body, "담당: 미정\n"));
	arena_free(arena);
}

static void
wishes_are_read_first(void **state)
{
	const char *minds[] = { "wish\t1000\tmin\twrites in English",
				"never\t2000\tmin\tinvoices to the office" };
	const struct customer_record customer = { .minds = minds, .mind_count = 2 };
	struct arena *arena = arena_new(0);
	const char *subject, *body;

	(void)state;
	assert_int_equal(notice_text(arena, "en", &angry, "mina", &customer, &subject, &body), 0);
	assert_non_null(strstr(body, "Case: C12\nNever: invoices to the office\n"
				     "Wish: writes in English\nSeverity: high\n"));
	assert_int_equal(notice_text(arena, "ko", &angry, "mina", &customer, &subject, &body), 0);
	assert_non_null(strstr(body, "절대 금지: invoices to the office\n고객 요청: "));
	arena_free(arena);
}

static void
mail_without_a_case_names_none(void **state)
{
	struct arena *arena = arena_new(0);
	struct message_record mail = angry;
	const char *subject, *body;

	(void)state;
	mail.case_id = 0;
	assert_int_equal(notice_text(arena, "en", &mail, "", NULL, &subject, &body), 0);
	assert_string_equal(subject, "[shop] needs a look: threat.legal, demand.refund");
	assert_null(strstr(body, "C0"));
	assert_null(strstr(body, "triagectl"));
	assert_non_null(strstr(body, "Owner: nobody yet\n"));
	arena_free(arena);
}

static void
who_is_away_and_who_is_informed(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(notice_away(arena, "en", "kim", "2026-12-31", "lee"),
			    "kim (away until 2026-12-31, lee acts)");
	assert_string_equal(notice_away(arena, "ko", "kim", "2026-12-31", "lee"),
			    "kim (2026-12-31까지 부재, lee 대행)");
	assert_null(notice_away(arena, "ko", "kim", NULL, "lee"));
	assert_string_equal(notice_superior(arena, "en", "Case: C12\n", "kim"),
			    "Case: C12\n\nThe customer asks for somebody above their agent. kim "
			    "stays in charge of them.\nPlease do not write to the customer "
			    "yourself; talk it over with the owner, who answers.\n");
	assert_non_null(
		strstr(notice_superior(arena, "ko", "", "kim"), "담당자는 그대로 kim입니다."));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_languages),
		cmocka_unit_test(wishes_are_read_first),
		cmocka_unit_test(mail_without_a_case_names_none),
		cmocka_unit_test(who_is_away_and_who_is_informed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
