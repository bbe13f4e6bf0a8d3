/*
 * score: how verdicts compare with labels: counts by flag, by family and by rule, for each group of
 * mails and for all together.
 *
 * A flag that hits and is labelled absent is a false hit (fp), one that is labelled present and
 * does not hit is missed (fn). What could not be decided is neither: it is counted apart. Only
 * counts; no output, no threads.
 */
#ifndef DAEMON_SCORE_H
#define DAEMON_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "filters/verdict.h"
#include "label.h"

#define SCORE_FAMILIES 4

/* "threat", "abuse", "demand", "signal" */
extern const char *const score_families[SCORE_FAMILIES];

/* One mail's verdict against its label. Families stand as all of their flags. */
struct outcome {
	flag_set right, extra, missing, undetermined;         /* flags labelled one by one */
	flag_set found_some, missing_some, undetermined_some; /* families of label.some */
};

void
score_compare(const struct label *label, const struct verdict *verdict, struct outcome *ret);

/* Whether something is there that should not be, or the other way round. */
bool
outcome_wrong(const struct outcome *o);

struct count {
	size_t mails; /* in which it was judged */
	size_t tp, fp, fn, undetermined;
};

/* tp of tp and fp. Negative: not to be told, nothing of the kind was labelled or hit. */
double
count_precision(const struct count *c);

/* tp of tp and fn. Negative: not to be told. */
double
count_recall(const struct count *c);

/*
 * A family's counts are the sums of its flags', but where it is labelled as a whole each mail
 * counts once.
 */
struct sheet {
	size_t mails, wrong;
	struct count flags[FLAG_COUNT], families[SCORE_FAMILIES];
};

/* What mails of one label were given besides. */
struct confusion {
	size_t mails, found, missed;
	size_t extra[FLAG_COUNT];
	size_t as[FLAG_COUNT]; /* of a family: by which flags it was found */
};

/*
 * A rule with a positive score that is part of the evidence of a flag that hit. decided: without
 * its score the flag would not have hit.
 */
struct rule_count {
	const char *id, *file; /* the rule set's */
	unsigned line;
	enum flag flag;
	size_t tp, fp, decided_tp, decided_fp;
};

struct score {
	struct sheet total, *sheets;
	size_t sheet_count;
	struct confusion flags[FLAG_COUNT], families[SCORE_FAMILIES];
	struct confusion none; /* mails in which no flag is labelled present */
	struct rule_count *rules;
	size_t rule_count, rule_room;
	void *tree; /* of rules, by id */
};

/* Zeroed, with so many sheets. 0 or -ENOMEM; score_free() either way. */
int
score_begin(struct score *s, size_t groups);

/* Adds one mail. 0 or -ENOMEM. */
int
score_add(struct score *s, size_t group, const struct label *label, const struct verdict *verdict);

/* Puts the rules in order: most false hits first, then the least precise. No score_add() after it.
 */
void
score_finish(struct score *s);

void
score_free(struct score *s);

#endif
