/*
 * sync: where a folder is begun, what a server may do while it is read, and that nothing falls
 * between two batches.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "heart_help.h"

static struct heart *h;

static int
begin(void **state)
{
	(void)state;
	h = heart_new("keyword: $Angry");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	heart_free(h);
	return 0;
}

static void
add_mails(const char *folder, unsigned count, const char *words)
{
	static unsigned number;

	for (unsigned i = 0; i < count; i++)
		heart_mail(h, folder, arena_printf(h->arena, "n%u", number++), words);
}

static void
old_mail_is_left_alone(void **state)
{
	(void)state;
	add_mails("Second", 3, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(heart_cursor(h, "Second"), 4);
	assert_int_equal(h->counts.judged, 0);
	add_mails("Second", 1, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 1);
	assert_int_equal(h->uidnext, 5);
}

static void
old_mail_is_left_alone_where_uidnext_is_not_said(void **state)
{
	(void)state;
	tricks.no_uidnext = true;
	add_mails("Second", 3, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(heart_cursor(h, "Second"), 4);
	assert_int_equal(h->counts.judged, 0);
	add_mails("Second", 1, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 1);
	assert_int_equal(h->uidnext, 0);
}

static void
since_takes_what_came_from_that_day_on(void **state)
{
	(void)state;
	add_mails("Second", 2, "my lawyer");
	clock_manual_init(&h->clock, HEART_NOW + 10 * INT64_C(86400000));
	add_mails("Second", 2, "my lawyer");
	h->account.since_ms = HEART_NOW + 9 * INT64_C(86400000);
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 2);
	assert_int_equal(heart_cursor(h, "Second"), 3);
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 2);
}

static void
since_with_nothing_new_begins_at_the_end(void **state)
{
	(void)state;
	add_mails("Second", 2, "my lawyer");
	h->account.since_ms = HEART_NOW + 9 * INT64_C(86400000);
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 0);
	assert_int_equal(heart_cursor(h, "Second"), 3);
}

static void
a_folder_that_comes_later_is_read_from_its_first_mail(void **state)
{
	(void)state;
	assert_int_equal(heart_sync(h, "Second"), -ENOENT);
	clock_manual_init(&h->clock, HEART_NOW + 60000);
	add_mails("Second", 30, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 30);
}

static void
a_folder_that_comes_later_with_old_mail_keeps_it_unjudged(void **state)
{
	(void)state;
	clock_manual_init(&h->clock, HEART_NOW + 60000);
	assert_int_equal(heart_sync(h, "Second"), -ENOENT);
	clock_manual_init(&h->clock, HEART_NOW);
	add_mails("Second", 30, "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 0);
	assert_int_equal(heart_cursor(h, "Second"), 31);
}

static void
mail_that_is_listed_but_not_given_is_parked_alone(void **state)
{
	(void)state;
	add_mails("INBOX", 5, "my lawyer");
	tricks.hidden = 3;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_string_equal(heart_ledger(h, "INBOX"),
			    "1:planned 2:planned 3:parked 4:planned 5:planned ");
	assert_string_equal(heart_parked(h), "the server lists it but does not give its text;");
	assert_int_equal(h->counts.judged, 4);
}

static void
take_every_second(void)
{
	for (uint32_t uid = 2; uid < 200; uid += 2)
		replay_take(h->transport, "INBOX", uid);
}

/*
 * Between the listing and the fetching others empty the folder: one new listing tells of all that
 * is gone.
 */
static void
mail_that_goes_meanwhile_is_no_trouble(void **state)
{
	(void)state;
	add_mails("INBOX", 200, "hello");
	tricks.lists = 0;
	tricks.listed = take_every_second;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 101);
	assert_int_equal(h->counts.parked, 0);
	assert_true(tricks.lists <= 3);
	assert_int_equal(heart_cursor(h, "INBOX"), 201);
}

