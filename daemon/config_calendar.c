/*
 * config_calendar: an account's hours and holidays.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_read.h"

#define HOLIDAYS_FILE_MAX (64u << 10)

static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static int
day_of(const char *text, size_t len)
{
	for (int i = 0; days[i]; i++)
		if (len == 3 && memcmp(days[i], text, len) == 0)
			return i;
	return -1;
}

/* "sat", or "mon-fri", which may go past Saturday. */
static bool
read_days(const char *text, int *ret_first, int *ret_last)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);

	*ret_first = day_of(text, len);
	*ret_last = dash ? day_of(dash + 1, strlen(dash + 1)) : *ret_first;
	return *ret_first >= 0 && *ret_last >= 0;
}

static void
add_span(const struct yamldoc *doc, const struct yamlnode *node, struct calendar *c, int first,
	 int last)
{
	struct calendar_span span;

	if (node->kind != YAMLNODE_SCALAR || !calendar_span_parse(node->text, &span)) {
		yamldoc_error(doc, node,
			      "write a list for several: [\"09:00-12:00\", \"13:00-18:00\"]",
			      "hours of a day are written like \"09:00-18:00\"");
		return;
	}
	for (int i = first;; i = (i + 1) % 7) {
		if (!calendar_day_add(&c->week[i], &span)) {
			yamldoc_error(doc, node,
				      "hours of one day must lie apart, at most 8 of them",
				      "%s has other hours at that time already", days[i]);
			return;
		}
		if (i == last)
			return;
	}
}

static void
read_hours(const struct yamldoc *doc, const struct yamlnode *node, struct calendar *c)
{
	const struct yamlnode *entry, *span;
	size_t errors = doc->problems->errors;
	int first, last, day;

	if (node->kind != YAMLNODE_MAP) {
		yamldoc_error(doc, node, "write hours: {mon-fri: \"09:00-18:00\"}",
			      "hours must name days");
		return;
	}
	for (entry = node->first; entry; entry = entry->next) {
		if (!read_days(entry->key->text, &first, &last)) {
			yamldoc_error(doc, entry->key,
				      "days are sun, mon, tue, wed, thu, fri, sat, or mon-fri",
				      "\"%.40s\" is no day of the week", entry->key->text);
			continue;
		}
		if (entry->kind != YAMLNODE_LIST)
			add_span(doc, entry, c, first, last);
		for (span = entry->kind == YAMLNODE_LIST ? entry->first : NULL; span;
		     span = span->next)
			add_span(doc, span, c, first, last);
	}
	if (doc->problems->errors > errors)
		return;
	if (!calendar_works(c))
		yamldoc_error(doc, node, "leave hours out for mon-fri: \"09:00-18:00\"",
			      "with these hours nobody is ever at work");
	else if (calendar_overlaps(c, &day))
		yamldoc_error(doc, node, "let them end before the next day's begin",
			      "the hours of %s run into those of %s", days[day],
			      days[(day + 1) % 7]);
}

/* Days off while they are collected. */
struct days_off {
	long *list;
	size_t count;
};

/* False: there is no room. */
static bool
add_day_off(struct days_off *off, long day)
{
	if (off->count == CALENDAR_HOLIDAYS_MAX)
		return false;
	off->list[off->count++] = day;
	return true;
}

static void
read_list(const struct yamldoc *doc, const struct yamlnode *node, struct days_off *off)
{
	const struct yamlnode *one = node->first;
	long day;

	if (node->kind != YAMLNODE_LIST) {
		yamldoc_error(doc, node, "write holidays: [2026-12-25, 2027-01-01]",
			      "holidays must be a list of days");
		return;
	}
	for (; one; one = one->next) {
		day = one->kind == YAMLNODE_SCALAR ? calendar_date_parse(one->text) : 0;
		if (!day)
			yamldoc_error(doc, one, "write it like 2026-12-25",
				      "\"%.40s\" is no day of the calendar", one->text);
		else if (!add_day_off(off, day))
			yamldoc_error(doc, one, "take out those that are over",
				      "there are more than %d holidays", CALENDAR_HOLIDAYS_MAX);
		if (off->count == CALENDAR_HOLIDAYS_MAX)
			return;
	}
}

/* One line of the file: a day, and words about it. Empty lines and those that begin with # are
 * skipped. */
static void
read_line(const struct yamldoc *doc, const char *path, unsigned number, char *line,
	  struct days_off *off)
{
	size_t blank = strspn(line, " \t"), len;
	long day;

	line += blank;
	line[strcspn(line, "\r")] = '\0';
	if (!*line || *line == '#')
		return;
	len = strcspn(line, " \t#");
	line[len] = '\0';
	day = calendar_date_parse(line);
	if (!day)
		problems_add(doc->problems, PROBLEM_ERROR, path, number, (unsigned)blank + 1,
			     "write a day like 2026-12-25, then what it is",
			     "\"%.40s\" is no day of the calendar", line);
	else if (!add_day_off(off, day))
		problems_add(doc->problems, PROBLEM_ERROR, path, number, (unsigned)blank + 1,
			     "take out those that are over", "there are more than %d holidays",
			     CALENDAR_HOLIDAYS_MAX);
}

static ssize_t
read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (len < size && (got = read(fd, text + len, size - len)) > 0)
		len += (size_t)got;
	got = got < 0 ? -errno : len == size ? -EFBIG : (ssize_t)len;
	close(fd);
	return got;
}

static void
read_file(const struct yamldoc *doc, const struct yamlnode *node, struct days_off *off)
{
	char *text = arena_alloc(doc->arena, HOLIDAYS_FILE_MAX + 1), *line, *end;
	const char *path;
	unsigned number = 1;
	ssize_t len;

	if (!text || !yamldoc_string(doc, node, "holiday_file", &path))
		return;
	len = read_text(path, text, HOLIDAYS_FILE_MAX + 1);
	if (len < 0) {
		yamldoc_error(doc, node, "one day a line: 2026-12-25 Christmas",
			      "the holidays of \"%.200s\" cannot be read: %s", path,
			      strerror((int)-len));
		return;
	}
	text[len] = '\0';
	for (line = text; line; line = end, number++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		read_line(doc, path, number, line, off);
		if (off->count == CALENDAR_HOLIDAYS_MAX)
			return;
	}
}

static int
compare_days(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

const struct calendar *
config_read_calendar(const struct yamldoc *doc, const struct yamlnode *section)
{
	const struct yamlnode *hours = yamldoc_get(section, "hours"),
			      *list = yamldoc_get(section, "holidays"),
			      *file = yamldoc_get(section, "holiday_file");
	struct calendar *c = arena_calloc(doc->arena, 1, sizeof(*c));
	struct days_off off = { .count = 0 };

	if (!hours && !list && !file)
		return &calendar_default;
	if (c)
		off.list = list || file ? arena_calloc(doc->arena, CALENDAR_HOLIDAYS_MAX,
						       sizeof(*off.list))
					: NULL;
	if (!c || ((list || file) && !off.list)) {
		yamldoc_error(doc, section, NULL, "hours cannot be kept: out of memory");
		return &calendar_default;
	}
	if (hours)
		read_hours(doc, hours, c);
	else
		memcpy(c->week, calendar_default.week, sizeof(c->week));
	if (list)
		read_list(doc, list, &off);
	if (file)
		read_file(doc, file, &off);
	if (off.count > 0)
		qsort(off.list, off.count, sizeof(*off.list), compare_days);
	c->holidays = off.list;
	c->holiday_count = off.count;
	return c;
}
