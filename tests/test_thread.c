/*
 * Which case a mail joins: by our token, In-Reply-To, References, an answer's subject; never a
 * stranger, never another account's, never because a header says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/case.h"
#include "daemon/participant.h"
#include "daemon/subject.h"
#include "daemon/subject_token.h"
#include "daemon/thread.h"
#include "filters/limits.h"

#define DAY ((int64_t)24 * 3600 * 1000)
#define NOW (20000 * DAY)
#define DRAFT "<triaged.1.7.x9@host.example>"

struct fixture {
	struct store *store;
	struct store_txn *txn;
	struct arena *arena;
};

static void
put_case(struct fixture *f, uint64_t id, const char *account, const char *participant)
{
	struct case_record c = {
		.id = id, .account = account, .participants = &participant, .participant_count = 1
	};

	assert_int_equal(record_case_put(f->txn, &c), 0);
}

static void
put_mail(struct fixture *f, uint64_t id, const char *message_id, uint64_t case_id, bool outgoing)
{
	struct message_record m = { .id = id,
				    .account = "support",
				    .message_id = message_id,
				    .case_id = case_id,
				    .outgoing = outgoing };

	assert_int_equal(record_message_put(f->txn, &m), 0);
}

/* Case 1 is kim's (mails 10, 11, our draft 12), case 2 lee's (mail 20); mail 30 is in no case. */
static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->arena = arena_new(0);
	if (!f->arena || store_open_memory(&f->store) < 0 ||
	    store_begin(f->store, true, &f->txn) < 0)
		return -1;
	put_case(f, 1, "support", "kim@mail.example");
	put_case(f, 2, "support", "lee@mail.example");
	put_mail(f, 10, "<k1@mail.example>", 1, false);
	put_mail(f, 11, "<k2@mail.example>", 1, false);
	put_mail(f, 12, DRAFT, 1, true);
	put_mail(f, 20, "<l1@mail.example>", 2, false);
	put_mail(f, 30, "<plain@mail.example>", 0, false);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_abort(f->txn);
	store_close(f->store);
	arena_free(f->arena);
	free(f);
	return 0;
}

static struct thread_place
find_in(struct fixture *f, const char *account, const char *writer, const char *in_reply_to,
	const char **references, size_t count)
{
	struct address address = { "", writer };
	struct message message = { .from = { &address, 1 },
				   .in_reply_to = in_reply_to,
				   .references = references,
				   .reference_count = count };
	struct thread_place place;

	assert_int_equal(thread_find(f->txn, f->arena, account, &message, NOW, 0, &place), 0);
	return place;
}

static void
expect_place(struct thread_place got, uint64_t case_id, uint64_t parent, uint64_t linked,
	     const char *why)
{
	assert_string_equal(got.why, why);
	assert_int_equal(got.case_id, case_id);
	assert_int_equal(got.parent, parent);
	assert_int_equal(got.linked, linked);
}

#define FIND(writer, reply, ...)                                                                   \
	find_in(*state, "support", writer, reply, (const char *[]){ __VA_ARGS__ },                 \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *))

static void
nothing_known_is_new(void **state)
{
	expect_place(find_in(*state, "support", "kim@mail.example", "", NULL, 0), 0, 0, 0, "new");
	expect_place(FIND("kim@mail.example", "<other@mail.example>", "<other@mail.example>"), 0, 0,
		     0, "new");
}

static void
in_reply_to_joins(void **state)
{
	expect_place(FIND("Kim@MAIL.example", "<k1@mail.example>", "<k1@mail.example>"), 1, 10, 0,
		     "in-reply-to");
}

static void
references_join_from_the_newest_back(void **state)
{
	expect_place(FIND("kim@mail.example", "", "<k1@mail.example>", "<k2@mail.example>",
			  "<lost@mail.example>"),
		     1, 11, 0, "references");
	expect_place(FIND("kim@mail.example", "<lost@mail.example>", "<k1@mail.example>"), 1, 10, 0,
		     "references");
}

