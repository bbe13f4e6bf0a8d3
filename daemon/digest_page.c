/*
 * digest_page: see digest_page.h. Here: the page. digest_write.c writes it.
 */
#include "digest_page.h"

#include <errno.h>
#include <string.h>

#include "digest_words.h"
#include "draft_mime.h"
#include "draft_words.h"
#include "term.h"
#include "zone.h"

#define NAME_CHARS 60
#define LINE_CHARS 160

struct maker {
	struct arena *arena;
	const struct digest_words *w;
	const struct zone *zone;
	const json_t *digest;
	int64_t now_ms;
};

static const char *
string(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static json_int_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* What somebody wrote, as one line. */
static const char *
line_of(const struct maker *m, const json_t *object, const char *name, size_t chars)
{
	const char *line = mime_one_line(m->arena, string(object, name), chars);

	return line ? line : "";
}

static const char *
when(const struct maker *m, const json_t *object, const char *name)
{
	const char *text = words_moment(m->arena, m->zone, term_time(string(object, name)) / 1000,
					m->w->korean);

	return text ? text : "";
}

static const char *
label_of(const struct maker *m, const char *severity)
{
	int known = severity_by_name(severity);

	return m->w->severities[known < 0 ? 0 : known];
}

/* Who, and what about. */
static const char *
head_of(const struct maker *m, const json_t *c)
{
	const char *name = line_of(m, c, "customer_name", NAME_CHARS),
		   *address = line_of(m, c, "customer", NAME_CHARS),
		   *subject = line_of(m, c, "subject", LINE_CHARS);

	if (json_is_null(json_object_get(c, "subject")))
		subject = m->w->hidden;
	else
		subject = *subject ? arena_printf(m->arena, "“%s”", subject) : m->w->no_subject;
	/* Anybody may write under another's name; the address tells them apart. */
	return arena_printf(m->arena, "%s%s%s%s %s", *name || *address ? name : m->w->no_sender,
			    *name && *address ? " <" : "", address, *name && *address ? ">" : "",
			    subject ? subject : "");
}

static const char *
owner_of(const struct maker *m, const json_t *c)
{
	const char *owner = line_of(m, c, "owner", NAME_CHARS);

	if (!*owner)
		return m->w->korean ? "담당자 미정" : "no owner yet";
	return arena_printf(m->arena, m->w->korean ? "담당 %s" : "owner: %s", owner);
}

static const char *
promise_text(const struct maker *m, const json_t *c)
{
	return arena_printf(m->arena, m->w->korean ? "%s · 기한 %s · %s" : "%s, due %s, %s",
			    line_of(m, c, "text", LINE_CHARS), when(m, c, "due"), owner_of(m, c));
}

static const char *
breach_text(const struct maker *m, const json_t *c)
{
	return arena_printf(m->arena, m->w->korean ? "%s 목표 시각: %s · %s" : "%s was due %s, %s",
			    digest_clock(m->w, string(c, "clock")), when(m, c, "due"),
			    owner_of(m, c));
}

static const char *
conduct_text(const struct maker *m, const json_t *c)
{
	return arena_printf(m->arena, m->w->korean ? "%s · %s까지 · %s" : "%s, until %s, %s",
			    digest_step(m->w, string(c, "conduct")), when(m, c, "until"),
			    owner_of(m, c));
}

static const char *
hold_text(const struct maker *m, const json_t *c)
{
	return arena_printf(m->arena,
			    m->w->korean ? "%s까지 보류 · 요청자 %s · 사유: %s"
					 : "until %s, by %s: %s",
			    when(m, c, "until"), line_of(m, c, "by", NAME_CHARS),
			    line_of(m, c, "reason", LINE_CHARS));
}

static const char *
solved_text(const struct maker *m, const json_t *c)
{
	return arena_printf(m->arena, m->w->korean ? "%s 해결 · %s" : "%s, %s", when(m, c, "at"),
			    owner_of(m, c));
}

static json_t *
section(const struct maker *m, const char *title, json_int_t count, json_t *rows)
{
	const char *cases = digest_cases(m->arena, m->w, count);
	json_int_t shown = (json_int_t)json_array_size(rows);
	const char *more = count > shown ? digest_more(m->arena, m->w, count - shown) : "";

	return json_pack("{s:o, s:o, s:s}", "title",
			 m->w->korean ? json_sprintf("%s (%s)", title, cases ? cases : "")
				      : json_sprintf("%s (%lld)", title, (long long)count),
			 "rows", rows, "more", more ? more : "");
}

/* Adds a section of the digest, unless nothing is in it. */
static void
add_section(const struct maker *m, json_t *sections, const char *name, const char *title,
	    const char *(*text)(const struct maker *m, const json_t *c))
{
	const json_t *list = json_object_get(m->digest, name);
	json_t *rows = json_array(), *c;
	size_t i;

	json_array_foreach(json_object_get(list, "cases"), i, c)
	{
		const char *head = head_of(m, c), *said = text(m, c);

		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", string(c, "id"),
						"severity", string(c, "severity"), "label",
						label_of(m, string(c, "severity")), "head",
						head ? head : "", "text", said ? said : ""));
	}
	if (json_array_size(rows) > 0)
		json_array_append_new(sections, section(m, title, number(list, "count"), rows));
	else
		json_decref(rows);
}

