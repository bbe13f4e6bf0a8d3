/*
 * score_json: a score as one object. See score_print.h.
 */
#include "score_print.h"

static json_t *
ratio(double value)
{
	return value < 0 ? json_null() : json_real(value);
}

static json_t *
count_json(const struct count *c)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I}", "precision",
			 ratio(count_precision(c)), "recall", ratio(count_recall(c)), "tp",
			 (json_int_t)c->tp, "fp", (json_int_t)c->fp, "fn", (json_int_t)c->fn,
			 "undetermined", (json_int_t)c->undetermined, "mails",
			 (json_int_t)c->mails);
}

/* Everything that was judged. */
static json_t *
sheet_json(const char *name, const struct sheet *sheet)
{
	json_t *families = json_object(), *flags = json_object();
	json_t *object = json_object();

	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		if (sheet->families[i].mails)
			json_object_set_new(families, score_families[i],
					    count_json(&sheet->families[i]));
	for (int f = 0; f < FLAG_COUNT; f++)
		if (sheet->flags[f].mails)
			json_object_set_new(flags, flag_name((enum flag)f),
					    count_json(&sheet->flags[f]));
	if (name)
		json_object_set_new(object, "path", json_string(name));
	json_object_set_new(object, "mails", json_integer((json_int_t)sheet->mails));
	json_object_set_new(object, "wrong", json_integer((json_int_t)sheet->wrong));
	json_object_set_new(object, "families", families);
	json_object_set_new(object, "flags", flags);
	return object;
}

static json_t *
flags_json(const size_t counts[FLAG_COUNT])
{
	json_t *object = json_object();

	for (int f = 0; f < FLAG_COUNT; f++)
		if (counts[f])
			json_object_set_new(object, flag_name((enum flag)f),
					    json_integer((json_int_t)counts[f]));
	return object;
}

static void
add_confusion(json_t *list, const char *label, const struct confusion *c)
{
	if (c->mails)
		json_array_append_new(
			list, json_pack("{s:s?, s:I, s:I, s:I, s:o, s:o}", "label", label, "mails",
					(json_int_t)c->mails, "found", (json_int_t)c->found,
					"missed", (json_int_t)c->missed, "as", flags_json(c->as),
					"false", flags_json(c->extra)));
}

static json_t *
confusion_json(const struct score *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SCORE_FAMILIES; i++)
		add_confusion(list, score_families[i], &s->families[i]);
	for (int f = 0; f < FLAG_COUNT; f++)
		add_confusion(list, flag_name((enum flag)f), &s->flags[f]);
	add_confusion(list, NULL, &s->none);
	return list;
}

static json_t *
rules_json(const struct score *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->rule_count; i++) {
		const struct rule_count *r = &s->rules[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:s, s:f, s:I, s:I, s:{s:I, s:I}}", "rule", r->id,
				  "at", json_sprintf("%s:%u", r->file, r->line), "flag",
				  flag_name(r->flag), "precision",
				  (double)r->tp / (double)(r->tp + r->fp), "tp", (json_int_t)r->tp,
				  "fp", (json_int_t)r->fp, "decided", "tp",
				  (json_int_t)r->decided_tp, "fp", (json_int_t)r->decided_fp));
	}
	return list;
}

json_t *
score_json(const struct score *s, const char *const *names)
{
	json_t *object = sheet_json(NULL, &s->total), *files = json_array();

	for (size_t i = 0; i < s->sheet_count; i++)
		json_array_append_new(files, sheet_json(names[i], &s->sheets[i]));
	if (!object || !files) {
		json_decref(object);
		json_decref(files);
		return NULL;
	}
	json_object_set_new(object, "files", files);
	json_object_set_new(object, "confusion", confusion_json(s));
	json_object_set_new(object, "rules", rules_json(s));
	return object;
}
