/*
 * forward: the header block above forwarded words, and the words below it. See forward.h.
 */
#include "forward.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "attribution.h"
#include "field.h"
#include "limits.h"
#include "reply.h"

#define LAYERS_MAX 5    /* forwards of forwards */
#define HEADER_LINES 40 /* a separator, and a header block with long To: and Cc: */

/* Whether anything is said in a stretch: a letter or figure of any script. */
static bool
says_something(const struct message *m, const struct segment *s)
{
	for (size_t i = s->offset; i < s->offset + s->length; i++) {
		unsigned char c = (unsigned char)m->body[i];

		if (isalnum(c) || c >= 0xc2)
			return true;
	}
	return false;
}

/*
 * The first lines of a stretch and where they start (one entry more: where the last one ends).
 * Returns how many; *ret_first is the first that is not empty.
 */
static size_t
first_lines(const struct message *m, const struct segment *s, struct line lines[HEADER_LINES],
	    const char *starts[HEADER_LINES + 1], size_t *ret_first)
{
	const char *at = m->body + s->offset, *end = at + s->length;
	size_t count = 0;

	while (at < end && count < HEADER_LINES) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		starts[count] = at;
		lines[count++] = line_trim(at, (size_t)((lf ? lf : end) - at));
		at = lf ? lf + 1 : end;
	}
	starts[count] = at;
	for (*ret_first = 0; *ret_first < count && lines[*ret_first].len == 0; ++*ret_first)
		;
	return count;
}

/* "FW:" and what it is called elsewhere, as clients put it before the subject. */
static bool
says_forward(const char *subject)
{
	static const char *const prefixes[] = {
		"fw:", "fwd:", "전달:", "전달 :", "[전달]", "[fwd", "wg:",
		"tr:", "rv:",  "enc:",  "i:",     "vs:",    "vb:",  "doorst:",
		"pd:", "转发", "轉寄:", "転送:",  "İlt:",   "vl:",  NULL
	};

	return line_starts_any(line_trim(subject, strlen(subject)), prefixes);
}

/*
 * Some clients write the same header block above what they forward and what they answer. The
 * subject tells then, even when there are words above.
 */
static void
believe_subject(struct message *m)
{
	struct line lines[HEADER_LINES];
	bool forwarded;

	if (!says_forward(m->subject))
		return;
	for (size_t i = 0; i < m->segment_count; i++) {
		struct segment *s = &m->segments[i];
		const char *starts[HEADER_LINES + 1];
		size_t first, count = first_lines(m, s, lines, starts, &first);

		if (s->kind != SEGMENT_QUOTED || first == count ||
		    header_block_find(lines + first, count - first, &forwarded) == 0)
			continue;
		s->kind = SEGMENT_FORWARDED;
		return;
	}
}

/* The first forwarded stretch; NULL when there is none. *ret_alone: nothing else is new. */
static const struct segment *
find_forwarded(const struct message *m, bool *ret_alone)
{
	const struct segment *found = NULL;

	*ret_alone = true;
	for (size_t i = 0; i < m->segment_count; i++) {
		const struct segment *s = &m->segments[i];

		if (s->kind == SEGMENT_FORWARDED && !found)
			found = s;
		*ret_alone &= s->kind != SEGMENT_NEW || !says_something(m, s);
	}
	return found;
}

static const char *
copy(struct reader *r, struct line l)
{
	return l.len > 0 ? arena_strndup(r->arena, l.at, l.len) : "";
}

/* Takes the header block at the start of the stretch. *ret_len: its bytes, 0 when there is none. */
static int
read_header(struct reader *r, struct message *m, const struct segment *s, size_t *ret_len)
{
	const char *starts[HEADER_LINES + 1];
	struct line lines[HEADER_LINES];
	struct header_block block;
	size_t first, n = 0, count = first_lines(m, s, lines, starts, &first);

	*ret_len = 0;
	if (first < count)
		n = header_block_read(lines + first, count - first, &block);
	if (n == 0)
		return 0;
	while (first + n < count && lines[first + n].len == 0)
		n++;
	*ret_len = (size_t)(starts[first + n] - (m->body + s->offset));
	m->forwarded.from.name = copy(r, block.name);
	m->forwarded.from.address = copy(r, block.address);
	m->forwarded.date_text = copy(r, block.date);
	m->forwarded.subject = copy(r, block.subject);
	if (!m->forwarded.from.name || !m->forwarded.from.address || !m->forwarded.date_text ||
	    !m->forwarded.subject)
		return -ENOMEM;
	return 0;
}

