/*
 * html_css_value: one declaration after the other. See html_css_value.h.
 *
 * A value that a browser would drop is dropped here too, so that "display:none;display:nonsense"
 * stays hidden; where it is not sure, the value that shows words is taken.
 */
#include "html_css_value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "html_css_length.h"

#define FAINT 0.05 /* an opacity that shows none */

struct declaration {
	struct span value;
	bool important;
	css_take *take;
	void *context;
};

static void
give(const struct declaration *d, enum css_property property, int64_t value)
{
	d->take(d->context, property, value, d->important);
}

static void
display(const struct declaration *d)
{
	static const char *const blocks[] = { "block",       "inline-block", "flex",
					      "grid",        "flow-root",    "inline-flex",
					      "inline-grid", "list-item" };
	static const char *const others[] = { "inline",       "contents", "inherit",      "initial",
					      "unset",        "revert",   "revert-layer", "table",
					      "inline-table", "ruby",     "run-in" };

	if (css_is(d->value, "none")) {
		give(d, CSS_DISPLAY, DISPLAY_NONE);
		return;
	}
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (css_is(d->value, blocks[i]))
			give(d, CSS_DISPLAY, DISPLAY_BLOCK);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (css_is(d->value, others[i]))
			give(d, CSS_DISPLAY, DISPLAY_INLINE);
	if (css_starts(d->value, "table-") || css_starts(d->value, "-webkit-") ||
	    css_starts(d->value, "-moz-") || css_starts(d->value, "-ms-") ||
	    css_starts(d->value, "ruby-") || css_starts(d->value, "var(") ||
	    css_starts(d->value, "block ") || css_starts(d->value, "inline "))
		give(d, CSS_DISPLAY, DISPLAY_INLINE);
}

static void
visibility(const struct declaration *d)
{
	if (css_is(d->value, "hidden") || css_is(d->value, "collapse"))
		give(d, CSS_VISIBILITY, 0);
	else if (css_is(d->value, "inherit") || css_is(d->value, "unset"))
		give(d, CSS_VISIBILITY, -1);
	else if (css_is(d->value, "visible") || css_is(d->value, "initial") ||
		 css_starts(d->value, "var(") || css_starts(d->value, "revert"))
		give(d, CSS_VISIBILITY, 1);
}

/* Returns whether it was a size. */
static bool
font_size(const struct declaration *d, struct span s)
{
	struct css_length l = css_length_read(s);

	if (l.unit == LENGTH_PIXELS && l.value >= 0) {
		give(d, CSS_FONT_SIZE, l.value < 1000 ? (int64_t)(l.value * 100) : 100000);
	} else if ((l.unit == LENGTH_FONT || l.unit == LENGTH_SHARE) && l.value >= 0) {
		double factor = l.unit == LENGTH_SHARE ? l.value / 100 : l.value;

		give(d, CSS_FONT_SIZE, -1 - (int64_t)((factor < 100 ? factor : 100) * 1000));
	} else if (css_is(s, "inherit") || css_is(s, "unset")) {
		give(d, CSS_FONT_SIZE, -1001);
	} else if (css_is(s, "larger") || css_is(s, "smaller")) {
		give(d, CSS_FONT_SIZE, css_is(s, "larger") ? -1201 : -834);
	} else if (l.unit == LENGTH_OTHER || css_contains(s, "small") || css_contains(s, "large") ||
		   css_is(s, "medium") || css_is(s, "initial") || css_starts(s, "calc(") ||
		   css_starts(s, "var(") || css_starts(s, "clamp(") || css_starts(s, "max(") ||
		   css_starts(s, "min(") || css_starts(s, "revert")) {
		give(d, CSS_FONT_SIZE, CSS_ROOT_SIZE * 100);
	} else {
		return false;
	}
	return true;
}

