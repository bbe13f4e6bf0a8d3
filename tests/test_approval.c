/* What a customer was given, added up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/approval.h"

static void
give(struct arena *arena, struct customer_record *c, int64_t at_ms, const char *currency,
     int64_t units, uint64_t case_id)
{
	struct approval_record one = { at_ms, currency, units, case_id, "kim", "late" };

	assert_int_equal(approval_add(arena, c, &one), 0);
}

static void
sums_are_added_up_per_currency_and_time(void **state)
{
	struct arena *arena = arena_new(0);
	struct customer_record c = { 0 };

	(void)state;
	give(arena, &c, 10, "KRW", 20000, 1);
	give(arena, &c, 20, "USD", 500, 2);
	give(arena, &c, 30, "KRW", 40000, 3);
	assert_int_equal(approval_total(&c, "KRW", 0), 60000);
	assert_int_equal(approval_total(&c, "KRW", 11), 40000);
	assert_int_equal(approval_total(&c, "USD", 0), 500);
	assert_int_equal(approval_total(&c, "EUR", 0), 0);
	arena_free(arena);
}

static void
a_second_approval_of_a_case_takes_the_place_of_the_first(void **state)
{
	struct arena *arena = arena_new(0);
	struct customer_record c = { 0 };

	(void)state;
	give(arena, &c, 10, "KRW", 20000, 1);
	give(arena, &c, 20, "USD", 500, 1);
	assert_true(approval_replaced(&c, 0));
	assert_int_equal(approval_total(&c, "KRW", 0), 0);
	assert_int_equal(approval_total(&c, "USD", 0), 500);
	arena_free(arena);
}

static void
a_full_list_keeps_its_totals(void **state)
{
	struct arena *arena = arena_new(0);
	struct customer_record c = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= APPROVAL_KEPT_MAX + 50; i++)
		give(arena, &c, (int64_t)i, i % 2 ? "KRW" : "USD", 10, i);
	assert_int_equal(c.approval_count, APPROVAL_KEPT_MAX);
	assert_int_equal(approval_total(&c, "KRW", 0), 1250);
	assert_int_equal(approval_total(&c, "USD", 0), 1250);
	give(arena, &c, 1000, "KRW", INT64_MAX, 9999);
	assert_int_equal(approval_total(&c, "KRW", 0), INT64_MAX);
	arena_free(arena);
}

static void
approvals_of_a_merged_case_go_on(void **state)
{
	struct arena *arena = arena_new(0);
	struct customer_record c = { 0 }, plus = { 0 };

	(void)state;
	give(arena, &c, 10, "KRW", 30000, 1);
	give(arena, &c, 20, "KRW", 10000, 2);
	give(arena, &c, 30, "KRW", 0, 2);
	assert_int_equal(approval_total(&c, "KRW", 0), 30000);
	assert_int_equal(approval_move(arena, &c, 1, &c, 2), 0);
	assert_int_equal(c.approval_count, 3);
	assert_int_equal(approval_total(&c, "KRW", 0), 30000);
	give(arena, &plus, 40, "KRW", 5000, 3);
	assert_int_equal(approval_move(arena, &plus, 3, &c, 4), 0);
	assert_int_equal(approval_total(&c, "KRW", 0), 35000);
	assert_int_equal(approval_total(&plus, "KRW", 0), 0);
	arena_free(arena);
}

/* The first sum of the words that the case's approval does not cover, or "". */
static const char *
missing(struct arena *arena, const char *approved, const char *language, const char *words)
{
	struct case_record c = { .approved = approved, .language = language };
	struct unapproved sum;
	int64_t all;

	assert_int_equal(approval_missing(arena, &c, words, 0, &sum, &all), 0);
	return sum.named;
}

