/*
 * literal: required literals of a pattern. See literal.h.
 *
 * Each piece of the pattern gives a set of strings. While `exact`, the piece matches nothing but one of them, so
 * neighbours can be multiplied; otherwise each match of the piece holds one of them, and of neighbours the
 * better set is kept. An empty set means "no idea".
 */
#include "literal.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "fold_char.h"
#include "pattern.h"

#define PRODUCT_MAX	64	/* strings made by multiplying neighbours */
#define CLASS_MAX	12	/* members of a class that are spelt out */
#define NESTING_MAX	64
#define COST_HEAVY	64.0	/* ways to try at one place of the text above which they are counted */
#define COST_MAX	1e12

struct set {
	struct literal *list;
	size_t count;
	bool exact;
	double cost;
};

struct parser {
	struct arena *arena;
	const char *s;
	size_t len, at;
	enum view view;
	bool confused;			/* something was not understood: no literals at all */
	bool nomem;
	unsigned depth;
	struct literal_stop *stops;
	size_t stop_count, stop_room;
};

static struct set
parse_alternatives(struct parser *p);

static struct set
nothing_known(void)
{
	return (struct set){.cost = 1};
}

/* Notes that backtracking comes through where the parser stands. */
static void
add_stop(struct parser *p, bool far)
{
	size_t room = p->stop_room > 0 ? 2 * p->stop_room : 16;
	struct literal_stop *stops;

	if (p->stop_count == p->stop_room) {
		stops = arena_grow(p->arena, p->stops, p->stop_room * sizeof(*stops), room * sizeof(*stops));
		if (stops == NULL) {
			p->nomem = true;
			return;
		}
		p->stops = stops;
		p->stop_room = room;
	}
	p->stops[p->stop_count++] = (struct literal_stop){p->at, far};
}

static struct set
exactly(struct parser *p, const char *s, size_t len)
{
	struct set set = {.count = 1, .exact = true, .cost = 1};

	set.list = arena_alloc(p->arena, sizeof(*set.list));
	if (set.list == NULL) {
		p->nomem = true;
		return nothing_known();
	}
	set.list[0] = (struct literal){s, len};
	return set;
}

static size_t
shortest(const struct set *set)
{
	size_t least = SIZE_MAX;

	if (set->count == 0)
		return 0;
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].len < least)
			least = set->list[i].len;
	return least;
}

/* How often some string of the set may be met in any text: a letter of English says about 4 bits, a syllable of Korean 9. */
static double
commonness(const struct set *set)
{
	double sum = 0;

	for (size_t i = 0; i < set->count; i++) {
		unsigned bits = 0;

		for (size_t k = 0; k < set->list[i].len; k++)
			bits += (unsigned char)set->list[i].text[k] < 0x80 ? 4 : 3;
		sum += bits < 60 ? 1.0 / (double)(UINT64_C(1) << bits) : 0;
	}
	return sum;
}

/* Whether a is a better filter than b. */
static bool
better(const struct set *a, const struct set *b)
{
	if (shortest(a) < LITERAL_MIN)
		return false;
	return shortest(b) < LITERAL_MIN || commonness(a) < commonness(b);
}

static struct set
unite(struct parser *p, const struct set *a, const struct set *b)
{
	struct set out = {.exact = a->exact && b->exact, .cost = a->cost + b->cost};

	if (a->count == 0 || b->count == 0 || a->count + b->count > LITERAL_SET_MAX) {
		out.exact = false;
		return out;
	}
	out.list = arena_alloc(p->arena, (a->count + b->count) * sizeof(*out.list));
	if (out.list == NULL) {
		p->nomem = true;
		return nothing_known();
	}
	memcpy(out.list, a->list, a->count * sizeof(*out.list));
	out.count = a->count;
	for (size_t i = 0; i < b->count; i++) {
		bool known = false;

		for (size_t j = 0; j < a->count && !known; j++)
			known = a->list[j].len == b->list[i].len &&
				memcmp(a->list[j].text, b->list[i].text, b->list[i].len) == 0;
		if (!known)
			out.list[out.count++] = b->list[i];
	}
	return out;
}

