/*
 * fuzz_policy: any text is refused with a problem or decides every mail within the promises of
 * struct plan.
 */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/policy.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decide(const struct policy *policy, struct arena *arena, unsigned round)
{
	struct verdict verdict = { .incomplete = round == 3, .ruleset_hash = "" };
	struct message message = { .language = "ko",
				   .automatic = round == 1 ? AUTOMATIC_REPLY : AUTOMATIC_NO };
	struct policy_input input = {
		.account = "a", .message = &message, .verdict = &verdict, .duplicate = round == 2
	};
	struct plan plan;
	unsigned drafts = 0, moves = 0;

	for (unsigned i = 0; i < FLAG_COUNT; i++)
		verdict.flags[i].answer = (enum answer)((i * 7 + round) % 3);
	if (policy_decide(policy, &input, arena, &plan) < 0)
		abort();
	for (size_t i = 0; i < plan.action_count; i++) {
		drafts += plan.actions[i].kind == ACTION_DRAFT;
		moves += plan.actions[i].kind == ACTION_MOVE;
		if (plan.actions[i].kind == ACTION_MOVE && i + 1 != plan.action_count)
			abort();
	}
	if (drafts > 1 || moves > 1 || (drafts && (input.duplicate || message.automatic)) ||
	    plan.severity < SEVERITY_HIGH)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = { .count = 0 };
	struct arena *arena = arena_new(0);
	struct policy *policy = NULL;

	if (policy_parse("f", (const char *)data, size, NULL, &problems, &policy) == 0) {
		for (unsigned round = 0; round < 4; round++)
			decide(policy, arena, round);
	} else if (!problems.errors) {
		abort();
	}
	policy_free(policy);
	problems_free(&problems);
	arena_free(arena);
	return 0;
}