/* The cases of a recurring problem, as far as they are named: "C1, C2". */
static const char *
ids_of(const struct maker *m, const json_t *problem)
{
	struct buf b = { .arena = m->arena };
	json_t *id;
	size_t i;

	json_array_foreach(json_object_get(problem, "cases"), i, id)
	{
		if (i < 10 && json_is_string(id))
			buf_printf(&b, "%s%s", i ? ", " : "", json_string_value(id));
	}
	return buf_string(&b);
}

static void
add_recurring(const struct maker *m, json_t *sections)
{
	const json_t *list = json_object_get(m->digest, "recurring");
	json_t *rows = json_array(), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *ids = ids_of(m, one),
			   *count = digest_cases(m->arena, m->w, number(one, "count"));
		const char *text =
			arena_printf(m->arena,
				     m->w->korean ? "%s(그 전 %" JSON_INTEGER_FORMAT "건): %s"
						  : "%s (%" JSON_INTEGER_FORMAT " before): %s",
				     count ? count : "", number(one, "before"), ids ? ids : "");

		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", "",
						      "severity", "", "label", "", "head",
						      line_of(m, one, "text", LINE_CHARS), "text",
						      text ? text : ""));
	}
	if (json_array_size(rows) > 0)
		json_array_append_new(sections, section(m, m->w->recurring,
							(json_int_t)json_array_size(rows), rows));
	else
		json_decref(rows);
}

static json_t *
sections_of(const struct maker *m)
{
	const struct digest_words *w = m->w;
	json_t *list = json_array();

	add_section(m, list, "overdue", w->overdue, promise_text);
	add_section(m, list, "due_today", w->due_today, promise_text);
	add_section(m, list, "breaches", w->breaches, breach_text);
	add_recurring(m, list);
	add_section(m, list, "conduct", w->conduct, conduct_text);
	add_section(m, list, "holds", w->holds, hold_text);
	add_section(m, list, "solved", w->solved, solved_text);
	return list;
}

/* Who of a severity has waited the longest. */
static const char *
oldest_of(const struct maker *m, const json_t *severity)
{
	const json_t *c = json_object_get(severity, "oldest");
	const char *span, *text;

	if (!json_is_object(c))
		return "";
	span = digest_span(m->arena, m->w, m->now_ms - term_time(string(c, "since")));
	text = arena_printf(
		m->arena, m->w->korean ? "가장 오래 기다린 고객: %s, %s째" : "longest wait: %s, %s",
		string(c, "id"), span ? span : "");
	return text ? text : "";
}

