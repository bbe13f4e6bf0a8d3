/*
 * html_css: declarations of style sheets and style attributes, as far as they can hide words.
 *
 * Reads like a browser: comments, escapes, strings, brackets, !important, later before earlier.
 * What is not understood hides nothing.
 */
#ifndef FILTERS_HTML_CSS_H
#define FILTERS_HTML_CSS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "html_color.h"
#include "message.h"

enum css_property {
	CSS_DISPLAY,    /* enum css_display */
	CSS_VISIBILITY, /* 1 visible, 0 not, -1 like the parent */
	CSS_FONT_SIZE,  /* hundredths of a pixel; negative: -1 - thousandths of the parent's */
	CSS_OPACITY,    /* 0 or 1 */
	CSS_COLOR,
	CSS_FILL, /* -webkit-text-fill-color, which is drawn instead of the colour */
	CSS_BACKGROUND,
	CSS_IMAGE,       /* 1: something is drawn behind the words that is no colour */
	CSS_OVERFLOW,    /* 1: what does not fit is cut off */
	CSS_HEIGHT,      /* 1: nothing */
	CSS_MAX_HEIGHT,  /* 1: nothing */
	CSS_MIN_HEIGHT,  /* 1: something */
	CSS_WIDTH,       /* 1: nothing */
	CSS_MAX_WIDTH,   /* 1: nothing */
	CSS_PADDING,     /* 1: something */
	CSS_LINE_HEIGHT, /* 1: nothing */
	CSS_POSITION,    /* 1: absolute or fixed */
	CSS_FLOAT,       /* 1: left or right */
	CSS_LEFT,        /* 1: far outside */
	CSS_TOP,         /* 1: far outside */
	CSS_CLIP,        /* 1: to nothing (needs a position) */
	CSS_CLIP_PATH,   /* 1: to nothing */
	CSS_TRANSFORM,   /* 1: to nothing, or far outside */
	CSS_INDENT,      /* 1: far outside */
	CSS_EFFECT,      /* 1: shadows, filters ...: the colour says nothing about what is seen */
	CSS_BIDI,        /* 1: letters in the direction given, whatever they are */
	CSS_DIRECTION,   /* 1: from right to left */
	CSS_PROPERTIES
};

enum css_display {
	DISPLAY_NONE,
	DISPLAY_INLINE,
	DISPLAY_BLOCK,
};

struct css_value {
	uint32_t weight; /* the heavier one holds, of equals the later one */
	int64_t value;
};

/* What is declared for one element. */
struct css_style {
	uint32_t set; /* bits: which values there are */
	struct css_value values[CSS_PROPERTIES];
};

/* Weights: importance, then where, then how exact a selector. */
#define CSS_WEIGHT_BROWSER 0u
#define CSS_WEIGHT_ATTRIBUTE 1u
#define CSS_WEIGHT_SHEET 2u /* and up to: */
#define CSS_WEIGHT_INLINE (1u << 30)
#define CSS_WEIGHT_IMPORTANT (1u << 31)

void
css_set(struct css_style *style, enum css_property property, int64_t value, uint32_t weight);

static inline bool
css_has(const struct css_style *style, enum css_property property)
{
	return (style->set & 1u << property) != 0;
}

/* The value, or `otherwise` when it is not set. */
static inline int64_t
css_get(const struct css_style *style, enum css_property property, int64_t otherwise)
{
	return css_has(style, property) ? style->values[property].value : otherwise;
}

/* Whether a value may keep words from being seen. */
bool
css_hides(enum css_property property, int64_t value);

/* Called for each declaration that is understood. */
typedef void
css_take(void *context, enum css_property property, int64_t value, bool important);

/* Reads declarations, without braces around them. text must have gone through css_plain(). */
void
css_declarations(struct span text, css_take *take, void *context);

/* The same into a style. `all: unset` takes back what weighs less. */
void
css_apply(struct css_style *style, struct span text, uint32_t weight);

/*
 * A style sheet or attribute without comments and escapes; the text itself when it has none. An
 * empty one when there is no memory.
 */
struct span
css_plain(struct arena *arena, struct span text);

/*
 * The first of the characters in `stops` that is not in a string or bracket, from `at` on; end when
 * there is none.
 */
const char *
css_find(const char *at, const char *end, const char *stops);

struct span
css_trim(const char *at, const char *end);

bool
css_is(struct span s, const char *word);

#endif
