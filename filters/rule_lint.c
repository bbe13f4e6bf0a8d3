/*
 * rule_lint: walks a prepared pattern the way PCRE2 reads it and looks at its repeats. See
 * rule_lint.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "rule_lint.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fold_char.h"
#include "limits.h"

#define NESTING_MAX 64
#define ROUNDS_MANY 3 /* rounds of the outer repeat from which ways multiply */
#define RANGE_WIDE                                                                                 \
	8 /* a bounded repeat that can end in so many places is as bad as one without an end */
#define ITEMS_MAX 64 /* of one sequence that are held against each other */
#define SHOWN_MAX 32 /* bytes of a pattern that a message shows */

/* One item of a sequence: an atom with its quantifier. */
struct item {
	size_t from, atom_end, end;
	long min, max; /* max -1: no end */
	bool group;
	bool possessive; /* it, or the group that it is, does not give back */
	bool open;       /* a group that can itself be divided in many ways */
	bool nothing;    /* an assertion or anchor: takes no characters */
};

/* A repeat of nearly any character, without an end. */
struct endless {
	size_t from, end;
	bool leading, followed;
};

struct walk {
	const char *s;
	size_t len, at;
	const struct prepared *prepared;
	enum pattern_role role;
	enum view view;
	unsigned negated; /* groups around that must not match */
	struct blame *ret;
	int count;
	unsigned depth;
	bool confused, nomem;
	struct endless endless[BLAMES_MAX];
	size_t endless_count;
};

/* What stands in one group. */
struct inside {
	bool taken; /* each of its alternatives takes a character */
	bool open;  /* some alternative can be divided among rounds in many ways */
};

static struct inside
walk_alternatives(struct walk *w, bool taken);

static void __attribute__((format(printf, 5, 6)))
blame(struct walk *w, enum blame_kind kind, size_t at, const char *hint, const char *fmt, ...)
{
	struct blame *b;
	va_list ap;

	if (w->count == BLAMES_MAX)
		return;
	b = &w->ret[w->count++];
	b->kind = kind;
	b->offset = w->prepared->origin[at];
	va_start(ap, fmt);
	vsnprintf(b->text, sizeof(b->text), fmt, ap);
	va_end(ap);
	snprintf(b->hint, sizeof(b->hint), "%s", hint);
}

/* Bytes of a piece of the pattern that a message shows, whole characters. */
static int
shown(const char *s, size_t from, size_t end)
{
	size_t n = end - from;

	if (n > SHOWN_MAX)
		for (n = SHOWN_MAX; n > 0 && ((unsigned char)s[from + n] & 0xc0) == 0x80;)
			n--;
	return (int)n;
}

/* Whether an atom matches nearly every character, up to the end of the text and not of a sentence.
 */
static bool
is_wide(const char *s, size_t from, size_t end)
{
	if (s[from] == '.')
		return true;
	if (s[from] == '\\' && end == from + 2)
		return strchr("SDWN", s[from + 1]) != NULL;
	if (s[from] != '[')
		return false;
	if (s[from + 1] == '^')
		return memchr(s + from, '.', end - from) == NULL &&
		       memchr(s + from, '!', end - from) == NULL;
	/* [\s\S] and its like */
	return memmem(s + from, end - from, "\\s\\S", 4) != NULL ||
	       memmem(s + from, end - from, "\\S\\s", 4) != NULL ||
	       memmem(s + from, end - from, "\\d\\D", 4) != NULL ||
	       memmem(s + from, end - from, "\\w\\W", 4) != NULL;
}

/* Whether an atom can match the text that another one is spelt as. */
static bool
accepts(struct walk *w, const struct item *atom, const char *text, size_t len)
{
	char pattern[512];
	int number, n, rc = 1;
	PCRE2_SIZE offset;
	pcre2_code *code;
	pcre2_match_data *data;

	if (atom->atom_end - atom->from > sizeof(pattern) - 8)
		return true;
	n = snprintf(pattern, sizeof(pattern), "(?:%.*s)", (int)(atom->atom_end - atom->from),
		     w->s + atom->from);
	code = pcre2_compile((PCRE2_SPTR)pattern, (PCRE2_SIZE)n,
			     PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK, &number, &offset,
			     NULL);
	if (code == NULL) /* speaks of something outside of it */
		return true;
	data = pcre2_match_data_create(1, NULL);
	w->nomem |= data == NULL;
	if (data != NULL)
		rc = pcre2_match(code, (PCRE2_SPTR)text, len, 0, PCRE2_NO_UTF_CHECK, data, NULL);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return rc != PCRE2_ERROR_NOMATCH;
}

