/*
 * imap_idle: waiting for new mail without ever missing it.
 *
 * News is "* n EXISTS", wherever it comes: libetpan keeps a mark of it in every answer that it
 * reads (sel_has_exists), and the answers around IDLE are read here line by line, so that a line
 * before "+", in one segment with "+", or before the answer to DONE counts as well. The mark is
 * cleared only by what makes it old: SELECT and listing the folder.
 *
 * A server cannot be asked while it idles, so it is asked for UIDs at or above the ones that the
 * caller knows immediately before IDLE, and whatever it learns after that answer it must announce
 * in IDLE (RFC 3501 section 5.2). What a server forgets all the same is found by the caller's plain
 * poll.
 *
 * Servers gather changes before they tell an idling client (Dovecot: for half a second). Mail often
 * comes in bursts, so for a short while after news a server that answers within a few milliseconds
 * is asked by NOOP instead.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"

#define LINE_BYTES (64u << 10) /* budget of one line in IDLE */
#define ALERT_NOOP_MS 20       /* between two NOOPs while alert */

static bool
has_news(const struct imap *i)
{
	return i->session->imap_selection_info != NULL &&
	       i->session->imap_selection_info->sel_has_exists;
}

struct probe {
	uint32_t known;
	bool newer;
};

static int
compare_known(void *context, const struct imap_row *row)
{
	struct probe *probe = context;

	if (row->uid >= probe->known)
		probe->newer = true;
	return 0;
}

/* Whether the folder holds a UID that the caller does not know. 1, 0 or an error. */
static int
ask_newer(struct imap *i, uint32_t known, struct err *err)
{
	struct probe probe = { .known = known };
	int r;

	if (known == 0)
		return 0;
	r = imap_command(i, err, LINE_BYTES + (1u << 20), "UID FETCH", "UID FETCH %u:* (UID)",
			 known);
	if (r < 0)
		return r;
	imap_each_row(i, compare_known, &probe);
	return probe.newer;
}

/* An untagged answer may hold a literal ("* 3 FETCH (... {12}"): its bytes are read and dropped. */
static int
drop_literal(struct imap *i, const char *line, struct err *err)
{
	size_t len = strcspn(line, "\r\n"), at = len;
	unsigned long left;
	char bytes[512];

	if (len == 0 || line[len - 1] != '}')
		return 0;
	while (at > 0 && line[at - 1] != '{')
		at--;
	left = strtoul(line + at, NULL, 10);
	while (left > 0) {
		ssize_t n = mailstream_read(i->session->imap_stream, bytes,
					    left < sizeof(bytes) ? left : sizeof(bytes));

		if (n < 0)
			return imap_stream_failed(i, err, "IDLE");
		left -= (unsigned long)n;
	}
	return 0;
}

/* Reads one line in IDLE. 0, or an error; a line that cannot be finished in time is one. */
static int
read_line(struct imap *i, int64_t timeout_ms, struct err *err)
{
	const char *line;

	stream_deadline(i->stream, timeout_ms, LINE_BYTES);
	line = mailimap_read_line(i->session);
	if (line == NULL)
		return imap_stream_failed(i, err, "IDLE");
	if (strncasecmp(line, "* BYE", 5) == 0)
		return imap_fail(i, err, -EPIPE, "IDLE", "the server said BYE",
				 "the connection is made again later");
	if (imap_note_exists(i, line))
		return 0;
	return strncmp(line, "* ", 2) == 0 ? drop_literal(i, line, err) : 0;
}

/* Sends IDLE. 0: idling. 1: refused. */
static int
enter(struct imap *i, struct err *err)
{
	int r = imap_begin(i, err, "IDLE", IMAP_ANSWER_BYTES);

	if (r < 0)
		return r;
	if (mailstream_write(i->session->imap_stream, "IDLE", 4) < 0)
		return imap_stream_failed(i, err, "IDLE");
	r = imap_flush(i, err, "IDLE");
	if (r < 0)
		return r;
	r = imap_continue(i, err, "IDLE");
	if (r <= 0)
		return r;
	r = imap_answer(i, err, "IDLE");
	return transport_lost(r) ? r : 1;
}

static int
leave(struct imap *i, struct err *err)
{
	char tag[24];
	int64_t deadline = clock_monotonic_ms() + i->deadlines.done;
	int n = snprintf(tag, sizeof(tag), "%d ", i->session->imap_tag);
	int r;

	stream_deadline(i->stream, i->deadlines.done, LINE_BYTES);
	if (mailstream_write(i->session->imap_stream, "DONE", 4) < 0)
		return imap_stream_failed(i, err, "DONE");
	r = imap_flush(i, err, "DONE");
	if (r < 0)
		return r;
	for (;;) {
		r = read_line(i, deadline - clock_monotonic_ms(), err);
		if (r < 0)
			return r;
		if (strncmp(i->session->imap_stream_buffer->str, tag, (size_t)n) == 0)
			return 0;
	}
}

