/*
 * intake: every UID ends as done, planned or parked; the cursor is the lowest unfinished UID
 * whatever the order of finishing; nothing is judged twice.
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

/* Finishes the entry of a mail as the outbox would. */
static void
finish(uint32_t uid, enum ledger_state how)
{
	struct folder_state folder;
	struct store_txn *txn;

	assert_int_equal(h->transport->ops->select(h->transport, "INBOX", &folder, &h->err), 0);
	assert_int_equal(store_begin(h->store, true, &txn), 0);
	assert_int_equal(intake_finish(txn, h->arena, "shop", "INBOX", folder.uidvalidity, uid, how,
				       how == LEDGER_PARKED ? "why" : ""),
			 0);
	assert_int_equal(store_commit(txn), 0);
}

static void
harmless_mail_only_moves_the_cursor(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "a", "hello");
	heart_mail(h, "INBOX", "b", "hello again");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 2);
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
	assert_string_equal(heart_waiting(h), "");
}

static void
a_threat_is_planned_and_holds_the_cursor(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "a", "hello");
	heart_mail(h, "INBOX", "b", "my lawyer");
	heart_mail(h, "INBOX", "c", "hello");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.planned, 1);
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
	assert_string_equal(heart_ledger(h, "INBOX"), "2:planned 3:done ");
	assert_string_equal(heart_waiting(h), "keyword:planned ");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 3);
}

/* All orders of finishing five mails, of which one is parked at the end. */
static void
cursor_is_the_lowest_unfinished_in_every_order(void **state)
{
	unsigned order[] = { 1, 2, 3, 4, 5 }, position[6] = { 0 };
	size_t k = 1, rounds = 0;

	(void)state;
	for (;;) {
		bool over[8] = { false };

		heart_free(h);
		h = heart_new("keyword: $Angry");
		for (unsigned i = 0; i < 5; i++)
			heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "my lawyer");
		assert_int_equal(heart_sync(h, "INBOX"), 0);
		for (unsigned i = 0; i < 5; i++) {
			unsigned lowest = 1;

			finish(order[i], order[i] == 4 ? LEDGER_PARKED : LEDGER_DONE);
			over[order[i]] = true;
			while (over[lowest])
				lowest++;
			assert_int_equal(heart_cursor(h, "INBOX"), lowest);
		}
		assert_string_equal(heart_ledger(h, "INBOX"), "4:parked ");
		assert_string_equal(heart_parked(h), "why;");
		rounds++;
		/* The next permutation (Heap's algorithm, without recursion). */
		while (k < 5 && position[k] >= k)
			position[k++] = 0;
		if (k == 5)
			break;
		size_t other = k % 2 ? position[k] : 0;
		unsigned kept = order[k];

		order[k] = order[other];
		order[other] = kept;
		position[k]++;
		k = 1;
	}
	assert_int_equal(rounds, 120);
}

static void
done_mail_above_a_planned_one_is_forgotten_once_the_cursor_passes(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "first", "my lawyer");
	for (unsigned i = 0; i < 500; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "hello");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 1);
	finish(1, LEDGER_DONE);
	assert_int_equal(heart_cursor(h, "INBOX"), 502);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
the_same_bytes_are_not_judged_again(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 1);
	assert_int_equal(h->counts.known, 1);
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned 2:done ");
}

static void
add_text(const char *text)
{
	assert_int_equal(replay_add(h->transport, "INBOX", text, strlen(text), HEART_NOW, NULL), 0);
}

#define TWICE                                                                                      \
	"From: kim@customer.example\r\nSubject: x\r\nMessage-ID: <twice@example.org>\r\nDate: "    \
	"Fri, 15 Jan 2027 08:00:00 +0000\r\n"

static void
a_second_delivery_gets_no_second_draft(void **state)
{
	(void)state;
	heart_free(h);
	h = heart_new("keyword: $Angry, draft: hello");
	add_text("Received: from a by b\r\n" TWICE "\r\nmy lawyer\r\n");
	add_text("Received: from a by another.example\r\n" TWICE "\r\nmy lawyer\r\n");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 2);
	assert_string_equal(heart_waiting(h), "keyword:planned draft:planned keyword:planned ");
}

