/*
 * scripted: the thread that plays. It never asserts by itself (cmocka belongs to the test's
 * thread); it notes the step that failed, and scripted_finish() fails the test.
 */
#include "scripted.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "scripted_certificates.h"

struct scripted {
	const struct script_step *steps;
	size_t count;
	int listener, fd;
	pthread_t thread;
	sem_t pass, arrived;
	enum script_certificate certificate;
	const char *priority;
	gnutls_session_t tls;
	char line[8192]; /* the last one read */
	char tag[64];
	size_t failed; /* number of the step, from 1; 0 none */
	char why[256];
};

static enum script_certificate next_certificate;
static const char *next_priority;

void
scripted_tls(enum script_certificate certificate, const char *priority)
{
	next_certificate = certificate;
	next_priority = priority;
}

static bool
wait_readable(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, SCRIPT_TIMEOUT_MS) == 1;
}

/* 1 byte, 0 end of file, -1 error or timeout. */
static int
get_byte(struct scripted *s, char *c)
{
	if (s->tls != NULL) {
		ssize_t n;

		do {
			if (gnutls_record_check_pending(s->tls) == 0 && !wait_readable(s->fd))
				return -1;
			n = gnutls_record_recv(s->tls, c, 1);
		} while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
		return n == 1 ? 1 : 0;
	}
	if (!wait_readable(s->fd))
		return -1;
	return recv(s->fd, c, 1, 0) == 1 ? 1 : 0;
}

static bool
put_bytes(struct scripted *s, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = s->tls != NULL ? gnutls_record_send(s->tls, bytes, len)
					   : send(s->fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
read_line(struct scripted *s)
{
	size_t len = 0;
	char c = 0;

	while (len < sizeof(s->line) - 1 && c != '\n') {
		if (get_byte(s, &c) != 1)
			return false;
		s->line[len++] = c;
	}
	while (len > 0 && (s->line[len - 1] == '\n' || s->line[len - 1] == '\r'))
		len--;
	s->line[len] = '\0';
	return true;
}

static bool
expect(struct scripted *s, const char *pattern)
{
	if (!read_line(s)) {
		snprintf(s->why, sizeof(s->why), "nothing came");
		return false;
	}
	if (fnmatch(pattern, s->line, 0) != 0) {
		snprintf(s->why, sizeof(s->why), "got: %.200s", s->line);
		return false;
	}
	/* DONE and the lines of a SASL exchange have no tag: the command's stays. */
	if (strchr(s->line, ' ') != NULL)
		snprintf(s->tag, sizeof(s->tag), "%.*s", (int)strcspn(s->line, " "), s->line);
	return true;
}

static bool
read_literal(struct scripted *s)
{
	const char *at = strrchr(s->line, '{');
	size_t left = at != NULL ? strtoul(at + 1, NULL, 10) + 2 : 0;
	char c;

	while (left > 0 && get_byte(s, &c) == 1)
		left--;
	return left == 0;
}

static bool
send_text(struct scripted *s, const char *text, bool slowly)
{
	char out[16384];
	size_t len = 0;

	for (; *text != '\0' && len + sizeof(s->tag) < sizeof(out); text++) {
		if (text[0] == '%' && text[1] == 'T') {
			len += (size_t)snprintf(out + len, sizeof(out) - len, "%s", s->tag);
			text++;
		} else {
			out[len++] = *text;
		}
	}
	if (!slowly)
		return put_bytes(s, out, len);
	for (size_t k = 0; k < len; k++)
		if (!put_bytes(s, out + k, 1))
			return false;
	return true;
}

static bool
start_tls(struct scripted *s)
{
	int r;

	if (gnutls_init(&s->tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL) < 0)
		return false;
	if (s->priority != NULL)
		gnutls_priority_set_direct(s->tls, s->priority, NULL);
	else
		gnutls_set_default_priority(s->tls);
	gnutls_credentials_set(s->tls, GNUTLS_CRD_CERTIFICATE,
			       scripted_credentials(s->certificate));
	gnutls_transport_set_int(s->tls, s->fd);
	gnutls_handshake_set_timeout(s->tls, SCRIPT_TIMEOUT_MS);
	do
		r = gnutls_handshake(s->tls);
	while (r < 0 && !gnutls_error_is_fatal(r));
	/* A client that refuses us is what many a test is about. */
	return true;
}

static void
drop(struct scripted *s)
{
	if (s->tls != NULL)
		gnutls_deinit(s->tls);
	s->tls = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static bool
take_connection(struct scripted *s)
{
	const int on = 1;

	drop(s);
	if (!wait_readable(s->listener))
		return false;
	s->fd = accept(s->listener, NULL, NULL);
	if (s->fd < 0)
		return false;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return true;
}

static bool
wait_closed(struct scripted *s)
{
	char c;
	int r;

	do
		r = get_byte(s, &c);
	while (r == 1);
	return r == 0;
}

static bool
wait_pass(struct scripted *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SCRIPT_TIMEOUT_MS / 1000;
	sem_post(&s->arrived);
	return sem_timedwait(&s->pass, &until) == 0;
}

static bool
play(struct scripted *s, const struct script_step *step)
{
	switch (step->kind) {
	case SCRIPT_EXPECT:
		return expect(s, step->text);
	case SCRIPT_LITERAL:
		return read_literal(s);
	case SCRIPT_SEND:
		return send_text(s, step->text, false);
	case SCRIPT_SLOWLY:
		return send_text(s, step->text, true);
	case SCRIPT_REPEAT:
		/* The client may have had enough of it: that is no failure of the script. */
		for (size_t k = 0; k < step->count; k++)
			if (!put_bytes(s, step->text, strlen(step->text)))
				return true;
		return true;
	case SCRIPT_TLS:
		return start_tls(s);
	case SCRIPT_BARRIER:
		return wait_pass(s);
	case SCRIPT_CLOSE:
		drop(s);
		return true;
	case SCRIPT_CLOSED:
		return wait_closed(s);
	case SCRIPT_ACCEPT:
		return take_connection(s);
	}
	return false;
}

static void *
run(void *argument)
{
	struct scripted *s = argument;

	if (!take_connection(s)) {
		s->failed = 1;
		snprintf(s->why, sizeof(s->why), "nobody connected");
		return NULL;
	}
	for (size_t k = 0; k < s->count; k++) {
		if (!play(s, &s->steps[k])) {
			s->failed = k + 1;
			break;
		}
	}
	drop(s);
	return NULL;
}

struct scripted *
scripted_start(const struct script_step *steps, size_t count)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct scripted *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->steps = steps;
	s->count = count;
	s->fd = -1;
	s->certificate = next_certificate;
	s->priority = next_priority;
	sem_init(&s->pass, 0, 0);
	sem_init(&s->arrived, 0, 0);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->listener >= 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
	return s;
}

uint16_t
scripted_port(const struct scripted *s)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

void
scripted_pass(struct scripted *s)
{
	sem_post(&s->pass);
}

void
scripted_arrived(struct scripted *s)
{
	while (sem_wait(&s->arrived) < 0 && errno == EINTR)
		;
}

void
scripted_finish(struct scripted *s)
{
	size_t failed;

	pthread_join(s->thread, NULL);
	failed = s->failed;
	if (failed != 0)
		print_error("step %zu of the script (%s): %s\n", failed,
			    s->steps[failed - 1].text != NULL ? s->steps[failed - 1].text : "",
			    s->why);
	close(s->listener);
	sem_destroy(&s->pass);
	sem_destroy(&s->arrived);
	free(s);
	assert_int_equal(failed, 0);
}
