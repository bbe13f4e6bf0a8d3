/*
 * outbox: what was decided is done once, in order; what is not known is asked for before it is
 * repeated; what fails is tried again, later and later, and in the end told to a person.
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

#include "heart_help.h"

#define ALL "keyword: $Angry, flag, copy: Copies, draft: hello, move: Angry"
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static struct heart *h;
static const _Atomic int not_cut;

static void
start_with(const char *actions)
{
	heart_free(h);
	h = heart_new(actions);
}

/* One mail with these actions, judged. */
static void
plan(const char *actions)
{
	start_with(actions);
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
}

static void
pass(int64_t ms)
{
	atomic_fetch_add(&h->clock.now, ms);
}

static int
begin(void **state)
{
	(void)state;
	h = heart_new("flag");
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
actions_are_done_in_order(void **state)
{
	(void)state;
	plan(ALL);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "$Angry:1 \\Flagged:1 copy:1 draft move:1 ");
	assert_int_equal(h->outbox.done, 5);
	assert_false(h->outbox.more);
	assert_string_equal(heart_folder(h, "INBOX"), "");
	assert_string_equal(heart_folder(h, "Angry"), "1[$Angry \\Flagged] ");
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_ledger(h, "INBOX"), "");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(h->outbox.done, 0);
}

static void
a_move_waits_for_a_keyword_that_fails_for_now(void **state)
{
	(void)state;
	plan("keyword: $Angry, draft: hello, move: Angry");
	tricks.add_flag = -EPERM;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "draft ");
	assert_string_equal(heart_waiting(h), "keyword:planned move:planned ");
	assert_int_equal(h->outbox.next_ms, HEART_NOW + 15000);
	tricks.add_flag = 0;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "draft ");
	pass(15000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "draft $Angry:1 move:1 ");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
}

/*
 * 64 entries make a group: keyword and move of the 32nd mail fall into one, of the 22nd with three
 * actions into two.
 */
static void
a_move_waits_in_the_next_group_as_well(void **state)
{
	(void)state;
	start_with("keyword: $Angry, flag, move: Angry");
	for (unsigned i = 0; i < 100; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	tricks.add_flag = -EPERM;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "");
	tricks.add_flag = 0;
	pass(15000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
}

static void
a_keyword_that_the_folder_cannot_take_does_not_hold_the_move(void **state)
{
	(void)state;
	plan("keyword: $Angry, move: Angry");
	tricks.add_flag = -EPERM;
	tricks.no_keywords = true;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "move:1 ");
	assert_int_equal(h->outbox.failed, 1);
	assert_string_equal(heart_parked(h), "keyword: no flags;");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
}

static void
retries_come_later_and_later_and_end(void **state)
{
	int64_t delay = 15000, waited = 0;
	unsigned tries = 1;

	(void)state;
	plan("draft: hello");
	tricks.append_draft = -EDQUOT;
	assert_int_equal(heart_act(h), 0);
	for (; *heart_waiting(h); tries++) {
		assert_int_equal(h->outbox.next_ms, clock_now_ms(h->intake.clock) + delay);
		pass(delay - 1);
		assert_int_equal(heart_act(h), 0);
		assert_int_equal(heart_first(h).attempts, tries);
		pass(1);
		assert_int_equal(heart_act(h), 0);
		waited += delay;
		delay = delay * 2 > HOUR ? HOUR : delay * 2;
	}
	assert_int_equal(tries, 60);
	assert_true(waited > 48 * HOUR);
	assert_string_equal(heart_parked(h), "draft: no drafts;");
	assert_string_equal(heart_troubled(h), "no drafts;");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
}

static void
quota_is_waited_for(void **state)
{
	(void)state;
	plan("draft: hello, move: Angry");
	tricks.append_draft = -EDQUOT;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "move:1 ");
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned ");
	tricks.append_draft = 0;
	pass(15000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
a_mail_that_is_gone_needs_nothing_more(void **state)
{
	(void)state;
	plan(ALL);
	replay_take(h->transport, "INBOX", 1);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_parked(h), "");
	assert_string_equal(heart_folder(h, "Angry"), "none");
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
}

