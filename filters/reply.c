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
#include "header_field.h"
#include "limits.h"
#include "line.h"
#include "signature.h"

#define SIGNATURE_LINES 15 /* after a delimiter; more is not a signature */
#define PARAGRAPH_LINES 40
#define DEVICE_LINES 3
#define ATTRIBUTION_REACH 8 /* lines above a quote in which its attribution begins */
#define QUOTE_RUN 5         /* lines with '>' that are no list of demands any more */
#define WRAPPED_BYTES 60

struct split {
	const char *text;
	struct line *lines;
	size_t *starts;          /* where each line begins in text; one more entry for the end */
	size_t *next;            /* the first line from here on that is not empty */
	uint8_t *kinds, *marked; /* marked: SEGMENT_NEW where HTML says nothing */
	size_t count;
	size_t words; /* lines of new words so far */
	size_t angle; /* the first line from the last one asked for on that begins with '>' */
	bool proof;   /* an attribution, header block or marks of a client: somebody is quoted */
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

/*
 * Whether lines that begin with '>' are a client's quote without an attribution: empty ones or
 * quotes in the quote among them, many in a row, or a sentence that runs on. Else they may be
 * somebody's bullets.
 */
static bool
angles_prove(const struct split *s)
{
	size_t run = 0;
	bool runs_on = false;

	for (size_t i = 0; i < s->count; i++) {
		struct line l = s->lines[i], rest;

		if (!angle(l)) {
			run = 0;
			runs_on = false;
			continue;
		}
		rest = line_trim(l.at + 1, l.len - 1);
		if (!rest.len || *rest.at == '>' || ++run >= QUOTE_RUN || runs_on)
			return true;
		runs_on = l.len >= WRAPPED_BYTES && !line_ends_sentence(l);
	}
	return false;
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

/* The first line from i on that begins with '>'. Asked for ascending lines: linear in all. */
static size_t
next_angle(struct split *s, size_t i)
{
	if (s->angle < i)
		s->angle = i;
	while (s->angle < s->count && !angle(s->lines[s->angle]))
		s->angle++;
	return s->angle;
}

/*
 * The end of an attribution or header block that begins at line i or below it and reaches line j,
 * where a line begins with '>'; 0 when there is none.
 */
static size_t
introduction_end(const struct split *s, size_t i, size_t j)
{
	size_t from = j > i + ATTRIBUTION_REACH ? j - ATTRIBUTION_REACH : i, n;
	bool forwarded;

	for (; from < j; from++) {
		if (!s->lines[from].len)
			continue;
		if (attribution_find(s->lines + from, s->count - from, &n) != TRUST_NONE &&
		    s->next[from + n] >= j)
			return from + n;
		n = header_block_find(s->lines + from, s->count - from, &forwarded);
		if (n && s->next[from + n] >= j)
			return from + n;
	}
	return 0;
}

/*
 * Where unmarked text below an attribution, from line i on, stops being its quote: before lines
 * with '>' that have an attribution of their own. Without one they are the quote, and what stands
 * above is the answer.
 */
static size_t
unmarked_end(struct split *s, size_t i)
{
	size_t j = next_angle(s, i), end;

	while (j < s->count) {
		if (!(end = introduction_end(s, i, j)))
			return i;
		if (end <= j)
			return j;
		/* This '>' closed an address within an attribution. */
		j = next_angle(s, end);
	}
	return j;
}

/* Whether nothing was written above line i but what a device signs. */
static bool
no_words_above(const struct split *s, size_t i)
{
	size_t looked = 0;

	if (s->words > DEVICE_LINES)
		return false;
	for (size_t k = s->next[0]; k < i; k = s->next[k + 1])
		if (++looked > DEVICE_LINES || !signature_device(s->lines[k]))
			return false;
	return true;
}

/*
 * A header block at line i, n lines long. Returns the first line that is not decided by it.
 */
static size_t
take_block(struct split *s, size_t i, size_t n, bool forwarded)
{
	enum segment_kind kind = SEGMENT_QUOTED;
	size_t before = i;

	while (before && !s->lines[before - 1].len)
		before--;
	/* "This is what you sent me:" and a mail put in by hand: comments may follow. */
	if (before && s->kinds[before - 1] == SEGMENT_NEW && !s->marked[before - 1] &&
	    line_ends_colon(s->lines[before - 1]) && header_field_of(s->lines[i], NULL)) {
		s->words += n;
		set_kind(s, i, i + n, SEGMENT_NEW);
		return i + n;
	}
	/* A mail that begins with another mail's header was forwarded, whatever its client says. */
	if (forwarded || s->words == 0 || no_words_above(s, i))
		kind = SEGMENT_FORWARDED;
	s->proof = true;
	if (quote_follows(s, i + n)) {
		set_kind(s, i, i + n, kind);
		return take_bars(s, i + n);
	}
	set_kind(s, i, s->count, kind);
	return s->count;
}

/*
 * A header block or attribution at line i. Returns the first line that is not decided by it, i when
 * there is none.
 */
static size_t
take_attribution(struct split *s, size_t i)
{
	bool forwarded = false, unmarked;
	size_t n = header_block_find(s->lines + i, s->count - i, &forwarded), end;
	enum trust trust;

	if (n)
		return take_block(s, i, n, forwarded);
	trust = attribution_find(s->lines + i, s->count - i, &n);
	if (trust == TRUST_NONE ||
	    (trust == TRUST_WITH_QUOTE && !quote_follows(s, i + n) && !header_follows(s, i + n)))
		return i;
	/* Without new words before it, what follows unmarked may be the answer. */
	unmarked = trust == TRUST_ALL && s->words &&
		   (!s->lines[i - 1].len || s->kinds[i - 1] != SEGMENT_NEW);
	s->proof = true;
	end = i + n;
	if (!quote_follows(s, end) && unmarked)
		end = unmarked_end(s, end);
	set_kind(s, i, end, SEGMENT_QUOTED);
	return take_bars(s, end);
}

/*
 * "##- Please type your reply above this line -##" at line i: what a helpdesk wrote stands below.
 * Returns the first line that is not decided by it, i when it is none.
 */
static size_t
take_marker(struct split *s, size_t i)
{
	size_t end;

	if (!attribution_marker(s->lines[i]))
		return i;
	end = s->words ? s->count : i + 1;
	s->proof = true;
	set_kind(s, i, end, SEGMENT_QUOTED);
	return end;
}

/* "-- " as its client writes it; without the space a person may have drawn a line. */
static bool
exact_delimiter(const struct split *s, size_t i)
{
	const char *after = s->lines[i].at + s->lines[i].len;

	return after < s->text + s->starts[i + 1] && *after == ' ';
}

/* What is said in a signature, from line i to end, is heard: a threat, a postscript. */
static void
hear_signature(struct split *s, size_t i, size_t end)
{
	size_t stop;

	for (; (i = s->next[i]) < end; i = stop) {
		bool postscript = signature_postscript(s->lines[i]);
		struct line paragraph = s->lines[i];

		for (stop = i; stop < end && s->lines[stop].len; stop++)
			paragraph.len =
				(size_t)(s->lines[stop].at + s->lines[stop].len - paragraph.at);
		if (signature_disclaimer(paragraph))
			continue;
		for (; i < stop; i++)
			if (postscript ||
			    (signature_said(s->lines[i]) && !signature_device(s->lines[i])))
				s->kinds[i] = SEGMENT_NEW;
	}
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

		if ((s->proof && angle(l)) || s->marked[j] || attribution_marker(l) ||
		    header_block_find(s->lines + j, s->count - j, &forwarded))
			break;
		trust = attribution_find(s->lines + j, s->count - j, &n);
		if (trust == TRUST_ALL || (trust != TRUST_NONE && quote_follows(s, j + n)))
			break;
		if (++lines > SIGNATURE_LINES)
			return i;
		if (!signature_said(l) || signature_device(l) || signature_disclaimer(l))
			continue;
		/* Whoever begins with words has drawn a line above them. */
		if (!exact || lines == 1)
			return i;
	}
	set_kind(s, i, j, SEGMENT_SIGNATURE);
	hear_signature(s, i + 1, j);
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
		} else if (s->proof && angle(l)) {
			after = take_marked_forward(s, i);
			if (after == i)
				s->kinds[after++] = SEGMENT_QUOTED;
			i = after;
		} else if ((after = take_marker(s, i)) > i ||
			   (after = take_attribution(s, i)) > i) {
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

/* Whether the lines just above a contact block say that it is coming: then it is an answer. */
static bool
contact_announced(const struct split *s, size_t from, size_t first)
{
	for (size_t seen = 0; first > from && seen < 3; first--)
		if (s->lines[first - 1].len) {
			if (signature_announced(s->lines[first - 1]))
				return true;
			seen++;
		}
	return false;
}

/* The paragraph that ends in line last, not reaching above from. Returns its first line. */
static size_t
paragraph_start(const struct split *s, size_t from, size_t last)
{
	size_t first = last;

	while (first > from && s->lines[first - 1].len && last - first < PARAGRAPH_LINES)
		first--;
	return first;
}

/*
 * The first line of a disclaimer that ends in line last; words above it in the same paragraph are
 * no part of it. Returns last + 1 when there is none.
 */
static size_t
disclaimer_start(const struct split *s, size_t first, size_t last)
{
	const char *end = s->lines[last].at + s->lines[last].len;

	if (!signature_notice(
		    (struct line){ s->lines[first].at, (size_t)(end - s->lines[first].at) }))
		return last + 1;
	while (first < last && !signature_legal(s->lines[first]))
		first++;
	return signature_disclaimer(
		       (struct line){ s->lines[first].at, (size_t)(end - s->lines[first].at) })
		       ? first
		       : last + 1;
}

/* Takes signatures off the end of the new words in lines [from, to). */
static void
strip_tail(struct split *s, size_t from, size_t to)
{
	bool contact = false, stripped = false;
	bool forwards = to < s->count && s->kinds[to] == SEGMENT_FORWARDED;

	while (to > from) {
		size_t last = --to, first;
		struct line l = s->lines[last];

		if (!l.len)
			continue;
		if (signature_device(l) || (stripped && plain_line(l))) {
			s->kinds[last] = SEGMENT_SIGNATURE;
			stripped = true;
			continue;
		}
		to = paragraph_start(s, from, last);
		if ((first = disclaimer_start(s, to, last)) > last) {
			first = to;
			if (contact || !signature_contact(s->lines + first, last - first + 1) ||
			    contact_announced(s, from, first))
				return;
			contact = true;
		}
		/* What would leave no words at all is what the writer wants to say, unless it is
		 * another's mail. */
		if (s->next[from] >= first && !forwards)
			return;
		stripped = true;
		set_kind(s, first, last + 1, SEGMENT_SIGNATURE);
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
	s.proof = angles_prove(&s);
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
