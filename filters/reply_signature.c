/*
 * reply_signature: where signatures begin and end, and what is said in them. See reply_lines.h.
 */
#include "reply_lines.h"

#include <string.h>

#include "attribution.h"
#include "signature.h"

#define SIGNATURE_LINES 15 /* after a delimiter; more is not a signature */
#define PARAGRAPH_LINES 40

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

size_t
reply_take_signature(struct split *s, size_t i)
{
	size_t j, lines = 0, n;
	bool exact = exact_delimiter(s, i), forwarded;
	enum trust trust;

	for (j = s->next[i + 1]; j < s->count; j = s->next[j + 1]) {
		struct line l = s->lines[j];

		if ((s->proof && reply_angle(l)) || s->marked[j] || attribution_marker(l) ||
		    header_block_find(s->lines + j, s->count - j, &forwarded))
			break;
		trust = attribution_find(s->lines + j, s->count - j, &n);
		if (trust == TRUST_ALL || (trust != TRUST_NONE && reply_quote_follows(s, j + n)))
			break;
		if (++lines > SIGNATURE_LINES)
			return i;
		if (!signature_said(l) || signature_device(l) || signature_disclaimer(l))
			continue;
		/* Whoever begins with words has drawn a line above them. */
		if (!exact || lines == 1)
			return i;
	}
	reply_mark(s, i, j, SEGMENT_SIGNATURE);
	hear_signature(s, i + 1, j);
	return j;
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
		reply_mark(s, first, last + 1, SEGMENT_SIGNATURE);
		to = first;
	}
}

void
reply_strip_tails(struct split *s)
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
