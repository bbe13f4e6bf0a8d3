/*
 * desk: one message while it is being judged. For the engine only.
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
	bool touched;      /* its number is in judge.touched */
	bool undetermined; /* some match could not be decided */
	bool exhausted;    /* it was this rule that took too many steps */
	bool guarded;      /* its header guards were asked: */
	enum answer admitted;
	uint64_t steps, ns;
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
	long day;                 /* today as YYYYMMDD, 0: not known */
	uint64_t (*now_ns)(void); /* NULL: rules are not timed */
	bool unaudited;           /* see judge_set_audits() */
	unsigned since_audit;     /* messages */
	bool uncounted;           /* an audit, whose mail was counted already, or a sample */
	struct trace *trace;      /* NULL: nobody asks why */
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

/* The state of a rule that this message has to do with. */
struct rule_state *
desk_touch(struct judge *j, uint32_t rule);

/* A view of a part, made when it is asked for first. Returns 0 or -ENOMEM. */
int
desk_view(struct desk *d, unsigned section, enum view view, const struct folded **ret);

/*
 * Whether a rule may be judged in this message at all: its language, its last day, its header
 * guards. HIT: yes.
 */
enum answer
qualify_rule(struct desk *d, uint32_t rule);

/* A match of a pattern in a view of a part. */
struct candidate {
	uint32_t rule;
	unsigned section;
	const struct folded *f;
	size_t start, end;     /* in the view */
	size_t offset, length; /* in the part's own text */
};

/*
 * Whether a match counts: every pattern of `all` stands near it, no pattern of `unless` in its
 * sentence. HIT: yes.
 */
enum answer
qualify_match(struct desk *d, const struct candidate *c);

/* Adds what this message cost each touched rule to the set's counters. */
void
count_message(struct judge *j);

/* What a hit looks like to people. Returns 0 or -ENOMEM. */
int
desk_evidence(struct desk *d, const struct hit *h, struct evidence *ret);

enum answer
desk_rule_answer(const struct rule_state *s);

/* Adds up what was found on the desk. Returns 0 or -ENOMEM. */
int
desk_conclude(struct desk *d, const double thresholds[FLAG_COUNT], struct verdict **ret_verdict);

#endif
