/*
 * html_look: from declarations to what is seen. See html_look.h.
 */
#include "html_look.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define ROOT_SIZE 16.0f
#define UNREADABLE 2.0f /* pixels: smaller letters are dots */
#define FIELD_SIZE 1333

void
html_look_start(struct html_look *l)
{
	*l = (struct html_look){ .size = ROOT_SIZE,
				 .color = COLOR_BLACK,
				 .fill = COLOR_INHERIT,
				 .background = COLOR_WHITE };
}

/* What browsers do before any page has its say. */
static void
declare_browser(struct css_style *s, const struct html_token *t)
{
	const struct html_tag *tag = t->tag;

	if (tag->flags & TAG_UNSEEN || t->present & 1u << ATTRIBUTE_HIDDEN)
		css_set(s, CSS_DISPLAY, DISPLAY_NONE, CSS_WEIGHT_BROWSER);
	if (tag->id == TAG_A && t->present & 1u << ATTRIBUTE_HREF) {
		/* Some blue, but the reader's program may choose. */
		css_set(s, CSS_COLOR, COLOR_UNKNOWN, CSS_WEIGHT_BROWSER);
	} else if (tag->id == TAG_MARK) {
		css_set(s, CSS_COLOR, COLOR_BLACK, CSS_WEIGHT_BROWSER);
		css_set(s, CSS_BACKGROUND, COLOR_OPAQUE | 0xffff00, CSS_WEIGHT_BROWSER);
	} else if (tag->flags & TAG_FIELD) {
		css_set(s, CSS_COLOR, COLOR_BLACK, CSS_WEIGHT_BROWSER);
		css_set(s, CSS_BACKGROUND, COLOR_WHITE, CSS_WEIGHT_BROWSER);
		css_set(s, CSS_FONT_SIZE, FIELD_SIZE, CSS_WEIGHT_BROWSER);
	} else if (tag->id == TAG_BDO) {
		css_set(s, CSS_BIDI, 1, CSS_WEIGHT_BROWSER);
	}
}

static void
declare_attributes(struct css_style *s, const struct html_token *t)
{
	const struct span *value;

	if ((value = html_token_attribute(t, ATTRIBUTE_BGCOLOR)))
		css_set(s, CSS_BACKGROUND, html_color_attribute(*value), CSS_WEIGHT_ATTRIBUTE);
	if (t->present & 1u << ATTRIBUTE_BACKGROUND)
		css_set(s, CSS_IMAGE, 1, CSS_WEIGHT_ATTRIBUTE);
	if (t->tag->id == TAG_FONT && (value = html_token_attribute(t, ATTRIBUTE_COLOR)))
		css_set(s, CSS_COLOR, html_color_attribute(*value), CSS_WEIGHT_ATTRIBUTE);
	if (t->tag->id == TAG_BODY && (value = html_token_attribute(t, ATTRIBUTE_TEXT)))
		css_set(s, CSS_COLOR, html_color_attribute(*value), CSS_WEIGHT_ATTRIBUTE);
	/* The smallest of the seven sizes can be read. */
	if (t->tag->id == TAG_FONT && t->present & 1u << ATTRIBUTE_SIZE)
		css_set(s, CSS_FONT_SIZE, (int64_t)(ROOT_SIZE * 100), CSS_WEIGHT_ATTRIBUTE);
	if ((value = html_token_attribute(t, ATTRIBUTE_DIR)))
		css_set(s, CSS_DIRECTION, css_is(*value, "rtl"), CSS_WEIGHT_ATTRIBUTE);
}

void
html_look_declare(struct css_style *s, const struct html_token *t, struct html_sheet *sheet,
		  struct arena *arena)
{
	const struct span *style = html_token_attribute(t, ATTRIBUTE_STYLE);

	s->set = 0;
	if (t->present || t->tag->flags & (TAG_UNSEEN | TAG_FIELD) || t->tag->id == TAG_MARK ||
	    t->tag->id == TAG_BDO) {
		declare_browser(s, t);
		declare_attributes(s, t);
	}
	html_sheet_apply(sheet, t, s);
	if (style)
		css_apply(s, css_plain(arena, *style), CSS_WEIGHT_INLINE);
}

