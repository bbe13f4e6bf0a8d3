/*
 * mime: the part tree, in one pass over the lines, with a list of open parts instead of recursion.
 * See mime.h.
 *
 * Our own, because libetpan's mailmime_parse() has no bound: 10,000 nested multiparts (0.6 MB) take
 * it 3 s, growing with the square of the depth, and overflow a thread's stack of 1 MB.
 */
#include "mime.h"

#include "header.h"
#include "limits.h"
#include "mime_part.h"
#include "smime.h"
#include "transfer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* How far into a multipart its first boundary is looked for before another one is guessed. */
#define GUESS_WINDOW ((size_t)64 << 10)

/* A multipart whose end has not been seen. */
struct level {
	int part;
	const char *boundary;
	size_t len;
	bool closed; /* its closing line was seen; what follows is no part unless one begins again
		      */
	bool digest;
};

struct mime {
	struct reader *r;
	struct part *parts;
	size_t count, room;
	struct level levels[LIMIT_DEPTH];
	size_t level_count;
	size_t copied;   /* bytes of decoded messages inside the message */
	int innermost;   /* open part that the next line belongs to, -1 before the first */
	const char *end; /* of the bytes being split */
};

/* One past the line's \n, or end. */
static const char *
line_end(const char *line, const char *end)
{
	const char *lf = memchr(line, '\n', (size_t)(end - line));

	return lf ? lf + 1 : end;
}

/* Length of a line without line break and trailing white space. */
static size_t
trimmed(const char *line, const char *next)
{
	while (next > line &&
	       (next[-1] == '\n' || next[-1] == '\r' || next[-1] == ' ' || next[-1] == '\t'))
		next--;
	return (size_t)(next - line);
}

/*
 * The level whose boundary the line is, or NULL: the innermost one that still expects parts, else
 * any.
 */
static struct level *
find_level(struct mime *m, const char *line, const char *next, bool *ret_closing)
{
	size_t len = trimmed(line, next);
	struct level *found = NULL;

	if (len < 3 || len > LIMIT_BOUNDARY + 4)
		return NULL;
	line += 2;
	len -= 2;
	for (size_t i = m->level_count; i > 0; i--) {
		struct level *l = &m->levels[i - 1];
		bool closing = len == l->len + 2 && line[l->len] == '-' && line[l->len + 1] == '-';

		if ((len != l->len && !closing) || memcmp(line, l->boundary, l->len))
			continue;
		if (l->closed && found)
			continue;
		*ret_closing = closing;
		found = l;
		if (!l->closed)
			break;
	}
	return found;
}

/* The line of a boundary that nobody declared: --something, and a Content- field below it. */
static bool
looks_like_boundary(const char *line, const char *next, const char *end)
{
	size_t len = trimmed(line, next);

	return len > 2 && len <= LIMIT_BOUNDARY + 2 && line[0] == '-' && line[1] == '-' &&
	       end - next > 8 && !strncasecmp(next, "Content-", 8);
}

/*
 * The boundary that the multipart at body really uses: the declared one when it is there or when
 * nothing else looks like one. *ret_len is 0 when there is none.
 */
static const char *
real_boundary(struct mime *m, const char *body, const char *declared, size_t *ret_len)
{
	const char *end = (size_t)(m->end - body) > GUESS_WINDOW ? body + GUESS_WINDOW : m->end;
	const char *next, *guess = NULL;
	size_t len = strlen(declared), guess_len = 0, line_len;

	if (len > LIMIT_BOUNDARY) {
		m->r->notes |= NOTE_BROKEN_MIME | NOTE_CUT_PARTS;
		len = 0;
	}
	for (const char *line = body; line < end; line = next) {
		next = line_end(line, end);
		if (line[0] != '-' || end - line < 3 || line[1] != '-')
			continue;
		line_len = trimmed(line, next) - 2;
		if (len > 0 && (line_len == len || line_len == len + 2) &&
		    !memcmp(line + 2, declared, len)) {
			*ret_len = len;
			return declared;
		}
		if (!guess && looks_like_boundary(line, next, m->end)) {
			guess = line + 2;
			guess_len = line_len;
		}
	}
	if (guess || len == 0)
		m->r->notes |= NOTE_BROKEN_MIME;
	*ret_len = guess ? guess_len : len;
	return guess ? guess : declared;
}

