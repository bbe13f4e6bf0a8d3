/*
 * desk: one message while it is being judged. For judge.c and verdict.c only.
 */
#ifndef FILTERS_DESK_H
#define FILTERS_DESK_H

#include "judge.h"

struct hit {
	uint32_t rule;
	uint32_t section;
	size_t offset, length; /* in the part's own text */
};

struct rule_state {
	unsigned hits;
	bool touched, undetermined;
};

struct judge {
	struct matcher *matcher;
	struct gate_scratch *scratch;
	struct ruleset *set; /* the set that the memory below fits; a reference is held */
	uint64_t *bits;
	struct rule_state *states;
	uint32_t *touched;
	size_t touched_count;
	struct hit *hits;
	size_t hit_count, hit_room;
};

/* The parts and views of the message under judgement. */
struct desk {
	struct judge *j;
	const struct ruleset *set;
	struct arena *arena;
	const struct input *input;
	const char *language; /* NULL: rules of every language are judged */
	struct section_text texts[SECTION_MAX];
	struct folded views[SECTION_MAX][VIEW_COUNT];
	struct readings readings[SECTION_MAX];
	uint64_t have_text, have_view[VIEW_COUNT], have_readings;
};

enum answer
desk_rule_answer(const struct rule_state *s);

/* Adds up what was found on the desk. Returns 0 or -ENOMEM. */
int
desk_conclude(struct desk *d, const double thresholds[FLAG_COUNT], struct verdict **ret_verdict);

#endif