static void
our_token_comes_first(void **state)
{
	expect_place(FIND("kim@mail.example", "<k1@mail.example>", DRAFT, "<k1@mail.example>"), 1,
		     12, 0, "token");
	expect_place(FIND("kim@mail.example", DRAFT, DRAFT), 1, 12, 0, "token");
}

static void
a_forged_token_is_nothing(void **state)
{
	struct fixture *f = *state;

	expect_place(FIND("kim@mail.example", "<triaged.1.8.zz@host.example>",
			  "<triaged.1.8.zz@host.example>"),
		     0, 0, 0, "new");
	/*
	 * A customer's own mail that looks like ours leads to where that mail is, not to where it
	 * says.
	 */
	put_mail(f, 40, "<triaged.1.9.zz@host.example>", 2, false);
	expect_place(FIND("lee@mail.example", "<triaged.1.9.zz@host.example>",
			  "<triaged.1.9.zz@host.example>"),
		     2, 40, 0, "in-reply-to");
	expect_place(FIND("kim@mail.example", "<triaged.1.9.zz@host.example>",
			  "<triaged.1.9.zz@host.example>"),
		     0, 40, 2, "not-a-participant");
}

static void
a_stranger_is_linked_not_let_in(void **state)
{
	expect_place(FIND("eve@other.example", "<k1@mail.example>", "<k1@mail.example>"), 0, 10, 1,
		     "not-a-participant");
	expect_place(FIND("eve@other.example", DRAFT, DRAFT), 0, 12, 1, "not-a-participant");
	expect_place(FIND("", DRAFT, DRAFT), 0, 12, 1, "not-a-participant");
}

static void
a_merged_case_leads_to_the_one_that_goes_on(void **state)
{
	struct fixture *f = *state;
	struct case_record c;

	put_case(f, 3, "support", "kim@mail.example");
	assert_int_equal(record_case_get(f->txn, f->arena, 1, &c), 0);
	c.merged = 2;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	expect_place(FIND("lee@mail.example", "<k1@mail.example>", "<k1@mail.example>"), 2, 10, 0,
		     "in-reply-to");
	expect_place(FIND("lee@mail.example", DRAFT, DRAFT), 2, 12, 0, "token");
	expect_place(FIND("kim@mail.example", "<k1@mail.example>", "<k1@mail.example>"), 0, 10, 2,
		     "not-a-participant");
	assert_int_equal(record_case_get(f->txn, f->arena, 2, &c), 0);
	c.merged = 3;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	expect_place(FIND("kim@mail.example", "<k1@mail.example>", "<k1@mail.example>"), 3, 10, 0,
		     "in-reply-to");
	/* A store that was tampered with: no way that does not end. */
	c.merged = 2;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	assert_int_equal(case_follow(f->txn, f->arena, 1, &c), -ELOOP);
	assert_int_equal(case_follow(f->txn, f->arena, 99, &c), -ENOENT);
}

static void
a_subaddress_is_its_owners(void **state)
{
	struct fixture *f = *state;

	put_case(f, 3, "support", "ann+shop@mail.example");
	put_mail(f, 50, "<a1@mail.example>", 3, false);
	expect_place(FIND("Kim+News@mail.example", "<k1@mail.example>", "<k1@mail.example>"), 1, 10,
		     0, "in-reply-to");
	expect_place(FIND("ann@mail.example", "<a1@mail.example>", "<a1@mail.example>"), 3, 50, 0,
		     "in-reply-to");
	expect_place(FIND("ann+a+b@MAIL.example", "<a1@mail.example>", "<a1@mail.example>"), 3, 50,
		     0, "in-reply-to");
	expect_place(FIND("ann@other.example", "<a1@mail.example>", "<a1@mail.example>"), 0, 50, 3,
		     "not-a-participant");
	expect_place(FIND("anna@mail.example", "<a1@mail.example>", "<a1@mail.example>"), 0, 50, 3,
		     "not-a-participant");
}

