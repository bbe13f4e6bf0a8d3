/*
 * The mailbox in memory behaves as transport.h says, and plays its tricks when told to.
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

#include "daemon/replay.h"

#define ONE "Message-ID: <1@example.org>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n\none\n"
#define TWO "Subject: no id\n\ntwo\n"
#define DAY_MS INT64_C(86400000)

static struct transport *t;
static struct err err;
static struct folder_state folder;

static int
begin(void **state)
{
	(void)state;
	t = replay_new();
	if (t == NULL || replay_add(t, "INBOX", ONE, strlen(ONE), DAY_MS + 5, NULL) < 0 ||
	    replay_add(t, "inbox", TWO, strlen(TWO), 2 * DAY_MS + 5, NULL) < 0)
		return -1;
	return t->ops->open(t, &err) < 0 ? -1 : t->ops->select(t, "INBOX", &folder, &err);
}

static int
end(void **state)
{
	(void)state;
	t->ops->free(t);
	return 0;
}

/* "uid:flags:len " of each message, for comparison. */
static int
write_down(void *context, const struct replay_message *m)
{
	char *text = context;

	sprintf(text + strlen(text), "%u:%s:%zu ", m->uid, m->flags, m->len);
	return 0;
}

static void
holds(const char *name, const char *expected)
{
	char text[512] = "";

	assert_int_equal(replay_visit(t, name, write_down, text), 0);
	assert_string_equal(text, expected);
}

static void
lists_and_identifies(void **state)
{
	struct identity_listed *identities;
	struct listed *rows;
	size_t count;
	uint32_t uid;

	(void)state;
	assert_int_equal(folder.uidnext, 3);
	assert_int_equal(folder.exists, 2);
	assert_int_equal(t->ops->list(t, 2, &rows, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].uid, 2);
	assert_int_equal(rows[0].size, strlen(TWO));
	free(rows);
	assert_int_equal(t->ops->identify(t, 1, &identities, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(identities[0].message_id, "<1@example.org>");
	assert_string_equal(identities[0].date_text, "Thu, 1 Jan 2026 00:00:00 +0000");
	assert_string_equal(identities[1].message_id, "");
	free(identities);
	assert_int_equal(t->ops->since(t, 2 * DAY_MS + 6, &uid, &err), 0);
	assert_int_equal(uid, 2);
	assert_int_equal(t->ops->since(t, 3 * DAY_MS, &uid, &err), 0);
	assert_int_equal(uid, 0);
}

static int
count_bytes(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	size_t *sum = context;

	(void)bytes;
	*sum += len + (cut ? 1000 : 0);
	return uid == 2 ? 7 : 0;
}

static void
fetches(void **state)
{
	static const struct listed wanted[] = {
		{ 1, 0, 0, 0 }, { 9, 0, 0, 0 }, { 2, 0, 0, 0 }, { 1, 0, 0, 0 }
	};
	size_t sum = 0;

	(void)state;
	assert_int_equal(t->ops->fetch(t, wanted, 4, 10000, count_bytes, &sum, &err), 7);
	assert_int_equal(sum, strlen(ONE) + strlen(TWO));
	sum = 0;
	assert_int_equal(t->ops->fetch(t, wanted, 1, 4, count_bytes, &sum, &err), 0);
	assert_int_equal(sum, 1004);
}

static void
changes_can_be_seen(void **state)
{
	uint32_t validity, uid, none;

	(void)state;
	assert_int_equal(t->ops->add_flag(t, 1, "urgent", &err), 0);
	assert_int_equal(t->ops->add_flag(t, 1, "$Label", &err), 0);
	assert_int_equal(t->ops->add_flag(t, 1, "Urgent", &err), 0);
	assert_int_equal(t->ops->add_flag(t, 9, "urgent", &err), 0);
	assert_int_equal(t->ops->copy(t, 1, "Triage/A", &err), 0);
	assert_int_equal(t->ops->move(t, 1, "Triage/A", false, &validity, &uid, &err), 0);
	assert_int_equal(uid, 2);
	assert_int_equal(t->ops->copy(t, 1, "Triage/A", &err), -ESTALE);
	assert_int_equal(t->ops->move(t, 1, "Triage/A", false, &none, &none, &err), -ESTALE);
	assert_int_equal(t->ops->move(t, 2, "Triage/A", true, &none, &none, &err), 0);
	assert_int_equal(none, 0);
	assert_int_equal(t->ops->append_draft(t, NULL, ONE, strlen(ONE), &err), 0);
	holds("INBOX", "");
	holds("Triage/A", "1:urgent $Label:70 2:urgent $Label:70 ");
	holds("Drafts", "1:\\Draft \\Seen:70 ");
	assert_int_equal(t->ops->status(t, "Triage/A", &folder, &err), 0);
	assert_int_equal(folder.uidvalidity, validity);
	assert_int_equal(folder.uidnext, 3);
}

static void
finds(void **state)
{
	bool found;

	(void)state;
	assert_int_equal(t->ops->find(t, "INBOX", "<1@example.org>", 0, 1, &found, &err), 0);
	assert_true(found);
	assert_int_equal(
		t->ops->find(t, "INBOX", "<1@example.org>", strlen(ONE) + 1, 1, &found, &err), 0);
	assert_false(found);
	assert_int_equal(t->ops->find(t, "INBOX", "<1@example.org>", 0, 2, &found, &err), 0);
	assert_false(found);
	assert_int_equal(t->ops->find(t, NULL, "<1@example.org>", 0, 1, &found, &err), 0);
	assert_false(found);
}

static void
waiting_never_blocks(void **state)
{
	enum transport_event event;

	(void)state;
	assert_int_equal(t->ops->wait(t, 3, 3600000, &event, &err), 0);
	assert_int_equal(event, TRANSPORT_TIMEOUT);
	t->ops->wake(t, false);
	assert_int_equal(t->ops->wait(t, 3, 3600000, &event, &err), 0);
	assert_int_equal(event, TRANSPORT_WOKEN);
	assert_int_equal(replay_add(t, "INBOX", TWO, strlen(TWO), 0, NULL), 0);
	assert_int_equal(t->ops->wait(t, 3, 3600000, &event, &err), 0);
	assert_int_equal(event, TRANSPORT_CHANGED);
	t->ops->wake(t, true);
	assert_int_equal(t->ops->wait(t, 3, 3600000, &event, &err), -ECANCELED);
	assert_int_equal(t->ops->status(t, "INBOX", &folder, &err), -ECANCELED);
}

static void
order_of_calls_is_kept(void **state)
{
	struct listed *rows;
	size_t count;

	(void)state;
	assert_int_equal(t->ops->select(t, "nowhere", &folder, &err), -ENOENT);
	assert_int_equal(t->ops->list(t, 1, &rows, &count, &err), -EPIPE);
	t->ops->close(t);
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), -EPIPE);
}

