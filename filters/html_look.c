/*
 * html_look: style declarations that hide text, and the classes and ids mail clients give to quotes
 * and signatures.
 *
 * Linear in the attribute's length; allocates nothing.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem, strcasestr */
#endif
#include "html_look.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "limits.h"

unsigned
look_tag(const char *name)
{
	static const struct {
		const char *name;
		unsigned flags;
	} tags[] = {
		{ "a", TAG_LINK },
		{ "address", TAG_BLOCK },
		{ "article", TAG_BLOCK },
		{ "aside", TAG_BLOCK },
		{ "blockquote", TAG_BLOCK },
		{ "body", TAG_BLOCK },
		{ "br", TAG_BREAK },
		{ "caption", TAG_BLOCK },
		{ "center", TAG_BLOCK },
		{ "dd", TAG_BLOCK },
		{ "details", TAG_BLOCK },
		{ "dir", TAG_BLOCK | TAG_LIST },
		{ "div", TAG_BLOCK },
		{ "dl", TAG_BLOCK },
		{ "dt", TAG_BLOCK },
		{ "fieldset", TAG_BLOCK },
		{ "figure", TAG_BLOCK },
		{ "footer", TAG_BLOCK },
		{ "form", TAG_BLOCK },
		{ "h1", TAG_PARAGRAPH },
		{ "h2", TAG_PARAGRAPH },
		{ "h3", TAG_PARAGRAPH },
		{ "h4", TAG_PARAGRAPH },
		{ "h5", TAG_PARAGRAPH },
		{ "h6", TAG_PARAGRAPH },
		{ "head", TAG_BLOCK },
		{ "header", TAG_BLOCK },
		{ "hr", TAG_BLOCK | TAG_RULE },
		{ "iframe", TAG_UNSEEN },
		{ "img", TAG_IMAGE },
		{ "li", TAG_BLOCK | TAG_ITEM },
		{ "main", TAG_BLOCK },
		{ "menu", TAG_BLOCK | TAG_LIST },
		{ "nav", TAG_BLOCK },
		{ "noframes", TAG_UNSEEN },
		{ "ol", TAG_BLOCK | TAG_LIST | TAG_ORDERED },
		{ "option", TAG_BLOCK },
		{ "p", TAG_PARAGRAPH },
		{ "pre", TAG_PARAGRAPH | TAG_PRE },
		{ "script", TAG_UNSEEN },
		{ "section", TAG_BLOCK },
		{ "style", TAG_UNSEEN },
		{ "summary", TAG_BLOCK },
		{ "table", TAG_BLOCK },
		{ "td", TAG_CELL },
		{ "template", TAG_UNSEEN },
		{ "textarea", TAG_BLOCK | TAG_PRE },
		{ "th", TAG_CELL },
		{ "title", TAG_UNSEEN },
		{ "tr", TAG_BLOCK },
		{ "ul", TAG_BLOCK | TAG_LIST },
	};
	size_t low = 0, high = sizeof tags / sizeof *tags;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, tags[middle].name);

		if (order == 0)
			return tags[middle].flags;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

void
look_start(struct look *l)
{
	*l = (struct look){ .color = 0x000000, .background = 0xffffff };
}

const char *
look_attribute(const char *const *attributes, const char *name)
{
	for (size_t i = 0; attributes && attributes[i]; i += 2)
		if (strcmp(attributes[i], name) == 0)
			return attributes[i + 1] ? attributes[i + 1] : "";
	return NULL;
}

/* 0xRRGGBB, -2 for a colour that lets everything through, -1 when the words are not understood. */
static long
color_value(const char *s)
{
	static const struct {
		const char *name;
		long value;
	} names[] = {
		{ "white", 0xffffff }, { "black", 0x000000 },  { "transparent", -2 },
		{ "red", 0xff0000 },   { "blue", 0x0000ff },   { "gray", 0x808080 },
		{ "grey", 0x808080 },  { "silver", 0xc0c0c0 }, { "yellow", 0xffff00 },
		{ "green", 0x008000 }, { "navy", 0x000080 },   { "snow", 0xfffafa },
	};
	unsigned r, g, b;
	float alpha = 1;

	while (isspace((unsigned char)*s))
		s++;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i].name);

		if (strncasecmp(s, names[i].name, n) == 0 && !isalpha((unsigned char)s[n]))
			return names[i].value;
	}
	if (*s == '#') {
		size_t digits = strspn(s + 1, "0123456789abcdefABCDEF");

		if (digits == 6 && sscanf(s + 1, "%2x%2x%2x", &r, &g, &b) == 3)
			return (long)(r << 16 | g << 8 | b);
		if (digits == 3 && sscanf(s + 1, "%1x%1x%1x", &r, &g, &b) == 3)
			return (long)(r * 17 << 16 | g * 17 << 8 | b * 17);
		return -1;
	}
	if (strncasecmp(s, "rgb", 3) == 0) {
		s += 3 + (s[3] == 'a' || s[3] == 'A');
		if (sscanf(s, " (%3u ,%3u ,%3u ,%4f", &r, &g, &b, &alpha) < 3 || r > 255 ||
		    g > 255 || b > 255)
			return -1;
		return alpha <= 0 ? -2 : (long)(r << 16 | g << 8 | b);
	}
	return -1;
}

