/*
 * html_sheet: reading rules and finding those for an element. See html_sheet.h.
 *
 * A rule is found by one of its names (id before class before tag) in a table of lists; the walk
 * along them is counted, for html.c to stop in time.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html_sheet.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "limits.h"

#define CLASSES 4 /* of one compound selector */
#define NESTED 4  /* @media in @supports in ... */
#define ORDER_BITS 12

struct declared {
	struct declared *next;
	enum css_property property;
	bool important;
	int64_t value;
};

struct sheet_rule {
	struct sheet_rule *next;
	struct span tag, id, classes[CLASSES]; /* len 0: any */
	uint32_t weight;
	bool sure;
	const struct declared *declared;
};

struct selector {
	struct sheet_rule rule;
	unsigned ids, classes, tags; /* of the whole selector: its weight */
	bool element;                /* an element's own box, not ::before */
};

/* Whether a media query names this reader: the answer is no, perhaps or yes. */
enum holds { HOLDS_NOT, HOLDS_PERHAPS, HOLDS };

static enum holds
media_one(struct span query)
{
	static const char *const others[] = { "print",      "speech",   "tv",
					      "projection", "aural",    "braille",
					      "embossed",   "handheld", "tty" };

	if (query.len > 5 && strncasecmp(query.at, "only ", 5) == 0)
		query = css_trim(query.at + 5, query.at + query.len);
	if (!query.len || css_is(query, "all") || css_is(query, "screen"))
		return HOLDS;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (css_is(query, others[i]))
			return HOLDS_NOT;
	return HOLDS_PERHAPS;
}

static enum holds
media(struct span list)
{
	const char *at = list.at, *end = at + list.len, *stop;
	enum holds best = HOLDS_NOT, one;

	do {
		stop = css_find(at, end, ",");
		one = media_one(css_trim(at, stop));
		best = one > best ? one : best;
		at = stop + 1;
	} while (stop < end);
	return best;
}

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c & 0x80 || c == '?';
}

static struct span
take_name(const char **at, const char *end)
{
	const char *from = *at;

	while (*at < end && name_char(**at))
		(*at)++;
	return (struct span){ from, (size_t)(*at - from) };
}

/* What comes after ':' in a selector, which only tells when it holds or not. */
static void
take_pseudo(struct selector *s, const char **at, const char *end)
{
	struct span name;
	bool second = *at + 1 < end && (*at)[1] == ':';

	*at += 1 + second;
	name = take_name(at, end);
	if (second || css_is(name, "before") || css_is(name, "after") ||
	    css_is(name, "first-line") || css_is(name, "first-letter"))
		s->element = false;
	if (*at < end && **at == '(') {
		const char *stop = css_find(*at + 1, end, ")");

		*at = stop + (stop < end);
	}
	s->classes++;
	s->rule.sure = false;
}

/* One simple selector at *at. */
static void
take_simple(struct selector *s, const char **at, const char *end, unsigned *classes)
{
	const char *p = *at + 1, *stop;
	struct span name;

	if (**at == '.') {
		name = take_name(&p, end);
		s->classes++;
		if (name.len && *classes < CLASSES)
			s->rule.classes[(*classes)++] = name;
		else
			s->rule.sure = false;
	} else if (**at == '#') {
		s->rule.id = take_name(&p, end);
		s->ids++;
		s->rule.sure &= s->rule.id.len > 0;
	} else if (**at == ':') {
		p = *at;
		take_pseudo(s, &p, end);
	} else if (**at == '[') {
		stop = css_find(p, end, "]");
		p = stop + (stop < end);
		s->classes++;
		s->rule.sure = false;
	} else if (name_char(**at)) {
		p = *at;
		s->rule.tag = take_name(&p, end);
		s->tags++;
	} else {
		s->rule.sure = false; /* '*', '&' and whatever comes to be */
	}
	*at = p;
}

/* Whether a compound selector before a space is one that holds everywhere. */
static bool
everywhere(const struct sheet_rule *r)
{
	return !r->id.len && !r->classes[0].len &&
	       (css_is(r->tag, "body") || css_is(r->tag, "html"));
}

/* One selector of a list: what its last element must be, and whether that is all. */
static void
read_selector(struct selector *s, const char *at, const char *end)
{
	unsigned classes = 0;
	bool sure = true;

	*s = (struct selector){ .rule.sure = true, .element = true };
	while (at < end) {
		bool space = false, combines = false;

		while (at < end && (isspace((unsigned char)*at) || strchr(">+~", *at))) {
			space = true;
			combines |= !isspace((unsigned char)*at);
			at++;
		}
		if (space && at < end) {
			/* What was read until here is about another element. */
			sure &= s->rule.sure && !combines && everywhere(&s->rule);
			s->rule = (struct sheet_rule){ .sure = true };
			classes = 0;
		}
		if (at < end)
			take_simple(s, &at, end, &classes);
	}
	s->rule.sure &= sure && (s->rule.id.len || classes || s->rule.tag.len);
}

