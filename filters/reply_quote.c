/*
 * reply_quote: what clients put above and around the words that they quote or pass on. See
 * reply_lines.h.
 */
#include "reply_lines.h"

#include <string.h>

#include "attribution.h"
#include "header_field.h"
#include "signature.h"

#define DEVICE_LINES 3
#define ATTRIBUTION_REACH 8 /* lines above a quote in which its attribution begins */
#define QUOTE_RUN 5         /* lines with '>' that are no list of demands any more */
#define WRAPPED_BYTES 60

bool
reply_angle(struct line l)
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

void
reply_mark(struct split *s, size_t from, size_t to, enum segment_kind kind)
{
	for (; from < to && from < s->count; from++)
		s->kinds[from] = (uint8_t)(s->marked[from] ? s->marked[from] : kind);
}

/*
 * Whether the run of '>' lines [from, to) stands as clients set one: apart from the words before
 * and behind it. What follows a colon may still be a list.
 */
static bool
stands_apart(const struct split *s, size_t from, size_t to)
{
	size_t before = from;

	if (to - from < 2)
		return false;
	while (before > 0 && !s->lines[before - 1].len)
		before--;
	if (before == 0)
		return to < s->count && !s->lines[to].len && s->next[to] < s->count;
	return before < from && !line_ends(s->lines[before - 1], ":") &&
	       !line_ends(s->lines[before - 1], "：");
}

bool
reply_angles_prove(const struct split *s)
{
	size_t run = 0;
	bool runs_on = false;

	for (size_t i = 0; i < s->count; i++) {
		struct line l = s->lines[i], rest;

		if (!reply_angle(l)) {
			if (run > 0 && stands_apart(s, i - run, i))
				return true;
			run = 0;
			runs_on = false;
			continue;
		}
		rest = line_trim(l.at + 1, l.len - 1);
		if (!rest.len || *rest.at == '>' || ++run >= QUOTE_RUN || runs_on)
			return true;
		runs_on = l.len >= WRAPPED_BYTES && !line_ends_sentence(l);
	}
	return run > 0 && stands_apart(s, s->count - run, s->count);
}

bool
reply_quote_follows(const struct split *s, size_t i)
{
	i = s->next[i < s->count ? i : s->count];
	if (i >= s->count)
		return false;
	return reply_angle(s->lines[i]) || s->marked[i] == SEGMENT_QUOTED ||
	       s->lines[i].at[0] == '|';
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
	reply_mark(s, i, j, SEGMENT_QUOTED);
	return j;
}

bool
reply_names_somebody(const struct split *s, size_t i)
{
	size_t n;
	bool forwarded;

	return attribution_find(s->lines + i, s->count - i, &n) != TRUST_NONE ||
	       header_block_find(s->lines + i, s->count - i, &forwarded) > 0;
}

size_t
reply_take_forward(struct split *s, size_t i)
{
	bool forwarded = false;
	size_t n, end;

	if (i && reply_angle(s->lines[i - 1]))
		return i;
	n = header_block_find(s->lines + i, s->count - i, &forwarded);
	if (!n || !forwarded)
		return i;
	for (end = i + n; s->next[end] < s->count && reply_angle(s->lines[s->next[end]]);)
		end = s->next[end] + 1;
	reply_mark(s, i, end, SEGMENT_FORWARDED);
	return end;
}

/* The first line from i on that begins with '>'. Asked for ascending lines: linear in all. */
static size_t
next_angle(struct split *s, size_t i)
{
	if (s->angle < i)
		s->angle = i;
	while (s->angle < s->count && !reply_angle(s->lines[s->angle]))
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
		reply_mark(s, i, i + n, SEGMENT_NEW);
		return i + n;
	}
	/* A mail that begins with another mail's header was forwarded, whatever its client says. */
	if (forwarded || s->words == 0 || no_words_above(s, i))
		kind = SEGMENT_FORWARDED;
	s->proof = true;
	if (reply_quote_follows(s, i + n)) {
		reply_mark(s, i, i + n, kind);
		return take_bars(s, i + n);
	}
	reply_mark(s, i, s->count, kind);
	return s->count;
}

size_t
reply_take_attribution(struct split *s, size_t i)
{
	bool forwarded = false, unmarked;
	size_t n = header_block_find(s->lines + i, s->count - i, &forwarded), end;
	enum trust trust;

	if (n)
		return take_block(s, i, n, forwarded);
	trust = attribution_find(s->lines + i, s->count - i, &n);
	if (trust == TRUST_NONE || (trust == TRUST_WITH_QUOTE && !reply_quote_follows(s, i + n) &&
				    !header_follows(s, i + n)))
		return i;
	/* Without new words before it, what follows unmarked may be the answer. */
	unmarked = trust == TRUST_ALL && s->words &&
		   (!s->lines[i - 1].len || s->kinds[i - 1] != SEGMENT_NEW);
	s->proof = true;
	end = i + n;
	if (!reply_quote_follows(s, end) && unmarked)
		end = unmarked_end(s, end);
	reply_mark(s, i, end, SEGMENT_QUOTED);
	return take_bars(s, end);
}

size_t
reply_take_marker(struct split *s, size_t i)
{
	size_t end;

	if (!attribution_marker(s->lines[i]))
		return i;
	end = s->words ? s->count : i + 1;
	s->proof = true;
	reply_mark(s, i, end, SEGMENT_QUOTED);
	return end;
}
