/*
 * when: conditions over flags. See when.h.
 */
#include "when.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"

struct when {
	enum { WHEN_FLAGS, WHEN_NOT, WHEN_AND, WHEN_OR } kind;
	flag_set flags;
	struct when *left, *right;
};

struct parser {
	struct arena *arena;
	const char *s;
	size_t len, at;
	size_t token, token_len; /* the token under the eye; token_len 0 at the end */
	unsigned tokens;
	struct when_error *error;
	int rc;
};

static struct when *
parse_or(struct parser *p);

static struct when *__attribute__((format(printf, 3, 4)))
fail(struct parser *p, const char *hint, const char *fmt, ...)
{
	va_list ap;

	if (p->rc == 0) {
		p->rc = -EINVAL;
		p->error->offset = p->token;
		va_start(ap, fmt);
		vsnprintf(p->error->text, sizeof(p->error->text), fmt, ap);
		va_end(ap);
		snprintf(p->error->hint, sizeof(p->error->hint), "%s",
			 *hint ? hint : "write it like threat and (demand or not signal.repeat)");
	}
	return NULL;
}

static void
advance(struct parser *p)
{
	while (p->at < p->len && strchr(" \t\r\n", p->s[p->at]) != NULL)
		p->at++;
	p->token = p->at;
	if (p->at < p->len && (p->s[p->at] == '(' || p->s[p->at] == ')'))
		p->at++;
	else
		while (p->at < p->len && strchr(" \t\r\n()", p->s[p->at]) == NULL)
			p->at++;
	p->token_len = p->at - p->token;
	if (p->token_len > 0 && ++p->tokens > LIMIT_WHEN_NODES)
		fail(p, "split it into several rules",
		     "the condition has more than %d names and operators", LIMIT_WHEN_NODES);
}

static bool
token_is(const struct parser *p, const char *word)
{
	return p->rc == 0 && p->token_len == strlen(word) &&
	       memcmp(p->s + p->token, word, p->token_len) == 0;
}

static struct when *
node(struct parser *p, int kind, struct when *left, struct when *right)
{
	struct when *w;

	if (p->rc != 0)
		return NULL;
	w = arena_calloc(p->arena, 1, sizeof(*w));
	if (w == NULL) {
		p->rc = -ENOMEM;
		return NULL;
	}
	w->kind = kind;
	w->left = left;
	w->right = right;
	return w;
}

static struct when *
parse_name(struct parser *p)
{
	char name[64], hint[96] = "";
	const char *near;
	struct when *w;
	flag_set flags;

	if (p->token_len == 0)
		return fail(p, "", "the condition ends where a flag or family should follow");
	snprintf(name, sizeof(name), "%.*s", (int)p->token_len, p->s + p->token);
	if (token_is(p, "and") || token_is(p, "or") || token_is(p, ")"))
		return fail(p, "", "a flag or family should stand before \"%s\"", name);
	flags = p->token_len < sizeof(name) ? flag_set_by_name(name) : 0;
	if (flags == 0) {
		near = flag_nearest(name);
		if (near != NULL)
			snprintf(hint, sizeof(hint), "did you mean %s?", near);
		return fail(p, hint, "\"%s\" is not a flag or family", name);
	}
	w = node(p, WHEN_FLAGS, NULL, NULL);
	if (w != NULL)
		w->flags = flags;
	advance(p);
	return w;
}

static struct when *
parse_not(struct parser *p)
{
	struct when *w;

	if (p->rc != 0)
		return NULL;
	if (token_is(p, "not")) {
		advance(p);
		w = parse_not(p);
		return node(p, WHEN_NOT, w, NULL);
	}
	if (token_is(p, "(")) {
		advance(p);
		w = parse_or(p);
		if (p->rc == 0 && !token_is(p, ")"))
			return fail(p, "", "a ) is missing");
		advance(p);
		return w;
	}
	return parse_name(p);
}

static struct when *
parse_and(struct parser *p)
{
	struct when *left = parse_not(p);

	while (token_is(p, "and")) {
		advance(p);
		left = node(p, WHEN_AND, left, parse_not(p));
	}
	return left;
}

static struct when *
parse_or(struct parser *p)
{
	struct when *left = parse_and(p);

	while (token_is(p, "or")) {
		advance(p);
		left = node(p, WHEN_OR, left, parse_and(p));
	}
	return left;
}

int
when_parse(struct arena *arena, const char *text, size_t len, struct when **ret,
	   struct when_error *ret_error)
{
	struct parser p = { .arena = arena, .s = text, .len = len, .error = ret_error };
	struct when *w;

	advance(&p);
	w = parse_or(&p);
	if (p.rc == 0 && p.token_len > 0)
		fail(&p, "join conditions with and, or", "\"%.*s\" is not expected here",
		     (int)(p.token_len < 40 ? p.token_len : 40), p.s + p.token);
	if (p.rc != 0)
		return p.rc;
	*ret = w;
	return 0;
}

static enum answer
either(enum answer a, enum answer b)
{
	if (a == ANSWER_HIT || b == ANSWER_HIT)
		return ANSWER_HIT;
	return a == ANSWER_UNDETERMINED || b == ANSWER_UNDETERMINED ? ANSWER_UNDETERMINED
								    : ANSWER_CLEAR;
}

static enum answer
opposite(enum answer a)
{
	if (a == ANSWER_UNDETERMINED)
		return a;
	return a == ANSWER_HIT ? ANSWER_CLEAR : ANSWER_HIT;
}

enum answer
when_eval(const struct when *w, const enum answer answers[FLAG_COUNT])
{
	enum answer a = ANSWER_CLEAR;

	switch (w->kind) {
	case WHEN_FLAGS:
		for (int i = 0; i < FLAG_COUNT; i++)
			if (w->flags & (1u << i))
				a = either(a, answers[i]);
		return a;
	case WHEN_NOT:
		return opposite(when_eval(w->left, answers));
	case WHEN_AND:
		return opposite(either(opposite(when_eval(w->left, answers)),
				       opposite(when_eval(w->right, answers))));
	case WHEN_OR:
		return either(when_eval(w->left, answers), when_eval(w->right, answers));
	}
	return ANSWER_UNDETERMINED;
}

flag_set
when_flags(const struct when *w)
{
	flag_set flags = w->flags;

	if (w->left != NULL)
		flags |= when_flags(w->left);
	if (w->right != NULL)
		flags |= when_flags(w->right);
	return flags;
}