/* Names are folded for the bucket alone; tags compare without case. */
static unsigned
bucket(struct span name)
{
	unsigned h = 5381;

	for (size_t i = 0; i < name.len; i++)
		h = h * 33 + ((unsigned char)name.at[i] | 0x20);
	return (h ^ h >> 7) % SHEET_BUCKETS;
}

static struct sheet_rule **
place(struct html_sheet *sheet, const struct sheet_rule *r)
{
	if (r->id.len)
		return &sheet->buckets[bucket(r->id)];
	if (r->classes[0].len)
		return &sheet->buckets[bucket(r->classes[0])];
	if (r->tag.len)
		return &sheet->buckets[bucket(r->tag)];
	return &sheet->any;
}

static unsigned
at_most(unsigned n, unsigned most)
{
	return n < most ? n : most;
}

static void
add_rule(struct html_sheet *sheet, struct selector *s, bool sure, const struct declared *declared)
{
	struct sheet_rule *rule, **list;

	if (!s->element || sheet->full)
		return;
	if (sheet->rules >= LIMIT_HTML_RULES) {
		sheet->full = true;
		return;
	}
	if (!(rule = arena_alloc(sheet->arena, sizeof *rule))) {
		sheet->failed = true;
		return;
	}
	s->rule.sure &= sure;
	s->rule.declared = declared;
	s->rule.weight = CSS_WEIGHT_SHEET + (at_most(s->ids, 15) << (ORDER_BITS + 12) |
					     at_most(s->classes, 63) << (ORDER_BITS + 6) |
					     at_most(s->tags, 63) << ORDER_BITS | sheet->rules++);
	list = place(sheet, &s->rule);
	s->rule.next = *list;
	*rule = s->rule;
	*list = rule;
}

struct collect {
	struct html_sheet *sheet;
	struct declared *first, **last;
};

static void
collect_one(void *context, enum css_property property, int64_t value, bool important)
{
	struct collect *c = context;
	struct declared *d = arena_alloc(c->sheet->arena, sizeof *d);

	if (!d) {
		c->sheet->failed = true;
		return;
	}
	*d = (struct declared){ NULL, property, important, value };
	*c->last = d;
	c->last = &d->next;
}

static void
add_rules(struct html_sheet *sheet, struct span selectors, struct span declarations, bool sure)
{
	struct collect c = { .sheet = sheet };
	const char *at = selectors.at, *end = at + selectors.len, *stop;

	c.last = &c.first;
	css_declarations(declarations, collect_one, &c);
	if (!c.first)
		return;
	do {
		struct selector s;
		struct span one;

		stop = css_find(at, end, ",");
		one = css_trim(at, stop);
		read_selector(&s, one.at, one.at + one.len);
		if (one.len)
			add_rule(sheet, &s, sure, c.first);
		at = stop + 1;
	} while (stop < end && !sheet->full);
}

/* Whether the rules within an at-rule are style rules, and hold. */
static enum holds
at_rule(struct span prelude)
{
	static const char *const groups[] = { "@supports",      "@layer",    "@container",
					      "@scope",         "@document", "@-moz-document",
					      "@starting-style" };
	const char *at = prelude.at + 1;
	struct span name = take_name(&at, prelude.at + prelude.len);

	name = (struct span){ prelude.at, name.len + 1 };
	if (css_is(name, "@media"))
		return media(css_trim(at, prelude.at + prelude.len));
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (css_is(name, groups[i]))
			return HOLDS_PERHAPS;
	return HOLDS_NOT;
}

/*
 * Rules one after the other. Blocks of at-rules are entered, not called: `ends` are where those
 * that are open end.
 */
static void
read_rules(struct html_sheet *sheet, struct span text, bool sure)
{
	const char *ends[NESTED], *at = text.at, *end = at + text.len;
	bool sures[NESTED];
	unsigned depth = 0;

	while (at < end && !sheet->full && !sheet->failed) {
		const char *open, *close;
		struct span prelude;

		while (depth && at >= ends[depth - 1])
			sure = sures[--depth];
		if (isspace((unsigned char)*at) || *at == '}' || *at == ';') {
			at++;
			continue;
		}
		open = css_find(at, end, *at == '@' ? "{;" : "{");
		prelude = css_trim(at, open);
		if (open == end || *open == ';') {
			at = open + 1;
			continue;
		}
		close = css_find(open + 1, end, "}");
		at = close + 1;
		if (prelude.len && *prelude.at == '@') {
			enum holds holds = at_rule(prelude);

			if (holds == HOLDS_NOT || depth == NESTED)
				continue;
			ends[depth] = close;
			sures[depth++] = sure;
			sure &= holds == HOLDS;
			at = open + 1;
		} else {
			add_rules(sheet, prelude,
				  (struct span){ open + 1, (size_t)(close - open - 1) }, sure);
		}
	}
}

