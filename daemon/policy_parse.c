/*
 * policy_parse: reads policy.yaml and reports every mistake of it.
 *
 * A policy that names something which is not there (an agent, a template) is refused: an action
 * that can never be carried out must be found when the file is written, not when the mail comes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "filters/place.h"
#include "filters/yamldoc.h"
#include "policy_choice.h"
#include "policy_parse.h"

#define KEYWORD_MAX 64u

struct reader {
	struct yamldoc doc;
	const struct policy_names *names;
	struct policy *policy;
	const char *text;
	size_t len;
};

const char *const policy_keys[] = { "thresholds", "severity", "rules", NULL };
const char *const policy_rule_keys[] = { "name", "if", "do", "stop", NULL };
const char *const policy_if_keys[] = { "flags",   "severity",  "language", "automatic",
				       "account", "customer",  "conduct",  "undetermined",
				       "case",    "duplicate", NULL };
const char *const policy_severities[] = { "none", "low", "normal", "high", "critical", NULL };
const char *const policy_automatics[] = { "no",      "bounce", "reply", "list", "calendar",
					  "receipt", "bulk",   "own",   NULL };
const char *const policy_languages[] = { "ko", "en", "und", NULL };

/* In the order of enum action_kind. */
const char *const policy_actions[] = { "keyword", "flag",    "copy",   "draft", "move",
				       "notify",  "webhook", "assign", NULL };

static void
error_near(const struct reader *r, const struct yamlnode *node, const char *const *known,
	   const char *what)
{
	char hint[192];

	yamldoc_choice(node->text, known, hint, sizeof(hint));
	yamldoc_error(&r->doc, node, hint, "there is no %s \"%.100s\"", what, node->text);
}

static int
index_of(const char *const *list, const char *text)
{
	for (int i = 0; list[i]; i++) {
		if (!strcmp(list[i], text))
			return i;
	}
	return -1;
}

/* names NULL: not checked */
static bool
check_name(const struct reader *r, const struct yamlnode *node, const char *const *names,
	   const char *what)
{
	if (!names || index_of(names, node->text) >= 0)
		return true;
	error_near(r, node, names, what);
	return false;
}

static const struct when *
read_when(const struct reader *r, const struct yamlnode *node, const char *what)
{
	struct when_error e = { .offset = 0 };
	const char *text;
	struct when *when;
	unsigned line, column;
	int result;

	if (!yamldoc_string(&r->doc, node, what, &text))
		return NULL;
	result = when_parse(r->policy->arena, text, node->len, &when, &e);
	if (!result)
		return when;
	if (result == -ENOMEM) {
		yamldoc_error(&r->doc, node, NULL, "%s cannot be kept: out of memory", what);
		return NULL;
	}
	place_in_scalar(r->text, r->len, node, e.offset, &line, &column);
	problems_add(r->doc.problems, PROBLEM_ERROR, r->doc.name, line, column,
		     e.hint[0] ? e.hint : NULL, "%s: %s", what, e.text);
	return NULL;
}

static void
read_thresholds(const struct reader *r, const struct yamlnode *node)
{
	const struct yamlnode *entry;
	char hint[100];

	if (!node || node->kind == YAMLNODE_NULL)
		return;
	if (node->kind != YAMLNODE_MAP) {
		yamldoc_error(&r->doc, node, "write lines like threat.legal: 6",
			      "thresholds must be a map of flags and numbers");
		return;
	}
	for (entry = node->first; entry; entry = entry->next) {
		flag_set set = flag_set_by_name(entry->key->text);
		const char *near = set ? NULL : flag_nearest(entry->key->text);
		double value;

		if (near)
			snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
		if (!set)
			yamldoc_error(&r->doc, entry->key, near ? hint : NULL,
				      "there is no flag \"%.60s\"", entry->key->text);
		if (!yamldoc_number(&r->doc, entry, "a threshold", &value))
			continue;
		if (value <= 0 || value > 1000) {
			yamldoc_error(&r->doc, entry, "rules score about 1 to 10; 5 is usual",
				      "a threshold must be over 0 and at most 1000");
			continue;
		}
		/*
		 * A family first, its flags later: the later line wins, so flags can differ from
		 * their family.
		 */
		for (int i = 0; i < FLAG_COUNT; i++) {
			if (set & (flag_set)1 << i)
				r->policy->thresholds[i] = value;
		}
	}
}

