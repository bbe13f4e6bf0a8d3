/*
 * digest_words: the words of the digest, in Korean and English. Pure; strings live in the arena,
 * NULL when it is exhausted.
 */
#ifndef DAEMON_DIGEST_WORDS_H
#define DAEMON_DIGEST_WORDS_H

#include <stdbool.h>
#include <jansson.h>

#include "filters/arena.h"
#include "policy.h"

struct digest_words {
	bool korean;
	const char *language;
	const char *severities[SEVERITY_CRITICAL + 1];
	const char *account, *by_severity, *overdue, *due_today, *breaches, *recurring, *conduct,
		*holds, *solved;
	const char *calm;    /* nothing is late */
	const char *partial; /* there are more open cases than were looked at */
	const char *hidden, *no_subject, *no_sender;
	const char *footer;
};

/* "ko", else English. */
const struct digest_words *
digest_words(const char *language);

/* "3건" or "3 cases" */
const char *
digest_cases(struct arena *arena, const struct digest_words *w, json_int_t count);

/* How many cases are open, and how many wait, in a sentence. */
const char *
digest_open(struct arena *arena, const struct digest_words *w, json_int_t open, json_int_t waiting);

/* "3시간", "3 hours" */
const char *
digest_span(struct arena *arena, const struct digest_words *w, int64_t ms);

/* "외 3건", "and 3 more" */
const char *
digest_more(struct arena *arena, const struct digest_words *w, json_int_t count);

/* The step of conduct.h that a customer is on: "경고", "warned". */
const char *
digest_step(const struct digest_words *w, const char *step);

/* Which target it is: "첫 답변", "first answer". */
const char *
digest_clock(const struct digest_words *w, const char *clock);

/* "11월 30일(월)", "Monday, 30 November"; day is like 2026-11-30. */
const char *
digest_day(struct arena *arena, const struct digest_words *w, const char *day);

#endif
