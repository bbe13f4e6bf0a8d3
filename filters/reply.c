/*
 * reply: lines, their kinds, and the segments they make. See reply.h.
 *
 * One pass forward finds what clients put in (quote marks, attribution lines, header blocks, the
 * signature delimiter), one backward from the end of each run of new words finds signatures without
 * a delimiter. Both look a bounded number of lines ahead.
 */
#include "reply.h"

#include <errno.h>
#include <string.h>

#include "limits.h"
#include "reply_lines.h"
#include "signature.h"

#define ANNOUNCEMENT_LINES 60 /* of the text, that may say where answers are */

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

/* An answer that begins with '>' lines quotes there, whether or not it names whom. */
static bool
begins_with_angle(const struct split *s)
{
	size_t i = s->next[0];

	while (i < s->count && reply_angle(s->lines[i]))
		i = s->next[i + 1];
	return i > s->next[0] && i < s->count;
}

static void
walk(struct split *s)
{
	for (size_t i = s->next[0]; i < s->count; i = s->next[i]) {
		struct line l = s->lines[i];
		size_t after;

		if (s->marked[i]) {
			s->kinds[i] = s->marked[i];
			s->proof |= (i == 0 || !s->marked[i - 1]) && reply_names_somebody(s, i);
			i++;
		} else if (s->proof && reply_angle(l)) {
			after = reply_take_forward(s, i);
			if (after == i)
				s->kinds[after++] = SEGMENT_QUOTED;
			i = after;
		} else if ((after = reply_take_marker(s, i)) > i ||
			   (after = reply_take_attribution(s, i)) > i) {
			i = after;
		} else if (i && signature_delimiter(l) &&
			   (after = reply_take_signature(s, i)) > i) {
			i = after;
		} else {
			s->words++;
			s->kinds[i++] = SEGMENT_NEW;
		}
	}
}

static bool
holds(const struct split *s, enum segment_kind kind)
{
	return memchr(s->kinds, kind, s->count) != NULL;
}

/* Whether the words above say that answers stand in the quote: "see below", "아래에 답변드립니다".
 */
static bool
announces(struct line l)
{
	static const char *const words[] = { "below", "inline", "in line", "between the lines",
					     "아래",  "본문 ",  "사이에",  "밑에",
					     NULL };

	return line_has_any(l, words);
}

/* "[Kim] ...", when a line of the writer's own has the same name in brackets. */
static bool
signs_itself(const struct split *s, struct line l)
{
	const char *end =
		l.len > 2 && *l.at == '[' ? memchr(l.at, ']', l.len < 40 ? l.len : 40) : NULL;
	char name[48];

	if (!end)
		return false;
	memcpy(name, l.at, (size_t)(end + 1 - l.at));
	name[end + 1 - l.at] = 0;
	for (size_t i = 0; i < s->count && i < ANNOUNCEMENT_LINES; i++)
		if (s->kinds[i] == SEGMENT_NEW && line_has(s->lines[i], name))
			return true;
	return false;
}

/*
 * Outlook and webmail do not mark what they quote, so an answer inside can only be told by what its
 * writer puts before it, having said above that there are answers.
 */
static void
hear_answers(struct split *s)
{
	static const char *const marks[] = { "=>",   "->",      "-->",    "→",     "⇒",      "▶",
					     "▷",    "☞",       "[답변]", "답변:", "답변 :", "답:",
					     "답 :", "answer:", "reply:", "a: ",   NULL };
	bool announced = false;

	if (!holds(s, SEGMENT_QUOTED))
		return;
	for (size_t i = 0; i < s->count && i < ANNOUNCEMENT_LINES && !announced; i++)
		announced = s->kinds[i] == SEGMENT_NEW && announces(s->lines[i]);
	for (size_t i = 0; announced && i < s->count; i++) {
		struct line l = s->lines[i];

		if (s->kinds[i] == SEGMENT_QUOTED && s->marked[i] != SEGMENT_QUOTED &&
		    (line_starts_any(l, marks) || signs_itself(s, l)))
			s->kinds[i] = SEGMENT_NEW;
	}
}

static void
become_new(struct split *s, enum segment_kind kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->kinds[i] == kind)
			s->kinds[i] = SEGMENT_NEW;
}

/*
 * Editors indent by the same mark that quotes have: where nobody is named and nothing is answered,
 * or there would be no words, it is the writer's. And who writes into the signature says what is
 * there.
 */
static void
doubt(struct split *s, bool answers)
{
	if (!s->proof && !holds(s, SEGMENT_FORWARDED) && (!answers || !s->words))
		become_new(s, SEGMENT_QUOTED);
	if (!s->words && !holds(s, SEGMENT_FORWARDED) && !holds(s, SEGMENT_QUOTED))
		become_new(s, SEGMENT_SIGNATURE);
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
	    size_t quote_count, bool answers, struct segment **ret_segments, size_t *ret_count)
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
	s.proof = reply_angles_prove(&s) || (answers && begins_with_angle(&s));
	walk(&s);
	hear_answers(&s);
	reply_strip_tails(&s);
	doubt(&s, answers);
	/* An empty line goes with what is above it, those at the top with what is below. */
	for (size_t i = s.next[0] < s.count ? s.next[0] : 0; i < s.count; i++)
		if (!s.lines[i].len && i)
			s.kinds[i] = s.kinds[i - 1];
	for (size_t i = 0; i < s.next[0] && s.next[0] < s.count; i++)
		s.kinds[i] = s.kinds[s.next[0]];
	return make_segments(arena, &s, ret_segments, ret_count);
}
