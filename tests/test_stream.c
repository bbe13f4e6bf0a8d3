/*
 * The stream never hangs (name servers, connect, silence, trickle, end of file), never believes
 * (certificates, TLS versions, bytes before TLS), keeps its budget, and can be woken and stopped
 * from outside.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libetpan/mailstream.h>

#include "daemon/clock.h"
#include "daemon/resolve.h"
#include "daemon/stream.h"
#include "scripted.h"

#define SOON 300   /* a deadline that is meant to pass */
#define LONG 20000 /* one that is not */

static int silent[2],
	mute[2]; /* "silent.example", "mute.example": answered when a byte comes out of the pipe */

/* Stands before the C library's: a name server that does not answer. */
int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	    struct addrinfo **list)
{
	struct {
		struct addrinfo info;
		struct sockaddr_in address;
	} * one;
	struct sockaddr_in address = { .sin_family = AF_INET };
	char c;

	if (hints->ai_flags & AI_NUMERICHOST && inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return EAI_NONAME;
	if (strcmp(host, "silent.example") == 0 && read(silent[0], &c, 1) >= 0)
		return EAI_AGAIN;
	if (strcmp(host, "mute.example") == 0 && read(mute[0], &c, 1) >= 0)
		return EAI_AGAIN;
	address.sin_port = htons((uint16_t)atoi(service));
	if (strcmp(host, "localhost") == 0)
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		return EAI_NONAME;
	one = calloc(1, sizeof(*one));
	if (one == NULL)
		return EAI_MEMORY;
	one->address = address;
	one->info = (struct addrinfo){
		.ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_addr = (struct sockaddr *)&one->address,
		.ai_addrlen = sizeof(one->address),
	};
	*list = &one->info;
	return 0;
}

void
freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static struct stream *
connected(struct scripted *server)
{
	struct stream *s = stream_new();
	struct err err = { 0 };

	assert_non_null(s);
	assert_int_equal(stream_connect(s, "localhost", scripted_port(server), LONG, &err), 0);
	stream_deadline(s, LONG, 1u << 20);
	return s;
}

static void
bytes_go_both_ways(void **state)
{
	static const struct script_step steps[] = { EXPECT("hello"), SEND("world"), CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	char bytes[16];
	size_t len = 0;

	(void)state;
	assert_true(stream_loopback(s));
	assert_string_equal(stream_tls_name(s), "no TLS");
	assert_int_equal(stream_write(s, "hello\r\n", 7), 0);
	while (len < 5) {
		ssize_t n = stream_read(s, bytes + len, sizeof(bytes) - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	assert_memory_equal(bytes, "world", 5);
	assert_int_equal(stream_bytes_read(s), 5);
	stream_free(s);
	scripted_finish(server);
}

static void
end_of_file_is_an_error_for_libetpan(void **state)
{
	static const struct script_step steps[] = { SEND("x"), CLOSE };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	mailstream *m = stream_mailstream(s);
	struct err err = { 0 };
	char c;

	(void)state;
	assert_int_equal(mailstream_read(m, &c, 1), 1);
	assert_int_equal(mailstream_read(m, &c, 1), -1);
	assert_int_equal(stream_error(s, &err), -EPIPE);
	assert_non_null(strstr(err.text, "closed"));
	mailstream_close(m);
	stream_free(s);
	scripted_finish(server);
}

static void
silence_ends_at_the_deadline(void **state)
{
	static const struct script_step steps[] = { CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	int64_t before = clock_monotonic_ms();
	char c;

	(void)state;
	stream_deadline(s, SOON, 100);
	assert_int_equal(stream_read(s, &c, 1), -ETIMEDOUT);
	assert_true(clock_monotonic_ms() - before >= SOON - 1);
	stream_free(s);
	scripted_finish(server);
}

static void
a_trickle_ends_at_the_deadline_too(void **state)
{
	static const struct script_step steps[] = { REPEAT("x", 100000000), CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	ssize_t n;
	char c;

	(void)state;
	stream_deadline(s, SOON, UINT64_MAX);
	do
		n = stream_read(s, &c, 1);
	while (n > 0);
	assert_int_equal(n, -ETIMEDOUT);
	stream_free(s);
	scripted_finish(server);
}

static void
a_peer_that_does_not_read_ends_at_the_deadline(void **state)
{
	static const struct script_step steps[] = { BARRIER };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	static char bytes[1 << 20];
	int r;

	(void)state;
	stream_deadline(s, SOON, 100);
	do
		r = stream_write(s, bytes, sizeof(bytes));
	while (r == 0);
	assert_int_equal(r, -ETIMEDOUT);
	stream_free(s);
	scripted_pass(server);
	scripted_finish(server);
}

static void
the_budget_is_kept(void **state)
{
	static const struct script_step steps[] = { SEND("0123456789"), CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	char bytes[16];
	size_t len = 0;
	ssize_t n;

	(void)state;
	stream_deadline(s, LONG, 8);
	while ((n = stream_read(s, bytes, sizeof(bytes))) > 0)
		len += (size_t)n;
	assert_int_equal(len, 8);
	assert_int_equal(n, -EPROTO);
	stream_free(s);
	scripted_finish(server);
}

static void
a_dead_peer_raises_no_signal(void **state)
{
	static const struct script_step steps[] = { CLOSE };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	int r;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	do
		r = stream_write(s, "xxxxxxxxxxxxxxxx", 16);
	while (r == 0);
	assert_int_equal(r, -EPIPE);
	stream_free(s);
	scripted_finish(server);
}

static void
a_refused_connection_says_so(void **state)
{
	static const struct script_step steps[] = { CLOSE };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	uint16_t port = scripted_port(server);
	struct err err = { 0 };

	(void)state;
	scripted_finish(server);
	assert_int_equal(stream_connect(s, "localhost", port, LONG, &err), -EPIPE);
	assert_non_null(strstr(err.text, "refused"));
	assert_non_null(strstr(err.text, "localhost"));
	stream_free(s);
}

static void
an_unknown_name_says_so(void **state)
{
	struct stream *s = stream_new();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_connect(s, "unknown.example", 1, LONG, &err), -EHOSTUNREACH);
	assert_non_null(strstr(err.text, "unknown.example"));
	stream_free(s);
}

static void
silent_name_servers_end_at_the_deadline(void **state)
{
	struct stream *s = stream_new();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_connect(s, "silent.example", 1, SOON, &err), -ETIMEDOUT);
	assert_non_null(strstr(err.text, "silent.example"));
	stream_free(s);
	/*
	 * The look-up is still out there; it ends when the answer comes, and frees what it holds.
	 */
	assert_int_equal(write(silent[1], "x", 1), 1);
}

static void *
stop_it(void *stream)
{
	stream_wake(stream, true);
	return NULL;
}

static void *
wake_it(void *stream)
{
	stream_wake(stream, false);
	return NULL;
}

static void
stop_ends_a_look_up(void **state)
{
	struct stream *s = stream_new();
	struct err err = { 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, stop_it, s), 0);
	assert_int_equal(stream_connect(s, "mute.example", 1, LONG, &err), -ECANCELED);
	pthread_join(thread, NULL);
	stream_free(s);
	assert_int_equal(write(mute[1], "x", 1), 1);
}

static void
stop_ends_a_read_for_good(void **state)
{
	static const struct script_step steps[] = { CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	pthread_t thread;
	char c;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, stop_it, s), 0);
	assert_int_equal(stream_read(s, &c, 1), -ECANCELED);
	pthread_join(thread, NULL);
	assert_int_equal(stream_read(s, &c, 1), -ECANCELED);
	assert_int_equal(stream_write(s, &c, 1), -ECANCELED);
	assert_int_equal(stream_wait(s, LONG), -ECANCELED);
	stream_free(s);
	scripted_finish(server);
}

static void
a_wake_up_ends_one_wait(void **state)
{
	static const struct script_step steps[] = { BARRIER, SEND("x"), CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	pthread_t thread;
	char c;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake_it, s), 0);
	assert_int_equal(stream_wait(s, LONG), -ECANCELED);
	pthread_join(thread, NULL);
	assert_int_equal(stream_wait(s, 20), 0);
	scripted_pass(server);
	assert_int_equal(stream_wait(s, LONG), 1);
	assert_int_equal(stream_read(s, &c, 1), 1);
	assert_int_equal(c, 'x');
	stream_free(s);
	scripted_finish(server);
}

static void
a_wake_up_in_a_read_is_kept_for_the_wait(void **state)
{
	static const struct script_step steps[] = { BARRIER, SEND("x"), CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	char c;

	(void)state;
	stream_wake(s, false);
	scripted_pass(server);
	assert_int_equal(stream_read(s, &c, 1), 1);
	assert_int_equal(stream_wait(s, LONG), -ECANCELED);
	assert_int_equal(stream_wait(s, 20), 0);
	stream_free(s);
	scripted_finish(server);
}

static void
waiting_sees_the_end_of_the_connection(void **state)
{
	static const struct script_step steps[] = { CLOSE };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);

	(void)state;
	assert_int_equal(stream_wait(s, LONG), -EPIPE);
	stream_free(s);
	scripted_finish(server);
}

static void
a_high_descriptor_works(void **state)
{
	static const struct script_step steps[] = { TLS, EXPECT("hello"), SEND("x"), CLOSED };
	struct rlimit before, raised;
	struct stream_trust *trust;
	struct scripted *server;
	struct err err = { 0 };
	int low[1100], count = 0;
	struct stream *s;
	char c;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	raised = before;
	if (raised.rlim_cur < 2000 && raised.rlim_max >= 2000)
		raised.rlim_cur = 2000;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
	if (raised.rlim_cur < 1200)
		skip();
	while (count < 1100 && (count == 0 || low[count - 1] < 1050))
		low[count++] = fcntl(0, F_DUPFD_CLOEXEC, 0);
	scripted_tls(CERTIFICATE_GOOD, NULL);
	server = SCRIPT(steps);
	s = connected(server);
	assert_int_equal(stream_trust_new(scripted_ca_file(), &err, &trust), 0);
	assert_int_equal(stream_start_tls(s, trust, "localhost", 0, LONG, &err), 0);
	stream_deadline(s, LONG, 100);
	assert_int_equal(stream_write(s, "hello\r\n", 7), 0);
	assert_int_equal(stream_wait(s, LONG), 1);
	assert_int_equal(stream_read(s, &c, 1), 1);
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
	while (count > 0)
		close(low[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* Starts TLS against a server with that certificate, and gives back the error and the sentence. */
static int
try_tls(enum script_certificate certificate, const char *priority, const char *host,
	struct err *err)
{
	static const struct script_step steps[] = { TLS, CLOSED };
	struct stream_trust *trust;
	struct scripted *server;
	struct stream *s;
	int r;

	scripted_tls(certificate, priority);
	server = SCRIPT(steps);
	s = connected(server);
	assert_int_equal(stream_trust_new(scripted_ca_file(), err, &trust), 0);
	r = stream_start_tls(s, trust, host, 0, LONG, err);
	if (r == 0)
		assert_memory_equal(stream_tls_name(s), "TLS 1.", 6);
	else
		assert_string_equal(stream_tls_name(s), "no TLS");
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
	return r;
}

static void
a_good_certificate_is_accepted(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(try_tls(CERTIFICATE_GOOD, NULL, "localhost", &err), 0);
}

static void
an_expired_certificate_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(try_tls(CERTIFICATE_EXPIRED, NULL, "localhost", &err), -EKEYREJECTED);
	assert_non_null(strstr(err.text, "expired"));
	assert_non_null(strstr(err.text, "renew"));
}

static void
a_self_signed_certificate_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(try_tls(CERTIFICATE_SELF_SIGNED, NULL, "localhost", &err), -EKEYREJECTED);
	assert_non_null(strstr(err.text, "ca_file"));
}

static void
another_hosts_certificate_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(try_tls(CERTIFICATE_OTHER_HOST, NULL, "localhost", &err), -EKEYREJECTED);
	assert_non_null(strstr(err.text, "name"));
	assert_int_equal(try_tls(CERTIFICATE_OTHER_HOST, NULL, "other.example", &err), 0);
}

static void
old_tls_is_refused(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		try_tls(CERTIFICATE_GOOD, "NORMAL:-VERS-ALL:+VERS-TLS1.1", "localhost", &err),
		-EKEYREJECTED);
	assert_non_null(strstr(err.text, "TLS 1."));
	assert_int_equal(
		try_tls(CERTIFICATE_GOOD, "NORMAL:-VERS-ALL:+VERS-TLS1.2", "localhost", &err), 0);
}

static void
plain_text_instead_of_tls_is_refused(void **state)
{
	static const struct script_step steps[] = {
		SEND("* OK this is plain IMAP, no TLS here\r\n"), CLOSED
	};
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	struct stream_trust *trust;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_trust_new(scripted_ca_file(), &err, &trust), 0);
	assert_int_equal(stream_start_tls(s, trust, "localhost", 0, LONG, &err), -EPROTO);
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
}

