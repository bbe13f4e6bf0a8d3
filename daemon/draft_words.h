/*
 * draft_words: what a reply says about people and times, in Korean and English. Pure functions;
 * strings live in the arena, NULL when it is exhausted.
 */
#ifndef DAEMON_DRAFT_WORDS_H
#define DAEMON_DRAFT_WORDS_H

#include <stdbool.h>

#include "calendar.h"
#include "filters/arena.h"
#include "filters/message.h"
#include "zone.h"

/*
 * The name a person may be addressed by, from a display name that may hold anything: "Doe, Jane"
 * turned round, titles that the salutation adds itself (님) taken off; "" for what is no name
 * (addresses, links, markup, digits, sums of money, overlong).
 */
const char *
words_name(struct arena *arena, const char *display);

/* "홍길동 고객님" or "고객님"; "Dear Jane Doe" or "Hello". name as words_name() gives it. */
const char *
words_salutation(struct arena *arena, const char *name, bool korean);

/*
 * Who writes: "예시상점 고객지원팀 김지원", "Jane Roe, Example Shop"; without an agent "예시상점
 * 고객지원팀", "Example Shop customer support". A company whose name says support already gets no
 * second one. company and agent may be "".
 */
const char *
words_signature(struct arena *arena, const char *company, const char *agent, bool korean);

/* "2026년 11월 22일", "22 November 2026" */
const char *
words_day(struct arena *arena, const struct zone *zone, int64_t seconds, bool korean);

/*
 * When the customer hears from us, see calendar_reply_by(): "11월 24일(화) 오후 5시", "5 pm on
 * Tuesday, 24 November"
 */
const char *
words_reply_by(struct arena *arena, const struct calendar *calendar, const struct zone *zone,
	       int64_t seconds, bool korean);

/* A time of that day: "11월 24일(화) 오후 5시 30분", "5.30 pm on Tuesday, 24 November" */
const char *
words_moment(struct arena *arena, const struct zone *zone, int64_t seconds, bool korean);

/*
 * The line above a quote: "2026년 11월 22일 오전 9:30, 홍길동 님이 작성:", "On 22 November 2026 at
 * 09:30, Jane Doe wrote:". Without the time when seconds is 0. who may be "".
 */
const char *
words_attribution(struct arena *arena, const struct zone *zone, int64_t seconds, const char *who,
		  bool korean);

/*
 * The subject without "Re:", "RE[2]:", "답장:", "회신:" and the like before it, however many; one
 * harmless line.
 */
const char *
words_subject(struct arena *arena, const char *subject);

#endif
