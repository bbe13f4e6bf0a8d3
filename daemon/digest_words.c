/*
 * digest_words: see digest_words.h.
 */
#include "digest_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"

static const struct digest_words korean = {
	.korean = true,
	.language = "ko",
	.severities = { "없음", "낮음", "보통", "높음", "긴급" },
	.account = "대상 계정",
	.by_severity = "심각도별 현황",
	.overdue = "기한이 지난 약속",
	.due_today = "오늘까지 지켜야 할 약속",
	.breaches = "지난 보고 이후 목표 시간을 넘긴 건",
	.recurring = "반복되는 문제",
	.conduct = "응대 기준 위반으로 조치 중인 고객",
	.holds = "답변을 보류한 건",
	.solved = "지난 보고 이후 해결한 건",
	.calm = "기한이 지난 약속도, 새로 목표 시간을 넘긴 건도 없습니다.",
	.partial = "진행 중인 건이 많아, 급한 순서로 20,000건까지만 집계했습니다.",
	.hidden = "(욕설이 있을 수 있어 제목을 가렸습니다)",
	.no_subject = "(제목 없음)",
	.no_sender = "(보낸 사람 없음)",
	.footer = "전체 목록은 triagectl queue, 건별 기록은 triagectl case show 명령으로 볼 수 "
		  "있습니다.",
};

static const struct digest_words english = {
	.language = "en",
	.severities = { "none", "low", "normal", "high", "critical" },
	.account = "Account",
	.by_severity = "Open cases by severity",
	.overdue = "Promises overdue",
	.due_today = "Promises due today",
	.breaches = "Targets missed since the last digest",
	.recurring = "Recurring problems",
	.conduct = "Customers under conduct measures",
	.holds = "Cases on hold",
	.solved = "Solved since the last digest",
	.calm = "No promise is overdue, and no target has been missed since the last digest.",
	.partial = "There are more open cases than the 20,000 most urgent ones counted here.",
	.hidden = "(subject hidden: it may be abusive)",
	.no_subject = "(no subject)",
	.no_sender = "(no sender)",
	.footer = "The whole list: triagectl queue. The record of one case: triagectl case show.",
};

const struct digest_words *
digest_words(const char *language)
{
	return strcmp(language, "ko") == 0 ? &korean : &english;
}

const char *
digest_cases(struct arena *arena, const struct digest_words *w, json_int_t count)
{
	if (w->korean)
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT "건", count);
	return arena_printf(arena, "%" JSON_INTEGER_FORMAT " case%s", count, count == 1 ? "" : "s");
}

const char *
digest_open(struct arena *arena, const struct digest_words *w, json_int_t open, json_int_t waiting)
{
	const char *end = waiting == 0 ? "; no customer is waiting for an answer." : NULL;

	if (open == 0)
		return w->korean ? "진행 중인 건이 없습니다." : "No case is open.";
	if (w->korean && waiting == 0)
		return arena_printf(arena,
				    "진행 중인 건은 %" JSON_INTEGER_FORMAT
				    "건이며, 답변을 기다리는 고객은 없습니다.",
				    open);
	if (w->korean)
		return arena_printf(arena,
				    "진행 중인 건은 %" JSON_INTEGER_FORMAT
				    "건이며, 이 가운데 %" JSON_INTEGER_FORMAT
				    "건은 고객이 답변을 기다리고 있습니다.",
				    open, waiting);
	if (!end)
		end = open == 1 ? ", and the customer is waiting for an answer."
				: arena_printf(arena,
					       "; in %" JSON_INTEGER_FORMAT
					       " of them the customer is waiting for an answer.",
					       waiting);
	return end ? arena_printf(arena, "%" JSON_INTEGER_FORMAT " case%s open%s", open,
				  open == 1 ? " is" : "s are", end)
		   : NULL;
}

const char *
digest_span(struct arena *arena, const struct digest_words *w, int64_t ms)
{
	static const struct {
		int64_t minutes;
		const char *korean, *english;
	} units[] = { { 48 * 60, "일", "day" }, { 60, "시간", "hour" }, { 0, "분", "minute" } };
	int64_t minutes = ms > 0 ? ms / 60000 : 0, n;
	size_t i = 0;

	while (minutes < units[i].minutes)
		i++;
	n = i == 0 ? minutes / (24 * 60) : i == 1 ? minutes / 60 : minutes;
	if (w->korean)
		return arena_printf(arena, "%" PRIi64 "%s", n, units[i].korean);
	return arena_printf(arena, "%" PRIi64 " %s%s", n, units[i].english, n == 1 ? "" : "s");
}

const char *
digest_more(struct arena *arena, const struct digest_words *w, json_int_t count)
{
	return arena_printf(arena,
			    w->korean ? "외 %" JSON_INTEGER_FORMAT "건"
				      : "and %" JSON_INTEGER_FORMAT " more",
			    count);
}

static const char *
pick(const struct digest_words *w, const char *word, const char *const (*list)[3], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i][0], word) == 0)
			return list[i][w->korean ? 1 : 2];
	return word;
}

const char *
digest_step(const struct digest_words *w, const char *step)
{
	static const char *const steps[][3] = { { "notice", "안내", "notice given" },
						{ "warning", "경고", "warned" },
						{ "restricted", "응대 제한", "restricted" },
						{ "parted", "거래 종료", "parted company" } };

	return pick(w, step, steps, sizeof(steps) / sizeof(*steps));
}

const char *
digest_clock(const struct digest_words *w, const char *clock)
{
	static const char *const clocks[][3] = { { "first", "첫 답변", "first answer" },
						 { "next", "후속 답변", "next answer" },
						 { "resolve", "해결", "solution" } };

	return pick(w, clock, clocks, sizeof(clocks) / sizeof(*clocks));
}

const char *
digest_day(struct arena *arena, const struct digest_words *w, const char *day)
{
	static const char *const months[] = { "January",   "February", "March",    "April",
					      "May",       "June",     "July",     "August",
					      "September", "October",  "November", "December" };
	static const char *const days[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
					    "Thursday", "Friday", "Saturday" };
	static const char *const days_ko[] = { "일", "월", "화", "수", "목", "금", "토" };
	long date = calendar_date_parse(day);
	struct wall noon = { .year = (int)(date / 10000),
			     .month = (int)(date / 100 % 100),
			     .day = (int)(date % 100),
			     .hour = 12 },
		    read;

	if (!date)
		return day;
	zone_wall(NULL, zone_seconds(NULL, &noon), &read);
	if (w->korean)
		return arena_printf(arena, "%d월 %d일(%s)", read.month, read.day,
				    days_ko[read.weekday]);
	return arena_printf(arena, "%s, %d %s", days[read.weekday], read.day,
			    months[read.month - 1]);
}