static void
words_may_name_what_is_approved_and_no_more(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(missing(arena, "", "ko", "내일까지 연락드리겠습니다"), "");
	assert_string_equal(missing(arena, "", "ko", "3만원 환불"), "30,000원");
	assert_string_equal(missing(arena, NULL, "en", "a refund of thirty dollars"), "$30");
	assert_string_equal(missing(arena, "30,000원", "ko", "3만원 환불"), "");
	assert_string_equal(missing(arena, "30,000원", "ko", "2만 원과 삼만오천 원"), "35,000원");
	assert_string_equal(missing(arena, "₩30,000", "en", "refund $1 or 20,000 won"), "$1");
	assert_string_equal(missing(arena, "$20.50", "en", "refund the $20.50 on 3 May"), "");
	assert_string_equal(missing(arena, "$20.50", "en", "refund the $20.51"), "$20.51");
	assert_string_equal(missing(arena, "", "ko", "현금 30000을 드립니다"), "30,000");
	assert_string_equal(missing(arena, "30,000원", "ko", "현금 30000을 드립니다"), "");
	assert_string_equal(missing(arena, "$20", "en", "a refund of 30"), "30");
	assert_string_equal(missing(arena, "₩30,000", "en", "500 rupees"), "500");
	assert_string_equal(missing(arena, "$50", "en", "A$50"), "50");
	assert_string_equal(missing(arena, "", "en", "30元"), "CNY 30");
	arena_free(arena);
}

static void
sums_are_added_up(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(missing(arena, "₩20,000", "en", "three coupons of ₩20,000"),
			    "₩60,000 in all");
	assert_string_equal(missing(arena, "₩60,000", "en", "three coupons of ₩20,000"), "");
	assert_string_equal(missing(arena, "$20", "en", "$20 each"), "$20 and more");
	assert_string_equal(missing(arena, "$20", "en", "$10 a month for 6 months"), "$60 in all");
	assert_string_equal(missing(arena, "30,000원", "ko", "2만 원과 쿠폰 1만 원, 배송비 3천 원"),
			    "33,000원 in all");
	assert_string_equal(missing(arena, "30,000원", "ko", "2만 원과 쿠폰 1만 원"), "");
	assert_string_equal(missing(arena, "$20", "en", "$20 for the bag and $20 for the way"),
			    "$40 in all");
	assert_string_equal(
		missing(arena, "$20", "en", "$20 in all: $15 for the bag and $5 for its way"), "");
	assert_string_equal(missing(arena, "$20", "en", "$20 in all: $15, $5 and $1"),
			    "$21 in all");
	assert_string_equal(missing(arena, "20,000원", "ko", "5천 원 쿠폰 4장, 모두 2만 원"), "");
	assert_string_equal(missing(arena, "$30", "en", "We refund $20               $20 = b"),
			    "$40 in all");
	arena_free(arena);
}

static void
a_whole_draft_may_repeat_what_is_approved(void **state)
{
	static const char *const names[] = { "", "만원마트", NULL };
	struct arena *arena = arena_new(0);
	struct case_record c = { .approved = "$40", .language = "en" };
	struct unapproved sum;
	const char *largest;

	(void)state;
	assert_int_equal(
		approval_missing_in_draft(arena, &c, "$40 is yours. $40!", NULL, &sum, &largest),
		0);
	assert_string_equal(sum.named, "");
	assert_string_equal(largest, "$40");
	assert_int_equal(approval_missing_in_draft(arena, &c, "$40, or $41", NULL, &sum, NULL), 0);
	assert_string_equal(sum.named, "$41");
	assert_string_equal(sum.sum, "$41");
	assert_int_equal(
		approval_missing_in_draft(arena, &c, "만원마트 드림", names, &sum, &largest), 0);
	assert_string_equal(sum.named, "");
	assert_int_equal(
		approval_missing_in_draft(arena, &c, "만원 드림, 만원마트", names, &sum, NULL), 0);
	assert_string_equal(sum.named, "₩10,000");
	assert_int_equal(approval_missing_in_draft(arena, &c, "$15, $5.50", NULL, &sum, &largest),
			 0);
	assert_string_equal(largest, "$15");
	assert_int_equal(approval_covers(arena, &c, "$15"), 1);
	assert_int_equal(approval_covers(arena, &c, "$40"), 1);
	assert_int_equal(approval_covers(arena, &c, "$40.01"), 0);
	assert_int_equal(approval_covers(arena, &c, "₩1,000"), 0);
	c.approved = "";
	assert_int_equal(approval_covers(arena, &c, "$15"), 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_added_up_per_currency_and_time),
		cmocka_unit_test(a_second_approval_of_a_case_takes_the_place_of_the_first),
		cmocka_unit_test(approvals_of_a_merged_case_go_on),
		cmocka_unit_test(a_full_list_keeps_its_totals),
		cmocka_unit_test(words_may_name_what_is_approved_and_no_more),
		cmocka_unit_test(sums_are_added_up),
		cmocka_unit_test(a_whole_draft_may_repeat_what_is_approved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
