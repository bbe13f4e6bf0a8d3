/*
 * bundle: rules, policy, playbook and templates that belong together, loaded from the rule
 * directories, shared by reference count and swapped as one at reload. Never changed once loaded.
 * What the directories hold is told in rule_files.h.
 */
#ifndef DAEMON_BUNDLE_H
#define DAEMON_BUNDLE_H

#include "config.h"
#include "filters/ruleset.h"
#include "playbook.h"
#include "policy.h"
#include "template.h"

struct bundle {
	_Atomic unsigned references;
	struct ruleset *rules;
	struct policy *policy;
	struct playbook *playbook; /* NULL: no directory has one */
	char hash[65];             /* over rules, policy, playbook and templates */
	bool gated;                /* the literal gate worked when the rules were loaded */
	_Atomic bool gate_told;    /* see vigil.h */
	_Atomic size_t quarantine_told;
	struct bundle_template {
		char *name, *language;
		struct template *template;
	} * templates;
	size_t template_count;
};

/*
 * Loads from directories. config may be NULL (names are then not checked against it, notify counts
 * as usable). 0 with problems->errors == 0; -EINVAL when there were errors and !keep_going; with
 * keep_going sound parts are used as long as rules and policy stand.
 */
int
bundle_load(const char *const *directories, size_t count, const struct config *config,
	    const struct ruleset_options *options, bool keep_going, struct problems *problems,
	    struct bundle **ret_bundle);

struct bundle *
bundle_ref(struct bundle *bundle);

void
bundle_unref(struct bundle *bundle);

/*
 * The template of that name in that language, else in `fallback`, else in any; NULL when there is
 * none.
 */
const struct template *
bundle_template(const struct bundle *bundle, const char *name, const char *language,
		const char *fallback);

/*
 * "acknowledge, delay, firm": the names of a language's templates, of all where it has none, for a
 * message; cut when they are many. In the arena or static.
 */
const char *
bundle_template_names(const struct bundle *bundle, struct arena *arena, const char *language);

#endif
