/*
 * rule: reading one rule, and changing it from rules.d. See rule.h; rule.c compiles it.
 */
#include "rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "limits.h"

#define SCORE_DEFAULT THRESHOLD_DEFAULT /* a rule that says nothing raises its flag by itself */
#define SCORE_MAX 100.0

const char *const rule_keys[] = {
	"id",      "flag",  "score",  "max",    "in",       "view", "header",
	"match",   "all",   "within", "unless", "language", "when", "expires",
	"enabled", "state", "why",    "test",   NULL,
};

const char *const rule_override_keys[] = {
	"id", "score", "state", "enabled", "unless", NULL,
};

const char *const rule_pattern_keys[] = {
	"match", "all", "within", "unless", "in", "header", "view", "language", "max", NULL,
};

const char *const rule_test_keys[] = { "hit", "miss", NULL };

const char *const rule_parts[] = {
	"subject", "body", "quoted", "signature", "attachment-name", "from", NULL,
};

void
sections_begin(struct sections *s)
{
	*s = (struct sections){ .count = SECTION_HEADER };
	for (unsigned i = 0; i < SECTION_HEADER; i++)
		s->names[i] = rule_parts[i];
}

/* RFC 5322 section 2.2: printable characters of ASCII without the colon. */
static bool
is_field_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == ':')
			return false;
	return *name != '\0';
}

int
sections_number(struct arena *keep, struct sections *s, const char *name)
{
	char *copy;

	for (unsigned i = 0; i < s->count; i++)
		if (strcasecmp(s->names[i], name) == 0)
			return (int)i;
	if (strncmp(name, "header:", 7) != 0 || !is_field_name(name + 7))
		return -1;
	copy = s->count < SECTION_MAX ? arena_strdup(keep, name) : NULL;
	if (copy == NULL)
		return -2;
	s->names[s->count] = copy;
	return (int)s->count++;
}

static bool
read_in(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	struct sections *sections, struct rule *rule)
{
	const struct yamlnode *at;
	const char **names;
	char hint[120];
	size_t count;
	bool well = true;

	if (node == NULL) {
		rule->sections = 1u << SECTION_SUBJECT | 1u << SECTION_BODY;
		return true;
	}
	if (!yamldoc_strings(&pack->doc, node, "in", &names, &count))
		return false;
	at = node->kind == YAMLNODE_LIST ? node->first : node;
	for (size_t i = 0; i < count; i++, at = at->next) {
		int n = sections_number(keep, sections, names[i]);

		if (n == -1) {
			const char *near = yamldoc_nearest(names[i], rule_parts);

			snprintf(hint, sizeof(hint),
				 near != NULL ? "did you mean \"%s\"?"
					      : "one of subject, body, quoted, signature, "
						"attachment-name, from, header:NAME",
				 near);
			yamldoc_error(&pack->doc, at, hint,
				      "\"%.60s\" is not a part of a mail that rules can look at",
				      names[i]);
			well = false;
		} else if (n < 0) {
			yamldoc_error(&pack->doc, node, NULL,
				      "the rules look at more than %d different headers",
				      SECTION_MAX - SECTION_HEADER);
			well = false;
		} else {
			rule->sections |= UINT64_C(1) << n;
		}
	}
	return well;
}

/* Where one word belongs; a list there has a meaning of its own, which the hint tells how to write.
 */
static bool
is_one(const struct pack *pack, const struct yamlnode *node, const char *what, const char *hint)
{
	if (node->kind != YAMLNODE_LIST)
		return true;
	yamldoc_error(&pack->doc, node, hint, "%s is a list where one word belongs", what);
	return false;
}

static bool
read_flag(const struct pack *pack, const struct yamlnode *rule_node, const struct yamlnode *node,
	  struct rule *rule)
{
	const char *name, *near;
	char hint[64] = "";
	int flag;

	if (node == NULL) {
		yamldoc_error(&pack->doc, rule_node, "add flag: and one of the names of flags",
			      "the rule has no flag");
		return false;
	}
	if (!is_one(pack, node, "flag", "write a rule for each of the flags") ||
	    !yamldoc_string(&pack->doc, node, "flag", &name))
		return false;
	flag = flag_by_name(name);
	if (flag < 0) {
		near = flag_nearest(name);
		if (near != NULL)
			snprintf(hint, sizeof(hint),
				 flag_set_by_name(name) != 0
					 ? "%s is a family: name one of its flags"
					 : "did you mean %s?",
				 near);
		yamldoc_error(&pack->doc, node, hint, "there is no flag \"%.60s\"", name);
		return false;
	}
	rule->flag = (enum flag)flag;
	return true;
}

