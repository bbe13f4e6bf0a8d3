/*
 * message: a mail read whole: header fields taken apart, text found, split and named. See
 * message.h.
 *
 * The steps: where the mail begins, its parts (mime), its text (body), whose words they are
 * (reply), from a machine or not (automatic), in which language. Each step is one pass; none can
 * fail but for memory.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "message.h"

#include "automatic.h"
#include "body.h"
#include "field.h"
#include "forward.h"
#include "header.h"
#include "language.h"
#include "limits.h"
#include "mime.h"
#include "reply.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *
message_notes_text(unsigned notes, char *buf, size_t size)
{
	static const char *const names[] = {
		"no headers",
		"two Message-IDs",
		"broken MIME",
		"broken text",
		"charset guessed",
		"encrypted",
		"the mail was cut",
		"some parts were left out",
		"deep parts were left out",
		"the header block was cut",
		"the text was cut",
		"the HTML was cut",
		"a text was not read",
	};
	size_t used = 0;

	if (size > 0)
		buf[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && used < size; i++)
		if (notes & 1u << i)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 names[i]);
	return buf;
}

const struct header *
message_header(const struct message *m, const char *name)
{
	return header_find(m->headers, m->header_count, name);
}

int
message_segments_text(const struct message *m, enum segment_kind kind, const char **ret_text,
		      size_t *ret_len, struct text_map **ret_map, size_t *ret_map_count)
{
	struct buf text = { .arena = m->arena };
	struct text_map *map;
	size_t count = 0, end = 0;

	map = arena_alloc(m->arena, m->segment_count * sizeof(*map));
	if (!map)
		return -ENOMEM;
	for (size_t i = 0; i < m->segment_count; i++) {
		const struct segment *s = &m->segments[i];

		if (s->kind != kind || s->length == 0)
			continue;
		if (text.len > 0 && s->offset != end && text.at[text.len - 1] != '\n')
			buf_add_char(&text, '\n');
		map[count++] = (struct text_map){ text.len, s->offset };
		buf_add(&text, m->body + s->offset, s->length);
		end = s->offset + s->length;
	}
	if (!buf_string(&text))
		return -ENOMEM;
	*ret_text = text.at;
	*ret_len = text.len;
	*ret_map = map;
	*ret_map_count = count;
	return 0;
}

/* Carriage returns alone end lines when there is no other line end in the whole mail. */
static int
mend_line_ends(struct arena *arena, struct span *bytes)
{
	char *copy;

	if (bytes->len == 0 || memchr(bytes->at, '\n', bytes->len) ||
	    !memchr(bytes->at, '\r', bytes->len))
		return 0;
	copy = arena_strndup(arena, bytes->at, bytes->len);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < bytes->len; i++)
		if (copy[i] == '\r')
			copy[i] = '\n';
	bytes->at = copy;
	return 0;
}

static void
skip(struct span *bytes, size_t len)
{
	bytes->at += len;
	bytes->len -= len;
}

/*
 * Takes away what mailboxes and gateways put before the header: a byte order mark, empty lines,
 * mbox's "From " line.
 */
static void
skip_wrapping(struct span *bytes)
{
	struct span s = *bytes;
	const char *lf;

	if (s.len >= 3 && !memcmp(s.at, "\xef\xbb\xbf", 3))
		skip(&s, 3);
	while (s.len > 0 && (*s.at == '\n' || *s.at == '\r'))
		skip(&s, 1);
	/* "From : a@b.c" is a field as RFC 822 allowed it. */
	if (((s.len >= 5 && !memcmp(s.at, "From ", 5)) ||
	     (s.len >= 6 && !memcmp(s.at, ">From ", 6))) &&
	    !header_is_field(s.at, s.len < 1000 ? s.len : 1000)) {
		lf = memchr(s.at, '\n', s.len);
		if (!lf)
			return;
		skip(&s, (size_t)(lf + 1 - s.at));
		*bytes = s;
	}
	/*
	 * Empty lines are only taken away when a header follows: else they may be the end of an
	 * empty one.
	 */
	if (header_is_field(s.at, s.len < 1000 ? s.len : 1000))
		*bytes = s;
}

static const char *
first_value(const struct message *m, const char *name)
{
	const struct header *h = message_header(m, name);

	return h ? h->value : "";
}

static int
read_addresses(struct reader *r, const struct header *h, struct addresses *ret)
{
	const char *text;
	size_t len;

	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	return text ? field_addresses(r, text, len, ret) : -ENOMEM;
}

static int
read_ids(struct reader *r, const struct header *h, const char ***ret_ids, size_t *ret_count)
{
	const char *text;
	size_t len;

	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	return text ? field_message_ids(r, text, len, ret_ids, ret_count) : -ENOMEM;
}

