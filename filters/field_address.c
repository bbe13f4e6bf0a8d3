/*
 * field_address: address lists (RFC 5322 section 3.4), also without quotes, brackets or commas
 * where they should be. See field.h.
 *
 * One pass over the text. What is not understood becomes part of the display name; an address is
 * only what stands in <> or has an @.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "field.h"

#include "header.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* One entry while it is read. */
struct entry {
	struct buf phrase; /* words outside <> and comments */
	struct span angle, comment;
	bool has_angle;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span
trim(const char *at, size_t len)
{
	while (len > 0 && is_space(*at)) {
		at++;
		len--;
	}
	while (len > 0 && is_space(at[len - 1]))
		len--;
	return (struct span){ at, len };
}

/*
 * local@domain without white space, route or mailto:, the domain in lower case; "" when there is no
 * @ in it.
 */
static const char *
clean_address(struct reader *r, struct span in)
{
	const char *colon, *text = "";
	char *address, *out, *at;
	size_t len;

	if (in.len > 0 && in.at[0] == '@' && (colon = memchr(in.at, ':', in.len))) {
		in.len -= (size_t)(colon + 1 - in.at);
		in.at = colon + 1;
	} else if (in.len > 7 && !memcmp(in.at, "mailto:", 7)) {
		in.at += 7;
		in.len -= 7;
	}
	address = out = arena_alloc(r->arena, in.len + 1);
	if (!address)
		return NULL;
	for (size_t i = 0; i < in.len; i++)
		if ((unsigned char)in.at[i] > 32 && in.at[i] != 127)
			*out++ = in.at[i];
	*out = '\0';
	at = memrchr(address, '@', (size_t)(out - address));
	if (!at || at == address || at + 1 == out)
		return "";
	for (char *p = at + 1; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return charset_read(r, "", address, (size_t)(out - address), &text, &len) < 0 ? NULL : text;
}

static const char *
clean_name(struct reader *r, struct span in)
{
	const char *copy;

	in = trim(in.at, in.len);
	/* Quotes of the other kind that mailers leave around a name. */
	if (in.len > 2 && in.at[0] == '\'' && in.at[in.len - 1] == '\'')
		in = trim(in.at + 1, in.len - 2);
	if (in.len == 0)
		return "";
	copy = arena_strndup(r->arena, in.at, in.len);
	return copy ? header_decode(r, copy, in.len) : NULL;
}

static int
add_entry(struct reader *r, struct addresses *list, const char *name, const char *address)
{
	struct address *a;

	if (!name || !address)
		return -ENOMEM;
	if (list->count == LIMIT_ADDRESSES) {
		r->notes |= NOTE_CUT_HEADERS;
		return 0;
	}
	if ((list->count & (list->count - 1)) == 0 || list->count == 0) {
		size_t room = list->count ? list->count * 2 : 1;

		a = arena_grow(r->arena, list->list, list->count * sizeof(*a), room * sizeof(*a));
		if (!a)
			return -ENOMEM;
		list->list = a;
	}
	list->list[list->count++] = (struct address){ name, address };
	return 0;
}

/* No brackets: the address is the last word with an @, the rest its name. */
static void
split_bare(struct span phrase, struct span *ret_name, struct span *ret_address)
{
	const char *end = phrase.at + phrase.len, *at = memrchr(phrase.at, '@', phrase.len), *start,
		   *stop;

	*ret_name = phrase;
	*ret_address = (struct span){ "", 0 };
	if (!at)
		return;
	for (start = at; start > phrase.at && !is_space(start[-1]); start--)
		;
	for (stop = at; stop < end && !is_space(*stop); stop++)
		;
	/* "user @ example.com": no word is an address by itself, all together may be. */
	if (start == at || stop == at + 1) {
		*ret_address = phrase;
		*ret_name = (struct span){ "", 0 };
		return;
	}
	*ret_address = (struct span){ start, (size_t)(stop - start) };
	*ret_name = start > phrase.at ? (struct span){ phrase.at, (size_t)(start - phrase.at) }
				      : (struct span){ stop, (size_t)(end - stop) };
}

static int
close_entry(struct reader *r, struct entry *e, struct addresses *list)
{
	struct span name = trim(e->phrase.len ? e->phrase.at : "", e->phrase.len),
		    address = e->angle;
	int code = 0;

	if (e->phrase.failed)
		return -ENOMEM;
	if (!e->has_angle)
		split_bare(name, &name, &address);
	if (name.len == 0)
		name = e->comment;
	if (name.len > 0 || address.len > 0)
		code = add_entry(r, list, clean_name(r, name), clean_address(r, address));
	*e = (struct entry){ .phrase = { .arena = r->arena } };
	return code;
}

/* p is at '"'. A quote that is never closed is a letter like any other. */
static const char *
read_quoted(struct entry *e, const char *p, const char *end, bool *closed)
{
	const char *q;

	for (q = p + 1; *closed && q < end && *q != '"'; q++)
		if (*q == '\\' && q + 1 < end)
			q++;
	if (!*closed || q >= end) {
		*closed = false;
		return p + 1;
	}
	for (p++; p < q; p++) {
		if (*p == '\\' && p + 1 < q)
			p++;
		buf_add_char(&e->phrase, *p);
	}
	return q + 1;
}

static const char *
read_comment(struct entry *e, const char *p, const char *end)
{
	const char *start = p + 1;
	unsigned depth = 0;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			break;
	}
	e->comment = trim(start, (size_t)(p - start));
	return p < end ? p + 1 : end;
}

/* p is at '<'. An unclosed one ends where the entry does. */
static const char *
read_angle(struct entry *e, const char *p, const char *end)
{
	const char *start = p + 1;

	for (p = start; p < end && *p != '>' && *p != '<' && !(*p == ',' && *start != '@'); p++)
		;
	if (!e->has_angle || e->angle.len == 0)
		e->angle = trim(start, (size_t)(p - start));
	e->has_angle = true;
	return p < end && *p == '>' ? p + 1 : p;
}

/*
 * "Friends:" begins a group unless the colon is part of something else ("mailto:", "Re:
 * a@example.com").
 */
static bool
is_group(const struct entry *e)
{
	return !e->has_angle && e->phrase.len > 0 && !memchr(e->phrase.at, '@', e->phrase.len) &&
	       !(e->phrase.len == 6 && !memcmp(e->phrase.at, "mailto", 6));
}

/*
 * Whether the comma at p stands inside a name without quotes: "Kim, Chulsoo <kim@example.com>". No
 * word before it is an address, and the next entry has one in brackets and a name before it.
 */
static bool
is_comma_in_name(const struct entry *e, const char *p, const char *end)
{
	const char *q = p + 1;

	if (e->has_angle || e->comment.len > 0 || trim(e->phrase.at, e->phrase.len).len == 0 ||
	    memchr(e->phrase.at, '@', e->phrase.len))
		return false;
	while (q < end && is_space(*q))
		q++;
	if (q == end || *q == '<')
		return false;
	for (; q < end && *q != ',' && *q != ';' && *q != '<' && *q != '@' && *q != '"'; q++)
		;
	return q < end && *q == '<';
}

int
field_addresses(struct reader *r, const char *text, size_t len, struct addresses *ret)
{
	struct entry e = { .phrase = { .arena = r->arena } };
	const char *p = text, *end = text + len, *last = memrchr(text, ';', len);
	bool closed = true, in_group = false;
	size_t word;
	int code = 0;

	while (p < end && code == 0) {
		if (*p == '"') {
			const char *q = read_quoted(&e, p, end, &closed);

			if (!closed)
				buf_add_char(&e.phrase, ' ');
			p = q;
		} else if (*p == '(') {
			p = read_comment(&e, p, end);
		} else if (*p == '<') {
			p = read_angle(&e, p, end);
		} else if (*p == ',' && e.phrase.len > 0 && is_comma_in_name(&e, p, end)) {
			buf_add_char(&e.phrase, *p++);
		} else if (*p == ',' || *p == ';') {
			in_group = in_group && *p == ',';
			code = close_entry(r, &e, ret);
			p++;
		} else if (*p == ':' && !in_group && last && p < last && is_group(&e)) {
			in_group = true;
			code = add_entry(r, ret,
					 clean_name(r, (struct span){ e.phrase.at, e.phrase.len }),
					 "");
			e = (struct entry){ .phrase = { .arena = r->arena } };
			p++;
		} else if (*p == '=' && (word = header_word_length(p, (size_t)(end - p)))) {
			buf_add(&e.phrase, p, word);
			p += word;
		} else {
			buf_add_char(&e.phrase, *p++);
		}
	}
	if (code == 0)
		code = close_entry(r, &e, ret);
	return code;
}
