/*
 * err: what went wrong, in words for the person who can mend it.
 *
 * The contract of every function in this tree that can fail: it returns 0 (or a count) on success
 * and a negative errno on failure; outputs are named ret_..., come last, and are untouched on
 * failure. A function whose failure a person will read also takes a `struct err *` and fills it.
 * Libraries never log; the program's edge logs once.
 *
 * A message says what was being done, to what, what went wrong and what to do next.
 */
#ifndef FILTERS_ERR_H
#define FILTERS_ERR_H

#include <stddef.h>

struct err {
	char file[192];        /* the file a person must open, or "" */
	unsigned line, column; /* 1-based; 0 means unknown; columns count characters, not bytes */
	char text[512];        /* one sentence, UTF-8, no trailing newline */
};

/*
 * Fills e->text (and clears the place) when e is not NULL. Returns code, so that callers can
 * `return err_set(...)`.
 */
int
err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same, naming a place in a file. */
int
err_at(struct err *e, int code, const char *file, unsigned line, unsigned column, const char *fmt,
       ...) __attribute__((format(printf, 6, 7)));

/* Puts "context: " before the text that is already there. Returns code. */
int
err_prefix(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Writes "file:line:column: text" (without the parts that are unknown) into buf. Returns buf. */
const char *
err_text(const struct err *e, char *buf, size_t size);

/*
 * problems: every mistake of one run, in order, for checks that must not stop at the first.
 * Zero-initialise; problems_free() frees what it holds and leaves it empty and usable.
 */
enum problem_level {
	PROBLEM_NOTE,
	PROBLEM_WARNING,
	PROBLEM_ERROR,
};

struct problem {
	enum problem_level level;
	struct err err;
	char hint[192]; /* what to do, or "" */
};

struct problems {
	struct problem *list;
	size_t count, room;
	size_t errors, warnings; /* counted even beyond the bound on the list, PROBLEMS_MAX */
};

/*
 * Adds one problem; hint may be NULL. Never fails: when memory or the bound is exhausted it only
 * counts.
 */
void
problems_add(struct problems *p, enum problem_level level, const char *file, unsigned line,
	     unsigned column, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

void
problems_free(struct problems *p);

#endif