static void
who_is_the_same_participant(void **state)
{
	struct fixture *f = *state;

	assert_true(participant_same("kim@mail.example", "KIM+x@mail.example"));
	assert_true(participant_same("kim+y@mail.example", "kim+x@mail.example"));
	assert_false(participant_same("+x@mail.example", "+y@mail.example"));
	assert_false(participant_same("+x@mail.example", "@mail.example"));
	assert_false(participant_same("\"kim+x\"@mail.example", "\"kim+y\"@mail.example"));
	assert_false(participant_same("kim@a+b.example", "kim@a.example"));
	assert_false(participant_same("kim+x", "kim"));
	assert_false(participant_same("", ""));
	assert_false(participant_same(NULL, "kim@mail.example"));
	assert_string_equal(participant_base(f->arena, "Kim+Shop@Mail.example"),
			    "kim@mail.example");
	assert_string_equal(participant_base(f->arena, "+x@mail.example"), "+x@mail.example");
	assert_string_equal(participant_base(f->arena, NULL), "");
}

static void
ones_own_case_is_found_behind_anothers(void **state)
{
	struct thread_place place = FIND("lee@mail.example", "<k2@mail.example>",
					 "<l1@mail.example>", "<k2@mail.example>");

	expect_place(place, 2, 20, 0, "references");
}

static void
a_known_mail_without_case_is_the_parent(void **state)
{
	expect_place(FIND("kim@mail.example", "<plain@mail.example>", "<plain@mail.example>"), 0,
		     30, 0, "new");
	expect_place(FIND("kim@mail.example", "<plain@mail.example>", "<k1@mail.example>",
			  "<plain@mail.example>"),
		     1, 10, 0, "references");
}

static void
another_account_is_another_world(void **state)
{
	const char *references[] = { "<k1@mail.example>" };

	expect_place(find_in(*state, "sales", "kim@mail.example", references[0], references, 1), 0,
		     0, 0, "new");
}

/* An open case of ann's with one mail, of that subject and age. */
static void
put_subject(struct fixture *f, uint64_t id, const char *subject, int64_t came_ms)
{
	const char *participant = "ann@mail.example";
	struct case_record c = { .id = id,
				 .account = "support",
				 .customer = participant,
				 .subject = subject,
				 .last_message = id + 100,
				 .participants = &participant,
				 .participant_count = 1 };
	struct message_record m = {
		.id = id + 100, .account = "support", .received_ms = came_ms, .case_id = id
	};

	assert_int_equal(record_message_put(f->txn, &m), 0);
	assert_int_equal(record_case_put(f->txn, &c), 0);
}

static struct thread_place
find_subject(struct fixture *f, const char *writer, const char *subject, const char *reference)
{
	struct address address = { "", writer };
	struct message message = { .from = { &address, 1 },
				   .in_reply_to = reference,
				   .subject = subject };
	struct thread_place place;

	assert_int_equal(thread_find(f->txn, f->arena, "support", &message, NOW, 0, &place), 0);
	return place;
}

static void
expect_subject(struct fixture *f, const char *subject, uint64_t case_id)
{
	expect_place(find_subject(f, "ann@mail.example", subject, ""), case_id,
		     case_id ? case_id + 100 : 0, 0, case_id ? "subject" : "new");
}