/* The shorthand: the size is the first length in it. A system font's name is a size too. */
static void
font(const struct declaration *d)
{
	struct span rest = d->value, word;

	while ((word = css_next_word(&rest)).len) {
		struct css_length l = css_length_read(word);
		bool weight = l.unit == LENGTH_PIXELS && l.value >= 100 &&
			      isdigit((unsigned char)word.at[word.len - 1]);

		if (!weight && font_size(d, word))
			return;
	}
	give(d, CSS_FONT_SIZE, CSS_ROOT_SIZE * 100);
}

static void
background(const struct declaration *d)
{
	struct span rest = d->value, word;
	html_color color = COLOR_CLEAR, c;
	bool image = css_contains(d->value, "url(") || css_contains(d->value, "gradient(") ||
		     css_contains(d->value, "image") || css_contains(d->value, "var(") ||
		     css_contains(d->value, "element(") || css_contains(d->value, "paint(");

	while ((word = css_next_word(&rest)).len) {
		static const char *const others[] = {
			"none",   "repeat",      "no-repeat",  "repeat-x",    "repeat-y",
			"scroll", "fixed",       "local",      "left",        "right",
			"top",    "bottom",      "center",     "cover",       "contain",
			"auto",   "padding-box", "border-box", "content-box", "initial",
			"round",  "space",       ",",          "/",           "unset"
		};
		bool other = css_length_read(word).unit != LENGTH_NONE;

		for (size_t i = 0; i < sizeof others / sizeof *others && !other; i++)
			other = css_is(word, others[i]);
		/* Whatever else stands there is a colour or a picture. */
		if (other || (c = html_color_read(word)) == COLOR_CLEAR)
			continue;
		color = c;
	}
	if (css_contains(d->value, "text") && !image)
		image = true;
	give(d, CSS_BACKGROUND, color);
	give(d, CSS_IMAGE, image);
}

static void
overflow(const struct declaration *d)
{
	give(d, CSS_OVERFLOW, css_contains(d->value, "hidden") || css_contains(d->value, "clip"));
}

/* Whether any word of a shorthand is a length above zero. */
static bool
any_length(struct span s)
{
	struct span word;

	while ((word = css_next_word(&s)).len) {
		struct css_length l = css_length_read(word);

		if (l.unit == LENGTH_NONE ? isalpha((unsigned char)*word.at)
					  : l.value > CSS_NOTHING)
			return true;
	}
	return false;
}

/* rect(top right bottom left) */
static void
clip(const struct declaration *d)
{
	struct span rest = d->value, word;
	double side[4];
	int n = 0;

	if (!css_starts(rest, "rect(") || rest.at[rest.len - 1] != ')') {
		give(d, CSS_CLIP, 0);
		return;
	}
	rest = (struct span){ rest.at + 5, rest.len - 6 };
	while (n < 4 && (word = css_next_word(&rest)).len) {
		struct css_length l = css_length_read(word);

		if (*word.at == ',')
			continue;
		if (l.unit != LENGTH_PIXELS)
			break;
		side[n++] = l.value;
	}
	give(d, CSS_CLIP, n == 4 && (side[2] - side[0] <= 1 || side[1] - side[3] <= 1));
}

static void
clip_path(const struct declaration *d)
{
	struct span rest = d->value, word;
	bool nothing = css_starts(rest, "circle(0");

	if (css_starts(rest, "inset(") && rest.at[rest.len - 1] == ')') {
		struct css_length l;

		rest = (struct span){ rest.at + 6, rest.len - 7 };
		word = css_next_word(&rest);
		l = css_length_read(word);
		nothing = l.unit == LENGTH_SHARE && l.value >= 50;
	}
	give(d, CSS_CLIP_PATH, nothing);
}

/* The first number of a function such as scale( or translateX(. */
static bool
function_number(struct span s, const char *name, struct span *ret)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n < s.len; i++)
		if (strncasecmp(s.at + i, name, n) == 0) {
			const char *at = s.at + i + n, *end = s.at + s.len, *stop = at;

			while (stop < end && *stop != ',' && *stop != ')')
				stop++;
			*ret = css_trim(at, stop);
			return true;
		}
	return false;
}

