/*
 * yamldoc: the tree is built from libyaml's events in one pass, with an explicit stack as deep as
 * LIMIT_YAML_DEPTH, so neither nesting nor aliases can make a small text cost much.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "limits.h"
#include "yamldoc.h"

struct builder {
	struct yamldoc *doc;
	const char *text;
	size_t len;
	yaml_parser_t parser;
	struct yamlnode *open[LIMIT_YAML_DEPTH];
	struct yamlnode *
		*tail[LIMIT_YAML_DEPTH];        /* where the next entry of that list or map goes */
	struct yamlnode *key[LIMIT_YAML_DEPTH]; /* a key that waits for its value */
	unsigned depth, documents;
	size_t nodes;
};

static void
problem_at(const struct yamldoc *doc, unsigned line, unsigned column, const char *hint,
	   const char *text)
{
	problems_add(doc->problems, PROBLEM_ERROR, doc->name, line, column, hint, "%s", text);
}

void
yamldoc_error(const struct yamldoc *doc, const struct yamlnode *at, const char *hint,
	      const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_at(doc, at->line, at->column, hint, text);
}

static int
refuse(const struct builder *b, yaml_mark_t mark, const char *hint, const char *text)
{
	problem_at(b->doc, (unsigned)mark.line + 1, (unsigned)mark.column + 1, hint, text);
	return -EINVAL;
}

/* Whether white space that begins that line holds a tab. */
static bool
indented_by_tab(const struct builder *b, size_t line)
{
	const char *at = b->text, *end = b->text + b->len;

	for (; line > 0 && at < end; at++)
		line -= *at == '\n';
	while (at < end && *at == ' ')
		at++;
	return at < end && *at == '\t';
}

static int
parser_failed(const struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	char text[300];

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (p->error == YAML_READER_ERROR) {
		unsigned line = 1, column = 1;

		/* The reader knows bytes only; it reads ahead of the marks. */
		for (size_t i = 0; i < p->problem_offset && i < b->len; i++) {
			column = b->text[i] == '\n'
					 ? 1
					 : column + (((unsigned char)b->text[i] & 0xc0) != 0x80);
			line += b->text[i] == '\n';
		}
		snprintf(text, sizeof(text), "cannot be read as text: %s",
			 p->problem ? p->problem : "error");
		problem_at(b->doc, line, column,
			   "save the file as UTF-8 without control characters", text);
		return -EINVAL;
	}
	if (indented_by_tab(b, p->problem_mark.line))
		return refuse(b, p->problem_mark, "use spaces", "tabs do not indent YAML");
	if (p->context)
		snprintf(text, sizeof(text), "is not YAML here: %s (%s, which began in line %zu)",
			 p->problem ? p->problem : "error", p->context, p->context_mark.line + 1);
	else
		snprintf(text, sizeof(text), "is not YAML here: %s",
			 p->problem ? p->problem : "error");
	return refuse(b, p->problem_mark,
		      "look at the indentation, quotes and colons of this line and the one before",
		      text);
}

