/*
 * html_token: the tokenizer. See html_token.h; the section names of the standard are in the
 * comments (WHATWG HTML, 13.2.5).
 *
 * Where the standard throws away the end of a page that stops inside a tag, the '<' is taken for a
 * word instead: a forgotten '>' or quotation mark must not swallow what somebody wrote.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html_token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "html_reference.h"
#include "limits.h"

void
html_lexer_start(struct html_lexer *l, struct arena *arena, const char *html, size_t len)
{
	*l = (struct html_lexer){ .at = html, .end = html + len, .arena = arena };
}

void
html_lexer_content(struct html_lexer *l, const struct html_tag *tag)
{
	if (tag->flags & TAG_PLAINTEXT) {
		l->plaintext = true;
	} else if (tag->flags & (TAG_RAW | TAG_RAW_WORDS)) {
		l->raw = tag->name;
		l->raw_references = (tag->flags & TAG_RAW_WORDS) != 0;
	}
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static enum html_attribute
attribute_named(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum html_attribute attribute;
	} names[] = {
		{ "class", ATTRIBUTE_CLASS },
		{ "style", ATTRIBUTE_STYLE },
		{ "href", ATTRIBUTE_HREF },
		{ "id", ATTRIBUTE_ID },
		{ "alt", ATTRIBUTE_ALT },
		{ "bgcolor", ATTRIBUTE_BGCOLOR },
		{ "background", ATTRIBUTE_BACKGROUND },
		{ "color", ATTRIBUTE_COLOR },
		{ "text", ATTRIBUTE_TEXT },
		{ "size", ATTRIBUTE_SIZE },
		{ "type", ATTRIBUTE_TYPE },
		{ "value", ATTRIBUTE_VALUE },
		{ "placeholder", ATTRIBUTE_PLACEHOLDER },
		{ "label", ATTRIBUTE_LABEL },
		{ "hidden", ATTRIBUTE_HIDDEN },
		{ "dir", ATTRIBUTE_DIR },
		{ "name", ATTRIBUTE_NAME },
		{ "start", ATTRIBUTE_START },
		{ "media", ATTRIBUTE_MEDIA },
		{ "data-signatureblock", ATTRIBUTE_SIGNATURE },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((*name | 0x20) == *names[i].name && strlen(names[i].name) == len &&
		    strncasecmp(name, names[i].name, len) == 0)
			return names[i].attribute;
	return ATTRIBUTE_COUNT;
}

/*
 * A value with its references read. One that does not fit stays as it is written: then its style
 * is not understood and hides nothing.
 */
static struct span
read_value(struct html_lexer *l, const char *at, size_t len)
{
	const char *end = at + len;
	char *out, *start;

	if (!memchr(at, '&', len) && !memchr(at, 0, len))
		return (struct span){ at, len };
	if (!l->values && !(l->values = arena_alloc(l->arena, LIMIT_HTML_VALUES)))
		return (struct span){ at, len };
	if (LIMIT_HTML_VALUES - l->values_used < len + len / 4 + HTML_REFERENCE_MAX)
		return (struct span){ at, len };
	start = out = l->values + l->values_used;
	while (at < end) {
		size_t n = 0, taken = *at == '&' ? html_reference(at, end, true, out, &n) : 0;

		if (taken) {
			at += taken;
			out += n;
		} else {
			/* The standard puts U+FFFD for a NUL; any character that means nothing
			   does. */
			*out++ = *at ? *at : '?';
			at++;
		}
	}
	l->values_used += (size_t)(out - start);
	return (struct span){ start, (size_t)(out - start) };
}

/* 13.2.5.32-40: one attribute at *at, which is past the white space. False at the page's end. */
static bool
read_attribute(struct html_lexer *l, struct html_token *t, const char **at)
{
	const char *p = *at, *name = p, *value, *name_end;
	enum html_attribute attribute;
	bool quoted = false;

	p++; /* a '=' that comes first belongs to the name */
	while (p < l->end && !is_space(*p) && *p != '/' && *p != '>' && *p != '=')
		p++;
	name_end = p;
	while (p < l->end && is_space(*p))
		p++;
	value = p;
	if (p < l->end && *p == '=') {
		for (p++; p < l->end && is_space(*p);)
			p++;
		value = p;
		quoted = p < l->end && (*p == '"' || *p == '\'');
		if (quoted) {
			value = p + 1;
			p = memchr(value, *p, (size_t)(l->end - value));
			if (!p)
				return false;
		} else {
			while (p < l->end && !is_space(*p) && *p != '>')
				p++;
		}
	}
	attribute = attribute_named(name, (size_t)(name_end - name));
	if (attribute < ATTRIBUTE_COUNT && !(t->present & 1u << attribute)) {
		t->present |= 1u << attribute;
		t->attributes[attribute] = read_value(l, value, (size_t)(p - value));
	}
	*at = p + quoted;
	return p < l->end;
}