static void
transform(const struct declaration *d)
{
	static const char *const scales[] = { "scale(", "scalex(", "scaley(", "scale3d(" };
	static const char *const moves[] = { "translate(", "translatex(", "translatey(",
					     "translate3d(" };
	bool nothing = false;
	struct span number;

	for (size_t i = 0; i < 4; i++) {
		if (function_number(d->value, scales[i], &number)) {
			struct css_length l = css_length_read(number);

			nothing |= l.unit == LENGTH_PIXELS && l.value >= 0 && l.value < FAINT;
		}
		nothing |= function_number(d->value, moves[i], &number) && css_is_far(number);
	}
	give(d, CSS_TRANSFORM, nothing);
}

static void
opacity(const struct declaration *d)
{
	struct css_length l = css_length_read(d->value);

	if (l.unit == LENGTH_PIXELS || l.unit == LENGTH_SHARE)
		give(d, CSS_OPACITY, (l.unit == LENGTH_SHARE ? l.value / 100 : l.value) >= FAINT);
	else if (isalpha((unsigned char)*d->value.at))
		give(d, CSS_OPACITY, 1);
}

static void
position(const struct declaration *d)
{
	give(d, CSS_POSITION, css_is(d->value, "absolute") || css_is(d->value, "fixed"));
}

static void
all(const struct declaration *d)
{
	give(d, CSS_DISPLAY, DISPLAY_INLINE);
	give(d, CSS_VISIBILITY, -1);
	give(d, CSS_FONT_SIZE, -1001);
	give(d, CSS_OPACITY, 1);
	give(d, CSS_COLOR, COLOR_UNKNOWN);
	for (unsigned i = CSS_OVERFLOW; i < CSS_PROPERTIES; i++)
		give(d, i, 0);
}

static void
color(const struct declaration *d)
{
	give(d, CSS_COLOR, html_color_read(d->value));
}

static void
fill(const struct declaration *d)
{
	if (css_is(d->value, "currentcolor"))
		give(d, CSS_FILL, COLOR_INHERIT);
	else
		give(d, CSS_FILL, html_color_read(d->value));
}

static void
background_color(const struct declaration *d)
{
	html_color c = html_color_read(d->value);

	give(d, CSS_BACKGROUND, c == COLOR_INHERIT ? COLOR_CLEAR : c);
}

static void
background_image(const struct declaration *d)
{
	give(d, CSS_IMAGE, !css_is(d->value, "none") && !css_is(d->value, "initial"));
}

static void
effect(const struct declaration *d)
{
	if (!css_is(d->value, "none") && !css_is(d->value, "normal"))
		give(d, CSS_EFFECT, 1);
}

static void
background_clip(const struct declaration *d)
{
	if (css_contains(d->value, "text"))
		give(d, CSS_EFFECT, 1);
}

static void
size_of_font(const struct declaration *d)
{
	(void)font_size(d, d->value);
}

static void
bidi(const struct declaration *d)
{
	give(d, CSS_BIDI, css_contains(d->value, "override"));
}

static void
direction(const struct declaration *d)
{
	give(d, CSS_DIRECTION, css_is(d->value, "rtl"));
}

static void
floats(const struct declaration *d)
{
	give(d, CSS_FLOAT, css_is(d->value, "left") || css_is(d->value, "right"));
}

static void
scale(const struct declaration *d)
{
	struct css_length l = css_length_read(d->value);

	give(d, CSS_TRANSFORM, l.unit == LENGTH_PIXELS && l.value >= 0 && l.value < FAINT);
}

