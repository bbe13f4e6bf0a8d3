/*
 * rules_help: sets and messages for tests of the rule engine.
 */
#ifndef TESTS_RULES_HELP_H
#define TESTS_RULES_HELP_H

#include <stdbool.h>

#include "filters/arena.h"
#include "filters/err.h"
#include "filters/message.h"
#include "filters/ruleset.h"

/*
 * Compiles one rule file called "test.yaml". *problems is filled; the caller frees both. NULL when
 * nothing came of it.
 */
struct ruleset *
help_set(const char *yaml, bool jit, bool gate, struct problems *problems);

/* The same with nothing wrong in it: fails the test otherwise. */
struct ruleset *
help_sound_set(const char *yaml);

/* A message with these new words and that subject, in no language. */
struct message *
help_message(struct arena *arena, const char *subject, const char *body);

/* Whether some problem stands at line:column and holds that text (column 0: any). */
bool
help_has_problem(const struct problems *problems, unsigned line, unsigned column, const char *text);

#endif
