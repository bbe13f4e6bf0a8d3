/*
 * header: fields, unfolding, encoded words. See header.h.
 *
 * Encoded words that stand side by side in one charset are joined as bytes before they are
 * converted, because mailers split them inside a character (against RFC 2047 section 5) and even
 * inside a base64 group.
 */
#include "header.h"

#include "limits.h"
#include "transfer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

bool
header_is_field(const char *line, size_t len)
{
	size_t i = 0, name;

	while (i < len && (unsigned char)line[i] > 32 && (unsigned char)line[i] < 127 &&
	       line[i] != ':')
		i++;
	name = i;
	while (i < len && is_wsp(line[i]))
		i++;
	return name > 0 && i < len && line[i] == ':';
}

/* One past the line's \n, or end. */
static const char *
line_end(const char *line, const char *end)
{
	const char *lf = memchr(line, '\n', (size_t)(end - line));

	return lf ? lf + 1 : end;
}

static size_t
without_line_break(const char *at, const char *next)
{
	while (next > at && (next[-1] == '\n' || next[-1] == '\r'))
		next--;
	return (size_t)(next - at);
}

/* What a line of the block is. */
enum line_kind { LINE_FIELD, LINE_CONTINUATION, LINE_EMPTY, LINE_STRAY, LINE_BODY };

static enum line_kind
line_kind(const char *line, const char *next, const char *end, bool first)
{
	const char *after;

	if (without_line_break(line, next) == 0)
		return LINE_EMPTY;
	if (is_wsp(*line) && !first)
		return LINE_CONTINUATION;
	/* A boundary is never a field, though it may have a colon in it. */
	if (next - line > 2 && line[0] == '-' && line[1] == '-')
		return LINE_BODY;
	if (header_is_field(line, (size_t)(next - line)))
		return LINE_FIELD;
	if (first || next == end)
		return LINE_BODY;
	/* Old mbox writers, and lines that a sending program broke without indenting the rest. */
	after = line_end(next, end);
	return header_is_field(next, (size_t)(after - next)) ? LINE_STRAY : LINE_BODY;
}

static int
add_field(struct reader *r, struct header **headers, size_t *count, size_t *room, const char *line,
	  const char *next)
{
	struct header *h;
	const char *colon;

	if (*count == *room) {
		h = arena_grow(r->arena, *headers, *room * sizeof(*h),
			       (*room * 2 + 16) * sizeof(*h));
		if (!h)
			return -ENOMEM;
		*headers = h;
		*room = *room * 2 + 16;
	}
	h = &(*headers)[(*count)++];
	colon = memchr(line, ':', (size_t)(next - line));
	h->name.at = line;
	h->name.len = (size_t)(colon - line);
	while (h->name.len > 0 && is_wsp(line[h->name.len - 1]))
		h->name.len--;
	h->raw.at = colon + 1;
	h->raw.len = without_line_break(colon + 1, next);
	h->value = "";
	return 0;
}

/* Fields with raw 8-bit text are mostly in the charset that the body declares. */
static void
take_hint(struct reader *r, const struct header *headers, size_t count)
{
	const struct header *h = header_find(headers, count, "Content-Type");
	const char *p, *end, *start;

	if (!h)
		return;
	end = h->raw.at + h->raw.len;
	for (p = h->raw.at; (p = memchr(p, '=', (size_t)(end - p))); p++) {
		if (p - h->raw.at < 7 || strncasecmp(p - 7, "charset", 7))
			continue;
		for (start = ++p; p < end && *p != ';' && *p != '\n'; p++)
			;
		charset_hint(r, start, (size_t)(p - start));
		return;
	}
}

static int
decode_fields(struct reader *r, struct header *headers, size_t count)
{
	const char *text;
	size_t len;

	take_hint(r, headers, count);
	for (size_t i = 0; i < count; i++) {
		text = header_unfold(r, headers[i].raw.at, headers[i].raw.len, &len);
		headers[i].value = text ? header_decode(r, text, len) : NULL;
		if (!headers[i].value)
			return -ENOMEM;
	}
	return 0;
}