static void
a_server_that_cannot_move_leaves_it_to_a_person(void **state)
{
	(void)state;
	plan("flag, move: Angry");
	tricks.move = -ENOTSUP;
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(h->outbox.failed, 1);
	assert_string_equal(heart_folder(h, "INBOX"), "1[\\Flagged] ");
	assert_string_equal(heart_ledger(h, "INBOX"), "1:parked ");
	assert_string_equal(heart_parked(h), "move: no moves;");
}

static void
a_folder_that_was_deleted_parks_its_mail(void **state)
{
	(void)state;
	start_with("flag, draft: hello");
	assert_int_equal(heart_sync(h, "Second"), -ENOENT);
	heart_mail(h, "Second", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	replay_delete(h->transport, "Second");
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "draft ");
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_ledger(h, "Second"), "1:parked ");
}

/* Every operation, lost before and after it was done: each ends done, once. */
static void
what_was_lost_is_asked_for_before_it_is_repeated(void **state)
{
	static const char *const operations[] = { "select",       "status", "add_flag", "copy",
						  "append_draft", "move",   "list",     "find" };
	int r;

	(void)state;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		for (int done = 0; done < 2; done++) {
			plan(ALL);
			replay_fail(h->transport, operations[i], -EPIPE, done);
			r = heart_act(
				h); /* not every operation comes up in a run without trouble */
			assert_true(r == -EPIPE || r == 0);
			pass(15000);
			replay_fail(h->transport, NULL, 0, false);
			assert_int_equal(heart_act(h), 0);
			assert_string_equal(heart_waiting(h), "");
			assert_string_equal(heart_folder(h, "INBOX"), "");
			assert_string_equal(heart_folder(h, "Angry"), "1[$Angry \\Flagged] ");
			assert_string_equal(heart_folder(h, "Copies"), "1[$Angry \\Flagged] ");
			assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
			assert_int_equal(heart_cursor(h, "INBOX"), 2);
		}
}

/* We died after everything was done and before any of it was written down. */
static void
what_was_done_before_we_died_is_not_done_again(void **state)
{
	static const enum outbox_state found[] = { OUTBOX_STARTED, OUTBOX_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		plan(ALL);
		tricks.commit = -ENOSPC;
		tricks.commits = 1;
		assert_int_equal(heart_act(h), -ENOSPC);
		assert_string_equal(heart_folder(h, "Angry"), "1[$Angry \\Flagged] ");
		tricks.commit = 0;
		heart_mark(h, found[i]);
		if (i == 1)
			assert_int_equal(outbox_recover(h->store, "shop"), 0);
		assert_int_equal(heart_act(h), 0);
		assert_string_equal(heart_folder(h, "Angry"), "1[$Angry \\Flagged] ");
		assert_string_equal(heart_folder(h, "Copies"), "1[$Angry \\Flagged] ");
		assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
		assert_string_equal(heart_waiting(h), "");
		assert_int_equal(heart_cursor(h, "INBOX"), 2);
	}
}

/* Nothing was done yet when we died: all of it is done once. */
static void
what_was_not_done_before_we_died_is_done(void **state)
{
	(void)state;
	plan(ALL);
	heart_mark(h, OUTBOX_STARTED);
	assert_int_equal(outbox_recover(h->store, "shop"), 0);
	assert_string_equal(
		heart_waiting(h),
		"keyword:unknown flag:unknown copy:unknown draft:unknown move:unknown ");
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "$Angry:1 \\Flagged:1 copy:1 draft move:1 ");
}

/*
 * An unknown entry whose group broke off before its turn is still unknown: a second draft would be
 * the price.
 */
static void
unknown_stays_unknown_when_others_break_the_connection(void **state)
{
	(void)state;
	plan("keyword: $Angry, draft: hello");
	tricks.commit = -ENOSPC;
	tricks.commits = 1;
	assert_int_equal(heart_act(h), -ENOSPC);
	tricks.commit = 0;
	replay_fail(h->transport, "add_flag", -EPIPE, false);
	assert_int_equal(heart_act(h), -EPIPE);
	assert_string_equal(heart_waiting(h), "keyword:unknown draft:unknown ");
	pass(15000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
}

static void
half_a_move_is_finished_by_removing_the_original(void **state)
{
	(void)state;
	plan("move: Angry");
	tricks.half_move = true;
	assert_int_equal(heart_act(h), -EPIPE);
	assert_string_equal(heart_folder(h, "INBOX"), "1[] ");
	assert_string_equal(heart_folder(h, "Angry"), "1[] ");
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "remove:1 ");
	assert_string_equal(heart_folder(h, "INBOX"), "");
	assert_string_equal(heart_folder(h, "Angry"), "1[] ");
}

