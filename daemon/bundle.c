/*
 * bundle: what is made of the files of the rule directories, and held together. See bundle.h.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "draft.h"
#include "filters/claim.h"
#include "rule_files.h"

#define NAMES_BYTES 380 /* of the templates that a refusal lists */

/* Names of a list whose entries begin with their name, NULL-terminated. */
static const char *const *
names_of(struct arena *arena, const void *list, size_t size, size_t count)
{
	const char **names = arena_calloc(arena, count + 1, sizeof(*names));

	for (size_t i = 0; names && i < count; i++)
		names[i] = *(const char *const *)((const char *)list + i * size);
	return names;
}

static const char *const *
reachable_agents(struct arena *arena, const struct config *config)
{
	const char **names = arena_calloc(arena, config->agent_count + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; names && i < config->agent_count; i++) {
		if (*config->agents[i].address)
			names[n++] = config->agents[i].name;
	}
	return names;
}

static void
say_no_policy(struct rule_files *l, const char *const *directories, size_t count, bool daemon)
{
	struct buf names = { .arena = l->arena };

	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", directories[i]);
	problems_add(
		l->problems, PROBLEM_ERROR, NULL, 0, 0,
		daemon ? "the shipped rule directory has one; name it first in rules:"
		       : "the shipped rules have one; name them first: --rules SHIPPED --rules "
			 "CHANGES, or SHIPPED:CHANGES where sets are held against each other",
		"no rule directory holds a policy.yaml: %.300s",
		buf_string(&names) != NULL ? names.at : "");
}

static int
load_policy(struct rule_files *l, const char *const *directories, size_t count,
	    const struct config *config, struct bundle *b)
{
	struct policy_names names = { .templates =
					      names_of(l->arena, l->templates,
						       sizeof(*l->templates), l->template_count) };

	if (!l->policy_path) {
		say_no_policy(l, directories, count, config != NULL);
		return -EINVAL;
	}
	if (config) {
		names.accounts = names_of(l->arena, config->accounts, sizeof(*config->accounts),
					  config->account_count);
		names.agents = names_of(l->arena, config->agents, sizeof(*config->agents),
					config->agent_count);
		names.webhooks = names_of(l->arena, config->webhooks, sizeof(*config->webhooks),
					  config->webhook_count);
		names.reachable = reachable_agents(l->arena, config);
		names.smtp = config->smtp.url != NULL;
	}
	return policy_parse(l->policy_path, l->policy.at, l->policy.len, &names, l->problems,
			    &b->policy);
}

static int
load_playbook(struct rule_files *l, struct bundle *b)
{
	const char *const *templates =
		names_of(l->arena, l->templates, sizeof(*l->templates), l->template_count);

	if (!templates)
		return -ENOMEM;
	return l->playbook_path ? playbook_parse(l->playbook_path, l->playbook.at, l->playbook.len,
						 templates, l->problems, &b->playbook)
				: 0;
}

/* A template in which sums are looked for. */
struct summed {
	struct problems *problems;
	const struct rule_template *template;
};

static int
visit_sum(void *context, const struct claim *sum)
{
	const struct summed *s = context;
	const char *text = s->template->text.at;
	unsigned line = 1, column = 1;

	for (const char *at = text; at < text + sum->offset; at++) {
		column += ((unsigned char)*at & 0xc0) != 0x80;
		if (*at == '\n') {
			line++;
			column = 1;
		}
	}
	problems_add(s->problems, PROBLEM_ERROR, s->template->path, line, column,
		     "what is given is approved case by case: write {{approved_amount}}, in a "
		     "section of its own",
		     "the template names a sum of money: \"%.*s\"", (int)sum->length,
		     text + sum->offset);
	return 0;
}

/* No draft names a sum that nobody approved; what our own house is asked may name any. */
static int
check_sums(struct rule_files *l, const struct rule_template *template)
{
	struct summed s = { l->problems, template };

	return draft_is_internal(template->name)
		       ? 0
		       : claim_sums_each(l->arena, template->text.at, template->text.len, visit_sum,
					 &s);
}

