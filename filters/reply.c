/*
 * reply: lines, their kinds, and the segments they make. See reply.h.
 *
 * One pass forward finds what clients put in (quote marks, attribution lines, header blocks, the
 * signature delimiter), one backward from the end of each run of new words finds signatures without
 * a delimiter. Both look a bounded number of lines ahead.
 */
#include "reply.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "attribution.h"
#include "limits.h"
#include "line.h"
#include "signature.h"

#define SIGNATURE_LINES 15 /* after a delimiter; more is not a signature */
#define PARAGRAPH_LINES 40

struct split {
	const char *text;
	struct line *lines;
	size_t *starts;          /* where each line begins in text; one more entry for the end */
	size_t *next;            /* the first line from here on that is not empty */
	uint8_t *kinds, *marked; /* marked: SEGMENT_NEW where HTML says nothing */
	size_t count;
	size_t words;  /* lines of new words so far */
	size_t angles; /* lines that begin with '>' */
	bool proof; /* an attribution, header block or several '>' lines: somebody is quoted here */
};

/* Whether a line is quoted by '>'; faces such as ">_<" are not. */
static bool
angle(struct line l)
{
	if (!l.len || *l.at != '>')
		return false;
	for (size_t i = 1; i < l.len && i <= 7; i++)
		if (l.at[i] == '<')
			return l.at[1] == ' ' || memchr(l.at, '@', l.len) ||
			       memchr(l.at, '/', l.len);
		else if (l.at[i] == ' ')
			break;
	return true;
}

/*
 * Puts what HTML said on the lines: a line is marked when its first visible character lies in the
 * stretch.
 */
static void
mark_lines(struct split *s, const struct html_quote *quotes, size_t quote_count)
{
	size_t q = 0;

	for (size_t i = 0; i < s->count; i++) {
		size_t at = (size_t)(s->lines[i].at - s->text);

		while (q < quote_count && quotes[q].offset + quotes[q].length <= at)
			q++;
		if (q < quote_count && quotes[q].offset <= at && s->lines[i].len)
			s->marked[i] = (uint8_t)quotes[q].kind;
	}
}

static int
split_lines(struct arena *arena, struct split *s, size_t len)
{
	size_t room = 1, n = 0, at = 0;

	for (const char *p = s->text;
	     room < LIMIT_LINES && (p = memchr(p, '\n', len - (size_t)(p - s->text))); p++)
		room++;
	s->lines = arena_alloc(arena, room * sizeof *s->lines);
	s->starts = arena_alloc(arena, (room + 1) * sizeof *s->starts);
	s->next = arena_alloc(arena, (room + 1) * sizeof *s->next);
	s->kinds = arena_calloc(arena, room, 1);
	s->marked = arena_calloc(arena, room, 1);
	if (!s->lines || !s->starts || !s->next || !s->kinds || !s->marked)
		return -ENOMEM;
	while (at < len && n < room) {
		const char *stop = n + 1 < room ? memchr(s->text + at, '\n', len - at) : NULL;
		size_t end = stop ? (size_t)(stop - s->text) : len;

		s->starts[n] = at;
		s->lines[n] = line_trim(s->text + at, end - at);
		s->angles += angle(s->lines[n]);
		n++;
		at = end + (stop != NULL);
	}
	s->count = n;
	s->starts[n] = len;
	s->next[n] = n;
	for (size_t i = n; i-- > 0;)
		s->next[i] = s->lines[i].len ? i : s->next[i + 1];
	return 0;
}

static void
set_kind(struct split *s, size_t from, size_t to, enum segment_kind kind)
{
	for (; from < to && from < s->count; from++)
		s->kinds[from] = (uint8_t)(s->marked[from] ? s->marked[from] : kind);
}

/* Whether the next line that says something, from i on, is marked as quoted. */
static bool
quote_follows(const struct split *s, size_t i)
{
	i = s->next[i < s->count ? i : s->count];
	if (i >= s->count)
		return false;
	return angle(s->lines[i]) || s->marked[i] == SEGMENT_QUOTED || s->lines[i].at[0] == '|';
}

/* An attribution above a header block: some clients write both. */
static bool
header_follows(const struct split *s, size_t i)
{
	bool forwarded;

	i = s->next[i < s->count ? i : s->count];
	return i < s->count && header_block_find(s->lines + i, s->count - i, &forwarded);
}

