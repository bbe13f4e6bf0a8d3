/*
 * field: parameters, message-ids, dates. See field.h; addresses are in field_address.c.
 */
#include "field.h"

#include "header.h"
#include "transfer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

/* One parameter as it stands there: name, RFC 2231 section number and mark, value bytes. */
struct piece {
	char *name;    /* without *0* */
	int section;   /* -1 when not continued */
	bool extended; /* name*=, name*0*= */
	const char *value;
	size_t value_len;
};

/* Comments in parentheses, as in "text/plain (my favourite)"; p is behind '('. */
static const char *
skip_comment(const char *p, const char *end)
{
	unsigned depth = 1;

	for (; p < end && depth > 0; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
	}
	return p;
}

static const char *
read_value(struct reader *r, const char *p, const char *end, struct piece *ret)
{
	struct buf out = { .arena = r->arena };
	const char *start;

	if (p < end && *p == '"' && memchr(p + 1, '"', (size_t)(end - p - 1))) {
		for (p++; p < end && *p != '"'; p++) {
			/*
			 * Windows paths are quoted without care: a backslash only escapes what
			 * needs it.
			 */
			if (*p == '\\' && p + 1 < end && (p[1] == '"' || p[1] == '\\'))
				p++;
			buf_add_char(&out, *p);
		}
		ret->value = buf_string(&out);
		ret->value_len = out.len;
		while (p < end && *p != ';')
			p++;
		return p;
	}
	/*
	 * Unquoted values may hold spaces (file names do) and encoded words: up to the semicolon.
	 */
	if (p < end && *p == '"')
		p++;
	start = p;
	p = memchr(p, ';', (size_t)(end - p));
	if (!p)
		p = end;
	ret->value_len = (size_t)(p - start);
	while (ret->value_len > 0 && is_space(start[ret->value_len - 1]))
		ret->value_len--;
	ret->value = arena_strndup(r->arena, start, ret->value_len);
	return p;
}

/* name, name*, name*0, name*0* */
static bool
read_name(struct reader *r, const char *at, size_t len, struct piece *ret)
{
	const char *star = memchr(at, '*', len);
	size_t name = star ? (size_t)(star - at) : len;

	ret->section = -1;
	ret->extended = false;
	if (star) {
		const char *p = star + 1, *end = at + len;

		if (p < end && is_digit(*p)) {
			ret->section = 0;
			for (; p < end && is_digit(*p); p++)
				ret->section = ret->section < LIMIT_PARAMETERS
						       ? ret->section * 10 + *p - '0'
						       : LIMIT_PARAMETERS;
			ret->extended = p < end && *p == '*';
		} else {
			ret->extended = true;
		}
	}
	ret->name = arena_strndup(r->arena, at, name);
	if (ret->name)
		lower(ret->name);
	return ret->name;
}

/* RFC 2231 section 4: bytes behind charset'language', with %XX undone. */
static void
add_percent(struct buf *out, const char *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (in[i] == '%' && i + 2 < len && transfer_hex(in[i + 1]) >= 0 &&
		    transfer_hex(in[i + 2]) >= 0) {
			buf_add_char(out, (char)(transfer_hex(in[i + 1]) << 4 |
						 transfer_hex(in[i + 2])));
			i += 2;
		} else {
			buf_add_char(out, in[i]);
		}
	}
}

/* The value of one name: pieces[first], with its continuations in the order of their numbers. */
static const char *
whole_value(struct reader *r, const struct piece *pieces, size_t count, size_t first)
{
	struct buf out = { .arena = r->arena };
	const struct piece *p = &pieces[first];
	const char *text, *quote, *at;
	char charset[64] = "";
	size_t len;

	if (p->section < 0 && !p->extended)
		return header_decode(r, p->value, p->value_len);
	for (int section = p->section < 0 ? -1 : 0; section < LIMIT_PARAMETERS; section++) {
		const struct piece *next = NULL;

		for (size_t i = first; i < count && !next; i++)
			if (pieces[i].section == section && !strcmp(pieces[i].name, p->name))
				next = &pieces[i];
		if (!next)
			break;
		at = next->value;
		len = next->value_len;
		if (section <= 0 && next->extended && (quote = memchr(at, '\'', len))) {
			snprintf(charset, sizeof(charset), "%.*s",
				 (int)(quote - at < 63 ? quote - at : 63), at);
			len -= (size_t)(quote + 1 - at);
			at = quote + 1;
			quote = memchr(at, '\'', len);
			len -= quote ? (size_t)(quote + 1 - at) : 0;
			at = quote ? quote + 1 : at;
		}
		if (next->extended)
			add_percent(&out, at, len);
		else
			buf_add(&out, at, len);
		if (section < 0)
			break;
	}
	if (!buf_string(&out))
		return NULL;
	if (!charset[0])
		return header_decode(r, out.at, out.len);
	return charset_read(r, charset, out.at, out.len, &text, &len) < 0 ? NULL : text;
}

