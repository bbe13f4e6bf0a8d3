/*
 * tnef: attributes and MAPI properties walked, by lengths that are checked against what is left.
 * See tnef.h.
 */
#include "tnef.h"

#include "limits.h"
#include "message.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define SIGNATURE 0x223e9f78

/* Attributes: type and number (MS-OXTNEF section 2.1.3). */
#define ATT_BODY 0x0002800c
#define ATT_MESSAGE_PROPS 0x00069003
#define ATT_ATTACH_PROPS 0x00069005
#define ATT_ATTACH_BEGIN 0x00069002
#define ATT_ATTACH_TITLE 0x00018010
#define ATT_CODE_PAGE 0x00069007

/* MAPI properties and their types. */
#define PROP_BODY 0x1000
#define PROP_RTF 0x1009
#define PROP_HTML 0x1013
#define PROP_ATTACH_NAME 0x3707
#define PROP_INTERNET_CODE_PAGE 0x3fde
#define TYPE_LONG 0x03
#define TYPE_OBJECT 0x0d
#define TYPE_STRING 0x1e
#define TYPE_UNICODE 0x1f
#define TYPE_BINARY 0x102
#define TYPE_MULTIPLE 0x1000

#define CODE_PAGE_UTF_16 1200

/* A string of bytes and the Windows code page it is in, 0 when not known. */
struct text {
	const char *at;
	size_t len;
	unsigned page;
};

struct walk {
	struct reader *r;
	struct names *names;
	struct text body, html, name; /* name: of the attachment that is open */
	unsigned page, internet_page;
	bool rich;
};

/* What is left to read; once something did not fit, nothing is. */
struct cursor {
	const unsigned char *at;
	size_t left;
	bool broken;
};

static const unsigned char *
take(struct cursor *c, size_t len)
{
	const unsigned char *at = c->at;

	if (len > c->left) {
		c->broken = true;
		c->left = 0;
		return NULL;
	}
	c->at += len;
	c->left -= len;
	return at;
}

static uint32_t
take_number(struct cursor *c, size_t size)
{
	const unsigned char *p = take(c, size);
	uint32_t number = 0;

	for (size_t i = size; p && i-- > 0;)
		number = number << 8 | p[i];
	return number;
}

/* Values stand at multiples of four bytes. */
static void
take_padding(struct cursor *c, size_t len)
{
	size_t padding = -len & 3;

	take(c, padding < c->left ? padding : c->left);
}

/* Strings end in a NUL, of two bytes in UTF-16, which is not part of them. */
static struct text
text_of(const unsigned char *at, size_t len, unsigned page)
{
	size_t unit = page == CODE_PAGE_UTF_16 ? 2 : 1;

	len -= len % unit;
	while (len >= unit && at[len - 1] == 0 && at[len - unit] == 0)
		len -= unit;
	return (struct text){ (const char *)at, len, page };
}

static void
keep_value(struct walk *w, unsigned id, unsigned type, const unsigned char *at, size_t len)
{
	unsigned page = type == TYPE_UNICODE ? CODE_PAGE_UTF_16 : type == TYPE_STRING ? w->page : 0;
	struct text text = text_of(at, len, page);

	if (id == PROP_BODY && text.len > 0 && type != TYPE_BINARY)
		w->body = text;
	else if (id == PROP_HTML && text.len > 0)
		w->html = text;
	else if (id == PROP_ATTACH_NAME && text.len > 0)
		w->name = text;
	else if (id == PROP_RTF)
		w->rich = true;
}

/* Bytes of a value of fixed length, 0 for types that have none or that nobody knows. */
static size_t
fixed_size(unsigned type)
{
	switch (type) {
	case 0x02:
	case 0x03:
	case 0x04:
	case 0x0a:
	case 0x0b:
		return 4;
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x14:
	case 0x40:
		return 8;
	case 0x48:
		return 16;
	default:
		return 0;
	}
}

/* A property that is known by a name instead of a number has it in front of its value. */
static void
skip_name(struct cursor *c)
{
	size_t len;

	take(c, 16);
	if (take_number(c, 4) == 0) {
		take(c, 4);
		return;
	}
	len = take_number(c, 4);
	take(c, len);
	take_padding(c, len);
}

