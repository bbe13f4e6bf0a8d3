/*
 * body_leaf: one text part of a mail, decoded and rendered.
 *
 * Inside of body: nothing else includes this.
 */
#ifndef FILTERS_BODY_LEAF_H
#define FILTERS_BODY_LEAF_H

#include <stdbool.h>
#include <stddef.h>

#include "charset.h"
#include "enclosed.h"
#include "html.h"
#include "message.h"

/* What a part is for a reader, the better the greater. */
enum worth {
	WORTH_NOTHING,
	WORTH_OTHER, /* a message, a text of a rare type */
	WORTH_PLAIN,
	WORTH_HTML,
};

/* What is known of parts[i]. */
struct leaf {
	enum worth worth; /* the best in its subtree */
	bool childless;
	bool skipped;   /* not read: another alternative was chosen */
	bool forwarded; /* inside a message/rfc822 */
	bool read;      /* result and notes are filled */
	unsigned notes; /* enum message_note, the mail's own only when the leaf is part of the text
			 */
	struct html_result result;
};

struct work {
	struct reader *r;
	struct part *parts;
	size_t count;
	struct leaf *leaves;
	size_t text_left, html_left; /* of the message's limits */
	struct names names;          /* of files inside texts */
	bool desperate; /* nothing that is meant to be read was found: read what could be */
};

bool
leaf_is_html(const struct part *p);

/* winmail.dat */
bool
leaf_is_tnef(const struct part *p);

/* Decodes and renders parts[i] into its leaf, once. Returns 0 or -ENOMEM. */
int
leaf_read(struct work *w, size_t i);

/* The bytes of a text that are no space, without those of web addresses. */
size_t
leaf_letters(const struct html_result *text);

#endif
