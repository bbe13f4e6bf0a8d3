/*
 * literal: required literals of a pattern. See literal.h.
 *
 * Each piece of the pattern gives sets of strings, see literal_set.h; what those of neighbours make
 * together is literal_sequence.h's. An empty set means "no idea".
 */
#include "literal.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "fold_char.h"
#include "literal_cache.h"
#include "literal_sequence.h"
#include "pattern.h"

#define CLASS_MAX 32   /* members of a class that are spelt out as beginnings */
#define CLASS_EXACT 12 /* ... and as parts of longer strings */
#define NESTING_MAX 64
#define CACHED_MIN 32   /* bytes of a group that is worth keeping */
#define COST_HEAVY 64.0 /* ways to try at one place of the text above which they are counted */
#define CHARACTER_MAX 4 /* bytes of one character */
#define WHITE_MAX 8     /* bytes of \s*: a folded view never has two spaces side by side */
#define WORD_BEGINS "(?<![a-z" /* and what else the class holds, "])" */
#define WORD_ENDS "(?![a-z"
#define COMMON 0.03 /* ... and how often it may be met */

struct parser {
	struct arena *arena;
	const char *s;
	size_t len, at;
	enum view view;
	bool confused; /* something was not understood: no literals at all */
	bool nomem;
	unsigned depth;
	struct literal_stop *stops;
	size_t stop_count, stop_room;
	struct literal_cache *cache; /* NULL: nothing is kept */
};

static struct set
parse_alternatives(struct parser *p);

static struct set
nothing_known(void)
{
	return (struct set){ .cost = 1, .width = CHARACTER_MAX };
}

static struct set
any_character(void)
{
	struct set set = nothing_known();

	set.least = 1;
	return set;
}

static void
add_stop_at(struct parser *p, size_t offset, bool far)
{
	size_t room = p->stop_room > 0 ? 2 * p->stop_room : 16;
	struct literal_stop *stops;

	if (p->stop_count == p->stop_room) {
		stops = arena_grow(p->arena, p->stops, p->stop_room * sizeof(*stops),
				   room * sizeof(*stops));
		if (stops == NULL) {
			p->nomem = true;
			return;
		}
		p->stops = stops;
		p->stop_room = room;
	}
	p->stops[p->stop_count++] = (struct literal_stop){ offset, far };
}

/* Notes that backtracking comes through where the parser stands. */
static void
add_stop(struct parser *p, bool far)
{
	add_stop_at(p, p->at, far);
}

static struct set
exactly(struct parser *p, const char *s, size_t len)
{
	struct set set = {
		.needs[0].count = 1, .exact = true, .cost = 1, .width = len, .least = len
	};

	set.needs[0].list = arena_alloc(p->arena, sizeof(*set.needs[0].list));
	if (set.needs[0].list == NULL) {
		p->nomem = true;
		return nothing_known();
	}
	set.needs[0].list[0] = (struct literal){ .text = s, .len = len };
	set.begin = set.needs[0];
	return set;
}

static struct set
unite(struct parser *p, const struct set *a, const struct set *b)
{
	struct set out = nothing_known();

	p->nomem |= !set_unite(p->arena, a, b, &out);
	return out;
}

/*
 * Adds the members from..to, given as characters at s, to a class. False when there are too many.
 */
static bool
class_add(struct parser *p, struct literal_need *n, const char *s, size_t len, unsigned char to)
{
	char *text;

	for (unsigned c = (unsigned char)*s; c <= to || c == (unsigned char)*s; c++) {
		text = arena_strndup(p->arena, s, len);
		if (text == NULL)
			p->nomem = true;
		if (text == NULL || n->count == CLASS_MAX)
			return false;
		if (len == 1)
			*text = (char)c;
		n->list[n->count++] = (struct literal){ .text = text, .len = len };
	}
	return true;
}

/*
 * The members of a class of plain characters, a-z ranges and escaped punctuation, when they are
 * few.
 */