/* Ends all open parts inside `part`, which is itself still open. */
static void
close_inside(struct mime *m, int part, const char *end)
{
	struct part *p;

	while (m->innermost != part) {
		p = &m->parts[m->innermost];
		p->body.len = end > p->body.at ? (size_t)(end - p->body.at) : 0;
		m->innermost = p->parent;
	}
	while (m->level_count > 0 && m->levels[m->level_count - 1].part > part)
		m->level_count--;
}

/* A new part; NULL with *ret_code 0 when there are too many. */
static struct part *
new_part(struct mime *m, int parent, int *ret_code)
{
	struct part *p;
	size_t room;

	*ret_code = 0;
	if (m->count == LIMIT_PARTS) {
		m->r->notes |= NOTE_CUT_PARTS;
		return NULL;
	}
	if (m->count == m->room) {
		room = m->room ? m->room * 2 : 4;
		p = arena_grow(m->r->arena, m->parts, m->room * sizeof(*p), room * sizeof(*p));
		if (!p) {
			*ret_code = -ENOMEM;
			return NULL;
		}
		m->parts = p;
		m->room = room;
	}
	p = &m->parts[m->count++];
	memset(p, 0, sizeof(*p));
	p->parent = parent;
	p->depth = parent < 0 ? 0 : m->parts[parent].depth + 1;
	return p;
}

/* Whether a part has another entity in its encoded body. */
static bool
is_packed(const struct part *p)
{
	return mime_part_is_pkcs7(p) || (mime_part_is_message(p) && p->encoding != ENCODING_NONE);
}

/*
 * Whether a message that is said to be quoted-printable is, as many are not: what every = in its
 * header block is followed by tells.
 */
static bool
is_quoted(const char *at, const char *end)
{
	const char *line, *next;

	if ((size_t)(end - at) > GUESS_WINDOW)
		end = at + GUESS_WINDOW;
	for (line = at; line < end && trimmed(line, next = line_end(line, end)) > 0; line = next)
		for (const char *p = line; (p = memchr(p, '=', (size_t)(next - p))); p++)
			if (p + 1 + trimmed(p + 1, next) != p + 1 &&
			    (next - p < 3 || transfer_hex(p[1]) < 0 || transfer_hex(p[2]) < 0))
				return false;
	return true;
}

/*
 * Whether what was read as a part's header is one, and not the first words of a text whose empty
 * line before it is missing: it ends with an empty line, or says something of the content.
 */
static bool
has_header(const struct part *p, const char *at, size_t len)
{
	if (p->header_count == 0 ||
	    (len > 1 && at[len - 1] == '\n' &&
	     (at[len - 2] == '\n' || (len > 2 && at[len - 2] == '\r' && at[len - 3] == '\n'))))
		return true;
	for (size_t i = 0; i < p->header_count; i++)
		if (p->headers[i].name.len > 8 &&
		    !strncasecmp(p->headers[i].name.at, "Content-", 8))
			return true;
	return false;
}

/*
 * Reads the header of the part that begins at *at, and of the message in it if it is one, and so on
 * inwards. *at moves to the first line of the innermost body. Returns 0 (also when LIMIT_PARTS left
 * no room) or -ENOMEM.
 */
static int
open_part(struct mime *m, const char **at, bool digest)
{
	const char *boundary;
	struct level *l;
	struct part *p;
	size_t body, len;
	int code;

	for (;; digest = false) {
		p = new_part(m, m->innermost, &code);
		if (!p)
			return code;
		code = header_block(m->r, *at, (size_t)(m->end - *at), &p->headers,
				    &p->header_count, &body);
		if (code == 0 && p->depth > 0 && !mime_part_is_message(&m->parts[p->parent]) &&
		    !has_header(p, *at, body))
			p->header_count = body = 0;
		if (code == 0)
			code = mime_part_read(m->r, p, digest, &boundary);
		if (code < 0)
			return code;
		*at += body;
		p->body.at = *at;
		m->innermost = (int)(m->count - 1);
		if (p->depth >= LIMIT_DEPTH &&
		    (mime_part_is_message(p) || mime_part_is_multipart(p))) {
			m->r->notes |= NOTE_CUT_DEPTH;
			return 0;
		}
		if (mime_part_is_message(p) && p->encoding == ENCODING_QUOTED_PRINTABLE &&
		    !is_quoted(*at, m->end))
			p->encoding = ENCODING_NONE;
		/* A packed one is opened later, from a decoded copy: mime_parse(). */
		if (!mime_part_is_message(p) || is_packed(p))
			break;
	}
	if (!mime_part_is_multipart(p))
		return 0;
	boundary = real_boundary(m, *at, boundary, &len);
	if (len > 0 && m->level_count < LIMIT_DEPTH) {
		l = &m->levels[m->level_count++];
		*l = (struct level){ m->innermost, boundary, len, false,
				     !strcmp(p->type, "multipart/digest") };
	}
	return 0;
}