static void
a_message_id_used_again_for_another_text_is_another_mail(void **state)
{
	(void)state;
	heart_free(h);
	h = heart_new("keyword: $Angry, draft: hello");
	add_text(TWICE "\r\nmy lawyer\r\n");
	add_text(TWICE "\r\nmy lawyer will write\r\n");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_string_equal(heart_waiting(h),
			    "keyword:planned draft:planned keyword:planned draft:planned ");
}

static int
copy_draft(void *context, const struct replay_message *m)
{
	(void)context;
	return replay_add(h->transport, "INBOX", m->bytes, m->len, HEART_NOW, NULL);
}

static void
our_own_draft_is_done_at_once(void **state)
{
	(void)state;
	heart_free(h);
	h = heart_new("draft: hello");
	heart_mail(h, "INBOX", "a", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(heart_act(h), 0);
	assert_int_equal(replay_visit(h->transport, "Drafts", copy_draft, NULL), 0);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 1);
	assert_int_equal(h->counts.known, 1);
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
	assert_string_equal(heart_waiting(h), "");
}

/* Puts a threat into INBOX that says with one header line that it is ours. */
static void
claim(const char *from, const char *line)
{
	const char *text = arena_printf(h->arena,
					"From: <%s>\r\nTo: support@shop.example\r\n"
					"Subject: x\r\n%s\r\n\r\nmy lawyer\r\n",
					from, line);

	assert_int_equal(replay_add(h->transport, "INBOX", text, strlen(text), HEART_NOW, NULL), 0);
}

static void
our_token_in_a_strangers_mail_hides_nothing(void **state)
{
	struct outbox_record entry;

	(void)state;
	heart_free(h);
	h = heart_new("draft: hello");
	claim("mina@customer.example", "X-Triaged-Draft: case=C1; template=hello");
	claim("mina@customer.example", "Message-ID: <triaged.x@y>");
	claim("mina@customer.example", "Message-ID: <triaged.1.1.0123456789abcdef@shop.example>");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.known, 0);
	assert_int_equal(h->counts.planned, 3);

	/* Who had our mail knows its Message-ID; an agent who sends our draft uses it. */
	entry = heart_first(h);
	claim("mina@customer.example", arena_printf(h->arena, "Message-ID: %s", entry.message_id));
	claim("kim@shop.example", arena_printf(h->arena, "Message-ID: %s", entry.message_id));
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.planned, 4);
	assert_int_equal(h->counts.known, 1);
}

static void
a_notice_that_is_not_known_any_more_is_still_automatic(void **state)
{
	(void)state;
	heart_free(h);
	h = heart_new("draft: hello");
	claim("triage@elsewhere.example",
	      "Message-ID: <triaged.1.1.0123456789abcdef@elsewhere.example>\r\n"
	      "Auto-Submitted: auto-generated");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 1);
	assert_int_equal(h->counts.planned, 0);
}

static void
pass_on(const char *from, const char *words)
{
	const char *text = arena_printf(
		h->arena,
		"From: <%s>\r\nTo: support@shop.example\r\nSubject: Fwd: late\r\n\r\n%s"
		"---------- Forwarded message ---------\r\nFrom: Ann <Ann@customer.example>\r\n"
		"Date: Wed, 4 Mar 2026 at 09:12\r\nSubject: late\r\nTo: <%s>\r\n\r\nmy lawyer\r\n",
		from, words, from);

	assert_int_equal(replay_add(h->transport, "INBOX", text, strlen(text), HEART_NOW, NULL), 0);
}

static struct message_record
newest_record(uint64_t id)
{
	struct store_txn *txn;
	struct message_record m;

	assert_int_equal(store_begin(h->store, false, &txn), 0);
	assert_int_equal(record_message_get(txn, h->arena, id, &m), 0);
	store_abort(txn);
	record_message_free(&m);
	return m;
}

static void
a_mail_that_a_colleague_passes_on_is_the_customers(void **state)
{
	struct message_record m;

	(void)state;
	pass_on("kim@shop.example", "");
	pass_on("kim@shop.example", "please look at this\r\n\r\n");
	pass_on("mallory@elsewhere.example", "");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_int_equal(h->counts.judged, 3);
	m = newest_record(1);
	assert_string_equal(m.from, "ann@customer.example");
	assert_string_equal(m.forwarded_by, "kim@shop.example");
	assert_string_equal(m.subject, "late");
	assert_true(m.hits != 0);
	m = newest_record(2);
	assert_string_equal(m.from, "kim@shop.example");
	assert_string_equal(m.forwarded_by, "");
	assert_int_equal(m.hits, 0);
	/* A stranger cannot put words into somebody's mouth. */
	m = newest_record(3);
	assert_string_equal(m.from, "mallory@elsewhere.example");
	assert_string_equal(m.forwarded_by, "");
	assert_true(m.hits != 0);
}

