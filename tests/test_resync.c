/*
 * resync: after a UIDVALIDITY change what was done stays done, what was planned goes on, what is
 * new is judged; and a folder that is not recognised is left to a person.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/mailbox.h"
#include "daemon/resync.h"
#include "heart_help.h"

static struct heart *h;

static int
begin(void **state)
{
	(void)state;
	h = heart_new("flag, move: Angry");
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
add_mails(const char *prefix, unsigned count, const char *words)
{
	for (unsigned i = 0; i < count; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "%s%u", prefix, i), words);
}

static void
sync_well(void)
{
	assert_int_equal(heart_sync(h, "INBOX"), 0);
}

static void
what_was_done_stays_done(void **state)
{
	(void)state;
	add_mails("a", 25, "hello");
	sync_well();
	replay_renumber(h->transport, "INBOX", 50);
	add_mails("b", 2, "hello");
	sync_well();
	assert_int_equal(h->counts.judged, 27);
	assert_int_equal(heart_cursor(h, "INBOX"), 28);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
what_was_planned_goes_on_under_the_new_number(void **state)
{
	(void)state;
	add_mails("old", 3, "hello");
	heart_mail(h, "INBOX", "angry", "my lawyer");
	add_mails("new", 2, "hello");
	sync_well();
	replay_take(h->transport, "INBOX", 2);
	replay_renumber(h->transport, "INBOX", 50);
	sync_well();
	assert_int_equal(h->counts.judged, 6);
	assert_string_equal(heart_ledger(h, "INBOX"), "3:planned 4:done 5:done ");
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "\\Flagged:3 move:3 ");
	assert_string_equal(heart_ledger(h, "INBOX"), "");
	assert_int_equal(heart_cursor(h, "INBOX"), 6);
}

static void
what_was_planned_for_a_mail_that_is_gone_ends(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "angry", "my lawyer");
	add_mails("a", 2, "hello");
	sync_well();
	replay_take(h->transport, "INBOX", 1);
	replay_renumber(h->transport, "INBOX", 50);
	sync_well();
	assert_string_equal(heart_ledger(h, "INBOX"), "");
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "");
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_parked(h), "");
}

/*
 * Two copies of one planned mail: one of them is acted on, and the cursor does not wait for the
 * other for ever.
 */
static void
a_planned_mail_that_is_there_twice_is_finished_once(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "angry", "my lawyer");
	heart_mail(h, "INBOX", "angry", "my lawyer");
	sync_well();
	replay_renumber(h->transport, "INBOX", 50);
	sync_well();
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned 2:done ");
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
	assert_string_equal(heart_folder(h, "INBOX"), "2[] ");
}

/* known of 20 or more mails are recognised, the others came while nobody watched. */
static int
change_with(unsigned known, unsigned unknown)
{
	heart_free(h);
	h = heart_new("flag, move: Angry");
	add_mails("known", known, "hello");
	sync_well();
	replay_renumber(h->transport, "INBOX", 50);
	atomic_fetch_add(&h->clock.now, 1000);
	add_mails("unknown", unknown, "my lawyer");
	return heart_sync(h, "INBOX");
}

static void
four_of_five_is_enough(void **state)
{
	(void)state;
	assert_int_equal(change_with(16, 4), 0);
	assert_int_equal(h->counts.planned, 4);
	assert_int_equal(change_with(80, 20), 0);
	assert_int_equal(h->counts.planned, 20);
}

static void
less_parks_the_folder(void **state)
{
	(void)state;
	assert_int_equal(change_with(15, 5), 1);
	assert_int_equal(change_with(79, 21), 1);
	assert_int_equal(h->counts.judged, 79);
	assert_int_equal(h->uidnext, 101);
	assert_int_equal(heart_sync(h, "INBOX"), 1);
	assert_int_equal(change_with(0, 20), 1);
}

static void
a_small_folder_is_believed(void **state)
{
	(void)state;
	assert_int_equal(change_with(0, 19), 0);
	assert_int_equal(h->counts.planned, 19);
	assert_int_equal(change_with(15, 4), 0);
	assert_int_equal(h->counts.planned, 4);
}

static void
old_mail_that_was_never_ours_counts_as_known(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		heart_mail(h, "Second", arena_printf(h->arena, "old%u", i), "my lawyer");
	atomic_fetch_add(&h->clock.now, 1000);
	assert_int_equal(heart_sync(h, "Second"), 0);
	replay_renumber(h->transport, "Second", 50);
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(h->counts.judged, 0);
	assert_int_equal(heart_cursor(h, "Second"), 41);
}

static void
resume(int expected)
{
	struct mailbox *mailbox = mailbox_new(&h->service, &h->account, replay_new());

	assert_non_null(mailbox);
	assert_int_equal(mailbox_resume(mailbox, "INBOX", &h->err), expected);
	assert_int_equal(mailbox_resume(mailbox, "Other", &h->err), -ENOENT);
	mailbox_free(mailbox);
}

/*
 * A parked folder: its actions hold up nothing, and mail that comes is judged when a person has
 * said that it may be read again; also what came in the very second that it was parked in.
 */
