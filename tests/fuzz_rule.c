/*
 * rule: any bytes as a rule file. What compiles must judge a small message the same with and
 * without the gate, and bear being checked and listed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filters/nearest.h"
#include "filters/ruleset_lint.h"
#include "filters/ruleset_list.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What look_on() took from the set. */
struct taken {
	struct arena *arena;
	struct pattern_words *words;
	size_t count;
};

static flag_set
hits(struct ruleset *set, struct arena *arena, const struct taken *taken)
{
	static const char body[] = "환불 refund now! 고소하겠습니다 aaa 123";
	struct segment segment = { SEGMENT_NEW, 0, sizeof(body) - 1 };
	struct message m = { .arena = arena,
			     .subject = "고소 aab",
			     .body = body,
			     .body_len = sizeof(body) - 1,
			     .segments = &segment,
			     .segment_count = 1,
			     .language = "ko" };
	struct judge *j = judge_new();
	struct nearest nearest[NEAREST_MAX];
	struct explanation e;
	flag_set flags = 0;

	/* Not judge_message(): an audit would make good what the gate loses. */
	if (j != NULL && judge_explain(j, set, &m, NULL, &e) == 0) {
		flags = e.verdict->undetermined_count == 0 ? verdict_hits(e.verdict) : 0;
		if (e.near_count > EXPLAIN_NEAR_MAX ||
		    nearest_find(taken->words, taken->count, &m, &e, nearest) > NEAREST_MAX)
			abort();
	}
	judge_free(j);
	return flags;
}

static int
look_on(void *context, const struct loaded *loaded)
{
	struct taken *taken = context;
	struct rule_info *list;
	size_t count;

	/* Out of memory is an answer. */
	ruleset_lint(loaded);
	ruleset_list(loaded, taken->arena, &list, &count);
	ruleset_words(loaded, taken->arena, ((flag_set)1 << FLAG_COUNT) - 1, &taken->words,
		      &taken->count);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const double thresholds[FLAG_COUNT] = { [FLAG_DEMAND_REFUND] = 5 };
	struct ruleset_source source = { .name = "fuzz.yaml",
					 .text = (const char *)data,
					 .len = size };
	struct arena *arena = arena_new(16u << 20);
	struct taken taken = { .arena = arena };
	flag_set flags[2] = { 0 };
	const struct ruleset_watch watch = { .loaded = look_on, .context = &taken };
	int compiled = 0;

	for (int gate = 0; gate < 2 && arena != NULL; gate++) {
		struct ruleset_options options = { .jit = JIT_NONE,
						   .gate = gate == 1,
						   .watch = gate == 0 ? &watch : NULL };
		struct problems problems = { 0 };
		struct ruleset *set;

		if (ruleset_compile(&source, 1, &options, &problems, &set) == 0) {
			compiled++;
			ruleset_lint_dead(set, thresholds, 20260101, &problems);
			flags[gate] = hits(set, arena, &taken);
			ruleset_unref(set);
		}
		problems_free(&problems);
	}
	if (compiled == 2 && flags[0] != flags[1])
		abort();
	arena_free(arena);
	return 0;
}