static int
read_pieces(struct reader *r, const char *p, const char *end, struct piece *pieces,
	    size_t *ret_count)
{
	const char *name;
	size_t count = 0, len;

	while (p < end) {
		while (p < end && (is_space(*p) || *p == ';'))
			p++;
		if (p < end && *p == '(') {
			p = skip_comment(p + 1, end);
			continue;
		}
		name = p;
		while (p < end && *p != '=' && *p != ';')
			p++;
		len = (size_t)(p - name);
		while (len > 0 && is_space(name[len - 1]))
			len--;
		if (p == end || *p == ';' || len == 0) {
			if (p < end)
				p++;
			continue;
		}
		if (count == LIMIT_PARAMETERS) {
			r->notes |= NOTE_CUT_HEADERS;
			break;
		}
		for (p++; p < end && is_space(*p); p++)
			;
		if (!read_name(r, name, len, &pieces[count]))
			return -ENOMEM;
		p = read_value(r, p, end, &pieces[count]);
		if (!pieces[count].value)
			return -ENOMEM;
		count++;
	}
	*ret_count = count;
	return 0;
}

int
field_parameters(struct reader *r, const char *text, size_t len, struct parameters *ret)
{
	struct piece pieces[LIMIT_PARAMETERS];
	const char *end = text + len, *semicolon = memchr(text, ';', len);
	char *token, *out;
	size_t count = 0;
	int code;

	ret->count = 0;
	token = out = arena_strndup(r->arena, text, (size_t)((semicolon ? semicolon : end) - text));
	if (!token)
		return -ENOMEM;
	for (const char *p = token; *p && *p != '('; p++)
		if (!is_space(*p) && *p != '"')
			*out++ = *p;
	*out = '\0';
	lower(token);
	ret->token = token;
	code = semicolon ? read_pieces(r, semicolon + 1, end, pieces, &count) : 0;
	for (size_t i = 0; code == 0 && i < count; i++) {
		if (parameter(ret, pieces[i].name)[0])
			continue;
		ret->list[ret->count].name = pieces[i].name;
		ret->list[ret->count].value = whole_value(r, pieces, count, i);
		if (!ret->list[ret->count++].value)
			return -ENOMEM;
	}
	return code;
}

const char *
parameter(const struct parameters *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->list[i].name, name))
			return p->list[i].value;
	return "";
}

/* The next message-id: <...>, or a bare word with an @ in it as some mailers write. */
static bool
next_message_id(const char **at, const char *end, const char **ret_id, size_t *ret_len)
{
	const char *p = *at, *start, *close;

	while (p < end) {
		while (p < end && (is_space(*p) || *p == ','))
			p++;
		if (p == end)
			break;
		if (*p == '<') {
			start = ++p;
			while (p < end && *p != '>' && *p != '<')
				p++;
			close = p;
			if (p < end && *p == '>')
				p++;
		} else {
			start = p;
			while (p < end && !is_space(*p) && *p != '<' && *p != ',')
				p++;
			close = memchr(start, '@', (size_t)(p - start)) ? p : start;
		}
		if (close > start) {
			*ret_id = start;
			*ret_len = (size_t)(close - start);
			*at = p;
			return true;
		}
	}
	*at = end;
	return false;
}

/* "" when it is too long or holds bytes that no message-id has. */
static const char *
clean_message_id(struct reader *r, const char *id, size_t len)
{
	char *text, *out;

	if (len > 2 * LIMIT_MESSAGE_ID)
		return "";
	text = out = arena_alloc(r->arena, len + 3);
	if (!text)
		return NULL;
	*out++ = '<';
	for (size_t i = 0; i < len; i++) {
		if (is_space(id[i]))
			continue;
		if ((unsigned char)id[i] < 33 || (unsigned char)id[i] > 126)
			return "";
		*out++ = id[i];
	}
	*out++ = '>';
	*out = '\0';
	return out - text <= 2 || out - text > LIMIT_MESSAGE_ID ? "" : text;
}

int
field_message_ids(struct reader *r, const char *text, size_t len, const char ***ret_ids,
		  size_t *ret_count)
{
	const char *end = text + len, *at, *id, **ids;
	size_t total = 0, count = 0, n = 0, id_len;

	for (at = text; next_message_id(&at, end, &id, &id_len);)
		total++;
	ids = arena_alloc(r->arena,
			  (total < LIMIT_REFERENCES ? total : LIMIT_REFERENCES) * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (at = text; next_message_id(&at, end, &id, &id_len); n++) {
		if (n > 0 && total - n >= LIMIT_REFERENCES)
			continue;
		ids[count] = clean_message_id(r, id, id_len);
		if (!ids[count])
			return -ENOMEM;
		if (ids[count][0])
			count++;
	}
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}