int
header_block(struct reader *r, const char *bytes, size_t len, struct header **ret_headers,
	     size_t *ret_count, size_t *ret_body)
{
	const char *end = bytes + len, *line = bytes, *next;
	struct header *headers = NULL;
	size_t count = 0, room = 0;
	bool keep = true; /* the field that is open was stored, its continuation belongs to it */
	enum line_kind kind;
	int code;

	for (; line < end; line = next) {
		next = line_end(line, end);
		kind = line_kind(line, next, end, line == bytes);
		if (kind == LINE_EMPTY) {
			line = next;
			break;
		}
		if (kind == LINE_BODY) {
			r->notes |= line == bytes ? 0 : NOTE_BROKEN_MIME;
			break;
		}
		if (kind == LINE_STRAY)
			r->notes |= NOTE_BROKEN_MIME;
		if (kind == LINE_FIELD) {
			keep = count < LIMIT_HEADERS &&
			       (size_t)(next - bytes) <= LIMIT_HEADER_BLOCK;
			code = keep ? add_field(r, &headers, &count, &room, line, next) : 0;
			if (code < 0)
				return code;
		} else if (keep && count > 0 && (size_t)(next - bytes) <= LIMIT_HEADER_BLOCK) {
			headers[count - 1].raw.len =
				without_line_break(headers[count - 1].raw.at, next);
		} else {
			keep = false;
		}
		if (!keep)
			r->notes |= NOTE_CUT_HEADERS;
	}
	code = decode_fields(r, headers, count);
	if (code < 0)
		return code;
	*ret_headers = headers;
	*ret_count = count;
	*ret_body = (size_t)(line - bytes);
	return 0;
}

const char *
header_unfold(struct reader *r, const char *raw, size_t len, size_t *ret_len)
{
	char *text, *out;
	const char *p, *q, *end;

	while (len > 0 && (is_wsp(raw[0]) || raw[0] == '\r' || raw[0] == '\n')) {
		raw++;
		len--;
	}
	while (len > 0 && (is_wsp(raw[len - 1]) || raw[len - 1] == '\r' || raw[len - 1] == '\n'))
		len--;
	if (len > LIMIT_HEADER_BYTES) {
		r->notes |= NOTE_CUT_HEADERS;
		len = LIMIT_HEADER_BYTES;
	}
	text = out = arena_alloc(r->arena, len + 1);
	if (!text)
		return NULL;
	for (p = raw, end = raw + len; p < end; p = q) {
		q = memchr(p, '\n', (size_t)(end - p));
		if (!q)
			q = end;
		memcpy(out, p, (size_t)(q - p));
		out += q - p;
		while (q < end && out > text && out[-1] == '\r')
			out--;
		for (; q < end && (*q == '\n' || *q == '\r'); q++)
			;
		/* A line broken without indenting what follows: its words must not run together. */
		if (q < end && !is_wsp(*q))
			*out++ = ' ';
		else if (q < end && *q == '\t' && out > text) {
			*out++ = ' ';
			q++;
		}
	}
	*out = '\0';
	*ret_len = (size_t)(out - text);
	return text;
}

struct word {
	const char *charset, *text;
	size_t charset_len, text_len;
	char encoding;    /* 'B' or 'Q' */
	const char *next; /* behind it */
};

/*
 * Where an encoded text that begins at p ends, and whether properly with ?=. A text that is cut off
 * ends where another encoded word begins: so each byte is looked at once.
 */
static const char *
word_text_end(const char *p, const char *end, bool *ret_closed)
{
	const char *q;

	for (q = p; (q = memchr(q, '?', (size_t)(end - q))); q++) {
		*ret_closed = q + 1 < end && q[1] == '=';
		if (*ret_closed)
			return q;
		if (q > p && q[-1] == '=' && q + 1 < end)
			return q - 1;
	}
	*ret_closed = false;
	return end > p && end[-1] == '?' ? end - 1 : end;
}

