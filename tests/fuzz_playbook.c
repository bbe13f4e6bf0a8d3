/*
 * fuzz_playbook: any text is refused with a problem or has an answer for every case.
 */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/conduct.h"
#include "daemon/playbook.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct playbook *playbook, unsigned round)
{
	const char *faults[] = { "", "ours", "baseless", "else" };
	struct case_record c = { .fault = faults[round % 4],
				 .stage = playbook_stages[round % 8],
				 .state = round % 3 ? CASE_OPEN : CASE_SOLVED,
				 .overdue = round % 2,
				 .flags = (flag_set)round * 37,
				 .conduct_told = round % 5 ? "" : "notice" };
	const struct playbook_step *step =
		playbook_next(playbook, &c, round % 4 ? conduct_steps[round % 4] : "",
			      round % 3 ? playbook_standings[round % 3] : "");

	if (step && (!step->name || !step->template || !step->why || step->line == 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = { .count = 0 };
	struct playbook *playbook = NULL;

	if (playbook_parse("f", (const char *)data, size, NULL, &problems, &playbook) == 0) {
		for (unsigned round = 0; round < 16; round++)
			ask(playbook, round);
	} else if (!problems.errors) {
		abort();
	}
	playbook_free(playbook);
	problems_free(&problems);
	return 0;
}