/*
 * One word of a list, as its place in the list; `fallback` when node is NULL, -1 (reported) when it
 * is another.
 */
static int
read_word(const struct pack *pack, const struct yamlnode *node, const char *what,
	  const char *const *words, int fallback)
{
	const char *word;
	char hint[100];

	if (node == NULL)
		return fallback;
	if (!yamldoc_string(&pack->doc, node, what, &word))
		return -1;
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	yamldoc_choice(word, words, hint, sizeof(hint));
	yamldoc_error(&pack->doc, node, hint, "%s cannot be \"%.60s\"", what, word);
	return -1;
}

static bool
read_score(const struct pack *pack, const struct yamlnode *node, double *ret)
{
	double score;

	if (node == NULL)
		return true;
	if (!yamldoc_number(&pack->doc, node, "score", &score))
		return false;
	if (score < -SCORE_MAX || score > SCORE_MAX) {
		yamldoc_error(&pack->doc, node, "5 raises a flag by itself",
			      "a score lies between -%g and %g", SCORE_MAX, SCORE_MAX);
		return false;
	}
	*ret = score;
	return true;
}

/* YYYY-MM-DD as the number YYYYMMDD. */
static bool
read_day(const struct pack *pack, const struct yamlnode *node, long *ret)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, end = 0, last;
	const char *text;

	if (node == NULL)
		return true;
	if (!yamldoc_string(&pack->doc, node, "expires", &text))
		return false;
	if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
	    end != 10 || strspn(text, "0123456789-") != 10 || year < 2000 || month < 1 ||
	    month > 12) {
		yamldoc_error(&pack->doc, node,
			      "write the last day on which the rule counts, like "
			      "2027-03-31",
			      "expires cannot be \"%.60s\"", text);
		return false;
	}
	last = days[month - 1] +
	       (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
	if (day < 1 || day > last) {
		yamldoc_error(&pack->doc, node, "look at a calendar: the month is shorter",
			      "there is no day %s", text);
		return false;
	}
	*ret = year * 10000L + month * 100 + day;
	return true;
}

/* How near the patterns of `all` must stand; what several matches may give together. */
static bool
read_bounds(const struct pack *pack, const struct yamlnode *node, struct rule *rule)
{
	const struct yamldoc *doc = &pack->doc;
	const struct yamlnode *within = yamldoc_get(node, "within"),
			      *max = yamldoc_get(node, "max");
	long long characters = 0;

	if (within != NULL &&
	    !yamldoc_integer(doc, within, "within (characters)", 1, LIMIT_WITHIN, &characters))
		return false;
	if (within != NULL && yamldoc_get(node, "all") == NULL) {
		yamldoc_error(doc, within, "add all: with what must stand near the match",
			      "within says how near the patterns of all must stand, and the rule "
			      "has no all");
		return false;
	}
	rule->within = (unsigned)characters;
	if (max == NULL)
		return true;
	if (!yamldoc_number(doc, max, "max", &rule->max))
		return false;
	if (rule->max == 0 || (rule->max > 0) != (rule->score > 0) ||
	    (rule->max > 0 ? rule->max < rule->score : rule->max > rule->score) ||
	    rule->max < -SCORE_MAX || rule->max > SCORE_MAX) {
		yamldoc_error(doc, max, "score: 2 with max: 6 counts up to three matches",
			      "max lies between the rule's score and %g",
			      rule->score < 0 ? -SCORE_MAX : SCORE_MAX);
		return false;
	}
	return true;
}

static bool
check_test(const struct pack *pack, const struct yamlnode *node)
{
	return node == NULL || yamldoc_keys(&pack->doc, node, "a test", rule_test_keys);
}