/* Marks lines quoted with '|' that follow an attribution. Returns the first line after them. */
static size_t
take_bars(struct split *s, size_t i)
{
	size_t j = s->next[i < s->count ? i : s->count];

	if (j >= s->count || s->lines[j].at[0] != '|')
		return i;
	while (j < s->count && s->lines[j].len && s->lines[j].at[0] == '|')
		j++;
	set_kind(s, i, j, SEGMENT_QUOTED);
	return j;
}

/*
 * A forwarded mail whose client marks its lines with '>', beginning at line i. Returns the first
 * line after it, i when it is none.
 */
static size_t
take_marked_forward(struct split *s, size_t i)
{
	bool forwarded = false;
	size_t n, end;

	if (i && angle(s->lines[i - 1]))
		return i;
	n = header_block_find(s->lines + i, s->count - i, &forwarded);
	if (!n || !forwarded)
		return i;
	for (end = i + n; s->next[end] < s->count && angle(s->lines[s->next[end]]);)
		end = s->next[end] + 1;
	set_kind(s, i, end, SEGMENT_FORWARDED);
	return end;
}

/*
 * A header block or attribution at line i. Returns the first line that is not decided by it, i when
 * there is none.
 */
static size_t
take_attribution(struct split *s, size_t i)
{
	bool forwarded = false, all;
	size_t n = header_block_find(s->lines + i, s->count - i, &forwarded);
	enum segment_kind kind = SEGMENT_QUOTED;

	if (n) {
		/*
		 * A mail that begins with another mail's header was forwarded, whatever its client
		 * calls that.
		 */
		all = true;
		if (forwarded || s->words == 0)
			kind = SEGMENT_FORWARDED;
	} else {
		enum trust trust = attribution_find(s->lines + i, s->count - i, &n);

		if (trust == TRUST_NONE || (trust == TRUST_WITH_QUOTE && !quote_follows(s, i + n) &&
					    !header_follows(s, i + n)))
			return i;
		/* Without new words before it, what follows unmarked may be the answer. */
		all = trust == TRUST_ALL && s->words &&
		      (!s->lines[i - 1].len || s->kinds[i - 1] != SEGMENT_NEW);
	}
	s->proof = true;
	if (quote_follows(s, i + n)) {
		set_kind(s, i, i + n, kind);
		return take_bars(s, i + n);
	}
	n = all ? s->count : i + n;
	set_kind(s, i, n, kind);
	return n;
}

/* "-- " as its client writes it; without the space a person may have drawn a line. */
static bool
exact_delimiter(const struct split *s, size_t i)
{
	const char *after = s->lines[i].at + s->lines[i].len;

	return after < s->text + s->starts[i + 1] && *after == ' ';
}

/* A signature below a delimiter at line i. Returns the first line after it, i when it is none. */
static size_t
take_signature(struct split *s, size_t i)
{
	size_t j, lines = 0, n;
	bool exact = exact_delimiter(s, i), forwarded;
	enum trust trust;

	for (j = s->next[i + 1]; j < s->count; j = s->next[j + 1]) {
		struct line l = s->lines[j];

		if (angle(l) || s->marked[j] ||
		    header_block_find(s->lines + j, s->count - j, &forwarded))
			break;
		trust = attribution_find(s->lines + j, s->count - j, &n);
		if (trust == TRUST_ALL || (trust != TRUST_NONE && quote_follows(s, j + n)))
			break;
		if (++lines > SIGNATURE_LINES)
			return i;
		if (!exact && signature_sentence(l) && !signature_device(l) &&
		    !signature_disclaimer(l))
			return i;
	}
	set_kind(s, i, j, SEGMENT_SIGNATURE);
	return j;
}

static void
walk(struct split *s)
{
	for (size_t i = s->next[0]; i < s->count; i = s->next[i]) {
		struct line l = s->lines[i];
		size_t after;

		if (s->marked[i]) {
			s->kinds[i] = s->marked[i];
			i++;
		} else if (angle(l) && (s->angles > 1 || s->proof)) {
			s->proof = true;
			after = take_marked_forward(s, i);
			if (after == i)
				s->kinds[after++] = SEGMENT_QUOTED;
			i = after;
		} else if ((after = take_attribution(s, i)) > i) {
			i = after;
		} else if (i && signature_delimiter(l) && (after = take_signature(s, i)) > i) {
			i = after;
		} else {
			s->words++;
			s->kinds[i++] = SEGMENT_NEW;
		}
	}
}

