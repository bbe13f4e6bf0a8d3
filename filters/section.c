/*
 * section: the texts of a message's parts as rules see them. See judge.h.
 */
#include "judge.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static int
from_text(struct arena *arena, const struct message *m, struct section_text *ret)
{
	struct buf b = { .arena = arena };

	for (size_t i = 0; i < m->from.count; i++) {
		if (i > 0)
			buf_add_char(&b, '\n');
		if (m->from.list[i].name[0] != '\0')
			buf_printf(&b, "%s <%s>", m->from.list[i].name, m->from.list[i].address);
		else
			buf_printf(&b, "%s", m->from.list[i].address);
	}
	ret->text = buf_string(&b);
	ret->len = b.len;
	return ret->text == NULL ? -ENOMEM : 0;
}

static int
names_text(struct arena *arena, const struct message *m, struct section_text *ret)
{
	struct buf b = { .arena = arena };

	for (size_t i = 0; i < m->attachment_count; i++) {
		if (i > 0)
			buf_add_char(&b, '\n');
		buf_add(&b, m->attachment_names[i], strlen(m->attachment_names[i]));
	}
	ret->text = buf_string(&b);
	ret->len = b.len;
	return ret->text == NULL ? -ENOMEM : 0;
}

static int
header_text(struct arena *arena, const struct message *m, const char *name,
	    struct section_text *ret)
{
	struct buf b = { .arena = arena };
	size_t len = strlen(name);
	bool first = true;

	for (size_t i = 0; i < m->header_count; i++) {
		const struct header *h = &m->headers[i];

		if (h->name.len != len || strncasecmp(h->name.at, name, len) != 0)
			continue;
		if (!first)
			buf_add_char(&b, '\n');
		buf_add(&b, h->value, strlen(h->value));
		first = false;
	}
	ret->text = buf_string(&b);
	ret->len = b.len;
	return ret->text == NULL ? -ENOMEM : 0;
}

static int
body_text(const struct message *m, enum segment_kind kind, struct section_text *ret)
{
	struct text_map *map;
	int rc;

	rc = message_segments_text(m, kind, &ret->text, &ret->len, &map, &ret->map_count);
	if (rc < 0)
		return rc;
	ret->map = map;
	return 0;
}

int
section_text(struct arena *arena, const struct sections *sections, const struct input *input,
	     unsigned section, struct section_text *ret)
{
	const struct message *m = input->message;

	*ret = (struct section_text){ .text = "" };
	if (m == NULL) {
		if (section == input->section) {
			ret->text = input->text;
			ret->len = input->len;
		}
		return 0;
	}
	switch (section) {
	case SECTION_SUBJECT:
		ret->text = m->subject;
		ret->len = strlen(m->subject);
		return 0;
	case SECTION_BODY:
		return body_text(m, SEGMENT_NEW, ret);
	case SECTION_QUOTED:
		return body_text(m, SEGMENT_QUOTED, ret);
	case SECTION_SIGNATURE:
		return body_text(m, SEGMENT_SIGNATURE, ret);
	case SECTION_ATTACHMENT_NAME:
		return names_text(arena, m, ret);
	case SECTION_FROM:
		return from_text(arena, m, ret);
	default:
		return header_text(arena, m, sections->names[section] + strlen("header:"), ret);
	}
}

/* Where one byte of the part's text came from. */
static size_t
source_of(const struct section_text *t, size_t offset)
{
	size_t low = 0, high = t->map_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t->map[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return t->map[low].source + (offset - t->map[low].offset);
}

void
section_source(const struct section_text *t, size_t offset, size_t length, size_t *ret_offset,
	       size_t *ret_length)
{
	size_t start = offset, end = offset + length;

	if (t->map_count > 0) {
		start = source_of(t, offset);
		end = length > 0 ? source_of(t, offset + length - 1) + 1 : start;
	}
	*ret_offset = start;
	*ret_length = end - start;
}
