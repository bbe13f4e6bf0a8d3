/* Words and causes that recent cases share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/recurring.h"
#include "filters/keyword.h"

#define WORDS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define POOL 20000

/* A case with those words, which outlive the caller's list. */
static struct recurring_case
one(uint64_t id, bool recent, const char *cause, const char *const *words)
{
	static const char *pool[POOL];
	static size_t used;
	struct recurring_case c = { id, recent, cause, pool + used, 0 };

	for (; words[c.word_count]; c.word_count++) {
		assert_true(used < POOL);
		pool[used++] = words[c.word_count];
	}
	return c;
}

static void
a_word_that_became_frequent_is_a_group(void **state)
{
	struct arena *arena = arena_new(0);
	struct recurring_case cases[240];
	struct recurring_group *groups;
	size_t count;

	(void)state;
	for (size_t i = 0; i < 240; i++)
		cases[i] = one(1000 - i, i < 40, "",
			       i < 12    ? WORDS_OF("battery", "swollen battery", "parcel")
			       : i > 237 ? WORDS_OF("battery", "parcel")
					 : WORDS_OF("parcel"));
	assert_int_equal(recurring_find(arena, cases, 240, &groups, &count), 0);
	assert_int_equal(count, 1); /* "parcel" was always said, "battery" is of the same cases */
	assert_string_equal(groups[0].what, "swollen battery");
	assert_int_equal(groups[0].recent, 12);
	assert_int_equal(groups[0].before, 0);
	assert_int_equal(groups[0].also_count, 1);
	assert_string_equal(groups[0].also[0], "battery");
	assert_int_equal(groups[0].ids[0], 1000);
	assert_int_equal(groups[0].ids[11], 989);
	arena_free(arena);
}

static void
few_cases_and_old_words_are_no_group(void **state)
{
	struct arena *arena = arena_new(0);
	struct recurring_case cases[60];
	struct recurring_group *groups;
	size_t count;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		cases[i] = one(i + 1, i < 20, "",
			       i < 2        ? WORDS_OF("kettle", "late")
			       : i % 3 == 0 ? WORDS_OF("late")
					    : WORDS_OF("other words"));
	assert_int_equal(recurring_find(arena, cases, 60, &groups, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(recurring_find(arena, cases, 0, &groups, &count), 0);
	assert_int_equal(count, 0);
	arena_free(arena);
}

static void
a_cause_that_people_gave_twice_is_a_group(void **state)
{
	struct arena *arena = arena_new(0);
	struct recurring_case cases[] = {
		one(9, true, "wrong batch", WORDS_OF("a1")),
		one(8, true, "Wrong Batch", WORDS_OF("b1")),
		one(7, true, "courier", WORDS_OF("c1")),
		one(6, false, "WRONG batch", WORDS_OF("d1")),
	};
	struct recurring_group *groups;
	size_t count;

	(void)state;
	assert_int_equal(recurring_find(arena, cases, 4, &groups, &count), 0);
	assert_int_equal(count, 1);
	assert_true(groups[0].cause);
	assert_string_equal(groups[0].what, "wrong batch");
	assert_int_equal(groups[0].recent, 2);
	assert_int_equal(groups[0].before, 1);
	arena_free(arena);
}

static bool
says(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void
words_are_kept_in_one_form_and_abuse_is_not(void **state)
{
	static const char mail[] =
		"Subject: Batteries\nContent-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 8bit\n\n"
		"배터리가 부풀었어요. 배터리를 바꿔 주세요. The batteries leak, idiots. 20931\n"
		"\nOn 3 May 2026, Kim wrote:\n> quoted words\n";
	struct arena *arena = arena_new(0);
	struct message *m;
	struct keyword_hidden hidden = { "body", 0, 6 };
	const char **words;
	size_t count;

	(void)state;
	assert_int_equal(message_read(arena, mail, strlen(mail), false, &m), 0);
	hidden.offset = (size_t)(strstr(m->body, "idiots") - m->body);
	assert_int_equal(keywords_read(arena, m, &hidden, 1, &words, &count), 0);
	assert_string_equal(words[0], "battery");
	assert_true(says(words, count, "배터리"));
	assert_false(says(words, count, "배터리가"));
	assert_true(says(words, count, "배터리 부풀었어요"));
	assert_true(says(words, count, "battery leak"));
	assert_false(says(words, count, "the"));
	assert_false(says(words, count, "idiot"));
	assert_false(says(words, count, "20931"));
	assert_false(says(words, count, "quoted"));
	arena_free(arena);
}

/* The words of a text, in their order, with blanks between. */
static const char *
words_of(struct arena *arena, const char *text)
{
	const char *mail = arena_printf(arena,
					"Subject: \nContent-Type: text/plain; charset=utf-8\n"
					"Content-Transfer-Encoding: 8bit\n\n%s.\n",
					text);
	struct buf out = { .arena = arena };
	struct message *m;
	const char **words;
	size_t count;

	assert_int_equal(message_read(arena, mail, strlen(mail), false, &m), 0);
	assert_int_equal(keywords_read(arena, m, NULL, 0, &words, &count), 0);
	for (size_t i = 0; i < count; i++)
		buf_printf(&out, "%s%s", i ? " " : "", words[i]);
	return out.len ? buf_string(&out) : "";
}

static void
what_makes_verbs_of_nouns_is_taken_off(void **state)
{
	static const char *const forms[] = { "파손",       "파손을",     "파손해", "파손하고",
					     "파손됐는데", "파손됩니다", "파손된", "파손돼서" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		assert_string_equal(words_of(arena, forms[i]), "파손");
	/* A refund is asked for in every second complaint: it tells nothing, in no form. */
	assert_string_equal(words_of(arena, "환불해"), "");
	/* What would leave one syllable stays. */
	assert_string_equal(words_of(arena, "북한"), "북한");
	assert_string_equal(words_of(arena, "companies"), "company");
	assert_string_equal(words_of(arena, "dies"), "dies");
	arena_free(arena);
}

static void
a_long_mail_is_bounded(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf body = { .arena = arena };
	struct message *m;
	const char **words, *mail;
	size_t count;

	(void)state;
	buf_printf(&body, "Subject: x\n\n");
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(&body, "word%c%c%c%c ", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676,
			   'x');
	mail = buf_string(&body);
	assert_int_equal(message_read(arena, mail, body.len, false, &m), 0);
	assert_int_equal(keywords_read(arena, m, NULL, 0, &words, &count), 0);
	assert_int_equal(count, KEYWORD_MAX);
	for (size_t i = 0; i < count; i++)
		assert_true(strlen(words[i]) <= KEYWORD_BYTES_MAX);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_that_became_frequent_is_a_group),
		cmocka_unit_test(few_cases_and_old_words_are_no_group),
		cmocka_unit_test(a_cause_that_people_gave_twice_is_a_group),
		cmocka_unit_test(words_are_kept_in_one_form_and_abuse_is_not),
		cmocka_unit_test(what_makes_verbs_of_nouns_is_taken_off),
		cmocka_unit_test(a_long_mail_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
