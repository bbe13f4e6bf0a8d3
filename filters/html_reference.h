/*
 * html_reference: character references (&amp; &#44032; &hellip;) as the HTML standard reads them.
 */
#ifndef FILTERS_HTML_REFERENCE_H
#define FILTERS_HTML_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_REFERENCE_MAX 8 /* bytes of UTF-8 that one reference stands for */

/*
 * Reads the reference that begins with the '&' at `at` and puts what it stands for into out. in a
 * value of an attribute an unfinished name before '=' or a letter is none. Returns the bytes it
 * takes, 0 when it is none.
 */
size_t
html_reference(const char *at, const char *end, bool in_value, char out[HTML_REFERENCE_MAX],
	       size_t *ret_len);

/*
 * The names of HTML that end in ';', by their first letter (A-Z, a-z): each as " name:" and its
 * code points in hexadecimal, two joined by '+'.
 */
extern const char *const html_reference_names[52];

#endif