/* One style declaration's value, looked at as bytes up to the next ';'. */
struct value {
	const char *at;
	size_t len;
};

static bool
value_is(struct value v, const char *word)
{
	size_t n = strlen(word);

	return v.len >= n && strncasecmp(v.at, word, n) == 0 &&
	       (v.len == n || !isalnum((unsigned char)v.at[n]));
}

/* Whether the value is a length or number of zero ("0", "0px", "0.0em"). */
static bool
value_zero(struct value v)
{
	size_t i = 0;

	while (i < v.len && (v.at[i] == '0' || v.at[i] == '.'))
		i++;
	return i > 0 && !(i < v.len && isdigit((unsigned char)v.at[i]));
}

static void
apply_font_size(struct look *l, struct value v)
{
	size_t i = 0;

	if (value_zero(v)) {
		l->tiny = true;
		return;
	}
	while (i < v.len && (isdigit((unsigned char)v.at[i]) || v.at[i] == '.'))
		i++;
	/* A share of nothing is nothing: em, % and inherit leave it as it was. */
	if (i == v.len || v.at[i] == '%' || strncasecmp(v.at + i, "em", 2) == 0 ||
	    value_is(v, "inherit"))
		return;
	l->tiny = false;
}

static void
apply_background(struct look *l, struct value v, bool image_possible)
{
	long color = color_value(v.at);

	if (image_possible && memmem(v.at, v.len, "url(", 4))
		color = -1;
	if (color != -2)
		l->background = color;
}

struct box {
	bool flat;    /* zero height or width */
	bool clipped; /* overflow: hidden */
};

static void
apply_declaration(struct look *l, struct box *box, struct value name, struct value v)
{
	if (value_is(name, "display")) {
		l->gone |= value_is(v, "none");
	} else if (value_is(name, "visibility")) {
		if (value_is(v, "visible"))
			l->invisible = false;
		else if (value_is(v, "hidden") || value_is(v, "collapse"))
			l->invisible = true;
	} else if (value_is(name, "font-size")) {
		apply_font_size(l, v);
	} else if (value_is(name, "opacity")) {
		l->gone |= value_zero(v);
	} else if (value_is(name, "color")) {
		l->color = color_value(v.at);
	} else if (value_is(name, "background-color")) {
		apply_background(l, v, false);
	} else if (value_is(name, "background") || value_is(name, "background-image")) {
		apply_background(l, v, true);
	} else if (value_is(name, "text-indent")) {
		l->gone |= v.len > 4 && v.at[0] == '-' && atol(v.at) <= -999;
	} else if (value_is(name, "overflow")) {
		box->clipped |= value_is(v, "hidden");
	} else if (value_is(name, "height") || value_is(name, "max-height") ||
		   value_is(name, "width") || value_is(name, "max-width")) {
		box->flat |= value_zero(v);
	}
}

static struct value
trimmed(const char *at, size_t len)
{
	while (len && isspace((unsigned char)*at))
		at++, len--;
	while (len && isspace((unsigned char)at[len - 1]))
		len--;
	return (struct value){ at, len };
}

static void
apply_style(struct look *l, const char *style)
{
	struct box box = { false, false };

	for (unsigned n = 0; *style && n < LIMIT_HTML_DECLARATIONS; n++) {
		size_t len = strcspn(style, ";");
		const char *colon = memchr(style, ':', len);

		if (colon) {
			size_t name = (size_t)(colon - style);

			apply_declaration(l, &box, trimmed(style, name),
					  trimmed(colon + 1, len - name - 1));
		}
		style += len + (style[len] == ';');
	}
	l->gone |= box.flat && box.clipped;
}

void
look_apply(struct look *l, const char *const *attributes)
{
	const char *value;

	if ((value = look_attribute(attributes, "bgcolor")))
		l->background = color_value(value);
	if (look_attribute(attributes, "background"))
		l->background = -1;
	if ((value = look_attribute(attributes, "color")) ||
	    (value = look_attribute(attributes, "text")))
		l->color = color_value(value);
	if (look_attribute(attributes, "hidden"))
		l->gone = true;
	if ((value = look_attribute(attributes, "style")))
		apply_style(l, value);
}

/* Colours that no eye tells apart. */
static bool
same_color(long a, long b)
{
	for (int shift = 0; shift <= 16; shift += 8)
		if (labs(((a >> shift) & 0xff) - ((b >> shift) & 0xff)) > 4)
			return false;
	return true;
}

bool
look_hidden(const struct look *l)
{
	if (l->gone || l->invisible || l->tiny || l->color == -2)
		return true;
	return l->color >= 0 && l->background >= 0 && same_color(l->color, l->background);
}

