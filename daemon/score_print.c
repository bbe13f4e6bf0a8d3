/*
 * score_print: the tables of a score. See score_print.h.
 */
#include "score_print.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 21
#define RULES_SHOWN 30

static void
put_ratio(const struct term *term, double ratio)
{
	if (ratio < 0)
		fprintf(term->out, "  %9s", "-");
	else
		fprintf(term->out, "  %9.3f", ratio);
}

/* Lines of nothing but zeros say nothing. */
static bool
is_told(const struct count *c)
{
	return c->tp + c->fp + c->fn + c->undetermined > 0;
}

static void
put_count(const struct term *term, enum style style, const char *indent, const char *name,
	  const struct count *c)
{
	fputs(indent, term->out);
	term_cell(term, style, name, NAME_COLUMNS - strlen(indent));
	put_ratio(term, count_precision(c));
	put_ratio(term, count_recall(c));
	fprintf(term->out, "  %6zu  %6zu  %6zu  %9zu  %6zu  %9.2f%%\n", c->tp, c->fp, c->fn,
		c->undetermined, c->mails, c->mails ? 100.0 * (double)c->fp / (double)c->mails : 0);
}

static void
put_sheet(const struct term *term, const char *name, const struct sheet *sheet)
{
	term_cell(term, STYLE_STRONG, name, 0);
	fprintf(term->out, ": %zu mail%s, %zu wrong\n", sheet->mails, sheet->mails == 1 ? "" : "s",
		sheet->wrong);
	term_style(term, STYLE_DIM);
	fprintf(term->out, "%*s  %9s  %9s  %6s  %6s  %6s  %9s  %6s  %10s\n", NAME_COLUMNS, "",
		"precision", "recall", "right", "false", "missed", "undecided", "mails",
		"false rate");
	term_style(term, STYLE_PLAIN);
	for (size_t i = 0; i < SCORE_FAMILIES; i++) {
		flag_set all = flag_set_by_name(score_families[i]);

		if (sheet->families[i].mails == 0)
			continue;
		put_count(term, STYLE_STRONG, "  ", score_families[i], &sheet->families[i]);
		for (int f = 0; f < FLAG_COUNT; f++)
			if (all >> f & 1 && is_told(&sheet->flags[f]))
				put_count(term, STYLE_PLAIN, "    ", flag_name((enum flag)f),
					  &sheet->flags[f]);
	}
	if (is_told(&sheet->flags[FLAG_EXTORTION]))
		put_count(term, STYLE_PLAIN, "  ", flag_name(FLAG_EXTORTION),
			  &sheet->flags[FLAG_EXTORTION]);
	putc('\n', term->out);
}

static void
put_flags(const struct term *term, const char *before, const size_t counts[FLAG_COUNT])
{
	bool first = true;

	for (int f = 0; f < FLAG_COUNT; f++) {
		if (!counts[f])
			continue;
		fprintf(term->out, "%s%s %zu", first ? before : ", ", flag_name((enum flag)f),
			counts[f]);
		first = false;
	}
}

static void
put_confusion(const struct term *term, const char *name, const struct confusion *c, bool labelled)
{
	if (c->mails == 0)
		return;
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, name, NAME_COLUMNS - 2);
	fprintf(term->out, "  %6zu", c->mails);
	if (labelled)
		fprintf(term->out, "  %6zu  %6zu", c->found, c->missed);
	else
		fprintf(term->out, "  %6s  %6s", "-", "-");
	put_flags(term, "  as ", c->as);
	put_flags(term, "  falsely ", c->extra);
	putc('\n', term->out);
}

static void
put_all_confusion(const struct term *term, const struct score *s)
{
	term_cell(term, STYLE_STRONG, "what was labelled, and what it was given", 0);
	putc('\n', term->out);
	term_style(term, STYLE_DIM);
	fprintf(term->out, "%*s  %6s  %6s  %6s\n", NAME_COLUMNS, "", "mails", "found", "missed");
	term_style(term, STYLE_PLAIN);
	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		put_confusion(term, score_families[i], &s->families[i], true);
	for (int f = 0; f < FLAG_COUNT; f++)
		put_confusion(term, flag_name((enum flag)f), &s->flags[f], true);
	put_confusion(term, "(no flag)", &s->none, false);
	putc('\n', term->out);
}

static size_t
id_columns(const struct score *s, size_t rules)
{
	size_t columns = NAME_COLUMNS;

	for (size_t i = 0; i < rules; i++)
		if (term_columns(s->rules[i].id) > columns)
			columns = term_columns(s->rules[i].id);
	return columns;
}

static void
put_rules(const struct term *term, const struct score *s)
{
	size_t wrong = 0, shown, columns;

	while (wrong < s->rule_count && s->rules[wrong].fp > 0)
		wrong++;
	shown = wrong < RULES_SHOWN ? wrong : RULES_SHOWN;
	columns = id_columns(s, shown);
	term_cell(term, STYLE_STRONG, "rules with false hits, the worst first", 0);
	fputs(" (decided: without it the flag would not have hit)\n", term->out);
	term_style(term, STYLE_DIM);
	if (shown)
		fprintf(term->out, "  %*s  %9s  %6s  %7s  %6s  %7s\n", (int)columns, "",
			"precision", "false", "decided", "right", "decided");
	term_style(term, STYLE_PLAIN);
	for (size_t i = 0; i < shown; i++) {
		const struct rule_count *r = &s->rules[i];

		fputs("  ", term->out);
		term_cell(term, STYLE_PLAIN, r->id, columns);
		put_ratio(term, (double)r->tp / (double)(r->tp + r->fp));
		fprintf(term->out, "  %6zu  %7zu  %6zu  %7zu  ", r->fp, r->decided_fp, r->tp,
			r->decided_tp);
		term_style(term, STYLE_DIM);
		fprintf(term->out, "%s:%u\n", r->file, r->line);
		term_style(term, STYLE_PLAIN);
	}
	if (wrong > shown)
		fprintf(term->out, "  ... and %zu more, which --json lists\n", wrong - shown);
	fprintf(term->out, "  %zu rule%s hit, %zu of them falsely\n", s->rule_count,
		s->rule_count == 1 ? "" : "s", wrong);
}

void
score_print(const struct term *term, const struct score *s, const char *const *names)
{
	for (size_t i = 0; i < s->sheet_count; i++)
		put_sheet(term, names[i], &s->sheets[i]);
	if (s->sheet_count > 1)
		put_sheet(term, "all together", &s->total);
	put_all_confusion(term, s);
	put_rules(term, s);
}