static bool
class_members(struct parser *p, size_t at, size_t end, struct literal_need *ret, bool *ret_ranges)
{
	const char *s = p->s;
	int32_t cp;

	for (size_t i = at, n; i < end; i += n) {
		unsigned char to = 0;

		if (s[i] == '[')
			return false;
		if (s[i] == '\\' && (++i == end || !ispunct((unsigned char)s[i])))
			return false;
		n = utf8_next(s + i, end - i, &cp);
		if (cp < 0)
			return false;
		if (i + n + 1 < end && s[i + n] == '-') {
			to = (unsigned char)s[i + n + 1];
			if (!isalnum((unsigned char)s[i]) || !isalnum(to) ||
			    to < (unsigned char)s[i])
				return false;
			*ret_ranges = true;
			n = 3;
		}
		if (!class_add(p, ret, s + i, to != 0 ? 1 : n, to))
			return false;
	}
	return ret->count > 0;
}

/* The most bytes a member of the class between at and end takes. */
static size_t
class_width(const struct parser *p, size_t at, size_t end)
{
	size_t width = 1, n;
	int32_t cp;

	if (at < end && p->s[at] == '^')
		return CHARACTER_MAX;
	for (; at < end; at += n) {
		n = utf8_next(p->s + at, end - at, &cp);
		if (p->s[at] == '\\' && at + 1 < end) {
			n = 2;
			if (!ispunct((unsigned char)p->s[at + 1]) &&
			    strchr("dsw", p->s[at + 1]) == NULL)
				return CHARACTER_MAX;
		}
		width = n > width && p->s[at] != '\\' ? n : width;
	}
	return width;
}

/* [abc하해]: spelt out when it is a short list of plain characters. */
static struct set
parse_class(struct parser *p)
{
	size_t at = p->at, end = pattern_class_end(p->s, p->len, at);
	struct set set = { .exact = true, .cost = 1, .least = 1 }, any = any_character();
	bool ranges = false;

	p->at = end;
	any.width = at + 2 < end ? class_width(p, at + 1, end - 1) : CHARACTER_MAX;
	set.begin.list = arena_alloc(p->arena, CLASS_MAX * sizeof(*set.begin.list));
	if (set.begin.list == NULL) {
		p->nomem = true;
		return nothing_known();
	}
	if (at + 2 >= end || p->s[at + 1] == '^' || p->s[at + 1] == ']' ||
	    !class_members(p, at + 1, end - 1, &set.begin, &ranges))
		return any;
	set.width = any.width;
	if (set.begin.count <= CLASS_EXACT && !ranges)
		set.needs[0] = set.begin;
	else
		set.exact = false;
	return set;
}

static struct set
parse_escape(struct parser *p)
{
	size_t at = p->at, end = pattern_escape_end(p->s, p->len, at);
	char c = at + 1 < p->len ? p->s[at + 1] : '\0';
	struct set known;

	p->at = end;
	if (c != '\0' && strchr("bBAzZ", c) != NULL)
		return exactly(p, "", 0);
	if (c == 'G') { /* where a search begins must not be moved */
		known = nothing_known();
		known.width = WIDTH_MAX;
		return known;
	}
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == '\0') {
		if (c == 'K' || c == 'Q' || c == 'E')
			p->confused = true;
		if (c == 'x' && p->at == at + 2) /* \xhh: the digits are not literals */
			for (int i = 0; i < 2 && p->at < p->len &&
					strchr("0123456789abcdefABCDEF", p->s[p->at]);
			     i++)
				p->at++;
		while (c >= '0' && c <= '9' && p->at < p->len && p->s[p->at] >= '0' &&
		       p->s[p->at] <= '9')
			p->at++;
		/* \gN, \k<name>, \o{..}: forms whose extent is not followed here */
		if (strchr("gkoNRX", c) != NULL)
			p->confused = true;
		known = nothing_known();
		if (c >= '0' && c <= '9')
			known.width = WIDTH_MAX; /* what a group matched, again */
		return known;
	}
	return exactly(p, p->s + at + 1, end - at - 1);
}

/* The index after the group that begins at s[at] == '(' (len when it does not end). */
static size_t
group_end(const char *s, size_t len, size_t at)
{
	size_t depth = 0;

	while (at < len) {
		if (s[at] == '\\') {
			at = pattern_escape_end(s, len, at);
			continue;
		}
		if (s[at] == '[') {
			at = pattern_class_end(s, len, at);
			continue;
		}
		depth += s[at] == '(';
		if (s[at++] == ')' && --depth == 0)
			return at;
	}
	return len;
}

