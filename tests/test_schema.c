/*
 * schema: the schemas for editors know what the loader knows: the same keys, words and bounds, the
 * same keys required. tests/e2e/test_schema.py compares what the two say of whole files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "daemon/policy_choice.h"
#include "daemon/policy_parse.h"
#include "filters/limits.h"
#include "filters/rule.h"

#define RULES "rules/schema/rules.schema.json"
#define POLICY "rules/schema/policy.schema.json"

static json_t *rules, *policy;

static int
setup(void **state)
{
	(void)state;
	rules = json_load_file(RULES, JSON_REJECT_DUPLICATES, NULL);
	policy = json_load_file(POLICY, JSON_REJECT_DUPLICATES, NULL);
	return rules && policy ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	json_decref(rules);
	json_decref(policy);
	return 0;
}

/* What "definitions/rule/else/required" leads to; a number is a place in a list. */
static json_t *
at(json_t *from, const char *path)
{
	char name[64];

	for (const char *p = path; *p; p += *p == '/') {
		size_t len = strcspn(p, "/");

		snprintf(name, sizeof(name), "%.*s", (int)len, p);
		from = json_is_array(from) ? json_array_get(from, (size_t)atoi(name))
					   : json_object_get(from, name);
		p += len;
	}
	if (!from)
		fail_msg("the schema has no %s", path);
	return from;
}

/* Whether a word is among the keys of an object or the strings of a list. */
static bool
has(json_t *names, const char *word)
{
	json_t *value;
	size_t i;

	if (json_is_object(names))
		return json_object_get(names, word) != NULL;
	json_array_foreach(names, i,
			   value) if (!strcmp(json_string_value(value), word)) return true;
	return false;
}

static size_t
count_of(json_t *names)
{
	return json_is_object(names) ? json_object_size(names) : json_array_size(names);
}

/* The schema's names at that path are those of a table that ends with NULL. */
static void
same(json_t *schema, const char *path, const char *const *table)
{
	json_t *names = at(schema, path);
	size_t n = 0;

	for (; table[n]; n++)
		if (!has(names, table[n]))
			fail_msg("%s in the schema lacks %s", path, table[n]);
	if (count_of(names) != n)
		fail_msg("%s in the schema has %zu names, the loader %zu", path, count_of(names),
			 n);
}

#define RULE "definitions/rule/"

static void
keys_and_words_of_rules(void **state)
{
	(void)state;
	same(rules, "properties", pack_keys);
	same(rules, RULE "properties", rule_keys);
	same(rules, RULE "if/propertyNames/enum", rule_override_keys);
	same(rules, RULE "else/then/propertyNames/not/enum", rule_pattern_keys);
	same(rules, RULE "properties/test/properties", rule_test_keys);
	same(rules, RULE "properties/state/enum", rule_states);
	same(rules, RULE "properties/view/enum", rule_views);
	same(rules, RULE "properties/language/enum", rule_languages);
	same(rules, "definitions/part/anyOf/0/enum", rule_parts);
}

static void
flags_and_macros(void **state)
{
	json_t *flags = at(rules, "definitions/flag/enum"), *value;
	json_t *thresholds = at(policy, "definitions/flag_or_family/enum");
	json_t *macros = at(rules, "definitions/builtin/enum");
	size_t i, families = 0;

	(void)state;
	for (int f = 0; f < FLAG_COUNT; f++)
		assert_true(has(flags, flag_name((enum flag)f)) &&
			    has(thresholds, flag_name((enum flag)f)));
	assert_int_equal(json_array_size(flags), FLAG_COUNT);
	json_array_foreach(thresholds, i, value)
	{
		assert_int_not_equal(flag_set_by_name(json_string_value(value)), 0);
		families += flag_by_name(json_string_value(value)) < 0;
	}
	for (int f = 0; f < FLAG_COUNT; f++) {
		char family[32];

		snprintf(family, sizeof(family), "%.*s", (int)strcspn(flag_name((enum flag)f), "."),
			 flag_name((enum flag)f));
		assert_true(has(thresholds, family));
	}
	assert_int_equal(json_array_size(thresholds), FLAG_COUNT + families);
	for (i = 0; macro_builtin_name(i); i++)
		assert_true(has(macros, macro_builtin_name(i)));
	assert_int_equal(json_array_size(macros), i);
}