/* Properties whose value is one length, and what about it counts. */
static bool
simple(struct span name, const struct declaration *d)
{
	static const struct {
		const char *name;
		enum css_property property;
		enum { IS_NOTHING, IS_FAR, IS_SOMETHING } what;
	} properties[] = {
		{ "height", CSS_HEIGHT, IS_NOTHING },
		{ "max-height", CSS_MAX_HEIGHT, IS_NOTHING },
		{ "min-height", CSS_MIN_HEIGHT, IS_SOMETHING },
		{ "width", CSS_WIDTH, IS_NOTHING },
		{ "max-width", CSS_MAX_WIDTH, IS_NOTHING },
		{ "line-height", CSS_LINE_HEIGHT, IS_NOTHING },
		{ "left", CSS_LEFT, IS_FAR },
		{ "top", CSS_TOP, IS_FAR },
		{ "text-indent", CSS_INDENT, IS_FAR },
	};

	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		bool is;

		if (!css_is(name, properties[i].name))
			continue;
		is = properties[i].what == IS_NOTHING ? css_is_nothing(d->value)
		     : properties[i].what == IS_FAR   ? css_is_far(d->value)
						      : any_length(d->value);
		/* A line height without a unit is a share of the letters' size. */
		if (properties[i].property == CSS_LINE_HEIGHT && is &&
		    isdigit((unsigned char)d->value.at[d->value.len - 1]))
			is = css_length_read(d->value).value < FAINT;
		give(d, properties[i].property, is);
		return true;
	}
	if (css_starts(name, "padding")) {
		if (any_length(d->value))
			give(d, CSS_PADDING, 1);
		return true;
	}
	return false;
}

void
css_value_read(struct span name, struct span value, bool important, css_take *take, void *context)
{
	static const struct {
		const char *name;
		void (*apply)(const struct declaration *);
	} properties[] = {
		{ "color", color },
		{ "font-size", size_of_font },
		{ "font", font },
		{ "display", display },
		{ "background", background },
		{ "background-color", background_color },
		{ "background-image", background_image },
		{ "visibility", visibility },
		{ "opacity", opacity },
		{ "overflow", overflow },
		{ "overflow-x", overflow },
		{ "overflow-y", overflow },
		{ "position", position },
		{ "float", floats },
		{ "clip", clip },
		{ "clip-path", clip_path },
		{ "-webkit-clip-path", clip_path },
		{ "transform", transform },
		{ "-webkit-transform", transform },
		{ "scale", scale },
		{ "text-shadow", effect },
		{ "filter", effect },
		{ "-webkit-filter", effect },
		{ "backdrop-filter", effect },
		{ "mix-blend-mode", effect },
		{ "-webkit-text-stroke", effect },
		{ "-webkit-text-stroke-width", effect },
		{ "-webkit-text-fill-color", fill },
		{ "background-clip", background_clip },
		{ "-webkit-background-clip", background_clip },
		{ "unicode-bidi", bidi },
		{ "direction", direction },
		{ "all", all },
	};
	struct declaration d = { value, important, take, context };

	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		if (name.len && (*name.at | 0x20) == (*properties[i].name | 0x20) &&
		    css_is(name, properties[i].name)) {
			properties[i].apply(&d);
			return;
		}
	(void)simple(name, &d);
}

bool
css_hides(enum css_property property, int64_t value)
{
	switch (property) {
	case CSS_DISPLAY:
		return value == DISPLAY_NONE;
	case CSS_VISIBILITY:
	case CSS_OPACITY:
		return value == 0;
	case CSS_FONT_SIZE:
		return value >= 0 ? value < (int64_t)(CSS_NOTHING * 100) : value > -501;
	case CSS_COLOR:
	case CSS_FILL:
	case CSS_BACKGROUND:
		return value != COLOR_UNKNOWN;
	case CSS_IMAGE:
	case CSS_MIN_HEIGHT:
	case CSS_PADDING:
	case CSS_EFFECT:
		return value == 0;
	case CSS_BIDI:
	case CSS_DIRECTION:
		return false;
	default:
		return value != 0;
	}
}