/* The same mail in the target from before we acted is not our copy. */
static void
an_older_copy_in_the_target_is_not_taken_for_ours(void **state)
{
	(void)state;
	start_with("move: Angry");
	heart_mail(h, "Angry", "a", "my lawyer");
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	replay_fail(h->transport, "move", -EPIPE, false);
	assert_int_equal(heart_act(h), -EPIPE);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "move:1 move:1 ");
	assert_string_equal(heart_folder(h, "Angry"), "1[] 2[] ");
}

#define SAME                                                                                       \
	"Subject: x\r\nMessage-ID: <same@example.org>\r\nDate: Fri, 15 Jan 2027 08:00:00 "         \
	"+0000\r\n\r\nmy lawyer\r\n"

static void
add_text(const char *text)
{
	assert_int_equal(replay_add(h->transport, "INBOX", text, strlen(text), HEART_NOW, NULL), 0);
}

/*
 * Two deliveries of one mail, same length: the copy of the first must not be taken for that of the
 * second.
 */
static void
two_mails_that_look_the_same_are_both_kept(void **state)
{
	(void)state;
	start_with("move: Angry");
	add_text("Received: from a by b.example\r\nFrom: kim@customer.example\r\n" SAME);
	add_text("Received: from a by c.example\r\nFrom: kim@customer.example\r\n" SAME);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	tricks.half_move = true;
	assert_int_equal(heart_act(h), -EPIPE);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "remove:1 move:2 ");
	assert_string_equal(heart_folder(h, "Angry"), "1[] 2[] ");
	assert_string_equal(heart_folder(h, "INBOX"), "");
}

/*
 * The same when we die after the first was moved and before the second was: only the group of the
 * first was begun.
 */
static void
two_mails_that_look_the_same_survive_a_crash(void **state)
{
	(void)state;
	start_with("move: Angry");
	add_text("Received: from a by b.example\r\nFrom: kim@customer.example\r\n" SAME);
	add_text("Received: from a by c.example\r\nFrom: kim@customer.example\r\n" SAME);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	tricks.lost_move = 2;
	tricks.commit = -ENOSPC;
	tricks.commits = 1;
	assert_int_equal(heart_act(h), -ENOSPC);
	tricks.lost_move = 0;
	tricks.commit = 0;
	assert_int_equal(outbox_recover(h->store, "shop"), 0);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_folder(h, "Angry"), "1[] 2[] ");
	assert_string_equal(heart_folder(h, "INBOX"), "");
}

static void
what_breaks_the_connection_every_time_lets_others_go_first(void **state)
{
	(void)state;
	start_with("draft: hello, flag");
	heart_mail(h, "INBOX", "a", "my lawyer");
	heart_mail(h, "INBOX", "b", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	tricks.append_draft = -EPIPE;
	for (unsigned i = 0; i < 6 && strstr(heart_waiting(h), "flag"); i++)
		heart_act(h);
	assert_string_equal(heart_waiting(h), "draft:unknown draft:unknown ");
	tricks.append_draft = 0;
	pass(HOUR);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
}

static void
a_target_that_breaks_the_connection_lets_others_go_first(void **state)
{
	(void)state;
	plan("move: Angry");
	tricks.status = -EPIPE;
	assert_int_equal(heart_act(h), -EPIPE);
	assert_string_equal(heart_waiting(h), "move:planned ");
	assert_int_equal(heart_act(h), 0);
	tricks.status = 0;
	pass(15000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "move:1 ");
}

static void
renumber_again(void)
{
	static unsigned calls;

	/* 1: the group is looked over. 2: an action selects its folder again. */
	if (++calls == 2) {
		replay_take(h->transport, "INBOX", 1);
		replay_renumber(h->transport, "INBOX", 99);
	}
}

/* A folder made anew between looking and acting: the old UIDs mean other mails now. */
static void
no_action_meets_another_mail_under_an_old_number(void **state)
{
	(void)state;
	start_with("move: Angry");
	heart_mail(h, "INBOX", "a", "my lawyer");
	heart_mail(h, "INBOX", "b", "hello");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	heart_mark(h, OUTBOX_UNKNOWN);
	tricks.selected = renumber_again;
	assert_int_equal(heart_act(h), -EPIPE);
	assert_string_equal(tricks.log, "");
	assert_string_equal(heart_folder(h, "INBOX"), "1[] ");
}

static void
a_folder_with_new_numbers_holds_up_nobody_else(void **state)
{
	(void)state;
	start_with("flag, draft: hello");
	assert_int_equal(heart_sync(h, "Second"), -ENOENT);
	heart_mail(h, "Second", "a", "my lawyer");
	heart_mail(h, "INBOX", "b", "my lawyer");
	assert_int_equal(heart_sync(h, "Second"), 0);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	replay_renumber(h->transport, "Second", 99);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "flag:planned ");
	assert_string_equal(heart_folder(h, "INBOX"), "1[\\Flagged] ");
}

