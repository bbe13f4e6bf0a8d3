/*
 * stream: sockets that are always non-blocking; every wait is a poll() on the socket and on the
 * wake-up eventfd with what is left of a deadline. TLS is in stream_tls.c, the face that libetpan
 * sees in stream_low.c.
 *
 * One thread uses a stream; stream_wake() alone may come from any other.
 */
#include "stream_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "resolve.h"

int
stream_fail(struct stream *s, int code, const char *fmt, ...)
{
	va_list args;

	s->error = code;
	va_start(args, fmt);
	vsnprintf(s->error_text, sizeof(s->error_text), fmt, args);
	va_end(args);
	return code;
}

int
stream_error(const struct stream *s, struct err *err)
{
	if (s->error == 0)
		return 0;
	return err_set(err, s->error, "%s", s->error_text);
}

struct stream *
stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake_fd < 0) {
		free(s);
		return NULL;
	}
	return s;
}

void
stream_close(struct stream *s)
{
	if (s->fd < 0)
		return;
	stream_tls_close(s);
	close(s->fd);
	s->fd = -1;
	s->peeked = false;
	s->error = 0;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	stream_close(s);
	close(s->wake_fd);
	free(s);
}

void
stream_wake(struct stream *s, bool stop)
{
	const uint64_t one = 1;
	int saved = errno;

	if (stop)
		atomic_store(&s->stopped, true);
	/* Only fails when the counter is full, and then the wake-up is there already. */
	if (write(s->wake_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

bool
stream_stopped(const struct stream *s)
{
	return atomic_load(&s->stopped);
}

/* Empties the eventfd, so that the next poll() sleeps, and remembers that somebody woke us. */
static void
note_wake(struct stream *s)
{
	eventfd_t count;

	if (eventfd_read(s->wake_fd, &count) == 0)
		s->woken = true;
}

/* Waits for events on fd. until_woken: a wake-up ends it with -EINTR. */
static int
wait_fd(struct stream *s, int fd, short events, int64_t deadline, bool until_woken)
{
	for (;;) {
		struct pollfd polled[2] = {
			{ .fd = fd, .events = events },
			{ .fd = s->wake_fd, .events = POLLIN },
		};
		int64_t left = deadline - clock_monotonic_ms();

		if (atomic_load(&s->stopped))
			return -ECANCELED;
		if (until_woken && s->woken)
			return -EINTR;
		if (left < 0)
			left = 0;
		if (poll(polled, 2, left > 1000000 ? 1000000 : (int)left) < 0 && errno != EINTR)
			return -errno;
		if (polled[1].revents != 0) {
			note_wake(s);
			continue;
		}
		if (polled[0].revents != 0)
			return 0;
		if (clock_monotonic_ms() >= deadline)
			return -ETIMEDOUT;
	}
}

int
stream_poll(struct stream *s, short events, int64_t deadline)
{
	int r = wait_fd(s, s->fd, events, deadline, false);

	if (r == -ETIMEDOUT)
		return stream_fail(s, r, "the server did not answer in time");
	if (r == -ECANCELED)
		return stream_fail(s, r, "stopped");
	if (r < 0)
		return stream_fail(s, r, "poll: %s", strerror(-r));
	return 0;
}

static ssize_t
plain_read(struct stream *s, void *bytes, size_t size)
{
	for (;;) {
		ssize_t n = recv(s->fd, bytes, size, MSG_DONTWAIT);

		if (n > 0)
			return n;
		if (n == 0)
			return stream_fail(s, -EPIPE, "the server closed the connection");
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		if (errno != EINTR)
			return stream_fail(s, -EPIPE, "connection lost: %s", strerror(errno));
	}
}

static ssize_t
plain_write(struct stream *s, const void *bytes, size_t len)
{
	for (;;) {
		ssize_t n = send(s->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n >= 0)
			return n;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		if (errno != EINTR)
			return stream_fail(s, -EPIPE, "connection lost: %s", strerror(errno));
	}
}

static ssize_t
raw_read(struct stream *s, void *bytes, size_t size)
{
	return s->tls != NULL ? stream_tls_read(s, bytes, size) : plain_read(s, bytes, size);
}

static bool
usable(struct stream *s)
{
	if (s->fd < 0) {
		stream_fail(s, -EPIPE, "not connected");
		return false;
	}
	if (atomic_load(&s->stopped)) {
		stream_fail(s, -ECANCELED, "stopped");
		return false;
	}
	return true;
}

/* Waits for bytes unless there are some: the first try costs no poll(). */
static ssize_t
read_waiting(struct stream *s, void *bytes, size_t size)
{
	for (;;) {
		ssize_t n;
		int r;

		if (s->peeked) {
			*(char *)bytes = s->peeked_byte;
			s->peeked = false;
			return 1;
		}
		n = raw_read(s, bytes, size);
		if (n != 0)
			return n;
		r = stream_poll(s, POLLIN, s->deadline);
		if (r < 0)
			return r;
	}
}

ssize_t
stream_read(struct stream *s, void *bytes, size_t size)
{
	const char *text = "the server sent what it may not";
	ssize_t n;
	int r;

	if (!usable(s))
		return s->error;
	/*
	 * A peer that trickles bytes must not outlive the deadline either: there is always
	 * something to read then.
	 */
	if (clock_monotonic_ms() >= s->deadline)
		return stream_fail(s, -ETIMEDOUT, "the server did not answer in time");
	if (s->budget == 0)
		return stream_fail(s, -EPROTO, "the server sends more than was asked for");
	n = read_waiting(s, bytes, size < s->budget ? size : s->budget);
	if (n < 0)
		return n;
	s->budget -= (uint64_t)n;
	s->total += (uint64_t)n;
	if (s->watch != NULL) {
		r = s->watch(s->watch_context, bytes, (size_t)n, s->budget, &text);
		if (r < 0)
			return stream_fail(s, r, "%s", text);
	}
	return n;
}

int
stream_write(struct stream *s, const void *bytes, size_t len)
{
	const char *at = bytes;

	if (!usable(s))
		return s->error;
	while (len > 0) {
		ssize_t n = s->tls != NULL ? stream_tls_write(s, at, len) : plain_write(s, at, len);
		int r;

		if (n < 0)
			return (int)n;
		at += n;
		len -= (size_t)n;
		if (n > 0)
			continue;
		r = stream_poll(s, POLLOUT, s->deadline);
		if (r < 0)
			return r;
	}
	return 0;
}

void
stream_deadline(struct stream *s, int64_t timeout_ms, uint64_t budget)
{
	s->deadline = clock_monotonic_ms() + timeout_ms;
	s->budget = budget;
}

void
stream_watch(struct stream *s, stream_watcher *watch, void *context)
{
	s->watch = watch;
	s->watch_context = context;
}

uint64_t
stream_bytes_read(const struct stream *s)
{
	return s->total;
}

/*
 * A readable socket is not yet a readable byte: under TLS it may be a session ticket. So one byte
 * is really read, and kept for the next reader. This also sees what GnuTLS has decrypted already
 * (gnutls_record_check_pending).
 */
int
stream_wait(struct stream *s, int64_t timeout_ms)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;

	if (!usable(s))
		return s->error;
	for (;;) {
		ssize_t n;
		int r;

		if (s->peeked)
			return 1;
		n = raw_read(s, &s->peeked_byte, 1);
		if (n < 0)
			return (int)n;
		if (n > 0) {
			s->peeked = true;
			return 1;
		}
		r = wait_fd(s, s->fd, POLLIN, deadline, true);
		if (r == -EINTR) {
			s->woken = false;
			return -ECANCELED;
		}
		if (r == -ETIMEDOUT)
			return 0;
		if (r < 0)
			return stream_fail(s, r, "%s", r == -ECANCELED ? "stopped" : strerror(-r));
	}
}

bool
stream_loopback(const struct stream *s)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	if (s->fd < 0 || getpeername(s->fd, (struct sockaddr *)&peer, &size) < 0)
		return false;
	if (peer.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&peer)->sin_addr.s_addr) >> 24 == 127;
	if (peer.ss_family == AF_INET6) {
		const struct in6_addr *address = &((struct sockaddr_in6 *)&peer)->sin6_addr;

		return IN6_IS_ADDR_LOOPBACK(address) ||
		       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
	}
	return false;
}

