/*
 * rule: one rule, from its YAML node to compiled patterns.
 *
 * Reports every mistake of a rule at its place. Knows nothing of other rules.
 */
#ifndef FILTERS_RULE_H
#define FILTERS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flag.h"
#include "match.h"
#include "pattern.h"
#include "ruleset.h"
#include "when.h"
#include "yamldoc.h"

/*
 * The parts of a message that rules can look at; header:NAME gets numbers from SECTION_HEADER on.
 */
enum section {
	SECTION_SUBJECT,
	SECTION_BODY,
	SECTION_QUOTED,
	SECTION_SIGNATURE,
	SECTION_ATTACHMENT_NAME,
	SECTION_FROM,
	SECTION_HEADER,
	SECTION_MAX = 64
};

struct sections {
	const char *names[SECTION_MAX]; /* "subject" ... "header:X-Name" */
	unsigned count;
};

void
sections_begin(struct sections *s);

/*
 * The number of a part's name, a new one (its name copied to `keep`) for a header not seen before;
 * -1 when it is none, -2 when there are too many.
 */
int
sections_number(struct arena *keep, struct sections *s, const char *name);

/* One file while it is being loaded. */
struct pack {
	const struct ruleset_source *source;
	struct yamldoc doc;
	struct macros macros;
	struct literal_cache *groups; /* that patterns are made of */
	struct pack *next;            /* the file after it */
};

/* A pattern as it stands in a file. */
struct written {
	const struct pack *pack;
	const struct yamlnode *node;
};

/* A header field that must match for the rule to be judged. */
struct guard {
	unsigned section;
	struct pattern pattern;
};

#define RULE_OVERRIDE_KEYS 5 /* rule_override_keys[] */

struct rule {
	const char *id;
	const char *file;
	unsigned line, column;
	const char *why;
	const char *language; /* judged in mails of this language only; NULL: in all */
	enum flag flag;
	double score;
	double max;      /* what several matches give together at most; 0: they count as one */
	unsigned within; /* characters around a match where `all` is looked for; 0: its sentence */
	long expires;    /* the last day on which the rule counts, as YYYYMMDD; 0: never */
	uint64_t sections; /* bit 1 << section */
	enum view view;
	bool shadow;
	bool off;          /* enabled: false */
	bool disabled;     /* not judged: off, or left out because something is wrong with it */
	struct when *when; /* a derived rule has this and no patterns */
	const char *when_text;
	struct pattern *match, *all, *unless;
	size_t match_count, all_count, unless_count;
	struct guard *guards;
	size_t guard_count;

	/* Only while the set is being loaded. */
	const struct pack *pack;
	const struct yamlnode *node;
	const struct yamlnode *when_node;
	struct written *match_written, *all_written, *unless_written, *guard_written;
	struct written changed[RULE_OVERRIDE_KEYS]; /* by key: the last entry that changed it */
	size_t match_written_count, all_written_count, unless_written_count;
};

/* What the keys of files and rules may be, and the words of those that have words. Each ends with
 * NULL.
 */
extern const char *const pack_keys[];
extern const char *const rule_keys[];
extern const char *const rule_pattern_keys[]; /* those that a rule with when cannot have */
extern const char *const rule_override_keys[];
extern const char *const rule_test_keys[];
extern const char *const rule_states[];
extern const char *const rule_views[];
extern const char *const rule_languages[];
extern const char *const rule_parts[]; /* and header:NAME */

/*
 * Reads a rule. Strings that outlive loading go to `keep`, the rest points into the pack. Returns
 * 0, -EINVAL (reported; leave the rule out) or -ENOMEM.
 */
int
rule_read(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	  struct sections *sections, struct rule *ret);

/*
 * Changes a rule as an entry of rules.d says: score, state, enabled, more unless. Returns 0,
 * -EINVAL (reported) or -ENOMEM.
 */
int
rule_override(struct rule *rule, const struct pack *pack, const struct yamlnode *node);

/*
 * Compiles what rule_read() and rule_override() gathered. Patterns are the rule's, see
 * rule_clear(); their literals live in the pack's arena. Returns 0, -EINVAL (reported) or -ENOMEM.
 */
int
rule_compile(struct rule *rule, struct arena *keep, enum jit jit);

/* Frees the compiled patterns. */
void
rule_clear(struct rule *rule);

/*
 * Whether a value can be a pattern: a text that is not empty and has no control characters but tabs
 * and line breaks. What is wrong with it is reported; what names it in the sentence.
 */
bool
written_is_pattern(const struct pack *pack, const struct yamlnode *node, const char *what);

/*
 * Appends the patterns of a string or a list to *list, which lives in the pack's arena; node may be
 * NULL. Returns 0, -EINVAL (all that is wrong is reported) or -ENOMEM.
 */
int
written_gather(const struct pack *pack, const struct yamlnode *node, const char *what,
	       struct written **list, size_t *count);

/*
 * Reads header: into the rule's guards: the fields that a mail must have for the rule to be judged,
 * and what they must hold. Returns as written_gather() does.
 */
int
written_header(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	       struct sections *sections, struct rule *rule);

/* Reads define: into pack->macros; bad ones are reported and left out. Returns 0 or -ENOMEM. */
int
pack_read_macros(struct pack *pack);

#endif
