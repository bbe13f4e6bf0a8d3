/*
 * stream: a TCP or TLS connection that never hangs and never believes.
 *
 * Owns address resolution with a deadline, connect, poll, wall-clock deadlines, TLS by GnuTLS
 * (chain, host name, SNI, TLS 1.2 or later), end of file, a byte budget per command, and a wake-up
 * for shutdown. libetpan's IMAP grammar reads and writes through stream_mailstream(). Passwords and
 * data never reach a log.
 *
 * Errors as in transport.h.
 */
#ifndef DAEMON_STREAM_H
#define DAEMON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <libetpan/mailstream_types.h>

#include "filters/err.h"

struct stream;

/*
 * The certificate authorities to trust; loaded once, shared by all streams that use the same file.
 */
struct stream_trust;

/* ca_file NULL: the system's. */
int
stream_trust_new(const char *ca_file, struct err *err, struct stream_trust **ret);

struct stream_trust *
stream_trust_ref(struct stream_trust *trust);

void
stream_trust_unref(struct stream_trust *trust);

struct stream *
stream_new(void);

/* Closes and frees. NULL is fine. */
void
stream_free(struct stream *s);

/* Ends the connection, if there is one; the stream can be connected again. Wake-ups are kept. */
void
stream_close(struct stream *s);

/* Connects within timeout_ms, trying each address of the name. */
int
stream_connect(struct stream *s, const char *host, uint16_t port, int64_t timeout_ms,
	       struct err *err);

/*
 * Starts TLS and verifies the peer for `host`. Refused with -EPROTO when plain-text bytes of the
 * peer are already waiting (the STARTTLS injection, CVE-2011-0411): pending is what an upper layer
 * has buffered.
 */
int
stream_start_tls(struct stream *s, struct stream_trust *trust, const char *host, size_t pending,
		 int64_t timeout_ms, struct err *err);

/* Whether the peer is on this machine: asked of the connected socket, not of the name. */
bool
stream_loopback(const struct stream *s);

/* "TLS 1.3", or "no TLS" */
const char *
stream_tls_name(const struct stream *s);

/*
 * Every read and write from now on must be over within timeout_ms in all, and read at most budget
 * bytes.
 */
void
stream_deadline(struct stream *s, int64_t timeout_ms, uint64_t budget);

/*
 * Waits until bytes can be read. 1 readable, 0 timeout, -ECANCELED woken, -EPIPE the peer is gone.
 * Needs no deadline.
 */
int
stream_wait(struct stream *s, int64_t timeout_ms);

/*
 * Every byte that is read passes `watch` before a reader sees it; left is what remains of the
 * budget after it. 0 lets it pass, a negative errno (with a static text for people in *ret_text)
 * ends the read with that error. NULL: no watch.
 */
typedef int
stream_watcher(void *context, const char *bytes, size_t len, uint64_t left, const char **ret_text);

void
stream_watch(struct stream *s, stream_watcher *watch, void *context);

/* All of it, or the error. */
int
stream_write(struct stream *s, const void *bytes, size_t len);

/* Some bytes, at least one, or the error. End of file is -EPIPE. */
ssize_t
stream_read(struct stream *s, void *bytes, size_t size);

/*
 * Ends stream_wait() once; with stop every call from now on fails with -ECANCELED. Any thread,
 * async-signal-safe.
 */
void
stream_wake(struct stream *s, bool stop);

/* Whether stream_wake() said stop: for waits that are not the stream's own. */
bool
stream_stopped(const struct stream *s);

/* The error of the last failed read or write (libetpan only says "stream error"). */
int
stream_error(const struct stream *s, struct err *err);

uint64_t
stream_bytes_read(const struct stream *s);

/*
 * A mailstream of libetpan over this stream; mailstream_close() on it does not free the stream.
 * NULL when out of memory.
 */
mailstream *
stream_mailstream(struct stream *s);

#endif
