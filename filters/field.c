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

/* Takes charset'language' off the beginning of an RFC 2231 value. */
static void
take_charset(const char **at, size_t *len, char *charset, size_t size)
{
	const char *quote = memchr(*at, '\'', *len);

	if (!quote)
		return;
	snprintf(charset, size, "%.*s", (int)(quote - *at < 63 ? quote - *at : 63), *at);
	*len -= (size_t)(quote + 1 - *at);
	*at = quote + 1;
	quote = memchr(*at, '\'', *len);
	*len -= quote ? (size_t)(quote + 1 - *at) : 0;
	*at = quote ? quote + 1 : *at;
}

/* The section of that number of the parameter that piece p is of, from pieces[first] on. */
static const struct piece *
find_section(const struct piece *pieces, size_t count, size_t first, const struct piece *p,
	     int section)
{
	for (size_t i = first; i < count; i++)
		if (pieces[i].section == section && !strcmp(pieces[i].name, p->name))
			return &pieces[i];
	return NULL;
}

/*
 * The value of one name: pieces[first], with its continuations in the order of their numbers.
 * Mailers break lines inside a %XX, too, so percents are undone when neighbours are joined.
 */
static const char *
whole_value(struct reader *r, const struct piece *pieces, size_t count, size_t first)
{
	struct buf out = { .arena = r->arena }, percents = { .arena = r->arena };
	const struct piece *p = &pieces[first], *next;
	const char *text, *at;
	char charset[64] = "";
	size_t len;
	int section = p->section < 0 ? -1 : 0;

	if (p->section < 0 && !p->extended)
		return header_decode(r, p->value, p->value_len);
	/* Some count from one. */
	next = find_section(pieces, count, first, p, section);
	if (!next && section == 0)
		next = find_section(pieces, count, first, p, section = 1);
	for (bool begin = true; next; begin = false) {
		at = next->value;
		len = next->value_len;
		if (begin && next->extended)
			take_charset(&at, &len, charset, sizeof(charset));
		if (next->extended) {
			buf_add(&percents, at, len);
		} else {
			add_percent(&out, percents.at, percents.len);
			percents.len = 0;
			buf_add(&out, at, len);
		}
		next = section < 0 ? NULL : find_section(pieces, count, first, p, ++section);
	}
	add_percent(&out, percents.at, percents.len);
	if (percents.failed || !buf_string(&out))
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

/*
 * Where the token before the parameters ends: at the semicolon, or at a space where the semicolon
 * is missing ("text/plain charset=euc-kr").
 */
static const char *
token_end(const char *text, const char *end)
{
	const char *p = text, *next;

	for (; p < end && *p != ';'; p++) {
		if (!is_space(*p) || p == text || is_space(p[-1]) || p[-1] == '/')
			continue;
		for (next = p; next < end && is_space(*next); next++)
			;
		if (next < end && *next != '/' && *next != ';' && *next != '(' &&
		    memchr(next, '=', (size_t)(end - next)))
			return p;
	}
	return p;
}

/* The parameter of that name, or a new one at the end of the list. */
static struct parameter *
parameter_place(struct parameters *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->list[i].name, name))
			return &p->list[i];
	p->list[p->count] = (struct parameter){ name, "", false };
	return &p->list[p->count++];
}

int
field_parameters(struct reader *r, const char *text, size_t len, struct parameters *ret)
{
	struct piece pieces[LIMIT_PARAMETERS];
	const char *end = text + len, *rest = token_end(text, end);
	char *token, *out;
	size_t count = 0;
	int code;

	ret->count = 0;
	token = out = arena_strndup(r->arena, text, (size_t)(rest - text));
	if (!token)
		return -ENOMEM;
	for (const char *p = token; *p && *p != '('; p++)
		if (!is_space(*p) && *p != '"')
			*out++ = *p;
	*out = '\0';
	lower(token);
	ret->token = token;
	code = read_pieces(r, rest, end, pieces, &count);
	for (size_t i = 0; code == 0 && i < count; i++) {
		struct parameter *p = parameter_place(ret, pieces[i].name);

		/* Of two the first, but the one in any language before its stand-in (RFC 2231). */
		if (p->value[0] && (p->extended || !pieces[i].extended || pieces[i].section > 0))
			continue;
		p->extended = pieces[i].extended || pieces[i].section >= 0;
		p->value = whole_value(r, pieces, count, i);
		if (!p->value)
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
