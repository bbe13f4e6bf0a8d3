/*
 * place: the line and column of a byte inside a YAML scalar, so that a mistake in a pattern is
 * shown where it stands.
 */
#ifndef FILTERS_PLACE_H
#define FILTERS_PLACE_H

#include <stddef.h>

#include "yamldoc.h"

/*
 * The place of byte `offset` of a scalar's value in the file's text. Where the style does not let
 * one tell (block scalars, \x escapes, values over several lines), the nearest place before it that
 * is certain.
 */
void
place_in_scalar(const char *text, size_t len, const struct yamlnode *node, size_t offset,
		unsigned *ret_line, unsigned *ret_column);

#endif