static void
read_severities(const struct reader *r, const struct yamlnode *node)
{
	const struct yamlnode *entry;
	struct policy *p = r->policy;

	if (!node || node->kind != YAMLNODE_LIST || !node->count ||
	    node->count > POLICY_RULES_MAX) {
		yamldoc_error(&r->doc, node ? node : r->doc.root,
			      "write lines like \"- high: threat or abuse.hate\"",
			      "severity must be a list; the first line that fits decides");
		return;
	}
	p->severities = arena_calloc(p->arena, node->count, sizeof(*p->severities));
	for (entry = p->severities ? node->first : NULL; entry; entry = entry->next) {
		const struct yamlnode *pair =
			entry->kind == YAMLNODE_MAP && entry->count == 1 ? entry->first : NULL;
		int severity = pair ? severity_by_name(pair->key->text) : -1;
		const struct when *when;

		if (!pair) {
			yamldoc_error(&r->doc, entry, "write it like \"- high: threat\"",
				      "this must be one severity and its condition");
			continue;
		}
		if (severity < 0)
			error_near(r, pair->key, policy_severities, "severity");
		when = read_when(r, pair, "a severity's condition");
		if (severity >= 0 && when)
			p->severities[p->severity_count++] =
				(struct policy_severity){ .severity = (enum severity)severity,
							  .when = when,
							  .condition = pair->text,
							  .line = pair->key->line };
	}
}

/* A choice of two words, or true and false when yes is NULL. */
static void
read_wanted(const struct reader *r, const struct yamlnode *section, const char *key, const char *no,
	    const char *yes, enum wanted *ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	const char *const words[] = { no, yes, NULL };
	const char *text;
	bool is;
	int i;

	if (!node)
		return;
	if (!yes) {
		if (yamldoc_bool(&r->doc, node, key, &is))
			*ret = is ? WANTED_YES : WANTED_NO;
		return;
	}
	if (!yamldoc_string(&r->doc, node, key, &text))
		return;
	i = index_of(words, text);
	if (i < 0)
		yamldoc_error(&r->doc, node, NULL, "%s must be %s or %s", key, yes, no);
	else
		*ret = i ? WANTED_YES : WANTED_NO;
}

/* The next node of a value that may be one word or a list of them. */
static const struct yamlnode *
first_word(const struct yamlnode *node)
{
	return node->kind == YAMLNODE_LIST ? node->first : node;
}

static const struct yamlnode *
next_word(const struct yamlnode *node, const struct yamlnode *word)
{
	return word == node ? NULL : word->next;
}

/* "high", "high+", [low, normal] */
static void
read_severity_condition(const struct reader *r, const struct yamlnode *node,
			struct policy_rule *rule)
{
	const char **list, *word;
	size_t count;

	if (!node || !yamldoc_strings(&r->doc, node, "severity", &list, &count))
		return;
	for (const struct yamlnode *n = first_word(node); n; n = next_word(node, n)) {
		char name[16] = "";
		bool up;
		int severity;

		word = n->text;
		up = n->len && word[n->len - 1] == '+';
		snprintf(name, sizeof(name), "%.*s", (int)(n->len - up), word);
		severity = n->len < sizeof(name) ? severity_by_name(name) : -1;
		if (severity < 0)
			error_near(r, n, policy_severities, "severity");
		else
			rule->severities |= up ? ~0u << severity : 1u << severity;
	}
}

static void
read_automatic_condition(const struct reader *r, const struct yamlnode *node,
			 struct policy_rule *rule)
{
	const char **list;
	size_t count;
	bool is;

	if (!node)
		return;
	if (node->plain && (!strcmp(node->text, "true") || !strcmp(node->text, "false"))) {
		if (yamldoc_bool(&r->doc, node, "automatic", &is))
			rule->automatic = is ? ~(1u << AUTOMATIC_NO) : 1u << AUTOMATIC_NO;
		return;
	}
	if (!yamldoc_strings(&r->doc, node, "automatic", &list, &count))
		return;
	for (const struct yamlnode *n = first_word(node); n; n = next_word(node, n)) {
		int kind = index_of(policy_automatics, n->text);

		if (kind < 0)
			error_near(r, n, policy_automatics, "kind of automatic mail");
		else
			rule->automatic |= 1u << kind;
	}
}

static void
read_names_condition(const struct reader *r, const struct yamlnode *section, const char *key,
		     const char *const *known, const char ***ret)
{
	const struct yamlnode *node = yamldoc_get(section, key);
	size_t count;

	if (!node || !yamldoc_strings(&r->doc, node, key, ret, &count))
		return;
	for (const struct yamlnode *n = first_word(node); n; n = next_word(node, n))
		check_name(r, n, known, key);
}