/* Reads =?charset[*language]?B|Q?text?= at p; the text may hold spaces if the final ?= is there. */
static bool
read_word(const char *p, const char *end, struct word *ret)
{
	const char *q, *star, *limit = end;
	bool closed;

	if (end - p < 6 || p[0] != '=' || p[1] != '?')
		return false;
	ret->charset = p + 2;
	if (limit - p > 64)
		limit = p + 64;
	q = memchr(ret->charset, '?', (size_t)(limit - ret->charset));
	if (!q || end - q < 3 || q[2] != '?')
		return false;
	ret->charset_len = (size_t)(q - ret->charset);
	star = memchr(ret->charset, '*', ret->charset_len);
	if (star)
		ret->charset_len = (size_t)(star - ret->charset);
	ret->encoding = (char)(q[1] & ~0x20);
	if (ret->encoding != 'B' && ret->encoding != 'Q')
		return false;
	ret->text = q + 3;
	q = word_text_end(ret->text, end, &closed);
	ret->next = closed ? q + 2 : q + 1 == end && *q == '?' ? end : q;
	while (!closed && q > ret->text && is_wsp(q[-1]))
		q--;
	ret->text_len = (size_t)(q - ret->text);
	return closed || !memchr(ret->text, ' ', ret->text_len);
}

size_t
header_word_length(const char *text, size_t len)
{
	struct word w;

	return read_word(text, text + len, &w) ? (size_t)(w.next - text) : 0;
}

/* Encoded words side by side in one charset, as bytes. */
struct run {
	struct buf bytes;
	const char *charset;
	size_t charset_len;
	bool open;
	unsigned bits; /* base64: what the word before left over */
	int bit_count;
	size_t stump; /* quoted-printable: bytes at the end that are an unfinished =XX */
};

/*
 * Whether the bits that the word before left over belong to this one, because it was split inside a
 * group of four: this word alone is no whole number of groups. Bits that are all zero are a group
 * whose '=' is missing.
 */
static bool
continues_group(const struct run *run, const char *in, size_t len)
{
	size_t letters = 0;

	for (size_t i = 0; i < len; i++)
		letters += transfer_base64[(unsigned char)in[i]] <= 64;
	if (letters % 4 == 0)
		return false;
	return run->bit_count == 6 ? letters % 4 == 3 : run->bits != 0;
}

static void
add_base64(struct run *run, const char *in, size_t len)
{
	unsigned char v;

	if (run->bit_count > 0 && !continues_group(run, in, len))
		run->bit_count = 0;
	for (size_t i = 0; i < len; i++) {
		v = transfer_base64[(unsigned char)in[i]];
		if (v == 64)
			run->bit_count = 0;
		if (v >= 64)
			continue;
		run->bits = run->bits << 6 | v;
		run->bit_count += 6;
		if (run->bit_count >= 8) {
			run->bit_count -= 8;
			buf_add_char(&run->bytes, (char)(run->bits >> run->bit_count));
		}
	}
	run->bits &= (1u << run->bit_count) - 1;
	run->stump = 0;
}

/* The word before ended inside an =XX: its end, put together with this word's beginning. */
static size_t
finish_stump(struct run *run, const char *in, size_t len)
{
	char *at = run->bytes.at + run->bytes.len - run->stump;
	size_t lack = 3 - run->stump;
	char pair[2] = { run->stump > 1 ? at[1] : 0, 0 };

	if (len < lack)
		return 0;
	memcpy(pair + 2 - lack, in, lack);
	if (transfer_hex(pair[0]) < 0 || transfer_hex(pair[1]) < 0)
		return 0;
	*at = (char)(transfer_hex(pair[0]) << 4 | transfer_hex(pair[1]));
	run->bytes.len -= run->stump - 1;
	return lack;
}

