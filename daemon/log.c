/*
 * log: the one place that writes log lines. See log.h.
 *
 * Whether stderr is the journal is found out once. A line goes out with one write, so lines of
 * several threads do not mix.
 */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX 1024   /* one line's own words */
#define FOREIGN_MAX 256 /* one string that a mail or a server gave us */
#define FIELD_MAX (FOREIGN_MAX + 32)
#define FIELDS 8

static _Atomic int highest = LOG_INFO;
static pthread_once_t journal_once = PTHREAD_ONCE_INIT;
static bool journal;

void
log_level(int level)
{
	atomic_store(&highest, level);
}

/*
 * JOURNAL_STREAM names the device and inode of the stream that systemd gave us; stderr may have
 * been redirected since.
 */
static void
find_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	if (stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0)
		journal = (uintmax_t)st.st_dev == device && (uintmax_t)st.st_ino == inode;
}

/* The length of the UTF-8 character at s, 0 when it is broken or a control character. */
static size_t
printable(const unsigned char *s)
{
	size_t len = s[0] < 0x80                   ? 1
		     : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
		     : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
		     : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
						   : 0;

	if (s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0))
		return 0;
	/* A NUL is no continuation byte, so this never reads past the end. */
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/*
 * Copies a foreign string: broken bytes become '?', control characters a space, cut between
 * characters.
 */
static void
clean(char *out, size_t size, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0;

	while (*s) {
		size_t len = printable(s);

		if (used + (len ? len : 1) >= size)
			break;
		if (len == 0)
			out[used++] = *s < 0x80 ? ' ' : '?';
		else
			memcpy(out + used, s, len);
		used += len;
		s += len ? len : 1;
	}
	out[used] = '\0';
}

struct fields {
	char text[FIELDS][FIELD_MAX];
	size_t count;
};

static void
add_field(struct fields *f, const char *name, const char *value)
{
	char cleaned[FOREIGN_MAX + 1];

	if (!value || !*value)
		return;
	clean(cleaned, sizeof(cleaned), value);
	snprintf(f->text[f->count++], FIELD_MAX, "%s=%s", name, cleaned);
}

static void
add_number(struct fields *f, const char *name, const char *prefix, uint64_t value)
{
	if (value)
		snprintf(f->text[f->count++], FIELD_MAX, "%s=%s%" PRIu64, name, prefix, value);
}

static void
collect(struct fields *f, const struct log_about *about, bool for_journal)
{
	if (!about)
		return;
	add_field(f, for_journal ? "TRIAGED_ACCOUNT" : "account", about->account);
	add_field(f, for_journal ? "TRIAGED_FOLDER" : "folder", about->folder);
	add_number(f, for_journal ? "TRIAGED_UID" : "uid", "", about->uid);
	add_field(f, for_journal ? "TRIAGED_MESSAGE" : "message", about->message_id);
	add_number(f, for_journal ? "TRIAGED_CASE" : "case", "C", about->case_id);
}

static void
to_journal(int level, const struct fields *f, const char *text)
{
	char message[TEXT_MAX + 16], priority[16];
	struct iovec iov[FIELDS + 2];
	int count = 0;

	snprintf(message, sizeof(message), "MESSAGE=%s", text);
	snprintf(priority, sizeof(priority), "PRIORITY=%d", level);
	iov[count++] = (struct iovec){ message, strlen(message) };
	iov[count++] = (struct iovec){ priority, strlen(priority) };
	for (size_t i = 0; i < f->count; i++)
		iov[count++] = (struct iovec){ (void *)f->text[i], strlen(f->text[i]) };
	sd_journal_sendv(iov, count);
}

static const char *
level_name(int level)
{
	return level <= LOG_ERR       ? "error"
	       : level == LOG_WARNING ? "warning"
	       : level == LOG_NOTICE  ? "notice"
	       : level == LOG_INFO    ? "info"
				      : "debug";
}

static void
to_stderr(int level, const struct fields *f, const char *text)
{
	char line[TEXT_MAX + FIELDS * (FIELD_MAX + 1) + 64], stamp[32];
	struct timespec now;
	struct tm tm;
	size_t len;
	ssize_t written;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	len = (size_t)snprintf(line, sizeof(line), "%s.%03ldZ %s %s", stamp, now.tv_nsec / 1000000,
			       level_name(level), text);
	for (size_t i = 0; i < f->count; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, " %s", f->text[i]);
	line[len++] = '\n';
	written = write(STDERR_FILENO, line, len);
	(void)written; /* there is nobody left to tell */
}

void
log_line(int level, const struct log_about *about, const char *fmt, ...)
{
	char raw[TEXT_MAX + 1], text[TEXT_MAX + 1];
	struct fields f = { .count = 0 };
	va_list ap;

	if (level > atomic_load(&highest))
		return;
	pthread_once(&journal_once, find_journal);
	va_start(ap, fmt);
	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		raw[0] = '\0';
	va_end(ap);
	clean(text, sizeof(text), raw);
	collect(&f, about, journal);
	if (journal)
		to_journal(level, &f, text);
	else
		to_stderr(level, &f, text);
}