static bool
is_null(const struct yamlnode *node)
{
	return node->plain &&
	       (node->len == 0 || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

/* Makes a scalar or an empty list or map. */
static int
make_node(struct builder *b, const yaml_event_t *event, struct yamlnode **ret)
{
	struct yamlnode *node;

	if (++b->nodes > LIMIT_YAML_NODES)
		return refuse(b, event->start_mark, "split the file",
			      "has more values than are read from one file");
	node = arena_calloc(b->doc->arena, 1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->line = (unsigned)event->start_mark.line + 1;
	node->column = (unsigned)event->start_mark.column + 1;
	node->text = "";
	if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT) {
		node->kind = event->type == YAML_MAPPING_START_EVENT ? YAMLNODE_MAP : YAMLNODE_LIST;
		*ret = node;
		return 0;
	}
	if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
		return refuse(b, event->start_mark, "take out the \\0", "holds a NUL character");
	node->kind = YAMLNODE_SCALAR;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
		      event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
	node->len = event->data.scalar.length;
	node->text =
		arena_strndup(b->doc->arena, (const char *)event->data.scalar.value, node->len);
	if (!node->text)
		return -ENOMEM;
	if (is_null(node))
		node->kind = YAMLNODE_NULL;
	*ret = node;
	return 0;
}

/* Puts a finished or just opened node where it belongs. */
static int
place_node(struct builder *b, const yaml_event_t *event, struct yamlnode *node)
{
	struct yamlnode *parent = b->depth ? b->open[b->depth - 1] : NULL;

	if (!parent) {
		b->doc->root = node;
		return 0;
	}
	if (parent->kind == YAMLNODE_MAP && !b->key[b->depth - 1]) {
		if (node->kind != YAMLNODE_SCALAR)
			return refuse(b, event->start_mark, "a key is a plain word",
				      "has a key that is not a word");
		b->key[b->depth - 1] = node;
		return 0;
	}
	if (parent->kind == YAMLNODE_MAP) {
		node->key = b->key[b->depth - 1];
		b->key[b->depth - 1] = NULL;
	}
	*b->tail[b->depth - 1] = node;
	b->tail[b->depth - 1] = &node->next;
	parent->count++;
	return 0;
}

static int
open_node(struct builder *b, const yaml_event_t *event, struct yamlnode *node)
{
	if (b->depth == LIMIT_YAML_DEPTH)
		return refuse(b, event->start_mark, "nothing that is read here nests so deep",
			      "is nested too deep");
	b->open[b->depth] = node;
	b->tail[b->depth] = &node->first;
	b->key[b->depth] = NULL;
	b->depth++;
	return 0;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct yamlnode *const *x = a, *const *y = b;
	int r = strcmp((*x)->key->text, (*y)->key->text);

	if (r)
		return r;
	if ((*x)->key->line != (*y)->key->line)
		return (*x)->key->line < (*y)->key->line ? -1 : 1;
	return (*x)->key->column < (*y)->key->column ? -1 : (*x)->key->column > (*y)->key->column;
}

/* Reports keys that stand twice in a map that has just been closed. */
static int
check_doubles(struct builder *b, const struct yamlnode *map)
{
	struct yamlnode **sorted, *entry;
	size_t i = 0;

	sorted = calloc(map->count ? map->count : 1, sizeof(struct yamlnode *));
	if (!sorted)
		return -ENOMEM;
	for (entry = map->first; entry; entry = entry->next)
		sorted[i++] = entry;
	qsort(sorted, map->count, sizeof(*sorted), compare_keys);
	for (i = 1; i < map->count; i++) {
		if (!strcmp(sorted[i - 1]->key->text, sorted[i]->key->text))
			yamldoc_error(b->doc, sorted[i]->key, "keep one of them",
				      "key \"%.60s\" stands here a second time "
				      "(first in line %u)",
				      sorted[i]->key->text, sorted[i - 1]->key->line);
	}
	free(sorted);
	return 0;
}

static int
take_value(struct builder *b, const yaml_event_t *event, const yaml_char_t *anchor,
	   const yaml_char_t *tag)
{
	struct yamlnode *node;
	int r;

	if (anchor)
		return refuse(b, event->start_mark, "write the value out where it is used",
			      "anchors (&name) are not read");
	if (tag)
		return refuse(b, event->start_mark, "take the tag out",
			      "tags (!name) are not read");
	r = make_node(b, event, &node);
	if (!r)
		r = place_node(b, event, node);
	if (!r && event->type != YAML_SCALAR_EVENT)
		r = open_node(b, event, node);
	return r;
}

/* 1 when the text is over, 0 to go on. */
static int
take_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		return 1;
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++)
			return refuse(b, event->start_mark, "put it into a file of its own",
				      "a second document (---) begins");
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(b, event->start_mark,
			      "write the value out; a text that begins with * needs quotes",
			      "aliases (*name) are not read");
	case YAML_SCALAR_EVENT:
		return take_value(b, event, event->data.scalar.anchor, event->data.scalar.tag);
	case YAML_SEQUENCE_START_EVENT:
		return take_value(b, event, event->data.sequence_start.anchor,
				  event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return take_value(b, event, event->data.mapping_start.anchor,
				  event->data.mapping_start.tag);
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return check_doubles(b, b->open[b->depth]);
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		return 0;
	default:
		return 0;
	}
}