/*
 * A dead peer is noticed within some minutes even when we only listen (IDLE behind a NAT that
 * forgot us).
 */
static void
set_options(int fd)
{
	const int on = 1, idle = 120, interval = 30, count = 4;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

/* Connects one address. 0, -ECANCELED, or the errno of the attempt. The socket is s->fd when 0. */
static int
connect_address(struct stream *s, const struct addrinfo *address, int64_t deadline)
{
	socklen_t size = sizeof(int);
	int error = 0, r;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_options(fd);
	r = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : -errno;
	if (r == -EINPROGRESS || r == -EINTR) {
		r = wait_fd(s, fd, POLLOUT, deadline, false);
		if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0)
			r = -error;
	}
	if (r < 0) {
		close(fd);
		return r;
	}
	s->fd = fd;
	return 0;
}

static void
address_text(const struct addrinfo *address, char *text, size_t size)
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, text, (socklen_t)size, NULL, 0,
			NI_NUMERICHOST) != 0)
		snprintf(text, size, "an address of it");
}

/*
 * Each address gets its share of the time that is left, so that a dead first one does not use it
 * all up.
 */
static int
connect_list(struct stream *s, const char *host, uint16_t port, const struct addrinfo *list,
	     int64_t deadline, struct err *err)
{
	const struct addrinfo *address;
	char text[64] = "no address";
	int left = 0, r = -EADDRNOTAVAIL;

	for (address = list; address != NULL; address = address->ai_next)
		left++;
	for (address = list; address != NULL; address = address->ai_next, left--) {
		int64_t now = clock_monotonic_ms();

		if (now >= deadline)
			break;
		r = connect_address(s, address, now + (deadline - now) / left);
		if (r == 0)
			return 0;
		if (r == -ECANCELED)
			return err_set(err, r, "connecting to %s:%u: stopped", host, port);
		address_text(address, text, sizeof(text));
	}
	if (r == -ETIMEDOUT)
		return err_set(
			err, r,
			"connecting to %s:%u: no answer from %s; check host, port and firewall",
			host, port, text);
	return err_set(err, -EPIPE,
		       "connecting to %s:%u: %s: %s; check that the server runs, and host and port",
		       host, port, text, strerror(-r));
}

int
stream_connect(struct stream *s, const char *host, uint16_t port, int64_t timeout_ms,
	       struct err *err)
{
	int64_t deadline = clock_monotonic_ms() + timeout_ms;
	const struct addrinfo *list;
	struct resolve *resolve;
	int r;

	stream_close(s);
	s->error = 0;
	s->total = 0;
	r = resolve_start(host, port, &resolve);
	if (r < 0)
		return err_set(err, r, "looking up %s: %s", host, strerror(-r));
	r = wait_fd(s, resolve_fd(resolve), POLLIN, deadline, false);
	if (r == -ETIMEDOUT)
		r = err_set(err, r,
			    "looking up %s: no answer from the name servers in time; check "
			    "/etc/resolv.conf",
			    host);
	else if (r < 0)
		r = err_set(err, r, "looking up %s: %s", host,
			    r == -ECANCELED ? "stopped" : strerror(-r));
	if (r < 0)
		goto out;
	r = resolve_answer(resolve, &list);
	if (r != 0) {
		r = err_set(err, -EHOSTUNREACH, "looking up %s: %s; check the host name", host,
			    gai_strerror(r));
		goto out;
	}
	r = connect_list(s, host, port, list, deadline, err);
out:
	resolve_free(resolve);
	return r;
}