/*
 * Listens until there is news, a wake-up or the end of the time. libetpan's buffer is looked at
 * first: what it holds makes no socket readable any more (stream_wait() does the same for TLS's
 * buffer).
 */
static int
listen_idle(struct imap *i, int64_t deadline, enum transport_event *ret, struct err *err)
{
	*ret = TRANSPORT_TIMEOUT;
	while (!has_news(i)) {
		int r = 1;

		if (i->session->imap_stream->read_buffer_len == 0)
			r = stream_wait(i->stream, deadline - clock_monotonic_ms());
		if (r == 0)
			return 0;
		if (r == -ECANCELED && stream_error(i->stream, NULL) == 0) {
			*ret = TRANSPORT_WOKEN;
			return 0;
		}
		if (r < 0)
			return imap_stream_failed(i, err, "IDLE");
		r = read_line(i, i->deadlines.command, err);
		if (r < 0)
			return r;
	}
	*ret = TRANSPORT_CHANGED;
	return 0;
}

static int
wait_idle(struct imap *i, int64_t deadline, enum transport_event *ret, struct err *err)
{
	enum transport_event event;
	int r = listen_idle(i, deadline, &event, err);

	if (r < 0)
		return r;
	r = leave(i, err);
	if (r < 0)
		return r;
	*ret = has_news(i) ? TRANSPORT_CHANGED : event;
	return 0;
}

/* Asks by NOOP every interval_ms: for servers without IDLE, and while alert. */
static int
wait_polling(struct imap *i, int64_t deadline, int64_t interval_ms, enum transport_event *ret,
	     struct err *err)
{
	for (;;) {
		int64_t left;
		int r = imap_command(i, err, IMAP_ANSWER_BYTES, "NOOP", "NOOP");

		if (r < 0)
			return r;
		if (has_news(i)) {
			*ret = TRANSPORT_CHANGED;
			return 0;
		}
		left = deadline - clock_monotonic_ms();
		r = stream_wait(i->stream, left < interval_ms ? left : interval_ms);
		if (r == -ECANCELED && stream_error(i->stream, NULL) == 0) {
			*ret = TRANSPORT_WOKEN;
			return 0;
		}
		if (r < 0)
			return imap_stream_failed(i, err, "NOOP");
		if (r == 0 && clock_monotonic_ms() >= deadline) {
			*ret = TRANSPORT_TIMEOUT;
			return 0;
		}
	}
}

/* Waits by whatever the server offers, when there was nothing new. */
static int
wait_quietly(struct imap *i, int64_t deadline, bool near, enum transport_event *ret,
	     struct err *err)
{
	int64_t alert = i->news_ms + i->deadlines.alert;
	int r;

	if (near && i->news_ms != 0 && clock_monotonic_ms() < alert) {
		r = wait_polling(i, alert < deadline ? alert : deadline, ALERT_NOOP_MS, ret, err);
		if (r < 0 || *ret != TRANSPORT_TIMEOUT)
			return r;
	}
	if (i->caps & CAP_IDLE) {
		r = enter(i, err);
		if (r == 0)
			return wait_idle(i, deadline, ret, err);
		if (r < 0)
			return r;
		i->caps &= ~(unsigned)CAP_IDLE;
	}
	return wait_polling(i, deadline, i->deadlines.noop, ret, err);
}

int
imap_wait(struct transport *t, uint32_t known_uidnext, int64_t timeout_ms,
	  enum transport_event *ret, struct err *err)
{
	struct imap *i = imap_of(t);
	int64_t begun = clock_monotonic_ms();
	enum transport_event event = TRANSPORT_CHANGED;
	int r;

	if (i->session == NULL || i->selected[0] == '\0')
		return imap_fail(i, err, -EPIPE, "IDLE", "no folder is open", NULL);
	r = has_news(i) ? 1 : ask_newer(i, known_uidnext, err);
	if (r == 0 && !has_news(i))
		r = wait_quietly(i, begun + timeout_ms,
				 clock_monotonic_ms() - begun <= i->deadlines.near, &event, err);
	if (r < 0)
		return r;
	if (event == TRANSPORT_CHANGED)
		i->news_ms = clock_monotonic_ms();
	*ret = event;
	return 0;
}
