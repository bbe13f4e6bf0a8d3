/*
 * html_css_length: the words and lengths that values in style sheets consist of.
 */
#ifndef FILTERS_HTML_CSS_LENGTH_H
#define FILTERS_HTML_CSS_LENGTH_H

#include <stdbool.h>

#include "html_css.h"

#define CSS_NOTHING 2.0  /* pixels of height that show no word */
#define CSS_FAR 500      /* pixels outside of the page: no reader scrolls there */
#define CSS_ROOT_SIZE 16 /* pixels of a browser's ordinary letters */

struct css_length {
	double value;
	enum {
		LENGTH_NONE,
		LENGTH_PIXELS,
		LENGTH_FONT,
		LENGTH_SHARE,
		LENGTH_OTHER /* of the window, or unknown */
	} unit;
};

struct css_length
css_length_read(struct span s);

/* A length of (nearly) zero or less. */
bool
css_is_nothing(struct span s);

/* One that far to the left or top that nobody gets there. */
bool
css_is_far(struct span s);

bool
css_starts(struct span s, const char *word);

bool
css_contains(struct span s, const char *word);

/* Splits off the next word, brackets kept together. Empty when there is none. */
struct span
css_next_word(struct span *s);

#endif