static void
folders_change_under_us(void **state)
{
	struct listed *rows;
	uint32_t before = folder.uidvalidity;
	size_t count;

	(void)state;
	assert_int_equal(replay_take(t, "INBOX", 1), 0);
	assert_int_equal(replay_take(t, "INBOX", 1), -ENOENT);
	assert_int_equal(replay_renumber(t, "INBOX", 77), 0);
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), 0);
	assert_int_equal(folder.uidvalidity, 77);
	holds("INBOX", "1::20 ");
	assert_int_equal(replay_delete(t, "INBOX"), 0);
	assert_int_equal(replay_delete(t, "INBOX"), -ENOENT);
	assert_int_equal(t->ops->list(t, 1, &rows, &count, &err), -EPIPE);
	assert_int_equal(t->ops->open(t, &err), 0);
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), -ENOENT);
	assert_int_equal(replay_add(t, "INBOX", TWO, strlen(TWO), 0, NULL), 0);
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), 0);
	assert_int_not_equal(folder.uidvalidity, before);
}

static void
planned_failures_happen_once(void **state)
{
	uint32_t validity, uid;

	(void)state;
	replay_fail(t, "move", -EDQUOT, false);
	assert_int_equal(t->ops->add_flag(t, 1, "x", &err), 0);
	assert_int_equal(t->ops->move(t, 1, "A", false, &validity, &uid, &err), -EDQUOT);
	assert_int_equal(t->ops->move(t, 1, "A", false, &validity, &uid, &err), 0);
	/* The answer is lost, the deed is done. */
	replay_fail(t, NULL, -EPIPE, true);
	assert_int_equal(t->ops->move(t, 2, "A", false, &validity, &uid, &err), -EPIPE);
	holds("INBOX", "");
	holds("A", "1:x:70 2::20 ");
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), -EPIPE);
	replay_fail(t, "open", -EACCES, false);
	assert_int_equal(t->ops->open(t, &err), -EACCES);
	assert_int_equal(t->ops->select(t, "INBOX", &folder, &err), -EPIPE);
	assert_int_equal(t->ops->open(t, &err), 0);
}

static void
note_name(void *context, const char *name)
{
	strcat(strcat(context, name), " ");
}

static void
folders_are_named(void **state)
{
	char names[64] = "";

	(void)state;
	assert_int_equal(t->ops->copy(t, 1, "Triage/A", &err), 0);
	replay_folders(t, note_name, names);
	assert_string_equal(names, "INBOX Triage/A ");
	assert_int_equal(replay_visit(t, "nowhere", write_down, names), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_and_identifies, begin, end),
		cmocka_unit_test_setup_teardown(fetches, begin, end),
		cmocka_unit_test_setup_teardown(changes_can_be_seen, begin, end),
		cmocka_unit_test_setup_teardown(finds, begin, end),
		cmocka_unit_test_setup_teardown(waiting_never_blocks, begin, end),
		cmocka_unit_test_setup_teardown(order_of_calls_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(folders_change_under_us, begin, end),
		cmocka_unit_test_setup_teardown(planned_failures_happen_once, begin, end),
		cmocka_unit_test_setup_teardown(folders_are_named, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
