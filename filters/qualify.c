/*
 * qualify: whether a rule may be judged in a message, and whether what one of its patterns matched
 * counts. See desk.h.
 *
 * Three-valued throughout: a guard, an `all` or an `unless` that could not be decided leaves the
 * match undetermined, unless another of them decides.
 */
#include <string.h>

#include "desk.h"
#include "sentence.h"
#include "trace.h"

/* Finding the ends of a sentence looks closer at its text than a match does. */
#define SENTENCE_COST 40

/* HIT: every guard holds. A sample stands for a mail that the rule is meant for. */
static enum answer
check_guards(struct desk *d, const struct rule *r)
{
	enum answer all = ANSWER_HIT, one;
	const struct folded *f;
	size_t start, end;

	if (d->input->message == NULL)
		return ANSWER_HIT;
	for (size_t i = 0; i < r->guard_count; i++) {
		if (desk_view(d, r->guards[i].section, r->view, &f) < 0)
			return ANSWER_UNDETERMINED;
		one = matcher_find(d->j->matcher, &r->guards[i].pattern, f->text, f->len, 0,
				   MATCH_ANYWHERE, &start, &end);
		if (one == ANSWER_CLEAR)
			return one;
		if (one == ANSWER_UNDETERMINED)
			all = one;
	}
	return all;
}

static bool
is_expired(const struct desk *d, const struct rule *r)
{
	return r->expires != 0 && d->j->day > r->expires;
}

enum answer
qualify_rule(struct desk *d, uint32_t rule)
{
	const struct rule *r = &d->set->rules[rule];
	struct rule_state *s;

	if (r->language != NULL && d->language != NULL && strcmp(r->language, d->language) != 0)
		return ANSWER_CLEAR;
	if (is_expired(d, r))
		return ANSWER_CLEAR;
	if (r->guard_count == 0)
		return ANSWER_HIT;
	s = desk_touch(d->j, rule);
	if (!s->guarded)
		s->admitted = check_guards(d, r);
	s->guarded = true;
	return s->admitted;
}

/* The stretch of the view in which `all` is looked for. */
static void
neighbourhood(const struct candidate *c, unsigned within, size_t *ret_at, size_t *ret_len)
{
	size_t from = c->start, to = c->end;
	const char *text = c->f->text;

	for (unsigned i = 0; i < within && from > 0; i++)
		do
			from--;
		while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80);
	for (unsigned i = 0; i < within && to < c->f->len; i++)
		do
			to++;
		while (to < c->f->len && ((unsigned char)text[to] & 0xc0) == 0x80);
	*ret_at = from;
	*ret_len = to - from;
}

/* The sentence of the match, in the view. */
static void
sentence_of(const struct desk *d, const struct candidate *c, size_t *ret_at, size_t *ret_len)
{
	const struct section_text *t = &d->texts[c->section];
	size_t at, len;

	sentence_around(t->text, t->len, c->offset, c->length, &at, &len);
	matcher_charge(d->j->matcher, SENTENCE_COST * len);
	fold_view_range(c->f, at, len, ret_at, ret_len);
}

/* HIT: every pattern stands in that stretch. */
static enum answer
check_all(struct desk *d, const struct candidate *c, size_t at, size_t len)
{
	const struct rule *r = &d->set->rules[c->rule];
	enum answer all = ANSWER_HIT, one;
	size_t start, end;

	for (size_t i = 0; i < r->all_count; i++) {
		one = matcher_find(d->j->matcher, &r->all[i], c->f->text + at, len, 0,
				   MATCH_ANYWHERE, &start, &end);
		if (one == ANSWER_CLEAR) {
			trace_near(d, c, NEAR_ALL, i, 0, 0);
			return one;
		}
		if (one == ANSWER_UNDETERMINED)
			all = one;
	}
	return all;
}

/* HIT: none stands in that stretch. */
static enum answer
check_unless(struct desk *d, const struct candidate *c, size_t at, size_t len)
{
	const struct rule *r = &d->set->rules[c->rule];
	enum answer all = ANSWER_HIT, one;
	size_t start, end;

	for (size_t i = 0; i < r->unless_count; i++) {
		one = matcher_find(d->j->matcher, &r->unless[i], c->f->text + at, len, 0,
				   MATCH_ANYWHERE, &start, &end);
		if (one == ANSWER_HIT) {
			trace_near(d, c, NEAR_UNLESS, i, at + start, end - start);
			return ANSWER_CLEAR;
		}
		if (one == ANSWER_UNDETERMINED)
			all = one;
	}
	return all;
}

enum answer
qualify_match(struct desk *d, const struct candidate *c)
{
	const struct rule *r = &d->set->rules[c->rule];
	enum answer near = ANSWER_HIT, clean = ANSWER_HIT;
	size_t at = 0, len = 0, near_at, near_len;

	if (r->unless_count == 0 && r->all_count == 0)
		return ANSWER_HIT;
	if (r->unless_count > 0 || r->within == 0)
		sentence_of(d, c, &at, &len);
	if (r->all_count > 0) {
		near_at = at;
		near_len = len;
		if (r->within > 0)
			neighbourhood(c, r->within, &near_at, &near_len);
		near = check_all(d, c, near_at, near_len);
	}
	if (near == ANSWER_CLEAR)
		return near;
	clean = check_unless(d, c, at, len);
	return clean == ANSWER_HIT ? near : clean;
}
