/*
 * audit: judging a message, and now and then judging it again without the literal gate, to find out
 * whether the gate loses anything. See verdict.h.
 */
#include <errno.h>
#include <string.h>

#include "desk.h"

static bool
same_evidence(const struct flag_verdict *a, const struct flag_verdict *b)
{
	if (a->evidence_count != b->evidence_count)
		return false;
	for (size_t i = 0; i < a->evidence_count; i++)
		if (strcmp(a->evidence[i].rule, b->evidence[i].rule) != 0 ||
		    a->evidence[i].offset != b->evidence[i].offset ||
		    a->evidence[i].length != b->evidence[i].length)
			return false;
	return true;
}

/*
 * Whether the ungated verdict shows that the gate is wrong. Where more rules ran out of steps for
 * want of the gate, the two cannot be compared.
 */
static bool
disagree(const struct verdict *gated, const struct verdict *ungated)
{
	if (ungated->undetermined_count != gated->undetermined_count)
		return false;
	for (int f = 0; f < FLAG_COUNT; f++)
		if (!same_evidence(&gated->flags[f], &ungated->flags[f]))
			return true;
	return gated->shadow_hits != ungated->shadow_hits;
}

/* A mail so large that it cannot be judged twice keeps its verdict. */
static void
audit(struct judge *j, const struct ruleset *set, const struct message *m,
      const struct input *input, const double thresholds[FLAG_COUNT], struct verdict **verdict)
{
	struct ruleset *owner = j->set;
	struct verdict *ungated;
	int rc;

	j->uncounted = true;
	rc = judge_input(j, set, m->arena, input, thresholds, false, &ungated);
	j->uncounted = false;
	if (rc < 0)
		return;
	atomic_fetch_add_explicit(&owner->audits, 1, memory_order_relaxed);
	if (!disagree(*verdict, ungated))
		return;
	atomic_store(&owner->gate_why, "an audit found that it loses what rules match");
	atomic_store(&owner->gate, false);
	*verdict = ungated;
}

void
judge_set_audits(struct judge *j, bool on)
{
	j->unaudited = !on;
}

int
judge_message(struct judge *j, const struct ruleset *set, const struct message *m,
	      const double thresholds[FLAG_COUNT], struct verdict **ret_verdict)
{
	struct input input = { .message = m };
	struct verdict *v;
	bool gated = atomic_load_explicit(&set->gate, memory_order_relaxed);
	int rc = judge_input(j, set, m->arena, &input, thresholds, gated, &v);

	if (rc < 0)
		return rc;
	if (gated && !j->unaudited &&
	    (++j->since_audit >= AUDIT_EVERY ||
	     (verdict_hits(v) & flag_set_by_name("threat")) != 0)) {
		j->since_audit = 0;
		audit(j, set, m, &input, thresholds, &v);
	}
	*ret_verdict = v;
	return 0;
}