/* A tag whose name begins at `name`. False when the page ends inside it. */
static bool
read_tag(struct html_lexer *l, struct html_token *t, const char *name, enum html_token_kind kind)
{
	const char *p = name;

	while (p < l->end && !is_space(*p) && *p != '/' && *p != '>')
		p++;
	t->kind = kind;
	t->name = (struct span){ name, (size_t)(p - name) };
	t->present = 0;
	t->empty = false;
	l->values_used = 0;
	while (p < l->end && *p != '>') {
		if (is_space(*p)) {
			p++;
		} else if (*p == '/') {
			p++;
			t->empty = p < l->end && *p == '>';
		} else if (!read_attribute(l, t, &p)) {
			return false;
		}
	}
	if (p == l->end)
		return false;
	t->tag = html_tag_find(name, t->name.len);
	l->at = p + 1;
	return true;
}

static void
comment(struct html_lexer *l, struct html_token *t, const char *from, const char *stop, size_t mark)
{
	t->kind = HTML_COMMENT;
	t->text = (struct span){ from, (size_t)((stop ? stop : l->end) - from) };
	l->at = stop ? stop + mark : l->end;
}

/* 13.2.5.43-52: from behind "<!--". */
static void
read_comment(struct html_lexer *l, struct html_token *t, const char *from)
{
	const char *p = from;

	if (p < l->end && *p == '>') {
		comment(l, t, from, p, 1);
		return;
	}
	if (l->end - p >= 2 && memcmp(p, "->", 2) == 0) {
		comment(l, t, from, p, 2);
		return;
	}
	while ((p = memmem(p, (size_t)(l->end - p), "--", 2))) {
		if (l->end - p >= 3 && p[2] == '>') {
			comment(l, t, from, p, 3);
			return;
		}
		if (l->end - p >= 4 && memcmp(p, "--!>", 4) == 0) {
			comment(l, t, from, p, 4);
			return;
		}
		p++;
	}
	comment(l, t, from, NULL, 0);
}

static void
words(struct html_lexer *l, struct html_token *t, const char *at, size_t len, const char *next)
{
	t->kind = HTML_WORDS;
	t->text = (struct span){ at, len };
	l->at = next;
}

/* "<!...", "<?..." and "</" before no letter. */
static void
read_declaration(struct html_lexer *l, struct html_token *t)
{
	const char *p = l->at + 1, *stop;
	size_t left = (size_t)(l->end - p);

	if (left >= 3 && memcmp(p, "!--", 3) == 0) {
		read_comment(l, t, p + 3);
		return;
	}
	if (l->foreign && left >= 8 && memcmp(p, "![CDATA[", 8) == 0) {
		stop = memmem(p + 8, left - 8, "]]>", 3);
		comment(l, t, p + 8, stop, 3);
		t->kind = HTML_WORDS;
		if ((stop = memchr(p + 8, 0, t->text.len))) /* no words have a NUL in them */
			words(l, t, p + 8, (size_t)(stop - p) - 8, stop);
		return;
	}
	stop = memchr(p, '>', left);
	if (left >= 8 && strncasecmp(p, "!doctype", 8) == 0)
		p = stop ? stop : l->end;
	/* Outlook's <![if ...]> and <![endif]>, which mean nothing to others. */
	else if (left >= 4 && (memcmp(p, "![if", 4) == 0 || memcmp(p, "![en", 4) == 0))
		p = stop ? stop : l->end;
	comment(l, t, p, stop, 1);
}

/* Whether what begins with '<' at p ends the content of the raw element that is open. */
static bool
ends_raw(const struct html_lexer *l, const char *p)
{
	size_t n = strlen(l->raw), left = (size_t)(l->end - p);

	return left > n + 2 && p[1] == '/' && strncasecmp(p + 2, l->raw, n) == 0 &&
	       (is_space(p[n + 2]) || p[n + 2] == '/' || p[n + 2] == '>');
}

/* A tag, comment or the like at the '<' where the lexer stands; false when it is a word. */
static bool
read_markup(struct html_lexer *l, struct html_token *t)
{
	const char *p = l->at + 1;
	bool end = p < l->end && *p == '/';

	if (l->raw && !ends_raw(l, l->at))
		return false;
	p += end;
	if (p < l->end && isalpha((unsigned char)*p)) {
		if (l->unclosed > LIMIT_HTML_UNCLOSED)
			return false;
		if (read_tag(l, t, p, end ? HTML_END : HTML_START)) {
			l->raw = NULL;
			return true;
		}
		l->unclosed++;
		return false;
	}
	if (end && p < l->end && *p == '>') {
		comment(l, t, p, p, 1);
		return true;
	}
	if (p < l->end && (end || *p == '!' || *p == '?')) {
		read_declaration(l, t);
		return true;
	}
	return false;
}

void
html_lexer_next(struct html_lexer *l, struct html_token *t)
{
	const char *p = l->at;
	size_t len, taken;

	while (p < l->end && !*p)
		p++;
	l->at = p;
	if (p == l->end) {
		t->kind = HTML_END_OF_PAGE;
		return;
	}
	if (*p == '<' && !l->plaintext && read_markup(l, t))
		return;
	if (*p == '&' && !l->plaintext && (!l->raw || l->raw_references) &&
	    (taken = html_reference(p, l->end, false, l->small, &len))) {
		words(l, t, l->small, len, p + taken);
		return;
	}
	for (p++; p < l->end && *p && *p != '<' && *p != '&'; p++)
		;
	words(l, t, l->at, (size_t)(p - l->at), p);
}