static void
an_answer_joins_by_subject(void **state)
{
	struct fixture *f = *state;

	put_subject(f, 5, "The blue kettle leaks", NOW - 3 * DAY);
	put_subject(f, 6, "주전자에서 물이 샙니다", NOW - 14 * DAY);
	expect_subject(f, "Re: The blue kettle leaks", 5);
	expect_subject(f, " RE:  re[2]: The blue\tkettle leaks ", 5);
	expect_subject(f, "답장: The blue kettle leaks", 5);
	expect_subject(f, "Re: 회신 : 주전자에서 물이 샙니다", 6);
	expect_place(find_subject(f, "Ann+x@mail.example", "Re: The blue kettle leaks",
				  "<lost@mail.example>"),
		     5, 105, 0, "subject");
	/* No answer, another matter, another person, or a mail that refers to something known. */
	expect_subject(f, "The blue kettle leaks", 0);
	expect_subject(f, "FW: The blue kettle leaks", 0);
	expect_subject(f, "Re: The blue kettle leaks again", 0);
	expect_subject(f, "Re: the blue kettle leaks", 0);
	expect_subject(f, "Regarding: The blue kettle leaks", 0);
	expect_place(find_subject(f, "kim@mail.example", "Re: The blue kettle leaks", ""), 0, 0, 0,
		     "new");
	expect_place(find_subject(f, "", "Re: The blue kettle leaks", ""), 0, 0, 0, "new");
	expect_place(find_subject(f, "ann@mail.example", "Re: The blue kettle leaks",
				  "<plain@mail.example>"),
		     0, 30, 0, "new");
	expect_place(find_subject(f, "ann@mail.example", "Re: The blue kettle leaks",
				  "<k1@mail.example>"),
		     0, 10, 1, "not-a-participant");
}

static void
a_case_opened_by_an_answer_is_found(void **state)
{
	struct fixture *f = *state;

	put_subject(f, 5, "Re: The blue kettle leaks", NOW + DAY);
	expect_subject(f, "Re: The blue kettle leaks", 5);
}

static void
an_old_or_solved_case_is_not_joined_by_subject(void **state)
{
	struct fixture *f = *state;
	struct case_record c;

	put_subject(f, 5, "The blue kettle leaks", NOW - 14 * DAY - 1);
	expect_subject(f, "Re: The blue kettle leaks", 0);
	put_subject(f, 6, "The blue kettle leaks", NOW - DAY);
	put_subject(f, 7, "The blue kettle leaks", NOW - 15 * DAY);
	expect_subject(f, "Re: The blue kettle leaks", 6);
	assert_int_equal(record_case_get(f->txn, f->arena, 6, &c), 0);
	c.state = CASE_SOLVED;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	expect_subject(f, "Re: The blue kettle leaks", 0);
	c.state = CASE_OPEN;
	c.subject = "The red kettle leaks";
	assert_int_equal(record_case_put(f->txn, &c), 0);
	expect_subject(f, "Re: The blue kettle leaks", 0);
	expect_subject(f, "Re: The red kettle leaks", 6);
}

static void
subjects_that_say_nothing_join_nothing(void **state)
{
	struct fixture *f = *state;
	static const char *const subjects[] = { "Re: kettle",
						"Re: Customer Service!",
						"답장: 환불 문의드립니다.",
						"Re: Re: (no subject)",
						"Re: 안녕하세요, 문의드립니다",
						"Re:",
						"" };
	char *huge = arena_calloc(f->arena, 1, 2001);

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		put_subject(f, 5, subjects[i], NOW);
		expect_subject(f, subjects[i], 0);
	}
	memset(huge, 'x', 2000);
	memcpy(huge, "Re: ", 4);
	put_subject(f, 5, huge, NOW);
	expect_subject(f, huge, 0);
	assert_string_equal(subject_base(f->arena, NULL), "");
	assert_false(subject_is_answer(NULL));
	assert_false(subject_is_answer("Re[12345]: kettles"));
	assert_true(subject_is_answer("Re(2): kettles"));
}

static void
cases_of_one_subject_are_bounded(void **state)
{
	struct fixture *f = *state;

	put_subject(f, 1000, "The blue kettle leaks", NOW);
	for (uint64_t i = 1; i <= RECORD_SUBJECT_CASES - 1; i++)
		put_subject(f, 1000 + i, "The blue kettle leaks", NOW - 20 * DAY);
	expect_subject(f, "Re: The blue kettle leaks", 1000);
	put_subject(f, 2000, "The blue kettle leaks", NOW - 20 * DAY);
	expect_subject(f, "Re: The blue kettle leaks", 0);
}