/* A rule is either matched or derived; says what does not fit together. */
static int
read_body(const struct pack *pack, const struct yamlnode *node, struct rule *rule)
{
	const struct yamlnode *match = yamldoc_get(node, "match"), *all = yamldoc_get(node, "all");
	const char *text;
	int rc, rc2, rc3;

	rule->when_node = yamldoc_get(node, "when");
	if (rule->when_node != NULL &&
	    (!is_one(pack, rule->when_node, "when",
		     "join flags and families by and, or: when: threat and demand") ||
	     !yamldoc_string(&pack->doc, rule->when_node, "when", &text)))
		return -EINVAL;
	if (rule->when_node == NULL && match == NULL && all == NULL) {
		yamldoc_error(&pack->doc, node, "add match: with patterns, or when: with flags",
			      "the rule has neither match nor when");
		return -EINVAL;
	}
	if (rule->when_node != NULL) {
		for (int i = 0; rule_pattern_keys[i] != NULL; i++)
			if (yamldoc_get(node, rule_pattern_keys[i]) != NULL) {
				yamldoc_error(&pack->doc, yamldoc_get(node, rule_pattern_keys[i]),
					      "make two rules of it",
					      "a rule with when looks at flags and cannot have %s",
					      rule_pattern_keys[i]);
				return -EINVAL;
			}
		return 0;
	}
	rc = written_gather(pack, match, "match", &rule->match_written, &rule->match_written_count);
	rc2 = written_gather(pack, yamldoc_get(node, "unless"), "unless", &rule->unless_written,
			     &rule->unless_written_count);
	rc3 = written_gather(pack, all, "all", &rule->all_written, &rule->all_written_count);
	if (rc == 0 && rc3 == 0 && match != NULL && rule->match_written_count == 0) {
		yamldoc_error(&pack->doc, match, "add a pattern in single quotes",
			      "match is empty");
		rc = -EINVAL;
	}
	if (rc3 == 0 && all != NULL && rule->all_written_count < (match == NULL ? 2u : 1u)) {
		yamldoc_error(&pack->doc, all, "one pattern alone is written as match",
			      match == NULL ? "all needs two patterns or more" : "all is empty");
		rc3 = -EINVAL;
	}
	if (rc == 0 && rc3 == 0 && match == NULL) { /* the first is looked for, the rest near it */
		rule->match_written = rule->all_written++;
		rule->match_written_count = 1;
		rule->all_written_count--;
	}
	return rc < 0 ? rc : rc2 < 0 ? rc2 : rc3;
}

const char *const rule_states[] = { "live", "shadow", NULL };
const char *const rule_views[] = { "plain", "folded", "squeezed", NULL };
const char *const rule_languages[] = { "ko", "en", NULL };

int
rule_read(struct arena *keep, const struct pack *pack, const struct yamlnode *node,
	  struct sections *sections, struct rule *ret)
{
	const struct yamldoc *doc = &pack->doc;
	struct rule r = { .pack = pack,
			  .node = node,
			  .line = node->line,
			  .column = node->column,
			  .score = SCORE_DEFAULT,
			  .file = arena_strdup(keep, doc->name),
			  .why = "" };
	bool well = yamldoc_keys(doc, node, "a rule", rule_keys), enabled = true;
	int view, state, language, rc;
	const struct yamlnode *n;

	if (node->kind != YAMLNODE_MAP)
		return -EINVAL;
	n = yamldoc_get(node, "id");
	if (n == NULL)
		yamldoc_error(doc, node, "add id: with a name of its own, like ko.threat.legal.sue",
			      "the rule has no id");
	if (n == NULL || !yamldoc_string(doc, n, "id", &r.id))
		return -EINVAL;
	well &= read_flag(pack, node, yamldoc_get(node, "flag"), &r);
	well &= read_score(pack, yamldoc_get(node, "score"), &r.score);
	well &= read_bounds(pack, node, &r);
	well &= read_in(keep, pack, yamldoc_get(node, "in"), sections, &r);
	well &= read_day(pack, yamldoc_get(node, "expires"), &r.expires);
	view = read_word(pack, yamldoc_get(node, "view"), "view", rule_views, VIEW_FOLDED);
	state = read_word(pack, yamldoc_get(node, "state"), "state", rule_states, 0);
	n = yamldoc_get(node, "language");
	language =
		n == NULL || is_one(pack, n, "language",
				    "leave it out for mails of every language, or write a rule for "
				    "each")
			? read_word(pack, n, "language", rule_languages, 2)
			: -1;
	n = yamldoc_get(node, "why");
	well &= n == NULL || yamldoc_string(doc, n, "why", &r.why);
	n = yamldoc_get(node, "enabled");
	well &= n == NULL || yamldoc_bool(doc, n, "enabled", &enabled);
	well &= check_test(pack, yamldoc_get(node, "test"));
	rc = read_body(pack, node, &r);
	if (rc != -ENOMEM && r.when_node == NULL) {
		int header = written_header(keep, pack, yamldoc_get(node, "header"), sections, &r);

		rc = header < 0 ? header : rc;
	}
	if (rc == -ENOMEM || !well || view < 0 || state < 0 || language < 0)
		return rc == -ENOMEM ? rc : -EINVAL;
	if (rc < 0)
		return rc;
	r.view = (enum view)view;
	r.shadow = state == 1;
	r.language = rule_languages[language];
	r.off = r.disabled = !enabled;
	r.id = arena_strdup(keep, r.id);
	r.why = arena_strdup(keep, r.why);
	if (r.file == NULL || r.id == NULL || r.why == NULL)
		return -ENOMEM;
	*ret = r;
	return 0;
}

