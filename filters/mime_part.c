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

bool
mime_part_is_pkcs7(const struct part *p)
{
	size_t len = strlen(p->filename);

	/* RFC 8551 section 3.2.1: the file name tells it where the type got lost. */
	return !strcmp(p->type, "application/pkcs7-mime") ||
	       !strcmp(p->type, "application/x-pkcs7-mime") ||
	       (!strcmp(p->type, "application/octet-stream") && len > 4 &&
		!strcasecmp(p->filename + len - 4, ".p7m"));
}

/*
 * The field that says the type. Of two of them the one that makes parts of the body is meant:
 * gateways put a text/plain of their own before it.
 */
static const struct header *
type_field(const struct part *p)
{
	const struct header *first = header_find(p->headers, p->header_count, "Content-Type");

	if (!first || !strncasecmp(first->value, "multipart/", 10))
		return first;
	for (const struct header *h = first + 1; h < p->headers + p->header_count; h++)
		if (h->name.len == 12 && !strncasecmp(h->name.at, "Content-Type", 12) &&
		    !strncasecmp(h->value, "multipart/", 10))
			return h;
	return first;
}

static int
parameters_of(struct reader *r, const struct header *h, struct parameters *ret)
{
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

/* By its letters and digits, as programs spell it in many ways. */
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
		{ "quotedprintable", ENCODING_QUOTED_PRINTABLE },
		{ "xquotedprintable", ENCODING_QUOTED_PRINTABLE },
		{ "qp", ENCODING_QUOTED_PRINTABLE },
		{ "q", ENCODING_QUOTED_PRINTABLE },
		{ "base64", ENCODING_BASE64 },
		{ "xbase64", ENCODING_BASE64 },
		{ "b64", ENCODING_BASE64 },
		{ "b", ENCODING_BASE64 },
		{ "xuuencode", ENCODING_UUENCODE },
		{ "uuencode", ENCODING_UUENCODE },
		{ "xuuencoded", ENCODING_UUENCODE },
		{ "xuue", ENCODING_UUENCODE },
		{ "uue", ENCODING_UUENCODE },
	};
	const struct header *h =
		header_find(p->headers, p->header_count, "Content-Transfer-Encoding");
	char name[20];
	size_t len = 0;

	if (!h || !h->value[0])
		return ENCODING_NONE;
	for (const char *c = h->value; *c && *c != ';' && *c != '(' && len < sizeof(name) - 1; c++)
		if ((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z'))
			name[len++] = *c;
		else if (*c >= 'A' && *c <= 'Z')
			name[len++] = (char)(*c - 'A' + 'a');
	name[len] = '\0';
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(name, table[i].name))
			return table[i].encoding;
	r->notes |= NOTE_BROKEN_MIME;
	return ENCODING_NONE;
}

/* Encrypted: nobody here can read it. Until S/MIME is opened it may also be just signed. */
static bool
is_encrypted(const struct part *p, const struct parameters *type)
{
	const char *kind;

	if (!strcmp(p->type, "multipart/encrypted") ||
	    !strcmp(p->type, "application/pgp-encrypted"))
		return true;
	if (!mime_part_is_pkcs7(p))
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

	code = parameters_of(r, type_field(p), &type);
	if (code == 0)
		code = parameters_of(
			r, header_find(p->headers, p->header_count, "Content-Disposition"),
			&disposition);
	if (code < 0)
		return code;
	p->type = digest && !type.token[0] ? "message/rfc822" : "text/plain";
	if (!strcmp(type.token, "html") || !strcmp(type.token, "text/htm"))
		p->type = "text/html";
	else if (is_type(type.token))
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
	/* Old mailers name a text in Content-Type and still mean it to be read. */
	p->attachment =
		!strcmp(disposition.token, "attachment") ||
		(p->filename[0] && strcmp(p->type, "text/plain") && strcmp(p->type, "text/html"));
	return 0;
}