int
yamldoc_load(struct yamldoc *doc, struct arena *arena, const char *name, const char *text,
	     size_t len, struct problems *problems)
{
	static struct yamlnode nothing = {
		.kind = YAMLNODE_NULL, .line = 1, .column = 1, .text = ""
	};
	/* Some editors begin a file with a byte order mark, which libyaml takes for text here. */
	size_t mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct builder b = { .doc = doc, .text = text + mark, .len = len - mark };
	char bound[80];
	int r = 0;

	*doc = (struct yamldoc){
		.name = name, .problems = problems, .arena = arena, .root = &nothing
	};
	if (len > LIMIT_RULE_FILE_BYTES) {
		snprintf(bound, sizeof(bound), "is larger than the %u MiB that are read of a file",
			 LIMIT_RULE_FILE_BYTES >> 20);
		problem_at(doc, 0, 0, "split the file", bound);
		return -EINVAL;
	}
	if (!yaml_parser_initialize(&b.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text, b.len);
	while (r == 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(&b.parser, &event)) {
			r = parser_failed(&b);
			break;
		}
		r = take_event(&b, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&b.parser);
	if (r < 0)
		doc->root = &nothing;
	return r < 0 ? r : 0;
}

void
yamldoc_sort(struct problems *problems, size_t from)
{
	/* Insertion: stable, in place, and the list is bounded by PROBLEMS_MAX. */
	for (size_t i = from + 1; i < problems->count; i++) {
		struct problem moved = problems->list[i];
		size_t k = i;

		while (k > from && (problems->list[k - 1].err.line > moved.err.line ||
				    (problems->list[k - 1].err.line == moved.err.line &&
				     problems->list[k - 1].err.column > moved.err.column))) {
			problems->list[k] = problems->list[k - 1];
			k--;
		}
		problems->list[k] = moved;
	}
}

struct yamlnode *
yamldoc_get(const struct yamlnode *map, const char *key)
{
	struct yamlnode *entry;

	if (!map || map->kind != YAMLNODE_MAP)
		return NULL;
	for (entry = map->first; entry; entry = entry->next) {
		if (!strcmp(entry->key->text, key))
			return entry;
	}
	return NULL;
}

bool
yamldoc_keys(const struct yamldoc *doc, const struct yamlnode *map, const char *what,
	     const char *const *known)
{
	const struct yamlnode *entry;
	bool good = true;

	if (map->kind != YAMLNODE_MAP) {
		yamldoc_error(doc, map, "write lines of the form \"key: value\"",
			      "%s must be a map of keys and values", what);
		return false;
	}
	for (entry = map->first; entry; entry = entry->next) {
		const char *const *k = known;
		char hint[190];

		while (*k && strcmp(*k, entry->key->text))
			k++;
		if (*k)
			continue;
		yamldoc_choice(entry->key->text, known, hint, sizeof(hint));
		yamldoc_error(doc, entry->key, hint, "%s has no key \"%.60s\"", what,
			      entry->key->text);
		good = false;
	}
	return good;
}

bool
yamldoc_string(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
	       const char **ret)
{
	const char *p;

	if (node->kind == YAMLNODE_LIST) {
		yamldoc_error(doc, node, "write one, without brackets or a dash",
			      "%s is a list where one text belongs", what);
		return false;
	}
	if (node->kind != YAMLNODE_SCALAR || node->len == 0) {
		yamldoc_error(doc, node, "write a text after the colon", "%s must be a text", what);
		return false;
	}
	for (p = node->text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			yamldoc_error(doc, node, "write it in one line",
				      "%s holds a line break or another control character", what);
			return false;
		}
	}
	*ret = node->text;
	return true;
}

bool
yamldoc_bool(const struct yamldoc *doc, const struct yamlnode *node, const char *what, bool *ret)
{
	bool yes = node->kind == YAMLNODE_SCALAR && node->plain && !strcmp(node->text, "true");

	if (!yes &&
	    !(node->kind == YAMLNODE_SCALAR && node->plain && !strcmp(node->text, "false"))) {
		yamldoc_error(doc, node, "write true or false, without quotes",
			      "%s must be true or false", what);
		return false;
	}
	*ret = yes;
	return true;
}

bool
yamldoc_integer(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
		long long min, long long max, long long *ret)
{
	char *end = NULL;
	long long value = 0;
	bool good = node->kind == YAMLNODE_SCALAR && node->plain &&
		    strspn(node->text, "-0123456789") == node->len;

	if (good) {
		errno = 0;
		value = strtoll(node->text, &end, 10);
		good = !errno && end != node->text && !*end && value >= min && value <= max;
	}
	if (!good) {
		yamldoc_error(doc, node, "write it in digits, without quotes",
			      "%s must be a whole number from %lld to %lld", what, min, max);
		return false;
	}
	*ret = value;
	return true;
}

bool
yamldoc_number(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
	       double *ret)
{
	const char *p = node->text;
	double value = 0, unit = 1;
	bool minus = *p == '-', digits = false;

	/* Not strtod(): it reads hexadecimal, infinities and, in a German locale, commas. */
	for (p += minus; *p >= '0' && *p <= '9' && value < 1e12; p++, digits = true)
		value = value * 10 + (*p - '0');
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++, digits = true)
			value += (*p - '0') * (unit /= 10);
	}
	if (node->kind != YAMLNODE_SCALAR || !node->plain || !digits || *p) {
		yamldoc_error(doc, node, "write it like 5 or 4.5", "%s must be a number", what);
		return false;
	}
	*ret = minus ? -value : value;
	return true;
}

bool
yamldoc_strings(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
		const char ***ret, size_t *ret_count)
{
	const struct yamlnode *entry;
	const char **list;
	size_t count = 0;
	bool good = true;

	list = arena_calloc(doc->arena, (node->kind == YAMLNODE_LIST ? node->count : 1) + 1,
			    sizeof(*list));
	if (!list) {
		yamldoc_error(doc, node, NULL, "%s cannot be kept: out of memory", what);
		return false;
	}
	if (node->kind == YAMLNODE_LIST && node->count) {
		for (entry = node->first; entry; entry = entry->next)
			good = yamldoc_string(doc, entry, what, &list[count++]) && good;
	} else if (node->kind == YAMLNODE_SCALAR) {
		good = yamldoc_string(doc, node, what, &list[count++]);
	} else {
		yamldoc_error(doc, node,
			      "write one, or several like [a, b]; for none leave the key out",
			      "%s must be a text or a list of texts", what);
		good = false;
	}
	if (!good)
		return false;
	*ret = list;
	*ret_count = count;
	return true;
}
