/*
 * html_color: names, figures and functions of colours. See html_color.h.
 *
 * What is not understood is unknown, and unknown colours hide nothing.
 */
#include "html_color.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALIKE 10 /* of 255, in every one of red, green and blue */

struct name {
	const char *name;
	html_color value;
};

/* The greys, what is nearly white or black, and the colours mails use by name. */
static const struct name names[] = {
	{ "white", COLOR_WHITE },
	{ "black", COLOR_BLACK },
	{ "transparent", COLOR_CLEAR },
	{ "inherit", COLOR_INHERIT },
	{ "unset", COLOR_INHERIT },
	{ "red", COLOR_OPAQUE | 0xff0000 },
	{ "blue", COLOR_OPAQUE | 0x0000ff },
	{ "green", COLOR_OPAQUE | 0x008000 },
	{ "navy", COLOR_OPAQUE | 0x000080 },
	{ "yellow", COLOR_OPAQUE | 0xffff00 },
	{ "gray", COLOR_OPAQUE | 0x808080 },
	{ "grey", COLOR_OPAQUE | 0x808080 },
	{ "silver", COLOR_OPAQUE | 0xc0c0c0 },
	{ "darkgray", COLOR_OPAQUE | 0xa9a9a9 },
	{ "lightgray", COLOR_OPAQUE | 0xd3d3d3 },
	{ "lightgrey", COLOR_OPAQUE | 0xd3d3d3 },
	{ "gainsboro", COLOR_OPAQUE | 0xdcdcdc },
	{ "whitesmoke", COLOR_OPAQUE | 0xf5f5f5 },
	{ "snow", COLOR_OPAQUE | 0xfffafa },
	{ "ivory", COLOR_OPAQUE | 0xfffff0 },
	{ "ghostwhite", COLOR_OPAQUE | 0xf8f8ff },
	{ "floralwhite", COLOR_OPAQUE | 0xfffaf0 },
	{ "mintcream", COLOR_OPAQUE | 0xf5fffa },
	{ "azure", COLOR_OPAQUE | 0xf0ffff },
	{ "aliceblue", COLOR_OPAQUE | 0xf0f8ff },
	{ "seashell", COLOR_OPAQUE | 0xfff5ee },
	{ "lavenderblush", COLOR_OPAQUE | 0xfff0f5 },
};

static html_color
named(struct span s)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == s.len && strncasecmp(s.at, names[i].name, s.len) == 0)
			return names[i].value;
	return COLOR_UNKNOWN;
}

/* The figures after the '#': rgb, rgba, rrggbb or rrggbbaa. */
static html_color
hexadecimal(struct span s)
{
	uint32_t v = 0;

	if (s.len != 3 && s.len != 4 && s.len != 6 && s.len != 8)
		return COLOR_UNKNOWN;
	for (size_t i = 0; i < s.len; i++) {
		uint32_t digit;

		if (!isxdigit((unsigned char)s.at[i]))
			return COLOR_UNKNOWN;
		digit = (uint32_t)(isdigit((unsigned char)s.at[i])
					   ? s.at[i] - '0'
					   : tolower((unsigned char)s.at[i]) - 'a' + 10);
		v = v << 4 | digit;
		if (s.len < 6)
			v = v << 4 | digit;
	}
	if (s.len == 4 || s.len == 8)
		return (html_color)(v >> 8 | v << 24);
	return COLOR_OPAQUE | v;
}

/* The next number of a function, scaled so that 100 % is `whole`. False when there is none. */
static bool
next_number(const char **at, const char *end, double whole, double *ret)
{
	char text[24];
	size_t n = 0;
	char *rest;

	while (*at < end && (isspace((unsigned char)**at) || **at == ',' || **at == '/'))
		(*at)++;
	while (*at < end && n < sizeof text - 1 &&
	       (isdigit((unsigned char)**at) || strchr("+-.", **at)))
		text[n++] = *(*at)++;
	text[n] = 0;
	*ret = strtod(text, &rest);
	if (rest == text)
		return false;
	if (*at < end && **at == '%') {
		*ret = *ret / 100 * whole;
		(*at)++;
	} else if (end - *at >= 3 && strncasecmp(*at, "deg", 3) == 0) {
		*at += 3;
	}
	return true;
}

