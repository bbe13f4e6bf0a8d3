/*
 * tune: how precise each rule is on labelled mail, and which scores would do better.
 *
 * Knows of a mail only which rules hit and what the flag should have been, so that corrections,
 * which keep no text, serve as well as labelled mail. Scores are fitted one change at a time, each
 * the one that saves most wrong verdicts, and only few values are tried: a score is a word, not a
 * measurement. Every change is fitted again on all folds but one and looked at on the one held
 * back; what does not hold there is not proposed. Only counts; no output.
 */
#ifndef DAEMON_TUNE_H
#define DAEMON_TUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filters/flag.h"

#define TUNE_FOLDS 5
#define TUNE_HITS_MIN 3 /* mails in which a rule must have hit for its score to be looked at */

/* A rule that hit somewhere. */
struct tune_rule {
	const char *id;
	enum flag flag;
	double score;
	size_t right, wrong; /* mails that it hit: with the flag labelled present, and absent */
	double proposed;     /* by tune_fit(); score when nothing is proposed. 0: retire it */
	unsigned folds;      /* that propose it */
};

/* A rule's part in one flag of one mail. */
struct tune_hit {
	size_t rule;  /* its place in rules */
	double given; /* what it gave the flag */
};

struct tune_row {
	enum flag flag;
	bool present;
	unsigned fold;
	size_t first, count; /* its hits */
};

struct tune {
	double thresholds[FLAG_COUNT];
	struct tune_rule *rules;
	size_t rule_count, rule_room;
	struct tune_row *rows;
	size_t row_count, row_room;
	struct tune_hit *hits;
	size_t hit_count, hit_room;
	void *tree; /* of rules, by id */

	/* Set by tune_fit(): wrong verdicts on flags, each fold judged with scores fitted without
	 * it. */
	size_t held_back_before, held_back_after;
	size_t all_before, all_after; /* the same with what is proposed, on everything */
};

/* Zeroed, with these thresholds. */
void
tune_begin(struct tune *t, const double thresholds[FLAG_COUNT]);

void
tune_free(struct tune *t);

/*
 * One flag of one mail; then tune_hit() for every rule that hit for it. name decides the fold. A
 * flag that is absent and that no rule hits need not be told. 0 or -ENOMEM.
 */
int
tune_row(struct tune *t, const char *name, enum flag flag, bool present);

/* A rule that hit in the last row; once a rule. score: of one match. 0 or -ENOMEM. */
int
tune_hit(struct tune *t, const char *rule, double score, double given);

/* Fills in what is proposed, and puts the rules in order: the least precise first. 0 or -ENOMEM. */
int
tune_fit(struct tune *t);

/* The 95 % interval of a proportion (Wilson 1927). */
void
tune_interval(size_t right, size_t wrong, double *ret_low, double *ret_high);

#endif