static void
mail_that_is_too_big_for_its_memory_is_parked(void **state)
{
	struct judge *judge = judge_new();
	struct arrival a = { .arena = arena_new(200), .listed = { .uid = 1, .size = 40 } };
	struct arrival *list[] = { &a };
	struct folder_state folder;

	(void)state;
	assert_int_equal(h->transport->ops->select(h->transport, "INBOX", &folder, &h->err), 0);
	a.bytes = "From: a@b.example\r\nSubject: x\r\n\r\nlawyer\r\n";
	a.len = strlen(a.bytes);
	intake_judge(judge, h->bundle, &a);
	assert_non_null(a.parked);
	assert_int_equal(intake_commit(&h->intake, h->bundle, "INBOX", folder.uidvalidity, list, 1,
				       &h->counts),
			 0);
	assert_int_equal(h->counts.parked, 1);
	assert_string_equal(heart_ledger(h, "INBOX"), "1:parked ");
	assert_int_equal(heart_cursor(h, "INBOX"), 2);
	arena_free(a.arena);
	judge_free(judge);
}

/*
 * A record that cannot be read must not hold up the folder: the mail that needs it is parked, the
 * others are judged.
 */
static void
one_mail_that_cannot_be_recorded_does_not_hold_up_the_others(void **state)
{
	static const char key[] = "\0kb@customer.example";
	struct store_txn *txn;

	(void)state;
	heart_mail(h, "INBOX", "a", "my lawyer");
	heart_mail(h, "INBOX", "b", "my lawyer");
	heart_mail(h, "INBOX", "c", "hello");
	assert_int_equal(store_begin(h->store, true, &txn), 0);
	assert_int_equal(record_customer_put(
				 txn, &(struct customer_record){ .address = "b@customer.example" }),
			 0);
	assert_int_equal(store_put(txn, (struct span){ key, sizeof(key) }, (struct span){ "?", 1 }),
			 0);
	assert_int_equal(store_commit(txn), 0);
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned 2:parked 3:done ");
	assert_int_equal(h->counts.judged, 2);
	assert_int_equal(h->counts.parked, 1);
}

static void
a_full_disk_leaves_nothing_behind(void **state)
{
	(void)state;
	heart_mail(h, "INBOX", "a", "my lawyer");
	tricks.commit = -ENOSPC;
	assert_int_equal(heart_sync(h, "INBOX"), -ENOSPC);
	assert_non_null(strstr(h->err.text, "make room"));
	assert_int_equal(h->counts.judged, 0);
	assert_int_equal(heart_cursor(h, "INBOX"), 1);
	assert_string_equal(heart_waiting(h), "");
	tricks.commit = 0;
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	assert_string_equal(heart_ledger(h, "INBOX"), "1:planned ");
}

static void
another_numbering_is_refused(void **state)
{
	struct arrival a = { .listed.uid = 1, .parked = "x" }, *list[] = { &a };

	(void)state;
	assert_int_equal(intake_commit(&h->intake, h->bundle, "INBOX", 4711, list, 1, &h->counts),
			 -ESTALE);
	assert_int_equal(heart_cursor(h, "INBOX"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(harmless_mail_only_moves_the_cursor),
		TEST(a_threat_is_planned_and_holds_the_cursor),
		TEST(cursor_is_the_lowest_unfinished_in_every_order),
		TEST(done_mail_above_a_planned_one_is_forgotten_once_the_cursor_passes),
		TEST(the_same_bytes_are_not_judged_again),
		TEST(a_second_delivery_gets_no_second_draft),
		TEST(a_message_id_used_again_for_another_text_is_another_mail),
		TEST(our_own_draft_is_done_at_once),
		TEST(our_token_in_a_strangers_mail_hides_nothing),
		TEST(a_notice_that_is_not_known_any_more_is_still_automatic),
		TEST(a_mail_that_a_colleague_passes_on_is_the_customers),
		TEST(mail_that_is_too_big_for_its_memory_is_parked),
		TEST(one_mail_that_cannot_be_recorded_does_not_hold_up_the_others),
		TEST(a_full_disk_leaves_nothing_behind),
		TEST(another_numbering_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