static struct set
look_into_group(struct parser *p)
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
			if (n >= left || (s[n] != ':' && s[n] != ')') ||
			    memchr(s, 'n', n) != NULL ||
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

/*
 * A group at '('. Assertions match nothing themselves; their inside counts for backtracking only.
 * One that was seen before is not looked into again.
 */
static struct set
parse_group(struct parser *p)
{
	size_t at = p->at, end = p->cache != NULL ? group_end(p->s, p->len, at) : at, first;
	const struct cached_group *known;
	struct cached_group new;

	if (end - at < CACHED_MIN)
		return look_into_group(p);
	known = literal_cache_find(p->cache, p->view, p->s + at, end - at);
	if (known != NULL) {
		for (size_t i = 0; i < known->stop_count; i++)
			add_stop_at(p, at + known->stops[i].offset, known->stops[i].far);
		p->at = end;
		return known->set;
	}
	first = p->stop_count;
	new.set = look_into_group(p);
	if (p->confused || p->nomem || p->at != end)
		return new.set;
	new.stops = p->stops != NULL ? p->stops + first : NULL;
	new.stop_count = p->stop_count - first;
	for (size_t i = first; i < p->stop_count; i++)
		p->stops[i].offset -= at;
	p->nomem |= !literal_cache_put(p->cache, p->view, p->s + at, end - at, &new);
	for (size_t i = first; i < p->stop_count; i++)
		p->stops[i].offset += at;
	return new.set;
}

/* The most bytes that up to max (negative: any number) rounds of a piece match. */
static size_t
repeated_width(const struct parser *p, size_t width, bool white, long max)
{
	size_t limit = white && p->view != VIEW_PLAIN ? WHITE_MAX : WIDTH_MAX;

	if (max < 0 || (width > 0 && (size_t)max > limit / width))
		return width > 0 ? limit : 0;
	return width * (size_t)max;
}

/* What the rounds of a repeat begin with. */
static struct literal_need
repeated_begin(struct parser *p, const struct literal_need *begin, long min, long max)
{
	struct literal_need out = { NULL };

	if (max == 0 || begin->count == 0)
		return out;
	p->nomem |= !need_cut(p->arena, begin, SIZE_MAX, &out);
	if (min == 0 && !p->nomem)
		p->nomem |= !need_or_nothing(p->arena, &out, &out);
	return out;
}

static struct set
repeat(struct parser *p, const struct set *item, bool single, bool white, long min, long max)
{
	struct set out, empty;
	double range = max < 0 ? 1e6 : (double)(max - min + 1);

	if (white && p->view != VIEW_PLAIN && (max < 0 || max > 1))
		range = 2; /* white space is one space there */
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
	else
		for (size_t i = 0; i < set_need_count(&out); i++)
			p->nomem |= !need_goes_on(p->arena, &out.needs[i]);
	out.begin = repeated_begin(p, &item->begin, min, max);
	out.width = repeated_width(p, item->width, white, max);
	out.least = min > 0 && item->least > WIDTH_MAX / (size_t)min ? WIDTH_MAX
								     : item->least * (size_t)min;
	out.cost = range * (single ? 1 : item->cost * (max < 0 || max > 1 ? 2 : 1));
	if (!single && range > 1 && item->cost > 1 && max > 1) /* each round may go several ways */
		for (long i = 2; i <= max && out.cost < COST_HEAVY; i++)
			out.cost *= item->cost;
	return out;
}

/* Whether it is an assertion that begins so: on a class of plain characters that a-z are among. */
static bool
is_edge(const char *s, size_t len, const char *head)
{
	size_t n = strlen(head);

	while (len > 4 && memcmp(s, "(?:", 3) == 0 && s[len - 1] == ')') { /* of a macro */
		s += 3;
		len -= 4;
	}
	return len >= n + 2 && memcmp(s, head, n) == 0 && memcmp(s + len - 2, "])", 2) == 0 &&
	       memchr(s + n, '[', len - n) == NULL && memchr(s + n, '\\', len - n) == NULL &&
	       (const char *)memchr(s + n, ']', len - n) == s + len - 2;
}

static struct set
parse_sequence(struct parser *p)
{
	struct sequence q;

	sequence_start(&q, p->arena);
	while (p->at < p->len && !p->confused && !p->nomem) {
		char c = p->s[p->at];
		bool single = true, white = false;
		struct set item;
		size_t from = p->at, end, after, written;
		bool begins, ends;
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
			item = any_character();
			p->at++;
		} else if (c == '^' || c == '$') {
			item = exactly(p, "", 0);
			p->at++;
		} else {
			p->at += utf8_next(p->s + p->at, p->len - p->at, &cp);
			item = exactly(p, p->s + from, p->at - from);
			white = c == ' ';
		}
		/* A group that does not end has taken one byte too many. */
		written = (p->at < p->len ? p->at : p->len) - from;
		begins = is_edge(p->s + from, written, WORD_BEGINS);
		ends = is_edge(p->s + from, written, WORD_ENDS);
		after = p->at;
		end = pattern_quantifier_end(p->s, p->len, p->at, &min, &max);
		if (end != p->at) {
			p->at = end;
			item = repeat(p, &item, single, white, min, max);
		} else if (!single && item.cost > 1) {
			add_stop(p, false);
		}
		sequence_add(&q, &item);
		if (begins && end == after)
			sequence_word_begins(&q);
		if (ends && end == after)
			sequence_word_ends(&q);
		p->nomem |= q.nomem;
	}
	p->nomem |= q.nomem;
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

/* A trimmed copy in an arena that stays. */
static bool
keep_need(struct arena *arena, struct literal_need *need, struct literal_need *ret)
{
	struct literal_need out;

	need_trim(need);
	out = *need;
	out.list = arena_alloc(arena, out.count * sizeof(*out.list));
	for (size_t i = 0; out.list != NULL && i < out.count; i++) {
		out.list[i] = need->list[i];
		out.list[i].text = arena_strndup(arena, need->list[i].text, need->list[i].len);
		if (out.list[i].text == NULL)
			return false;
	}
	*ret = out;
	return out.list != NULL;
}

/*
 * Whether a need is worth looking for besides those there are: it must be rare and short, unless it
 * is the first to tell where matches begin.
 */
static bool
is_worth(const struct literals *l, const struct literal_need *need)
{
	bool near = false;

	for (size_t i = 0; i < l->need_count; i++)
		near |= need_near(&l->needs[i]);
	if (l->need_count == 0 || (!near && need_near(need)))
		return true;
	return need_commonness(need) < COMMON;
}

static bool
keep(struct arena *arena, struct parser *p, struct set *set, struct literals *ret)
{
	struct literals out = { .understood = !p->confused };

	if (!p->confused && set->cost > COST_HEAVY && p->stop_count > 0) {
		out.stops = arena_alloc(arena, p->stop_count * sizeof(*out.stops));
		if (out.stops == NULL)
			return false;
		memcpy(out.stops, p->stops, p->stop_count * sizeof(*out.stops));
		out.stop_count = p->stop_count;
	}
	for (size_t i = 0; i < set_need_count(set) && !p->confused; i++)
		if (need_usable(&set->needs[i]) && is_worth(&out, &set->needs[i]) &&
		    !keep_need(arena, &set->needs[i], &out.needs[out.need_count++]))
			return false;
	*ret = out;
	return true;
}

int
literal_extract(struct arena *arena, struct literal_cache *cache, const char *pattern, size_t len,
		enum view view, struct literals *ret)
{
	/*
	 * Products are made and thrown away by the thousand: none of them may stay in the caller's
	 * arena.
	 */
	struct parser p = {
		.arena = arena_new(0), .s = pattern, .len = len, .view = view, .cache = cache
	};
	struct set set = { .exact = false };

	p.nomem = p.arena == NULL;
	if (!p.nomem)
		set = parse_alternatives(&p);
	if (p.at < len)
		p.confused = true;
	if (!p.nomem)
		p.nomem = !keep(arena, &p, &set, ret);
	arena_free(p.arena);
	return p.nomem ? -ENOMEM : 0;
}
