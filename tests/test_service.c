/*
 * service: the bundle is swapped while others use it; couriers carry out what they are kicked for,
 * one account's trouble is not another's, and stopping is quick and loses nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "heart_help.h"

#define WELL "HTTP/1.1 200 yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

static struct heart *h;
static struct heart_sink sink;
static struct webhook_config desk;
static struct account_config accounts[2];
static char url[HEART_URL];

static int
begin(void **state)
{
	(void)state;
	h = heart_new("webhook: desk");
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
listen_with(const char *answer)
{
	heart_sink_start(&sink, answer, url);
	desk = (struct webhook_config){ .name = "desk", .url = url };
	h->config.webhooks = &desk;
}

static void
plan(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		heart_mail(h, "INBOX", arena_printf(h->arena, "m%u", i), "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
}

/* Whether it comes true within ten seconds. */
static bool
comes(unsigned requests)
{
	for (int i = 0; i < 10000 && sink.requests < requests; i++)
		poll(NULL, 0, 1);
	return sink.requests >= requests;
}

static bool
all_done(void)
{
	for (int i = 0; i < 10000 && *heart_waiting(h); i++)
		poll(NULL, 0, 1);
	return !*heart_waiting(h);
}

static void *
use_bundles(void *context)
{
	(void)context;
	for (int i = 0; i < 2000; i++) {
		struct bundle *bundle = service_bundle(&h->service);

		if (ruleset_count(bundle->rules) != 1)
			return h;
		bundle_unref(bundle);
	}
	return NULL;
}

static void
a_bundle_lives_as_long_as_somebody_uses_it(void **state)
{
	pthread_t thread;
	void *wrong;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, use_bundles, NULL), 0);
	for (int i = 0; i < 5; i++)
		service_swap(&h->service, heart_bundle(&h->config, "flag"));
	pthread_join(thread, &wrong);
	assert_null(wrong);
}

static void
a_kick_brings_the_courier(void **state)
{
	(void)state;
	listen_with(WELL);
	assert_int_equal(service_start_couriers(&h->service, &h->err), 0);
	plan(1);
	service_kick(&h->service);
	assert_true(comes(1));
	assert_true(all_done());
	heart_mail(h, "INBOX", "more", "my lawyer");
	assert_int_equal(heart_sync(h, "INBOX"), 0);
	service_kick(&h->service);
	assert_true(comes(2));
	assert_true(all_done());
	service_stop(&h->service, false);
	service_join(&h->service, clock_monotonic_ms() + 5000);
	heart_sink_stop(&sink);
	assert_int_equal(heart_cursor(h, "INBOX"), 3);
}

/* More than one call's worth, with mail being judged at the same time. */
static void
couriers_and_intake_at_the_same_time(void **state)
{
	(void)state;
	listen_with(WELL);
	assert_int_equal(service_start_couriers(&h->service, &h->err), 0);
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned k = 0; k < 15; k++)
			heart_mail(h, "INBOX", arena_printf(h->arena, "m%u-%u", i, k),
				   k % 3 ? "my lawyer" : "hello");
		assert_int_equal(heart_sync(h, "INBOX"), 0);
		service_kick(&h->service);
	}
	assert_true(comes(100));
	assert_true(all_done());
	service_stop(&h->service, false);
	service_join(&h->service, clock_monotonic_ms() + 5000);
	heart_sink_stop(&sink);
	assert_int_equal(sink.requests, 100);
	assert_int_equal(heart_cursor(h, "INBOX"), 151);
	assert_string_equal(heart_ledger(h, "INBOX"), "");
}

static void
once_sends_all_there_is(void **state)
{
	(void)state;
	listen_with(WELL);
	plan(150);
	assert_int_equal(service_courier_once(&h->service, &h->err), 0);
	heart_sink_stop(&sink);
	assert_int_equal(sink.requests, 150);
	assert_string_equal(heart_waiting(h), "");
}

static void
one_accounts_broken_journal_is_not_anothers(void **state)
{
	static const char key[] = "aaa\0u\0\0\0\0\0\0\0\1";
	struct store_txn *txn;

	(void)state;
	listen_with(WELL);
	plan(1);
	accounts[0] = accounts[1] = h->account;
	accounts[0].name = "aaa";
	h->config.accounts = accounts;
	h->config.account_count = 2;
	assert_int_equal(store_begin(h->store, true, &txn), 0);
	assert_int_equal(
		store_put(txn, (struct span){ key, sizeof(key) - 1 }, (struct span){ "", 0 }), 0);
	assert_int_equal(store_commit(txn), 0);
	assert_int_equal(service_courier_once(&h->service, &h->err), -EBADMSG);
	assert_non_null(strstr(h->err.text, "aaa"));
	heart_sink_stop(&sink);
	assert_int_equal(sink.requests, 1);
	assert_string_equal(heart_waiting(h), "");
}

static void
a_call_that_hangs_does_not_hold_up_stopping(void **state)
{
	int64_t begun;

	(void)state;
	listen_with(NULL);
	plan(3);
	assert_int_equal(service_start_couriers(&h->service, &h->err), 0);
	assert_true(comes(1));
	begun = clock_monotonic_ms();
	service_stop(&h->service, false);
	service_join(&h->service, begun + 100);
	assert_string_equal(heart_waiting(h), "webhook:started webhook:planned webhook:planned ");
	service_stop(&h->service, true);
	service_join(&h->service, begun + 5000);
	assert_true(clock_monotonic_ms() - begun < 5000);
	heart_sink_stop(&sink);
	assert_string_equal(heart_waiting(h), "webhook:planned webhook:planned webhook:planned ");
	assert_int_equal(sink.requests, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bundle_lives_as_long_as_somebody_uses_it),
		TEST(a_kick_brings_the_courier),
		TEST(couriers_and_intake_at_the_same_time),
		TEST(once_sends_all_there_is),
		TEST(one_accounts_broken_journal_is_not_anothers),
		TEST(a_call_that_hangs_does_not_hold_up_stopping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
