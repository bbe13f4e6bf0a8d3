/*
 * draft_words: see draft_words.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "draft_mime.h"
#include "draft_words.h"
#include "filters/claim.h"

#define NAME_MAX_CHARS 40u

static const char *const months[] = { "January",   "February", "March",    "April",
				      "May",       "June",     "July",     "August",
				      "September", "October",  "November", "December" };
static const char *const weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
					"Thursday", "Friday", "Saturday" };
static const char *const weekdays_ko[] = { "일", "월", "화", "수", "목", "금", "토" };

/*
 * Reply prefixes of mailers, longest first where one begins another. Forwards are kept: they say
 * something.
 */
static const char *const reply_prefixes[] = { "re",   "aw",   "sv",   "antw", "vs",
					      "odp",  "rif",  "ynt",  "답장", "회신",
					      "답변", "回复", "回覆", "答复", "返信" };

static bool
ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && !strcmp(text + a - b, end);
}

/* "Doe, Jane" is how directories sort, not how people are addressed. */
static const char *
turn_round(struct arena *arena, const char *name)
{
	const char *comma = strchr(name, ',');

	if (!comma || comma[1] != ' ' || !comma[2] || strchr(comma + 1, ',') || comma == name)
		return name;
	return arena_printf(arena, "%s %.*s", comma + 2, (int)(comma - name), name);
}

static bool
is_letter_there(const char *name)
{
	for (; *name; name++) {
		if (isalpha((unsigned char)*name) || (unsigned char)*name >= 0x80)
			return true;
	}
	return false;
}

static int
visit_sum(void *context, const struct claim *sum)
{
	(void)sum;
	*(bool *)context = true;
	return 1;
}

/* "Lee, refund $50 approved": a greeting of ours would repeat it. -ENOMEM as well. */
static bool
names_a_sum(struct arena *arena, const char *name)
{
	bool sum = false;

	return claim_sums_each(arena, name, strlen(name), visit_sum, &sum) < 0 || sum;
}

const char *
words_name(struct arena *arena, const char *display)
{
	static const char *const titles[] = { "고객님", "님" };
	const char *line = mime_one_line(arena, display, NAME_MAX_CHARS + 1);
	size_t chars = 0, len, n;
	char *name;

	if (!line)
		return NULL;
	len = strlen(line);
	while (len > 1 && (*line == '"' || *line == '\'') && line[len - 1] == *line) {
		line++;
		len -= 2;
	}
	name = arena_strndup(arena, line, len);
	if (!name)
		return NULL;
	for (const char *p = name; *p; p += n, chars++) {
		if (mime_char(p, &n) == 0xfffd)
			return "";
	}
	if (chars > NAME_MAX_CHARS || strpbrk(name, "@{}<>[]|\\`=;:\"/0123456789") ||
	    strcasestr(name, "www.") || !is_letter_there(name))
		return "";
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		size_t title = strlen(titles[i]);

		len = strlen(name);
		if (len > title + 3 && ends_with(name, titles[i])) {
			name[len - title] = '\0';
			while (len - title > 0 && name[len - title - 1] == ' ')
				name[--len - title] = '\0';
			break;
		}
	}
	line = turn_round(arena, name);
	return line && names_a_sum(arena, line) ? "" : line;
}

const char *
words_salutation(struct arena *arena, const char *name, bool korean)
{
	if (korean)
		return *name ? arena_printf(arena, "%s 고객님", name) : "고객님";
	return *name ? arena_printf(arena, "Dear %s", name) : "Hello";
}

const char *
words_signature(struct arena *arena, const char *company, const char *agent, bool korean)
{
	bool team = strstr(company, "고객") || strcasestr(company, "support") ||
		    strcasestr(company, "service");

	if (korean)
		return arena_printf(arena, "%s%s%s%s%s", company, *company && !team ? " " : "",
				    team ? "" : "고객지원팀", *agent ? " " : "", agent);
	if (*agent)
		return arena_printf(arena, "%s%s%s", agent, *company ? ", " : "", company);
	return *company ? arena_printf(arena, "%s%s", company, team ? "" : " customer support")
			: "Customer support";
}

const char *
words_day(struct arena *arena, const struct zone *zone, int64_t seconds, bool korean)
{
	struct wall w;

	zone_wall(zone, seconds, &w);
	if (korean)
		return arena_printf(arena, "%d년 %d월 %d일", w.year, w.month, w.day);
	return arena_printf(arena, "%d %s %d", w.day, months[w.month - 1], w.year);
}

