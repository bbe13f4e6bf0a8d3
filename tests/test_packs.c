/*
 * packs: the shipped rules are sound, and say the same with the JIT and the interpreter, with the
 * literal gate and without it, of all of their own samples. Built with GATE=no, too.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "daemon/rule_files.h"
#include "filters/verdict.h"
#include "filters/yamldoc.h"
#include "golden.h"
#include "tests/rules_help.h"

#define WAYS 4

static struct arena *arena;
static struct rule_files files;
static struct problems problems;

static int
setup(void **state)
{
	static const char *const shipped[] = { "rules" };

	(void)state;
	arena = arena_new(0);
	if (!arena)
		return -1;
	files.arena = arena;
	files.problems = &problems;
	rule_files_read(&files, shipped, 1);
	return files.source_count > 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	problems_free(&problems);
	arena_free(arena);
	return 0;
}

static struct ruleset *
compile(bool jit, bool gate)
{
	const struct ruleset_options options = { .jit = jit ? JIT_ALL : JIT_NONE, .gate = gate };
	struct ruleset *set = NULL;

	assert_int_equal(
		ruleset_compile(files.sources, files.source_count, &options, &problems, &set), 0);
	if (problems.count > 0)
		fail_msg("%s", golden_problems(arena, &problems));
	return set;
}

static bool
same(const struct verdict *a, const struct verdict *b)
{
	if (a->undetermined_count > 0 || b->undetermined_count > 0)
		return false;
	for (int f = 0; f < FLAG_COUNT; f++) {
		const struct flag_verdict *x = &a->flags[f], *y = &b->flags[f];

		if (x->answer != y->answer || x->score != y->score ||
		    x->evidence_count != y->evidence_count)
			return false;
		for (size_t i = 0; i < x->evidence_count; i++)
			if (strcmp(x->evidence[i].rule, y->evidence[i].rule) != 0 ||
			    x->evidence[i].offset != y->evidence[i].offset ||
			    x->evidence[i].length != y->evidence[i].length)
				return false;
	}
	return true;
}

/* Judges one sample every way. Returns how many samples that were. */
static size_t
compare_sample(struct ruleset *const sets[WAYS], struct judge *const judges[WAYS], const char *text)
{
	struct arena *mail = arena_new(0);
	struct verdict *v[WAYS];

	for (int w = 0; w < WAYS; w++) {
		assert_int_equal(judge_message(judges[w], sets[w], help_message(mail, "", text),
					       NULL, &v[w]),
				 0);
		if (!same(v[0], v[w]))
			fail_msg("judged otherwise with jit %d, gate %d: %s", !(w & 1), !(w & 2),
				 text);
	}
	arena_free(mail);
	return 1;
}

static size_t
compare_list(struct ruleset *const sets[WAYS], struct judge *const judges[WAYS],
	     const struct yamlnode *list)
{
	size_t count = 0;

	if (list && list->kind == YAMLNODE_SCALAR)
		return compare_sample(sets, judges, list->text);
	for (const struct yamlnode *n = list ? list->first : NULL; n; n = n->next)
		count += compare_sample(sets, judges, n->text);
	return count;
}

static void
every_sample_every_way(void **state)
{
	struct ruleset *sets[WAYS];
	struct judge *judges[WAYS];
	size_t count = 0;

	(void)state;
	for (int w = 0; w < WAYS; w++) {
		sets[w] = compile(!(w & 1), !(w & 2));
		judges[w] = judge_new();
		assert_non_null(judges[w]);
	}
	for (size_t i = 0; i < files.source_count; i++) {
		const struct ruleset_source *s = &files.sources[i];
		struct yamldoc doc;
		const struct yamlnode *rules, *test;

		assert_int_equal(yamldoc_load(&doc, arena, s->name, s->text, s->len, &problems), 0);
		rules = yamldoc_get(doc.root, "rules");
		for (const struct yamlnode *n = rules ? rules->first : NULL; n; n = n->next) {
			test = yamldoc_get(n, "test");
			count += compare_list(sets, judges, yamldoc_get(test, "hit"));
			count += compare_list(sets, judges, yamldoc_get(test, "miss"));
		}
	}
	assert_true(count > 500);
	for (int w = 0; w < WAYS; w++) {
		judge_free(judges[w]);
		ruleset_unref(sets[w]);
	}
}

/* Who tunes rules must see what each is for and what it must leave alone. */
static void
every_rule_has_its_reason_and_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < files.source_count; i++) {
		const struct ruleset_source *s = &files.sources[i];
		struct yamldoc doc;
		const struct yamlnode *rules;

		assert_int_equal(yamldoc_load(&doc, arena, s->name, s->text, s->len, &problems), 0);
		rules = yamldoc_get(doc.root, "rules");
		for (const struct yamlnode *n = rules ? rules->first : NULL; n; n = n->next) {
			const struct yamlnode *test = yamldoc_get(n, "test");

			if (yamldoc_get(n, "when"))
				continue;
			if (!yamldoc_get(n, "why") || !yamldoc_get(test, "hit") ||
			    !yamldoc_get(test, "miss"))
				fail_msg("%s:%u: a shipped rule needs why, and samples of both "
					 "kinds",
					 s->name, n->line);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_every_way),
		cmocka_unit_test(every_rule_has_its_reason_and_samples),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