static json_t *
chart_of(const struct maker *m)
{
	const json_t *severities = json_object_get(m->digest, "severities");
	json_t *rows = json_array(), *one;
	json_int_t most = 0;
	size_t i;

	json_array_foreach(severities, i, one)
	{
		if (number(one, "open") > most)
			most = number(one, "open");
	}
	json_array_foreach(severities, i, one)
	{
		const char *count = digest_cases(m->arena, m->w, number(one, "open"));

		if (number(one, "open") > 0)
			json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:I, s:s}", "label",
							      label_of(m, string(one, "severity")),
							      "severity", string(one, "severity"),
							      "count", count ? count : "", "share",
							      number(one, "open") * 100 / most,
							      "note", oldest_of(m, one)));
	}
	if (most == 0) {
		json_decref(rows);
		return json_null();
	}
	return json_pack("{s:s, s:o}", "title", m->w->by_severity, "rows", rows);
}

static json_int_t
sum(const struct maker *m, const char *name)
{
	json_int_t all = 0;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(m->digest, "severities"), i, one) all +=
		number(one, name);
	return all;
}

static json_int_t
count_of(const struct maker *m, const char *list)
{
	return number(json_object_get(m->digest, list), "count");
}

static json_t *
lines_of(const struct maker *m)
{
	const char *account = string(m->digest, "account"),
		   *open = digest_open(m->arena, m->w, sum(m, "open"), sum(m, "waiting"));
	json_t *lines = json_array();

	if (*account)
		json_array_append_new(lines, json_sprintf("%s: %s", m->w->account, account));
	json_array_append_new(lines, json_string(open ? open : ""));
	if (count_of(m, "overdue") == 0 && count_of(m, "breaches") == 0)
		json_array_append_new(lines, json_string(m->w->calm));
	if (json_is_true(json_object_get(m->digest, "more")))
		json_array_append_new(lines, json_string(m->w->partial));
	return lines;
}

/* What the list of mails shows: the day, what is open, and whether a promise was broken. */
static json_t *
subject_of(const struct maker *m, const char *day)
{
	json_int_t open = sum(m, "open"), overdue = count_of(m, "overdue");
	struct buf b = { .arena = m->arena };

	if (m->w->korean) {
		buf_printf(&b, "[triaged] %s 고객 응대 현황: 진행 중 %" JSON_INTEGER_FORMAT "건",
			   day, open);
		if (overdue > 0)
			buf_printf(&b, ", 기한 지난 약속 %" JSON_INTEGER_FORMAT "건", overdue);
	} else {
		buf_printf(&b, "[triaged] Support digest, %s: %" JSON_INTEGER_FORMAT " open", day,
			   open);
		if (overdue > 0)
			buf_printf(&b, ", %" JSON_INTEGER_FORMAT " promise%s overdue", overdue,
				   overdue == 1 ? "" : "s");
	}
	return json_string(buf_string(&b));
}

int
digest_page(struct arena *arena, const json_t *digest, const char *language, json_t **ret)
{
	struct maker m = { .arena = arena,
			   .w = digest_words(language),
			   .digest = digest,
			   .now_ms = term_time(string(digest, "now")) };
	const char *day = digest_day(arena, m.w, string(digest, "day"));
	json_t *page;

	/* A zone that is not on this machine leaves UTC. */
	if (zone_load(arena, string(digest, "time_zone"), &m.zone) < 0)
		m.zone = NULL;
	if (!day)
		return -ENOMEM;
	page = json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "language", m.w->language, "subject",
		subject_of(&m, day), "title",
		json_sprintf(m.w->korean ? "%s 고객 응대 현황" : "Support digest: %s", day),
		"lines", lines_of(&m), "chart", chart_of(&m), "sections", sections_of(&m), "footer",
		m.w->footer);
	if (!page)
		return -ENOMEM;
	*ret = page;
	return 0;
}
