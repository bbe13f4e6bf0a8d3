/*
 * language: which rule packs a text concerns, by its letters and commonest words. Allocates
 * nothing.
 */
#ifndef FILTERS_LANGUAGE_H
#define FILTERS_LANGUAGE_H

#include <stddef.h>

/*
 * "ko" (mostly Korean, English words among it are fine), "en", or "und" when neither is plain. text
 * is valid UTF-8.
 */
const char *
language_detect(const char *text, size_t len);

#endif
