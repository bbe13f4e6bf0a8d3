/*
 * test_card: wishes, deal-breakers, standing and imported figures of a customer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/card.h"

#define KIM "kim@mail.example"

static struct store *store;
static struct arena *arena;
static struct store_txn *txn;
static struct err err;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return !arena || store_open_memory(&store) < 0 || store_begin(store, true, &txn) < 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_abort(txn);
	store_close(store);
	arena_free(arena);
	return 0;
}

static int
steer(const char *verb, const char *value, const char *reason, struct customer_record *ret)
{
	const struct steer s = { .verb = verb,
				 .value = value,
				 .until = "",
				 .reason = reason,
				 .actor = "min",
				 .now_ms = 1000 };
	const char *said;

	err = (struct err){ .text = "" };
	return card_steer(txn, arena, KIM, &s, ret, &said, &err);
}

static void
minds_are_kept_with_who_and_when(void **state)
{
	struct customer_record c;
	struct mind mind;

	(void)state;
	assert_int_equal(steer("never", "tell\tnobody\r\nBcc: x@y.example", "", &c), 0);
	assert_int_equal(steer("wish", "\xec\xa0\x84\xed\x99\x94", "", &c), 0);
	assert_int_equal(record_customer_get(txn, arena, KIM, &c), 0);
	assert_int_equal(c.mind_count, 2);
	assert_true(card_mind(arena, c.minds[0], &mind));
	assert_true(mind.never);
	assert_string_equal(mind.text, "tell nobody Bcc: x@y.example");
	assert_string_equal(mind.by, "min");
	assert_int_equal(mind.at_ms, 1000);
	assert_true(card_mind(arena, c.minds[1], &mind) && !mind.never);
	assert_int_equal(steer("wish", " \n ", "", &c), -EINVAL);
	assert_int_equal(steer("sing", "x", "", &c), -EINVAL);
	assert_int_equal(steer("unwish", "1", "", &c), 0);
	assert_false(card_mind(arena, c.minds[0], &mind)); /* and the other keeps its number */
	assert_true(card_mind(arena, c.minds[1], &mind));
	assert_int_equal(steer("unwish", "1", "", &c), -EINVAL);
	assert_int_equal(steer("unwish", "3", "", &c), -EINVAL);
	assert_int_equal(steer("unwish", "1x", "", &c), -EINVAL);
	assert_int_equal(steer("unwish", "99999999999999999999", "", &c), -EINVAL);
	assert_false(card_mind(arena, "never", &mind));
	assert_false(card_mind(arena, "never\t1\tmin", &mind));
	assert_false(card_mind(arena, "", &mind));
}

static void
lists_are_bounded(void **state)
{
	struct customer_record c;

	(void)state;
	for (int i = 0; i < CARD_MINDS_MAX; i++)
		assert_int_equal(steer("wish", "more", "", &c), 0);
	assert_int_equal(steer("never", "one too many", "", &c), -EINVAL);
	for (int i = 0; i < CARD_LOG_MAX; i++)
		assert_int_equal(steer("standing", i % 2 ? "keep" : "part", "figures", &c), 0);
	assert_int_equal(record_customer_get(txn, arena, KIM, &c), 0);
	assert_int_equal(c.mind_count, CARD_MINDS_MAX);
	assert_int_equal(c.card_log_count, CARD_LOG_MAX);
	assert_non_null(
		strstr(c.card_log[CARD_LOG_MAX - 1], "standing keep, before part: figures"));
}

static void
imported_figures_leave_decisions_alone(void **state)
{
	struct card_row row = { KIM, "Kim", "1200000.50", "KRW", "2016-03-01", "old friend" };
	struct customer_record c;

	(void)state;
	assert_int_equal(steer("standing", "part", "loud and empty", &c), 0);
	assert_int_equal(card_import(txn, arena, &row, "min", 2000, &err), 0);
	row.name = "Kim Ltd";
	row.value = "900";
	row.currency = "USD";
	assert_int_equal(card_import(txn, arena, &row, "min", 3000, &err), 0);
	assert_int_equal(record_customer_get(txn, arena, KIM, &c), 0);
	assert_string_equal(c.standing, "part");
	assert_string_equal(c.standing_reason, "loud and empty");
	assert_string_equal(c.name, "Kim");
	assert_string_equal(c.value, "900");
	assert_string_equal(c.currency, "USD");
	assert_string_equal(c.since, "2016-03-01");
	assert_string_equal(c.remark, "old friend");
	assert_int_equal(c.imported_ms, 3000);
}

static void
expect_bad(struct card_row row, const char *says)
{
	err = (struct err){ .text = "" };
	assert_int_equal(card_row_check(&row, &err), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("not said: %s; but: %s", says, err.text);
}

static void
rows_are_checked(void **state)
{
	(void)state;
	assert_int_equal(card_row_check(&(struct card_row){ KIM, "", "", "", "", "" }, &err), 0);
	assert_int_equal(card_row_check(&(struct card_row){ KIM, "", "0", "KRW", "", "" }, &err),
			 0);
	expect_bad((struct card_row){ "kim", "", "", "", "", "" }, "no mail address");
	expect_bad((struct card_row){ "", "", "", "", "", "" }, "no mail address");
	expect_bad((struct card_row){ KIM, "", "1,200", "KRW", "", "" }, "no number");
	expect_bad((struct card_row){ KIM, "", "-5", "KRW", "", "" }, "no number");
	expect_bad((struct card_row){ KIM, "", "1.234", "KRW", "", "" }, "no number");
	expect_bad((struct card_row){ KIM, "", "1234567890123456", "KRW", "", "" }, "no number");
	expect_bad((struct card_row){ KIM, "", "5", "", "", "" }, "needs a currency");
	expect_bad((struct card_row){ KIM, "", "5", "won", "", "" }, "needs a currency");
	expect_bad((struct card_row){ KIM, "", "", "KRW", "", "" }, "but no value");
	expect_bad((struct card_row){ KIM, "", "", "", "2024-02-31", "" }, "is no day");
	expect_bad((struct card_row){ KIM, "", "", "", "+3d", "" }, "is no day");
	expect_bad((struct card_row){ KIM, "", "", "", "yesterday!", "" }, "is no day");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(minds_are_kept_with_who_and_when),
		TEST(lists_are_bounded),
		TEST(imported_figures_leave_decisions_alone),
		TEST(rows_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
