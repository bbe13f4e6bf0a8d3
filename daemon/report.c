/*
 * report: problems, printed for the person who must mend them.
 */
#include "filters/limits.h"
#include "report.h"

void
report_problems(FILE *out, const struct problems *problems, enum problem_level level)
{
	static const char *const names[] = {
		[PROBLEM_NOTE] = "note", [PROBLEM_WARNING] = "warning", [PROBLEM_ERROR] = "error"
	};

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *p = &problems->list[i];
		const struct err *e = &p->err;

		if (p->level < level)
			continue;
		if (*e->file)
			fprintf(out, "%s:", e->file);
		if (e->line)
			fprintf(out, "%u:", e->line);
		if (e->column)
			fprintf(out, "%u:", e->column);
		fprintf(out, "%s%s: %s\n", *e->file ? " " : "", names[p->level], e->text);
		if (*p->hint)
			fprintf(out, "    %s\n", p->hint);
	}
	if (problems->errors + problems->warnings > PROBLEMS_MAX && problems->count == PROBLEMS_MAX)
		fprintf(out, "... and more: mend these first\n");
}
