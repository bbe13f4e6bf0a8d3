/*
 * html_css_value: what the values of single declarations mean for what is seen.
 */
#ifndef FILTERS_HTML_CSS_VALUE_H
#define FILTERS_HTML_CSS_VALUE_H

#include "html_css.h"

/* Reads one declaration and hands on the properties that it sets: none, one, or several. */
void
css_value_read(struct span name, struct span value, bool important, css_take *take, void *context);

#endif
