/*
 * stream_internal: what stream.c (sockets, deadlines, budget) and stream_tls.c (GnuTLS) share; for
 * nobody else.
 */
#ifndef DAEMON_STREAM_INTERNAL_H
#define DAEMON_STREAM_INTERNAL_H

#include "stream.h"

#include <gnutls/gnutls.h>

struct stream {
	int fd; /* -1 when not connected */
	int wake_fd;
	_Atomic bool stopped; /* for good */
	bool woken;           /* a wake-up was seen outside stream_wait() and is owed to it */
	bool peeked;          /* stream_wait() took one byte to be sure that there is one */
	char peeked_byte;
	gnutls_session_t tls;       /* NULL: plain */
	struct stream_trust *trust; /* held while tls is */
	int64_t deadline;           /* on the monotonic clock */
	uint64_t budget,
		total; /* bytes that may still be read; bytes read since the connection was made */
	stream_watcher *watch;
	void *watch_context;
	int error; /* of the last failed read or write, 0 when none failed */
	char error_text[256];
};

/*
 * Waits for events (poll's) on the socket until the deadline. 0, -ETIMEDOUT, -ECANCELED (stopped).
 * Notes wake-ups.
 */
int
stream_poll(struct stream *s, short events, int64_t deadline);

/* Notes the error and its words. Returns code. */
int
stream_fail(struct stream *s, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * One try, without waiting: bytes, 0 when it would block, or a negative errno (noted by
 * stream_fail).
 */
ssize_t
stream_tls_read(struct stream *s, void *bytes, size_t size);

ssize_t
stream_tls_write(struct stream *s, const void *bytes, size_t len);

/* Ends TLS; says goodbye when the connection still stands. */
void
stream_tls_close(struct stream *s);

#endif
