/*
 * judge: running the rules over one message. See verdict.h, judge.h and desk.h.
 *
 * Each part and view that any rule looks at is made once; the gate names the patterns that can
 * match; those run. What matched is gathered on the desk; verdict.c adds it up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "limits.h"

struct judge *
judge_new(void)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->matcher = matcher_new();
	j->scratch = gate_scratch_new();
	if (j->matcher == NULL || j->scratch == NULL) {
		judge_free(j);
		return NULL;
	}
	return j;
}

static void
forget_set(struct judge *j)
{
	free(j->bits);
	free(j->states);
	free(j->touched);
	j->bits = NULL;
	j->states = NULL;
	j->touched = NULL;
	ruleset_unref(j->set);
	j->set = NULL;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	forget_set(j);
	matcher_free(j->matcher);
	gate_scratch_free(j->scratch);
	free(j->hits);
	free(j);
}

/*
 * Fits the judge's memory to a set. The reference keeps a new set from coming to lie at an old
 * one's address.
 */
static int
fit(struct judge *j, const struct ruleset *set)
{
	size_t words = 0;

	if (j->set == set)
		return 0;
	forget_set(j);
	for (int v = 0; v < VIEW_COUNT; v++) {
		if (set->views[v].words > words)
			words = set->views[v].words;
		if (set->views[v].gate != NULL &&
		    gate_scratch_fit(j->scratch, set->views[v].gate) < 0)
			return -ENOMEM;
	}
	j->bits = calloc(words + 1, sizeof(*j->bits));
	j->states = calloc(set->rule_count + 1, sizeof(*j->states));
	j->touched = calloc(set->rule_count + 1, sizeof(*j->touched));
	if (j->bits == NULL || j->states == NULL || j->touched == NULL)
		return -ENOMEM;
	/* Sharing counts references, which judging does not otherwise touch. */
	j->set = ruleset_ref((struct ruleset *)(uintptr_t)set);
	return 0;
}

void
judge_set_day(struct judge *j, long day)
{
	j->day = day;
}

void
judge_set_timer(struct judge *j, uint64_t (*now_ns)(void))
{
	j->now_ns = now_ns;
}

struct rule_state *
desk_touch(struct judge *j, uint32_t rule)
{
	struct rule_state *s = &j->states[rule];

	if (!s->touched) {
		s->touched = true;
		j->touched[j->touched_count++] = rule;
	}
	return s;
}

static int
add_hit(struct judge *j, const struct hit *hit)
{
	size_t room = j->hit_room > 0 ? 2 * j->hit_room : 64;
	struct hit *hits;

	if (j->hit_count == j->hit_room) {
		hits = realloc(j->hits, room * sizeof(*hits));
		if (hits == NULL)
			return -ENOMEM;
		j->hits = hits;
		j->hit_room = room;
	}
	j->hits[j->hit_count++] = *hit;
	return 0;
}

/* A text ends with its last word, so that `$` in a pattern means the end for people. */
static void
trim_end(struct folded *f)
{
	while (f->len > 0 && strchr(" \t\r\n", f->text[f->len - 1]) != NULL)
		f->len--;
}

int
desk_view(struct desk *d, unsigned section, enum view view, const struct folded **ret)
{
	struct section_text *t = &d->texts[section];
	uint64_t bit = UINT64_C(1) << section;
	int rc;

	if (!(d->have_text & bit)) {
		rc = section_text(d->arena, &d->set->sections, d->input, section, t);
		if (rc < 0)
			return rc;
		d->have_text |= bit;
	}
	if (!(d->have_view[view] & bit)) {
		rc = fold_text(d->arena, view, t->text, t->len, &d->views[section][view]);
		if (rc < 0)
			return rc;
		trim_end(&d->views[section][view]);
		d->have_view[view] |= bit;
	}
	*ret = &d->views[section][view];
	return 0;
}

/*
 * The ways in which a part may be read besides as written. Names of fields and addresses are what
 * they are, and `plain` is for rules that want the text as it came.
 */
static int
get_readings(struct desk *d, unsigned section, enum view view, const struct readings **ret)
{
	static const struct readings none;
	const struct section_text *t = &d->texts[section];
	uint64_t bit = UINT64_C(1) << section;
	int rc;

	*ret = &none;
	if (view == VIEW_PLAIN || section == SECTION_FROM || section >= SECTION_HEADER)
		return 0;
	if (!(d->have_readings & bit)) {
		rc = readings_find(d->arena, t->text, t->len, &d->readings[section]);
		if (rc < 0)
			return rc;
		d->have_readings |= bit;
	}
	*ret = &d->readings[section];
	return 0;
}

/* A place between characters, at or before offset. */
static size_t
between(const struct folded *f, size_t offset)
{
	while (offset > 0 && offset < f->len && ((unsigned char)f->text[offset] & 0xc0) == 0x80)
		offset--;
	return offset;
}