static void
lookups_are_bounded(void **state)
{
	struct fixture *f = *state;
	size_t count = LIMIT_REFERENCES + 50;
	const char **references = arena_calloc(f->arena, count, sizeof(*references));
	char *huge = arena_calloc(f->arena, 1, 100001);

	for (size_t i = 0; i < count; i++)
		references[i] = arena_printf(f->arena, "<no%zu@mail.example>", i);
	references[0] = "<k1@mail.example>";
	expect_place(find_in(f, "support", "kim@mail.example", "", references, count), 0, 0, 0,
		     "new");
	references[count - 1] = "<k1@mail.example>";
	expect_place(find_in(f, "support", "kim@mail.example", "", references, count), 1, 10, 0,
		     "references");
	memset(huge, 'x', 100000);
	references[count - 1] = huge;
	expect_place(find_in(f, "support", "kim@mail.example", huge, references, count), 0, 0, 0,
		     "new");
}

static struct thread_place
find_by(struct fixture *f, const char *writer, const char *subject, uint64_t gmail)
{
	struct address address = { "", writer };
	struct message message = { .subject = subject, .from = { &address, 1 }, .in_reply_to = "" };
	struct thread_place place;

	assert_int_equal(thread_find(f->txn, f->arena, "support", &message, NOW, gmail, &place), 0);
	return place;
}

static void
a_token_in_the_subject_joins_its_participants(void **state)
{
	struct fixture *f = *state;
	struct thread_place place;
	struct case_record c;

	assert_int_equal(record_case_get(f->txn, f->arena, 1, &c), 0);
	c.subject_token = "k3x9mf";
	c.last_message = 11;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	place = find_by(f, "kim@mail.example", "another matter [C1-k3x9mf]", 0);
	expect_place(place, 1, 11, 0, "subject-token");
	assert_null(place.ignored);
	/* Whoever has seen the subject is no participant for that. */
	place = find_by(f, "lee@mail.example", "Re: x [C1-k3x9mf]", 0);
	expect_place(place, 0, 0, 1, "not-a-participant");
	assert_null(place.ignored);
	/* A wrong check value, another case's, one of a case without a token, an unknown case. */
	for (size_t i = 0; i < 4; i++) {
		static const char *const made_up[] = { "[C1-k3x9mg]", "[C2-k3x9mf]", "[C2-222222]",
						       "[C99-k3x9mf]" };

		place = find_by(f, "kim@mail.example", made_up[i], 0);
		expect_place(place, 0, 0, 0, "new");
		assert_string_equal(place.ignored, made_up[i]);
	}
	assert_null(find_by(f, "kim@mail.example", "[C12] ticket", 0).ignored);
}

static void
a_conversation_of_gmails_joins_like_a_reference(void **state)
{
	struct fixture *f = *state;
	struct message_record m = { .id = 40,
				    .account = "support",
				    .message_id = "<g@mail.example>",
				    .case_id = 1,
				    .gmail_thread = UINT64_C(1278455344230334865) };

	assert_int_equal(record_message_put(f->txn, &m), 0);
	expect_place(find_by(f, "kim@mail.example", "x", m.gmail_thread), 1, 40, 0, "gmail-thread");
	expect_place(find_by(f, "lee@mail.example", "x", m.gmail_thread), 0, 40, 1,
		     "not-a-participant");
	expect_place(find_by(f, "kim@mail.example", "x", m.gmail_thread - 1), 0, 0, 0, "new");
	expect_place(find_by(f, "kim@mail.example", "x", 0), 0, 0, 0, "new");
	m.account = "other";
	m.id = 41;
	assert_int_equal(record_message_put(f->txn, &m), 0);
	expect_place(find_by(f, "kim@mail.example", "x", m.gmail_thread), 1, 40, 0, "gmail-thread");
}