/* Puts `count` segments of the words at `offset` in the place of segment `at`, behind its header.
 */
static int
put_in(struct reader *r, struct message *m, size_t at, size_t header, const struct segment *inner,
       size_t count)
{
	size_t total = m->segment_count + count, n = at;
	struct segment *list = arena_alloc(r->arena, (total + 1) * sizeof(*list));
	size_t offset = m->segments[at].offset;

	if (!list)
		return -ENOMEM;
	memcpy(list, m->segments, at * sizeof(*list));
	if (header > 0)
		list[n++] = (struct segment){ SEGMENT_FORWARDED, offset, header };
	for (size_t i = 0; i < count; i++) {
		struct segment s = inner[i];

		s.offset += offset + header;
		if (n > 0 && list[n - 1].kind == s.kind)
			list[n - 1].length += s.length;
		else
			list[n++] = s;
	}
	for (size_t i = at + 1; i < m->segment_count; i++) {
		if (n > 0 && list[n - 1].kind == m->segments[i].kind)
			list[n - 1].length += m->segments[i].length;
		else
			list[n++] = m->segments[i];
	}
	if (n > LIMIT_SEGMENTS) /* leaves the stretch as it was: shown, not judged */
		return 0;
	m->segments = list;
	m->segment_count = n;
	m->forwarded.alone = true;
	return 0;
}

/*
 * An answer without an attribution to whom it is sent: what it holds was written by us. The words
 * stay, as the answer may stand among them, but nobody is spoken for.
 */
static bool
is_own_mail(const struct message *m)
{
	if (!m->forwarded.from.address[0] || says_forward(m->subject))
		return false;
	for (size_t i = 0; i < m->to.count; i++)
		if (!strcasecmp(m->to.list[i].address, m->forwarded.from.address))
			return true;
	return false;
}

/*
 * One layer: the first forwarded stretch behind its first *header bytes, which are headers that
 * were read. Moves *header behind one more. *ret_again: there is another one right below it.
 */
static int
open_layer(struct reader *r, struct message *m, size_t *header, bool *ret_again)
{
	const struct segment *s;
	struct segment *inner, rest;
	size_t count, len;
	bool alone;
	int code;

	*ret_again = false;
	s = find_forwarded(m, &alone);
	if (!s)
		return 0;
	rest = (struct segment){ s->kind, s->offset + *header, s->length - *header };
	code = read_header(r, m, &rest, &len);
	if (code < 0 || !alone || len == rest.length)
		return code;
	*header += len;
	code = reply_split(r->arena, m->body + rest.offset + len, rest.length - len, NULL, 0, true,
			   &inner, &count);
	if (code < 0)
		return code;
	*ret_again = len > 0 && count > 0 && inner[0].kind == SEGMENT_FORWARDED;
	return put_in(r, m, (size_t)(s - m->segments), *header, inner, count);
}

int
forward_read(struct reader *r, struct message *m)
{
	size_t header = 0;
	bool again = true;
	int code = 0;

	m->forwarded.from = m->forwarded.by = (struct address){ "", "" };
	m->forwarded.date_text = m->forwarded.subject = "";
	believe_subject(m);
	/* Passed on twice without a word: the one at the bottom speaks. */
	for (int layer = 0; again && code == 0 && layer < LAYERS_MAX; layer++)
		code = open_layer(r, m, &header, &again);
	if (code == 0 && is_own_mail(m)) {
		m->forwarded.alone = false;
		m->forwarded.from = (struct address){ "", "" };
	}
	return code;
}

void
forward_let_speak(struct message *m)
{
	struct address *writer =
		m->forwarded.from.address[0] ? arena_alloc(m->arena, sizeof(*writer)) : NULL;

	if (!writer)
		return;
	*writer = m->forwarded.from;
	m->forwarded.by = m->from.count > 0 ? m->from.list[0] : (struct address){ "", "" };
	m->from = (struct addresses){ writer, 1 };
	m->sender = m->reply_to = (struct addresses){ NULL, 0 };
	if (m->forwarded.subject[0])
		m->subject = m->forwarded.subject;
}