static void
a_parked_folder_waits_for_a_person(void **state)
{
	(void)state;
	add_mails("known", 3, "hello");
	heart_mail(h, "INBOX", "angry", "my lawyer");
	sync_well();
	replay_renumber(h->transport, "INBOX", 50);
	atomic_fetch_add(&h->clock.now, 1000);
	add_mails("unknown", 30, "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 1);
	add_mails("later", 200, "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 1);
	assert_int_equal(heart_act(h), 0);
	assert_false(h->outbox.more);
	assert_string_equal(tricks.log, "");
	assert_string_equal(heart_waiting(h), "flag:planned move:planned ");
	resume(0);
	sync_well();
	assert_int_equal(h->counts.judged, 204);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(strncmp(tricks.log, "\\Flagged:4 move:4 \\Flagged:35 move:35 ", 37), 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 235);
	assert_string_equal(heart_waiting(h), "");
}

/* The old folder comes back under its old number before anybody said anything. */
static void
a_parked_folder_that_comes_back_goes_on(void **state)
{
	struct folder_state folder;

	(void)state;
	assert_int_equal(h->transport->ops->select(h->transport, "INBOX", &folder, &h->err), 0);
	add_mails("known", 10, "hello");
	heart_mail(h, "INBOX", "angry", "my lawyer");
	sync_well();
	atomic_fetch_add(&h->clock.now, 1000);
	replay_renumber(h->transport, "INBOX", 50);
	add_mails("unknown", 30, "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 1);
	for (uint32_t uid = 12; uid < 42; uid++)
		assert_int_equal(replay_take(h->transport, "INBOX", uid), 0);
	replay_renumber(h->transport, "INBOX", folder.uidvalidity);
	assert_int_equal(heart_sync(h, "INBOX"), 1);
	resume(0);
	sync_well();
	assert_string_equal(heart_ledger(h, "INBOX"), "11:planned ");
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "\\Flagged:11 move:11 ");
	assert_int_equal(heart_cursor(h, "INBOX"), 12);
}

static void
resuming_a_folder_that_is_read_changes_nothing(void **state)
{
	(void)state;
	add_mails("a", 2, "hello");
	resume(-EALREADY);
	sync_well();
	assert_int_equal(h->counts.judged, 2);
}

static void
add_six(void)
{
	heart_mail(h, "INBOX", "k1", "hello");
	heart_mail(h, "INBOX", "n1", "my lawyer");
	heart_mail(h, "INBOX", "k2", "hello");
	heart_mail(h, "INBOX", "n2", "my lawyer");
	heart_mail(h, "INBOX", "k3", "hello");
	heart_mail(h, "INBOX", "n3", "my lawyer");
}

/*
 * New mails lie between known ones when the connection breaks after the first of them. Finishing
 * that one must not move the cursor past the others.
 */
static void
new_mail_between_known_ones_is_not_passed_over(void **state)
{
	(void)state;
	add_six();
	/* The known ones lay there alone before. */
	replay_renumber(h->transport, "INBOX", 40);
	for (uint32_t uid = 2; uid <= 6; uid += 2)
		replay_take(h->transport, "INBOX", uid);
	sync_well();
	assert_int_equal(h->counts.judged, 3);
	replay_delete(h->transport, "INBOX");
	add_six();
	tricks.lost_at = 4;
	assert_int_equal(heart_sync(h, "INBOX"), -EPIPE);
	assert_int_equal(h->counts.judged, 4);
	assert_int_equal(h->transport->ops->open(h->transport, &h->err), 0);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 4);
	tricks.lost_at = 0;
	replay_take(h->transport, "INBOX", 4);
	sync_well();
	assert_int_equal(h->counts.judged, 5);
	assert_int_equal(heart_cursor(h, "INBOX"), 6);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 7);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
what_was_parked_unjudged_is_read_once_more(void **state)
{
	(void)state;
	add_mails("a", 4, "hello");
	tricks.hidden = 2;
	sync_well();
	assert_string_equal(heart_ledger(h, "INBOX"), "2:parked ");
	tricks.hidden = 0;
	replay_renumber(h->transport, "INBOX", 50);
	sync_well();
	assert_int_equal(h->counts.judged, 4);
	assert_int_equal(heart_cursor(h, "INBOX"), 5);
	assert_string_equal(heart_parked(h), "the server lists it but does not give its text;");
}

static void
a_full_disk_leaves_the_old_numbering(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "angry", "my lawyer");
	sync_well();
	replay_renumber(h->transport, "INBOX", 50);
	tricks.commit = -ENOSPC;
	assert_int_equal(heart_sync(h, "INBOX"), -ENOSPC);
	assert_true(*h->err.text != '\0');
	tricks.commit = 0;
	tricks.begin = -ENOSPC;
	assert_int_equal(heart_sync(h, "INBOX"), -ENOSPC);
	assert_true(*h->err.text != '\0');
	tricks.begin = 0;
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned ");
	sync_well();
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_folder(h, "Angry"), "1[\\Flagged] ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_done_stays_done),
		TEST(what_was_planned_goes_on_under_the_new_number),
		TEST(what_was_planned_for_a_mail_that_is_gone_ends),
		TEST(a_planned_mail_that_is_there_twice_is_finished_once),
		TEST(four_of_five_is_enough),
		TEST(less_parks_the_folder),
		TEST(a_small_folder_is_believed),
		TEST(old_mail_that_was_never_ours_counts_as_known),
		TEST(a_parked_folder_waits_for_a_person),
		TEST(a_parked_folder_that_comes_back_goes_on),
		TEST(resuming_a_folder_that_is_read_changes_nothing),
		TEST(new_mail_between_known_ones_is_not_passed_over),
		TEST(what_was_parked_unjudged_is_read_once_more),
		TEST(a_full_disk_leaves_the_old_numbering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
