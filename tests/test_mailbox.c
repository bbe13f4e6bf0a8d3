/*
 * mailbox: an account's life on its own thread: it watches, comes back, says what is wrong, stops
 * at once; and two of them share one store without disturbing each other.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/mailbox.h"
#include "heart_help.h"

#define BOXES 2

static struct heart *h;
static struct account_config accounts[BOXES];
static struct transport *servers[BOXES];
static struct mailbox *boxes[BOXES];

static int
begin(void **state)
{
	static const char *const names[BOXES] = { "one", "two" };

	(void)state;
	h = heart_new("keyword: $Angry, draft: hello, webhook: desk, move: Angry");
	for (size_t i = 0; i < BOXES; i++) {
		accounts[i] = h->account;
		accounts[i].name = names[i];
		servers[i] = replay_new();
		heart_patient(servers[i]);
		boxes[i] = mailbox_new(&h->service, &accounts[i], servers[i]);
		if (!boxes[i])
			return -1;
	}
	h->config.accounts = accounts;
	h->config.account_count = BOXES;
	return 0;
}

static void
stop_all(void)
{
	service_stop(&h->service, false);
	for (size_t i = 0; i < BOXES; i++)
		mailbox_wake(boxes[i], false);
	for (size_t i = 0; i < BOXES; i++)
		assert_true(mailbox_join(boxes[i], clock_monotonic_ms() + 5000));
}

static int
end(void **state)
{
	(void)state;
	stop_all();
	service_join(&h->service, clock_monotonic_ms() + 5000);
	for (size_t i = 0; i < BOXES; i++)
		mailbox_free(boxes[i]);
	h->config.account_count = 0;
	heart_free(h);
	return 0;
}

static void
add_mails(size_t box, const char *folder, unsigned count, const char *words)
{
	static unsigned number;
	char text[512];

	for (unsigned i = 0; i < count; i++) {
		number++;
		snprintf(text, sizeof(text),
			 "From: c%u@customer.example\r\nSubject: s\r\nMessage-ID: "
			 "<%u@example.org>\r\n"
			 "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n\r\n%s\r\n",
			 number, number, words);
		assert_int_equal(
			replay_add(servers[box], folder, text, strlen(text), HEART_NOW, NULL), 0);
	}
}

/* A member of the status: a text, or a number as text. */
static const char *
status(size_t box, const char *name, char *ret, size_t size)
{
	json_t *all = mailbox_status(boxes[box]), *value = json_object_get(all, name);

	if (json_is_string(value))
		snprintf(ret, size, "%s", json_string_value(value));
	else
		snprintf(ret, size, "%lld", (long long)json_integer_value(value));
	json_decref(all);
	return ret;
}

static void
comes(size_t box, const char *name, const char *value)
{
	char now[600];

	for (int i = 0; i < 15000 && strcmp(status(box, name, now, sizeof(now)), value) != 0; i++)
		poll(NULL, 0, 1);
	assert_string_equal(now, value);
}

static const char *
problem(size_t box, size_t folder)
{
	json_t *all = mailbox_status(boxes[box]);
	const char *text = json_string_value(json_object_get(
		json_array_get(json_object_get(all, "folders"), folder), "problem"));

	text = arena_strdup(h->arena, text);
	json_decref(all);
	return text;
}

static int
count_mail(void *context, const struct replay_message *m)
{
	(void)m;
	(*(unsigned *)context)++;
	return 0;
}

static unsigned
mails_in(size_t box, const char *folder)
{
	unsigned count = 0;

	replay_visit(servers[box], folder, count_mail, &count);
	return count;
}

static void
once_does_what_is_waiting(void **state)
{
	(void)state;
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	add_mails(0, "INBOX", 300, "my lawyer");
	add_mails(0, "INBOX", 2, "hello");
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_int_equal(mails_in(0, "Angry"), 300);
	assert_int_equal(mails_in(0, "Drafts"), 300);
	assert_int_equal(mails_in(0, "INBOX"), 2);
	comes(0, "state", "stopped");
	comes(0, "judged", "302");
	comes(0, "carried_out", "900");
}

