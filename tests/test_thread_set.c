/*
 * Which mails belong together by what they refer to alone: orphans, missing and shared Message-IDs,
 * copies, loops, order.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/thread_set.h"

#define ADDRESS_ID "<kim@mail.example>"

struct fixture {
	struct thread_set *set;
	struct thread_mail *const *mails;
	size_t count;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->set = thread_set_new();
	return f->set ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	thread_set_free(f->set);
	free(f);
	return 0;
}

/* A mail of kim's; reply is In-Reply-To, and References alone are in `references`. */
static void
add_all(struct fixture *f, const char *name, int64_t date, const char *id, const char *reply,
	const char *subject, const char **references, size_t count)
{
	struct address kim = { "Kim", "Kim@mail.example" };
	struct message m = { .message_id = id,
			     .in_reply_to = reply,
			     .references = references,
			     .reference_count = count,
			     .subject = subject,
			     .date = date,
			     .from = { &kim, 1 } };

	assert_int_equal(thread_set_add(f->set, name, &m), 0);
}

static void
add(struct fixture *f, const char *name, int64_t date, const char *id, const char *reply)
{
	add_all(f, name, date, id, reply, "kettle", NULL, 0);
}

static void
link_all(struct fixture *f)
{
	assert_int_equal(thread_set_link(f->set, &f->mails, &f->count), 0);
	for (size_t i = 0; i < f->count; i++) {
		assert_int_equal(f->mails[i]->place, i);
		assert_true(f->mails[i]->first <= i);
	}
}

static void
expect_thread(struct fixture *f, const char *name, const char *thread)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->mails[i]->name, name) == 0) {
			assert_string_equal(f->mails[i]->thread, thread);
			return;
		}
	fail_msg("there is no mail %s", name);
}

static void
answers_are_of_one_thread(void **state)
{
	struct fixture *f = *state;
	const char *lost[] = { "<lost@x>", "<gone@x>" };

	add(f, "c", 3, "<c@x>", "<b@x>");
	add(f, "b", 2, "<b@x>", "<a@x>");
	add(f, "a", 1, "<a@x>", "");
	add(f, "other", 1, "<other@x>", "");
	/* Two that answer what is not there. */
	add_all(f, "d", 5, "<d@x>", "", "kettle", lost, 2);
	add_all(f, "e", 4, "<e@x>", "", "another subject", lost, 1);
	link_all(f);
	expect_thread(f, "a", "<a@x>");
	expect_thread(f, "b", "<a@x>");
	expect_thread(f, "c", "<a@x>");
	expect_thread(f, "other", "<other@x>");
	expect_thread(f, "d", "<e@x>");
	expect_thread(f, "e", "<e@x>");
	assert_string_equal(f->mails[0]->name, "a");
}

static void
mails_without_id_stay_apart(void **state)
{
	struct fixture *f = *state;

	add(f, "one", 1, "", "");
	add(f, "two", 2, "", "");
	add(f, "three", 3, "", "<a@x>");
	add(f, "a", 2, "<a@x>", "");
	link_all(f);
	expect_thread(f, "one", "one");
	expect_thread(f, "two", "two");
	expect_thread(f, "three", "<a@x>");
}

static void
a_shared_id_merges_nothing(void **state)
{
	struct fixture *f = *state;

	add_all(f, "kettle", 1, "<1@localhost>", "", "The kettle leaks", NULL, 0);
	add_all(f, "toaster", 2, "<1@localhost>", "", "The toaster burns", NULL, 0);
	add_all(f, "re kettle", 3, "<r1@x>", "<1@localhost>", "Re: The kettle leaks", NULL, 0);
	add_all(f, "re toaster", 4, "<r2@x>", "<1@localhost>", "Re: The toaster burns", NULL, 0);
	add_all(f, "re nothing", 5, "<r3@x>", "<1@localhost>", "Re: The lamp hums", NULL, 0);
	add_all(f, "no subject", 6, "<r4@x>", "<1@localhost>", "", NULL, 0);
	link_all(f);
	expect_thread(f, "re kettle", "kettle");
	expect_thread(f, "re toaster", "toaster");
	expect_thread(f, "kettle", "kettle");
	expect_thread(f, "toaster", "toaster");
	expect_thread(f, "re nothing", "<r3@x>");
	expect_thread(f, "no subject", "<r4@x>");
}