static void
add_quoted(struct run *run, const char *in, size_t len)
{
	size_t i = run->stump > 0 && !run->bytes.failed ? finish_stump(run, in, len) : 0;

	for (; i < len; i++) {
		if (in[i] == '=' && i + 2 < len && transfer_hex(in[i + 1]) >= 0 &&
		    transfer_hex(in[i + 2]) >= 0) {
			buf_add_char(&run->bytes, (char)(transfer_hex(in[i + 1]) << 4 |
							 transfer_hex(in[i + 2])));
			i += 2;
		} else {
			buf_add_char(&run->bytes, in[i] == '_' ? ' ' : in[i]);
		}
	}
	run->stump = 0;
	if (len > 0 && in[len - 1] == '=')
		run->stump = 1;
	else if (len > 1 && in[len - 2] == '=' && transfer_hex(in[len - 1]) >= 0)
		run->stump = 2;
}

static int
add_converted(struct reader *r, struct buf *out, const char *charset, size_t charset_len,
	      const char *bytes, size_t len)
{
	char label[64];
	const char *text;
	size_t text_len;
	int code;

	if (charset_len >= sizeof(label))
		charset_len = 0;
	memcpy(label, charset, charset_len);
	label[charset_len] = '\0';
	code = charset_read(r, label, bytes, len, &text, &text_len);
	if (code < 0)
		return code;
	buf_add(out, text, text_len);
	return 0;
}

static int
close_run(struct reader *r, struct run *run, struct buf *out)
{
	int code = 0;

	if (run->open && run->bytes.len > 0)
		code = add_converted(r, out, run->charset, run->charset_len, run->bytes.at,
				     run->bytes.len);
	if (run->bytes.failed)
		code = -ENOMEM;
	/* New bytes each time: the converted text may have been put right behind the old ones. */
	*run = (struct run){ .bytes = { .arena = r->arena } };
	return code;
}

static bool
all_space(const char *p, const char *end)
{
	while (p < end && is_wsp(*p))
		p++;
	return p == end;
}

static int
decode_words(struct reader *r, const char *text, size_t len, struct buf *out)
{
	struct run run = { .bytes = { .arena = r->arena } };
	const char *end = text + len, *plain = text, *p = text;
	struct word w;
	bool same;
	int code;

	while (p < end && (p = memchr(p, '=', (size_t)(end - p)))) {
		if (!read_word(p, end, &w)) {
			p++;
			continue;
		}
		same = run.open && all_space(plain, p) &&
		       charset_same(run.charset, run.charset_len, w.charset, w.charset_len);
		if (!same) {
			bool beside = run.open && all_space(plain, p);

			code = close_run(r, &run, out);
			if (code == 0 && !beside && p > plain)
				code = add_converted(r, out, "", 0, plain, (size_t)(p - plain));
			if (code < 0)
				return code;
		}
		run.open = true;
		run.charset = w.charset;
		run.charset_len = w.charset_len;
		if (w.encoding == 'B') {
			add_base64(&run, w.text, w.text_len);
		} else {
			run.bit_count = 0;
			add_quoted(&run, w.text, w.text_len);
		}
		p = plain = w.next;
	}
	code = close_run(r, &run, out);
	if (code == 0 && end > plain)
		code = add_converted(r, out, "", 0, plain, (size_t)(end - plain));
	return code;
}

/* Printable ASCII and tabs only, and no encoded word: most fields. */
static bool
is_simple(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 32 || c > 126 || (c == '=' && text[i + 1] == '?'))
			return false;
	}
	return true;
}

const char *
header_decode(struct reader *r, const char *text, size_t len)
{
	struct buf out = { .arena = r->arena };
	char *value;
	int code;

	if (is_simple(text, len))
		return text[len] == '\0' ? text : arena_strndup(r->arena, text, len);
	code = decode_words(r, text, len, &out);
	value = code < 0 ? NULL : buf_string(&out);
	if (!value)
		return NULL;
	for (char *p = value; *p; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			*p = ' ';
	return value;
}

const struct header *
header_find(const struct header *headers, size_t count, const char *name)
{
	size_t len = strlen(name);

	/* Most names of that length are told apart by their first letters. */
	for (size_t i = 0; i < count; i++)
		if (headers[i].name.len == len && ((headers[i].name.at[0] ^ name[0]) & 0x5f) == 0 &&
		    !strncasecmp(headers[i].name.at, name, len))
			return &headers[i];
	return NULL;
}