static void
a_missing_folder_holds_up_no_other(void **state)
{
	(void)state;
	accounts[0].folder_count = 1;
	mailbox_free(boxes[0]);
	accounts[0].folder_count = 2;
	servers[0] = replay_new();
	heart_patient(servers[0]);
	boxes[0] = mailbox_new(&h->service, &accounts[0], servers[0]);
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_string_equal(problem(0, 0), "");
	assert_string_not_equal(problem(0, 1), "");
	add_mails(0, "INBOX", 1, "my lawyer");
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_int_equal(mails_in(0, "Angry"), 1);
	add_mails(0, "Second", 1, "my lawyer");
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_string_equal(problem(0, 1), "");
	assert_int_equal(mails_in(0, "Angry"), 2);
}

static void
a_first_folder_that_is_missing_is_waited_for(void **state)
{
	static const char *folders[] = { "Later" };

	(void)state;
	mailbox_free(boxes[0]);
	accounts[0].folders = folders;
	accounts[0].poll_seconds = 1;
	servers[0] = replay_new();
	heart_patient(servers[0]);
	boxes[0] = mailbox_new(&h->service, &accounts[0], servers[0]);
	assert_int_equal(mailbox_start(boxes[0], &h->err), 0);
	comes(0, "state", "watching");
	assert_string_not_equal(problem(0, 0), "");
	add_mails(0, "Later", 1, "my lawyer");
	comes(0, "carried_out", "3");
	assert_string_equal(problem(0, 0), "");
}

static void
mail_that_comes_while_it_watches_is_dealt_with(void **state)
{
	(void)state;
	assert_int_equal(mailbox_start(boxes[0], &h->err), 0);
	comes(0, "state", "watching");
	assert_int_equal(mailbox_beat(boxes[0]), 0);
	for (unsigned i = 1; i <= 3; i++) {
		add_mails(0, "INBOX", 1, "my lawyer");
		comes(0, "carried_out", arena_printf(h->arena, "%u", 3 * i));
	}
	stop_all();
	assert_int_equal(mails_in(0, "Angry"), 3);
	assert_int_equal(mails_in(0, "Drafts"), 3);
}

static void
two_accounts_and_the_couriers_share_one_store(void **state)
{
	struct webhook_config desk = { .name = "desk" };
	struct heart_sink sink;
	struct store_txn *txn;
	char url[HEART_URL];

	(void)state;
	heart_sink_start(&sink,
			 "HTTP/1.1 200 yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", url);
	desk.url = url;
	h->config.webhooks = &desk;
	assert_int_equal(service_start_couriers(&h->service, &h->err), 0);
	for (size_t i = 0; i < BOXES; i++)
		assert_int_equal(mailbox_start(boxes[i], &h->err), 0);
	for (size_t i = 0; i < BOXES; i++)
		comes(i, "state", "watching");
	for (unsigned k = 0; k < 10; k++)
		for (size_t i = 0; i < BOXES; i++) {
			add_mails(i, "INBOX", 5, "my lawyer");
			add_mails(i, "INBOX", 1, "hello");
		}
	service_swap(&h->service,
		     heart_bundle(&h->config,
				  "keyword: $Angry, draft: hello, webhook: desk, move: Angry"));
	for (size_t i = 0; i < BOXES; i++)
		comes(i, "carried_out", "150");
	for (int i = 0; i < 10000 && sink.requests < 100; i++)
		poll(NULL, 0, 1);
	stop_all();
	service_join(&h->service, clock_monotonic_ms() + 5000);
	heart_sink_stop(&sink);
	assert_int_equal(sink.requests, 100);
	for (size_t i = 0; i < BOXES; i++) {
		struct cursor_record cursor;

		assert_int_equal(mails_in(i, "Angry"), 50);
		assert_int_equal(mails_in(i, "Drafts"), 50);
		assert_int_equal(mails_in(i, "INBOX"), 10);
		assert_int_equal(store_begin(h->store, false, &txn), 0);
		assert_int_equal(
			record_cursor_get(txn, h->arena, accounts[i].name, "INBOX", &cursor), 0);
		assert_int_equal(cursor.next, 61);
		store_abort(txn);
	}
}