static long long
number(json_t *schema, const char *path)
{
	return (long long)json_integer_value(at(schema, path));
}

static void
bounds(void **state)
{
	(void)state;
	assert_int_equal(number(rules, RULE "properties/within/maximum"), LIMIT_WITHIN);
	assert_int_equal(number(rules, "definitions/patterns/anyOf/1/maxItems"),
			 LIMIT_PATTERNS_PER_RULE);
	assert_int_equal(number(rules, "definitions/some_patterns/anyOf/1/maxItems"),
			 LIMIT_PATTERNS_PER_RULE);
	assert_int_equal(number(policy, "properties/rules/maxItems"), POLICY_RULES_MAX);
	assert_int_equal(number(policy, "properties/severity/maxItems"), POLICY_RULES_MAX);
	assert_int_equal(number(policy, RULE "properties/do/maxItems"), POLICY_ACTIONS_MAX);
}

static void
keys_and_words_of_the_policy(void **state)
{
	json_t *levels = at(policy, "definitions/severities/enum");
	json_t *actions = at(policy, "definitions/action/properties");
	size_t n = 0;

	(void)state;
	same(policy, "properties", policy_keys);
	same(policy, RULE "properties", policy_rule_keys);
	same(policy, RULE "properties/if/properties", policy_if_keys);
	same(policy, "properties/severity/items/properties", policy_severities);
	same(policy, "definitions/automatic/enum", policy_automatics);
	same(policy, "definitions/language/enum", policy_languages);
	same(policy, "definitions/choice/properties", choice_keys);
	same(policy, "definitions/choice/properties/by/enum", choice_bys);
	same(policy, "definitions/role/enum", choice_roles);
	assert_int_equal(number(policy, "definitions/choice/properties/among/maxItems"),
			 CHOICE_AGENTS_MAX);
	for (; policy_severities[n]; n++) {
		char above[16];

		snprintf(above, sizeof(above), "%s+", policy_severities[n]);
		assert_true(has(levels, policy_severities[n]) && has(levels, above));
	}
	assert_int_equal(json_array_size(levels), 2 * n);
	for (n = 0; policy_actions[n]; n++) /* flag takes no value and is a word of its own */
		assert_true(has(actions, policy_actions[n]) || n == ACTION_FLAG);
	assert_int_equal(json_object_size(actions), n - 1);
	assert_string_equal(json_string_value(at(policy, RULE "properties/do/items/anyOf/0/const")),
			    policy_actions[ACTION_FLAG]);
}