/* The character that an item is, when it is exactly one: "a", "\.". Its bytes, or 0. */
static size_t
one_character(const struct walk *w, const struct item *i, const char **ret)
{
	const char *s = w->s + i->from;
	size_t len = i->atom_end - i->from;

	if (i->group || *s == '[' || *s == '.')
		return 0;
	if (*s == '\\') {
		if (len != 2 || (s[1] >= 'a' && s[1] <= 'z') || (s[1] >= 'A' && s[1] <= 'Z') ||
		    (s[1] >= '0' && s[1] <= '9'))
			return 0;
		s++;
		len--;
	}
	*ret = s;
	return len;
}

/*
 * Whether a sequence that is repeated can be divided among the rounds in many ways: it has a repeat
 * without an end, and nothing else in it must be there and keeps the rounds apart.
 */
static bool
is_open(struct walk *w, const struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool fenced = false;

		if ((items[i].max >= 0 && items[i].max - items[i].min < RANGE_WIDE &&
		     !items[i].open) ||
		    items[i].possessive || items[i].nothing)
			continue;
		for (size_t k = 0; k < count && !fenced; k++) {
			const char *text;
			size_t len;

			if (k == i || items[k].min == 0 || items[k].nothing)
				continue;
			len = one_character(w, &items[k], &text);
			fenced = len > 0 ? !accepts(w, &items[i], text, len)
					 : !is_wide(w->s, items[i].from, items[i].atom_end);
		}
		if (!fenced)
			return true;
	}
	return false;
}

static void
note_endless(struct walk *w, const struct item *i, bool taken)
{
	if (i->max >= 0 || i->group || !is_wide(w->s, i->from, i->atom_end) ||
	    w->endless_count == BLAMES_MAX)
		return;
	w->endless[w->endless_count++] =
		(struct endless){ .from = i->from, .end = i->end, .leading = !taken };
}

/*
 * The index behind the head of a group at s[at] == '('. *ret_assertion, and whether the group is
 * atomic. A head that is not understood makes the walk stop.
 */
static size_t
group_head(struct walk *w, bool *ret_assertion, bool *ret_atomic, bool *ret_empty)
{
	const char *s = w->s + w->at, *close;
	size_t left = w->len - w->at, n;

	*ret_assertion = *ret_atomic = *ret_empty = false;
	if (left < 3 || s[1] != '?')
		return w->at + 1;
	if (strchr(":|>", s[2]) != NULL) {
		*ret_atomic = s[2] == '>';
		return w->at + 3;
	}
	if (s[2] == '=' || s[2] == '!' || (s[2] == '<' && left > 3 && strchr("=!", s[3]))) {
		*ret_assertion = true;
		return w->at + (s[2] == '<' ? 4 : 3);
	}
	if (s[2] == '<' || (s[2] == 'P' && left > 3 && s[3] == '<')) {
		close = memchr(s, '>', left);
		return close != NULL ? w->at + (size_t)(close - s) + 1 : w->len;
	}
	n = 2 + strspn(s + 2, "imsnJU^-");
	*ret_empty = n < left && s[n] == ')';
	w->confused |= n >= left || (s[n] != ':' && s[n] != ')');
	return w->at + n + 1;
}

static void
walk_group(struct walk *w, bool taken, struct item *item, struct inside *ret)
{
	bool assertion, atomic, empty, negative;
	size_t body = group_head(w, &assertion, &atomic, &empty);

	*ret = (struct inside){ .taken = false };
	item->group = true;
	item->nothing = assertion || empty;
	w->at = body;
	if (empty || w->confused)
		return;
	if (++w->depth > NESTING_MAX) {
		w->confused = true;
		return;
	}
	negative = assertion && w->s[body - 1] == '!';
	w->negated += negative;
	*ret = walk_alternatives(w, taken);
	w->negated -= negative;
	w->depth--;
	w->confused |= w->at >= w->len;
	w->at++;
	item->possessive = atomic;
}