static void
read_property(struct walk *w, struct cursor *c)
{
	unsigned type = take_number(c, 2), id = take_number(c, 2), base = type & ~TYPE_MULTIPLE;
	bool counted = base == TYPE_STRING || base == TYPE_UNICODE || base == TYPE_BINARY ||
		       base == TYPE_OBJECT;
	const unsigned char *at;
	size_t count = 1, len;

	if (id >= 0x8000)
		skip_name(c);
	if (counted || (type & TYPE_MULTIPLE))
		count = take_number(c, 4);
	if (!counted && fixed_size(base) == 0)
		c->broken = true;
	/* Every value takes at least four bytes: no more of them than the stream has. */
	for (size_t i = 0; i < count && !c->broken; i++) {
		len = counted ? take_number(c, 4) : fixed_size(base);
		at = take(c, len);
		take_padding(c, len);
		if (at && counted && !(type & TYPE_MULTIPLE))
			keep_value(w, id, type, at, len);
		else if (at && id == PROP_INTERNET_CODE_PAGE && type == TYPE_LONG)
			w->internet_page = at[0] | (unsigned)at[1] << 8;
	}
}

static void
read_properties(struct walk *w, const unsigned char *at, size_t len)
{
	struct cursor c = { at, len, false };
	size_t count = take_number(&c, 4);

	for (size_t i = 0; i < count && !c.broken; i++)
		read_property(w, &c);
	if (c.broken)
		w->r->notes |= NOTE_BROKEN_MIME;
}

/* The name by which charset_read() knows a Windows code page. */
static const char *
label_of(struct reader *r, unsigned page)
{
	static const struct {
		unsigned page;
		const char *label;
	} table[] = {
		{ 0, "" },
		{ CODE_PAGE_UTF_16, "utf-16le" },
		{ 1201, "utf-16be" },
		{ 20127, "us-ascii" },
		{ 20866, "koi8-r" },
		{ 28591, "iso-8859-1" },
		{ 28605, "iso-8859-15" },
		{ 50225, "iso-2022-kr" },
		{ 51932, "euc-jp" },
		{ 51949, "euc-kr" },
		{ 54936, "gb18030" },
		{ 65000, "utf-7" },
		{ 65001, "utf-8" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (page == table[i].page)
			return table[i].label;
	return arena_printf(r->arena, "cp%u", page);
}

/* The attachment that was open is read: its name is known. */
static int
close_attachment(struct walk *w)
{
	struct text name = w->name;
	const char *label = label_of(w->r, name.page);

	w->name = (struct text){ 0 };
	return label ? names_add(w->r, w->names, label, name.at, name.len) : -ENOMEM;
}

static int
read_attribute(struct walk *w, uint32_t id, const unsigned char *at, size_t len)
{
	int code = 0;

	if (id == ATT_CODE_PAGE && len >= 2)
		w->page = at[0] | (unsigned)at[1] << 8;
	else if (id == ATT_BODY && w->body.len == 0)
		w->body = text_of(at, len, w->page);
	else if (id == ATT_MESSAGE_PROPS || id == ATT_ATTACH_PROPS)
		read_properties(w, at, len);
	else if (id == ATT_ATTACH_BEGIN)
		code = close_attachment(w);
	else if (id == ATT_ATTACH_TITLE && w->name.len == 0)
		w->name = text_of(at, len, w->page);
	return code;
}

int
tnef_read(struct reader *r, const char *bytes, size_t len, struct names *names, struct tnef *ret)
{
	struct cursor c = { (const unsigned char *)bytes, len, false };
	struct walk w = { .r = r, .names = names };
	int code = 0;

	if (take_number(&c, 4) != SIGNATURE)
		c.broken = true;
	take(&c, 2);
	while (c.left > 0 && !c.broken && code == 0) {
		const unsigned char *at;
		uint32_t id;
		size_t size;

		take(&c, 1); /* message or attachment: the number tells it too */
		id = take_number(&c, 4);
		size = take_number(&c, 4);
		at = take(&c, size);
		take(&c, 2); /* a sum that has to convince nobody */
		if (at)
			code = read_attribute(&w, id, at, size);
	}
	if (code == 0)
		code = close_attachment(&w);
	if (code < 0)
		return code;
	if (c.broken)
		r->notes |= NOTE_BROKEN_MIME;
	*ret = (struct tnef){ .text = w.body.at,
			      .html = w.html.at,
			      .text_len = w.body.len,
			      .html_len = w.html.len,
			      .text_charset = label_of(r, w.body.page),
			      .html_charset =
				      label_of(r, w.html.page ? w.html.page : w.internet_page),
			      .rich = w.rich };
	if (ret->text_len > LIMIT_TEXT_BYTES || ret->html_len > LIMIT_HTML_BYTES)
		r->notes |= ret->html_len > 0 ? NOTE_CUT_HTML : NOTE_CUT_TEXT;
	if (ret->text_len > LIMIT_TEXT_BYTES)
		ret->text_len = LIMIT_TEXT_BYTES;
	if (ret->html_len > LIMIT_HTML_BYTES)
		ret->html_len = LIMIT_HTML_BYTES;
	return ret->text_charset && ret->html_charset ? 0 : -ENOMEM;
}