/* Every string of a followed by every one of b, both exact. */
static struct set
multiply(struct parser *p, const struct set *a, const struct set *b)
{
	struct set out = {.exact = true, .count = 0};

	out.list = arena_alloc(p->arena, a->count * b->count * sizeof(*out.list));
	if (out.list == NULL)
		p->nomem = true;
	for (size_t i = 0; i < a->count && !p->nomem; i++) {
		for (size_t j = 0; j < b->count; j++) {
			struct literal *l = &out.list[out.count];
			char *text = arena_alloc(p->arena, a->list[i].len + b->list[j].len);

			if (text == NULL) {
				p->nomem = true;
				break;
			}
			memcpy(text, a->list[i].text, a->list[i].len);
			memcpy(text + a->list[i].len, b->list[j].text, b->list[j].len);
			*l = (struct literal){text, a->list[i].len + b->list[j].len};
			out.count++;
		}
	}
	return p->nomem ? nothing_known() : out;
}

/* A sequence so far: `run` is the exact string being built at its end, `best` the best set before it. */
struct sequence {
	struct set best, run;
	bool broken;			/* the whole is not exact any more */
	double cost;
};

static void
sequence_add(struct parser *p, struct sequence *q, const struct set *item)
{
	q->cost = q->cost * item->cost > COST_MAX ? COST_MAX : q->cost * item->cost;
	if (item->exact && q->run.count * item->count <= PRODUCT_MAX) {
		q->run = multiply(p, &q->run, item);
		return;
	}
	q->broken = true;
	if (better(&q->run, &q->best))
		q->best = q->run;
	if (item->exact) {
		q->run = *item;
		return;
	}
	if (better(item, &q->best))
		q->best = *item;
	q->run = exactly(p, "", 0);
}

static struct set
sequence_end(struct sequence *q)
{
	struct set out;

	if (!q->broken) {
		out = q->run;
	} else {
		out = better(&q->run, &q->best) ? q->run : q->best;
		out.exact = false;
	}
	out.cost = q->cost;
	return out;
}

/* [abc하해]: spelt out when it is a short list of plain characters. */
static struct set
parse_class(struct parser *p)
{
	size_t at = p->at, end = pattern_class_end(p->s, p->len, at), i = at + 1;
	struct set set = {.exact = true, .cost = 1};
	int32_t cp;

	p->at = end;
	set.list = arena_alloc(p->arena, CLASS_MAX * sizeof(*set.list));
	if (set.list == NULL) {
		p->nomem = true;
		return nothing_known();
	}
	if (i >= end || p->s[i] == '^' || p->s[i] == ']')
		return nothing_known();
	while (i + 1 < end) {
		size_t n = utf8_next(p->s + i, end - i, &cp);

		if (strchr("\\[-", p->s[i]) != NULL || cp < 0 || set.count == CLASS_MAX)
			return nothing_known();
		set.list[set.count++] = (struct literal){p->s + i, n};
		i += n;
	}
	return set.count > 0 ? set : nothing_known();
}

static struct set
parse_escape(struct parser *p)
{
	size_t at = p->at, end = pattern_escape_end(p->s, p->len, at);
	char c = at + 1 < p->len ? p->s[at + 1] : '\0';

	p->at = end;
	if (c != '\0' && strchr("bBAzZG", c) != NULL)
		return exactly(p, "", 0);
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\0') {
		if (c == 'K' || c == 'Q' || c == 'E')
			p->confused = true;
		if (c == 'x' && p->at == at + 2)	/* \xhh: the digits are not literals */
			for (int i = 0; i < 2 && p->at < p->len && strchr("0123456789abcdefABCDEF", p->s[p->at]); i++)
				p->at++;
		while (c >= '0' && c <= '9' && p->at < p->len && p->s[p->at] >= '0' && p->s[p->at] <= '9')
			p->at++;
		/* \gN, \k<name>, \o{..}: forms whose extent is not followed here */
		if (strchr("gkoNRX", c) != NULL)
			p->confused = true;
		return nothing_known();
	}
	return exactly(p, p->s + at + 1, end - at - 1);
}

