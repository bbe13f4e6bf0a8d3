/*
 * verdict: what the rules say of one message. Hit, clear or undetermined, each hit with its
 * evidence.
 *
 * A match that ends in any PCRE2 limit or error is undetermined: never clear, and `not` keeps it
 * so.
 */
#ifndef FILTERS_VERDICT_H
#define FILTERS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "flag.h"
#include "fold.h"
#include "message.h"
#include "ruleset.h"

enum answer {
	ANSWER_CLEAR,
	ANSWER_HIT,
	ANSWER_UNDETERMINED,
};

/* "clear", "hit", "undetermined" */
const char *
answer_name(enum answer a);

struct evidence {
	const char *rule; /* id */
	const char *file;
	unsigned line;
	const char *why;  /* the rule's own words, "" when none */
	const char *when; /* the condition of a derived rule as it is written, else NULL */
	const char *part; /* "subject", "body", "quoted", "signature", "attachment-name", "from",
			     "header:NAME" */
	size_t offset, length; /* bytes in the decoded text of that part (for body, quoted,
				  signature: in message.body) */
	enum view view;        /* through which the rule looks */
	const char *text;      /* those bytes, NUL-terminated, "" for a derived rule */
	double score; /* what this rule gave its flag with all its evidence; the same in each */
};

struct flag_verdict {
	enum answer answer;
	double score, threshold;
	struct evidence *evidence;
	size_t evidence_count;
};

struct verdict {
	struct flag_verdict flags[FLAG_COUNT];
	const char **undetermined; /* ids of rules that could not be decided */
	size_t undetermined_count;
	size_t shadow_hits; /* rules in state shadow that matched; no flag shows them */
	bool incomplete;    /* the message could not be read whole (message.notes) or a rule is
			       undetermined */
	const char *ruleset_hash;
	uint64_t steps; /* spent of LIMIT_MESSAGE_STEPS */
};

#define AUDIT_EVERY 1024

/* The default threshold of every flag. */
#define THRESHOLD_DEFAULT 5.0

/* judge: the scratch memory one thread needs. Not shared between threads. */
struct judge;

struct judge *
judge_new(void);

void
judge_free(struct judge *j);

/* Today as the number YYYYMMDD; until it is said, no rule expires. */
void
judge_set_day(struct judge *j, long day);

/* A clock in nanoseconds, so that the time of each rule is counted; NULL (the default): it is not.
 */
void
judge_set_timer(struct judge *j, uint64_t (*now_ns)(void));

/* Whether messages are judged again without the gate (the default): not for a mere look at them. */
void
judge_set_audits(struct judge *j, bool on);

/*
 * Judges a message. One message in AUDIT_EVERY, and each in which a threat hits, is judged again
 * without the gate; where the two disagree the ungated verdict stands and the set's gate is off
 * from then on (ruleset_gate() tells). thresholds may be NULL (all THRESHOLD_DEFAULT). The verdict
 * lives in m->arena and does not outlive the set's reference held by the caller. Returns 0 or
 * -ENOMEM.
 */
int
judge_message(struct judge *j, const struct ruleset *set, const struct message *m,
	      const double thresholds[FLAG_COUNT], struct verdict **ret_verdict);

/* Flags that hit; flags that are undetermined. */
flag_set
verdict_hits(const struct verdict *v);

flag_set
verdict_undetermined(const struct verdict *v);

#endif