static void
apply_colors(struct html_look *l, const struct css_style *own)
{
	html_color c = css_get(own, CSS_COLOR, COLOR_INHERIT);

	if (c != COLOR_INHERIT)
		l->color = c;
	c = css_get(own, CSS_FILL, COLOR_CLEAR);
	if (css_has(own, CSS_FILL))
		l->fill = c;
	c = css_get(own, CSS_BACKGROUND, COLOR_CLEAR);
	if (c == COLOR_INHERIT)
		c = COLOR_UNKNOWN;
	l->background = html_color_over(c, l->background);
	if (css_get(own, CSS_IMAGE, 0))
		l->background = COLOR_UNKNOWN;
	l->effects |= css_get(own, CSS_EFFECT, 0) != 0;
}

static void
apply_size(struct html_look *l, const struct css_style *own)
{
	int64_t size = css_get(own, CSS_FONT_SIZE, -1001);

	if (size >= 0)
		l->size = (float)size / 100;
	else
		l->size *= (float)(-1 - size) / 1000;
}

/* Whether the element is a box, whose size and place can be set. */
static bool
is_box(const struct css_style *own, const struct html_tag *tag)
{
	if (css_get(own, CSS_POSITION, 0) || css_get(own, CSS_FLOAT, 0))
		return true;
	if (css_has(own, CSS_DISPLAY))
		return css_get(own, CSS_DISPLAY, 0) == DISPLAY_BLOCK;
	/* Cells and tables grow with what is in them. */
	return tag->flags & (TAG_BLOCK | TAG_PARAGRAPH) && !(tag->flags & TAG_TABLE_PART) &&
	       tag->id != TAG_CAPTION;
}

/* A box without height or width that cuts off what does not fit. */
static bool
is_flat(const struct css_style *own)
{
	bool high = css_has(own, CSS_HEIGHT) && !css_get(own, CSS_HEIGHT, 0);

	if (!css_get(own, CSS_OVERFLOW, 0) || css_get(own, CSS_PADDING, 0) ||
	    css_get(own, CSS_MIN_HEIGHT, 0))
		return false;
	return css_get(own, CSS_HEIGHT, 0) || css_get(own, CSS_MAX_HEIGHT, 0) ||
	       css_get(own, CSS_WIDTH, 0) || css_get(own, CSS_MAX_WIDTH, 0) ||
	       (css_get(own, CSS_LINE_HEIGHT, 0) && !high);
}

static bool
is_outside(const struct css_style *own)
{
	if (!css_get(own, CSS_POSITION, 0))
		return false;
	return css_get(own, CSS_LEFT, 0) || css_get(own, CSS_TOP, 0) || css_get(own, CSS_CLIP, 0);
}

static void
apply_box(struct html_look *l, const struct css_style *own, const struct html_tag *tag)
{
	bool box = is_box(own, tag);

	l->gone |= css_get(own, CSS_DISPLAY, DISPLAY_INLINE) == DISPLAY_NONE;
	l->covered |= css_get(own, CSS_OPACITY, 1) == 0;
	l->covered |= css_get(own, CSS_CLIP_PATH, 0) != 0;
	l->covered |= is_outside(own);
	l->covered |= box && (is_flat(own) || css_get(own, CSS_TRANSFORM, 0));
	if (css_has(own, CSS_INDENT))
		l->indented = box && css_get(own, CSS_INDENT, 0);
}

void
html_look_apply(struct html_look *l, const struct css_style *own, const struct html_tag *tag)
{
	int64_t visible = css_get(own, CSS_VISIBILITY, -1);

	if (tag->id == TAG_TABLE) {
		/*
		 * Without a doctype tables do not inherit sizes and colours; which of both holds
		 * depends on the reader's program.
		 */
		l->size = ROOT_SIZE;
		if (l->color != COLOR_BLACK)
			l->color = COLOR_UNKNOWN;
	}
	if (!own->set)
		return;
	if (visible >= 0)
		l->invisible = visible == 0;
	if (css_has(own, CSS_DIRECTION))
		l->from_right = css_get(own, CSS_DIRECTION, 0) != 0;
	apply_colors(l, own);
	apply_size(l, own);
	apply_box(l, own, tag);
}

bool
html_look_hidden(const struct html_look *l)
{
	html_color color = l->fill == COLOR_INHERIT ? l->color : l->fill;

	if (l->gone || l->covered || l->invisible || l->indented || l->size < UNREADABLE)
		return true;
	if (l->effects)
		return false;
	/* Clear letters show what is behind them, whatever that is. */
	if (color >= 0 && color >> 24 <= 12)
		return true;
	return html_color_same(html_color_over(color, l->background), l->background);
}

bool
html_look_reversed(const struct html_look *l, const struct css_style *own)
{
	return l->from_right && css_get(own, CSS_BIDI, 0);
}
