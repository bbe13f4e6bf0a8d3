/*
 * ctl_rules_nearest: `triagectl rules explain --flag`: which rules of a flag that was missed come
 * nearest to the mail. See ctl_rules_explain.h.
 */
#include <errno.h>
#include <string.h>

#include "ctl.h"
#include "ctl_rules_explain.h"

#define WORDS_SHOWN 4u /* of those of which one would have done */

int
asked_flag_take(struct asked_flag *asked, const char *name)
{
	const char *near = flag_nearest(name);

	asked->name = name;
	asked->flags = flag_set_by_name(name);
	if (asked->flags)
		return CTL_OK;
	return ctl_usage("rules explain", "there is no flag \"%s\"%s%s%s", name,
			 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

int
asked_flag_loaded(void *context, const struct loaded *loaded)
{
	struct asked_flag *asked = context;

	return ruleset_words(loaded, asked->arena, asked->flags, &asked->words, &asked->count);
}

int
asked_flag_explain(const struct asked_flag *asked, struct explained *x)
{
	int count;

	x->flag = asked->name;
	if (!asked->name)
		return 0;
	count = nearest_find(asked->words, asked->count, x->message, &x->why, x->nearest);
	if (count < 0)
		return count;
	x->nearest_count = (size_t)count;
	return 0;
}

static void
put_word(const struct term *term, const struct literal *l)
{
	fputs("“", term->out);
	term_text(term, l->text, l->len, false);
	fputs("”", term->out);
}

/* Whether a need before it was met by the same word. */
static bool
is_repeated(const struct nearest *n, size_t need)
{
	const struct literal *l = n->found[need];

	for (size_t i = 0; i < need; i++)
		if (n->found[i] && n->found[i]->len == l->len &&
		    !memcmp(n->found[i]->text, l->text, l->len))
			return true;
	return false;
}

static void
put_found(const struct term *term, const struct nearest *n)
{
	bool first = true;

	for (size_t i = 0; i < n->pattern->need_count; i++) {
		if (!n->found[i] || is_repeated(n, i))
			continue;
		fputs(first ? "has " : ", ", term->out);
		put_word(term, n->found[i]);
		first = false;
	}
}

/* "; lacks “sue” or “court” or 12 others" for each need that is not met. */
static void
put_missing(const struct term *term, const struct nearest *n)
{
	for (size_t i = 0; i < n->pattern->need_count; i++) {
		const struct literal_need *need = &n->pattern->needs[i];

		if (n->found[i])
			continue;
		for (size_t k = 0; k < need->count && k < WORDS_SHOWN; k++) {
			fputs(k == 0 ? "; lacks " : " or ", term->out);
			put_word(term, &need->list[k]);
		}
		if (need->count > WORDS_SHOWN)
			fprintf(term->out, " or %zu other%s", need->count - WORDS_SHOWN,
				need->count - WORDS_SHOWN == 1 ? "" : "s");
	}
	if (n->found_count == n->pattern->need_count)
		fputs(": all that it needs, but not in the order or as near as it asks for",
		      term->out);
}

void
asked_flag_print(const struct term *term, const struct explained *x)
{
	if (!x->flag)
		return;
	fprintf(term->out, "\nrules of %s that come nearest:\n", x->flag);
	for (size_t i = 0; i < x->nearest_count; i++) {
		const struct nearest *n = &x->nearest[i];

		fprintf(term->out,
			"  %s, would give %+g  (%s:%u)\n      line %u: ", n->pattern->rule,
			n->pattern->score, n->pattern->file, n->pattern->line,
			n->pattern->pattern_line);
		put_found(term, n);
		put_missing(term, n);
		putc('\n', term->out);
	}
	if (x->nearest_count == 0)
		fputs("  no other rule of it needs a word that is in this mail\n", term->out);
}

static json_t *
word_json(const struct literal *l)
{
	return json_stringn(l->text, l->len);
}

/* One entry a need: the word that was found, or the list of those of which one is missing. */
static json_t *
words_json(const struct nearest *n, bool found)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < n->pattern->need_count; i++) {
		json_t *any;

		if ((n->found[i] != NULL) != found)
			continue;
		if (found) {
			json_array_append_new(list, word_json(n->found[i]));
			continue;
		}
		any = json_array();
		for (size_t k = 0; any && k < n->pattern->needs[i].count; k++)
			json_array_append_new(any, word_json(&n->pattern->needs[i].list[k]));
		json_array_append_new(list, any);
	}
	return list;
}

json_t *
asked_flag_json(const struct explained *x)
{
	json_t *list = x->flag ? json_array() : NULL;

	for (size_t i = 0; list && i < x->nearest_count; i++) {
		const struct nearest *n = &x->nearest[i];
		const struct pattern_words *p = n->pattern;

		json_array_append_new(
			list, json_pack("{s:s,s:s,s:s,s:I,s:f,s:s,s:I,s:o,s:o}", "rule", p->rule,
					"flag", flag_name(p->flag), "file", p->file, "line",
					(json_int_t)p->line, "score", p->score, "pattern",
					p->pattern, "pattern_line", (json_int_t)p->pattern_line,
					"has", words_json(n, true), "lacks", words_json(n, false)));
	}
	return list;
}
