/*
 * score_wrong: the mails that came out wrong. See score_print.h.
 */
#include <stdio.h>

#include "blame.h"
#include "score_print.h"

static void
put_missing(const struct term *term, enum flag f, const struct flag_verdict *v)
{
	fprintf(term->out, "  missing    %s", flag_name(f));
	if (v->evidence_count) {
		fprintf(term->out, ": score %g of %g\n", v->score, v->threshold);
		blame_print(term, v, NULL, "               ");
	} else {
		putc('\n', term->out);
	}
}

void
score_print_wrong(const struct term *term, const struct wrong_mail *mail)
{
	const struct outcome *o = &mail->outcome;

	term_cell(term, STYLE_STRONG, mail->source, 0);
	if (mail->label->id[0]) {
		fputs("  ", term->out);
		term_cell(term, STYLE_PLAIN, mail->label->id, 0);
	}
	putc('\n', term->out);
	for (size_t i = 0; i < SCORE_FAMILIES; i++) {
		flag_set all = flag_set_by_name(score_families[i]);

		if (o->missing_some & all)
			fprintf(term->out, "  missing    %s, any of it\n", score_families[i]);
		if (o->undetermined_some & all)
			fprintf(term->out, "  undecided  %s, any of it\n", score_families[i]);
	}
	for (int f = 0; f < FLAG_COUNT; f++) {
		const struct flag_verdict *v = &mail->verdict->flags[f];

		if (o->missing >> f & 1)
			put_missing(term, (enum flag)f, v);
		if (o->undetermined >> f & 1)
			fprintf(term->out, "  undecided  %s\n", flag_name((enum flag)f));
		if (o->extra >> f & 1) {
			fprintf(term->out, "  false      %s: score %g of %g\n",
				flag_name((enum flag)f), v->score, v->threshold);
			blame_print(term, v, NULL, "               ");
		}
	}
	for (size_t i = 0; i < mail->verdict->undetermined_count; i++)
		fprintf(term->out, "  undecided  rule %s\n", mail->verdict->undetermined[i]);
}

/* Names: families that stand whole in `families`, then flags. */
static json_t *
names(flag_set families, flag_set flags)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		if (families & flag_set_by_name(score_families[i]))
			json_array_append_new(list, json_string(score_families[i]));
	for (int f = 0; f < FLAG_COUNT; f++)
		if (flags >> f & 1)
			json_array_append_new(list, json_string(flag_name((enum flag)f)));
	return list;
}

/* Each of the flags with its score and the rules behind it; families with null. */
static json_t *
verdicts(const struct verdict *verdict, flag_set families, flag_set flags)
{
	json_t *object = json_object();

	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		if (families & flag_set_by_name(score_families[i]))
			json_object_set_new(object, score_families[i], json_null());
	for (int f = 0; f < FLAG_COUNT; f++) {
		const struct flag_verdict *v = &verdict->flags[f];

		if (flags >> f & 1)
			json_object_set_new(object, flag_name((enum flag)f),
					    json_pack("{s:f, s:f, s:o}", "score", v->score,
						      "threshold", v->threshold, "evidence",
						      blame_json(v, NULL)));
	}
	return object;
}

static json_t *
rules(const struct verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->undetermined_count; i++)
		json_array_append_new(list, json_string(verdict->undetermined[i]));
	return list;
}

json_t *
score_json_wrong(const struct wrong_mail *mail)
{
	const struct outcome *o = &mail->outcome;

	return json_pack(
		"{s:s, s:s, s:o, s:o, s:{s:o, s:o}}", "source", mail->source, "id", mail->label->id,
		"missing", verdicts(mail->verdict, o->missing_some, o->missing), "false",
		verdicts(mail->verdict, 0, o->extra), "undetermined", "flags",
		names(o->undetermined_some, o->undetermined), "rules", rules(mail->verdict));
}
