/*
 * rules_help: sets and messages for tests of the rule engine. See rules_help.h.
 */
#include "rules_help.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct ruleset *
help_set(const char *yaml, bool jit, bool gate, struct problems *problems)
{
	struct ruleset_source source = { .name = "test.yaml", .text = yaml, .len = strlen(yaml) };
	struct ruleset_options options = { .jit = jit ? JIT_ALL : JIT_NONE, .gate = gate };
	struct ruleset *set = NULL;

	return ruleset_compile(&source, 1, &options, problems, &set) == 0 ? set : NULL;
}

struct ruleset *
help_sound_set(const char *yaml)
{
	struct problems problems = { 0 };
	struct ruleset *set = help_set(yaml, true, true, &problems);
	char text[1024];

	for (size_t i = 0; i < problems.count; i++)
		print_error("%s\n", err_text(&problems.list[i].err, text, sizeof(text)));
	assert_int_equal(problems.count, 0);
	assert_non_null(set);
	problems_free(&problems);
	return set;
}

struct message *
help_message(struct arena *arena, const char *subject, const char *body)
{
	struct message *m = arena_calloc(arena, 1, sizeof(*m));

	assert_non_null(m);
	m->arena = arena;
	m->subject = subject;
	m->body = body;
	m->body_len = strlen(body);
	m->segments = arena_calloc(arena, 1, sizeof(*m->segments));
	m->segments[0] = (struct segment){ SEGMENT_NEW, 0, m->body_len };
	m->segment_count = m->body_len > 0;
	m->language = "und";
	return m;
}

bool
help_has_problem(const struct problems *problems, unsigned line, unsigned column, const char *text)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct err *e = &problems->list[i].err;

		if (e->line == line && (column == 0 || e->column == column) &&
		    strstr(e->text, text) != NULL)
			return true;
	}
	return false;
}
