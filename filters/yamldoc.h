/*
 * yamldoc: one YAML text, read into a bounded tree whose nodes know their place.
 *
 * Shared by rules, policy and configuration, so that all of them say file:line:column in the same
 * way and report every mistake of a file in one run. Built on libyaml's events: its document API
 * would follow anchors into cycles and bombs. Anchors, aliases, tags and several documents in one
 * text are refused. Never reads files.
 */
#ifndef FILTERS_YAMLDOC_H
#define FILTERS_YAMLDOC_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"

enum yamlkind {
	YAMLNODE_NULL, /* nothing was written, or null or ~ */
	YAMLNODE_SCALAR,
	YAMLNODE_LIST,
	YAMLNODE_MAP,
};

struct yamlnode {
	enum yamlkind kind;
	unsigned line, column; /* 1-based, columns count characters */
	bool plain; /* a scalar without quotes: true, 5 and the like are only read from these */
	bool block; /* a scalar written with | or >: its text begins on the next line */
	const char *text; /* of a scalar: valid UTF-8, NUL-terminated, no NUL inside; else "" */
	size_t len;
	struct yamlnode *key;   /* of a map's entry: its key, a scalar */
	struct yamlnode *first; /* of a list or map: its entries, in the order of the file */
	struct yamlnode *next;
	size_t count;
};

/* One text while it is looked at. Fill in by yamldoc_load(). */
struct yamldoc {
	const char *name; /* what diagnostics call it */
	struct problems *problems;
	struct arena *arena;
	struct yamlnode *root;
};

/*
 * Reads a text. The tree and copies of its strings live in the arena; name and problems must
 * outlive doc. A byte order mark at its start is skipped. An empty text has a YAMLNODE_NULL root.
 * Keys that stand twice are reported, the first counts. Returns 0, -EINVAL with a problem added
 * when it is no YAML or over LIMIT_RULE_FILE_BYTES, LIMIT_YAML_DEPTH or LIMIT_YAML_NODES, or
 * -ENOMEM.
 */
int
yamldoc_load(struct yamldoc *doc, struct arena *arena, const char *name, const char *text,
	     size_t len, struct problems *problems);

/* Reports an error at a node's value; hint may be NULL. */
void
yamldoc_error(const struct yamldoc *doc, const struct yamlnode *at, const char *hint,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Puts the problems from index `from` on into the order of the file: checks look at keys in an
 * order of their own.
 */
void
yamldoc_sort(struct problems *problems, size_t from);

/* The value of that key; NULL when map is NULL, no map, or has no such key. */
struct yamlnode *
yamldoc_get(const struct yamlnode *map, const char *key);

/*
 * Reports every key that is not among known (NULL-terminated), each with the nearest known one.
 * what names the map in the sentence ("an account"). False when something was reported; also
 * reports when node is not a map.
 */
bool
yamldoc_keys(const struct yamldoc *doc, const struct yamlnode *map, const char *what,
	     const char *const *known);

/*
 * The typed getters: false and a problem when the value has another type or is out of range, *ret
 * untouched. what names the value in the sentence ("port"). A string is not empty and has no
 * control characters.
 */
bool
yamldoc_string(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
	       const char **ret);

bool
yamldoc_bool(const struct yamldoc *doc, const struct yamlnode *node, const char *what, bool *ret);

bool
yamldoc_integer(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
		long long min, long long max, long long *ret);

/* A finite decimal number; the locale does not matter. */
bool
yamldoc_number(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
	       double *ret);

/*
 * One string or a list of strings. *ret lives in doc->arena and ends with a NULL that *ret_count
 * does not count.
 */
bool
yamldoc_strings(const struct yamldoc *doc, const struct yamlnode *node, const char *what,
		const char ***ret, size_t *ret_count);

/*
 * The word of a NULL-terminated list that is nearest to a misspelt one, or NULL when none is near.
 * words may be NULL.
 */
const char *
yamldoc_nearest(const char *word, const char *const *words);

/*
 * The hint for a word that is none of words: "did you mean "x"?", or without a near one "one of a,
 * b, c". Fills buf and returns it.
 */
const char *
yamldoc_choice(const char *word, const char *const *words, char *buf, size_t size);

#endif