static void
a_lost_connection_is_opened_again(void **state)
{
	(void)state;
	assert_int_equal(mailbox_start(boxes[0], &h->err), 0);
	comes(0, "state", "watching");
	replay_fail(servers[0], "wait", -EPIPE, false);
	comes(0, "state", "not connected");
	assert_string_not_equal(status(0, "error", (char[600]){ "" }, 600), "");
	add_mails(0, "INBOX", 1, "my lawyer");
	comes(0, "state", "watching");
	comes(0, "error", "");
	comes(0, "carried_out", "3");
}

/* A refused password is tried slowly, is said, and does not keep anybody from stopping. */
static void
a_refused_login_waits_long_and_disturbs_nobody(void **state)
{
	char text[64];
	int64_t retry;

	(void)state;
	replay_fail(servers[0], "open", -EACCES, false);
	for (size_t i = 0; i < BOXES; i++)
		assert_int_equal(mailbox_start(boxes[i], &h->err), 0);
	comes(0, "state", "not connected");
	for (retry = 0; !retry;
	     retry = strtoll(status(0, "retry_ms", text, sizeof(text)), NULL, 10))
		poll(NULL, 0, 1);
	assert_in_range(retry, HEART_NOW + 15000, HEART_NOW + 45000);
	comes(1, "state", "watching");
	add_mails(1, "INBOX", 1, "my lawyer");
	comes(1, "carried_out", "3");
	comes(0, "state", "not connected");
}

static void
a_full_disk_is_said_and_survived(void **state)
{
	(void)state;
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	tricks.commit = -ENOSPC;
	add_mails(0, "INBOX", 1, "my lawyer");
	assert_int_equal(mailbox_start(boxes[0], &h->err), 0);
	comes(0, "state", "store failed");
	comes(0, "judged", "0");
	stop_all();
	assert_int_equal(mails_in(0, "INBOX"), 1);
	h->service.stopping = 0;
	tricks.commit = 0;
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_int_equal(mails_in(0, "Angry"), 1);
	assert_int_equal(mails_in(0, "Drafts"), 1);
}

/* Parked, the first folder is still what is waited in; it must not be looked at over and over. */
static void
a_parked_first_folder_is_waited_in(void **state)
{
	unsigned waits;

	(void)state;
	assert_int_equal(mailbox_once(boxes[0], &h->err), 0);
	assert_int_equal(replay_renumber(servers[0], "INBOX", 77), 0);
	atomic_fetch_add(&h->clock.now, -1000);
	add_mails(0, "INBOX", 25, "my lawyer");
	assert_int_equal(mailbox_start(boxes[0], &h->err), 0);
	comes(0, "state", "watching");
	assert_non_null(strstr(problem(0, 0), "triagectl account resume one 'INBOX'"));
	waits = heart_waits;
	poll(NULL, 0, 50);
	assert_int_equal(heart_waits, waits);
	comes(0, "judged", "0");
	atomic_fetch_add(&h->clock.now, -1000);
	assert_int_equal(mailbox_resume(boxes[1], "INBOX", &h->err), -EALREADY);
	assert_non_null(strstr(h->err.text, "is not parked"));
	assert_int_equal(mailbox_resume(boxes[0], "INBOX", &h->err), 0);
	for (int i = 0; i < 10000 && *problem(0, 0); i++)
		poll(NULL, 0, 1);
	assert_string_equal(problem(0, 0), "");
	comes(0, "state", "watching");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(once_does_what_is_waiting),
		TEST(a_missing_folder_holds_up_no_other),
		TEST(a_first_folder_that_is_missing_is_waited_for),
		TEST(mail_that_comes_while_it_watches_is_dealt_with),
		TEST(two_accounts_and_the_couriers_share_one_store),
		TEST(a_lost_connection_is_opened_again),
		TEST(a_refused_login_waits_long_and_disturbs_nobody),
		TEST(a_full_disk_is_said_and_survived),
		TEST(a_parked_first_folder_is_waited_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