/* A line of each key that a rule may have, in the order of rule_keys. */
static const char *
line_of(const char *key)
{
	static const char *const lines[][2] = {
		{ "id", "x" },          { "flag", "extortion" },     { "score", "2" },
		{ "max", "6" },         { "in", "[body]" },          { "view", "plain" },
		{ "header", "{a: b}" }, { "match", "'abc'" },        { "all", "['def', 'ghi']" },
		{ "within", "9" },      { "unless", "['jkl']" },     { "language", "ko" },
		{ "when", "threat" },   { "expires", "2099-12-31" }, { "enabled", "true" },
		{ "state", "live" },    { "why", "because" },        { "test", "{hit: 'abc'}" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strcmp(lines[i][0], key))
			return lines[i][1];
	fail_msg("the test has no line for the key %s", key);
	return NULL;
}

static bool
loads(const char *yaml)
{
	struct ruleset_source source = { .name = "r.yaml", .text = yaml, .len = strlen(yaml) };
	const struct ruleset_options options = { .skip_samples = true };
	struct problems problems = { 0 };
	struct ruleset *set = NULL;
	bool well =
		ruleset_compile(&source, 1, &options, &problems, &set) == 0 && problems.errors == 0;

	ruleset_unref(set);
	problems_free(&problems);
	return well;
}

/* A rule with every key that may stand in it, but for two. */
static void
write_rule(char *yaml, size_t size, const char *without, const char *nor)
{
	size_t len = (size_t)snprintf(yaml, size, "rules:\n  -");

	for (size_t i = 0; rule_keys[i]; i++)
		if (strcmp(rule_keys[i], without) && strcmp(rule_keys[i], nor) &&
		    strcmp(rule_keys[i], "when"))
			len += (size_t)snprintf(yaml + len, size - len, "%s%s: %s\n",
						len > 10 ? "    " : " ", rule_keys[i],
						line_of(rule_keys[i]));
}

static void
what_the_loader_requires(void **state)
{
	json_t *needs = at(rules, RULE "dependencies"), *list;
	char yaml[2048];
	const char *key;

	(void)state;
	write_rule(yaml, sizeof(yaml), "", "");
	assert_true(loads(yaml));
	for (size_t i = 0; rule_keys[i]; i++) {
		bool required = has(at(rules, RULE "required"), rule_keys[i]) ||
				has(at(rules, RULE "else/required"), rule_keys[i]);

		json_object_foreach(needs, key, list) required |= has(list, rule_keys[i]);
		write_rule(yaml, sizeof(yaml), rule_keys[i], "");
		if (loads(yaml) == required)
			fail_msg("loader and schema differ in whether a rule needs %s",
				 rule_keys[i]);
	}
	write_rule(yaml, sizeof(yaml), "all", "within");
	assert_true(loads(yaml));
}

static void
what_a_rule_with_when_may_have(void **state)
{
	json_t *refused = at(rules, RULE "else/then/propertyNames/not/enum");
	char yaml[512];

	(void)state;
	for (size_t i = 0; rule_keys[i]; i++) {
		const char *key = rule_keys[i];

		if (!strcmp(key, "id") || !strcmp(key, "flag") || !strcmp(key, "when"))
			continue;
		snprintf(yaml, sizeof(yaml),
			 "rules:\n  - id: x\n    flag: extortion\n    when: threat\n    %s: %s\n",
			 key, line_of(key));
		if (loads(yaml) == has(refused, key))
			fail_msg("loader and schema differ in whether a rule with when may have %s",
				 key);
	}
}

static bool
policy_loads(const char *yaml)
{
	struct problems problems = { 0 };
	struct policy *p = NULL;
	bool well = policy_parse("p.yaml", yaml, strlen(yaml), NULL, &problems, &p) == 0;

	if (well)
		policy_free(p);
	problems_free(&problems);
	return well;
}

static void
what_the_policy_requires(void **state)
{
	static const char *const top[][2] = { { "thresholds", "thresholds: {threat: 4}\n" },
					      { "severity", "severity: [{low: signal}]\n" },
					      { "rules", "rules: []\n" } };
	static const char *const rule[][2] = { { "name", "name: x, " },
					       { "if", "if: {}, " },
					       { "do", "do: [], " },
					       { "stop", "stop: true" } };
	char yaml[512];

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		yaml[0] = '\0';
		for (size_t i = 0; i < 3; i++)
			if (i != k)
				strcat(yaml, top[i][1]);
		assert_int_equal(policy_loads(yaml), !has(at(policy, "required"), top[k][0]));
	}
	for (size_t k = 0; k < 4; k++) {
		strcpy(yaml, "severity: [{low: signal}]\nrules: [{");
		for (size_t i = 0; i < 4; i++)
			if (i != k)
				strcat(yaml, rule[i][1]);
		strcat(yaml, "}]\n");
		assert_int_equal(policy_loads(yaml), !has(at(policy, RULE "required"), rule[k][0]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_words_of_rules),
		cmocka_unit_test(flags_and_macros),
		cmocka_unit_test(bounds),
		cmocka_unit_test(keys_and_words_of_the_policy),
		cmocka_unit_test(what_the_loader_requires),
		cmocka_unit_test(what_a_rule_with_when_may_have),
		cmocka_unit_test(what_the_policy_requires),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