static bool
is_among(const char *const *words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* Only some of a rule's keys can be changed from elsewhere. */
static bool
check_override_keys(const struct rule *rule, const struct yamldoc *doc, const struct yamlnode *node)
{
	char hint[100];
	bool well = true;

	for (const struct yamlnode *k = node->first; k != NULL; k = k->next) {
		if (is_among(rule_override_keys, k->key->text))
			continue;
		well = false;
		if (is_among(rule_keys, k->key->text))
			yamldoc_error(doc, k->key,
				      "disable the rule with enabled: false and add one with "
				      "another id",
				      "%.60s of the rule %s of %s:%u cannot be changed here, only "
				      "score, state, enabled and unless",
				      k->key->text, rule->id, rule->file, rule->line);
		else
			yamldoc_error(doc, k->key,
				      yamldoc_choice(k->key->text, rule_override_keys, hint,
						     sizeof(hint)),
				      "a change of a rule has no key \"%.60s\"", k->key->text);
	}
	return well;
}

/*
 * Of two entries that change the same thing the later one counts, which its writer may not know.
 * Exceptions add up.
 */
static void
note_change(struct rule *rule, const struct pack *pack, const struct yamlnode *node)
{
	for (int i = 0; rule_override_keys[i] != NULL; i++) {
		const struct yamlnode *n = yamldoc_get(node, rule_override_keys[i]);
		const struct written *before = &rule->changed[i];
		bool adds = n != NULL && strcmp(rule_override_keys[i], "unless") == 0;

		if (n == NULL)
			continue;
		if (before->node != NULL && before->pack != pack && i > 0 && !adds)
			problems_add(
				pack->doc.problems, PROBLEM_WARNING, pack->doc.name, n->key->line,
				n->key->column, "the later one counts: take one of them out",
				"%s of the rule %s is changed at %s:%u, too", rule_override_keys[i],
				rule->id, before->pack->doc.name, before->node->key->line);
		rule->changed[i] = (struct written){ pack, n };
	}
}

int
rule_override(struct rule *rule, const struct pack *pack, const struct yamlnode *node)
{
	const struct yamldoc *doc = &pack->doc;
	const struct yamlnode *n;
	bool well = check_override_keys(rule, doc, node), enabled = !rule->disabled;
	double score = rule->score;
	int state;

	if (rule->changed[0].pack == pack) {
		yamldoc_error(doc, node, "put both changes into one entry",
			      "the rule %s is changed here twice; first in line %u", rule->id,
			      rule->changed[0].node->line);
		return -EINVAL;
	}
	note_change(rule, pack, node);
	well &= read_score(pack, yamldoc_get(node, "score"), &score);
	state = read_word(pack, yamldoc_get(node, "state"), "state", rule_states, rule->shadow);
	n = yamldoc_get(node, "enabled");
	well &= n == NULL || yamldoc_bool(doc, n, "enabled", &enabled);
	n = yamldoc_get(node, "unless");
	if (n != NULL && rule->when_node != NULL) {
		yamldoc_error(doc, n, "take it out, or write a condition of your own with when:",
			      "the rule %s is derived from flags and has no unless", rule->id);
		well = false;
	}
	if (!well || state < 0)
		return -EINVAL;
	rule->score = score;
	rule->shadow = state == 1;
	rule->off = rule->disabled = !enabled;
	return written_gather(pack, n, "unless", &rule->unless_written,
			      &rule->unless_written_count);
}