static void
thousands_are_done_in_portions(void **state)
{
	unsigned done = 0, calls = 0;

	(void)state;
	start_with("flag, move: Angry");
	for (unsigned i = 0; i < 1000; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	do {
		assert_int_equal(heart_act(h), 0);
		assert_true(h->outbox.done <= 512);
		done += h->outbox.done;
		calls++;
	} while (h->outbox.more);
	assert_int_equal(done, 2000);
	assert_true(calls >= 4);
	assert_int_equal(heart_cursor(h, "INBOX"), 1001);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
a_clock_set_back_does_not_make_a_retry_wait_for_years(void **state)
{
	(void)state;
	plan("flag");
	tricks.add_flag = -EPERM;
	assert_int_equal(heart_act(h), 0);
	tricks.add_flag = 0;
	pass(-365 * 24 * HOUR);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
}

static void
what_is_tried_again_is_told_once(void **state)
{
	struct outbox_told told = { .count = 0 };
	const char *error;
	struct store_txn *txn;
	struct outbox_record e;

	(void)state;
	plan("flag");
	h->intake.told = &told;
	tricks.add_flag = -EPERM;
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(told.count, 1);
	pass(HOUR);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(told.count, 1);
	assert_int_equal(store_begin(h->store, false, &txn), 0);
	assert_int_equal(record_outbox_get(txn, h->arena, h->account.name, 1, &e), 0);
	store_abort(txn);
	error = e.error;
	assert_false(outbox_told_new(&told, h->account.name, error));
	assert_true(outbox_told_new(&told, "another", error));
	assert_true(outbox_told_new(&told, h->account.name, "another"));
	outbox_told_forget(&told);
	assert_true(outbox_told_new(&told, h->account.name, error));
	h->intake.told = NULL;
}

/* A clock set forward must not use up the two days at once. */
static void
a_clock_set_forward_gives_up_nothing(void **state)
{
	(void)state;
	plan("flag");
	tricks.add_flag = -EPERM;
	assert_int_equal(heart_act(h), 0);
	pass(365 * 24 * HOUR);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "flag:planned ");
}

static void
stopping_begins_nothing_more(void **state)
{
	(void)state;
	plan(ALL);
	h->service.stopping = 1;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(tricks.log, "");
	assert_string_equal(
		heart_waiting(h),
		"keyword:planned flag:planned copy:planned draft:planned move:planned ");
	h->service.stopping = 0;
}

static void
no_room_on_disk_means_no_action(void **state)
{
	(void)state;
	plan(ALL);
	tricks.commit = -ENOSPC;
	assert_int_equal(heart_act(h), -ENOSPC);
	assert_string_equal(tricks.log, "");
	tricks.commit = 0;
	tricks.begin = -ENOSPC;
	assert_int_equal(heart_act(h), -ENOSPC);
	assert_string_equal(tricks.log, "");
	tricks.begin = 0;
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
}

static int
courier(unsigned kinds)
{
	return outbox_run_courier(&h->intake, kinds, &not_cut, &h->outbox, &h->err);
}

static void
a_webhook_is_repeated_with_the_same_key(void **state)
{
	struct webhook_config desk = { .name = "desk" };
	struct heart_sink s;
	char url[HEART_URL];

	(void)state;
	plan("webhook: desk");
	heart_sink_start(&s, "HTTP/1.1 503 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			 url);
	desk.url = url;
	h->config.webhooks = &desk;
	assert_int_equal(courier(1u << OUTBOX_WEBHOOK), 0);
	assert_string_equal(heart_waiting(h), "webhook:planned ");
	assert_int_equal(h->outbox.next_ms, HEART_NOW + 15000);
	heart_mark(h, OUTBOX_STARTED);
	assert_int_equal(outbox_recover(h->store, "shop"), 0);
	assert_string_equal(heart_waiting(h), "webhook:planned ");
	s.answer = "HTTP/1.1 200 yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	assert_int_equal(courier(1u << OUTBOX_WEBHOOK), 0);
	heart_sink_stop(&s);
	assert_int_equal(s.requests, 2);
	assert_true(strlen(s.keys[0]) > 20);
	assert_string_equal(s.keys[0], s.keys[1]);
	assert_string_equal(heart_waiting(h), "");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
}

static void
a_webhook_that_is_down_is_tried_once_a_call(void **state)
{
	struct webhook_config desk = { .name = "desk" };
	struct heart_sink s;
	char url[HEART_URL];

	(void)state;
	start_with("webhook: desk");
	for (unsigned i = 0; i < 40; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	heart_sink_start(&s, "", url);
	desk.url = url;
	h->config.webhooks = &desk;
	assert_int_equal(courier(1u << OUTBOX_WEBHOOK), 0);
	assert_false(h->outbox.more);
	heart_sink_stop(&s);
	assert_int_equal(s.requests, 1);
}

static void
a_webhook_that_left_the_configuration_is_told(void **state)
{
	(void)state;
	plan("webhook: desk");
	h->config.webhook_count = 0;
	assert_int_equal(courier(1u << OUTBOX_WEBHOOK), 0);
	assert_int_equal(h->outbox.failed, 1);
	assert_non_null(strstr(heart_troubled(h), "no longer in the configuration"));
	assert_string_equal(heart_ledger(h, "INBOX"), "1:parked ");
}

/* Nothing listens: it was certainly not delivered. */
static void
a_notice_that_was_not_delivered_is_tried_again(void **state)
{
	(void)state;
	plan("notify: kim");
	assert_int_equal(courier(1u << OUTBOX_NOTIFY), 0);
	assert_string_equal(heart_waiting(h), "notify:planned ");
	assert_int_equal(h->outbox.next_ms, HEART_NOW + 15000);
}

/* Both as found at start and as a store that failed after sending leaves it. */
static void
a_notice_that_may_have_gone_is_never_sent_again(void **state)
{
	struct heart_sink s;
	char url[HEART_URL], smtp[64];

	(void)state;
	for (int restarted = 0; restarted < 2; restarted++) {
		plan("notify: kim");
		heart_sink_start(&s, "220 smtp.example\r\n", url);
		snprintf(smtp, sizeof(smtp), "smtp%.*s", (int)(strrchr(url, '/') - url - 4),
			 url + 4);
		h->config.smtp.url = smtp;
		heart_mark(h, OUTBOX_STARTED);
		if (restarted)
			assert_int_equal(outbox_recover(h->store, "shop"), 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(courier(1u << OUTBOX_NOTIFY), 0);
		assert_int_equal(outbox_recover(h->store, "shop"), 0);
		assert_int_equal(courier(1u << OUTBOX_NOTIFY), 0);
		heart_sink_stop(&s);
		assert_int_equal(s.requests, 0);
		assert_string_equal(heart_waiting(h), "notify:unknown ");
		assert_non_null(strstr(heart_troubled(h), "not sent twice"));
		assert_string_equal(heart_ledger(h, "INBOX"), "1:parked ");
		assert_int_equal(heart_cursor(h, "INBOX"), 2);
	}
}

/*
 * A courier read its entry, then the folder was matched again: the entry keeps its new place, and
 * the mail is finished there.
 */
static void
a_new_number_is_not_undone_by_a_courier(void **state)
{
	struct outbox_record e, now;
	struct outbox_result result = { .error = 0 };
	struct folder_state folder;

	(void)state;
	start_with("webhook: desk");
	heart_mail(h, "INBOX", "x", "hello");
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	e = heart_first(h);
	replay_take(h->transport, "INBOX", 1);
	replay_renumber(h->transport, "INBOX", 99);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(outbox_start(h->store, h->arena, &e, 1), 0);
	now = heart_first(h);
	assert_int_equal(now.uid, 1);
	assert_int_equal(now.uidvalidity, 99);
	heart_mail(h, "INBOX", "first", "hello");
	replay_renumber(h->transport, "INBOX", 100);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	result.entry = e;
	assert_int_equal(outbox_finish(&h->intake, &result, 1), 0);
	assert_int_equal(h->transport->ops->select(h->transport, "INBOX", &folder, &h->err), 0);
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_ledger(h, "INBOX"), "");
	assert_int_equal(heart_cursor(h, "INBOX"), folder.uidnext);
}

static void
a_draft_whose_text_is_lost_is_told(void **state)
{
	struct store_txn *txn;
	struct outbox_record e;

	(void)state;
	plan("draft: hello");
	e = heart_first(h);
	assert_int_equal(store_begin(h->store, true, &txn), 0);
	e.state = OUTBOX_DONE;
	assert_int_equal(record_outbox_put(txn, &e, NULL), 0);
	e.state = OUTBOX_PLANNED;
	assert_int_equal(record_outbox_put(txn, &e, NULL), 0);
	assert_int_equal(store_commit(txn), 0);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_parked(h), "draft: the draft's text is no longer in the store;");
}

/* A draft that has arrived, though nobody knows it yet. */
static void
lay_out_unknown(void)
{
	plan("draft: hello");
	replay_fail(h->transport, "append_draft", -EPIPE, true);
	assert_int_equal(heart_act(h), -EPIPE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* The draft of the only case says $30, and $20 is approved now. */
static unsigned
approve_less(void)
{
	struct outbox_record draft = heart_first(h);
	struct case_record c;
	struct store_txn *txn;
	unsigned count;

	assert_int_equal(store_begin(h->store, true, &txn), 0);
	draft.names = "$30";
	assert_int_equal(record_outbox_put(txn, &draft, NULL), 0);
	assert_int_equal(record_case_get(txn, h->arena, draft.case_id, &c), 0);
	c.approved = "$20";
	assert_int_equal(record_case_put(txn, &c), 0);
	assert_int_equal(
		outbox_withdraw_drafts(txn, h->arena, &c, clock_now_ms(h->intake.clock), &count),
		0);
	assert_int_equal(store_commit(txn), 0);
	return count;
}

/* How many events of a kind the only case has. */
static int
count_event(void *context, const struct event_record *event)
{
	struct {
		const char *kind;
		unsigned count;
	} *wanted = context;

	wanted->count += strcmp(event->kind, wanted->kind) == 0;
	return 0;
}

static unsigned
events(const char *kind)
{
	struct {
		const char *kind;
		unsigned count;
	} wanted = { kind, 0 };
	struct store_txn *txn;

	assert_int_equal(store_begin(h->store, false, &txn), 0);
	assert_int_equal(record_event_each(txn, h->arena, 1, count_event, &wanted), 0);
	store_abort(txn);
	return wanted.count;
}

/* The server took the draft, and nobody heard of it before less was approved. */
static void
a_draft_that_was_being_laid_out_is_taken_out_again(void **state)
{
	(void)state;
	lay_out_unknown();
	assert_string_equal(heart_waiting(h), "draft:unknown ");
	assert_int_equal(approve_less(), 1);
	assert_string_equal(heart_waiting(h), "draft:unknown withdraw:planned ");
	assert_int_equal(heart_act(h), 0);
	pass(20000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_folder(h, "Drafts"), "");
	assert_int_equal(events("draft"), 1);
	assert_int_equal(events("withdrawn"), 1);
	assert_string_equal(tricks.log, "draft ");
}

static void
a_draft_that_did_not_arrive_is_not_laid_out_and_needs_no_word(void **state)
{
	(void)state;
	plan("draft: hello");
	tricks.append_draft = -EPIPE;
	heart_act(h);
	tricks.append_draft = 0;
	assert_int_equal(approve_less(), 1);
	for (unsigned i = 0; i < 2; i++) {
		pass(HOUR);
		assert_int_equal(heart_act(h), 0);
	}
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_folder(h, "Drafts"), "none");
	assert_int_equal(events("failed"), 1);
	assert_int_equal(events("withdrawn"), 0);
	assert_int_equal(events("draft-stays"), 0);
}

/* Changes the entry of the draft. */
static void
put_draft(const struct outbox_record *draft)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(h->store, true, &txn), 0);
	assert_int_equal(record_outbox_put(txn, draft, NULL), 0);
	assert_int_equal(store_commit(txn), 0);
}

static void
a_withdrawal_waits_for_its_draft(void **state)
{
	struct outbox_record draft;

	(void)state;
	lay_out_unknown();
	assert_int_equal(approve_less(), 1);
	draft = heart_first(h);
	draft.next_ms = clock_now_ms(h->intake.clock) + 1000;
	put_draft(&draft);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "draft:unknown withdraw:planned ");
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
	for (unsigned i = 0; i < 3; i++) {
		pass(20000);
		assert_int_equal(heart_act(h), 0);
	}
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_folder(h, "Drafts"), "");
	assert_int_equal(events("withdrawn"), 1);
}

