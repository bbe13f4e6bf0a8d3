/*
 * blame: see blame.h.
 */
#include "blame.h"

#include <stdio.h>
#include <string.h>

#define TEXTS_SHOWN 3 /* of one rule */

/* Evidence of one rule stands together. */
static bool
begins_rule(const struct flag_verdict *v, size_t i)
{
	return i == 0 || strcmp(v->evidence[i].rule, v->evidence[i - 1].rule) != 0;
}

static bool
stands_in(const struct flag_verdict *v, const struct evidence *e)
{
	for (size_t i = 0; v && i < v->evidence_count; i++)
		if (!strcmp(v->evidence[i].rule, e->rule) && v->evidence[i].score == e->score)
			return true;
	return false;
}

/* The distinct texts of the rule whose evidence begins at i. */
static void
put_texts(const struct term *term, const struct flag_verdict *v, size_t first)
{
	size_t shown = 0, more = 0;

	for (size_t i = first; i < v->evidence_count && (i == first || !begins_rule(v, i)); i++) {
		const char *text = v->evidence[i].text;
		bool known = !*text;

		for (size_t k = first; k < i && !known; k++)
			known = !strcmp(v->evidence[k].text, text);
		if (known)
			continue;
		if (shown == TEXTS_SHOWN) {
			more++;
			continue;
		}
		fputs(shown++ ? " “" : "  “", term->out);
		term_text(term, text, strlen(text), false);
		fputs("”", term->out);
	}
	if (more)
		fprintf(term->out, " and %zu more", more);
}

void
blame_print(const struct term *term, const struct flag_verdict *v, const struct flag_verdict *other,
	    const char *mark)
{
	for (size_t i = 0; i < v->evidence_count; i++) {
		const struct evidence *e = &v->evidence[i];

		if (!begins_rule(v, i) || stands_in(other, e))
			continue;
		fprintf(term->out, "%s%s  %+g", mark, e->rule, e->score);
		put_texts(term, v, i);
		fputs("  ", term->out);
		term_style(term, STYLE_DIM);
		fprintf(term->out, "%s:%u", e->file, e->line);
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
}

json_t *
blame_json(const struct flag_verdict *v, const struct flag_verdict *other)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->evidence_count; i++) {
		const struct evidence *e = &v->evidence[i];
		json_t *one;

		if (stands_in(other, e))
			continue;
		one = json_pack("{s:s, s:o, s:f, s:s, s:s}", "rule", e->rule, "at",
				json_sprintf("%s:%u", e->file, e->line), "score", e->score, "part",
				e->part, "text", e->text);
		if (!one || json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

size_t
blame_count(const struct flag_verdict *v, const struct flag_verdict *other)
{
	size_t count = 0;

	for (size_t i = 0; i < v->evidence_count; i++)
		count += begins_rule(v, i) && !stands_in(other, &v->evidence[i]);
	return count;
}