static void
bytes_before_tls_are_refused(void **state)
{
	static const struct script_step steps[] = { CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	struct stream_trust *trust;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_trust_new(scripted_ca_file(), &err, &trust), 0);
	assert_int_equal(stream_start_tls(s, trust, "localhost", 5, LONG, &err), -EPROTO);
	assert_non_null(strstr(err.text, "before TLS"));
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
}

static void
a_silent_handshake_ends_at_the_deadline(void **state)
{
	static const struct script_step steps[] = { CLOSED };
	struct scripted *server = SCRIPT(steps);
	struct stream *s = connected(server);
	struct stream_trust *trust;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_trust_new(scripted_ca_file(), &err, &trust), 0);
	assert_int_equal(stream_start_tls(s, trust, "localhost", 0, SOON, &err), -ETIMEDOUT);
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
}

static void
waiting_sees_what_tls_has_buffered(void **state)
{
	static const struct script_step steps[] = { TLS, SEND("abc"), CLOSED };
	struct stream_trust *trust;
	struct scripted *server;
	struct err err = { 0 };
	struct stream *s;
	char c;

	(void)state;
	scripted_tls(CERTIFICATE_GOOD, NULL);
	server = SCRIPT(steps);
	s = connected(server);
	assert_int_equal(stream_trust_new(scripted_ca_file(), &err, &trust), 0);
	assert_int_equal(stream_start_tls(s, trust, "localhost", 0, LONG, &err), 0);
	stream_deadline(s, LONG, 100);
	/*
	 * All three are in one record: after the first byte the socket is empty and never becomes
	 * readable again.
	 */
	for (int k = 0; k < 3; k++) {
		assert_int_equal(stream_wait(s, LONG), 1);
		assert_int_equal(stream_read(s, &c, 1), 1);
		assert_int_equal(c, 'a' + k);
	}
	assert_int_equal(stream_wait(s, 20), 0);
	stream_free(s);
	stream_trust_unref(trust);
	scripted_finish(server);
}