static html_color
pack(double r, double g, double b, double alpha)
{
	double part[4] = { alpha * 255, r, g, b };
	html_color c = 0;

	for (int i = 0; i < 4; i++) {
		double v = part[i] < 0 ? 0 : part[i] > 255 ? 255 : part[i];

		c = c << 8 | (html_color)(v + 0.5);
	}
	return c;
}

static double
hue_part(double n, double hue, double saturation, double lightness)
{
	double k = n + hue / 30 < 12 ? n + hue / 30 : n + hue / 30 - 12;
	double a = saturation * (lightness < 1 - lightness ? lightness : 1 - lightness);
	double least = k - 3 < 9 - k ? k - 3 : 9 - k;

	least = least > 1 ? 1 : least < -1 ? -1 : least;
	return 255 * (lightness - a * least);
}

/* rgb(), rgba(), hsl(), hsla() in the spelling with commas or with spaces. */
static html_color
function(struct span s)
{
	const char *at = s.at + 3, *end = s.at + s.len;
	bool hsl = strncasecmp(s.at, "hsl", 3) == 0;
	double v[3], alpha = 1;

	at += *at == 'a' || *at == 'A';
	if (at == end || *at++ != '(')
		return COLOR_UNKNOWN;
	for (int i = 0; i < 3; i++)
		if (!next_number(&at, end, !hsl ? 255 : i == 0 ? 360 : 1, &v[i]))
			return COLOR_UNKNOWN;
	while (at < end && isspace((unsigned char)*at))
		at++;
	if (at < end && *at != ')' && !next_number(&at, end, 1, &alpha))
		return COLOR_UNKNOWN;
	if (!hsl)
		return pack(v[0], v[1], v[2], alpha);
	if (v[0] < -36000 || v[0] > 36000)
		return COLOR_UNKNOWN;
	v[0] -= 360 * (int)(v[0] / 360);
	v[0] += v[0] < 0 ? 360 : 0;
	v[1] = v[1] < 0 ? 0 : v[1] > 1 ? 1 : v[1];
	v[2] = v[2] < 0 ? 0 : v[2] > 1 ? 1 : v[2];
	return pack(hue_part(0, v[0], v[1], v[2]), hue_part(8, v[0], v[1], v[2]),
		    hue_part(4, v[0], v[1], v[2]), alpha);
}

html_color
html_color_read(struct span s)
{
	if (s.len > 1 && *s.at == '#')
		return hexadecimal((struct span){ s.at + 1, s.len - 1 });
	if (s.len > 4 && (strncasecmp(s.at, "rgb", 3) == 0 || strncasecmp(s.at, "hsl", 3) == 0))
		return function(s);
	return named(s);
}

html_color
html_color_attribute(struct span s)
{
	while (s.len && isspace((unsigned char)*s.at))
		s = (struct span){ s.at + 1, s.len - 1 };
	while (s.len && isspace((unsigned char)s.at[s.len - 1]))
		s.len--;
	if (s.len == 6 && isxdigit((unsigned char)*s.at)) {
		html_color c = hexadecimal(s);

		if (c != COLOR_UNKNOWN)
			return c;
	}
	/* Only style sheets know functions and inheritance: elsewhere such words are some colour.
	 */
	if (s.len && *s.at != '#' && named(s) < COLOR_OPAQUE)
		return COLOR_UNKNOWN;
	return html_color_read(s);
}

html_color
html_color_over(html_color top, html_color under)
{
	html_color alpha, c = 0xff;

	if (top < 0 || top >= COLOR_OPAQUE)
		return top;
	if (under < 0)
		return top == COLOR_CLEAR ? under : COLOR_UNKNOWN;
	alpha = top >> 24;
	for (int shift = 16; shift >= 0; shift -= 8) {
		html_color a = top >> shift & 0xff, b = under >> shift & 0xff;

		c = c << 8 | (a * alpha + b * (255 - alpha)) / 255;
	}
	return c;
}

bool
html_color_same(html_color a, html_color b)
{
	if (a < 0 || b < 0)
		return false;
	for (int shift = 0; shift <= 16; shift += 8)
		if (llabs((a >> shift & 0xff) - (b >> shift & 0xff)) > ALIKE)
			return false;
	return true;
}