/* The first match at or after `from` that begins in one of the windows; none: everywhere. */
static enum answer
find(struct desk *d, const struct entry_pattern *e, const struct folded *f,
     const struct gate_window *windows, size_t window_count, size_t from, size_t *ret_start,
     size_t *ret_end)
{
	enum answer answer;

	if (window_count == 0)
		return matcher_find(d->j->matcher, e->pattern, f->text, f->len, from,
				    MATCH_ANYWHERE, ret_start, ret_end);
	for (size_t i = 0; i < window_count; i++) {
		size_t first = between(f, windows[i].from), last = between(f, windows[i].to);

		if (last < from)
			continue;
		answer = matcher_find(d->j->matcher, e->pattern, f->text, f->len,
				      first > from ? first : from, last, ret_start, ret_end);
		if (answer != ANSWER_CLEAR)
			return answer;
	}
	return ANSWER_CLEAR;
}

/* One text that patterns run over: a view of a part, or a reading of it. */
struct pass {
	unsigned section;
	const struct folded *f;
	const struct readings *leaning; /* only hits that lean on one of these count; NULL: all */
};

/* Whether a hit found in a reading counts: not the same words twice. */
static bool
is_new(const struct desk *d, const struct pass *pass, const struct hit *hit)
{
	if (pass->leaning == NULL)
		return true;
	for (size_t i = 0; i < d->j->hit_count; i++)
		if (d->j->hits[i].rule == hit->rule && d->j->hits[i].section == hit->section &&
		    d->j->hits[i].offset == hit->offset)
			return false;
	return readings_touch(pass->leaning, hit->offset, hit->length);
}

/* A match was found: whether it counts. Keeps it when it does. */
static int
take_match(struct desk *d, const struct pass *pass, uint32_t rule, size_t start, size_t end)
{
	struct candidate c = {
		.rule = rule, .section = pass->section, .f = pass->f, .start = start, .end = end
	};
	struct hit hit = { .rule = rule, .section = pass->section };

	fold_source(pass->f, start, end - start, &hit.offset, &hit.length);
	if (!is_new(d, pass, &hit))
		return 0;
	c.offset = hit.offset;
	c.length = hit.length;
	switch (qualify_match(d, &c)) {
	case ANSWER_HIT:
		d->j->states[rule].hits++;
		return add_hit(d->j, &hit);
	case ANSWER_UNDETERMINED:
		d->j->states[rule].undetermined = true;
		break;
	case ANSWER_CLEAR:
		break;
	}
	return 0;
}

/* The next place to look from after a match. */
static size_t
step_on(const struct folded *f, size_t from, size_t start, size_t end)
{
	from = end > from ? end : from;
	if (end == start)
		from++;
	while (from < f->len && ((unsigned char)f->text[from] & 0xc0) == 0x80)
		from++;
	return from;
}

/*
 * Runs one pattern of a rule over one view of one part. The loop ends with the text, the evidence
 * or the budget.
 */
static int
run_pattern(struct desk *d, const struct pass *pass, const struct entry_pattern *e,
	    const struct gate_window *windows, size_t window_count)
{
	struct rule_state *s = desk_touch(d->j, e->rule);
	const struct folded *f = pass->f;
	size_t from = 0, start, end;
	int rc = 0;

	while (rc == 0 && from <= f->len && s->hits < LIMIT_MATCHES_PER_RULE && !s->undetermined) {
		switch (find(d, e, f, windows, window_count, from, &start, &end)) {
		case ANSWER_CLEAR:
			return 0;
		case ANSWER_UNDETERMINED:
			s->undetermined = true;
			break;
		case ANSWER_HIT:
			rc = take_match(d, pass, e->rule, start, end);
			from = step_on(f, from, start, end);
			break;
		}
	}
	return rc;
}

/* The same, with what it costs written down. */
static int
run_counted(struct desk *d, const struct pass *pass, const struct entry_pattern *e,
	    const struct gate_window *windows, size_t window_count)
{
	struct rule_state *s = desk_touch(d->j, e->rule);
	uint64_t before = matcher_steps(d->j->matcher), since = 0, spent;
	int rc;

	if (atomic_load_explicit(&d->set->counters[e->rule].quarantined, memory_order_relaxed)) {
		s->undetermined = true;
		return 0;
	}
	if (d->j->now_ns != NULL)
		since = d->j->now_ns();
	rc = run_pattern(d, pass, e, windows, window_count);
	spent = matcher_steps(d->j->matcher) - before;
	s->steps += spent;
	s->exhausted |= s->undetermined && spent > 0;
	if (d->j->now_ns != NULL)
		s->ns += d->j->now_ns() - since;
	return rc;
}

