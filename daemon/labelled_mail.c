/*
 * labelled_mail: a mail of a row: of a subject and a body. See labelled.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#include "filters/limits.h"
#include "labelled.h"

/* Of text in one encoded word, which may be 75 long (RFC 2047 section 2). */
#define WORD_BYTES 45u

/* The bytes of text that one encoded word takes: whole characters (RFC 2047 section 5). */
static size_t
word_length(const char *text, size_t len)
{
	size_t take = len < WORD_BYTES ? len : WORD_BYTES;

	while (take < len && take > 1 && ((unsigned char)text[take] & 0xc0) == 0x80)
		take--;
	return take;
}

static void
put_subject(FILE *out, const char *subject)
{
	size_t len = strlen(subject), take;
	char word[BASE64_ENCODE_RAW_LENGTH(WORD_BYTES) + 1];

	if (len == 0)
		return;
	fputs("Subject:", out);
	for (size_t at = 0; at < len; at += take) {
		take = word_length(subject + at, len - at);
		base64_encode_raw(word, take, (const uint8_t *)subject + at);
		word[BASE64_ENCODE_RAW_LENGTH(take)] = '\0';
		fprintf(out, " =?utf-8?B?%s?=\n", word);
	}
}

int
labelled_write_mail(const char *subject, const char *body, char **ret_bytes, size_t *ret_len)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);

	if (!out)
		return -ENOMEM;
	fputs("From: Writer <writer@example.com>\n", out);
	put_subject(out, subject);
	fputs("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: 8bit\n\n",
	      out);
	fputs(body, out);
	putc('\n', out);
	if (fclose(out) < 0) {
		free(bytes);
		return -ENOMEM;
	}
	if (len > LIMIT_MESSAGE_BYTES) {
		free(bytes);
		return -EFBIG;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return 0;
}

/* The text of a member, "" when it is not there; NULL and a sentence when it is no text. */
static const char *
member_text(const json_t *row, const char *member, bool needed, struct err *err)
{
	const json_t *value = json_object_get(row, member);

	if (json_is_string(value))
		return json_string_value(value);
	if (!needed && (!value || json_is_null(value)))
		return "";
	err_set(err, -EINVAL, value ? "\"%s\" is not a text" : "\"%s\" is missing", member);
	return NULL;
}

int
labelled_read_row(const json_t *row, struct labelled_mail *ret, struct err *err)
{
	const char *subject, *body;
	size_t len;
	int r;

	if (!json_is_object(row))
		return err_set(err, -EINVAL, "is not an object; a row begins with '{'");
	body = member_text(row, "body", true, err);
	subject = body ? member_text(row, "subject", false, err) : NULL;
	if (!subject)
		return -EINVAL;
	r = label_read(row, &ret->label, err);
	if (r < 0)
		return r;
	r = labelled_write_mail(subject, body, &ret->mail.unescaped, &len);
	if (r < 0)
		return err_set(err, r, "cannot be made a mail: %s", strerror(-r));
	ret->mail.bytes = ret->mail.unescaped;
	ret->mail.len = len;
	return 0;
}