/* A template that cannot be read is left out; its mistakes are in problems. */
static int
load_templates(struct rule_files *l, struct bundle *b)
{
	b->templates = calloc(l->template_count ? l->template_count : 1, sizeof(*b->templates));
	if (!b->templates)
		return -ENOMEM;
	for (size_t i = 0; i < l->template_count; i++) {
		const struct rule_template *f = &l->templates[i];
		struct bundle_template *t = &b->templates[b->template_count];
		int r = template_parse(f->path, f->text.at, f->text.len, draft_variables,
				       l->problems, &t->template);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		b->template_count++;
		t->name = strdup(f->name);
		t->language = strdup(f->language);
		if (!t->name || !t->language || check_sums(l, f) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Every text with its name and length before it, so that no two sets of files give the same bytes.
 */
static int
make_hash(const struct rule_files *l, struct bundle *b)
{
	struct buf all = { .arena = l->arena };

	buf_printf(&all, "%s\n%zu\n", ruleset_hash(b->rules), l->policy.len);
	buf_add(&all, l->policy.at, l->policy.len);
	buf_printf(&all, "\n%zu\n", l->playbook.len);
	buf_add(&all, l->playbook.at, l->playbook.len);
	for (size_t i = 0; i < l->template_count; i++) {
		const struct rule_template *f = &l->templates[i];

		buf_printf(&all, "\n%s/%s\n%zu\n", f->language, f->name, f->text.len);
		buf_add(&all, f->text.at, f->text.len);
	}
	if (!buf_string(&all))
		return -ENOMEM;
	record_sha256(all.at, all.len, b->hash);
	return 0;
}

int
bundle_load(const char *const *directories, size_t count, const struct config *config,
	    const struct ruleset_options *options, bool keep_going, struct problems *problems,
	    struct bundle **ret_bundle)
{
	struct rule_files l = { .arena = arena_new(0), .problems = problems };
	struct bundle *b = calloc(1, sizeof(*b));
	size_t errors = problems->errors;
	const char *why;
	int r = -ENOMEM, r2;

	if (!l.arena || !b)
		goto out;
	b->references = 1;
	rule_files_read(&l, directories, count);
	/* All of them, so that every mistake is said in one run. */
	r = ruleset_compile(l.sources, l.source_count, options, problems, &b->rules);
	r2 = load_policy(&l, directories, count, config, b);
	if (r >= 0)
		r = r2;
	r2 = load_playbook(&l, b);
	if (r >= 0)
		r = r2;
	r2 = load_templates(&l, b);
	if (r >= 0)
		r = r2;
	r2 = rule_files_unchanged(&l);
	if (r >= 0)
		r = r2;
	if (r >= 0 && problems->errors > errors && !keep_going)
		r = -EINVAL;
	if (r >= 0)
		r = make_hash(&l, b);
	if (r >= 0)
		b->gated = ruleset_gate(b->rules, &why);
out:
	arena_free(l.arena);
	/*
	 * Compiling takes several times the memory that its result keeps; a daemon that runs for
	 * months gives it back.
	 */
	malloc_trim(0);
	if (r < 0) {
		bundle_unref(b);
		return r;
	}
	*ret_bundle = b;
	return 0;
}

struct bundle *
bundle_ref(struct bundle *bundle)
{
	bundle->references++;
	return bundle;
}

void
bundle_unref(struct bundle *bundle)
{
	if (!bundle || (bundle->references && --bundle->references))
		return;
	ruleset_unref(bundle->rules);
	policy_free(bundle->policy);
	playbook_free(bundle->playbook);
	for (size_t i = 0; i < bundle->template_count; i++) {
		free(bundle->templates[i].name);
		free(bundle->templates[i].language);
		template_free(bundle->templates[i].template);
	}
	free(bundle->templates);
	free(bundle);
}

const struct template *
bundle_template(const struct bundle *bundle, const char *name, const char *language,
		const char *fallback)
{
	const struct template *second = NULL, *any = NULL;

	for (size_t i = 0; i < bundle->template_count; i++) {
		const struct bundle_template *t = &bundle->templates[i];

		if (strcmp(t->name, name))
			continue;
		if (!strcmp(t->language, language))
			return t->template;
		if (!strcmp(t->language, fallback))
			second = t->template;
		any = any ? any : t->template;
	}
	return second ? second : any;
}

const char *
bundle_template_names(const struct bundle *bundle, struct arena *arena, const char *language)
{
	struct buf names = { .arena = arena };

	for (unsigned any = 0; any < 2 && names.len == 0; any++)
		for (size_t i = 0; i < bundle->template_count && names.len < NAMES_BYTES; i++)
			if (any || strcmp(bundle->templates[i].language, language) == 0)
				buf_printf(&names, "%s%s", names.len ? ", " : "",
					   bundle->templates[i].name);
	return names.len > 0 && buf_string(&names) ? names.at : "none is loaded";
}
