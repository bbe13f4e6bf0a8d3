/*
 * fuzz_calendar: spans, dates and targets from any text, and the arithmetic over what they gave: it
 * ends, and adding and measuring agree.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/calendar.h"
#include "daemon/target.h"

#define LINES_MAX 32
#define TEXT_MAX 1024

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take_line(struct calendar *c, const char *line, unsigned number, struct target *target)
{
	struct calendar_span span;

	if (calendar_span_parse(line, &span)) {
		if (span.from < 0 || span.to <= span.from || span.to > 2 * CALENDAR_DAY_MINUTES)
			abort();
		calendar_day_add(&c->week[number % 7], &span);
	}
	target_parse(line, target);
	if (calendar_date_parse(line) < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t starts[] = { 0, 1764300000000, 4102444800000 };
	struct calendar c = { .holidays = NULL };
	struct target target = { .minutes = 0 };
	char text[TEXT_MAX + 1], *line, *rest = text;
	unsigned number = 0;
	int day;

	if (size > TEXT_MAX)
		size = TEXT_MAX;
	memcpy(text, data, size);
	text[size] = '\0';
	while (number < LINES_MAX && (line = strsep(&rest, "\n")) != NULL)
		take_line(&c, line, number++, &target);
	if (calendar_overlaps(&c, &day))
		return 0;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		int64_t work = (int64_t)target.minutes * 60000,
			end = calendar_add(&c, NULL, starts[i], work);

		if (end >= 0 && calendar_between(&c, NULL, starts[i], end) != work)
			abort();
		if (end < 0 && work > 0 && calendar_works(&c) && work < 1000 * 60000)
			abort();
	}
	return 0;
}
