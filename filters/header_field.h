/*
 * header_field: the fields of an earlier mail's header as clients name them in its text, in the
 * language of their user.
 */
#ifndef FILTERS_HEADER_FIELD_H
#define FILTERS_HEADER_FIELD_H

#include "line.h"

enum header_field {
	FIELD_FROM = 1 << 0,
	FIELD_DATE = 1 << 1,
	FIELD_TO = 1 << 2,
	FIELD_SUBJECT = 1 << 3,
	FIELD_OTHER = 1 << 4,
};

/*
 * The field a line is, 0 when it is none: "From: ...", "*From:* ...", "보낸사람 : ...",
 * "| From | ... |". ret_value, which may be NULL, is what it says.
 */
unsigned
header_field_of(struct line l, struct line *ret_value);

#endif