static void
a_server_that_gives_nothing_is_not_a_hundred_bad_mails(void **state)
{
	(void)state;
	add_mails("INBOX", 100, "my lawyer");
	tricks.refused_from = 3;
	assert_int_equal(heart_sync(h, "INBOX"), -EPERM);
	assert_non_null(strstr(h->err.text, "refuses"));
	assert_string_equal(heart_parked(h), "");
	assert_int_equal(h->uidnext, 101);
	tricks.refused_from = 0;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 100);
}

static void
a_few_refused_mails_are_parked(void **state)
{
	(void)state;
	add_mails("INBOX", 10, "hello");
	tricks.refused_from = 5;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.parked, 6);
	assert_int_equal(heart_cursor(h, "INBOX"), 11);
}

static void
what_came_before_the_connection_broke_is_kept(void **state)
{
	(void)state;
	add_mails("INBOX", 200, "hello");
	tricks.lost_at = 150;
	assert_int_equal(heart_sync(h, "INBOX"), -EPIPE);
	assert_int_equal(h->counts.judged, 149);
	assert_int_equal(heart_cursor(h, "INBOX"), 150);
	tricks.lost_at = 0;
	assert_int_equal(h->transport->ops->open(h->transport, &h->err), 0);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 200);
}

/*
 * The older of two batches fails and the next commit would work: it must not be made, or 64 mails
 * were left out.
 */
static void
fail_one_commit(int error, unsigned first, uint32_t hidden)
{
	uint32_t next;

	heart_free(h);
	h = heart_new("keyword: $Angry");
	add_mails("INBOX", 300, "hello");
	tricks.commit = error;
	tricks.commit_once = true;
	tricks.commits = first;
	tricks.hidden = hidden;
	assert_int_equal(heart_sync(h, "INBOX"), error);
	next = heart_cursor(h, "INBOX");
	assert_int_equal(h->counts.judged + h->counts.parked, next - 1);
	tricks.hidden = 0;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged + h->counts.parked, 300);
	assert_int_equal(heart_cursor(h, "INBOX"), 301);
}

static void
nothing_is_committed_after_a_failed_commit(void **state)
{
	static const int errors[] = { -ENOSPC, -EIO, -ENOMEM, -EAGAIN };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		for (unsigned first = 0; first < 5; first++)
			for (uint32_t hidden = 127; hidden < 131; hidden++)
				fail_one_commit(errors[i], first, hidden);
}

static void
stop_at_ten(uint32_t uid)
{
	if (uid == 10)
		h->service.stopping = 1;
}

static void
stopping_keeps_what_was_taken_in(void **state)
{
	(void)state;
	add_mails("INBOX", 100, "my lawyer");
	tricks.fetched = stop_at_ten;
	assert_int_equal(heart_sync(h, "INBOX"), -ECANCELED);
	assert_int_equal(h->counts.judged, 9);
	tricks.fetched = NULL;
	h->service.stopping = 0;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 100);
}

static void
a_mail_over_the_bound_is_judged_on_what_was_read(void **state)
{
	(void)state;
	h->config.message_max_bytes = 400;
	heart_mail(h, "INBOX", "big", arena_printf(h->arena, "my lawyer %02000d", 0));
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_mail_is_left_alone),
		TEST(old_mail_is_left_alone_where_uidnext_is_not_said),
		TEST(since_takes_what_came_from_that_day_on),
		TEST(since_with_nothing_new_begins_at_the_end),
		TEST(a_folder_that_comes_later_is_read_from_its_first_mail),
		TEST(a_folder_that_comes_later_with_old_mail_keeps_it_unjudged),
		TEST(mail_that_is_listed_but_not_given_is_parked_alone),
		TEST(mail_that_goes_meanwhile_is_no_trouble),
		TEST(a_server_that_gives_nothing_is_not_a_hundred_bad_mails),
		TEST(a_few_refused_mails_are_parked),
		TEST(what_came_before_the_connection_broke_is_kept),
		TEST(nothing_is_committed_after_a_failed_commit),
		TEST(stopping_keeps_what_was_taken_in),
		TEST(a_mail_over_the_bound_is_judged_on_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