static void
colleagues_join_only_where_the_case_allows_it(void **state)
{
	struct fixture *f = *state;
	struct thread_place place;
	struct case_record c;

	expect_place(FIND("choi@mail.example", "<k1@mail.example>", ""), 0, 10, 1,
		     "not-a-participant");
	assert_int_equal(record_case_get(f->txn, f->arena, 1, &c), 0);
	c.customer = "kim@mail.example";
	c.colleagues = true;
	assert_int_equal(record_case_put(f->txn, &c), 0);
	place = FIND("Choi@Mail.example", "<k1@mail.example>", "");
	expect_place(place, 1, 10, 0, "in-reply-to");
	assert_true(place.colleague);
	assert_false(FIND("kim@mail.example", "<k1@mail.example>", "").colleague);
	expect_place(FIND("choi@sub.mail.example", "<k1@mail.example>", ""), 0, 10, 1,
		     "not-a-participant");
	c.customer = "kim@gmail.com";
	assert_int_equal(record_case_put(f->txn, &c), 0);
	expect_place(FIND("choi@gmail.com", "<k1@mail.example>", ""), 0, 10, 1,
		     "not-a-participant");
}

static void
tokens_are_read_and_taken_out(void **state)
{
	struct fixture *f = *state;
	struct subject_token token, other;
	static const char *const none[] = { "",
					    "[C1-k3x9m]",
					    "[C1-k3x9mfx]",
					    "[C0-k3x9mf]",
					    "[C-k3x9mf]",
					    "[C1k3x9mf]",
					    "[C1-k3x9ml]",
					    "[c1-k3x9mf]",
					    "[C1-K3X9MF]",
					    "[C1-k3x9mf",
					    "C1-k3x9mf]",
					    "[C1234567890123456789-k3x9mf]" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		assert_false(subject_token_find(none[i], &token));
		assert_ptr_equal(subject_token_without(f->arena, none[i]), none[i]);
	}
	assert_false(subject_token_find(NULL, &token));
	assert_true(subject_token_find("Re: [C1-222222] x [[C12-k3x9mf] y", &token));
	assert_int_equal(token.case_id, 12);
	assert_string_equal(token.check, "k3x9mf");
	assert_string_equal(subject_token_without(f->arena, "Re: a  [C1-222222] b [C12-k3x9mf]"),
			    "Re: a b");
	assert_string_equal(subject_token_text(f->arena, &token), "[C12-k3x9mf]");
	assert_int_equal(subject_token_make(token.check), 0);
	assert_int_equal(subject_token_make(other.check), 0);
	assert_string_not_equal(token.check, other.check);
	assert_true(subject_token_find(subject_token_text(f->arena, &token), &other));
	assert_string_equal(token.check, other.check);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_known_is_new),
		TEST(in_reply_to_joins),
		TEST(references_join_from_the_newest_back),
		TEST(our_token_comes_first),
		TEST(a_forged_token_is_nothing),
		TEST(a_stranger_is_linked_not_let_in),
		TEST(a_merged_case_leads_to_the_one_that_goes_on),
		TEST(a_subaddress_is_its_owners),
		TEST(who_is_the_same_participant),
		TEST(ones_own_case_is_found_behind_anothers),
		TEST(a_known_mail_without_case_is_the_parent),
		TEST(another_account_is_another_world),
		TEST(an_answer_joins_by_subject),
		TEST(a_case_opened_by_an_answer_is_found),
		TEST(an_old_or_solved_case_is_not_joined_by_subject),
		TEST(subjects_that_say_nothing_join_nothing),
		TEST(cases_of_one_subject_are_bounded),
		TEST(lookups_are_bounded),
		TEST(a_token_in_the_subject_joins_its_participants),
		TEST(a_conversation_of_gmails_joins_like_a_reference),
		TEST(colleagues_join_only_where_the_case_allows_it),
		TEST(tokens_are_read_and_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