/*
 * A class or id of `list` that is `name` (ends in '*': begins so), past the prefixes web mailers
 * put before foreign ones.
 */
static bool
has_word(const char *list, const char *name)
{
	size_t want = strlen(name);
	bool prefix = want && name[want - 1] == '*';

	want -= prefix;
	while (*list) {
		size_t len;

		list += strspn(list, " \t\r\n");
		len = strcspn(list, " \t\r\n");
		for (const char *at = list, *end = list + len;;) {
			size_t left = (size_t)(end - at);

			if (left >= want && strncasecmp(at, name, want) == 0 &&
			    (prefix || left == want))
				return true;
			if (strncmp(at, "x_", 2) == 0) {
				at += 2;
			} else if (strncmp(at, "ecx", 3) == 0) {
				at += 3;
			} else if (strncmp(at, "yiv", 3) == 0 && isdigit((unsigned char)at[3])) {
				at += 3;
				while (isdigit((unsigned char)*at))
					at++;
			} else {
				break;
			}
		}
		list += len;
	}
	return false;
}

static enum mark
blockquote_mark(const char *const *attributes)
{
	const char *style = look_attribute(attributes, "style"),
		   *type = look_attribute(attributes, "type");

	/*
	 * Gmail and Outlook write "indent more" as a blockquote without a border: the writer's own
	 * words.
	 */
	if (!(type && strcasecmp(type, "cite") == 0) && style && strcasestr(style, "margin") &&
	    (strcasestr(style, "border:none") || strcasestr(style, "border: none")))
		return MARK_NONE;
	return MARK_QUOTED;
}

/*
 * Outlook draws a thin line above the header block of what it quotes; the colour tells the version.
 */
static bool
outlook_line(const char *style)
{
	const char *top = strcasestr(style, "border-top");

	if (!top || !strcasestr(top, "solid"))
		return false;
	return strcasestr(top, "#B5C4DF") || strcasestr(top, "#E1E1E1") ||
	       strcasestr(top, "rgb(181, 196, 223)") || strcasestr(top, "rgb(225, 225, 225)") ||
	       strcasestr(top, "rgb(229, 229, 229)") || strcasestr(top, "#E5E5E5");
}

enum mark
look_mark(const char *element, const char *const *attributes)
{
	static const struct {
		const char *attribute, *word;
		enum mark mark;
	} known[] = {
		{ "class", "gmail_attr", MARK_QUOTED },
		{ "class", "gmail_quote", MARK_GMAIL },
		{ "class", "gmail_signature", MARK_SIGNATURE },
		{ "class", "gmail_signature_prefix", MARK_SIGNATURE },
		{ "class", "moz-cite-prefix", MARK_QUOTED },
		{ "class", "moz-signature", MARK_SIGNATURE },
		{ "class", "moz-forward-container", MARK_FORWARDED },
		{ "class", "yahoo_quoted", MARK_QUOTED },
		{ "id", "yahoo_quoted*", MARK_QUOTED },
		{ "class", "protonmail_quote", MARK_QUOTED },
		{ "class", "tutanota_quote", MARK_QUOTED },
		{ "class", "zmail_extra", MARK_QUOTED },
		{ "class", "protonmail_signature_block", MARK_SIGNATURE },
		{ "id", "reply-intro", MARK_QUOTED },
		{ "id", "OLK_SRC_BODY_SECTION", MARK_QUOTED },
		{ "id", "mail-editor-reference-message-container", MARK_QUOTED },
		{ "id", "divRplyFwdMsg", MARK_REST },
		{ "id", "appendonsend", MARK_REST },
		{ "id", "stopSpelling", MARK_REST },
		{ "id", "zwchr", MARK_REST },
		{ "id", "Signature", MARK_SIGNATURE },
		{ "id", "ms-outlook-mobile-signature", MARK_SIGNATURE },
		{ "id", "AppleMailSignature", MARK_SIGNATURE },
		{ "id", "lineBreakAtBeginningOfSignature", MARK_SIGNATURE },
		{ "data-signatureblock", "true", MARK_SIGNATURE },
	};
	const char *style = look_attribute(attributes, "style");

	if (strcmp(element, "blockquote") == 0)
		return blockquote_mark(attributes);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *value = look_attribute(attributes, known[i].attribute);

		if (value && has_word(value, known[i].word))
			return known[i].mark;
	}
	if (style && strcmp(element, "div") == 0 && outlook_line(style))
		return MARK_LINE;
	return MARK_NONE;
}

bool
look_headers(const char *text, size_t len)
{
	const char *end = text + (len < 1000 ? len : 1000);
	unsigned fields = 0;

	for (unsigned line = 0; text < end && line < 6 && fields < 2; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);

		fields += memchr(text, ':', n < 40 ? n : 40) != NULL;
		text += n + 1;
	}
	return fields >= 2;
}