static void
a_draft_that_somebody_changed_stays(void **state)
{
	struct outbox_record draft;

	(void)state;
	lay_out_unknown();
	draft = heart_first(h);
	draft.digest = "another";
	put_draft(&draft);
	assert_int_equal(approve_less(), 1);
	assert_int_equal(heart_act(h), 0);
	pass(20000);
	assert_int_equal(heart_act(h), 0);
	assert_string_equal(heart_waiting(h), "");
	assert_string_equal(heart_folder(h, "Drafts"), "1[\\Draft \\Seen] ");
	assert_int_equal(events("draft-stays"), 1);
	assert_int_equal(events("withdrawn"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(actions_are_done_in_order),
		TEST(a_move_waits_for_a_keyword_that_fails_for_now),
		TEST(a_move_waits_in_the_next_group_as_well),
		TEST(a_keyword_that_the_folder_cannot_take_does_not_hold_the_move),
		TEST(retries_come_later_and_later_and_end),
		TEST(quota_is_waited_for),
		TEST(a_mail_that_is_gone_needs_nothing_more),
		TEST(a_server_that_cannot_move_leaves_it_to_a_person),
		TEST(a_folder_that_was_deleted_parks_its_mail),
		TEST(what_was_lost_is_asked_for_before_it_is_repeated),
		TEST(what_was_done_before_we_died_is_not_done_again),
		TEST(what_was_not_done_before_we_died_is_done),
		TEST(unknown_stays_unknown_when_others_break_the_connection),
		TEST(half_a_move_is_finished_by_removing_the_original),
		TEST(an_older_copy_in_the_target_is_not_taken_for_ours),
		TEST(two_mails_that_look_the_same_are_both_kept),
		TEST(two_mails_that_look_the_same_survive_a_crash),
		TEST(what_breaks_the_connection_every_time_lets_others_go_first),
		TEST(a_target_that_breaks_the_connection_lets_others_go_first),
		TEST(no_action_meets_another_mail_under_an_old_number),
		TEST(a_folder_with_new_numbers_holds_up_nobody_else),
		TEST(thousands_are_done_in_portions),
		TEST(what_is_tried_again_is_told_once),
		TEST(a_clock_set_back_does_not_make_a_retry_wait_for_years),
		TEST(a_clock_set_forward_gives_up_nothing),
		TEST(stopping_begins_nothing_more),
		TEST(no_room_on_disk_means_no_action),
		TEST(a_webhook_is_repeated_with_the_same_key),
		TEST(a_webhook_that_is_down_is_tried_once_a_call),
		TEST(a_webhook_that_left_the_configuration_is_told),
		TEST(a_notice_that_was_not_delivered_is_tried_again),
		TEST(a_notice_that_may_have_gone_is_never_sent_again),
		TEST(a_new_number_is_not_undone_by_a_courier),
		TEST(a_draft_whose_text_is_lost_is_told),
		TEST(a_draft_that_was_being_laid_out_is_taken_out_again),
		TEST(a_draft_that_did_not_arrive_is_not_laid_out_and_needs_no_word),
		TEST(a_withdrawal_waits_for_its_draft),
		TEST(a_draft_that_somebody_changed_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
