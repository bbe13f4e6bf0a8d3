/*
 * ctl_rules_explain_json: an explanation as one JSON object. See ctl_rules_explain.h.
 */
#include <string.h>

#include "ctl_rules_explain.h"

static json_t *
evidence_json(const struct evidence *e)
{
	return json_pack("{s:s,s:s,s:I,s:s,s:s?,s:s,s:s,s:I,s:I,s:s,s:f}", "rule", e->rule, "file",
			 e->file, "line", (json_int_t)e->line, "why", e->why, "when", e->when,
			 "view", view_name(e->view), "part", e->part, "offset",
			 (json_int_t)e->offset, "length", (json_int_t)e->length, "text", e->text,
			 "score", e->score);
}

static json_t *
evidence_list(const struct evidence *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++)
		if (json_array_append_new(array, evidence_json(&list[i])) < 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
flags_json(const struct verdict *v)
{
	json_t *flags = json_object();

	for (int f = 0; flags && f < FLAG_COUNT; f++) {
		const struct flag_verdict *flag = &v->flags[f];

		if (flag->answer == ANSWER_CLEAR && flag->evidence_count == 0)
			continue;
		json_object_set_new(flags, flag_name((enum flag)f),
				    json_pack("{s:s,s:f,s:f,s:o}", "verdict",
					      answer_name(flag->answer), "score", flag->score,
					      "threshold", flag->threshold, "evidence",
					      evidence_list(flag->evidence, flag->evidence_count)));
	}
	return flags;
}

static json_t *
near_json(const struct explanation *why)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < why->near_count; i++) {
		const struct near *n = &why->near[i];

		json_array_append_new(
			array,
			json_pack(
				"{s:s,s:s,s:s,s:I,s:s,s:b,s:f,s:s,s:s,s:I,s:I,s:s,s:s,s:s,s:I,s:s}",
				"rule", n->rule, "flag", flag_name(n->flag), "file", n->file,
				"line", (json_int_t)n->line, "view", view_name(n->view), "shadow",
				n->shadow, "score", n->score, "kept_by",
				n->kind == NEAR_UNLESS ? "unless" : "all", "part", n->part,
				"offset", (json_int_t)n->offset, "length", (json_int_t)n->length,
				"text", n->text, "pattern", n->pattern, "pattern_file",
				n->pattern_file, "pattern_line", (json_int_t)n->pattern_line,
				"matched", n->by));
	}
	return array;
}

static json_t *
skipped_json(const struct explanation *why)
{
	json_t *object = json_object();

	for (int k = 0; object && k < SKIP_KINDS; k++) {
		json_t *ids = json_array();

		for (size_t i = 0; ids && i < why->skipped_count; i++)
			if (why->skipped[i].kind == (enum skip_kind)k)
				json_array_append_new(ids, json_string(why->skipped[i].rule));
		json_object_set_new(object, skip_kind_name((enum skip_kind)k), ids);
	}
	return object;
}

static json_t *
policy_json(const struct explained *x)
{
	json_t *rules = json_array();

	for (size_t i = 0; rules && i < x->plan.fit_count; i++) {
		const struct policy_fit *fit = &x->plan.fits[i];
		json_t *actions = json_array();

		for (size_t k = 0; actions && k < x->plan.action_count; k++) {
			const struct action *a = &x->plan.actions[k];

			if (strcmp(a->rule, fit->name) == 0)
				json_array_append_new(actions, json_pack("{s:s,s:s,s:I}", "action",
									 explained_action(a->kind),
									 "to", a->argument, "line",
									 (json_int_t)a->line));
		}
		json_array_append_new(rules, json_pack("{s:s,s:I,s:b,s:o}", "name", fit->name,
						       "line", (json_int_t)fit->line, "stop",
						       fit->stop, "actions", actions));
	}
	return json_pack("{s:s,s:I,s:s,s:b,s:o}", "file", x->policy_file, "severity_line",
			 (json_int_t)x->severity.line, "severity_condition", x->severity.condition,
			 "severity_undetermined", x->severity.undetermined, "rules", rules);
}

static json_t *
names_json(const char *const *names, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++)
		json_array_append_new(array, json_string(names[i]));
	return array;
}

json_t *
explained_json(const struct explained *x)
{
	const struct explanation *why = &x->why;
	const struct verdict *v = why->verdict;

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:s,s:s?,s:o*}",
			 "source", x->source, "message_id", x->message->message_id, "subject",
			 x->message->subject, "language", x->message->language, "severity",
			 severity_name(x->severity.severity), "flags", flags_json(v), "near",
			 near_json(why), "shadow", evidence_list(why->shadow, why->shadow_count),
			 "skipped", skipped_json(why), "undetermined",
			 names_json(v->undetermined, v->undetermined_count), "judged",
			 (json_int_t)why->judged, "policy", policy_json(x), "set", v->ruleset_hash,
			 "error", x->error, "nearest", asked_flag_json(x));
}
