/*
 * mime_part: Content-* fields of one part. See mime_part.h.
 */
#include "mime_part.h"

#include "field.h"
#include "header.h"
#include "limits.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

bool
mime_part_is_multipart(const struct part *p)
{
	return !strncmp(p->type, "multipart/", 10);
}

bool
mime_part_is_message(const struct part *p)
{
	return !strcmp(p->type, "message/rfc822") || !strcmp(p->type, "message/global") ||
	       !strcmp(p->type, "message/news");
}

static int
parameters_of(struct reader *r, const struct part *p, const char *name, struct parameters *ret)
{
	const struct header *h = header_find(p->headers, p->header_count, name);
	const char *text;
	size_t len;

	ret->token = "";
	ret->count = 0;
	if (!h)
		return 0;
	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	return text ? field_parameters(r, text, len, ret) : -ENOMEM;
}

/* type "/" subtype of RFC 2045 tokens, roughly. */
static bool
is_type(const char *token)
{
	const char *slash = strchr(token, '/');

	if (!slash || slash == token || !slash[1] || strchr(slash + 1, '/'))
		return false;
	for (; *token; token++)
		if ((unsigned char)*token <= 32 || (unsigned char)*token >= 127)
			return false;
	return true;
}

static enum part_encoding
encoding_of(struct reader *r, const struct part *p)
{
	static const struct {
		const char *name;
		enum part_encoding encoding;
	} table[] = {
		{ "7bit", ENCODING_NONE },
		{ "8bit", ENCODING_NONE },
		{ "binary", ENCODING_NONE },
		{ "quoted-printable", ENCODING_QUOTED_PRINTABLE },
		{ "base64", ENCODING_BASE64 },
		{ "x-uuencode", ENCODING_UUENCODE },
		{ "uuencode", ENCODING_UUENCODE },
		{ "x-uue", ENCODING_UUENCODE },
	};
	const struct header *h =
		header_find(p->headers, p->header_count, "Content-Transfer-Encoding");
	const char *value;
	size_t len;

	if (!h || !h->value[0])
		return ENCODING_NONE;
	value = h->value;
	if (*value == '"')
		value++;
	len = strcspn(value, " \t;(\"");
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (len == strlen(table[i].name) && !strncasecmp(value, table[i].name, len))
			return table[i].encoding;
	r->notes |= NOTE_BROKEN_MIME;
	return ENCODING_NONE;
}

/* Encrypted, or signed in a way that packs the text up: nobody here can read it. */
static bool
is_encrypted(const struct part *p, const struct parameters *type)
{
	const char *kind;

	if (!strcmp(p->type, "multipart/encrypted") ||
	    !strcmp(p->type, "application/pgp-encrypted"))
		return true;
	if (strcmp(p->type, "application/pkcs7-mime") &&
	    strcmp(p->type, "application/x-pkcs7-mime"))
		return false;
	kind = parameter(type, "smime-type");
	return strcasecmp(kind, "certs-only");
}

static const char *
file_name(struct reader *r, const struct parameters *disposition, const struct parameters *type)
{
	const char *name = parameter(disposition, "filename");
	size_t len;

	if (!name[0])
		name = parameter(type, "name");
	len = strlen(name);
	if (len <= LIMIT_FILENAME)
		return name;
	r->notes |= NOTE_CUT_HEADERS;
	/*
	 * The end tells what kind of file it is, the beginning is what people read: keep the
	 * beginning.
	 */
	return arena_strndup(r->arena, name, utf8_cut(name, len, LIMIT_FILENAME));
}

static const char *
content_id(struct reader *r, const struct part *p)
{
	const struct header *h = header_find(p->headers, p->header_count, "Content-ID");
	const char *start, *stop;

	if (!h || !h->value[0])
		return "";
	start = h->value[0] == '<' ? h->value + 1 : h->value;
	stop = strchr(start, '>');
	return arena_strndup(r->arena, start, stop ? (size_t)(stop - start) : strlen(start));
}

static const char *
lower_copy(struct reader *r, const char *in)
{
	char *copy;

	if (!in[0])
		return "";
	copy = arena_strdup(r->arena, in);
	for (char *c = copy; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return copy;
}

/* A boundary cannot end in a space, but the parameter may. */
static const char *
boundary_of(struct reader *r, const struct parameters *type)
{
	const char *boundary = parameter(type, "boundary");
	size_t len = strlen(boundary);

	if (len == 0 || boundary[len - 1] != ' ')
		return boundary;
	while (len > 0 && boundary[len - 1] == ' ')
		len--;
	return arena_strndup(r->arena, boundary, len);
}

int
mime_part_read(struct reader *r, struct part *p, bool digest, const char **ret_boundary)
{
	struct parameters type, disposition;
	int code;

	code = parameters_of(r, p, "Content-Type", &type);
	if (code == 0)
		code = parameters_of(r, p, "Content-Disposition", &disposition);
	if (code < 0)
		return code;
	p->type = digest && !type.token[0] ? "message/rfc822" : "text/plain";
	if (is_type(type.token))
		p->type = type.token;
	else if (type.token[0] && strcmp(type.token, "text"))
		r->notes |= NOTE_BROKEN_MIME;
	p->charset = lower_copy(r, parameter(&type, "charset"));
	p->filename = file_name(r, &disposition, &type);
	p->content_id = content_id(r, p);
	*ret_boundary = boundary_of(r, &type);
	if (!p->charset || !p->filename || !p->content_id || !*ret_boundary)
		return -ENOMEM;
	p->encoding = encoding_of(r, p);
	p->encrypted = is_encrypted(p, &type);
	if (p->encrypted)
		r->notes |= NOTE_ENCRYPTED;
	/* Old mailers name a text in Content-Type and still mean it to be read. */
	p->attachment =
		!strcmp(disposition.token, "attachment") ||
		(p->filename[0] && strcmp(p->type, "text/plain") && strcmp(p->type, "text/html"));
	return 0;
}
