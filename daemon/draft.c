/*
 * draft: puts the pieces of a reply together. Words come from draft_values.c, bytes from
 * draft_mime.c.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "draft_internal.h"
#include "draft_mime.h"
#include "draft_words.h"

/*
 * The customer's new words, each line after "> ", at most DRAFT_QUOTE_MAX bytes, whole lines or at
 * least whole characters.
 */
static int
add_quote(const struct draft_input *in, struct arena *arena, const struct address *to,
	  struct buf *out)
{
	const char *text, *end, *name, *line, *attribution;
	struct text_map *map;
	size_t len, count, keep;
	int r = message_segments_text(in->original, SEGMENT_NEW, &text, &len, &map, &count);

	if (r < 0)
		return r;
	while (len && strchr(" \t\n", text[len - 1]) && text[len - 1])
		len--;
	keep = len;
	if (keep > DRAFT_QUOTE_MAX) {
		keep = DRAFT_QUOTE_MAX;
		end = memrchr(text, '\n', keep);
		/* One endless line is cut inside, before the first byte of a character. */
		while (!end && keep && ((unsigned char)text[keep] & 0xc0) == 0x80)
			keep--;
		keep = end ? (size_t)(end - text) : keep;
	}
	name = words_name(arena, draft_display(in, to));
	attribution = name ? words_attribution(arena, in->account->zone, in->original->date,
					       *name ? name : to->address, draft_is_korean(in))
			   : NULL;
	if (!attribution)
		return -ENOMEM;
	if (!keep)
		return 0;
	buf_printf(out, "\n%s\n", attribution);
	for (line = text; line < text + keep; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + keep - line));
		end = end ? end : text + keep;
		buf_add(out, line == end ? ">" : "> ", line == end ? 1 : 2);
		buf_add(out, line, (size_t)(end - line));
		buf_add_char(out, '\n');
	}
	if (keep < len)
		buf_printf(out, "> [...]\n");
	return 0;
}

/*
 * In-Reply-To and References (RFC 5322 3.6.4): the parent's references and the parent, the first
 * one and the last ones.
 */
static void
add_threading(const struct message *original, struct buf *out)
{
	const char *list[DRAFT_REFERENCES_MAX];
	const char *parent =
		mime_message_id_plain(original->message_id) ? original->message_id : NULL;
	size_t count = 0, total = original->reference_count + 1;

	for (size_t i = 0; i < total; i++) {
		const char *id = i + 1 < total ? original->references[i] : parent;

		if (!id || !mime_message_id_plain(id) ||
		    (i + 1 < total && parent && !strcmp(id, parent)))
			continue;
		if (count == DRAFT_REFERENCES_MAX) {
			memmove(&list[1], &list[2], (DRAFT_REFERENCES_MAX - 2) * sizeof(*list));
			count--;
		}
		list[count++] = id;
	}
	if (parent)
		buf_printf(out, "In-Reply-To:%s%s\r\n", strlen(parent) > 60 ? "\r\n " : " ",
			   parent);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s%s",
			   i ? "" : "References:", i || strlen(list[i]) > 60 ? "\r\n " : " ",
			   list[i]);
	if (count)
		buf_printf(out, "\r\n");
}

/* Case and template, for our own eyes and for triaged when it meets the draft again. */
static void
add_mark(const struct draft_input *in, struct buf *out)
{
	const char *name = in->template_name ? in->template_name : "";

	buf_printf(out, "X-Triaged-Draft: case=");
	if (in->case_)
		buf_printf(out, "C%llu", (unsigned long long)in->case_->id);
	else
		buf_printf(out, "none");
	if (*name && strlen(name) <= 64 &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0')
		buf_printf(out, "; template=%s", name);
	buf_printf(out, "\r\n");
}

static int
add_subject(const struct draft_input *in, struct arena *arena, const char *rendered,
	    struct buf *out)
{
	const char *subject =
		draft_plain_subject(arena, *rendered ? rendered : in->original->subject);
	const char *line, *token = in->subject_token && !draft_is_internal(in->template_name)
					   ? in->subject_token
					   : "";

	if (!subject)
		return -ENOMEM;
	if (!*subject)
		subject = draft_is_korean(in) ? "문의하신 내용" : "your message";
	line = draft_is_internal(in->template_name)
		       ? subject
		       : arena_printf(arena, "Re: %s%s%s", subject, *token ? " " : "", token);
	if (!line)
		return -ENOMEM;
	mime_field(out, "Subject", line);
	return 0;
}

int
draft_build(const struct draft_input *input, struct arena *arena, struct draft_mail *ret)
{
	const struct address *to = draft_recipient(input);
	struct buf out = { .arena = arena }, body = { .arena = arena };
	struct draft_text made;
	const char *words;
	int r;

	*ret = (struct draft_mail){ .names = "", .unapproved = { "", "" } };
	if (!to || !mime_address_plain(input->account->identity_address) ||
	    !mime_message_id_plain(input->message_id))
		return -EINVAL;
	r = draft_text(input, arena, &made, &ret->unapproved);
	if (r < 0)
		return r;
	mime_field_mailbox(&out, "From", input->account->identity_name,
			   input->account->identity_address);
	if (draft_is_internal(input->template_name))
		mime_field_mailbox(&out, "To", input->account->identity_name,
				   input->account->identity_address);
	else
		mime_field_mailbox(&out, "To", draft_display(input, to), to->address);
	r = add_subject(input, arena, made.subject, &out);
	if (r < 0)
		return r;
	mime_field_date(&out, input->account->zone, input->now_ms / 1000);
	buf_printf(&out, "Message-ID:%s%s\r\n", strlen(input->message_id) > 60 ? "\r\n " : " ",
		   input->message_id);
	if (!draft_is_internal(input->template_name))
		add_threading(input->original, &out);
	add_mark(input, &out);
	buf_add(&body, made.body, strlen(made.body));
	r = draft_is_internal(input->template_name) ? 0 : add_quote(input, arena, to, &body);
	if (r < 0)
		return r;
	words = buf_string(&body);
	if (!words)
		return -ENOMEM;
	mime_body(&out, words);
	ret->names = made.names;
	ret->body = made.body;
	ret->text = buf_string(&out);
	ret->len = out.len;
	return ret->text ? 0 : -ENOMEM;
}

int
draft_notice_html(struct arena *arena, const char *from, const char *to, const char *message_id,
		  int64_t now_ms, const char *subject, const char *body, const char *html,
		  const char **ret_text, size_t *ret_len)
{
	struct buf out = { .arena = arena };
	const char *text;

	if (!mime_address_plain(from) || !mime_address_plain(to) ||
	    !mime_message_id_plain(message_id))
		return -EINVAL;
	mime_field_mailbox(&out, "From", "triaged", from);
	mime_field_mailbox(&out, "To", "", to);
	mime_field(&out, "Subject", subject);
	mime_field_date(&out, NULL, now_ms / 1000);
	buf_printf(&out, "Message-ID:%s%s\r\nAuto-Submitted: auto-generated\r\n",
		   strlen(message_id) > 60 ? "\r\n " : " ", message_id);
	if (html)
		mime_alternative(&out, body, html);
	else
		mime_body(&out, body);
	text = buf_string(&out);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	*ret_len = out.len;
	return 0;
}

int
draft_notice(struct arena *arena, const char *from, const char *to, const char *message_id,
	     int64_t now_ms, const char *subject, const char *body, const char **ret_text,
	     size_t *ret_len)
{
	return draft_notice_html(arena, from, to, message_id, now_ms, subject, body, NULL, ret_text,
				 ret_len);
}