/* Takes out the marks that once kept style sheets from old browsers. */
static struct span
without_marks(struct arena *arena, struct span text)
{
	char *copy = arena_strndup(arena, text.at, text.len), *p, *end;

	if (!copy)
		return (struct span){ "", 0 };
	for (p = copy, end = copy + text.len; (p = memchr(p, '-', (size_t)(end - p))); p++) {
		if (p - copy >= 2 && p + 1 < end && memcmp(p - 2, "<!--", 4) == 0)
			memset(p - 2, ' ', 4);
		else if (p + 2 < end && memcmp(p, "-->", 3) == 0)
			memset(p, ' ', 3);
	}
	return (struct span){ copy, text.len };
}

void
html_sheet_add(struct html_sheet *sheet, struct span text, const struct span *media_list)
{
	enum holds holds =
		media_list ? media(css_trim(media_list->at, media_list->at + media_list->len))
			   : HOLDS;
	struct span plain;

	if (holds == HOLDS_NOT)
		return;
	plain = css_plain(sheet->arena, without_marks(sheet->arena, text));
	if (text.len && !plain.len)
		sheet->failed = true;
	else
		read_rules(sheet, plain, holds == HOLDS);
}

static bool
has_class(const struct span *list, struct span name)
{
	const char *at = list ? list->at : NULL, *end = list ? at + list->len : NULL;

	while (at && at < end) {
		const char *from;

		while (at < end && isspace((unsigned char)*at))
			at++;
		for (from = at; at < end && !isspace((unsigned char)*at); at++)
			;
		if ((size_t)(at - from) == name.len && memcmp(from, name.at, name.len) == 0)
			return true;
	}
	return false;
}

static bool
matches(const struct sheet_rule *r, const struct html_token *t)
{
	const struct span *id = html_token_attribute(t, ATTRIBUTE_ID),
			  *class = html_token_attribute(t, ATTRIBUTE_CLASS);

	if (r->tag.len &&
	    !(r->tag.len == t->name.len && strncasecmp(r->tag.at, t->name.at, r->tag.len) == 0))
		return false;
	if (r->id.len && !(id && id->len == r->id.len && memcmp(id->at, r->id.at, r->id.len) == 0))
		return false;
	for (int i = 0; i < CLASSES && r->classes[i].len; i++)
		if (!has_class(class, r->classes[i]))
			return false;
	return true;
}

static void
apply_list(struct html_sheet *sheet, const struct sheet_rule *r, const struct html_token *t,
	   struct css_style *style)
{
	const struct span *class = html_token_attribute(t, ATTRIBUTE_CLASS);
	size_t class_len = class ? class->len : 0;

	for (; r; r = r->next) {
		sheet->walked += 1 + class_len / 4;
		if (!matches(r, t))
			continue;
		for (const struct declared *d = r->declared; d; d = d->next) {
			uint32_t weight = r->weight | (d->important ? CSS_WEIGHT_IMPORTANT : 0);
			int64_t value = d->value;

			sheet->walked++;
			if (!r->sure && css_hides(d->property, value)) {
				if (d->property != CSS_COLOR && d->property != CSS_FILL &&
				    d->property != CSS_BACKGROUND)
					continue;
				value = COLOR_UNKNOWN;
			}
			css_set(style, d->property, value, weight);
		}
	}
}

void
html_sheet_apply(struct html_sheet *sheet, const struct html_token *t, struct css_style *style)
{
	const struct span *id = html_token_attribute(t, ATTRIBUTE_ID),
			  *class = html_token_attribute(t, ATTRIBUTE_CLASS);

	/* Nobody writes so many classes but to be slow; then no sheet hides the element. */
	if (!sheet->rules || sheet->full || (class && class->len > LIMIT_HTML_CLASSES))
		return;
	apply_list(sheet, sheet->any, t, style);
	apply_list(sheet, sheet->buckets[bucket(t->name)], t, style);
	if (id)
		apply_list(sheet, sheet->buckets[bucket(*id)], t, style);
	for (const char *at = class ? class->at : NULL, *end = class ? at + class->len : NULL;
	     at && at < end;) {
		const char *from;

		while (at < end && isspace((unsigned char)*at))
			at++;
		for (from = at; at < end && !isspace((unsigned char)*at); at++)
			;
		if (at > from)
			apply_list(
				sheet,
				sheet->buckets[bucket((struct span){ from, (size_t)(at - from) })],
				t, style);
	}
}
