/*
 * digest: the page in both languages, what strangers wrote in it, and when it is due.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daemon/digest.h"
#include "daemon/digest_page.h"
#include "daemon/digest_words.h"
#include "daemon/moment.h"
#include "daemon/record.h"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char example[] =
	"{\"day\":\"2026-11-30\",\"now\":\"2026-11-30T00:00:00Z\",\"time_zone\":\"Asia/Seoul\","
	"\"account\":\"shop\",\"more\":true,\"severities\":[{\"severity\":\"critical\",\"open\":1,"
	"\"waiting\":1,\"oldest\":{\"id\":\"C7\",\"since\":\"2026-11-29T21:00:00Z\"}},"
	"{\"severity\":\"low\",\"open\":40,\"waiting\":0,\"oldest\":null}],"
	"\"overdue\":{\"count\":3,\"cases\":[{\"id\":\"C7\",\"severity\":\"critical\",\"customer\":"
	"\"a@b.example\",\"customer_name\":\"<b>Kim</b>\\u202e\\n & co\",\"subject\":\"\\\"x\\\" "
	"<script>\",\"owner\":\"\",\"text\":\"call 'back'\",\"due\":\"2026-11-27T06:30:00Z\"}]},"
	"\"recurring\":[{\"text\":\"배송 지연\",\"count\":12,\"before\":4,\"cases\":[\"C1\","
	"\"C2\"]}]}";

static json_t *
page_of(const char *language)
{
	json_t *digest = json_loads(example, 0, NULL), *page = NULL;

	assert_non_null(digest);
	assert_int_equal(digest_page(arena, digest, language, &page), 0);
	json_decref(digest);
	return page;
}

static void
reads_well_in_korean(void **state)
{
	json_t *page = page_of("ko");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(page, "subject")),
			    "[triaged] 11월 30일(월) 고객 응대 현황: 진행 중 41건, 기한 지난 약속 "
			    "3건");
	assert_string_equal(
		digest_text(arena, page),
		"11월 30일(월) 고객 응대 현황\n\n"
		"대상 계정: shop\n"
		"진행 중인 건은 41건이며, 이 가운데 1건은 고객이 답변을 기다리고 있습니다.\n"
		"진행 중인 건이 많아, 급한 순서로 20,000건까지만 집계했습니다.\n\n"
		"심각도별 현황\n"
		"  긴급 █ 1건 (가장 오래 기다린 고객: C7, 3시간째)\n"
		"  낮음 ████████████████████ 40건\n\n"
		"기한이 지난 약속 (3건)\n"
		"  C7 [긴급] <b>Kim</b> & co <a@b.example> “\"x\" <script>”\n"
		"      call 'back' · 기한 11월 27일(금) 오후 3시 30분 · 담당자 미정\n"
		"  외 2건\n\n"
		"반복되는 문제 (1건)\n"
		"  배송 지연\n"
		"      12건(그 전 4건): C1, C2\n\n"
		"전체 목록은 triagectl queue, 건별 기록은 triagectl case show 명령으로 볼 수 "
		"있습니다.\n");
	json_decref(page);
}

static void
reads_well_in_english(void **state)
{
	json_t *page = page_of("en");

	(void)state;
	assert_string_equal(
		digest_text(arena, page),
		"Support digest: Monday, 30 November\n\n"
		"Account: shop\n"
		"41 cases are open; in 1 of them the customer is waiting for an answer.\n"
		"There are more open cases than the 20,000 most urgent ones counted here.\n\n"
		"Open cases by severity\n"
		"  critical █ 1 case (longest wait: C7, 3 hours)\n"
		"  low ████████████████████ 40 cases\n\n"
		"Promises overdue (3)\n"
		"  C7 [critical] <b>Kim</b> & co <a@b.example> “\"x\" <script>”\n"
		"      call 'back', due 3.30 pm on Friday, 27 November, no owner yet\n"
		"  and 2 more\n\n"
		"Recurring problems (1)\n"
		"  배송 지연\n"
		"      12 cases (4 before): C1, C2\n\n"
		"The whole list: triagectl queue. The record of one case: triagectl case show.\n");
	json_decref(page);
}

static void
html_escapes_what_strangers_wrote(void **state)
{
	json_t *page = page_of("en");
	const char *html = digest_html(arena, page);

	(void)state;
	assert_non_null(strstr(html,
			       "&lt;b&gt;Kim&lt;/b&gt; &amp; co &lt;a@b.example&gt; “&quot;x&quot; "
			       "&lt;script&gt;”"));
	assert_non_null(strstr(html, "call &#39;back&#39;"));
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "\u202e"));
	assert_null(strstr(html, "http"));
	json_decref(page);
}

static void
nothing_at_all_is_a_page_too(void **state)
{
	json_t *digest = json_object(), *page = NULL;

	(void)state;
	assert_int_equal(digest_page(arena, digest, "xx", &page), 0);
	assert_non_null(strstr(digest_text(arena, page), "No case is open."));
	assert_non_null(strstr(digest_html(arena, page), "</html>"));
	json_decref(page);
	json_decref(digest);
}

static void
says_how_long(void **state)
{
	const struct digest_words *ko = digest_words("ko"), *en = digest_words("en");

	(void)state;
	assert_string_equal(digest_span(arena, ko, 59 * 60000), "59분");
	assert_string_equal(digest_span(arena, en, 60 * 60000), "1 hour");
	assert_string_equal(digest_span(arena, en, 48 * 3600000), "2 days");
	assert_string_equal(digest_span(arena, ko, -5), "0분");
	assert_string_equal(digest_day(arena, ko, "2026-02-30"), "2026-02-30");
}

static void
is_due_on_working_days(void **state)
{
	struct account_config account = { .name = "shop" };
	struct config config = { .accounts = &account,
				 .account_count = 1,
				 .digest = { .minute = 8 * 60 + 30 } };
	int64_t friday = moment_parse(NULL, 0, "2026-11-27 23:00"),
		saturday = moment_parse(NULL, 0, "2026-11-28 01:00");

	(void)state;
	assert_int_equal(digest_moment(&config, &account, friday),
			 moment_parse(NULL, 0, "2026-11-27 08:30"));
	assert_int_equal(digest_moment(&config, &account, saturday), 0);
	config.digest.every_day = true;
	assert_int_equal(digest_moment(&config, &account, saturday),
			 moment_parse(NULL, 0, "2026-11-28 08:30"));
	assert_ptr_equal(digest_account(&config, NULL), &account);
	assert_null(digest_account(&config, "other"));
}

struct found {
	unsigned count;
	char to[64];
};

static int
visit_entry(void *context, const struct outbox_record *entry)
{
	struct found *found = context;

	found->count++;
	strncpy(found->to, entry->argument, sizeof(found->to) - 1);
	assert_int_equal(entry->kind, OUTBOX_NOTIFY);
	assert_string_equal(entry->rule, "digest");
	return 0;
}

static unsigned
planned(struct store *store, char *to)
{
	struct found found = { .count = 0 };
	struct store_txn *txn;

	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_int_equal(record_outbox_each(txn, arena, "shop", 0, visit_entry, &found), 0);
	store_abort(txn);
	strcpy(to, found.to);
	return found.count;
}

static void
is_planned_once_a_day(void **state)
{
	static const char *to[] = { "lead@example.com", NULL };
	struct account_config account = { .name = "shop", .time_zone = "UTC" };
	struct config config = {
		.accounts = &account,
		.account_count = 1,
		.smtp = { .url = "smtp://localhost", .from = "t@example.com" },
		.digest = { .minute = 480, .to = to, .to_count = 1, .language = "ko" }
	};
	int64_t early = moment_parse(NULL, 0, "2026-11-27 07:59"),
		late = moment_parse(NULL, 0, "2026-11-27 11:00"),
		monday = moment_parse(NULL, 0, "2026-11-30 08:00"), next;
	struct store *store;
	char receiver[64];

	(void)state;
	assert_int_equal(store_open_memory(&store), 0);
	assert_int_equal(digest_run(store, &config, early, &next), 0);
	assert_int_equal(next, early + 60000);
	assert_int_equal(digest_run(store, &config, late, &next), 1);
	assert_int_equal(next, monday);
	assert_int_equal(planned(store, receiver), 1);
	assert_string_equal(receiver, "lead@example.com");
	assert_int_equal(digest_run(store, &config, late, &next), 0);
	assert_int_equal(digest_run(store, &config, monday, &next), 1);
	assert_int_equal(digest_run(store, &config, late, &next), 0);
	assert_int_equal(digest_run(store, &config, monday - 1000, &next), 0);
	assert_int_equal(planned(store, receiver), 2);
	config.digest.to_count = 0;
	assert_int_equal(digest_run(store, &config, monday + 86400000, &next), 0);
	assert_int_equal(next, 0);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_well_in_korean),
		cmocka_unit_test(reads_well_in_english),
		cmocka_unit_test(html_escapes_what_strangers_wrote),
		cmocka_unit_test(nothing_at_all_is_a_page_too),
		cmocka_unit_test(says_how_long),
		cmocka_unit_test(is_due_on_working_days),
		cmocka_unit_test(is_planned_once_a_day),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