/* A group at '('. Assertions match nothing themselves; their inside counts for backtracking only. */
static struct set
parse_group(struct parser *p)
{
	const char *s = p->s + p->at;
	size_t left = p->len - p->at, n = 1;
	bool assertion = false;
	struct set inside;

	if (left >= 3 && s[1] == '?') {
		if (strchr(":>|", s[2]) != NULL) {
			n = 3;
		} else if (s[2] == '=' || s[2] == '!') {
			n = 3;
			assertion = true;
		} else if (s[2] == '<' && left > 3 && (s[3] == '=' || s[3] == '!')) {
			n = 4;
			assertion = true;
		} else if (s[2] == '<' || (s[2] == 'P' && left > 3 && s[3] == '<')) {
			const char *close = memchr(s, '>', left);

			n = close != NULL ? (size_t)(close - s) + 1 : left;
		} else {
			n = 2 + strspn(s + 2, "imsnJU^-");
			/* In folded views everything is one case anyway. */
			if (n >= left || (s[n] != ':' && s[n] != ')') || memchr(s, 'n', n) != NULL ||
			    (p->view == VIEW_PLAIN && memchr(s, 'i', n) != NULL)) {
				p->confused = true;
				return nothing_known();
			}
			if (s[n] == ')') {
				p->at += n + 1;
				return exactly(p, "", 0);
			}
			n++;
		}
	}
	p->at += n;
	if (++p->depth > NESTING_MAX) {
		p->confused = true;
		return nothing_known();
	}
	inside = parse_alternatives(p);
	p->depth--;
	if (p->at >= p->len)
		p->confused = true;
	p->at++;
	if (assertion) {
		double cost = inside.cost;

		inside = exactly(p, "", 0);
		inside.cost = cost;
	}
	return inside;
}

static struct set
repeat(struct parser *p, const struct set *item, bool single, bool white, long min, long max)
{
	struct set out, empty;
	double range = max < 0 ? 1e6 : (double)(max - min + 1);

	if (white && p->view != VIEW_PLAIN && (max < 0 || max > 1))
		range = 2;		/* white space is one space there */
	else if (max != min)
		add_stop(p, max < 0);
	if (min == 1 && max == 1)
		return *item;
	if (min == 0 && max == 1 && item->exact) {
		empty = exactly(p, "", 0);
		out = unite(p, item, &empty);
		return out;
	}
	out = *item;
	out.exact = false;
	if (min == 0)
		out = nothing_known();
	out.cost = range * (single ? 1 : item->cost * (max < 0 || max > 1 ? 2 : 1));
	if (!single && range > 1 && item->cost > 1 && max > 1)	/* each round may go several ways */
		for (long i = 2; i <= max && out.cost < COST_HEAVY; i++)
			out.cost *= item->cost;
	return out;
}

static struct set
parse_sequence(struct parser *p)
{
	struct sequence q = {.best = nothing_known(), .run = exactly(p, "", 0), .cost = 1};

	while (p->at < p->len && !p->confused && !p->nomem) {
		char c = p->s[p->at];
		bool single = true, white = false;
		struct set item;
		size_t from = p->at, end;
		long min, max;
		int32_t cp;

		if (c == '|' || c == ')')
			break;
		if (c == '\\') {
			item = parse_escape(p);
			white = p->at == from + 2 && p->s[from + 1] == 's';
		} else if (c == '[') {
			item = parse_class(p);
		} else if (c == '(') {
			item = parse_group(p);
			single = false;
		} else if (c == '.') {
			item = nothing_known();
			p->at++;
		} else if (c == '^' || c == '$') {
			item = exactly(p, "", 0);
			p->at++;
		} else {
			p->at += utf8_next(p->s + p->at, p->len - p->at, &cp);
			item = exactly(p, p->s + from, p->at - from);
			white = c == ' ';
		}
		end = pattern_quantifier_end(p->s, p->len, p->at, &min, &max);
		if (end != p->at) {
			p->at = end;
			item = repeat(p, &item, single, white, min, max);
		} else if (!single && item.cost > 1) {
			add_stop(p, false);
		}
		sequence_add(p, &q, &item);
	}
	return sequence_end(&q);
}

static struct set
parse_alternatives(struct parser *p)
{
	struct set out = parse_sequence(p), next;
	double cost = out.cost;

	while (p->at < p->len && p->s[p->at] == '|' && !p->confused && !p->nomem) {
		p->at++;
		next = parse_sequence(p);
		/* Another word costs next to nothing: it fails at its first letter. */
		cost += next.cost - 1 + 1.0 / 16;
		out = unite(p, &out, &next);
	}
	out.cost = cost;
	return out;
}

int
literal_extract(struct arena *arena, const char *pattern, size_t len, enum view view, struct literals *ret)
{
	struct parser p = {.arena = arena, .s = pattern, .len = len, .view = view};
	struct set set = parse_alternatives(&p);

	if (p.nomem)
		return -ENOMEM;
	if (p.at < len)
		p.confused = true;
	*ret = (struct literals){.understood = !p.confused};
	if (!p.confused && set.cost > COST_HEAVY) {
		ret->stops = p.stops;
		ret->stop_count = p.stop_count;
	}
	if (!p.confused && shortest(&set) >= LITERAL_MIN) {
		ret->list = set.list;
		ret->count = set.count;
	}
	return 0;
}
