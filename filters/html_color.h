/*
 * html_color: colours as pages write them.
 */
#ifndef FILTERS_HTML_COLOR_H
#define FILTERS_HTML_COLOR_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

/* 0xAARRGGBB, or one of these. */
typedef int64_t html_color;
#define COLOR_UNKNOWN (-1)
#define COLOR_INHERIT (-2)
#define COLOR_OPAQUE INT64_C(0xff000000)
#define COLOR_BLACK (COLOR_OPAQUE | 0x000000)
#define COLOR_WHITE (COLOR_OPAQUE | 0xffffff)
#define COLOR_CLEAR INT64_C(0) /* lets everything through */

/* A colour in a style sheet. A name that is not known here is COLOR_UNKNOWN, not a mistake. */
html_color
html_color_read(struct span text);

/* One in an attribute of old HTML, where the '#' may be missing. */
html_color
html_color_attribute(struct span text);

/* What is seen when `top` lies on `under`; COLOR_UNKNOWN when either is not known. */
html_color
html_color_over(html_color top, html_color under);

/* Colours that no eye tells apart. False when either is not known. */
bool
html_color_same(html_color a, html_color b);

#endif