static void
read_if(const struct reader *r, const struct yamlnode *node, struct policy_rule *rule)
{
	if (!node || node->kind == YAMLNODE_NULL)
		return;
	if (!yamldoc_keys(&r->doc, node, "if", policy_if_keys) && node->kind != YAMLNODE_MAP)
		return;
	if (yamldoc_get(node, "flags"))
		rule->flags = read_when(r, yamldoc_get(node, "flags"), "flags");
	read_severity_condition(r, yamldoc_get(node, "severity"), rule);
	read_automatic_condition(r, yamldoc_get(node, "automatic"), rule);
	read_names_condition(r, node, "language", policy_languages, &rule->languages);
	read_names_condition(r, node, "account", r->names ? r->names->accounts : NULL,
			     &rule->accounts);
	read_wanted(r, node, "customer", "first-time", "known", &rule->known_customer);
	rule->conducts = policy_conduct_read(&r->doc, yamldoc_get(node, "conduct"));
	read_wanted(r, node, "case", "new", "known", &rule->known_case);
	read_wanted(r, node, "undetermined", NULL, NULL, &rule->undetermined);
	read_wanted(r, node, "duplicate", NULL, NULL, &rule->duplicate);
}

/* IMAP keywords are atoms (RFC 3501 9), and a backslash would make it a system flag. */
static bool
check_keyword(const struct reader *r, const struct yamlnode *node)
{
	const char *p = node->text;

	while (isalnum((unsigned char)*p) || (*p && strchr("$_.-", *p)))
		p++;
	if (!*p && node->len <= KEYWORD_MAX)
		return true;
	yamldoc_error(&r->doc, node, "write it like $TriageThreat; for \\Flagged write flag",
		      "a keyword has ASCII letters, digits, '$', '_', '.' and '-' only, at most %u",
		      KEYWORD_MAX);
	return false;
}

static bool
check_folder(const struct reader *r, const struct yamlnode *node)
{
	if (!strpbrk(node->text, "*%") && node->len <= 255 && node->text[0] != '/' &&
	    node->text[node->len - 1] != '/')
		return true;
	yamldoc_error(&r->doc, node, "write it like Triage/Threats", "this is no name of a folder");
	return false;
}

static bool
check_argument(const struct reader *r, const struct yamlnode *node, enum action_kind kind)
{
	const struct policy_names *names = r->names;

	switch (kind) {
	case ACTION_KEYWORD:
		return check_keyword(r, node);
	case ACTION_COPY:
	case ACTION_MOVE:
		return check_folder(r, node);
	case ACTION_DRAFT:
		return check_name(r, node, names ? names->templates : NULL, "template");
	case ACTION_WEBHOOK:
		return check_name(r, node, names ? names->webhooks : NULL, "webhook");
	case ACTION_ASSIGN:
		return check_name(r, node, names ? names->agents : NULL, "agent");
	case ACTION_NOTIFY:
		if (!check_name(r, node, names ? names->agents : NULL, "agent") || !names ||
		    !names->reachable)
			return true;
		if (!names->smtp)
			yamldoc_error(&r->doc, node,
				      "add smtp: to triaged.yaml, or take this line out",
				      "nobody can be notified without a mail server");
		else if (index_of(names->reachable, node->text) < 0)
			yamldoc_error(&r->doc, node, "give the agent an address in triaged.yaml",
				      "agent \"%.60s\" has no address to be notified at",
				      node->text);
		return true;
	case ACTION_FLAG:
		break;
	}
	return true;
}

static void
read_action(const struct reader *r, const struct yamlnode *node, struct policy_rule *rule)
{
	const struct yamlnode *pair =
		node->kind == YAMLNODE_MAP && node->count == 1 ? node->first : NULL;
	const struct yamlnode *word = pair ? pair->key : node;
	const struct choice *choice = NULL;
	const char *text = "";
	int kind;

	if (!pair && node->kind != YAMLNODE_SCALAR) {
		yamldoc_error(&r->doc, node,
			      "write one action a line, like \"- move: Triage/Threats\"",
			      "this is no action");
		return;
	}
	kind = index_of(policy_actions, word->text);
	if (kind < 0) {
		error_near(r, word, policy_actions, "action");
		return;
	}
	if ((kind == ACTION_FLAG) != !pair) {
		yamldoc_error(&r->doc, word, pair ? "write \"- flag\"" : NULL,
			      pair ? "%s takes no value" : "%s needs a value",
			      policy_actions[kind]);
		return;
	}
	if (pair && pair->kind == YAMLNODE_MAP &&
	    (kind == ACTION_ASSIGN || kind == ACTION_NOTIFY)) {
		choice = policy_choice_read(&r->doc, pair, r->names, (enum action_kind)kind, &text);
		if (!choice)
			return;
	} else if (pair && (!yamldoc_string(&r->doc, pair, policy_actions[kind], &text) ||
			    !check_argument(r, pair, (enum action_kind)kind))) {
		return;
	}
	rule->actions[rule->action_count++] = (struct action){
		.kind = (enum action_kind)kind,
		.argument = text,
		.choice = choice,
		.rule = rule->name,
		.line = word->line,
	};
}