/* Sets j->bits to the entries of a lane that may match. */
static void
pick(struct desk *d, const struct lane *lane, const struct folded *f, const struct gate *gate)
{
	const struct view_index *v = &d->set->views[lane->view];
	uint64_t *bits = d->j->bits;

	if (gate != NULL)
		gate_scan(gate, d->j->scratch, f->text, f->len,
			  bits); /* on failure all bits are set */
	else
		memset(bits, 0xff, v->words * sizeof(*bits));
	for (size_t w = 0; w < v->words; w++)
		bits[w] &= lane->applies[w];
}

static int
run_pass(struct desk *d, const struct lane *lane, const struct pass *pass, bool gated,
	 long only_rule)
{
	const struct view_index *v = &d->set->views[lane->view];
	const struct gate *gate = gated ? v->gate : NULL;
	const struct gate_window *windows = NULL;
	size_t count = 0;
	int rc;

	pick(d, lane, pass->f, gate);
	for (size_t w = 0; w < v->words; w++) {
		for (uint64_t bits = d->j->bits[w]; bits != 0; bits &= bits - 1) {
			size_t entry = w * 64 + (size_t)__builtin_ctzll(bits);
			const struct entry_pattern *e = &v->entries[entry];

			if (only_rule >= 0 && (uint32_t)only_rule != e->rule)
				continue;
			switch (qualify_rule(d, e->rule)) {
			case ANSWER_CLEAR:
				continue;
			case ANSWER_UNDETERMINED:
				desk_touch(d->j, e->rule)->undetermined = true;
				continue;
			case ANSWER_HIT:
				break;
			}
			if (gate != NULL)
				count = gate_windows(gate, d->j->scratch, entry, &windows);
			rc = run_counted(d, pass, e, windows, count);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* One part in one view: as it is, and as it may be read. */
static int
run_lane(struct desk *d, const struct lane *lane, bool gated, long only_rule)
{
	struct pass pass = { .section = lane->section };
	const struct readings *readings;
	struct folded f;
	int rc;

	rc = desk_view(d, lane->section, lane->view, &pass.f);
	if (rc < 0 || pass.f->len == 0)
		return rc;
	rc = run_pass(d, lane, &pass, gated, only_rule);
	if (rc == 0)
		rc = get_readings(d, lane->section, lane->view, &readings);
	for (unsigned i = 0; rc == 0 && i < readings->count; i++) {
		rc = fold_reading(d->arena, lane->view, d->texts[lane->section].text, readings, i,
				  &f);
		if (rc == 0)
			trim_end(&f);
		pass.f = &f;
		pass.leaning = readings;
		if (rc == 0)
			rc = run_pass(d, lane, &pass, gated, only_rule);
	}
	return rc;
}

static void
clean_up(struct judge *j)
{
	count_message(j);
	for (size_t i = 0; i < j->touched_count; i++)
		j->states[j->touched[i]] = (struct rule_state){ 0 };
	for (size_t i = 0; i < j->set->derived_count; i++)
		j->states[j->set->derived[i]] = (struct rule_state){ 0 };
	j->touched_count = 0;
	j->hit_count = 0;
}

/* Only what must be zero is cleared: the desk is large and this runs for every mail. */
static void
lay_out(struct desk *d, struct judge *j, const struct ruleset *set, struct arena *arena,
	const struct input *input)
{
	d->j = j;
	d->set = set;
	d->arena = arena;
	d->input = input;
	d->language = input->message != NULL ? input->message->language : NULL;
	d->have_text = d->have_readings = 0;
	memset(d->have_view, 0, sizeof(d->have_view));
}

int
judge_input(struct judge *j, const struct ruleset *set, struct arena *arena,
	    const struct input *input, const double thresholds[FLAG_COUNT], bool gated,
	    struct verdict **ret_verdict)
{
	struct desk d;
	int rc = fit(j, set);

	if (rc < 0)
		return rc;
	lay_out(&d, j, set, arena, input);
	matcher_begin(j->matcher, LIMIT_MESSAGE_STEPS, j->uncounted);
	for (size_t i = 0; i < set->lane_count && rc == 0; i++)
		rc = run_lane(&d, &set->lanes[i], gated, -1);
	if (rc == 0)
		rc = desk_conclude(&d, thresholds, ret_verdict);
	clean_up(j);
	return rc;
}

int
judge_rule(struct judge *j, const struct ruleset *set, struct arena *arena, uint32_t rule,
	   const struct input *input, bool gated, enum answer *ret)
{
	struct desk d;
	int rc = fit(j, set);

	if (rc < 0)
		return rc;
	lay_out(&d, j, set, arena, input);
	matcher_begin(j->matcher, LIMIT_MESSAGE_STEPS, j->uncounted);
	for (size_t i = 0; i < set->lane_count && rc == 0; i++)
		if (set->lanes[i].section == input->section)
			rc = run_lane(&d, &set->lanes[i], gated, (long)rule);
	if (rc == 0)
		*ret = desk_rule_answer(&j->states[rule]);
	clean_up(j);
	return rc;
}