/* ":30", and nothing on the hour. */
static const char *
minutes(struct arena *arena, int minute, bool korean)
{
	if (minute == 0)
		return "";
	return arena_printf(arena, korean ? " %d분" : ".%02d", minute);
}

const char *
words_moment(struct arena *arena, const struct zone *zone, int64_t seconds, bool korean)
{
	const char *past;
	struct wall w;

	zone_wall(zone, seconds, &w);
	past = minutes(arena, w.minute, korean);
	if (!past)
		return NULL;
	/* "12 pm" and "오후 12시" are read both ways. */
	if (korean)
		return arena_printf(arena, "%d월 %d일(%s) %s %d시%s", w.month, w.day,
				    weekdays_ko[w.weekday],
				    w.hour < 12    ? "오전"
				    : w.hour == 12 ? "낮"
						   : "오후",
				    w.hour % 12 || w.hour == 0 ? w.hour % 12 : 12, past);
	/* The day that ends then, which "12 am on Thursday" leaves open. */
	if (w.hour == 0 && w.minute == 0) {
		zone_wall(zone, seconds - 1, &w);
		return arena_printf(arena, "midnight at the end of %s, %d %s", weekdays[w.weekday],
				    w.day, months[w.month - 1]);
	}
	if (w.hour == 12 && w.minute == 0)
		return arena_printf(arena, "noon on %s, %d %s", weekdays[w.weekday], w.day,
				    months[w.month - 1]);
	return arena_printf(arena, "%d%s %s on %s, %d %s", w.hour % 12 ? w.hour % 12 : 12, past,
			    w.hour < 12 ? "am" : "pm", weekdays[w.weekday], w.day,
			    months[w.month - 1]);
}

const char *
words_reply_by(struct arena *arena, const struct calendar *calendar, const struct zone *zone,
	       int64_t seconds, bool korean)
{
	int64_t by_ms = calendar_reply_by(calendar, zone, seconds * 1000);

	/* Whoever never works (holidays for years) says what most would say. */
	if (by_ms < 0)
		by_ms = calendar_reply_by(NULL, zone, seconds * 1000);
	return words_moment(arena, zone, by_ms / 1000, korean);
}

const char *
words_attribution(struct arena *arena, const struct zone *zone, int64_t seconds, const char *who,
		  bool korean)
{
	const char *day = words_day(arena, zone, seconds, korean);
	struct wall w;

	if (!day)
		return NULL;
	if (korean && seconds <= 0)
		return *who ? arena_printf(arena, "%s 님이 작성:", who) : "보내 주신 글:";
	if (seconds <= 0)
		return *who ? arena_printf(arena, "%s wrote:", who) : "You wrote:";
	zone_wall(zone, seconds, &w);
	if (korean)
		return arena_printf(arena, "%s %s %d:%02d, %s%s", day,
				    w.hour < 12 ? "오전" : "오후", w.hour % 12 ? w.hour % 12 : 12,
				    w.minute, *who ? who : "보내 주신 글",
				    *who ? " 님이 작성:" : ":");
	return arena_printf(arena, "On %s at %02d:%02d, %s wrote:", day, w.hour, w.minute,
			    *who ? who : "you");
}

/* The length of one reply prefix with its colon, 0 when there is none. */
static size_t
prefix_length(const char *s)
{
	for (size_t i = 0; i < sizeof(reply_prefixes) / sizeof(*reply_prefixes); i++) {
		size_t len = strlen(reply_prefixes[i]);
		const char *p = s + len;

		if (strncasecmp(s, reply_prefixes[i], len))
			continue;
		if (*p == '[' || *p == '(' || *p == '^') {
			char close = *p == '[' ? ']' : *p == '(' ? ')' : '\0';
			const char *digits = ++p;

			while (isdigit((unsigned char)*p) && p - digits < 4)
				p++;
			if (p == digits || (close && *p++ != close))
				continue;
		}
		while (*p == ' ')
			p++;
		if (*p == ':')
			return (size_t)(p + 1 - s);
		if (!strncmp(p, "：", 3)) /* full-width */
			return (size_t)(p + 3 - s);
	}
	return 0;
}

const char *
words_subject(struct arena *arena, const char *subject)
{
	const char *line = mime_one_line(arena, subject, 300);
	size_t len;

	if (!line)
		return NULL;
	while ((len = prefix_length(line)) > 0) {
		line += len;
		while (*line == ' ')
			line++;
	}
	return line;
}
