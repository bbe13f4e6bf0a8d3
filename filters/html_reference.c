/*
 * html_reference: numbers and names of characters. See html_reference.h.
 *
 * Constant work for a name, linear in the digits of a number; allocates nothing.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "html_reference.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 31 /* CounterClockwiseContourIntegral */
#define OLD_NAME_BYTES 6  /* the longest of old_names */

/* Names that browsers also take without the ';', since old pages omit it. */
static const char old_names[] =
	" AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml "
	"GT Iacute Icirc Igrave Iuml LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG "
	"THORN Uacute Ucirc Ugrave Uuml Yacute aacute acirc acute aelig agrave amp aring atilde "
	"auml brvbar ccedil cedil cent copy curren deg divide eacute ecirc egrave eth euml frac12 "
	"frac14 frac34 gt iacute icirc iexcl igrave iquest iuml laquo lt macr micro middot nbsp "
	"not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo "
	"reg sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen "
	"yuml ";

/* What Windows-1252 has at 0x80 to 0x9f, where Unicode has control characters. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
	0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

static size_t
put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static int
digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 99;
}

static size_t
number(const char *at, const char *end, char *out, size_t *ret_len)
{
	const char *p = at + 2;
	uint32_t value = 0, base = 10;
	const char *digits;

	if (p < end && (*p == 'x' || *p == 'X')) {
		base = 16;
		p++;
	}
	for (digits = p; p < end && digit_value(*p) < (int)base; p++)
		if (value < 0x110000)
			value = value * base + (uint32_t)digit_value(*p);
	if (p == digits)
		return 0;
	if (p < end && *p == ';')
		p++;
	if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		value = 0xfffd;
	else if (value >= 0x80 && value < 0xa0)
		value = windows_1252[value - 0x80];
	*ret_len = put_utf8(value, out);
	return (size_t)(p - at);
}

/* What a name stands for; returns its bytes, 0 when there is no such name. */
static size_t
named(const char *name, size_t len, char *out)
{
	char key[NAME_MAX_BYTES + 2];
	const char *names, *found;
	char *rest;
	size_t n;

	names = html_reference_names[isupper((unsigned char)*name) ? *name - 'A'
								   : *name - 'a' + 26];
	key[0] = ' ';
	memcpy(key + 1, name, len);
	key[len + 1] = ':';
	if (!(found = memmem(names, strlen(names), key, len + 2)))
		return 0;
	n = put_utf8((uint32_t)strtoul(found + len + 2, &rest, 16), out);
	if (*rest == '+')
		n += put_utf8((uint32_t)strtoul(rest + 1, NULL, 16), out + n);
	return n;
}

/* The longest old name that begins here, 0 when none does. */
static size_t
old_name(const char *name, size_t len)
{
	char key[OLD_NAME_BYTES + 2] = " ";

	for (size_t n = len < OLD_NAME_BYTES ? len : OLD_NAME_BYTES; n >= 2; n--) {
		memcpy(key + 1, name, n);
		key[n + 1] = ' ';
		if (memmem(old_names, sizeof old_names - 1, key, n + 2))
			return n;
	}
	return 0;
}

/* The names of nearly every mail. */
static size_t
usual(const char *at, size_t left, char *out, size_t *ret_len)
{
	static const struct {
		const char *name, *text;
	} names[] = { { "&nbsp;", "\xc2\xa0" },
		      { "&lt;", "<" },
		      { "&gt;", ">" },
		      { "&amp;", "&" },
		      { "&quot;", "\"" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i].name);

		if (left >= n && memcmp(at, names[i].name, n) == 0) {
			*ret_len = strlen(names[i].text);
			memcpy(out, names[i].text, *ret_len);
			return n;
		}
	}
	return 0;
}

size_t
html_reference(const char *at, const char *end, bool in_value, char out[HTML_REFERENCE_MAX],
	       size_t *ret_len)
{
	const char *name = at + 1;
	size_t len = 0, n;

	if (name < end && *name == '#')
		return number(at, end, out, ret_len);
	if (name == end || !isalpha((unsigned char)*name))
		return 0;
	if ((n = usual(at, (size_t)(end - at), out, ret_len)))
		return n;
	while (len < NAME_MAX_BYTES && name + len < end && isalnum((unsigned char)name[len]))
		len++;
	if (name + len < end && name[len] == ';' && (*ret_len = named(name, len, out)))
		return len + 2;
	if (!(n = old_name(name, len)))
		return 0;
	if (in_value && name + n < end && (name[n] == '=' || isalnum((unsigned char)name[n])))
		return 0;
	*ret_len = named(name, n, out);
	return n + 1;
}