/* The line break before a boundary belongs to the boundary (RFC 2046 section 5.1.1). */
static const char *
before_boundary(const char *line, const char *start)
{
	if (line > start && line[-1] == '\n')
		line--;
	if (line > start && line[-1] == '\r')
		line--;
	return line;
}

/* Splits [at, end) into parts below m->innermost. */
static int
split(struct mime *m, const char *at, const char *end)
{
	const char *line = at, *next;
	int parent = m->innermost, code;
	struct level *l;
	bool closing = false;

	m->end = end;
	m->level_count = 0;
	code = open_part(m, &line, false);
	if (code < 0)
		return code;
	for (; line < end && m->level_count > 0; line = next) {
		next = line_end(line, end);
		if (line[0] != '-' || end - line < 3 || line[1] != '-')
			continue;
		l = find_level(m, line, next, &closing);
		if (!l)
			continue;
		close_inside(m, l->part, before_boundary(line, at));
		l->closed = closing;
		if (closing)
			continue;
		code = open_part(m, &next, l->digest);
		if (code < 0)
			return code;
		if (m->count == LIMIT_PARTS && m->innermost == l->part)
			break;
	}
	close_inside(m, parent, end);
	return 0;
}

/*
 * A message/rfc822 that is encoded (against RFC 2046 section 5.2.1, but sent), or a mail that is
 * signed as a whole: a tree of its own from a decoded copy. Each is a copy of at most what is
 * around it, all of them together are bounded like a message.
 */
static int
split_packed(struct mime *m, size_t index)
{
	const struct part *p = &m->parts[index];
	const char *bytes;
	size_t len;
	bool broken, cut, pkcs7 = mime_part_is_pkcs7(p);
	int code;

	if (p->depth >= LIMIT_DEPTH || p->body.len > LIMIT_MESSAGE_BYTES - m->copied) {
		m->r->notes |= NOTE_CUT_DEPTH;
		return 0;
	}
	m->copied += p->body.len;
	code = transfer_decode(m->r->arena, p->encoding, p->body.at, p->body.len, p->body.len,
			       &bytes, &len, &broken, &cut);
	if (code == 0 && pkcs7)
		code = smime_content(m->r->arena, bytes, len, &bytes, &len);
	if (code < 0 || !bytes)
		return code;
	m->parts[index].encrypted = false;
	/* A signed file is no mail. */
	if (pkcs7 && len > 0 && *bytes != '\r' && *bytes != '\n' && !header_is_field(bytes, len))
		return 0;
	if (!pkcs7)
		m->r->notes |= NOTE_BROKEN_MIME;
	m->innermost = (int)index;
	return split(m, bytes, bytes + len);
}

int
mime_parse(struct reader *r, const char *bytes, size_t len, struct part **ret_parts,
	   size_t *ret_count)
{
	struct mime m = { .r = r, .innermost = -1 };
	int code;

	code = split(&m, bytes, bytes + len);
	/* New parts come behind: messages in messages are found too, each decoded once. */
	for (size_t i = 0; code == 0 && i < m.count; i++) {
		if (m.parts[i].body.len > 0 && is_packed(&m.parts[i]))
			code = split_packed(&m, i);
		if (m.parts[i].encrypted)
			r->notes |= NOTE_ENCRYPTED;
	}
	if (code < 0)
		return code;
	*ret_parts = m.parts;
	*ret_count = m.count;
	return 0;
}