static bool
plain_line(struct line l)
{
	for (size_t i = 0; i < l.len; i++)
		if (!strchr("-_=*~ ", l.at[i]))
			return false;
	return l.len > 0;
}

/* Takes signatures off the end of the new words in lines [from, to). */
static void
strip_tail(struct split *s, size_t from, size_t to)
{
	bool contact = false, stripped = false;

	while (to > from) {
		size_t first = --to;
		struct line l = s->lines[to], paragraph;

		if (!l.len)
			continue;
		if (signature_device(l) || (stripped && plain_line(l))) {
			s->kinds[to] = SEGMENT_SIGNATURE;
			stripped = true;
			continue;
		}
		while (first > from && s->lines[first - 1].len && to - first < PARAGRAPH_LINES)
			first--;
		/* What would leave no words at all is what the writer wants to say. */
		if (first == from || s->next[from] >= first)
			return;
		paragraph = (struct line){ s->lines[first].at,
					   (size_t)(l.at + l.len - s->lines[first].at) };
		if (!signature_disclaimer(paragraph)) {
			if (contact || !signature_contact(s->lines + first, to - first + 1))
				return;
			contact = true;
		}
		stripped = true;
		set_kind(s, first, to + 1, SEGMENT_SIGNATURE);
		to = first;
	}
}

static void
strip_tails(struct split *s)
{
	for (size_t from = 0, to; from < s->count; from = to) {
		to = from + 1;
		if (s->kinds[from] != SEGMENT_NEW)
			continue;
		while (to < s->count && (s->kinds[to] == SEGMENT_NEW || !s->lines[to].len))
			to++;
		strip_tail(s, from, to);
	}
}

/*
 * HTML that is one blockquote and nothing else, with no sign that somebody is quoted, is an odd
 * editor's way to write.
 */
static void
doubt(struct split *s)
{
	if (s->words || s->proof)
		return;
	for (size_t i = 0; i < s->count; i++) {
		if (s->kinds[i] == SEGMENT_FORWARDED)
			return;
		if (s->kinds[i] == SEGMENT_QUOTED)
			s->kinds[i] = SEGMENT_NEW;
	}
}

static int
make_segments(struct arena *arena, const struct split *s, struct segment **ret_segments,
	      size_t *ret_count)
{
	struct segment *list;
	size_t runs = 0, n = 0;

	for (size_t i = 0; i < s->count; i++)
		runs += i == 0 || s->kinds[i] != s->kinds[i - 1];
	if (runs > LIMIT_SEGMENTS)
		runs = LIMIT_SEGMENTS;
	if (!(list = arena_alloc(arena, (runs + 1) * sizeof *list)))
		return -ENOMEM;
	for (size_t i = 0; i < s->count; i++) {
		enum segment_kind kind = s->kinds[i];

		if (n && list[n - 1].kind == kind)
			continue;
		/* No room for more: the rest is new, lest words be lost. */
		if (n + 1 >= LIMIT_SEGMENTS)
			kind = SEGMENT_NEW;
		if (n && list[n - 1].kind == kind)
			break;
		list[n++] = (struct segment){ kind, s->starts[i], 0 };
		if (n == LIMIT_SEGMENTS)
			break;
	}
	for (size_t i = 0; i < n; i++)
		list[i].length =
			(i + 1 < n ? list[i + 1].offset : s->starts[s->count]) - list[i].offset;
	*ret_segments = list;
	*ret_count = n;
	return 0;
}

int
reply_split(struct arena *arena, const char *text, size_t len, const struct html_quote *quotes,
	    size_t quote_count, struct segment **ret_segments, size_t *ret_count)
{
	struct split s = { .text = text };
	int r;

	if (!len) {
		*ret_segments = NULL;
		*ret_count = 0;
		return 0;
	}
	if ((r = split_lines(arena, &s, len)) < 0)
		return r;
	mark_lines(&s, quotes, quote_count);
	walk(&s);
	strip_tails(&s);
	doubt(&s);
	/* An empty line goes with what is above it, those at the top with what is below. */
	for (size_t i = s.next[0] < s.count ? s.next[0] : 0; i < s.count; i++)
		if (!s.lines[i].len && i)
			s.kinds[i] = s.kinds[i - 1];
	for (size_t i = 0; i < s.next[0] && s.next[0] < s.count; i++)
		s.kinds[i] = s.kinds[s.next[0]];
	return make_segments(arena, &s, ret_segments, ret_count);
}