/* The atom that begins where the walk is. */
static void
walk_atom(struct walk *w, bool taken, struct item *item, struct inside *ret_inside)
{
	char c = w->s[w->at];
	int32_t cp;

	*ret_inside = (struct inside){ .taken = true };
	if (c == '(') {
		walk_group(w, taken, item, ret_inside);
		return;
	}
	if (c == '\\') {
		w->at = pattern_escape_end(w->s, w->len, w->at);
		item->nothing =
			w->at == item->from + 2 && strchr("bBAzZGK", w->s[item->from + 1]) != NULL;
	} else if (c == '[') {
		w->at = pattern_class_end(w->s, w->len, w->at);
	} else {
		item->nothing = c == '^' || c == '$';
		w->at += utf8_next(w->s + w->at, w->len - w->at, &cp);
	}
	ret_inside->taken = !item->nothing;
}

static void
walk_quantifier(struct walk *w, struct item *item)
{
	size_t end;

	item->atom_end = w->at;
	end = pattern_quantifier_end(w->s, w->len, w->at, &item->min, &item->max);
	if (end == w->at)
		item->min = item->max = 1;
	item->possessive |= end > w->at + 1 && w->s[end - 1] == '+';
	w->at = item->end = end;
}

static void
check_nested(struct walk *w, const struct item *item, const struct inside *inside)
{
	int n;

	if (!item->group || item->nothing || item->possessive || !inside->open ||
	    (item->max >= 0 && item->max < ROUNDS_MANY))
		return;
	n = shown(w->s, item->from, item->atom_end);
	blame(w, BLAME_NESTED, item->atom_end,
	      "let each round begin with something that must be there, or bound the repeat inside",
	      "a repeat within a repeat, %.*s%s%.*s: the same letters can be divided among the "
	      "rounds in very many ways",
	      n, w->s + item->from, (size_t)n < item->atom_end - item->from ? "…)" : "",
	      shown(w->s, item->atom_end, item->end), w->s + item->atom_end);
}

/* The end of an atom: the digits of \x41 and \012 are walked over as letters of their own. */
static size_t
with_digits(const struct walk *w, const struct item *item)
{
	size_t len = item->atom_end - item->from;
	const char *digits = len == 2 && w->s[item->from] == '\\' && w->s[item->from + 1] == 'x'
				     ? "0123456789abcdefABCDEF"
			     : len == 2 && w->s[item->from] == '\\' && w->s[item->from + 1] == '0'
				     ? "01234567"
				     : "";
	size_t more = strspn(w->s + item->atom_end, digits);

	return item->atom_end + (more < 2 ? more : 2);
}

/* An escape or a class that must match something which the view never holds. */
static void
check_held(struct walk *w, const struct item *item)
{
	size_t end;
	int held;

	if (item->group || item->nothing || item->min == 0 || w->negated > 0 ||
	    w->count == BLAMES_MAX || (w->s[item->from] != '\\' && w->s[item->from] != '['))
		return;
	end = with_digits(w, item);
	held = rule_lint_held(w->view, w->s + item->from, end - item->from);
	w->nomem |= held < 0;
	if (held == 0)
		blame(w, BLAME_ABSENT, item->from,
		      w->view == VIEW_SQUEEZED
			      ? "only letters are left in it; view: folded keeps the rest"
			      : "it has small letters, and one space for all white space; view: "
				"plain "
				"keeps both",
		      "the %s view never holds what %.*s stands for", view_name(w->view),
		      shown(w->s, item->from, end), w->s + item->from);
}

static struct inside
walk_sequence(struct walk *w, bool taken)
{
	struct item items[ITEMS_MAX];
	struct inside out = { .taken = taken };
	size_t count = 0, first = w->endless_count;

	while (w->at < w->len && !w->confused && w->s[w->at] != '|' && w->s[w->at] != ')') {
		struct item item = { .from = w->at };
		size_t before = w->endless_count;
		struct inside inside;

		walk_atom(w, out.taken, &item, &inside);
		if (w->confused)
			break;
		walk_quantifier(w, &item);
		check_nested(w, &item, &inside);
		check_held(w, &item);
		note_endless(w, &item, out.taken);
		item.open = inside.open;
		if (!item.nothing)
			for (size_t i = first; i < before; i++)
				w->endless[i].followed = true;
		out.taken |= inside.taken && !item.nothing && item.min > 0;
		if (count < ITEMS_MAX)
			items[count++] = item;
	}
	out.open = w->depth > 0 && is_open(w, items, count);
	return out;
}