static bool
is_named(const struct header *h, const char *name)
{
	/* Most are told apart by their first letters. */
	return ((h->name.at[0] ^ name[0]) & 0x5f) == 0 && h->name.len == strlen(name) &&
	       !strncasecmp(h->name.at, name, h->name.len);
}

/* The fields that may come more than once, or are read in their order. */
static int
read_fields(struct reader *r, struct message *m)
{
	const struct {
		const char *name;
		struct addresses *to;
	} lists[] = {
		{ "From", &m->from }, { "Sender", &m->sender }, { "Reply-To", &m->reply_to },
		{ "To", &m->to },     { "Cc", &m->cc },
	};
	size_t message_ids = 0, count;
	const char **ids;
	int code = 0;

	for (size_t i = 0; i < m->header_count && code == 0; i++) {
		const struct header *h = &m->headers[i];

		for (size_t k = 0; k < sizeof(lists) / sizeof(*lists) && code == 0; k++)
			if (is_named(h, lists[k].name))
				code = read_addresses(r, h, lists[k].to);
		if (code < 0 || !is_named(h, "Message-ID"))
			continue;
		if (++message_ids == 2)
			r->notes |= NOTE_TWO_MESSAGE_IDS;
		if (m->message_id[0])
			continue;
		code = read_ids(r, h, &ids, &count);
		if (code == 0 && count > 0)
			m->message_id = ids[0];
	}
	return code;
}

static bool
is_blank(const char *at, size_t len)
{
	while (len > 0 && isspace((unsigned char)*at)) {
		at++;
		len--;
	}
	return len == 0;
}

/*
 * The stretch of In-Reply-To in which the first id is that of a message. Phrases of RFC 822 name
 * people, too: Message from Kim <kim@example.com> of "Thu, 22 Aug 2002" <1234@example.com>
 */
static struct span
find_answered(const char *text, size_t len)
{
	static const char named[] = "message-id"; /* <1234@example.com> of Thu, 22 Aug 2002 */
	const char *end = text + len, *open, *close;

	while (text < end && isspace((unsigned char)*text))
		text++;
	len = (size_t)(end - text);
	if (len == 0 || *text == '<')
		return (struct span){ text, len };
	open = memrchr(text, '<', len);
	if (open && len >= strlen(named) && strncasecmp(text, named, strlen(named)) == 0)
		return (struct span){ open, (size_t)(end - open) };
	if (open) {
		close = memchr(open, '>', (size_t)(end - open));
		if (close && is_blank(close + 1, (size_t)(end - close - 1)))
			return (struct span){ open, (size_t)(end - open) };
		return (struct span){ end, 0 };
	}
	/* A bare id is the only word. */
	for (open = text; open < end && !isspace((unsigned char)*open);)
		open++;
	return (struct span){ text, is_blank(open, (size_t)(end - open)) ? len : 0 };
}

static int
read_answered(struct reader *r, const struct header *h, const char **ret_id)
{
	const char *text, **ids;
	struct span answered;
	size_t len, count;
	int code;

	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	if (!text)
		return -ENOMEM;
	answered = find_answered(text, len);
	code = field_message_ids(r, answered.at, answered.len, &ids, &count);
	if (code == 0 && count > 0)
		*ret_id = ids[0];
	return code;
}

/* References, oldest first, and behind them what In-Reply-To adds. */
static int
read_references(struct reader *r, struct message *m)
{
	const struct header *references = message_header(m, "References"),
			    *reply = message_header(m, "In-Reply-To");
	const char **ids = NULL;
	size_t count = 0;
	int code = 0;

	if (references)
		code = read_ids(r, references, &ids, &count);
	if (code == 0 && reply)
		code = read_answered(r, reply, &m->in_reply_to);
	if (code < 0)
		return code;
	m->references = arena_alloc(r->arena, (count + 1) * sizeof(*ids));
	if (!m->references)
		return -ENOMEM;
	if (count > 0)
		memcpy(m->references, ids, count * sizeof(*ids));
	m->reference_count = count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(ids[i], m->in_reply_to))
			return 0;
	if (!m->in_reply_to[0])
		return 0;
	/* Full: the first one and the latest ones matter. */
	if (count == LIMIT_REFERENCES)
		memmove(m->references + 1, m->references + 2,
			(--m->reference_count - 1) * sizeof(*ids));
	m->references[m->reference_count++] = m->in_reply_to;
	return 0;
}

static int
read_headers(struct reader *r, struct message *m)
{
	const struct header *date;
	int code;

	m->headers = m->parts[0].headers;
	m->header_count = m->parts[0].header_count;
	if (m->header_count == 0)
		r->notes |= NOTE_NO_HEADERS;
	m->message_id = m->in_reply_to = "";
	code = read_fields(r, m);
	if (code == 0)
		code = read_references(r, m);
	if (code < 0)
		return code;
	m->subject = first_value(m, "Subject");
	m->date_text = first_value(m, "Date");
	date = message_header(m, "Date");
	m->date = date ? field_date(date->raw.at, date->raw.len) : 0;
	return 0;
}