static void
copies_are_one_mail(void **state)
{
	struct fixture *f = *state;

	add_all(f, "a", 1, "<a@x>", "", "The kettle leaks", NULL, 0);
	add_all(f, "list's", 1, "<a@x>", "", "[list] The kettle leaks", NULL, 0);
	add_all(f, "re", 2, "<b@x>", "<a@x>", "Re: [list] The kettle leaks", NULL, 0);
	link_all(f);
	expect_thread(f, "a", "<a@x>");
	expect_thread(f, "list's", "<a@x>");
	expect_thread(f, "re", "<a@x>");
}

static void
many_mails_of_one_id_are_none(void **state)
{
	struct fixture *f = *state;
	char name[32], subject[32];

	for (int i = 0; i <= THREAD_SET_TWINS; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		snprintf(subject, sizeof(subject), "matter %d", i);
		add_all(f, name, i + 1, "<1@localhost>", "", subject, NULL, 0);
	}
	add_all(f, "re", 100, "<re@x>", "<1@localhost>", "Re: matter 0", NULL, 0);
	link_all(f);
	expect_thread(f, "re", "<re@x>");
	expect_thread(f, "m0", "m0");
	expect_thread(f, "m16", "m16");
}

static void
an_address_is_no_message(void **state)
{
	struct fixture *f = *state;

	add(f, "a", 1, "<a@x>", ADDRESS_ID);
	add(f, "b", 2, "<b@x>", ADDRESS_ID);
	add(f, "c", 3, "<c@x>", "<KIM@mail.example>");
	link_all(f);
	expect_thread(f, "a", "<a@x>");
	expect_thread(f, "b", "<b@x>");
	expect_thread(f, "c", "<c@x>");
}

static void
order_is_by_date_but_answers_come_after(void **state)
{
	struct fixture *f = *state;

	add(f, "undated", 0, "<u@x>", "");
	add(f, "early answer", 1, "<b@x>", "<a@x>");
	add(f, "a", 5, "<a@x>", "");
	add(f, "two", 2, "<two@x>", "");
	link_all(f);
	assert_string_equal(f->mails[0]->name, "a");
	assert_string_equal(f->mails[1]->name, "early answer");
	assert_string_equal(f->mails[2]->name, "two");
	assert_string_equal(f->mails[3]->name, "undated");
	expect_thread(f, "early answer", "<a@x>");
}

static void
loops_end(void **state)
{
	struct fixture *f = *state;

	add(f, "a", 1, "<a@x>", "<b@x>");
	add(f, "b", 2, "<b@x>", "<c@x>");
	add(f, "c", 3, "<c@x>", "<a@x>");
	add(f, "self", 4, "<self@x>", "<self@x>");
	link_all(f);
	assert_int_equal(f->count, 4);
	expect_thread(f, "a", f->mails[0]->message->message_id);
	expect_thread(f, "c", f->mails[0]->message->message_id);
	expect_thread(f, "self", "<self@x>");
}

static void
a_long_chain_is_followed(void **state)
{
	struct fixture *f = *state;
	char id[32], before[32] = "";

	for (int i = 0; i < 20000; i++) {
		snprintf(id, sizeof(id), "<%d@x>", i);
		/* The youngest date first: everything is waited for. */
		add(f, id, 30000 - i, id, before);
		strcpy(before, id);
	}
	link_all(f);
	assert_int_equal(f->count, 20000);
	expect_thread(f, "<19999@x>", "<0@x>");
}

static void
nothing_is_a_set(void **state)
{
	struct fixture *f = *state;

	link_all(f);
	assert_int_equal(f->count, 0);
	thread_set_free(NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_are_of_one_thread),
		TEST(mails_without_id_stay_apart),
		TEST(a_shared_id_merges_nothing),
		TEST(copies_are_one_mail),
		TEST(many_mails_of_one_id_are_none),
		TEST(an_address_is_no_message),
		TEST(order_is_by_date_but_answers_come_after),
		TEST(loops_end),
		TEST(a_long_chain_is_followed),
		TEST(nothing_is_a_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
