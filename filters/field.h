/*
 * field: what is inside structured header fields: parameters, addresses, message-ids, dates.
 *
 * All take unfolded, undecoded text (header_unfold()) that is readable at text[len], because what
 * decoding brings out (a comma, a bracket) is no syntax. All read broken input as well as possible
 * and are linear.
 */
#ifndef FILTERS_FIELD_H
#define FILTERS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "charset.h"
#include "limits.h"
#include "message.h"

struct parameter {
	const char *name;  /* lower case */
	const char *value; /* decoded (RFC 2231, RFC 2047), valid UTF-8 */
	bool extended;     /* came as RFC 2231 */
};

struct parameters {
	const char *
		token; /* what stands before the first ';', lower case: "text/html", "attachment" */
	struct parameter list[LIMIT_PARAMETERS];
	size_t count;
};

/* Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2183). Returns 0 or -ENOMEM. */
int
field_parameters(struct reader *r, const char *text, size_t len, struct parameters *ret);

/* "" when there is none of that name. */
const char *
parameter(const struct parameters *p, const char *name);

/*
 * Adds the addresses of one field (RFC 5322 section 3.4) to ret, up to LIMIT_ADDRESSES in all
 * (NOTE_CUT_HEADERS). A group is an entry with its name and no address, followed by its members.
 * Returns 0 or -ENOMEM.
 */
int
field_addresses(struct reader *r, const char *text, size_t len, struct addresses *ret);

/*
 * The message-ids of one field, with <> and without white space, in order; those over
 * LIMIT_MESSAGE_ID are left out. More than LIMIT_REFERENCES: the first and the last ones. Returns 0
 * or -ENOMEM.
 */
int
field_message_ids(struct reader *r, const char *text, size_t len, const char ***ret_ids,
		  size_t *ret_count);

/*
 * Seconds since the epoch of an RFC 5322 date (also obsolete, asctime and ISO 8601 forms), 0 when
 * it is none.
 */
int64_t
field_date(const char *text, size_t len);

#endif