/* Files that are parts, and behind them those inside texts and winmail.dat. */
static int
name_attachments(struct reader *r, struct message *m, const struct names *inside)
{
	size_t count = inside->count;

	for (size_t i = 0; i < m->part_count; i++)
		count += m->parts[i].attachment && m->parts[i].filename[0];
	m->attachment_names = arena_alloc(r->arena, count * sizeof(*m->attachment_names));
	if (!m->attachment_names)
		return -ENOMEM;
	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].attachment && m->parts[i].filename[0])
			m->attachment_names[m->attachment_count++] = m->parts[i].filename;
	for (size_t i = 0; i < inside->count; i++)
		m->attachment_names[m->attachment_count++] = inside->list[i];
	return 0;
}

/* Whether the mail says of itself that it answers or passes on another. */
static bool
answers(const struct message *m)
{
	const char *colon = strchr(m->subject, ':'), *wide = strstr(m->subject, "：");

	/* "Re:", "AW:", "답장:", "Fwd:", "RE[2]:", "回复：" */
	return m->reference_count > 0 || (colon && colon - m->subject <= 10) ||
	       (wide && wide - m->subject <= 10);
}

/*
 * The mail's own text by reply detection; behind it, in one stretch, what it forwards as messages.
 */
static int
split_segments(struct reader *r, struct message *m, const struct body *body)
{
	struct segment *segments = NULL, *last;
	size_t count = 0;
	int code;

	code = reply_split(r->arena, body->text, body->own_len, body->quotes, body->quote_count,
			   answers(m), &segments, &count);
	if (code < 0)
		return code;
	if (body->own_len < body->len) {
		last = count > 0 ? &segments[count - 1] : NULL;
		if (last && (last->kind == SEGMENT_FORWARDED || count == LIMIT_SEGMENTS)) {
			last->length = body->len - last->offset;
		} else {
			segments = arena_grow(r->arena, segments, count * sizeof(*segments),
					      (count + 1) * sizeof(*segments));
			if (!segments)
				return -ENOMEM;
			segments[count++] = (struct segment){ SEGMENT_FORWARDED, body->own_len,
							      body->len - body->own_len };
		}
	}
	m->segments = segments;
	m->segment_count = count;
	return 0;
}

static int
name_language(struct message *m)
{
	const char *text = m->body;
	size_t len = m->body_len, map_count;
	struct text_map *map;
	int code;

	if (m->segment_count == 1 || m->segment_count == 0) {
		m->language = language_detect(text, len);
		return 0;
	}
	code = message_segments_text(m, SEGMENT_NEW, &text, &len, &map, &map_count);
	if (code < 0)
		return code;
	m->language =
		map_count ? language_detect(text, len) : language_detect(m->body, m->body_len);
	return 0;
}

static int
read_all(struct reader *r, struct message *m)
{
	struct span bytes = m->raw;
	struct body body;
	int code;

	if (bytes.len > LIMIT_MESSAGE_BYTES) {
		r->notes |= NOTE_CUT_SIZE;
		bytes.len = LIMIT_MESSAGE_BYTES;
	}
	code = mend_line_ends(r->arena, &bytes);
	if (code < 0)
		return code;
	skip_wrapping(&bytes);
	code = mime_parse(r, bytes.at, bytes.len, &m->parts, &m->part_count);
	if (code == 0)
		code = read_headers(r, m);
	if (code == 0)
		code = body_read(r, m->parts, m->part_count, &body);
	if (code == 0)
		code = name_attachments(r, m, &body.files);
	if (code < 0)
		return code;
	m->body = body.text;
	m->body_len = body.len;
	m->hidden = body.hidden;
	code = split_segments(r, m, &body);
	if (code == 0)
		code = forward_read(r, m);
	if (code == 0)
		code = name_language(m);
	if (code < 0)
		return code;
	m->notes = r->notes;
	m->automatic = automatic_detect(m, &m->automatic_why);
	return 0;
}

int
message_read(struct arena *arena, const void *bytes, size_t len, bool cut,
	     struct message **ret_message)
{
	struct message *m = arena_calloc(arena, 1, sizeof(*m));
	struct reader r;
	int code;

	if (!m)
		return -ENOMEM;
	reader_init(&r, arena);
	r.notes = cut ? NOTE_CUT_SIZE : 0;
	m->arena = arena;
	m->raw = (struct span){ bytes ? bytes : "", len };
	code = read_all(&r, m);
	reader_close(&r);
	if (code < 0)
		return code;
	*ret_message = m;
	return 0;
}