static void
a_missing_or_empty_ca_file_says_so(void **state)
{
	struct stream_trust *trust;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(stream_trust_new("/nonexistent/ca.pem", &err, &trust), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
	assert_int_equal(stream_trust_new("/dev/null", &err, &trust), -EINVAL);
}

static int
prepare(void **state)
{
	(void)state;
	scripted_certificates();
	return pipe(silent) < 0 || pipe(mute) < 0 ? -1 : 0;
}

static int
clean_up(void **state)
{
	(void)state;
	scripted_certificates_free();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_both_ways),
		cmocka_unit_test(end_of_file_is_an_error_for_libetpan),
		cmocka_unit_test(silence_ends_at_the_deadline),
		cmocka_unit_test(a_trickle_ends_at_the_deadline_too),
		cmocka_unit_test(a_peer_that_does_not_read_ends_at_the_deadline),
		cmocka_unit_test(the_budget_is_kept),
		cmocka_unit_test(a_dead_peer_raises_no_signal),
		cmocka_unit_test(a_refused_connection_says_so),
		cmocka_unit_test(an_unknown_name_says_so),
		cmocka_unit_test(silent_name_servers_end_at_the_deadline),
		cmocka_unit_test(stop_ends_a_look_up),
		cmocka_unit_test(stop_ends_a_read_for_good),
		cmocka_unit_test(a_wake_up_ends_one_wait),
		cmocka_unit_test(a_wake_up_in_a_read_is_kept_for_the_wait),
		cmocka_unit_test(waiting_sees_the_end_of_the_connection),
		cmocka_unit_test(a_high_descriptor_works),
		cmocka_unit_test(a_good_certificate_is_accepted),
		cmocka_unit_test(an_expired_certificate_is_refused),
		cmocka_unit_test(a_self_signed_certificate_is_refused),
		cmocka_unit_test(another_hosts_certificate_is_refused),
		cmocka_unit_test(old_tls_is_refused),
		cmocka_unit_test(plain_text_instead_of_tls_is_refused),
		cmocka_unit_test(bytes_before_tls_are_refused),
		cmocka_unit_test(a_silent_handshake_ends_at_the_deadline),
		cmocka_unit_test(waiting_sees_what_tls_has_buffered),
		cmocka_unit_test(a_missing_or_empty_ca_file_says_so),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