static void
read_rule(const struct reader *r, const struct yamlnode *node, struct policy_rule *rule)
{
	const struct yamlnode *name = yamldoc_get(node, "name"), *actions = yamldoc_get(node, "do"),
			      *entry;

	rule->name = "";
	rule->line = node->line;
	if (!name)
		yamldoc_error(&r->doc, node, "the name is what records and logs say",
			      "a rule needs a name");
	else
		yamldoc_string(&r->doc, name, "name", &rule->name);
	for (const struct policy_rule *other = r->policy->rules; other < rule; other++) {
		if (name && *rule->name && !strcmp(other->name, rule->name))
			yamldoc_error(&r->doc, name, "choose another name",
				      "there is another rule named \"%.60s\"", rule->name);
	}
	read_if(r, yamldoc_get(node, "if"), rule);
	if (yamldoc_get(node, "stop"))
		yamldoc_bool(&r->doc, yamldoc_get(node, "stop"), "stop", &rule->stop);
	if (!actions || actions->kind != YAMLNODE_LIST || actions->count > POLICY_ACTIONS_MAX) {
		yamldoc_error(&r->doc, actions ? actions : node,
			      "write do: [] when nothing is to be done",
			      "a rule needs do: a list of at most %u actions", POLICY_ACTIONS_MAX);
		return;
	}
	rule->actions = arena_calloc(r->policy->arena, actions->count ? actions->count : 1,
				     sizeof(*rule->actions));
	for (entry = rule->actions ? actions->first : NULL; entry; entry = entry->next)
		read_action(r, entry, rule);
}

static void
read_rules(const struct reader *r, const struct yamlnode *node)
{
	const struct yamlnode *entry;
	struct policy *p = r->policy;

	if (!node || node->kind != YAMLNODE_LIST || node->count > POLICY_RULES_MAX) {
		yamldoc_error(&r->doc, node ? node : r->doc.root,
			      "begin every rule with \"- name: ...\"",
			      "rules must be a list of at most %u rules", POLICY_RULES_MAX);
		return;
	}
	p->rules = arena_calloc(p->arena, node->count ? node->count : 1, sizeof(*p->rules));
	for (entry = p->rules ? node->first : NULL; entry; entry = entry->next) {
		yamldoc_keys(&r->doc, entry, "a rule", policy_rule_keys);
		if (entry->kind == YAMLNODE_MAP)
			read_rule(r, entry, &p->rules[p->rule_count++]);
	}
}

int
policy_parse(const char *name, const char *text, size_t len, const struct policy_names *names,
	     struct problems *problems, struct policy **ret_policy)
{
	struct arena *arena = arena_new(0);
	struct reader r = {
		.names = names,
		.text = text,
		.len = len,
		.policy = arena ? arena_calloc(arena, 1, sizeof(*r.policy)) : NULL,
	};
	size_t errors = problems->errors, from = problems->count;
	int result = -ENOMEM;

	if (!r.policy)
		goto out;
	r.policy->arena = arena;
	r.policy->file = arena_strdup(arena, name);
	if (!r.policy->file)
		goto out;
	for (int i = 0; i < FLAG_COUNT; i++)
		r.policy->thresholds[i] = THRESHOLD_DEFAULT;
	result = yamldoc_load(&r.doc, arena, name, text, len, problems);
	if (result < 0)
		goto out;
	yamldoc_keys(&r.doc, r.doc.root, "a policy", policy_keys);
	if (r.doc.root->kind == YAMLNODE_MAP) {
		read_thresholds(&r, yamldoc_get(r.doc.root, "thresholds"));
		read_severities(&r, yamldoc_get(r.doc.root, "severity"));
		read_rules(&r, yamldoc_get(r.doc.root, "rules"));
	}
	yamldoc_sort(problems, from);
	if (problems->errors > errors)
		result = -EINVAL;
	else if (!r.policy->severities || !r.policy->rules)
		result = -ENOMEM;
out:
	if (result < 0) {
		arena_free(arena);
		return result;
	}
	*ret_policy = r.policy;
	return 0;
}
