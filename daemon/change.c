/*
 * change: see change.h.
 */
#include "change.h"

#include <stdio.h>

#include "blame.h"

#define NAME_COLUMNS 21

static bool
has(flag_set set, int flag)
{
	return set >> flag & 1;
}

bool
change_find(struct change *c)
{
	flag_set before = verdict_hits(c->old), after = verdict_hits(c->new);

	c->gained = after & ~before;
	c->lost = before & ~after;
	c->unclear = (verdict_undetermined(c->old) ^ verdict_undetermined(c->new)) & ~c->gained &
		     ~c->lost;
	return (c->gained | c->lost | c->unclear) || c->old_severity != c->new_severity;
}

void
change_count(struct change_sum *sum, const struct change *c)
{
	for (int f = 0; f < FLAG_COUNT; f++) {
		sum->gained[f] += has(c->gained, f);
		sum->lost[f] += has(c->lost, f);
		sum->unclear[f] += has(c->unclear, f);
	}
	sum->raised += c->new_severity > c->old_severity;
	sum->lowered += c->new_severity < c->old_severity;
}

void
change_print_sum(const struct term *term, const struct change_sum *sum, size_t mails,
		 size_t changed)
{
	term_style(term, STYLE_STRONG);
	fprintf(term->out, "%zu mail%s, %zu changed\n", mails, mails == 1 ? "" : "s", changed);
	term_style(term, STYLE_PLAIN);
	if (!changed)
		return;
	term_style(term, STYLE_DIM);
	fprintf(term->out, "%*s  %6s  %6s  %7s\n", NAME_COLUMNS, "", "gained", "lost", "unclear");
	term_style(term, STYLE_PLAIN);
	for (int f = 0; f < FLAG_COUNT; f++) {
		if (!(sum->gained[f] + sum->lost[f] + sum->unclear[f]))
			continue;
		fputs("  ", term->out);
		term_cell(term, STYLE_PLAIN, flag_name((enum flag)f), NAME_COLUMNS - 2);
		fprintf(term->out, "  %6zu  %6zu  %7zu\n", sum->gained[f], sum->lost[f],
			sum->unclear[f]);
	}
	if (sum->raised + sum->lowered)
		fprintf(term->out, "  severity raised in %zu, lowered in %zu\n", sum->raised,
			sum->lowered);
}

/* "0 → 6", or one number when both are the same. */
static void
put_numbers(const struct term *term, double before, double after)
{
	fprintf(term->out, before == after ? "%g" : "%g → %g", before, after);
}

static void
put_flag(const struct term *term, const struct change *c, int f)
{
	const struct flag_verdict *before = &c->old->flags[f], *after = &c->new->flags[f];
	bool gained = has(c->gained, f), lost = has(c->lost, f);

	fputs("  ", term->out);
	term_cell(term,
		  gained ? STYLE_BAD
		  : lost ? STYLE_GOOD
			 : STYLE_WARNING,
		  gained ? "+"
		  : lost ? "-"
			 : "?",
		  0);
	fprintf(term->out, " %s: ", flag_name((enum flag)f));
	if (before->answer == ANSWER_UNDETERMINED || after->answer == ANSWER_UNDETERMINED)
		fprintf(term->out, "%s → %s, ", answer_name(before->answer),
			answer_name(after->answer));
	fputs("score ", term->out);
	put_numbers(term, before->score, after->score);
	fputs(" of ", term->out);
	put_numbers(term, before->threshold, after->threshold);
	putc('\n', term->out);
	blame_print(term, before, after, "      - ");
	blame_print(term, after, before, "      + ");
}

void
change_print(const struct term *term, const struct change *c)
{
	term_cell(term, STYLE_STRONG, c->source, 0);
	if (c->message->subject[0]) {
		fputs("  ", term->out);
		term_cell(term, STYLE_PLAIN, c->message->subject, 0);
	}
	putc('\n', term->out);
	for (int f = 0; f < FLAG_COUNT; f++)
		if (has(c->gained | c->lost | c->unclear, f))
			put_flag(term, c, f);
	if (c->old_severity != c->new_severity)
		fprintf(term->out, "  severity: %s → %s\n", severity_name(c->old_severity),
			severity_name(c->new_severity));
}

json_t *
change_sum_json(const struct change_sum *sum, size_t mails, size_t changed)
{
	json_t *flags = json_object();

	for (int f = 0; f < FLAG_COUNT; f++)
		if (sum->gained[f] + sum->lost[f] + sum->unclear[f])
			json_object_set_new(flags, flag_name((enum flag)f),
					    json_pack("{s:I, s:I, s:I}", "gained",
						      (json_int_t)sum->gained[f], "lost",
						      (json_int_t)sum->lost[f], "unclear",
						      (json_int_t)sum->unclear[f]));
	return json_pack("{s:I, s:I, s:o, s:{s:I, s:I}}", "mails", (json_int_t)mails, "changed",
			 (json_int_t)changed, "flags", flags, "severity", "raised",
			 (json_int_t)sum->raised, "lowered", (json_int_t)sum->lowered);
}

static json_t *
flag_json(const struct flag_verdict *before, const struct flag_verdict *after)
{
	return json_pack("{s:{s:s, s:s}, s:{s:f, s:f}, s:{s:f, s:f}, s:o, s:o}", "verdict", "old",
			 answer_name(before->answer), "new", answer_name(after->answer), "score",
			 "old", before->score, "new", after->score, "threshold", "old",
			 before->threshold, "new", after->threshold, "gone",
			 blame_json(before, after), "come", blame_json(after, before));
}

json_t *
change_json(const struct change *c)
{
	json_t *flags = json_object();

	for (int f = 0; f < FLAG_COUNT; f++)
		if (has(c->gained | c->lost | c->unclear, f))
			json_object_set_new(flags, flag_name((enum flag)f),
					    flag_json(&c->old->flags[f], &c->new->flags[f]));
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:o}", "source", c->source, "message_id",
			 c->message->message_id, "subject", c->message->subject, "severity", "old",
			 severity_name(c->old_severity), "new", severity_name(c->new_severity),
			 "flags", flags);
}
