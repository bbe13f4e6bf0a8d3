/*
 * log: one line at the edge, structured for the journal.
 *
 * To the journal when stderr is connected to it (sd_journal_stream_fd semantics, JOURNAL_STREAM),
 * else to stderr as text. Fields: TRIAGED_ACCOUNT, TRIAGED_UID, TRIAGED_MESSAGE, TRIAGED_CASE,
 * TRIAGED_FOLDER. Never given a body, a secret or a whole header; foreign strings lose control
 * characters. Thread-safe.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdint.h>
#include <syslog.h>

/* What a line is about; zero and NULL members are left out. */
struct log_about {
	const char *account, *folder;
	uint32_t uid;
	const char *message_id;
	uint64_t case_id;
};

/* level: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG. about may be NULL. */
void
log_line(int level, const struct log_about *about, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Lines above this level are dropped (default LOG_INFO). */
void
log_level(int level);

#endif
