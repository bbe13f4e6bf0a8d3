/*
 * test_webhook: one POST to a server that answers as told: what it gets, and what its status means.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/webhook.h"

static const char json[] = "{\"event\":\"mail.judged\"}";

struct server {
	const char *answer; /* "" says nothing until the client goes */
	size_t more;        /* bytes of body after it */
	int listener, requests;
	pthread_t thread;
	char request[4096];
};

static void
take_request(struct server *s, FILE *in)
{
	char line[1024];
	size_t len = 0;

	while (fgets(line, sizeof(line), in) && strcmp(line, "\r\n")) {
		if (!strncasecmp(line, "Content-Length:", 15))
			len = strtoul(line + 15, NULL, 10);
		if (strlen(s->request) + strlen(line) < sizeof(s->request) - 1024)
			strcat(s->request, line);
	}
	len = fread(line, 1, len < sizeof(line) - 1 ? len : sizeof(line) - 1, in);
	line[len] = '\0';
	strcat(s->request, line);
}

static void *
serve(void *context)
{
	struct server *s = context;
	char byte;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");

		s->requests++;
		take_request(s, in);
		fputs(s->answer, out);
		for (size_t i = 0; i < s->more && !ferror(out); i++)
			putc('x', out);
		fflush(out);
		if (!*s->answer)
			while (fread(&byte, 1, 1, in) == 1)
				;
		fclose(in);
		fclose(out);
	}
	return NULL;
}

static void
start(struct server *s, const char *answer, struct webhook_config *webhook, char url[64])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	memset(s, 0, sizeof(*s));
	s->answer = answer;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener, 4), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(url, 64, "http://127.0.0.1:%u/hook", ntohs(address.sin_port));
	*webhook = (struct webhook_config){ .name = "desk", .url = url };
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void
stop(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

static int
post(struct server *s, const char *answer, size_t more)
{
	struct webhook_config webhook;
	struct err err = { .text = "" };
	char url[64];
	int r;

	start(s, answer, &webhook, url);
	s->more = more;
	r = webhook_post(&webhook, "triaged-42", json, strlen(json), NULL, &err);
	stop(s);
	assert_true((r == 0) == (err.text[0] == '\0'));
	return r;
}

static void
the_request_is_as_promised(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(post(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0), 0);
	assert_non_null(strstr(s.request, "POST /hook HTTP/1.1\r\n"));
	assert_non_null(strstr(s.request, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(s.request, "Idempotency-Key: triaged-42\r\n"));
	assert_null(strstr(s.request, "X-Triaged-Signature"));
	assert_non_null(strstr(s.request, json));
}

static void
a_secret_signs_the_body(void **state)
{
	char path[] = "/tmp/test_webhook.XXXXXX", url[64];
	struct webhook_config webhook;
	struct server s;
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "Jefe\n", 5), 5);
	close(fd);
	start(&s, "HTTP/1.1 204 No Content\r\n\r\n", &webhook, url);
	webhook.secret.file = path;
	/* The second test case of RFC 4231. */
	assert_int_equal(
		webhook_post(&webhook, "k", "what do ya want for nothing?", 28, NULL, &err), 0);
	stop(&s);
	unlink(path);
	assert_non_null(strstr(
		s.request, "X-Triaged-Signature: sha256="
			   "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\r\n"));
}

static void
without_its_secret_nothing_is_sent(void **state)
{
	struct webhook_config webhook;
	struct server s;
	struct err err;
	char url[64];

	(void)state;
	start(&s, "HTTP/1.1 200 OK\r\n\r\n", &webhook, url);
	webhook.secret.file = "/nonexistent/secret";
	assert_int_equal(webhook_post(&webhook, "k", json, strlen(json), NULL, &err), -EAGAIN);
	stop(&s);
	assert_int_equal(s.requests, 0);
}

static void
statuses_mean_what_they_say(void **state)
{
	static const struct {
		const char *status;
		int result;
	} cases[] = {
		{ "200", 0 },       { "202", 0 },       { "299", 0 },       { "301", -EAGAIN },
		{ "400", -EPERM },  { "401", -EPERM },  { "404", -EPERM },  { "408", -EAGAIN },
		{ "410", -EPERM },  { "425", -EAGAIN }, { "429", -EAGAIN }, { "500", -EAGAIN },
		{ "503", -EAGAIN },
	};
	struct server s;
	char answer[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(answer, sizeof(answer), "HTTP/1.1 %s x\r\nContent-Length: 0\r\n\r\n",
			 cases[i].status);
		assert_int_equal(post(&s, answer, 0), cases[i].result);
	}
}

static void
redirects_are_not_followed(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(
		post(&s, "HTTP/1.1 302 x\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 0),
		-EAGAIN);
	assert_int_equal(s.requests, 1);
}

static void
a_long_answer_is_dropped(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(post(&s, "HTTP/1.1 200 OK\r\n\r\n", 10 << 20), 0);
	assert_int_equal(post(&s, "HTTP/1.1 500 no\r\n\r\n", 10 << 20), -EAGAIN);
}

static void
nonsense_is_tried_again(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(post(&s, "hello\r\n", 0), -EAGAIN);
}

static void
cancelling_ends_the_wait(void **state)
{
	struct webhook_config webhook;
	const _Atomic int cancelled = 1;
	struct server s;
	struct err err;
	char url[64];

	(void)state;
	start(&s, "", &webhook, url);
	assert_int_equal(webhook_post(&webhook, "k", json, strlen(json), &cancelled, &err),
			 -EAGAIN);
	stop(&s);
}

static void
keys_cannot_carry_headers(void **state)
{
	const struct webhook_config webhook = { .name = "desk", .url = "http://127.0.0.1:1/" };
	struct err err;

	(void)state;
	assert_int_equal(webhook_post(&webhook, "a\r\nX: y", json, strlen(json), NULL, &err),
			 -EPERM);
}

static void
other_protocols_are_refused(void **state)
{
	const struct webhook_config webhook = { .name = "desk", .url = "file:///etc/hostname" };
	struct err err;

	(void)state;
	assert_int_equal(webhook_post(&webhook, "k", json, strlen(json), NULL, &err), -EAGAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_request_is_as_promised),
		cmocka_unit_test(a_secret_signs_the_body),
		cmocka_unit_test(without_its_secret_nothing_is_sent),
		cmocka_unit_test(statuses_mean_what_they_say),
		cmocka_unit_test(redirects_are_not_followed),
		cmocka_unit_test(a_long_answer_is_dropped),
		cmocka_unit_test(nonsense_is_tried_again),
		cmocka_unit_test(cancelling_ends_the_wait),
		cmocka_unit_test(keys_cannot_carry_headers),
		cmocka_unit_test(other_protocols_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