static struct inside
walk_alternatives(struct walk *w, bool taken)
{
	struct inside out = walk_sequence(w, taken), next;

	while (w->at < w->len && w->s[w->at] == '|' && !w->confused) {
		w->at++;
		next = walk_sequence(w, taken);
		out.taken &= next.taken;
		out.open |= next.open;
	}
	return out;
}

/* Says what the repeats without an end cost. The last thing of a pattern ends by itself. */
static void
blame_endless(struct walk *w)
{
	static const char bound[] = "bound it, as in .{0,40}; {near}, {gap} and {far} are up to 8, "
				    "20 and 60 characters of the same sentence";
	size_t seen = 0;

	for (size_t i = 0; i < w->endless_count; i++) {
		const struct endless *e = &w->endless[i];
		int n = shown(w->s, e->from, e->end);

		if (e->leading)
			blame(w, BLAME_LEADING, e->from,
			      "take it out: a match may begin anywhere anyway",
			      "%.*s at the beginning is tried from every place of the mail", n,
			      w->s + e->from);
		else if (e->followed && ++seen == 1)
			blame(w, BLAME_ENDLESS, e->from, bound,
			      "%.*s has no end: it goes on over the sentences of a whole mail", n,
			      w->s + e->from);
		else if (e->followed)
			blame(w, BLAME_SQUARE, e->from, bound,
			      "%.*s is another repeat without an end: the time grows with the "
			      "square of the mail",
			      n, w->s + e->from);
	}
}

/* Ordinary mail, in which a rule has nothing to find. */
static const char *const ordinary[][4] = {
	{ "안녕하세요, 주문 번호를 알려 주시면 고맙겠습니다", "배송이 언제쯤 되는지 궁금합니다",
	  "색상을 파란색으로 바꿀 수 있을까요?", "사이즈 표는 어디에 있나요" },
	{ "hello, could you tell me your opening hours?", "thanks for the quick delivery",
	  "is the blue one back in stock", "which size would fit a child of ten" },
};

static int
blame_any(struct walk *w, struct matcher *matcher, const struct pattern *pattern, enum view view)
{
	static const char *const languages[] = { "Korean", "English" };
	struct arena *arena = arena_new(0);
	int rc = arena != NULL ? 0 : -ENOMEM;

	for (size_t l = 0; l < 2 && rc == 0; l++) {
		size_t hits = 0, start, end;

		for (size_t i = 0; i < 4 && rc == 0; i++) {
			struct folded f;

			rc = fold_text(arena, view, ordinary[l][i], strlen(ordinary[l][i]), &f);
			matcher_begin(matcher, LIMIT_MESSAGE_STEPS, true);
			hits += rc == 0 && matcher_find(matcher, pattern, f.text, f.len, 0,
							MATCH_ANYWHERE, &start, &end) == ANSWER_HIT;
		}
		if (hits < 4)
			continue;
		blame(w, BLAME_ANY, 0,
		      w->role == PATTERN_UNLESS ? "name what tells the harmless case apart"
						: "name a word that is in no ordinary mail",
		      w->role == PATTERN_UNLESS
			      ? "matches nearly any %s sentence, so the rule hits next to nothing"
			      : "matches nearly any %s text",
		      languages[l]);
		break;
	}
	arena_free(arena);
	return rc;
}

int
rule_lint(struct matcher *matcher, const struct prepared *prepared, const struct pattern *pattern,
	  enum view view, enum pattern_role role, struct blame ret[BLAMES_MAX])
{
	struct walk w = {
		.s = prepared->text,
		.len = prepared->len,
		.prepared = prepared,
		.role = role,
		.view = view,
		.ret = ret,
	};
	int rc = 0;

	walk_alternatives(&w, false);
	if (role == PATTERN_MATCH || role == PATTERN_ALL)
		blame_endless(&w);
	if (role == PATTERN_MATCH && pattern->literals.need_count == 0)
		blame(&w, BLAME_UNGATED, 0,
		      "let it need a word of two letters or more that is written out",
		      "runs over every mail: there is no word that each of its matches must hold");
	if (role != PATTERN_HEADER)
		rc = blame_any(&w, matcher, pattern, view);
	return rc < 0 || w.nomem ? -ENOMEM : w.count;
}
